#include "analyzer/evidence/record.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { RECORD_WARNINGS_MAX = 100, RECORD_SENTENCE_MAX = 1000 };

static const struct topic {
    const char *name;
    bool is_loss;
} topics[WARN_TOPIC_COUNT] = {
    [0] = { "unknown", false },
    [WARN_DAMAGED] = { "damaged", true },
    [WARN_BOUND] = { "bound", true },
    [WARN_SKIPPED] = { "skipped", true },
    [WARN_ENCRYPTED] = { "encrypted", true },
    [WARN_LONG_LINE] = { "long_line", true },
    [WARN_BINARY] = { "binary", false }, /* handed on as it is */
    [WARN_DUPLICATE] = { "duplicate", false },
    [WARN_OVERLAP] = { "overlap", false },
    [WARN_GAP] = { "gap", false },
    [WARN_ORDER] = { "order", false },
    [WARN_FORGED] = { "forged", false },
    [WARN_TORN] = { "torn", true },
};

const char *
warning_topic_name(enum warning_topic topic)
{
    assert((unsigned)topic < WARN_TOPIC_COUNT);
    return topics[topic].name;
}

bool
warning_topic_is_loss(enum warning_topic topic)
{
    assert((unsigned)topic < WARN_TOPIC_COUNT);
    return topics[topic].is_loss;
}

/* NULL when out of memory. */
static char *
record_keep_printable(struct record *record, struct sv text)
{
    struct buf visible = { 0 };
    char *kept = NULL;

    if (sv_printable(text, &visible))
        kept = arena_strdup(record->arena, buf_sv(&visible));
    buf_clear(&visible);
    return kept;
}

enum status
record_init(struct record *record, struct sv name, const char *container,
            size_t max_name_bytes)
{
    *record = (struct record){ .arena = arena_new() };
    if (!record->arena)
        return STATUS_NOMEM;
    record->custody.compression = "none";
    record->custody.path =
        record_keep_printable(record, sv_head(name, max_name_bytes));
    if (container)
        record->custody.container =
            arena_strdup(record->arena, sv_of(container));
    if (!record->custody.path || (container && !record->custody.container))
        return STATUS_NOMEM;
    if (name.len > max_name_bytes)
        record_warn(record, WARN_BOUND, 0,
                    "the name has %zu bytes, of which %zu are shown", name.len,
                    max_name_bytes);
    return STATUS_OK;
}

void
record_clear(struct record *record)
{
    free(record->custody.warnings);
    arena_free(record->arena);
    *record = (struct record){ 0 };
}

static void
record_add_warning(struct record *record, enum warning_topic topic,
                   uint64_t offset_bytes, const char *sentence)
{
    struct custody *custody = &record->custody;
    void *warnings = custody->warnings;
    char *text = record_keep_printable(record, sv_of(sentence));

    if (!text ||
        !array_reserve(&warnings, &record->warning_capacity,
                       custody->warning_count + 1, sizeof(*custody->warnings)))
        goto failed;
    custody->warnings = warnings;
    custody->warnings[custody->warning_count++] = (struct custody_warning){
        .topic = topic, .offset_bytes = offset_bytes, .text = text
    };
    return;
failed:
    record->failed = true;
}

void
record_warn(struct record *record, enum warning_topic topic,
            uint64_t offset_bytes, const char *format, ...)
{
    char sentence[RECORD_SENTENCE_MAX];
    va_list args;

    if (record->custody.warning_count >= RECORD_WARNINGS_MAX) {
        record->warnings_unlisted++;
        return;
    }
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    record_add_warning(record, topic, offset_bytes, sentence);
}

void
record_add_compression(struct record *record, const char *name)
{
    struct custody *custody = &record->custody;
    struct buf chain = { 0 };
    char *kept = NULL;

    if (!sv_eq(sv_of(custody->compression), SV("none")))
        buf_printf(&chain, "%s+", custody->compression);
    if (buf_add(&chain, sv_of(name)))
        kept = arena_strdup(record->arena, buf_sv(&chain));
    buf_clear(&chain);
    if (kept)
        custody->compression = kept;
    else
        record->failed = true;
}

enum status
record_finish(struct record *record)
{
    char sentence[80];

    if (record->warnings_unlisted) {
        snprintf(sentence, sizeof(sentence),
                 "%zu further warnings are not listed",
                 record->warnings_unlisted);
        record->warnings_unlisted = 0;
        record_add_warning(record, WARN_BOUND, 0, sentence);
    }
    return record->failed ? STATUS_NOMEM : STATUS_OK;
}
