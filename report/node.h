/*
 * node.h: reading an XML tree without copying: views into nodes and their
 * attributes. Elements without a namespace only; all views die with the tree.
 */
#ifndef REPORT_NODE_H
#define REPORT_NODE_H

#include "analyzer/base.h"

#include <libxml/tree.h>

/* Is it an element of that name? NULL is none. */
bool node_is(const xmlNode *node, const char *name);
/* The attribute's text; empty when there is none. */
struct sv node_attr(const xmlNode *node, const char *name);
bool node_attr_is(const xmlNode *node, const char *name, const char *value);
/* The attribute as a whole number; `otherwise` when it is none. */
int64_t node_attr_int(const xmlNode *node, const char *name, int64_t otherwise);
/* First child element, or the next element beside; NULL name: any. */
xmlNode *node_child(const xmlNode *node, const char *name);
xmlNode *node_next(const xmlNode *node, const char *name);
/* Appends all text below. False: out of memory. */
bool node_text(const xmlNode *node, struct buf *out);
/* Text of the child element `name` when it holds text alone; else empty. */
struct sv node_value(const xmlNode *node, const char *name);
/* A whole number, perhaps negative; false when it is none. */
bool text_to_int(struct sv text, int64_t *ret_value);

#endif
