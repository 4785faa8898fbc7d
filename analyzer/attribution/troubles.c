/* Troubles that are no abuse: our server listed, another one out of order. */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>
#include <string.h>

struct trouble {       /* one provider's answers */
    uint32_t provider; /* the recipients' domain */
    uint32_t message;
    uint32_t principal;
    bool ill;
};

static int
trouble_order(const void *left, const void *right)
{
    const struct trouble *a = left;
    const struct trouble *b = right;

    if (a->provider != b->provider)
        return a->provider < b->provider ? -1 : 1;
    return a->message < b->message ? -1 : a->message > b->message;
}

#define TROUBLE_RECIPIENTS 20
#define TROUBLE_PRINCIPALS 3

static bool
is_outage(const struct recipient *recipient)
{
    return recipient->waited == REFUSAL_CONNECT ||
           recipient->waited == REFUSAL_TIMEOUT ||
           recipient->waited == REFUSAL_DNS ||
           recipient->waited == REFUSAL_RETRY ||
           recipient->refusal == REFUSAL_EXPIRED;
}

static bool
is_listing(const struct recipient *recipient)
{
    return recipient->refusal == REFUSAL_SENDER_LISTED;
}

static size_t
gather_troubles(const struct attribution *attribution,
                bool (*test)(const struct recipient *), bool by_provider,
                struct trouble *troubles)
{
    const struct sealed *sealed = attribution->sealed;
    size_t count = 0;

    for (uint32_t i = 0; i < sealed->message_count; i++) {
        const struct message *message = &sealed->messages[i];

        if (!is_free(attribution, i))
            continue;
        for (uint32_t k = 0; k < message->recipient_count; k++) {
            const struct recipient *recipient =
                &sealed->recipients[message->recipient_first + k];

            if (!recipient->remote && !test(recipient))
                continue;
            troubles[count++] = (struct trouble){
                .provider = by_provider
                                ? domain_name_of(attribution, recipient->final)
                                : 1,
                .message = i,
                .principal = attribution->principal_of[i] + 1,
                .ill = test(recipient),
            };
        }
    }
    qsort(troubles, count, sizeof(*troubles), trouble_order);
    return count;
}

static enum status
judge_group(struct attribution *attribution, const struct trouble *troubles,
            size_t count, const struct sketch *sketch, uint32_t *scratch)
{
    struct list list = { 0 };
    struct finding *finding;
    struct sketch filled = *sketch;
    size_t ill = 0, first = 0, last = 0;

    for (size_t i = 0; i < count; i++) {
        if (!troubles[i].ill)
            continue;
        first = ill ? first : i;
        last = i;
        scratch[ill++] = troubles[i].principal;
    }
    /* Of what was sent there while it lasted, a good share must be ill. */
    if (ill < TROUBLE_RECIPIENTS ||
        (sketch->kind == FINDING_OUTAGE && ill * 4 < last - first + 1) ||
        list_distinct(scratch, ill) < TROUBLE_PRINCIPALS)
        return STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        if (troubles[i].ill &&
            (!list.count || list.at[list.count - 1] != troubles[i].message))
            list_add(&list, troubles[i].message);
    }
    filled.count = (int64_t)ill;
    filled.second = list_distinct(scratch, ill);
    if (sketch->kind == FINDING_OUTAGE)
        filled.text = troubles[0].provider;
    if (sketch_conclude(attribution, &list, &filled, &finding) != STATUS_OK)
        return STATUS_NOMEM;
    finding->provider = filled.text;
    return STATUS_OK;
}

static enum status
judge_troubles(struct attribution *attribution,
               bool (*test)(const struct recipient *), bool by_provider,
               const struct sketch *sketch)
{
    size_t all = attribution->sealed->recipient_count;
    struct trouble *troubles = calloc(all + 1, sizeof(*troubles));
    uint32_t *scratch = calloc(all + 1, sizeof(*scratch));
    enum status status = troubles && scratch ? STATUS_OK : STATUS_NOMEM;
    size_t count = status == STATUS_OK ? gather_troubles(attribution, test,
                                                         by_provider, troubles)
                                       : 0;

    for (size_t i = 0; status == STATUS_OK && i < count;) {
        size_t from = i;

        while (i < count && troubles[i].provider == troubles[from].provider)
            i++;
        status = judge_group(attribution, troubles + from, i - from, sketch,
                             scratch);
    }
    free(troubles);
    free(scratch);
    return status;
}

enum status
findings_of_outages(struct attribution *attribution)
{
    static const struct rule rule = {
        "outage", "{recipients} recipients at {who}, written to by "
                  "{principals} different senders, could not be reached"
    };

    return judge_troubles(attribution, is_outage, true,
                          &(struct sketch){ .kind = FINDING_OUTAGE,
                                            .confidence = 0.85,
                                            .rule = &rule,
                                            .count_name = "recipients",
                                            .second_name = "principals" });
}

enum status
findings_of_listings(struct attribution *attribution)
{
    static const struct rule rule = {
        "listed", "{recipients} recipients' servers refused this server's "
                  "address, whoever of {principals} senders wrote"
    };

    return judge_troubles(attribution, is_listing, false,
                          &(struct sketch){ .kind = FINDING_BLOCKLISTED,
                                            .confidence = 0.9,
                                            .rule = &rule,
                                            .count_name = "recipients",
                                            .second_name = "principals" });
}
