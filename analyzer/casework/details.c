/* Sources, families, providers, refusals, timeline, replay of a finding. */
#include "analyzer/casework/builder.h"

#include <stdlib.h>
#include <string.h>

#define ROWS_KEPT 50 /* of any table of a finding */
#define HEAT_MIN 20

/* ------------------------------------------------------------------- tallies
 */

struct tally { /* one thing counted over messages or recipients */
    uint32_t name;
    uint32_t group; /* parts tallies of several kinds */
    int64_t messages;
    int64_t recipients;
    int64_t delivered;
    int64_t deferred;
    int64_t failed;
    int64_t smallest;
    int64_t largest;
    int64_t first;
    int64_t last;
    uint32_t sample;
};

struct tallies {
    struct tally *at;
    size_t count;
    size_t capacity;
};

static bool
tally_add(struct tallies *tallies, struct tally tally)
{
    void *grown = tallies->at;

    if (!array_reserve(&grown, &tallies->capacity, tallies->count + 1,
                       sizeof(*tallies->at)))
        return false;
    tallies->at = grown;
    tallies->at[tallies->count++] = tally;
    return true;
}

static int
tally_same_order(const void *left, const void *right)
{
    const struct tally *a = left;
    const struct tally *b = right;

    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    return a->first == b->first ? 0 : a->first < b->first ? -1 : 1;
}

static void
tally_join(struct tally *into, const struct tally *from)
{
    into->messages += from->messages;
    into->recipients += from->recipients;
    into->delivered += from->delivered;
    into->deferred += from->deferred;
    into->failed += from->failed;
    if (from->smallest < into->smallest)
        into->smallest = from->smallest;
    if (from->largest > into->largest)
        into->largest = from->largest;
    if (from->last > into->last)
        into->last = from->last;
}

static int
tally_size_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;
    const struct tally *a = left;
    const struct tally *b = right;

    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->messages != b->messages)
        return a->messages > b->messages ? -1 : 1;
    if (a->recipients != b->recipients)
        return a->recipients > b->recipients ? -1 : 1;
    return sv_cmp(sealed_name(sealed, a->name), sealed_name(sealed, b->name));
}

/* Equal ones joined, then the largest first within each group. */
static void
tallies_close(const struct sealed *sealed, struct tallies *tallies)
{
    size_t kept = 0;

    if (tallies->count)
        qsort(tallies->at, tallies->count, sizeof(*tallies->at),
              tally_same_order);
    for (size_t i = 0; i < tallies->count; i++) {
        struct tally *last = kept ? &tallies->at[kept - 1] : NULL;

        if (last && last->name == tallies->at[i].name &&
            last->group == tallies->at[i].group)
            tally_join(last, &tallies->at[i]);
        else
            tallies->at[kept++] = tallies->at[i];
    }
    tallies->count = kept;
    if (kept)
        qsort_r(tallies->at, kept, sizeof(*tallies->at), tally_size_order,
                (void *)sealed);
}

static const struct message *
message_at(const struct builder *builder, const struct finding *finding,
           size_t i)
{
    return &builder->sealed->messages[finding->messages[i]];
}

/* -------------------------------------------------------------------- sources
 */

static const char *const source_kinds[] = { "ip",        "network", "helo",
                                            "directory", "from",    "login",
                                            "account",   "tls" };

static uint32_t
source_name(const struct builder *builder, const struct message *message,
            uint32_t network, size_t kind)
{
    const struct ledger_arrival *arrival = message->arrival;

    switch (kind) {
    case 0:
        return arrival->ip;
    case 1:
        return network;
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
    default:
        return arrival->cipher;
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
        if (source_name(builder, message,
                        actor->units[actor->unit_of[i]].network, kind) == name)
            return true;
    }
    return false;
}

static uint32_t
network_of_unit(const struct actor *actor, uint32_t ip)
{
    for (uint32_t i = 0; actor && ip && i < actor->unit_count; i++) {
        if (actor->units[i].name == ip)
            return actor->units[i].network;
    }
    return 0;
}

static bool
gather_sources(const struct builder *builder, const struct finding *finding,
               struct tallies *tallies)
{
    uint32_t ip = 0, network = 0;

    for (size_t i = 0; i < finding->message_count; i++) {
        const struct message *message = message_at(builder, finding, i);

        if (!message->arrival)
            continue;
        if (message->arrival->ip != ip) {
            ip = message->arrival->ip;
            network = network_of_unit(finding->actor, ip);
        }
        for (uint32_t k = 0; k < sizeof(source_kinds) / sizeof(source_kinds[0]);
             k++) {
            uint32_t name = source_name(builder, message, network, k);

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

/* ------------------------------------------------------------------- families
 */

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

/* --------------------------------------------------- providers and refusals */

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

/* ------------------------------------------------------------------- timeline
 */

static void
add_event(struct builder *builder, struct case_event *event, int64_t at,
          const char *what, int64_t count, const struct message *message)
{
    struct case_value *value = build_array(builder, 1, sizeof(*value));
    struct case_citation *citation =
        message ? build_array(builder, 1, sizeof(*citation)) : NULL;

    if (!value)
        return;
    *value = (struct case_value){ .name = "count",
                                  .kind = VALUE_NUMBER,
                                  .number = count };
    *event = (struct case_event){
        .at = at, .what = what, .values = value, .value_count = count >= 0
    };
    if (citation && message->arrival) {
        build_cite(
            builder, citation,
            event_place(
                &builder->sealed->ledger->events[message->arrival->event]));
        event->citations = citation;
        event->citation_count = 1;
    }
}

static const struct case_limit *
limit_of(const struct builder *builder, const struct case_finding *built)
{
    for (size_t i = 0; i < builder->casefile->limit_count; i++) {
        const struct case_limit *limit = &builder->casefile->limits[i];

        if (limit->domain &&
            ((built->domain && strcmp(limit->domain, built->domain) == 0) ||
             (built->mailbox && strcmp(limit->domain, built->mailbox) == 0)))
            return limit;
    }
    return NULL;
}

static int
event_order(const void *left, const void *right)
{
    const struct case_event *a = left;
    const struct case_event *b = right;

    if (a->at != b->at)
        return a->at < b->at ? -1 : 1;
    return strcmp(a->what, b->what);
}

static void
build_timeline(struct builder *builder, const struct finding *finding,
               struct case_finding *built)
{
    struct case_event *events = build_array(builder, 8, sizeof(*events));
    const struct case_limit *limit = limit_of(builder, built);
    size_t count = 0, onset = built->probes.count;

    if (!events || !finding->message_count)
        return;
    if (built->probes.count)
        add_event(builder, &events[count++], finding->onset, "first_probe",
                  (int64_t)built->probes.count,
                  message_at(builder, finding, 0));
    if (onset >= finding->message_count)
        onset = 0;
    add_event(builder, &events[count++],
              message_at(builder, finding, onset)->at, "onset", -1,
              message_at(builder, finding, onset));
    if (built->peak_hour != TIME_UNKNOWN)
        add_event(builder, &events[count++], built->peak_hour, "peak",
                  built->peak_messages, NULL);
    if (limit) {
        add_event(builder, &events[count++], limit->first, "limit",
                  limit->lines, NULL);
    }
    add_event(builder, &events[count++], finding->last, "last", -1,
              message_at(builder, finding, finding->message_count - 1));
    qsort(events, count, sizeof(*events), event_order);
    built->timeline = events;
    built->timeline_count = count;
}

/* --------------------------------------------------------------------- replay
 */

static const int64_t replay_caps[] = { 25, 50, 100, 250, 500 };
#define REPLAY_COUNT (sizeof(replay_caps) / sizeof(replay_caps[0]))

static bool
gather_hours(const struct builder *builder, uint32_t number,
             struct tallies *tallies)
{
    const struct attribution *attribution = builder->attribution;

    for (size_t i = 0; i < builder->sealed->message_count; i++) {
        const struct message *message = &builder->sealed->messages[i];
        const struct principal *principal =
            &attribution->principals[attribution->principal_of[i]];
        bool ours = attribution->finding_of[i] == number;
        uint32_t remote = 0;

        if (!principal->domain && !ours)
            continue;
        for (uint32_t k = 0; k < message->recipient_count; k++)
            remote += !address_is_hosted(
                attribution,
                builder->sealed->recipients[message->recipient_first + k]
                    .address);
        if (remote &&
            !tally_add(tallies,
                       (struct tally){ .name = ours ? 0 : principal->domain,
                                       .group = (uint32_t)(message->at / 3600),
                                       .messages = 1,
                                       .recipients = remote }))
            return false;
    }
    return true;
}

static void
build_replays(struct builder *builder, const struct finding *finding,
              struct case_finding *built)
{
    uint32_t number = (uint32_t)(finding - builder->attribution->findings) + 1;
    struct case_replay *rows =
        build_array(builder, REPLAY_COUNT, sizeof(*rows));
    struct tallies tallies = { 0 };

    if (!rows || !gather_hours(builder, number, &tallies)) {
        builder->failed = true;
        free(tallies.at);
        return;
    }
    tallies_close(builder->sealed, &tallies);
    for (size_t r = 0; r < REPLAY_COUNT; r++) {
        rows[r].cap_per_hour = replay_caps[r];
        for (size_t i = 0; i < tallies.count; i++) {
            int64_t over = tallies.at[i].recipients - replay_caps[r];

            if (over <= 0)
                continue;
            if (!tallies.at[i].name) {
                rows[r].stopped += over;
            } else {
                rows[r].innocent_hit += over;
                rows[r].innocents++;
            }
        }
    }
    built->replays = rows;
    built->replay_count = REPLAY_COUNT;
    free(tallies.at);
}

/* ----------------------------------------------------------------------- heat
 */

static void
build_heat(struct builder *builder, const struct finding *finding,
           struct case_finding *built)
{
    int64_t(*heat)[24];

    if (finding->message_count < HEAT_MIN)
        return;
    heat = build_array(builder, 7, sizeof(*heat));
    for (size_t i = 0; heat && i < finding->message_count; i++) {
        const struct message *message = message_at(builder, finding, i);
        int64_t local =
            message->at + (int64_t)sealed_offset_minutes(
                              builder->sealed, message->server, message->at) *
                              60;
        int64_t day = (local / 86400 + 3) % 7; /* 1970-01-01: a Thursday */

        heat[day][local / 3600 % 24]++;
    }
    built->heat = (const int64_t(*)[24])heat;
}

void
build_details(struct builder *builder, const struct finding *finding,
              struct case_finding *built)
{
    build_sources(builder, finding, built);
    build_families(builder, finding, built);
    build_recipients(builder, finding, built);
    build_timeline(builder, finding, built);
    build_replays(builder, finding, built);
    build_heat(builder, finding, built);
}
