/*
 * Which of a busy actor's messages are the run, and which are its owner's
 * everyday mail. Decided by unit: a client address, a directory.
 */
#include "analyzer/attribution/finding.h"

#include <stdlib.h>

/* So many networks at once are no traveller. */
#define SWARM_NETWORKS 4
/* A subject that recurs so often is a mailing, not a conversation. */
#define FAMILY_MIN 3

static int
number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

static uint32_t
larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Sends more by itself than people do, and a fair share of the run. */
static bool
unit_is_mass(const struct attribution *attribution, const struct actor *actor,
             const struct unit *unit)
{
    uint32_t hour = larger(4, larger(actor->peak_hour / 8,
                                     attribution->typical_peak_hour + 1));
    uint32_t day = larger(6, larger(actor->peak_day / 8,
                                    attribution->typical_peak_day + 1));

    return unit->peak_hour >= hour || unit->peak_day >= day;
}

static bool
unit_is_new(const struct actor *actor, const struct unit *unit)
{
    return !unit->outside && !unit->loopback &&
           unit->first >= actor->busy_from - 3600 &&
           unit->last <= actor->busy_to + 3600;
}

/* Distinct networks among units that came and went with the run. */
static uint32_t
swarm_size(const struct actor *actor, uint32_t *networks)
{
    uint32_t count = 0, distinct = 0;

    for (uint32_t i = 0; i < actor->unit_count; i++) {
        if (unit_is_new(actor, &actor->units[i]))
            networks[count++] = actor->units[i].network;
    }
    qsort(networks, count, sizeof(*networks), number_order);
    for (uint32_t i = 0; i < count; i++)
        distinct += !i || networks[i] != networks[i - 1];
    /* One network may hold a farm of hosts: then hosts count. */
    if (count >= 3 * SWARM_NETWORKS && distinct < SWARM_NETWORKS)
        distinct = SWARM_NETWORKS;
    return distinct;
}

/* The owner has a place of his own to send from, elsewhere in the network. */
static bool
owner_is_elsewhere(const struct attribution *attribution,
                   const struct actor *actor, const struct unit *unit)
{
    for (uint32_t i = 0; i < actor->unit_count; i++) {
        const struct unit *other = &actor->units[i];

        if (other != unit && other->outside && !other->loopback &&
            other->network != unit->network &&
            !unit_is_mass(attribution, actor, other))
            return true;
    }
    return false;
}

struct family_count {
    uint32_t family;
    uint32_t count;
};

static int
family_order(const void *left, const void *right)
{
    const struct family_count *a = left;
    const struct family_count *b = right;

    return a->family < b->family ? -1 : a->family > b->family;
}

static const struct family_count *
family_find(const struct family_count *families, size_t count, uint32_t family)
{
    struct family_count key = { family, 0 };

    return bsearch(&key, families, count, sizeof(*families), family_order);
}

static struct family_count *
count_families(const struct attribution *attribution,
               const struct actor *actor, size_t *ret_count)
{
    struct family_count *families =
        calloc((size_t)actor->message_count + 1, sizeof(*families));
    size_t kept = 0;

    if (!families)
        return NULL;
    for (uint32_t i = 0; i < actor->message_count; i++)
        families[i] = (struct family_count){
            attribution->sealed->messages[actor->messages[i]].family, 1
        };
    qsort(families, actor->message_count, sizeof(*families), family_order);
    for (uint32_t i = 0; i < actor->message_count; i++) {
        if (kept && families[kept - 1].family == families[i].family)
            families[kept - 1].count++;
        else
            families[kept++] = families[i];
    }
    *ret_count = kept;
    return families;
}

struct choice {
    const struct attribution *attribution;
    const struct actor *actor;
    const struct family_count *families;
    size_t family_count;
};

/* A job's output, mailed to its owner, is no part of what the job sends. */
static bool
is_cron_report(const struct attribution *attribution,
               const struct actor *actor, uint32_t at)
{
    uint32_t principal = attribution->principal_of[actor->messages[at]];

    return attribution->principals[principal].kind == PRINCIPAL_CRON &&
           !actor->strangers[at];
}

static bool
message_of_run(const struct choice *choice, uint32_t at,
               const struct unit *unit)
{
    const struct actor *actor = choice->actor;
    const struct message *message =
        &choice->attribution->sealed->messages[actor->messages[at]];
    const struct family_count *family;

    if (is_cron_report(choice->attribution, actor, at))
        return false;
    if (!unit->outside && !unit->loopback && !unit->shared)
        return true;
    if (message->at < actor->busy_from || message->at > actor->busy_to)
        return false;
    if (!actor->strangers[at] && !message->recipient_count)
        return false;
    if (!message->family)
        return true;
    family = family_find(choice->families, choice->family_count,
                         message->family);
    return family && family->count >= FAMILY_MIN;
}

/* A few messages from a new address: the thief's, unless all their subjects
 * stand alone, as a conversation's do. */
static bool
unit_joins_run(const struct choice *choice, const struct unit *unit)
{
    const struct actor *actor = choice->actor;
    uint32_t alone = 0;

    for (uint32_t i = 0; i < unit->messages; i++) {
        const struct message *message =
            &choice->attribution->sealed
                 ->messages[actor->messages[actor->by_unit[unit->from + i]]];
        const struct family_count *family = family_find(
            choice->families, choice->family_count, message->family);

        alone += message->family && (!family || family->count < FAMILY_MIN);
    }
    return alone < unit->messages;
}

enum status
select_messages(const struct attribution *attribution,
                const struct actor *actor, uint8_t *chosen)
{
    struct choice choice = { .attribution = attribution, .actor = actor };
    struct family_count *families =
        count_families(attribution, actor, &choice.family_count);
    uint32_t *networks = calloc((size_t)actor->unit_count + 1,
                                sizeof(*networks));
    bool swarm;

    if (!families || !networks) {
        free(families);
        free(networks);
        return STATUS_NOMEM;
    }
    swarm = actor->kind == ACTOR_LOGIN &&
            swarm_size(actor, networks) >= SWARM_NETWORKS;
    choice.families = families;
    for (uint32_t i = 0; i < actor->message_count; i++) {
        const struct unit *unit = &actor->units[actor->unit_of[i]];
        bool mass = unit_is_mass(attribution, actor, unit);

        if (mass && unit->outside && !unit->loopback &&
            actor->kind == ACTOR_LOGIN &&
            owner_is_elsewhere(attribution, actor, unit))
            chosen[i] = 1; /* with the probes before the run */
        else if (mass)
            chosen[i] = message_of_run(&choice, i, unit);
        else if (swarm && unit_is_new(actor, unit))
            chosen[i] = unit_joins_run(&choice, unit);
    }
    free(families);
    free(networks);
    return STATUS_OK;
}
