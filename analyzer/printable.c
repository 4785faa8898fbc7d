/* Bytes of strangers made visible: valid, printable, XML-legal UTF-8. */
#include "analyzer/base.h"

struct code_range {
    uint32_t first;
    uint32_t last;
};

/* What a reader cannot see or must not obey, shown by its number. */
static const struct code_range hidden[] = {
    { 0xad, 0xad },       /* soft hyphen */
    { 0x34f, 0x34f },     /* combining grapheme joiner */
    { 0x61c, 0x61c },     /* Arabic letter mark */
    { 0x115f, 0x1160 },   /* Hangul fillers */
    { 0x17b4, 0x17b5 },   /* Khmer inherent vowels */
    { 0x180b, 0x180f },   /* Mongolian selectors and separator */
    { 0x200b, 0x200f },   /* zero-width, direction marks */
    { 0x2028, 0x202e },   /* separators, bidi embeddings */
    { 0x2060, 0x206f },   /* joiners, isolates, deprecated format */
    { 0x3164, 0x3164 },   /* Hangul filler */
    { 0xe000, 0xf8ff },   /* private use */
    { 0xfdd0, 0xfdef },   /* non-characters */
    { 0xfe00, 0xfe0f },   /* variation selectors */
    { 0xfeff, 0xfeff },   /* byte order mark */
    { 0xffa0, 0xffa0 },   /* half-width filler */
    { 0xfff0, 0xfffb },   /* annotation, unassigned specials */
    { 0xfffe, 0xffff },   /* non-characters */
    { 0x1bca0, 0x1bca3 }, /* shorthand format */
    { 0x1d173, 0x1d17a }, /* musical format */
    { 0xe0000, 0xe0fff }, /* tags, selectors supplement */
    { 0xf0000, 0x10ffff } /* private planes */
};

static bool
code_is_hidden(uint32_t code)
{
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        if (code >= hidden[i].first && code <= hidden[i].last)
            return true;
    }
    return (code & 0xfffe) == 0xfffe;
}

/* Length of the well-formed sequence at the start, 0 when there is none. */
static size_t
utf8_take(struct sv text, uint32_t *ret_code)
{
    static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
    unsigned char lead = (unsigned char)text.at[0];
    size_t len = lead < 0x80             ? 1
                 : (lead & 0xe0) == 0xc0 ? 2
                 : (lead & 0xf0) == 0xe0 ? 3
                 : (lead & 0xf8) == 0xf0 ? 4
                                         : 0;
    uint32_t code = lead;

    if (!len || len > text.len)
        return 0;
    if (len > 1)
        code = lead & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        unsigned char next = (unsigned char)text.at[i];

        if ((next & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (next & 0x3f);
    }
    if (code < smallest[len] || code > 0x10ffff ||
        (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *ret_code = code;
    return len;
}

bool
sv_printable(struct sv text, struct buf *out)
{
    size_t plain = 0; /* bytes seen and not yet copied */

    for (size_t i = 0; i < text.len;) {
        uint32_t code = 0;
        size_t len = utf8_take(sv_drop(text, i), &code);
        bool bad = !len || code < 0x20 || (code >= 0x7f && code <= 0x9f);

        if (!bad && (code < 0xad || !code_is_hidden(code))) {
            i += len;
            continue;
        }
        buf_add(out, sv_head(sv_drop(text, plain), i - plain));
        if (!bad)
            buf_printf(out, "[U+%04X]", (unsigned)code);
        for (size_t k = 0; bad && k < (len ? len : 1); k++)
            buf_printf(out, "\\x%02x", (unsigned char)text.at[i + k]);
        i += len ? len : 1;
        plain = i;
    }
    buf_add(out, sv_drop(text, plain));
    return !out->failed;
}
