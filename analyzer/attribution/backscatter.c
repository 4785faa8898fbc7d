/* Answers to spam: bounces and automatic replies to whom it pretended to be. */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

#define BACKSCATTER_MIN 20

/* A bounce or an automatic answer to a stranger, about mail from outside. */
static bool
answers_stranger(const struct attribution *attribution, uint32_t index)
{
    const struct sealed *sealed = attribution->sealed;
    const struct message *message = &sealed->messages[index];
    enum principal_kind kind = kind_of(attribution, index);
    enum principal_kind of_parent;

    if (!message->recipient_count ||
        address_is_hosted(attribution,
                          sealed->recipients[message->recipient_first].address))
        return false;
    if (kind == PRINCIPAL_AUTORESPONDER)
        return true;
    if (kind != PRINCIPAL_BOUNCE || message->parent == NO_INDEX)
        return false;
    of_parent = kind_of(attribution, message->parent);
    return (of_parent == PRINCIPAL_INCOMING ||
            of_parent == PRINCIPAL_FORWARDER) &&
           is_free(attribution, message->parent);
}

/* Whose mailbox, forwarder or autoresponder the message was about. */
static uint32_t
account_about(const struct attribution *attribution, uint32_t index)
{
    const struct message *message = message_of(attribution, index);
    const struct principal *principal;
    uint32_t domain;

    if (message->parent != NO_INDEX)
        index = message->parent;
    principal = &attribution->principals[attribution->principal_of[index]];
    if (principal->account)
        return principal->account;
    message = message_of(attribution, index);
    if (!message->recipient_count)
        return 0;
    domain = domain_name_of(
        attribution,
        attribution->sealed->recipients[message->recipient_first].address);
    return domain && domain < attribution->name_count
               ? attribution->account_of[domain]
               : 0;
}

struct answer { /* a bounce or automatic answer, and whose it is */
    uint32_t account;
    uint32_t message;
};

static int
answer_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;
    const struct answer *a = left;
    const struct answer *b = right;

    if (a->account != b->account)
        return sv_cmp(sealed_name(sealed, a->account),
                      sealed_name(sealed, b->account));
    return a->message < b->message ? -1 : a->message > b->message;
}

/*
 * The address of an account that hands mail to a program or answers by
 * itself, most often; of equals the first by name. 0: none does.
 */
static uint32_t
answering_address(const struct attribution *attribution, uint32_t account)
{
    const struct sealed *sealed = attribution->sealed;
    struct list list = { 0 };
    uint32_t best = 0;
    size_t best_count = 0;

    for (size_t i = 0; i < sealed->recipient_count; i++) {
        const struct recipient *recipient = &sealed->recipients[i];
        uint32_t domain = domain_name_of(attribution, recipient->address);

        if ((recipient->target == TARGET_PIPE ||
             recipient->target == TARGET_AUTOREPLY) &&
            domain && attribution->account_of[domain] == account)
            list_add(&list, recipient->address);
    }
    if (list.count)
        qsort(list.at, list.count, sizeof(*list.at), list_number_order);
    for (size_t i = 0; i < list.count;) {
        size_t from = i;

        while (i < list.count && list.at[i] == list.at[from])
            i++;
        if (i - from > best_count || (i - from == best_count &&
                                      sv_cmp(sealed_name(sealed, list.at[from]),
                                             sealed_name(sealed, best)) < 0)) {
            best = list.at[from];
            best_count = i - from;
        }
    }
    free(list.at);
    return best;
}

static enum status
judge_answers(struct attribution *attribution, const struct answer *answers,
              size_t count)
{
    static const struct rule rule = {
        "answers_to_strangers", "{answers} bounces or automatic answers went "
                                "to strangers whose addresses may be forged"
    };
    struct list list = { 0 };
    struct finding *finding;

    if (count < BACKSCATTER_MIN)
        return STATUS_OK;
    for (size_t i = 0; i < count; i++)
        list_add(&list, answers[i].message);
    if (sketch_conclude(attribution, &list,
                        &(struct sketch){ .kind = FINDING_BACKSCATTER,
                                          .confidence = 0.8,
                                          .rule = &rule,
                                          .count_name = "answers",
                                          .count = (int64_t)count },
                        &finding) != STATUS_OK)
        return STATUS_NOMEM;
    finding->account = answers[0].account;
    finding->domain = domain_of_account(attribution, finding->account);
    if (finding->account &&
        kind_of(attribution, answers[0].message) == PRINCIPAL_AUTORESPONDER)
        finding->mailbox = answering_address(attribution, finding->account);
    if (finding->mailbox)
        finding->domain = domain_name_of(attribution, finding->mailbox);
    return STATUS_OK;
}

enum status
findings_of_backscatter(struct attribution *attribution)
{
    const struct sealed *sealed = attribution->sealed;
    struct answer *answers =
        calloc(sealed->message_count + 1, sizeof(*answers));
    enum status status = answers ? STATUS_OK : STATUS_NOMEM;
    size_t count = 0;

    for (uint32_t i = 0; answers && i < sealed->message_count; i++) {
        if (is_free(attribution, i) && answers_stranger(attribution, i))
            answers[count++] =
                (struct answer){ account_about(attribution, i), i };
    }
    if (count)
        qsort_r(answers, count, sizeof(*answers), answer_order, (void *)sealed);
    for (size_t i = 0; status == STATUS_OK && i < count;) {
        size_t from = i;

        while (i < count && answers[i].account == answers[from].account)
            i++;
        status = judge_answers(attribution, answers + from, i - from);
    }
    free(answers);
    return status;
}
