#include "report/redact_series.h"

#include "report/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_HOURS (50 * 366 * 24)
#define COUNTS (MODEL_COLUMNS - 1) /* without the hour itself */

struct span { /* hours since 0000-03-01; first > last: none yet */
    int64_t first;
    int64_t last;
};

struct sums {
    struct span span;
    int64_t (*counts)[COUNTS];
};

/* What is done with one hour of one finding. */
typedef void hour_seen(struct sums *sums, const xmlNode *node, int64_t hour);

static int64_t
digits(const char *text, size_t count)
{
    uint64_t number = 0;

    sv_to_u64((struct sv){ text, count }, INT32_MAX, &number);
    return (int64_t)number;
}

/* The schema has seen to the form YYYY-MM-DDTHH:MM:SSZ. */
static int64_t
hour_of(const char *text)
{
    int64_t month = digits(text + 5, 2);
    int64_t year = digits(text, 4) - (month <= 2);
    int64_t of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 +
                      digits(text + 8, 2) - 1;
    int64_t days = year * 365 + year / 4 - year / 100 + year / 400 + of_year;

    return days * 24 + digits(text + 11, 2);
}

static bool
hour_print(int64_t hour, char text[MODEL_TIME_BYTES])
{
    return model_time_print((hour - INT64_C(719468) * 24) * 3600, text);
}

static void
span_widen(struct sums *sums, const xmlNode *node, int64_t hour)
{
    (void)node;
    if (sums->span.first > sums->span.last)
        sums->span = (struct span){ hour, hour };
    else if (hour < sums->span.first)
        sums->span.first = hour;
    else if (hour > sums->span.last)
        sums->span.last = hour;
}

static void
count_add(struct sums *sums, const xmlNode *node, int64_t hour)
{
    int64_t *counts = sums->counts[hour - sums->span.first];

    for (size_t k = 0; k < COUNTS; k++) {
        const xmlAttr *attr = xmlHasProp(
            (xmlNode *)node, BAD_CAST model_columns[k + 1].attribute);
        uint64_t number = 0;

        if (attr && attr->children)
            sv_to_u64(sv_of((const char *)attr->children->content), INT64_MAX,
                      &number);
        if ((int64_t)number <= INT64_MAX - counts[k])
            counts[k] += (int64_t)number;
    }
}

static void
finding_hours(struct sums *sums, const xmlNode *finding, hour_seen *seen)
{
    const xmlNode *hours = model_child(finding, "hours");

    for (const xmlNode *node = hours ? hours->children : NULL; node;
         node = node->next) {
        const xmlAttr *at = node->type == XML_ELEMENT_NODE
                                ? xmlHasProp((xmlNode *)node, BAD_CAST "at")
                                : NULL;
        const char *text =
            at && at->children ? (const char *)at->children->content : "";

        if (strlen(text) == MODEL_TIME_BYTES - 1)
            seen(sums, node, hour_of(text));
    }
}

static void
own_hours(struct redact_scope *scope, const xmlNode *root, struct sums *sums,
          hour_seen *seen)
{
    const xmlNode *findings = model_child(root, "findings");

    for (const xmlNode *finding = findings ? findings->children : NULL; finding;
         finding = finding->next) {
        if (finding->type == XML_ELEMENT_NODE &&
            redact_scope_owns_row(scope, finding))
            finding_hours(sums, finding, seen);
    }
}

static bool
hour_put(xmlNode *wrapper, int64_t hour, const int64_t counts[COUNTS])
{
    char text[32];
    xmlNode *node = xmlNewTextChild(wrapper, NULL, BAD_CAST "hour", NULL);

    if (!node || !hour_print(hour, text) ||
        !xmlNewProp(node, BAD_CAST model_columns[0].attribute, BAD_CAST text))
        return false;
    for (size_t k = 0; k < COUNTS; k++) {
        snprintf(text, sizeof(text), "%lld", (long long)counts[k]);
        if (!xmlNewProp(node, BAD_CAST model_columns[k + 1].attribute,
                        BAD_CAST text))
            return false;
    }
    return true;
}

bool
redact_series_sum(struct redact_scope *scope, const xmlNode *root,
                  xmlNode *wrapper)
{
    struct sums sums = { .span = { 1, 0 } };
    bool whole = true;
    int64_t count;

    own_hours(scope, root, &sums, span_widen);
    count = sums.span.last - sums.span.first + 1;
    if (count <= 0 || count > MAX_HOURS)
        return true;
    sums.counts = calloc((size_t)count, sizeof(*sums.counts));
    if (!sums.counts)
        return false;
    own_hours(scope, root, &sums, count_add);
    for (int64_t i = 0; i < count && whole; i++)
        whole = hour_put(wrapper, sums.span.first + i, sums.counts[i]);
    free(sums.counts);
    return whole;
}
