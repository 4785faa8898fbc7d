/*
 * pdf_finish.h: cairo's PDF becomes a tagged, archived, small PDF 1.7.
 * No general PDF reader: it takes what cairo 1.16 to 1.18 write with a plain
 * cross-reference table, and refuses all else.
 */
#ifndef REPORT_PDF_FINISH_H
#define REPORT_PDF_FINISH_H

#include "analyzer/base.h"

struct pdf_figure {
    const char *alt;
    double box[4]; /* left, bottom, right, top in points from below */
};

struct pdf_finish_input {
    struct sv pdf;                    /* cairo's bytes */
    const char *title;                /* our words alone */
    const char *author;               /* the house's name, or "" */
    const char *subject;              /* or "" */
    const char *lang;                 /* "en" */
    const char *as_of;                /* 2026-11-12T02:47:52Z */
    const char *creator;              /* the program that asked for it */
    const char *producer;             /* and what wrote it */
    const struct pdf_figure *figures; /* in reading order */
    size_t figure_count;
};

/*
 * Appends the finished file to *ret_pdf.
 * Fails: STATUS_DAMAGED when the bytes are not as cairo writes them (keep the
 * unfinished file then, and say so); STATUS_NOMEM. *ret_pdf is then as before.
 */
enum status pdf_finish(const struct pdf_finish_input *input,
                       struct buf *ret_pdf, struct fault *fault);

#endif
