/* redact_again.h: cases whose names were masked before. */
#ifndef REPORT_REDACT_AGAIN_H
#define REPORT_REDACT_AGAIN_H

#include "report/redact_scope.h"

/* Sets `masked` and `masks_used`. */
void redact_again_init(struct redact_scope *scope, const xmlDoc *doc);

#endif
