/*
 * reader.h: one log family, line by line. To teach exinquest another log,
 * add a file here and a row to the table in reader.c.
 */
#ifndef ANALYZER_READERS_READER_H
#define ANALYZER_READERS_READER_H

#include "analyzer/readers/event.h"

enum log_kind {
    LOG_UNKNOWN = 0, /* text, but no log that we know */
    LOG_EXIM_MAIN,
    LOG_EXIM_REJECT,
    LOG_EXIM_PANIC,
    LOG_EXIM_REFUSALS, /* so far: of a main log or of the reject log */
    LOG_EMPTY,  /* not a byte */
    LOG_BINARY, /* not text */
    LOG_KIND_COUNT
};

const char *log_kind_name(enum log_kind kind); /* "exim_main", … */

/*
 * What the text is, judged from its first bytes (whole lines, at most 64 KiB
 * are looked at), never from its name. Plain or syslog-wrapped alike.
 */
enum log_kind reader_sniff(struct sv head);

struct reader;

/* A reader for one text of this kind. NULL when out of memory. */
struct reader *reader_new(enum log_kind kind);
void reader_free(struct reader *reader);
/*
 * What the lines given so far prove the text to be: refusals alone become a
 * main log by a line that only a main log has, a reject log by a header.
 */
enum log_kind reader_kind(const struct reader *reader);

/*
 * Reads one line, without its newline (a CR before it is dropped here).
 * Lines must come in the order of the text: some records span lines. A line
 * that opens such a record is given as an event at once when it stands alone,
 * else when its last line has come: until then the kind is
 * EVENT_CONTINUATION. Events of a joined record carry EVENT_MULTILINE and the
 * place of the first line: *ret_back says how many lines ago it began.
 * Borrow: *ret_event's views live until the next call.
 */
enum line_class reader_line(struct reader *reader, struct sv line,
                            struct event *ret_event, uint32_t *ret_back);

/*
 * After each reader_line(), until it says false: events of lines that had been
 * held for a record which then proved not to be one (EVENT_CONTINUATION was
 * given for them, and the classes given then stand). *ret_back counts from the
 * line that was given last.
 */
bool reader_more(struct reader *reader, struct event *ret_event,
                 uint32_t *ret_back);

/*
 * At the end of the text, until it says false: what was still held.
 */
bool reader_end(struct reader *reader, struct event *ret_event,
                uint32_t *ret_back);

/*
 * True when a text may be cut before `line` and both parts read apart, given
 * the line before it: `line` starts a record and `previous` is whole.
 */
bool reader_may_cut(struct sv previous, struct sv line);

/*
 * The shape of a line that was not understood: digits, ids, addresses and
 * quoted texts replaced by signs, so that alike lines count together. At most
 * 160 bytes. False: out of memory.
 */
bool line_shape(struct sv line, struct buf *out);

/* Reads the stamp that starts `line`, as event.at_ms has it. */
bool stamp_read(struct sv line, int64_t *ret_at_ms);

#endif
