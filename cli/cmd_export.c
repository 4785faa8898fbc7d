#include "cli/cli.h"
#include "cli/watch.h"
#include "report/export.h"
#include "report/shell.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT_FOLDER "exinquest-export"

struct export_run {
    const struct settings *settings;
    struct settings of_folder; /* the same, for folder_open() */
    struct export_options options;
    bool from_case;
    struct reading reading;
    char *dir; /* owned: what `options` names */
    struct folder folder;
    struct watch *watch;
    struct casefile *casefile; /* of a case; else the records have it */
    struct records *records;
    struct fault fault;
};

static const struct {
    const char *word;
    enum export_format format;
} formats[] = {
    { "csv", EXPORT_CSV },       { "list", EXPORT_LIST },
    { "jsonl", EXPORT_JSONL },   { "timesketch", EXPORT_TIMESKETCH },
    { "xarf", EXPORT_XARF },
#ifdef WITH_SQLITE
    { "sqlite", EXPORT_SQLITE },
#endif
};

static const struct {
    const char *word;
    enum export_items items;
} items[] = {
    { "addresses", ITEMS_ADDRESSES },
    { "mailboxes", ITEMS_MAILBOXES },
    { "scripts", ITEMS_SCRIPTS },
    { "messages", ITEMS_MESSAGES },
};

/* -------------------------------------------------------- what is asked for */

/* Does the file begin as case.xml does? Evidence is never XML. */
static bool
is_case(const char *path)
{
    char head[512];
    struct stat about;
    ssize_t len = -1;
    int fd = -1;

    if (stat(path, &about) != 0 || !S_ISREG(about.st_mode))
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        len = read(fd, head, sizeof(head));
        close(fd);
    }
    return len > 0 &&
           sv_starts((struct sv){ head, (size_t)len }, SV("<?xml")) &&
           sv_find((struct sv){ head, (size_t)len }, SV("<case ")) > 0;
}

/* False after saying what is wrong with the command line. */
static bool
take_input(struct export_run *run)
{
    const struct settings *settings = run->settings;
    const struct texts *operands = &settings->operands;
    size_t cases = 0;

    for (size_t i = 0; i < operands->count; i++)
        cases += is_case(operands->at[i]);
    run->from_case = cases > 0;
    if (cases && operands->count > 1) {
        say("a case is exported alone; name one case, or evidence");
        return false;
    }
    if (cases &&
        (settings->accounts.count || settings->domains.count ||
         settings->mailboxes.count || settings->since || settings->until)) {
        say("a case keeps the scope it was made with; name evidence to export "
            "another");
        return false;
    }
    return true;
}

static bool
take_format(struct export_run *run)
{
    const struct settings *settings = run->settings;
    const char *wanted = settings->export_items;

    if (!settings->export_to) {
        say("say what to export to, with --to; exinquest help export lists it");
        return false;
    }
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        if (strcmp(formats[i].word, settings->export_to) == 0)
            run->options.format = formats[i].format;
    }
    for (size_t i = 0; i < sizeof(items) / sizeof(items[0]); i++) {
        if (strcmp(items[i].word, wanted ? wanted : "addresses") == 0)
            run->options.items = items[i].items;
    }
    if (run->options.format != EXPORT_LIST && (wanted || settings->finding)) {
        say("--items and --finding are of --to list");
        return false;
    }
    if (run->options.format == EXPORT_XARF &&
        (!settings->organisation || !settings->contact ||
         !shell_valid(SHELL_MAILBOX, sv_of(settings->contact)))) {
        say("an abuse report names who reports: give --organisation and "
            "--contact with an address");
        return false;
    }
    run->options.organisation = settings->organisation;
    run->options.contact = settings->contact;
    run->options.finding = settings->finding ? settings->finding : "F1";
    run->options.force = settings->force;
    return true;
}

/* PATH is a folder of tables or one file; false after saying why not. */
static bool
take_output(struct export_run *run, enum exit_status *ret_exit)
{
    const char *path = run->settings->export_path;
    const char *slash = path ? strrchr(path, '/') : NULL;

    *ret_exit = EXIT_COMMAND_LINE;
    if (!path && run->options.format == EXPORT_CSV)
        path = EXPORT_FOLDER;
    if (!path && run->options.format == EXPORT_SQLITE)
        say("a database needs a file to be in; name one with -o");
    if (!path)
        return run->options.format != EXPORT_SQLITE;
    if (run->options.format == EXPORT_CSV) {
        run->dir = strdup(path);
    } else {
        run->options.name = slash ? slash + 1 : path;
        if (!run->options.name[0]) {
            say("%s: a folder; name a file", path);
            return false;
        }
        run->dir =
            slash ? strndup(path, slash == path ? 1 : (size_t)(slash - path))
                  : strdup(".");
    }
    run->options.dir = run->dir;
    if (!run->dir) {
        say("out of memory");
        *ret_exit = EXIT_INTERNAL;
    }
    return run->dir != NULL;
}

/* ------------------------------------------------------------------ running */

static enum exit_status
open_folder(struct export_run *run)
{
    enum status status = STATUS_NOMEM;

    run->of_folder = *run->settings;
    run->of_folder.output_dir = run->dir;
    run->watch = watch_new();
    if (run->watch)
        status = folder_open(&run->folder, &run->of_folder, 0, &run->fault);
    return status == STATUS_OK ? EXIT_DONE
                               : say_fault(&run->fault, status, EXIT_NO_OUTPUT);
}

static enum exit_status
prepare(struct export_run *run)
{
    const struct settings *settings = run->settings;
    const char *case_path = run->from_case ? settings->operands.at[0] : NULL;
    enum exit_status exit_status = EXIT_INTERNAL;

    if (!run->from_case &&
        !reading_init(&run->reading, settings, settings->operands.at,
                      settings->operands.count, &exit_status))
        return exit_status;
    if (run->dir && (exit_status = open_folder(run)) != EXIT_DONE)
        return exit_status;
    if (!confine_reading(settings, case_path, &run->reading,
                         run->dir ? &run->folder : NULL, &exit_status))
        return exit_status;
    if (run->watch && !watch_start(run->watch, &run->folder)) {
        say("no thread can be started");
        return EXIT_INTERNAL;
    }
    return EXIT_DONE;
}

static enum exit_status
read_input(struct export_run *run)
{
    enum exit_status exit_status = EXIT_DONE;
    enum status status;

    if (run->from_case) {
        case_open(run->settings, run->settings->operands.at[0], &run->casefile,
                  &exit_status);
        return exit_status;
    }
    status = records_open(&run->reading.options, &run->records, &run->fault);
    progress_end(&run->reading.progress);
    if (status != STATUS_OK)
        return say_fault(&run->fault, status, EXIT_NO_EVIDENCE);
    say_losses(records_case(run->records), run->settings->quiet);
    return records_case(run->records)->lossy ? EXIT_LOSSY : EXIT_DONE;
}

static enum exit_status
write_output(struct export_run *run)
{
    const struct casefile *casefile =
        run->records ? records_case(run->records) : run->casefile;
    enum status status;

    if (run->watch)
        watch_hold(run->watch);
    status = export_write(&run->options, casefile, run->records, tell_written,
                          NULL, &run->fault);
    if (run->watch)
        watch_release(run->watch);
    return status == STATUS_OK ? EXIT_DONE
                               : say_fault(&run->fault, status, EXIT_NO_OUTPUT);
}

static void
export_run_clear(struct export_run *run)
{
    folder_abandon(&run->folder); /* nothing goes that has a file in it */
    watch_free(run->watch);
    folder_clear(&run->folder);
    records_free(run->records);
    casefile_free(run->casefile);
    reading_clear(&run->reading);
    free(run->dir);
}

enum exit_status
cmd_export(const struct settings *settings)
{
    struct export_run run = { .settings = settings };
    enum exit_status exit_status = EXIT_COMMAND_LINE;
    enum exit_status written;

    if (!take_input(&run) || !take_format(&run) ||
        !take_output(&run, &exit_status))
        goto out;
    exit_status = prepare(&run);
    if (exit_status != EXIT_DONE)
        goto out;
    exit_status = read_input(&run);
    if (exit_status == EXIT_DONE || exit_status == EXIT_LOSSY) {
        written = write_output(&run);
        if (written != EXIT_DONE)
            exit_status = written;
    }
out:
    export_run_clear(&run);
    return exit_status;
}
