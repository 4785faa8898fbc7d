/*
 * cli.h: what the subcommands share. Only this room prints or exits.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "config.h"

#include "analyzer/analyze.h"
#include "cli/options.h"
#include "report/report.h"

#include <time.h>

#define NAME_TEXT_BYTES 64

/* What `report` and `render` write when --format is not given. */
#ifdef WITH_PDF
#define REPORT_FORMATS "html,pdf,json"
#define RENDER_FORMATS "html,pdf"
#define REPORT_FORMAT_BITS (FORMAT_HTML | FORMAT_PDF | FORMAT_JSON)
#define RENDER_FORMAT_BITS (FORMAT_HTML | FORMAT_PDF)
#else
#define REPORT_FORMATS "html,json"
#define RENDER_FORMATS "html"
#define REPORT_FORMAT_BITS (FORMAT_HTML | FORMAT_JSON)
#define RENDER_FORMAT_BITS (FORMAT_HTML)
#endif

struct folder;

enum exit_status cmd_report(const struct settings *settings);
enum exit_status cmd_analyze(const struct settings *settings);
enum exit_status cmd_render(const struct settings *settings);
enum exit_status cmd_trace(const struct settings *settings);
enum exit_status cmd_verify(const struct settings *settings);
enum exit_status cmd_recheck(const struct settings *settings);
enum exit_status cmd_preserve(const struct settings *settings);
enum exit_status cmd_export(const struct settings *settings);
enum exit_status cmd_help(const struct settings *settings);

/* One line to stderr, control characters made visible. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Says that there is no such subcommand, and which one is near. */
void say_no_command(const char *name);
void version_print(void);
/* Says the fault and gives the exit status; STATUS_IO means `io_means`. */
enum exit_status say_fault(const struct fault *fault, enum status status,
                           enum exit_status io_means);

/*
 * Enters the sandbox unless --no-sandbox: from here on only `paths`, the
 * templates, fonts and such can be read, only `folder` (NULL: nothing) can be
 * written. Before any thread is started. False when out of memory, and said.
 */
bool confine(const struct settings *settings, const char *const *paths,
             size_t path_count, const struct folder *folder);

/* ------------------------------------------------------------- progress */

struct progress { /* a line on stderr for whoever waits */
    bool shown;
    bool terminal;
    bool dirty;   /* a line stands that has to be wiped */
    size_t width; /* of that line */
    struct timespec began;
    struct timespec told;
};

void progress_init(struct progress *progress, const char *when, bool quiet);
void progress_tell(void *progress, uint64_t done_bytes, uint64_t all_bytes,
                   uint64_t messages);
void progress_end(struct progress *progress); /* wipes the line */

/* -------------------------------------------------------------- reading */

struct reading { /* what is to be read, and how */
    struct analyze_options options;
    struct texts usual; /* the usual places that exist; owned */
    struct progress progress;
};

/*
 * Fills the options from the command line; `paths` none: the usual places,
 * and says which. False after saying why not, with the exit status.
 * Owner: the caller, reading_clear(). Do not move it: it points into itself.
 */
bool reading_init(struct reading *reading, const struct settings *settings,
                  const char *const *paths, size_t path_count,
                  enum exit_status *ret_exit);
void reading_clear(struct reading *reading);
/* confine() to what `reading` names and the case; NULL: no case. */
bool confine_reading(const struct settings *settings, const char *case_path,
                     const struct reading *reading, const struct folder *folder,
                     enum exit_status *ret_exit);
/* Says what of the evidence was lost; the report has all of it. */
void say_losses(const struct casefile *casefile, bool quiet);

/* False, and said, when there is no such file. */
bool case_is_readable(const char *path);
/*
 * Reads a case.xml back. False after saying why not, with the exit status.
 * Owner: the caller, casefile_free().
 */
bool case_open(const struct settings *settings, const char *path,
               struct casefile **ret_casefile, enum exit_status *ret_exit);

/* --------------------------------------------------------------- output */

#define FOLDER_DEPTH 32

struct folder { /* the folder that is written to */
    const char *dir;
    char *made[FOLDER_DEPTH]; /* folders that were not there before, in order */
    size_t made_count;
};

/*
 * Makes the folder, and finds out now rather than after an hour of reading
 * that it cannot be written or that files stand in the way.
 * Owner: the caller, folder_clear(). Fails: STATUS_IO, STATUS_NOMEM.
 */
enum status folder_open(struct folder *folder, const struct settings *settings,
                        uint32_t formats, struct fault *fault);
/* Fails: STATUS_IO when dir/stem.extension exists; STATUS_NOMEM. */
enum status folder_check_free(const char *dir, const char *stem,
                              const char *extension, struct fault *fault);
/* Removes the folders that folder_open() made and that are still empty. */
void folder_abandon(const struct folder *folder);
void folder_clear(struct folder *folder);
/* False, and said, when a customer's report has nobody's data to be cut to. */
bool audience_is_scoped(const struct settings *settings);
/* report_check() of what will be written; false after saying what is wrong. */
bool report_is_possible(const struct settings *settings, uint32_t formats,
                        enum exit_status *ret_exit);
/* The options of report_write(), from the command line. */
void report_options_fill(struct report_options *options,
                         const struct settings *settings, uint32_t formats);
/* Says the path on stdout: what report_write() calls. */
void tell_written(void *user, const char *path);
/* Flushes stdout; EXIT_NO_OUTPUT when what was said did not get through. */
enum exit_status stdout_finish(enum exit_status so_far);

#endif
