/* case.json from the tree of case.xml and the table. */
#include "report/model.h"
#include "report/model_table.h"

#include <string.h>

struct json {
    struct buf *out;
    size_t depth;
    bool open; /* an item may follow without a comma */
};

static bool json_fields(struct json *json, const xmlNode *first,
                        const struct model_shape *shape);

static const xmlNode *
element_from(const xmlNode *node)
{
    while (node && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

static bool
node_is(const xmlNode *node, const char *name)
{
    return node && strcmp((const char *)node->name, name) == 0;
}

const char *
model_text(const xmlNode *node)
{
    const xmlNode *text = node->children;

    while (text && text->type != XML_TEXT_NODE)
        text = text->next;
    return text && text->content ? (const char *)text->content : "";
}

xmlNode *
model_child(const xmlNode *node, const char *name)
{
    for (xmlNode *child = node ? node->children : NULL; child;
         child = child->next) {
        if (child->type == XML_ELEMENT_NODE && node_is(child, name))
            return child;
    }
    return NULL;
}

const char *
model_child_text(const xmlNode *node, const char *name)
{
    const xmlNode *child = model_child(node, name);

    return child ? model_text(child) : NULL;
}

/* ------------------------------------------------------------ JSON's marks */

static void
json_line(struct json *json)
{
    if (!json->open)
        buf_add_char(json->out, ',');
    json->open = false;
    buf_add_char(json->out, '\n');
    for (size_t i = 0; i < json->depth; i++)
        buf_add_char(json->out, ' ');
}

static void
json_open(struct json *json, char mark)
{
    buf_add_char(json->out, mark);
    json->depth++;
    json->open = true;
}

static void
json_close(struct json *json, char mark)
{
    bool empty = json->open;

    json->depth--;
    json->open = true;
    if (!empty)
        json_line(json);
    json->open = false;
    buf_add_char(json->out, mark);
}

/* Bytes that JSON, or JavaScript that reads it, does not take as they are. */
static bool
json_escape(struct buf *out, struct sv *rest)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char byte = (unsigned char)rest->at[0];

    if (sv_skip_prefix(rest, SV("\xe2\x80\xa8")))
        return buf_add(out, SV("\\u2028"));
    if (sv_skip_prefix(rest, SV("\xe2\x80\xa9")))
        return buf_add(out, SV("\\u2029"));
    *rest = sv_drop(*rest, 1);
    if (byte == '"' || byte == '\\')
        return buf_add_char(out, '\\') && buf_add_char(out, (char)byte);
    if (byte >= 0x20 && byte != 0x7f)
        return buf_add_char(out, (char)byte);
    return buf_add(out, SV("\\u00")) && buf_add_char(out, hex[byte >> 4]) &&
           buf_add_char(out, hex[byte & 15]);
}

static void
json_string(struct json *json, const char *text)
{
    struct sv rest = sv_of(text);

    buf_add_char(json->out, '"');
    while (rest.len && json_escape(json->out, &rest))
        continue;
    buf_add_char(json->out, '"');
}

static void
json_key(struct json *json, const char *key)
{
    json_line(json);
    json_string(json, key);
    buf_add(json->out, SV(": "));
}

/* ------------------------------------------------------------ by the table */

static void
json_scalar(struct json *json, enum model_type type, const char *text)
{
    bool plain =
        type == MODEL_COUNT || type == MODEL_BOOL || type == MODEL_DECIMAL;

    if (plain)
        buf_add(json->out, sv_of(text));
    else
        json_string(json, text);
}

/* A value's type stands in its sibling `kind`. */
static enum model_type
type_of_value(const xmlNode *node)
{
    const char *kind = model_child_text(node->parent, "kind");

    switch (model_value_kind_of(kind ? kind : "")) {
    case VALUE_NUMBER:
    case VALUE_DURATION:
    case VALUE_PERCENT:
        return MODEL_COUNT;
    default:
        return MODEL_TEXT;
    }
}

static bool
json_list(struct json *json, const xmlNode *wrapper, const char *item,
          enum model_type type)
{
    const xmlNode *node = element_from(wrapper->children);

    json_open(json, '[');
    for (; node_is(node, item); node = element_from(node->next)) {
        json_line(json);
        json_scalar(json, type, model_text(node));
    }
    json_close(json, ']');
    return !node;
}

static bool
json_rows(struct json *json, const xmlNode *wrapper,
          const struct model_field *field)
{
    const xmlNode *node = element_from(wrapper->children);

    json_open(json, '[');
    for (; node_is(node, field->item); node = element_from(node->next)) {
        json_line(json);
        if (!json_fields(json, node->children, field->shape))
            return false;
    }
    json_close(json, ']');
    return !node;
}

static const char *
attribute_text(const xmlNode *node, const char *name)
{
    for (const xmlAttr *attr = node->properties; attr; attr = attr->next) {
        if (strcmp((const char *)attr->name, name) == 0)
            return attr->children && attr->children->content
                       ? (const char *)attr->children->content
                       : "";
    }
    return NULL;
}

/* Rows of attributes in XML, columns of numbers in JSON. */
static bool
json_hours(struct json *json, const xmlNode *wrapper, const char *item)
{
    json_open(json, '{');
    for (size_t k = 0; k < MODEL_COLUMNS; k++) {
        const xmlNode *node = element_from(wrapper->children);

        json_key(json, model_columns[k].key);
        json_open(json, '[');
        for (; node_is(node, item); node = element_from(node->next)) {
            const char *text = attribute_text(node, model_columns[k].attribute);

            if (!text)
                return false;
            json_line(json);
            json_scalar(json, k ? MODEL_COUNT : MODEL_TIME, text);
        }
        json_close(json, ']');
        if (node)
            return false;
    }
    json_close(json, '}');
    return true;
}

static bool
json_heat(struct json *json, const xmlNode *wrapper, const char *item)
{
    const xmlNode *node = element_from(wrapper->children);

    json_open(json, '[');
    for (; node_is(node, item); node = element_from(node->next)) {
        json_line(json);
        if (!json_list(json, node, "h", MODEL_COUNT))
            return false;
    }
    json_close(json, ']');
    return !node;
}

static bool
json_field(struct json *json, const xmlNode *node,
           const struct model_field *field)
{
    switch (field->type) {
    case MODEL_LIST:
        return json_list(json, node, field->item, MODEL_TEXT);
    case MODEL_ROWS:
    case MODEL_LINES:
        return json_rows(json, node, field);
    case MODEL_OBJECT:
        return json_fields(json, node->children, field->shape);
    case MODEL_HOURS:
        return json_hours(json, node, field->item);
    case MODEL_HEAT:
        return json_heat(json, node, field->item);
    case MODEL_VALUE:
        json_scalar(json, type_of_value(node), model_text(node));
        return true;
    default:
        json_scalar(json, field->type, model_text(node));
        return true;
    }
}

/* The fields in the table's order; what the tree lacks is null. */
static bool
json_members(struct json *json, const xmlNode *first,
             const struct model_shape *shape)
{
    const xmlNode *node = element_from(first);

    for (size_t i = 0; i < shape->field_count; i++) {
        const struct model_field *field = &shape->fields[i];

        json_key(json, field->name);
        if (!node_is(node, field->name)) {
            buf_add(json->out, SV("null"));
            continue;
        }
        if (!json_field(json, node, field))
            return false;
        node = element_from(node->next);
    }
    return !node; /* else something the table does not know */
}

static bool
json_fields(struct json *json, const xmlNode *first,
            const struct model_shape *shape)
{
    json_open(json, '{');
    if (!json_members(json, first, shape))
        return false;
    json_close(json, '}');
    return true;
}

enum status
model_to_json(const xmlDoc *doc, struct buf *out, struct fault *fault)
{
    struct json json = { .out = out, .open = true };
    const xmlNode *root = xmlDocGetRootElement(doc);
    const char *schema = root ? attribute_text(root, "schema") : NULL;
    bool whole;

    if (!schema)
        return fault_set(fault, STATUS_INTERNAL, "the case has no schema");
    json_open(&json, '{');
    json_key(&json, "schema");
    json_string(&json, schema);
    whole = json_members(&json, root->children, &model_case);
    json_close(&json, '}');
    buf_add_char(out, '\n');
    if (out->failed)
        return fault_set(fault, STATUS_NOMEM,
                         "out of memory while writing case.json");
    if (!whole)
        return fault_set(fault, STATUS_INTERNAL,
                         "the case does not follow its schema");
    return STATUS_OK;
}
