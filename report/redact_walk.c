/* Every text of a case that could name somebody, whatever becomes of it. */
#include "report/redact_scope.h"

#include "report/model.h"

#include <string.h>

struct walk {
    redact_text_seen *seen;
    void *user;
    const xmlNode *row; /* of the root's arrays */
    size_t depth;       /* of objects and rows */
};

static bool walk_fields(struct walk *walk, const xmlNode *node,
                        const struct model_shape *shape);

static bool
walk_items(struct walk *walk, const xmlNode *wrapper, enum redact_rule rule)
{
    for (const xmlNode *item = wrapper->children; item; item = item->next) {
        if (item->type == XML_ELEMENT_NODE &&
            !walk->seen(walk->user, rule, walk->row, sv_of(model_text(item))))
            return false;
    }
    return true;
}

static bool
walk_rows(struct walk *walk, const xmlNode *wrapper,
          const struct model_shape *shape)
{
    for (const xmlNode *row = wrapper->children; row; row = row->next) {
        bool outer = walk->depth == 1;

        if (row->type != XML_ELEMENT_NODE)
            continue;
        if (outer)
            walk->row = row;
        if (!walk_fields(walk, row, shape))
            return false;
        if (outer)
            walk->row = NULL;
    }
    return true;
}

static bool
walk_field(struct walk *walk, const xmlNode *node,
           const struct model_field *field, enum redact_rule rule)
{
    switch (field->type) {
    case MODEL_OBJECT:
        return walk_fields(walk, node, field->shape);
    case MODEL_ROWS:
    case MODEL_LINES:
        return walk_rows(walk, node, field->shape);
    case MODEL_LIST:
        return rule == REDACT_KEEP || walk_items(walk, node, rule);
    case MODEL_TEXT:
    case MODEL_VALUE:
        return rule == REDACT_KEEP ||
               walk->seen(walk->user, rule, walk->row, sv_of(model_text(node)));
    default:
        return true;
    }
}

static bool
walk_fields(struct walk *walk, const xmlNode *node,
            const struct model_shape *shape)
{
    const xmlNode *child = node->children;
    bool going = true;

    walk->depth++;
    for (size_t i = 0; i < shape->field_count && going; i++) {
        const struct model_field *field = &shape->fields[i];

        while (child && child->type != XML_ELEMENT_NODE)
            child = child->next;
        if (!child || strcmp((const char *)child->name, field->name) != 0)
            continue;
        going = walk_field(walk, child, field, redact_rule_of(shape, field));
        child = child->next;
    }
    walk->depth--;
    return going;
}

bool
redact_texts(const xmlDoc *doc, redact_text_seen *seen, void *user)
{
    struct walk walk = { .seen = seen, .user = user };
    const xmlNode *root = xmlDocGetRootElement(doc);

    return !root || walk_fields(&walk, root, &model_case);
}
