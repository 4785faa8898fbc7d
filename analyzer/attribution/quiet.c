/*
 * What volume does not show: an address that tried many doors and then walked
 * through one, however little it sent; and a limit that was met while nobody
 * can be named.
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

/* Other logins that had failed from this address by `at`. */
static size_t
logins_guessed(const struct guess *guesses, size_t count, uint32_t ip,
               uint32_t but, int64_t at)
{
    size_t logins = 0;
    uint32_t last = 0;

    for (size_t i = first_of_ip(guesses, count, ip);
         i < count && guesses[i].ip == ip; i++) {
        if (!guesses[i].login || guesses[i].login == but ||
            guesses[i].login == last || guesses[i].at > at)
            continue;
        last = guesses[i].login;
        logins++;
    }
    return logins;
}

static enum status
judge_entry(struct attribution *attribution, const struct actor *actor,
            const struct guess *guesses, size_t count)
{
    static const struct rule rule = {
        "guesser_got_in", "an address from which {logins} other logins had "
                          "failed then sent {messages} messages with this one"
    };
    struct list list = { 0 };
    struct finding *finding;
    size_t most = 0;

    for (uint32_t i = 0; i < actor->message_count; i++) {
        const struct unit *unit = &actor->units[actor->unit_of[i]];
        size_t logins =
            logins_guessed(guesses, count, unit->name, actor->name,
                           message_of(attribution, actor->messages[i])->at);

        if (logins < GUESSED_LOGINS || unit->loopback ||
            !is_free(attribution, actor->messages[i]))
            continue;
        most = logins > most ? logins : most;
        list_add(&list, actor->messages[i]);
    }
    if (!list.count)
        return list.failed ? STATUS_NOMEM : STATUS_OK;
    if (sketch_conclude(attribution, &list,
                        &(struct sketch){ .kind = FINDING_MAILBOX,
                                          .compromise = true,
                                          .confidence = 0.9,
                                          .channel = "smtp",
                                          .rule = &rule,
                                          .count_name = "logins",
                                          .count = (int64_t)most,
                                          .second_name = "messages",
                                          .second = (int64_t)list.count },
                        &finding) != STATUS_OK)
        return STATUS_NOMEM;
    finding->actor = actor;
    finding->account = actor->account;
    finding->domain = actor->domain;
    if (sv_find_char(sealed_name(attribution->sealed, actor->name), '@') >= 0)
        finding->mailbox = actor->name;
    return STATUS_OK;
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

/* ------------------------------------------------- a limit without a cause */

static bool
domain_is_found(const struct attribution *attribution, uint32_t domain)
{
    for (size_t i = 0; i < attribution->finding_count; i++) {
        const struct finding *finding = &attribution->findings[i];

        if (finding->domain == domain || finding->mailbox == domain ||
            (finding->account && domain < attribution->name_count &&
             attribution->account_of[domain] == finding->account))
            return true;
    }
    return false;
}

/* The limit alone proves nothing; that nothing explains it must be said. */
static enum status
judge_limit(struct attribution *attribution, const struct ledger_limit *limit)
{
    static const struct rule rule = {
        "limit_unexplained", "the server's limit stopped mail of {who}, and "
                             "nothing in these logs says why it sent so much"
    };
    const struct sealed *sealed = attribution->sealed;
    struct finding *finding = finding_add(attribution);
    struct claim *claim =
        finding ? finding_claim(finding, &rule, true, 0.5) : NULL;

    if (!claim)
        return STATUS_NOMEM;
    finding->kind = FINDING_UNEXPLAINED;
    finding->confidence = 0.5;
    finding->domain = limit->domain;
    if (limit->domain < attribution->name_count)
        finding->account = attribution->account_of[limit->domain];
    finding->onset = finding->last =
        sealed_utc_ms(sealed, sealed->text_server[limit->place.text],
                      limit->at_ms, limit->zoned, 0) /
        1000;
    claim_text(claim, "who", limit->domain);
    claim_cite(claim, limit->place);
    return STATUS_OK;
}

enum status
findings_of_limits(struct attribution *attribution)
{
    const struct ledger *ledger = attribution->sealed->ledger;

    for (size_t i = 0; i < ledger->limits_count; i++) {
        const struct ledger_limit *limit = &ledger->limits[i];

        if ((limit->kind == LIMIT_DEFER_FAIL ||
             limit->kind == LIMIT_MAX_EMAILS) &&
            limit->domain && !domain_is_found(attribution, limit->domain) &&
            judge_limit(attribution, limit) != STATUS_OK)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}
