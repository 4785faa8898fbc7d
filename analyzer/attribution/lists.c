/* A mailing list that strangers post to. */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

#define LIST_REFUSED 10

struct posting_key { /* a posting and what the list made of it share an id */
    uint64_t header_id;
    uint32_t at;
};

static int
posting_order(const void *left, const void *right)
{
    const struct posting_key *a = left;
    const struct posting_key *b = right;

    if (a->header_id != b->header_id)
        return a->header_id < b->header_id ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

static void
count_refused(const struct attribution *attribution,
              const struct message *message, size_t *all, size_t *refused)
{
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        const struct recipient *recipient =
            &attribution->sealed->recipients[message->recipient_first + i];

        *all += recipient->remote;
        *refused += recipient->refusal == REFUSAL_CONTENT ||
                    recipient->refusal == REFUSAL_REPUTATION ||
                    recipient->refusal == REFUSAL_SENDER_LISTED;
    }
}

static size_t
gather_postings(const struct attribution *attribution,
                const struct actor *actor, struct posting_key *keys,
                struct list *list)
{
    size_t total = 0;

    for (uint32_t i = 0; i < actor->message_count; i++)
        keys[i] = (struct posting_key){
            message_of(attribution, actor->messages[i])->arrival->header_id, i
        };
    qsort(keys, actor->message_count, sizeof(*keys), posting_order);
    for (uint32_t i = 0; i < actor->message_count;) {
        uint32_t from = i;
        size_t all = 0, refused = 0;

        for (; i < actor->message_count &&
               keys[i].header_id == keys[from].header_id;
             i++)
            count_refused(attribution,
                          message_of(attribution, actor->messages[keys[i].at]),
                          &all, &refused);
        if (!keys[from].header_id || refused < 2 || refused * 10 < all)
            continue;
        total += refused;
        for (uint32_t k = from; k < i; k++)
            list_add(list, actor->messages[keys[k].at]);
    }
    if (list->count)
        qsort(list->at, list->count, sizeof(*list->at), list_number_order);
    return total;
}

static enum status
judge_list(struct attribution *attribution, const struct actor *actor)
{
    static const struct rule rule = {
        "postings_refused", "{refused} of the members' servers refused what "
                            "{who} passed on as spam"
    };
    struct posting_key *keys =
        calloc((size_t)actor->message_count + 1, sizeof(*keys));
    struct list list = { 0 };
    struct finding *finding;
    size_t refused;

    if (!keys)
        return STATUS_NOMEM;
    refused = gather_postings(attribution, actor, keys, &list);
    free(keys);
    if (refused < LIST_REFUSED) {
        free(list.at);
        return list.failed ? STATUS_NOMEM : STATUS_OK;
    }
    if (sketch_conclude(attribution, &list,
                        &(struct sketch){ .kind = FINDING_LIST_ABUSE,
                                          .confidence = 0.85,
                                          .rule = &rule,
                                          .count_name = "refused",
                                          .count = (int64_t)refused,
                                          .text = actor->name },
                        &finding) != STATUS_OK)
        return STATUS_NOMEM;
    finding->actor = actor;
    finding->account = actor->account;
    finding->domain = actor->domain;
    finding->mailbox = actor->name;
    return STATUS_OK;
}

enum status
findings_of_lists(struct attribution *attribution)
{
    for (size_t i = 0; i < attribution->actor_count; i++) {
        const struct actor *actor = &attribution->actors[i];

        if (actor->kind == ACTOR_LIST &&
            judge_list(attribution, actor) != STATUS_OK)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}
