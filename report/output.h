/*
 * output.h: files that appear whole or not at all. Each is written under a
 * temporary name in its own folder and checked; all of a run are then renamed
 * together.
 */
#ifndef REPORT_OUTPUT_H
#define REPORT_OUTPUT_H

#include "analyzer/base.h"

struct output;

#define OUTPUT_MAX_FILES 16384 /* of one run */

/* Called once for every file that stands complete under its name. */
typedef void output_written(void *user, const char *path);

/*
 * Begins a run. Without `force` a file that exists is never replaced.
 * Owner: the caller; output_free() ends it. NULL when out of memory.
 */
struct output *output_new(bool force);

/*
 * Makes `dir` if it is missing, with its parents, for this user alone.
 * Fails: STATUS_IO, STATUS_LIMIT, STATUS_NOMEM.
 */
enum status output_make_dir(struct output *output, const char *dir,
                            struct fault *fault);

/*
 * Writes `bytes` for the file dir/name, under a temporary name for now.
 * `name` is one of ours: no slash in it. Makes `dir` if it is missing.
 * Fails: STATUS_IO when it cannot be written or, without force, when it
 * exists; STATUS_LIMIT past OUTPUT_MAX_FILES; STATUS_NOMEM.
 */
enum status output_add(struct output *output, const char *dir, const char *name,
                       struct sv bytes, struct fault *fault);

/*
 * The same for a file that is too large to be held: opens its temporary name,
 * which others may open as well. The file is one of the run once
 * output_finish() has checked and closed it; one file at a time.
 * Borrow: *ret_temp lives until the run ends.
 * Fails: as output_add().
 */
enum status output_begin(struct output *output, const char *dir,
                         const char *name, int *ret_fd, const char **ret_temp,
                         struct fault *fault);
/* Closes `fd`, whatever comes of it. Fails: STATUS_IO. */
enum status output_finish(struct output *output, int fd, struct fault *fault);

/*
 * Gives every file its name, in the order in which they were added, and tells
 * each. Fails: STATUS_IO; what stands by then is whole, and without force it
 * is taken away again.
 */
enum status output_commit(struct output *output, output_written *written,
                          void *user, struct fault *fault);

/*
 * Removes the temporary files and the folders that this run made and that are
 * empty. Nothing in it but unlink() and rmdir(): a signal handler may call it
 * at any moment between output_new() and output_free().
 */
void output_abandon(struct output *output);

/* Ends the run; what was not committed is removed. */
void output_free(struct output *output);

#endif
