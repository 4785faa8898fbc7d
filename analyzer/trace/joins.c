#include "analyzer/trace/joins.h"

#include <stdlib.h>
#include <string.h>

#define SESSION_GAP_SECONDS 3600
#define PROCESS_GAP_SECONDS 600
#define PAIR_SECONDS 2
/* Lines times arrivals of one session: more is nobody's mail. */
#define SESSION_PAIRS_MAX 100000

/* -------------------------------------------------------------------- keys */

static uint64_t
key_make(struct sv kind, struct sv text, uint64_t number)
{
    char bytes[256];
    size_t len = 0;
    struct sv parts[] = { kind,
                          sv_head(text, 200),
                          { (const char *)&number, sizeof(number) } };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (parts[i].len)
            memcpy(bytes + len, parts[i].at, parts[i].len);
        len += parts[i].len;
    }
    return sv_hash((struct sv){ bytes, len }) | 1;
}

/* One connection: by its port, or by the process that serves it. */
static uint64_t
key_of_session(const struct event *event, uint32_t port)
{
    if (!event->host.ip.len)
        return 0;
    if (port)
        return key_make(SV("port"), event->host.ip, port);
    return event->has_pid ? key_make(SV("pid+ip"), event->host.ip, event->pid)
                          : 0;
}

static uint64_t
key_of_id(struct message_id id)
{
    uint64_t words[2] = { id.when, id.process };

    return key_make(SV("child"),
                    (struct sv){ (const char *)words, sizeof(words) }, 0);
}

/* Whose home is it? Empty when it is nobody's. */
static struct sv
account_of(struct sv dir)
{
    struct sv top;

    if (!sv_skip_prefix(&dir, SV("/")))
        return (struct sv){ 0 };
    top = sv_cut(&dir, '/');
    if (sv_eq(top, SV("root")))
        return top;
    return sv_starts(top, SV("home")) ? sv_cut(&dir, '/') : (struct sv){ 0 };
}

/* ------------------------------------------------------------------ events */

static bool
joins_add(struct joins *joins, const struct join *join)
{
    if (!join->key)
        return true;
    if (!array_reserve((void **)&joins->joins, &joins->capacity,
                       joins->count + 1, sizeof(*join)))
        return false;
    joins->joins[joins->count++] = *join;
    return true;
}

bool
joins_attach(struct joins *joins, const struct text *text,
             uint64_t offset_bytes, struct message_id id)
{
    if (!array_reserve((void **)&joins->attached, &joins->attached_capacity,
                       joins->attached_count + 1, sizeof(*joins->attached)))
        return false;
    joins->attached[joins->attached_count++] =
        (struct attachment){ text, offset_bytes, id };
    return true;
}

static bool
join_key(struct joins *joins, struct join join, enum join_rule rule,
         uint64_t key)
{
    join.rule = rule;
    join.key = key;
    return joins_add(joins, &join);
}

static bool
arrival_event(struct joins *joins, const struct event *event, struct join join)
{
    join.role = JOIN_ARRIVAL;
    join.id = event->id;
    if (!join_key(joins, join, JOIN_SESSION,
                  key_of_session(event, event->host.port)))
        return false;
    if (message_id_is(event->parent) &&
        !join_key(joins, join, JOIN_PAIR, key_of_id(event->parent)))
        return false;
    if (!sv_starts(event->protocol, SV("local")))
        return true;
    if (event->has_pid)
        return join_key(joins, join, JOIN_PROCESS,
                        key_make(SV("pid"), (struct sv){ 0 }, event->pid));
    return !event->ident.len ||
           join_key(joins, join, JOIN_PAIR,
                    key_make(SV("account"), event->ident, 0));
}

/* A command line that names a message tells of that message. */
static bool
cwd_names(struct joins *joins, const struct event *event, struct join join,
          bool *ret_named)
{
    struct sv args = event->args;

    while (args.len) {
        struct sv word = sv_cut(&args, ' ');
        bool child = sv_skip_prefix(&word, SV("-E"));
        struct message_id id;
        bool ok = true;

        if (!word.len || message_id_read(word, &id) != word.len)
            continue;
        *ret_named = true;
        ok = child ? join_key(joins, join, JOIN_PAIR, key_of_id(id))
                   : joins_attach(joins, join.text, join.offset_bytes, id);
        if (!ok)
            return false;
    }
    return true;
}

static bool
cwd_event(struct joins *joins, const struct event *event, struct join join)
{
    bool named = false;
    struct sv account = account_of(event->cwd);

    join.role = JOIN_OPEN;
    if (!cwd_names(joins, event, join, &named))
        return false;
    if (named)
        return true;
    if (event->has_pid)
        return join_key(joins, join, JOIN_PROCESS,
                        key_make(SV("pid"), (struct sv){ 0 }, event->pid));
    return !account.len || join_key(joins, join, JOIN_PAIR,
                                    key_make(SV("account"), account, 0));
}

static bool
connection_event(struct joins *joins, const struct event *event,
                 struct join join)
{
    uint32_t port = event->host.port ? event->host.port : event->ident_port;

    join.role = event->kind == EVENT_CONNECT      ? JOIN_OPEN
                : event->kind == EVENT_DISCONNECT ? JOIN_CLOSE
                                                  : JOIN_LINE;
    if (message_id_is(event->about))
        return joins_attach(joins, join.text, join.offset_bytes, event->about);
    return join_key(joins, join, JOIN_SESSION, key_of_session(event, port));
}

bool
joins_event(struct joins *joins, const struct event *event,
            const struct text *text, uint64_t offset_bytes)
{
    static bool (*const takers[EVENT_KIND_COUNT])(
        struct joins *, const struct event *, struct join) = {
        [EVENT_ARRIVAL] = arrival_event,
        [EVENT_CWD] = cwd_event,
        [EVENT_CONNECT] = connection_event,
        [EVENT_DISCONNECT] = connection_event,
        [EVENT_SENDER_IDENT] = connection_event,
        [EVENT_CONNECTION_IDENT] = connection_event,
        [EVENT_NOBODY_IDENT] = connection_event,
        [EVENT_SCRIPT_DETAILS] = connection_event,
    };
    struct join join = { .at = event->at_ms / 1000,
                         .text = text,
                         .offset_bytes = offset_bytes };

    if (event->kind >= EVENT_KIND_COUNT || !takers[event->kind])
        return true;
    if (message_id_is(event->id) != (event->kind == EVENT_ARRIVAL))
        return true; /* a line with an id is its message's already */
    return takers[event->kind](joins, event, join);
}

/* ----------------------------------------------------------------- joining */

static int
join_cmp(const void *a, const void *b)
{
    const struct join *x = a;
    const struct join *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    if (x->text->rank != y->text->rank)
        return x->text->rank < y->text->rank ? -1 : 1;
    return (x->offset_bytes > y->offset_bytes) -
           (x->offset_bytes < y->offset_bytes);
}

static bool
session_attach(struct joins *joins, size_t from, size_t to)
{
    size_t pairs = 0;

    for (size_t i = from; i < to; i++) {
        if (joins->joins[i].role == JOIN_ARRIVAL)
            continue;
        for (size_t j = from; j < to; j++) {
            if (joins->joins[j].role != JOIN_ARRIVAL)
                continue;
            if (++pairs > SESSION_PAIRS_MAX)
                return true;
            if (!joins_attach(joins, joins->joins[i].text,
                              joins->joins[i].offset_bytes, joins->joins[j].id))
                return false;
        }
    }
    return true;
}

static bool
session_ends(const struct join *last, const struct join *next)
{
    int64_t gap =
        last->rule == JOIN_PROCESS ? PROCESS_GAP_SECONDS : SESSION_GAP_SECONDS;

    return last->role == JOIN_CLOSE || next->role == JOIN_OPEN ||
           next->at - last->at > gap || last->at - next->at > gap;
}

static bool
sessions_resolve(struct joins *joins, size_t from, size_t to)
{
    size_t start = from;

    for (size_t i = from + 1; i <= to; i++) {
        if (i < to && !session_ends(&joins->joins[i - 1], &joins->joins[i]))
            continue;
        if (!session_attach(joins, start, i))
            return false;
        start = i;
    }
    return true;
}

/* Each arrival takes the oldest line that is free and not too old. */
static bool
pairs_resolve(struct joins *joins, size_t from, size_t to)
{
    size_t free_line = from;

    for (size_t i = from; i < to; i++) {
        const struct join *arrival = &joins->joins[i];

        if (arrival->role != JOIN_ARRIVAL)
            continue;
        while (free_line < i &&
               (joins->joins[free_line].role == JOIN_ARRIVAL ||
                joins->joins[free_line].at < arrival->at - PAIR_SECONDS))
            free_line++;
        if (free_line == i)
            continue;
        if (!joins_attach(joins, joins->joins[free_line].text,
                          joins->joins[free_line].offset_bytes, arrival->id))
            return false;
        free_line++;
    }
    return true;
}

static int
attachment_cmp(const void *a, const void *b)
{
    const struct attachment *x = a;
    const struct attachment *y = b;

    if (x->text->rank != y->text->rank)
        return x->text->rank < y->text->rank ? -1 : 1;
    if (x->offset_bytes != y->offset_bytes)
        return x->offset_bytes < y->offset_bytes ? -1 : 1;
    return message_id_cmp(x->id, y->id);
}

/* Sorted, and each only once: a line may tell of a message by two keys. */
static void
attached_sort(struct joins *joins)
{
    size_t kept = 0;

    if (!joins->attached_count)
        return;
    qsort(joins->attached, joins->attached_count, sizeof(*joins->attached),
          attachment_cmp);
    for (size_t i = 1; i < joins->attached_count; i++) {
        if (attachment_cmp(&joins->attached[kept], &joins->attached[i]))
            joins->attached[++kept] = joins->attached[i];
    }
    joins->attached_count = kept + 1;
}

bool
joins_resolve(struct joins *joins)
{
    size_t from = 0;

    if (joins->count)
        qsort(joins->joins, joins->count, sizeof(*joins->joins), join_cmp);
    for (size_t i = 1; i <= joins->count; i++) {
        bool ok;

        if (i < joins->count && joins->joins[i].key == joins->joins[from].key)
            continue;
        ok = joins->joins[from].rule == JOIN_PAIR
                 ? pairs_resolve(joins, from, i)
                 : sessions_resolve(joins, from, i);
        if (!ok)
            return false;
        from = i;
    }
    attached_sort(joins);
    return true;
}

void
joins_clear(struct joins *joins)
{
    free(joins->joins);
    free(joins->attached);
    *joins = (struct joins){ 0 };
}
