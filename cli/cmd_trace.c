#include "analyzer/trace.h"
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static bool
write_stdout(void *user, struct sv bytes)
{
    int *error = user;

    if (fwrite(bytes.at, 1, bytes.len, stdout) == bytes.len)
        return true;
    *error = errno;
    return false;
}

/* Who reads the pipe may have had enough; a full disk is another matter. */
static enum exit_status
write_stopped(int error)
{
    clearerr(stdout); /* it is dealt with here */
    if (error == EPIPE)
        return EXIT_DONE;
    say("standard output: %s", strerror(error));
    return EXIT_NO_OUTPUT;
}

static enum exit_status
trace_run(const struct settings *settings, struct reading *reading)
{
    struct trace_options options = {
        .evidence = reading->options,
        .pattern = settings->operands.at[0],
        .literal = settings->literal,
        .case_sensitive = settings->case_sensitive,
        .invert = settings->invert,
        .related = settings->related,
        .json = settings->json,
        .queue_seconds =
            settings->has_queue_seconds ? (int64_t)settings->queue_seconds : -1,
    };
    struct trace_result result = { 0 };
    struct fault fault = { 0 };
    int error = 0;
    enum exit_status exit_status = EXIT_INTERNAL;
    enum status status = trace(&options, write_stdout, &error, &result, &fault);

    progress_end(&reading->progress);
    if (error)
        exit_status = write_stopped(error);
    else if (status != STATUS_OK)
        exit_status = say_fault(&fault, status, EXIT_NO_EVIDENCE);
    else
        exit_status = result.groups ? EXIT_DONE : EXIT_NO_MATCH;
    for (size_t i = 0; !settings->quiet && i < result.warnings.count; i++)
        say("%s", result.warnings.items[i]);
    trace_result_clear(&result);
    return exit_status;
}

enum exit_status
cmd_trace(const struct settings *settings)
{
    enum exit_status exit_status = EXIT_INTERNAL;
    struct reading reading;

    if (reading_init(&reading, settings, settings->operands.at + 1,
                     settings->operands.count - 1, &exit_status)) {
        exit_status = EXIT_INTERNAL;
        if (confine(settings, reading.options.paths, reading.options.path_count,
                    NULL))
            exit_status = trace_run(settings, &reading);
    }
    reading_clear(&reading);
    return exit_status;
}
