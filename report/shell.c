#include "report/shell.h"

#include <string.h>

#define MAILBOX_MAX 254
#define PATH_TEXT_MAX 1024

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool
is_alnum(char byte)
{
    return is_digit(byte) || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z');
}

/* Letters, digits and the bytes of `more`; never a leading dash. */
static bool
is_made_of(struct sv text, const char *more, size_t max)
{
    if (text.len == 0 || text.len > max || text.at[0] == '-')
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!is_alnum(text.at[i]) &&
            (text.at[i] == '\0' || !strchr(more, text.at[i])))
            return false;
    }
    return true;
}

static bool
valid_account(struct sv text)
{
    return is_made_of(text, "_-", 32) && !is_digit(text.at[0]);
}

static bool
valid_domain(struct sv text)
{
    size_t labels = 0;

    if (!is_made_of(text, ".-", 253) || sv_ends(text, SV(".")))
        return false;
    while (text.len > 0) {
        struct sv label = sv_cut(&text, '.');

        if (label.len == 0 || label.len > 63 || label.at[0] == '-' ||
            label.at[label.len - 1] == '-')
            return false;
        labels++;
    }
    return labels >= 2;
}

static bool
valid_local(struct sv text)
{
    return is_made_of(text, "._+=-", 64) && text.at[0] != '.' &&
           text.at[text.len - 1] != '.' && sv_find(text, SV("..")) < 0;
}

static bool
valid_mailbox(struct sv text)
{
    struct sv rest = text;
    struct sv local = sv_cut(&rest, '@');

    return text.len <= MAILBOX_MAX && valid_local(local) && valid_domain(rest);
}

static bool
valid_path(struct sv text)
{
    struct sv rest = text;

    if (text.len < 2 || text.at[0] != '/' ||
        !is_made_of(text, "/._+@=-", PATH_TEXT_MAX))
        return false;
    while (rest.len > 0) {
        if (sv_eq(sv_cut(&rest, '/'), SV("..")))
            return false;
    }
    return true;
}

static bool
valid_message_id(struct sv text)
{
    static const uint8_t shapes[2][3] = { { 6, 6, 2 }, { 6, 11, 4 } };

    for (size_t i = 0; i < 2; i++) {
        struct sv rest = text;
        bool same = true;

        for (size_t part = 0; part < 3; part++) {
            struct sv piece = sv_cut(&rest, '-');

            same = same && piece.len == shapes[i][part] &&
                   is_made_of(piece, "", 11);
        }
        if (same && rest.len == 0 && text.at[text.len - 1] != '-')
            return true;
    }
    return false;
}

static bool
valid_ip(struct sv text)
{
    return is_made_of(text, ".:", 45) &&
           (sv_find_char(text, '.') > 0 || sv_find_char(text, ':') >= 0);
}

static bool
valid_epoch(struct sv text)
{
    uint64_t value;

    return sv_to_u64(text, INT64_MAX, &value);
}

bool
shell_valid(enum shell_kind kind, struct sv text)
{
    static bool (*const checks[])(struct sv) = {
        [SHELL_ACCOUNT] = valid_account, [SHELL_DOMAIN] = valid_domain,
        [SHELL_MAILBOX] = valid_mailbox, [SHELL_LOCAL] = valid_local,
        [SHELL_PATH] = valid_path,       [SHELL_MESSAGE_ID] = valid_message_id,
        [SHELL_IP] = valid_ip,           [SHELL_EPOCH] = valid_epoch,
    };

    return checks[kind](text);
}

bool
shell_quote(struct sv text, struct buf *out)
{
    if (is_made_of(text, "._@/:+-", PATH_TEXT_MAX))
        return buf_add(out, text); /* nothing in it that a shell reads */
    if (!buf_add_char(out, '\''))
        return false;
    while (text.len > 0) {
        ptrdiff_t at = sv_find_char(text, '\'');
        size_t plain = at < 0 ? text.len : (size_t)at;

        if (!buf_add(out, sv_head(text, plain)))
            return false;
        text = sv_drop(text, plain);
        if (text.len > 0 && !buf_add(out, SV("'\\''")))
            return false;
        text = sv_drop(text, text.len > 0);
    }
    return buf_add_char(out, '\'');
}

static const struct placeholder {
    struct sv name;
    struct sv value; /* which value it is made from */
    enum shell_kind kind;
    bool regex; /* dots and other special bytes escaped */
    struct sv otherwise;
} placeholders[] = {
    { { SV_LIT("account") },
      { SV_LIT("account") },
      SHELL_ACCOUNT,
      false,
      { SV_LIT("ACCOUNT") } },
    { { SV_LIT("domain") },
      { SV_LIT("domain") },
      SHELL_DOMAIN,
      false,
      { SV_LIT("DOMAIN") } },
    { { SV_LIT("mailbox") },
      { SV_LIT("mailbox") },
      SHELL_MAILBOX,
      false,
      { SV_LIT("MAILBOX") } },
    { { SV_LIT("mailbox_local") },
      { SV_LIT("mailbox") },
      SHELL_LOCAL,
      false,
      { SV_LIT("MAILBOX_NAME") } },
    { { SV_LIT("dir") },
      { SV_LIT("dir") },
      SHELL_PATH,
      false,
      { SV_LIT("DIRECTORY") } },
    { { SV_LIT("message_id") },
      { SV_LIT("message_id") },
      SHELL_MESSAGE_ID,
      false,
      { SV_LIT("MESSAGE_ID") } },
    { { SV_LIT("ip") }, { SV_LIT("ip") }, SHELL_IP, false, { SV_LIT("IP") } },
    { { SV_LIT("since") },
      { SV_LIT("since") },
      SHELL_EPOCH,
      false,
      { SV_LIT("START") } },
    { { SV_LIT("until") },
      { SV_LIT("until") },
      SHELL_EPOCH,
      false,
      { SV_LIT("END") } },
    { { SV_LIT("regex_mailbox") },
      { SV_LIT("mailbox") },
      SHELL_MAILBOX,
      true,
      { SV_LIT("MAILBOX") } },
    { { SV_LIT("regex_domain") },
      { SV_LIT("domain") },
      SHELL_DOMAIN,
      true,
      { SV_LIT("DOMAIN") } },
};
#define PLACEHOLDER_COUNT (sizeof(placeholders) / sizeof(placeholders[0]))

static const struct placeholder *
placeholder_find(struct sv name)
{
    for (size_t i = 0; i < PLACEHOLDER_COUNT; i++) {
        if (sv_eq(placeholders[i].name, name))
            return &placeholders[i];
    }
    return NULL;
}

static struct sv
value_find(const struct shell_value *values, size_t count, struct sv name)
{
    for (size_t i = 0; i < count; i++) {
        if (sv_eq(values[i].name, name))
            return values[i].text;
    }
    return (struct sv){ NULL, 0 };
}

static bool
regex_escape(struct sv text, struct buf *out)
{
    bool ok = true;

    for (size_t i = 0; ok && i < text.len; i++) {
        if (strchr(".+*?[]^$(){}|\\", text.at[i]))
            ok = buf_add_char(out, '\\');
        ok = ok && buf_add_char(out, text.at[i]);
    }
    return ok;
}

static bool
placeholder_fill(const struct placeholder *row, struct sv text, bool in_quotes,
                 struct buf *out)
{
    if (row->kind == SHELL_LOCAL) { /* of a whole mailbox, or of none */
        struct sv mailbox = text;

        text = valid_mailbox(mailbox) ? sv_cut(&mailbox, '@')
                                      : (struct sv){ NULL, 0 };
    }
    if (!shell_valid(row->kind, text))
        return buf_add(out, row->otherwise);
    if (row->regex)
        return regex_escape(text, out);
    /* Valid values hold no quote, so inside quotes they stand as they are. */
    return in_quotes ? buf_add(out, text) : shell_quote(text, out);
}

bool
shell_expand(struct sv command, const struct shell_value *values,
             size_t value_count, struct buf *out)
{
    while (command.len > 0) {
        ptrdiff_t open = sv_find_char(command, '{');
        struct sv rest = open < 0 ? (struct sv){ NULL, 0 }
                                  : sv_drop(command, (size_t)open + 1);
        ptrdiff_t close = sv_find_char(rest, '}');
        struct sv name =
            close < 0 ? (struct sv){ NULL, 0 } : sv_head(rest, (size_t)close);
        bool in_quotes = sv_ends(name, SV("'"));
        const struct placeholder *row =
            placeholder_find(sv_head(name, name.len - in_quotes));

        if (!row) { /* a brace of the shell's own, or none */
            size_t plain = open < 0 ? command.len : (size_t)open + 1;

            if (!buf_add(out, sv_head(command, plain)))
                return false;
            command = sv_drop(command, plain);
            continue;
        }
        if (!buf_add(out, sv_head(command, (size_t)open)) ||
            !placeholder_fill(row, value_find(values, value_count, row->value),
                              in_quotes, out))
            return false;
        command = sv_drop(rest, (size_t)close + 1);
    }
    return true;
}
