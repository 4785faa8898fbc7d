/* An open door: mail that a host not ours was allowed to send for anyone. */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

/* A customer's own server, allowed to relay, sends for few domains; an open
 * door is used by anyone, for anyone. */
#define RELAY_STRANGERS 10
#define RELAY_DOMAINS 4

static uint32_t
sender_domains(const struct attribution *attribution, const struct actor *actor,
               const struct unit *unit, uint32_t *scratch)
{
    for (uint32_t i = 0; i < unit->messages; i++)
        scratch[i] = domain_name_of(
            attribution,
            message_of(attribution,
                       actor->messages[actor->by_unit[unit->from + i]])
                ->arrival->sender);
    return list_distinct(scratch, unit->messages);
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

        open[u] = unit->peak_day >= RELAY_STRANGERS &&
                  (sender_domains(attribution, actor, unit, scratch) >=
                       RELAY_DOMAINS ||
                   unit->peak_hour >= RELAY_STRANGERS);
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
