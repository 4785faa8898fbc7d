/*
 * sealed.h: the whole ledger, concluded once: every message with its lines in
 * order of time, its recipients and what became of them, its parent, the cwd=
 * and identification lines that belong to it, its final state; and the
 * servers' clocks. Times are seconds or milliseconds since 1970, UTC.
 */
#ifndef ANALYZER_LEDGER_SEALED_H
#define ANALYZER_LEDGER_SEALED_H

#include "analyzer/ledger/ledger.h"
#include "analyzer/ledger/refusal.h"

enum outcome {
    OUTCOME_OPEN = 0, /* nothing is said of it */
    OUTCOME_DELIVERED,
    OUTCOME_DEFERRED, /* still undelivered when the evidence ends */
    OUTCOME_FAILED,
    OUTCOME_DISCARDED, /* :blackhole:, removed by hand, … */
    OUTCOME_COUNT
};

struct recipient {
    uint32_t address; /* as asked for */
    uint32_t final;   /* where the last attempt went */
    uint32_t last;    /* the attempt that decided, NO_INDEX without */
    uint32_t deferral_lines;
    uint8_t outcome; /* enum outcome */
    uint8_t refusal; /* enum refusal of the deciding attempt */
    uint8_t waited;  /* enum refusal of its last deferral that says why */
    uint8_t limit;   /* enum limit_kind of the deciding attempt */
    uint8_t target;  /* enum delivery_target */
    bool forwarded;  /* asked for here, sent to a host elsewhere */
    bool remote;     /* at least one attempt was over SMTP */
};

enum message_state {
    STATE_UNKNOWN = 0, /* its arrival is not in the evidence */
    STATE_REFUSED,     /* an id, but refused after DATA */
    STATE_DELIVERED,
    STATE_FAILED,
    STATE_DISCARDED,
    STATE_QUEUED,
    STATE_CUT_OFF,
    STATE_COUNT
};
const char *message_state_name(enum message_state state);

enum cwd_link { CWD_NONE = 0, CWD_BY_PID, CWD_BY_SECOND, CWD_BY_PLACE };

struct message {
    struct message_id id;
    uint32_t server;
    const struct ledger_arrival *arrival; /* NULL: not in the evidence */
    int64_t at; /* arrival; the id's own second where the line is missing */
    int64_t last_at;      /* its last line */
    uint32_t event_first; /* into sealed.order */
    uint32_t event_count;
    uint32_t recipient_first;
    uint32_t recipient_count;
    uint32_t parent;   /* message, NO_INDEX without */
    uint32_t cwd;      /* into ledger->cwds */
    uint32_t ident;    /* the connection identification, into ledger->idents */
    uint32_t redirect; /* the same of a redirect */
    uint32_t account;  /* names from a Sender identification line */
    uint32_t domain;
    uint32_t login;
    uint32_t family; /* the subject, normalised */
    uint32_t deferral_lines;
    uint8_t cwd_link; /* enum cwd_link */
    uint8_t state;    /* enum message_state */
    bool completed;
    bool frozen;  /* when the evidence ends */
    bool removed; /* by hand or by age */
    int64_t removed_at;
};

struct clock_span {
    uint32_t server;
    int64_t from; /* of its first and last vote */
    int64_t to;
    int64_t begins; /* holds from here … */
    int64_t ends;   /* … to here, INT64_MAX for the last */
    int32_t offset_minutes;
    uint64_t votes;
};

struct sealed {
    struct ledger *ledger;    /* owned */
    struct message *messages; /* by (at, id, server's name) */
    size_t message_count;
    uint32_t *order; /* indices of ledger->events, grouped by message */
    struct recipient *recipients;
    size_t recipient_count;
    struct clock_span *clock; /* by server's name, then time */
    size_t clock_count;
    uint32_t *text_rank; /* by text number: order of the texts in time */
    size_t text_count;
    uint32_t *text_server; /* by text number */
    uint32_t *of_ledger;   /* sealed message by ledger message */
    int64_t first_at;      /* of all lines with a message */
    int64_t last_at;
    uint64_t rejections;
    uint64_t auth_failures;
    int64_t since; /* what lies outside is not counted; INT64_MIN, … */
    int64_t until; /* … INT64_MAX: everything */
};

/*
 * Seals a ledger and takes it. `text_server` (taken too) and `text_rank`
 * are by text number.
 * Fails: STATUS_NOMEM; the ledger is then freed as well.
 */
enum status sealed_make(struct ledger *ledger, uint32_t *text_rank,
                        uint32_t *text_server, size_t text_count,
                        struct sealed **ret_sealed);
/*
 * Leaves only messages that arrived, and refusals and limits that were
 * logged, within [since, until]. Lines keep their places.
 */
enum status sealed_narrow(struct sealed *sealed, int64_t since, int64_t until);
void sealed_free(struct sealed *sealed);

/* A stamp as written, in UTC; `near`: the message's own second, or 0. */
int64_t sealed_utc_ms(const struct sealed *sealed, uint32_t server,
                      int64_t at_ms, bool zoned, int64_t near);
int64_t sealed_event_ms(const struct sealed *sealed, uint32_t event);
int32_t sealed_offset_minutes(const struct sealed *sealed, uint32_t server,
                              int64_t at);

static inline struct place
event_place(const struct ledger_event *event)
{
    return (struct place){ event->text, event->line,
                           (uint64_t)event->offset_high << 32 |
                               event->offset_low };
}
static inline struct sv
sealed_name(const struct sealed *sealed, uint32_t name)
{
    return names_text(sealed->ledger->names, name);
}

/* clock.c */
enum status clock_make(struct sealed *sealed);
/* outcome.c: recipients, final state */
enum status outcome_make(struct sealed *sealed);
/* link.c: the user that all sites share where each has none of its own */
bool user_is_web_server(struct sv user);
/* parents, cwd= lines, identifications */
enum status link_make(struct sealed *sealed);
/* family.c: subjects alike */
enum status family_make(struct sealed *sealed);

#endif
