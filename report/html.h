/*
 * html.h: a finished document as one HTML file: no script, nothing loaded,
 * and a policy in its head that forbids both.
 */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "analyzer/base.h"

#include <libxml/tree.h>

/* Of a single text, what is laid out; the rest is said by its size. */
#define LAYOUT_MAX_BYTES 2048

/* The bytes of `text` that are laid out: whole characters. */
struct sv layout_head(struct sv text);

/*
 * Appends the page. `document` is valid against document.rng; `css` is the
 * style sheet, whose hash the policy names.
 * Fails: STATUS_DAMAGED for a style sheet with `<` in it or an accent that
 * cannot be read on paper; STATUS_NOMEM.
 */
enum status html_render(const xmlDoc *document, struct sv css,
                        struct buf *ret_html, struct fault *fault);

/* "#0a5fa5", with a contrast of 4.5 on white, or on the dark page. No colour
 * has both, so a brand names two. */
bool html_accent_valid(struct sv accent, bool dark);

#endif
