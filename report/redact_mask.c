#include "report/redact_mask.h"

#include <string.h>

bool
redact_mask_init(struct redact_mask *mask, struct redact_scope *scope)
{
    *mask = (struct redact_mask){ .scope = scope,
                                  .addresses = names_new(),
                                  .domains = names_new(),
                                  .logins = names_new(),
                                  .ips = names_new() };
    if (mask->addresses && mask->domains && mask->logins && mask->ips)
        return true;
    redact_mask_clear(mask);
    return false;
}

void
redact_mask_clear(struct redact_mask *mask)
{
    names_free(mask->addresses);
    names_free(mask->domains);
    names_free(mask->logins);
    names_free(mask->ips);
    *mask = (struct redact_mask){ 0 };
}

bool
redact_mask_failed(const struct redact_mask *mask)
{
    return mask->scope->scratch.failed || names_failed(mask->addresses) ||
           names_failed(mask->domains) || names_failed(mask->logins) ||
           names_failed(mask->ips);
}

static bool
for_investigator(const struct redact_mask *mask)
{
    return mask->scope->options->audience == REDACT_INVESTIGATOR;
}

static unsigned
number_of(struct redact_mask *mask, struct names *names, struct sv text)
{
    return (unsigned)mask->scope->masks_used +
           redact_scope_add(mask->scope, names, text);
}

void
redact_mask_server(struct redact_mask *mask, struct sv text, struct buf *out)
{
    if (for_investigator(mask) || redact_scope_keeps(mask->scope, text))
        buf_add(out, text);
    else
        buf_printf(out, "server-%u",
                   number_of(mask, mask->scope->servers, text));
}

static void
mask_domain(struct redact_mask *mask, struct sv domain, struct buf *out)
{
    struct sv large = redact_large_provider(domain);

    if (redact_scope_shows_domain(mask->scope, domain) ||
        redact_scope_keeps(mask->scope, domain))
        buf_add(out, domain);
    else if (redact_scope_has(mask->scope, mask->scope->servers, domain))
        redact_mask_server(mask, domain, out);
    else if (large.len)
        buf_add(out, large);
    else
        buf_printf(out, "domain-%u.invalid",
                   number_of(mask, mask->domains, domain));
}

static void
mask_address(struct redact_mask *mask, struct sv address, struct buf *out)
{
    struct sv domain = redact_domain_of(address);
    struct sv local = sv_head(address, address.len - domain.len - 1);
    bool own_user =
        redact_scope_has(mask->scope, mask->scope->servers, domain) &&
        redact_scope_owns_login(mask->scope, local);

    if (redact_scope_owns_address(mask->scope, address) ||
        redact_scope_keeps(mask->scope, address)) {
        buf_add(out, address);
        return;
    }
    if (own_user)
        buf_add(out, local);
    else
        buf_printf(out, "r%u", number_of(mask, mask->addresses, address));
    buf_add_char(out, '@');
    if (domain.len)
        mask_domain(mask, domain, out);
}

static void
mask_login(struct redact_mask *mask, struct sv login, struct buf *out)
{
    uint64_t number;

    if (redact_scope_owns_login(mask->scope, login) ||
        redact_scope_keeps(mask->scope, login) ||
        sv_to_u64(login, UINT64_MAX, &number))
        buf_add(out, login);
    else
        buf_printf(out, "account-%u", number_of(mask, mask->logins, login));
}

static void
mask_word(struct redact_mask *mask, struct sv word, struct buf *out)
{
    if (redact_scope_has(mask->scope, mask->scope->logins, word))
        mask_login(mask, word, out);
    else
        buf_add(out, word);
}

static void
mask_path(struct redact_mask *mask, struct sv path, struct buf *out)
{
    size_t home = redact_scope_home(mask->scope, path);

    if (!home) {
        buf_add(out, SV("[path]"));
        return;
    }
    buf_add(out, sv_head(path, home));
    redact_mask_known(mask, sv_drop(path, home), out);
}

/* An attacker's address stays readable but is no longer one to click. */
static void
defang(struct sv ip, struct buf *out)
{
    ptrdiff_t at = sv_rfind_char(ip, '.');

    if (at < 0)
        at = sv_find_char(ip, ':');
    buf_add(out, sv_head(ip, (size_t)at));
    buf_add_char(out, '[');
    buf_add_char(out, ip.at[at]);
    buf_add_char(out, ']');
    buf_add(out, sv_drop(ip, (size_t)at + 1));
}

static void
mask_ip(struct redact_mask *mask, struct sv ip, struct buf *out)
{
    if (for_investigator(mask) || redact_scope_keeps(mask->scope, ip))
        buf_add(out, ip);
    else if (redact_scope_has(mask->scope, mask->scope->ips, ip))
        defang(ip, out);
    else
        buf_printf(out, "ip-%u", number_of(mask, mask->ips, ip));
}

void
redact_mask_text(struct redact_mask *mask, struct sv text, struct buf *out)
{
    static void (*const masks[])(struct redact_mask *, struct sv,
                                 struct buf *) = {
        [TOKEN_WORD] = mask_word,       [TOKEN_LOGIN] = mask_login,
        [TOKEN_ADDRESS] = mask_address, [TOKEN_DOMAIN] = mask_domain,
        [TOKEN_IP] = mask_ip,           [TOKEN_PATH] = mask_path,
    };
    struct redact_lexer lexer = { .text = text };
    struct redact_token token;

    while (redact_lexer_next(&lexer, &token)) {
        if (token.kind == TOKEN_PLAIN)
            buf_add(out, token.text);
        else
            masks[token.kind](mask, token.text, out);
    }
}

void
redact_mask_known(struct redact_mask *mask, struct sv text, struct buf *out)
{
    struct redact_scope *scope = mask->scope;
    struct redact_lexer lexer = { .text = text, .no_paths = true };
    struct redact_token token;

    while (redact_lexer_next(&lexer, &token)) {
        if (token.kind == TOKEN_ADDRESS)
            mask_address(mask, token.text, out);
        else if (token.kind == TOKEN_DOMAIN &&
                 redact_scope_has(scope, scope->strangers, token.text))
            mask_domain(mask, token.text, out);
        else if (token.kind == TOKEN_WORD || token.kind == TOKEN_LOGIN)
            mask_word(mask, token.text, out);
        else
            buf_add(out, token.text);
    }
}

void
redact_mask_name(struct redact_mask *mask, struct sv text, struct buf *out)
{
    struct redact_lexer lexer = { .text = text };
    struct redact_token token;

    if (sv_starts(text, SV("/")))
        mask_path(mask, text, out);
    else if (redact_lexer_next(&lexer, &token) && token.kind == TOKEN_WORD &&
             token.text.len == text.len)
        mask_login(mask, text, out);
    else
        redact_mask_text(mask, text, out);
}
