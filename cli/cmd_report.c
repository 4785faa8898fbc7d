#include "cli/cli.h"
#include "cli/watch.h"

#include <stdlib.h>

struct run { /* one analysis that ends in files */
    const struct settings *settings;
    uint32_t formats;
    struct reading reading;
    struct folder folder;
    struct watch *watch;
    struct casefile *casefile;
    struct fault fault;
};

static enum exit_status
run_analysis(struct run *run)
{
    enum status status =
        analyze(&run->reading.options, &run->casefile, &run->fault);

    progress_end(&run->reading.progress);
    if (status != STATUS_OK)
        return say_fault(&run->fault, status, EXIT_NO_EVIDENCE);
    say_losses(run->casefile, run->settings->quiet);
    return run->casefile->lossy ? EXIT_LOSSY : EXIT_DONE;
}

static enum exit_status
run_writing(struct run *run)
{
    struct report_options options;
    enum status status = STATUS_INTERNAL;

    report_options_fill(&options, run->settings, run->formats);
    watch_hold(run->watch);
    status =
        report_write(run->casefile, &options, tell_written, NULL, &run->fault);
    watch_release(run->watch);
    return status == STATUS_OK ? EXIT_DONE
                               : say_fault(&run->fault, status, EXIT_NO_OUTPUT);
}

/* Everything that can be found wrong before an hour of reading. */
static enum exit_status
run_prepare(struct run *run)
{
    const struct settings *settings = run->settings;
    enum exit_status exit_status = EXIT_INTERNAL;
    enum status status = STATUS_INTERNAL;

    if (!audience_is_scoped(settings))
        return EXIT_COMMAND_LINE;
    if (!report_is_possible(settings, run->formats, &exit_status))
        return exit_status;
    if (!reading_init(&run->reading, settings, settings->operands.at,
                      settings->operands.count, &exit_status))
        return exit_status;
    run->watch = watch_new();
    if (!run->watch)
        return say_fault(&run->fault, STATUS_NOMEM, EXIT_INTERNAL);
    status = folder_open(&run->folder, settings, run->formats, &run->fault);
    if (status != STATUS_OK)
        return say_fault(&run->fault, status, EXIT_NO_OUTPUT);
    if (!confine(settings, run->reading.options.paths,
                 run->reading.options.path_count, &run->folder))
        return EXIT_INTERNAL;
    if (!watch_start(run->watch, &run->folder)) {
        say("no thread can be started");
        return EXIT_INTERNAL;
    }
    return EXIT_DONE;
}

static enum exit_status
run_all(const struct settings *settings, uint32_t formats)
{
    struct run run = { .settings = settings, .formats = formats };
    enum exit_status exit_status = run_prepare(&run);
    enum exit_status written = EXIT_DONE;

    if (exit_status == EXIT_DONE)
        exit_status = run_analysis(&run);
    if (exit_status == EXIT_DONE || exit_status == EXIT_LOSSY) {
        written = run_writing(&run);
        if (written != EXIT_DONE)
            exit_status = written;
    }
    folder_abandon(&run.folder); /* nothing goes that has a file in it */
    watch_free(run.watch);
    folder_clear(&run.folder);
    casefile_free(run.casefile);
    reading_clear(&run.reading);
    return exit_status;
}

enum exit_status
cmd_report(const struct settings *settings)
{
    return run_all(settings, settings->formats ? (uint32_t)settings->formats
                                               : REPORT_FORMAT_BITS);
}

enum exit_status
cmd_analyze(const struct settings *settings)
{
    return run_all(settings, settings->formats ? (uint32_t)settings->formats
                                               : FORMAT_JSON | FORMAT_XML);
}
