/*
 * document.h: from a case as one reader may see it to that reader's finished
 * document, and from there to the bytes of a file.
 */
#ifndef REPORT_DOCUMENT_H
#define REPORT_DOCUMENT_H

#include "report/report.h"

#include <libxml/tree.h>

struct room; /* templates, words, style sheet and schema of one run */

/*
 * Opens what report_options name: template_dir, brand_dir, lang.
 * Owner: the caller; room_free(). `options` must outlive it.
 * Fails: STATUS_IO, STATUS_DAMAGED, STATUS_USAGE, STATUS_NOMEM.
 */
enum status room_open(const struct report_options *options,
                      struct room **ret_room, struct fault *fault);
void room_free(struct room *room);

/*
 * Makes the document of `audience` (investigator, customer, ticket) from a
 * case, which stays as it is; valid against document.rng.
 * Owner: the caller; xmlFreeDoc().
 * Fails: STATUS_DAMAGED with the template's fault; STATUS_NOMEM.
 */
enum status room_document(struct room *room, const xmlDoc *casedoc,
                          const char *audience, xmlDoc **ret_document,
                          struct fault *fault);
/*
 * The same by any outline; `extra` is copied into the case that it sees, as
 * /case/NAME. NULL: nothing.
 */
enum status room_page(struct room *room, const xmlDoc *casedoc,
                      const char *outline, const xmlDoc *extra,
                      xmlDoc **ret_document, struct fault *fault);

/*
 * Appends the file of one format (html, pdf, text).
 * Fails: as html_render(), text_render(), pdf_render(); STATUS_USAGE for a
 * format that was not built in.
 */
enum status room_render(const struct room *room, xmlDoc *document,
                        enum report_format format, struct buf *ret_bytes,
                        struct fault *fault);

/*
 * Appends what is our own in every document: the texts of templates, and what
 * the house says of itself (brand.h). The brand's own words and outlines
 * are not among them: they could say anything.
 * Fails: as templates_read().
 */
enum status room_own_text(const struct room *room, struct buf *ret_text,
                          struct fault *fault);

/* ------------------------------------------------------------- prepare.c */

/*
 * Copies of a case what outlines need: all but the message ids of findings,
 * and of the principals the first two hundred, with the number of all and of
 * their messages as attributes `total` and `messages`.
 * Owner: the caller; xmlFreeDoc(). Fails: STATUS_NOMEM.
 */
enum status prepare_copy(const xmlDoc *casedoc, xmlDoc **ret_copy);

/*
 * Puts into the tree of a case what outlines may not compute: citations get
 * their numbers (`l`, and `first` where one line is cited first), files and
 * citations the file's number (`e`); `extra` roots (steps, brand) are copied
 * in; NULL ones are left out.
 * Fails: STATUS_NOMEM.
 */
enum status prepare_case(xmlDoc *casedoc, const xmlDoc *const *extra,
                         size_t extra_count);

#endif
