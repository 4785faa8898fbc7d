/* What a run of messages looks like, beside its sender's everyday mail. */
#include "analyzer/attribution/finding.h"

#include <stdlib.h>
#include <string.h>

#define GUESS_WINDOW                                                           \
    172800 /* failed logins this long before the onset count                   \
            */

static int
number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

/* Sorts and counts distinct numbers; 0 does not count. */
static uint32_t
distinct(uint32_t *numbers, size_t count)
{
    uint32_t found = 0;

    if (count)
        qsort(numbers, count, sizeof(*numbers), number_order);
    for (size_t i = 0; i < count; i++)
        found += numbers[i] && (!i || numbers[i] != numbers[i - 1]);
    return found;
}

/* The number that occurs most; of equals the one whose text sorts first. */
static uint32_t
largest_run(const struct sealed *sealed, const uint32_t *sorted, size_t count,
            uint32_t *ret_number)
{
    uint32_t largest = 0;

    for (size_t i = 0; i < count;) {
        size_t from = i;

        while (i < count && sorted[i] == sorted[from])
            i++;
        if (sorted[from] && (i - from > largest ||
                             (i - from == largest &&
                              sv_cmp(sealed_name(sealed, sorted[from]),
                                     sealed_name(sealed, *ret_number)) < 0))) {
            largest = (uint32_t)(i - from);
            *ret_number = sorted[from];
        }
    }
    return largest;
}

static const struct message *
message_at(const struct behaviour *behaviour, size_t i)
{
    return &behaviour->attribution->sealed->messages[behaviour->messages[i]];
}

static void
take_recipients(struct behaviour *behaviour, const struct message *message)
{
    const struct sealed *sealed = behaviour->attribution->sealed;

    for (uint32_t i = 0; i < message->recipient_count; i++) {
        const struct recipient *recipient =
            &sealed->recipients[message->recipient_first + i];

        behaviour->recipients++;
        behaviour->delivered += recipient->outcome == OUTCOME_DELIVERED;
        behaviour->deferred += recipient->outcome == OUTCOME_DEFERRED;
        behaviour->failed += recipient->outcome == OUTCOME_FAILED;
        behaviour->remote_recipients += recipient->remote;
        if (recipient->outcome != OUTCOME_DELIVERED || recipient->refusal)
            behaviour->by_refusal[recipient->refusal]++;
        behaviour->limit_lines += recipient->limit != LIMIT_NONE;
    }
}

/* A HELO that no mail server and few mail programs give. */
static bool
helo_is_bare(struct sv helo)
{
    if (!helo.len)
        return false;
    if (sv_eq_nocase(helo, SV("localhost")) ||
        sv_eq_nocase(helo, SV("localhost.localdomain")))
        return true;
    return helo.at[0] != '[' && sv_find_char(helo, '.') < 0;
}

/* Where scripts have no business: uploads, caches, hidden places. */
bool
dir_is_odd(struct sv dir)
{
    static const struct sv parts[] = {
        { SV_LIT("/uploads") },     { SV_LIT("/upload") },
        { SV_LIT("/cache") },       { SV_LIT("/tmp") },
        { SV_LIT("/temp") },        { SV_LIT("/images") },
        { SV_LIT("/img") },         { SV_LIT("/css") },
        { SV_LIT("/fonts") },       { SV_LIT("/.") },
        { SV_LIT("/wp-includes") }, { SV_LIT("/files/") },
        { SV_LIT("/media") },       { SV_LIT("/backup") },
        { SV_LIT("/dev/shm") },     { SV_LIT("/logs") },
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (sv_find(dir, parts[i]) >= 0)
            return true;
    }
    return false;
}

static uint32_t
domain_of(const struct behaviour *behaviour, uint32_t address)
{
    return domain_name_of(behaviour->attribution, address);
}

/* A sender that the actor has no claim to. */
static bool
sender_is_foreign(const struct behaviour *behaviour,
                  const struct message *message)
{
    const struct attribution *attribution = behaviour->attribution;
    const struct actor *actor = behaviour->actor;
    uint32_t sender = message->arrival->sender;
    uint32_t domain = domain_of(behaviour, sender);

    if (!sender || !domain)
        return false;
    if (actor->kind == ACTOR_LOGIN)
        return sender != actor->name && domain != actor->domain;
    if (actor->kind != ACTOR_ACCOUNT)
        return false;
    if (domain < attribution->name_count && attribution->account_of[domain])
        return attribution->account_of[domain] != actor->account;
    return !attribution->hosted[domain] &&
           !sv_starts(sealed_name(attribution->sealed, sender),
                      sealed_name(attribution->sealed, actor->account));
}

/* The first two words of a subject, as far as they are a form's own. */
static struct sv
opening_of(struct sv subject)
{
    size_t words = 0;

    for (size_t i = 0; i < subject.len; i++) {
        if (subject.at[i] == ' ' && ++words == 2)
            return sv_head(subject, i);
    }
    return subject;
}

static bool
has_link(struct sv subject)
{
    return sv_find(subject, SV("http")) >= 0 ||
           sv_find(subject, SV("www.")) >= 0;
}

static bool
goes_here(const struct behaviour *behaviour, const struct message *message)
{
    const struct sealed *sealed = behaviour->attribution->sealed;

    return message->recipient_count &&
           address_is_hosted(
               behaviour->attribution,
               sealed->recipients[message->recipient_first].address);
}

/* Messages whose subject opens like the largest family's. */
static void
take_openings(struct behaviour *behaviour)
{
    const struct sealed *sealed = behaviour->attribution->sealed;
    struct sv opening =
        opening_of(sealed_name(sealed, behaviour->largest_family_name));

    for (size_t i = 0; opening.len && i < behaviour->message_count; i++) {
        struct sv family =
            sealed_name(sealed, message_at(behaviour, i)->family);

        behaviour->one_opening += sv_starts(family, opening);
    }
}

struct columns { /* one number a message, to be counted */
    uint32_t *ips;
    uint32_t *networks;
    uint32_t *helos;
    uint32_t *senders;
    uint32_t *families;
    uint32_t *dirs;
    uint32_t *block;
};

static bool
columns_make(struct columns *columns, size_t count)
{
    columns->block = calloc(count * 6 + 1, sizeof(uint32_t));
    if (!columns->block)
        return false;
    columns->ips = columns->block;
    columns->networks = columns->ips + count;
    columns->helos = columns->networks + count;
    columns->senders = columns->helos + count;
    columns->families = columns->senders + count;
    columns->dirs = columns->families + count;
    return true;
}

static void
take_message(struct behaviour *behaviour, struct columns *columns, size_t i,
             const struct unit *unit)
{
    const struct attribution *attribution = behaviour->attribution;
    const struct sealed *sealed = attribution->sealed;
    const struct message *message = message_at(behaviour, i);
    const struct ledger_arrival *arrival = message->arrival;

    columns->ips[i] = arrival->ip;
    columns->networks[i] = unit ? unit->network : 0;
    columns->helos[i] = arrival->helo;
    columns->senders[i] = arrival->sender;
    columns->families[i] = message->family;
    behaviour->subjects += (arrival->flags & ARRIVAL_HAS_SUBJECT) != 0;
    behaviour->bare_helos += helo_is_bare(sealed_name(sealed, arrival->helo));
    behaviour->foreign_senders += sender_is_foreign(behaviour, message);
    behaviour->loopback +=
        arrival->ip && ip_is_loopback(sealed_name(sealed, arrival->ip));
    behaviour->by_kind
        [attribution
             ->principals[attribution->principal_of[behaviour->messages[i]]]
             .kind]++;
    if (message->cwd != NO_INDEX) {
        uint32_t dir = sealed->ledger->cwds[message->cwd].dir;

        columns->dirs[i] = dir;
        behaviour->odd_dirs += dir_is_odd(sealed_name(sealed, dir));
        behaviour->web_root += dir_is_web(sealed_name(sealed, dir));
        behaviour->new_dirs += unit && !unit->outside;
    }
    behaviour->same_units +=
        unit && unit->outside > 0 && !unit->shared && !unit->loopback;
    behaviour->to_owner += goes_here(behaviour, message);
    behaviour->links += has_link(sealed_name(sealed, arrival->subject));
    take_recipients(behaviour, message);
}

static void
count_columns(struct behaviour *behaviour, struct columns *columns)
{
    size_t count = behaviour->message_count;

    behaviour->ips = distinct(columns->ips, count);
    behaviour->networks = distinct(columns->networks, count);
    behaviour->helos = distinct(columns->helos, count);
    behaviour->senders = distinct(columns->senders, count);
    behaviour->families = distinct(columns->families, count);
    behaviour->dirs = distinct(columns->dirs, count);
    behaviour->largest_family =
        largest_run(behaviour->attribution->sealed, columns->families, count,
                    &behaviour->largest_family_name);
}

static bool
sorted_has(const uint32_t *sorted, size_t count, uint32_t number)
{
    return number && bsearch(&number, sorted, count, sizeof(*sorted),
                             number_order) != NULL;
}

/* Failed logins: for this login before the onset, and from our addresses. */
static void
take_guesses(struct behaviour *behaviour, const struct columns *columns)
{
    const struct sealed *sealed = behaviour->attribution->sealed;
    const struct ledger *ledger = sealed->ledger;
    struct sv login = sealed_name(sealed, behaviour->actor->name);
    struct sv rest = login, local = sv_cut(&rest, '@');

    if (behaviour->actor->kind != ACTOR_LOGIN)
        return;
    for (size_t i = 0; i < ledger->refused_count; i++) {
        const struct ledger_refused *refused = &ledger->refused[i];
        struct sv tried = sealed_name(sealed, refused->login);
        int64_t at;

        if (refused->kind != EVENT_AUTH_FAILED)
            continue;
        at = sealed_utc_ms(sealed, sealed->text_server[refused->place.text],
                           refused->at_ms, refused->zoned, 0) /
             1000;
        if (at > behaviour->last)
            continue;
        if (sorted_has(columns->ips, behaviour->message_count, refused->ip))
            behaviour->guessing_ips++;
        if ((sv_eq(tried, login) || sv_eq(tried, local)) &&
            at <= behaviour->onset && at >= behaviour->onset - GUESS_WINDOW) {
            if (!behaviour->guesses++)
                behaviour->first_guess = refused->place;
        }
    }
}

static void
take_others(struct behaviour *behaviour, const uint8_t *chosen)
{
    const struct actor *actor = behaviour->actor;
    const struct sealed *sealed = behaviour->attribution->sealed;
    uint32_t in_hour = 0, usual = 0;

    for (uint32_t i = 0, from = 0, from_usual = 0; i < actor->message_count;
         i++) {
        int64_t now = sealed->messages[actor->messages[i]].at;

        in_hour += chosen[i];
        usual += !chosen[i];
        for (; now - sealed->messages[actor->messages[from]].at >= 3600; from++)
            in_hour -= chosen[from];
        for (; now - sealed->messages[actor->messages[from_usual]].at >= 3600;
             from_usual++)
            usual -= !chosen[from_usual];
        if (in_hour > behaviour->peak_hour)
            behaviour->peak_hour = in_hour;
        if (usual > behaviour->peak_hour_usual)
            behaviour->peak_hour_usual = usual;
        behaviour->usual_messages += !chosen[i];
        behaviour->strangers += chosen[i] ? actor->strangers[i] : 0;
    }
}

/* First, last, and what lies evenly between. */
static void
take_arrivals(struct behaviour *behaviour)
{
    const struct ledger *ledger = behaviour->attribution->sealed->ledger;
    size_t count = behaviour->message_count;
    size_t wanted = count < CLAIM_CITATIONS_MAX ? count : CLAIM_CITATIONS_MAX;

    for (size_t i = 0; i < wanted; i++) {
        size_t at = wanted < 2 ? 0 : i * (count - 1) / (wanted - 1);

        behaviour->arrivals[i] = event_place(
            &ledger->events[message_at(behaviour, at)->arrival->event]);
    }
    behaviour->arrival_count = wanted;
}

enum status
behaviour_make(const struct attribution *attribution, const struct actor *actor,
               const uint8_t *chosen, const uint32_t *messages, size_t count,
               struct behaviour *ret_behaviour)
{
    struct columns columns;
    size_t at = 0;

    *ret_behaviour = (struct behaviour){ .attribution = attribution,
                                         .actor = actor,
                                         .messages = messages,
                                         .message_count = count };
    if (!columns_make(&columns, count))
        return STATUS_NOMEM;
    ret_behaviour->onset = message_at(ret_behaviour, 0)->at;
    ret_behaviour->last = message_at(ret_behaviour, count - 1)->at;
    for (uint32_t i = 0; i < actor->message_count; i++) {
        if (chosen[i])
            take_message(ret_behaviour, &columns, at++,
                         &actor->units[actor->unit_of[i]]);
    }
    count_columns(ret_behaviour, &columns);
    take_openings(ret_behaviour);
    take_others(ret_behaviour, chosen);
    take_guesses(ret_behaviour, &columns);
    take_arrivals(ret_behaviour);
    free(columns.block);
    return habits_take(ret_behaviour, chosen);
}
