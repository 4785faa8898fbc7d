/*
 * judge.h: how well a case tells what is true.
 */
#ifndef TESTS_JUDGE_H
#define TESTS_JUDGE_H

#include "tests/truth.h"

struct verdict { /* on one incident */
    const struct incident *incident;
    const struct case_finding *finding; /* NULL: not found */
    bool kind_right;
    bool culprit_right;
    double precision; /* of its messages */
    double recall;
    int64_t onset_error; /* seconds, how far off */
    int64_t last_error;
    int64_t recipients_error;
    int64_t delivered_error;
    int64_t failed_error;
    int64_t deferral_error; /* lines */
};

/* The finding with most of the incident's messages, and how right it is. */
struct verdict judge(const struct casefile *casefile,
                     const struct incident *incident);

/* True when it accuses somebody who was not abused: a finding of a compromise
 * that no incident of the set explains. */
bool is_false_accusation(const struct truth *truth,
                         const struct case_finding *finding);

#endif
