/* The case's numbers beside those of the evidence given now. */
#include "analyzer/verify/verifying.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ totals */

#define TOTAL(name)                                                            \
    {                                                                          \
#name, offsetof(struct case_totals, name)                              \
    }

static const struct total_row {
    const char *name;
    size_t offset;
} total_rows[] = {
    TOTAL(lines),      TOTAL(messages),      TOTAL(arrivals), TOTAL(bounces),
    TOTAL(deliveries), TOTAL(deferrals),     TOTAL(failures), TOTAL(completed),
    TOTAL(rejections), TOTAL(auth_failures), TOTAL(frozen),   TOTAL(cwd_lines),
};

static int64_t
number_at(const void *base, size_t offset)
{
    int64_t number;

    memcpy(&number, (const char *)base + offset, sizeof(number));
    return number;
}

bool
compare_totals(struct verifying *verifying)
{
    for (size_t i = 0; i < sizeof(total_rows) / sizeof(total_rows[0]); i++) {
        const struct total_row *row = &total_rows[i];
        int64_t old = number_at(&verifying->old->totals, row->offset);
        int64_t now = number_at(&verifying->fresh->totals, row->offset);

        buf_printf(&verifying->text, "%s %lld", row->name, (long long)old);
        if (now != old)
            buf_printf(&verifying->text, ", now %lld", (long long)now);
        if (!verifying_tell(verifying, VERIFY_TOTAL,
                            now == old ? VERIFY_OK : VERIFY_CHANGED))
            return false;
    }
    return true;
}

/* ---------------------------------------------------------------- findings */

#define FIGURE(name)                                                           \
    {                                                                          \
#name, offsetof(struct case_finding, name)                             \
    }

static const struct figure_row {
    const char *name;
    size_t offset;
} figure_rows[] = {
    FIGURE(messages),
    FIGURE(recipients),
    FIGURE(distinct_recipients),
    FIGURE(delivered),
    FIGURE(deferred),
    FIGURE(failed),
    FIGURE(discarded_by_limit),
    FIGURE(deferral_lines),
    FIGURE(ever_deferred),
};
#define FIGURE_COUNT (sizeof(figure_rows) / sizeof(figure_rows[0]))

/* Whose it is: what findings of one kind are told apart by. */
static const char *
owner_of(const struct case_finding *finding)
{
    const struct text_list *const lists[] = { &finding->script_dirs,
                                              &finding->hosts };
    const char *const names[] = { finding->mailbox, finding->account,
                                  finding->domain };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i] && names[i][0])
            return names[i];
    }
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (lists[i]->count)
            return lists[i]->items[0];
    }
    return "";
}

static bool
same_subject(const struct case_finding *a, const struct case_finding *b)
{
    return sv_eq(sv_of(a->kind), sv_of(b->kind)) &&
           strcmp(owner_of(a), owner_of(b)) == 0;
}

/* All findings of one kind and owner, added up. */
struct figures {
    size_t findings;
    int64_t sums[FIGURE_COUNT];
};

static struct figures
figures_of(const struct casefile *casefile, const struct case_finding *like)
{
    struct figures figures = { 0 };

    for (size_t i = 0; i < casefile->finding_count; i++) {
        const struct case_finding *finding = &casefile->findings[i];

        if (!same_subject(finding, like))
            continue;
        figures.findings++;
        for (size_t k = 0; k < FIGURE_COUNT; k++) {
            int64_t number = number_at(finding, figure_rows[k].offset);

            if (number > 0 && number < INT64_MAX - figures.sums[k])
                figures.sums[k] += number;
        }
    }
    return figures;
}

static bool
is_first(const struct casefile *casefile, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (same_subject(&casefile->findings[i], &casefile->findings[at]))
            return false;
    }
    return true;
}

static bool
tell_finding(struct verifying *verifying, const struct case_finding *finding)
{
    struct figures old = figures_of(verifying->old, finding);
    struct figures now = figures_of(verifying->fresh, finding);
    struct buf *text = &verifying->text;
    enum verify_verdict verdict = VERIFY_OK;

    buf_printf(text, "%s%s%s", finding->kind, *owner_of(finding) ? " " : "",
               owner_of(finding));
    if (!old.findings)
        verdict = VERIFY_CHANGED;
    else if (!now.findings)
        verdict = VERIFY_MISSING;
    if (verdict != VERIFY_OK) {
        buf_printf(text, old.findings ? ": not found in this evidence"
                                      : ": found now, and not in the case");
        return verifying_tell(verifying, VERIFY_FINDING, verdict);
    }
    buf_printf(text, ": %lld messages, %lld recipients", (long long)old.sums[0],
               (long long)old.sums[1]);
    if (old.findings != now.findings) {
        verdict = VERIFY_CHANGED;
        buf_printf(text, "; %zu findings, now %zu", old.findings, now.findings);
    }
    for (size_t k = 0; k < FIGURE_COUNT; k++) {
        if (old.sums[k] == now.sums[k])
            continue;
        verdict = VERIFY_CHANGED;
        buf_printf(text, "; %s %lld, now %lld", figure_rows[k].name,
                   (long long)old.sums[k], (long long)now.sums[k]);
    }
    return verifying_tell(verifying, VERIFY_FINDING, verdict);
}

enum status
compare_findings(struct verifying *verifying)
{
    const struct casefile *old = verifying->old;
    const struct casefile *fresh = verifying->fresh;

    for (size_t i = 0; i < old->finding_count; i++) {
        if (is_first(old, i) && !tell_finding(verifying, &old->findings[i]))
            return STATUS_NOMEM;
    }
    for (size_t i = 0; i < fresh->finding_count; i++) {
        if (is_first(fresh, i) &&
            !figures_of(old, &fresh->findings[i]).findings &&
            !tell_finding(verifying, &fresh->findings[i]))
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}
