/* Lines of JSON: events with the names of ECS, and what Timesketch reads. */
#include "report/export_table.h"

#include <string.h>

void
export_put_text(const char *text, FILE *out)
{
    putc('"', out);
    for (; *text; text++) { /* printable: nothing else needs an escape */
        if (*text == '"' || *text == '\\')
            putc('\\', out);
        putc(*text, out);
    }
    putc('"', out);
}

static void
put_member(const char *before, const char *name, const char *text, FILE *out)
{
    fprintf(out, "%s\"%s\":", before, name);
    export_put_text(text, out);
}

static void
put_time(const char *before, const char *name, int64_t at_ms, FILE *out)
{
    struct cell cell = { CELL_MILLIS, true, NULL, at_ms };
    char time[CELL_TIME_BYTES];

    if (cell_time(&cell, time))
        put_member(before, name, time, out);
    else
        fprintf(out, "%s\"%s\":null", before, name);
}

/* An object of texts, when at least one of them is known. */
struct member {
    const char *name;
    const char *text;
    bool is_list; /* ECS has an array here */
};

static void
put_object(const char *name, const struct member *members, size_t count,
           FILE *out)
{
    size_t put = 0;

    for (size_t i = 0; i < count; i++) {
        if (!members[i].text || !members[i].text[0])
            continue;
        if (!put)
            fprintf(out, ",\"%s\":{", name);
        fprintf(out, "%s\"%s\":%s", put ? "," : "", members[i].name,
                members[i].is_list ? "{\"address\":[" : "");
        export_put_text(members[i].text, out);
        fputs(members[i].is_list ? "]}" : "", out);
        put++;
    }
    if (put)
        putc('}', out);
}
#define PUT_OBJECT(name, out, ...)                                             \
    put_object(name, (const struct member[]){ __VA_ARGS__ },                   \
               sizeof((const struct member[]){ __VA_ARGS__ }) /                \
                   sizeof(struct member),                                      \
               out)

/* ------------------------------------------------------------------ ECS */

/* How ECS words what the kinds of event tell. */
static const struct meaning {
    const char *kind;
    const char *category; /* NULL: none that fits */
    const char *type;
    const char *outcome;
    const char *words; /* for a reader */
} meanings[] = {
    { "arrival", "email", "start", "success", "message arrived" },
    { "delivery", "email", "info", "success", "message delivered" },
    { "deferral", "email", "info", "unknown", "delivery put off" },
    { "failure", "email", "info", "failure", "delivery failed" },
    { "completed", "email", "end", "unknown", "message finished" },
    { "auth_failed", "authentication", "start", "failure", "login failed" },
    { "rejected", "email", "denied", "failure", "message or command refused" },
    { NULL, NULL, NULL, NULL, NULL },
};

static const struct meaning *
meaning_of(const char *kind)
{
    const struct meaning *meaning = meanings;

    while (meaning->kind && strcmp(meaning->kind, kind) != 0)
        meaning++;
    return meaning;
}

static void
put_about(const struct record_event *event, FILE *out)
{
    const struct meaning *meaning = meaning_of(event->kind);

    fputs(",\"event\":{\"kind\":\"event\",\"dataset\":\"exim.log\"", out);
    put_member(",", "action", event->kind, out);
    if (meaning->category)
        fprintf(out,
                ",\"category\":[\"%s\"],\"type\":[\"%s\"],\"outcome\":\"%s\"",
                meaning->category, meaning->type, meaning->outcome);
    putc('}', out);
}

static void
put_sides(const struct record_message *message,
          const struct record_event *event, FILE *out)
{
    bool is_attempt = event->address != NULL;

    if (is_attempt)
        PUT_OBJECT("destination", out, { "ip", event->host_ip, false },
                   { "domain", event->host, false });
    PUT_OBJECT("source", out,
               { "ip",
                 !is_attempt && event->host_ip ? event->host_ip
                 : message                     ? message->source_ip
                                               : NULL,
                 false },
               { "domain", message ? message->source_host : NULL, false });
    PUT_OBJECT("user", out,
               { "name",
                 message && message->login ? message->login : event->login,
                 false });
}

static bool
ecs_event(void *user, const struct export_table *table, const void *row,
          const struct record_message *message)
{
    FILE *out = user;
    const struct record_event *event = row;

    (void)table;
    put_time("{", "@timestamp", event->at_ms, out);
    fputs(",\"ecs\":{\"version\":\"8.11.0\"}", out);
    put_about(event, out);
    if (message)
        PUT_OBJECT("email", out, { "local_id", message->message_id, false },
                   { "subject", message->subject, false },
                   { "from", message->sender, true },
                   { "to", event->address, true });
    put_sides(message, event, out);
    PUT_OBJECT("host", out, { "name", event->server, false });
    if (event->evidence) {
        fputs(",\"log\":{\"file\":{", out);
        put_member("", "path", event->evidence, out);
        fprintf(out, "},\"offset\":%lld}", (long long)event->offset);
    }
    if (message)
        PUT_OBJECT("exinquest", out, { "finding", message->finding, false },
                   { "account", message->account, false },
                   { "principal", message->principal, false },
                   { "principal_kind", message->principal_kind, false },
                   { "directory", message->directory, false },
                   { "state", message->state, false },
                   { "refusal", event->refusal, false });
    fputs("}\n", out);
    return !ferror(out);
}

enum status
export_jsonl(const struct casefile *casefile, struct records *records,
             FILE *out)
{
    return export_walk(TABLE_EVENTS, casefile, records, ecs_event, out);
}

/* ----------------------------------------------------------- Timesketch */

/* The date twice, as Timesketch takes it from either. */
static void
sketch_begin(int64_t at_ms, const char *description, FILE *out)
{
    put_time("{", "datetime", at_ms, out);
    fprintf(out, ",\"timestamp\":%lld", (long long)at_ms * 1000);
    put_member(",", "timestamp_desc", description, out);
}

/* All columns that have a value, under their own names. */
static void
sketch_columns(const struct export_table *table, const void *row,
               const struct record_message *message, FILE *out)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct export_column *column = &table->columns[i];
        struct cell cell = cell_of(column, row, message);

        if (!cell.known || column->kind == CELL_TIME ||
            column->kind == CELL_MILLIS)
            continue;
        if (column->kind == CELL_TEXT)
            put_member(",", column->name, cell.text, out);
        else
            fprintf(out, ",\"%s\":%lld", column->name, (long long)cell.number);
    }
}

static bool
sketch_event(void *user, const struct export_table *table, const void *row,
             const struct record_message *message)
{
    FILE *out = user;
    const struct record_event *event = row;
    const char *words = meaning_of(event->kind)->words;
    struct buf text = { 0 };
    bool whole;

    buf_printf(&text, "%s", words ? words : event->kind);
    if (message)
        buf_printf(&text, ": %s", message->message_id);
    if (event->address)
        buf_printf(&text, " to %s", event->address);
    else if (message && message->sender)
        buf_printf(&text, " from %s", message->sender);
    else if (event->login)
        buf_printf(&text, ": %s", event->login);
    sketch_begin(event->at_ms, "Exim log line", out);
    put_member(",", "message", text.at ? text.at : "", out);
    sketch_columns(table, row, message, out);
    if (message && message->finding)
        put_member(",", "finding", message->finding, out);
    fputs("}\n", out);
    whole = !text.failed && !ferror(out);
    buf_clear(&text);
    return whole;
}

static bool
sketch_timeline(void *user, const struct export_table *table, const void *row,
                const struct record_message *message)
{
    FILE *out = user;
    const struct timeline_row *line = row;
    struct buf text = { 0 };
    bool whole;

    if (line->at == TIME_UNKNOWN)
        return true;
    buf_printf(&text, "%s %s: %s%s%s", line->finding, line->finding_kind,
               line->what, line->values ? ", " : "",
               line->values ? line->values : "");
    sketch_begin(line->at * 1000, "exinquest finding", out);
    put_member(",", "message", text.at ? text.at : "", out);
    sketch_columns(table, row, message, out);
    fputs("}\n", out);
    whole = !text.failed && !ferror(out);
    buf_clear(&text);
    return whole;
}

enum status
export_timesketch(const struct casefile *casefile, struct records *records,
                  FILE *out)
{
    enum status status =
        export_walk(TABLE_TIMELINE, casefile, records, sketch_timeline, out);

    if (status != STATUS_OK || !records)
        return status;
    return export_walk(TABLE_EVENTS, casefile, records, sketch_event, out);
}
