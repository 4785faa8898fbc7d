#include "analyzer/evidence/points.h"

#include <stdlib.h>

void
evidence_points_free(struct evidence_points *points)
{
    if (!points)
        return;
    for (size_t i = 0; i < points->count; i++) {
        inflateEnd(&points->at[i]->inflate);
        free(points->at[i]);
    }
    free(points->at);
    free(points);
}

bool
points_due(const struct evidence_points *points, uint64_t text_bytes)
{
    uint64_t last =
        points->count ? points->at[points->count - 1]->text_bytes : 0;

    return text_bytes - last >= POINT_STEP_BYTES;
}

bool
points_add(struct evidence_points *points, const struct point *point,
           z_stream *inflate)
{
    void *grown = points->at;
    struct point *added;

    if (!array_reserve(&grown, &points->capacity, points->count + 1,
                       sizeof(*points->at)))
        return false;
    points->at = grown;
    added = malloc(sizeof(*added));
    if (!added)
        return false;
    *added = *point;
    if (inflateCopy(&added->inflate, inflate) != Z_OK) {
        free(added);
        return false;
    }
    points->at[points->count++] = added;
    return true;
}

struct point *
points_before(const struct evidence_points *points, uint64_t from)
{
    size_t low = 0, high = points->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (points->at[middle]->text_bytes <= from)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? points->at[low - 1] : NULL;
}

uint64_t
evidence_points_before(const struct evidence_points *points, uint64_t from)
{
    const struct point *point = points_before(points, from);

    return point ? point->text_bytes : 0;
}
