#include "report/redact_lexer.h"

#include <arpa/inet.h>
#include <string.h>

#define QUOTED_LOCAL_MAX 130 /* longer is no address */

static bool
is_alnum(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (unsigned char)byte >= 0x80;
}

static bool
is_narrow(char byte) /* of domains, logins and words */
{
    return is_alnum(byte) || byte == '_' || byte == '-' || byte == '.';
}

static bool
is_wide(char byte) /* of local parts too */
{
    return is_narrow(byte) || (byte && strchr("!#$%&'*+=?^`{|}~@", byte));
}

static bool
is_hex(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
           (byte >= 'A' && byte <= 'F');
}

static size_t
run_length(struct sv text, bool (*is_in)(char))
{
    size_t len = 0;

    while (len < text.len && is_in(text.at[len]))
        len++;
    return len;
}

/* Length of a backslash and what it escapes. */
static size_t
escape_length(struct sv text)
{
    if (text.len >= 4 &&
        (text.at[1] == 'x' || (text.at[1] >= '0' && text.at[1] <= '3')))
        return 4;
    return text.len >= 2 ? 2 : 1;
}

static bool
is_path_part(char byte)
{
    return byte && !strchr(" \t\"'<>()[]{},;|`\\", byte);
}

static size_t
path_length(struct sv text, char before)
{
    size_t len;

    if (text.len < 2 || text.at[0] != '/' || is_narrow(before))
        return 0;
    if (!is_narrow(text.at[1]) && text.at[1] != '~')
        return 0;
    len = run_length(text, is_path_part);
    if (before == '<' &&
        sv_find_char((struct sv){ text.at + 1, len - 1 }, '/') < 0)
        return 0; /* </tag> */
    while (text.at[len - 1] == '.' || text.at[len - 1] == ':')
        len--;
    return len;
}

static bool
is_ip(struct sv text)
{
    char copy[INET6_ADDRSTRLEN + 1];
    unsigned char bytes[16];

    if (text.len < 2 || text.len >= sizeof(copy))
        return false;
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return inet_pton(AF_INET, copy, bytes) == 1 ||
           inet_pton(AF_INET6, copy, bytes) == 1;
}

static bool
is_ip_part(char byte)
{
    return is_hex(byte) || byte == ':' || byte == '.';
}

/* An address of a host; a colon or full stop after it is not of it. */
static size_t
ip_length(struct sv text, char before)
{
    size_t len;

    if (is_narrow(before) || before == ':')
        return 0;
    len = run_length(text, is_ip_part);
    if (len < text.len && is_narrow(text.at[len]))
        return 0;
    for (int tries = 0; tries < 3 && len > 1; tries++, len--) {
        if (is_ip((struct sv){ text.at, len }))
            return len;
        if (text.at[len - 1] != ':' && text.at[len - 1] != '.')
            break;
    }
    /* 192.0.2.1:25, the port without brackets */
    for (size_t i = 0; i < text.len && i < 16; i++) {
        if (text.at[i] == ':')
            return is_ip((struct sv){ text.at, i }) ? i : 0;
    }
    return 0;
}

/* Labels between dots, the last of letters. */
static bool
is_domain(struct sv text)
{
    struct sv rest = text;
    struct sv label = { 0 };
    size_t labels = 0;

    while (rest.len) {
        label = sv_cut(&rest, '.');
        if (!label.len)
            return false;
        labels++;
    }
    if (labels < 2 || label.len < 2 || text.at[text.len - 1] == '.')
        return false;
    if (sv_starts(label, SV("xn--")))
        return true;
    for (size_t i = 0; i < label.len; i++) {
        if (!is_alnum(label.at[i]) ||
            (label.at[i] >= '0' && label.at[i] <= '9'))
            return false;
    }
    return true;
}

/* "john doe"@domain from its quote on. */
static size_t
quoted_local_length(struct sv text)
{
    for (size_t i = 1; i + 1 < text.len && i < QUOTED_LOCAL_MAX; i++) {
        if (text.at[i] == '"')
            return text.at[i + 1] == '@' ? i + 1 : 0;
    }
    return 0;
}

static struct sv
trimmed(struct sv text)
{
    while (text.len > 1 &&
           (text.at[text.len - 1] == '.' || text.at[text.len - 1] == '-'))
        text.len--;
    return text;
}

/* local@domain; empty when there is no @ in the run. */
static struct sv
address_at(struct redact_lexer *lexer, struct sv text)
{
    size_t local = text.at[0] == '"' ? quoted_local_length(text) : 0;
    struct sv run = text;
    struct sv domain;
    ptrdiff_t mark;

    if (lexer->at < lexer->no_mark_until)
        return (struct sv){ text.at, 0 };
    run.len = local + run_length(sv_drop(text, local), is_wide);
    mark = sv_rfind_char(run, '@');
    if (mark <= 0) {
        lexer->no_mark_until = lexer->at + run.len;
        return (struct sv){ text.at, 0 };
    }
    domain = sv_drop(run, (size_t)mark + 1);
    domain.len = run_length(domain, is_narrow);
    if (domain.len)
        domain = trimmed(domain);
    return (struct sv){ text.at, (size_t)mark + 1 + domain.len };
}

/* The key of key=value, as Exim and cPanel write them. */
static size_t
key_length(struct sv text, bool *ret_login, bool *ret_auth)
{
    static const struct {
        struct sv key;
        bool login;
    } keys[] = {
        { { SV_LIT("U=") }, true },       { { SV_LIT("S=") }, true },
        { { SV_LIT("B=") }, true },       { { SV_LIT("set_id=") }, true },
        { { SV_LIT("user=") }, true },    { { SV_LIT("login=") }, true },
        { { SV_LIT("account=") }, true }, { { SV_LIT("A=") }, false },
        { { SV_LIT("D=") }, false },      { { SV_LIT("H=") }, false },
        { { SV_LIT("id=") }, false },     { { SV_LIT("cwd=") }, false },
        { { SV_LIT("F=") }, false },      { { SV_LIT("P=") }, false },
        { { SV_LIT("O=") }, false },      { { SV_LIT("E=") }, false },
        { { SV_LIT("from=") }, false },   { { SV_LIT("to=") }, false },
        { { SV_LIT("sender=") }, false }, { { SV_LIT("rcpt=") }, false },
        { { SV_LIT("-f") }, false },
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (!sv_starts(text, keys[i].key))
            continue;
        *ret_login = keys[i].login;
        *ret_auth = keys[i].key.at[0] == 'A';
        return keys[i].key.len;
    }
    return 0;
}

static bool
give(struct redact_lexer *lexer, enum redact_token_kind kind, size_t len,
     struct redact_token *ret_token)
{
    ret_token->kind = kind;
    ret_token->text = sv_head(sv_drop(lexer->text, lexer->at), len);
    lexer->at += len;
    if (kind != TOKEN_PLAIN)
        lexer->login_next = false;
    return true;
}

static bool
give_word(struct redact_lexer *lexer, struct sv rest,
          struct redact_token *ret_token)
{
    struct sv word =
        trimmed((struct sv){ rest.at, run_length(rest, is_narrow) });
    enum redact_token_kind kind = lexer->login_next ? TOKEN_LOGIN
                                  : is_domain(word) ? TOKEN_DOMAIN
                                                    : TOKEN_WORD;
    bool auth = lexer->auth_next;

    lexer->auth_next = false;
    give(lexer, kind, word.len, ret_token);
    if (auth && lexer->at < lexer->text.len && lexer->text.at[lexer->at] == ':')
        lexer->login_next = true;
    return true;
}

/* Keys, addresses, words: what begins with a byte of a word. */
static bool
give_wide(struct redact_lexer *lexer, struct sv rest, char before,
          struct redact_token *ret_token)
{
    bool login = false;
    bool auth = false;
    size_t key = is_alnum(before) ? 0 : key_length(rest, &login, &auth);
    struct sv address;

    if (key && key < rest.len) {
        give(lexer, TOKEN_PLAIN, key, ret_token);
        lexer->login_next = login;
        lexer->auth_next = auth;
        return true;
    }
    address = address_at(lexer, rest);
    if (address.len)
        return give(lexer, TOKEN_ADDRESS, address.len, ret_token);
    if (!is_narrow(rest.at[0]) || rest.at[0] == '.' || rest.at[0] == '-')
        return give(lexer, TOKEN_PLAIN, 1, ret_token);
    return give_word(lexer, rest, ret_token);
}

bool
redact_lexer_next(struct redact_lexer *lexer, struct redact_token *ret_token)
{
    struct sv rest = sv_drop(lexer->text, lexer->at);
    char before = lexer->at ? lexer->text.at[lexer->at - 1] : ' ';
    size_t len;

    if (lexer->at >= lexer->text.len)
        return false;
    if (rest.at[0] == '\\')
        return give(lexer, TOKEN_PLAIN, escape_length(rest), ret_token);
    if (rest.at[0] == ' ') {
        lexer->login_next = false;
        lexer->auth_next = false;
    }
    len = lexer->no_paths ? 0 : path_length(rest, before);
    if (len)
        return give(lexer, TOKEN_PATH, len, ret_token);
    len = ip_length(rest, before);
    if (len)
        return give(lexer, TOKEN_IP, len, ret_token);
    len = rest.at[0] == '"' && quoted_local_length(rest)
              ? address_at(lexer, rest).len
              : 0;
    if (len)
        return give(lexer, TOKEN_ADDRESS, len, ret_token);
    if (is_wide(rest.at[0]))
        return give_wide(lexer, rest, before, ret_token);
    return give(lexer, TOKEN_PLAIN, 1, ret_token);
}
