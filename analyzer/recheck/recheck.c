#include "analyzer/recheck/rechecking.h"

#include <stdlib.h>
#include <string.h>

#define HOUR_S 3600
/* A queued message is tried every six hours at least; so long without one
 * line of it, and it is gone. */
#define QUEUE_SILENCE_S (24 * (int64_t)HOUR_S)

const char *
recheck_verdict_name(enum recheck_verdict verdict)
{
    static const char *const names[RECHECK_VERDICT_COUNT] = {
        [RECHECK_UNKNOWN] = "unknown",
        [RECHECK_PASSED] = "passed",
        [RECHECK_FAILED] = "failed",
    };

    return names[verdict];
}

const char *
recheck_question_name(enum recheck_question question)
{
    static const char *const names[RECHECK_QUESTION_COUNT] = {
        [RECHECK_HOURS] = "hours",
        [RECHECK_SERVERS] = "servers",
        [RECHECK_CREDENTIAL] = "credential",
        [RECHECK_SCRIPT] = "script",
        [RECHECK_RELAY] = "relay",
        [RECHECK_FAMILIES] = "families",
        [RECHECK_ANEW] = "anew",
        [RECHECK_QUEUE] = "queue",
        [RECHECK_HELD] = "held",
    };

    return names[question];
}

/* ---------------------------------------------------------- what was seen */

struct span {
    int64_t from;
    int64_t to;
};

static int
span_cmp(const void *left, const void *right)
{
    const struct span *a = left;
    const struct span *b = right;

    return (a->from > b->from) - (a->from < b->from);
}

/* The main logs since, and how much time they cover together. */
static bool
measure(struct rechecking *rechecking)
{
    const struct casefile *fresh = rechecking->fresh;
    struct recheck_result *result = rechecking->result;
    struct span *spans = calloc(fresh->evidence_count + 1, sizeof(*spans));
    size_t count = 0;

    if (!spans)
        return false;
    for (size_t i = 0; i < fresh->evidence_count; i++) {
        const struct case_evidence *file = &fresh->evidence[i];
        int64_t from =
            file->first > result->since ? file->first : result->since;

        if (strcmp(file->kind ? file->kind : "", "exim_main") == 0 &&
            file->first != TIME_UNKNOWN && file->last > from)
            spans[count++] = (struct span){ from, file->last };
    }
    if (count)
        qsort(spans, count, sizeof(*spans), span_cmp);
    result->first = count ? spans[0].from : TIME_UNKNOWN;
    result->last = TIME_UNKNOWN;
    for (size_t i = 0; i < count; i++) {
        int64_t from =
            spans[i].from > result->last ? spans[i].from : result->last;

        if (spans[i].to > from)
            result->seen_s += spans[i].to - from;
        if (spans[i].to > result->last)
            result->last = spans[i].to;
    }
    free(spans);
    return true;
}

/* Servers of the old case of which the new logs say nothing. */
static int64_t
servers_absent(const struct rechecking *rechecking)
{
    struct text_list then = rechecking->old->servers;
    struct text_list now = rechecking->fresh->servers;
    int64_t absent = 0;

    for (size_t i = 0; now.count && i < then.count; i++) {
        size_t k = 0;

        while (k < now.count && strcmp(then.items[i], now.items[k]) != 0)
            k++;
        absent += k == now.count;
    }
    return absent;
}

static bool
same(const char *a, const char *b)
{
    return a && b && sv_eq_nocase(sv_of(a), sv_of(b));
}

/* Is it about the same mailbox, account or, without names, server? */
static bool
finding_is_again(const struct case_finding *then,
                 const struct case_finding *now)
{
    bool kind = same(then->kind, now->kind);

    if (then->mailbox || now->mailbox)
        return same(then->mailbox, now->mailbox) && (kind || now->compromise);
    if (then->account || now->account)
        return same(then->account, now->account) && kind;
    return kind;
}

static int64_t
findings_again(const struct rechecking *rechecking,
               const struct case_finding *then)
{
    const struct casefile *fresh = rechecking->fresh;
    int64_t count = 0;

    for (size_t i = 0; i < fresh->finding_count; i++)
        count += fresh->findings[i].last > rechecking->result->since &&
                 finding_is_again(then, &fresh->findings[i]);
    return count;
}

/* Who may not send cannot be seen to have stopped. */
static bool
is_held(const struct rechecking *rechecking,
        const struct recheck_finding *result)
{
    const struct casefile *fresh = rechecking->fresh;

    for (size_t i = 0; i < fresh->limit_count; i++) {
        const struct case_limit *limit = &fresh->limits[i];
        bool stops =
            same(limit->kind, "hold") || same(limit->kind, "suspension");

        if (stops && limit->last > rechecking->result->since &&
            same(limit->domain, result->finding->domain) &&
            result->own_last <= limit->last)
            return true;
    }
    return false;
}

/* ---------------------------------------------------------------- verdicts */

static enum recheck_verdict
queue_verdict(const struct watched *watched, int64_t seen_s)
{
    if (watched->queue_open)
        return RECHECK_FAILED;
    if (watched->finding->queued <= watched->queue_done ||
        seen_s >= QUEUE_SILENCE_S)
        return RECHECK_PASSED;
    return RECHECK_UNKNOWN;
}

/* Passed unless something speaks against it, or cannot be told. */
static enum recheck_verdict
clean_unless(bool against, bool untold)
{
    if (against)
        return RECHECK_FAILED;
    return untold ? RECHECK_UNKNOWN : RECHECK_PASSED;
}

static void
answer(const struct rechecking *rechecking, const struct watched *watched,
       enum recheck_question question, struct recheck_answer *answer)
{
    const struct recheck_result *result = rechecking->result;
    const struct recheck_finding *own = watched->result;
    bool untold = false;

    switch (question) {
    case RECHECK_HOURS:
        answer->count = result->seen_s;
        answer->verdict = result->seen_s >= own->needed_hours * HOUR_S
                              ? RECHECK_PASSED
                              : RECHECK_UNKNOWN;
        return;
    case RECHECK_SERVERS:
        answer->count = servers_absent(rechecking);
        answer->verdict = clean_unless(false, answer->count > 0);
        return;
    case RECHECK_HELD:
        answer->verdict = clean_unless(false, is_held(rechecking, own));
        return;
    case RECHECK_QUEUE:
        answer->count = watched->queue_open;
        answer->verdict = queue_verdict(watched, result->seen_s);
        return;
    case RECHECK_ANEW:
        answer->count = findings_again(rechecking, watched->finding);
        break;
    case RECHECK_SCRIPT: /* what the selectors leave out is not seen */
        untold = rechecking->fresh->totals.cwd_lines == 0;
        break;
    case RECHECK_FAMILIES:
        untold = own->own_messages > 0 && watched->own_subjects == 0;
        break;
    case RECHECK_CREDENTIAL:
    case RECHECK_RELAY:
    case RECHECK_QUESTION_COUNT:
        break;
    }
    answer->verdict = clean_unless(answer->count > 0, untold);
}

static void
conclude(struct rechecking *rechecking, struct watched *watched)
{
    struct recheck_finding *own = watched->result;

    own->verdict = RECHECK_PASSED;
    for (size_t i = 0; i < RECHECK_QUESTION_COUNT; i++) {
        struct recheck_answer *one = &own->answers[i];

        /* Of nothing at all nothing can be said. */
        if (rechecking->result->first == TIME_UNKNOWN && i != RECHECK_HOURS)
            one->asked = false;
        if (!one->asked)
            continue;
        answer(rechecking, watched, (enum recheck_question)i, one);
        if (one->verdict == RECHECK_FAILED ||
            (one->verdict == RECHECK_UNKNOWN && own->verdict == RECHECK_PASSED))
            own->verdict = one->verdict;
    }
    rechecking->result->counts[own->verdict]++;
}

/* ------------------------------------------------------------------ the run */

static enum status
prepare(struct rechecking *rechecking)
{
    const struct casefile *old = rechecking->old;
    struct recheck_result *result = rechecking->result;
    size_t count = old->finding_count;
    enum status status = STATUS_OK;

    result->arena = rechecking->arena = arena_new();
    if (!result->arena)
        return STATUS_NOMEM;
    result->findings =
        arena_alloc(result->arena, (count + 1) * sizeof(*result->findings));
    rechecking->watched =
        arena_alloc(result->arena, (count + 1) * sizeof(struct watched));
    if (!result->findings || !rechecking->watched)
        return STATUS_NOMEM;
    result->finding_count = count;
    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = watched_init(&rechecking->watched[i], &old->findings[i],
                              &result->findings[i]);
    return status;
}

/* Since the clean-up as it was given, or since the case knows no more. */
static enum status
take_since(struct rechecking *rechecking, const char *since,
           struct fault *fault)
{
    const struct casefile *old = rechecking->old;
    struct recheck_result *result = rechecking->result;

    result->since =
        old->period_last != TIME_UNKNOWN ? old->period_last : old->as_of;
    if (old->scope.until != TIME_UNKNOWN && old->scope.until < result->since)
        result->since = old->scope.until;
    if (since &&
        !time_read(since, rechecking->fresh->period_last, &result->since))
        return fault_set(fault, STATUS_USAGE,
                         "--since %s: not a time; write 2026-11-12, "
                         "2026-11-12T08:00 or -48h",
                         since);
    return STATUS_OK;
}

static enum status
ask_all(struct rechecking *rechecking, struct records *records)
{
    struct records_visitor visitor = { .user = rechecking,
                                       .message = rechecking_message };
    struct recheck_result *result = rechecking->result;
    const struct casefile *fresh = rechecking->fresh;
    enum status status = records_visit(records, &visitor);

    if (status != STATUS_OK || !measure(rechecking))
        return STATUS_NOMEM;
    for (size_t i = 0; i < result->finding_count; i++)
        conclude(rechecking, &rechecking->watched[i]);
    result->lossy = fresh->lossy;
    result->completeness =
        arena_strdup(result->arena, sv_of(fresh->completeness));
    return result->completeness ? STATUS_OK : STATUS_NOMEM;
}

enum status
recheck(const struct recheck_options *options,
        struct recheck_result *ret_result, struct fault *fault)
{
    struct recheck_result result = { 0 };
    struct rechecking rechecking = { .old = options->casefile,
                                     .result = &result };
    struct records *records = NULL;
    enum status status = prepare(&rechecking);

    if (status == STATUS_OK)
        status = records_open(&options->evidence, &records, fault);
    if (status != STATUS_OK)
        goto out;
    rechecking.fresh = records_case(records);
    status = take_since(&rechecking, options->since, fault);
    if (status == STATUS_OK)
        status = ask_all(&rechecking, records);
out:
    for (size_t i = 0; rechecking.watched && i < result.finding_count; i++)
        watched_clear(&rechecking.watched[i]);
    records_free(records);
    if (status != STATUS_OK) {
        recheck_result_clear(&result);
        if (status == STATUS_NOMEM)
            fault_set(fault, status, "out of memory");
        return status;
    }
    *ret_result = result;
    return STATUS_OK;
}

void
recheck_result_clear(struct recheck_result *result)
{
    arena_free(result->arena);
    *result = (struct recheck_result){ 0 };
}
