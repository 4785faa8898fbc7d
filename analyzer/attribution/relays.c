/* An open door: mail that a host not ours was allowed to send for anyone. */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

/* A customer's own server, allowed to relay, sends for few domains, his own,
 * to people who are there; an open door is used by anyone, for anyone. */
#define RELAY_STRANGERS 10
#define RELAY_DOMAINS 4
#define RELAY_UNWANTED 5 /* in a hundred */

struct relayed { /* what one host sent */
    uint32_t domains;
    uint32_t foreign; /* messages whose sender is not hosted here */
    uint32_t recipients;
    uint32_t unwanted; /* who do not exist or refused it */
};

static struct relayed
relayed_by(const struct attribution *attribution, const struct actor *actor,
           const struct unit *unit, uint32_t *scratch)
{
    struct relayed relayed = { 0 };

    for (uint32_t i = 0; i < unit->messages; i++) {
        const struct message *message = message_of(
            attribution, actor->messages[actor->by_unit[unit->from + i]]);
        uint32_t sender = message->arrival->sender;

        scratch[i] = domain_name_of(attribution, sender);
        relayed.foreign +=
            scratch[i] && !address_is_hosted(attribution, sender);
        relayed.recipients += message->recipient_count;
        for (uint32_t k = 0; k < message->recipient_count; k++)
            relayed.unwanted +=
                attribution->sealed->recipients[message->recipient_first + k]
                    .outcome == OUTCOME_FAILED;
    }
    relayed.domains = list_distinct(scratch, unit->messages);
    return relayed;
}

static bool
is_open(const struct unit *unit, const struct relayed *relayed)
{
    if (unit->peak_day < RELAY_STRANGERS ||
        relayed->foreign * 2 < unit->messages)
        return false;
    return relayed->domains >= RELAY_DOMAINS ||
           (unit->peak_hour >= RELAY_STRANGERS &&
            relayed->unwanted * 100 >= relayed->recipients * RELAY_UNWANTED);
}

static enum status
judge_relay(struct attribution *attribution, const struct actor *actor)
{
    static const struct rule rule = {
        "relayed", "{hosts} hosts without a login sent {messages} messages "
                   "through this server to strangers"
    };
    uint32_t *scratch =
        calloc((size_t)actor->message_count + 1, sizeof(*scratch));
    uint8_t *open = calloc((size_t)actor->unit_count + 1, 1);
    struct list list = { 0 };
    struct finding *finding;
    enum status status = STATUS_NOMEM;
    int64_t hosts = 0;

    if (!scratch || !open)
        goto out;
    status = STATUS_OK;
    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];
        struct relayed relayed = relayed_by(attribution, actor, unit, scratch);

        open[u] = is_open(unit, &relayed);
        hosts += open[u];
    }
    for (uint32_t i = 0; i < actor->message_count; i++) {
        if (open[actor->unit_of[i]] && is_free(attribution, actor->messages[i]))
            list_add(&list, actor->messages[i]);
    }
    if (list.count)
        status =
            sketch_conclude(attribution, &list,
                            &(struct sketch){ .kind = FINDING_RELAY,
                                              .compromise = true,
                                              .confidence = 0.9,
                                              .channel = "smtp",
                                              .rule = &rule,
                                              .count_name = "hosts",
                                              .count = hosts,
                                              .second_name = "messages",
                                              .second = (int64_t)list.count },
                            &finding);
    if (status == STATUS_OK && hosts)
        finding->actor = actor;
out:
    free(scratch);
    free(open);
    return status;
}

enum status
findings_of_relays(struct attribution *attribution)
{
    for (size_t i = 0; i < attribution->actor_count; i++) {
        const struct actor *actor = &attribution->actors[i];

        if (actor->kind == ACTOR_RELAY &&
            judge_relay(attribution, actor) != STATUS_OK)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}
