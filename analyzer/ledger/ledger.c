#include "analyzer/ledger/ledger.h"

#include "analyzer/evidence/evidence.h"
#include "analyzer/ledger/refusal.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/ledger/push.h"

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

static uint32_t
name(struct ledger *ledger, struct sv text)
{
    return names_add(ledger->names, text);
}

static bool
has_upper(struct sv text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t upper = 0;

    for (; text.len >= 8; text = sv_drop(text, 8)) {
        uint64_t word;

        memcpy(&word, text.at, sizeof(word));
        /* bytes below 0x80 only; each in its own lane: 'A'..'Z' get bit 7 */
        upper |= ((word & ones * 0x7f) + ones * (0x80 - 'A')) &
                 ~((word & ones * 0x7f) + ones * (0x7f - 'Z')) & ~word &
                 ones * 0x80;
    }
    for (size_t i = 0; i < text.len; i++)
        upper |= text.at[i] >= 'A' && text.at[i] <= 'Z';
    return upper != 0;
}

static uint32_t
name_lower(struct ledger *ledger, struct sv text)
{
    if (!has_upper(text))
        return name(ledger, text);
    ledger->scratch.len = 0;
    if (!buf_add(&ledger->scratch, text))
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        char *byte = &ledger->scratch.at[i];

        if (*byte >= 'A' && *byte <= 'Z')
            *byte = (char)(*byte + 32);
    }
    return name(ledger, buf_sv(&ledger->scratch));
}

static uint32_t
name_subject(struct ledger *ledger, struct sv raw)
{
    if (sv_find_char(raw, '\\') < 0)
        return name(ledger, raw);
    ledger->scratch.len = 0;
    if (!subject_decode(raw, &ledger->scratch))
        return 0;
    return name(ledger, buf_sv(&ledger->scratch));
}

/* Only compared, never shown: 8 bytes stand for a long text of its own. */
static uint64_t
header_id_hash(struct sv header_id)
{
    return header_id.len ? sv_hash_stable(header_id) | 1 : 0;
}

static uint32_t
add_recipients(struct ledger *ledger, struct sv list)
{
    uint32_t count = 0;
    struct sv recipient;

    while (recipients_next(&list, &recipient)) {
        uint32_t *added = PUSH(ledger, recipients);

        if (!added)
            return count;
        *added = name_lower(ledger, recipient);
        count++;
    }
    return count;
}

/* Exim makes header ids as E<its own id>@<its own name>. */
static void
vote_server(struct ledger *ledger, const struct event *event)
{
    struct ledger_text *text = ledger_text(ledger);
    char id[MESSAGE_ID_MAX + 1];
    struct sv rest = event->header_id;
    uint32_t server = 0;

    if (event->syslog_host.len) {
        server = name(ledger, event->syslog_host);
    } else if (sv_skip_prefix(&rest, SV("E"))) {
        message_id_print(event->id, id);
        if (sv_skip_prefix(&rest, sv_of(id)) &&
            sv_skip_prefix(&rest, SV("@")) && rest.len)
            server = name_lower(ledger, rest);
    }
    if (!server)
        return;
    /* Boyer and Moore's majority vote: one candidate, one count. */
    if (text->server && text->server != server)
        text->server_mixed = true;
    if (text->server_votes == 0)
        text->server = server;
    if (text->server == server)
        text->server_votes++;
    else
        text->server_votes--;
}

static void
add_arrival(struct ledger *ledger, uint32_t message, uint32_t event_index,
            const struct event *event)
{
    struct ledger_arrival *arrival;
    uint32_t first = (uint32_t)ledger->recipients_count;
    uint32_t index = (uint32_t)ledger->arrivals_count;
    uint32_t count = add_recipients(ledger, event->recipients);

    arrival = PUSH(ledger, arrivals);
    if (!arrival)
        return;
    *arrival = (struct ledger_arrival){
        .message = message,
        .event = event_index,
        .parent = event->parent,
        .size_bytes = event->size_bytes,
        .pid = event->pid,
        .has_pid = event->has_pid,
        .zone_minutes = event->zone_minutes,
        .zoned = event->has_zone,
        .sender = name_lower(ledger, event->sender),
        .sender_null = event->sender_null,
        .host_name = name_lower(ledger, event->host.name),
        .helo = name(ledger, event->host.helo),
        .ip = name(ledger, event->host.ip),
        .port = event->host.port,
        .interface_ip = name(ledger, event->interface_ip),
        .interface_port = event->interface_port,
        .ident = name(ledger, event->ident),
        .protocol = name(ledger, event->protocol),
        .cipher = name(ledger, event->cipher),
        .authenticator = name(ledger, event->authenticator),
        .auth_id = name_lower(ledger, event->auth_id),
        .header_id = header_id_hash(event->header_id),
        .subject = name_subject(ledger, event->subject),
        .recipients_first = first,
        .recipients_count = count,
        .flags = event->arrival_flags,
        .tamper = (event->flags & EVENT_TAMPER) != 0,
    };
    if (ledger->messages[message].arrival == NO_INDEX)
        ledger->messages[message].arrival = index;
    vote_server(ledger, event);
}

/* ------------------------------------------------------------------ limits */

const char *
limit_kind_name(enum limit_kind kind)
{
    static const char *const names[LIMIT_KIND_COUNT] = {
        [LIMIT_NONE] = "none",
        [LIMIT_DEFER_FAIL] = "defer_fail",
        [LIMIT_MAX_EMAILS] = "max_emails",
        [LIMIT_HOLD] = "hold",
        [LIMIT_SUSPENSION] = "suspension",
        [LIMIT_OTHER] = "other",
    };

    return names[kind];
}

/* cpanel-facts 2.8; runs of blanks differ between versions. */
static const struct limit_rule {
    struct sv words;
    enum limit_kind kind;
} limit_rules[] = {
    { { SV_LIT("exceeded the max defers and failures") }, LIMIT_DEFER_FAIL },
    { { SV_LIT("exceeded the max emails per hour") }, LIMIT_MAX_EMAILS },
    { { SV_LIT("outgoing mail suspension") }, LIMIT_SUSPENSION },
    { { SV_LIT("has been suspended") }, LIMIT_SUSPENSION },
    { { SV_LIT("outgoing mail hold") }, LIMIT_HOLD },
    { { SV_LIT("due to sender restrictions") }, LIMIT_OTHER },
    { { SV_LIT("daily email notify limit") }, LIMIT_OTHER },
};

enum limit_kind
limit_read(struct sv text, struct sv *ret_domain)
{
    enum limit_kind kind = LIMIT_OTHER;

    *ret_domain = (struct sv){ "", 0 };
    for (size_t i = 0; i < sizeof(limit_rules) / sizeof(limit_rules[0]); i++) {
        if (sv_find(text, limit_rules[i].words) >= 0) {
            kind = limit_rules[i].kind;
            break;
        }
    }
    while (text.len) {
        struct sv word = sv_cut(&text, ' ');

        if (word.len && word.at[0] == '"')
            word = sv_drop(word, 1);
        if (sv_eq(word, SV("Domain")) || sv_eq(word, SV("Sender")) ||
            sv_eq(word, SV("domain"))) {
            *ret_domain = sv_cut(&text, ' ');
            break;
        }
    }
    return kind;
}

static enum limit_kind
add_limit(struct ledger *ledger, const struct event *event, struct sv text,
          struct place place)
{
    struct ledger_limit *limit = PUSH(ledger, limits);
    struct sv domain;
    enum limit_kind kind = limit_read(text, &domain);

    if (!limit)
        return kind;
    *limit = (struct ledger_limit){ .place = place,
                                    .at_ms = event->at_ms,
                                    .domain = name_lower(ledger, domain),
                                    .text = name(ledger, sv_head(text, 400)),
                                    .kind = (uint8_t)kind,
                                    .zoned = event->has_zone };
    return kind;
}

/* ---------------------------------------------------------------- attempts */

static uint32_t
name_shape(struct ledger *ledger, struct sv text)
{
    ledger->scratch.len = 0;
    if (!line_shape(text, &ledger->scratch))
        return 0;
    return name(ledger, buf_sv(&ledger->scratch));
}

static void
add_attempt(struct ledger *ledger, uint32_t message, uint32_t event_index,
            const struct event *event, struct place place)
{
    struct ledger_attempt attempt = {
        .event = event_index,
        .message = message,
        .address = name_lower(ledger, event->address),
        .host_name = name_lower(ledger, event->host.name),
        .host_ip = name(ledger, event->host.ip),
        .router = name(ledger, event->router),
        .transport = name(ledger, event->transport),
        .kind = (uint8_t)event->kind,
        .target = (uint8_t)event->target,
    };
    struct ledger_attempt *added;

    attempt.original = event->original.at == event->address.at &&
                               event->original.len == event->address.len
                           ? attempt.address
                           : name_lower(ledger, event->original);
    if (event->kind == EVENT_DEFERRAL || event->kind == EVENT_FAILURE) {
        struct sv listed = { "", 0 };

        attempt.refusal = (uint8_t)refusal_read(
            event->response, event->kind == EVENT_DEFERRAL, &listed);
        if (attempt.refusal == REFUSAL_UNKNOWN)
            attempt.shape = name_shape(ledger, event->response);
        attempt.listed = name_lower(ledger, listed);
        if (event->flags & EVENT_BY_LIMIT) {
            attempt.refusal = REFUSAL_OUR_LIMIT;
            attempt.limit =
                (uint8_t)add_limit(ledger, event, event->response, place);
        }
    }
    added = PUSH(ledger, attempts);
    if (added)
        *added = attempt;
}

/* ------------------------------------------------- lines without a message */

/* Deliveries and bounces of Exim's own are no submissions. */
static bool
args_submit(struct sv args)
{
    struct sv program = sv_cut(&args, ' ');

    (void)program;
    while (args.len) {
        struct sv word = sv_cut(&args, ' ');

        if (sv_starts(word, SV("-M")) || sv_starts(word, SV("-E")) ||
            sv_starts(word, SV("-q")) || sv_starts(word, SV("-bp")) ||
            sv_starts(word, SV("-bd")) || sv_starts(word, SV("-bV")) ||
            sv_starts(word, SV("-bt")) || sv_starts(word, SV("-bP")))
            return false;
    }
    return true;
}

static void
add_cwd(struct ledger *ledger, const struct event *event, struct place place)
{
    struct ledger_cwd *cwd;

    ledger_text(ledger)->selectors |= SEEN_ARGUMENTS;
    if (!args_submit(event->args) || !event->cwd.len)
        return;
    cwd = PUSH(ledger, cwds);
    if (!cwd)
        return;
    *cwd = (struct ledger_cwd){
        .place = place,
        .at_ms = event->at_ms,
        .pid = event->pid,
        .has_pid = event->has_pid,
        .dir = name(ledger, event->cwd),
        .args = name(ledger, sv_head(event->args, 512)),
        .zoned = event->has_zone,
        .forged = (event->flags & EVENT_FORGED_LINES) != 0,
    };
}

static void
add_ident(struct ledger *ledger, const struct event *event, struct place place)
{
    struct ledger_ident *ident = PUSH(ledger, idents);
    struct sv how = event->kind == EVENT_SENDER_IDENT     ? SV("sender")
                    : event->kind == EVENT_OUTBOUND       ? SV("outbound")
                    : event->kind == EVENT_SCRIPT_DETAILS ? SV("script")
                                                          : event->what;

    if (!ident)
        return;
    *ident = (struct ledger_ident){
        .place = place,
        .at_ms = event->at_ms,
        .about = message_id_is(event->about) ? event->about : event->id,
        .how = name(ledger, how),
        .account = name(ledger, event->account),
        .domain = name_lower(ledger, event->domain),
        .login = name_lower(ledger, event->login),
        .source = name_lower(ledger, event->source),
        .target = name_lower(ledger, event->target_address),
        .port = event->ident_port,
        .zoned = event->has_zone,
    };
}

static void
add_refused(struct ledger *ledger, const struct event *event, struct sv line,
            struct place place)
{
    struct ledger_refused *refused = PUSH(ledger, refused);

    if (!refused)
        return;
    *refused = (struct ledger_refused){
        .hash = sv_hash_stable(line),
        .place = place,
        .at_ms = event->at_ms,
        .ip = name(ledger, event->host.ip),
        .login = name_lower(ledger, event->auth_id),
        .what = name(ledger, event->what),
        .helo = name(ledger, event->host.helo),
        .kind = (uint8_t)event->kind,
        .reject_log = (event->flags & EVENT_REJECT_LOG) != 0,
        .zoned = event->has_zone,
    };
}

static void
add_shape(struct ledger *ledger, struct sv line, struct place place)
{
    uint32_t shape = name_shape(ledger, line);
    struct ledger_shape *added;

    for (size_t i = 0; i < ledger->shapes_count; i++) {
        if (ledger->shapes[i].shape == shape) {
            ledger->shapes[i].lines++;
            return;
        }
    }
    if (ledger->shapes_count >= SHAPES_MAX) {
        ledger->shapes[SHAPES_MAX - 1].lines++;
        return;
    }
    added = PUSH(ledger, shapes);
    if (added)
        *added = (struct ledger_shape){ shape, 1, place };
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
        add_arrival(ledger, message, index, event);
    else if (kind_is_attempt(event->kind))
        add_attempt(ledger, message, index, event, place);
    else if (event->syslog_host.len)
        vote_server(ledger, event);
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
        add_refused(ledger, event, line, place);
    if (event->flags & EVENT_REJECT_LOG)
        return; /* it repeats the main log: only its refusals count */
    see(text, event);
    if (event->kind == EVENT_CWD) {
        text->cwd_lines += event->cwd_lines;
        add_cwd(ledger, event, place);
    } else if (kind_is_ident(event->kind)) {
        add_ident(ledger, event, place);
    } else if ((event->flags & EVENT_BY_LIMIT) &&
               !kind_is_attempt(event->kind)) {
        add_limit(ledger, event, event->text, place);
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
        add_shape(ledger, line, place);
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
