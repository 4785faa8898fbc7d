/*
 * words.h: sentences. An outline says what is to be said as
 * <t id="…"><arg name="…">…</arg></t>; a catalogue says how. Numbers, times,
 * durations and sizes are written here too, by the catalogue's patterns and
 * never by the machine's locale.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/template.h"

struct words;

/*
 * Reads the catalogues: the brand's, the language's, then English for what
 * those lack. A language without a catalogue is English.
 * Owner: the caller; words_free(). Borrows nothing.
 * Fails: STATUS_DAMAGED for a catalogue that is none, STATUS_USAGE for one of
 * the brand's with file and line, STATUS_IO, STATUS_NOMEM.
 */
enum status words_open(const struct templates *templates, const char *lang,
                       struct words **ret_words, struct fault *fault);
void words_free(struct words *words);

/* The language really used, and its direction: "en", "ltr". */
const char *words_lang(const struct words *words);
const char *words_dir(const struct words *words);

/*
 * Finishes `document` in place: every `t`, number, time and command in it
 * becomes text. `clock` is the case's element with spans, for times
 * in the server's own zone; NULL: all are UTC.
 * Fails: STATUS_NOMEM; STATUS_DAMAGED for a document nested too deep. It must
 * then be thrown away.
 */
enum status words_apply(struct words *words, xmlDoc *document,
                        const xmlNode *clock, struct fault *fault);

/* Sentences that had to be taken from English, or were in no catalogue. */
int64_t words_fallbacks(const struct words *words);
int64_t words_missing(const struct words *words);

/* ---------------------------------------------------------- words_format.c */

struct words_format {  /* a catalogue's patterns */
    struct sv group;   /* between thousands */
    struct sv decimal; /* before tenths */
    struct sv second;  /* {Y}-{m}-{d} {H}:{M}:{S} */
    struct sv minute;
    struct sv day;
    struct sv clock; /* {H}:{M} */
    struct sv units; /* of durations: day, hour, minute, second */
    struct sv unknown;
};

/* False: out of memory. */
bool format_number(const struct words_format *format, int64_t value,
                   struct buf *out);
/* `text` is a share of one, as 0.97. */
bool format_percent(const struct words_format *format, struct sv text,
                    struct buf *out);
bool format_bytes(const struct words_format *format, int64_t value,
                  struct buf *out);
/* The two largest units: 1 d 4 h, 22 min. */
bool format_duration(const struct words_format *format, int64_t seconds,
                     struct buf *out);
bool format_time(struct sv pattern, int64_t at, struct buf *out);
/* 2026-11-12T02:47:52Z, and nothing else, to seconds since 1970. */
bool time_parse(struct sv text, int64_t *ret_at);
/* "+01:00" to seconds. */
bool offset_parse(struct sv text, int64_t *ret_seconds);

#endif
