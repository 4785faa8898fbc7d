/* pdf_archive.h: what an archived PDF says about itself. */
#ifndef REPORT_PDF_ARCHIVE_H
#define REPORT_PDF_ARCHIVE_H

#include "report/pdf_finish.h"

/* Appends the XMP packet. False: out of memory. */
bool pdf_xmp_write(struct buf *out, const struct pdf_finish_input *input);

/* Appends an ICC profile of sRGB (version 2, gamma 2.2), 448 bytes. */
bool pdf_icc_write(struct buf *out);

/* Appends "D:20261112024752Z" for "2026-11-12T02:47:52Z". */
bool pdf_date_write(struct buf *out, const char *as_of);

#endif
