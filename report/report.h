/*
 * report.h: a case in, files out.
 */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "analyzer/case.h"

enum report_format { /* bits */
                     FORMAT_HTML = 1 << 0,
                     FORMAT_PDF = 1 << 1,
                     FORMAT_TEXT = 1 << 2,
                     FORMAT_JSON = 1 << 3,
                     FORMAT_XML = 1 << 4
};

enum report_audience { /* bits */
                       FOR_INVESTIGATOR = 1 << 0,
                       FOR_CUSTOMER = 1 << 1,
                       FOR_TICKET = 1 << 2
};

struct report_setting { /* a line of a house's configuration */
    const char *key;
    const char *value;
    const char *origin; /* "/etc/exinquest/exinquest.conf:3" */
};

struct report_options {
    const char *output_dir;
    uint32_t formats;      /* enum report_format */
    uint32_t audiences;    /* enum report_audience */
    bool force;            /* replace files that exist */
    bool each_account;     /* one folder per affected account */
    const char *lang;      /* "en" */
    const char *paper;     /* "a4" or "letter" */
    const char *brand_dir; /* NULL: plain */
    const char *const *font_dirs;
    size_t font_dir_count;
    const char *template_dir;           /* where templates/ is installed */
    const struct report_setting *house; /* of the house; a brand's own win */
    size_t house_count;
};

/* Called once for every file that stands complete under its name. */
typedef void report_file_written(void *user, const char *path);

/*
 * Opens templates, words and brand that the options name, so that what is
 * wrong with them is known before an hour of reading.
 * Fails: STATUS_USAGE for the brand and the configuration, with file and line;
 * STATUS_DAMAGED for the templates; STATUS_IO, STATUS_NOMEM.
 */
enum status report_check(const struct report_options *options,
                         struct fault *fault);

/*
 * Writes every file that the options ask for, each whole or not at all
 * (temporary file in the same folder, fsync, rename).
 * Fails: STATUS_IO (no partial file is left), STATUS_NOMEM, STATUS_USAGE for
 * options that make no sense, STATUS_DAMAGED for broken templates or brand.
 */
enum status report_write(const struct casefile *casefile,
                         const struct report_options *options,
                         report_file_written *written, void *user,
                         struct fault *fault);

/*
 * The same from a case.xml: validated against the shipped schema first.
 * Fails also: STATUS_DAMAGED when it is not a case.
 */
enum status report_render(const char *case_path,
                          const struct report_options *options,
                          report_file_written *written, void *user,
                          struct fault *fault);

/*
 * Reads a case.xml back, validated first.
 * Owner: the caller, casefile_free().
 * Fails: STATUS_IO, STATUS_DAMAGED when it is not a case, STATUS_LIMIT when it
 * is too large, STATUS_NOMEM.
 */
enum status report_case_read(const char *case_path, const char *template_dir,
                             struct casefile **ret_casefile,
                             struct fault *fault);

#endif
