/* Arrivals whose message id and stamp do not agree on the time. */
#include "analyzer/casework/builder.h"

#include <stdlib.h>

/*
 * Exim makes the id when a message begins to come in and writes the line when
 * it is there. A clock that is put right, or a slow sender, takes less.
 */
#define BEFORE_MS ((int64_t)2 * 3600 * 1000)
#define AFTER_MS ((int64_t)26 * 3600 * 1000)

static bool
is_odd(const struct builder *builder, const struct ledger_arrival *arrival)
{
    const struct sealed *sealed = builder->sealed;
    struct message_id id = sealed->ledger->messages[arrival->message].id;
    int64_t late_ms =
        sealed_event_ms(sealed, arrival->event) - message_id_seconds(id) * 1000;

    return late_ms < -BEFORE_MS || late_ms > AFTER_MS;
}

struct odd { /* of one text */
    uint64_t count;
    uint32_t line; /* the first */
};

static void
say_odd(struct builder *builder, struct gathered_text *text,
        const struct odd *odd)
{
    static const char words[] =
        "the time in the message id is not that of the line";
    const char *sentence =
        odd->count > 1 ? build_printf(builder, "%s; the first of %llu", words,
                                      (unsigned long long)odd->count)
                       : words;

    if (!sentence || !gathering_warn(builder->gathering, text, WARN_FORGED,
                                     odd->line, sentence))
        builder->failed = true;
}

void
build_forged(struct builder *builder)
{
    const struct ledger *ledger = builder->sealed->ledger;
    size_t texts = builder->gathering->text_count;
    struct odd *odds = calloc(texts + 1, sizeof(*odds));

    if (!odds) {
        builder->failed = true;
        return;
    }
    for (size_t i = 0; i < ledger->arrivals_count; i++) {
        const struct ledger_event *event =
            &ledger->events[ledger->arrivals[i].event];
        struct odd *odd = &odds[event->text];

        if (!is_odd(builder, &ledger->arrivals[i]))
            continue;
        if (!odd->count++ || event->line < odd->line)
            odd->line = event->line;
    }
    for (size_t i = 0; i < texts; i++) {
        if (odds[i].count)
            say_odd(builder, &builder->gathering->texts[i], &odds[i]);
    }
    free(odds);
}
