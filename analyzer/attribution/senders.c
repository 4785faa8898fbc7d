/* Busy logins and accounts: whose doing is it, by the weight of the rules? */
#include "analyzer/attribution/finding.h"

#include <stdlib.h>
#include <string.h>

static const char *
channel_of(const struct behaviour *behaviour, enum finding_kind kind)
{
    if (kind == FINDING_MAILBOX || behaviour->actor->kind == ACTOR_LOGIN)
        return behaviour->loopback * 2 > behaviour->message_count ? "webmail"
                                                                  : "smtp";
    if (behaviour->by_kind[PRINCIPAL_LOCAL_SMTP] * 2 > behaviour->message_count)
        return "local_smtp";
    return "sendmail";
}

static int
number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

/* The domain that a message of an account is sent for, if it owns it. */
static uint32_t
domain_of_message(const struct attribution *attribution,
                  const struct message *message, uint32_t account)
{
    uint32_t domain = message->domain;

    if (!domain || message->account != account)
        domain = domain_name_of(attribution, message->arrival->sender);
    if (!domain || domain >= attribution->name_count ||
        !attribution->hosted[domain] ||
        attribution->account_of[domain] != account)
        return 0;
    return domain;
}

/* Of an account's domains the one that its run was sent for most. */
static uint32_t
domain_of_run(const struct attribution *attribution, uint32_t account,
              const uint32_t *messages, size_t count)
{
    uint32_t *domains = calloc(count + 1, sizeof(*domains));
    uint32_t best = 0;
    size_t best_count = 0;

    for (size_t i = 0; domains && account && i < count; i++)
        domains[i] = domain_of_message(
            attribution, &attribution->sealed->messages[messages[i]], account);
    if (domains && count)
        qsort(domains, count, sizeof(*domains), number_order);
    for (size_t i = 0; domains && i < count;) {
        size_t from = i;

        while (i < count && domains[i] == domains[from])
            i++;
        if (domains[from] &&
            (i - from > best_count ||
             (i - from == best_count &&
              sv_cmp(sealed_name(attribution->sealed, domains[from]),
                     sealed_name(attribution->sealed, best)) < 0))) {
            best = domains[from];
            best_count = i - from;
        }
    }
    free(domains);
    return best ? best : domain_of_account(attribution, account);
}

static void
name_owner(const struct attribution *attribution, const struct actor *actor,
           const uint32_t *messages, size_t count, struct finding *finding)
{
    struct sv name = sealed_name(attribution->sealed, actor->name);

    finding->account = actor->account;
    finding->domain =
        actor->kind == ACTOR_LOGIN
            ? actor->domain
            : domain_of_run(attribution, actor->account, messages, count);
    if (!finding->account && finding->domain < attribution->name_count)
        finding->account = attribution->account_of[finding->domain];
    if (actor->kind == ACTOR_LOGIN && sv_find_char(name, '@') >= 0)
        finding->mailbox = actor->name;
}

static uint32_t *
chosen_messages(const struct actor *actor, const uint8_t *chosen,
                size_t *ret_count)
{
    uint32_t *messages =
        calloc((size_t)actor->message_count + 1, sizeof(*messages));
    size_t count = 0;

    for (uint32_t i = 0; messages && i < actor->message_count; i++) {
        if (chosen[i])
            messages[count++] = actor->messages[i];
    }
    *ret_count = count;
    return messages;
}

enum status
sender_judge(struct attribution *attribution, const struct actor *actor,
             const uint8_t *chosen, bool patient)
{
    uint32_t *messages = NULL;
    struct behaviour behaviour;
    struct finding judged = { 0 };
    struct finding *finding;
    enum status status = STATUS_NOMEM;
    size_t count = 0;

    messages = chosen_messages(actor, chosen, &count);
    if (!messages)
        goto out;
    if (!count) {
        status = STATUS_OK;
        goto out;
    }
    if (behaviour_make(attribution, actor, chosen, messages, count,
                       &behaviour) != STATUS_OK ||
        rules_judge(&behaviour, &judged) != STATUS_OK)
        goto out;
    status = STATUS_OK;
    if (judged.kind == FINDING_NONE ||
        (patient &&
         (!(judged.compromise || judged.kind == FINDING_FORM_ABUSE) ||
          !behaviour_is_abuse(&behaviour))))
        goto out;
    finding = finding_add(attribution);
    if (!finding) {
        status = STATUS_NOMEM;
        goto out;
    }
    *finding = judged;
    judged = (struct finding){ 0 };
    finding->actor = actor;
    finding->channel = channel_of(&behaviour, finding->kind);
    name_owner(attribution, actor, messages, count, finding);
    finding_take(attribution, finding, messages, count);
    messages = NULL;
out:
    free(messages);
    finding_clear(&judged);
    return status;
}

static enum status
judge_busy(struct attribution *attribution, const struct actor *actor)
{
    uint8_t *chosen = calloc((size_t)actor->message_count + 1, 1);
    enum status status = STATUS_NOMEM;

    if (chosen && select_messages(attribution, actor, chosen) == STATUS_OK &&
        (actor->kind != ACTOR_LOGIN ||
         choose_quiet_places(attribution, actor, chosen) == STATUS_OK))
        status = sender_judge(attribution, actor, chosen, false);
    free(chosen);
    return status;
}

enum status
findings_of_senders(struct attribution *attribution)
{
    for (size_t i = 0; i < attribution->actor_count; i++) {
        const struct actor *actor = &attribution->actors[i];

        if (actor->busy &&
            (actor->kind == ACTOR_LOGIN || actor->kind == ACTOR_ACCOUNT) &&
            judge_busy(attribution, actor) != STATUS_OK)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}
