/*
 * match.h: the pattern of a trace: Perl's, over bytes, with bounds.
 */
#ifndef ANALYZER_TRACE_MATCH_H
#define ANALYZER_TRACE_MATCH_H

#include "analyzer/base.h"

struct matcher;

/*
 * Compiles the pattern: a regular expression, or the text itself.
 * Fails: STATUS_USAGE with what is wrong and where; STATUS_NOMEM.
 */
enum status matcher_new(struct sv pattern, bool literal, bool case_sensitive,
                        struct matcher **ret_matcher, struct fault *fault);
void matcher_free(struct matcher *matcher);

/*
 * Where at or after `from` a line of `block` may match: every line that ends
 * before does not. block.len when none may.
 */
size_t matcher_next(struct matcher *matcher, struct sv block, size_t from);
/* True when matcher_next() passes over lines at all. */
bool matcher_skips(const struct matcher *matcher);

/*
 * Does this line match? It comes with its newline, as exigrep has it.
 * Fails: STATUS_LIMIT when the pattern needs too many steps or too much
 * memory on this line; STATUS_INTERNAL.
 */
enum status matcher_line(struct matcher *matcher, struct sv line, bool *ret_hit,
                         struct fault *fault);

#endif
