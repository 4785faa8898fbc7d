/* filter.h: what filter.c and salvage.c share. */
#ifndef ANALYZER_EVIDENCE_FILTER_H
#define ANALYZER_EVIDENCE_FILTER_H

#include "analyzer/evidence/stream.h"

struct archive;

/*
 * A libarchive reader that unpacks exactly one layer of `content` and takes
 * what comes out as it is. NULL when this build cannot, or out of memory.
 */
struct archive *filter_archive_new(enum content content);

/*
 * libarchive gives what its filters made in whole buffers, and none of a
 * buffer in which it met damage. `packed` gave `given_bytes` and then failed,
 * or is known to be `whole`: appends to `out` what came after those.
 * False: out of memory.
 */
bool salvage_tail(enum content content, struct sv packed, bool whole,
                  uint64_t given_bytes, struct buf *out);

/*
 * libarchive may fail over what only follows whole frames. Where they end in
 * `packed`, if that is near its end; 0 when they are damaged themselves.
 */
size_t salvage_end(enum content content, struct sv packed);

/*
 * libarchive's raw format cannot tell a frame of nothing from a damaged one:
 * true when `packed` is whole and unpacks to nothing.
 */
bool salvage_is_empty(enum content content, struct sv packed);

#endif
