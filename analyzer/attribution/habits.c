/*
 * A run beside its sender's habits: networks, mail programs, hours, how many
 * are written to at once, and colleagues who send from the same address.
 */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

/* A colleague's mail from an address counts when it was there so long before
 * the run, and so often. */
#define NEIGHBOUR_AHEAD 21600
#define NEIGHBOUR_MESSAGES 3
#define HOUR 3600

struct habits { /* of the mail outside the run: sorted names */
    struct list networks;
    struct list addresses;
    struct list helos;
    struct list ciphers;
    struct list countries;
    bool hours[24];
};

static const struct message *
message_at(const struct behaviour *behaviour, uint32_t i)
{
    return message_of(behaviour->attribution, behaviour->actor->messages[i]);
}

static int64_t
hour_of(const struct behaviour *behaviour, const struct message *message)
{
    int64_t local = message->at + (int64_t)sealed_offset_minutes(
                                      behaviour->attribution->sealed,
                                      message->server, message->at) *
                                      60;

    return local / 3600 % 24;
}

/* A name that tells one machine from another. */
static bool
helo_is_telling(struct sv helo)
{
    static const struct sv common[] = {
        { SV_LIT("localhost") },   { SV_LIT("localhost.localdomain") },
        { SV_LIT("[127.0.0.1]") }, { SV_LIT("[::1]") },
        { SV_LIT("User") },        { SV_LIT("user") },
    };

    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        if (sv_eq_nocase(helo, common[i]))
            return false;
    }
    return helo.len > 0;
}

static void
list_close(struct list *list)
{
    if (list->count)
        qsort(list->at, list->count, sizeof(*list->at), list_number_order);
}

static bool
list_has(const struct list *list, uint32_t number)
{
    return list->count && number &&
           bsearch(&number, list->at, list->count, sizeof(*list->at),
                   list_number_order) != NULL;
}

static void
habits_learn(struct behaviour *behaviour, const uint8_t *chosen,
             struct habits *habits)
{
    const struct actor *actor = behaviour->actor;
    const struct sealed *sealed = behaviour->attribution->sealed;

    for (uint32_t i = 0; i < actor->message_count; i++) {
        const struct message *message = message_at(behaviour, i);
        const struct ledger_arrival *arrival = message->arrival;
        const struct unit *unit = &actor->units[actor->unit_of[i]];
        int64_t hour = hour_of(behaviour, message);

        if (chosen[i])
            continue;
        list_add(&habits->networks, unit->network);
        if (unit->country)
            list_add(&habits->countries, unit->country);
        if (message->at < actor->busy_from - HOUR ||
            message->at > actor->busy_to + HOUR)
            list_add(&habits->addresses, arrival->ip);
        list_add(&habits->helos, arrival->helo);
        if (arrival->cipher)
            list_add(&habits->ciphers, arrival->cipher);
        habits->hours[hour] = true;
        habits->hours[(hour + 1) % 24] = true;
        habits->hours[(hour + 23) % 24] = true;
        behaviour->usual_strangers += actor->strangers[i];
        behaviour->usual_recipients += message->recipient_count;
        for (uint32_t k = 0; k < message->recipient_count; k++)
            behaviour->usual_failed +=
                sealed->recipients[message->recipient_first + k].outcome ==
                OUTCOME_FAILED;
    }
    list_close(&habits->networks);
    list_close(&habits->addresses);
    list_close(&habits->helos);
    list_close(&habits->ciphers);
    list_close(&habits->countries);
    behaviour->usual_ciphers = (uint32_t)habits->ciphers.count;
    behaviour->usual_countries = (uint32_t)habits->countries.count;
}

static void
habits_compare(struct behaviour *behaviour, const uint8_t *chosen,
               const struct habits *habits)
{
    const struct actor *actor = behaviour->actor;
    const struct sealed *sealed = behaviour->attribution->sealed;
    uint32_t before = 0, family = 0;

    for (uint32_t i = 0; i < actor->message_count; i++) {
        const struct message *message = message_at(behaviour, i);
        const struct ledger_arrival *arrival = message->arrival;
        const struct unit *unit = &actor->units[actor->unit_of[i]];
        uint32_t first = 0;

        if (!chosen[i])
            continue;
        behaviour->usual_addresses +=
            !unit->loopback && list_has(&habits->addresses, arrival->ip);
        behaviour->located += unit->country != 0;
        behaviour->abroad +=
            unit->country && !list_has(&habits->countries, unit->country);
        behaviour->known_helos +=
            list_has(&habits->helos, arrival->helo) &&
            helo_is_telling(sealed_name(sealed, arrival->helo));
        behaviour->new_ciphers +=
            arrival->cipher && !list_has(&habits->ciphers, arrival->cipher);
        behaviour->odd_hours += !habits->hours[hour_of(behaviour, message)];
        if (message->recipient_count)
            first = sealed->recipients[message->recipient_first].address;
        if (before && first && before != first) {
            behaviour->pairs++;
            behaviour->ordered += sv_cmp(sealed_name(sealed, before),
                                         sealed_name(sealed, first)) <= 0;
        }
        before = first;
        behaviour->turns += message->family != family;
        family = message->family;
    }
}

/* Networks of the run that the owner's own mail came from too. */
static bool
take_networks(struct behaviour *behaviour, const uint8_t *chosen,
              const struct habits *habits)
{
    const struct actor *actor = behaviour->actor;
    struct list run = { 0 };

    for (uint32_t i = 0; i < actor->message_count; i++) {
        if (chosen[i])
            list_add(&run, actor->units[actor->unit_of[i]].network);
    }
    list_close(&run);
    for (size_t i = 0; i < run.count; i++)
        behaviour->networks_usual += (!i || run.at[i] != run.at[i - 1]) &&
                                     list_has(&habits->networks, run.at[i]);
    for (size_t i = 0; i < habits->networks.count; i++)
        behaviour->usual_networks +=
            habits->networks.at[i] &&
            (!i || habits->networks.at[i] != habits->networks.at[i - 1]);
    free(run.at);
    return !run.failed;
}

/* Another login of the account sends its everyday mail from there. */
static bool
neighbour_sends_from(const struct behaviour *behaviour, uint32_t ip)
{
    const struct attribution *attribution = behaviour->attribution;
    const struct actor *actor = behaviour->actor;

    for (size_t i = 0; i < attribution->actor_count; i++) {
        const struct actor *other = &attribution->actors[i];

        if (other == actor || other->kind != ACTOR_LOGIN ||
            !((actor->domain && other->domain == actor->domain) ||
              (actor->account && other->account == actor->account)))
            continue;
        for (uint32_t u = 0; u < other->unit_count; u++) {
            const struct unit *unit = &other->units[u];

            if (unit->name == ip && unit->messages >= NEIGHBOUR_MESSAGES &&
                unit->first < behaviour->onset - NEIGHBOUR_AHEAD &&
                (!other->busy || unit->outside))
                return true;
        }
    }
    return false;
}

static void
take_neighbours(struct behaviour *behaviour, const uint8_t *chosen)
{
    const struct actor *actor = behaviour->actor;

    if (actor->kind != ACTOR_LOGIN)
        return;
    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];
        uint32_t of_run = 0;

        for (uint32_t i = 0; i < unit->messages; i++)
            of_run += chosen[actor->by_unit[unit->from + i]];
        if (of_run && !unit->loopback &&
            neighbour_sends_from(behaviour, unit->name))
            behaviour->neighbours += of_run;
    }
}

enum status
habits_take(struct behaviour *behaviour, const uint8_t *chosen)
{
    struct habits habits = { 0 };
    bool ok;

    habits_learn(behaviour, chosen, &habits);
    habits_compare(behaviour, chosen, &habits);
    if (behaviour->actor->kind == ACTOR_LOGIN)
        behaviour->same_units = behaviour->usual_addresses;
    take_neighbours(behaviour, chosen);
    ok = take_networks(behaviour, chosen, &habits) && !habits.networks.failed &&
         !habits.helos.failed && !habits.ciphers.failed &&
         !habits.countries.failed;
    free(habits.networks.at);
    free(habits.addresses.at);
    free(habits.helos.at);
    free(habits.ciphers.at);
    free(habits.countries.at);
    return ok ? STATUS_OK : STATUS_NOMEM;
}
