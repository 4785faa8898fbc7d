#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define LOSSES_SHOWN 20

void
say(const char *format, ...)
{
    char text[2048];
    struct buf shown = { 0 };
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (sv_printable(sv_of(text), &shown))
        fprintf(stderr, "exinquest: " SV_FMT "\n", SV_ARG(buf_sv(&shown)));
    else
        fputs("exinquest: out of memory\n", stderr);
    buf_clear(&shown);
}

enum exit_status
say_fault(const struct fault *fault, enum status status,
          enum exit_status io_means)
{
    const enum exit_status exits[] = {
        [STATUS_OK] = EXIT_DONE,
        [STATUS_END] = EXIT_DONE,
        [STATUS_IO] = io_means,
        [STATUS_NOMEM] = EXIT_INTERNAL,
        [STATUS_DAMAGED] = EXIT_INTERNAL,
        [STATUS_LIMIT] = EXIT_INTERNAL,
        [STATUS_USAGE] = EXIT_COMMAND_LINE,
        [STATUS_MISMATCH] = EXIT_MISMATCH,
        [STATUS_INTERNAL] = EXIT_INTERNAL,
    };

    if (fault->text[0])
        say("%s", fault->text);
    else
        say(status == STATUS_NOMEM ? "out of memory" : "an internal failure");
    return exits[status];
}

static void
say_loss(const struct case_evidence *evidence,
         const struct case_warning *warning)
{
    const char *container = evidence->container ? evidence->container : "";
    const char *between = evidence->container ? ": " : "";

    if (warning->line != COUNT_UNKNOWN)
        say("%s%s%s: line %lld: %s", container, between, evidence->path,
            (long long)warning->line, warning->text);
    else
        say("%s%s%s: %s", container, between, evidence->path, warning->text);
}

void
say_losses(const struct casefile *casefile, bool quiet)
{
    size_t count = 0;

    if (quiet)
        return;
    for (size_t i = 0; i < casefile->evidence_count; i++) {
        const struct case_evidence *evidence = &casefile->evidence[i];

        for (size_t j = 0; j < evidence->warning_count; j++) {
            if (count++ < LOSSES_SHOWN)
                say_loss(evidence, &evidence->warnings[j]);
        }
    }
    if (count > LOSSES_SHOWN)
        say("and %zu more warnings; the case has them all",
            count - LOSSES_SHOWN);
}

void
tell_written(void *user, const char *path)
{
    (void)user;
    puts(path);
}

enum exit_status
stdout_finish(enum exit_status so_far)
{
    int error = fflush(stdout) != 0 ? errno : ferror(stdout) ? EIO : 0;

    if (!error || error == EPIPE) /* who reads the pipe has had enough */
        return so_far;
    say("standard output: %s", strerror(error));
    return so_far == EXIT_DONE || so_far == EXIT_LOSSY ? EXIT_NO_OUTPUT
                                                       : so_far;
}
