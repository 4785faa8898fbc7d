/*
 * reader.c: a text, line by line. Knows what spans lines: a directory with
 * newlines in a cwd record, syslog's split lines, an address with a newline.
 * All room for them is part of the reader: no allocation for a line.
 */
#include "analyzer/readers/grammar.h"

#include <stdlib.h>

#define HOLD_BYTES (8192 + 512) /* Exim's record, and what may stand before */
#define HOLD_LINES 64
#define LINE_LONG (8192 + 512)
#define SLOTS 4
#define QUOTE_LINES 8

static const struct reader_row {
    enum log_kind kind;
    const char *name;
    enum line_class (*read)(struct sv record, struct event *event);
} rows[] = {
    { LOG_EXIM_MAIN, "exim_main", exim_main_read },
    { LOG_EXIM_REJECT, "exim_reject", exim_reject_read },
    { LOG_EXIM_PANIC, "exim_panic", exim_panic_read },
    { LOG_UNKNOWN, "unknown", exim_main_read },
    { LOG_EMPTY, "empty", exim_main_read },
    { LOG_BINARY, "binary", exim_main_read },
    { LOG_EXIM_REFUSALS, "exim_refusals", exim_main_read },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

/* Lines that wait for the rest of their record. */
struct held {
    uint64_t first_line; /* its number */
    uint32_t lines;      /* 0: nothing is held */
    size_t len;
    char text[HOLD_BYTES];
};

struct slot { /* the parts of one syslog record */
    struct held held;
    uint64_t pid;
    uint32_t next; /* the part that must come */
    uint32_t parts;
    char joint; /* after the last part that came */
    struct syslog_line outer;
};

struct reader {
    const struct reader_row *row;
    uint64_t lines; /* given so far */
    int64_t last_ms;
    enum event_kind last_kind;
    uint32_t quote_lines; /* an open quote may reach into so many lines */
    struct held hold;     /* a cwd record */
    struct held replay;   /* lines that were held in vain */
    size_t replay_at;
    bool replay_whole; /* it is one record, not lines */
    struct slot slots[SLOTS];
};

static const struct reader_row *
row_of(enum log_kind kind)
{
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].kind == kind)
            return &rows[i];
    }
    return &rows[3];
}

const char *
log_kind_name(enum log_kind kind)
{
    return row_of(kind)->name;
}

struct reader *
reader_new(enum log_kind kind)
{
    struct reader *reader = calloc(1, sizeof(*reader));

    if (reader)
        reader->row = row_of(kind);
    return reader;
}

void
reader_free(struct reader *reader)
{
    free(reader);
}

enum log_kind
reader_kind(const struct reader *reader)
{
    return reader->row->kind;
}

static bool
held_add(struct held *held, struct sv text, char joint)
{
    size_t extra = joint ? 1 : 0;

    if (held->len + extra + text.len > HOLD_BYTES)
        return false;
    if (extra)
        held->text[held->len++] = joint;
    if (text.len)
        memcpy(held->text + held->len, text.at, text.len);
    held->len += text.len;
    held->lines++;
    return true;
}

/* Gives up on what is held: reader_more() gives it line by line. */
static void
held_give_up(struct reader *reader, struct held *held, bool whole)
{
    reader->replay.first_line = held->first_line;
    reader->replay.lines = held->lines;
    reader->replay.len = held->len;
    memcpy(reader->replay.text, held->text, held->len);
    reader->replay_at = 0;
    reader->replay_whole = whole;
    held->lines = 0;
    held->len = 0;
}

/* -------------------------------------------------------------- one record */

/* Quotes that are neither escaped nor closed. */
static bool
quotes_are_odd(struct sv text)
{
    bool odd = false;

    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\\')
            i++;
        else if (text.at[i] == '"')
            odd = !odd;
    }
    return odd;
}

/* Lines after an address with an open quote are its rest, or pose as it. */
static void
quote_follow(struct reader *reader, struct event *event)
{
    if (reader->quote_lines) {
        event->flags |= EVENT_TAMPER | EVENT_FORGED_LINES;
        reader->quote_lines--;
        if (quotes_are_odd(event->text))
            reader->quote_lines = 0;
        return;
    }
    if (event->kind == EVENT_ARRIVAL && (event->flags & EVENT_TAMPER) &&
        !(event->arrival_flags & ARRIVAL_TRUNCATED) &&
        quotes_are_odd(event->text))
        reader->quote_lines = QUOTE_LINES;
}

/* A line without stamp, by what came before it. */
static enum line_class
continuation_class(const struct reader *reader, enum line_class class)
{
    if (class != LINE_UNPARSED)
        return class;
    if (reader->lines == 1) /* the text begins inside a record */
        return LINE_DAMAGED;
    if (reader->quote_lines || reader->last_kind == EVENT_CONFIG ||
        reader->last_kind == EVENT_WARNING ||
        reader->last_kind == EVENT_REWRITE ||
        reader->last_kind == EVENT_TLS_ERROR)
        return LINE_RECOGNISED;
    return class;
}

/* A reject log has refusals and nothing else, however many come first. */
static void
flow_settles(struct reader *reader, struct event *event)
{
    enum log_kind kind = reader->row->kind;

    if ((kind != LOG_EXIM_REFUSALS && kind != LOG_EXIM_REJECT) ||
        !kind_is_flow(event->kind))
        return;
    reader->row = row_of(LOG_EXIM_MAIN);
    event->flags &= ~(uint32_t)EVENT_REJECT_LOG;
}

static enum line_class
record_finish(struct reader *reader, struct event *event, enum line_class class)
{
    if (event->has_stamp) {
        flow_settles(reader, event);
        reader->last_ms = event->at_ms;
        reader->last_kind = event->kind;
    } else {
        event->at_ms = reader->last_ms;
        if (event->kind == EVENT_CONTINUATION)
            class = continuation_class(reader, class);
    }
    if (reader->quote_lines || event->kind == EVENT_ARRIVAL)
        quote_follow(reader, event);
    return class;
}

/* ------------------------------------------------------------- cwd records */

static enum line_class
continuation_give(struct reader *reader, struct sv line, struct event *event)
{
    *event = (struct event){ .kind = EVENT_CONTINUATION,
                             .at_ms = reader->last_ms,
                             .text = line };
    return LINE_PARSED;
}

static bool
hold_open(struct reader *reader, struct sv line)
{
    reader->hold.len = 0;
    reader->hold.lines = 0;
    reader->hold.first_line = reader->lines;
    return held_add(&reader->hold, line, '\0');
}

static enum line_class
plain_read(struct reader *reader, struct sv line, struct event *event)
{
    enum line_class class;

    if (reader->row->kind == LOG_EXIM_REFUSALS &&
        kind_is_refusal(reader->last_kind) && reject_header_is(line))
        reader->row = row_of(LOG_EXIM_REJECT);
    class = reader->row->read(line, event);
    if (event->kind == EVENT_CWD && cwd_is_open(event)) {
        /* torn by another record, or the first line of several */
        if (stamp_find(event->text, 0) < event->text.len)
            class = LINE_DAMAGED;
        else if (hold_open(reader, line))
            return continuation_give(reader, line, event);
    }
    return record_finish(reader, event, class);
}

/* A further line of a held record; false when it does not fit. */
static bool
hold_take(struct reader *reader, struct sv line, struct event *event,
          enum line_class *ret_class, uint32_t *ret_back)
{
    if (reader->hold.lines == HOLD_LINES ||
        !held_add(&reader->hold, line, '\n')) {
        held_give_up(reader, &reader->hold, false);
        return false;
    }
    if (!cwd_has_tail(line)) {
        *ret_class = continuation_give(reader, line, event);
        return true;
    }
    *ret_back = reader->hold.lines - 1;
    *ret_class = reader->row->read(
        (struct sv){ reader->hold.text, reader->hold.len }, event);
    *ret_class = record_finish(reader, event, *ret_class);
    reader->hold.lines = 0;
    return true;
}

/* ---------------------------------------------------------- syslog records */

/* What a joined record says after its first line only a cwd may need. */
static void
first_line_only(struct event *event)
{
    size_t newline = view_index(event->text, '\n', 0);

    if (newline == event->text.len)
        return;
    event->flags |= EVENT_MULTILINE;
    if (!STARTS(event->text, "cwd="))
        event->text.len = newline;
}

static enum line_class
wrapped_read(struct reader *reader, const struct syslog_line *outer,
             struct sv body, struct event *event)
{
    if (!prefix_read(body, event)) {
        int64_t near_ms = reader->last_ms;

        prefix_read_id(body, event);
        if (message_id_is(event->id))
            near_ms = message_id_seconds(event->id) * 1000;
        if (outer->has_year || near_ms) {
            event->at_ms = syslog_at_ms(outer, near_ms);
            event->has_stamp = true;
        }
        event->has_zone = outer->has_zone;
        event->zone_minutes = outer->zone_minutes;
    }
    event->syslog_host = outer->host;
    if (!event->has_pid && outer->has_pid) {
        event->has_pid = true;
        event->pid = outer->pid;
    }
    if (reader->row->kind == LOG_EXIM_REJECT)
        event->flags |= EVENT_REJECT_LOG;
    if (!outer->is_exim) { /* another program's, in a file of many */
        event->kind = EVENT_OTHER;
        return LINE_RECOGNISED;
    }
    first_line_only(event);
    return record_finish(reader, event, kind_read(event));
}

static struct slot *
slot_of(struct reader *reader, uint64_t pid)
{
    for (size_t i = 0; i < SLOTS; i++) {
        if (reader->slots[i].held.lines && reader->slots[i].pid == pid)
            return &reader->slots[i];
    }
    return NULL;
}

/* A free slot, or the one that has waited longest. */
static struct slot *
slot_take(struct reader *reader, uint64_t pid)
{
    struct slot *slot = slot_of(reader, pid);
    struct slot *oldest = &reader->slots[0];

    for (size_t i = 0; i < SLOTS && !slot; i++) {
        if (!reader->slots[i].held.lines)
            slot = &reader->slots[i];
        else if (reader->slots[i].held.first_line < oldest->held.first_line)
            oldest = &reader->slots[i];
    }
    if (!slot)
        slot = oldest;
    if (slot->held.lines)
        held_give_up(reader, &slot->held, true);
    slot->held.len = 0;
    return slot;
}

static enum line_class
part_first(struct reader *reader, struct sv line,
           const struct syslog_line *outer, struct event *event)
{
    struct slot *slot = slot_take(reader, outer->pid);

    if (!held_add(&slot->held, outer->body, '\0'))
        return wrapped_read(reader, outer, outer->body, event);
    slot->held.first_line = reader->lines;
    slot->pid = outer->pid;
    slot->next = 2;
    slot->parts = outer->parts;
    slot->joint = outer->joint;
    slot->outer = *outer;
    slot->outer.host = (struct sv){ NULL, 0 }; /* dies with this line */
    return continuation_give(reader, line, event);
}

static enum line_class
part_next(struct reader *reader, struct sv line,
          const struct syslog_line *outer, struct event *event,
          uint32_t *ret_back)
{
    struct slot *slot = slot_of(reader, outer->pid);
    enum line_class class;

    if (!slot || slot->next != outer->part || slot->parts != outer->parts ||
        !held_add(&slot->held, outer->body,
                  slot->joint == '\\' ? '\n' : '\0')) {
        continuation_give(reader, line, event);
        return LINE_DAMAGED; /* the part before it is missing */
    }
    slot->next++;
    slot->joint = outer->joint;
    if (slot->next <= slot->parts)
        return continuation_give(reader, line, event);
    slot->outer.host = outer->host;
    *ret_back = (uint32_t)(reader->lines - slot->held.first_line);
    class = wrapped_read(reader, &slot->outer,
                         (struct sv){ slot->held.text, slot->held.len }, event);
    event->flags |= EVENT_MULTILINE;
    slot->held.lines = 0;
    return class;
}

static enum line_class
syslog_read(struct reader *reader, struct sv line,
            const struct syslog_line *outer, struct event *event,
            uint32_t *ret_back)
{
    if (outer->part == 0 || outer->parts == 1 || !outer->is_exim)
        return wrapped_read(reader, outer, outer->body, event);
    if (outer->part == 1)
        return part_first(reader, line, outer, event);
    return part_next(reader, line, outer, event, ret_back);
}

/* -------------------------------------------------------------- the reader */

/* Plain stamps have a space where ISO ones have a T. */
static bool
may_be_syslog(struct sv line)
{
    char first = view_byte(line, 0);

    if (byte_is_digit(first))
        return view_byte(line, 10) == 'T';
    return (first >= 'A' && first <= 'S') || first == '<';
}

enum line_class
reader_line(struct reader *reader, struct sv line, struct event *ret_event,
            uint32_t *ret_back)
{
    struct syslog_line outer;
    enum line_class class;
    bool damaged =
        line.len > LINE_LONG || (line.len && memchr(line.at, '\0', line.len));

    memset(ret_event, 0, sizeof(*ret_event));
    *ret_back = 0;
    reader->lines++;
    while (damaged && line.len && line.at[0] == '\0')
        view_skip(&line, 1);
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    if (reader->hold.lines &&
        hold_take(reader, line, ret_event, &class, ret_back))
        return damaged ? LINE_DAMAGED : class;
    if (may_be_syslog(line) && syslog_unwrap(line, &outer))
        class = syslog_read(reader, line, &outer, ret_event, ret_back);
    else
        class = plain_read(reader, line, ret_event);
    return damaged ? LINE_DAMAGED : class;
}

bool
reader_more(struct reader *reader, struct event *ret_event, uint32_t *ret_back)
{
    struct held *replay = &reader->replay;
    struct sv rest;
    struct sv line;

    if (!replay->lines)
        return false;
    memset(ret_event, 0, sizeof(*ret_event));
    rest = (struct sv){ replay->text + reader->replay_at,
                        replay->len - reader->replay_at };
    line = reader->replay_whole ? rest : sv_cut(&rest, '\n');
    *ret_back = (uint32_t)(reader->lines - replay->first_line);
    if (!reader->replay_whole || !prefix_read(line, ret_event)) {
        record_finish(reader, ret_event, reader->row->read(line, ret_event));
    } else {
        first_line_only(ret_event);
        record_finish(reader, ret_event, kind_read(ret_event));
    }
    if (reader->replay_at == 0)
        ret_event->flags |= EVENT_TAMPER;
    replay->first_line++;
    replay->lines = reader->replay_whole ? 0 : replay->lines - 1;
    reader->replay_at += line.len + 1;
    return true;
}

bool
reader_end(struct reader *reader, struct event *ret_event, uint32_t *ret_back)
{
    if (reader_more(reader, ret_event, ret_back))
        return true;
    if (reader->hold.lines) {
        held_give_up(reader, &reader->hold, false);
        return reader_more(reader, ret_event, ret_back);
    }
    for (size_t i = 0; i < SLOTS; i++) {
        if (!reader->slots[i].held.lines)
            continue;
        held_give_up(reader, &reader->slots[i].held, true);
        return reader_more(reader, ret_event, ret_back);
    }
    return false;
}

bool
reader_may_cut(struct sv previous, struct sv line)
{
    struct event event = { .kind = EVENT_OTHER };
    struct syslog_line outer;
    struct stamp stamp;

    if (stamp_take(line, &stamp)) {
        if (!stamp_take(previous, &stamp))
            return false;
        exim_main_read(previous, &event);
        return !(event.kind == EVENT_CWD && cwd_is_open(&event)) &&
               !(event.kind == EVENT_ARRIVAL && quotes_are_odd(event.text));
    }
    return syslog_unwrap(line, &outer) && !outer.part &&
           syslog_unwrap(previous, &outer) && !outer.part;
}
