#include "report/leak.h"

#include "report/leak_match.h"
#include "report/model.h"
#include "report/redact_scope.h"

#include <stdlib.h>
#include <string.h>

#define SHORTEST_LOGIN 3 /* shorter ones stand in any text */
#define SHORTEST_SUBJECT 12
#define LONGEST_TEXT 256 /* of a longer one its head is looked for */

struct leak {
    struct redact_scope scope;
    struct leak_match *match;
    struct names *own_subjects; /* one campaign can hit several accounts */
    struct buf folded;
    bool failed; /* out of memory */
};

static void
forbid(struct leak *leak, enum leak_kind kind, struct sv text)
{
    if (redact_scope_keeps(&leak->scope, text))
        return;
    leak->folded.len = 0;
    if (!leak_fold(sv_head(text, LONGEST_TEXT), &leak->folded) ||
        !leak_match_add(leak->match, kind, buf_sv(&leak->folded)))
        leak->failed = true;
}

static void
forbid_path(struct leak *leak, struct sv path)
{
    bool below_home = redact_home_name(path).len > 0;
    bool deep = sv_find_char(sv_drop(path, 1), '/') >= 0;

    if ((below_home || deep) && !redact_scope_home(&leak->scope, path))
        forbid(leak, LEAK_PATH, path);
}

static void
forbid_subject(struct leak *leak, const xmlNode *row, struct sv text)
{
    if (text.len < SHORTEST_SUBJECT ||
        (row && redact_scope_owns_row(&leak->scope, row)) ||
        redact_scope_has(&leak->scope, leak->own_subjects, text))
        return;
    forbid(leak, LEAK_SUBJECT, text);
}

static bool
note_subject(void *user, enum redact_rule rule, const xmlNode *row,
             struct sv text)
{
    struct leak *leak = user;

    if (rule == REDACT_SUBJECT && row &&
        redact_scope_owns_row(&leak->scope, row))
        redact_scope_add(&leak->scope, leak->own_subjects, text);
    return true;
}

static bool
note_text(void *user, enum redact_rule rule, const xmlNode *row, struct sv text)
{
    struct leak *leak = user;
    struct redact_lexer lexer = { .text = text };
    struct redact_token token;

    if (rule == REDACT_FILE || rule == REDACT_SERVER)
        return true;
    if (rule == REDACT_SUBJECT)
        forbid_subject(leak, row, text);
    if (rule == REDACT_NAME && sv_starts(text, SV("/"))) {
        forbid_path(leak, text);
        return !leak->failed;
    }
    while (redact_lexer_next(&lexer, &token)) {
        if (token.kind == TOKEN_PATH)
            forbid_path(leak, token.text);
        else if (token.kind == TOKEN_ADDRESS &&
                 token.text.at[token.text.len - 1] != '@' &&
                 !redact_scope_owns_address(&leak->scope, token.text))
            forbid(leak, LEAK_ADDRESS, token.text);
    }
    return !leak->failed;
}

static void
forbid_set(struct leak *leak, const struct names *set, enum leak_kind kind,
           size_t shortest)
{
    uint32_t count = names_count(set);

    for (uint32_t i = 1; i <= count; i++) {
        struct sv text = names_text(set, i);

        if (text.len >= shortest)
            forbid(leak, kind, text);
    }
}

static void
excuse(struct leak *leak, const struct sv *ours, size_t our_count)
{
    for (size_t i = 0; i < our_count; i++) {
        leak->folded.len = 0;
        if (leak_fold(ours[i], &leak->folded))
            leak_match_excuse(leak->match, buf_sv(&leak->folded));
        else
            leak->failed = true;
    }
}

static bool
collect(struct leak *leak, const xmlDoc *doc, const struct sv *ours,
        size_t our_count)
{
    bool customer = leak->scope.options->audience != REDACT_INVESTIGATOR;

    redact_texts(doc, note_subject, leak);
    redact_texts(doc, note_text, leak);
    forbid_set(leak, leak->scope.strangers, LEAK_DOMAIN, 1);
    forbid_set(leak, leak->scope.logins, LEAK_LOGIN, SHORTEST_LOGIN);
    if (customer)
        forbid_set(leak, leak->scope.servers, LEAK_DOMAIN, 1);
    if (leak->failed || names_failed(leak->own_subjects) ||
        leak->scope.scratch.failed || !leak_match_seal(leak->match))
        return false;
    excuse(leak, ours, our_count);
    return !leak->failed;
}

enum status
leak_new(const xmlDoc *doc, const struct redact_options *options,
         const struct sv *ours, size_t our_count, struct leak **ret_leak,
         struct fault *fault)
{
    struct leak *leak = calloc(1, sizeof(*leak));
    enum status status = STATUS_NOMEM;

    if (!leak)
        goto out;
    status = redact_scope_init(&leak->scope, doc, options, fault);
    if (status != STATUS_OK)
        goto out;
    status = STATUS_NOMEM;
    leak->match = leak_match_new();
    leak->own_subjects = names_new();
    if (!leak->match || !leak->own_subjects ||
        !collect(leak, doc, ours, our_count))
        goto out;

    leak->scope.options = NULL; /* the caller's; all is collected */
    *ret_leak = leak;
    leak = NULL; /* the caller owns it now */
    status = STATUS_OK;
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory while looking for leaks");
    leak_free(leak);
    return status;
}

void
leak_free(struct leak *leak)
{
    if (!leak)
        return;
    if (leak->scope.accounts)
        redact_scope_clear(&leak->scope);
    leak_match_free(leak->match);
    names_free(leak->own_subjects);
    buf_clear(&leak->folded);
    free(leak);
}

size_t
leak_count(const struct leak *leak)
{
    return leak_match_count(leak->match);
}

enum status
leak_scan(struct leak *leak, struct sv bytes, struct leak_hit *ret_hit)
{
    static const char *const kinds[] = {
        [LEAK_PATH] = "a path",     [LEAK_SUBJECT] = "a subject",
        [LEAK_DOMAIN] = "a domain", [LEAK_ADDRESS] = "an address",
        [LEAK_LOGIN] = "a login",
    };
    enum leak_kind kind;
    struct sv found;
    size_t len;

    leak->folded.len = 0;
    leak->folded.failed = false;
    if (!leak_fold(bytes, &leak->folded))
        return STATUS_NOMEM;
    if (!leak_match_find(leak->match, buf_sv(&leak->folded), &found, &kind))
        return STATUS_OK;
    len = found.len < sizeof(ret_hit->text) - 1 ? found.len
                                                : sizeof(ret_hit->text) - 1;
    memcpy(ret_hit->text, found.at, len);
    ret_hit->text[len] = '\0';
    ret_hit->kind = kinds[kind];
    ret_hit->offset_bytes = (size_t)(found.at - leak->folded.at);
    return STATUS_MISMATCH;
}
