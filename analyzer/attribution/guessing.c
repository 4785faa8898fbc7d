/* Passwords tried from outside, whether or not one was found. */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

/* Guessing is everywhere; so much of it is an attack of its own. */
#define ATTACK_FAILURES 200

enum status
findings_of_guessing(struct attribution *attribution)
{
    static const struct rule rule = {
        "guessing", "{failures} failed logins from {ips} addresses"
    };
    const struct sealed *sealed = attribution->sealed;
    const struct ledger *ledger = sealed->ledger;
    uint32_t *ips = calloc(ledger->refused_count + 1, sizeof(*ips));
    struct finding *finding;
    struct claim *claim;
    size_t count = 0;
    int64_t first = INT64_MAX, last = INT64_MIN;

    if (!ips)
        return STATUS_NOMEM;
    for (size_t i = 0; i < ledger->refused_count; i++) {
        const struct ledger_refused *refused = &ledger->refused[i];
        int64_t at =
            sealed_utc_ms(sealed, sealed->text_server[refused->place.text],
                          refused->at_ms, refused->zoned, 0) /
            1000;

        if (refused->kind != EVENT_AUTH_FAILED)
            continue;
        ips[count++] = refused->ip;
        first = at < first ? at : first;
        last = at > last ? at : last;
    }
    if (count < ATTACK_FAILURES) {
        free(ips);
        return STATUS_OK;
    }
    finding = finding_add(attribution);
    claim = finding ? finding_claim(finding, &rule, true, 2.0) : NULL;
    if (!claim) {
        free(ips);
        return STATUS_NOMEM;
    }
    finding->kind = FINDING_PASSWORD_ATTACK;
    finding->confidence = 0.95;
    finding->onset = first;
    finding->last = last;
    claim_number(claim, "failures", VALUE_NUMBER, (int64_t)count);
    claim_number(claim, "ips", VALUE_NUMBER, list_distinct(ips, count));
    for (size_t i = 0, step = ledger->refused_count / CLAIM_CITATIONS_MAX + 1;
         i < ledger->refused_count; i += step) {
        if (ledger->refused[i].kind == EVENT_AUTH_FAILED)
            claim_cite(claim, ledger->refused[i].place);
    }
    free(ips);
    return STATUS_OK;
}
