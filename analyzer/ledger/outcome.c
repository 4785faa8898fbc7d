/* What became of each recipient and of each message: exim-log-format 9. */
#include "analyzer/ledger/sealed.h"

#include <stdlib.h>
#include <string.h>

struct flow { /* walks one message's lines */
    struct sealed *sealed;
    struct message *message;
    struct recipient *recipients; /* sorted by address name */
    uint32_t count;
    uint32_t *names; /* scratch */
    size_t names_capacity;
    size_t recipient_capacity;
    uint32_t *attempts; /* by event / STRIDE: the first attempt from there */
    bool arrived;
    bool queued; /* a line says that it waits */
    bool refused;
    bool blackholed; /* discarded whole */
};

#define STRIDE 64 /* events between two known places of their attempts */

/* Attempts stand in the order of their events. */
static bool
index_attempts(struct flow *flow)
{
    const struct ledger *ledger = flow->sealed->ledger;
    size_t marks = ledger->events_count / STRIDE + 1;
    uint32_t at = 0;

    flow->attempts = calloc(marks, sizeof(*flow->attempts));
    if (!flow->attempts)
        return false;
    for (size_t i = 0; i < marks; i++) {
        while (at < ledger->attempts_count &&
               ledger->attempts[at].event < i * STRIDE)
            at++;
        flow->attempts[i] = at;
    }
    return true;
}

static const struct ledger_attempt *
attempt_of(const struct flow *flow, uint32_t event)
{
    const struct ledger *ledger = flow->sealed->ledger;
    size_t at = flow->attempts[event / STRIDE];

    if (!kind_is_attempt(ledger->events[event].kind))
        return NULL;
    while (at < ledger->attempts_count && ledger->attempts[at].event < event)
        at++;
    if (at < ledger->attempts_count && ledger->attempts[at].event == event)
        return &ledger->attempts[at];
    return NULL;
}

static int
number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

static bool
add_name(struct flow *flow, uint32_t *count, uint32_t name)
{
    void *grown = flow->names;

    if (!name)
        return true;
    if (!array_reserve(&grown, &flow->names_capacity, (size_t)*count + 1,
                       sizeof(*flow->names)))
        return false;
    flow->names = grown;
    flow->names[(*count)++] = name;
    return true;
}

static uint32_t
asked_for(const struct ledger_attempt *attempt)
{
    return attempt->original ? attempt->original : attempt->address;
}

/* Everyone that an arrival or an attempt names; each once, sorted. */
static bool
gather_names(struct flow *flow, uint32_t *ret_count)
{
    const struct sealed *sealed = flow->sealed;
    const struct ledger *ledger = sealed->ledger;
    const struct message *message = flow->message;
    const struct ledger_arrival *arrival = message->arrival;
    uint32_t count = 0, kept = 0;

    for (uint32_t i = 0; i < message->event_count; i++) {
        const struct ledger_attempt *attempt =
            attempt_of(flow, sealed->order[message->event_first + i]);

        if (attempt && !add_name(flow, &count, asked_for(attempt)))
            return false;
    }
    for (uint32_t i = 0; arrival && i < arrival->recipients_count; i++) {
        uint32_t name = ledger->recipients[arrival->recipients_first + i];

        /* An unqualified one is named in full by its attempts. */
        if (count && sv_find_char(names_text(ledger->names, name), '@') < 0)
            continue;
        if (!add_name(flow, &count, name))
            return false;
    }
    if (count)
        qsort(flow->names, count, sizeof(*flow->names), number_order);
    for (uint32_t i = 0; i < count; i++) {
        if (!kept || flow->names[kept - 1] != flow->names[i])
            flow->names[kept++] = flow->names[i];
    }
    *ret_count = kept;
    return true;
}

static bool
recipients_make(struct flow *flow)
{
    struct sealed *sealed = flow->sealed;
    void *grown = sealed->recipients;
    uint32_t count;

    if (!gather_names(flow, &count) ||
        !array_reserve(&grown, &flow->recipient_capacity,
                       sealed->recipient_count + count,
                       sizeof(*sealed->recipients)))
        return false;
    sealed->recipients = grown;
    flow->message->recipient_first = (uint32_t)sealed->recipient_count;
    flow->message->recipient_count = count;
    flow->recipients = sealed->recipients
                           ? sealed->recipients + sealed->recipient_count
                           : NULL;
    flow->count = count;
    sealed->recipient_count += count;
    for (uint32_t i = 0; i < count; i++)
        flow->recipients[i] = (struct recipient){ .address = flow->names[i],
                                                  .final = flow->names[i],
                                                  .last = NO_INDEX };
    return true;
}

static struct recipient *
recipient_find(struct flow *flow, uint32_t name)
{
    uint32_t low = 0, high = flow->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (flow->recipients[middle].address < name)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < flow->count && flow->recipients[low].address == name)
        return &flow->recipients[low];
    return NULL;
}

/* ---------------------------------------------------------------- attempts */

static struct sv
domain_of(const struct sealed *sealed, uint32_t name)
{
    struct sv address = sealed_name(sealed, name);
    ptrdiff_t at = sv_rfind_char(address, '@');

    return at < 0 ? (struct sv){ "", 0 } : sv_drop(address, (size_t)at + 1);
}

static enum outcome
attempt_outcome(const struct ledger_attempt *attempt)
{
    switch ((enum event_kind)attempt->kind) {
    case EVENT_DEFERRAL:
        return OUTCOME_DEFERRED;
    case EVENT_FAILURE:
        return OUTCOME_FAILED;
    case EVENT_IGNORED_FAIL:
        return OUTCOME_FAILED;
    default:
        return attempt->target == TARGET_DISCARDED ? OUTCOME_DISCARDED
                                                   : OUTCOME_DELIVERED;
    }
}

/*
 * One address may become several: a delivery of any of them stands against a
 * later failure of another; a notice sent back to the sender is no delivery.
 */
static void
take_attempt(struct flow *flow, const struct ledger_attempt *attempt,
             uint32_t index)
{
    struct recipient *recipient = recipient_find(flow, asked_for(attempt));
    enum outcome outcome = attempt_outcome(attempt);

    if (!recipient)
        return;
    if (attempt->kind == EVENT_DEFERRAL) {
        recipient->deferral_lines++;
        flow->message->deferral_lines++;
        if (attempt->refusal != REFUSAL_RETRY || !recipient->waited)
            recipient->waited = attempt->refusal;
    }
    if (attempt->target == TARGET_REMOTE || attempt->host_ip)
        recipient->remote = true;
    if (attempt->target == TARGET_AUTOREPLY &&
        attempt->kind == EVENT_DELIVERY && recipient->remote)
        return;
    if (recipient->outcome == OUTCOME_DELIVERED &&
        outcome != OUTCOME_DELIVERED && recipient->final != attempt->address)
        return;
    if (recipient->outcome == OUTCOME_FAILED && outcome == OUTCOME_FAILED &&
        attempt->refusal == REFUSAL_EXPIRED)
        return;
    /* A failure after retries is known by why they failed, not that they did.
     */
    if (attempt->refusal != REFUSAL_EXPIRED || !recipient->refusal)
        recipient->refusal = attempt->refusal;
    if (attempt->refusal == REFUSAL_RETRY && recipient->last != NO_INDEX)
        recipient->refusal =
            flow->sealed->ledger->attempts[recipient->last].refusal;
    recipient->outcome = (uint8_t)outcome;
    recipient->limit = attempt->limit;
    recipient->target = attempt->target;
    recipient->final = attempt->address ? attempt->address : recipient->address;
    if (attempt->refusal != REFUSAL_RETRY || recipient->last == NO_INDEX)
        recipient->last = index;
    if (attempt->target == TARGET_REMOTE && attempt->address &&
        attempt->original && attempt->address != attempt->original &&
        !sv_eq(domain_of(flow->sealed, attempt->address),
               domain_of(flow->sealed, attempt->original)))
        recipient->forwarded = true;
}

static void
take_event(struct flow *flow, uint32_t index)
{
    const struct ledger *ledger = flow->sealed->ledger;
    const struct ledger_event *event = &ledger->events[index];
    struct message *message = flow->message;
    const struct ledger_attempt *attempt = attempt_of(flow, index);

    if (attempt) {
        take_attempt(flow, attempt, (uint32_t)(attempt - ledger->attempts));
        if (attempt->target == TARGET_DISCARDED && !asked_for(attempt))
            flow->blackholed = true;
        return;
    }
    switch ((enum event_kind)event->kind) {
    case EVENT_ARRIVAL:
        flow->arrived = true;
        break;
    case EVENT_COMPLETED:
        message->completed = true;
        break;
    case EVENT_FROZEN:
    case EVENT_STILL_FROZEN:
        message->frozen = true;
        break;
    case EVENT_UNFROZEN:
        message->frozen = false;
        break;
    case EVENT_REMOVED:
    case EVENT_CANCELLED:
    case EVENT_EXPIRED:
        message->removed = true;
        message->removed_at = sealed_event_ms(flow->sealed, index) / 1000;
        break;
    case EVENT_QUEUE_NOTE:
        flow->queued = true;
        break;
    case EVENT_REJECTED:
    case EVENT_INCOMPLETE:
    case EVENT_RESCINDED:
        flow->refused = true;
        break;
    default:
        break;
    }
}

/* ------------------------------------------------------------------- state */

/* When a message left the spool, nobody of it is still waited for. */
static void
settle_recipients(struct flow *flow)
{
    const struct message *message = flow->message;

    for (uint32_t i = 0; i < flow->count; i++) {
        struct recipient *recipient = &flow->recipients[i];

        if (message->removed && (recipient->outcome == OUTCOME_OPEN ||
                                 recipient->outcome == OUTCOME_DEFERRED))
            recipient->outcome = OUTCOME_DISCARDED;
        else if (message->completed && recipient->outcome == OUTCOME_DEFERRED)
            recipient->outcome = OUTCOME_FAILED;
        else if (message->completed && recipient->outcome == OUTCOME_OPEN)
            recipient->outcome =
                flow->blackholed ? OUTCOME_DISCARDED : OUTCOME_OPEN;
    }
}

static enum message_state
state_of(const struct flow *flow)
{
    const struct message *message = flow->message;
    uint32_t by[OUTCOME_COUNT] = { 0 };

    for (uint32_t i = 0; i < flow->count; i++)
        by[flow->recipients[i].outcome]++;
    if (!flow->arrived)
        return flow->refused ? STATE_REFUSED : STATE_UNKNOWN;
    if (message->completed || message->removed) {
        if (by[OUTCOME_FAILED])
            return STATE_FAILED;
        return by[OUTCOME_DELIVERED] ? STATE_DELIVERED : STATE_DISCARDED;
    }
    if (message->frozen || by[OUTCOME_DEFERRED] || flow->queued)
        return STATE_QUEUED;
    return STATE_CUT_OFF;
}

enum status
outcome_make(struct sealed *sealed)
{
    struct flow flow = { .sealed = sealed };
    enum status status = STATUS_NOMEM;

    if (!index_attempts(&flow))
        return STATUS_NOMEM;
    for (size_t i = 0; i < sealed->message_count; i++) {
        struct message *message = &sealed->messages[i];

        flow.message = message;
        flow.arrived = flow.queued = flow.refused = flow.blackholed = false;
        if (!recipients_make(&flow))
            goto out;
        for (uint32_t k = 0; k < message->event_count; k++)
            take_event(&flow, sealed->order[message->event_first + k]);
        settle_recipients(&flow);
        message->state = (uint8_t)state_of(&flow);
    }
    status = STATUS_OK;
out:
    free(flow.names);
    free(flow.attempts);
    return status;
}
