/*
 * What volume does not show: an address that tried many doors and then walked
 * through one, however little it sent.
 */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

/* So many other people's logins failed from it: it is a guesser. */
#define GUESSED_LOGINS 2

struct guess { /* one failed login */
    uint32_t ip;
    uint32_t login;
    int64_t at;
    struct place place;
};

static int
guess_order(const void *left, const void *right)
{
    const struct guess *a = left;
    const struct guess *b = right;

    if (a->ip != b->ip)
        return a->ip < b->ip ? -1 : 1;
    if (a->login != b->login)
        return a->login < b->login ? -1 : 1;
    return a->at == b->at ? 0 : a->at < b->at ? -1 : 1;
}

static size_t
gather_guesses(const struct attribution *attribution, struct guess *guesses)
{
    const struct sealed *sealed = attribution->sealed;
    const struct ledger *ledger = sealed->ledger;
    size_t count = 0;

    for (size_t i = 0; i < ledger->refused_count; i++) {
        const struct ledger_refused *refused = &ledger->refused[i];

        if (refused->kind != EVENT_AUTH_FAILED || !refused->ip)
            continue;
        guesses[count++] = (struct guess){
            .ip = refused->ip,
            .login = refused->login,
            .at =
                sealed_utc_ms(sealed, sealed->text_server[refused->place.text],
                              refused->at_ms, refused->zoned, 0) /
                1000,
            .place = refused->place,
        };
    }
    qsort(guesses, count, sizeof(*guesses), guess_order);
    return count;
}

static size_t
first_of_ip(const struct guess *guesses, size_t count, uint32_t ip)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (guesses[middle].ip < ip)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* What failed from an address before a login first succeeded from it. */
struct attempts {
    size_t logins;  /* others than the one that got in */
    size_t domains; /* of those */
    size_t own;     /* failures of the very login */
};

static struct attempts
attempts_before(const struct attribution *attribution,
                const struct guess *guesses, size_t count, uint32_t ip,
                uint32_t login, int64_t at)
{
    struct names *names = attribution->sealed->ledger->names;
    struct attempts attempts = { 0 };
    struct sv last_domain = { "", 0 };
    uint32_t last = 0;

    for (size_t i = first_of_ip(guesses, count, ip);
         i < count && guesses[i].ip == ip; i++) {
        struct sv domain = names_text(names, guesses[i].login);

        if (!guesses[i].login || guesses[i].at > at)
            continue;
        if (guesses[i].login == login) {
            attempts.own++;
            continue;
        }
        if (guesses[i].login == last)
            continue;
        last = guesses[i].login;
        attempts.logins++;
        sv_cut(&domain, '@');
        attempts.domains += !attempts.domains || !sv_eq(domain, last_domain);
        last_domain = domain;
    }
    return attempts;
}

/* An office's or a hotel's address serves many: then it is no guesser's. */
static bool
address_is_shared(const struct attribution *attribution,
                  const struct actor *actor, uint32_t ip)
{
    for (size_t i = 0; i < attribution->actor_count; i++) {
        const struct actor *other = &attribution->actors[i];

        if (other == actor || other->kind != ACTOR_LOGIN)
            continue;
        for (uint32_t u = 0; u < other->unit_count; u++) {
            if (other->units[u].name == ip)
                return true;
        }
    }
    return false;
}

/* The owner sends his everyday mail from another network. */
static bool
owner_is_known(const struct actor *actor, const struct unit *unit)
{
    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *other = &actor->units[u];

        if (other != unit && other->network != unit->network &&
            other->messages >= 3)
            return true;
    }
    return false;
}

struct entry {             /* a unit's messages, as a guesser's would look */
    uint32_t to_strangers; /* messages */
    uint32_t strangers;
    uint32_t unwanted; /* recipients that do not exist or refused the text */
    uint32_t bare;     /* HELO without a dot */
};

static struct entry
entry_of(const struct attribution *attribution, const struct actor *actor,
         const struct unit *unit)
{
    const struct sealed *sealed = attribution->sealed;
    struct entry entry = { 0 };

    for (uint32_t i = 0; i < unit->messages; i++) {
        uint32_t at = actor->by_unit[unit->from + i];
        const struct message *message =
            message_of(attribution, actor->messages[at]);
        struct sv helo = sealed_name(sealed, message->arrival->helo);

        entry.to_strangers += actor->strangers[at] > 0;
        entry.strangers += actor->strangers[at];
        entry.bare += helo.len && sv_find_char(helo, '.') < 0;
        for (uint32_t k = 0; k < message->recipient_count; k++) {
            uint8_t refusal =
                sealed->recipients[message->recipient_first + k].refusal;

            entry.unwanted +=
                refusal == REFUSAL_NO_SUCH_USER || refusal == REFUSAL_CONTENT;
        }
    }
    return entry;
}

/*
 * How sure it is that a guesser got in by this address; 0: it does not look
 * so. Colleagues and owners mistype too: so the address must serve nobody
 * else, be new to the login, and be used to write to strangers.
 */
static double
entry_confidence(const struct attribution *attribution,
                 const struct actor *actor, const struct unit *unit,
                 const struct attempts *attempts)
{
    struct entry entry = entry_of(attribution, actor, unit);
    bool sprayed = attempts->logins >= GUESSED_LOGINS && attempts->domains >= 2;
    bool odd = entry.unwanted || entry.bare == unit->messages;
    bool very_odd = entry.unwanted && entry.bare == unit->messages;
    bool guessed =
        owner_is_known(actor, unit) && entry.to_strangers == unit->messages &&
        ((attempts->own >= 5 && odd) || (attempts->own >= 3 && very_odd));

    if (!sprayed && !guessed)
        return 0;
    if (entry.strangers < 3 || entry.to_strangers * 2 < unit->messages ||
        address_is_shared(attribution, actor, unit->name))
        return 0;
    return sprayed ? 0.85 : 0.7;
}

static enum status
conclude_entry(struct attribution *attribution, const struct actor *actor,
               struct list *list, size_t tried, double confidence)
{
    static const struct rule rule = {
        "guesser_got_in", "an address from which {logins} logins had failed "
                          "then sent {messages} messages to strangers with "
                          "this one"
    };
    struct finding *finding;

    if (sketch_conclude(attribution, list,
                        &(struct sketch){ .kind = FINDING_MAILBOX,
                                          .compromise = true,
                                          .confidence = confidence,
                                          .channel = "smtp",
                                          .rule = &rule,
                                          .count_name = "logins",
                                          .count = (int64_t)tried,
                                          .second_name = "messages",
                                          .second = (int64_t)list->count },
                        &finding) != STATUS_OK)
        return STATUS_NOMEM;
    finding->actor = actor;
    finding->account = actor->account;
    finding->domain = actor->domain;
    if (sv_find_char(sealed_name(attribution->sealed, actor->name), '@') >= 0)
        finding->mailbox = actor->name;
    return STATUS_OK;
}

static enum status
judge_entry(struct attribution *attribution, const struct actor *actor,
            const struct guess *guesses, size_t count)
{
    struct list list = { 0 };
    double confidence = 0;
    size_t tried = 0;

    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];
        struct attempts attempts;
        double sure;

        if (unit->loopback || !unit->name)
            continue;
        attempts = attempts_before(attribution, guesses, count, unit->name,
                                   actor->name, unit->first);
        sure = entry_confidence(attribution, actor, unit, &attempts);
        if (sure <= 0)
            continue;
        confidence = sure > confidence ? sure : confidence;
        tried += attempts.logins + (attempts.own > 0);
        for (uint32_t i = 0; i < unit->messages; i++) {
            uint32_t message = actor->messages[actor->by_unit[unit->from + i]];

            if (is_free(attribution, message))
                list_add(&list, message);
        }
    }
    if (!list.count)
        return list.failed ? STATUS_NOMEM : STATUS_OK;
    qsort(list.at, list.count, sizeof(*list.at), list_number_order);
    return conclude_entry(attribution, actor, &list, tried, confidence);
}

static bool
login_is_found(const struct attribution *attribution, const struct actor *actor)
{
    for (size_t i = 0; i < attribution->finding_count; i++) {
        if (attribution->findings[i].actor == actor &&
            attribution->findings[i].compromise)
            return true;
    }
    return false;
}

enum status
findings_of_guessers(struct attribution *attribution)
{
    struct guess *guesses = calloc(
        attribution->sealed->ledger->refused_count + 1, sizeof(*guesses));
    enum status status = guesses ? STATUS_OK : STATUS_NOMEM;
    size_t count = guesses ? gather_guesses(attribution, guesses) : 0;

    for (size_t i = 0;
         status == STATUS_OK && count && i < attribution->actor_count; i++) {
        const struct actor *actor = &attribution->actors[i];

        if (actor->kind == ACTOR_LOGIN && !login_is_found(attribution, actor))
            status = judge_entry(attribution, actor, guesses, count);
    }
    free(guesses);
    return status;
}
