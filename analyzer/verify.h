/*
 * verify.h: a case held against the evidence it was made of: the bytes of
 * every file and text, the totals, the findings, and each cited line.
 */
#ifndef ANALYZER_VERIFY_H
#define ANALYZER_VERIFY_H

#include "analyzer/analyze.h"

enum verify_verdict {
    VERIFY_OK = 0,
    VERIFY_CHANGED, /* it is there, and it is not the same */
    VERIFY_MISSING, /* it is not there */
    VERIFY_VERDICT_COUNT
};
const char *verify_verdict_name(enum verify_verdict verdict);

enum verify_group {                  /* in the order in which they are told */
                    VERIFY_FILE = 0, /* the bytes as found, or the same text
                                        packed otherwise */
                    VERIFY_TEXT,     /* the unpacked bytes */
                    VERIFY_TOTAL,
                    VERIFY_FINDING,
                    VERIFY_CITATION, /* one line, wherever the case cites it */
                    VERIFY_CLAIM,    /* all lines that one sentence of a finding
                                        stands on */
                    VERIFY_GROUP_COUNT
};
const char *verify_group_name(enum verify_group group);

struct verify_check {
    enum verify_group group;
    enum verify_verdict verdict;
    const char *text; /* what was checked, and what is wrong; printable */
};

struct verify_options {
    struct analyze_options evidence; /* scope and times come from the case */
    const struct casefile *casefile;
    /* Called once for each check, in an order that depends on the case. */
    void (*tell)(void *user, const struct verify_check *check);
    void *user;
};

struct verify_result {
    size_t counts[VERIFY_GROUP_COUNT][VERIFY_VERDICT_COUNT];
};

/*
 * Reads the evidence again and tells every check. Texts are looked for by
 * what is in them, then by their names: a copy that was renamed, packed
 * otherwise or put in an archive is the same evidence.
 * Fails: STATUS_MISMATCH when a check is not OK (*ret_result is written all
 * the same); STATUS_IO when nothing could be read; STATUS_NOMEM.
 */
enum status verify(const struct verify_options *options,
                   struct verify_result *ret_result, struct fault *fault);

#endif
