/*
 * exim_reject.c: a record of Exim's reject log: the line that is in the main
 * log too, then perhaps the envelope and the headers (exim-log-format 5).
 */
#include "analyzer/readers/grammar.h"

static void
address_set(struct sv text, struct sv *ret_address)
{
    size_t length = angle_length(text);

    if (length)
        *ret_address = (struct sv){ text.at + 1, length - 2 };
}

/* "F From: …": a type, a space, a name; folded lines have none of them. */
static void
header_set(struct event *event, struct sv line)
{
    size_t colon = view_index(line, ':', 0);

    if (line.len < 3 || line.at[1] != ' ' || line.at[2] == ' ' || colon < 3 ||
        colon == line.len || memchr(line.at + 2, ' ', colon - 2))
        return;
    event->what = view_between(line.at + 2, line.at + colon);
    event->reason = sv_trim(view_drop(line, colon + 1));
}

bool
reject_header_is(struct sv line)
{
    return STARTS(line, "Envelope-from: <") || STARTS(line, "Envelope-to: <") ||
           STARTS(line, "P Received: ");
}

enum line_class
exim_reject_read(struct sv record, struct event *event)
{
    event->flags |= EVENT_REJECT_LOG;
    if (prefix_read(record, event))
        return kind_read(event);
    event->kind = EVENT_REJECT_HEADER;
    event->text = record;
    if (SKIP(&record, "Envelope-from: ")) {
        address_set(record, &event->sender);
        event->sender_null = event->sender.at && !event->sender.len;
    } else if (SKIP(&record, "Envelope-to: ") ||
               (STARTS(record, "    <") && view_skip(&record, 4))) {
        address_set(record, &event->target_address);
    } else {
        header_set(event, record);
    }
    return LINE_RECOGNISED;
}
