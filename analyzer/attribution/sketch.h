/*
 * sketch.h: how findings that are no single login's or account's doing are
 * put together: a list of messages, one claim, some lines.
 */
#ifndef ANALYZER_ATTRIBUTION_SKETCH_H
#define ANALYZER_ATTRIBUTION_SKETCH_H

#include "analyzer/attribution/finding.h"

struct list { /* sealed messages, growing */
    uint32_t *at;
    size_t count;
    size_t capacity;
    bool failed;
};

void list_add(struct list *list, uint32_t message);
/* Sorts numbers and counts the distinct ones; 0 does not count. */
uint32_t list_distinct(uint32_t *numbers, size_t count);
int list_number_order(const void *left, const void *right); /* for qsort */

static inline const struct message *
message_of(const struct attribution *attribution, uint32_t message)
{
    return &attribution->sealed->messages[message];
}
static inline enum principal_kind
kind_of(const struct attribution *attribution, uint32_t message)
{
    return attribution->principals[attribution->principal_of[message]].kind;
}
static inline bool
is_free(const struct attribution *attribution, uint32_t message)
{
    return !attribution->finding_of[message];
}

struct sketch {
    enum finding_kind kind;
    bool compromise;
    double confidence;
    const char *channel;
    const struct rule *rule;
    const char *count_name;
    int64_t count;
    const char *second_name;
    int64_t second;
    uint32_t text; /* as {who} */
};

/*
 * Makes the finding of these messages; takes the list, whatever happens.
 * Fails: STATUS_NOMEM.
 */
enum status sketch_conclude(struct attribution *attribution, struct list *list,
                            const struct sketch *sketch,
                            struct finding **ret_finding);

#endif
