/*
 * naming.h: the texts of one line become names, together: what leads to them
 * in memory is then fetched for all at once instead of one after the other.
 */
#ifndef ANALYZER_LEDGER_NAMING_H
#define ANALYZER_LEDGER_NAMING_H

#include "analyzer/ledger/ledger.h"

struct naming { /* one line's; on the stack */
    struct ledger *ledger;
    size_t count;
    struct sv texts[NAMES_TOGETHER];
    uint32_t *names[NAMES_TOGETHER];
};

/*
 * Asks for a name; *ret_name is written by naming_finish() at the latest.
 * Borrow: both until then. Out of memory: names_failed() of the ledger's.
 */
void naming_add(struct naming *naming, struct sv text, uint32_t *ret_name);
/* The same with ASCII letters in lower case. */
void naming_add_lower(struct naming *naming, struct sv text,
                      uint32_t *ret_name);
void naming_finish(struct naming *naming);

/* Single names, at once; 0 when out of memory. */
uint32_t ledger_name(struct ledger *ledger, struct sv text);
uint32_t ledger_name_lower(struct ledger *ledger, struct sv text);
uint32_t ledger_name_subject(struct ledger *ledger, struct sv raw);
uint32_t ledger_name_shape(struct ledger *ledger, struct sv text);

#endif
