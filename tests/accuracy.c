/*
 * How well the analyzer tells what happened, over all recorded logs: a table
 * with a row for each incident, and the sums.
 */
#include "analyzer/analyze.h"
#include "tests/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RULES_MAX 128

struct rule_sums { /* how often a rule counted, in findings ... */
    char name[48];
    size_t right_for; /* ... that are an incident's, by kind and culprit */
    size_t right_against;
    size_t other_for; /* ... that are none: innocents, and mistakes */
    size_t other_against;
};

struct sums {
    size_t sets;
    size_t unread;
    size_t incidents;
    size_t found;
    size_t kinds_right;
    size_t culprits_right;
    size_t false_accusations;
    double precision;
    double recall;
    int64_t onset_error;
    int64_t worst_onset_error;
    int64_t count_error;
    size_t findings; /* whose confidence was judged */
    double brier;
    size_t claimed[3]; /* findings by confidence: below 0.7, 0.9, above */
    size_t held[3];    /* of those, right ones */
    struct rule_sums rules[RULES_MAX];
    size_t rule_count;
};

static const char *
yes_no(bool value)
{
    return value ? "yes" : "NO";
}

static int64_t
count_error(const struct verdict *verdict)
{
    return verdict->recipients_error + verdict->delivered_error +
           verdict->failed_error + verdict->deferral_error;
}

static void
take_incident(const struct truth *truth, const struct verdict *verdict,
              struct sums *sums)
{
    sums->incidents++;
    printf("%-22s %-26s", truth->name, verdict->incident->kind);
    if (!verdict->finding) {
        printf(" NOT FOUND\n");
        return;
    }
    printf(" %-4s %-4s %6.3f %6.3f %7lld %7lld %7lld %5.2f\n",
           yes_no(verdict->kind_right), yes_no(verdict->culprit_right),
           verdict->precision, verdict->recall, (long long)verdict->onset_error,
           (long long)verdict->last_error, (long long)count_error(verdict),
           verdict->finding->confidence);
    sums->found++;
    sums->kinds_right += verdict->kind_right;
    sums->culprits_right += verdict->culprit_right;
    sums->precision += verdict->precision;
    sums->recall += verdict->recall;
    sums->onset_error += verdict->onset_error;
    if (verdict->onset_error > sums->worst_onset_error)
        sums->worst_onset_error = verdict->onset_error;
    sums->count_error += count_error(verdict);
}

/* A finding is right when it is some incident's, by kind and by culprit. */
static bool
is_right(const struct casefile *casefile, const struct truth *truth,
         const struct case_finding *finding)
{
    for (size_t i = 0; i < truth->incident_count; i++) {
        struct verdict verdict = judge(casefile, &truth->incidents[i]);

        if (verdict.finding == finding && verdict.kind_right &&
            verdict.culprit_right)
            return true;
    }
    return false;
}

static struct rule_sums *
rule_of(struct sums *sums, const char *name)
{
    for (size_t i = 0; i < sums->rule_count; i++) {
        if (strcmp(sums->rules[i].name, name) == 0)
            return &sums->rules[i];
    }
    if (sums->rule_count == RULES_MAX)
        return NULL;
    snprintf(sums->rules[sums->rule_count].name,
             sizeof(sums->rules[sums->rule_count].name), "%s", name);
    return &sums->rules[sums->rule_count++];
}

static void
take_rules(const struct case_finding *finding, bool right, struct sums *sums)
{
    for (size_t i = 0; i < finding->claim_count; i++) {
        const struct case_claim *claim = &finding->claims[i];
        struct rule_sums *rule = rule_of(sums, claim->rule);

        if (!rule)
            continue;
        if (claim->supports)
            *(right ? &rule->right_for : &rule->other_for) += 1;
        else
            *(right ? &rule->right_against : &rule->other_against) += 1;
    }
}

static void
take_findings(const struct casefile *casefile, const struct truth *truth,
              struct sums *sums)
{
    for (size_t i = 0; i < casefile->finding_count; i++) {
        const struct case_finding *finding = &casefile->findings[i];
        double outcome = is_right(casefile, truth, finding) ? 1.0 : 0.0;
        double off = finding->confidence - outcome;

        take_rules(finding, outcome > 0, sums);
        if (is_false_accusation(truth, finding)) {
            sums->false_accusations++;
            printf("%-22s %-26s FALSELY ACCUSED: %s %s\n", truth->name,
                   finding->kind, finding->account ? finding->account : "-",
                   finding->mailbox ? finding->mailbox : "-");
        }
        if (finding->compromise || outcome > 0) {
            size_t band = finding->confidence < 0.7   ? 0
                          : finding->confidence < 0.9 ? 1
                                                      : 2;

            sums->findings++;
            sums->brier += off * off;
            sums->claimed[band]++;
            sums->held[band] += outcome > 0;
        }
    }
}

static void
take_set(const struct truth *truth, struct sums *sums)
{
    const char *const paths[] = { truth->logs };
    const struct analyze_options options = { .paths = paths,
                                             .path_count = 1,
                                             .as_of = TIME_UNKNOWN };
    struct casefile *casefile = NULL;
    struct fault fault = { 0 };

    sums->sets++;
    if (analyze(&options, &casefile, &fault) != STATUS_OK) {
        printf("%-22s %s\n", truth->name, fault.text);
        sums->unread++;
        return;
    }
    for (size_t i = 0; i < truth->incident_count; i++) {
        struct verdict verdict = judge(casefile, &truth->incidents[i]);

        take_incident(truth, &verdict, sums);
    }
    take_findings(casefile, truth, sums);
    casefile_free(casefile);
}

static int
rule_order(const void *left, const void *right)
{
    const struct rule_sums *a = left;
    const struct rule_sums *b = right;

    return strcmp(a->name, b->name);
}

static void
print_rules(struct sums *sums)
{
    qsort(sums->rules, sums->rule_count, sizeof(*sums->rules), rule_order);
    printf("\n%-22s %9s %9s %9s %9s\n", "rule", "for right", "for other",
           "vs right", "vs other");
    for (size_t i = 0; i < sums->rule_count; i++) {
        const struct rule_sums *rule = &sums->rules[i];

        printf("%-22s %9zu %9zu %9zu %9zu\n", rule->name, rule->right_for,
               rule->other_for, rule->right_against, rule->other_against);
    }
}

static void
print_sums(const struct sums *sums)
{
    double found = sums->found ? (double)sums->found : 1;

    printf("\nsets %zu, not read %zu\n", sums->sets, sums->unread);
    printf("incidents %zu, found %zu, kind right %zu, culprit right %zu\n",
           sums->incidents, sums->found, sums->kinds_right,
           sums->culprits_right);
    printf("false accusations %zu\n", sums->false_accusations);
    printf("messages: precision %.4f, recall %.4f (means)\n",
           sums->precision / found, sums->recall / found);
    printf("onset: off by %.1f s in the mean, %lld s at worst\n",
           (double)sums->onset_error / found,
           (long long)sums->worst_onset_error);
    printf("counts: off by %lld in all\n", (long long)sums->count_error);
    printf("confidence: Brier score %.4f over %zu findings\n",
           sums->findings ? sums->brier / (double)sums->findings : 0.0,
           sums->findings);
    printf("right of those claimed: below 0.7 %zu of %zu, below 0.9 %zu of "
           "%zu, above %zu of %zu\n",
           sums->held[0], sums->claimed[0], sums->held[1], sums->claimed[1],
           sums->held[2], sums->claimed[2]);
}

int
main(void)
{
    struct truths truths;
    struct sums sums = { 0 };

    if (!truths_read(getenv("FIXTURES"), true, &truths))
        return 1;
    printf("%-22s %-26s %-4s %-4s %6s %6s %7s %7s %7s %5s\n", "set", "incident",
           "kind", "who", "prec", "recall", "onset s", "last s", "counts",
           "conf");
    for (size_t i = 0; i < truths.count; i++)
        take_set(&truths.sets[i], &sums);
    print_rules(&sums);
    print_sums(&sums);
    truths_clear(&truths);
    return sums.unread ? 1 : 0;
}
