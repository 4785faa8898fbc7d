/*
 * trace.h: all lines of the messages that match, as exigrep prints them.
 */
#ifndef ANALYZER_TRACE_H
#define ANALYZER_TRACE_H

#include "analyzer/analyze.h"

struct trace_options {
    struct analyze_options evidence; /* paths, jobs, limits, since, until */
    const char *pattern;
    bool literal;          /* -l */
    bool case_sensitive;   /* -I */
    bool invert;           /* -v */
    bool related;          /* -M */
    bool json;             /* --json: one object a group */
    int64_t queue_seconds; /* -t; negative: not given */
};

/* Takes what is to be printed; false stops the run (a closed pipe). */
typedef bool trace_write(void *user, struct sv bytes);

struct trace_result {
    uint64_t groups;           /* printed: messages and lines without an id */
    bool lossy;                /* evidence damaged, skipped or bounded */
    struct text_list warnings; /* one sentence each; owned by trace_result */
    struct arena *arena;
};

/*
 * Writes what exigrep would (contracts.md 1), in its order.
 * Fails: STATUS_USAGE for a pattern that does not compile, STATUS_IO when no
 * evidence could be read, STATUS_NOMEM, STATUS_LIMIT when matching ran away.
 */
enum status trace(const struct trace_options *options, trace_write *write,
                  void *user, struct trace_result *ret_result,
                  struct fault *fault);
void trace_result_clear(struct trace_result *result);

#endif
