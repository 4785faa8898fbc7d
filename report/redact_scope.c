#include "report/redact_scope.h"

#include "report/model.h"

#define ID_WORDS 6 /* stamp, zone and process may stand before a message id */

static struct sv
folded(struct redact_scope *scope, struct sv text)
{
    scope->scratch.len = 0;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];

        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte + 32);
        buf_add_char(&scope->scratch, byte);
    }
    return buf_sv(&scope->scratch);
}

bool
redact_scope_has(struct redact_scope *scope, const struct names *set,
                 struct sv text)
{
    return text.len && names_find(set, folded(scope, text)) != 0;
}

uint32_t
redact_scope_add(struct redact_scope *scope, struct names *set, struct sv text)
{
    return text.len ? names_add(set, folded(scope, text)) : 0;
}

/* ------------------------------------------------------------------- whose */

static bool
within(struct redact_scope *scope, const struct names *set, struct sv domain)
{
    if (!domain.len || redact_scope_has(scope, scope->foreign, domain))
        return false;
    do {
        if (redact_scope_has(scope, set, domain))
            return true;
    } while (redact_domain_up(&domain));
    return false;
}

bool
redact_scope_owns_domain(struct redact_scope *scope, struct sv domain)
{
    return within(scope, scope->domains, domain);
}

bool
redact_scope_shows_domain(struct redact_scope *scope, struct sv domain)
{
    return within(scope, scope->domains, domain) ||
           within(scope, scope->shown, domain) ||
           (scope->options->audience == REDACT_INVESTIGATOR &&
            redact_scope_has(scope, scope->servers, domain));
}

bool
redact_scope_owns_login(struct redact_scope *scope, struct sv login)
{
    return redact_is_system_user(login) ||
           redact_scope_has(scope, scope->accounts, login);
}

bool
redact_scope_owns_address(struct redact_scope *scope, struct sv address)
{
    struct sv domain = redact_domain_of(address);
    struct sv local = sv_head(address, address.len - domain.len);

    if (sv_find_char(local, '=') >= 0) /* carries another one in it */
        return false;
    return redact_scope_has(scope, scope->mailboxes, address) ||
           redact_scope_owns_domain(scope, domain);
}

size_t
redact_scope_home(struct redact_scope *scope, struct sv path)
{
    struct sv name = redact_home_name(path);
    uint32_t count = names_count(scope->homes);

    if (sv_find(path, SV("..")) >= 0)
        return 0;
    if (name.len && redact_scope_has(scope, scope->accounts, name))
        return (size_t)(name.at - path.at) + name.len;
    for (uint32_t i = 1; i <= count; i++) {
        struct sv home = names_text(scope->homes, i);

        if (sv_starts(path, home) &&
            (path.len == home.len || path.at[home.len] == '/'))
            return home.len;
    }
    return 0;
}

bool
redact_scope_lists_account(const struct redact_scope *scope, struct sv account)
{
    const struct text_list *accounts = &scope->options->accounts;

    for (size_t i = 0; i < accounts->count; i++) {
        if (sv_eq_nocase(account, sv_of(accounts->items[i])))
            return true;
    }
    return false;
}

bool
redact_scope_owns_row(struct redact_scope *scope, const xmlNode *row)
{
    struct sv account = sv_of(model_child_text(row, "account"));
    struct sv domain = sv_of(model_child_text(row, "domain"));
    struct sv mailbox = sv_of(model_child_text(row, "mailbox"));
    struct sv name = sv_of(model_child_text(row, "name"));

    if (redact_scope_lists_account(scope, account))
        return true;
    if (redact_scope_has(scope, scope->mailboxes, mailbox) ||
        redact_scope_has(scope, scope->mailboxes, name))
        return true;
    return redact_scope_owns_domain(scope, domain) ||
           redact_scope_owns_domain(scope, redact_domain_of(mailbox));
}

static size_t
alnum_length(struct sv text)
{
    size_t len = 0;

    while (len < text.len && ((text.at[len] >= '0' && text.at[len] <= '9') ||
                              (text.at[len] >= 'a' && text.at[len] <= 'z') ||
                              (text.at[len] >= 'A' && text.at[len] <= 'Z')))
        len++;
    return len;
}

/* Exim's id by its form: 6-6-2 or 6-11-4. */
static bool
is_message_id(struct sv word)
{
    static const size_t forms[2][3] = { { 6, 6, 2 }, { 6, 11, 4 } };

    for (size_t form = 0; form < 2; form++) {
        struct sv rest = word;
        size_t part = 0;

        while (part < 3) {
            struct sv piece = sv_cut(&rest, '-');

            if (piece.len != forms[form][part] ||
                alnum_length(piece) != piece.len)
                break;
            part++;
        }
        if (part == 3 && !rest.len)
            return true;
    }
    return false;
}

static bool
token_is_own(struct redact_scope *scope, const struct redact_token *token)
{
    switch (token->kind) {
    case TOKEN_ADDRESS:
        return redact_scope_owns_address(scope, token->text);
    case TOKEN_PATH:
        return redact_scope_home(scope, token->text) > 0;
    case TOKEN_LOGIN:
        return redact_scope_has(scope, scope->accounts, token->text);
    default:
        return false;
    }
}

bool
redact_scope_owns_line(struct redact_scope *scope, struct sv line)
{
    struct redact_lexer lexer = { .text = line };
    struct redact_token token;
    struct sv rest = line;

    for (int word = 0; word < ID_WORDS && rest.len; word++) {
        struct sv text = sv_cut(&rest, ' ');

        /* ids are told apart by their capitals */
        if (is_message_id(text))
            return names_find(scope->messages, text) != 0;
    }
    while (redact_lexer_next(&lexer, &token)) {
        if (token_is_own(scope, &token))
            return true;
    }
    return false;
}
