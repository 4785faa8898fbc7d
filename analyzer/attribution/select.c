/*
 * Which of a busy actor's messages are the run, and which are its owner's
 * everyday mail. Decided by unit: a client address, a directory.
 */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

/* So many networks at once are no traveller. */
#define SWARM_NETWORKS 4
#define SWARM_HOSTS 6

static int
number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

/* What came with the run may go on a while after its busiest time. */
#define AFTERMATH 21600

static bool
unit_is_new(const struct actor *actor, const struct unit *unit)
{
    return !unit->loopback && unit->first >= actor->busy_from - 3600 &&
           unit->last <= actor->busy_to + AFTERMATH;
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
    if (count >= SWARM_HOSTS && distinct < SWARM_NETWORKS)
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

/* A job's output, mailed to its owner, is no part of what the job sends. */
static bool
is_cron_report(const struct attribution *attribution, const struct actor *actor,
               uint32_t at)
{
    uint32_t principal = attribution->principal_of[actor->messages[at]];

    return attribution->principals[principal].kind == PRINCIPAL_CRON &&
           !actor->strangers[at];
}

/* So many strangers in one message are no letter, whatever its subject. */
#define STRANGERS_AT_ONCE 10

static bool
message_of_run(const struct attribution *attribution, const struct actor *actor,
               uint32_t at, const struct unit *unit)
{
    int64_t time = attribution->sealed->messages[actor->messages[at]].at;

    if (is_cron_report(attribution, actor, at))
        return false;
    if (!unit->outside && !unit->loopback && !unit->shared)
        return true;
    return time >= actor->busy_from && time <= actor->busy_to &&
           (actor->recurs[at] || actor->strangers[at] >= STRANGERS_AT_ONCE);
}

/* A few messages from a new address: the thief's, unless all their subjects
 * stand alone, as a conversation's do. */
static bool
unit_joins_run(const struct actor *actor, const struct unit *unit)
{
    for (uint32_t i = 0; i < unit->messages; i++) {
        if (actor->recurs[actor->by_unit[unit->from + i]])
            return true;
    }
    return false;
}

/* A new address that sends what the run sends, by its subjects. */
static bool
unit_sends_alike(const struct attribution *attribution,
                 const struct actor *actor, const struct unit *unit)
{
    uint32_t alike = 0;

    for (uint32_t i = 0; i < unit->messages; i++) {
        uint32_t at = actor->by_unit[unit->from + i];

        alike += actor->recurs[at] &&
                 attribution->sealed->messages[actor->messages[at]].family;
    }
    return alike * 2 > unit->messages;
}

/* In a hundred recipients: who does not exist, or refuses what is said. */
#define DIRTY_SHARE 5

static bool
unit_is_refused(const struct attribution *attribution,
                const struct actor *actor, const struct unit *unit)
{
    struct place_mail mail = unit_mail(attribution, actor, unit);

    return mail.unwanted >= 2 &&
           mail.unwanted * 100 >= mail.recipients * DIRTY_SHARE;
}

/* In a hundred: of an owner's subjects few are used again, of a mailing's
 * nearly all. */
#define OWNER_REPEATS 34
#define MAILING_REPEATS 67
#define OWNER_MESSAGES 3

/* Where subjects are not logged: so much without a refusal, while others of
 * the run are refused. */
#define CLEAN_MESSAGES 8
#define CLEAN_SHARE 3

struct mailing { /* what of an actor's mail looks like one */
    uint32_t messages;
    uint32_t all;
    int64_t refused_from; /* first message of the first that is refused */
};

static struct mailing
mailing_of(const struct attribution *attribution, const struct actor *actor)
{
    struct mailing mailing = { .refused_from = INT64_MAX };

    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];

        mailing.all += unit->messages;
        if (unit_repeats(actor, unit) >= MAILING_REPEATS)
            mailing.messages += unit->messages;
        if (unit_is_refused(attribution, actor, unit) &&
            unit->first < mailing.refused_from)
            mailing.refused_from = unit->first;
    }
    return mailing;
}

/* Conversations are no part of a mailing that is sent beside them. */
static bool
unit_is_owners(const struct attribution *attribution, const struct actor *actor,
               const struct unit *unit, const struct mailing *mailing)
{
    const struct message *message =
        &attribution->sealed
             ->messages[actor->messages[actor->by_unit[unit->from]]];
    struct place_mail mail = unit_mail(attribution, actor, unit);

    if (message->family)
        return mailing->messages * 4 >= mailing->all &&
               unit->messages >= OWNER_MESSAGES &&
               unit_repeats(actor, unit) < OWNER_REPEATS;
    return !unit->loopback && unit->messages >= CLEAN_MESSAGES &&
           mail.unwanted * 100 < mail.recipients * CLEAN_SHARE &&
           mailing->refused_from != INT64_MAX &&
           unit->first < mailing->refused_from - 3600;
}

static void
leave_out_owner(const struct attribution *attribution,
                const struct actor *actor, uint8_t *chosen)
{
    struct mailing mailing = mailing_of(attribution, actor);

    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];

        if (!unit_is_owners(attribution, actor, unit, &mailing))
            continue;
        for (uint32_t i = 0; i < unit->messages; i++)
            chosen[actor->by_unit[unit->from + i]] = 0;
    }
}

/* In a hundred recipients: those that a place writes to once. A mailing goes
 * to its readers again; spam seldom meets the same man twice. */
#define REGULAR_SHARE 70
#define REGULAR_MESSAGES 8

static bool
unit_is_regular(const struct attribution *attribution,
                const struct actor *actor, const struct unit *unit,
                struct list *scratch)
{
    const struct sealed *sealed = attribution->sealed;
    uint32_t distinct;

    if (unit->shared || unit->messages < REGULAR_MESSAGES)
        return false;
    scratch->count = 0;
    for (uint32_t i = 0; i < unit->messages; i++) {
        const struct message *message = message_of(
            attribution, actor->messages[actor->by_unit[unit->from + i]]);

        for (uint32_t k = 0; k < message->recipient_count; k++)
            list_add(scratch,
                     sealed->recipients[message->recipient_first + k].address);
    }
    distinct = list_distinct(scratch->at, scratch->count);
    return distinct * 100ULL < scratch->count * (uint64_t)REGULAR_SHARE;
}

/* A site's own mailing goes on beside what a hidden script sends. */
static enum status
leave_out_regulars(const struct attribution *attribution,
                   const struct actor *actor, uint8_t *chosen)
{
    uint8_t *regular = calloc((size_t)actor->unit_count + 1, 1);
    struct list scratch = { 0 };
    bool others = false;

    if (!regular)
        return STATUS_NOMEM;
    for (uint32_t u = 0; u < actor->unit_count; u++)
        regular[u] =
            unit_is_regular(attribution, actor, &actor->units[u], &scratch);
    for (uint32_t i = 0; i < actor->message_count; i++)
        others = others || (chosen[i] && !regular[actor->unit_of[i]]);
    for (uint32_t i = 0; others && i < actor->message_count; i++) {
        if (regular[actor->unit_of[i]])
            chosen[i] = 0;
    }
    free(regular);
    free(scratch.at);
    return scratch.failed ? STATUS_NOMEM : STATUS_OK;
}

/*
 * A service of the owner's was there long before the run and goes on beside
 * it; who came with the run is refused, and the service is not.
 */
static void
leave_out_service(const struct attribution *attribution,
                  const struct actor *actor, uint8_t *chosen)
{
    bool thief = false;

    for (uint32_t u = 0; u < actor->unit_count && !thief; u++) {
        const struct unit *unit = &actor->units[u];

        thief = unit_is_mass(attribution, actor, unit) &&
                unit_is_new(actor, unit) &&
                unit_is_refused(attribution, actor, unit);
    }
    for (uint32_t u = 0; u < actor->unit_count && thief; u++) {
        const struct unit *unit = &actor->units[u];

        if (unit->loopback || unit->outside * 2 < unit->messages ||
            unit_is_refused(attribution, actor, unit))
            continue;
        for (uint32_t i = 0; i < unit->messages; i++)
            chosen[actor->by_unit[unit->from + i]] = 0;
    }
}

enum status
select_messages(const struct attribution *attribution,
                const struct actor *actor, uint8_t *chosen)
{
    uint32_t *networks =
        calloc((size_t)actor->unit_count + 1, sizeof(*networks));
    enum status status = STATUS_OK;
    bool swarm;

    if (!networks)
        return STATUS_NOMEM;
    swarm = actor->kind == ACTOR_LOGIN &&
            swarm_size(actor, networks) >= SWARM_NETWORKS;
    for (uint32_t i = 0; i < actor->message_count; i++) {
        const struct unit *unit = &actor->units[actor->unit_of[i]];
        bool mass = unit_is_mass(attribution, actor, unit);

        if (mass && unit->outside && !unit->loopback &&
            actor->kind == ACTOR_LOGIN &&
            owner_is_elsewhere(attribution, actor, unit))
            chosen[i] = 1; /* with the probes before the run */
        else if (mass)
            chosen[i] = message_of_run(attribution, actor, i, unit);
        else if (actor->kind == ACTOR_LOGIN && unit_is_new(actor, unit))
            chosen[i] = swarm ? unit_joins_run(actor, unit)
                              : unit_sends_alike(attribution, actor, unit);
    }
    if (actor->kind == ACTOR_LOGIN) {
        leave_out_owner(attribution, actor, chosen);
        leave_out_service(attribution, actor, chosen);
    } else if (actor->kind == ACTOR_ACCOUNT) {
        status = leave_out_regulars(attribution, actor, chosen);
    }
    free(networks);
    return status;
}
