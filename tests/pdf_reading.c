/* What the PDF tests read a PDF with: its streams unpacked, no parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/pdf_reading.h"

#include "report/pdf_reading.h"

#include <string.h>

struct buf
pdf_streams(struct sv pdf)
{
    struct buf all = { 0 };

    assert_int_equal(pdf_read_streams(pdf, &all), STATUS_OK);
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
