#include "analyzer/ledger/take.h"

#include "analyzer/ledger/naming.h"
#include "analyzer/ledger/push.h"
#include "analyzer/ledger/refusal.h"

/* ---------------------------------------------------------------- arrivals */

/* Only compared, never shown: 8 bytes stand for a long text of its own. */
static uint64_t
header_id_hash(struct sv header_id)
{
    return header_id.len ? sv_hash_stable(header_id) | 1 : 0;
}

static uint32_t
add_recipients(struct ledger *ledger, struct sv list)
{
    struct naming naming = { .ledger = ledger };
    size_t first = ledger->recipients_count;
    struct sv texts[NAMES_TOGETHER];
    struct sv recipient;
    bool more = true;

    while (more) {
        uint32_t found[NAMES_TOGETHER];
        size_t count = 0;

        while (count < NAMES_TOGETHER &&
               (more = recipients_next(&list, &recipient)))
            texts[count++] = recipient;
        for (size_t i = 0; i < count; i++)
            naming_add_lower(&naming, texts[i], &found[i]);
        naming_finish(&naming);
        for (size_t i = 0; i < count; i++) {
            uint32_t *added = PUSH(ledger, recipients);

            if (!added)
                return (uint32_t)(ledger->recipients_count - first);
            *added = found[i];
        }
    }
    return (uint32_t)(ledger->recipients_count - first);
}

/* Exim makes header ids as E<its own id>@<its own name>. */
void
ledger_vote_server(struct ledger *ledger, const struct event *event)
{
    struct ledger_text *text = &ledger->texts[ledger->texts_count - 1];
    char id[MESSAGE_ID_MAX + 1];
    struct sv rest = event->header_id;
    uint32_t server = 0;

    if (event->syslog_host.len) {
        server = ledger_name(ledger, event->syslog_host);
    } else if (sv_skip_prefix(&rest, SV("E"))) {
        message_id_print(event->id, id);
        if (sv_skip_prefix(&rest, sv_of(id)) &&
            sv_skip_prefix(&rest, SV("@")) && rest.len)
            server = ledger_name_lower(ledger, rest);
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

void
ledger_add_arrival(struct ledger *ledger, uint32_t message,
                   uint32_t event_index, const struct event *event)
{
    struct naming naming = { .ledger = ledger };
    uint32_t first = (uint32_t)ledger->recipients_count;
    uint32_t index = (uint32_t)ledger->arrivals_count;
    uint32_t count = add_recipients(ledger, event->recipients);
    struct ledger_arrival *arrival = PUSH(ledger, arrivals);

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
        .sender_null = event->sender_null,
        .port = event->host.port,
        .interface_port = event->interface_port,
        .header_id = header_id_hash(event->header_id),
        .subject = ledger_name_subject(ledger, event->subject),
        .recipients_first = first,
        .recipients_count = count,
        .flags = event->arrival_flags,
        .tamper = (event->flags & EVENT_TAMPER) != 0,
    };
    naming_add_lower(&naming, event->sender, &arrival->sender);
    naming_add_lower(&naming, event->host.name, &arrival->host_name);
    naming_add(&naming, event->host.helo, &arrival->helo);
    naming_add(&naming, event->host.ip, &arrival->ip);
    naming_add(&naming, event->interface_ip, &arrival->interface_ip);
    naming_add(&naming, event->ident, &arrival->ident);
    naming_add(&naming, event->protocol, &arrival->protocol);
    naming_add(&naming, event->cipher, &arrival->cipher);
    naming_add(&naming, event->authenticator, &arrival->authenticator);
    naming_add_lower(&naming, event->auth_id, &arrival->auth_id);
    naming_finish(&naming);
    if (ledger->messages[message].arrival == NO_INDEX)
        ledger->messages[message].arrival = index;
    ledger_vote_server(ledger, event);
}

/* ---------------------------------------------------------------- attempts */

enum limit_kind
ledger_add_limit(struct ledger *ledger, const struct event *event,
                 struct sv text, struct place place)
{
    struct ledger_limit *limit = PUSH(ledger, limits);
    struct sv domain;
    enum limit_kind kind = limit_read(text, &domain);

    if (!limit)
        return kind;
    *limit =
        (struct ledger_limit){ .place = place,
                               .at_ms = event->at_ms,
                               .domain = ledger_name_lower(ledger, domain),
                               .text = ledger_name(ledger, sv_head(text, 400)),
                               .kind = (uint8_t)kind,
                               .zoned = event->has_zone };
    return kind;
}

static void
judge_refusal(struct ledger *ledger, const struct event *event,
              struct place place, struct ledger_attempt *attempt)
{
    struct sv listed = { "", 0 };

    attempt->refusal = (uint8_t)refusal_read(
        event->response, event->kind == EVENT_DEFERRAL, &listed);
    if (attempt->refusal == REFUSAL_UNKNOWN)
        attempt->shape = ledger_name_shape(ledger, event->response);
    attempt->listed = ledger_name_lower(ledger, listed);
    if (event->flags & EVENT_BY_LIMIT) {
        attempt->refusal = REFUSAL_OUR_LIMIT;
        attempt->limit =
            (uint8_t)ledger_add_limit(ledger, event, event->response, place);
    }
}

void
ledger_add_attempt(struct ledger *ledger, uint32_t message,
                   uint32_t event_index, const struct event *event,
                   struct place place)
{
    struct naming naming = { .ledger = ledger };
    bool as_asked = event->original.at == event->address.at &&
                    event->original.len == event->address.len;
    struct ledger_attempt attempt = {
        .event = event_index,
        .message = message,
        .kind = (uint8_t)event->kind,
        .target = (uint8_t)event->target,
    };
    struct ledger_attempt *added;

    naming_add_lower(&naming, event->address, &attempt.address);
    if (!as_asked)
        naming_add_lower(&naming, event->original, &attempt.original);
    naming_add_lower(&naming, event->host.name, &attempt.host_name);
    naming_add(&naming, event->host.ip, &attempt.host_ip);
    naming_add(&naming, event->router, &attempt.router);
    naming_add(&naming, event->transport, &attempt.transport);
    naming_finish(&naming);
    if (as_asked)
        attempt.original = attempt.address;
    if (event->kind == EVENT_DEFERRAL || event->kind == EVENT_FAILURE)
        judge_refusal(ledger, event, place, &attempt);
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

void
ledger_add_cwd(struct ledger *ledger, const struct event *event,
               struct place place)
{
    struct ledger_cwd *cwd;

    ledger->texts[ledger->texts_count - 1].selectors |= SEEN_ARGUMENTS;
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
        .dir = ledger_name(ledger, event->cwd),
        .args = ledger_name(ledger, sv_head(event->args, 512)),
        .zoned = event->has_zone,
        .forged = (event->flags & EVENT_FORGED_LINES) != 0,
    };
}

void
ledger_add_ident(struct ledger *ledger, const struct event *event,
                 struct place place)
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
        .how = ledger_name(ledger, how),
        .account = ledger_name(ledger, event->account),
        .domain = ledger_name_lower(ledger, event->domain),
        .login = ledger_name_lower(ledger, event->login),
        .source = ledger_name_lower(ledger, event->source),
        .target = ledger_name_lower(ledger, event->target_address),
        .port = event->ident_port,
        .zoned = event->has_zone,
    };
}

void
ledger_add_refused(struct ledger *ledger, const struct event *event,
                   struct sv line, struct place place)
{
    struct ledger_refused *refused = PUSH(ledger, refused);

    if (!refused)
        return;
    *refused = (struct ledger_refused){
        .hash = sv_hash_stable(line),
        .place = place,
        .at_ms = event->at_ms,
        .ip = ledger_name(ledger, event->host.ip),
        .login = ledger_name_lower(ledger, event->auth_id),
        .what = ledger_name(ledger, event->what),
        .helo = ledger_name(ledger, event->host.helo),
        .kind = (uint8_t)event->kind,
        .reject_log = (event->flags & EVENT_REJECT_LOG) != 0,
        .zoned = event->has_zone,
    };
}

void
ledger_add_shape(struct ledger *ledger, struct sv line, struct place place)
{
    uint32_t shape = ledger_name_shape(ledger, line);
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
