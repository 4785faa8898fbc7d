#include "analyzer/casework/tally.h"

#include <stdlib.h>

bool
tally_add(struct tallies *tallies, struct tally tally)
{
    void *grown = tallies->at;

    if (!array_reserve(&grown, &tallies->capacity, tallies->count + 1,
                       sizeof(*tallies->at)))
        return false;
    tallies->at = grown;
    tallies->at[tallies->count++] = tally;
    return true;
}

static int
tally_same_order(const void *left, const void *right)
{
    const struct tally *a = left;
    const struct tally *b = right;

    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->name != b->name)
        return a->name < b->name ? -1 : 1;
    return a->first == b->first ? 0 : a->first < b->first ? -1 : 1;
}

static void
tally_join(struct tally *into, const struct tally *from)
{
    into->messages += from->messages;
    into->recipients += from->recipients;
    into->delivered += from->delivered;
    into->deferred += from->deferred;
    into->failed += from->failed;
    if (from->smallest < into->smallest)
        into->smallest = from->smallest;
    if (from->largest > into->largest)
        into->largest = from->largest;
    if (from->last > into->last)
        into->last = from->last;
}

static int
tally_size_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;
    const struct tally *a = left;
    const struct tally *b = right;

    if (a->group != b->group)
        return a->group < b->group ? -1 : 1;
    if (a->messages != b->messages)
        return a->messages > b->messages ? -1 : 1;
    if (a->recipients != b->recipients)
        return a->recipients > b->recipients ? -1 : 1;
    return sv_cmp(sealed_name(sealed, a->name), sealed_name(sealed, b->name));
}

void
tallies_close(const struct sealed *sealed, struct tallies *tallies)
{
    size_t kept = 0;

    if (tallies->count)
        qsort(tallies->at, tallies->count, sizeof(*tallies->at),
              tally_same_order);
    for (size_t i = 0; i < tallies->count; i++) {
        struct tally *last = kept ? &tallies->at[kept - 1] : NULL;

        if (last && last->name == tallies->at[i].name &&
            last->group == tallies->at[i].group)
            tally_join(last, &tallies->at[i]);
        else
            tallies->at[kept++] = tallies->at[i];
    }
    tallies->count = kept;
    if (kept)
        qsort_r(tallies->at, kept, sizeof(*tallies->at), tally_size_order,
                (void *)sealed);
}
