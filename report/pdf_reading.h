/*
 * pdf_reading.h: a finished PDF read back, to look at what it really says.
 * Only for files of our own: every stream plain or deflated.
 */
#ifndef REPORT_PDF_READING_H
#define REPORT_PDF_READING_H

#include "analyzer/base.h"

/*
 * Appends a deflated stream, inflated.
 * Fails: STATUS_DAMAGED, also past 256 MiB; STATUS_NOMEM.
 */
enum status pdf_inflate(struct sv packed, struct buf *ret_plain);

/*
 * Appends every stream, inflated, each with a newline at its end.
 * Fails: STATUS_DAMAGED, STATUS_NOMEM.
 */
enum status pdf_read_streams(struct sv pdf, struct buf *ret_streams);

/*
 * Appends what is said in the streams of pages, in outline, links, labels and
 * metadata: UTF-8 (bytes past ASCII of a page as the font has them), a line
 * for each text as it was drawn. Glyphs of fonts without letters are left out.
 * Fails: STATUS_DAMAGED, STATUS_NOMEM.
 */
enum status pdf_read_words(struct sv pdf, struct buf *ret_words);

#endif
