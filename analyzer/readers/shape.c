/*
 * shape.c: the shape of a line, so that alike lines count together. Signs:
 * `#` for digits, `<id>` for a message id, `<addr>` for an address, `"*"` for
 * a quoted text, `?` for a byte that is not printable ASCII.
 */
#include "analyzer/readers/grammar.h"

#define SHAPE_MAX 160

static bool
is_address_byte(char byte)
{
    return byte_is_alnum(byte) || byte == '.' || byte == '-' || byte == '_' ||
           byte == '+' || byte == '=' || byte == '%' || byte == '\'';
}

/* Length of "local@domain" at the start of `text`; 0 when it is none. */
static size_t
bare_address_length(struct sv text)
{
    size_t local = 0;
    size_t end;

    while (local < text.len && local < SHAPE_MAX &&
           is_address_byte(text.at[local]))
        local++;
    if (!local || view_byte(text, local) != '@')
        return 0;
    end = local + 1;
    while (end < text.len && is_address_byte(text.at[end]))
        end++;
    return end > local + 1 ? end : 0;
}

/* Takes one unit off `rest`; what stands for it. */
static struct sv
unit_take(struct sv *rest, bool at_word, char store[1])
{
    struct message_id id;
    size_t length = 0;

    if (at_word && (length = message_id_read(*rest, &id)) != 0)
        return view_skip(rest, length), SV("<id>");
    if (at_word && (length = bare_address_length(*rest)) != 0)
        return view_skip(rest, length), SV("<addr>");
    if ((length = quoted_length(*rest)) != 0)
        return view_skip(rest, length), SV("\"*\"");
    while (byte_is_digit(view_byte(*rest, length)))
        length++;
    if (length)
        return view_skip(rest, length), SV("#");
    store[0] = rest->at[0] < 0x20 || rest->at[0] > 0x7e ? '?' : rest->at[0];
    view_skip(rest, 1);
    return (struct sv){ store, 1 };
}

bool
line_shape(struct sv line, struct buf *out)
{
    struct event event = { .kind = EVENT_OTHER };
    struct sv rest = line;
    size_t room = SHAPE_MAX;
    bool at_word = true;

    if (prefix_read(line, &event))
        rest = event.text;
    if (message_id_is(event.id)) {
        if (!buf_add(out, SV("<id> ")))
            return false;
        room -= 5;
    }
    while (rest.len) {
        char store[1];
        struct sv unit = unit_take(&rest, at_word, store);

        if (unit.len > room)
            break;
        if (!buf_add(out, unit))
            return false;
        room -= unit.len;
        at_word = !byte_is_alnum(unit.at[unit.len - 1]) && unit.at[0] != '#';
    }
    return true;
}
