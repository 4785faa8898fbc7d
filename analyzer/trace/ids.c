#include "analyzer/trace/ids.h"

#include <stdlib.h>

#define CAPACITY_MIN 256

static size_t
home_of(const struct id_table *table, struct message_id id)
{
    uint64_t words[2] = { id.when, id.process };
    struct sv key = { (const char *)words, sizeof(words) };

    return (size_t)sv_hash(key) & (table->capacity - 1);
}

/* The slot that holds `id`, or the free one where it would go. */
static size_t
slot_of(const struct id_table *table, struct message_id id)
{
    size_t slot = home_of(table, id);

    while (message_id_is(table->entries[slot].id) &&
           !message_id_eq(table->entries[slot].id, id))
        slot = (slot + 1) & (table->capacity - 1);
    return slot;
}

static bool
table_grow(struct id_table *table)
{
    size_t capacity = table->capacity ? table->capacity * 2 : CAPACITY_MIN;
    struct id_table grown = { calloc(capacity, sizeof(struct id_entry)),
                              capacity, table->count };

    if (!grown.entries)
        return false;
    for (size_t i = 0; i < table->capacity; i++) {
        struct id_entry *entry = &table->entries[i];

        if (message_id_is(entry->id))
            grown.entries[slot_of(&grown, entry->id)] = *entry;
    }
    free(table->entries);
    *table = grown;
    return true;
}

void
id_table_clear(struct id_table *table)
{
    free(table->entries);
    *table = (struct id_table){ 0 };
}

uint64_t *
id_table_find(const struct id_table *table, struct message_id id)
{
    size_t slot;

    if (!table->count)
        return NULL;
    slot = slot_of(table, id);
    return message_id_is(table->entries[slot].id) ? &table->entries[slot].value
                                                  : NULL;
}

uint64_t *
id_table_add(struct id_table *table, struct message_id id)
{
    struct id_entry *entry;

    if ((table->count + 1) * 2 > table->capacity && !table_grow(table))
        return NULL;
    entry = &table->entries[slot_of(table, id)];
    if (!message_id_is(entry->id)) {
        *entry = (struct id_entry){ .id = id };
        table->count++;
    }
    return &entry->value;
}

/* Closes the gap, so that no entry stands behind a free slot on its way. */
void
id_table_remove(struct id_table *table, struct message_id id)
{
    size_t mask = table->capacity - 1;
    size_t hole;

    if (!table->count)
        return;
    hole = slot_of(table, id);
    if (!message_id_is(table->entries[hole].id))
        return;
    for (size_t next = (hole + 1) & mask;
         message_id_is(table->entries[next].id); next = (next + 1) & mask) {
        size_t home = home_of(table, table->entries[next].id);

        if (((next - home) & mask) < ((next - hole) & mask))
            continue; /* it would stand before its home */
        table->entries[hole] = table->entries[next];
        hole = next;
    }
    table->entries[hole] = (struct id_entry){ 0 };
    table->count--;
}
