/*
 * case_dump.h: a case as text, a line for each value, without its evidence
 * table and without the places of its citations: what must be the same however
 * the evidence was cut, packed, copied and ordered.
 */
#ifndef TESTS_CASE_DUMP_H
#define TESTS_CASE_DUMP_H

#include "analyzer/case.h"

/* False when out of memory. */
bool case_dump(const struct casefile *casefile, struct buf *out);

#endif
