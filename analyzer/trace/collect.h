/*
 * collect.h: records kept in memory with their places, to be put in order when
 * all evidence was read. For evidence whose logs do not come in order of time.
 */
#ifndef ANALYZER_TRACE_COLLECT_H
#define ANALYZER_TRACE_COLLECT_H

#include "analyzer/trace/ids.h"
#include "analyzer/trace/match.h"
#include "analyzer/trace/sources.h"

struct kept_record { /* a line and what continues it */
    const struct text *text;
    uint64_t offset_bytes;
    struct message_id id; /* whose group it is for; none: its own */
    struct sv raw;
};

struct collection { /* all zero but `wanted` and `matcher`, to start with */
    /* Keeps these messages and what matches without an id; NULL: all. */
    const struct id_table *wanted;
    struct matcher *matcher;
    /* Says which records without an id are kept besides; may be NULL. */
    bool (*also)(void *user, const struct text *text, uint64_t offset_bytes);
    void *user;
    struct kept_record *records;
    size_t count;
    size_t capacity;
    struct arena *arena;
    const struct text *text; /* of the record that is being read, or NULL */
    uint64_t offset_bytes;
    struct message_id id;
    struct buf raw;
    bool hit;
};

/* Fails: STATUS_NOMEM; STATUS_LIMIT when it is too much to hold. */
enum status collection_block(struct collection *collection,
                             const struct text *text, struct sv block,
                             uint64_t offset_bytes, struct fault *fault);
enum status collection_text_end(struct collection *collection,
                                struct fault *fault);
enum status collection_add(struct collection *collection,
                           const struct kept_record *record,
                           struct fault *fault);
/* By rank of the text, place, and id. */
void collection_sort(struct collection *collection);
void collection_clear(struct collection *collection);

#endif
