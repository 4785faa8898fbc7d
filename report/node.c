#include "report/node.h"

#include <string.h>

/* Deeper trees than this are no documents of ours. */
#define NODE_DEPTH_MAX 200

static struct sv
sv_of_xml(const xmlChar *text)
{
    return sv_of((const char *)text);
}

bool
node_is(const xmlNode *node, const char *name)
{
    return node && node->type == XML_ELEMENT_NODE &&
           strcmp((const char *)node->name, name) == 0;
}

struct sv
node_attr(const xmlNode *node, const char *name)
{
    const xmlAttr *attr = node ? node->properties : NULL;

    for (; attr; attr = attr->next) {
        if (strcmp((const char *)attr->name, name) != 0)
            continue;
        return attr->children ? sv_of_xml(attr->children->content)
                              : (struct sv){ NULL, 0 };
    }
    return (struct sv){ NULL, 0 };
}

bool
node_attr_is(const xmlNode *node, const char *name, const char *value)
{
    return sv_eq(node_attr(node, name), sv_of(value));
}

bool
text_to_int(struct sv text, int64_t *ret_value)
{
    bool negative = sv_skip_prefix(&text, SV("-"));
    uint64_t value;

    if (!sv_to_u64(text, INT64_MAX, &value))
        return false;
    *ret_value = negative ? -(int64_t)value : (int64_t)value;
    return true;
}

int64_t
node_attr_int(const xmlNode *node, const char *name, int64_t otherwise)
{
    int64_t value;

    return text_to_int(node_attr(node, name), &value) ? value : otherwise;
}

static xmlNode *
element_from(xmlNode *node, const char *name)
{
    for (; node; node = node->next) {
        if (node->type == XML_ELEMENT_NODE && (!name || node_is(node, name)))
            return node;
    }
    return NULL;
}

xmlNode *
node_child(const xmlNode *node, const char *name)
{
    return node ? element_from(node->children, name) : NULL;
}

xmlNode *
node_next(const xmlNode *node, const char *name)
{
    return node ? element_from(node->next, name) : NULL;
}

static bool
node_text_below(const xmlNode *node, struct buf *out, int depth)
{
    if (depth > NODE_DEPTH_MAX)
        return true;
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (child->type == XML_TEXT_NODE ||
            child->type == XML_CDATA_SECTION_NODE) {
            if (!buf_add(out, sv_of_xml(child->content)))
                return false;
        } else if (child->type == XML_ELEMENT_NODE &&
                   !node_text_below(child, out, depth + 1)) {
            return false;
        }
    }
    return true;
}

bool
node_text(const xmlNode *node, struct buf *out)
{
    return !node || node_text_below(node, out, 0);
}

struct sv
node_value(const xmlNode *node, const char *name)
{
    const xmlNode *child = node_child(node, name);
    const xmlNode *text = child ? child->children : NULL;

    if (!text || text->next || text->type != XML_TEXT_NODE)
        return (struct sv){ NULL, 0 };
    return sv_of_xml(text->content);
}
