/*
 * seek.h: a pattern that is one whole message id is looked up, not searched
 * for: ids carry their second, and logs are in order of time.
 */
#ifndef ANALYZER_TRACE_SEEK_H
#define ANALYZER_TRACE_SEEK_H

#include "analyzer/trace/grouper.h"
#include "analyzer/trace/match.h"
#include "analyzer/trace/print.h"
#include "analyzer/trace/sources.h"

/*
 * Worth it, and possible? The pattern is an id, the evidence is not small,
 * and no archive and no standard input is in it.
 */
bool seek_fits(const struct sources *sources, struct sv pattern);

/*
 * Reads from shortly before the id's second until its message and all that
 * mention it have ended, or the evidence does. *ret_done is false, and
 * nothing was printed, when the message was not found whole that way or a log
 * turned out not to be in order: all must be read then.
 * Fails: as trace(); STATUS_END when the reader of our output has gone.
 */
enum status seek_run(struct sources *sources, const size_t *order,
                     struct sv pattern, const struct grouper_rules *rules,
                     struct matcher *matcher, struct printer *printer,
                     bool *ret_done, struct fault *fault);

#endif
