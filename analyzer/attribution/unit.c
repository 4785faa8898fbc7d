/* What one of an actor's ways sent. */
#include "analyzer/attribution/sketch.h"

struct place_mail
unit_mail(const struct attribution *attribution, const struct actor *actor,
          const struct unit *unit)
{
    struct place_mail mail = { 0 };

    for (uint32_t i = 0; i < unit->messages; i++) {
        uint32_t at = actor->by_unit[unit->from + i];
        const struct message *message =
            message_of(attribution, actor->messages[at]);

        mail.to_strangers += actor->strangers[at] > 0;
        mail.recipients += message->recipient_count;
        for (uint32_t k = 0; k < message->recipient_count; k++) {
            uint8_t refusal =
                attribution->sealed->recipients[message->recipient_first + k]
                    .refusal;

            mail.unwanted += refusal == REFUSAL_NO_SUCH_USER ||
                             refusal == REFUSAL_CONTENT ||
                             refusal == REFUSAL_REPUTATION;
        }
    }
    return mail;
}

uint32_t
unit_repeats(const struct actor *actor, const struct unit *unit)
{
    uint32_t repeats = 0;

    for (uint32_t i = 0; i < unit->messages; i++)
        repeats += actor->repeats[actor->by_unit[unit->from + i]];
    return unit->messages ? repeats * 100 / unit->messages : 0;
}
