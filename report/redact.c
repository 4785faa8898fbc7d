/* The case of a scope, made anew from what the rules let through. */
#include "report/redact.h"

#include "report/model.h"
#include "report/redact_mask.h"
#include "report/redact_series.h"
#include "report/xmlmem.h"

#include <stdio.h>
#include <string.h>

struct redact {
    const struct redact_options *options;
    struct redact_scope scope;
    struct redact_mask mask;
    const xmlNode *source; /* the root of the whole case */
    struct buf text;       /* of the element at hand */
    uint64_t mark;         /* of refused memory */
    bool failed;           /* out of memory */
};

static void redact_fields(struct redact *redact, const xmlNode *from,
                          xmlNode *to, const struct model_shape *shape);

static const xmlNode *
element_from(const xmlNode *node)
{
    while (node && node->type != XML_ELEMENT_NODE)
        node = node->next;
    return node;
}

static bool
for_investigator(const struct redact *redact)
{
    return redact->options->audience == REDACT_INVESTIGATOR;
}

static xmlNode *
put(struct redact *redact, xmlNode *to, const char *name, const char *text)
{
    xmlNode *node = xmlNewTextChild(to, NULL, BAD_CAST name, BAD_CAST text);

    if (!node || xmlmem_failed_since(redact->mark))
        redact->failed = true;
    return node;
}

/* ------------------------------------------------------------------- texts */

/* As `kind`, its sibling, says. */
static void
mask_source(struct redact *redact, const xmlNode *node, struct sv text)
{
    const char *kind = model_child_text(node->parent, "kind");

    if (kind && (strcmp(kind, "directory") == 0 || strcmp(kind, "login") == 0))
        redact_mask_name(&redact->mask, text, &redact->text);
    else
        redact_mask_text(&redact->mask, text, &redact->text);
}

static size_t
place_of(const xmlNode *row)
{
    size_t place = 1;

    for (const xmlNode *at = row->prev; at; at = at->prev)
        place += at->type == XML_ELEMENT_NODE;
    return place;
}

static void
mask_file(struct redact *redact, const xmlNode *node, struct sv text)
{
    if (for_investigator(redact))
        redact_mask_known(&redact->mask, text, &redact->text);
    else
        buf_printf(&redact->text, "evidence-%zu", place_of(node->parent));
}

static void
mask_value(struct redact *redact, const xmlNode *node, struct sv text)
{
    const char *kind = model_child_text(node->parent, "kind");

    if (kind && model_value_kind_of(kind) == VALUE_TEXT)
        redact_mask_text(&redact->mask, text, &redact->text);
    else
        buf_add(&redact->text, text);
}

/* The text that takes the place of this one's; false: none does. */
static bool
redact_text(struct redact *redact, const xmlNode *node, enum redact_rule rule)
{
    struct sv text = sv_of(model_text(node));

    redact->text.len = 0;
    buf_add(&redact->text, SV(""));
    switch (rule) {
    case REDACT_KEEP:
        return buf_add(&redact->text, text);
    case REDACT_INTERNAL:
        return for_investigator(redact) && buf_add(&redact->text, text);
    case REDACT_INTERNAL_TEXT:
        if (!for_investigator(redact))
            return false;
        redact_mask_text(&redact->mask, text, &redact->text);
        return true;
    case REDACT_TEXT:
    case REDACT_SUBJECT:
    case REDACT_SOURCE_IP:
        redact_mask_text(&redact->mask, text, &redact->text);
        return true;
    case REDACT_NAME:
        redact_mask_name(&redact->mask, text, &redact->text);
        return true;
    case REDACT_SOURCE:
        mask_source(redact, node, text);
        return true;
    case REDACT_VALUE:
        mask_value(redact, node, text);
        return true;
    case REDACT_SERVER:
        redact_mask_server(&redact->mask, text, &redact->text);
        return true;
    case REDACT_FILE:
        mask_file(redact, node, text);
        return true;
    default:
        return false;
    }
}

static void
redact_scalar(struct redact *redact, const xmlNode *from, xmlNode *to,
              const char *name, enum redact_rule rule)
{
    if (!redact_text(redact, from, rule))
        return;
    if (redact->text.failed)
        redact->failed = true;
    else
        put(redact, to, name, redact->text.at ? redact->text.at : "");
}

/* ------------------------------------------------------------------ arrays */

static void
redact_list(struct redact *redact, const xmlNode *from, xmlNode *to,
            const struct model_field *field, enum redact_rule rule)
{
    xmlNode *wrapper = put(redact, to, field->name, NULL);

    for (const xmlNode *item = element_from(from->children);
         item && !redact->failed; item = element_from(item->next))
        redact_scalar(redact, item, wrapper, field->item, rule);
}

static void
redact_scope_list(struct redact *redact, xmlNode *to,
                  const struct model_field *field)
{
    const struct redact_options *options = redact->options;
    const struct text_list *list =
        strcmp(field->name, "accounts") == 0  ? &options->accounts
        : strcmp(field->name, "domains") == 0 ? &options->domains
                                              : &options->mailboxes;
    xmlNode *wrapper = put(redact, to, field->name, NULL);

    for (size_t i = 0; i < list->count && !redact->failed; i++)
        put(redact, wrapper, field->item, list->items[i]);
}

/* A citation, or the line of a sample with one in it. */
static bool
line_is_own(struct redact *redact, const xmlNode *row)
{
    const xmlNode *inner = model_child(row, "citation");
    const char *text = model_child_text(inner ? inner : row, "text");

    return text && redact_scope_owns_line(&redact->scope, sv_of(text));
}

static bool
row_passes(struct redact *redact, const xmlNode *row, enum redact_rule rule)
{
    switch (rule) {
    case REDACT_ENTER:
        return true;
    case REDACT_INTERNAL:
        return for_investigator(redact);
    case REDACT_OWN_ROWS:
        return redact_scope_owns_row(&redact->scope, row);
    case REDACT_OWN_LINES:
        return line_is_own(redact, row);
    default:
        return false;
    }
}

static void
redact_rows(struct redact *redact, const xmlNode *from, xmlNode *to,
            const struct model_field *field, enum redact_rule rule)
{
    xmlNode *wrapper = put(redact, to, field->name, NULL);

    for (const xmlNode *row = element_from(from->children);
         row && !redact->failed; row = element_from(row->next)) {
        if (row_passes(redact, row, rule))
            redact_fields(redact, row, put(redact, wrapper, field->item, NULL),
                          field->shape);
    }
}

/* Numbers alone: series and heat of what is kept are kept whole. */
static void
redact_whole(struct redact *redact, const xmlNode *from, xmlNode *to,
             const struct model_field *field, enum redact_rule rule)
{
    xmlNode *copy;

    if (rule != REDACT_KEEP) {
        put(redact, to, field->name, NULL);
        return;
    }
    copy = xmlDocCopyNode((xmlNode *)from, to->doc, 1);
    if (!copy || !xmlAddChild(to, copy))
        redact->failed = true;
}

/* -------------------------------------------------------------------- sums */

static int64_t
own_sum(struct redact *redact, const char *column)
{
    const xmlNode *rows = model_child(redact->source, "principals");
    int64_t sum = 0;

    for (const xmlNode *row = rows ? element_from(rows->children) : NULL; row;
         row = element_from(row->next)) {
        uint64_t number = 0;

        if (redact_scope_owns_row(&redact->scope, row) &&
            sv_to_u64(sv_of(model_child_text(row, column)), INT64_MAX,
                      &number) &&
            (int64_t)number <= INT64_MAX - sum)
            sum += (int64_t)number;
    }
    return sum;
}

static void
redact_totals(struct redact *redact, xmlNode *to)
{
    static const struct {
        const char *name;
        const char *column; /* of the principals */
    } sums[] = {
        { "messages", "messages" },    { "arrivals", "messages" },
        { "deliveries", "delivered" }, { "deferrals", "deferred" },
        { "failures", "failed" },
    };
    xmlNode *totals = put(redact, to, "totals", NULL);

    for (size_t i = 0; i < sizeof(sums) / sizeof(sums[0]); i++) {
        char text[24];

        snprintf(text, sizeof(text), "%lld",
                 (long long)own_sum(redact, sums[i].column));
        if (!redact->failed)
            put(redact, totals, sums[i].name, text);
    }
}

static void
redact_series(struct redact *redact, xmlNode *to)
{
    xmlNode *wrapper = put(redact, to, "series", NULL);

    if (!redact->failed &&
        !redact_series_sum(&redact->scope, redact->source, wrapper))
        redact->failed = true;
}

/* ------------------------------------------------------------ by the table */

static void
redact_field(struct redact *redact, const xmlNode *from, xmlNode *to,
             const struct model_field *field, enum redact_rule rule)
{
    if (rule == REDACT_TOTALS) {
        redact_totals(redact, to);
        return;
    }
    if (rule == REDACT_SERIES) {
        redact_series(redact, to);
        return;
    }
    if (rule == REDACT_SCOPE_LIST) {
        redact_scope_list(redact, to, field);
        return;
    }
    switch (field->type) {
    case MODEL_LIST:
        redact_list(redact, from, to, field, rule);
        break;
    case MODEL_ROWS:
    case MODEL_LINES:
        redact_rows(redact, from, to, field, rule);
        break;
    case MODEL_OBJECT:
        if (rule == REDACT_ENTER)
            redact_fields(redact, from, put(redact, to, field->name, NULL),
                          field->shape);
        break;
    case MODEL_HOURS:
    case MODEL_HEAT:
        redact_whole(redact, from, to, field, rule);
        break;
    default:
        redact_scalar(redact, from, to, field->name, rule);
        break;
    }
}

/* What the table does not know is not looked at, hence not kept. */
static void
redact_fields(struct redact *redact, const xmlNode *from, xmlNode *to,
              const struct model_shape *shape)
{
    const xmlNode *node = element_from(from->children);

    for (size_t i = 0; i < shape->field_count && !redact->failed; i++) {
        const struct model_field *field = &shape->fields[i];

        if (!node || strcmp((const char *)node->name, field->name) != 0)
            continue;
        redact_field(redact, node, to, field, redact_rule_of(shape, field));
        node = element_from(node->next);
    }
}

static xmlDoc *
doc_new(xmlNode **ret_root)
{
    xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
    xmlNode *root =
        doc ? xmlNewDocNode(doc, NULL, BAD_CAST model_case.name, NULL) : NULL;

    if (!root) {
        xmlFreeDoc(doc);
        return NULL;
    }
    xmlDocSetRootElement(doc, root);
    xmlNewProp(root, BAD_CAST "schema", BAD_CAST CASE_SCHEMA);
    *ret_root = root;
    return doc;
}

enum status
redact_case(const xmlDoc *doc, const struct redact_options *options,
            xmlDoc **ret_doc, struct fault *fault)
{
    uint64_t mark = xmlmem_mark();
    struct redact redact = { .options = options,
                             .mark = mark,
                             .source = xmlDocGetRootElement(doc) };
    xmlDoc *made = NULL;
    xmlNode *root = NULL;
    enum status status = redact_scope_init(&redact.scope, doc, options, fault);

    if (status != STATUS_OK)
        return status;
    status = STATUS_NOMEM;
    made =
        redact_mask_init(&redact.mask, &redact.scope) ? doc_new(&root) : NULL;
    if (!made)
        goto out;
    redact_fields(&redact, redact.source, root, &model_case);
    if (redact.failed || redact_mask_failed(&redact.mask) ||
        xmlmem_failed_since(mark))
        goto out;

    *ret_doc = made;
    made = NULL; /* the caller owns it now */
    status = STATUS_OK;
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory while masking the case");
    xmlFreeDoc(made);
    if (redact.mask.scope)
        redact_mask_clear(&redact.mask);
    redact_scope_clear(&redact.scope);
    buf_clear(&redact.text);
    return status;
}
