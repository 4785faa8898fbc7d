/*
 * xmlmem.h: libxml2's memory, watched. Out of memory, libxml2 2.9 goes on
 * with wrong text and says nothing, or falls over; here each refused
 * allocation is noted, so that whoever built a tree meanwhile can throw it
 * away, and a reserve carries the work that far. Loops over large things ask
 * xmlmem_failed_since() as they go.
 */
#ifndef REPORT_XMLMEM_H
#define REPORT_XMLMEM_H

#include "analyzer/base.h"

/*
 * How many allocations were refused so far. The first call puts the watched
 * allocators under libxml2 (and libxslt) and silences its writes to stderr
 * for this thread: call it before the work and keep the number.
 */
uint64_t xmlmem_mark(void);

/* Was memory refused since `mark`? Then what was built is to be discarded. */
bool xmlmem_failed_since(uint64_t mark);

/*
 * At most this many bytes in all for the trees of this process; 0 lifts it.
 * The bound for hostile documents, and what tests lower step by step.
 */
void xmlmem_cap(size_t limit_bytes);
size_t xmlmem_bytes(void); /* held by libxml2 now */

#endif
