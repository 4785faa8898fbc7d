/*
 * model.h: the case as an XML tree, and that tree as case.xml and case.json.
 * JSON is made from the tree, so a redacted tree gives its JSON for free.
 */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include "analyzer/case.h"

#include <libxml/tree.h>

#define MODEL_SCHEMA_FILE "case.rng" /* in the template folder */
#define MODEL_MAX_DEPTH 32           /* the schema itself needs 8 */

struct model_limits {
    uint64_t max_bytes; /* of a case.xml that is read; 0: 1 GiB */
};

/*
 * Makes the tree of a case.
 * Owner: the caller, xmlFreeDoc().
 * Fails: STATUS_NOMEM; STATUS_INTERNAL when a text of the case is not
 * printable UTF-8 or a time is none (the analyzer promises both).
 */
enum status model_from_case(const struct casefile *casefile, xmlDoc **ret_doc,
                            struct fault *fault);

/*
 * Appends the bytes of case.xml, or of case.json, to `out`.
 * Fails: STATUS_NOMEM; STATUS_INTERNAL for a tree that is not in the schema's
 * order. `out` may then hold a part.
 */
enum status model_to_xml(xmlDoc *doc, struct buf *out, struct fault *fault);
enum status model_to_json(const xmlDoc *doc, struct buf *out,
                          struct fault *fault);

/*
 * Holds the tree against case.rng in `template_dir`.
 * Fails: STATUS_DAMAGED with the first fault and its line; STATUS_IO when the
 * schema cannot be read; STATUS_NOMEM.
 */
enum status model_validate(xmlDoc *doc, const char *template_dir,
                           struct fault *fault);

/*
 * Reads a case.xml that may come from anyone: bounded in size and depth, no
 * document type, nothing loaded from elsewhere, then model_validate().
 * model_parse() takes the bytes instead; `name` stands in its sentences.
 * Owner: the caller, xmlFreeDoc().
 * Fails: STATUS_DAMAGED when it is not a case of this version, with line;
 * STATUS_LIMIT when it is too large; STATUS_IO; STATUS_NOMEM.
 */
enum status model_read(const char *path, const char *template_dir,
                       const struct model_limits *limits, xmlDoc **ret_doc,
                       struct fault *fault);
enum status model_parse(struct sv bytes, const char *name,
                        const char *template_dir, xmlDoc **ret_doc,
                        struct fault *fault);

/*
 * Makes the case of a tree that model_read() gave. What case.xml does not
 * hold (`lossy`) is as in a case of nothing.
 * Owner: the caller, casefile_free().
 * Fails: STATUS_DAMAGED for a value that is none; STATUS_NOMEM.
 */
enum status model_to_case(const xmlDoc *doc, struct casefile **ret_casefile,
                          struct fault *fault);

/* "2026-11-12T02:47:52Z" of seconds since 1970; false outside years 0-9999. */
#define MODEL_TIME_BYTES 21
bool model_time_print(int64_t at, char text[MODEL_TIME_BYTES]);

/* Text of the first child of `node` called `name`; NULL when absent.
 * Borrow: lives as long as the tree. */
const char *model_child_text(const xmlNode *node, const char *name);
/* The first child element of that name, or NULL. */
xmlNode *model_child(const xmlNode *node, const char *name);
/* The text inside an element, "" when there is none. Borrow: as above. */
const char *model_text(const xmlNode *node);

#endif
