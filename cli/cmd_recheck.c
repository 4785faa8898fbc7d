#include "cli/cli.h"
#include "cli/watch.h"
#include "report/recheck.h"

#include <stdio.h>

struct recheck_run {
    const struct settings *settings;
    struct settings of_folder; /* the same, for folder_open() */
    struct report_options report;
    struct reading reading;
    struct folder folder;
    struct watch *watch; /* NULL: the text goes to standard output */
    struct casefile *casefile;
    struct recheck_result result;
    struct fault fault;
};

static enum exit_status
open_folder(struct recheck_run *run)
{
    static const struct {
        uint32_t bit;
        const char *extension;
    } files[] = { { FORMAT_HTML, "html" },
                  { FORMAT_PDF, "pdf" },
                  { FORMAT_TEXT, "txt" } };
    const struct settings *settings = run->settings;
    enum status status = STATUS_NOMEM;

    run->of_folder = *settings;
    run->of_folder.output_dir = settings->export_path;
    run->watch = watch_new();
    if (run->watch)
        status = folder_open(&run->folder, &run->of_folder, 0, &run->fault);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (status == STATUS_OK && !settings->force &&
            (run->report.formats & files[i].bit))
            status = folder_check_free(run->folder.dir, "recheck",
                                       files[i].extension, &run->fault);
    }
    return status == STATUS_OK ? EXIT_DONE
                               : say_fault(&run->fault, status, EXIT_NO_OUTPUT);
}

/* Everything that can be found wrong before an hour of reading. */
static enum exit_status
prepare(struct recheck_run *run)
{
    const struct settings *settings = run->settings;
    const char *path = settings->operands.at[0];
    enum exit_status exit_status = EXIT_INTERNAL;

    if (!case_is_readable(path))
        return EXIT_NO_EVIDENCE;
    if (settings->formats && !settings->export_path) {
        say("--format is of the files that --output names a folder for");
        return EXIT_COMMAND_LINE;
    }
    if (!report_is_possible(settings, FORMAT_TEXT, &exit_status))
        return exit_status;
    if (!reading_init(&run->reading, settings, settings->operands.at + 1,
                      settings->operands.count - 1, &exit_status))
        return exit_status;
    run->reading.options.since = NULL; /* what came before is usual mail */
    report_options_fill(&run->report, settings,
                        settings->formats ? (uint32_t)settings->formats
                                          : RENDER_FORMAT_BITS);
    run->report.output_dir = settings->export_path;
    if (settings->export_path && (exit_status = open_folder(run)) != EXIT_DONE)
        return exit_status;
    if (!confine_reading(settings, path, &run->reading,
                         run->watch ? &run->folder : NULL, &exit_status))
        return exit_status;
    if (run->watch && !watch_start(run->watch, &run->folder)) {
        say("no thread can be started");
        return EXIT_INTERNAL;
    }
    return case_open(settings, path, &run->casefile, &exit_status)
               ? EXIT_DONE
               : exit_status;
}

static enum exit_status
ask(struct recheck_run *run)
{
    struct recheck_options options = { .evidence = run->reading.options,
                                       .casefile = run->casefile,
                                       .since = run->settings->since };
    enum status status = recheck(&options, &run->result, &run->fault);

    progress_end(&run->reading.progress);
    if (status != STATUS_OK)
        return say_fault(&run->fault, status, EXIT_NO_EVIDENCE);
    if (run->result.counts[RECHECK_FAILED])
        return EXIT_MISMATCH;
    if (run->result.counts[RECHECK_UNKNOWN] || run->result.lossy)
        return EXIT_LOSSY;
    return EXIT_DONE;
}

static enum status
print_text(struct recheck_run *run)
{
    struct buf out = { 0 };
    enum status status = recheck_text(&run->result, run->casefile, &run->report,
                                      &out, &run->fault);

    if (status == STATUS_OK)
        fwrite(out.at, 1, out.len, stdout); /* stdout_finish() sees to it */
    buf_clear(&out);
    return status;
}

static enum exit_status
tell(struct recheck_run *run)
{
    enum status status;

    if (!run->watch) {
        status = print_text(run);
    } else {
        watch_hold(run->watch);
        status = recheck_write(&run->result, run->casefile, &run->report,
                               tell_written, NULL, &run->fault);
        watch_release(run->watch);
    }
    return status == STATUS_OK ? EXIT_DONE
                               : say_fault(&run->fault, status, EXIT_NO_OUTPUT);
}

static bool
was_asked(enum exit_status exit_status)
{
    return exit_status == EXIT_DONE || exit_status == EXIT_LOSSY ||
           exit_status == EXIT_MISMATCH;
}

enum exit_status
cmd_recheck(const struct settings *settings)
{
    struct recheck_run run = { .settings = settings };
    enum exit_status exit_status = prepare(&run);
    enum exit_status told;

    if (exit_status == EXIT_DONE) {
        exit_status = ask(&run);
        told = was_asked(exit_status) ? tell(&run) : EXIT_DONE;
        if (told != EXIT_DONE)
            exit_status = told;
    }
    folder_abandon(&run.folder); /* nothing goes that has a file in it */
    watch_free(run.watch);
    folder_clear(&run.folder);
    recheck_result_clear(&run.result);
    casefile_free(run.casefile);
    reading_clear(&run.reading);
    return exit_status;
}
