/* Mail that goes round: one message, again and again, for one recipient. */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

/* One Message-ID so often for one recipient is no resending by hand. */
#define LOOP_ARRIVALS 4

struct loop_key {
    uint64_t header_id;
    uint32_t recipient;
    uint32_t message;
};

static int
loop_order(const void *left, const void *right)
{
    const struct loop_key *a = left;
    const struct loop_key *b = right;

    if (a->header_id != b->header_id)
        return a->header_id < b->header_id ? -1 : 1;
    if (a->recipient != b->recipient)
        return a->recipient < b->recipient ? -1 : 1;
    return a->message < b->message ? -1 : a->message > b->message;
}

static bool
failed_in_loop(const struct attribution *attribution,
               const struct message *message)
{
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        if (attribution->sealed->recipients[message->recipient_first + i]
                .refusal == REFUSAL_LOOP)
            return true;
    }
    return false;
}

#define LOOP_LOOKED_AT 200 /* messages; a loop repeats itself */

static uint32_t
times_asked_for(const struct attribution *attribution, const struct list *list,
                uint32_t address)
{
    const struct sealed *sealed = attribution->sealed;
    uint32_t count = 0;

    for (size_t i = 0; i < list->count && i < LOOP_LOOKED_AT; i++) {
        const struct message *message = message_of(attribution, list->at[i]);

        for (uint32_t k = 0; k < message->recipient_count; k++)
            count += sealed->recipients[message->recipient_first + k].address ==
                     address;
    }
    return count;
}

/*
 * The address here by which the looping mail came in, and the next one that
 * it passes: the first ones that are asked for again and again.
 */
static void
looping_addresses(const struct attribution *attribution,
                  const struct list *list, uint32_t addresses[2])
{
    const struct sealed *sealed = attribution->sealed;

    addresses[0] = addresses[1] = 0;
    for (size_t i = 0; i < list->count && i < LOOP_LOOKED_AT && !addresses[1];
         i++) {
        const struct message *message = message_of(attribution, list->at[i]);

        for (uint32_t k = 0; k < message->recipient_count && !addresses[1];
             k++) {
            uint32_t address =
                sealed->recipients[message->recipient_first + k].address;

            if (address != addresses[0] &&
                address_is_hosted(attribution, address) &&
                times_asked_for(attribution, list, address) > 1)
                addresses[addresses[0] != 0] = address;
        }
    }
}

static void
gather_loops(const struct attribution *attribution, struct loop_key *keys,
             size_t count, struct list *list)
{
    for (size_t i = 0; i < count;) {
        size_t from = i, repeats = 0, most = 0;
        bool failed = false;

        for (; i < count && keys[i].header_id == keys[from].header_id; i++) {
            failed |= failed_in_loop(attribution,
                                     message_of(attribution, keys[i].message));
            repeats = i > from && keys[i].recipient == keys[i - 1].recipient
                          ? repeats + 1
                          : 1;
            if (repeats > most)
                most = repeats;
        }
        if (most < LOOP_ARRIVALS && !(failed && i - from >= 2))
            continue;
        for (size_t k = from; k < i; k++)
            list_add(list, keys[k].message);
    }
    if (list->count)
        qsort(list->at, list->count, sizeof(*list->at), list_number_order);
}

enum status
findings_of_loops(struct attribution *attribution)
{
    static const struct rule rule = {
        "loop", "{messages} arrivals of {distinct} messages: the same "
                "Message-ID comes back again and again"
    };
    static const struct rule through = { "loop_through",
                                         "the loop passes {who} as well" };
    const struct sealed *sealed = attribution->sealed;
    struct claim *claim;
    struct loop_key *keys = calloc(sealed->message_count + 1, sizeof(*keys));
    struct list list = { 0 };
    struct finding *finding;
    size_t count = 0;
    uint32_t addresses[2];

    if (!keys)
        return STATUS_NOMEM;
    for (size_t i = 0; i < sealed->message_count; i++) {
        const struct message *message = &sealed->messages[i];

        if (message->arrival && message->arrival->header_id &&
            message->parent == NO_INDEX && message->recipient_count &&
            kind_of(attribution, (uint32_t)i) != PRINCIPAL_LIST &&
            is_free(attribution, (uint32_t)i))
            keys[count++] = (struct loop_key){
                message->arrival->header_id,
                sealed->recipients[message->recipient_first].address,
                (uint32_t)i
            };
    }
    qsort(keys, count, sizeof(*keys), loop_order);
    gather_loops(attribution, keys, count, &list);
    free(keys);
    if (!list.count)
        return list.failed ? STATUS_NOMEM : STATUS_OK;
    looping_addresses(attribution, &list, addresses);
    count = 0;
    for (size_t i = 0; i < list.count; i++)
        count +=
            failed_in_loop(attribution, message_of(attribution, list.at[i]));
    if (sketch_conclude(
            attribution, &list,
            &(struct sketch){ .kind = FINDING_LOOP,
                              .confidence = count ? 0.95 : 0.8,
                              .channel = "forward",
                              .rule = &rule,
                              .count_name = "messages",
                              .count = (int64_t)list.count,
                              .second_name = "distinct",
                              .second = (int64_t)(count ? count : 1) },
            &finding) != STATUS_OK)
        return STATUS_NOMEM;
    if (addresses[1]) {
        claim = finding_claim(finding, &through, true, 0);
        if (!claim)
            return STATUS_NOMEM;
        claim_text(claim, "who", addresses[1]);
    }
    finding->mailbox = addresses[0];
    finding->domain = domain_name_of(attribution, addresses[0]);
    finding->account = finding->domain < attribution->name_count
                           ? attribution->account_of[finding->domain]
                           : 0;
    return STATUS_OK;
}
