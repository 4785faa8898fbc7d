/*
 * take.h: what the ledger keeps of one line, by its kind. For ledger.c alone.
 * All of it goes to the open text. Out of memory: ledger->failed or
 * names_failed().
 */
#ifndef ANALYZER_LEDGER_TAKE_H
#define ANALYZER_LEDGER_TAKE_H

#include "analyzer/ledger/ledger.h"

void ledger_add_arrival(struct ledger *ledger, uint32_t message,
                        uint32_t event_index, const struct event *event);
void ledger_add_attempt(struct ledger *ledger, uint32_t message,
                        uint32_t event_index, const struct event *event,
                        struct place place);
/* A vote for the server that wrote the line, if it says which. */
void ledger_vote_server(struct ledger *ledger, const struct event *event);
/* A limit that `text` tells of; says which kind. */
enum limit_kind ledger_add_limit(struct ledger *ledger,
                                 const struct event *event, struct sv text,
                                 struct place place);
void ledger_add_cwd(struct ledger *ledger, const struct event *event,
                    struct place place);
void ledger_add_ident(struct ledger *ledger, const struct event *event,
                      struct place place);
void ledger_add_refused(struct ledger *ledger, const struct event *event,
                        struct sv line, struct place place);
/* A line that was not understood: counted by what it looks like. */
void ledger_add_shape(struct ledger *ledger, struct sv line,
                      struct place place);

#endif
