/*
 * The servers' clocks. A message id carries the second, UTC, at which its
 * reception began; the stamp of its arrival line is local time: their
 * difference, rounded to a quarter of an hour, is a vote for the offset
 * (exim-log-format 1.4).
 */
#include "analyzer/ledger/sealed.h"

#include <stdlib.h>

#define QUARTER 900
/* A stamp is late by the time that reception took; clocks may be a bit off. */
#define EARLY_SECONDS 120
/* A few odd votes between spans of one offset are forged or broken lines. */
#define STRAY_VOTES 3

struct vote {
    int64_t at; /* UTC */
    uint32_t server;
    int32_t offset_minutes;
};

static int
vote_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;
    const struct vote *a = left;
    const struct vote *b = right;

    if (a->server != b->server)
        return sv_cmp(sealed_name(sealed, a->server),
                      sealed_name(sealed, b->server));
    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return a->offset_minutes - b->offset_minutes;
}

static int64_t
floor_to(int64_t value, int64_t step)
{
    int64_t rest = value % step;

    return value - (rest < 0 ? rest + step : rest);
}

static bool
vote_of(const struct sealed *sealed, const struct message *message,
        struct vote *ret_vote)
{
    const struct ledger_arrival *arrival = message->arrival;
    int64_t difference;

    if (!arrival)
        return false;
    ret_vote->server = message->server;
    ret_vote->at = message_id_seconds(message->id);
    if (arrival->zoned) {
        ret_vote->offset_minutes = arrival->zone_minutes;
        return true;
    }
    difference =
        (int64_t)sealed->ledger->events[arrival->event].seconds - ret_vote->at;
    difference = floor_to(difference + EARLY_SECONDS, QUARTER);
    if (difference < -14 * 3600 || difference > 15 * 3600)
        return false; /* no zone: a forged line or a broken clock */
    ret_vote->offset_minutes = (int32_t)(difference / 60);
    return true;
}

static void
close_span(struct sealed *sealed, const struct vote *votes, size_t from,
           size_t to)
{
    sealed->clock[sealed->clock_count++] = (struct clock_span){
        .server = votes[from].server,
        .from = votes[from].at,
        .to = votes[to - 1].at,
        .offset_minutes = votes[from].offset_minutes,
        .votes = to - from,
    };
}

static bool
spans_agree(const struct clock_span *a, const struct clock_span *b)
{
    return a->server == b->server && a->offset_minutes == b->offset_minutes;
}

/* Daylight saving moves a clock by an hour, in one place by half of one. */
static bool
is_season(const struct clock_span *before, const struct clock_span *after)
{
    int32_t change = abs(after->offset_minutes - before->offset_minutes);

    return change == 60 || change == 30;
}

/* Drops spans of a few votes whose neighbours agree, then joins those. */
static void
drop_strays(struct sealed *sealed)
{
    size_t kept = 0;

    for (size_t i = 0; i < sealed->clock_count; i++) {
        const struct clock_span *span = &sealed->clock[i];
        bool last = i + 1 == sealed->clock_count ||
                    sealed->clock[i + 1].server != span->server;
        bool first = !kept || sealed->clock[kept - 1].server != span->server;

        if (!first && span->votes <= STRAY_VOTES &&
            (last ? !is_season(&sealed->clock[kept - 1], span)
                  : spans_agree(&sealed->clock[kept - 1], span + 1)))
            continue;
        if (first && !last && span->votes <= STRAY_VOTES &&
            sealed->clock[i + 1].votes > 10 * STRAY_VOTES)
            continue;
        if (!first && spans_agree(&sealed->clock[kept - 1], span)) {
            sealed->clock[kept - 1].to = span->to;
            sealed->clock[kept - 1].votes += span->votes;
        } else {
            sealed->clock[kept++] = *span;
        }
    }
    sealed->clock_count = kept;
}

/* Clocks change on the hour: the last whole one before the new offset shows. */
static void
set_borders(struct sealed *sealed)
{
    for (size_t i = 0; i < sealed->clock_count; i++) {
        struct clock_span *span = &sealed->clock[i];
        struct clock_span *next = span + 1;
        int64_t border;

        if (!i || span[-1].server != span->server)
            span->begins = INT64_MIN;
        span->ends = INT64_MAX;
        if (i + 1 == sealed->clock_count || next->server != span->server)
            continue;
        border = floor_to(next->from, 3600);
        if (border <= span->to)
            border = next->from;
        span->ends = border;
        next->begins = border;
    }
}

enum status
clock_make(struct sealed *sealed)
{
    struct vote *votes = calloc(sealed->message_count + 1, sizeof(*votes));
    size_t count = 0, spans = 1, from = 0;

    if (!votes)
        return STATUS_NOMEM;
    for (size_t i = 0; i < sealed->message_count; i++) {
        if (vote_of(sealed, &sealed->messages[i], &votes[count]))
            count++;
    }
    qsort_r(votes, count, sizeof(*votes), vote_order, sealed);
    for (size_t i = 1; i < count; i++)
        spans += votes[i].server != votes[i - 1].server ||
                 votes[i].offset_minutes != votes[i - 1].offset_minutes;
    sealed->clock = calloc(spans, sizeof(*sealed->clock));
    if (!sealed->clock) {
        free(votes);
        return STATUS_NOMEM;
    }
    for (size_t i = 1; i <= count; i++) {
        if (i < count && votes[i].server == votes[from].server &&
            votes[i].offset_minutes == votes[from].offset_minutes)
            continue;
        close_span(sealed, votes, from, i);
        from = i;
    }
    free(votes);
    drop_strays(sealed);
    set_borders(sealed);
    return STATUS_OK;
}

int64_t
sealed_utc_ms(const struct sealed *sealed, uint32_t server, int64_t at_ms,
              bool zoned, int64_t near)
{
    int64_t best = at_ms;
    bool found = false;

    if (zoned)
        return at_ms;
    for (size_t i = 0; i < sealed->clock_count; i++) {
        const struct clock_span *span = &sealed->clock[i];
        int64_t utc_ms = at_ms - (int64_t)span->offset_minutes * 60000;
        int64_t utc = utc_ms / 1000;

        if (span->server != server)
            continue;
        if (!found && span->begins == INT64_MIN)
            best = utc_ms; /* before any other fits */
        if (utc < span->begins || utc >= span->ends)
            continue;
        if (!found || (near && best / 1000 < near - 2))
            best = utc_ms;
        found = true;
    }
    return best;
}

int64_t
sealed_event_ms(const struct sealed *sealed, uint32_t event)
{
    const struct ledger_event *of = &sealed->ledger->events[event];
    const struct ledger_message *message =
        &sealed->ledger->messages[of->message];

    return sealed_utc_ms(sealed, message->server,
                         (int64_t)of->seconds * 1000 + of->millis, of->zoned,
                         message_id_seconds(message->id));
}

int32_t
sealed_offset_minutes(const struct sealed *sealed, uint32_t server, int64_t at)
{
    for (size_t i = 0; i < sealed->clock_count; i++) {
        const struct clock_span *span = &sealed->clock[i];

        if (span->server == server && at >= span->begins && at < span->ends)
            return span->offset_minutes;
    }
    return 0;
}
