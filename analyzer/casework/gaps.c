/*
 * Holes in the evidence: between one main log and the next of a server, and
 * within one. A hole is called a gap; why it is there the logs do not say.
 */
#include "analyzer/casework/builder.h"

#include <stdlib.h>

/* Queue runs alone leave a line an hour or so. One bound for all, so that it
 * does not matter how the logs were cut into files. */
#define GAP_MS ((int64_t)8 * 3600 * 1000)

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
say_gaps(struct builder *builder, const struct gap_text *texts, size_t count)
{
    int64_t reached = texts[0].last_ms;

    for (size_t i = 0; i < count; i++) {
        struct gathered_text *text = texts[i].text;

        if (text->counts.silence_ms > GAP_MS)
            say_gap(builder, text, text->counts.silence_line,
                    text->counts.silence_ms, "before this line");
        if (i && texts[i].first_ms - reached > GAP_MS)
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
    size_t count = texts ? gather(builder, texts) : 0;

    if (!texts)
        builder->failed = true;
    for (size_t i = 0; i < count;) {
        size_t from = i;

        while (i < count && texts[i].server == texts[from].server)
            i++;
        say_gaps(builder, texts + from, i - from);
    }
    free(texts);
}
