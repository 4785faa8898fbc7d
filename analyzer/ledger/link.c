/*
 * What belongs together: a bounce and its parent, a local submission and the
 * cwd= line of the call that made it, an arrival and the line that says who
 * opened its connection.
 */
#include "analyzer/ledger/sealed.h"

#include <stdlib.h>

/* A cwd= line is written before its message is received: mostly in the same
 * second, later by as long as the caller takes to write the message. */
#define CWD_WINDOW_MS 60000
#define CWD_CLOSE_MS 3000
#define PID_WINDOW_MS 120000

struct cwd_entry {
    int64_t at_ms;
    uint64_t offset;
    uint64_t pid;
    uint32_t rank;
    uint32_t index; /* into ledger->cwds */
    bool has_pid;
    bool taken;
};

static int
cwd_order(const void *left, const void *right)
{
    const struct cwd_entry *a = left;
    const struct cwd_entry *b = right;

    if (a->at_ms != b->at_ms)
        return a->at_ms < b->at_ms ? -1 : 1;
    if (a->rank != b->rank)
        return a->rank < b->rank ? -1 : 1;
    return a->offset == b->offset ? 0 : a->offset < b->offset ? -1 : 1;
}

static struct cwd_entry *
cwd_entries(const struct sealed *sealed)
{
    const struct ledger *ledger = sealed->ledger;
    struct cwd_entry *entries =
        calloc(ledger->cwds_count + 1, sizeof(*entries));

    if (!entries)
        return NULL;
    for (size_t i = 0; i < ledger->cwds_count; i++) {
        const struct ledger_cwd *cwd = &ledger->cwds[i];

        entries[i] = (struct cwd_entry){
            .at_ms = sealed_utc_ms(sealed, sealed->text_server[cwd->place.text],
                                   cwd->at_ms, cwd->zoned, 0),
            .offset = cwd->place.offset,
            .pid = cwd->pid,
            .rank = sealed->text_rank[cwd->place.text],
            .index = (uint32_t)i,
            .has_pid = cwd->has_pid,
        };
    }
    qsort(entries, ledger->cwds_count, sizeof(*entries), cwd_order);
    return entries;
}

bool
user_is_web_server(struct sv user)
{
    static const struct sv servers[] = {
        { SV_LIT("nobody") }, { SV_LIT("www-data") }, { SV_LIT("apache") },
        { SV_LIT("www") },    { SV_LIT("nginx") },    { SV_LIT("httpd") },
    };

    for (size_t i = 0; i < sizeof(servers) / sizeof(servers[0]); i++) {
        if (sv_eq(user, servers[i]))
            return true;
    }
    return false;
}

/* True when `account` is one whole part of the path. */
static bool
path_has_part(struct sv path, struct sv account)
{
    if (!account.len)
        return false;
    while (path.len) {
        if (sv_eq(sv_cut(&path, '/'), account))
            return true;
    }
    return false;
}

static size_t
first_from(const struct cwd_entry *entries, size_t count, int64_t at_ms)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (entries[middle].at_ms < at_ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct cwd_choice {
    struct cwd_entry *by_pid;
    struct cwd_entry *by_second; /* the account's own */
    struct cwd_entry *by_place;  /* nobody's by its path, the latest */
    int64_t best;                /* how well by_second fits */
};

/* The argument of -f; empty where the call has none. */
static struct sv
sender_argument(struct sv args)
{
    while (args.len) {
        struct sv word = sv_cut(&args, ' ');

        if (sv_eq(word, SV("-f")))
            return sv_cut(&args, ' ');
        if (sv_starts(word, SV("-f")))
            return sv_drop(word, 2);
    }
    return (struct sv){ "", 0 };
}

/* Whether the call asked for the sender that the message has. */
static bool
sender_fits(const struct sealed *sealed, const struct cwd_entry *entry,
            const struct ledger_arrival *arrival)
{
    struct sv asked = sender_argument(
        sealed_name(sealed, sealed->ledger->cwds[entry->index].args));
    struct sv sender = sealed_name(sealed, arrival->sender);

    if (asked.len)
        return sv_eq_nocase(asked, sender);
    return sv_eq(sv_cut(&sender, '@'), sealed_name(sealed, arrival->ident));
}

/* Closest in time; of one second, the call that asked for this sender; of
 * those, the earliest. */
static int64_t
fit_of(const struct sealed *sealed, const struct cwd_entry *entry,
       const struct ledger_arrival *arrival, int64_t at_ms)
{
    int64_t distance = (at_ms - entry->at_ms) / 1000;
    int64_t fit = 1000 - (distance < 0 ? 0 : distance);

    return sender_fits(sealed, entry, arrival) ? fit + 1000 : fit;
}

/* The shared web user runs in everybody's folders: then the call must have
 * asked for the sender, or come just before. */
static bool
runs_anywhere(const struct sealed *sealed, const struct cwd_entry *entry,
              const struct ledger_arrival *arrival, int64_t at_ms)
{
    return user_is_web_server(sealed_name(sealed, arrival->ident)) &&
           (entry->at_ms >= at_ms - CWD_CLOSE_MS ||
            sender_fits(sealed, entry, arrival));
}

static void
consider(const struct sealed *sealed, struct cwd_entry *entry,
         const struct message *message, int64_t at_ms,
         struct cwd_choice *choice)
{
    const struct ledger_arrival *arrival = message->arrival;
    struct sv dir = sealed_name(sealed, sealed->ledger->cwds[entry->index].dir);

    if (entry->has_pid) {
        if (entry->pid == arrival->pid || entry->pid == message->id.process)
            choice->by_pid = entry;
    } else if (path_has_part(dir, sealed_name(sealed, arrival->ident)) ||
               runs_anywhere(sealed, entry, arrival, at_ms)) {
        int64_t fit = fit_of(sealed, entry, arrival, at_ms);

        if (fit > choice->best) {
            choice->best = fit;
            choice->by_second = entry;
        }
    } else if (!sv_starts(dir, SV("/home")) &&
               entry->at_ms >= at_ms - CWD_CLOSE_MS) {
        choice->by_place = entry;
    }
}

static struct cwd_choice
cwd_choose(const struct sealed *sealed, struct cwd_entry *entries, size_t count,
           const struct message *message, int64_t at_ms)
{
    int64_t window = message->arrival->has_pid ? PID_WINDOW_MS : CWD_WINDOW_MS;
    struct cwd_choice choice = { 0 };

    for (size_t i = first_from(entries, count, at_ms - window);
         i < count && entries[i].at_ms <= at_ms + 999; i++) {
        if (!entries[i].taken)
            consider(sealed, &entries[i], message, at_ms, &choice);
    }
    return choice;
}

static bool
is_local(const struct sealed *sealed, const struct message *message)
{
    return message->arrival && !message->arrival->ip &&
           !message_id_is(message->arrival->parent) &&
           sv_starts(sealed_name(sealed, message->arrival->protocol),
                     SV("local"));
}

static enum status
link_cwds(struct sealed *sealed)
{
    size_t count = sealed->ledger->cwds_count;
    struct cwd_entry *entries = cwd_entries(sealed);

    if (!entries)
        return STATUS_NOMEM;
    for (size_t i = 0; i < sealed->message_count; i++) {
        struct message *message = &sealed->messages[i];
        struct cwd_choice choice;
        struct cwd_entry *entry;

        if (!is_local(sealed, message))
            continue;
        choice = cwd_choose(sealed, entries, count, message,
                            sealed_event_ms(sealed, message->arrival->event));
        entry = choice.by_pid      ? choice.by_pid
                : choice.by_second ? choice.by_second
                                   : choice.by_place;
        if (!entry)
            continue;
        entry->taken = true;
        message->cwd = entry->index;
        message->cwd_link = (uint8_t)(choice.by_pid      ? CWD_BY_PID
                                      : choice.by_second ? CWD_BY_SECOND
                                                         : CWD_BY_PLACE);
    }
    free(entries);
    return STATUS_OK;
}

/* ----------------------------------------------------------------- parents */

static void
link_parents(struct sealed *sealed)
{
    for (size_t i = 0; i < sealed->message_count; i++) {
        struct message *message = &sealed->messages[i];
        uint32_t parent;

        if (!message->arrival || !message_id_is(message->arrival->parent))
            continue;
        parent = ledger_find(sealed->ledger, message->server,
                             message->arrival->parent);
        if (parent != NO_INDEX && sealed->of_ledger[parent] != i)
            message->parent = sealed->of_ledger[parent];
    }
}

/* --------------------------------------------------------- identifications */

static struct message *
message_about(struct sealed *sealed, const struct ledger_ident *ident)
{
    uint32_t at;

    if (!message_id_is(ident->about))
        return NULL;
    at = ledger_find(sealed->ledger, sealed->text_server[ident->place.text],
                     ident->about);
    return at == NO_INDEX ? NULL : &sealed->messages[sealed->of_ledger[at]];
}

static void
link_ident(struct sealed *sealed, uint32_t index)
{
    const struct ledger_ident *ident = &sealed->ledger->idents[index];
    struct message *message = message_about(sealed, ident);
    struct sv how = sealed_name(sealed, ident->how);

    if (!message)
        return;
    if (sv_eq(how, SV("sender"))) {
        if (!message->account ||
            sv_eq(sealed_name(sealed, message->account), SV("-system-"))) {
            message->account = ident->account;
            message->domain = ident->domain;
            message->login = ident->login;
        }
    } else if (sv_eq(how, SV("redirect_resolver"))) {
        message->redirect = index;
    } else if (ident->account) {
        message->ident = index;
    }
}

struct port_entry {
    int64_t at_ms;
    uint32_t port;
    uint32_t index;
};

static int
port_order(const void *left, const void *right)
{
    const struct port_entry *a = left;
    const struct port_entry *b = right;

    if (a->port != b->port)
        return a->port < b->port ? -1 : 1;
    return a->at_ms == b->at_ms ? 0 : a->at_ms < b->at_ms ? -1 : 1;
}

/* The latest line about this port within the hour before the arrival. */
static uint32_t
ident_of_port(const struct port_entry *entries, size_t count, uint32_t port,
              int64_t at_ms)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (entries[middle].port < port ||
            (entries[middle].port == port && entries[middle].at_ms <= at_ms))
            low = middle + 1;
        else
            high = middle;
    }
    if (!low || entries[low - 1].port != port ||
        entries[low - 1].at_ms < at_ms - 3600000)
        return NO_INDEX;
    return entries[low - 1].index;
}

static enum status
link_ports(struct sealed *sealed)
{
    const struct ledger *ledger = sealed->ledger;
    struct port_entry *entries =
        calloc(ledger->idents_count + 1, sizeof(*entries));
    size_t count = 0;

    if (!entries)
        return STATUS_NOMEM;
    for (size_t i = 0; i < ledger->idents_count; i++) {
        const struct ledger_ident *ident = &ledger->idents[i];

        if (ident->port && ident->account && !message_id_is(ident->about))
            entries[count++] = (struct port_entry){
                .at_ms = sealed_utc_ms(sealed,
                                       sealed->text_server[ident->place.text],
                                       ident->at_ms, ident->zoned, 0),
                .port = ident->port,
                .index = (uint32_t)i,
            };
    }
    qsort(entries, count, sizeof(*entries), port_order);
    for (size_t i = 0; count && i < sealed->message_count; i++) {
        struct message *message = &sealed->messages[i];

        if (message->arrival && message->arrival->port &&
            message->ident == NO_INDEX && !message->arrival->auth_id)
            message->ident = ident_of_port(
                entries, count, message->arrival->port,
                sealed_event_ms(sealed, message->arrival->event) + 999);
    }
    free(entries);
    return STATUS_OK;
}

enum status
link_make(struct sealed *sealed)
{
    link_parents(sealed);
    for (size_t i = 0; i < sealed->ledger->idents_count; i++)
        link_ident(sealed, (uint32_t)i);
    if (link_ports(sealed) != STATUS_OK)
        return STATUS_NOMEM;
    return link_cwds(sealed);
}
