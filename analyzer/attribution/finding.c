#include "analyzer/attribution/finding.h"

#include <stdlib.h>
#include <string.h>

void
finding_clear(struct finding *finding)
{
    free(finding->messages);
    free(finding->claims);
    *finding = (struct finding){ 0 };
}

struct claim *
finding_claim(struct finding *finding, const struct rule *rule, bool supports,
              double weight)
{
    void *grown = finding->claims;
    struct claim *claim;

    if (!array_reserve(&grown, &finding->claim_capacity,
                       finding->claim_count + 1, sizeof(*claim)))
        return NULL;
    finding->claims = grown;
    claim = &finding->claims[finding->claim_count++];
    *claim =
        (struct claim){ .rule = rule, .supports = supports, .weight = weight };
    return claim;
}

void
claim_number(struct claim *claim, const char *name, enum value_kind kind,
             int64_t number)
{
    if (claim->value_count < CLAIM_VALUES_MAX)
        claim->values[claim->value_count++] = (struct claim_value){
            .name = name, .kind = kind, .number = number
        };
}

void
claim_text(struct claim *claim, const char *name, uint32_t text)
{
    if (claim->value_count < CLAIM_VALUES_MAX)
        claim->values[claim->value_count++] = (struct claim_value){
            .name = name, .kind = VALUE_TEXT, .text = text
        };
}

void
claim_cite(struct claim *claim, struct place place)
{
    if (claim->citation_count < CLAIM_CITATIONS_MAX)
        claim->citations[claim->citation_count++] = place;
}

struct finding *
finding_add(struct attribution *attribution)
{
    void *grown = attribution->findings;
    struct finding *finding;

    if (!array_reserve(&grown, &attribution->finding_capacity,
                       attribution->finding_count + 1, sizeof(*finding)))
        return NULL;
    attribution->findings = grown;
    finding = &attribution->findings[attribution->finding_count++];
    *finding = (struct finding){ 0 };
    return finding;
}

void
finding_take(struct attribution *attribution, struct finding *finding,
             uint32_t *messages, size_t count)
{
    uint32_t number = (uint32_t)(finding - attribution->findings) + 1;

    finding->messages = messages;
    finding->message_count = count;
    for (size_t i = 0; i < count; i++)
        attribution->finding_of[messages[i]] = number;
    if (count) {
        finding->onset = attribution->sealed->messages[messages[0]].at;
        finding->last = attribution->sealed->messages[messages[count - 1]].at;
    }
}
