/*
 * ids.h: a table from message ids to numbers, whose entries may leave again.
 */
#ifndef ANALYZER_TRACE_IDS_H
#define ANALYZER_TRACE_IDS_H

#include "analyzer/readers/event.h"

struct id_entry {
    struct message_id id; /* when == 0: free */
    uint64_t value;
};

struct id_table {
    struct id_entry *entries;
    size_t capacity; /* a power of two, or 0 */
    size_t count;
};

void id_table_clear(struct id_table *table);
/* NULL when it is not there. Borrow: until the next add or remove. */
uint64_t *id_table_find(const struct id_table *table, struct message_id id);
/* Its value, 0 when it is new. NULL when out of memory. Borrow: as above. */
uint64_t *id_table_add(struct id_table *table, struct message_id id);
void id_table_remove(struct id_table *table, struct message_id id);

#endif
