/*
 * What stopped it, where the log says so: a changed password, a hold or a
 * suspension, the server's limit, a mailbox that is gone.
 */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

/* So many logins of the run's own addresses fail when a password is new. */
#define FAILED_AFTER 2
/* In a hundred: what still gets out when it is stopped. */
#define LEAKED_SHARE 5

const char *
ending_name(enum ending ending)
{
    static const char *const names[ENDING_COUNT] = {
        [ENDING_NONE] = NULL,
        [ENDING_PASSWORD] = "password_change",
        [ENDING_LIMIT] = "limit",
        [ENDING_HOLD] = "hold",
        [ENDING_SUSPENSION] = "suspension",
        [ENDING_REMOVAL] = "removal",
    };

    return names[ending];
}

static int64_t
seconds_of(const struct sealed *sealed, struct place place, int64_t at_ms,
           bool zoned)
{
    return sealed_utc_ms(sealed, sealed->text_server[place.text], at_ms, zoned,
                         0) /
           1000;
}

static void
end_by(struct finding *finding, enum ending ending, int64_t at,
       struct place place)
{
    finding->ending = (uint8_t)ending;
    finding->ended_at = at;
    finding->ended_place = place;
}

/* --------------------------------------------------------- a new password */

static bool
login_is(const struct sealed *sealed, uint32_t tried, uint32_t login)
{
    struct sv whole = sealed_name(sealed, login);
    struct sv local = sv_cut(&whole, '@');

    return tried == login || sv_eq(sealed_name(sealed, tried), local);
}

static bool
gather_ips(const struct attribution *attribution, const struct finding *finding,
           struct list *ips)
{
    for (size_t i = 0; i < finding->message_count; i++) {
        const struct message *message =
            message_of(attribution, finding->messages[i]);

        if (message->arrival && message->arrival->ip)
            list_add(ips, message->arrival->ip);
    }
    if (ips->count)
        qsort(ips->at, ips->count, sizeof(*ips->at), list_number_order);
    return !ips->failed;
}

struct failed_after {
    size_t count;
    int64_t first;
    struct place places[CLAIM_CITATIONS_MAX];
};

static struct failed_after
failed_logins_after(const struct attribution *attribution,
                    const struct finding *finding, const struct list *ips)
{
    const struct sealed *sealed = attribution->sealed;
    const struct ledger *ledger = sealed->ledger;
    struct failed_after after = { .first = INT64_MAX };

    for (size_t i = 0; i < ledger->refused_count; i++) {
        const struct ledger_refused *refused = &ledger->refused[i];
        int64_t at;

        if (refused->kind != EVENT_AUTH_FAILED || refused->reject_log ||
            !bsearch(&refused->ip, ips->at, ips->count, sizeof(*ips->at),
                     list_number_order) ||
            !login_is(sealed, refused->login, finding->actor->name))
            continue;
        at = seconds_of(sealed, refused->place, refused->at_ms, refused->zoned);
        if (at <= finding->last)
            continue;
        if (after.count < CLAIM_CITATIONS_MAX)
            after.places[after.count] = refused->place;
        if (at < after.first) {
            after.first = at;
            after.places[0] = refused->place;
        }
        after.count++;
    }
    return after;
}

static enum status
judge_password(struct attribution *attribution, struct finding *finding)
{
    static const struct rule rule = {
        "refused_after", "{count} logins with this name failed after the last "
                         "message, from addresses that had used it: the "
                         "password was changed"
    };
    struct list ips = { 0 };
    struct failed_after after;
    struct claim *claim;

    if (!gather_ips(attribution, finding, &ips)) {
        free(ips.at);
        return STATUS_NOMEM;
    }
    after = failed_logins_after(attribution, finding, &ips);
    free(ips.at);
    if (after.count < FAILED_AFTER)
        return STATUS_OK;
    claim = finding_claim(finding, &rule, true, 0);
    if (!claim)
        return STATUS_NOMEM;
    claim_number(claim, "count", VALUE_NUMBER, (int64_t)after.count);
    for (size_t i = 0; i < after.count && i < CLAIM_CITATIONS_MAX; i++)
        claim_cite(claim, after.places[i]);
    end_by(finding, ENDING_PASSWORD, after.first, after.places[0]);
    return STATUS_OK;
}

/* ------------------------------------------------------------- this server */

static enum ending
ending_of_limit(uint8_t kind)
{
    switch (kind) {
    case LIMIT_DEFER_FAIL:
    case LIMIT_MAX_EMAILS:
        return ENDING_LIMIT;
    case LIMIT_HOLD:
        return ENDING_HOLD;
    case LIMIT_SUSPENSION:
        return ENDING_SUSPENSION;
    default:
        return ENDING_NONE;
    }
}

static bool
limit_is_about(const struct attribution *attribution,
               const struct ledger_limit *limit, const struct finding *finding)
{
    uint32_t domain = limit->domain;

    if (!domain)
        return false;
    return domain == finding->domain || domain == finding->mailbox ||
           (finding->account && domain < attribution->name_count &&
            attribution->account_of[domain] == finding->account);
}

/* What of the messages that arrived from `at` on was stopped, and got out. */
static void
count_after(const struct attribution *attribution,
            const struct finding *finding, int64_t at, size_t *stopped,
            size_t *out)
{
    for (size_t i = 0; i < finding->message_count; i++) {
        const struct message *message =
            message_of(attribution, finding->messages[i]);

        if (message->at < at)
            continue;
        for (uint32_t k = 0; k < message->recipient_count; k++) {
            const struct recipient *recipient =
                &attribution->sealed->recipients[message->recipient_first + k];

            *stopped += recipient->limit != LIMIT_NONE;
            *out += recipient->outcome == OUTCOME_DELIVERED;
        }
    }
}

static void
judge_limits(const struct attribution *attribution, struct finding *finding)
{
    const struct sealed *sealed = attribution->sealed;
    const struct ledger *ledger = sealed->ledger;
    struct ledger_limit *first[ENDING_COUNT] = { NULL };
    int64_t first_at[ENDING_COUNT];

    for (size_t i = 0; i < ledger->limits_count; i++) {
        struct ledger_limit *limit = &ledger->limits[i];
        enum ending ending = ending_of_limit(limit->kind);
        int64_t at =
            seconds_of(sealed, limit->place, limit->at_ms, limit->zoned);

        if (!ending || at < finding->onset ||
            !limit_is_about(attribution, limit, finding) ||
            (first[ending] && first_at[ending] <= at))
            continue;
        first[ending] = limit;
        first_at[ending] = at;
    }
    for (int ending = ENDING_LIMIT; ending <= ENDING_SUSPENSION; ending++) {
        size_t stopped = 0, out = 0;

        if (!first[ending])
            continue;
        count_after(attribution, finding, first_at[ending], &stopped, &out);
        if (stopped && out * 100 <= (stopped + out) * LEAKED_SHARE)
            end_by(finding, (enum ending)ending, first_at[ending],
                   first[ending]->place);
    }
}

/* ---------------------------------------------------------- a mailbox gone */

/* Mail for it was delivered before, and fails here since. */
static void
judge_removal(const struct attribution *attribution, struct finding *finding)
{
    const struct sealed *sealed = attribution->sealed;
    const struct message *gone = NULL;
    bool was_here = false;

    for (size_t i = 0; i < sealed->message_count; i++) {
        const struct message *message = &sealed->messages[i];

        for (uint32_t k = 0; k < message->recipient_count; k++) {
            const struct recipient *recipient =
                &sealed->recipients[message->recipient_first + k];

            if (recipient->address != finding->mailbox || recipient->remote)
                continue;
            if (recipient->outcome == OUTCOME_DELIVERED) {
                was_here = true;
                gone = NULL;
            } else if (recipient->outcome == OUTCOME_FAILED && !gone &&
                       message->at > finding->last && message->arrival) {
                gone = message;
            }
        }
    }
    if (was_here && gone)
        end_by(finding, ENDING_REMOVAL, gone->at,
               event_place(&sealed->ledger->events[gone->arrival->event]));
}

enum status
findings_end(struct attribution *attribution)
{
    for (size_t i = 0; i < attribution->finding_count; i++) {
        struct finding *finding = &attribution->findings[i];

        if (!finding->compromise || !finding->actor || !finding->message_count)
            continue;
        if (finding->mailbox)
            judge_removal(attribution, finding);
        judge_limits(attribution, finding);
        if (finding->actor->kind == ACTOR_LOGIN &&
            judge_password(attribution, finding) != STATUS_OK)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}
