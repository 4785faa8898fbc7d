/* points.h: states of the inflater, kept while a gzip file is read. */
#ifndef ANALYZER_EVIDENCE_POINTS_H
#define ANALYZER_EVIDENCE_POINTS_H

#include "analyzer/evidence/evidence.h"

#define ZLIB_CONST /* input stays const */
#include <zlib.h>

/* Each costs 40 KB, and saves on average half of this from being unpacked. */
#define POINT_STEP_BYTES ((uint64_t)4 * 1024 * 1024)

struct point {
    uint64_t stored_bytes; /* of the file, used so far */
    uint64_t text_bytes;   /* made of them */
    uint64_t member_at;
    uint64_t member_bytes;
    uint32_t crc;
    z_stream inflate; /* knows its own address: never moved */
};

struct evidence_points {
    struct point **at; /* in order */
    size_t count;
    size_t capacity;
};

/* True when the next point is due at so many bytes of text. */
bool points_due(const struct evidence_points *points, uint64_t text_bytes);
/* Keeps `point` with a copy of `inflate`. False when out of memory. */
bool points_add(struct evidence_points *points, const struct point *point,
                z_stream *inflate);
/* The last point at or before `from`; NULL: the beginning of the file. */
struct point *points_before(const struct evidence_points *points,
                            uint64_t from);

#endif
