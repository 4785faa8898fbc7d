/*
 * rechecking.h: one re-check on its way: each finding of the old case with
 * what its messages are known by, and the records of the new evidence.
 */
#ifndef ANALYZER_RECHECK_RECHECKING_H
#define ANALYZER_RECHECK_RECHECKING_H

#include "analyzer/recheck.h"
#include "analyzer/records.h"

struct watched { /* a finding, and how a message of it would be known */
    const struct case_finding *finding;
    struct recheck_finding *result;
    uint32_t questions;     /* bit set of enum recheck_question */
    struct names *ids;      /* of its messages */
    struct names *networks; /* that were not the owner's too, here and below */
    struct names *ips;
    struct names *families;
    int64_t queue_open; /* of its messages, when the new logs end */
    int64_t queue_done;
    int64_t own_subjects; /* own messages whose subject is logged */
};

struct rechecking {
    const struct casefile *old;
    const struct casefile *fresh;
    struct recheck_result *result;
    struct arena *arena; /* the result's */
    struct watched *watched;
    bool failed; /* out of memory; sticky */
};

/*
 * What its kind is asked, and by what its messages are known.
 * Owner: the caller, watched_clear(), also after a failure.
 * Fails: STATUS_NOMEM.
 */
enum status watched_init(struct watched *watched,
                         const struct case_finding *finding,
                         struct recheck_finding *result);
void watched_clear(struct watched *watched);

/* Holds one message of the new evidence against every finding. */
bool rechecking_message(void *user, const struct record_message *message);

#endif
