/*
 * exim_panic.c: a record of Exim's panic log. Most are copies of main log
 * lines; any other text there is a complaint of Exim about its own state.
 */
#include "analyzer/readers/grammar.h"

enum line_class
exim_panic_read(struct sv record, struct event *event)
{
    enum line_class class;

    if (!prefix_read(record, event)) {
        event->kind = EVENT_CONTINUATION;
        event->text = record;
        return LINE_RECOGNISED;
    }
    class = kind_read(event);
    if (class != LINE_UNPARSED)
        return class;
    event->kind = EVENT_CONFIG;
    event->reason = event->text;
    return LINE_RECOGNISED;
}
