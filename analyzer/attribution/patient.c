/*
 * Thieves who take their time stay below what busy senders do. What gives
 * them away is not how much they send but to whom and from where: only to
 * strangers, from addresses or directories that send nothing else, and with
 * refusals that the owner's mail does not meet.
 */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

#define PATIENT_MESSAGES 8
#define PATIENT_STRANGERS 8
/* In a hundred: of an owner's place less go to strangers ... */
#define HOME_SHARE 70
#define HOME_MESSAGES 3
#define HOME_UNWANTED 3
#define HOME_REPEATS 50
#define HOMELESS_MESSAGES 25
#define HOMELESS_UNWANTED 15
/* ... and of the others nearly all. */
#define AWAY_SHARE 85
#define SUBJECT_MIN 3
#define QUIET_UNWANTED 10
#define FLOOD_COPIES 3
#define FLOOD_ADDRESSES 10

/* Owners write to people they know, or at least of many things to people who
 * are there. */
static bool
unit_is_home(const struct actor *actor, const struct unit *unit,
             const struct place_mail *mail)
{
    return unit->loopback ||
           (unit->messages >= HOME_MESSAGES &&
            (mail->to_strangers * 100 < unit->messages * HOME_SHARE ||
             (mail->unwanted * 100 < mail->recipients * HOME_UNWANTED &&
              unit_repeats(actor, unit) < HOME_REPEATS)));
}

/* Everything from addresses that are not the owner's. */
static bool
choose_away(const struct attribution *attribution, const struct actor *actor,
            uint8_t *chosen)
{
    uint32_t home = 0, away = 0, to_strangers = 0;
    uint32_t recipients = 0, unwanted = 0;

    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];
        struct place_mail mail = unit_mail(attribution, actor, unit);

        if (unit_is_home(actor, unit, &mail)) {
            home += unit->messages;
            continue;
        }
        away += unit->messages;
        to_strangers += mail.to_strangers;
        recipients += mail.recipients;
        unwanted += mail.unwanted;
        for (uint32_t i = 0; i < unit->messages; i++)
            chosen[actor->by_unit[unit->from + i]] = 1;
    }
    /* Who never sends from home may be a stranger all the more. */
    if (home < HOME_MESSAGES &&
        (away < HOMELESS_MESSAGES ||
         unwanted * 100 < recipients * HOMELESS_UNWANTED))
        return false;
    return away >= PATIENT_MESSAGES && to_strangers * 100 >= away * AWAY_SHARE;
}

/*
 * A thief who was busy for a while used other addresses quietly as well: those
 * where strangers refuse what they are sent.
 */
enum status
choose_quiet_places(const struct attribution *attribution,
                    const struct actor *actor, uint8_t *chosen)
{
    uint8_t *away = calloc((size_t)actor->message_count + 1, 1);
    bool found;

    if (!away)
        return STATUS_NOMEM;
    found = choose_away(attribution, actor, away);
    for (uint32_t u = 0; found && u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];
        struct place_mail mail = unit_mail(attribution, actor, unit);

        for (uint32_t i = 0;
             i < unit->messages && mail.unwanted >= 2 &&
             mail.unwanted * 100 >= mail.recipients * QUIET_UNWANTED;
             i++)
            chosen[actor->by_unit[unit->from + i]] |=
                away[actor->by_unit[unit->from + i]];
    }
    free(away);
    return STATUS_OK;
}

struct subject_key {
    uint32_t family;
    uint32_t at;
};

static int
subject_order(const void *left, const void *right)
{
    const struct subject_key *a = left;
    const struct subject_key *b = right;

    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

/*
 * In webmail all come from one address: there the subjects tell, those that
 * go to one stranger after another.
 */
static enum status
choose_webmail(const struct attribution *attribution, const struct actor *actor,
               uint8_t *chosen)
{
    struct subject_key *keys =
        calloc((size_t)actor->message_count + 1, sizeof(*keys));
    size_t count = 0;

    if (!keys)
        return STATUS_NOMEM;
    for (uint32_t i = 0; i < actor->message_count; i++) {
        uint32_t family = message_of(attribution, actor->messages[i])->family;

        if (actor->units[actor->unit_of[i]].loopback && family)
            keys[count++] = (struct subject_key){ family, i };
    }
    qsort(keys, count, sizeof(*keys), subject_order);
    for (size_t i = 0; i < count;) {
        size_t from = i, to_strangers = 0;

        for (; i < count && keys[i].family == keys[from].family; i++)
            to_strangers += actor->strangers[keys[i].at] > 0;
        for (size_t k = from; k < i && i - from >= SUBJECT_MIN &&
                              to_strangers * 100 >= (i - from) * AWAY_SHARE;
             k++)
            chosen[keys[k].at] = 1;
    }
    free(keys);
    return STATUS_OK;
}

/* What a site's script directories for other things than scripts sent. */
static void
choose_odd(const struct attribution *attribution, const struct actor *actor,
           uint8_t *chosen)
{
    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];
        struct sv dir = sealed_name(attribution->sealed, unit->name);

        for (uint32_t i = 0;
             unit->web_root && dir_is_odd(dir) && i < unit->messages; i++)
            chosen[actor->by_unit[unit->from + i]] = 1;
    }
}

struct copy_key { /* a message to somebody elsewhere */
    uint32_t address;
    uint32_t at;
};

static int
copy_order(const void *left, const void *right)
{
    const struct copy_key *a = left;
    const struct copy_key *b = right;

    if (a->address != b->address)
        return a->address < b->address ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

static size_t
gather_copies(const struct attribution *attribution, const struct actor *actor,
              const struct unit *unit, struct copy_key *keys)
{
    const struct sealed *sealed = attribution->sealed;
    size_t count = 0;

    for (uint32_t i = 0; i < unit->messages; i++) {
        uint32_t at = actor->by_unit[unit->from + i];
        const struct message *message =
            message_of(attribution, actor->messages[at]);
        uint32_t address =
            message->recipient_count
                ? sealed->recipients[message->recipient_first].address
                : 0;

        if (address && !address_is_hosted(attribution, address))
            keys[count++] = (struct copy_key){ address, at };
    }
    qsort(keys, count, sizeof(*keys), copy_order);
    return count;
}

/*
 * A form that copies what is typed to whoever is named is used to flood a
 * few addresses again and again: no visitor asks so often.
 */
static enum status
choose_flood(const struct attribution *attribution, const struct actor *actor,
             const struct unit *unit, uint8_t *chosen)
{
    struct copy_key *keys = calloc((size_t)unit->messages + 1, sizeof(*keys));
    uint32_t flooded = 0, copies = 0, first = UINT32_MAX, last = 0;
    size_t count;

    if (!keys)
        return STATUS_NOMEM;
    count = gather_copies(attribution, actor, unit, keys);
    for (size_t i = 0; i < count;) {
        size_t from = i;

        while (i < count && keys[i].address == keys[from].address)
            i++;
        if (i - from < FLOOD_COPIES)
            continue;
        flooded++;
        copies += (uint32_t)(i - from);
        first = keys[from].at < first ? keys[from].at : first;
        last = keys[i - 1].at > last ? keys[i - 1].at : last;
    }
    for (uint32_t i = 0; i < unit->messages && flooded >= FLOOD_ADDRESSES &&
                         copies * 2 >= count;
         i++) {
        uint32_t at = actor->by_unit[unit->from + i];

        chosen[at] |= at + 1 >= first && at <= last;
    }
    free(keys);
    return STATUS_OK;
}

static bool
is_enough(const struct attribution *attribution, const struct actor *actor,
          const uint8_t *chosen)
{
    uint32_t messages = 0, strangers = 0;

    for (uint32_t i = 0; i < actor->message_count; i++) {
        if (!chosen[i])
            continue;
        if (!is_free(attribution, actor->messages[i]))
            return false;
        messages++;
        strangers += actor->strangers[i];
    }
    return messages >= PATIENT_MESSAGES && strangers >= PATIENT_STRANGERS;
}

static enum status
judge_patient(struct attribution *attribution, const struct actor *actor)
{
    uint8_t *chosen = calloc((size_t)actor->message_count + 1, 1);
    enum status status = chosen ? STATUS_OK : STATUS_NOMEM;

    if (chosen && actor->kind == ACTOR_ACCOUNT) {
        choose_odd(attribution, actor, chosen);
        for (uint32_t u = 0; u < actor->unit_count && status == STATUS_OK; u++)
            status = choose_flood(attribution, actor, &actor->units[u], chosen);
    } else if (chosen && !choose_away(attribution, actor, chosen)) {
        for (uint32_t i = 0; i < actor->message_count; i++)
            chosen[i] = 0;
        status = choose_webmail(attribution, actor, chosen);
    }
    if (status == STATUS_OK && is_enough(attribution, actor, chosen))
        status = sender_judge(attribution, actor, chosen, true);
    free(chosen);
    return status;
}

enum status
findings_of_patient(struct attribution *attribution)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < attribution->actor_count;
         i++) {
        const struct actor *actor = &attribution->actors[i];

        if (!actor->busy && actor->message_count >= PATIENT_MESSAGES &&
            (actor->kind == ACTOR_LOGIN || actor->kind == ACTOR_ACCOUNT))
            status = judge_patient(attribution, actor);
    }
    return status;
}
