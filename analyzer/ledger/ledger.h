/*
 * ledger.h: what is known after reading some part of the evidence. Reading
 * adds to a ledger, two ledgers merge into one; merging is associative and
 * commutative but for the numbering of names and messages, which nothing that
 * leaves the analyzer depends on. Nothing is concluded here: see sealed.h.
 */
#ifndef ANALYZER_LEDGER_LEDGER_H
#define ANALYZER_LEDGER_LEDGER_H

#include "analyzer/readers/reader.h"

/* Where a line stands: the text's number and the line's place in it. */
struct place {
    uint32_t text;
    uint32_t line;   /* from 1 */
    uint64_t offset; /* of its first byte */
};

#define NO_INDEX UINT32_MAX

/* One line of a message; 24 bytes, as there are many. */
struct ledger_event {
    uint32_t message;
    uint32_t text;
    uint32_t line;
    uint32_t seconds;    /* the stamp as written, since 1970 */
    uint32_t offset_low; /* 40 bits of offset … */
    uint32_t offset_high : 8;
    uint32_t millis : 10;
    uint32_t kind : 6;  /* enum event_kind */
    uint32_t zoned : 1; /* seconds are UTC already */
    uint32_t tamper : 1;
    uint32_t final : 1; /* a ** that is not "retry timeout exceeded" */
};

struct ledger_message {
    struct message_id id;
    uint32_t server;  /* a name, 0 until the texts' servers are known */
    uint32_t arrival; /* index into arrivals, NO_INDEX without */
};

/* What an arrival line said. Fields without a unit are interned names. */
struct ledger_arrival {
    uint32_t message;
    uint32_t event;
    struct message_id parent;
    uint64_t size_bytes;
    uint64_t pid;
    uint64_t header_id; /* a hash of it, only compared; 0: none */
    uint32_t sender;
    uint32_t host_name;
    uint32_t helo;
    uint32_t ip;
    uint32_t port;
    uint32_t interface_ip;
    uint32_t interface_port;
    uint32_t ident;
    uint32_t protocol;
    uint32_t cipher;
    uint32_t authenticator;
    uint32_t auth_id;
    uint32_t subject;          /* decoded */
    uint32_t recipients_first; /* into recipients */
    uint32_t recipients_count;
    uint32_t flags;       /* enum arrival_flag */
    int16_t zone_minutes; /* only when the stamp had a zone */
    bool zoned;
    bool sender_null;
    bool has_pid;
    bool tamper;
};

/* One delivery, deferral or failure line. */
struct ledger_attempt {
    uint32_t event;
    uint32_t message;
    uint32_t address;  /* final */
    uint32_t original; /* as asked for */
    uint32_t host_name;
    uint32_t host_ip;
    uint32_t router;
    uint32_t transport;
    uint32_t shape;  /* of a refusal that no rule knows */
    uint32_t listed; /* the address or list that a refusal names */
    uint8_t kind;    /* enum event_kind */
    uint8_t target;  /* enum delivery_target */
    uint8_t refusal; /* enum refusal */
    uint8_t limit;   /* enum limit_kind */
};

static inline bool
kind_is_attempt(uint32_t kind)
{
    return kind == EVENT_DELIVERY || kind == EVENT_DEFERRAL ||
           kind == EVENT_FAILURE || kind == EVENT_IGNORED_FAIL;
}

enum limit_kind {
    LIMIT_NONE = 0,
    LIMIT_DEFER_FAIL,
    LIMIT_MAX_EMAILS,
    LIMIT_HOLD,
    LIMIT_SUSPENSION,
    LIMIT_OTHER,
    LIMIT_KIND_COUNT
};
const char *limit_kind_name(enum limit_kind kind);
/* What a cPanel text says (cpanel-facts 2.8), and of whom. */
enum limit_kind limit_read(struct sv text, struct sv *ret_domain);

struct ledger_limit {
    struct place place;
    int64_t at_ms;
    uint32_t domain;
    uint32_t text;
    uint8_t kind;
    bool zoned;
};

struct ledger_cwd {
    struct place place;
    int64_t at_ms;
    uint64_t pid;
    uint32_t dir;
    uint32_t args;
    bool has_pid;
    bool zoned;
    bool forged; /* its directory poses as further lines */
};

/* A line of cPanel's that ties a message or a port to an account. */
struct ledger_ident {
    struct place place;
    int64_t at_ms;
    struct message_id about; /* zero: only a port */
    uint32_t how;            /* B=, "sender", "outbound", "script" */
    uint32_t account;        /* U= */
    uint32_t domain;
    uint32_t login;  /* S= */
    uint32_t source; /* O= */
    uint32_t target; /* E= */
    uint32_t port;
    bool zoned;
};

struct ledger_refused { /* a rejection or a failed login */
    uint64_t hash;      /* of the line, so that two logs' copies count once */
    struct place place;
    int64_t at_ms;
    uint32_t ip;
    uint32_t login; /* set_id= */
    uint32_t what;
    uint32_t helo;
    uint8_t kind; /* enum event_kind */
    bool reject_log;
    bool zoned;
};

struct ledger_shape {
    uint32_t shape;
    uint64_t lines;
    struct place sample;
};

struct ledger_warning {
    struct place place;
    uint8_t topic; /* enum warning_topic of evidence.h */
    bool remark;   /* nothing is lost by it, whatever the topic */
    uint64_t count;
    char text[160];
};

/* What was seen of a text while it was read. */
struct ledger_text {
    uint32_t text; /* number given by the caller */
    enum log_kind kind;
    uint64_t lines[4]; /* by enum line_class */
    uint64_t bytes[4];
    int64_t first_ms; /* as written; INT64_MAX, INT64_MIN without */
    int64_t last_ms;
    bool zoned;
    uint32_t server; /* a name: syslog's host, or of our own header ids */
    uint32_t server_votes;
    bool server_mixed; /* several were named */
    uint64_t cwd_lines;
    uint64_t starts;       /* records */
    int64_t silence_ms;    /* the longest between two records ... */
    uint32_t silence_line; /* ... and the line that ends it */
    uint64_t backward;     /* stamps that run back by more than a few seconds */
    uint64_t skipped;      /* lines that another text gave already */
    uint64_t selectors;    /* bits, enum selector_bit */
};

enum selector_bit { /* seen at least once; exim-log-format 4 */
                    SEEN_ARRIVAL = 1 << 0,
                    SEEN_SUBJECT = 1 << 1,
                    SEEN_RECIPIENTS = 1 << 2,
                    SEEN_ARGUMENTS = 1 << 3,
                    SEEN_INCOMING_PORT = 1 << 4,
                    SEEN_CONNECTION = 1 << 5,
                    SEEN_PID = 1 << 6,
                    SEEN_MILLIS = 1 << 7,
                    SEEN_SENDER_ON_DELIVERY = 1 << 8,
                    SEEN_ALL_PARENTS = 1 << 9,
                    SEEN_TLS = 1 << 10,
                    SEEN_SENDER_IDENT = 1 << 11,
                    SEEN_OUTBOUND = 1 << 12,
                    SEEN_CPANEL_ROUTER = 1 << 13,
                    SEEN_DEBIAN_ROUTER = 1 << 14,
                    SEEN_HOST_ARRIVAL = 1 << 15,
                    SEEN_LOCAL_ARRIVAL = 1 << 16,
                    SEEN_INTERFACE = 1 << 17
};

#define ARRAY_OF(type, name)                                                   \
    type *name;                                                                \
    size_t name##_count;                                                       \
    size_t name##_capacity

struct ledger {
    struct names *names;
    ARRAY_OF(struct ledger_message, messages);
    ARRAY_OF(struct ledger_event, events);
    ARRAY_OF(struct ledger_arrival, arrivals);
    ARRAY_OF(uint32_t, recipients);
    ARRAY_OF(struct ledger_attempt, attempts);
    ARRAY_OF(struct ledger_limit, limits);
    ARRAY_OF(struct ledger_cwd, cwds);
    ARRAY_OF(struct ledger_ident, idents);
    ARRAY_OF(struct ledger_refused, refused);
    ARRAY_OF(struct ledger_shape, shapes);
    ARRAY_OF(struct ledger_warning, warnings);
    ARRAY_OF(struct ledger_text, texts);
    uint32_t *slots; /* of messages, by (server, id) */
    size_t slot_count;
    uint32_t recent; /* the message that was asked for last */
    struct buf scratch;
    int64_t previous_ms; /* stamp of the record before, for its order */
    int64_t opening_ms;  /* of the first one; INT64_MIN without */
    struct place opening;
    bool failed; /* out of memory; sticky */
};

#define SHAPES_MAX 512 /* kinds of text that nobody knows; the rest is one */

/* An empty ledger. NULL when out of memory. */
struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

/* Opens the account of a text: everything added next belongs to it. */
enum status ledger_open_text(struct ledger *ledger, uint32_t text,
                             enum log_kind kind);

/*
 * Records one line. `event` may be of any kind; `line` is the physical line
 * that was read last, `bytes` its length with its newline; `place` where the
 * record begins.
 */
enum status ledger_add(struct ledger *ledger, const struct event *event,
                       enum line_class class, struct sv line, uint64_t bytes,
                       struct place place);

/* Counts a line that another text gave already: known, and not needed. */
enum status ledger_skip(struct ledger *ledger, uint64_t bytes);
/* Records an event whose lines were counted before: a record left open. */
enum status ledger_add_late(struct ledger *ledger, const struct event *event,
                            struct place place);

/*
 * Remarks that the open text ends without a newline, as a log does that is
 * being written to.
 */
enum status ledger_end_open(struct ledger *ledger, struct place place);

/*
 * Says what the open text has proved to be. Of a reject log only the refusals
 * count: the rest repeats the main log.
 */
void ledger_settle(struct ledger *ledger, enum log_kind kind);

/* Lines counted so far in the open text. */
uint64_t ledger_line_count(const struct ledger *ledger);

/* Moves the places of a later part of a text behind `lines` lines. */
void ledger_shift(struct ledger *ledger, uint64_t lines);

/*
 * Adds the part of the same text that follows at once; `from` is freed. The
 * outcome is the ledger of both parts read in one go, if ledger_may_join().
 */
bool ledger_may_join(const struct ledger *into, const struct ledger *from);
enum status ledger_join(struct ledger *into, struct ledger *from);

/* Says of which server (a name of this ledger's) all its messages are. */
void ledger_name_server(struct ledger *ledger, uint32_t server);

/* Adds all of `from` to `into`; `from` is freed. */
enum status ledger_merge(struct ledger *into, struct ledger *from);

/* The same, added when there is none; NO_INDEX when out of memory. */
uint32_t ledger_message_add(struct ledger *ledger, uint32_t server,
                            struct message_id id);

/* The message with this id, NO_INDEX when there is none. */
uint32_t ledger_find(const struct ledger *ledger, uint32_t server,
                     struct message_id id);

#endif
