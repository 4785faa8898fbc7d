/* record.h: a custody row while it is being filled. */
#ifndef ANALYZER_EVIDENCE_RECORD_H
#define ANALYZER_EVIDENCE_RECORD_H

#include "analyzer/evidence/evidence.h"

struct record {
    struct custody custody;
    struct arena *arena; /* owns every text of the row */
    size_t warning_capacity;
    size_t warnings_unlisted; /* beyond the number that a row keeps */
    bool failed;              /* a warning ran out of memory; sticky */
};

/*
 * Starts a row for what is called `name`, any bytes; of a name longer than
 * max_name_bytes the head is kept, with a warning. `container` may be NULL.
 * Fails: STATUS_NOMEM; record_clear() is then still allowed.
 */
enum status record_init(struct record *record, struct sv name,
                        const char *container, size_t max_name_bytes);
void record_clear(struct record *record);

/*
 * Adds a warning; what the format puts in may be any bytes. A row keeps a
 * bounded number and counts the rest.
 */
void record_warn(struct record *record, enum warning_topic topic,
                 uint64_t offset_bytes, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Says how another layer of compression is called, outermost first. */
void record_add_compression(struct record *record, const char *name);

/*
 * The row is complete: names what was not listed.
 * Fails: STATUS_NOMEM when anything about the row ran out of memory.
 */
enum status record_finish(struct record *record);

#endif
