/*
 * export.h: what a case and its evidence hold, for other programs. Beside
 * case.h this is the one room that knows analyzer/records.h.
 */
#ifndef REPORT_EXPORT_H
#define REPORT_EXPORT_H

#include "analyzer/records.h"

enum export_format {
    EXPORT_CSV = 1,    /* a folder of tables, RFC 4180 */
    EXPORT_LIST,       /* one value a line */
    EXPORT_JSONL,      /* one event a line, with the names of ECS */
    EXPORT_TIMESKETCH, /* the same with what Timesketch asks for */
    EXPORT_SQLITE,     /* a database of tables */
    EXPORT_XARF        /* XARF 4, one report a line */
};

enum export_items { /* of a list */
                    ITEMS_ADDRESSES = 1,
                    ITEMS_MAILBOXES,
                    ITEMS_SCRIPTS,
                    ITEMS_MESSAGES
};

struct export_options {
    enum export_format format;
    const char *dir;     /* NULL: standard output */
    const char *name;    /* of the file in it; NULL: many, with our names */
    bool force;          /* replace files that exist */
    const char *finding; /* of a list: "F1" */
    enum export_items items;
    const char *organisation; /* of XARF: who reports, and his address */
    const char *contact;
};

/*
 * Writes the export, each file whole or not at all. Without `records` (NULL)
 * there is only what the case holds: no messages, recipients or events.
 * Fails: STATUS_USAGE when the case has no such finding, or the format needs
 * the evidence; STATUS_IO, also when a file exists; STATUS_NOMEM;
 * STATUS_INTERNAL when the program was built without that format.
 */
enum status export_write(const struct export_options *options,
                         const struct casefile *casefile,
                         struct records *records,
                         void (*written)(void *user, const char *path),
                         void *user, struct fault *fault);

#endif
