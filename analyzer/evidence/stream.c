#include "analyzer/evidence/stream.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void
stream_init_above(struct stream *stream, const struct stream_ops *ops,
                  struct stream *below)
{
    stream->ops = ops;
    stream->below = below;
    stream->record = below->record;
    stream->budget = below->budget;
    stream->depth = below->depth + 1;
    stream->fd = -1;
}

void
stream_free(struct stream *stream)
{
    if (!stream)
        return;
    stream->ops->free(stream);
    hash_free(stream->hash);
    free(stream->buffer);
    free(stream);
}

enum status
stream_hash(struct stream *stream)
{
    assert(!stream->read_bytes && !stream->hash);
    stream->hash = hash_new();
    return stream->hash ? STATUS_OK : STATUS_NOMEM;
}

/* False when the layer grew beyond what the top-level file may become. */
static bool
stream_spend(struct stream *stream, size_t count)
{
    struct budget *budget = stream->budget;
    uint64_t stored;
    uint64_t *made;

    if (!budget || !stream->depth)
        return true;
    made = &budget->made_bytes[stream->depth];
    *made += count;
    stored = budget->stored_bytes;
    if (budget->root && budget->root->read_bytes > stored)
        stored = budget->root->read_bytes;
    return *made <= budget->free_bytes || *made / budget->max_ratio <= stored;
}

/* Moves what is left to the front when that pays or `want` needs it. */
static bool
stream_make_room(struct stream *stream, size_t want)
{
    size_t left = stream->tail - stream->head;
    size_t wanted = stream->capacity;
    char *grown;

    if (stream->head &&
        (stream->head >= left || stream->capacity - stream->head < want)) {
        memmove(stream->buffer, stream->buffer + stream->head, left);
        stream->head = 0;
        stream->tail = left;
    }
    if (stream->capacity - stream->head >= want && stream->capacity)
        return true;
    if (wanted < STREAM_BUFFER_BYTES)
        wanted = STREAM_BUFFER_BYTES;
    else if (wanted <= SIZE_MAX / 2)
        wanted *= 2;
    if (wanted < want)
        wanted = want;
    grown = realloc(stream->buffer, wanted);
    if (!grown)
        return false;
    stream->buffer = grown;
    stream->capacity = wanted;
    return true;
}

static enum status
stream_fill(struct stream *stream, size_t want)
{
    enum status status;
    size_t got = 0;
    struct sv fresh;

    if (!stream_make_room(stream, want))
        return STATUS_NOMEM;
    status = stream->ops->read(stream, stream->buffer + stream->tail,
                               stream->capacity - stream->tail, &got);
    if (status)
        return status;
    if (!got) {
        stream->ended = true;
        return STATUS_OK;
    }
    fresh = (struct sv){ stream->buffer + stream->tail, got };
    stream->tail += got;
    stream->read_bytes += got;
    if (stream->hash && !hash_add(stream->hash, fresh))
        return STATUS_NOMEM;
    if (!stream_spend(stream, got)) {
        record_warn(stream->record, WARN_BOUND, stream->read_bytes,
                    "unpacks to more than %llu times its size: given up "
                    "after %llu bytes",
                    (unsigned long long)stream->budget->max_ratio,
                    (unsigned long long)stream->read_bytes);
        stream->ended = true;
        stream->incomplete = true;
    }
    return STATUS_OK;
}

enum status
stream_peek(struct stream *stream, size_t want, struct sv *ret_view)
{
    while (stream->tail - stream->head < want && !stream->ended) {
        enum status status = stream_fill(stream, want);

        if (status)
            return status;
    }
    *ret_view =
        (struct sv){ stream->buffer ? stream->buffer + stream->head : "",
                     stream->tail - stream->head };
    return STATUS_OK;
}

void
stream_take(struct stream *stream, size_t count)
{
    assert(count <= stream->tail - stream->head);
    stream->head += count;
}

uint64_t
stream_offset(const struct stream *stream)
{
    return stream->read_bytes - (stream->tail - stream->head);
}

enum status
stream_drain(struct stream *stream, uint64_t *ret_other)
{
    uint64_t other = 0;

    for (;;) {
        struct sv view;
        enum status status = stream_peek(stream, 1, &view);

        if (status)
            return status;
        if (!view.len)
            break;
        for (size_t i = 0; i < view.len; i++)
            other += view.at[i] != 0;
        stream_take(stream, view.len);
    }
    *ret_other = other;
    return STATUS_OK;
}
