/*
 * Holes in the evidence: between one main log and the next of a server, and
 * within one, against the server's own rhythm. A hole is called a gap; why it
 * is there the logs do not say.
 */
#include "analyzer/casework/builder.h"

#include <stdlib.h>

/* A server is silent so long at night; more, and much more than it ever is. */
#define GAP_MIN_MS ((int64_t)2 * 3600 * 1000)
#define GAP_FACTOR 3

struct gap_text {
    struct gathered_text *text;
    uint32_t server;
    int64_t first_ms;
    int64_t last_ms;
};

static int
gap_order(const void *left, const void *right)
{
    const struct gap_text *a = left;
    const struct gap_text *b = right;

    if (a->server != b->server)
        return a->server < b->server ? -1 : 1;
    if (a->first_ms != b->first_ms)
        return a->first_ms < b->first_ms ? -1 : 1;
    return a->last_ms == b->last_ms ? 0 : a->last_ms < b->last_ms ? -1 : 1;
}

static int
silence_order(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

    return a < b ? -1 : a > b;
}

static size_t
gather(const struct builder *builder, struct gap_text *texts)
{
    size_t count = 0;

    for (size_t i = 0; i < builder->gathering->text_count; i++) {
        struct gathered_text *text = &builder->gathering->texts[i];

        if (text->kind == LOG_EXIM_MAIN && !text->duplicate &&
            text->counts.starts)
            texts[count++] = (struct gap_text){
                .text = text,
                .server = builder->sealed->text_server[i],
                .first_ms = text->counts.first_ms,
                .last_ms = text->counts.last_ms,
            };
    }
    qsort(texts, count, sizeof(*texts), gap_order);
    return count;
}

/* The median of the texts' longest silences is the server's rhythm. */
static int64_t
bound_of(const struct gap_text *texts, size_t count, int64_t *scratch)
{
    int64_t bound;

    for (size_t i = 0; i < count; i++)
        scratch[i] = texts[i].text->counts.silence_ms;
    qsort(scratch, count, sizeof(*scratch), silence_order);
    bound = scratch[count / 2] * GAP_FACTOR;
    return bound > GAP_MIN_MS ? bound : GAP_MIN_MS;
}

static void
say_gap(struct builder *builder, struct gathered_text *text, int64_t line,
        int64_t silence_ms, const char *where)
{
    const char *sentence =
        build_printf(builder, "gap: no line for %lld h %lld min %s",
                     (long long)(silence_ms / 3600000),
                     (long long)(silence_ms / 60000 % 60), where);

    if (!sentence ||
        !gathering_warn(builder->gathering, text, WARN_GAP, line, sentence))
        builder->failed = true;
    builder->casefile->gaps = true;
}

static void
say_gaps(struct builder *builder, const struct gap_text *texts, size_t count,
         int64_t *scratch)
{
    int64_t bound = bound_of(texts, count, scratch);
    int64_t reached = texts[0].last_ms;

    for (size_t i = 0; i < count; i++) {
        struct gathered_text *text = texts[i].text;

        if (text->counts.silence_ms > bound)
            say_gap(builder, text, text->counts.silence_line,
                    text->counts.silence_ms, "before this line");
        if (i && texts[i].first_ms - reached > bound)
            say_gap(builder, text, COUNT_UNKNOWN, texts[i].first_ms - reached,
                    "before this log begins");
        if (texts[i].last_ms > reached)
            reached = texts[i].last_ms;
    }
}

void
build_gaps(struct builder *builder)
{
    size_t all = builder->gathering->text_count;
    struct gap_text *texts = calloc(all + 1, sizeof(*texts));
    int64_t *scratch = calloc(all + 1, sizeof(*scratch));
    size_t count = texts && scratch ? gather(builder, texts) : 0;

    if (!texts || !scratch)
        builder->failed = true;
    for (size_t i = 0; i < count;) {
        size_t from = i;

        while (i < count && texts[i].server == texts[from].server)
            i++;
        say_gaps(builder, texts + from, i - from, scratch);
    }
    free(texts);
    free(scratch);
}
