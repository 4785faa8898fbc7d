/*
 * related.h: trace -M: whole stories. Each message has one group with all of
 * its lines and those without an id that tell of it, in order of the log.
 */
#ifndef ANALYZER_TRACE_RELATED_H
#define ANALYZER_TRACE_RELATED_H

#include "analyzer/trace/grouper.h"
#include "analyzer/trace/match.h"
#include "analyzer/trace/print.h"
#include "analyzer/trace/sources.h"

/*
 * Reads all sources twice (standard input is kept instead) and prints:
 * completed messages and lines without an id in order of their end, then what
 * has not completed, in order of first line.
 * Fails: as trace(); STATUS_END when the reader of our output has gone.
 */
enum status related_run(struct sources *sources, struct matcher *matcher,
                        const struct grouper_rules *rules,
                        struct printer *printer, struct fault *fault);

#endif
