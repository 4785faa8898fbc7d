#include "analyzer/trace/sources.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/trace/line.h"

#define HEAD_LINES_MAX 2000 /* looked at for a first stamp */

enum status
sources_warn(struct sources *sources, bool lossy, const char *format, ...)
{
    char text[1024];
    va_list args;
    const char *kept;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    sources->lossy = sources->lossy || lossy;
    kept = arena_strdup(sources->arena, sv_of(text));
    if (!kept ||
        !array_reserve((void **)&sources->warnings, &sources->warning_capacity,
                       sources->warning_count + 1, sizeof(*sources->warnings)))
        return STATUS_NOMEM;
    sources->warnings[sources->warning_count++] = kept;
    return STATUS_OK;
}

static enum status
warn_custody(struct sources *sources, const struct custody *custody)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; !status && i < custody->warning_count; i++) {
        const struct custody_warning *warning = &custody->warnings[i];

        status = sources_warn(
            sources, warning_topic_is_loss(warning->topic), "%s%s%s: %s",
            custody->container ? custody->container : "",
            custody->container ? ": " : "", custody->path, warning->text);
    }
    return status;
}

/* ------------------------------------------------------------------- texts */

static int64_t
first_stamp(struct sv head)
{
    for (int i = 0; head.len && i < HEAD_LINES_MAX; i++) {
        struct log_line line;

        log_line_read(line_take(&head), &line);
        if (line.stamped)
            return log_line_seconds(&line);
    }
    return INT64_MAX;
}

static enum status
text_make(struct sources *sources, uint32_t source,
          const struct custody *custody, struct sv head, struct text **ret_text)
{
    struct source *from = &sources->sources[source];
    struct text *text = arena_alloc(sources->arena, sizeof(*text));

    if (!text ||
        !array_reserve((void **)&from->texts, &from->text_capacity,
                       from->met_texts + (size_t)1, sizeof(struct text *)))
        return STATUS_NOMEM;
    text->name = arena_strdup(sources->arena, sv_of(custody->path));
    if (!text->name)
        return STATUS_NOMEM;
    text->source = source;
    text->kind = reader_sniff(head);
    text->in_container = custody->container != NULL;
    text->loose = !text->in_container || text->kind == LOG_EXIM_MAIN ||
                  text->kind == LOG_EXIM_REJECT ||
                  text->kind == LOG_EXIM_PANIC ||
                  text->kind == LOG_EXIM_REFUSALS;
    text->first_at = first_stamp(head);
    text->has_offset = log_offset_read(head, &text->offset_seconds);
    from->texts[from->met_texts++] = text;
    *ret_text = text;
    return STATUS_OK;
}

/* ----------------------------------------------------------------- reading */

struct reading { /* of one source */
    struct sources *sources;
    uint32_t source;
    uint32_t next_text;
    const struct taker *taker; /* NULL: only a look */
    struct text *text;
    struct fault *fault;
};

static enum status
reading_begin(void *user, const struct custody *so_far, struct sv head,
              void **ret_text, bool *ret_wanted)
{
    struct reading *reading = user;
    struct source *source = &reading->sources->sources[reading->source];
    enum status status = STATUS_OK;

    if (!reading->taker && so_far->container) {
        source->is_archive = true;
        return STATUS_END;
    }
    if (reading->next_text < source->met_texts)
        reading->text = source->texts[reading->next_text];
    else
        status = text_make(reading->sources, reading->source, so_far, head,
                           &reading->text);
    if (status)
        return status;
    if (!reading->taker)
        return STATUS_END;
    reading->next_text++;
    *ret_text = reading;
    *ret_wanted = true;
    return STATUS_OK;
}

static enum status
reading_block(void *user, struct sv block, uint64_t offset_bytes,
              uint64_t cut_bytes)
{
    struct reading *reading = user;
    const struct taker *taker = reading->taker;
    enum status status = STATUS_OK;

    if (cut_bytes && !reading->sources->sources[reading->source].is_known)
        status = sources_warn(reading->sources, true,
                              "%s: a line is too long; its end is left out",
                              reading->text->name);
    if (!status && taker->block)
        status = taker->block(taker->user, reading->text, block, offset_bytes,
                              reading->fault);
    return status;
}

static enum status
reading_end(void *user, void *text, const struct custody *custody)
{
    struct reading *reading = user;
    const struct taker *taker = reading->taker;
    struct source *source = &reading->sources->sources[reading->source];
    enum status status = STATUS_OK;

    if (!taker)
        return STATUS_OK;
    if (custody->is_text || custody->is_container)
        reading->sources->readable = true;
    if (!source->is_known)
        status = warn_custody(reading->sources, custody);
    if (!status && text && taker->end)
        status = taker->end(taker->user, reading->text);
    return status;
}

enum status
sources_read_range(struct sources *sources, size_t source, uint64_t from,
                   uint64_t to, const struct taker *taker, struct fault *fault)
{
    const struct source *of = &sources->sources[source];
    struct reading reading = { sources, (uint32_t)source, 0,
                               taker,   of->texts[0],     fault };
    struct evidence_sink sink = { .user = &reading,
                                  .begin = reading_begin,
                                  .block = reading_block,
                                  .end = reading_end };
    enum status status = evidence_read_range(of->file, &sources->limits, from,
                                             to, &sink, &reading, fault);

    if (status == STATUS_IO)
        status = sources_warn(sources, true, "%s: it could not be read whole",
                              of->file->path);
    else if (!status)
        sources->readable = true;
    if (!status && taker->end)
        status = taker->end(taker->user, reading.text);
    return status;
}

/* A plain file needs no unpacking, and a trace needs no hashes. */
enum status
sources_read(struct sources *sources, size_t source, const struct taker *taker,
             struct fault *fault)
{
    struct source *from = &sources->sources[source];
    struct reading reading = {
        sources, (uint32_t)source, 0, taker, NULL, fault
    };
    struct evidence_sink sink = { .user = &reading,
                                  .begin = reading_begin,
                                  .block = reading_block,
                                  .end = reading_end };
    enum status status;

    if (from->file->is_plain && from->met_texts)
        status = sources_read_range(sources, source, 0, from->file->size_bytes,
                                    taker, fault);
    else
        status = evidence_read(from->file, &sources->limits, &sink, fault);
    if (!status)
        from->is_known = true;
    return status;
}

/* ----------------------------------------------------------------- opening */

static enum status
sources_look(struct sources *sources, size_t source)
{
    struct reading reading = { sources, (uint32_t)source, 0, NULL, NULL, NULL };
    struct evidence_sink sink = { .user = &reading,
                                  .begin = reading_begin,
                                  .block = reading_block,
                                  .end = reading_end };
    enum status status;

    if (sources->sources[source].file->is_stdin)
        return STATUS_OK;
    status = evidence_read(sources->sources[source].file, &sources->limits,
                           &sink, NULL);
    return status == STATUS_NOMEM ? status : STATUS_OK;
}

enum status
sources_init(struct sources *sources, const struct analyze_options *options,
             struct arena *arena, struct fault *fault)
{
    enum status status;

    *sources = (struct sources){
        .arena = arena,
        .limits = { .max_ratio = options->max_ratio,
                    .max_text_bytes = options->max_text_bytes,
                    .max_line_bytes = options->max_line_bytes,
                    .max_depth = options->max_depth,
                    .max_members = options->max_members,
                    .max_name_bytes = options->max_name_bytes },
    };
    status = evidence_list_make(options->paths, options->path_count,
                                &sources->list, fault);
    if (status)
        return status;
    sources->count = sources->list->source_count;
    sources->sources =
        calloc(sources->count ? sources->count : 1, sizeof(*sources->sources));
    if (!sources->sources)
        return STATUS_NOMEM;
    for (size_t i = 0; i < sources->count; i++)
        sources->sources[i].file = &sources->list->sources[i];
    for (size_t i = 0; !status && i < sources->list->refused_count; i++)
        status = warn_custody(sources, &sources->list->refused[i]);
    for (size_t i = 0; !status && i < sources->count; i++)
        status = sources_look(sources, i);
    return status;
}

void
sources_clear(struct sources *sources)
{
    for (size_t i = 0; sources->sources && i < sources->count; i++)
        free(sources->sources[i].texts);
    free(sources->sources);
    free(sources->warnings);
    evidence_list_free(sources->list);
    *sources = (struct sources){ 0 };
}

/* ------------------------------------------------------------------- order */

static int
kind_rank(enum log_kind kind)
{
    return kind == LOG_EXIM_REJECT ? 1 : kind == LOG_EXIM_PANIC ? 2 : 0;
}

/* Texts that agree in all else keep the order of their sources' paths. */
static int
text_cmp(const void *a, const void *b)
{
    const struct text *x = *(struct text *const *)a;
    const struct text *y = *(struct text *const *)b;
    int kinds = kind_rank(x->kind) - kind_rank(y->kind);
    int names;

    if (kinds)
        return kinds;
    if (x->first_at != y->first_at)
        return x->first_at < y->first_at ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    names = strcmp(x->name, y->name);
    return names ? names : (x->rank > y->rank) - (x->rank < y->rank);
}

/* All texts, `rank` still the place in which they were met. */
static struct text **
texts_gather(struct sources *sources, size_t *ret_count)
{
    struct text **texts;
    size_t count = 0;

    for (size_t i = 0; i < sources->count; i++)
        count += sources->sources[i].met_texts;
    texts = calloc(count ? count : 1, sizeof(struct text *));
    if (!texts)
        return NULL;
    *ret_count = count;
    count = 0;
    for (size_t i = 0; i < sources->count; i++) {
        for (uint32_t j = 0; j < sources->sources[i].met_texts; j++) {
            texts[count] = sources->sources[i].texts[j];
            texts[count]->rank = (uint32_t)count;
            count++;
        }
    }
    return texts;
}

enum status
sources_order(struct sources *sources, size_t **ret_order)
{
    size_t count = 0;
    size_t placed = 0;
    struct text **texts = texts_gather(sources, &count);
    size_t *order = calloc(sources->count + 1, sizeof(*order));
    bool *taken = calloc(sources->count + 1, sizeof(*taken));
    enum status status = STATUS_NOMEM;

    if (!texts || !order || !taken)
        goto out;
    qsort(texts, count, sizeof(struct text *), text_cmp);
    for (size_t i = 0; i < count; i++) {
        texts[i]->rank = (uint32_t)i;
        if (!taken[texts[i]->source])
            order[placed++] = texts[i]->source;
        taken[texts[i]->source] = true;
    }
    for (size_t i = 0; i < sources->count; i++) {
        if (!taken[i])
            order[placed++] = i;
    }

    *ret_order = order;
    order = NULL;
    status = STATUS_OK;
out:
    free(texts);
    free(order);
    free(taken);
    return status;
}
