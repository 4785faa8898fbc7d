/*
 * truth.h: recorded logs and what is true of them: fixtures/corpus/README.md.
 */
#ifndef TESTS_TRUTH_H
#define TESTS_TRUTH_H

#include "analyzer/case.h"

#define TRUTH_DIRS_MAX 16

struct incident {
    const char *kind;    /* as the contracts name it */
    const char *channel; /* NULL: any */
    const char *account; /* NULL: none, here and below */
    const char *domain;
    const char *mailbox;
    const char *dirs[TRUTH_DIRS_MAX]; /* made printable */
    size_t dir_count;
    int64_t onset;
    int64_t last;
    int64_t messages;
    int64_t recipients;
    int64_t delivered;
    int64_t failed;         /* final outcome of known messages */
    int64_t deferral_lines; /* of known messages */
    int64_t unknown_ids;    /* messages of it that are not in `ids` */
    const char **ids;       /* sorted */
    size_t id_count;
};

struct truth { /* of one set of logs */
    const char *name;
    const char *logs;          /* the folder or archive */
    struct case_totals totals; /* fields that the truth names */
    struct incident *incidents;
    size_t incident_count;
};

struct truths {
    struct truth *sets; /* by name */
    size_t count;
    size_t capacity;
    struct arena *arena;
};

/*
 * Reads all sets below `fixtures`/corpus and `fixtures`/recorded. False when
 * there is none, or one cannot be read; it is then said on stderr.
 */
/* `made`: the generated sets too, beside those that a real Exim wrote. */
bool truths_read(const char *fixtures, bool made, struct truths *ret_truths);
void truths_clear(struct truths *truths);

/* True when `id` is one of the incident's. */
bool incident_has(const struct incident *incident, const char *id);

#endif
