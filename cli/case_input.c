#include "cli/cli.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A case that is not there is evidence that cannot be read, not an output
 * that cannot be written; both come as STATUS_IO. */
bool
case_is_readable(const char *path)
{
    struct stat found;
    const char *why = NULL;

    if (stat(path, &found) != 0 || access(path, R_OK) != 0)
        why = strerror(errno);
    else if (S_ISDIR(found.st_mode))
        why = "a folder; name the case.xml in it";
    if (why)
        say("%s: %s", path, why);
    return !why;
}

bool
case_open(const struct settings *settings, const char *path,
          struct casefile **ret_casefile, enum exit_status *ret_exit)
{
    struct report_options options;
    struct fault fault = { 0 };
    enum status status;

    report_options_fill(&options, settings, 0);
    status = report_case_read(path, options.template_dir, ret_casefile, &fault);
    if (status == STATUS_OK)
        return true;
    *ret_exit = say_fault(&fault, status, EXIT_NO_EVIDENCE);
    if (status == STATUS_DAMAGED || status == STATUS_LIMIT)
        *ret_exit = EXIT_NO_EVIDENCE;
    return false;
}

bool
confine_reading(const struct settings *settings, const char *case_path,
                const struct reading *reading, const struct folder *folder,
                enum exit_status *ret_exit)
{
    size_t count = reading->options.path_count;
    const char **paths = calloc(count + 1, sizeof(*paths));
    bool confined = false;

    *ret_exit = EXIT_INTERNAL;
    if (!paths) {
        say("out of memory");
        return false;
    }
    for (size_t i = 0; i < count; i++)
        paths[i] = reading->options.paths[i];
    if (case_path)
        paths[count++] = case_path;
    confined = confine(settings, paths, count, folder);
    free(paths);
    return confined;
}
