/*
 * export_table.h: the tables of an export: columns with where their values
 * stand, and a walk over all rows of one. A writer gets row after row.
 */
#ifndef REPORT_EXPORT_TABLE_H
#define REPORT_EXPORT_TABLE_H

#include "report/export.h"

#include <stdio.h>

enum cell_kind {
    CELL_TEXT = 1, /* NULL: no value */
    CELL_COUNT,    /* COUNT_UNKNOWN: no value */
    CELL_TIME,     /* seconds; TIME_UNKNOWN: no value */
    CELL_MILLIS,   /* milliseconds since 1970 */
    CELL_BOOL,     /* 0 or 1 */
    CELL_DECIMAL   /* a double; `number` is in hundredths */
};

struct export_column {
    const char *name;
    const char *about;
    enum cell_kind kind;
    bool of_message; /* it stands in the message that the row belongs to */
    size_t offset;
};

struct export_table {
    const char *name;
    const char *about;
    const struct export_column *columns;
    size_t column_count;
    bool of_records; /* needs the evidence */
};

enum export_table_id {
    TABLE_MESSAGES = 0,
    TABLE_RECIPIENTS,
    TABLE_EVENTS,
    TABLE_PRINCIPALS,
    TABLE_FINDINGS,
    TABLE_TIMELINE,
    TABLE_COUNT
};
extern const struct export_table export_tables[TABLE_COUNT];

struct cell {
    enum cell_kind kind;
    bool known;
    const char *text;
    int64_t number;
};
/* The value of one column. `message` may be NULL: its columns are unknown. */
struct cell cell_of(const struct export_column *column, const void *row,
                    const struct record_message *message);

#define CELL_TIME_BYTES 32
/* "2026-11-12T02:47:52Z", of milliseconds with three digits more. False for
 * what no calendar has. */
bool cell_time(const struct cell *cell, char text[CELL_TIME_BYTES]);

/* One row: the table's own struct, and the message where it belongs to one. */
typedef bool export_row(void *user, const struct export_table *table,
                        const void *row, const struct record_message *message);

/*
 * Gives every row of a table that the case's scope lets be seen.
 * Fails: STATUS_END when `row` said false; STATUS_NOMEM.
 */
enum status export_walk(enum export_table_id id,
                        const struct casefile *casefile,
                        struct records *records, export_row *row, void *user);

/* A row of the timeline. */
struct timeline_row {
    const char *finding;
    const char *finding_kind;
    int64_t at;
    const char *what;
    const char *values; /* "name=value; …" */
    const char *evidence;
    int64_t line;
    const char *text; /* of the first line cited */
};

/* export_json.c: lines of JSON to `out`. Fail: as export_walk(). */
/* Printable text as a JSON string. */
void export_put_text(const char *text, FILE *out);
enum status export_jsonl(const struct casefile *casefile,
                         struct records *records, FILE *out);
enum status export_timesketch(const struct casefile *casefile,
                              struct records *records, FILE *out);
/* export_xarf.c: one report a line. Fails: the same. */
enum status export_xarf(const struct export_options *options,
                        const struct casefile *casefile,
                        struct records *records, FILE *out);
/* export_sqlite.c: makes the database in the empty file at `path`. */
enum status export_sqlite(const struct casefile *casefile,
                          struct records *records, const char *path,
                          struct fault *fault);

#endif
