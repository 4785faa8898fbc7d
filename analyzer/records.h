/*
 * records.h: what a case is concluded from, one record at a time: messages,
 * their recipients, and the events that the lines tell of. For exports; a
 * report is made of the case alone. Texts are printable, NULL where the
 * evidence is silent, and live as long as the records; times are UTC.
 */
#ifndef ANALYZER_RECORDS_H
#define ANALYZER_RECORDS_H

#include "analyzer/analyze.h"

struct record_message {
    const char *server;
    const char *message_id; /* until the next message */
    const char *parent_id;  /* the message that this one reports */
    int64_t at;
    int64_t last_at; /* of its last line */
    const char *state;
    const char *principal_kind;
    const char *principal;
    const char *account;
    const char *domain;
    const char *sender; /* "<>": a bounce; NULL: no arrival seen */
    const char *subject;
    const char *family; /* the subject as the case's families have it */
    const char *protocol;
    const char *authenticator;
    const char *login;
    const char *source_ip;
    const char *source_host;
    const char *helo;
    const char *user;      /* U= */
    const char *directory; /* of the cwd= line that belongs to it */
    int64_t source_port;   /* COUNT_UNKNOWN: not logged */
    int64_t size_bytes;    /* the same */
    int64_t recipients;
    int64_t delivered;
    int64_t deferred;
    int64_t failed;
    const char *finding; /* "F1": the one that it is part of */
};

struct record_recipient {
    const char *address; /* as asked for */
    const char *final;   /* where the last attempt went */
    const char *outcome; /* open, delivered, deferred, failed, discarded */
    const char *refusal; /* why not, by class */
    const char *host;    /* of the last attempt, here and below */
    const char *host_ip;
    const char *router;
    const char *transport;
    int64_t deferral_lines;
};

struct record_event {
    int64_t at_ms;
    const char *kind; /* arrival, delivery, deferral, auth_failed, … */
    const char *server;
    const char *evidence; /* the text's name, and where in it */
    int64_t line;
    int64_t offset;
    const char *address; /* of an attempt */
    const char *host;    /* the other side: an attempt's, a client's */
    const char *host_ip;
    const char *login; /* that was tried */
    const char *refusal;
};

/*
 * Called in this order: a message, its recipients, its events by time; then
 * the events that belong to no message, `message` being NULL. False stops.
 */
struct records_visitor {
    void *user;
    bool (*message)(void *user, const struct record_message *message);
    bool (*recipient)(void *user, const struct record_message *message,
                      const struct record_recipient *recipient);
    bool (*event)(void *user, const struct record_message *message,
                  const struct record_event *event);
};

struct records;

/*
 * Analyzes the evidence and keeps what the case was made of.
 * Owner: the caller, records_free().
 * Fails: as analyze().
 */
enum status records_open(const struct analyze_options *options,
                         struct records **ret_records, struct fault *fault);
void records_free(struct records *records);

/* The case, of the whole evidence. Borrow: lives as long as the records. */
const struct casefile *records_case(const struct records *records);

/* Does the case's scope let this account, domain or mailbox be seen? */
bool records_in_scope(const struct casefile *casefile, const char *account,
                      const char *domain, const char *mailbox);

/*
 * Visits every record within the scope, by time of arrival. Callbacks that
 * are NULL are left out.
 * Fails: STATUS_END when a callback said false; STATUS_NOMEM.
 */
enum status records_visit(struct records *records,
                          const struct records_visitor *visitor);

#endif
