#include "analyzer/ledger/sealed.h"

#include <stdlib.h>
#include <string.h>

const char *
message_state_name(enum message_state state)
{
    static const char *const names[STATE_COUNT] = {
        [STATE_UNKNOWN] = "unknown",     [STATE_REFUSED] = "refused",
        [STATE_DELIVERED] = "delivered", [STATE_FAILED] = "failed",
        [STATE_DISCARDED] = "discarded", [STATE_QUEUED] = "queued",
        [STATE_CUT_OFF] = "cut_off",
    };

    return names[state];
}

void
sealed_free(struct sealed *sealed)
{
    if (!sealed)
        return;
    ledger_free(sealed->ledger);
    free(sealed->messages);
    free(sealed->order);
    free(sealed->recipients);
    free(sealed->clock);
    free(sealed->text_rank);
    free(sealed->text_server);
    free(sealed->of_ledger);
    free(sealed);
}

/* ---------------------------------------------------------------- messages */

static int
message_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;
    const struct message *a = left;
    const struct message *b = right;
    int order;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    order = message_id_cmp(a->id, b->id);
    if (order)
        return order;
    return sv_cmp(sealed_name(sealed, a->server),
                  sealed_name(sealed, b->server));
}

/*
 * A message may have two arrival lines when a line was forged or the evidence
 * overlaps: the one that stands first in the order of the texts counts.
 */
static void
choose_arrivals(struct sealed *sealed)
{
    struct ledger *ledger = sealed->ledger;

    for (size_t i = 0; i < ledger->arrivals_count; i++) {
        const struct ledger_arrival *arrival = &ledger->arrivals[i];
        struct ledger_message *message = &ledger->messages[arrival->message];
        const struct ledger_event *this_event, *held;

        if (message->arrival == NO_INDEX || message->arrival == i) {
            message->arrival = (uint32_t)i;
            continue;
        }
        this_event = &ledger->events[arrival->event];
        held = &ledger->events[ledger->arrivals[message->arrival].event];
        if (sealed->text_rank[this_event->text] <
                sealed->text_rank[held->text] ||
            (this_event->text == held->text && this_event->line < held->line))
            message->arrival = (uint32_t)i;
    }
}

static enum status
messages_make(struct sealed *sealed)
{
    struct ledger *ledger = sealed->ledger;
    size_t count = ledger->messages_count;

    choose_arrivals(sealed);
    sealed->messages = calloc(count + 1, sizeof(*sealed->messages));
    sealed->of_ledger = calloc(count + 1, sizeof(*sealed->of_ledger));
    if (!sealed->messages || !sealed->of_ledger)
        return STATUS_NOMEM;
    for (size_t i = 0; i < count; i++) {
        struct message *message = &sealed->messages[i];
        uint32_t arrival = ledger->messages[i].arrival;

        message->id = ledger->messages[i].id;
        message->server = ledger->messages[i].server;
        message->at = message_id_seconds(message->id);
        message->parent = message->cwd = NO_INDEX;
        message->ident = message->redirect = NO_INDEX;
        if (arrival != NO_INDEX)
            message->arrival = &ledger->arrivals[arrival];
    }
    sealed->message_count = count;
    return STATUS_OK;
}

#define MOVES_PER_MESSAGE 4

/*
 * Logs are nearly in order: a few messages move up a few places. What is not
 * so is sorted in general, which takes room for all of them once more.
 */
static void
sort_nearly(struct sealed *sealed)
{
    struct message *messages = sealed->messages;
    size_t moves = sealed->message_count * MOVES_PER_MESSAGE;

    for (size_t i = 1; i < sealed->message_count; i++) {
        struct message message = messages[i];
        size_t to = i;

        while (to && message_order(&messages[to - 1], &message, sealed) > 0 &&
               moves) {
            messages[to] = messages[to - 1];
            to--;
            moves--;
        }
        messages[to] = message;
        if (!moves)
            break;
    }
    if (!moves)
        qsort_r(messages, sealed->message_count, sizeof(*messages),
                message_order, sealed);
}

/* Arrival times need the clock, and the order needs the times. */
static void
messages_sort(struct sealed *sealed)
{
    struct ledger *ledger = sealed->ledger;

    for (size_t i = 0; i < sealed->message_count; i++) {
        struct message *message = &sealed->messages[i];

        if (message->arrival)
            message->at =
                sealed_event_ms(sealed, message->arrival->event) / 1000;
    }
    sort_nearly(sealed);
    for (size_t i = 0; i < sealed->message_count; i++) {
        const struct message *message = &sealed->messages[i];
        uint32_t at = ledger_find(ledger, message->server, message->id);

        sealed->of_ledger[at] = (uint32_t)i;
    }
}

/* ------------------------------------------------------------------ events */

/*
 * Of one second, a message's arrival comes first and its end last, whatever
 * the order of the texts: one that lies within a second may be any's neighbour.
 */
static uint32_t
phase_of(enum event_kind kind)
{
    switch (kind) {
    case EVENT_ARRIVAL:
        return 0;
    case EVENT_SENDER_IDENT:
    case EVENT_CONNECTION_IDENT:
    case EVENT_SCRIPT_DETAILS:
    case EVENT_OUTBOUND:
        return 1;
    case EVENT_COMPLETED:
        return 3;
    default:
        return 2;
    }
}

struct event_key {
    int64_t at_ms;
    uint64_t offset;
    uint32_t phase;
    uint32_t rank;
    uint32_t index;
};

static int
key_order(const void *left, const void *right)
{
    const struct event_key *a = left;
    const struct event_key *b = right;

    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms ? -1 : 1;
    if (a->phase != b->phase)
        return a->phase < b->phase ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->offset == b->offset ? 0 : a->offset < b->offset ? -1 : 1;
}

static bool
keys_in_order(const struct event_key *keys, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        if (key_order(&keys[i - 1], &keys[i]) > 0)
            return false;
    }
    return true;
}

static bool
sort_lines(struct sealed *sealed, const struct message *message,
           struct event_key **keys, size_t *capacity)
{
    uint32_t *order = sealed->order + message->event_first;
    void *grown = *keys;

    if (!array_reserve(&grown, capacity, message->event_count, sizeof(**keys)))
        return false;
    *keys = grown;
    for (uint32_t i = 0; i < message->event_count; i++) {
        const struct ledger_event *event = &sealed->ledger->events[order[i]];

        (*keys)[i] = (struct event_key){
            .at_ms = sealed_event_ms(sealed, order[i]),
            .phase = phase_of((enum event_kind)event->kind),
            .rank = sealed->text_rank[event->text],
            .offset = event_place(event).offset,
            .index = order[i],
        };
    }
    if (keys_in_order(*keys, message->event_count))
        return true;
    qsort(*keys, message->event_count, sizeof(**keys), key_order);
    for (uint32_t i = 0; i < message->event_count; i++)
        order[i] = (*keys)[i].index;
    return true;
}

/* A counting sort by message, then each message's few lines by time. */
static enum status
events_sort(struct sealed *sealed)
{
    struct ledger *ledger = sealed->ledger;
    struct event_key *keys = NULL;
    size_t capacity = 0;
    uint32_t at = 0;
    bool sorted = true;

    sealed->order = calloc(ledger->events_count + 1, sizeof(*sealed->order));
    if (!sealed->order)
        return STATUS_NOMEM;
    for (size_t i = 0; i < ledger->events_count; i++)
        sealed->messages[sealed->of_ledger[ledger->events[i].message]]
            .event_count++;
    for (size_t i = 0; i < sealed->message_count; i++) {
        sealed->messages[i].event_first = at;
        at += sealed->messages[i].event_count;
        sealed->messages[i].event_count = 0;
    }
    for (size_t i = 0; i < ledger->events_count; i++) {
        struct message *message =
            &sealed->messages[sealed->of_ledger[ledger->events[i].message]];

        sealed->order[message->event_first + message->event_count++] =
            (uint32_t)i;
    }
    for (size_t i = 0; sorted && i < sealed->message_count; i++)
        sorted = sort_lines(sealed, &sealed->messages[i], &keys, &capacity);
    free(keys);
    return sorted ? STATUS_OK : STATUS_NOMEM;
}

static void
note_period(struct sealed *sealed)
{
    sealed->first_at = INT64_MAX;
    sealed->last_at = INT64_MIN;
    for (size_t i = 0; i < sealed->message_count; i++) {
        struct message *message = &sealed->messages[i];
        uint32_t first, last;

        if (!message->event_count)
            continue;
        first = sealed->order[message->event_first];
        last = sealed->order[message->event_first + message->event_count - 1];
        message->last_at = sealed_event_ms(sealed, last) / 1000;
        if (sealed_event_ms(sealed, first) / 1000 < sealed->first_at)
            sealed->first_at = sealed_event_ms(sealed, first) / 1000;
        if (message->last_at > sealed->last_at)
            sealed->last_at = message->last_at;
    }
}

/* ---------------------------------------------------------------- refusals */

static int
refused_order(const void *left, const void *right)
{
    const struct ledger_refused *a = left;
    const struct ledger_refused *b = right;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    if (a->reject_log != b->reject_log)
        return a->reject_log ? 1 : -1; /* the main log's line stands */
    if (a->place.text != b->place.text)
        return a->place.text < b->place.text ? -1 : 1;
    return a->place.offset < b->place.offset
               ? -1
               : a->place.offset > b->place.offset;
}

/*
 * The reject log repeats lines of the main log to the byte: of equal lines
 * as many count as the log has that holds more of them.
 */
static void
refusals_pair(struct sealed *sealed)
{
    struct ledger *ledger = sealed->ledger;
    size_t kept = 0;

    if (ledger->refused_count)
        qsort(ledger->refused, ledger->refused_count, sizeof(*ledger->refused),
              refused_order);
    for (size_t i = 0; i < ledger->refused_count;) {
        uint64_t hash = ledger->refused[i].hash;
        size_t main_lines = 0, reject_lines = 0, first = i;

        for (; i < ledger->refused_count && ledger->refused[i].hash == hash;
             i++) {
            if (ledger->refused[i].reject_log)
                reject_lines++;
            else
                main_lines++;
        }
        if (reject_lines > main_lines)
            main_lines = reject_lines;
        for (size_t k = 0; k < main_lines; k++) {
            struct ledger_refused *refused = &ledger->refused[kept++];

            *refused = ledger->refused[first + k];
            if (refused->kind == EVENT_AUTH_FAILED)
                sealed->auth_failures++;
            else
                sealed->rejections++;
        }
    }
    ledger->refused_count = kept;
}

enum status
sealed_make(struct ledger *ledger, uint32_t *text_rank, uint32_t *text_server,
            size_t text_count, struct sealed **ret_sealed)
{
    enum status status = STATUS_NOMEM;
    struct sealed *sealed = calloc(1, sizeof(*sealed));

    if (!sealed) {
        ledger_free(ledger);
        free(text_rank);
        free(text_server);
        return STATUS_NOMEM;
    }
    sealed->ledger = ledger;
    sealed->text_rank = text_rank;
    sealed->text_server = text_server;
    sealed->text_count = text_count;
    sealed->since = INT64_MIN;
    sealed->until = INT64_MAX;
    if (messages_make(sealed) != STATUS_OK || clock_make(sealed) != STATUS_OK)
        goto out;
    messages_sort(sealed);
    if (events_sort(sealed) != STATUS_OK)
        goto out;
    note_period(sealed);
    refusals_pair(sealed);
    if (outcome_make(sealed) != STATUS_OK || link_make(sealed) != STATUS_OK ||
        family_make(sealed) != STATUS_OK)
        goto out;
    *ret_sealed = sealed;
    sealed = NULL;
    status = STATUS_OK;
out:
    sealed_free(sealed);
    return status;
}
