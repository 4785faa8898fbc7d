#include "tests/json_read.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 64

struct scan {
    struct sv rest;
    struct arena *arena;
    bool failed;
};

static struct json *value_read(struct scan *scan, unsigned depth);

static char
peek(struct scan *scan)
{
    while (scan->rest.len && memchr(" \t\r\n", scan->rest.at[0], 4))
        scan->rest = sv_drop(scan->rest, 1);
    return scan->rest.len ? scan->rest.at[0] : '\0';
}

static bool
take(struct scan *scan, char wanted)
{
    if (peek(scan) != wanted)
        return false;
    scan->rest = sv_drop(scan->rest, 1);
    return true;
}

static bool
utf8_add(struct buf *out, unsigned code)
{
    if (code < 0x80)
        return buf_add_char(out, (char)code);
    if (code < 0x800)
        return buf_add_char(out, (char)(0xc0 | code >> 6)) &&
               buf_add_char(out, (char)(0x80 | (code & 0x3f)));
    return buf_add_char(out, (char)(0xe0 | code >> 12)) &&
           buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f))) &&
           buf_add_char(out, (char)(0x80 | (code & 0x3f)));
}

static bool
escape_read(struct scan *scan, struct buf *out)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    const char *name;
    char hex[5] = "";

    if (!scan->rest.len)
        return false;
    name = strchr(names, scan->rest.at[0]);
    if (name && *name) {
        scan->rest = sv_drop(scan->rest, 1);
        return buf_add_char(out, bytes[name - names]);
    }
    if (scan->rest.at[0] != 'u' || scan->rest.len < 5)
        return false;
    memcpy(hex, scan->rest.at + 1, 4);
    scan->rest = sv_drop(scan->rest, 5);
    return utf8_add(out, (unsigned)strtoul(hex, NULL, 16));
}

static const char *
string_read(struct scan *scan)
{
    struct buf text = { 0 };
    const char *kept = NULL;
    bool good = take(scan, '"') && buf_add(&text, SV(""));

    while (good && scan->rest.len && scan->rest.at[0] != '"') {
        char byte = scan->rest.at[0];

        scan->rest = sv_drop(scan->rest, 1);
        good =
            byte == '\\' ? escape_read(scan, &text) : buf_add_char(&text, byte);
    }
    if (good && take(scan, '"'))
        kept = arena_strdup(scan->arena, buf_sv(&text));
    buf_clear(&text);
    scan->failed |= !kept;
    return kept;
}

static void
number_read(struct scan *scan, struct json *value)
{
    char digits[64] = "";
    size_t len = 0;

    while (len < sizeof(digits) - 1 && len < scan->rest.len &&
           memchr("+-.0123456789eE", scan->rest.at[len], 15))
        len++;
    memcpy(digits, scan->rest.at, len);
    scan->rest = sv_drop(scan->rest, len);
    value->kind = JSON_NUMBER;
    value->number = strtod(digits, NULL);
    scan->failed |= !len;
}

static void
members_read(struct scan *scan, struct json *value, unsigned depth)
{
    char close = value->kind == JSON_OBJECT ? '}' : ']';
    struct json **end = &value->first;

    if (take(scan, close))
        return;
    do {
        const char *key = NULL;
        struct json *member;

        if (value->kind == JSON_OBJECT) {
            peek(scan);
            key = string_read(scan);
            scan->failed |= !take(scan, ':');
        }
        member = value_read(scan, depth + 1);
        if (!member)
            return;
        member->key = key;
        *end = member;
        end = &member->next;
    } while (take(scan, ','));
    scan->failed |= !take(scan, close);
}

static bool
word_read(struct scan *scan, struct json *value)
{
    if (sv_skip_prefix(&scan->rest, SV("null")))
        return true;
    value->kind = JSON_BOOL;
    value->truth = sv_skip_prefix(&scan->rest, SV("true"));
    return value->truth || sv_skip_prefix(&scan->rest, SV("false"));
}

static struct json *
value_read(struct scan *scan, unsigned depth)
{
    struct json *value = arena_alloc(scan->arena, sizeof(*value));
    char first = peek(scan);

    if (!value || depth > DEPTH_MAX || scan->failed) {
        scan->failed = true;
        return NULL;
    }
    if (first == '{' || first == '[') {
        take(scan, first);
        value->kind = first == '{' ? JSON_OBJECT : JSON_ARRAY;
        members_read(scan, value, depth);
    } else if (first == '"') {
        value->kind = JSON_STRING;
        value->text = string_read(scan);
    } else if (first && memchr("nft", first, 3)) {
        scan->failed |= !word_read(scan, value);
    } else {
        number_read(scan, value);
    }
    return scan->failed ? NULL : value;
}

const struct json *
json_read(struct sv text, struct arena *arena)
{
    struct scan scan = { .rest = text, .arena = arena };

    return value_read(&scan, 0);
}

const struct json *
json_get(const struct json *object, const char *key)
{
    static const struct json none;
    const struct json *member = object ? object->first : NULL;

    while (member && (!member->key || strcmp(member->key, key) != 0))
        member = member->next;
    return member ? member : &none;
}

const char *
json_text(const struct json *object, const char *key)
{
    return json_get(object, key)->text;
}

int64_t
json_number(const struct json *object, const char *key)
{
    return (int64_t)json_get(object, key)->number;
}
