/*
 * A case that was made for a reader before can be narrowed again: its masks
 * name nobody, stay as they are, and new ones are numbered after them.
 */
#include "report/model.h"
#include "report/redact_again.h"

static const struct {
    struct sv head;
    struct sv tail;
} shapes[] = {
    { { SV_LIT("domain-") }, { SV_LIT(".invalid") } },
    { { SV_LIT("account-") }, { SV_LIT("") } },
    { { SV_LIT("server-") }, { SV_LIT("") } },
    { { SV_LIT("ip-") }, { SV_LIT("") } },
};

static bool
number_between(struct sv token, struct sv head, struct sv tail,
               uint64_t *ret_number)
{
    if (token.len <= head.len + tail.len || !sv_starts(token, head) ||
        !sv_eq(sv_drop(token, token.len - tail.len), tail))
        return false;
    token = sv_drop(sv_head(token, token.len - tail.len), head.len);
    return sv_to_u64(token, UINT32_MAX, ret_number);
}

/* r2@domain-3.invalid, r1@gmail.com, and in a mailbox's own domain. */
static bool
address_is_mask(struct sv token, uint64_t *ret_number)
{
    struct sv domain = redact_domain_of(token);
    uint64_t of_domain = 0;

    if (!domain.len ||
        !number_between(sv_head(token, token.len - domain.len - 1), SV("r"),
                        SV(""), ret_number))
        return false;
    if (number_between(domain, shapes[0].head, shapes[0].tail, &of_domain) &&
        of_domain > *ret_number)
        *ret_number = of_domain;
    return true;
}

static bool
is_mask(struct sv token, uint64_t *ret_number)
{
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        if (number_between(token, shapes[i].head, shapes[i].tail, ret_number))
            return true;
    }
    return address_is_mask(token, ret_number);
}

bool
redact_scope_keeps(const struct redact_scope *scope, struct sv token)
{
    uint64_t number;

    return scope->masked && is_mask(token, &number);
}

static bool
note_masks(void *user, enum redact_rule rule, const xmlNode *row,
           struct sv text)
{
    struct redact_scope *scope = user;
    struct redact_lexer lexer = { .text = text };
    struct redact_token token;
    uint64_t number;

    (void)rule;
    (void)row;
    while (redact_lexer_next(&lexer, &token)) {
        if (is_mask(token.text, &number) && number > scope->masks_used)
            scope->masks_used = number;
    }
    return true;
}

/* The whole of a server has its lines counted; a part of it has not. */
void
redact_again_init(struct redact_scope *scope, const xmlDoc *doc)
{
    const xmlNode *totals =
        model_child(xmlDocGetRootElement((xmlDoc *)(uintptr_t)doc), "totals");

    scope->masked = totals && !model_child_text(totals, "lines");
    if (scope->masked)
        redact_texts(doc, note_masks, scope);
}
