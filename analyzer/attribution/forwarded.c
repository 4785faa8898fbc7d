/* Mail that is only passed on: a forwarder that hands spam to others. */
#include "analyzer/attribution/sketch.h"

#include <stdlib.h>

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

enum status
findings_of_forwarders(struct attribution *attribution)
{
    for (size_t i = 0; i < attribution->actor_count; i++) {
        const struct actor *actor = &attribution->actors[i];

        if (actor->kind == ACTOR_FORWARDER &&
            judge_forwarder(attribution, actor) != STATUS_OK)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}
