/* Weighs a behaviour by the rules, and keeps what they said as claims. */
#include "analyzer/attribution/rules.h"

#include <math.h>

/* -------------------------------------------------------------------- show */

static void
show(const struct behaviour *b, enum rule_value value, struct claim *claim)
{
    switch (value) {
    case SHOW_NOTHING:
        break;
    case SHOW_BURST:
        claim_number(claim, "strangers", VALUE_NUMBER, (int64_t)b->strangers);
        claim_number(claim, "peak", VALUE_NUMBER, b->peak_hour);
        break;
    case SHOW_NETWORKS:
        claim_number(claim, "ips", VALUE_NUMBER, b->ips);
        claim_number(claim, "networks", VALUE_NUMBER, b->networks);
        break;
    case SHOW_GUESSES:
        claim_number(claim, "guesses", VALUE_NUMBER,
                     b->guesses ? b->guesses : b->guessing_ips);
        break;
    case SHOW_HELOS:
        claim_number(claim, "helos", VALUE_NUMBER, b->helos);
        break;
    case SHOW_SENDERS:
        claim_number(claim, "senders", VALUE_NUMBER, b->senders);
        claim_number(claim, "foreign", VALUE_NUMBER, b->foreign_senders);
        break;
    case SHOW_FAMILIES:
        claim_number(claim, "families", VALUE_NUMBER, b->families);
        break;
    case SHOW_FAMILY:
        claim_number(claim, "share", VALUE_NUMBER,
                     (int64_t)share_of(b->largest_family, b->subjects));
        claim_text(claim, "subject", b->largest_family_name);
        break;
    case SHOW_CONTENT:
        claim_number(claim, "count", VALUE_NUMBER,
                     (int64_t)content_refusals(b));
        break;
    case SHOW_UNKNOWN:
        claim_number(claim, "count", VALUE_NUMBER,
                     (int64_t)b->by_refusal[REFUSAL_NO_SUCH_USER]);
        break;
    case SHOW_SAME:
        claim_number(claim, "messages", VALUE_NUMBER, b->same_units);
        break;
    case SHOW_PACE:
        claim_number(claim, "peak", VALUE_NUMBER, b->peak_hour);
        claim_number(claim, "usual", VALUE_NUMBER, b->peak_hour_usual);
        break;
    case SHOW_OWNER:
        claim_number(claim, "share", VALUE_NUMBER,
                     (int64_t)share_of(b->to_owner, b->message_count));
        break;
    case SHOW_LINKS:
        claim_number(claim, "share", VALUE_NUMBER,
                     (int64_t)share_of(b->links, b->subjects));
        break;
    case SHOW_COUNTRIES:
        claim_number(claim, "abroad", VALUE_NUMBER, b->abroad);
        claim_number(claim, "messages", VALUE_NUMBER,
                     (int64_t)b->message_count);
        break;
    case SHOW_SPREAD:
        claim_number(claim, "messages", VALUE_NUMBER,
                     (int64_t)b->message_count);
        claim_number(claim, "recipients", VALUE_NUMBER, (int64_t)b->recipients);
        claim_number(claim, "failed", VALUE_NUMBER, (int64_t)b->failed);
        break;
    case SHOW_DIRS:
        claim_number(claim, "dirs", VALUE_NUMBER, b->dirs);
        break;
    }
}

static void
cite(const struct behaviour *b, enum rule_value value, struct claim *claim)
{
    if (value == SHOW_GUESSES && b->guesses) {
        claim_cite(claim, b->first_guess);
        return;
    }
    for (size_t i = 0; i < b->arrival_count; i++)
        claim_cite(claim, b->arrivals[i]);
}

/* ------------------------------------------------------------------- judge */

static double
score(const struct behaviour *b, enum finding_kind kind, double log_odds)
{
    uint32_t bit = 1u << kind;

    for (size_t i = 0; i < weighed_rule_count; i++) {
        const struct weighed_rule *row = &weighed_rules[i];

        if (!((row->for_kinds | row->against_kinds) & bit) || !row->test(b))
            continue;
        if (row->for_kinds & bit)
            log_odds += row->for_weight;
        else
            log_odds -= row->against_weight;
    }
    return log_odds;
}

static double
probability(double log_odds)
{
    double p = 1.0 / (1.0 + exp(-log_odds));

    return p > 0.99 ? 0.99 : p;
}

#define ACCUSED 0.6

static enum status
explain(const struct behaviour *b, struct finding *finding)
{
    uint32_t bit = 1u << finding->kind;

    for (size_t i = 0; i < weighed_rule_count; i++) {
        const struct weighed_rule *row = &weighed_rules[i];
        bool supports = (row->for_kinds & bit) != 0;
        struct claim *claim;

        if (!((row->for_kinds | row->against_kinds) & bit) || !row->test(b))
            continue;
        claim = finding_claim(finding, &row->rule, supports,
                              supports ? row->for_weight : row->against_weight);
        if (!claim)
            return STATUS_NOMEM;
        show(b, row->value, claim);
        cite(b, row->value, claim);
    }
    return STATUS_OK;
}

/* The rule that holds and moves this kind most, up or down. */
static struct claim
weightiest(const struct behaviour *b, enum finding_kind kind, bool supports)
{
    uint32_t bit = 1u << kind;
    struct claim claim = { 0 };

    for (size_t i = 0; i < weighed_rule_count; i++) {
        const struct weighed_rule *row = &weighed_rules[i];
        double weight = supports ? row->for_weight : row->against_weight;

        if (!((supports ? row->for_kinds : row->against_kinds) & bit) ||
            weight <= claim.weight || !row->test(b))
            continue;
        claim = (struct claim){ .rule = &row->rule,
                                .supports = supports,
                                .weight = weight };
        show(b, row->value, &claim);
    }
    return claim;
}

static void
add_alternative(const struct behaviour *b, struct finding *finding,
                enum finding_kind kind, double odds)
{
    struct alternative *alternative;

    if (finding->alternative_count >= ALTERNATIVES_MAX)
        return;
    alternative = &finding->alternatives[finding->alternative_count++];
    *alternative = (struct alternative){ .kind = kind,
                                         .confidence = probability(odds),
                                         .fits = weightiest(b, kind, true),
                                         .unfit = weightiest(b, kind, false) };
}

static bool
kind_is_compromise(enum finding_kind kind)
{
    return kind == FINDING_MAILBOX || kind == FINDING_SCRIPT ||
           kind == FINDING_SYSTEM;
}

/*
 * Who cannot be named cannot be accused with certainty; and without a
 * directory a site, a shell and a cron job look the same.
 */
static double
capped(const struct behaviour *b, double confidence)
{
    double cap = 0.99;

    if (b->actor->kind == ACTOR_ACCOUNT && !b->actor->account)
        cap = 0.7;
    else if (b->actor->kind == ACTOR_ACCOUNT && !b->dirs &&
             b->by_kind[PRINCIPAL_LOCAL_SMTP] * 2 < b->message_count)
        cap = 0.75;
    return confidence > cap ? cap : confidence;
}

/* A clean mailing to people who want it is nobody's business. */
static bool
bulk_is_worth_a_word(const struct behaviour *b)
{
    return b->limit_lines ||
           (b->failed >= 10 && share_of(b->failed, b->recipients) >= 8);
}

enum status
rules_judge(const struct behaviour *behaviour, struct finding *finding)
{
    double best = -HUGE_VAL;

    finding->kind = FINDING_NONE;
    for (size_t i = 0; i < prior_count; i++) {
        double odds;

        if (priors[i].actor != behaviour->actor->kind)
            continue;
        odds = score(behaviour, priors[i].kind, priors[i].log_odds);
        if (odds > best) {
            best = odds;
            finding->kind = (uint8_t)priors[i].kind;
        }
    }
    if (finding->kind == FINDING_STALE_LIST && !bulk_is_worth_a_word(behaviour))
        finding->kind = FINDING_NONE;
    /* A form that is only perhaps abused is a busy one. */
    if (finding->kind == FINDING_FORM_ABUSE && probability(best) < ACCUSED)
        finding->kind = FINDING_NONE;
    if (finding->kind == FINDING_NONE || best < -0.5) {
        finding->kind = FINDING_NONE;
        return STATUS_OK;
    }
    finding->confidence = capped(behaviour, probability(best));
    finding->compromise = kind_is_compromise(finding->kind);
    for (size_t i = 0; i < prior_count; i++) {
        if (priors[i].actor == behaviour->actor->kind &&
            priors[i].kind != finding->kind)
            add_alternative(
                behaviour, finding, priors[i].kind,
                score(behaviour, priors[i].kind, priors[i].log_odds) - 0.5);
    }
    if (explain(behaviour, finding) != STATUS_OK)
        return STATUS_NOMEM;
    /* Hardly more likely than not: to be looked at, not to be accused. */
    if (finding->confidence < (finding->compromise ? ACCUSED : 0.5)) {
        add_alternative(behaviour, finding, finding->kind, best);
        finding->kind = FINDING_UNEXPLAINED;
        finding->compromise = false;
        finding->confidence = 0.5;
    }
    return STATUS_OK;
}
