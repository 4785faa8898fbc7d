/*
 * sources.h: the evidence of a trace, its texts and their order in time.
 */
#ifndef ANALYZER_TRACE_SOURCES_H
#define ANALYZER_TRACE_SOURCES_H

#include "analyzer/evidence/evidence.h"
#include "analyzer/readers/reader.h"
#include "analyzer/trace.h"

struct text { /* one log */
    uint32_t source;
    uint32_t rank; /* place in the order in which logs are read */
    enum log_kind kind;
    bool in_container;
    bool loose;       /* its lines without an id are Exim's */
    int64_t first_at; /* of its first stamp; INT64_MAX: it has none */
    bool has_offset;
    int64_t offset_seconds; /* stamps without a zone are ahead of UTC by it */
    const char *name;
};

struct source {
    const struct evidence_source *file;
    bool is_archive; /* its texts are met only when it is read to the end */
    bool is_known;   /* met_texts counts all of its texts */
    uint32_t met_texts;
    struct text **texts;
    size_t text_capacity;
};

struct sources {
    struct evidence_list *list;
    struct evidence_limits limits;
    struct arena *arena; /* the result's: for names and warnings */
    struct source *sources;
    size_t count;
    bool readable; /* something could be read */
    bool lossy;
    const char **warnings;
    size_t warning_count;
    size_t warning_capacity;
};

/* What is done with the lines; each may be NULL. */
struct taker {
    void *user;
    enum status (*block)(void *user, struct text *text, struct sv block,
                         uint64_t offset_bytes, struct fault *fault);
    enum status (*end)(void *user, struct text *text);
};

/*
 * Finds the evidence and looks at the head of each source but stdin.
 * Fails: STATUS_NOMEM. sources_clear() also after a failure.
 */
enum status sources_init(struct sources *sources,
                         const struct analyze_options *options,
                         struct arena *arena, struct fault *fault);
void sources_clear(struct sources *sources);

/*
 * Reads one source; a second time gives the same texts again.
 * Fails: what the taker returned; STATUS_NOMEM.
 */
enum status sources_read(struct sources *sources, size_t source,
                         const struct taker *taker, struct fault *fault);

/*
 * Reads the bytes [from, to) of a plain source that has a text, with taker's
 * `block` and `end`. Fails: as sources_read().
 */
enum status sources_read_range(struct sources *sources, size_t source,
                               uint64_t from, uint64_t to,
                               const struct taker *taker, struct fault *fault);

/*
 * Numbers the texts met so far by the order in which they were written: main
 * logs by first stamp, then reject and panic logs, which repeat main logs'
 * lines. And gives the sources in the order of their first texts: the caller
 * frees *ret_order. Fails: STATUS_NOMEM.
 */
enum status sources_order(struct sources *sources, size_t **ret_order);

/* A sentence for the result. */
enum status sources_warn(struct sources *sources, bool lossy,
                         const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
