/*
 * json_read.h: a JSON text as a tree, for the truth beside recorded logs.
 */
#ifndef TESTS_JSON_READ_H
#define TESTS_JSON_READ_H

#include "analyzer/base.h"

enum json_kind {
    JSON_NULL = 0,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json {
    enum json_kind kind;
    bool truth;
    double number;
    const char *text;   /* of a string */
    const char *key;    /* of a member */
    struct json *first; /* of an array's or object's */
    struct json *next;
};

/* NULL when it is no JSON, or out of memory. Owner: `arena`. */
const struct json *json_read(struct sv text, struct arena *arena);

/* The member; a null where there is none. */
const struct json *json_get(const struct json *object, const char *key);
const char *json_text(const struct json *object, const char *key); /* or NULL */
int64_t json_number(const struct json *object, const char *key);   /* or 0 */

#endif
