/* A period of the whole: what lies outside is not counted and not judged. */
#include "analyzer/ledger/sealed.h"

#include <stdlib.h>

static bool
is_inside(int64_t at, int64_t since, int64_t until)
{
    return at >= since && at <= until;
}

static void
narrow_messages(struct sealed *sealed, uint32_t *moved, int64_t since,
                int64_t until)
{
    size_t kept = 0;

    for (size_t i = 0; i < sealed->message_count; i++) {
        moved[i] = NO_INDEX;
        if (!is_inside(sealed->messages[i].at, since, until))
            continue;
        moved[i] = (uint32_t)kept;
        sealed->messages[kept++] = sealed->messages[i];
    }
    sealed->message_count = kept;
    for (size_t i = 0; i < kept; i++) {
        struct message *message = &sealed->messages[i];

        if (message->parent != NO_INDEX)
            message->parent = moved[message->parent];
    }
}

static void
narrow_refused(struct sealed *sealed, int64_t since, int64_t until)
{
    struct ledger *ledger = sealed->ledger;
    size_t kept = 0;

    sealed->rejections = sealed->auth_failures = 0;
    for (size_t i = 0; i < ledger->refused_count; i++) {
        const struct ledger_refused *refused = &ledger->refused[i];
        int64_t at =
            sealed_utc_ms(sealed, sealed->text_server[refused->place.text],
                          refused->at_ms, refused->zoned, 0) /
            1000;

        if (!is_inside(at, since, until))
            continue;
        if (refused->kind == EVENT_AUTH_FAILED)
            sealed->auth_failures++;
        else
            sealed->rejections++;
        ledger->refused[kept++] = *refused;
    }
    ledger->refused_count = kept;
}

static void
narrow_limits(struct sealed *sealed, int64_t since, int64_t until)
{
    struct ledger *ledger = sealed->ledger;
    size_t kept = 0;

    for (size_t i = 0; i < ledger->limits_count; i++) {
        const struct ledger_limit *limit = &ledger->limits[i];
        int64_t at =
            sealed_utc_ms(sealed, sealed->text_server[limit->place.text],
                          limit->at_ms, limit->zoned, 0) /
            1000;

        if (is_inside(at, since, until))
            ledger->limits[kept++] = *limit;
    }
    ledger->limits_count = kept;
}

enum status
sealed_narrow(struct sealed *sealed, int64_t since, int64_t until)
{
    uint32_t *moved = calloc(sealed->message_count + 1, sizeof(*moved));

    if (!moved)
        return STATUS_NOMEM;
    sealed->since = since;
    sealed->until = until;
    narrow_messages(sealed, moved, since, until);
    narrow_refused(sealed, since, until);
    narrow_limits(sealed, since, until);
    free(moved);
    return STATUS_OK;
}
