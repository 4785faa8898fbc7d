/*
 * gathering.h: the evidence, read once into ledgers, in parallel by source;
 * copies and overlaps left out; then merged into one. And the way back: the
 * bytes of single lines, fetched again by their place.
 */
#ifndef ANALYZER_GATHERING_H
#define ANALYZER_GATHERING_H

#include "analyzer/analyze.h"
#include "analyzer/evidence/evidence.h"
#include "analyzer/ledger/ledger.h"

struct gathered_text { /* one row of the evidence table */
    const char *path;
    const char *container;
    const char *compression;
    const char *sha256;
    const char *text_sha256;
    uint64_t stored_bytes;
    uint64_t text_bytes;
    uint64_t damaged_bytes;
    struct case_warning *warnings;
    size_t warning_count;
    size_t warning_capacity;
    bool is_container;
    bool lossy;           /* a warning of the losing kind */
    bool unsteady;        /* a second reading gave other bytes, or none */
    bool warned_unsteady; /* and that was said */
    enum log_kind kind;
    size_t source;         /* index into list->sources; SIZE_MAX: refused */
    size_t ordinal;        /* of the texts of its source, for the way back */
    struct ledger *ledger; /* NULL: no lines of it count */
    struct evidence_points *points; /* NULL: none; the row's */
    bool duplicate;
    uint32_t copy_of; /* a duplicate: the text that counts */
    struct ledger_text counts; /* after merging */
    const char *server;        /* "" where it is not known */
    size_t row;                /* in the sorted evidence table */
};

struct gathering {
    const struct analyze_options *options;
    struct evidence_limits limits;
    struct evidence_list *list;
    struct arena
        *arena; /* strings of the rows; under the lock while gathering */
    struct gathered_text *texts; /* once all are read: in order of time */
    size_t text_count;
    size_t text_capacity;
    uint32_t *rows; /* text numbers in the order of the table */
};

/*
 * Reads everything that the options name.
 * Fails: STATUS_NOMEM; STATUS_IO when nothing at all could be read.
 */
enum status gathering_make(const struct analyze_options *options,
                           struct gathering **ret_gathering,
                           struct fault *fault);
void gathering_free(struct gathering *gathering);

/* Fills `server` of all texts that have a ledger. */
enum status gathering_name_servers(struct gathering *gathering);

/* settle.c: says of texts of nothing but refusals which log they are of. */
enum status gathering_settle_kinds(struct gathering *gathering);

/*
 * Takes the ledgers of all texts and gives one, with the servers named.
 * *ret_rank and *ret_server (by text number) are the caller's to free.
 */
enum status gathering_merge(struct gathering *gathering,
                            struct ledger **ret_ledger, uint32_t **ret_rank,
                            uint32_t **ret_server);

/* A line wanted back. */
struct line_wish {
    struct place place;
    struct sv text;  /* filled: the line without its newline; NULL: gone */
    char sha256[65]; /* filled: of those bytes */
};

/*
 * Fetches the lines; `wishes` are sorted by place and may repeat. Owner of
 * the texts: `arena`.
 */
enum status gathering_fetch(struct gathering *gathering,
                            struct line_wish *wishes, size_t count,
                            struct arena *arena, struct fault *fault);

/* overlap.c: finds what later copies repeat, reads those again without. */
enum status gathering_drop_overlaps(struct gathering *gathering,
                                    struct fault *fault);
/*
 * Reads texts again, each source once: `block` gets the whole lines of one
 * text after the other. Sorts `texts` (numbers, each once) by source. A text
 * that does not come back whole becomes `unsteady`, with a warning.
 */
typedef enum status revisit_block(void *user, uint32_t text, struct sv block,
                                  uint64_t offset, uint64_t cut_bytes);
enum status gathering_revisit(struct gathering *gathering, uint32_t *texts,
                              size_t count, revisit_block *block, void *user,
                              struct fault *fault);
/* A warning with a place: false when out of memory. */
bool gathering_warn(struct gathering *gathering, struct gathered_text *text,
                    enum warning_topic topic, int64_t line,
                    const char *sentence);
/* A remark: nothing is lost by it. */
bool gathering_note(struct gathering *gathering, struct gathered_text *text,
                    const char *sentence);

/* pass.c: reads all sources into ledgers, a row for each text. */
enum status gathering_read_all(struct gathering *gathering,
                               struct fault *fault);

/* rows.c: a new row, NULL when out of memory; what its custody says. */
struct gathered_text *gathering_add_row(struct gathering *gathering);
bool gathering_fill_row(struct gathering *gathering, struct gathered_text *row,
                        const struct custody *custody);
/* Numbers the texts in the order of time, and lists them in the table's. */
enum status gathering_sort_rows(struct gathering *gathering);
/* Of texts with the same bytes the first in the table counts. */
enum status gathering_drop_duplicates(struct gathering *gathering);

/* feed.c: lines of one text into one ledger. */
struct feed;
struct skipped {   /* lines that came before, in another text */
    uint64_t from; /* line numbers, from 1 */
    uint64_t to;   /* inclusive */
};
struct feed *feed_new(struct ledger *ledger, uint32_t text, enum log_kind kind);
void feed_skip(struct feed *feed, const struct skipped *skipped, size_t count);
enum status feed_block(struct feed *feed, struct sv block, uint64_t offset,
                       uint64_t cut_bytes);
enum status feed_end(struct feed *feed);
/* What the text has proved to be. */
enum log_kind feed_kind(const struct feed *feed);
void feed_free(struct feed *feed);

#endif
