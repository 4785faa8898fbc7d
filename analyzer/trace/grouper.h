/*
 * grouper.h: exigrep's bookkeeping: the lines of each message that is still
 * on its way, printed or forgotten when it ends.
 *
 * Kept as exigrep has it: what comes after a message's end starts a group of
 * its own. Mended: only Exim's own word ends a message, never one inside a
 * subject; lines without a stamp stay with the record before; -v asks in the
 * same case as the pattern, also of unfinished messages; -t counts in stamps
 * with milliseconds or a zone too.
 */
#ifndef ANALYZER_TRACE_GROUPER_H
#define ANALYZER_TRACE_GROUPER_H

#include "analyzer/trace/ids.h"
#include "analyzer/trace/match.h"
#include "analyzer/trace/print.h"

struct grouper;

struct grouper_rules {
    bool invert;
    int64_t queue_seconds; /* negative: no bound */
    int64_t since;         /* seconds as log_line_seconds() gives them */
    int64_t until;
    /* Only these messages, and nothing of the rest; NULL: all. */
    const struct id_table *wanted;
    /* Bytes that may be held for messages on their way; 0: no bound. */
    size_t held_bytes_max;
};

/* Owner: the caller, grouper_free(). Borrow: both must outlive it. */
struct grouper *grouper_new(const struct grouper_rules *rules,
                            struct matcher *matcher, struct printer *printer);
void grouper_free(struct grouper *grouper);

/*
 * Takes the next whole lines of a text. `offset_seconds` is what turns stamps
 * without a zone into UTC; `loose` is false for texts whose lines without an
 * id are not Exim's.
 * Fails: STATUS_LIMIT when matching ran away, or (grouper_is_full()) too much
 * would have to be held; STATUS_END, STATUS_NOMEM.
 */
enum status grouper_block(struct grouper *grouper, struct sv block, bool loose,
                          int64_t offset_seconds, struct fault *fault);
/* The text is over: what follows does not continue its last record. */
enum status grouper_text_end(struct grouper *grouper);
/* Prints what has not completed, in order of first line. */
enum status grouper_end(struct grouper *grouper);

bool grouper_is_full(const struct grouper *grouper);
/* Messages that match and are still on their way. */
size_t grouper_open_hits(const struct grouper *grouper);
/* Continuations that were too many to keep; 0 of NULL. */
uint64_t grouper_dropped_bytes(const struct grouper *grouper);

#endif
