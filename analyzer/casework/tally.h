/*
 * tally.h: one thing counted over messages or recipients: networks, subjects,
 * providers, hours.
 */
#ifndef ANALYZER_CASEWORK_TALLY_H
#define ANALYZER_CASEWORK_TALLY_H

#include "analyzer/ledger/sealed.h"

struct tally { /* one thing counted over messages or recipients */
    uint32_t name;
    uint32_t group; /* parts tallies of several kinds */
    int64_t messages;
    int64_t recipients;
    int64_t delivered;
    int64_t deferred;
    int64_t failed;
    int64_t smallest;
    int64_t largest;
    int64_t first;
    int64_t last;
    uint32_t sample;
};

struct tallies {
    struct tally *at;
    size_t count;
    size_t capacity;
};

/* False when out of memory. */
bool tally_add(struct tallies *tallies, struct tally tally);
/*
 * Equal ones (name and group) joined, then the largest first in each group.
 * Owner of the array: the caller, free(tallies->at).
 */
void tallies_close(const struct sealed *sealed, struct tallies *tallies);

#endif
