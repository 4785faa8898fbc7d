/*
 * recheck.h: the findings of a case held against the logs since: is it over?
 * Each finding is asked what fits its kind; an answer is passed, failed, or
 * not to be had from these logs.
 */
#ifndef ANALYZER_RECHECK_H
#define ANALYZER_RECHECK_H

#include "analyzer/analyze.h"

enum recheck_verdict {
    RECHECK_UNKNOWN = 0, /* not enough data */
    RECHECK_PASSED,
    RECHECK_FAILED,
    RECHECK_VERDICT_COUNT
};
const char *recheck_verdict_name(enum recheck_verdict verdict);

enum recheck_question { /* in the order in which they are told */
                        RECHECK_HOURS = 0,  /* are the logs long enough? */
                        RECHECK_SERVERS,    /* of every server of the case? */
                        RECHECK_CREDENTIAL, /* used from the old networks? */
                        RECHECK_SCRIPT,     /* mail from the same directory? */
                        RECHECK_RELAY,      /* mail from the same hosts? */
                        RECHECK_FAMILIES,   /* the same texts again? */
                        RECHECK_ANEW,  /* does the analyzer find it again? */
                        RECHECK_QUEUE, /* is the queue rid of it? */
                        RECHECK_HELD,  /* or is it silent while it is held? */
                        RECHECK_QUESTION_COUNT
};
const char *recheck_question_name(enum recheck_question question);

struct recheck_answer {
    bool asked;
    enum recheck_verdict verdict;
    int64_t count; /* seconds of RECHECK_HOURS; messages, findings, servers */
};

#define RECHECK_SAMPLES 5

struct recheck_sample { /* a message that speaks against it */
    const char *message_id;
    int64_t at;
    enum recheck_question question; /* the first that it fails */
    const char *source;             /* address, directory, account; or NULL */
    const char *subject;            /* or NULL */
};

struct recheck_finding {
    const struct case_finding *finding; /* of the old case */
    enum recheck_verdict verdict;
    int64_t needed_hours;
    int64_t own_messages; /* of the same login, account or host since */
    int64_t own_last;     /* TIME_UNKNOWN without */
    struct recheck_answer answers[RECHECK_QUESTION_COUNT];
    struct recheck_sample samples[RECHECK_SAMPLES]; /* the first ones */
    size_t sample_count;
    int64_t against; /* messages that speak against it, in all */
};

struct recheck_options {
    struct analyze_options evidence; /* `since` is not of them */
    const struct casefile *casefile; /* must outlive the result */
    const char *since; /* when it was cleaned; NULL: when the case ends */
};

struct recheck_result {
    int64_t since;
    int64_t first; /* of the logs since, TIME_UNKNOWN without */
    int64_t last;
    int64_t seen_s; /* that the logs since cover */
    const char *completeness;
    bool lossy;
    size_t counts[RECHECK_VERDICT_COUNT];
    struct recheck_finding *findings; /* as in the case */
    size_t finding_count;
    struct arena *arena;
};

/*
 * Reads the new evidence and asks. Lines before `since` are read, for what is
 * usual, and never counted.
 * Owner: the caller, recheck_result_clear().
 * Fails: as analyze(); STATUS_USAGE for a `since` that is no time.
 */
enum status recheck(const struct recheck_options *options,
                    struct recheck_result *ret_result, struct fault *fault);
void recheck_result_clear(struct recheck_result *result);

#endif
