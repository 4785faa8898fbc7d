/*
 * recheck.h: what a re-check found, as text and as one page for the ticket
 * that the case came with. Beside case.h this knows analyzer/recheck.h.
 */
#ifndef REPORT_RECHECK_H
#define REPORT_RECHECK_H

#include "analyzer/recheck.h"
#include "report/report.h"

/*
 * Appends the text that a terminal shows.
 * Fails: as report_write().
 */
enum status recheck_text(const struct recheck_result *result,
                         const struct casefile *casefile,
                         const struct report_options *options,
                         struct buf *ret_text, struct fault *fault);

/* Writes recheck.html, .pdf and .txt; otherwise as report_write(). */
enum status recheck_write(const struct recheck_result *result,
                          const struct casefile *casefile,
                          const struct report_options *options,
                          report_file_written *written, void *user,
                          struct fault *fault);

#endif
