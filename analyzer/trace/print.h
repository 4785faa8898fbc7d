/*
 * print.h: writes groups: as exigrep does, or as JSON, one object a line.
 */
#ifndef ANALYZER_TRACE_PRINT_H
#define ANALYZER_TRACE_PRINT_H

#include "analyzer/readers/event.h"
#include "analyzer/trace.h"

struct printer {
    trace_write *write;
    void *user;
    bool json;
    uint64_t skip_bytes; /* of the output: written by an earlier try */
    uint64_t done_bytes;
    uint64_t groups;
    /* A message to look out for: was it printed from its arrival on? */
    struct message_id watched;
    bool watched_whole;
    struct buf out;
    struct buf visible;
};

enum group_end {
    GROUP_LOOSE = 0, /* a record without an id */
    GROUP_COMPLETED,
    GROUP_OPEN,
};

/*
 * Writes one group. Fails: STATUS_NOMEM; STATUS_END when the reader of our
 * output has gone.
 */
enum status printer_group(struct printer *printer, struct message_id id,
                          enum group_end end, struct sv bytes);
void printer_clear(struct printer *printer);

#endif
