#include "config.h"

#include "report/export_table.h"

#ifdef WITH_SQLITE

#include <sqlite3.h>

struct base {
    sqlite3 *database;
    sqlite3_stmt *insert;
};

static const char *const indices[] = {
    "CREATE INDEX messages_by_id ON messages(message_id)",
    "CREATE INDEX messages_by_time ON messages(at)",
    "CREATE INDEX messages_by_login ON messages(login)",
    "CREATE INDEX messages_by_account ON messages(account)",
    "CREATE INDEX messages_by_ip ON messages(source_ip)",
    "CREATE INDEX messages_by_finding ON messages(finding)",
    "CREATE INDEX recipients_by_message ON recipients(message_id)",
    "CREATE INDEX recipients_by_address ON recipients(address)",
    "CREATE INDEX events_by_message ON events(message_id)",
    "CREATE INDEX events_by_time ON events(at)",
};

static const char *
type_of(enum cell_kind kind)
{
    return kind == CELL_COUNT || kind == CELL_BOOL ? "INTEGER"
           : kind == CELL_DECIMAL                  ? "REAL"
                                                   : "TEXT";
}

static int
run(struct base *base, const char *sql)
{
    return sqlite3_exec(base->database, sql, NULL, NULL, NULL);
}

/* The comments stay in the schema: .schema is the manual. */
static bool
create_sql(const struct export_table *table, struct buf *sql)
{
    buf_printf(sql, "CREATE TABLE %s ( -- %s\n", table->name, table->about);
    for (size_t i = 0; i < table->column_count; i++) {
        const struct export_column *column = &table->columns[i];

        buf_printf(sql, "  \"%s\" %s%s -- %s\n", column->name,
                   type_of(column->kind),
                   i + 1 < table->column_count ? "," : "", column->about);
    }
    return buf_add(sql, SV(")"));
}

static bool
insert_sql(const struct export_table *table, struct buf *sql)
{
    buf_printf(sql, "INSERT INTO %s VALUES (", table->name);
    for (size_t i = 0; i < table->column_count; i++)
        buf_add(sql, i ? SV(",?") : SV("?"));
    return buf_add(sql, SV(")"));
}

static int
bind_cell(sqlite3_stmt *insert, int at, const struct cell *cell)
{
    char time[CELL_TIME_BYTES];

    if (!cell->known)
        return sqlite3_bind_null(insert, at);
    switch (cell->kind) {
    case CELL_TEXT:
        return sqlite3_bind_text(insert, at, cell->text, -1, SQLITE_TRANSIENT);
    case CELL_TIME:
    case CELL_MILLIS:
        if (!cell_time(cell, time))
            return sqlite3_bind_null(insert, at);
        return sqlite3_bind_text(insert, at, time, -1, SQLITE_TRANSIENT);
    case CELL_DECIMAL:
        return sqlite3_bind_double(insert, at, (double)cell->number / 100);
    case CELL_COUNT:
    case CELL_BOOL:
        break;
    }
    return sqlite3_bind_int64(insert, at, cell->number);
}

static bool
insert_row(void *user, const struct export_table *table, const void *row,
           const struct record_message *message)
{
    struct base *base = user;
    bool good = true;

    for (size_t i = 0; good && i < table->column_count; i++) {
        struct cell cell = cell_of(&table->columns[i], row, message);

        good = bind_cell(base->insert, (int)i + 1, &cell) == SQLITE_OK;
    }
    return good && sqlite3_step(base->insert) == SQLITE_DONE &&
           sqlite3_reset(base->insert) == SQLITE_OK;
}

/* STATUS_END: SQLite knows what went wrong. */
static enum status
fill_table(struct base *base, enum export_table_id id,
           const struct casefile *casefile, struct records *records)
{
    const struct export_table *table = &export_tables[id];
    struct buf create = { 0 }, insert = { 0 };
    enum status status = STATUS_NOMEM;

    if (!create_sql(table, &create) || !insert_sql(table, &insert))
        goto out;
    status = STATUS_END;
    if (run(base, create.at) != SQLITE_OK ||
        sqlite3_prepare_v2(base->database, insert.at, -1, &base->insert,
                           NULL) != SQLITE_OK)
        goto out;
    status = export_walk(id, casefile, records, insert_row, base);
    sqlite3_finalize(base->insert);
    base->insert = NULL;
out:
    buf_clear(&create);
    buf_clear(&insert);
    return status;
}

static enum status
fill_base(struct base *base, const struct casefile *casefile,
          struct records *records)
{
    enum status status = STATUS_OK;

    /* The file is new and nobody's yet: no journal beside it is needed. */
    if (run(base, "PRAGMA journal_mode=OFF") != SQLITE_OK ||
        run(base, "PRAGMA synchronous=OFF") != SQLITE_OK ||
        run(base, "PRAGMA temp_store=MEMORY") != SQLITE_OK ||
        run(base, "PRAGMA locking_mode=EXCLUSIVE") != SQLITE_OK ||
        run(base, "BEGIN") != SQLITE_OK)
        return STATUS_END;
    for (int id = 0; status == STATUS_OK && id < TABLE_COUNT; id++)
        status = fill_table(base, (enum export_table_id)id, casefile, records);
    for (size_t i = 0;
         status == STATUS_OK && i < sizeof(indices) / sizeof(indices[0]); i++)
        status = run(base, indices[i]) == SQLITE_OK ? STATUS_OK : STATUS_END;
    if (status == STATUS_OK && run(base, "COMMIT") != SQLITE_OK)
        status = STATUS_END;
    return status;
}

enum status
export_sqlite(const struct casefile *casefile, struct records *records,
              const char *path, struct fault *fault)
{
    struct base base = { 0 };
    enum status status = STATUS_END;

    if (sqlite3_open_v2(path, &base.database,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW,
                        NULL) == SQLITE_OK)
        status = fill_base(&base, casefile, records);
    if (status == STATUS_END)
        status = fault_set(fault,
                           sqlite3_errcode(base.database) == SQLITE_NOMEM
                               ? STATUS_NOMEM
                               : STATUS_IO,
                           "the database cannot be written: %s",
                           sqlite3_errmsg(base.database));
    if (sqlite3_close(base.database) != SQLITE_OK && status == STATUS_OK)
        status = fault_set(fault, STATUS_IO, "the database cannot be closed");
    return status;
}

#else

enum status
export_sqlite(const struct casefile *casefile, struct records *records,
              const char *path, struct fault *fault)
{
    (void)casefile;
    (void)records;
    (void)path;
    return fault_set(fault, STATUS_INTERNAL,
                     "this program was built without SQLite");
}

#endif
