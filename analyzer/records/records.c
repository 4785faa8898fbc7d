#include "analyzer/records.h"

#include "analyzer/analysis.h"
#include "analyzer/attribution/finding.h"

#include <stdlib.h>
#include <string.h>

struct records {
    struct analysis analysis;
    struct arena *arena;
    const char **texts; /* by name: made printable when first needed */
    size_t text_capacity;
    uint32_t *attempt_of;    /* by event of the ledger, NO_INDEX without */
    struct names *ids;       /* of the messages of all findings */
    uint32_t *finding_of_id; /* by number in ids */
    bool scoped;
    bool failed; /* out of memory; sticky */
};

/* -------------------------------------------------------------------- texts */

static const char *
printable(struct records *records, struct sv text)
{
    struct buf shown = { 0 };
    const char *kept = NULL;

    if (sv_printable(text, &shown))
        kept = arena_strdup(records->arena, buf_sv(&shown));
    buf_clear(&shown);
    records->failed |= !kept;
    return kept;
}

/* NULL for no name. */
static const char *
text_of(struct records *records, uint32_t name)
{
    if (!name || name >= records->text_capacity)
        return NULL;
    if (!records->texts[name])
        records->texts[name] =
            printable(records, sealed_name(records->analysis.sealed, name));
    return records->texts[name];
}

static const char *
outcome_word(uint8_t outcome)
{
    static const char *const words[OUTCOME_COUNT] = {
        [OUTCOME_OPEN] = "open",           [OUTCOME_DELIVERED] = "delivered",
        [OUTCOME_DEFERRED] = "deferred",   [OUTCOME_FAILED] = "failed",
        [OUTCOME_DISCARDED] = "discarded",
    };

    return outcome < OUTCOME_COUNT ? words[outcome] : NULL;
}

static const char *
refusal_word(uint8_t refusal)
{
    return refusal ? refusal_name((enum refusal)refusal) : NULL;
}

/* -------------------------------------------------------------------- scope */

static bool
lists(struct text_list list, const char *text)
{
    for (size_t i = 0; text && i < list.count; i++) {
        if (sv_eq_nocase(sv_of(list.items[i]), sv_of(text)))
            return true;
    }
    return false;
}

static bool
is_scoped(const struct case_scope *scope)
{
    return scope->accounts.count || scope->domains.count ||
           scope->mailboxes.count;
}

bool
records_in_scope(const struct casefile *casefile, const char *account,
                 const char *domain, const char *mailbox)
{
    const struct case_scope *scope = &casefile->scope;

    return !is_scoped(scope) || lists(scope->accounts, account) ||
           lists(scope->domains, domain) || lists(scope->mailboxes, mailbox);
}

/* --------------------------------------------------------------- opening */

/* The case numbers its findings anew, so its own lists are asked. */
static bool
index_findings(struct records *records)
{
    const struct casefile *casefile = records->analysis.casefile;
    size_t count = 0;

    for (size_t i = 0; i < casefile->finding_count; i++)
        count += casefile->findings[i].message_ids.count;
    records->ids = names_new();
    records->finding_of_id = calloc(count + 1, sizeof(uint32_t));
    if (!records->ids || !records->finding_of_id)
        return false;
    for (size_t i = 0; i < casefile->finding_count; i++) {
        struct text_list ids = casefile->findings[i].message_ids;

        for (size_t k = 0; k < ids.count; k++) {
            uint32_t id = names_add(records->ids, sv_of(ids.items[k]));

            records->finding_of_id[id] = (uint32_t)i + 1;
        }
    }
    return !names_failed(records->ids);
}

static const char *
finding_id(const struct records *records, const char *message_id)
{
    uint32_t id = names_find(records->ids, sv_of(message_id));
    uint32_t finding = id ? records->finding_of_id[id] : 0;

    return finding ? records->analysis.casefile->findings[finding - 1].id
                   : NULL;
}

static bool
records_prepare(struct records *records)
{
    const struct ledger *ledger = records->analysis.sealed->ledger;
    size_t events = ledger->events_count;

    records->scoped = is_scoped(&records->analysis.casefile->scope);
    records->text_capacity = (size_t)names_count(ledger->names) + 1;
    records->arena = arena_new();
    records->texts = calloc(records->text_capacity, sizeof(*records->texts));
    records->attempt_of = calloc(events + 1, sizeof(*records->attempt_of));
    if (!records->arena || !records->texts || !records->attempt_of)
        return false;
    for (size_t i = 0; i < events; i++)
        records->attempt_of[i] = NO_INDEX;
    for (size_t i = 0; i < ledger->attempts_count; i++) {
        if (ledger->attempts[i].event < events)
            records->attempt_of[ledger->attempts[i].event] = (uint32_t)i;
    }
    return index_findings(records);
}

enum status
records_open(const struct analyze_options *options,
             struct records **ret_records, struct fault *fault)
{
    struct records *records = calloc(1, sizeof(*records));
    enum status status = STATUS_NOMEM;

    if (!records)
        return fault_set(fault, STATUS_NOMEM, "out of memory");
    status = analysis_run(options, &records->analysis, fault);
    if (status == STATUS_OK && !records_prepare(records))
        status = fault_set(fault, STATUS_NOMEM, "out of memory");
    if (status != STATUS_OK) {
        records_free(records);
        return status;
    }
    *ret_records = records;
    return STATUS_OK;
}

void
records_free(struct records *records)
{
    if (!records)
        return;
    free(records->attempt_of);
    free(records->finding_of_id);
    names_free(records->ids);
    free(records->texts);
    arena_free(records->arena);
    analysis_clear(&records->analysis);
    free(records);
}

const struct casefile *
records_case(const struct records *records)
{
    return records->analysis.casefile;
}

/* --------------------------------------------------------------- filling */

static void
fill_arrival(struct records *records, const struct ledger_arrival *arrival,
             struct record_message *record)
{
    record->sender =
        arrival->sender_null ? "<>" : text_of(records, arrival->sender);
    record->subject = text_of(records, arrival->subject);
    record->protocol = text_of(records, arrival->protocol);
    record->authenticator = text_of(records, arrival->authenticator);
    record->login = text_of(records, arrival->auth_id);
    record->source_ip = text_of(records, arrival->ip);
    record->source_host = text_of(records, arrival->host_name);
    record->helo = text_of(records, arrival->helo);
    record->user = text_of(records, arrival->ident);
    record->size_bytes = (int64_t)arrival->size_bytes;
    if (arrival->port)
        record->source_port = arrival->port;
}

static void
fill_principal(struct records *records, size_t message,
               struct record_message *record)
{
    const struct attribution *attribution = records->analysis.attribution;
    const struct principal *principal =
        &attribution->principals[attribution->principal_of[message]];

    record->principal_kind =
        principal_kind_name((enum principal_kind)principal->kind);
    record->principal = text_of(records, principal->name);
    record->account = text_of(records, principal->account);
    record->domain = text_of(records, principal->domain);
}

static void
fill_recipients(const struct sealed *sealed, const struct message *message,
                struct record_message *record)
{
    record->recipients = message->recipient_count;
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        switch (sealed->recipients[message->recipient_first + i].outcome) {
        case OUTCOME_DELIVERED:
            record->delivered++;
            break;
        case OUTCOME_DEFERRED:
            record->deferred++;
            break;
        case OUTCOME_FAILED:
            record->failed++;
            break;
        default:
            break;
        }
    }
}

struct id_texts { /* what message_id and parent_id point to */
    char own[MESSAGE_ID_MAX + 1];
    char parent[MESSAGE_ID_MAX + 1];
};

static void
fill_message(struct records *records, size_t at, struct id_texts *ids,
             struct record_message *record)
{
    const struct sealed *sealed = records->analysis.sealed;
    const struct message *message = &sealed->messages[at];

    *record = (struct record_message){
        .server = text_of(records, message->server),
        .message_id = ids->own,
        .at = message->at,
        .last_at = message->last_at,
        .state = message_state_name((enum message_state)message->state),
        .family = text_of(records, message->family),
        .source_port = COUNT_UNKNOWN,
        .size_bytes = COUNT_UNKNOWN,
    };
    message_id_print(message->id, ids->own);
    if (message->parent != NO_INDEX) {
        message_id_print(sealed->messages[message->parent].id, ids->parent);
        record->parent_id = ids->parent;
    }
    if (message->arrival)
        fill_arrival(records, message->arrival, record);
    if (message->cwd != NO_INDEX)
        record->directory =
            text_of(records, sealed->ledger->cwds[message->cwd].dir);
    fill_principal(records, at, record);
    fill_recipients(sealed, message, record);
}

static struct record_recipient
recipient_record(struct records *records, const struct recipient *recipient)
{
    const struct ledger *ledger = records->analysis.sealed->ledger;
    struct record_recipient record = {
        .address = text_of(records, recipient->address),
        .final = text_of(records, recipient->final),
        .outcome = outcome_word(recipient->outcome),
        .refusal = refusal_word(recipient->refusal),
        .deferral_lines = recipient->deferral_lines,
    };

    if (recipient->last != NO_INDEX) {
        const struct ledger_attempt *attempt =
            &ledger->attempts[recipient->last];

        record.host = text_of(records, attempt->host_name);
        record.host_ip = text_of(records, attempt->host_ip);
        record.router = text_of(records, attempt->router);
        record.transport = text_of(records, attempt->transport);
    }
    return record;
}

static void
fill_place(const struct records *records, struct place place,
           struct record_event *record)
{
    const struct gathering *gathering = records->analysis.gathering;

    record->line = place.line;
    record->offset = (int64_t)place.offset;
    if (place.text < gathering->text_count)
        record->evidence = gathering->texts[place.text].path;
}

static struct record_event
event_record(struct records *records, const struct record_message *message,
             uint32_t at)
{
    const struct sealed *sealed = records->analysis.sealed;
    const struct ledger_event *event = &sealed->ledger->events[at];
    uint32_t attempt_at = records->attempt_of[at];
    struct record_event record = {
        .at_ms = sealed_event_ms(sealed, at),
        .kind = event_kind_name((enum event_kind)event->kind),
        .server = message->server,
    };

    fill_place(records, event_place(event), &record);
    if (attempt_at != NO_INDEX) {
        const struct ledger_attempt *attempt =
            &sealed->ledger->attempts[attempt_at];

        record.address = text_of(records, attempt->original ? attempt->original
                                                            : attempt->address);
        record.host = text_of(records, attempt->host_name);
        record.host_ip = text_of(records, attempt->host_ip);
        record.refusal = refusal_word(attempt->refusal);
    } else if (event->kind == EVENT_ARRIVAL) {
        record.host = message->source_host;
        record.host_ip = message->source_ip;
        record.login = message->login;
    }
    return record;
}

static struct record_event
refused_record(struct records *records, const struct ledger_refused *refused)
{
    const struct sealed *sealed = records->analysis.sealed;
    uint32_t server = sealed->text_server[refused->place.text];
    struct record_event record = {
        .at_ms =
            sealed_utc_ms(sealed, server, refused->at_ms, refused->zoned, 0),
        .kind = event_kind_name((enum event_kind)refused->kind),
        .server = text_of(records, server),
        .host = text_of(records, refused->helo),
        .host_ip = text_of(records, refused->ip),
        .login = text_of(records, refused->login),
    };

    fill_place(records, refused->place, &record);
    return record;
}

/* -------------------------------------------------------------- visiting */

static bool
visit_parts(struct records *records, const struct records_visitor *visitor,
            size_t at, const struct record_message *record)
{
    const struct sealed *sealed = records->analysis.sealed;
    const struct message *message = &sealed->messages[at];

    for (uint32_t i = 0; visitor->recipient && i < message->recipient_count;
         i++) {
        struct record_recipient recipient = recipient_record(
            records, &sealed->recipients[message->recipient_first + i]);

        if (records->failed ||
            !visitor->recipient(visitor->user, record, &recipient))
            return false;
    }
    for (uint32_t i = 0; visitor->event && i < message->event_count; i++) {
        struct record_event event = event_record(
            records, record, sealed->order[message->event_first + i]);

        if (records->failed || !visitor->event(visitor->user, record, &event))
            return false;
    }
    return true;
}

static bool
visit_message(struct records *records, const struct records_visitor *visitor,
              size_t at)
{
    const struct casefile *casefile = records->analysis.casefile;
    struct record_message record;
    struct id_texts ids;

    fill_message(records, at, &ids, &record);
    if (records->scoped &&
        !records_in_scope(casefile, record.account, record.domain,
                          record.login ? record.login : record.principal))
        return true;
    record.finding = finding_id(records, record.message_id);
    if (records->failed ||
        (visitor->message && !visitor->message(visitor->user, &record)))
        return false;
    return visit_parts(records, visitor, at, &record);
}

/* Strangers at the door: of a scoped case those who tried its own logins. */
static bool
visit_refused(struct records *records, const struct records_visitor *visitor,
              const struct ledger_refused *refused)
{
    struct record_event event = refused_record(records, refused);
    const char *at = event.login ? strrchr(event.login, '@') : NULL;

    if (records->failed)
        return false;
    if (records->scoped &&
        !records_in_scope(records->analysis.casefile, at ? NULL : event.login,
                          at ? at + 1 : NULL, event.login))
        return true;
    return visitor->event(visitor->user, NULL, &event);
}

enum status
records_visit(struct records *records, const struct records_visitor *visitor)
{
    const struct sealed *sealed = records->analysis.sealed;
    const struct ledger *ledger = sealed->ledger;
    bool going = true;

    for (size_t i = 0; going && i < sealed->message_count; i++)
        going = visit_message(records, visitor, i);
    for (size_t i = 0; going && visitor->event && i < ledger->refused_count;
         i++)
        going = visit_refused(records, visitor, &ledger->refused[i]);
    if (records->failed)
        return STATUS_NOMEM;
    return going ? STATUS_OK : STATUS_END;
}
