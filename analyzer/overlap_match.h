/*
 * overlap_match.h: which lines of a text stand in earlier texts already. Knows
 * lines by a hash alone: 16 bytes a line, and about as much to find it again.
 */
#ifndef ANALYZER_OVERLAP_MATCH_H
#define ANALYZER_OVERLAP_MATCH_H

#include "analyzer/base.h"

enum anchor { /* lines that name a message and what became of it */
              ANCHOR_NONE = 0,
              ANCHOR_WEAK,  /* may stand twice in a log: a delivery, deferral,
                               failure */
              ANCHOR_STRONG /* once in the life of a message: its arrival, its
                               end */
};

struct overlap_line {
    uint64_t hash;
    uint32_t line; /* from 1 */
    uint32_t text : 25;
    uint32_t anchor : 2;  /* enum anchor */
    uint32_t twice : 1;   /* the hash stands more than once */
    uint32_t covered : 1; /* lies in a run of equal lines */
    uint32_t used : 1;    /* …of the text that is being matched */
    uint32_t given : 1;   /* given up: it stands in an earlier text */
    uint32_t blank : 1;
};
#define OVERLAP_TEXTS_MAX (1u << 25)

struct overlap_text {
    uint32_t number; /* the caller's, both */
    uint32_t group;  /* only texts of one group share lines */
    int64_t first_s; /* its time, in seconds */
    int64_t last_s;
    uint64_t lines;  /* of all the text */
    bool torn_start; /* its first line has no stamp */
    bool torn_end;   /* its last line has no newline */
    uint32_t first;  /* its lines that were added, into overlap.lines */
    uint32_t count;
    /* what the text that is being matched has in common with it */
    uint32_t strong;
    uint32_t weak;
    uint32_t common;
    uint32_t given_to; /* lines that the matched text gives up for it */
};

struct overlap_run { /* equal lines, one after the other, of two texts */
    uint32_t earlier;
    uint32_t later;
    uint32_t count;
    uint32_t anchors;
};

struct overlap_table { /* one line for each hash */
    uint32_t *slots;   /* index + 1 */
    size_t slot_count;
    size_t used;
};

struct overlap {
    struct overlap_text *texts;
    size_t text_count;
    size_t text_capacity;
    struct overlap_line *lines;
    size_t line_count;
    size_t line_capacity;
    struct overlap_run *runs;
    size_t run_count;
    size_t run_capacity;
    struct overlap_table kept; /* lines of matched texts, not given up */
};

void overlap_clear(struct overlap *overlap);

/* Adds a line to the text that was added last. False when out of memory. */
bool overlap_add_text(struct overlap *overlap, struct overlap_text text);
bool overlap_add_line(struct overlap *overlap, struct overlap_line line);

/*
 * True when two texts may share lines. Texts that only touch in one second
 * are two pieces of a log, whatever stands in that second.
 */
bool overlap_may_share(const struct overlap_text *a,
                       const struct overlap_text *b);

/*
 * Marks the lines of a text that earlier ones (for which this was called
 * before) have already. *ret_given counts them, *ret_most is the text that has
 * most of them.
 */
bool overlap_match(struct overlap *overlap, size_t text, uint32_t *ret_given,
                   size_t *ret_most);

#endif
