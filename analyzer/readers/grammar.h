/*
 * grammar.h: what the files of this room share. Other rooms include event.h
 * and reader.h only.
 */
#ifndef ANALYZER_READERS_GRAMMAR_H
#define ANALYZER_READERS_GRAMMAR_H

#include "analyzer/readers/reader.h"

#include <string.h>

/* --------------------------------------------------- small steps in a view */

/* Inline, as these run several times for each line of a log. */
#define STARTS(text, lit)                                                      \
    ((text).len >= sizeof("" lit) - 1 &&                                       \
     memcmp((text).at, lit, sizeof(lit) - 1) == 0)
#define SKIP(rest, lit) view_skip_text(rest, "" lit, sizeof("" lit) - 1)

static inline bool
view_skip(struct sv *rest, size_t count)
{
    rest->at += count;
    rest->len -= count;
    return true;
}

/* Moves past `text`; or leaves the view as it is and says false. */
static inline bool
view_skip_text(struct sv *rest, const char *text, size_t length)
{
    return rest->len >= length && memcmp(rest->at, text, length) == 0 &&
           view_skip(rest, length);
}

static inline struct sv
view_drop(struct sv text, size_t count)
{
    return (struct sv){ text.at + count, text.len - count };
}

static inline struct sv
view_between(const char *from, const char *to)
{
    return (struct sv){ from, (size_t)(to - from) };
}

/* `prefix` is not empty. */
static inline bool
view_starts(struct sv text, struct sv prefix)
{
    size_t at = 0;

    if (text.len < prefix.len ||
        text.at[prefix.len - 1] != prefix.at[prefix.len - 1])
        return false;
    /* most prefixes are short or differ early: no call for them */
    while (at < prefix.len && text.at[at] == prefix.at[at])
        at++;
    return at == prefix.len;
}

/* The byte at `at`, NUL past the end. */
static inline char
view_byte(struct sv text, size_t at)
{
    return at < text.len ? text.at[at] : '\0';
}

/* Index of `byte` at or after `from`; the length when there is none. */
static inline size_t
view_index(struct sv text, char byte, size_t from)
{
    const char *at =
        from < text.len ? memchr(text.at + from, byte, text.len - from) : NULL;

    return at ? (size_t)(at - text.at) : text.len;
}

static inline bool
byte_is_digit(char byte)
{
    return (unsigned char)(byte - '0') <= 9;
}

static inline bool
byte_is_alnum(char byte)
{
    return byte_is_digit(byte) || (unsigned char)((byte | 32) - 'a') <= 25;
}

/* -------------------------------------------------------- stamps, prefixes */

struct stamp {
    int64_t at_ms; /* as written, as if it were UTC */
    int16_t zone_minutes;
    bool has_zone;
    bool has_millis;
};

/* Length of the stamp, with millis and zone, that starts `text`; or 0. */
size_t stamp_take(struct sv text, struct stamp *ret_stamp);
/* Milliseconds since 1970 of a calendar time; -1 when there is none such. */
int64_t stamp_make(unsigned year, unsigned month, unsigned day, unsigned hour,
                   unsigned minute, unsigned second);
/* Index of the first stamp at or after `from`; the length if there is none. */
size_t stamp_find(struct sv text, size_t from);
/*
 * Takes stamp, pid and id off `record` into the event; what follows is
 * event.text. False when no stamp stands at its start: nothing is then set.
 */
bool prefix_read(struct sv record, struct event *event);
/* The part of it after the stamp. */
void prefix_read_id(struct sv rest, struct event *event);

/* ------------------------------------------------------------------ syslog */

struct syslog_line {
    int64_t at_ms; /* of the outer stamp; year 1972 when it has none */
    bool has_year;
    bool has_zone;
    int16_t zone_minutes;
    bool is_exim; /* by its program name, or the stamp inside */
    bool has_pid;
    uint64_t pid;
    struct sv host;
    uint32_t part;  /* n of [n/m]; 0: not split */
    uint32_t parts; /* m */
    char joint;     /* '/' or '\\' */
    struct sv body; /* what the program wrote, without [n/m] */
};

bool syslog_unwrap(struct sv line, struct syslog_line *ret_line);
/*
 * The outer stamp with a year: of the year that brings it nearest to `near_ms`
 * (the id's time in the line, or else the last stamp seen).
 */
int64_t syslog_at_ms(const struct syslog_line *line, int64_t near_ms);

/* -------------------------------------------------------- fields, fields.c */

/* Length of the quoted text that starts `text`, quotes included; 0: open. */
size_t quoted_length(struct sv text);
/* Up to the first space outside quotes; all of it with an open quote. */
size_t address_length(struct sv text, bool *ret_open_quote);
/* Length of `<…>` with quotes honoured; 0 when it is not one. */
size_t angle_length(struct sv text);
/* True when `original` without quotes and backslashes is `final`. */
bool address_dequotes_to(struct sv original, struct sv final);
/* Length of "[ip]:port*" that starts `text`; 0 when it is none. */
size_t bracket_take(struct sv text, struct host *host);
/*
 * The host item that starts `text`, of exim-log-format 3.6. As a HELO may
 * hold anything, the end is ambiguous: `skip` says how many possible ends to
 * pass over. Returns its length; 0 when there is no (such) end.
 */
size_t host_take(struct sv text, size_t skip, struct host *ret_host);
/* The host item that `text` ends with, its I=, U=, Ci= and D= peeled off. */
bool host_from_end(struct sv text, struct event *event);
/* "[ip]:port" of an I= item. */
void interface_set(struct event *event, struct sv value);
void auth_set(struct event *event, struct sv value);

enum item_shape {
    SHAPE_FLAG,   /* a bare word */
    SHAPE_WORD,   /* up to the next space */
    SHAPE_NAME,   /* a word of the bytes that driver names have */
    SHAPE_NUMBER, /* digits */
    SHAPE_HOST,
    SHAPE_IP,     /* [ip]:port */
    SHAPE_ANGLE,  /* <…>, quotes honoured */
    SHAPE_QUOTED, /* "…" with escapes; `tails` must follow */
    SHAPE_LOOSE,  /* "…" without escapes, or a word */
    SHAPE_TEXT,   /* up to the next item that may stand there */
    SHAPE_REST    /* all that is left */
};

enum item_fill {
    FILL_NONE,
    FILL_VIEW, /* the view at `offset` of the event */
    FILL_SIZE,
    FILL_PARENT,
    FILL_HOST,
    FILL_INTERFACE,
    FILL_CIPHER,
    FILL_AUTH,
    FILL_HEADER_ID,
    FILL_MADE_ID,
    FILL_SUBJECT,
    FILL_FROM,
    FILL_RECIPIENTS,
    FILL_SENDER
};

struct item_rule {
    struct sv key;
    enum item_shape shape;
    enum item_fill fill;
    size_t offset;
};

#define WALK_TEXTS 4
/* One way through the items of a line, in the order of their table. */
struct walk {
    const struct item_rule *rules;
    size_t count;
    const struct sv *stops; /* words that end the items, by what they begin */
    size_t stop_count;
    bool colon_ends; /* ": " ends the items too */
    bool at_item;    /* the rest begins with an item, no space before it */
    size_t host_skip;
    /* the state */
    struct sv rest; /* not walked yet; a space stands before each item */
    size_t next;    /* rules before this one are used up */
    struct {
        size_t rule;
        const char *from;
    } texts[WALK_TEXTS]; /* items that may hold spaces, so far */
    size_t text_count;
    const char *host_end;
};

/*
 * Walks the items into the event. False when an item stands where Exim would
 * not have put it; else `walk->rest` is what the items left over.
 */
bool items_walk(struct walk *walk, struct event *event);

/* True when cPanel's limit, hold or suspension speaks; names whom it means. */
bool limit_text_read(struct sv text, struct event *event);
/* Index of the last `needle`; -1 when there is none. */
ptrdiff_t view_rfind(struct sv text, struct sv needle);

/* ---------------------------------------------------- one reader per shape */

/* A text of a known kind into its fields. `rest` follows the marker. */
enum line_class arrival_read(struct event *event, struct sv rest);
enum line_class delivery_read(struct event *event, struct sv rest);
enum line_class failure_read(struct event *event, struct sv rest);
enum line_class deferral_read(struct event *event, struct sv rest);
enum line_class rejection_host_read(struct event *event, struct sv rest);
enum line_class rejection_plain_read(struct event *event, struct sv rest);
enum line_class rejection_local_read(struct event *event, struct sv rest);
enum line_class rejection_note_read(struct event *event, struct sv rest);
enum line_class connection_read(struct event *event, struct sv rest);
enum line_class dropped_read(struct event *event, struct sv rest);
enum line_class refused_read(struct event *event, struct sv rest);
enum line_class no_mail_read(struct event *event, struct sv rest);
enum line_class protocol_read(struct event *event, struct sv rest);
enum line_class unexpected_read(struct event *event, struct sv rest);
enum line_class timeout_read(struct event *event, struct sv rest);
/* True when the text is of an authenticator, Exim's own or a client's. */
bool auth_failed_read(struct event *event);
enum line_class cwd_read(struct event *event, struct sv rest);
enum line_class outbound_read(struct event *event, struct sv rest);
enum line_class sender_ident_read(struct event *event, struct sv rest);
enum line_class connection_ident_read(struct event *event, struct sv rest);
enum line_class script_details_read(struct event *event, struct sv rest);
enum line_class panel_note_read(struct event *event, struct sv rest);

/*
 * True when `record` ends in ` N args: …` with N words. For a cwd record
 * that lacks it, more lines belong to it.
 */
bool cwd_has_tail(struct sv record);
/* A cwd text without its tail, and not cut by Exim itself. */
bool cwd_is_open(const struct event *event);

/* Decides the kind of event.text and reads its fields. */
enum line_class kind_read(struct event *event);

/* What only a main log has; what the reject log has too. */
bool kind_is_flow(enum event_kind kind);
bool kind_is_refusal(enum event_kind kind);
/* A line of the block below a record of the reject log, as Exim starts it. */
bool reject_header_is(struct sv line);

/* One record of each family: prefix, kind, fields. */
enum line_class exim_main_read(struct sv record, struct event *event);
enum line_class exim_reject_read(struct sv record, struct event *event);
enum line_class exim_panic_read(struct sv record, struct event *event);

#endif
