/* exim_main.c: a record of Exim's main log. */
#include "analyzer/readers/grammar.h"

enum line_class
exim_main_read(struct sv record, struct event *event)
{
    if (prefix_read(record, event))
        return kind_read(event);
    event->kind = EVENT_CONTINUATION;
    event->text = record;
    /* Exim's own continuations are indented or empty (1.6) */
    if (!record.len || record.at[0] == ' ' || record.at[0] == '\t')
        return LINE_RECOGNISED;
    if (STARTS(record, "**** log string overflowed"))
        event->kind = EVENT_OVERFLOW;
    /* the rest of a torn line, or of a text with a newline */
    return event->kind == EVENT_OVERFLOW || stamp_find(record, 0) < record.len
               ? LINE_DAMAGED
               : LINE_UNPARSED;
}
