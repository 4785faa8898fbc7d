/*
 * Several mailboxes of one account that fall together were hardly guessed one
 * by one: who knows the panel's password can read and set all of them.
 */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

#define TOGETHER_SECONDS 86400

static bool
is_stolen_mailbox(const struct finding *finding)
{
    return finding->kind == FINDING_MAILBOX && finding->compromise &&
           (finding->account || finding->domain);
}

static bool
fell_together(const struct finding *a, const struct finding *b)
{
    bool same = a->account ? a->account == b->account : a->domain == b->domain;
    int64_t apart =
        a->onset < b->onset ? b->onset - a->onset : a->onset - b->onset;

    return same && a->mailbox != b->mailbox && apart <= TOGETHER_SECONDS;
}

enum status
findings_compare(struct attribution *attribution)
{
    for (size_t i = 0; i < attribution->finding_count; i++) {
        struct finding *finding = &attribution->findings[i];
        bool together = false;

        for (size_t k = 0;
             k < attribution->finding_count && is_stolen_mailbox(finding); k++)
            together |= k != i &&
                        is_stolen_mailbox(&attribution->findings[k]) &&
                        fell_together(finding, &attribution->findings[k]);
        if (!together || finding->alternative_count >= ALTERNATIVES_MAX)
            continue;
        finding->together = true;
        finding->alternatives[finding->alternative_count++] =
            (struct alternative){ .kind = FINDING_SYSTEM,
                                  .confidence = 0.3,
                                  .together = true };
    }
    return STATUS_OK;
}
