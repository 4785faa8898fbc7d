/* What the log counts, hour by hour, and who is charged with it. */
#include "analyzer/casework/builder.h"

#include <stdlib.h>
#include <string.h>

#define HOUR 3600
#define HOURS_MAX 87660 /* ten years: forged stamps must not fill memory */

/* ------------------------------------------------------------------ totals */

static bool
event_is_inside(const struct sealed *sealed, size_t event)
{
    int64_t at;

    if (sealed->since == INT64_MIN && sealed->until == INT64_MAX)
        return true;
    at = sealed_event_ms(sealed, (uint32_t)event) / 1000;
    return at >= sealed->since && at <= sealed->until;
}

static void
count_events(const struct sealed *sealed, struct case_totals *totals)
{
    const struct ledger *ledger = sealed->ledger;

    for (size_t i = 0; i < ledger->events_count; i++) {
        if (!event_is_inside(sealed, i))
            continue;
        switch ((enum event_kind)ledger->events[i].kind) {
        case EVENT_ARRIVAL:
            totals->arrivals++;
            break;
        case EVENT_DELIVERY:
            totals->deliveries++;
            break;
        case EVENT_DEFERRAL:
            totals->deferrals++;
            break;
        case EVENT_FAILURE:
            totals->failures++;
            break;
        case EVENT_COMPLETED:
            totals->completed++;
            break;
        case EVENT_STILL_FROZEN:
            totals->frozen++;
            break;
        default:
            break;
        }
    }
    for (size_t i = 0; i < ledger->arrivals_count; i++)
        totals->bounces += event_is_inside(sealed, ledger->arrivals[i].event) &&
                           ledger->arrivals[i].sender_null &&
                           message_id_is(ledger->arrivals[i].parent);
}

static void
count_lines(const struct ledger *ledger, struct case_totals *totals)
{
    for (size_t i = 0; i < ledger->texts_count; i++) {
        const struct ledger_text *text = &ledger->texts[i];

        totals->cwd_lines += (int64_t)text->cwd_lines;
        if (text->kind != LOG_EXIM_MAIN)
            continue; /* the others repeat its lines */
        for (int k = 0; k < 4; k++)
            totals->lines += (int64_t)text->lines[k];
        totals->lines -= (int64_t)text->skipped;
    }
}

static void
count_states(const struct sealed *sealed, struct case_identity *identity)
{
    int64_t *const by_state[STATE_COUNT] = {
        [STATE_DELIVERED] = &identity->delivered,
        [STATE_FAILED] = &identity->failed,
        [STATE_DISCARDED] = &identity->discarded,
        [STATE_QUEUED] = &identity->queued,
        [STATE_CUT_OFF] = &identity->cut_off,
    };

    for (size_t i = 0; i < sealed->message_count; i++) {
        int64_t *count = by_state[sealed->messages[i].state];

        if (!count)
            continue;
        ++*count;
        identity->accepted++;
    }
}

/* ------------------------------------------------------------------- hours */

struct hour_counts {
    int64_t first_hour;
    size_t count;
    int64_t *columns[4]; /* arrivals, deliveries, deferrals, failures */
};

static int
column_of(enum event_kind kind)
{
    switch (kind) {
    case EVENT_ARRIVAL:
        return 0;
    case EVENT_DELIVERY:
        return 1;
    case EVENT_DEFERRAL:
        return 2;
    case EVENT_FAILURE:
        return 3;
    default:
        return -1;
    }
}

static bool
hours_open(struct builder *builder, struct hour_counts *hours, int64_t first,
           int64_t last)
{
    *hours = (struct hour_counts){ 0 };
    if (first > last)
        return false;
    hours->first_hour = first - first % HOUR;
    if ((last - hours->first_hour) / HOUR >= HOURS_MAX)
        hours->first_hour = last - last % HOUR - (HOURS_MAX - 1) * HOUR;
    hours->count = (size_t)((last - hours->first_hour) / HOUR) + 1;
    for (int i = 0; i < 4; i++) {
        hours->columns[i] = build_array(builder, hours->count, sizeof(int64_t));
        if (!hours->columns[i])
            return false;
    }
    return true;
}

static void
hours_take(struct hour_counts *hours, int64_t at, enum event_kind kind)
{
    int column = column_of(kind);
    int64_t hour = (at - hours->first_hour) / HOUR;

    if (column >= 0 && at >= hours->first_hour && hour < (int64_t)hours->count)
        hours->columns[column][hour]++;
}

static struct case_hours
hours_close(const struct hour_counts *hours)
{
    return (struct case_hours){ .first_hour = hours->first_hour,
                                .count = hours->count,
                                .arrivals = hours->columns[0],
                                .deliveries = hours->columns[1],
                                .deferrals = hours->columns[2],
                                .failures = hours->columns[3] };
}

static void
build_series(struct builder *builder)
{
    const struct sealed *sealed = builder->sealed;
    int64_t first = INT64_MAX, last = INT64_MIN;
    struct hour_counts hours;

    for (size_t i = 0; i < sealed->ledger->events_count; i++) {
        int64_t at = sealed_event_ms(sealed, (uint32_t)i) / 1000;

        if (column_of(sealed->ledger->events[i].kind) < 0 ||
            !event_is_inside(sealed, i))
            continue;
        if (at < first)
            first = at;
        if (at > last)
            last = at;
    }
    if (!hours_open(builder, &hours, first, last))
        return;
    for (size_t i = 0; i < sealed->ledger->events_count; i++)
        hours_take(&hours, sealed_event_ms(sealed, (uint32_t)i) / 1000,
                   sealed->ledger->events[i].kind);
    builder->casefile->series = hours_close(&hours);
}

void
build_hours(struct builder *builder, const struct finding *finding,
            struct case_hours *ret_hours)
{
    const struct sealed *sealed = builder->sealed;
    int64_t last = finding->last;
    struct hour_counts hours;

    for (size_t i = 0; i < finding->message_count; i++) {
        if (sealed->messages[finding->messages[i]].last_at > last)
            last = sealed->messages[finding->messages[i]].last_at;
    }
    if (!hours_open(builder, &hours, finding->onset, last))
        return;
    for (size_t i = 0; i < finding->message_count; i++) {
        const struct message *message = &sealed->messages[finding->messages[i]];

        for (uint32_t k = 0; k < message->event_count; k++) {
            uint32_t event = sealed->order[message->event_first + k];

            hours_take(&hours, sealed_event_ms(sealed, event) / 1000,
                       sealed->ledger->events[event].kind);
        }
    }
    *ret_hours = hours_close(&hours);
}

void
build_totals(struct builder *builder)
{
    const struct sealed *sealed = builder->sealed;
    struct casefile *casefile = builder->casefile;

    count_events(sealed, &casefile->totals);
    count_lines(sealed->ledger, &casefile->totals);
    casefile->totals.messages = (int64_t)sealed->message_count;
    casefile->totals.rejections = (int64_t)sealed->rejections;
    casefile->totals.auth_failures = (int64_t)sealed->auth_failures;
    count_states(sealed, &casefile->identity);
    build_series(builder);
}

/* -------------------------------------------------------------- principals */

static int
principal_order(const void *left, const void *right)
{
    const struct case_principal *a = left;
    const struct case_principal *b = right;
    int order;

    if (a->messages != b->messages)
        return a->messages > b->messages ? -1 : 1;
    order = strcmp(a->kind, b->kind);
    if (!order)
        order = strcmp(a->name, b->name);
    if (!order)
        order =
            strcmp(a->account ? a->account : "", b->account ? b->account : "");
    return order;
}

static void
build_principal_rows(struct builder *builder)
{
    const struct attribution *attribution = builder->attribution;
    struct case_principal *rows =
        build_array(builder, attribution->principal_count, sizeof(*rows));

    if (!rows)
        return;
    for (size_t i = 0; i < attribution->principal_count; i++) {
        const struct principal *principal = &attribution->principals[i];
        const char *name = build_name(builder, principal->name);

        rows[i] = (struct case_principal){
            .kind = principal_kind_name(principal->kind),
            .name = name ? name : "",
            .account = build_name(builder, principal->account),
            .domain = build_name(builder, principal->domain),
            .messages = principal->messages,
            .recipients = (int64_t)principal->recipients,
            .delivered = (int64_t)principal->delivered,
            .deferred = (int64_t)principal->deferred,
            .failed = (int64_t)principal->failed,
            .source_ips = principal->source_ips,
            .first = principal->first,
            .last = principal->last,
        };
    }
    qsort(rows, attribution->principal_count, sizeof(*rows), principal_order);
    builder->casefile->principals = rows;
    builder->casefile->principal_count = attribution->principal_count;
}

/* ------------------------------------------------------------------ limits */

static int
limit_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;
    const struct ledger_limit *a = left;
    const struct ledger_limit *b = right;
    int order =
        sv_cmp(sealed_name(sealed, a->domain), sealed_name(sealed, b->domain));

    if (order)
        return order;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms ? -1 : 1;
    return sv_cmp(sealed_name(sealed, a->text), sealed_name(sealed, b->text));
}

static int64_t
limit_at(const struct sealed *sealed, const struct ledger_limit *limit)
{
    return sealed_utc_ms(sealed, sealed->text_server[limit->place.text],
                         limit->at_ms, limit->zoned, 0) /
           1000;
}

static void
build_limits(struct builder *builder)
{
    const struct sealed *sealed = builder->sealed;
    struct ledger *ledger = sealed->ledger;
    struct case_limit *rows =
        build_array(builder, ledger->limits_count, sizeof(*rows));
    size_t count = 0;

    if (!rows)
        return;
    if (ledger->limits_count)
        qsort_r(ledger->limits, ledger->limits_count, sizeof(*ledger->limits),
                limit_order, (void *)sealed);
    for (size_t i = 0; i < ledger->limits_count; i++) {
        const struct ledger_limit *limit = &ledger->limits[i];

        if (!i || limit[-1].domain != limit->domain ||
            limit[-1].kind != limit->kind)
            rows[count++] = (struct case_limit){
                .domain = build_name(builder, limit->domain),
                .kind = limit_kind_name(limit->kind),
                .first = limit_at(sealed, limit),
                .text = build_name(builder, limit->text),
            };
        rows[count - 1].last = limit_at(sealed, limit);
        rows[count - 1].lines++;
    }
    builder->casefile->limits = rows;
    builder->casefile->limit_count = count;
}

void
build_principals(struct builder *builder)
{
    build_principal_rows(builder);
    build_limits(builder);
}
