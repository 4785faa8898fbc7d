/* What a case says of the scope, read once before anything is masked. */
#include "report/redact_again.h"
#include "report/redact_scope.h"

#include "report/model.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static bool
gather_list(struct redact_scope *scope, struct names *set,
            const struct text_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        redact_scope_add(scope, set, sv_of(list->items[i]));
    return !names_failed(set);
}

/* Domains of accounts beside the scope's; asked for first. */
static void
gather_foreign(struct redact_scope *scope, const xmlNode *row)
{
    struct sv account = sv_of(model_child_text(row, "account"));
    struct sv domain = sv_of(model_child_text(row, "domain"));

    if (!account.len || redact_scope_lists_account(scope, account) ||
        redact_scope_has(scope, scope->domains, domain) ||
        redact_scope_has(scope, scope->shown, domain))
        return;
    redact_scope_add(scope, scope->foreign, domain);
}

/* What an account has, and who has a domain or mailbox. */
static void
gather_own(struct redact_scope *scope, const xmlNode *row)
{
    struct sv account = sv_of(model_child_text(row, "account"));
    struct sv domain = sv_of(model_child_text(row, "domain"));

    if (redact_scope_lists_account(scope, account) &&
        !redact_scope_has(scope, scope->foreign, domain) &&
        !redact_large_provider(domain).len)
        redact_scope_add(scope, scope->domains, domain);
    else if (redact_scope_owns_row(scope, row))
        redact_scope_add(scope, scope->accounts, account);
}

static void
gather_rows(struct redact_scope *scope, const xmlNode *root,
            const char *wrapper,
            void (*gather)(struct redact_scope *, const xmlNode *))
{
    const xmlNode *rows = model_child(root, wrapper);

    for (const xmlNode *row = rows ? rows->children : NULL; row;
         row = row->next) {
        if (row->type == XML_ELEMENT_NODE)
            gather(scope, row);
    }
}

static void
gather_ids(struct redact_scope *scope, const xmlNode *finding,
           const char *wrapper)
{
    const xmlNode *list = model_child(finding, wrapper);

    for (const xmlNode *item = list ? list->children : NULL; item;
         item = item->next) {
        const char *id = model_child_text(item, "message_id");

        if (item->type == XML_ELEMENT_NODE)
            names_add(scope->messages, sv_of(id ? id : model_text(item)));
    }
}

static void
gather_ips(struct redact_scope *scope, const xmlNode *finding,
           const char *wrapper)
{
    const xmlNode *list = model_child(finding, wrapper);

    for (const xmlNode *item = list ? list->children : NULL; item;
         item = item->next) {
        const char *name = model_child_text(item, "name");
        const char *text = name ? name : model_text(item);
        struct redact_lexer lexer = { .text = sv_of(text) };
        struct redact_token token;

        if (item->type == XML_ELEMENT_NODE &&
            redact_lexer_next(&lexer, &token) && token.kind == TOKEN_IP)
            redact_scope_add(scope, scope->ips, token.text);
    }
}

static void
gather_finding(struct redact_scope *scope, const xmlNode *finding)
{
    if (!redact_scope_owns_row(scope, finding))
        return;
    gather_ids(scope, finding, "message_ids");
    gather_ids(scope, finding, "probes");
    gather_ids(scope, finding, "samples");
    gather_ips(scope, finding, "source_ips");
    gather_ips(scope, finding, "sources");
}

static void
gather_server(struct redact_scope *scope, const xmlNode *node)
{
    redact_scope_add(scope, scope->servers, sv_of(model_text(node)));
}

static void
gather_span(struct redact_scope *scope, const xmlNode *span)
{
    redact_scope_add(scope, scope->servers,
                     sv_of(model_child_text(span, "server")));
}

static void
gather_stranger(struct redact_scope *scope, struct sv domain)
{
    if (domain.len && !redact_scope_shows_domain(scope, domain) &&
        !redact_large_provider(domain).len && !redact_is_file_name(domain) &&
        !redact_scope_has(scope, scope->servers, domain))
        redact_scope_add(scope, scope->strangers, domain);
}

static void
gather_login(struct redact_scope *scope, struct sv login)
{
    uint64_t number;

    if (!redact_scope_owns_login(scope, login) &&
        !sv_to_u64(login, UINT64_MAX, &number))
        redact_scope_add(scope, scope->logins, login);
}

static bool
gather_text(void *user, enum redact_rule rule, const xmlNode *row,
            struct sv text)
{
    struct redact_scope *scope = user;
    struct redact_lexer lexer = { .text = text };
    struct redact_token token;
    size_t tokens = 0;

    (void)row;
    if (rule == REDACT_FILE || rule == REDACT_SERVER)
        return true;
    while (redact_lexer_next(&lexer, &token)) {
        bool whole = token.text.len == text.len;

        tokens++;
        if (token.kind == TOKEN_ADDRESS)
            gather_stranger(scope, redact_domain_of(token.text));
        else if (token.kind == TOKEN_DOMAIN)
            gather_stranger(scope, token.text);
        else if (token.kind == TOKEN_PATH)
            gather_login(scope, redact_home_name(token.text));
        else if (token.kind == TOKEN_LOGIN ||
                 (token.kind == TOKEN_WORD && whole && rule == REDACT_NAME))
            gather_login(scope, token.text);
    }
    return tokens > 0 || !text.len;
}

static bool
scope_alloc(struct redact_scope *scope)
{
    struct names **const sets[] = {
        &scope->accounts,  &scope->domains, &scope->shown,
        &scope->mailboxes, &scope->homes,   &scope->foreign,
        &scope->strangers, &scope->logins,  &scope->ips,
        &scope->messages,  &scope->servers,
    };

    for (size_t i = 0; i < COUNT(sets); i++) {
        *sets[i] = names_new();
        if (!*sets[i])
            return false;
    }
    return true;
}

static bool
scope_failed(const struct redact_scope *scope)
{
    return scope->scratch.failed || names_failed(scope->accounts) ||
           names_failed(scope->domains) || names_failed(scope->shown) ||
           names_failed(scope->mailboxes) || names_failed(scope->homes) ||
           names_failed(scope->foreign) || names_failed(scope->strangers) ||
           names_failed(scope->logins) || names_failed(scope->ips) ||
           names_failed(scope->messages) || names_failed(scope->servers);
}

static void
gather(struct redact_scope *scope, const xmlDoc *doc)
{
    const struct redact_options *options = scope->options;
    const xmlNode *root = xmlDocGetRootElement(doc);

    gather_list(scope, scope->accounts, &options->accounts);
    gather_list(scope, scope->domains, &options->domains);
    gather_list(scope, scope->mailboxes, &options->mailboxes);
    for (size_t i = 0; i < options->homes.count; i++)
        names_add(scope->homes, sv_of(options->homes.items[i]));
    for (size_t i = 0; i < options->mailboxes.count; i++)
        redact_scope_add(scope, scope->shown,
                         redact_domain_of(sv_of(options->mailboxes.items[i])));
    gather_rows(scope, root, "servers", gather_server);
    gather_rows(scope, root, "clock", gather_span);
    gather_rows(scope, root, "evidence", gather_span);
    gather_rows(scope, root, "principals", gather_foreign);
    gather_rows(scope, root, "findings", gather_foreign);
    gather_rows(scope, root, "principals", gather_own);
    gather_rows(scope, root, "findings", gather_own);
    gather_rows(scope, root, "findings", gather_finding);
    redact_texts(doc, gather_text, scope);
}

enum status
redact_scope_init(struct redact_scope *scope, const xmlDoc *doc,
                  const struct redact_options *options, struct fault *fault)
{
    *scope = (struct redact_scope){ .options = options };
    if (!options->accounts.count && !options->domains.count &&
        !options->mailboxes.count)
        return fault_set(fault, STATUS_USAGE,
                         "a report for one customer needs an account, domain "
                         "or mailbox");
    redact_again_init(scope, doc);
    if (scope_alloc(scope)) {
        gather(scope, doc);
        if (!scope_failed(scope))
            return STATUS_OK;
    }
    redact_scope_clear(scope);
    return fault_set(fault, STATUS_NOMEM,
                     "out of memory while masking the case");
}

void
redact_scope_clear(struct redact_scope *scope)
{
    names_free(scope->accounts);
    names_free(scope->domains);
    names_free(scope->shown);
    names_free(scope->mailboxes);
    names_free(scope->homes);
    names_free(scope->foreign);
    names_free(scope->strangers);
    names_free(scope->logins);
    names_free(scope->ips);
    names_free(scope->messages);
    names_free(scope->servers);
    buf_clear(&scope->scratch);
    *scope = (struct redact_scope){ 0 };
}
