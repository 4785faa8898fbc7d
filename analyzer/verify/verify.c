#include "analyzer/verify/verifying.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const char *
verify_verdict_name(enum verify_verdict verdict)
{
    static const char *const names[VERIFY_VERDICT_COUNT] = {
        [VERIFY_OK] = "OK",
        [VERIFY_CHANGED] = "CHANGED",
        [VERIFY_MISSING] = "MISSING",
    };

    return names[verdict];
}

const char *
verify_group_name(enum verify_group group)
{
    static const char *const names[VERIFY_GROUP_COUNT] = {
        [VERIFY_FILE] = "file",         [VERIFY_TEXT] = "text",
        [VERIFY_TOTAL] = "total",       [VERIFY_FINDING] = "finding",
        [VERIFY_CITATION] = "citation", [VERIFY_CLAIM] = "claim",
    };

    return names[group];
}

bool
verifying_tell(struct verifying *verifying, enum verify_group group,
               enum verify_verdict verdict)
{
    struct buf shown = { 0 };
    bool told = !verifying->text.failed &&
                sv_printable(buf_sv(&verifying->text), &shown) && !shown.failed;

    if (told) {
        verifying->options->tell(
            verifying->options->user,
            &(struct verify_check){ group, verdict, shown.at ? shown.at : "" });
        verifying->result.counts[group][verdict]++;
    }
    verifying->text.len = 0;
    buf_clear(&shown);
    return told;
}

#define TIME_TEXT_BYTES 32

/* As --since takes it. False for a time that no calendar has. */
static bool
time_write(int64_t at, char text[TIME_TEXT_BYTES])
{
    time_t seconds = (time_t)at;
    struct tm tm;

    return gmtime_r(&seconds, &tm) &&
           strftime(text, TIME_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0;
}

/* The same question as the case's, put to the evidence given now. */
static enum status
analyze_again(struct verifying *verifying, struct fault *fault)
{
    struct analyze_options options = verifying->options->evidence;
    const struct case_scope *scope = &verifying->old->scope;
    char since[TIME_TEXT_BYTES], until[TIME_TEXT_BYTES];

    options.as_of = verifying->old->as_of;
    options.accounts = scope->accounts;
    options.domains = scope->domains;
    options.mailboxes = scope->mailboxes;
    options.since = options.until = NULL;
    if (scope->since != TIME_UNKNOWN && time_write(scope->since, since))
        options.since = since;
    if (scope->until != TIME_UNKNOWN && time_write(scope->until, until))
        options.until = until;
    return analyze(&options, &verifying->fresh, fault);
}

static enum status
verifying_tell_all(struct verifying *verifying)
{
    enum status status;

    if (!match_tell(verifying) || !compare_totals(verifying))
        return STATUS_NOMEM;
    status = compare_findings(verifying);
    if (status != STATUS_OK)
        return status;
    return cited_tell(verifying) ? STATUS_OK : STATUS_NOMEM;
}

static enum status
verdict_of(const struct verify_result *result)
{
    for (size_t i = 0; i < VERIFY_GROUP_COUNT; i++) {
        if (result->counts[i][VERIFY_CHANGED] ||
            result->counts[i][VERIFY_MISSING])
            return STATUS_MISMATCH;
    }
    return STATUS_OK;
}

static void
verifying_clear(struct verifying *verifying)
{
    casefile_free(verifying->fresh);
    evidence_list_free(verifying->list);
    arena_free(verifying->arena);
    free(verifying->given);
    free(verifying->matches);
    free(verifying->lines);
    buf_clear(&verifying->text);
}

enum status
verify(const struct verify_options *options, struct verify_result *ret_result,
       struct fault *fault)
{
    struct verifying verifying = {
        .options = options,
        .old = options->casefile,
        .limits = { .max_ratio = options->evidence.max_ratio,
                    .max_text_bytes = options->evidence.max_text_bytes,
                    .max_line_bytes = options->evidence.max_line_bytes,
                    .max_depth = options->evidence.max_depth,
                    .max_members = options->evidence.max_members,
                    .max_name_bytes = options->evidence.max_name_bytes },
        .arena = arena_new(),
    };
    enum status status = STATUS_NOMEM;

    if (!verifying.arena)
        goto out;
    status = analyze_again(&verifying, fault);
    if (status != STATUS_OK)
        goto out;
    status = given_read(&verifying, fault);
    if (status != STATUS_OK)
        goto out;
    status = match_make(&verifying);
    if (status != STATUS_OK)
        goto out;
    status = cited_collect(&verifying);
    if (status != STATUS_OK)
        goto out;
    status = cited_read(&verifying, fault);
    if (status != STATUS_OK)
        goto out;
    status = verifying_tell_all(&verifying);
    if (status != STATUS_OK)
        goto out;
    *ret_result = verifying.result;
    status = verdict_of(&verifying.result);
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory");
    verifying_clear(&verifying);
    return status;
}
