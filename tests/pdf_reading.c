/* What the PDF tests read a PDF with: its streams unpacked, no parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/pdf_reading.h"

#include <string.h>
#include <zlib.h>

static void
inflate_into(struct sv packed, struct buf *out)
{
    z_stream stream = { 0 };
    Bytef part[4096];
    int end;

    assert_int_equal(inflateInit(&stream), Z_OK);
    stream.next_in = (Bytef *)(uintptr_t)packed.at;
    stream.avail_in = (uInt)packed.len;
    do {
        stream.next_out = part;
        stream.avail_out = sizeof(part);
        end = inflate(&stream, Z_NO_FLUSH);
        buf_add(out,
                (struct sv){ (char *)part, sizeof(part) - stream.avail_out });
    } while (end == Z_OK);
    inflateEnd(&stream);
}

struct buf
pdf_streams(struct sv pdf)
{
    struct buf all = { 0 };
    struct sv rest = pdf;

    for (;;) {
        ptrdiff_t at = sv_find(rest, SV("\nstream\n"));
        struct sv stream;

        if (at < 0)
            break;
        stream = rest = sv_drop(rest, (size_t)at + 8);
        at = sv_find(rest, SV("\nendstream"));
        assert_true(at >= 0);
        stream.len = (size_t)at;
        if (stream.len > 2 && stream.at[0] == 0x78)
            inflate_into(stream, &all);
        else
            buf_add(&all, stream);
        buf_add_char(&all, '\n');
        rest = sv_drop(rest, (size_t)at);
    }
    return all;
}

struct buf
pdf_words(struct sv streams)
{
    struct buf words = { 0 };
    bool inside = false;

    for (size_t i = 0; i < streams.len; i++) {
        char byte = streams.at[i];

        if (!inside) {
            inside = byte == '(';
        } else if (byte == '\\' && i + 1 < streams.len) {
            buf_add_char(&words, streams.at[++i]);
        } else if (byte == ')') {
            inside = false;
        } else {
            buf_add_char(&words, byte);
        }
    }
    return words;
}

size_t
text_count(struct sv text, const char *needle)
{
    size_t count = 0;
    ptrdiff_t at;

    while ((at = sv_find(text, sv_of(needle))) >= 0) {
        count++;
        text = sv_drop(text, (size_t)at + strlen(needle));
    }
    return count;
}

bool
text_has(const struct buf *text, const char *needle)
{
    return text_count(buf_sv(text), needle) > 0;
}
