/*
 * template.h: the files that a hosting company may edit, and the only door to
 * libxslt. Every file is named by where it lies and its path there, as
 * "template:/outline/customer.xsl" or "brand:/outline/customer.xsl"; nothing
 * else can be named, by us or by a style sheet.
 */
#ifndef REPORT_TEMPLATE_H
#define REPORT_TEMPLATE_H

#include "analyzer/base.h"

#include <libxml/tree.h>

struct templates;

/*
 * Opens the two folders; brand_dir may be NULL.
 * Owner: the caller; templates_free().
 * Fails: STATUS_IO; STATUS_DAMAGED for a folder that others may write;
 * STATUS_USAGE for either of the brand's; STATUS_NOMEM.
 */
enum status templates_open(const char *template_dir, const char *brand_dir,
                           struct templates **ret_templates,
                           struct fault *fault);
void templates_free(struct templates *templates);

/* Is there such a file? */
bool templates_has(const struct templates *templates, const char *name);

/*
 * Appends the file's bytes.
 * Fails: STATUS_IO, STATUS_NOMEM, STATUS_LIMIT when it is larger than
 * TEMPLATE_MAX_BYTES, STATUS_DAMAGED for a name that leaves its folder.
 */
#define TEMPLATE_MAX_BYTES ((size_t)4 * 1024 * 1024)
enum status templates_read(const struct templates *templates, const char *name,
                           struct buf *ret_bytes, struct fault *fault);

/*
 * Parses the file: no DTD, no entities, no network.
 * Owner: the caller; xmlFreeDoc(). Fails as templates_read(), and with
 * STATUS_DAMAGED for what is no XML.
 */
enum status templates_parse(const struct templates *templates, const char *name,
                            xmlDoc **ret_doc, struct fault *fault);

struct template_param { /* a string for xsl:param */
    const char *name;
    const char *value; /* any text; it is quoted here */
};

/*
 * Runs the outline "<audience>.xsl" over `input`: the brand's if it has one,
 * else ours. It can read style sheets of the two folders, and nothing more;
 * depth, variables and steps are bounded.
 * Owner: the caller; xmlFreeDoc(). `params` end with a NULL name.
 * Fails: STATUS_DAMAGED with the style sheet's first complaint; STATUS_NOMEM.
 */
enum status templates_transform(const struct templates *templates,
                                const char *outline, xmlDoc *input,
                                const struct template_param *params,
                                xmlDoc **ret_document, struct fault *fault);

#endif
