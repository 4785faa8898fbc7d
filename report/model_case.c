/* A tree that was read, made into the case struct again, by the table. */
#include "report/model.h"
#include "report/model_table.h"
#include "report/node.h"
#include "report/report.h"
#include "report/words.h"

#include <stdlib.h>
#include <string.h>

struct rebuild {
    struct arena *arena;
    struct buf scratch;
    enum status status; /* the first that went wrong; sticky */
    struct fault *fault;
};

static void read_fields(struct rebuild *rebuild, const xmlNode *node,
                        const struct model_shape *shape, char *base);

static void
rebuild_fail(struct rebuild *rebuild, enum status status, const char *name)
{
    if (rebuild->status != STATUS_OK)
        return;
    rebuild->status = status;
    if (status == STATUS_NOMEM)
        fault_set(rebuild->fault, status,
                  "out of memory while reading the case");
    else
        fault_set(rebuild->fault, status, "case field %s: not a value of it",
                  name);
}

/* Zeroed; NULL, and said, when out of memory. At least one. */
static void *
rebuild_array(struct rebuild *rebuild, size_t count, size_t size_bytes)
{
    void *array = NULL;

    if (count < SIZE_MAX / size_bytes)
        array = arena_alloc(rebuild->arena, (count + !count) * size_bytes);
    if (!array)
        rebuild_fail(rebuild, STATUS_NOMEM, "");
    return array;
}

/* What the element holds, until the next call; empty without element. */
static struct sv
text_of(struct rebuild *rebuild, const xmlNode *node)
{
    rebuild->scratch.len = 0;
    if (!node_text(node, &rebuild->scratch))
        rebuild_fail(rebuild, STATUS_NOMEM, "");
    return buf_sv(&rebuild->scratch);
}

static const char *
read_text(struct rebuild *rebuild, const xmlNode *node)
{
    const char *text = NULL;

    if (!node)
        return NULL;
    text = arena_strdup(rebuild->arena, text_of(rebuild, node));
    if (!text)
        rebuild_fail(rebuild, STATUS_NOMEM, "");
    return text;
}

static int64_t
read_count(struct rebuild *rebuild, const xmlNode *node, const char *name)
{
    int64_t count = COUNT_UNKNOWN;

    if (node && !text_to_int(text_of(rebuild, node), &count))
        rebuild_fail(rebuild, STATUS_DAMAGED, name);
    return count;
}

static int64_t
read_time(struct rebuild *rebuild, const xmlNode *node, const char *name)
{
    int64_t at = TIME_UNKNOWN;

    if (node && !time_parse(text_of(rebuild, node), &at))
        rebuild_fail(rebuild, STATUS_DAMAGED, name);
    return at;
}

static int32_t
read_zone(struct rebuild *rebuild, const xmlNode *node, const char *name)
{
    int64_t seconds = 0;

    if (node && !offset_parse(text_of(rebuild, node), &seconds))
        rebuild_fail(rebuild, STATUS_DAMAGED, name);
    return (int32_t)(seconds / 60);
}

/* "0.97", as model_from_case() writes it; no locale has a say in it. */
static double
read_decimal(struct rebuild *rebuild, const xmlNode *node, const char *name)
{
    struct sv rest = text_of(rebuild, node);
    bool negative = sv_skip_prefix(&rest, SV("-"));
    struct sv whole = sv_cut(&rest, '.');
    uint64_t units = 0, hundredths = 0;
    double size;

    if (!node)
        return 0;
    if (!sv_to_u64(whole, INT32_MAX, &units) || rest.len > 2 ||
        (rest.len && !sv_to_u64(rest, 99, &hundredths)))
        rebuild_fail(rebuild, STATUS_DAMAGED, name);
    if (rest.len == 1)
        hundredths *= 10;
    size = (double)(units * 100 + hundredths) / 100;
    return negative ? -size : size;
}

static size_t
items_in(const xmlNode *wrapper, const char *item)
{
    size_t count = 0;

    for (const xmlNode *node = node_child(wrapper, item); node;
         node = node_next(node, item))
        count++;
    return count;
}

static struct text_list
read_list(struct rebuild *rebuild, const xmlNode *wrapper, const char *item)
{
    size_t count = items_in(wrapper, item);
    const char **items = rebuild_array(rebuild, count, sizeof(*items));
    size_t i = 0;

    for (const xmlNode *node = node_child(wrapper, item); items && node;
         node = node_next(node, item))
        items[i++] = read_text(rebuild, node);
    return (struct text_list){ items, i };
}

static void
read_rows(struct rebuild *rebuild, const xmlNode *wrapper,
          const struct model_field *field, char *base)
{
    size_t count = items_in(wrapper, field->item);
    char *rows = rebuild_array(rebuild, count, field->shape->size_bytes);
    char *row = rows;

    for (const xmlNode *node = node_child(wrapper, field->item);
         rows && node && rebuild->status == STATUS_OK;
         node = node_next(node, field->item)) {
        read_fields(rebuild, node, field->shape, row);
        row += field->shape->size_bytes;
    }
    memcpy(base + field->offset, &rows, sizeof(rows));
    memcpy(base + field->count_offset, &count, sizeof(count));
}

static void
read_value(struct rebuild *rebuild, const xmlNode *node,
           struct case_value *value)
{
    if (value->kind == VALUE_TEXT)
        value->text = read_text(rebuild, node);
    else if (value->kind == VALUE_TIME)
        value->number = read_time(rebuild, node, "value");
    else
        value->number = read_count(rebuild, node, "value");
}

static void
read_lines(struct rebuild *rebuild, const xmlNode *wrapper,
           const struct model_field *field, struct case_sample *sample)
{
    size_t count = items_in(wrapper, field->item);
    struct case_citation *lines = rebuild_array(rebuild, count, sizeof(*lines));
    const char **kinds = rebuild_array(rebuild, count, sizeof(*kinds));
    int64_t *times = rebuild_array(rebuild, count, sizeof(*times));
    size_t i = 0;

    for (const xmlNode *node = node_child(wrapper, field->item);
         rebuild->status == STATUS_OK && node;
         node = node_next(node, field->item)) {
        struct model_line line = { 0 };

        read_fields(rebuild, node, field->shape, (char *)&line);
        lines[i] = line.citation;
        kinds[i] = line.kind;
        times[i++] = line.at;
    }
    sample->lines = lines;
    sample->line_kinds = kinds;
    sample->line_times = times;
    sample->line_count = i;
}

/* The hours follow one another: only the first is asked when it is. */
static void
read_hours(struct rebuild *rebuild, const xmlNode *wrapper,
           const struct model_field *field, struct case_hours *hours)
{
    const xmlNode *first = node_child(wrapper, field->item);
    size_t count = items_in(wrapper, field->item);

    if (first && !time_parse(node_attr(first, model_columns[0].attribute),
                             &hours->first_hour))
        rebuild_fail(rebuild, STATUS_DAMAGED, field->name);
    for (size_t k = 1; k < MODEL_COLUMNS; k++) {
        int64_t *counts = rebuild_array(rebuild, count, sizeof(*counts));
        size_t i = 0;

        for (const xmlNode *node = first; counts && node;
             node = node_next(node, field->item))
            counts[i++] = node_attr_int(node, model_columns[k].attribute, 0);
        memcpy((char *)hours + model_columns[k].offset, &counts,
               sizeof(counts));
    }
    hours->count = count;
}

static void
read_heat(struct rebuild *rebuild, const xmlNode *wrapper,
          const struct model_field *field, const int64_t (**ret_heat)[24])
{
    int64_t(*heat)[24] = NULL;
    size_t day = 0;

    if (!node_child(wrapper, field->item))
        return;
    heat = rebuild_array(rebuild, 7, sizeof(*heat));
    for (const xmlNode *row = node_child(wrapper, field->item);
         heat && row && day < 7; row = node_next(row, field->item), day++) {
        size_t hour = 0;

        for (const xmlNode *node = node_child(row, "h"); node && hour < 24;
             node = node_next(node, "h"))
            heat[day][hour++] = read_count(rebuild, node, field->name);
    }
    *ret_heat = (const int64_t(*)[24])heat;
}

/* Every type a field can have; the counterpart of build_field(). */
static void
read_field(struct rebuild *rebuild, const xmlNode *parent,
           const struct model_field *field, char *base)
{
    const xmlNode *node = node_child(parent, field->name);
    void *at = base + field->offset;
    const char *name = field->name;

    switch (field->type) {
    case MODEL_TEXT:
        *(const char **)at = read_text(rebuild, node);
        break;
    case MODEL_COUNT:
        *(int64_t *)at = read_count(rebuild, node, name);
        break;
    case MODEL_TIME:
        *(int64_t *)at = read_time(rebuild, node, name);
        break;
    case MODEL_BOOL:
        *(bool *)at = sv_eq(text_of(rebuild, node), SV("true"));
        break;
    case MODEL_DECIMAL:
        *(double *)at = read_decimal(rebuild, node, name);
        break;
    case MODEL_ZONE:
        *(int32_t *)at = read_zone(rebuild, node, name);
        break;
    case MODEL_VALUE_KIND:
        *(enum value_kind *)at = model_value_kind_of(model_text(node));
        break;
    case MODEL_VALUE:
        read_value(rebuild, node, at);
        break;
    case MODEL_LIST:
        *(struct text_list *)at = read_list(rebuild, node, field->item);
        break;
    case MODEL_ROWS:
        read_rows(rebuild, node, field, base);
        break;
    case MODEL_OBJECT:
        read_fields(rebuild, node, field->shape, at);
        break;
    case MODEL_LINES:
        read_lines(rebuild, node, field, at);
        break;
    case MODEL_HOURS:
        read_hours(rebuild, node, field, at);
        break;
    case MODEL_HEAT:
        read_heat(rebuild, node, field, at);
        break;
    }
}

static void
read_fields(struct rebuild *rebuild, const xmlNode *node,
            const struct model_shape *shape, char *base)
{
    for (size_t i = 0; i < shape->field_count && rebuild->status == STATUS_OK;
         i++)
        read_field(rebuild, node, &shape->fields[i], base);
}

enum status
model_to_case(const xmlDoc *doc, struct casefile **ret_casefile,
              struct fault *fault)
{
    struct rebuild rebuild = { .arena = arena_new(), .fault = fault };
    struct casefile *casefile =
        rebuild.arena ? arena_alloc(rebuild.arena, sizeof(*casefile)) : NULL;

    if (!casefile) {
        arena_free(rebuild.arena);
        return fault_set(fault, STATUS_NOMEM,
                         "out of memory while reading the case");
    }
    casefile->arena = rebuild.arena;
    read_fields(&rebuild, xmlDocGetRootElement(doc), &model_case,
                (char *)casefile);
    buf_clear(&rebuild.scratch);
    if (rebuild.status == STATUS_OK)
        *ret_casefile = casefile;
    else
        casefile_free(casefile);
    return rebuild.status;
}

enum status
report_case_read(const char *case_path, const char *template_dir,
                 struct casefile **ret_casefile, struct fault *fault)
{
    xmlDoc *doc = NULL;
    enum status status = model_read(case_path, template_dir, NULL, &doc, fault);

    if (status == STATUS_OK)
        status = model_to_case(doc, ret_casefile, fault);
    xmlFreeDoc(doc);
    return status;
}
