/*
 * How much each actor and each of its units sends to strangers, and when that
 * is more than its own past and its peers explain.
 */
#include "analyzer/attribution/attribution.h"

#include <stdlib.h>

/*
 * What a person or a site's everyday mail stays below, whatever the peers do.
 * Strangers: recipients elsewhere to whom the actor had not written before.
 */
#define HOUR_FLOOR 12
#define DAY_FLOOR 30
/* Busy is several times what four in five of the peers ever reach. */
#define PEER_FACTOR 4
#define HOUR 3600
#define DAY 86400
/* A subject seen so often recurs. */
#define FAMILY_MIN 3
/* A run may pause so long and still be one run. */
#define PAUSE (6 * HOUR)
#define PAUSE_UNKNOWN (HOUR / 2)
/* In a hundred: so much of a family outside the run makes it routine. */
#define ROUTINE_SHARE 30

/* --------------------------------------------------------------- strangers */

struct stranger_key {
    uint32_t address;
    uint32_t at;
};

static int
stranger_order(const void *left, const void *right)
{
    const struct stranger_key *a = left;
    const struct stranger_key *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

static size_t
recipients_of(const struct attribution *attribution, const struct actor *actor)
{
    size_t count = 0;

    for (uint32_t i = 0; i < actor->message_count; i++)
        count +=
            attribution->sealed->messages[actor->messages[i]].recipient_count;
    return count;
}

/* counts[i]: strangers of the actor's message i. */
static bool
count_strangers(const struct attribution *attribution,
                const struct actor *actor, uint32_t *counts)
{
    const struct sealed *sealed = attribution->sealed;
    size_t all = recipients_of(attribution, actor), count = 0;
    struct stranger_key *keys = calloc(all + 1, sizeof(*keys));

    if (!keys)
        return false;
    for (uint32_t i = 0; i < actor->message_count; i++) {
        const struct message *message = &sealed->messages[actor->messages[i]];

        for (uint32_t k = 0; k < message->recipient_count; k++) {
            const struct recipient *recipient =
                &sealed->recipients[message->recipient_first + k];

            if (actor->kind == ACTOR_FORWARDER ||
                !address_is_hosted(attribution, recipient->address))
                keys[count++] = (struct stranger_key){ recipient->address, i };
        }
    }
    qsort(keys, count, sizeof(*keys), stranger_order);
    for (size_t i = 0; i < count; i++) {
        if (!i || keys[i].address != keys[i - 1].address)
            counts[keys[i].at]++;
    }
    free(keys);
    return true;
}

/* ----------------------------------------------------------------- windows */

static int64_t
time_of(const struct attribution *attribution, const struct actor *actor,
        uint32_t at)
{
    return attribution->sealed->messages[actor->messages[at]].at;
}

/* Most strangers within any `width` seconds. */
static uint32_t
peak_of(const struct attribution *attribution, const struct actor *actor,
        const uint32_t *counts, int64_t width)
{
    uint32_t sum = 0, peak = 0;

    for (uint32_t i = 0, from = 0; i < actor->message_count; i++) {
        sum += counts[i];
        while (time_of(attribution, actor, i) -
                   time_of(attribution, actor, from) >=
               width)
            sum -= counts[from++];
        if (sum > peak)
            peak = sum;
    }
    return peak;
}

static uint32_t
unit_peak(const struct attribution *attribution, const struct actor *actor,
          const struct unit *unit, int64_t width)
{
    const uint32_t *at = actor->by_unit + unit->from;
    uint32_t sum = 0, peak = 0;

    for (uint32_t i = 0, from = 0; i < unit->messages; i++) {
        sum += actor->strangers[at[i]];
        while (time_of(attribution, actor, at[i]) -
                   time_of(attribution, actor, at[from]) >=
               width)
            sum -= actor->strangers[at[from++]];
        if (sum > peak)
            peak = sum;
    }
    return peak;
}

bool
actor_measure(struct attribution *attribution, struct actor *actor)
{
    uint32_t *counts = calloc(actor->message_count + 1, sizeof(*counts));
    bool ok = counts && count_strangers(attribution, actor, counts);

    for (uint32_t i = 0; ok && i < actor->message_count; i++) {
        struct unit *unit = &actor->units[actor->unit_of[i]];
        int64_t at = time_of(attribution, actor, i);

        unit->messages++;
        unit->strangers += counts[i];
        if (at < unit->first)
            unit->first = at;
        if (at > unit->last)
            unit->last = at;
    }
    if (ok) {
        actor->peak_hour = peak_of(attribution, actor, counts, HOUR);
        actor->peak_day = peak_of(attribution, actor, counts, DAY);
    }
    actor->strangers = counts;
    for (uint32_t i = 0; ok && i < actor->unit_count; i++) {
        struct unit *unit = &actor->units[i];

        unit->peak_hour = unit_peak(attribution, actor, unit, HOUR);
        unit->peak_day = unit_peak(attribution, actor, unit, DAY);
    }
    return ok;
}

/* ---------------------------------------------------------------- families */

struct family_key {
    uint32_t family;
    uint32_t at;
};

static int
family_order(const void *left, const void *right)
{
    const struct family_key *a = left;
    const struct family_key *b = right;

    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

/* Sorted by family; NULL when out of memory. */
static struct family_key *
family_keys(const struct attribution *attribution, const struct actor *actor)
{
    uint32_t count = actor->message_count;
    struct family_key *keys = calloc((size_t)count + 1, sizeof(*keys));

    if (!keys)
        return NULL;
    for (uint32_t i = 0; i < count; i++)
        keys[i] = (struct family_key){
            attribution->sealed->messages[actor->messages[i]].family, i
        };
    qsort(keys, count, sizeof(*keys), family_order);
    return keys;
}

/* How many of a family were sent well outside the busy time. */
static uint32_t
count_outside(const struct attribution *attribution, const struct actor *actor,
              const struct family_key *keys, uint32_t count)
{
    uint32_t outside = 0;

    for (uint32_t i = 0; i < count; i++) {
        int64_t time = time_of(attribution, actor, keys[i].at);

        outside +=
            time < actor->busy_from - PAUSE || time > actor->busy_to + PAUSE;
    }
    return outside;
}

/*
 * A subject that recurs is a mailing's, not a conversation's; unless it is
 * routine: as usual outside the busy time as within.
 */
static bool
mark_recurring(const struct attribution *attribution, struct actor *actor)
{
    uint32_t count = actor->message_count;
    struct family_key *keys = family_keys(attribution, actor);

    actor->repeats = calloc((size_t)count + 1, 1);
    actor->recurs = calloc((size_t)count + 1, 1);
    if (!keys || !actor->repeats || !actor->recurs) {
        free(keys);
        return false;
    }
    for (uint32_t i = 0; i < count;) {
        uint32_t from = i, outside;
        bool recurs;

        while (i < count && keys[i].family == keys[from].family)
            i++;
        outside = count_outside(attribution, actor, keys + from, i - from);
        recurs =
            !keys[from].family || (i - from >= FAMILY_MIN &&
                                   outside * 100 < (i - from) * ROUTINE_SHARE);
        for (uint32_t k = from; k < i; k++) {
            actor->recurs[keys[k].at] = recurs;
            actor->repeats[keys[k].at] =
                keys[from].family && i - from >= FAMILY_MIN;
        }
    }
    free(keys);
    return true;
}

/* ------------------------------------------------------------------- peers */

static int
number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

static bool
is_peer(const struct actor *actor)
{
    return actor->kind == ACTOR_LOGIN || actor->kind == ACTOR_ACCOUNT;
}

/* What four in five actors stay below. */
static bool
typical_make(struct attribution *attribution)
{
    uint32_t *hours = calloc(attribution->actor_count + 1, sizeof(*hours));
    uint32_t *days = calloc(attribution->actor_count + 1, sizeof(*days));
    size_t count = 0;

    if (!hours || !days) {
        free(hours);
        free(days);
        return false;
    }
    for (size_t i = 0; i < attribution->actor_count; i++) {
        if (is_peer(&attribution->actors[i])) {
            hours[count] = attribution->actors[i].peak_hour;
            days[count++] = attribution->actors[i].peak_day;
        }
    }
    qsort(hours, count, sizeof(*hours), number_order);
    qsort(days, count, sizeof(*days), number_order);
    if (count >= 5) { /* fewer say nothing of what is typical */
        attribution->typical_peak_hour = hours[count * 4 / 5];
        attribution->typical_peak_day = days[count * 4 / 5];
    }
    free(hours);
    free(days);
    return true;
}

/* -------------------------------------------------------------------- busy */

static uint32_t
larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* Sends more by itself than people do, and a fair share of the run. */
bool
unit_is_mass(const struct attribution *attribution, const struct actor *actor,
             const struct unit *unit)
{
    uint32_t hour = larger(
        4, larger(actor->peak_hour / 8, attribution->typical_peak_hour + 1));
    uint32_t day = larger(
        6, larger(actor->peak_day / 8, attribution->typical_peak_day + 1));

    return unit->peak_hour >= hour || unit->peak_day >= day;
}

/*
 * First and last message of all windows in which the actor was above
 * `bound`: the tail of each such window is cut to where its mail began.
 */
static void
busy_between(const struct attribution *attribution, struct actor *actor,
             int64_t width, uint32_t bound)
{
    uint32_t sum = 0;

    actor->busy_from = INT64_MAX;
    actor->busy_to = INT64_MIN;
    for (uint32_t i = 0, from = 0; i < actor->message_count; i++) {
        int64_t now = time_of(attribution, actor, i);

        sum += actor->strangers[i];
        while (now - time_of(attribution, actor, from) >= width)
            sum -= actor->strangers[from++];
        if (sum < bound)
            continue;
        if (time_of(attribution, actor, from) < actor->busy_from)
            actor->busy_from = time_of(attribution, actor, from);
        actor->busy_to = now;
    }
}

/* Messages without a subject to know them by must follow closely. */
static int64_t
pause_of(const struct attribution *attribution, const struct actor *actor,
         uint32_t at)
{
    return attribution->sealed->messages[actor->messages[at]].family
               ? PAUSE
               : PAUSE_UNKNOWN;
}

/*
 * Where units of the run go on before and after it with mail that recurs, the
 * run is longer than its busiest part.
 */
static void
busy_extend(const struct attribution *attribution, struct actor *actor,
            const struct unit *unit)
{
    const uint32_t *at = actor->by_unit + unit->from;

    for (uint32_t i = unit->messages; i > 0; i--) {
        int64_t time = time_of(attribution, actor, at[i - 1]);

        if (time >= actor->busy_from || !actor->recurs[at[i - 1]])
            continue;
        if (time < actor->busy_from - pause_of(attribution, actor, at[i - 1]))
            break;
        actor->busy_from = time;
    }
    for (uint32_t i = 0; i < unit->messages; i++) {
        int64_t time = time_of(attribution, actor, at[i]);

        if (time <= actor->busy_to || !actor->recurs[at[i]])
            continue;
        if (time > actor->busy_to + pause_of(attribution, actor, at[i]))
            break;
        actor->busy_to = time;
    }
}

static bool
actor_judge_pace(const struct attribution *attribution, struct actor *actor)
{
    uint32_t hour =
        larger(HOUR_FLOOR, PEER_FACTOR * attribution->typical_peak_hour);
    uint32_t day =
        larger(DAY_FLOOR, PEER_FACTOR * attribution->typical_peak_day);

    /* Who was busy once is so again at half of that. */
    if (actor->peak_hour >= hour) {
        actor->busy = true;
        busy_between(attribution, actor, HOUR, larger(HOUR_FLOOR, hour / 2));
    } else if (actor->peak_day >= day) {
        actor->busy = true;
        busy_between(attribution, actor, DAY, larger(DAY_FLOOR, day / 2));
    }
    if ((actor->busy || is_peer(actor)) && !mark_recurring(attribution, actor))
        return false;
    if (!actor->busy)
        return true;
    for (uint32_t i = 0; i < actor->unit_count; i++) {
        if (unit_is_mass(attribution, actor, &actor->units[i]))
            busy_extend(attribution, actor, &actor->units[i]);
    }
    for (uint32_t i = 0; i < actor->message_count; i++) {
        int64_t at = time_of(attribution, actor, i);

        if (at < actor->busy_from - HOUR || at > actor->busy_to + HOUR)
            actor->units[actor->unit_of[i]].outside++;
    }
    return true;
}

/* Judges every actor beside what is typical of all. */
bool
pace_make(struct attribution *attribution)
{
    if (!typical_make(attribution))
        return false;
    for (size_t i = 0; i < attribution->actor_count; i++) {
        if (!actor_judge_pace(attribution, &attribution->actors[i]))
            return false;
    }
    return true;
}
