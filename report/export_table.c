#include "report/export_table.h"

#include "report/model.h"

#include <stdio.h>
#include <string.h>

#define COLUMN(s, member, kind, about)                                         \
    {                                                                          \
#member, about, kind, false, offsetof(struct s, member)                \
    }
#define TEXT(s, member, about) COLUMN(s, member, CELL_TEXT, about)
#define COUNT(s, member, about) COLUMN(s, member, CELL_COUNT, about)
#define TIME(s, member, about) COLUMN(s, member, CELL_TIME, about)
#define OF_MESSAGE(name, member, kind, about)                                  \
    {                                                                          \
        name, about, kind, true, offsetof(struct record_message, member)       \
    }
#define COLUMNS(columns) columns, sizeof(columns) / sizeof((columns)[0])

static const struct export_column message_columns[] = {
    TEXT(record_message, message_id, "Exim's own id"),
    TEXT(record_message, server, "whose log it is in"),
    TIME(record_message, at, "arrival, UTC"),
    TIME(record_message, last_at, "its last line, UTC"),
    TEXT(record_message, state,
         "delivered, failed, discarded, queued, cut_off, refused, unknown"),
    TEXT(record_message, finding, "the finding that it is part of"),
    TEXT(record_message, principal_kind, "what it is charged to: the kind"),
    TEXT(record_message, principal, "what it is charged to: the name"),
    TEXT(record_message, account, "system account"),
    TEXT(record_message, domain, "domain of the account"),
    TEXT(record_message, sender, "envelope sender; <> of a bounce"),
    TEXT(record_message, subject, "as logged"),
    TEXT(record_message, parent_id, "the message that this bounce reports"),
    TEXT(record_message, protocol, "P="),
    TEXT(record_message, authenticator, "A="),
    TEXT(record_message, login, "what A= names"),
    TEXT(record_message, source_ip, "the client's address"),
    COUNT(record_message, source_port, "the client's port"),
    TEXT(record_message, source_host, "the client's confirmed name"),
    TEXT(record_message, helo, "the name that the client gave"),
    TEXT(record_message, user, "U="),
    TEXT(record_message, directory, "of the cwd= line that belongs to it"),
    COUNT(record_message, size_bytes, "S="),
    COUNT(record_message, recipients, "how many"),
    COUNT(record_message, delivered, "of them, in the end"),
    COUNT(record_message, deferred, "of them, when the evidence ends"),
    COUNT(record_message, failed, "of them, in the end"),
};

static const struct export_column recipient_columns[] = {
    OF_MESSAGE("message_id", message_id, CELL_TEXT, "of messages"),
    OF_MESSAGE("server", server, CELL_TEXT, "of messages"),
    OF_MESSAGE("at", at, CELL_TIME, "arrival of the message, UTC"),
    TEXT(record_recipient, address, "as asked for"),
    TEXT(record_recipient, final, "where the last attempt went"),
    TEXT(record_recipient, outcome,
         "open, delivered, deferred, failed, discarded"),
    TEXT(record_recipient, refusal, "why not, by class"),
    COUNT(record_recipient, deferral_lines, "how often it was put off"),
    TEXT(record_recipient, host, "of the last attempt"),
    TEXT(record_recipient, host_ip, "of the last attempt"),
    TEXT(record_recipient, router, "of the last attempt"),
    TEXT(record_recipient, transport, "of the last attempt"),
};

static const struct export_column event_columns[] = {
    { "at", "UTC", CELL_MILLIS, false, offsetof(struct record_event, at_ms) },
    TEXT(record_event, kind, "what the line tells"),
    OF_MESSAGE("message_id", message_id, CELL_TEXT,
               "of messages; none: of no message"),
    TEXT(record_event, server, "whose log it is in"),
    TEXT(record_event, address, "of a delivery, deferral or failure"),
    TEXT(record_event, host, "the other side"),
    TEXT(record_event, host_ip, "the other side"),
    TEXT(record_event, login, "used or tried"),
    TEXT(record_event, refusal, "why not, by class"),
    TEXT(record_event, evidence, "the text that has the line"),
    COUNT(record_event, line, "its number, from 1"),
    COUNT(record_event, offset, "of its first byte"),
};

static const struct export_column principal_columns[] = {
    TEXT(case_principal, kind, "mailbox, script, webmail, …"),
    TEXT(case_principal, name, "login, directory, account, …"),
    TEXT(case_principal, account, "system account"),
    TEXT(case_principal, domain, "its domain"),
    COUNT(case_principal, messages, "charged to it"),
    COUNT(case_principal, recipients, "of those messages"),
    COUNT(case_principal, delivered, "recipients, in the end"),
    COUNT(case_principal, deferred, "recipients, when the evidence ends"),
    COUNT(case_principal, failed, "recipients, in the end"),
    COUNT(case_principal, source_ips, "different addresses"),
    TIME(case_principal, first, "UTC"),
    TIME(case_principal, last, "UTC"),
};

static const struct export_column finding_columns[] = {
    TEXT(case_finding, id, "F1, F2, …"),
    TEXT(case_finding, kind, "what was found"),
    COUNT(case_finding, messages, "that are part of it"),
    COLUMN(case_finding, compromise, CELL_BOOL,
           "is something of ours under a stranger's control?"),
    COLUMN(case_finding, confidence, CELL_DECIMAL, "0 to 1"),
    TEXT(case_finding, severity, "critical, high, medium, low, info"),
    TEXT(case_finding, channel, "how it was sent"),
    TEXT(case_finding, account, "that is abused"),
    TEXT(case_finding, domain, "that is abused"),
    TEXT(case_finding, mailbox, "that is abused"),
    TIME(case_finding, onset, "first abusive message, UTC"),
    TIME(case_finding, last, "last abusive message, UTC"),
    COUNT(case_finding, recipients, "of those messages"),
    COUNT(case_finding, distinct_recipients, "different ones"),
    COUNT(case_finding, delivered, "recipients, in the end"),
    COUNT(case_finding, deferred, "recipients, when the evidence ends"),
    COUNT(case_finding, failed, "recipients, in the end"),
};

static const struct export_column timeline_columns[] = {
    TEXT(timeline_row, finding, "of findings"),
    TEXT(timeline_row, finding_kind, "what was found"),
    TIME(timeline_row, at, "UTC"),
    TEXT(timeline_row, what, "first_probe, onset, peak, limit, last, …"),
    TEXT(timeline_row, values, "name=value; …"),
    TEXT(timeline_row, evidence, "the text that shows it"),
    COUNT(timeline_row, line, "the line that shows it"),
    TEXT(timeline_row, text, "that line"),
};

const struct export_table export_tables[TABLE_COUNT] = {
    { "messages", "one row a message", COLUMNS(message_columns), true },
    { "recipients", "one row a message and recipient",
      COLUMNS(recipient_columns), true },
    { "events", "one row a log line that tells something",
      COLUMNS(event_columns), true },
    { "principals", "whom messages are charged to", COLUMNS(principal_columns),
      false },
    { "findings", "what was found", COLUMNS(finding_columns), false },
    { "timeline", "what happened when, by finding", COLUMNS(timeline_columns),
      false },
};

/* ------------------------------------------------------------- cells */

struct cell
cell_of(const struct export_column *column, const void *row,
        const struct record_message *message)
{
    const char *base =
        column->of_message ? (const char *)message : (const char *)row;
    struct cell cell = { .kind = column->kind };

    if (!base)
        return cell;
    base += column->offset;
    switch (column->kind) {
    case CELL_TEXT:
        cell.text = *(const char *const *)(const void *)base;
        cell.known = cell.text != NULL;
        return cell;
    case CELL_BOOL:
        cell.number = *(const bool *)(const void *)base;
        break;
    case CELL_DECIMAL:
        cell.number =
            (int64_t)(*(const double *)(const void *)base * 100 + 0.5);
        break;
    default:
        cell.number = *(const int64_t *)(const void *)base;
        break;
    }
    cell.known = cell.number != COUNT_UNKNOWN;
    return cell;
}
_Static_assert(COUNT_UNKNOWN == TIME_UNKNOWN, "one value is unknown");

bool
cell_time(const struct cell *cell, char text[CELL_TIME_BYTES])
{
    char seconds[MODEL_TIME_BYTES];
    int64_t millis = cell->kind == CELL_MILLIS ? cell->number % 1000 : 0;
    int64_t at = cell->kind == CELL_MILLIS ? cell->number / 1000 : cell->number;

    if (millis < 0) {
        millis += 1000;
        at--;
    }
    if (!model_time_print(at, seconds))
        return false;
    if (cell->kind == CELL_MILLIS)
        snprintf(text, CELL_TIME_BYTES, "%.19s.%03dZ", seconds, (int)millis);
    else
        snprintf(text, CELL_TIME_BYTES, "%s", seconds);
    return true;
}

/* -------------------------------------------------------------- rows */

struct walk {
    const struct export_table *table;
    export_row *row;
    void *user;
};

static bool
walk_message(void *user, const struct record_message *message)
{
    struct walk *walk = user;

    return walk->row(walk->user, walk->table, message, message);
}

static bool
walk_recipient(void *user, const struct record_message *message,
               const struct record_recipient *recipient)
{
    struct walk *walk = user;

    return walk->row(walk->user, walk->table, recipient, message);
}

static bool
walk_event(void *user, const struct record_message *message,
           const struct record_event *event)
{
    struct walk *walk = user;

    return walk->row(walk->user, walk->table, event, message);
}

static enum status
walk_records(enum export_table_id id, struct records *records,
             struct walk *walk)
{
    struct records_visitor visitor = {
        .user = walk,
        .message = id == TABLE_MESSAGES ? walk_message : NULL,
        .recipient = id == TABLE_RECIPIENTS ? walk_recipient : NULL,
        .event = id == TABLE_EVENTS ? walk_event : NULL,
    };

    return records ? records_visit(records, &visitor) : STATUS_OK;
}

static bool
walk_principals(const struct casefile *casefile, struct walk *walk)
{
    for (size_t i = 0; i < casefile->principal_count; i++) {
        const struct case_principal *principal = &casefile->principals[i];

        if (records_in_scope(casefile, principal->account, principal->domain,
                             principal->name) &&
            !walk->row(walk->user, walk->table, principal, NULL))
            return false;
    }
    return true;
}

static bool
values_join(const struct case_event *event, struct buf *joined)
{
    joined->len = 0;
    buf_add(joined, SV(""));
    for (size_t i = 0; i < event->value_count; i++) {
        const struct case_value *value = &event->values[i];
        struct cell at = { CELL_TIME, true, NULL, value->number };
        char time[CELL_TIME_BYTES];

        buf_printf(joined, "%s%s=", i ? "; " : "", value->name);
        if (value->kind == VALUE_TEXT)
            buf_add(joined, sv_of(value->text));
        else if (value->kind == VALUE_TIME && cell_time(&at, time))
            buf_add(joined, sv_of(time));
        else
            buf_printf(joined, "%lld", (long long)value->number);
    }
    return !joined->failed;
}

static bool
walk_timeline(const struct casefile *casefile,
              const struct case_finding *finding, struct buf *joined,
              struct walk *walk)
{
    for (size_t i = 0; i < finding->timeline_count; i++) {
        const struct case_event *event = &finding->timeline[i];
        const struct case_citation *line =
            event->citation_count ? &event->citations[0] : NULL;
        struct timeline_row row = { .finding = finding->id,
                                    .finding_kind = finding->kind,
                                    .at = event->at,
                                    .what = event->what,
                                    .line = COUNT_UNKNOWN };

        if (!values_join(event, joined))
            return false;
        row.values = joined->len ? joined->at : NULL;
        if (line) {
            row.line = line->line;
            row.text = line->text;
            if (line->evidence >= 0 &&
                (uint64_t)line->evidence < casefile->evidence_count)
                row.evidence = casefile->evidence[line->evidence].path;
        }
        if (!walk->row(walk->user, walk->table, &row, NULL))
            return false;
    }
    return true;
}

static enum status
walk_findings(enum export_table_id id, const struct casefile *casefile,
              struct walk *walk)
{
    struct buf joined = { 0 };
    enum status status = STATUS_OK;
    bool going = true;

    for (size_t i = 0; going && i < casefile->finding_count; i++) {
        const struct case_finding *finding = &casefile->findings[i];

        if (!records_in_scope(casefile, finding->account, finding->domain,
                              finding->mailbox))
            continue;
        going = id == TABLE_TIMELINE
                    ? walk_timeline(casefile, finding, &joined, walk)
                    : walk->row(walk->user, walk->table, finding, NULL);
    }
    if (!going)
        status = joined.failed ? STATUS_NOMEM : STATUS_END;
    buf_clear(&joined);
    return status;
}

enum status
export_walk(enum export_table_id id, const struct casefile *casefile,
            struct records *records, export_row *row, void *user)
{
    struct walk walk = { &export_tables[id], row, user };

    if (export_tables[id].of_records)
        return walk_records(id, records, &walk);
    if (id == TABLE_PRINCIPALS)
        return walk_principals(casefile, &walk) ? STATUS_OK : STATUS_END;
    return walk_findings(id, casefile, &walk);
}
