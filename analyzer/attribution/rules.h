/*
 * rules.h: the rules of the attribution as data, for whoever weighs them.
 */
#ifndef ANALYZER_ATTRIBUTION_RULES_H
#define ANALYZER_ATTRIBUTION_RULES_H

#include "analyzer/attribution/finding.h"

typedef bool rule_test(const struct behaviour *behaviour);

/* questions.c */
rule_test nothing_odd, new_addresses, strangers_only, worse_received,
    beyond_past, burst, colleague_source, foreign_countries, foreign_networks,
    forged_sender, guessed_before, guessing_sources, in_order, known_device,
    links_in_subjects, local_connection, machine_pace, many_at_once,
    many_directories, many_families, many_helos, many_networks, many_senders,
    new_cipher, new_directory, not_refused_as_spam, odd_directory, odd_helo,
    odd_hours, one_family, one_opening, outside_web, own_sender, owner_copied,
    refused_as_spam, some_networks, unknown_account, unknown_directory,
    unknown_recipients, unlike_form, unseen_networks, usual_directory,
    usual_source, web_directory, well_received, within_past;

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
                  SHOW_SPREAD,
                  SHOW_COUNTRIES,
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
