/* Takes cairo's PDF apart: values, dictionaries, the cross-reference table. */
#include "report/pdf_object.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 32
#define OBJECTS_MAX ((uint64_t)1 << 23)
#define XREF_ENTRY_BYTES 20

/* ------------------------------------------------------------------ values */

static bool
is_blank(char byte)
{
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t' ||
           byte == '\f' || byte == '\0';
}

static bool
is_delimiter(char byte)
{
    return byte && strchr("()<>[]{}/%", byte);
}

static void
skip_blank(struct sv *rest)
{
    while (rest->len) {
        if (rest->at[0] == '%') {
            while (rest->len && rest->at[0] != '\n' && rest->at[0] != '\r')
                *rest = sv_drop(*rest, 1);
        } else if (is_blank(rest->at[0])) {
            *rest = sv_drop(*rest, 1);
        } else {
            return;
        }
    }
}

static bool
skip_string(struct sv *rest)
{
    size_t depth = 0;

    while (rest->len) {
        char byte = rest->at[0];

        *rest = sv_drop(*rest, byte == '\\' && rest->len > 1 ? 2 : 1);
        if (byte == '(')
            depth++;
        if (byte == ')' && --depth == 0)
            return true;
    }
    return false;
}

static bool
skip_hex(struct sv *rest)
{
    ptrdiff_t end = sv_find_char(*rest, '>');

    if (end < 0)
        return false;
    *rest = sv_drop(*rest, (size_t)end + 1);
    return true;
}

static void
skip_word(struct sv *rest)
{
    do
        *rest = sv_drop(*rest, 1);
    while (rest->len && !is_blank(rest->at[0]) && !is_delimiter(rest->at[0]));
}

/* "12 0 R" is one value; a number alone is left as it is. */
static void
skip_number(struct sv *rest)
{
    struct sv after;
    struct sv operator;

    skip_word(rest);
    after = *rest;
    skip_blank(&after);
    if (!after.len || after.at[0] != '0')
        return;
    skip_word(&after);
    skip_blank(&after);
    if (!after.len || after.at[0] != 'R')
        return;
    operator= after;
    skip_word(&after);
    if (operator.len - after.len == 1) /* "RG" is something else */
        *rest = after;
}

static bool skip_value(struct sv *rest, int depth);

static bool
skip_until(struct sv *rest, struct sv end, int depth)
{
    for (;;) {
        skip_blank(rest);
        if (sv_skip_prefix(rest, end))
            return true;
        if (!skip_value(rest, depth + 1))
            return false;
    }
}

static bool
skip_value(struct sv *rest, int depth)
{
    skip_blank(rest);
    if (!rest->len || depth > DEPTH_MAX)
        return false;
    if (sv_skip_prefix(rest, SV("<<")))
        return skip_until(rest, SV(">>"), depth);
    if (sv_skip_prefix(rest, SV("[")))
        return skip_until(rest, SV("]"), depth);
    switch (rest->at[0]) {
    case '(':
        return skip_string(rest);
    case '<':
        return skip_hex(rest);
    case ')':
    case '>':
    case ']':
    case '{':
    case '}':
        return false;
    default:
        break;
    }
    if (rest->at[0] >= '0' && rest->at[0] <= '9')
        skip_number(rest);
    else
        skip_word(rest);
    return true;
}

bool
pdf_value_take(struct sv *rest, struct sv *ret_value)
{
    struct sv start;

    skip_blank(rest);
    start = *rest;
    if (!skip_value(rest, 0))
        return false;
    start.len -= rest->len;
    *ret_value = start;
    return true;
}

/* Opens "<<…>>"; false when it is no dictionary. */
static bool
dict_open(struct sv dict, struct sv *ret_inside)
{
    if (!sv_skip_prefix(&dict, SV("<<")) || !sv_ends(dict, SV(">>")))
        return false;
    dict.len -= 2;
    *ret_inside = dict;
    return true;
}

struct sv
pdf_dict_get(struct sv dict, struct sv key)
{
    struct sv none = { 0 };
    struct sv rest;
    struct sv name;
    struct sv value;

    if (!dict_open(dict, &rest))
        return none;
    while (pdf_value_take(&rest, &name) && pdf_value_take(&rest, &value)) {
        if (sv_eq(name, key))
            return value;
    }
    return none;
}

bool
pdf_dict_is(struct sv dict, struct sv key, struct sv value)
{
    return sv_eq(pdf_dict_get(dict, key), value);
}

size_t
pdf_reference(struct sv value)
{
    uint64_t number = 0;

    if (!sv_ends(value, SV("R")) ||
        !sv_to_u64(sv_cut(&value, ' '), OBJECTS_MAX, &number))
        return 0;
    return (size_t)number;
}

/* ----------------------------------------------------------------- writing */

void
pdf_value_write(struct buf *out, struct sv value)
{
    struct sv rest = value;
    struct sv part;
    struct sv close = SV("]");

    if (sv_skip_prefix(&rest, SV("<<"))) {
        close = SV(">>");
        buf_add(out, SV("<<"));
    } else if (sv_skip_prefix(&rest, SV("["))) {
        buf_add(out, SV("["));
    } else {
        buf_add(out, value);
        return;
    }
    while (pdf_value_take(&rest, &part)) {
        buf_add_char(out, ' ');
        pdf_value_write(out, part);
    }
    buf_add_char(out, ' ');
    buf_add(out, close);
}

static const struct pdf_edit *
edit_of(struct sv key, const struct pdf_edit *edits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sv_eq(edits[i].key, key))
            return &edits[i];
    }
    return NULL;
}

void
pdf_dict_write(struct buf *out, struct sv dict, const struct pdf_edit *edits,
               size_t count)
{
    struct sv rest;
    struct sv key;
    struct sv value;

    buf_add(out, SV("<<"));
    if (dict_open(dict, &rest)) {
        while (pdf_value_take(&rest, &key) && pdf_value_take(&rest, &value)) {
            if (edit_of(key, edits, count))
                continue;
            buf_add_char(out, ' ');
            buf_add(out, key);
            buf_add_char(out, ' ');
            pdf_value_write(out, value);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (!edits[i].value.len)
            continue;
        buf_add_char(out, ' ');
        buf_add(out, edits[i].key);
        buf_add_char(out, ' ');
        buf_add(out, edits[i].value);
    }
    buf_add(out, SV(" >>"));
}

static uint32_t
utf8_next(struct sv *rest)
{
    const unsigned char *at = (const unsigned char *)rest->at;
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t code = len == 1 ? at[0] : at[0] & (0xffu >> (len + 1));

    if (len > rest->len) {
        *rest = sv_drop(*rest, rest->len);
        return 0xfffd;
    }
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (at[i] & 0x3f);
    *rest = sv_drop(*rest, len);
    return code;
}

void
pdf_text_write(struct buf *out, struct sv utf8)
{
    buf_add(out, SV("<FEFF"));
    while (utf8.len) {
        uint32_t code = utf8_next(&utf8);

        if (code >= 0x10000) {
            code -= 0x10000;
            buf_printf(out, "%04X", 0xd800u + (unsigned)(code >> 10));
            code = 0xdc00 + (code & 0x3ff);
        }
        buf_printf(out, "%04X", (unsigned)code);
    }
    buf_add_char(out, '>');
}

/* ---------------------------------------------------------------- the file */

static enum status
refuse(struct fault *fault, const char *what)
{
    return fault_set(fault, STATUS_DAMAGED,
                     "the PDF was left as cairo wrote it (larger, not "
                     "fit for archives): %s",
                     what);
}

/* Of a stream the length may stand in an object of its own. */
static bool
stream_length(const struct pdf_file *file, struct sv dict, uint64_t max,
              uint64_t *ret_length)
{
    struct sv value = pdf_dict_get(dict, SV("/Length"));
    size_t number = pdf_reference(value);

    if (number)
        value = number < file->count ? file->objects[number].value
                                     : (struct sv){ 0 };
    return sv_to_u64(value, max, ret_length);
}

/* Values first: the lengths of streams may come after them. */
static bool
object_read_value(struct pdf_object *object, struct sv pdf, size_t number,
                  uint64_t offset)
{
    struct sv rest = sv_drop(pdf, (size_t)offset);
    uint64_t found = 0;

    if (!sv_to_u64(sv_cut(&rest, ' '), OBJECTS_MAX, &found) ||
        found != number || !sv_skip_prefix(&rest, SV("0 obj")) ||
        !pdf_value_take(&rest, &object->value))
        return false;
    skip_blank(&rest);
    object->used = true;
    object->has_stream = sv_skip_prefix(&rest, SV("stream\n"));
    object->stream = rest;
    return object->has_stream || sv_starts(rest, SV("endobj"));
}

static bool
object_read_stream(const struct pdf_file *file, struct pdf_object *object)
{
    struct sv rest = object->stream;
    uint64_t length = 0;

    if (!object->has_stream)
        return true;
    if (!stream_length(file, object->value, rest.len, &length))
        return false;
    object->stream.len = (size_t)length;
    rest = sv_drop(rest, (size_t)length);
    skip_blank(&rest);
    return sv_starts(rest, SV("endstream"));
}

/* The last "startxref" tells where the table begins. */
static bool
xref_find(struct sv pdf, struct sv *ret_xref)
{
    struct sv tail = pdf.len > 64 ? sv_drop(pdf, pdf.len - 64) : pdf;
    ptrdiff_t at = sv_find(tail, SV("startxref\n"));
    uint64_t offset = 0;

    if (at < 0 || !sv_starts(pdf, SV("%PDF-1.")))
        return false;
    tail = sv_drop(tail, (size_t)at + sizeof("startxref\n") - 1);
    if (!sv_to_u64(sv_cut(&tail, '\n'), pdf.len, &offset))
        return false;
    *ret_xref = sv_drop(pdf, (size_t)offset);
    return sv_skip_prefix(ret_xref, SV("xref\n0 "));
}

/* An entry in use at offset 0 is one that cairo never wrote: it is free. */
static bool
objects_read(struct pdf_file *file, struct sv pdf, struct sv table)
{
    for (size_t i = 0; i < file->count; i++) {
        struct sv entry = sv_drop(table, i * XREF_ENTRY_BYTES);
        uint64_t offset = 0;

        if (!sv_to_u64(sv_head(entry, 10), pdf.len, &offset))
            return false;
        if (entry.at[17] == 'n' && offset &&
            !object_read_value(&file->objects[i], pdf, i, offset))
            return false;
    }
    for (size_t i = 0; i < file->count; i++) {
        if (!object_read_stream(file, &file->objects[i]))
            return false;
    }
    return true;
}

static bool
trailer_read(struct pdf_file *file, struct sv rest)
{
    struct sv trailer;

    skip_blank(&rest);
    if (!sv_skip_prefix(&rest, SV("trailer")) ||
        !pdf_value_take(&rest, &trailer) ||
        pdf_dict_get(trailer, SV("/Encrypt")).len)
        return false;
    file->root = pdf_reference(pdf_dict_get(trailer, SV("/Root")));
    file->info = pdf_reference(pdf_dict_get(trailer, SV("/Info")));
    return file->root && file->root < file->count && file->info &&
           file->info < file->count && file->objects[file->root].used &&
           file->objects[file->info].used;
}

enum status
pdf_file_init(struct pdf_file *ret_file, struct sv pdf, struct fault *fault)
{
    struct pdf_file file = { 0 };
    struct sv table;
    uint64_t count = 0;

    if (!xref_find(pdf, &table) ||
        !sv_to_u64(sv_cut(&table, '\n'), OBJECTS_MAX, &count) || count < 2 ||
        table.len / XREF_ENTRY_BYTES < count)
        return refuse(fault, "it has no plain cross-reference table");
    file.objects = calloc((size_t)count, sizeof(*file.objects));
    file.count = (size_t)count;
    if (!file.objects)
        return STATUS_NOMEM;
    if (!objects_read(&file, pdf, table) ||
        !trailer_read(&file, sv_drop(table, file.count * XREF_ENTRY_BYTES))) {
        pdf_file_clear(&file);
        return refuse(fault, "an object is not as expected");
    }
    *ret_file = file;
    return STATUS_OK;
}

void
pdf_file_clear(struct pdf_file *file)
{
    free(file->objects);
    *file = (struct pdf_file){ 0 };
}
