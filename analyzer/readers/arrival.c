/*
 * arrival.c: `<=` and `(=` (exim-log-format 3.2).
 *
 * A HELO may imitate the rest of a line, so each address in brackets may be
 * the client's. The reading taken is the last one after which the whole line
 * parses, not counting brackets inside a subject that the first such reading
 * finds well quoted: subjects are escaped, HELOs are not.
 */
#include "analyzer/readers/grammar.h"

#define READINGS_MAX 16
#define RECORD_MAX 8192  /* Exim's log buffer */
#define ADDRESS_ROOM 260 /* a list is cut at a whole address */

#define AT(field) offsetof(struct event, field)

static const struct item_rule arrival_items[] = {
    { { SV_LIT("R=") }, SHAPE_WORD, FILL_PARENT, 0 },
    { { SV_LIT("DS") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("H=") }, SHAPE_HOST, FILL_HOST, 0 },
    { { SV_LIT("I=") }, SHAPE_IP, FILL_INTERFACE, 0 },
    { { SV_LIT("TFO") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("U=") }, SHAPE_TEXT, FILL_VIEW, AT(ident) },
    { { SV_LIT("Ci=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("P=") }, SHAPE_WORD, FILL_VIEW, AT(protocol) },
    { { SV_LIT("L") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("SPF=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("SPF") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("X=") }, SHAPE_WORD, FILL_CIPHER, 0 },
    { { SV_LIT("CV=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("DN=") }, SHAPE_LOOSE, FILL_NONE, 0 },
    { { SV_LIT("SNI=") }, SHAPE_LOOSE, FILL_NONE, 0 },
    { { SV_LIT("A=") }, SHAPE_TEXT, FILL_AUTH, 0 },
    { { SV_LIT("PRDR") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("PRX=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("K") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("S=") }, SHAPE_NUMBER, FILL_SIZE, 0 },
    { { SV_LIT("M8S=") }, SHAPE_NUMBER, FILL_NONE, 0 },
    { { SV_LIT("DKIM=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("ARC") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("DMARC=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("DMARC") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("RT=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("Q=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("id=") }, SHAPE_TEXT, FILL_HEADER_ID, 0 },
    { { SV_LIT("id*=") }, SHAPE_TEXT, FILL_MADE_ID, 0 },
    { { SV_LIT("T=") }, SHAPE_QUOTED, FILL_SUBJECT, 0 },
    { { SV_LIT("from ") }, SHAPE_ANGLE, FILL_FROM, 0 },
    { { SV_LIT("for ") }, SHAPE_REST, FILL_RECIPIENTS, 0 },
};
enum { ARRIVAL_ITEMS = sizeof(arrival_items) / sizeof(arrival_items[0]) };

struct reading {
    struct event event;
    struct sv rest; /* what no item took */
    const char *host_end;
    bool whole; /* all of the line is accounted for, and a size is there */
};

static void
reading_make(const struct event *base, struct sv items, size_t host_skip,
             struct event *event, struct reading *ret_reading)
{
    struct walk walk = { .rules = arrival_items,
                         .count = ARRIVAL_ITEMS,
                         .host_skip = host_skip,
                         .rest = items };
    bool ordered;

    if (base)
        *event = *base;
    ordered = items_walk(&walk, event);
    ret_reading->rest = walk.rest;
    ret_reading->host_end = walk.host_end;
    ret_reading->whole = ordered && !walk.rest.len && event->size_bytes;
}

/* Where texts begin that are quoted or lists: no client address is there. */
static const char *
reading_limit(const struct event *event, struct sv items)
{
    if (event->arrival_flags & ARRIVAL_HAS_SUBJECT)
        return event->subject.at;
    if (event->from.at)
        return event->from.at;
    if (event->arrival_flags & ARRIVAL_HAS_RCPTS)
        return event->recipients.at;
    return items.at + items.len;
}

static bool
bracket_between(const char *from, const char *to)
{
    struct sv text = { from, from && to > from ? (size_t)(to - from) : 0 };
    size_t at = view_index(text, '[', 0);

    while (at < text.len && (!at || text.at[at - 1] != ' '))
        at = view_index(text, '[', at + 1);
    return at < text.len;
}

/* Tries each address in brackets; the last that explains the line stands. */
static void
readings_compare(const struct event *base, struct sv items, struct event *event,
                 struct reading *reading)
{
    struct reading first = *reading;
    const char *limit =
        reading->whole ? reading_limit(event, items) : items.at + items.len;

    first.event = *event;
    for (size_t skip = 1; skip < READINGS_MAX; skip++) {
        struct reading next;

        reading_make(base, items, skip, &next.event, &next);
        if (!next.host_end || next.host_end > limit)
            break;
        if (!next.whole)
            continue;
        *event = next.event;
        event->flags |= EVENT_TAMPER;
        if (!reading->whole)
            limit = reading_limit(event, items);
        *reading = next;
    }
    if (!reading->whole)
        *event = first.event;
}

/* True when the list of recipients is torn by another record's stamp. */
static bool
recipients_torn(struct sv recipients)
{
    size_t colon = view_index(recipients, ':', 0);
    struct sv one;

    if (colon == recipients.len)
        return false;
    while (recipients_next(&recipients, &one)) {
        if (one.at[0] != '"' && one.len >= 10 &&
            stamp_find(view_between(one.at, recipients.at + recipients.len),
                       0) < one.len)
            return true;
    }
    return false;
}

/* An open quote: cut inside it, or a newline was smuggled in (8.2). */
static bool
quote_is_open(struct sv list)
{
    struct sv one;
    bool open = false;

    if (!list.len || !memchr(list.at, '"', list.len))
        return false;
    while (!open && list.len) {
        size_t length = address_length(list, &open);

        one = (struct sv){ list.at, length };
        view_skip(&list, one.len);
        while (list.len && list.at[0] == ' ')
            view_skip(&list, 1);
    }
    return open;
}

/* A fake subject inside the Message-ID hid the end of the id: take it back. */
static bool
subject_is_hidden(const struct event *event)
{
    return event->header_id.len && event->recipients.len &&
           !(event->arrival_flags & ARRIVAL_HAS_SUBJECT) &&
           sv_find(event->recipients, SV(" T=\"")) >= 0;
}

static void
length_check(struct event *event, struct sv rest)
{
    /* the prefix and what is before the sender are part of the record too */
    size_t length = rest.len + 24;

    if (sv_ends(event->recipients, SV("<trunc>")))
        event->arrival_flags |= ARRIVAL_TRUNCATED;
    if (length >= RECORD_MAX - ADDRESS_ROOM)
        event->arrival_flags |= ARRIVAL_TRUNCATED;
}

static enum line_class
arrival_judge(struct event *event, struct sv rest, struct reading *reading)
{
    length_check(event, rest);
    if (subject_is_hidden(event) || quote_is_open(event->recipients))
        event->flags |= EVENT_TAMPER;
    if (reading->whole)
        return recipients_torn(event->recipients) ? LINE_DAMAGED : LINE_PARSED;
    if (event->arrival_flags & ARRIVAL_TRUNCATED)
        return LINE_PARSED;
    /* S= is on every such line: without it the end is missing */
    if (!event->size_bytes || stamp_find(reading->rest, 0) < reading->rest.len)
        return LINE_DAMAGED;
    event->flags |= EVENT_TAMPER;
    return LINE_PARSED;
}

enum line_class
arrival_read(struct event *event, struct sv rest)
{
    bool open;
    size_t length = address_length(rest, &open);
    struct reading reading;
    struct sv items;

    if (view_byte(event->text, 0) == '(')
        event->arrival_flags |= ARRIVAL_FAKE_REJECT;
    if (open) {
        event->flags |= EVENT_TAMPER;
        length = view_index(rest, ' ', 0);
    }
    event->sender = (struct sv){ rest.at, length };
    if (sv_eq(event->sender, SV("<>"))) {
        event->sender.len = 0;
        event->sender_null = true;
    }
    items = view_drop(rest, length);
    reading_make(NULL, items, 0, event, &reading);
    if (reading.host_end &&
        (!reading.whole ||
         bracket_between(reading.host_end, reading_limit(event, items)))) {
        struct event base = *event;
        struct event fresh = { .kind = base.kind,
                               .flags = base.flags & ~(uint32_t)EVENT_TAMPER,
                               .at_ms = base.at_ms,
                               .zone_minutes = base.zone_minutes,
                               .has_zone = base.has_zone,
                               .has_millis = base.has_millis,
                               .has_pid = base.has_pid,
                               .has_stamp = base.has_stamp,
                               .pid = base.pid,
                               .syslog_host = base.syslog_host,
                               .id = base.id,
                               .text = base.text,
                               .arrival_flags =
                                   base.arrival_flags & ARRIVAL_FAKE_REJECT,
                               .sender = base.sender,
                               .sender_null = base.sender_null };

        readings_compare(&fresh, items, event, &reading);
        if (open)
            event->flags |= EVENT_TAMPER;
    }
    return arrival_judge(event, rest, &reading);
}
