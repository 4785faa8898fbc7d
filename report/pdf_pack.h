/*
 * pdf_pack.h: the two halves of the finisher. pdf_finish.c knows what cairo's
 * objects lack; pdf_pack.c writes objects packed, and the table of them.
 */
#ifndef REPORT_PDF_PACK_H
#define REPORT_PDF_PACK_H

#include "report/pdf_finish.h"
#include "report/pdf_object.h"

#define PDF_PACK_OBJECTS 200 /* in one object stream */
#define PDF_EDITS_MAX 8

enum pdf_slot_kind { SLOT_FREE = 0, SLOT_PLAIN = 1, SLOT_PACKED = 2 };

struct pdf_slot { /* of the new cross-reference table */
    enum pdf_slot_kind kind;
    size_t where; /* offset, or number of the object stream */
    size_t index; /* in the object stream */
};

struct finisher {
    const struct pdf_finish_input *input;
    struct arena *arena;
    struct pdf_file file;
    bool *content;   /* by number: the stream of a page */
    bool *visited;   /* by number: seen in the structure tree */
    size_t *figures; /* by number: 1 + index of the figure, or 0 */
    size_t figure_count;
    struct pdf_slot *slots;
    size_t slot_count; /* numbers given so far */
    struct buf out;
    struct buf pack_index;
    struct buf pack_body;
    size_t pack[PDF_PACK_OBJECTS]; /* the numbers in it */
    size_t pack_count;
    enum status status; /* the first failure; sticky */
};

struct edits { /* of one object */
    struct pdf_edit list[PDF_EDITS_MAX];
    size_t count;
};

static inline void
edits_add(struct edits *edits, struct sv key, struct sv value)
{
    edits->list[edits->count++] = (struct pdf_edit){ key, value };
}

void finisher_fail(struct finisher *finisher, enum status status);

/* A value for an edit, kept until the end; empty after a failure. */
struct sv finisher_value(struct finisher *finisher, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same of what is in `buf`, which is empty then. */
struct sv finisher_value_of(struct finisher *finisher, struct buf *buf);

/* An array without what was dropped, or with null in its place. */
void finisher_write_array(struct finisher *finisher, struct buf *out,
                          struct sv array, bool null);

/* One object of the file with its edits: a stream, or into the pack. */
void finisher_write_object(struct finisher *finisher, size_t number,
                           struct edits *edits);
/* A stream of our own; deflated, or as it is. */
void finisher_write_stream(struct finisher *finisher, size_t number,
                           struct sv bytes, bool deflate, struct edits *edits);
/* What is still in the pack; then the table, and the end of the file. */
void finisher_write_end(struct finisher *finisher);

#endif
