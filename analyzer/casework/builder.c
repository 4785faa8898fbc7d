#include "analyzer/casework/builder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_KEEP 4096 /* of any one text in the case */

void *
build_array(struct builder *builder, size_t count, size_t size_bytes)
{
    void *array = count <= SIZE_MAX / (size_bytes ? size_bytes : 1)
                      ? arena_alloc(builder->arena, (count + 1) * size_bytes)
                      : NULL;

    if (!array)
        builder->failed = true;
    return array;
}

const char *
build_text(struct builder *builder, struct sv text)
{
    const char *kept = NULL;

    builder->scratch.len = 0;
    if (sv_printable(sv_head(text, TEXT_KEEP), &builder->scratch))
        kept = arena_strdup(builder->arena, buf_sv(&builder->scratch));
    if (!kept)
        builder->failed = true;
    return kept;
}

const char *
build_name(struct builder *builder, uint32_t name)
{
    return name ? build_text(builder, sealed_name(builder->sealed, name))
                : NULL;
}

const char *
build_id(struct builder *builder, struct message_id id)
{
    char text[MESSAGE_ID_MAX + 1];

    message_id_print(id, text);
    return build_text(builder, sv_of(text));
}

const char *
build_printf(struct builder *builder, const char *format, ...)
{
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return build_text(builder, sv_of(text));
}

static int
text_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;

    return sv_cmp(sealed_name(sealed, *(const uint32_t *)left),
                  sealed_name(sealed, *(const uint32_t *)right));
}

struct text_list
build_names(struct builder *builder, uint32_t *names, size_t count)
{
    const char **items = build_array(builder, count, sizeof(*items));
    struct text_list list = { items, 0 };

    if (!items)
        return (struct text_list){ NULL, 0 };
    qsort_r(names, count, sizeof(*names), text_order, (void *)builder->sealed);
    for (size_t i = 0; i < count; i++) {
        if (names[i] && (!i || names[i] != names[i - 1]))
            items[list.count++] = build_name(builder, names[i]);
    }
    return list;
}

/* --------------------------------------------------------------- citations */

static struct pending_line *
pending_add(struct builder *builder, struct place place)
{
    void *grown = builder->pending;
    struct pending_line *pending;

    if (!array_reserve(&grown, &builder->pending_capacity,
                       builder->pending_count + 1, sizeof(*pending))) {
        builder->failed = true;
        return NULL;
    }
    builder->pending = grown;
    pending = &builder->pending[builder->pending_count++];
    *pending = (struct pending_line){ .wish = { .place = place } };
    return pending;
}

void
build_cite(struct builder *builder, struct case_citation *citation,
           struct place place)
{
    struct pending_line *pending = pending_add(builder, place);

    if (!pending)
        return;
    pending->citation = citation;
    citation->evidence = (int64_t)builder->gathering->texts[place.text].row;
    citation->line = place.line;
    citation->offset = (int64_t)place.offset;
    citation->text = "";
    citation->sha256 = "";
}

void
build_response(struct builder *builder, const char **response,
               struct place place)
{
    struct pending_line *pending = pending_add(builder, place);

    if (pending)
        pending->response = response;
}

static int
pending_order(const void *left, const void *right)
{
    const struct place *a = &((const struct pending_line *)left)->wish.place;
    const struct place *b = &((const struct pending_line *)right)->wish.place;

    if (a->text != b->text)
        return a->text < b->text ? -1 : 1;
    return a->offset == b->offset ? 0 : a->offset < b->offset ? -1 : 1;
}

static void
fill_response(struct builder *builder, const struct pending_line *pending)
{
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back;

    if (!reader) {
        builder->failed = true;
        return;
    }
    reader_line(reader, pending->wish.text, &event, &back);
    *pending->response = build_text(builder, sv_head(event.response, 600));
    reader_free(reader);
}

enum status
build_fetch(struct builder *builder, struct fault *fault)
{
    size_t count = builder->pending_count;
    struct line_wish *wishes = calloc(count + 1, sizeof(*wishes));
    struct arena *arena = arena_new();
    enum status status = STATUS_NOMEM;

    if (!wishes || !arena)
        goto out;
    if (count)
        qsort(builder->pending, count, sizeof(*builder->pending),
              pending_order);
    for (size_t i = 0; i < count; i++)
        wishes[i] = builder->pending[i].wish;
    status = gathering_fetch(builder->gathering, wishes, count, arena, fault);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        struct pending_line *pending = &builder->pending[i];

        pending->wish = wishes[i];
        if (!wishes[i].text.at) { /* it could not be read a second time */
            builder->casefile->lossy = true;
            continue;
        }
        if (pending->response) {
            fill_response(builder, pending);
        } else {
            pending->citation->text = build_text(builder, wishes[i].text);
            pending->citation->sha256 =
                build_text(builder, sv_of(wishes[i].sha256));
        }
    }
out:
    free(wishes);
    arena_free(arena);
    return status;
}
