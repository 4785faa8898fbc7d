/* Some messages of a finding with all their lines. */
#include "analyzer/casework/builder.h"

#include <string.h>

#define SAMPLE_COUNT 3
#define SAMPLE_LINES 40
#define SAMPLE_RECIPIENTS 25

static bool
has_outcome(const struct builder *builder, const struct message *message,
            enum outcome outcome)
{
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        if (builder->sealed->recipients[message->recipient_first + i].outcome ==
            outcome)
            return true;
    }
    return false;
}

/* The first; then one that got through and one that did not, from later on. */
static size_t
choose(const struct builder *builder, const struct finding *finding,
       size_t ret_chosen[SAMPLE_COUNT])
{
    static const enum outcome wanted[] = { OUTCOME_DELIVERED, OUTCOME_FAILED };
    size_t count = 0;

    if (finding->message_count)
        ret_chosen[count++] = 0;
    for (size_t w = 0; w < 2; w++) {
        for (size_t k = 1; k < finding->message_count; k++) {
            size_t i =
                (finding->message_count / 2 + k) % finding->message_count;
            const struct message *message =
                &builder->sealed->messages[finding->messages[i]];

            if (i && (count < 2 || i != ret_chosen[1]) &&
                has_outcome(builder, message, wanted[w])) {
                ret_chosen[count++] = i;
                break;
            }
        }
    }
    return count;
}

static void
build_recipients(struct builder *builder, const struct message *message,
                 struct case_sample *sample)
{
    uint32_t names[SAMPLE_RECIPIENTS];
    uint32_t count = message->recipient_count;

    if (count > SAMPLE_RECIPIENTS)
        count = SAMPLE_RECIPIENTS;
    for (uint32_t i = 0; i < count; i++)
        names[i] =
            builder->sealed->recipients[message->recipient_first + i].address;
    sample->recipients = build_names(builder, names, count);
}

struct line_columns {
    struct case_citation *citations;
    const char **kinds;
    int64_t *times;
};

static void
build_cwd_line(struct builder *builder, const struct message *message,
               struct line_columns *lines, size_t *count)
{
    const struct ledger_cwd *cwd;

    if (message->cwd == NO_INDEX)
        return;
    cwd = &builder->sealed->ledger->cwds[message->cwd];
    build_cite(builder, &lines->citations[*count], cwd->place);
    lines->kinds[*count] = event_kind_name(EVENT_CWD);
    lines->times[(*count)++] = sealed_utc_ms(builder->sealed, message->server,
                                             cwd->at_ms, cwd->zoned, 0) /
                               1000;
}

static void
build_lines(struct builder *builder, const struct message *message,
            struct case_sample *sample)
{
    const struct sealed *sealed = builder->sealed;
    struct line_columns lines = {
        build_array(builder, SAMPLE_LINES + 1, sizeof(*lines.citations)),
        build_array(builder, SAMPLE_LINES + 1, sizeof(*lines.kinds)),
        build_array(builder, SAMPLE_LINES + 1, sizeof(*lines.times)),
    };
    size_t count = 0;

    if (!lines.citations || !lines.kinds || !lines.times)
        return;
    build_cwd_line(builder, message, &lines, &count);
    for (uint32_t i = 0; i < message->event_count && count < SAMPLE_LINES;
         i++) {
        uint32_t index = sealed->order[message->event_first + i];
        const struct ledger_event *event = &sealed->ledger->events[index];

        build_cite(builder, &lines.citations[count], event_place(event));
        lines.kinds[count] = event_kind_name(event->kind);
        lines.times[count++] = sealed_event_ms(sealed, index) / 1000;
    }
    sample->lines = lines.citations;
    sample->line_kinds = lines.kinds;
    sample->line_times = lines.times;
    sample->line_count = count;
    sample->lines_total =
        (int64_t)message->event_count + (message->cwd != NO_INDEX);
}

static void
build_sample(struct builder *builder, const struct message *message,
             struct case_sample *sample)
{
    const struct ledger_arrival *arrival = message->arrival;

    *sample = (struct case_sample){
        .message_id = build_id(builder, message->id),
        .at = message->at,
        .state = message_state_name(message->state),
        .size_bytes = arrival ? (int64_t)arrival->size_bytes : COUNT_UNKNOWN,
    };
    if (arrival) {
        sample->sender =
            arrival->sender_null ? "<>" : build_name(builder, arrival->sender);
        sample->subject = build_name(builder, arrival->subject);
    }
    build_recipients(builder, message, sample);
    build_lines(builder, message, sample);
}

void
build_samples(struct builder *builder, const struct finding *finding,
              struct case_finding *built)
{
    size_t chosen[SAMPLE_COUNT];
    size_t count = choose(builder, finding, chosen);
    struct case_sample *samples = build_array(builder, count, sizeof(*samples));

    for (size_t i = 0; samples && i < count; i++)
        build_sample(builder,
                     &builder->sealed->messages[finding->messages[chosen[i]]],
                     &samples[i]);
    built->samples = samples;
    built->sample_count = samples ? count : 0;
}
