/*
 * analyze.h: starts the analyzer. With case.h, all that the front door sees.
 */
#ifndef ANALYZER_ANALYZE_H
#define ANALYZER_ANALYZE_H

#include "analyzer/case.h"

struct analyze_progress { /* for whoever waits; called from one thread */
    void (*tell)(void *user, uint64_t done_bytes, uint64_t all_bytes,
                 uint64_t messages);
    void *user;
};

struct analyze_options {
    const char *const *paths; /* what was given; "-" is stdin */
    size_t path_count;
    unsigned jobs; /* threads; 0: as many as cores */
    const char *case_id;
    int64_t as_of; /* TIME_UNKNOWN: the last line's time */
    struct text_list accounts;
    struct text_list domains;
    struct text_list mailboxes;
    const char *since; /* as written on the command line, NULL: all */
    const char *until;
    const char *const *geoip_files;
    size_t geoip_file_count;
    uint64_t max_ratio; /* 0: the default, here and below */
    uint64_t max_text_bytes;
    uint64_t max_line_bytes;
    uint32_t max_depth;
    uint32_t max_members;
    uint32_t max_name_bytes;
    struct analyze_progress progress;
};

/*
 * Reads the evidence and gives the case.
 * Fails: STATUS_IO when no evidence could be read (exit status 3),
 * STATUS_USAGE for times that cannot be read, STATUS_NOMEM.
 */
enum status analyze(const struct analyze_options *options,
                    struct casefile **ret_casefile, struct fault *fault);

/*
 * Reads a point in time: ISO 8601, a date, or "-48h" (also m, d, w) counted
 * back from `last`. Without a zone it is UTC. False when it is none of them.
 */
bool time_read(const char *text, int64_t last, int64_t *ret_time);

#endif
