/*
 * leak_match.h: many texts looked for at once, in time that grows with the
 * bytes alone (Aho and Corasick), at boundaries of words.
 */
#ifndef REPORT_LEAK_MATCH_H
#define REPORT_LEAK_MATCH_H

#include "analyzer/base.h"

struct leak_match;

enum leak_kind { /* says what may stand beside it */
                 LEAK_PATH = 1,
                 LEAK_SUBJECT,
                 LEAK_DOMAIN, /* a full stop before it: a part of it, so found
                               */
                 LEAK_ADDRESS,
                 LEAK_LOGIN /* a full stop, hyphen: another name */
};

struct leak_match *leak_match_new(void); /* NULL when out of memory */
void leak_match_free(struct leak_match *match);
/* Adds a folded text; one that is in already keeps its kind. */
bool leak_match_add(struct leak_match *match, enum leak_kind kind,
                    struct sv text);
/* After the last text, before the first look. False: out of memory. */
bool leak_match_seal(struct leak_match *match);
size_t leak_match_count(const struct leak_match *match);

/* The first text that is in the folded bytes. False when none is. */
bool leak_match_find(const struct leak_match *match, struct sv folded,
                     struct sv *ret_text, enum leak_kind *ret_kind);
/* Forgets each text that is in them. */
void leak_match_excuse(struct leak_match *match, struct sv folded);

/* Appends the bytes as they are compared: small letters, no escapes, nothing
 * that is there for the eye only. */
bool leak_fold(struct sv bytes, struct buf *out);

#endif
