/*
 * text.h: a finished document as plain text in 72 columns, for mail, tickets
 * and terminals: no escape sequence, nothing that a terminal would obey.
 */
#ifndef REPORT_TEXT_H
#define REPORT_TEXT_H

#include "analyzer/base.h"

#include <libxml/tree.h>

#define TEXT_COLUMNS 72
#define TICKET_MAX_CHARS 1500

/*
 * Appends the text. With `max_chars` above 0, blocks are left out from the end
 * of the last but one section backwards until it fits, and that is said.
 * Fails: STATUS_NOMEM.
 */
enum status text_render(const xmlDoc *document, size_t max_chars,
                        struct buf *ret_text, struct fault *fault);

/* Columns that a printable text takes. */
size_t text_columns(struct sv text);

#endif
