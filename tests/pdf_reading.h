/* pdf_reading.h: what the PDF tests read a PDF with. */
#ifndef TESTS_PDF_READING_H
#define TESTS_PDF_READING_H

#include "analyzer/base.h"

/* All streams unpacked, one after another; others as they are. */
struct buf pdf_streams(struct sv pdf);

/* The characters of all strings shown, escapes undone, nothing between. */
struct buf pdf_words(struct sv streams);

size_t text_count(struct sv text, const char *needle);
bool text_has(const struct buf *text, const char *needle);

#endif
