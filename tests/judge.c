#include "tests/judge.h"

#include <stdlib.h>
#include <string.h>

static size_t
shared_ids(const struct case_finding *finding, const struct incident *incident)
{
    size_t shared = 0;

    for (size_t i = 0; i < finding->message_ids.count; i++)
        shared += incident_has(incident, finding->message_ids.items[i]);
    return shared;
}

/* What the truth does not name is not compared. */
static bool
is_same(const char *wanted, const char *got)
{
    return !wanted || (got && strcmp(wanted, got) == 0);
}

static bool
has_dir(const struct case_finding *finding, const char *dir)
{
    for (size_t i = 0; i < finding->script_dirs.count; i++) {
        if (strcmp(finding->script_dirs.items[i], dir) == 0)
            return true;
    }
    return false;
}

static bool
culprit_is_right(const struct case_finding *finding,
                 const struct incident *incident)
{
    for (size_t i = 0; i < incident->dir_count; i++) {
        if (!has_dir(finding, incident->dirs[i]))
            return false;
    }
    if (incident->dir_count &&
        finding->script_dirs.count != incident->dir_count)
        return false;
    return is_same(incident->account, finding->account) &&
           is_same(incident->mailbox, finding->mailbox);
}

static const struct case_finding *
finding_of(const struct casefile *casefile, const struct incident *incident)
{
    const struct case_finding *best = NULL;
    size_t most = 0;

    for (size_t i = 0; i < casefile->finding_count; i++) {
        const struct case_finding *finding = &casefile->findings[i];
        size_t shared = shared_ids(finding, incident);

        if (shared > most || (shared && shared == most &&
                              strcmp(finding->kind, incident->kind) == 0)) {
            best = finding;
            most = shared;
        }
    }
    return best;
}

static int64_t
apart(int64_t a, int64_t b)
{
    return a < b ? b - a : a - b;
}

/* Messages whose ids the truth does not know may add to a count. */
static int64_t
beyond(int64_t got, int64_t known, int64_t unknown)
{
    if (got < known)
        return known - got;
    return got > known + unknown ? got - known - unknown : 0;
}

struct verdict
judge(const struct casefile *casefile, const struct incident *incident)
{
    const struct case_finding *finding = finding_of(casefile, incident);
    struct verdict verdict = { .incident = incident, .finding = finding };
    size_t shared, others;

    if (!finding)
        return verdict;
    shared = shared_ids(finding, incident);
    others = finding->message_ids.count - shared;
    others -= others < (size_t)incident->unknown_ids
                  ? others
                  : (size_t)incident->unknown_ids;
    verdict.kind_right = strcmp(finding->kind, incident->kind) == 0 &&
                         is_same(incident->channel, finding->channel);
    verdict.culprit_right = culprit_is_right(finding, incident);
    verdict.precision =
        1.0 - (double)others / (double)finding->message_ids.count;
    verdict.recall = (double)shared / (double)incident->id_count;
    verdict.onset_error = apart(finding->onset, incident->onset);
    verdict.last_error = apart(finding->last, incident->last);
    verdict.recipients_error = apart(finding->recipients, incident->recipients);
    verdict.delivered_error = apart(finding->delivered, incident->delivered);
    verdict.failed_error =
        beyond(finding->failed, incident->failed, incident->unknown_ids);
    verdict.deferral_error =
        incident->unknown_ids
            ? beyond(finding->deferral_lines, incident->deferral_lines,
                     INT64_MAX / 2)
            : apart(finding->deferral_lines, incident->deferral_lines);
    return verdict;
}

bool
is_false_accusation(const struct truth *truth,
                    const struct case_finding *finding)
{
    if (!finding->compromise)
        return false;
    for (size_t i = 0; i < truth->incident_count; i++) {
        const struct incident *incident = &truth->incidents[i];

        if (strcmp(incident->kind, finding->kind) == 0 &&
            culprit_is_right(finding, incident))
            return false;
    }
    return true;
}
