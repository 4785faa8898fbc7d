/*
 * case.h: the one thing the analyzer hands over. Plain constant data, and
 * complete: everything that any report shows is here. Field by field it is
 * the schema "exinquest-case/1"; what the schema leaves to us stands behind
 * the comment "ours". All texts are printable UTF-8 (sv_printable()), NULL
 * where the evidence is silent; all times are seconds since 1970 UTC,
 * TIME_UNKNOWN where it is silent. Arrays are in a fixed order that depends on
 * the evidence alone.
 * Owner: whoever ran the analysis; casefile_free() ends it all.
 */
#ifndef ANALYZER_CASE_H
#define ANALYZER_CASE_H

#include "analyzer/base.h"

#define CASE_SCHEMA "exinquest-case/1"
#define TIME_UNKNOWN INT64_MIN
#define COUNT_UNKNOWN INT64_MIN

struct text_list {
    const char *const *items;
    size_t count;
};

struct case_scope {
    struct text_list accounts;
    struct text_list domains;
    struct text_list mailboxes;
    int64_t since;
    int64_t until;
};

struct case_warning {
    const char *topic; /* damaged, bound, skipped, overlap, gap, … */
    int64_t line;      /* COUNT_UNKNOWN: not at a line */
    const char *text;
};

struct case_evidence {
    const char *path;
    const char *container;
    const char *kind; /* exim_main, exim_reject, exim_panic, archive, … */
    const char *compression;
    int64_t stored_bytes;
    const char *sha256;
    int64_t text_bytes;
    const char *text_sha256;
    int64_t lines;
    int64_t lines_parsed;
    int64_t lines_recognised;
    int64_t lines_unparsed;
    int64_t bytes_parsed;
    int64_t bytes_recognised;
    int64_t bytes_unparsed;
    int64_t bytes_damaged;
    int64_t first;
    int64_t last;
    const char *server;
    const struct case_warning *warnings;
    size_t warning_count;
};

struct case_clock {
    const char *server;
    int64_t from;
    int64_t to;
    int32_t offset_minutes; /* printed as "+01:00" */
    int64_t votes;
};

struct case_totals {
    int64_t lines;
    int64_t messages;
    int64_t arrivals;
    int64_t bounces;
    int64_t deliveries;
    int64_t deferrals;
    int64_t failures;
    int64_t completed;
    int64_t rejections;
    int64_t auth_failures;
    int64_t frozen;
    int64_t cwd_lines;
};

/* ours: accepted = delivered + failed + discarded + queued + cut_off, counted
 * in messages that have an arrival; product.md */
struct case_identity {
    int64_t accepted;
    int64_t delivered; /* at least one recipient, none failed or open */
    int64_t failed;    /* done, at least one recipient failed */
    int64_t discarded; /* done, nothing delivered, nothing failed */
    int64_t queued;    /* frozen, deferred or held when the evidence ends */
    int64_t cut_off;   /* nothing is said of its end */
};

struct case_limit {
    const char *domain;
    const char *kind; /* defer_fail, max_emails, hold, suspension, other */
    int64_t first;
    int64_t last;
    int64_t lines;
    const char *text;
};

struct case_principal {
    const char *kind; /* mailbox, script, system_account, webmail, … */
    const char *name;
    const char *account;
    const char *domain;
    int64_t messages;
    int64_t recipients;
    int64_t delivered;
    int64_t deferred;
    int64_t failed;
    int64_t source_ips;
    int64_t first;
    int64_t last;
};

struct case_citation {
    int64_t evidence; /* index into casefile.evidence */
    int64_t line;     /* from 1 */
    int64_t offset;   /* of its first byte in the text */
    const char *text; /* the line, made printable */
    /* ours */
    const char *sha256; /* of the line's bytes without its newline */
};

struct case_claim {
    const char *rule;
    bool supports;
    double weight;
    const char *text; /* English, for scripts; reports word it by `rule` */
    const struct case_citation *citations;
    size_t citation_count;
    /* ours: what the sentence of `rule` is filled with */
    const struct case_value *values;
    size_t value_count;
};

enum value_kind {
    VALUE_TEXT = 1, /* bytes of strangers, printable */
    VALUE_NUMBER,
    VALUE_TIME,
    VALUE_DURATION, /* seconds */
    VALUE_PERCENT
};

struct case_value {
    const char *name;
    enum value_kind kind;
    const char *text; /* VALUE_TEXT */
    int64_t number;   /* all others */
};

struct case_alternative {
    const char *kind;
    double confidence;
    const char *why;
};

/* ours: what a finding's messages came from: a network, directory, login */
struct case_source {
    const char *kind; /* ip, network, country, as, helo, tls, directory, from,
                         login, account */
    const char *name;
    int64_t messages;
    int64_t first;
    int64_t last;
    bool usual; /* seen with this principal outside the finding too */
};

struct case_family {     /* messages alike in subject and size */
    const char *subject; /* normalised; NULL where subjects are not logged */
    int64_t messages;
    int64_t recipients;
    int64_t smallest_bytes;
    int64_t largest_bytes;
    int64_t first;
    int64_t last;
};

struct case_provider { /* where it went, by the recipients' provider */
    const char *name;
    int64_t recipients;
    int64_t delivered;
    int64_t deferred;
    int64_t failed;
};

struct case_refusal {
    const char *reason;   /* class: no_such_user, content, sender_listed, … */
    const char *shape;    /* of texts that no rule knows; else NULL */
    const char *sample;   /* one answer as it was given */
    const char *provider; /* who says so, most often */
    bool final;           /* ** rather than == */
    bool standing;        /* still so in the last hour of the evidence */
    int64_t recipients;
    int64_t lines;
    int64_t first;
    int64_t last;
};

struct case_event { /* of the timeline; worded by `what` */
    int64_t at;
    const char *what; /* first_probe, onset, growth, peak, limit, last, … */
    const struct case_value *values;
    size_t value_count;
    const struct case_citation *citations;
    size_t citation_count;
};

struct case_sample { /* one message with all its lines */
    const char *message_id;
    int64_t at;
    const char *sender;
    const char *subject;
    int64_t size_bytes;
    const char *state; /* delivered, failed, discarded, queued, cut_off */
    struct text_list recipients;
    const struct case_citation *lines; /* in time order */
    const char *const *line_kinds;     /* event_kind_name() of each line */
    const int64_t *line_times;
    size_t line_count;
    int64_t lines_total; /* more than line_count when cut */
};

struct case_replay { /* the incident at other settings */
    int64_t cap_per_hour;
    int64_t stopped;      /* of this finding's recipients */
    int64_t innocent_hit; /* other principals' recipients stopped too */
    int64_t innocents;    /* how many other principals */
};

struct case_hours {     /* counts per UTC hour, one after the other */
    int64_t first_hour; /* start of the first */
    size_t count;
    const int64_t *arrivals;
    const int64_t *deliveries;
    const int64_t *deferrals;
    const int64_t *failures;
};

struct case_finding {
    const char *id;
    const char *kind;
    bool compromise;
    double confidence;
    const char *severity;
    const char *channel;
    const char *account;
    const char *domain;
    const char *mailbox;
    struct text_list script_dirs;
    struct text_list hosts;
    struct text_list source_ips;
    int64_t onset;
    int64_t last;
    int64_t messages;
    int64_t recipients;
    int64_t distinct_recipients;
    int64_t delivered;
    int64_t deferred;
    int64_t failed;
    int64_t discarded_by_limit;
    int64_t deferral_lines;
    int64_t ever_deferred;
    struct text_list message_ids;
    const struct case_claim *claims;
    size_t claim_count;
    const struct case_alternative *alternatives;
    size_t alternative_count;
    struct text_list unknowns; /* codes with an English sentence: "code: …" */
    /* ours */
    bool ongoing;         /* still so when the evidence ends */
    const char *ended_by; /* password_change, limit, hold, removal, NULL */
    int64_t peak_hour;    /* start of the fullest hour */
    int64_t peak_messages;
    int64_t usual_messages_per_day; /* of this principal outside; unknown */
    int64_t queued; /* messages of it still in the queue at the end */
    struct text_list system_accounts; /* U= names that take part */
    struct text_list logins;
    struct text_list probes; /* message ids of probing messages */
    const struct case_source *sources;
    size_t source_count;
    const struct case_family *families;
    size_t family_count;
    int64_t family_total;
    const struct case_provider *providers;
    size_t provider_count;
    int64_t provider_total;
    const struct case_refusal *refusals;
    size_t refusal_count;
    const struct case_event *timeline;
    size_t timeline_count;
    const struct case_sample *samples;
    size_t sample_count;
    const struct case_replay *replays;
    size_t replay_count;
    struct case_hours hours;   /* of this finding's messages alone */
    const int64_t (*heat)[24]; /* submissions, 7 weekdays from Monday × hours,
                                  server time; NULL with fewer than 20 */
};

struct case_shape { /* ours: lines that were not understood, by shape */
    const char *shape;
    int64_t lines;
    struct case_citation sample;
};

struct case_selector { /* ours: what the log was told to hold */
    const char *name;  /* subject, arguments, received_recipients, … */
    const char *state; /* on, off, unknown */
};

struct casefile {
    const char *generator_name;
    const char *generator_version;
    const char *case_id;
    int64_t as_of;
    struct case_scope scope;
    const struct case_evidence *evidence;
    size_t evidence_count;
    const struct case_clock *clock;
    size_t clock_count;
    struct case_totals totals;
    const struct case_limit *limits;
    size_t limit_count;
    const struct case_principal *principals;
    size_t principal_count;
    const struct case_finding *findings;
    size_t finding_count;
    struct case_hours series;
    /* ours */
    struct case_identity identity;
    const char *completeness; /* complete, gaps, damaged */
    const char *server_kind;  /* cpanel, debian, directadmin, other */
    struct text_list servers;
    const struct case_selector *selectors;
    size_t selector_count;
    const struct case_shape *shapes;
    size_t shape_count;
    int64_t shape_total;
    int64_t period_first; /* first and last stamp of the main logs */
    int64_t period_last;
    bool gaps;  /* the logs are silent where the server would not be */
    bool lossy; /* something was damaged, skipped or bounded: exit status 1 */
    struct arena *arena; /* owns all of the above */
};

void casefile_free(struct casefile *casefile);

#endif
