/*
 * Findings that are no single login's or account's doing: an open door, mail
 * that is only passed on, answers to spam, and troubles that are no abuse.
 */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- open relay */

/* A customer's own server, allowed to relay, sends for few domains; an open
 * door is used by anyone, for anyone. */
#define RELAY_STRANGERS 10
#define RELAY_DOMAINS 4

static uint32_t
sender_domains(const struct attribution *attribution, const struct actor *actor,
               const struct unit *unit, uint32_t *scratch)
{
    for (uint32_t i = 0; i < unit->messages; i++)
        scratch[i] = domain_name_of(
            attribution,
            message_of(attribution,
                       actor->messages[actor->by_unit[unit->from + i]])
                ->arrival->sender);
    return list_distinct(scratch, unit->messages);
}

static enum status
judge_relay(struct attribution *attribution, const struct actor *actor)
{
    static const struct rule rule = {
        "relayed", "{hosts} hosts without a login sent {messages} messages "
                   "through this server to strangers"
    };
    uint32_t *scratch =
        calloc((size_t)actor->message_count + 1, sizeof(*scratch));
    uint8_t *open = calloc((size_t)actor->unit_count + 1, 1);
    struct list list = { 0 };
    struct finding *finding;
    enum status status = STATUS_NOMEM;
    int64_t hosts = 0;

    if (!scratch || !open)
        goto out;
    status = STATUS_OK;
    for (uint32_t u = 0; u < actor->unit_count; u++) {
        const struct unit *unit = &actor->units[u];

        open[u] = unit->peak_day >= RELAY_STRANGERS &&
                  (sender_domains(attribution, actor, unit, scratch) >=
                       RELAY_DOMAINS ||
                   unit->peak_hour >= RELAY_STRANGERS);
        hosts += open[u];
    }
    for (uint32_t i = 0; i < actor->message_count; i++) {
        if (open[actor->unit_of[i]] && is_free(attribution, actor->messages[i]))
            list_add(&list, actor->messages[i]);
    }
    if (list.count)
        status =
            sketch_conclude(attribution, &list,
                            &(struct sketch){ .kind = FINDING_RELAY,
                                              .compromise = true,
                                              .confidence = 0.9,
                                              .channel = "smtp",
                                              .rule = &rule,
                                              .count_name = "hosts",
                                              .count = hosts,
                                              .second_name = "messages",
                                              .second = (int64_t)list.count },
                            &finding);
    if (status == STATUS_OK && hosts)
        finding->actor = actor;
out:
    free(scratch);
    free(open);
    return status;
}

/* ---------------------------------------------------------- forwarded spam */

#define FORWARD_REFUSED 5
#define FORWARD_MARGIN 1800

static bool
refused_as_spam(const struct attribution *attribution,
                const struct message *message)
{
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        const struct recipient *recipient =
            &attribution->sealed->recipients[message->recipient_first + i];

        if (recipient->outcome != OUTCOME_DELIVERED &&
            (recipient->refusal == REFUSAL_CONTENT ||
             recipient->refusal == REFUSAL_REPUTATION ||
             recipient->refusal == REFUSAL_RATE ||
             recipient->refusal == REFUSAL_AUTHENTICATION ||
             recipient->refusal == REFUSAL_POLICY))
            return true;
    }
    return false;
}

/*
 * What was refused, and what else came meanwhile from hosts without a
 * confirmed name: some of the spam gets through. Mail servers that others
 * know have names; their mail is the forwarder's everyday mail.
 */
static int64_t
gather_forwarded(const struct attribution *attribution,
                 const struct actor *actor, struct list *list)
{
    int64_t refused = 0, first = INT64_MAX, last = INT64_MIN;

    for (uint32_t i = 0; i < actor->message_count; i++) {
        const struct message *message =
            message_of(attribution, actor->messages[i]);

        if (!refused_as_spam(attribution, message))
            continue;
        refused++;
        first = message->at < first ? message->at : first;
        last = message->at > last ? message->at : last;
    }
    for (uint32_t i = 0; i < actor->message_count; i++) {
        const struct message *message =
            message_of(attribution, actor->messages[i]);
        bool meanwhile = message->at >= first - FORWARD_MARGIN &&
                         message->at <= last + FORWARD_MARGIN;

        if (is_free(attribution, actor->messages[i]) &&
            (refused_as_spam(attribution, message) ||
             (meanwhile && !message->arrival->host_name)))
            list_add(list, actor->messages[i]);
    }
    return refused;
}

static enum status
judge_forwarder(struct attribution *attribution, const struct actor *actor)
{
    static const struct rule rule = {
        "forwarded_refused", "{refused} of {messages} messages that {who} only "
                             "passed on were refused as spam elsewhere"
    };
    struct list list = { 0 };
    struct finding *finding;
    int64_t refused;

    refused = gather_forwarded(attribution, actor, &list);
    if (refused < FORWARD_REFUSED || refused * 10 < actor->message_count) {
        free(list.at);
        return list.failed ? STATUS_NOMEM : STATUS_OK;
    }
    if (!list.count)
        return STATUS_OK;
    if (sketch_conclude(
            attribution, &list,
            &(struct sketch){ .kind = FINDING_FORWARDED_SPAM,
                              .confidence = 0.85,
                              .channel = "forward",
                              .rule = &rule,
                              .count_name = "refused",
                              .count = refused,
                              .second_name = "messages",
                              .second = (int64_t)actor->message_count,
                              .text = actor->name },
            &finding) != STATUS_OK)
        return STATUS_NOMEM;
    finding->actor = actor;
    finding->account = actor->account;
    finding->domain = actor->domain;
    finding->mailbox = actor->name;
    return STATUS_OK;
}

/* ------------------------------------------------------------------- loops */

/* One Message-ID so often for one recipient is no resending by hand. */
#define LOOP_ARRIVALS 4

struct loop_key {
    uint32_t header_id;
    uint32_t recipient;
    uint32_t message;
};

static int
loop_order(const void *left, const void *right)
{
    const struct loop_key *a = left;
    const struct loop_key *b = right;

    if (a->header_id != b->header_id)
        return a->header_id < b->header_id ? -1 : 1;
    if (a->recipient != b->recipient)
        return a->recipient < b->recipient ? -1 : 1;
    return a->message < b->message ? -1 : a->message > b->message;
}

static bool
failed_in_loop(const struct attribution *attribution,
               const struct message *message)
{
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        if (attribution->sealed->recipients[message->recipient_first + i]
                .refusal == REFUSAL_LOOP)
            return true;
    }
    return false;
}

/* Hosted here and asked for by the looping mail most often. */
static uint32_t
looping_address(const struct attribution *attribution, const struct list *list)
{
    const struct sealed *sealed = attribution->sealed;
    uint32_t best = 0, best_count = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct message *message = message_of(attribution, list->at[i]);

        for (uint32_t k = 0; k < message->recipient_count; k++) {
            const struct recipient *recipient =
                &sealed->recipients[message->recipient_first + k];
            uint32_t count = 0;

            if (!address_is_hosted(attribution, recipient->address) ||
                recipient->address == best)
                continue;
            for (size_t m = 0; m < list->count && m < 200; m++) {
                const struct message *other =
                    message_of(attribution, list->at[m]);

                for (uint32_t r = 0; r < other->recipient_count; r++)
                    count += sealed->recipients[other->recipient_first + r]
                                 .address == recipient->address;
            }
            if (count > best_count ||
                (count == best_count &&
                 sv_cmp(sealed_name(sealed, recipient->address),
                        sealed_name(sealed, best)) < 0)) {
                best = recipient->address;
                best_count = count;
            }
        }
        if (i >= 200)
            break;
    }
    return best;
}

static void
gather_loops(const struct attribution *attribution, struct loop_key *keys,
             size_t count, struct list *list)
{
    for (size_t i = 0; i < count;) {
        size_t from = i, repeats = 0, most = 0;
        bool failed = false;

        for (; i < count && keys[i].header_id == keys[from].header_id; i++) {
            failed |= failed_in_loop(attribution,
                                     message_of(attribution, keys[i].message));
            repeats = i > from && keys[i].recipient == keys[i - 1].recipient
                          ? repeats + 1
                          : 1;
            if (repeats > most)
                most = repeats;
        }
        if (most < LOOP_ARRIVALS && !(failed && i - from >= 2))
            continue;
        for (size_t k = from; k < i; k++)
            list_add(list, keys[k].message);
    }
    if (list->count)
        qsort(list->at, list->count, sizeof(*list->at), list_number_order);
}

static enum status
judge_loops(struct attribution *attribution)
{
    static const struct rule rule = {
        "loop", "{messages} arrivals of {distinct} messages: the same "
                "Message-ID comes back again and again"
    };
    const struct sealed *sealed = attribution->sealed;
    struct loop_key *keys = calloc(sealed->message_count + 1, sizeof(*keys));
    struct list list = { 0 };
    struct finding *finding;
    size_t count = 0;
    uint32_t mailbox;

    if (!keys)
        return STATUS_NOMEM;
    for (size_t i = 0; i < sealed->message_count; i++) {
        const struct message *message = &sealed->messages[i];

        if (message->arrival && message->arrival->header_id &&
            message->parent == NO_INDEX && message->recipient_count &&
            kind_of(attribution, (uint32_t)i) != PRINCIPAL_LIST &&
            is_free(attribution, (uint32_t)i))
            keys[count++] = (struct loop_key){
                message->arrival->header_id,
                sealed->recipients[message->recipient_first].address,
                (uint32_t)i
            };
    }
    qsort(keys, count, sizeof(*keys), loop_order);
    gather_loops(attribution, keys, count, &list);
    free(keys);
    if (!list.count)
        return list.failed ? STATUS_NOMEM : STATUS_OK;
    mailbox = looping_address(attribution, &list);
    count = 0;
    for (size_t i = 0; i < list.count; i++)
        count +=
            failed_in_loop(attribution, message_of(attribution, list.at[i]));
    if (sketch_conclude(
            attribution, &list,
            &(struct sketch){ .kind = FINDING_LOOP,
                              .confidence = count ? 0.95 : 0.8,
                              .channel = "forward",
                              .rule = &rule,
                              .count_name = "messages",
                              .count = (int64_t)list.count,
                              .second_name = "distinct",
                              .second = (int64_t)(count ? count : 1) },
            &finding) != STATUS_OK)
        return STATUS_NOMEM;
    finding->mailbox = mailbox;
    finding->domain = domain_name_of(attribution, mailbox);
    finding->account = finding->domain < attribution->name_count
                           ? attribution->account_of[finding->domain]
                           : 0;
    return STATUS_OK;
}

/* -------------------------------------------------------------- list abuse */

#define LIST_REFUSED 10

struct posting_key { /* a posting and what the list made of it share an id */
    uint32_t header_id;
    uint32_t at;
};

static int
posting_order(const void *left, const void *right)
{
    const struct posting_key *a = left;
    const struct posting_key *b = right;

    if (a->header_id != b->header_id)
        return a->header_id < b->header_id ? -1 : 1;
    return a->at < b->at ? -1 : a->at > b->at;
}

static void
count_refused(const struct attribution *attribution,
              const struct message *message, size_t *all, size_t *refused)
{
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        const struct recipient *recipient =
            &attribution->sealed->recipients[message->recipient_first + i];

        *all += recipient->remote;
        *refused += recipient->refusal == REFUSAL_CONTENT ||
                    recipient->refusal == REFUSAL_REPUTATION ||
                    recipient->refusal == REFUSAL_SENDER_LISTED;
    }
}

static size_t
gather_postings(const struct attribution *attribution,
                const struct actor *actor, struct posting_key *keys,
                struct list *list)
{
    size_t total = 0;

    for (uint32_t i = 0; i < actor->message_count; i++)
        keys[i] = (struct posting_key){
            message_of(attribution, actor->messages[i])->arrival->header_id, i
        };
    qsort(keys, actor->message_count, sizeof(*keys), posting_order);
    for (uint32_t i = 0; i < actor->message_count;) {
        uint32_t from = i;
        size_t all = 0, refused = 0;

        for (; i < actor->message_count &&
               keys[i].header_id == keys[from].header_id;
             i++)
            count_refused(attribution,
                          message_of(attribution, actor->messages[keys[i].at]),
                          &all, &refused);
        if (!keys[from].header_id || refused < 2 || refused * 10 < all)
            continue;
        total += refused;
        for (uint32_t k = from; k < i; k++)
            list_add(list, actor->messages[keys[k].at]);
    }
    if (list->count)
        qsort(list->at, list->count, sizeof(*list->at), list_number_order);
    return total;
}

static enum status
judge_list(struct attribution *attribution, const struct actor *actor)
{
    static const struct rule rule = {
        "postings_refused", "{refused} of the members' servers refused what "
                            "{who} passed on as spam"
    };
    struct posting_key *keys =
        calloc((size_t)actor->message_count + 1, sizeof(*keys));
    struct list list = { 0 };
    struct finding *finding;
    size_t refused;

    if (!keys)
        return STATUS_NOMEM;
    refused = gather_postings(attribution, actor, keys, &list);
    free(keys);
    if (refused < LIST_REFUSED) {
        free(list.at);
        return list.failed ? STATUS_NOMEM : STATUS_OK;
    }
    if (sketch_conclude(attribution, &list,
                        &(struct sketch){ .kind = FINDING_LIST_ABUSE,
                                          .confidence = 0.85,
                                          .rule = &rule,
                                          .count_name = "refused",
                                          .count = (int64_t)refused,
                                          .text = actor->name },
                        &finding) != STATUS_OK)
        return STATUS_NOMEM;
    finding->actor = actor;
    finding->account = actor->account;
    finding->domain = actor->domain;
    finding->mailbox = actor->name;
    return STATUS_OK;
}

/* ------------------------------------------------------------- backscatter */

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

static enum status
judge_backscatter(struct attribution *attribution)
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

enum status
findings_of_others(struct attribution *attribution)
{
    if (findings_of_guessers(attribution) != STATUS_OK)
        return STATUS_NOMEM;
    for (size_t i = 0; i < attribution->actor_count; i++) {
        const struct actor *actor = &attribution->actors[i];

        if (actor->kind == ACTOR_RELAY &&
            judge_relay(attribution, actor) != STATUS_OK)
            return STATUS_NOMEM;
        if (actor->kind == ACTOR_LIST &&
            judge_list(attribution, actor) != STATUS_OK)
            return STATUS_NOMEM;
    }
    if (judge_loops(attribution) != STATUS_OK)
        return STATUS_NOMEM;
    for (size_t i = 0; i < attribution->actor_count; i++) {
        const struct actor *actor = &attribution->actors[i];

        if (actor->kind == ACTOR_FORWARDER &&
            judge_forwarder(attribution, actor) != STATUS_OK)
            return STATUS_NOMEM;
    }
    if (judge_backscatter(attribution) != STATUS_OK)
        return STATUS_NOMEM;
    return findings_of_troubles(attribution);
}
