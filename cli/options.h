/*
 * options.h: the subcommands and their options, as tables. The same rows
 * parse the command line, print the help pages and generate the completions.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "analyzer/base.h"

#include <stdio.h>

enum exit_status { /* contracts.md; users script against these */
                   EXIT_DONE = 0,
                   EXIT_LOSSY =
                       1, /* some evidence was damaged, skipped or bounded */
                   EXIT_NO_MATCH = 1,
                   EXIT_COMMAND_LINE = 2,
                   EXIT_NO_EVIDENCE = 3,
                   EXIT_NO_OUTPUT = 4,
                   EXIT_MISMATCH = 5,
                   EXIT_INTERNAL = 6
};

enum command_bit { /* which subcommands take an option */
                   IN_REPORT = 1 << 0,
                   IN_ANALYZE = 1 << 1,
                   IN_RENDER = 1 << 2,
                   IN_TRACE = 1 << 3,
                   IN_HELP = 1 << 4,
                   IN_VERIFY = 1 << 5,
                   IN_PRESERVE = 1 << 6,
                   IN_EXPORT = 1 << 7,
                   IN_RECHECK = 1 << 8
};

struct config;

struct texts { /* what an option that may repeat has gathered */
    const char **at;
    size_t count;
    size_t capacity;
};

struct settings { /* a command line, understood; texts point into argv */
    const struct command *command;
    struct texts operands;
    bool help;

    const char *output_dir;
    bool force;
    uint64_t formats;   /* enum report_format; 0: the subcommand's own */
    uint64_t audiences; /* enum report_audience */
    struct texts accounts;
    struct texts domains;
    struct texts mailboxes;
    bool each_account;
    const char *since;
    const char *until;
    const char *case_id;
    const char *as_of;
    const char *brand_dir;
    const char *lang;
    const char *paper;
    struct texts font_dirs;
    struct texts geoip_files;
    uint64_t jobs; /* 0, here and below: not given */
    uint64_t max_ratio;
    uint64_t max_text_bytes;
    uint64_t max_line_bytes;
    uint64_t max_depth;
    uint64_t max_members;
    uint64_t max_name_bytes;
    bool no_sandbox;
    const char *progress; /* auto, always, never */
    bool quiet;
    bool verbose;

    bool literal; /* trace, as exigrep */
    bool case_sensitive;
    bool invert;
    bool related;
    bool no_pager;
    bool json;
    uint64_t queue_seconds;
    bool has_queue_seconds;

    const char *export_to; /* export */
    const char *export_path;
    const char *export_items;
    const char *finding;
    const char *organisation;
    const char *contact;

    const char *completion; /* help */

    const struct config *config; /* what is not given is taken from here */
    uint32_t overridden;         /* config_bit() of what is given */
};

struct command {
    const char *name;
    enum command_bit bit;
    const char *operands;
    const char *summary; /* one line, at most 58 columns */
    size_t operands_min;
    size_t operands_max;
    enum exit_status (*run)(const struct settings *settings);
};

enum option_kind {
    OPTION_FLAG = 1, /* sets a bool */
    OPTION_TEXT,
    OPTION_TEXTS,   /* may repeat */
    OPTION_TIME,    /* what time_read() understands */
    OPTION_WORD,    /* one of `words`; keeps the word */
    OPTION_WORDS,   /* a comma list of `words`; keeps their bits */
    OPTION_NUMBER,  /* 1 to `max` */
    OPTION_SIZE,    /* a number, with K, M or G */
    OPTION_SECONDS, /* 0 to `max` */
};

struct option_word {
    const char *word;
    uint64_t bit;
};

struct option {
    uint32_t commands; /* enum command_bit */
    char letter;       /* 0: none */
    const char *name;  /* without its dashes; NULL: none */
    enum option_kind kind;
    const char *value; /* what the help page calls it; NULL: a flag */
    size_t offset;     /* in struct settings */
    const struct option_word *words; /* ends with a NULL word */
    uint64_t max;
    const char *help; /* NULL: shown on the line of the row below */
};

extern const struct command command_rows[]; /* ends with a NULL name */
extern const struct option option_rows[];   /* ends with commands 0 */

/* Lower is nearer; SIZE_MAX when nobody would call `name` a slip for it. */
size_t slip_cost(struct sv name, const char *known);
const struct command *command_find(const char *name);
/* NULL where nothing is near enough to be what was meant. */
const struct command *command_nearest(const char *name);
const struct option *option_find(const struct command *command, struct sv name);
const struct option *option_nearest(const struct command *command,
                                    struct sv name);

/*
 * Reads argv[first…] for `command` into *ret_settings, over what `config`
 * says (NULL: nothing).
 * Owner: the caller, settings_clear(). Texts point into argv and `config`.
 * Fails: STATUS_USAGE with a sentence that names what was near; STATUS_NOMEM.
 */
enum status settings_parse(const struct command *command,
                           const struct config *config, const char *const *argv,
                           size_t argc, struct settings *ret_settings,
                           struct fault *fault);
void settings_clear(struct settings *settings);

/* The pages: what `exinquest` alone says, and one per subcommand. */
void help_overview(FILE *out);
void help_command(const struct command *command, FILE *out);
/* False when `shell` is neither bash nor zsh. */
bool completion_print(const char *shell, FILE *out);

#endif
