/*
 * redact_rules.h: one rule for each element of the schema. What has none is
 * dropped, and a test asks for one for each.
 */
#ifndef REPORT_REDACT_RULES_H
#define REPORT_REDACT_RULES_H

#include "report/model_table.h"

enum redact_rule {
    REDACT_DROP = 0,     /* a scalar is absent, a wrapper empty */
    REDACT_KEEP,         /* numbers, times, truths and our own words */
    REDACT_ENTER,        /* each child by its own rule */
    REDACT_OWN_ROWS,     /* rows of the scope, then as ENTER */
    REDACT_OWN_LINES,    /* citations of the scope's messages */
    REDACT_SCOPE_LIST,   /* what the options say */
    REDACT_TOTALS,       /* summed again */
    REDACT_SERIES,       /* summed again */
    REDACT_TEXT,         /* what looks like somebody else's is masked */
    REDACT_SUBJECT,      /* as TEXT; whole, it can give somebody away */
    REDACT_NAME,         /* an account, login, address or path as a whole */
    REDACT_SOURCE,       /* as its sibling `kind` says */
    REDACT_SOURCE_IP,    /* of an attacker */
    REDACT_VALUE,        /* text as TEXT, all others as KEEP */
    REDACT_SERVER,       /* one of ours */
    REDACT_FILE,         /* the name of an evidence file */
    REDACT_INTERNAL,     /* investigators: ENTER or KEEP; others: DROP */
    REDACT_INTERNAL_TEXT /* investigators: TEXT; others: DROP */
};

/* False when the element has no rule. */
bool redact_rule_find(const struct model_shape *shape,
                      const struct model_field *field,
                      enum redact_rule *ret_rule);
/* The same; REDACT_DROP without a rule. */
enum redact_rule redact_rule_of(const struct model_shape *shape,
                                const struct model_field *field);

#endif
