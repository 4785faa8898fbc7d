/*
 * eximstats_totals: prints what eximstats counts, from our ledger: messages
 * received, addresses delivered to, messages delayed, messages failed.
 */
#include "analyzer/gathering.h"
#include "analyzer/ledger/sealed.h"

#include <stdio.h>

/* eximstats forgets a message at Completed and knows it from its arrival. */
static void
count(const struct sealed *sealed, uint64_t totals[4])
{
    for (size_t i = 0; i < sealed->message_count; i++) {
        const struct message *message = &sealed->messages[i];
        bool known = false, delayed = false, failed = false;

        for (uint32_t k = 0; k < message->event_count; k++) {
            uint32_t index = sealed->order[message->event_first + k];

            switch ((enum event_kind)sealed->ledger->events[index].kind) {
            case EVENT_ARRIVAL:
                totals[0]++;
                known = true;
                break;
            case EVENT_DELIVERY:
                totals[1]++;
                break;
            case EVENT_DEFERRAL:
                delayed |= known;
                break;
            case EVENT_FAILURE:
                failed |= known;
                break;
            case EVENT_COMPLETED:
                known = false;
                break;
            default:
                break;
            }
        }
        totals[2] += delayed;
        totals[3] += failed;
    }
}

int
main(int argc, char **argv)
{
    struct analyze_options options = { .paths = (const char *const *)argv + 1,
                                       .path_count = (size_t)argc - 1,
                                       .as_of = TIME_UNKNOWN };
    struct gathering *gathering = NULL;
    struct ledger *ledger = NULL;
    struct sealed *sealed = NULL;
    uint32_t *rank = NULL, *servers = NULL;
    struct fault fault = { 0 };
    uint64_t totals[4] = { 0 };

    if (gathering_make(&options, &gathering, &fault) != STATUS_OK ||
        gathering_merge(gathering, &ledger, &rank, &servers) != STATUS_OK ||
        sealed_make(ledger, rank, servers, gathering->text_count, &sealed) !=
            STATUS_OK) {
        fprintf(stderr, "%s\n", fault.text);
        return 1;
    }
    count(sealed, totals);
    printf("received=%llu addresses=%llu delayed=%llu failed=%llu\n",
           (unsigned long long)totals[0], (unsigned long long)totals[1],
           (unsigned long long)totals[2], (unsigned long long)totals[3]);
    sealed_free(sealed);
    gathering_free(gathering);
    return 0;
}
