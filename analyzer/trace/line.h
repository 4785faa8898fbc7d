/*
 * line.h: as much of a log line as a trace must know: exigrep's own reading
 * of it (exim-log-format 6), with both forms of the message id.
 */
#ifndef ANALYZER_TRACE_LINE_H
#define ANALYZER_TRACE_LINE_H

#include "analyzer/readers/event.h"

struct log_line {
    struct sv body; /* without syslog's head; with the newline */
    struct sv text; /* what follows the id, or the stamp and pid */
    struct message_id id;
    bool stamped;  /* starts a record; else it continues one */
    bool wrapped;  /* had syslog's head */
    uint32_t part; /* of a record that syslog has in parts; 0: all of it */
    uint64_t pid;  /* of such a record */
};

/* Reads one line, which comes with its newline if it has one. */
void log_line_read(struct sv raw, struct log_line *ret_line);

/*
 * Nothing more is expected of its message: Completed, refused, given up. Only
 * Exim's own word counts, which stands directly behind the id.
 */
bool log_line_ends_message(const struct log_line *line);

/*
 * Its second: UTC when the zone is logged, else as written, read as if it
 * were UTC. Only of stamped lines; 0 for a date that is none.
 */
int64_t log_line_seconds(const struct log_line *line);

bool log_line_has_zone(const struct log_line *line);

/*
 * The seconds by which stamps without a zone are ahead of UTC, from the ids of
 * the arrivals among these lines: ids carry the second in UTC, and a stamp is
 * never before it. False when there is no arrival.
 */
bool log_offset_read(struct sv lines, int64_t *ret_offset_seconds);

/* Takes the first line, newline included, from the front of `rest`. */
struct sv line_take(struct sv *rest);

#endif
