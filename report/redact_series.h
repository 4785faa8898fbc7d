/* redact_series.h: the hours of the scope's findings, summed. */
#ifndef REPORT_REDACT_SERIES_H
#define REPORT_REDACT_SERIES_H

#include "report/redact_scope.h"

/*
 * Puts an `hour` for each hour from the first to the last of them into
 * `wrapper`; none when they are further apart than any log is long.
 * False: out of memory.
 */
bool redact_series_sum(struct redact_scope *scope, const xmlNode *root,
                       xmlNode *wrapper);

#endif
