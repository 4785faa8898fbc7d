/*
 * verifying.h: one verification on its way: the case, the evidence analyzed
 * anew, the texts that were given, and which of them is which of the case.
 */
#ifndef ANALYZER_VERIFY_VERIFYING_H
#define ANALYZER_VERIFY_VERIFYING_H

#include "analyzer/evidence/evidence.h"
#include "analyzer/verify.h"

struct given_text { /* a text or container of the evidence given */
    const char *path;
    const char *container;
    const char *sha256;      /* NULL: not all of it was read */
    const char *text_sha256; /* the same */
    size_t source;           /* into list->sources */
    size_t ordinal;          /* of the rows of its source */
    bool is_container;
    bool claimed; /* it is some text of the case */
};

enum match_kind { MATCH_NONE = 0, MATCH_TEXT, MATCH_NAME };

struct match { /* what became of one row of the case's evidence */
    enum match_kind kind;
    size_t given; /* unless MATCH_NONE */
    bool stored;  /* its bytes as found were given, in this or another file */
};

struct cited_line {
    const struct case_citation *citation;
    enum verify_verdict verdict;
    const char *why;  /* NULL: it is as it was */
    const char *what; /* who cites it */
    size_t claim;     /* its number, SIZE_MAX: none of a claim's */
};

struct verifying {
    const struct verify_options *options;
    const struct casefile *old;
    struct casefile *fresh;
    struct evidence_limits limits;
    struct evidence_list *list;
    struct arena *arena;
    struct given_text *given;
    size_t given_count;
    size_t given_capacity;
    struct match *matches; /* one for each row of old->evidence */
    struct cited_line *lines;
    size_t line_count;
    size_t line_capacity;
    size_t claim_count;
    struct verify_result result;
    struct buf text; /* of the check that is told next */
};

/* Tells what `text` holds, and empties it. False: out of memory. */
bool verifying_tell(struct verifying *verifying, enum verify_group group,
                    enum verify_verdict verdict);

/* given.c: the second reading, for hashes and places. */
enum status given_read(struct verifying *verifying, struct fault *fault);
/* match.c */
enum status match_make(struct verifying *verifying);
bool match_tell(struct verifying *verifying);
/* cited.c: the third reading, for the lines. */
enum status cited_collect(struct verifying *verifying);
enum status cited_read(struct verifying *verifying, struct fault *fault);
bool cited_tell(struct verifying *verifying);
/* compare.c */
bool compare_totals(struct verifying *verifying);
enum status compare_findings(struct verifying *verifying);

#endif
