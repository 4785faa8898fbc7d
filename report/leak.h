/*
 * leak.h: the last look at finished bytes. What the whole case holds of
 * others must not be in a file that is made for a scope, whatever redaction,
 * templates and back-ends did. It shares with the redaction what it takes for
 * a name and for the scope's, and nothing else.
 */
#ifndef REPORT_LEAK_H
#define REPORT_LEAK_H

#include "report/redact.h"

struct leak;

struct leak_hit {
    char text[128];      /* what was found, its head */
    const char *kind;    /* "an address", for a sentence */
    size_t offset_bytes; /* about where: escapes count as what they mean */
};

/*
 * Collects what is forbidden: addresses, domains, logins, account names,
 * paths and subjects of `doc`, the whole case, that are not the scope's.
 * `ours` are texts of our own (templates, catalogues): what stands in them as
 * well is no leak.
 * Owner: the caller, leak_free(). `doc` and `ours` are only read.
 * Fails: STATUS_USAGE without a scope; STATUS_NOMEM.
 */
enum status leak_new(const xmlDoc *doc, const struct redact_options *options,
                     const struct sv *ours, size_t our_count,
                     struct leak **ret_leak, struct fault *fault);
void leak_free(struct leak *leak);

size_t leak_count(const struct leak *leak); /* of forbidden texts */

/*
 * Looks through finished bytes, once: HTML, XML, JSON, text, or the inflated
 * streams of a PDF. Escapes, defanging and breaks inside words are seen
 * through, capitals do not matter.
 * STATUS_OK: clean. STATUS_MISMATCH: *ret_hit is the first that was found.
 * STATUS_NOMEM.
 */
enum status leak_scan(struct leak *leak, struct sv bytes,
                      struct leak_hit *ret_hit);

#endif
