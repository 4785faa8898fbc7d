#include "report/export_table.h"

#include "report/output.h"
#include "report/shell.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* ------------------------------------------------------------------- CSV */

/* A spreadsheet must not take a stranger's words for a formula. */
static bool
is_formula(const char *text)
{
    return text[0] && strchr("=+-@\t\r", text[0]);
}

static void
csv_text(const char *text, FILE *out)
{
    bool quoted = strpbrk(text, "\",\r\n") != NULL;

    if (quoted)
        putc('"', out);
    if (is_formula(text))
        putc('\'', out);
    for (; *text; text++) {
        if (*text == '"')
            putc('"', out);
        putc(*text, out);
    }
    if (quoted)
        putc('"', out);
}

static void
csv_cell(const struct cell *cell, FILE *out)
{
    char time[CELL_TIME_BYTES];

    if (!cell->known)
        return;
    switch (cell->kind) {
    case CELL_TEXT:
        csv_text(cell->text, out);
        break;
    case CELL_TIME:
    case CELL_MILLIS:
        if (cell_time(cell, time))
            fputs(time, out);
        break;
    case CELL_BOOL:
        fputs(cell->number ? "true" : "false", out);
        break;
    case CELL_DECIMAL:
        fprintf(out, "%lld.%02lld", (long long)(cell->number / 100),
                (long long)(cell->number % 100));
        break;
    case CELL_COUNT:
        fprintf(out, "%lld", (long long)cell->number);
        break;
    }
}

static bool
csv_row(void *user, const struct export_table *table, const void *row,
        const struct record_message *message)
{
    FILE *out = user;

    for (size_t i = 0; i < table->column_count; i++) {
        struct cell cell = cell_of(&table->columns[i], row, message);

        if (i)
            putc(',', out);
        csv_cell(&cell, out);
    }
    fputs("\r\n", out);
    return !ferror(out);
}

static void
csv_head(const struct export_table *table, FILE *out)
{
    for (size_t i = 0; i < table->column_count; i++)
        fprintf(out, "%s%s", i ? "," : "", table->columns[i].name);
    fputs("\r\n", out);
}

/* ------------------------------------------------------------------ list */

static const struct case_finding *
finding_of(const struct casefile *casefile, const char *id)
{
    for (size_t i = 0; i < casefile->finding_count; i++) {
        if (sv_eq_nocase(sv_of(casefile->findings[i].id), sv_of(id)))
            return &casefile->findings[i];
    }
    return NULL;
}

static void
list_texts(struct text_list list, FILE *out)
{
    for (size_t i = 0; i < list.count; i++)
        fprintf(out, "%s\n", list.items[i]);
}

/* For firewalls: an address that is none stays out. */
static void
list_addresses(const struct case_finding *finding, FILE *out)
{
    for (size_t i = 0; i < finding->source_ips.count; i++) {
        const char *ip = finding->source_ips.items[i];

        if (shell_valid(SHELL_IP, sv_of(ip)))
            fprintf(out, "%s\n", ip);
    }
}

static void
list_mailboxes(const struct case_finding *finding, FILE *out)
{
    if (finding->mailbox)
        fprintf(out, "%s\n", finding->mailbox);
    for (size_t i = 0; i < finding->logins.count; i++) {
        if (!sv_eq(sv_of(finding->logins.items[i]), sv_of(finding->mailbox)))
            fprintf(out, "%s\n", finding->logins.items[i]);
    }
}

static enum status
list_write(const struct export_options *options,
           const struct casefile *casefile, FILE *out, struct fault *fault)
{
    const struct case_finding *finding = finding_of(casefile, options->finding);

    if (!finding || !records_in_scope(casefile, finding->account,
                                      finding->domain, finding->mailbox))
        return fault_set(fault, STATUS_USAGE,
                         "--finding: the case has no finding %s; it has %zu",
                         options->finding, casefile->finding_count);
    switch (options->items) {
    case ITEMS_ADDRESSES:
        list_addresses(finding, out);
        break;
    case ITEMS_MAILBOXES:
        list_mailboxes(finding, out);
        break;
    case ITEMS_SCRIPTS:
        list_texts(finding->script_dirs, out);
        break;
    case ITEMS_MESSAGES:
        list_texts(finding->message_ids, out);
        break;
    }
    return STATUS_OK;
}

/* --------------------------------------------------------------- writing */

struct exporting {
    const struct export_options *options;
    const struct casefile *casefile;
    struct records *records;
    struct output *output; /* NULL: standard output */
    struct fault *fault;
};

/* What a format writes into one stream. */
static enum status
write_stream(struct exporting *exporting, enum export_table_id table, FILE *out)
{
    const struct casefile *casefile = exporting->casefile;

    switch (exporting->options->format) {
    case EXPORT_CSV:
        csv_head(&export_tables[table], out);
        return export_walk(table, casefile, exporting->records, csv_row, out);
    case EXPORT_LIST:
        return list_write(exporting->options, casefile, out, exporting->fault);
    case EXPORT_JSONL:
        return export_jsonl(casefile, exporting->records, out);
    case EXPORT_TIMESKETCH:
        return export_timesketch(casefile, exporting->records, out);
    case EXPORT_XARF:
        return export_xarf(exporting->options, casefile, exporting->records,
                           out);
    case EXPORT_SQLITE:
        break;
    }
    return STATUS_INTERNAL;
}

static enum status
fill_stream(struct exporting *exporting, enum export_table_id table, int fd,
            const char *name)
{
    int copy = dup(fd); /* output_finish() closes the other */
    FILE *out = copy >= 0 ? fdopen(copy, "w") : NULL;
    enum status status = STATUS_IO;
    bool failed = true;

    if (out) {
        status = write_stream(exporting, table, out);
        failed = ferror(out) != 0;
        failed = fclose(out) != 0 || failed;
    } else if (copy >= 0) {
        close(copy);
    }
    if (failed && (status == STATUS_OK || status == STATUS_END || !out))
        status = fault_set(exporting->fault, STATUS_IO,
                           "%s: cannot be written: %s", name, strerror(errno));
    return status;
}

static enum status
write_file(struct exporting *exporting, enum export_table_id table,
           const char *name)
{
    const struct export_options *options = exporting->options;
    const char *temp = NULL;
    enum status finished;
    int fd = -1;
    enum status status = output_begin(exporting->output, options->dir, name,
                                      &fd, &temp, exporting->fault);

    if (status != STATUS_OK)
        return status;
    status = options->format == EXPORT_SQLITE
                 ? export_sqlite(exporting->casefile, exporting->records, temp,
                                 exporting->fault)
                 : fill_stream(exporting, table, fd, name);
    if (status != STATUS_OK) {
        close(fd); /* the file goes with the output */
        return status;
    }
    finished = output_finish(exporting->output, fd, exporting->fault);
    return finished;
}

static enum status
write_tables(struct exporting *exporting)
{
    static const enum export_table_id tables[] = {
        TABLE_MESSAGES, TABLE_RECIPIENTS, TABLE_PRINCIPALS, TABLE_TIMELINE
    };
    enum status status = STATUS_OK;

    for (size_t i = 0;
         status == STATUS_OK && i < sizeof(tables) / sizeof(tables[0]); i++) {
        const struct export_table *table = &export_tables[tables[i]];
        char name[64];

        if (table->of_records && !exporting->records)
            continue;
        snprintf(name, sizeof(name), "%s.csv", table->name);
        status = write_file(exporting, tables[i], name);
    }
    return status;
}

static enum status
check(const struct export_options *options, const struct records *records,
      struct fault *fault)
{
    if (!records &&
        (options->format == EXPORT_JSONL || options->format == EXPORT_SQLITE ||
         options->format == EXPORT_XARF))
        return fault_set(fault, STATUS_USAGE,
                         "this export is made of the evidence itself; name "
                         "logs instead of a case");
    return STATUS_OK;
}

enum status
export_write(const struct export_options *options,
             const struct casefile *casefile, struct records *records,
             void (*written)(void *user, const char *path), void *user,
             struct fault *fault)
{
    struct exporting exporting = { .options = options,
                                   .casefile = casefile,
                                   .records = records,
                                   .fault = fault };
    enum status status = check(options, records, fault);

    if (status != STATUS_OK)
        return status;
    if (!options->dir) {
        status = write_stream(&exporting, TABLE_MESSAGES, stdout);
        return status == STATUS_END ? STATUS_OK : status; /* told at its end */
    }
    exporting.output = output_new(options->force);
    if (!exporting.output)
        return fault_set(fault, STATUS_NOMEM, "out of memory");
    status = options->format == EXPORT_CSV
                 ? write_tables(&exporting)
                 : write_file(&exporting, TABLE_MESSAGES, options->name);
    if (status == STATUS_OK)
        status = output_commit(exporting.output, written, user, fault);
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory while exporting");
    output_free(exporting.output);
    return status;
}
