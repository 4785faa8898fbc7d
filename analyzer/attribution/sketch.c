#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

void
list_add(struct list *list, uint32_t message)
{
    void *grown = list->at;

    if (!array_reserve(&grown, &list->capacity, list->count + 1,
                       sizeof(*list->at))) {
        list->failed = true;
        return;
    }
    list->at = grown;
    list->at[list->count++] = message;
}

int
list_number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

uint32_t
list_distinct(uint32_t *numbers, size_t count)
{
    uint32_t found = 0;

    if (count)
        qsort(numbers, count, sizeof(*numbers), list_number_order);
    for (size_t i = 0; i < count; i++)
        found += numbers[i] && (!i || numbers[i] != numbers[i - 1]);
    return found;
}

enum status
sketch_conclude(struct attribution *attribution, struct list *list,
                const struct sketch *sketch, struct finding **ret_finding)
{
    struct finding *finding = list->failed ? NULL : finding_add(attribution);
    struct claim *claim;

    if (!finding) {
        free(list->at);
        return STATUS_NOMEM;
    }
    finding->kind = (uint8_t)sketch->kind;
    finding->compromise = sketch->compromise;
    finding->confidence = sketch->confidence;
    finding->channel = sketch->channel;
    finding_take(attribution, finding, list->at, list->count);
    claim = finding_claim(finding, sketch->rule, true, 2.0);
    if (!claim)
        return STATUS_NOMEM;
    claim_number(claim, sketch->count_name, VALUE_NUMBER, sketch->count);
    if (sketch->second_name)
        claim_number(claim, sketch->second_name, VALUE_NUMBER, sketch->second);
    if (sketch->text)
        claim_text(claim, "who", sketch->text);
    for (size_t i = 0; i < list->count && i < CLAIM_CITATIONS_MAX; i++) {
        size_t at = list->count < 2 ? 0
                                    : i * (list->count - 1) /
                                          (list->count < CLAIM_CITATIONS_MAX
                                               ? list->count - 1
                                               : CLAIM_CITATIONS_MAX - 1);
        const struct message *message = message_of(attribution, list->at[at]);

        if (message->arrival)
            claim_cite(claim,
                       event_place(&attribution->sealed->ledger
                                        ->events[message->arrival->event]));
    }
    *list = (struct list){ 0 };
    *ret_finding = finding;
    return STATUS_OK;
}
