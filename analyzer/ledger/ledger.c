#include "analyzer/ledger/ledger.h"

#include "analyzer/evidence/evidence.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/ledger/push.h"
#include "analyzer/ledger/take.h"

/* A run back of fewer seconds is how parallel deliveries are logged. */
#define BACKWARD_MS 5000

struct ledger *
ledger_new(void)
{
    struct ledger *ledger = calloc(1, sizeof(*ledger));

    if (!ledger)
        return NULL;
    ledger->names = names_new();
    if (!ledger->names) {
        free(ledger);
        return NULL;
    }
    return ledger;
}

void
ledger_free(struct ledger *ledger)
{
    if (!ledger)
        return;
    names_free(ledger->names);
    free(ledger->messages);
    free(ledger->events);
    free(ledger->arrivals);
    free(ledger->recipients);
    free(ledger->attempts);
    free(ledger->limits);
    free(ledger->cwds);
    free(ledger->idents);
    free(ledger->refused);
    free(ledger->shapes);
    free(ledger->warnings);
    free(ledger->texts);
    free(ledger->slots);
    buf_clear(&ledger->scratch);
    free(ledger);
}

enum status
ledger_open_text(struct ledger *ledger, uint32_t text, enum log_kind kind)
{
    struct ledger_text *opened = PUSH(ledger, texts);

    if (!opened)
        return STATUS_NOMEM;
    *opened = (struct ledger_text){
        .text = text, .kind = kind, .first_ms = INT64_MAX, .last_ms = INT64_MIN
    };
    ledger->previous_ms = ledger->opening_ms = INT64_MIN;
    return STATUS_OK;
}

static struct ledger_text *
ledger_text(struct ledger *ledger)
{
    assert(ledger->texts_count);
    return &ledger->texts[ledger->texts_count - 1];
}

uint64_t
ledger_line_count(const struct ledger *ledger)
{
    const struct ledger_text *text = &ledger->texts[ledger->texts_count - 1];

    return text->lines[0] + text->lines[1] + text->lines[2] + text->lines[3];
}

/* ---------------------------------------------------------------- messages */

/* A keyed mix: ids can be forged by whoever can forge a line. */
static size_t
message_slot(const struct ledger *ledger, uint32_t server, struct message_id id)
{
    struct {
        struct message_id id;
        uint64_t server;
    } key = { id, server };
    size_t mask = ledger->slot_count - 1;
    size_t slot =
        (size_t)sv_hash((struct sv){ (const char *)&key, sizeof(key) }) & mask;

    while (ledger->slots[slot]) {
        const struct ledger_message *message =
            &ledger->messages[ledger->slots[slot] - 1];

        if (message->server == server && message_id_eq(message->id, id))
            break;
        slot = (slot + 1) & mask;
    }
    return slot;
}

static bool
slots_rebuild(struct ledger *ledger, size_t wanted)
{
    uint32_t *slots = calloc(wanted, sizeof(*slots));

    if (!slots) {
        ledger->failed = true;
        return false;
    }
    free(ledger->slots);
    ledger->slots = slots;
    ledger->slot_count = wanted;
    for (size_t i = 0; i < ledger->messages_count; i++) {
        const struct ledger_message *message = &ledger->messages[i];

        slots[message_slot(ledger, message->server, message->id)] =
            (uint32_t)(i + 1);
    }
    return true;
}

uint32_t
ledger_find(const struct ledger *ledger, uint32_t server, struct message_id id)
{
    if (!ledger->slot_count)
        return NO_INDEX;
    return ledger->slots[message_slot(ledger, server, id)] - 1;
}

uint32_t
ledger_message_add(struct ledger *ledger, uint32_t server, struct message_id id)
{
    struct ledger_message *message;
    size_t slot;

    if (ledger->recent < ledger->messages_count) {
        message = &ledger->messages[ledger->recent];
        if (message->server == server && message_id_eq(message->id, id))
            return ledger->recent; /* lines of a message stand together */
    }
    if (ledger->messages_count + 1 > ledger->slot_count / 2 &&
        !slots_rebuild(ledger,
                       ledger->slot_count ? ledger->slot_count * 2 : 1024))
        return NO_INDEX;
    slot = message_slot(ledger, server, id);
    if (ledger->slots[slot]) {
        ledger->recent = ledger->slots[slot] - 1;
        return ledger->recent;
    }
    message = PUSH(ledger, messages);
    if (!message)
        return NO_INDEX;
    *message = (struct ledger_message){ .id = id,
                                        .server = server,
                                        .arrival = NO_INDEX };
    ledger->slots[slot] = (uint32_t)ledger->messages_count;
    ledger->recent = (uint32_t)(ledger->messages_count - 1);
    return ledger->recent;
}

/* ------------------------------------------------------------------ events */

static uint32_t
add_event(struct ledger *ledger, uint32_t message, const struct event *event,
          struct place place)
{
    struct ledger_event *added = PUSH(ledger, events);
    int64_t at_ms = event->at_ms;

    if (!added)
        return NO_INDEX;
    if (event->has_zone)
        at_ms -= (int64_t)event->zone_minutes * 60000;
    if (at_ms < 0)
        at_ms = 0;
    *added = (struct ledger_event){
        .message = message,
        .text = place.text,
        .line = place.line,
        .seconds = (uint32_t)(at_ms / 1000),
        .offset_low = (uint32_t)place.offset,
        .offset_high = (uint32_t)(place.offset >> 32) & 0xff,
        .millis = (uint32_t)(at_ms % 1000) & 0x3ff,
        .kind = (uint32_t)event->kind & 0x3f,
        .zoned = event->has_zone,
        .tamper = (event->flags & EVENT_TAMPER) != 0,
        .final = event->kind == EVENT_FAILURE &&
                 !(event->flags & EVENT_QUEUED_TWICE),
    };
    return (uint32_t)(ledger->events_count - 1);
}

/* --------------------------------------------------------------- selectors */

static void
see_arrival(struct ledger_text *text, const struct event *event)
{
    text->selectors |= SEEN_ARRIVAL;
    if (event->arrival_flags & ARRIVAL_HAS_SUBJECT)
        text->selectors |= SEEN_SUBJECT;
    if (event->arrival_flags & ARRIVAL_HAS_RCPTS)
        text->selectors |= SEEN_RECIPIENTS;
    if (event->arrival_flags & ARRIVAL_TLS)
        text->selectors |= SEEN_TLS;
    if (event->host.port)
        text->selectors |= SEEN_INCOMING_PORT;
    if (event->interface_ip.len)
        text->selectors |= SEEN_INTERFACE;
    text->selectors |=
        event->host.ip.len ? SEEN_HOST_ARRIVAL : SEEN_LOCAL_ARRIVAL;
}

static void
see_delivery(struct ledger_text *text, const struct event *event)
{
    static const struct {
        struct sv router;
        enum selector_bit bit;
    } routers[] = {
        { { SV_LIT("dkim_lookuphost") }, SEEN_CPANEL_ROUTER },
        { { SV_LIT("lookuphost") }, SEEN_CPANEL_ROUTER },
        { { SV_LIT("virtual_user") }, SEEN_CPANEL_ROUTER },
        { { SV_LIT("enforce_mail_permissions") }, SEEN_CPANEL_ROUTER },
        { { SV_LIT("dnslookup") }, SEEN_DEBIAN_ROUTER },
        { { SV_LIT("hub_user") }, SEEN_DEBIAN_ROUTER },
        { { SV_LIT("smarthost") }, SEEN_DEBIAN_ROUTER },
    };

    if (event->parents.len)
        text->selectors |= SEEN_ALL_PARENTS;
    for (size_t i = 0; i < sizeof(routers) / sizeof(routers[0]); i++) {
        if (sv_starts(event->router, routers[i].router)) {
            text->selectors |= (uint64_t)routers[i].bit;
            break;
        }
    }
}

static void
see(struct ledger_text *text, const struct event *event)
{
    if (event->has_pid && !event->syslog_host.len)
        text->selectors |= SEEN_PID;
    if (event->has_millis)
        text->selectors |= SEEN_MILLIS;
    if (event->kind == EVENT_ARRIVAL)
        see_arrival(text, event);
    else if (event->kind == EVENT_DELIVERY)
        see_delivery(text, event);
    else if (event->kind == EVENT_CONNECT)
        text->selectors |= SEEN_CONNECTION;
    else if (event->kind == EVENT_SENDER_IDENT)
        text->selectors |= SEEN_SENDER_IDENT;
    else if (event->kind == EVENT_OUTBOUND)
        text->selectors |= SEEN_OUTBOUND;
}

static void
note_warning(struct ledger *ledger, uint8_t topic, struct place place,
             const char *sentence)
{
    struct ledger_warning *warning;

    for (size_t i = 0; i < ledger->warnings_count; i++) {
        warning = &ledger->warnings[i];
        if (warning->topic == topic && warning->place.text == place.text &&
            strcmp(warning->text, sentence) == 0) {
            warning->count++;
            return;
        }
    }
    warning = PUSH(ledger, warnings);
    if (!warning)
        return;
    *warning =
        (struct ledger_warning){ .place = place, .topic = topic, .count = 1 };
    snprintf(warning->text, sizeof(warning->text), "%s", sentence);
}

static void
note_step(struct ledger *ledger, struct ledger_text *text, int64_t at_ms,
          struct place place)
{
    int64_t step_ms;

    if (ledger->previous_ms == INT64_MIN)
        return;
    step_ms = at_ms - ledger->previous_ms;
    if (step_ms > text->silence_ms) {
        text->silence_ms = step_ms;
        text->silence_line = place.line;
    }
    if (step_ms >= -BACKWARD_MS)
        return;
    text->backward++;
    note_warning(ledger, WARN_ORDER, place, "the clock runs back at this line");
}

static void
note_time(struct ledger *ledger, struct ledger_text *text,
          const struct event *event, struct place place)
{
    int64_t at_ms = event->at_ms;

    if (event->has_zone) {
        at_ms -= (int64_t)event->zone_minutes * 60000;
        text->zoned = true;
    }
    if (at_ms < text->first_ms)
        text->first_ms = at_ms;
    if (at_ms > text->last_ms)
        text->last_ms = at_ms;
    text->starts++;
    note_step(ledger, text, at_ms, place);
    if (ledger->previous_ms == INT64_MIN) {
        ledger->opening_ms = at_ms;
        ledger->opening = place;
    }
    ledger->previous_ms = at_ms;
}

/* --------------------------------------------------------------------- add */

static bool
kind_is_ident(enum event_kind kind)
{
    return kind == EVENT_SENDER_IDENT || kind == EVENT_CONNECTION_IDENT ||
           kind == EVENT_NOBODY_IDENT || kind == EVENT_SCRIPT_DETAILS;
}

static void
add_with_id(struct ledger *ledger, const struct event *event,
            struct place place)
{
    uint32_t message = ledger_message_add(ledger, 0, event->id);
    uint32_t index;

    if (message == NO_INDEX)
        return;
    index = add_event(ledger, message, event, place);
    if (index == NO_INDEX)
        return;
    if (event->kind == EVENT_ARRIVAL)
        ledger_add_arrival(ledger, message, index, event);
    else if (kind_is_attempt(event->kind))
        ledger_add_attempt(ledger, message, index, event, place);
    else if (event->syslog_host.len)
        ledger_vote_server(ledger, event);
}

/* Linux gives no more than 2^22, the BSDs far less. */
#define PID_MOST 4194304

static void
record(struct ledger *ledger, const struct event *event, struct sv line,
       struct place place)
{
    struct ledger_text *text = ledger_text(ledger);

    if (event->kind == EVENT_CONTINUATION || event->kind == EVENT_REJECT_HEADER)
        return;
    if (event->flags & EVENT_FORGED_LINES)
        note_warning(ledger, WARN_FORGED, place,
                     "a record whose text poses as further records");
    if (event->has_pid && (!event->pid || event->pid > PID_MOST))
        note_warning(ledger, WARN_FORGED, place,
                     "a process number that no kernel gives");
    if (event->kind == EVENT_REJECTED || event->kind == EVENT_AUTH_FAILED)
        ledger_add_refused(ledger, event, line, place);
    if (event->flags & EVENT_REJECT_LOG)
        return; /* it repeats the main log: only its refusals count */
    see(text, event);
    if (event->kind == EVENT_CWD) {
        text->cwd_lines += event->cwd_lines;
        ledger_add_cwd(ledger, event, place);
    } else if (kind_is_ident(event->kind)) {
        ledger_add_ident(ledger, event, place);
    } else if ((event->flags & EVENT_BY_LIMIT) &&
               !kind_is_attempt(event->kind)) {
        ledger_add_limit(ledger, event, event->text, place);
    }
    if (message_id_is(event->id))
        add_with_id(ledger, event, place);
}

static enum status
ledger_status(const struct ledger *ledger)
{
    return ledger->failed || ledger->scratch.failed ||
                   names_failed(ledger->names)
               ? STATUS_NOMEM
               : STATUS_OK;
}

enum status
ledger_add(struct ledger *ledger, const struct event *event,
           enum line_class class, struct sv line, uint64_t bytes,
           struct place place)
{
    struct ledger_text *text = ledger_text(ledger);

    text->lines[class]++;
    text->bytes[class] += bytes;
    if (event->has_stamp && event->kind != EVENT_CONTINUATION &&
        event->kind != EVENT_REJECT_HEADER)
        note_time(ledger, text, event, place);
    if (class == LINE_UNPARSED || class == LINE_DAMAGED)
        ledger_add_shape(ledger, line, place);
    if (class == LINE_DAMAGED)
        note_warning(ledger, WARN_TORN, place, "a torn or cut line");
    if (class == LINE_PARSED || class == LINE_RECOGNISED ||
        message_id_is(event->id))
        record(ledger, event, line, place);
    return ledger_status(ledger);
}

enum status
ledger_skip(struct ledger *ledger, uint64_t bytes)
{
    struct ledger_text *text = ledger_text(ledger);

    text->lines[LINE_RECOGNISED]++;
    text->bytes[LINE_RECOGNISED] += bytes;
    text->skipped++;
    return STATUS_OK;
}

enum status
ledger_add_late(struct ledger *ledger, const struct event *event,
                struct place place)
{
    record(ledger, event, event->text, place);
    return ledger_status(ledger);
}

enum status
ledger_end_open(struct ledger *ledger, struct place place)
{
    size_t before = ledger->warnings_count;

    note_warning(ledger, WARN_TORN, place,
                 "the last line has no newline: it was still being written, "
                 "or is cut off");
    if (ledger->warnings_count > before)
        ledger->warnings[before].remark = true;
    return ledger_status(ledger);
}

void
ledger_settle(struct ledger *ledger, enum log_kind kind)
{
    struct ledger_text *text = ledger_text(ledger);

    if (text->kind == kind)
        return;
    text->kind = kind;
    if (kind != LOG_EXIM_REJECT)
        return;
    text->selectors = 0;
    for (size_t i = 0; i < ledger->refused_count; i++)
        ledger->refused[i].reject_log = true;
    ledger->messages_count = ledger->events_count = ledger->limits_count = 0;
    free(ledger->slots);
    ledger->slots = NULL;
    ledger->slot_count = 0;
}

void
ledger_name_server(struct ledger *ledger, uint32_t server)
{
    for (size_t i = 0; i < ledger->messages_count; i++)
        ledger->messages[i].server = server;
    if (ledger->slot_count)
        slots_rebuild(ledger, ledger->slot_count);
}

/*
 * What depends on the order of the lines beyond a part: the majority among
 * several servers, and which shapes came before there were too many.
 */
bool
ledger_may_join(const struct ledger *into, const struct ledger *from)
{
    const struct ledger_text *a = &into->texts[into->texts_count - 1];
    const struct ledger_text *b = &from->texts[0];

    if (a->server_mixed || b->server_mixed ||
        into->shapes_count + from->shapes_count > SHAPES_MAX)
        return false;
    return !a->server || !b->server ||
           sv_eq(names_text(into->names, a->server),
                 names_text(from->names, b->server));
}

enum status
ledger_join(struct ledger *into, struct ledger *from)
{
    int64_t last_ms = from->previous_ms;

    ledger_shift(from, ledger_line_count(into));
    if (last_ms != INT64_MIN) {
        note_step(into, ledger_text(into), from->opening_ms, from->opening);
        if (into->previous_ms == INT64_MIN) {
            into->opening_ms = from->opening_ms;
            into->opening = from->opening;
        }
        into->previous_ms = last_ms;
    }
    if (into->failed) {
        ledger_free(from);
        return STATUS_NOMEM;
    }
    return ledger_merge(into, from);
}
