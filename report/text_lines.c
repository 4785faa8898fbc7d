#include "report/text_lines.h"

#include "report/node.h"

static size_t
char_bytes(struct sv text)
{
    unsigned char head = (unsigned char)text.at[0];
    size_t len = head < 0x80 ? 1 : head < 0xe0 ? 2 : head < 0xf0 ? 3 : 4;

    return len < text.len ? len : text.len;
}

/* 0 for marks that join, 2 for full-width scripts, 1 for all else. */
static size_t
char_columns(struct sv one)
{
    unsigned char head = (unsigned char)one.at[0];
    uint32_t code = one.len == 1 ? head : head & (0x7fu >> one.len);

    for (size_t i = 1; i < one.len; i++)
        code = code << 6 | ((unsigned char)one.at[i] & 0x3f);
    if ((code >= 0x300 && code < 0x370) || (code >= 0x591 && code < 0x5be))
        return 0;
    if ((code >= 0x1100 && code < 0x1160) ||
        (code >= 0x2e80 && code < 0xa4d0) ||
        (code >= 0xac00 && code < 0xd7a4) ||
        (code >= 0xf900 && code < 0xfb00) ||
        (code >= 0xfe30 && code < 0xfe70) ||
        (code >= 0xff00 && code < 0xff61) ||
        (code >= 0x1f300 && code < 0x1fb00) || code >= 0x20000)
        return 2;
    return 1;
}

size_t
text_columns(struct sv text)
{
    size_t columns = 0;

    while (text.len > 0) {
        size_t len = char_bytes(text);

        columns += char_columns(sv_head(text, len));
        text = sv_drop(text, len);
    }
    return columns;
}

static void
put(struct text_out *text, struct sv bytes)
{
    if (text->failed || !buf_add(text->out, bytes))
        text->failed = true;
}

static void
put_spaces(struct text_out *text, size_t count)
{
    while (count-- > 0)
        put(text, SV(" "));
}

/* As many whole characters as fit into `columns`, one at least. */
static size_t
fitting(struct sv text, size_t columns)
{
    size_t bytes = 0;
    size_t used = 0;

    while (bytes < text.len) {
        size_t len = char_bytes(sv_drop(text, bytes));

        used += char_columns((struct sv){ text.at + bytes, len });
        if (used > columns && bytes > 0)
            break;
        bytes += len;
    }
    return bytes;
}

/* No-break spaces hold words together in HTML; here they are spaces. */
static void
put_word(struct text_out *text, struct sv word)
{
    while (word.len > 0) {
        ptrdiff_t at = sv_find(word, SV("\xc2\xa0"));

        if (at < 0) {
            put(text, word);
            return;
        }
        put(text, sv_head(word, (size_t)at));
        put(text, SV(" "));
        word = sv_drop(word, (size_t)at + 2);
    }
}

void
text_para(struct text_out *text, struct sv first, struct sv words)
{
    size_t hang = text->indent + text_columns(first);
    size_t column = hang;
    bool line_empty = true;

    put_spaces(text, text->indent);
    put(text, first);
    while (words.len > 0) {
        struct sv word = sv_cut(&words, ' ');
        size_t columns = text_columns(word);

        if (word.len == 0)
            continue;
        if (!line_empty && column + 1 + columns > TEXT_COLUMNS) {
            put(text, SV("\n"));
            put_spaces(text, hang);
            column = hang;
            line_empty = true;
        }
        if (!line_empty) {
            put(text, SV(" "));
            column++;
        }
        while (column + columns > TEXT_COLUMNS && word.len > 0) {
            size_t fit = fitting(word, TEXT_COLUMNS - column);

            put_word(text, sv_head(word, fit));
            put(text, SV("\n"));
            put_spaces(text, hang);
            word = sv_drop(word, fit);
            column = hang;
            columns = text_columns(word);
        }
        put_word(text, word);
        column += columns;
        line_empty = false;
    }
    put(text, SV("\n"));
    text->blank = false;
}

void
text_raw(struct text_out *text, struct sv line)
{
    size_t hang = text->indent;

    do {
        size_t fit = fitting(line, TEXT_COLUMNS - hang);

        put_spaces(text, hang);
        put(text, sv_head(line, fit));
        put(text, SV("\n"));
        line = sv_drop(line, fit);
        hang = text->indent + 2;
    } while (line.len > 0);
    text->blank = false;
}

void
text_blank(struct text_out *text)
{
    if (!text->blank)
        put(text, SV("\n"));
    text->blank = true;
}

void
text_rule(struct text_out *text, char byte, size_t columns)
{
    put_spaces(text, text->indent);
    for (size_t i = 0; i < columns && i < TEXT_COLUMNS - text->indent; i++)
        put(text, (struct sv){ &byte, 1 });
    put(text, SV("\n"));
    text->blank = false;
}
