/*
 * How well the analyzer tells what happened, over all recorded logs: a table
 * with a row for each incident, and the sums.
 */
#include "analyzer/analyze.h"
#include "tests/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static void
take_findings(const struct casefile *casefile, const struct truth *truth,
              struct sums *sums)
{
    for (size_t i = 0; i < casefile->finding_count; i++) {
        const struct case_finding *finding = &casefile->findings[i];
        double outcome = is_right(casefile, truth, finding) ? 1.0 : 0.0;
        double off = finding->confidence - outcome;

        if (is_false_accusation(truth, finding)) {
            sums->false_accusations++;
            printf("%-22s %-26s FALSELY ACCUSED: %s %s\n", truth->name,
                   finding->kind, finding->account ? finding->account : "-",
                   finding->mailbox ? finding->mailbox : "-");
        }
        if (finding->compromise || outcome > 0) {
            sums->findings++;
            sums->brier += off * off;
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
    print_sums(&sums);
    truths_clear(&truths);
    return sums.unread ? 1 : 0;
}
