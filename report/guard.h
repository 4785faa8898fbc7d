/*
 * guard.h: the last look before a scoped file may get its name: whatever the
 * whole case holds of others must not be in it.
 */
#ifndef REPORT_GUARD_H
#define REPORT_GUARD_H

#include "report/redact.h"

struct guard;

/*
 * Collects what `whole` holds of others. What stands in `ours`, our own
 * templates, is no leak.
 * Owner: the caller; guard_free(). `whole` and `ours` are only read.
 * Fails: STATUS_NOMEM; STATUS_USAGE without a scope.
 */
enum status guard_new(const xmlDoc *whole, const struct redact_options *options,
                      struct sv ours, struct guard **ret_guard,
                      struct fault *fault);
void guard_free(struct guard *guard);

/*
 * Looks through finished bytes; a PDF is unpacked first. `name`, the file's,
 * is looked at too, and the sentence of a failure names it.
 * Fails: STATUS_IO, whose sentence says what kind of text was found and not
 * the text; STATUS_DAMAGED for a PDF that cannot be read back;
 * STATUS_NOMEM.
 */
enum status guard_check(struct guard *guard, const char *name, struct sv bytes,
                        struct fault *fault);

/* The same for a document, before it becomes files. */
enum status guard_check_document(struct guard *guard, xmlDoc *document,
                                 const char *name, struct fault *fault);

#endif
