/* How a finding went: its timeline, its hours, and at other limits. */
#include "analyzer/casework/builder.h"
#include "analyzer/casework/tally.h"

#include <stdlib.h>
#include <string.h>

#define HEAT_MIN 20 /* fewer submissions make no pattern */

static const struct message *
message_at(const struct builder *builder, const struct finding *finding,
           size_t i)
{
    return &builder->sealed->messages[finding->messages[i]];
}

/* ---------------------------------------------------------------- timeline */

static void
add_event(struct builder *builder, struct case_event *event, int64_t at,
          const char *what, int64_t count, const struct place *place)
{
    struct case_value *value = build_array(builder, 1, sizeof(*value));
    struct case_citation *citation =
        place ? build_array(builder, 1, sizeof(*citation)) : NULL;

    if (!value)
        return;
    *value = (struct case_value){ .name = "count",
                                  .kind = VALUE_NUMBER,
                                  .number = count };
    *event = (struct case_event){
        .at = at, .what = what, .values = value, .value_count = count >= 0
    };
    if (citation) {
        build_cite(builder, citation, *place);
        event->citations = citation;
        event->citation_count = 1;
    }
}

/* The same of a message of the finding, by its arrival. */
static void
add_message(struct builder *builder, struct case_event *event,
            const struct finding *finding, size_t at, const char *what,
            int64_t count)
{
    const struct message *message = message_at(builder, finding, at);
    struct place place = { 0 };

    if (message->arrival)
        place = event_place(
            &builder->sealed->ledger->events[message->arrival->event]);
    add_event(builder, event, message->at, what, count,
              message->arrival ? &place : NULL);
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
        add_message(builder, &events[count++], finding, 0, "first_probe",
                    (int64_t)built->probes.count);
    if (onset >= finding->message_count)
        onset = 0;
    add_message(builder, &events[count++], finding, onset, "onset", -1);
    if (built->peak_hour != TIME_UNKNOWN)
        add_event(builder, &events[count++], built->peak_hour, "peak",
                  built->peak_messages, NULL);
    if (limit)
        add_event(
            builder, &events[count++], limit->first, "limit", limit->lines,
            finding->ending == ENDING_LIMIT ? &finding->ended_place : NULL);
    if (built->ended_by && finding->ending != ENDING_LIMIT)
        add_event(builder, &events[count++], finding->ended_at, built->ended_by,
                  -1, &finding->ended_place);
    add_message(builder, &events[count++], finding, finding->message_count - 1,
                "last", -1);
    qsort(events, count, sizeof(*events), event_order);
    built->timeline = events;
    built->timeline_count = count;
}

/* ------------------------------------------------------------------ replay */

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

/* -------------------------------------------------------------------- heat */

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
build_course(struct builder *builder, const struct finding *finding,
             struct case_finding *built)
{
    build_timeline(builder, finding, built);
    build_replays(builder, finding, built);
    build_heat(builder, finding, built);
}
