/* redact_mask.h: texts of a case with everybody else's names taken out. */
#ifndef REPORT_REDACT_MASK_H
#define REPORT_REDACT_MASK_H

#include "report/redact_scope.h"

struct redact_mask {
    struct redact_scope *scope;
    /* what was masked so far; its number is its mask */
    struct names *addresses;
    struct names *domains;
    struct names *logins;
    struct names *ips;
};

bool redact_mask_init(struct redact_mask *mask, struct redact_scope *scope);
void redact_mask_clear(struct redact_mask *mask);
bool redact_mask_failed(const struct redact_mask *mask); /* out of memory */

/* Each appends the text of a reader that may see it to `out`. */
void redact_mask_text(struct redact_mask *mask, struct sv text,
                      struct buf *out);
/* Only what is known to be somebody else's: for names of files. */
void redact_mask_known(struct redact_mask *mask, struct sv text,
                       struct buf *out);
/* One account, login, address or path, spaces in it and all. */
void redact_mask_name(struct redact_mask *mask, struct sv text,
                      struct buf *out);
void redact_mask_server(struct redact_mask *mask, struct sv text,
                        struct buf *out);

#endif
