/*
 * event.h: one line of a log, understood. Everything in it is a view into
 * the block that was read (or into the reader, for joined lines): it dies
 * with the next call.
 */
#ifndef ANALYZER_READERS_EVENT_H
#define ANALYZER_READERS_EVENT_H

#include "analyzer/base.h"

/* ------------------------------------------------------------- message ids */

/*
 * Exim's message id as a value, both forms (exim-log-format 1.4):
 * 6-6-2 up to 4.96 and 6-11-4 since 4.97, base 62. Ids of one server order by
 * arrival when compared as (when, process).
 */
struct message_id {
    uint64_t when;    /* seconds << 25 | fraction << 1 | long form; 0: none */
    uint64_t process; /* the receiving process */
};
#define MESSAGE_ID_MAX 23

/* Length of the id that starts `text` (16 or 23), 0 when there is none. */
size_t message_id_read(struct sv text, struct message_id *ret_id);
/* Writes the id and a NUL; returns its length. */
size_t message_id_print(struct message_id id, char text[MESSAGE_ID_MAX + 1]);
static inline int64_t
message_id_seconds(struct message_id id) /* since 1970, UTC */
{
    return (int64_t)(id.when >> 25);
}
static inline bool
message_id_is(struct message_id id)
{
    return id.when != 0;
}
static inline bool
message_id_eq(struct message_id a, struct message_id b)
{
    return a.when == b.when && a.process == b.process;
}
static inline int
message_id_cmp(struct message_id a, struct message_id b)
{
    if (a.when != b.when)
        return a.when < b.when ? -1 : 1;
    return a.process == b.process ? 0 : a.process < b.process ? -1 : 1;
}

/* ------------------------------------------------------------------- kinds */

enum event_kind {
    EVENT_OTHER = 0, /* a valid prefix, a text that no rule knows */
    /* message flow, exim-log-format 2.2 */
    EVENT_ARRIVAL,      /* <= and (= */
    EVENT_DELIVERY,     /* => -> >> */
    EVENT_SUPPRESSED,   /* *> : not delivered, -N */
    EVENT_DEFERRAL,     /* == */
    EVENT_FAILURE,      /* ** with an address */
    EVENT_COMPLETED,    /* Completed */
    EVENT_IGNORED_FAIL, /* addr: error ignored */
    EVENT_PIPE_OUTPUT,  /* addr: T transport output: text */
    /* queue and message management, 2.3 */
    EVENT_FROZEN,       /* Frozen … (delivery process), frozen by … */
    EVENT_STILL_FROZEN, /* Message is frozen */
    EVENT_UNFROZEN,     /* Unfrozen by …, unfrozen by … */
    EVENT_REMOVED,      /* removed by … */
    EVENT_CANCELLED,    /* cancelled by … */
    EVENT_EXPIRED,      /* Message removed because older than … */
    EVENT_QUEUE_NOTE,   /* no immediate delivery, spool locked, moved, … */
    EVENT_RESCINDED,    /* rescind the above message-accept */
    EVENT_QUEUE_RUN,    /* Start/End queue run */
    EVENT_DAEMON,       /* daemon started, SIGHUP */
    EVENT_CWD,          /* cwd=DIR N args: … */
    /* connections and dialogue, 2.5 */
    EVENT_CONNECT,        /* SMTP connection from [ip] (… count = n) */
    EVENT_DISCONNECT,     /* closed by, lost, unexpected disconnection, … */
    EVENT_REFUSED,        /* connection refused before a command */
    EVENT_NO_MAIL,        /* no MAIL in SMTP connection */
    EVENT_PROTOCOL_ERROR, /* SMTP syntax/protocol/synchronization error */
    EVENT_DROPPED,        /* SMTP call from … dropped: … */
    EVENT_INCOMPLETE,     /* incomplete transaction, timeouts, lost in data */
    EVENT_AUTH_FAILED,    /* X authenticator failed for … (server side) */
    EVENT_AUTH_CLIENT,    /* X authenticator failed H=… (Exim as client) */
    EVENT_NO_HOST_NAME,   /* no host name found, alias list truncated, … */
    EVENT_TLS_ERROR,      /* TLS error on connection, SSL verify error, … */
    EVENT_DNS,            /* long lookups, DNS list defer */
    /* policy, 2.6 */
    EVENT_REJECTED,    /* [temporarily] rejected WHAT, one per refusal */
    EVENT_REJECT_NOTE, /* sender verify fail, unqualified …, discarded by
                          an ACL: beside a refusal or without one */
    EVENT_WARNING,     /* H=… Warning: text (ACL warn) */
    /* outgoing attempts, 2.7 */
    EVENT_ATTEMPT,     /* H=h [ip] Connection refused, SMTP error … */
    EVENT_ROUTER_NOTE, /* X router: skipped error, remote host is local */
    /* the rest of 2.8 and 2.9 */
    EVENT_DKIM,    /* DKIM:, ARC:, dmarc: */
    EVENT_REWRITE, /* "old" from WHERE rewritten as … */
    EVENT_CONFIG,  /* configuration, expansion, panic texts */
    /* cPanel's own lines, exim-log-format 11 and cpanel-facts 2.5 */
    EVENT_OUTBOUND,         /* SMTP connection outbound EPOCH ID DOMAIN RCPT */
    EVENT_SENDER_IDENT,     /* Sender identification U= D= S= */
    EVENT_CONNECTION_IDENT, /* SMTP connection identification … B= */
    EVENT_NOBODY_IDENT,     /* nobody send identification … */
    EVENT_SCRIPT_DETAILS,   /* Script details - User: … X-PHP-… */
    EVENT_PANEL_NOTE, /* check_mail_permissions …, From: header …, bare
                         hold and suspension lines */
    /* not events of their own */
    EVENT_CONTINUATION,  /* belongs to the record before */
    EVENT_REJECT_HEADER, /* an envelope or header line of a reject record */
    EVENT_OVERFLOW,      /* log string overflowed log buffer */
    EVENT_KIND_COUNT
};

const char *event_kind_name(enum event_kind kind); /* "arrival", … */

/* What became of a line's bytes, contracts.md 2 */
enum line_class {
    LINE_UNPARSED = 0, /* not understood */
    LINE_PARSED,       /* an event whose fields were taken */
    LINE_RECOGNISED,   /* known, and nothing in it is needed */
    LINE_DAMAGED       /* torn, overlong, NUL block, cut off */
};

enum arrival_flag {
    ARRIVAL_FAKE_REJECT = 1 << 0, /* (= */
    ARRIVAL_ID_MADE = 1 << 1,     /* id*= */
    ARRIVAL_TLS = 1 << 2,         /* X= was there */
    ARRIVAL_HAS_SUBJECT = 1 << 3, /* T= was there, even if empty */
    ARRIVAL_HAS_RCPTS = 1 << 4,   /* for … was there */
    ARRIVAL_TRUNCATED = 1 << 5    /* near 8 KiB or marked: list incomplete */
};

enum host_flag {
    HOST_NAME_CONFIRMED = 1 << 0, /* reverse and forward agree */
    HOST_REUSED = 1 << 1          /* connection reused, * */
};

/* H= of exim-log-format 3.6; also the client of a rejection or connection */
struct host {
    struct sv name; /* confirmed name, or the host a delivery tried */
    struct sv helo; /* as claimed, without the parentheses */
    struct sv ip;   /* text inside the last bracket */
    uint32_t port;  /* 0: not logged */
    uint32_t flags; /* enum host_flag */
};

enum delivery_mark {
    MARK_FIRST = 1, /* => */
    MARK_MORE,      /* -> */
    MARK_CUTTHROUGH /* >> */
};

enum delivery_target {
    TARGET_REMOTE = 1, /* over SMTP to a host with an address */
    TARGET_LOCAL,      /* a mailbox here */
    TARGET_FILE,       /* /path, save */
    TARGET_PIPE,       /* |command */
    TARGET_AUTOREPLY,  /* >address */
    TARGET_DISCARDED   /* :blackhole:, discarded, blackhole (…), /dev/null */
};

enum event_flag {
    EVENT_TAMPER = 1 << 0,       /* fields that Exim would not have written so:
                                    the forged-looking text is in them */
    EVENT_TEMPORARY = 1 << 1,    /* temporarily rejected, 4xx */
    EVENT_MULTILINE = 1 << 2,    /* joined from several physical lines */
    EVENT_FORGED_LINES = 1 << 3, /* …of which some pose as lines of their own */
    EVENT_BY_LIMIT = 1 << 4,     /* cPanel's limit, hold or suspension text */
    EVENT_REJECT_LOG = 1 << 5,   /* read from a reject log */
    EVENT_QUEUED_TWICE = 1 << 6 /* retry timeout exceeded: second line of ** */
};

/* One line. Which fields are filled depends on `kind`; others are empty. */
struct event {
    enum event_kind kind;
    uint32_t flags;       /* enum event_flag */
    int64_t at_ms;        /* the stamp as written, read as if it were UTC */
    int16_t zone_minutes; /* +0100 is 60; only with has_zone */
    bool has_zone;
    bool has_millis;
    bool has_pid;
    bool has_stamp; /* false: continuation, or syslog without inner stamp and
                       no outer one; at_ms is then the last stamp seen */
    uint64_t pid;   /* [pid], or syslog's exim[pid] */
    struct sv syslog_host; /* of a syslog wrapper */
    struct message_id id;
    struct sv text; /* everything after stamp, pid and id */

    /* arrival; ident, auth and sender also on rejections */
    uint32_t arrival_flags;
    struct sv sender;         /* without <>; empty for the null sender */
    bool sender_null;         /* it was <> */
    struct message_id parent; /* R= */
    struct host host;         /* arrivals, rejections, connections, deliveries,
                                 attempts */
    struct sv interface_ip;   /* I= */
    uint32_t interface_port;
    struct sv ident;         /* U= */
    struct sv protocol;      /* P= */
    struct sv cipher;        /* X= */
    struct sv authenticator; /* A= first part; or who failed */
    struct sv auth_id;       /* A= second part; or set_id= */
    uint64_t size_bytes;     /* S= */
    struct sv header_id;     /* id=, without the brackets */
    struct sv subject;    /* T= as written, still escaped: subject_decode() */
    struct sv from;       /* from <…> */
    struct sv recipients; /* after for: recipients_next() */

    /* deliveries, deferrals, failures */
    enum delivery_mark mark;
    enum delivery_target target;
    struct sv address;  /* final */
    struct sv parents;  /* between ( and ) */
    struct sv original; /* <ORIG>; the final address when not shown */
    struct sv router;
    struct sv transport;
    struct sv response;      /* C= as written; or the text of == and ** */
    int32_t errno_value;     /* defer (N) */
    struct sv queue_time;    /* QT= */
    struct sv delivery_time; /* DT= */

    /* rejections and notes */
    struct sv what; /* "RCPT", "after DATA", "EHLO", …; the queue-run word;
                       B= of an identification */
    struct sv target_address; /* the refused recipient or sender; E= */
    struct sv reason; /* text after the colon; who froze, removed, … */

    /* cwd */
    struct sv cwd; /* the directory, raw, perhaps with newlines */
    uint32_t args_count;
    struct sv args;     /* the words after "N args: " */
    uint32_t cwd_lines; /* physical lines of the record that by themselves
                           read "stamp [pid] cwd=": 1, or more if forged */

    /* cPanel identification lines */
    struct sv account;       /* U= */
    struct sv domain;        /* D= */
    struct sv login;         /* S= */
    struct sv source;        /* O= of a redirect */
    struct message_id about; /* M=, or the ID of an outbound line */
    uint32_t ident_port;     /* P= */
};

/*
 * The next recipient of a `for` list: quoted local parts and \x pairs are
 * units. False at the end.
 */
bool recipients_next(struct sv *rest, struct sv *ret_recipient);
/* T= decoded: \" \\ \n \ooo back to bytes. False: out of memory. */
bool subject_decode(struct sv raw, struct buf *out);
/* C= decoded twice, lines parted by newlines. False: out of memory. */
bool response_decode(struct sv raw, struct buf *out);

#endif
