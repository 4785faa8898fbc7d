#include "report/pdf_reading.h"

#include "report/pdf_object.h"

#include <string.h>
#include <zlib.h>

#define STREAM_BYTES_MAX ((size_t)256 * 1024 * 1024)
#define WORD_GAP (-200) /* thousandths of the size: a space, not kerning */

/* ----------------------------------------------------------------- streams */

enum status
pdf_inflate(struct sv packed, struct buf *ret_plain)
{
    z_stream stream = { 0 };
    Bytef part[16384];
    int end = inflateInit(&stream);

    if (end != Z_OK)
        return STATUS_NOMEM;
    stream.next_in = (Bytef *)(uintptr_t)packed.at;
    stream.avail_in = (uInt)packed.len;
    do {
        stream.next_out = part;
        stream.avail_out = sizeof(part);
        end = inflate(&stream, Z_NO_FLUSH);
        if (!buf_add(ret_plain, (struct sv){ (const char *)part,
                                             sizeof(part) - stream.avail_out }))
            end = Z_MEM_ERROR;
    } while (end == Z_OK && ret_plain->len < STREAM_BYTES_MAX);
    inflateEnd(&stream);
    if (end == Z_MEM_ERROR)
        return STATUS_NOMEM;
    return end == Z_STREAM_END ? STATUS_OK : STATUS_DAMAGED;
}

/* Takes the next stream off the head, as it is stored; false: no more. */
static bool
stream_take(struct sv *rest, struct sv *ret_stream)
{
    ptrdiff_t at = sv_find(*rest, SV("\nstream\n"));
    ptrdiff_t end;

    if (at < 0)
        return false;
    *rest = sv_drop(*rest, (size_t)at + strlen("\nstream\n"));
    end = sv_find(*rest, SV("\nendstream"));
    *ret_stream = end < 0 ? *rest : sv_head(*rest, (size_t)end);
    *rest = sv_drop(*rest, ret_stream->len);
    return true;
}

static enum status
stream_open(struct sv stream, struct buf *ret_plain)
{
    if (stream.len > 2 && stream.at[0] == 0x78)
        return pdf_inflate(stream, ret_plain);
    return buf_add(ret_plain, stream) ? STATUS_OK : STATUS_NOMEM;
}

enum status
pdf_read_streams(struct sv pdf, struct buf *ret_streams)
{
    struct sv stream;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && stream_take(&pdf, &stream)) {
        status = stream_open(stream, ret_streams);
        if (status == STATUS_OK && !buf_add_char(ret_streams, '\n'))
            status = STATUS_NOMEM;
    }
    return status;
}

/* ----------------------------------------------------------------- strings */

static int
hex_digit(char byte)
{
    const char *digits = "0123456789abcdef";
    const char *at = byte ? strchr(digits, byte | 0x20) : NULL;

    return at ? (int)(at - digits) : -1;
}

/* A backslash and what follows, up to three octal digits. */
static void
escape_read(struct sv *rest, struct buf *out)
{
    int byte = 0;
    int digits = 0;

    while (digits < 3 && rest->len && rest->at[0] >= '0' &&
           rest->at[0] <= '7') {
        byte = byte * 8 + (rest->at[0] - '0');
        *rest = sv_drop(*rest, 1);
        digits++;
    }
    if (digits) {
        buf_add_char(out, (char)byte);
    } else if (rest->len) {
        if (rest->at[0] != '\n') /* that one continues the line */
            buf_add_char(out, rest->at[0]);
        *rest = sv_drop(*rest, 1);
    }
}

/* "(…)", its first parenthesis already taken. */
static void
literal_read(struct sv *rest, struct buf *out)
{
    size_t depth = 1;

    while (rest->len) {
        char byte = rest->at[0];

        *rest = sv_drop(*rest, 1);
        if (byte == '\\') {
            escape_read(rest, out);
            continue;
        }
        depth += byte == '(';
        depth -= byte == ')';
        if (!depth)
            return;
        buf_add_char(out, byte);
    }
}

static void
utf8_add(struct buf *out, unsigned code)
{
    if (code < 0x80) {
        buf_add_char(out, (char)code);
    } else if (code < 0x800) {
        buf_add_char(out, (char)(0xc0 | code >> 6));
        buf_add_char(out, (char)(0x80 | (code & 0x3f)));
    } else {
        buf_add_char(out, (char)(0xe0 | code >> 12));
        buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
        buf_add_char(out, (char)(0x80 | (code & 0x3f)));
    }
}

/* "<FEFF…>" is UTF-16; other strings in hexadecimal are glyphs. */
static void
hex_read(struct sv *rest, struct buf *out)
{
    bool text = sv_starts(*rest, SV("FEFF")) || sv_starts(*rest, SV("feff"));
    unsigned code = 0;
    size_t digits = 0;

    if (text)
        *rest = sv_drop(*rest, 4);
    while (rest->len && rest->at[0] != '>') {
        int digit = hex_digit(rest->at[0]);

        *rest = sv_drop(*rest, 1);
        if (digit < 0)
            continue;
        code = (code << 4 | (unsigned)digit) & 0xffff;
        if (++digits % 4 == 0 && text)
            utf8_add(out, code);
    }
}

/* ------------------------------------------------------------------- words */

static bool
gap_skip(struct sv *rest)
{
    bool negative = sv_skip_prefix(rest, SV("-"));
    int size = 0;

    while (rest->len && rest->at[0] >= '0' && rest->at[0] <= '9') {
        if (size < 100000)
            size = size * 10 + (rest->at[0] - '0');
        *rest = sv_drop(*rest, 1);
    }
    return negative && -size < WORD_GAP;
}

/* The strings of a value; those of one line drawn belong together. */
static void
value_read(struct sv value, bool drawn, struct buf *out)
{
    while (value.len) {
        char byte = value.at[0];

        if (drawn && (byte == '-' || (byte >= '0' && byte <= '9'))) {
            if (gap_skip(&value))
                buf_add_char(out, ' ');
            continue;
        }
        value = sv_drop(value, 1);
        if (byte == '<' && sv_skip_prefix(&value, SV("<")))
            continue;
        if (byte == '(')
            literal_read(&value, out);
        else if (byte == '<')
            hex_read(&value, out);
        else
            continue;
        if (!drawn)
            buf_add_char(out, '\n');
    }
    if (drawn)
        buf_add_char(out, '\n');
}

static void
words_read(struct sv stream, struct buf *out)
{
    struct sv value;

    if (sv_starts(stream, SV("<?xpacket"))) {
        buf_add(out, stream);
        buf_add_char(out, '\n');
        return;
    }
    while (pdf_value_take(&stream, &value)) {
        struct sv after = stream;
        struct sv next = { 0 };

        if (!memchr("([<", value.at[0], 3))
            continue;
        pdf_value_take(&after, &next);
        value_read(value, sv_eq(next, SV("TJ")), out);
    }
}

enum status
pdf_read_words(struct sv pdf, struct buf *ret_words)
{
    struct buf plain = { 0 };
    struct sv stream;
    enum status status = STATUS_OK;

    while (status == STATUS_OK && stream_take(&pdf, &stream)) {
        plain.len = 0;
        status = stream_open(stream, &plain);
        /* fonts, pictures and tables of offsets are no text */
        if (status == STATUS_OK && plain.len && !memchr(plain.at, 0, plain.len))
            words_read(buf_sv(&plain), ret_words);
    }
    if (status == STATUS_OK && ret_words->failed)
        status = STATUS_NOMEM;
    buf_clear(&plain);
    return status;
}
