/*
 * cut.h: one large plain log cut at safe line ends, its parts read apart into
 * ledgers of their own, which then become the ledger that reading it whole
 * would have given, number for number.
 */
#ifndef ANALYZER_CUT_H
#define ANALYZER_CUT_H

#include "analyzer/gathering.h"

#define CUT_PARTS_MAX 16

struct cut {
    enum log_kind kind;
    unsigned parts;
    uint64_t ends[CUT_PARTS_MAX]; /* of the parts: bytes from the start */
    struct ledger *ledgers[CUT_PARTS_MAX];
};

/*
 * Says where the source is cut for so many jobs, one of which also reads it
 * for its hash. False: it is read whole, being small, packed, no log, or
 * without safe places.
 */
bool cut_plan(const struct evidence_source *source,
              const struct evidence_limits *limits, unsigned jobs,
              struct cut *ret_cut);

/* Where a part begins. */
uint64_t cut_from(const struct cut *cut, unsigned part);

/*
 * Makes one ledger of the parts'. STATUS_DAMAGED: only reading the text as a
 * whole gives what it would have given (and the parts are freed).
 */
enum status cut_join(struct cut *cut, struct ledger **ret_ledger);
void cut_clear(struct cut *cut);

#endif
