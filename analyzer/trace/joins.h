/*
 * joins.h: lines without an id and arrivals that share a key: a connection's
 * address and port, a process, an account. Which line tells of which message?
 */
#ifndef ANALYZER_TRACE_JOINS_H
#define ANALYZER_TRACE_JOINS_H

#include "analyzer/readers/event.h"
#include "analyzer/trace/links.h"

enum join_role {
    JOIN_ARRIVAL = 0,
    JOIN_OPEN,  /* begins what the key stands for */
    JOIN_LINE,  /* lies in it */
    JOIN_CLOSE, /* ends it */
};

enum join_rule {
    JOIN_SESSION = 0, /* all lines of a session belong to all its arrivals */
    JOIN_PROCESS,     /* the same of a process, which lives shorter */
    JOIN_PAIR,        /* each opening line belongs to one arrival after it */
};

struct join {
    uint64_t key; /* hash; 0: none */
    enum join_role role;
    enum join_rule rule;
    int64_t at; /* seconds */
    const struct text *text;
    uint64_t offset_bytes;
    struct message_id id; /* of an arrival */
};

struct joins { /* all zero to start with */
    struct join *joins;
    size_t count;
    size_t capacity;
    struct attachment *attached; /* sorted by joins_resolve() */
    size_t attached_count;
    size_t attached_capacity;
};

bool joins_attach(struct joins *joins, const struct text *text,
                  uint64_t offset_bytes, struct message_id id);
/* What this event, whose record starts there, has to say. False: no memory. */
bool joins_event(struct joins *joins, const struct event *event,
                 const struct text *text, uint64_t offset_bytes);
/* When all is read and the texts have their ranks. False: no memory. */
bool joins_resolve(struct joins *joins);
void joins_clear(struct joins *joins);

#endif
