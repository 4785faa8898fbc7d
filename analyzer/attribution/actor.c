/* Actors and their units: who can be taken over, and by what ways each sends.
 */
#include "analyzer/attribution/attribution.h"
#include "analyzer/geoip.h"

#include <stdlib.h>
#include <string.h>

/* ---------------------------------------------------------------- grouping */

struct actor_key {
    uint32_t name;
    uint32_t message;
    uint8_t kind;
};

static uint8_t
actor_kind_of(enum principal_kind kind)
{
    switch (kind) {
    case PRINCIPAL_MAILBOX:
    case PRINCIPAL_WEBMAIL:
        return ACTOR_LOGIN;
    case PRINCIPAL_SCRIPT:
    case PRINCIPAL_LOCAL_SMTP:
    case PRINCIPAL_SYSTEM:
    case PRINCIPAL_CRON:
    case PRINCIPAL_NOBODY:
        return ACTOR_ACCOUNT;
    case PRINCIPAL_RELAY:
        return ACTOR_RELAY;
    case PRINCIPAL_FORWARDER:
        return ACTOR_FORWARDER;
    case PRINCIPAL_LIST:
        return ACTOR_LIST;
    case PRINCIPAL_AUTORESPONDER:
        return ACTOR_SERVICE;
    default:
        return 0;
    }
}

static uint32_t
actor_name_of(const struct principal *principal, uint8_t kind)
{
    if (kind == ACTOR_RELAY)
        return 0; /* all hosts together: they share the open door */
    if (kind == ACTOR_ACCOUNT || kind == ACTOR_SERVICE)
        return principal->account ? principal->account : principal->name;
    return principal->name;
}

static int
actor_order(const void *left, const void *right, void *user)
{
    const struct names *names = user;
    const struct actor_key *a = left;
    const struct actor_key *b = right;

    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    if (a->name != b->name)
        return sv_cmp(names_text(names, a->name), names_text(names, b->name));
    return a->message < b->message ? -1 : a->message > b->message;
}

static size_t
gather_keys(const struct attribution *attribution, struct actor_key *keys)
{
    size_t count = 0;

    for (size_t i = 0; i < attribution->sealed->message_count; i++) {
        const struct principal *principal =
            &attribution->principals[attribution->principal_of[i]];
        uint8_t kind = actor_kind_of(principal->kind);

        if (kind)
            keys[count++] = (struct actor_key){
                .name = actor_name_of(principal, kind),
                .message = (uint32_t)i,
                .kind = kind,
            };
    }
    return count;
}

/* ------------------------------------------------------------------- units */

static uint32_t
unit_name_of(const struct attribution *attribution, uint8_t kind,
             uint32_t message)
{
    const struct message *of = &attribution->sealed->messages[message];

    if (kind == ACTOR_LOGIN || kind == ACTOR_RELAY)
        return of->arrival->ip;
    if (kind == ACTOR_ACCOUNT && of->cwd != NO_INDEX)
        return attribution->sealed->ledger->cwds[of->cwd].dir;
    return 0;
}

/* The first two numbers of an IPv4 address, the first three of an IPv6. */
struct sv
network_of(struct sv ip)
{
    bool v6 = sv_find_char(ip, ':') >= 0;
    unsigned wanted = v6 ? 3 : 2;

    for (size_t i = 0; i < ip.len; i++) {
        if (ip.at[i] == (v6 ? ':' : '.') && --wanted == 0)
            return sv_head(ip, i);
    }
    return ip;
}

struct unit_key {
    uint32_t name;
    uint32_t at; /* index into the actor's messages */
};

static int
unit_order(const void *left, const void *right)
{
    const struct unit_key *a = left;
    const struct unit_key *b = right;

    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

static void
unit_locate(const struct attribution *attribution, struct unit *unit)
{
    struct names *names = attribution->sealed->ledger->names;
    struct geoip_place place;

    geoip_find(attribution->geoip, names_text(names, unit->name), &place);
    unit->country = names_add(names, sv_of(place.country));
    unit->system = names_add(names, sv_of(place.network));
}

static void
unit_describe(struct attribution *attribution, const struct actor *actor,
              struct unit *unit)
{
    struct names *names = attribution->sealed->ledger->names;
    struct sv name = names_text(names, unit->name);

    if (actor->kind == ACTOR_LOGIN || actor->kind == ACTOR_RELAY) {
        unit->loopback = !name.len || ip_is_loopback(name);
        unit->network = names_add(names, network_of(name));
        unit_locate(attribution, unit);
    } else {
        unit->web_root = dir_is_web(name);
        unit->shared = !unit->name;
    }
}

static bool
units_make(struct attribution *attribution, struct actor *actor)
{
    size_t count = actor->message_count;
    struct unit_key *keys = calloc(count, sizeof(*keys));
    uint32_t units = 0;

    actor->unit_of = calloc(count, sizeof(*actor->unit_of));
    actor->units = calloc(count, sizeof(*actor->units));
    actor->by_unit = calloc(count, sizeof(*actor->by_unit));
    if (!keys || !actor->unit_of || !actor->units || !actor->by_unit) {
        free(keys);
        return false;
    }
    for (uint32_t i = 0; i < count; i++)
        keys[i] = (struct unit_key){
            unit_name_of(attribution, actor->kind, actor->messages[i]), i
        };
    qsort(keys, count, sizeof(*keys), unit_order);
    for (size_t i = 0; i < count; i++) {
        if (!i || keys[i].name != keys[i - 1].name) {
            actor->units[units].name = keys[i].name;
            actor->units[units].from = (uint32_t)i;
            actor->units[units].first = INT64_MAX;
            actor->units[units].last = INT64_MIN;
            unit_describe(attribution, actor, &actor->units[units]);
            units++;
        }
        actor->unit_of[keys[i].at] = units - 1;
        actor->by_unit[i] = keys[i].at;
    }
    actor->unit_count = units;
    free(keys);
    return true;
}

/* -------------------------------------------------------------------- make */

static bool
actor_fill(struct attribution *attribution, struct actor *actor,
           const struct actor_key *keys, size_t count)
{
    const struct principal *principal =
        &attribution
             ->principals[attribution->principal_of[keys[count - 1].message]];

    actor->kind = keys[0].kind;
    actor->name = keys[0].name;
    actor->account = principal->account;
    actor->domain = principal->domain;
    actor->messages = calloc(count, sizeof(*actor->messages));
    if (!actor->messages)
        return false;
    actor->message_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++)
        actor->messages[i] = keys[i].message;
    return units_make(attribution, actor) && actor_measure(attribution, actor);
}

enum status
actors_make(struct attribution *attribution)
{
    struct names *names = attribution->sealed->ledger->names;
    size_t all = attribution->sealed->message_count;
    struct actor_key *keys = calloc(all + 1, sizeof(*keys));
    enum status status = STATUS_NOMEM;
    size_t count, actors = 0;

    if (!keys)
        goto out;
    count = gather_keys(attribution, keys);
    qsort_r(keys, count, sizeof(*keys), actor_order, names);
    for (size_t i = 0; i < count; i++)
        actors += !i || keys[i].kind != keys[i - 1].kind ||
                  keys[i].name != keys[i - 1].name;
    attribution->actors = calloc(actors + 1, sizeof(*attribution->actors));
    if (!attribution->actors)
        goto out;
    for (size_t i = 0; i < count;) {
        size_t from = i;

        while (i < count && keys[i].kind == keys[from].kind &&
               keys[i].name == keys[from].name)
            i++;
        if (!actor_fill(attribution,
                        &attribution->actors[attribution->actor_count++],
                        keys + from, i - from))
            goto out;
    }
    if (!pace_make(attribution))
        goto out;
    status = STATUS_OK;
out:
    free(keys);
    return status;
}
