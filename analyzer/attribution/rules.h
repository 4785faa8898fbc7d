/*
 * rules.h: the rules of the attribution as data, for whoever weighs them.
 */
#ifndef ANALYZER_ATTRIBUTION_RULES_H
#define ANALYZER_ATTRIBUTION_RULES_H

#include "analyzer/attribution/finding.h"

typedef bool rule_test(const struct behaviour *behaviour);

enum rule_value { /* which figures a sentence is filled with */
                  SHOW_NOTHING = 0,
                  SHOW_BURST,
                  SHOW_NETWORKS,
                  SHOW_GUESSES,
                  SHOW_HELOS,
                  SHOW_SENDERS,
                  SHOW_FAMILIES,
                  SHOW_FAMILY,
                  SHOW_CONTENT,
                  SHOW_UNKNOWN,
                  SHOW_SAME,
                  SHOW_PACE,
                  SHOW_DIRS,
                  SHOW_OWNER,
                  SHOW_LINKS,
};

struct weighed_rule {
    struct rule rule;
    rule_test *test;
    uint32_t for_kinds;
    double for_weight;
    uint32_t against_kinds;
    double against_weight;
    enum rule_value value;
};

/* What is likely before anything is seen. */
struct prior {
    enum finding_kind kind;
    uint8_t actor; /* enum actor_kind */
    double log_odds;
};

extern const struct weighed_rule weighed_rules[];
extern const size_t weighed_rule_count;
extern const struct prior priors[];
extern const size_t prior_count;

static inline uint64_t
share_of(uint64_t part, uint64_t whole) /* in a hundred */
{
    return whole ? part * 100 / whole : 0;
}
/* Recipients whose servers refused what was said, or who said it. */
uint64_t content_refusals(const struct behaviour *behaviour);

#endif
