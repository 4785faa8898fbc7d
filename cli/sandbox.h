/*
 * sandbox.h: gives up what the rest of the run does not need: Landlock for
 * files, a seccomp deny-list (EPERM) for programs, network and debugging.
 */
#ifndef CLI_SANDBOX_H
#define CLI_SANDBOX_H

#include "cli/options.h"

struct sandbox {
    struct texts readable; /* files and folders beyond the system's own */
    const char *writable;  /* the output folder, NULL: none */
    const char *rmdir_in;  /* where an empty folder may be removed, or NULL */
};

/*
 * From here on, and for every thread started later. What the kernel lacks is
 * quietly left out; *ret_description says what holds ("Landlock, seccomp").
 */
void sandbox_enter(const struct sandbox *sandbox, const char **ret_description);

#endif
