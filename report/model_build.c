/* The case struct made into a tree, by the table. */
#include "report/model.h"
#include "report/model_table.h"
#include "report/xmlmem.h"

#include <libxml/chvalid.h>
#include <libxml/xmlstring.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

struct build {
    struct fault *fault;
    uint64_t mark;      /* of refused memory */
    enum status status; /* the first that went wrong; sticky */
};

static enum status build_fields(struct build *build, xmlNode *parent,
                                const struct model_shape *shape,
                                const char *base);

static void
build_fail(struct build *build, enum status status, const char *name,
           const char *why)
{
    if (build->status == STATUS_OK)
        build->status =
            fault_set(build->fault, status, "case field %s: %s", name, why);
}

static bool
code_is_visible(int code)
{
    return code >= 0x20 && (code < 0x7f || code > 0x9f) && xmlIsCharQ(code);
}

/* xmlCheckUTF8() takes a code in more bytes than it needs for valid. */
static int
utf8_length(int code)
{
    return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/* libxml2 checks nothing on the way in, so this is the last gate. */
bool
model_text_is_printable(const char *text)
{
    const xmlChar *at = (const xmlChar *)text;

    if (!xmlCheckUTF8(at))
        return false;
    while (*at) {
        int len = 4;
        int code = xmlGetUTF8Char(at, &len);

        if (code < 0 || !code_is_visible(code) || len != utf8_length(code))
            return false;
        at += len;
    }
    return true;
}

static xmlNode *
build_element(struct build *build, xmlNode *parent, const char *name)
{
    xmlNode *node = xmlNewTextChild(parent, NULL, BAD_CAST name, NULL);

    if (!node || xmlmem_failed_since(build->mark))
        build_fail(build, STATUS_NOMEM, name, "out of memory");
    return node;
}

static void
build_text(struct build *build, xmlNode *parent, const char *name,
           const char *text)
{
    if (!text)
        return;
    if (!model_text_is_printable(text))
        build_fail(build, STATUS_INTERNAL, name, "a text is not printable");
    else if (!xmlNewTextChild(parent, NULL, BAD_CAST name,
                              *text ? BAD_CAST text : NULL) || /* <name/> */
             xmlmem_failed_since(build->mark))
        build_fail(build, STATUS_NOMEM, name, "out of memory");
}

static void
build_number(struct build *build, xmlNode *parent, const char *name,
             int64_t number)
{
    char text[24];

    if (number == COUNT_UNKNOWN)
        return;
    snprintf(text, sizeof(text), "%lld", (long long)number);
    build_text(build, parent, name, text);
}

/* Days since 1970 to a date: Howard Hinnant's civil_from_days. */
static void
civil_of_days(int64_t days, int64_t *ret_year, int64_t *ret_month,
              int64_t *ret_day)
{
    int64_t shifted = days + 719468; /* from 0000-03-01 */
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153; /* from March */

    *ret_day = of_year - (153 * month + 2) / 5 + 1;
    *ret_month = month < 10 ? month + 3 : month - 9;
    *ret_year = year + era * 400 + (*ret_month <= 2);
}

static void
put_digits(char *text, size_t count, int64_t number)
{
    for (size_t i = count; i-- > 0; number /= 10)
        text[i] = (char)('0' + number % 10);
}

bool
model_time_print(int64_t at, char text[MODEL_TIME_BYTES])
{
    const int64_t day_seconds = 86400;
    int64_t year, month, day;
    int64_t days = at / day_seconds - (at % day_seconds < 0);
    int64_t second = at - days * day_seconds;

    if (days < -719528 || days > 2932896)
        return false;
    civil_of_days(days, &year, &month, &day);
    if (year < 0 || year > 9999)
        return false;
    memcpy(text, "0000-00-00T00:00:00Z", MODEL_TIME_BYTES);
    put_digits(text, 4, year);
    put_digits(text + 5, 2, month);
    put_digits(text + 8, 2, day);
    put_digits(text + 11, 2, second / 3600);
    put_digits(text + 14, 2, second / 60 % 60);
    put_digits(text + 17, 2, second % 60);
    return true;
}

static void
build_time(struct build *build, xmlNode *parent, const char *name, int64_t at)
{
    char text[MODEL_TIME_BYTES];

    if (at == TIME_UNKNOWN)
        return;
    if (model_time_print(at, text))
        build_text(build, parent, name, text);
    else
        build_fail(build, STATUS_INTERNAL, name, "not a time");
}

/* Two digits at most, no zeros at the end; no locale has a say in it. */
static void
build_decimal(struct build *build, xmlNode *parent, const char *name,
              double number)
{
    char text[32];
    long long hundredths;
    long long size;
    size_t len;

    if (!isfinite(number) || fabs(number) > 1e12) {
        build_fail(build, STATUS_INTERNAL, name, "not a number");
        return;
    }
    hundredths = llround(number * 100);
    size = hundredths < 0 ? -hundredths : hundredths;
    snprintf(text, sizeof(text), "%s%lld.%02lld", hundredths < 0 ? "-" : "",
             size / 100, size % 100);
    len = strlen(text);
    while (text[len - 1] == '0')
        text[--len] = '\0';
    if (text[len - 1] == '.')
        text[--len] = '\0';
    build_text(build, parent, name, text);
}

static void
build_zone(struct build *build, xmlNode *parent, const char *name,
           int32_t minutes)
{
    char text[16] = "+00:00";
    int32_t size = minutes < 0 ? -minutes : minutes;

    if (size >= 24 * 60) {
        build_fail(build, STATUS_INTERNAL, name, "not an offset");
        return;
    }
    text[0] = minutes < 0 ? '-' : '+';
    put_digits(text + 1, 2, size / 60);
    put_digits(text + 4, 2, size % 60);
    build_text(build, parent, name, text);
}

static void
build_value(struct build *build, xmlNode *parent, const char *name,
            const struct case_value *value)
{
    if (value->kind == VALUE_TEXT)
        build_text(build, parent, name, value->text);
    else if (value->kind == VALUE_TIME)
        build_time(build, parent, name, value->number);
    else
        build_number(build, parent, name, value->number);
}

static void
build_list(struct build *build, xmlNode *parent,
           const struct model_field *field, const struct text_list *list)
{
    xmlNode *wrapper = build_element(build, parent, field->name);

    for (size_t i = 0; i < list->count && build->status == STATUS_OK; i++)
        build_text(build, wrapper, field->item, list->items[i]);
}

static void
build_rows(struct build *build, xmlNode *parent,
           const struct model_field *field, const char *base)
{
    xmlNode *wrapper = build_element(build, parent, field->name);
    const char *rows;
    size_t count;

    memcpy(&rows, base + field->offset, sizeof(rows));
    memcpy(&count, base + field->count_offset, sizeof(count));
    for (size_t i = 0; i < count && build->status == STATUS_OK; i++) {
        xmlNode *row = build_element(build, wrapper, field->item);

        build_fields(build, row, field->shape,
                     rows + i * field->shape->size_bytes);
    }
}

static void
build_lines(struct build *build, xmlNode *parent,
            const struct model_field *field, const struct case_sample *sample)
{
    xmlNode *wrapper = build_element(build, parent, field->name);

    for (size_t i = 0; i < sample->line_count && build->status == STATUS_OK;
         i++) {
        struct model_line line = {
            .at = sample->line_times ? sample->line_times[i] : TIME_UNKNOWN,
            .kind = sample->line_kinds ? sample->line_kinds[i] : NULL,
            .citation = sample->lines[i],
        };
        xmlNode *row = build_element(build, wrapper, field->item);

        build_fields(build, row, field->shape, (const char *)&line);
    }
}

static void
build_hour(struct build *build, xmlNode *row, const struct case_hours *hours,
           size_t i)
{
    char text[MODEL_TIME_BYTES];

    if (!model_time_print(hours->first_hour + (int64_t)i * 3600, text)) {
        build_fail(build, STATUS_INTERNAL, "hour", "not a time");
        return;
    }
    for (size_t k = 0; k < MODEL_COLUMNS; k++) {
        const struct model_column *column = &model_columns[k];
        const int64_t *counts;

        if (k > 0) {
            memcpy(&counts, (const char *)hours + column->offset,
                   sizeof(counts));
            snprintf(text, sizeof(text), "%lld",
                     counts ? (long long)counts[i] : 0);
        }
        if (!xmlNewProp(row, BAD_CAST column->attribute, BAD_CAST text))
            build_fail(build, STATUS_NOMEM, "hour", "out of memory");
    }
}

static void
build_hours(struct build *build, xmlNode *parent,
            const struct model_field *field, const struct case_hours *hours)
{
    xmlNode *wrapper = build_element(build, parent, field->name);

    for (size_t i = 0; i < hours->count && build->status == STATUS_OK; i++) {
        xmlNode *row = build_element(build, wrapper, field->item);

        if (row)
            build_hour(build, row, hours, i);
    }
}

static void
build_heat(struct build *build, xmlNode *parent,
           const struct model_field *field, const int64_t (*heat)[24])
{
    xmlNode *wrapper = build_element(build, parent, field->name);

    for (size_t day = 0; heat && day < 7 && build->status == STATUS_OK; day++) {
        xmlNode *row = build_element(build, wrapper, field->item);

        for (size_t hour = 0; hour < 24 && build->status == STATUS_OK; hour++)
            build_number(build, row, "h", heat[day][hour]);
    }
}

/* Every type a field can have; a reading of its bytes, and what writes it. */
static void
build_field(struct build *build, xmlNode *parent,
            const struct model_field *field, const char *base)
{
    const void *at = base + field->offset;
    const char *name = field->name;

    switch (field->type) {
    case MODEL_TEXT:
        build_text(build, parent, name, *(const char *const *)at);
        break;
    case MODEL_COUNT:
        build_number(build, parent, name, *(const int64_t *)at);
        break;
    case MODEL_TIME:
        build_time(build, parent, name, *(const int64_t *)at);
        break;
    case MODEL_BOOL:
        build_text(build, parent, name, *(const bool *)at ? "true" : "false");
        break;
    case MODEL_DECIMAL:
        build_decimal(build, parent, name, *(const double *)at);
        break;
    case MODEL_ZONE:
        build_zone(build, parent, name, *(const int32_t *)at);
        break;
    case MODEL_VALUE_KIND:
        build_text(build, parent, name,
                   model_value_kind_name(*(const enum value_kind *)at));
        break;
    case MODEL_VALUE:
        build_value(build, parent, name, at);
        break;
    case MODEL_LIST:
        build_list(build, parent, field, at);
        break;
    case MODEL_ROWS:
        build_rows(build, parent, field, base);
        break;
    case MODEL_OBJECT:
        build_fields(build, build_element(build, parent, name), field->shape,
                     at);
        break;
    case MODEL_LINES:
        build_lines(build, parent, field, at);
        break;
    case MODEL_HOURS:
        build_hours(build, parent, field, at);
        break;
    case MODEL_HEAT:
        build_heat(build, parent, field, *(const int64_t(*const *)[24])at);
        break;
    }
}

static enum status
build_fields(struct build *build, xmlNode *parent,
             const struct model_shape *shape, const char *base)
{
    for (size_t i = 0; i < shape->field_count && build->status == STATUS_OK;
         i++)
        build_field(build, parent, &shape->fields[i], base);
    return build->status;
}

enum status
model_from_case(const struct casefile *casefile, xmlDoc **ret_doc,
                struct fault *fault)
{
    uint64_t mark = xmlmem_mark();
    struct build build = { .fault = fault, .mark = mark };
    enum status status = STATUS_NOMEM;
    xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
    xmlNode *root =
        doc ? xmlNewDocNode(doc, NULL, BAD_CAST model_case.name, NULL) : NULL;

    if (!root)
        goto out;
    xmlDocSetRootElement(doc, root);
    if (!xmlNewProp(root, BAD_CAST "schema", BAD_CAST CASE_SCHEMA))
        goto out;
    status = build_fields(&build, root, &model_case, (const char *)casefile);
    if (xmlmem_failed_since(mark))
        status = STATUS_NOMEM; /* it looks whole, but texts may be wrong */
    if (status != STATUS_OK)
        goto out;

    *ret_doc = doc;
    doc = NULL; /* the caller owns it now */
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory while writing the case");
    xmlFreeDoc(doc);
    return status;
}
