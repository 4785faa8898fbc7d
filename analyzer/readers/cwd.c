/*
 * cwd.c: `cwd=DIR N args: …` (exim-log-format 2.4, 8.2). The directory is
 * raw: it may hold a ` 4 args: ` of its own, or newlines and whole forged
 * records. Of the places where N is the number of words that follow, the last
 * is taken: the directory shown then always begins with the true one.
 */
#include "analyzer/readers/grammar.h"

#define PLACES_MAX 32

/* The next of Exim's arguments: a word, or one in quotes. */
static size_t
arg_length(struct sv args)
{
    size_t at = 0;

    if (view_byte(args, 0) != '"')
        return view_index(args, ' ', 0);
    do
        at = view_index(args, '"', at + 1);
    while (at + 1 < args.len && args.at[at + 1] != ' ');
    return at < args.len ? at + 1 : view_index(args, ' ', 0);
}

static uint64_t
args_count(struct sv args)
{
    uint64_t count = 1;

    for (;;) {
        size_t length = arg_length(args);

        if (length >= args.len)
            return count;
        count++;
        view_skip(&args, length + 1);
    }
}

/*
 * True when `args` can be `count` arguments. Quotes inside an argument are
 * not escaped, so with quotes fewer than the words will do.
 */
static bool
args_match(struct sv args, uint64_t count)
{
    uint64_t words = 1;

    if (!args.len || count == args_count(args))
        return args.len != 0;
    if (!memchr(args.at, '"', args.len))
        return false;
    for (size_t i = 0; i < args.len; i++)
        words += args.at[i] == ' ';
    return count && count <= words;
}

struct place {
    size_t end; /* of the directory */
    uint64_t count;
    struct sv args;
};

/* The number that ends at `end`, with a space before it: where that is. */
static bool
number_before(struct sv text, size_t end, struct place *place)
{
    size_t digits = end;

    while (digits && byte_is_digit(text.at[digits - 1]))
        digits--;
    if (!digits || text.at[digits - 1] != ' ' ||
        !sv_to_u64(view_between(text.at + digits, text.at + end), UINT32_MAX,
                   &place->count))
        return false;
    place->end = digits - 1;
    return true;
}

/* The last " N args: " of `text`: found by its colon, which are few. */
static bool
place_find(struct sv text, struct place *ret_place)
{
    for (int tries = 0; tries < PLACES_MAX;) {
        const char *colon = text.len ? memrchr(text.at, ':', text.len) : NULL;
        size_t at = colon ? (size_t)(colon - text.at) : 0;

        if (at < 6)
            return false;
        if (view_byte(text, at + 1) == ' ' &&
            memcmp(colon - 5, " args", 5) == 0) {
            ret_place->args = view_drop(text, at + 2);
            if (number_before(text, at - 5, ret_place))
                return true;
            tries++;
        }
        text.len = at;
    }
    return false;
}

/* The last place whose count is right; how many others are right as well. */
static bool
tail_find(struct sv text, struct place *ret_place, uint32_t *ret_others)
{
    struct sv head = text;
    struct place place;
    bool found = false;

    *ret_others = 0;
    for (int tries = 0; tries < PLACES_MAX && place_find(head, &place);
         tries++) {
        place.args = view_between(place.args.at, text.at + text.len);
        if (args_match(place.args, place.count)) {
            if (!found)
                *ret_place = place;
            *ret_others += found;
            found = true;
        }
        head.len = place.end;
    }
    return found;
}

bool
cwd_has_tail(struct sv record)
{
    struct place place;
    uint32_t others;

    return tail_find(record, &place, &others);
}

bool
cwd_is_open(const struct event *event)
{
    return event->kind == EVENT_CWD && !event->args_count &&
           !sv_ends(event->text, SV(" ..."));
}

/* Counts the lines of a joined record that pose as cwd records. */
static void
lines_count(struct event *event)
{
    struct sv rest = event->cwd;

    event->flags |= EVENT_MULTILINE;
    sv_cut(&rest, '\n');
    while (rest.len) {
        struct event inner = { .kind = EVENT_OTHER };

        if (prefix_read(sv_cut(&rest, '\n'), &inner)) {
            event->flags |= EVENT_FORGED_LINES | EVENT_TAMPER;
            event->cwd_lines += STARTS(inner.text, "cwd=");
        }
    }
}

enum line_class
cwd_read(struct event *event, struct sv rest)
{
    struct place place;
    uint32_t others = 0;
    bool found = tail_find(rest, &place, &others);

    event->cwd_lines = 1;
    if (!found && sv_ends(rest, SV(" ...")) && place_find(rest, &place))
        found = true; /* cut by Exim: the arguments go on in a next record */
    event->cwd = rest;
    if (found) {
        event->cwd.len = place.end;
        event->args_count = (uint32_t)place.count;
        event->args = place.args;
    }
    /* a directory that looks like the text after it */
    if (others || place_find(event->cwd, &place))
        event->flags |= EVENT_TAMPER;
    if (sv_eq(event->cwd, SV(" (failed)")))
        event->cwd = (struct sv){ NULL, 0 };
    if (event->cwd.len && memchr(event->cwd.at, '\n', event->cwd.len))
        lines_count(event);
    return LINE_PARSED;
}
