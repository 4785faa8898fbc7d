/* A limit that was met while nobody can be named. */
#include "analyzer/attribution/sketch.h"

static bool
domain_is_found(const struct attribution *attribution, uint32_t domain)
{
    for (size_t i = 0; i < attribution->finding_count; i++) {
        const struct finding *finding = &attribution->findings[i];

        if (finding->domain == domain || finding->mailbox == domain ||
            (finding->account && domain < attribution->name_count &&
             attribution->account_of[domain] == finding->account))
            return true;
    }
    return false;
}

/* The limit alone proves nothing; that nothing explains it must be said. */
static enum status
judge_limit(struct attribution *attribution, const struct ledger_limit *limit)
{
    static const struct rule rule = {
        "limit_unexplained", "the server's limit stopped mail of {who}, and "
                             "nothing in these logs says why it sent so much"
    };
    const struct sealed *sealed = attribution->sealed;
    struct finding *finding = finding_add(attribution);
    struct claim *claim =
        finding ? finding_claim(finding, &rule, true, 0.5) : NULL;

    if (!claim)
        return STATUS_NOMEM;
    finding->kind = FINDING_UNEXPLAINED;
    finding->confidence = 0.5;
    finding->domain = limit->domain;
    if (limit->domain < attribution->name_count)
        finding->account = attribution->account_of[limit->domain];
    finding->onset = finding->last =
        sealed_utc_ms(sealed, sealed->text_server[limit->place.text],
                      limit->at_ms, limit->zoned, 0) /
        1000;
    claim_text(claim, "who", limit->domain);
    claim_cite(claim, limit->place);
    return STATUS_OK;
}

enum status
findings_of_limits(struct attribution *attribution)
{
    const struct ledger *ledger = attribution->sealed->ledger;

    for (size_t i = 0; i < ledger->limits_count; i++) {
        const struct ledger_limit *limit = &ledger->limits[i];

        if ((limit->kind == LIMIT_DEFER_FAIL ||
             limit->kind == LIMIT_MAX_EMAILS) &&
            limit->domain && !domain_is_found(attribution, limit->domain) &&
            judge_limit(attribution, limit) != STATUS_OK)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}
