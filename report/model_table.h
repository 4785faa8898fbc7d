/*
 * model_table.h: the schema "exinquest-case/1" as one table: names, order,
 * types and where each value stands in the structs of analyzer/case.h. The
 * XML writer, the JSON writer and the redaction all walk it.
 */
#ifndef REPORT_MODEL_TABLE_H
#define REPORT_MODEL_TABLE_H

#include "analyzer/case.h"

enum model_type {
    MODEL_TEXT = 1,   /* const char *; NULL: absent */
    MODEL_COUNT,      /* int64_t; COUNT_UNKNOWN: absent */
    MODEL_TIME,       /* int64_t; TIME_UNKNOWN: absent */
    MODEL_BOOL,       /* bool */
    MODEL_DECIMAL,    /* double, two digits at most */
    MODEL_ZONE,       /* int32_t minutes, "+01:00" */
    MODEL_VALUE_KIND, /* enum value_kind */
    MODEL_VALUE,      /* a struct case_value's text or number, by its kind */
    MODEL_LIST,       /* struct text_list: a wrapper with items of text */
    MODEL_ROWS,       /* pointer and count: a wrapper with items of `shape` */
    MODEL_OBJECT,     /* a struct inside: an element with its fields */
    MODEL_LINES,      /* the lines of a struct case_sample */
    MODEL_HOURS,      /* struct case_hours: items with attributes */
    MODEL_HEAT        /* int64_t (*)[24]: seven days of 24 */
};

struct model_shape;

struct model_field {
    const char *name; /* element and JSON key */
    enum model_type type;
    size_t offset;                   /* of the value in the shape's struct */
    size_t count_offset;             /* MODEL_ROWS: of its size_t count */
    const char *item;                /* arrays: element name of one item */
    const struct model_shape *shape; /* MODEL_ROWS, _OBJECT, _LINES */
};

struct model_shape {
    const char *name;  /* what the redaction's rules call it */
    size_t size_bytes; /* of one struct in an array */
    const struct model_field *fields;
    size_t field_count;
};

struct model_column { /* of MODEL_HOURS */
    const char *attribute;
    const char *key; /* in JSON */
    size_t offset;   /* of the array in struct case_hours; the hour: none */
};
#define MODEL_COLUMNS 5

/* One line of a sample: what case.h holds in three arrays side by side. */
struct model_line {
    int64_t at;
    const char *kind;
    struct case_citation citation;
};

extern const struct model_shape model_case; /* the root's */
extern const struct model_column model_columns[MODEL_COLUMNS];

/* What any text of a case is: printable, XML-legal UTF-8. */
bool model_text_is_printable(const char *text);

/* "text", "number", …; NULL for no kind at all. */
const char *model_value_kind_name(enum value_kind kind);
enum value_kind model_value_kind_of(const char *name); /* 0: none */

#endif
