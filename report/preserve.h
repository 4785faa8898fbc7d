/*
 * preserve.h: what to copy before anything is cleaned, as commands that a
 * person may read and then paste. Nothing is ever run.
 */
#ifndef REPORT_PRESERVE_H
#define REPORT_PRESERVE_H

#include "analyzer/case.h"

/*
 * Appends the listing for this case to `out`, what disappears first on top:
 * for its kind of server, with its names checked and quoted (shell.h).
 * Fails: STATUS_NOMEM; `out` may then hold a part.
 */
enum status preserve_print(const struct casefile *casefile, struct buf *out,
                           struct fault *fault);

#endif
