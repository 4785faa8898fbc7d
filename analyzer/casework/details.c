/* Sources, families, providers and refusals of a finding. */
#include "analyzer/casework/builder.h"
#include "analyzer/casework/tally.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_KEPT 50 /* of any table of a finding */

static const struct message *
message_at(const struct builder *builder, const struct finding *finding,
           size_t i)
{
    return &builder->sealed->messages[finding->messages[i]];
}

/* ----------------------------------------------------------------- sources */

static const char *const source_kinds[] = {
    "ip",    "network", "helo", "directory", "from",
    "login", "account", "tls",  "country",   "as",
};

static uint32_t
source_name(const struct builder *builder, const struct message *message,
            const struct unit *unit, size_t kind)
{
    const struct ledger_arrival *arrival = message->arrival;

    switch (kind) {
    case 0:
        return arrival->ip;
    case 1:
        return unit ? unit->network : 0;
    case 2:
        return arrival->ip ? arrival->helo : 0;
    case 3:
        return message->cwd == NO_INDEX
                   ? 0
                   : builder->sealed->ledger->cwds[message->cwd].dir;
    case 4:
        return arrival->sender;
    case 5:
        return arrival->auth_id;
    case 6:
        return arrival->ip ? 0 : arrival->ident;
    case 7:
        return arrival->cipher;
    case 8:
        return unit ? unit->country : 0;
    default:
        return unit ? unit->system : 0;
    }
}

/* Was it seen with this actor outside the finding too? */
static bool
source_is_usual(const struct builder *builder, const struct finding *finding,
                uint32_t name, size_t kind)
{
    const struct actor *actor = finding->actor;
    uint32_t number = (uint32_t)(finding - builder->attribution->findings) + 1;

    for (uint32_t i = 0; actor && i < actor->message_count; i++) {
        const struct message *message =
            &builder->sealed->messages[actor->messages[i]];

        if (builder->attribution->finding_of[actor->messages[i]] == number)
            continue;
        if (source_name(builder, message, &actor->units[actor->unit_of[i]],
                        kind) == name)
            return true;
    }
    return false;
}

/* The unit that an address is; NULL where it is none's. */
static const struct unit *
unit_of_ip(const struct actor *actor, uint32_t ip)
{
    for (uint32_t i = 0; actor && ip && i < actor->unit_count; i++) {
        if (actor->units[i].name == ip)
            return &actor->units[i];
    }
    return NULL;
}

static bool
gather_sources(const struct builder *builder, const struct finding *finding,
               struct tallies *tallies)
{
    const struct unit *unit = NULL;
    uint32_t ip = 0;

    for (size_t i = 0; i < finding->message_count; i++) {
        const struct message *message = message_at(builder, finding, i);

        if (!message->arrival)
            continue;
        if (message->arrival->ip != ip) {
            ip = message->arrival->ip;
            unit = unit_of_ip(finding->actor, ip);
        }
        for (uint32_t k = 0; k < sizeof(source_kinds) / sizeof(source_kinds[0]);
             k++) {
            uint32_t name = source_name(builder, message, unit, k);

            if (name &&
                !tally_add(tallies, (struct tally){ .name = name,
                                                    .group = k,
                                                    .messages = 1,
                                                    .first = message->at,
                                                    .last = message->at }))
                return false;
        }
    }
    tallies_close(builder->sealed, tallies);
    return true;
}

static void
build_sources(struct builder *builder, const struct finding *finding,
              struct case_finding *built)
{
    struct tallies tallies = { 0 };
    struct case_source *sources;
    size_t count = 0, of_group = 0;

    if (!gather_sources(builder, finding, &tallies)) {
        builder->failed = true;
        free(tallies.at);
        return;
    }
    sources = build_array(builder, tallies.count, sizeof(*sources));
    for (size_t i = 0; sources && i < tallies.count; i++) {
        const struct tally *tally = &tallies.at[i];

        of_group = i && tally[-1].group == tally->group ? of_group + 1 : 0;
        if (of_group >= ROWS_KEPT)
            continue;
        sources[count++] = (struct case_source){
            .kind = source_kinds[tally->group],
            .name = build_name(builder, tally->name),
            .messages = tally->messages,
            .first = tally->first,
            .last = tally->last,
            .usual =
                source_is_usual(builder, finding, tally->name, tally->group),
        };
    }
    built->sources = sources;
    built->source_count = count;
    free(tallies.at);
}

/* ---------------------------------------------------------------- families */

static void
build_families(struct builder *builder, const struct finding *finding,
               struct case_finding *built)
{
    struct tallies tallies = { 0 };
    struct case_family *families;
    size_t count;

    for (size_t i = 0; i < finding->message_count; i++) {
        const struct message *message = message_at(builder, finding, i);
        int64_t size =
            message->arrival ? (int64_t)message->arrival->size_bytes : 0;

        if (!tally_add(&tallies,
                       (struct tally){ .name = message->family,
                                       .messages = 1,
                                       .recipients = message->recipient_count,
                                       .smallest = size,
                                       .largest = size,
                                       .first = message->at,
                                       .last = message->at }))
            builder->failed = true;
    }
    tallies_close(builder->sealed, &tallies);
    count = tallies.count < ROWS_KEPT ? tallies.count : ROWS_KEPT;
    families = build_array(builder, count, sizeof(*families));
    for (size_t i = 0; families && i < count; i++) {
        const struct tally *tally = &tallies.at[i];

        families[i] = (struct case_family){
            .subject = build_name(builder, tally->name),
            .messages = tally->messages,
            .recipients = tally->recipients,
            .smallest_bytes = tally->smallest,
            .largest_bytes = tally->largest,
            .first = tally->first,
            .last = tally->last,
        };
    }
    built->families = families;
    built->family_count = families ? count : 0;
    built->family_total = (int64_t)tallies.count;
    free(tallies.at);
}

/* -------------------------------------------------- providers and refusals */

struct recipient_tallies {
    struct tallies providers;
    struct tallies refusals; /* group: refusal << 1 | final; name: shape */
};

static bool
take_recipient(const struct builder *builder, struct recipient_tallies *to,
               const struct message *message, const struct recipient *recipient)
{
    const struct ledger *ledger = builder->sealed->ledger;
    struct tally provider = {
        .name = domain_name_of(builder->attribution, recipient->address),
        .messages = 1,
        .delivered = recipient->outcome == OUTCOME_DELIVERED,
        .deferred = recipient->outcome == OUTCOME_DEFERRED,
        .failed = recipient->outcome == OUTCOME_FAILED,
    };
    struct tally refusal = { .first = message->at, .last = message->last_at };

    if (!tally_add(&to->providers, provider))
        return false;
    if (!recipient->refusal || recipient->last == NO_INDEX ||
        recipient->outcome == OUTCOME_DELIVERED)
        return true;
    refusal.group = (uint32_t)recipient->refusal << 1 |
                    (recipient->outcome == OUTCOME_FAILED);
    refusal.name = recipient->refusal == REFUSAL_UNKNOWN
                       ? ledger->attempts[recipient->last].shape
                       : 0;
    refusal.messages = recipient->deferral_lines + 1;
    refusal.recipients = 1;
    refusal.sample = recipient->last;
    return tally_add(&to->refusals, refusal);
}

static void
build_providers(struct builder *builder, struct tallies *tallies,
                struct case_finding *built)
{
    struct case_provider *rows;
    size_t count;

    tallies_close(builder->sealed, tallies);
    count = tallies->count < ROWS_KEPT ? tallies->count : ROWS_KEPT;
    rows = build_array(builder, count, sizeof(*rows));
    for (size_t i = 0; rows && i < count; i++) {
        const char *name = build_name(builder, tallies->at[i].name);

        rows[i] = (struct case_provider){
            .name = name ? name : "(local)",
            .recipients = tallies->at[i].messages,
            .delivered = tallies->at[i].delivered,
            .deferred = tallies->at[i].deferred,
            .failed = tallies->at[i].failed,
        };
    }
    built->providers = rows;
    built->provider_count = rows ? count : 0;
    built->provider_total = (int64_t)tallies->count;
}

/* The most recipients first, whatever the reason. */
static int
refusal_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;
    const struct tally *a = left;
    const struct tally *b = right;

    if (a->recipients != b->recipients)
        return a->recipients > b->recipients ? -1 : 1;
    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    return sv_cmp(sealed_name(sealed, a->name), sealed_name(sealed, b->name));
}

static void
build_refusals(struct builder *builder, struct tallies *tallies,
               struct case_finding *built)
{
    const struct ledger *ledger = builder->sealed->ledger;
    struct case_refusal *rows;

    tallies_close(builder->sealed, tallies);
    if (tallies->count)
        qsort_r(tallies->at, tallies->count, sizeof(*tallies->at),
                refusal_order, (void *)builder->sealed);
    rows = build_array(builder, tallies->count, sizeof(*rows));
    for (size_t i = 0; rows && i < tallies->count; i++) {
        const struct tally *tally = &tallies->at[i];
        const struct ledger_attempt *attempt = &ledger->attempts[tally->sample];

        rows[i] = (struct case_refusal){
            .reason = refusal_name((enum refusal)(tally->group >> 1)),
            .shape = build_name(builder, tally->name),
            .provider = build_name(builder, attempt->host_name),
            .final = tally->group & 1,
            .standing = tally->last >= builder->casefile->period_last - 3600,
            .recipients = tally->recipients,
            .lines = tally->messages,
            .first = tally->first,
            .last = tally->last,
        };
        build_response(builder, &rows[i].sample,
                       event_place(&ledger->events[attempt->event]));
    }
    built->refusals = rows;
    built->refusal_count = rows ? tallies->count : 0;
}

static void
build_recipients(struct builder *builder, const struct finding *finding,
                 struct case_finding *built)
{
    struct recipient_tallies tallies = { 0 };

    for (size_t i = 0; i < finding->message_count; i++) {
        const struct message *message = message_at(builder, finding, i);

        for (uint32_t k = 0; k < message->recipient_count; k++) {
            if (!take_recipient(
                    builder, &tallies, message,
                    &builder->sealed->recipients[message->recipient_first + k]))
                builder->failed = true;
        }
    }
    build_providers(builder, &tallies.providers, built);
    build_refusals(builder, &tallies.refusals, built);
    free(tallies.providers.at);
    free(tallies.refusals.at);
}

void
build_details(struct builder *builder, const struct finding *finding,
              struct case_finding *built)
{
    build_sources(builder, finding, built);
    build_families(builder, finding, built);
    build_recipients(builder, finding, built);
    build_course(builder, finding, built);
}
