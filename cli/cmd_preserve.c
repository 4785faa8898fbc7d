#include "cli/cli.h"
#include "report/preserve.h"

#include <stdio.h>

static enum exit_status
print_listing(const struct casefile *casefile)
{
    struct buf out = { 0 };
    struct fault fault = { 0 };
    enum exit_status exit_status = EXIT_DONE;
    enum status status = preserve_print(casefile, &out, &fault);

    if (status == STATUS_OK)
        fwrite(out.at, 1, out.len, stdout); /* stdout_finish() sees to it */
    else
        exit_status = say_fault(&fault, status, EXIT_INTERNAL);
    buf_clear(&out);
    return exit_status;
}

enum exit_status
cmd_preserve(const struct settings *settings)
{
    const char *path = settings->operands.at[0];
    struct casefile *casefile = NULL;
    enum exit_status exit_status = EXIT_INTERNAL;

    if (!case_is_readable(path))
        return EXIT_NO_EVIDENCE;
    if (confine(settings, &path, 1, NULL) &&
        case_open(settings, path, &casefile, &exit_status))
        exit_status = print_listing(casefile);
    casefile_free(casefile);
    return exit_status;
}
