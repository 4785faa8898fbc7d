/*
 * push.h: appends to one of a ledger's arrays: PUSH(ledger, events) gives the
 * place of a new element, NULL (and ledger->failed) when out of memory.
 */
#ifndef ANALYZER_LEDGER_PUSH_H
#define ANALYZER_LEDGER_PUSH_H

#include "analyzer/ledger/ledger.h"

static inline bool
ledger_room(struct ledger *ledger, void **array, size_t *capacity, size_t count,
            size_t size_bytes)
{
    if (count < UINT32_MAX && array_reserve(array, capacity, count, size_bytes))
        return true;
    ledger->failed = true;
    return false;
}

/* The array's pointer travels as void *, as C has no other way to grow it. */
#define PUSH(ledger, array)                                                    \
    (ledger_room((ledger), (void **)&(ledger)->array,                          \
                 &(ledger)->array##_capacity, (ledger)->array##_count + 1,     \
                 sizeof(*(ledger)->array))                                     \
         ? &(ledger)->array[(ledger)->array##_count++]                         \
         : NULL)

#endif
