#include "analyzer/trace/collect.h"

#include <stdlib.h>

#include "analyzer/trace/line.h"

/* More than a grouper keeps of a record's continuations. */
#define RECORD_MAX_BYTES ((size_t)72 * 1024)
/* What one trace may hold in memory; a wider question needs another order. */
#define HELD_MAX_BYTES ((size_t)1 << 30)

static enum status
too_much(struct fault *fault)
{
    return fault_set(fault, STATUS_LIMIT,
                     "too many lines match to be put in order in memory: "
                     "narrow the pattern or the period, or unpack the archive");
}

enum status
collection_add(struct collection *collection, const struct kept_record *record,
               struct fault *fault)
{
    struct kept_record *kept;

    if (!collection->arena)
        collection->arena = arena_new();
    if (!collection->arena ||
        !array_reserve((void **)&collection->records, &collection->capacity,
                       collection->count + 1, sizeof(*kept)))
        return fault_set(fault, STATUS_NOMEM, "out of memory");
    kept = &collection->records[collection->count];
    *kept = *record;
    if (!arena_keep(collection->arena, record->raw, &kept->raw))
        return fault_set(fault, STATUS_NOMEM, "out of memory");
    if (arena_bytes(collection->arena) > HELD_MAX_BYTES)
        return too_much(fault);
    collection->count++;
    return STATUS_OK;
}

/* The record that was being read is whole. */
static enum status
collection_settle(struct collection *collection, struct fault *fault)
{
    const struct kept_record record = { collection->text,
                                        collection->offset_bytes,
                                        collection->id,
                                        buf_sv(&collection->raw) };

    if (!collection->text)
        return STATUS_OK;
    collection->text = NULL;
    collection->raw.len = 0;
    return collection->hit ? collection_add(collection, &record, fault)
                           : STATUS_OK;
}

/* Without an id it is kept only if the pattern is found in it. */
static void
record_starts(struct collection *collection, const struct log_line *line,
              const struct text *text, uint64_t offset_bytes)
{
    bool has_id = message_id_is(line->id);

    collection->id = line->id;
    collection->offset_bytes = offset_bytes;
    collection->hit = has_id || !collection->wanted;
    collection->text = text;
    if (!has_id && collection->also &&
        collection->also(collection->user, text, offset_bytes))
        collection->hit = true;
    if (!has_id && !text->loose)
        collection->text = NULL;
    if (has_id && collection->wanted &&
        !id_table_find(collection->wanted, line->id))
        collection->text = NULL;
}

static enum status
record_continues(struct collection *collection, const struct log_line *line,
                 struct sv raw, bool may_match, struct fault *fault)
{
    enum status status = STATUS_OK;

    if (!collection->text || collection->raw.len > RECORD_MAX_BYTES)
        return STATUS_OK;
    if (!collection->hit && may_match)
        status = matcher_line(collection->matcher, line->body, &collection->hit,
                              fault);
    if (!status && !buf_add(&collection->raw, raw))
        status = fault_set(fault, STATUS_NOMEM, "out of memory");
    return status;
}

enum status
collection_block(struct collection *collection, const struct text *text,
                 struct sv block, uint64_t offset_bytes, struct fault *fault)
{
    struct sv rest = block;
    size_t candidate = 0;
    enum status status = STATUS_OK;

    if (collection->wanted)
        candidate = matcher_next(collection->matcher, block, 0);
    while (!status && rest.len) {
        struct sv raw = line_take(&rest);
        size_t from = (size_t)(raw.at - block.at);
        struct log_line line;

        if (collection->wanted && candidate < from)
            candidate = matcher_next(collection->matcher, block, from);
        log_line_read(raw, &line);
        if (line.stamped) {
            status = collection_settle(collection, fault);
            record_starts(collection, &line, text, offset_bytes + from);
        }
        if (!status)
            status = record_continues(collection, &line, raw,
                                      candidate < from + raw.len, fault);
    }
    return status;
}

enum status
collection_text_end(struct collection *collection, struct fault *fault)
{
    return collection_settle(collection, fault);
}

static int
record_cmp(const void *a, const void *b)
{
    const struct kept_record *x = a;
    const struct kept_record *y = b;

    if (x->text->rank != y->text->rank)
        return x->text->rank < y->text->rank ? -1 : 1;
    if (x->offset_bytes != y->offset_bytes)
        return x->offset_bytes < y->offset_bytes ? -1 : 1;
    return message_id_cmp(x->id, y->id);
}

void
collection_sort(struct collection *collection)
{
    if (collection->count)
        qsort(collection->records, collection->count,
              sizeof(*collection->records), record_cmp);
}

void
collection_clear(struct collection *collection)
{
    free(collection->records);
    arena_free(collection->arena);
    buf_clear(&collection->raw);
    collection->records = NULL;
    collection->count = collection->capacity = 0;
    collection->arena = NULL;
}
