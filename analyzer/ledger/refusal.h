/*
 * refusal.h: what a remote answer means, whose fault it is, who must act.
 * Enhanced status codes (RFC 3463, IANA's registry) first, then the texts of
 * providers; a text that no row knows stays unknown.
 */
#ifndef ANALYZER_LEDGER_REFUSAL_H
#define ANALYZER_LEDGER_REFUSAL_H

#include "analyzer/base.h"

enum refusal {
    REFUSAL_NONE = 0,
    REFUSAL_UNKNOWN,
    REFUSAL_NO_SUCH_USER,
    REFUSAL_MAILBOX_FULL,
    REFUSAL_MAILBOX_DISABLED,
    REFUSAL_CONTENT,
    REFUSAL_SENDER_LISTED, /* our address is on a blocklist */
    REFUSAL_REPUTATION,    /* refused for what came from us, without a list */
    REFUSAL_RATE,
    REFUSAL_GREYLISTED,
    REFUSAL_AUTHENTICATION, /* SPF, DKIM, DMARC */
    REFUSAL_POLICY,
    REFUSAL_SENDER_REFUSED,
    REFUSAL_NO_DOMAIN, /* the recipient's domain does not exist */
    REFUSAL_DNS,       /* names could not be looked up now */
    REFUSAL_CONNECT,   /* refused or unreachable */
    REFUSAL_TIMEOUT,
    REFUSAL_TLS,
    REFUSAL_LOOP,
    REFUSAL_TOO_BIG,
    REFUSAL_OUR_LIMIT, /* this server's own limit, hold or suspension */
    REFUSAL_RETRY,     /* not tried now: retry time not reached */
    REFUSAL_EXPIRED,   /* retry timeout exceeded */
    REFUSAL_LOCAL,     /* a delivery here failed */
    REFUSAL_COUNT
};

#define REFUSAL_TABLE_VERSION 1

const char *refusal_name(enum refusal refusal); /* "no_such_user", … */

/*
 * Classifies the text after the separator of a ** or == line. `temporary`:
 * it was ==. *ret_listed is the blocklist or address that the text names.
 */
enum refusal refusal_read(struct sv text, bool temporary,
                          struct sv *ret_listed);

#endif
