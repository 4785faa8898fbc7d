#include "cli/options.h"

#include "cli/cli.h"
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

const struct command command_rows[] = {
    { "report", IN_REPORT, "[options] [EVIDENCE]...",
      "the main job: read the logs and write the reports", 0, SIZE_MAX,
      cmd_report },
    { "analyze", IN_ANALYZE, "[options] [EVIDENCE]...",
      "read the logs and write the case file, no rendering", 0, SIZE_MAX,
      cmd_analyze },
    { "render", IN_RENDER, "[options] CASE",
      "write the reports from a case.xml, needs no logs", 1, 1, cmd_render },
    { "trace", IN_TRACE, "[options] PATTERN [EVIDENCE]...",
      "print all lines of the messages that match, as exigrep", 1, SIZE_MAX,
      cmd_trace },
    { "verify", IN_VERIFY, "[options] CASE [EVIDENCE]...",
      "hold a case against the evidence it was made of", 1, SIZE_MAX,
      cmd_verify },
    { "export", IN_EXPORT, "--to FORMAT [options] CASE|[EVIDENCE]...",
      "write tables, lists or events for other programs", 0, SIZE_MAX,
      cmd_export },
    { "recheck", IN_RECHECK, "[options] CASE [EVIDENCE]...",
      "after clean-up: is each finding over, by the new logs?", 1, SIZE_MAX,
      cmd_recheck },
    { "preserve", IN_PRESERVE, "[options] CASE",
      "print what to copy before anything is cleaned", 1, 1, cmd_preserve },
    { "help", IN_HELP, "[SUBCOMMAND]", "explain a subcommand", 0, 1, cmd_help },
    { NULL, 0, NULL, NULL, 0, 0, NULL },
};

static const struct option_word all_formats[] = {
    { "html", FORMAT_HTML }, { "pdf", FORMAT_PDF }, { "text", FORMAT_TEXT },
    { "json", FORMAT_JSON }, { "xml", FORMAT_XML }, { NULL, 0 },
};

static const struct option_word case_formats[] = {
    { "json", FORMAT_JSON },
    { "xml", FORMAT_XML },
    { NULL, 0 },
};

static const struct option_word page_formats[] = {
    { "html", FORMAT_HTML },
    { "pdf", FORMAT_PDF },
    { "text", FORMAT_TEXT },
    { NULL, 0 },
};

static const struct option_word audiences[] = {
    { "investigator", FOR_INVESTIGATOR },
    { "customer", FOR_CUSTOMER },
    { "ticket", FOR_TICKET },
    { NULL, 0 },
};

static const struct option_word papers[] = {
    { "a4", 0 },
    { "letter", 0 },
    { NULL, 0 },
};

static const struct option_word progress_words[] = {
    { "auto", 0 },
    { "always", 0 },
    { "never", 0 },
    { NULL, 0 },
};

static const struct option_word shells[] = {
    { "bash", 0 },
    { "zsh", 0 },
    { NULL, 0 },
};

static const struct option_word exports[] = {
    { "csv", 0 },        { "list", 0 }, { "jsonl", 0 },
#ifdef WITH_SQLITE
    { "sqlite", 0 },
#endif
    { "timesketch", 0 }, { "xarf", 0 }, { NULL, 0 },
};
#ifdef WITH_SQLITE
#define EXPORTS "of csv, list, jsonl, sqlite, timesketch, xarf"
#else
#define EXPORTS "of csv, list, jsonl, timesketch, xarf"
#endif

static const struct option_word list_items[] = {
    { "addresses", 0 }, { "mailboxes", 0 }, { "scripts", 0 },
    { "messages", 0 },  { NULL, 0 },
};

#define READING (IN_REPORT | IN_ANALYZE)
#define WRITING (IN_REPORT | IN_RENDER)
#define WORKING (READING | WRITING)
#define ON_LOGS                                                                \
    (READING | IN_TRACE | IN_VERIFY | IN_RECHECK |                             \
     IN_EXPORT) /* that read evidence */
#define ON_CASE                                                                \
    (IN_VERIFY | IN_RECHECK | IN_PRESERVE) /* that read a case back */
#define WORDED (WRITING | IN_RECHECK)
#define SCOPED (READING | IN_EXPORT)
#define EVERY (WORKING | IN_TRACE | IN_HELP | IN_EXPORT | ON_CASE)
#define AT(field) offsetof(struct settings, field)

const struct option option_rows[] = {
    { IN_TRACE, 'l', "literal", OPTION_FLAG, NULL, AT(literal), NULL, 0,
      "PATTERN is plain text, not an expression" },
    { IN_TRACE, 'I', "case-sensitive", OPTION_FLAG, NULL, AT(case_sensitive),
      NULL, 0, "capital letters matter" },
    { IN_TRACE, 'v', "invert", OPTION_FLAG, NULL, AT(invert), NULL, 0,
      "messages of which no line matches" },
    { IN_TRACE, 't', "queue-time", OPTION_SECONDS, "SECONDS", AT(queue_seconds),
      NULL, INT32_MAX, "only messages that were queued at least so long" },
    { IN_TRACE, 'M', "related", OPTION_FLAG, NULL, AT(related), NULL, 0,
      "also bounces, parents, cwd= and connection lines" },
    { IN_TRACE, 0, "json", OPTION_FLAG, NULL, AT(json), NULL, 0,
      "one JSON object for each message" },
    { IN_TRACE, 0, "no-pager", OPTION_FLAG, NULL, AT(no_pager), NULL, 0,
      "accepted as exigrep's; there never is a pager" },
    { IN_EXPORT, 0, "to", OPTION_WORD, "FORMAT", AT(export_to), exports, 0,
      EXPORTS },
    { IN_EXPORT, 'o', "output", OPTION_TEXT, "PATH", AT(export_path), NULL, 0,
      "folder of the csv tables; file of any other" },
    { IN_EXPORT, 0, "finding", OPTION_TEXT, "ID", AT(finding), NULL, 0,
      "of a list: which finding (F1)" },
    { IN_EXPORT, 0, "items", OPTION_WORD, "WHAT", AT(export_items), list_items,
      0, "of addresses, mailboxes, scripts, messages" },
    { IN_EXPORT, 0, "organisation", OPTION_TEXT, "NAME", AT(organisation), NULL,
      0, NULL },
    { IN_EXPORT, 0, "contact", OPTION_TEXT, "ADDRESS", AT(contact), NULL, 0,
      "of xarf: who reports" },
    { WORKING, 'o', "output", OPTION_TEXT, "DIR", AT(output_dir), NULL, 0,
      "folder for the files (exinquest-report)" },
    { IN_RECHECK, 'o', "output", OPTION_TEXT, "DIR", AT(export_path), NULL, 0,
      "folder for the page (text on standard output)" },
    { WORKING | IN_RECHECK | IN_EXPORT, 0, "force", OPTION_FLAG, NULL,
      AT(force), NULL, 0, "replace files that exist" },
    { IN_REPORT, 'f', "format", OPTION_WORDS, "LIST", AT(formats), all_formats,
      0, "of html,pdf,text,json,xml (" REPORT_FORMATS ")" },
    { IN_ANALYZE, 'f', "format", OPTION_WORDS, "LIST", AT(formats),
      case_formats, 0, "of json,xml (json,xml)" },
    { IN_RENDER, 'f', "format", OPTION_WORDS, "LIST", AT(formats), all_formats,
      0, "of html,pdf,text,json,xml (" RENDER_FORMATS ")" },
    { IN_RECHECK, 'f', "format", OPTION_WORDS, "LIST", AT(formats),
      page_formats, 0, "of html,pdf,text (" RENDER_FORMATS ")" },
    { IN_RECHECK, 0, "since", OPTION_TIME, "T", AT(since), NULL, 0,
      "when it was cleaned (the end of the case)" },
    { WRITING, 0, "for", OPTION_WORDS, "LIST", AT(audiences), audiences, 0,
      "of investigator,customer,ticket (investigator)" },
    { SCOPED, 0, "account", OPTION_TEXTS, "U", AT(accounts), NULL, 0, NULL },
    { SCOPED, 0, "domain", OPTION_TEXTS, "D", AT(domains), NULL, 0, NULL },
    { SCOPED, 0, "mailbox", OPTION_TEXTS, "M", AT(mailboxes), NULL, 0,
      "only these; may repeat" },
    { WRITING, 0, "each-account", OPTION_FLAG, NULL, AT(each_account), NULL, 0,
      "one folder per affected account" },
    { SCOPED | IN_TRACE, 0, "since", OPTION_TIME, "T", AT(since), NULL, 0,
      NULL },
    { SCOPED | IN_TRACE, 0, "until", OPTION_TIME, "T", AT(until), NULL, 0,
      "date, ISO 8601, or -48h from the last line" },
    { READING, 0, "case", OPTION_TEXT, "ID", AT(case_id), NULL, 0,
      "case number on every page" },
    { READING, 0, "as-of", OPTION_TIME, "T", AT(as_of), NULL, 0,
      "the report's date (the last line's time)" },
    { WORDED, 0, "brand", OPTION_TEXT, "DIR", AT(brand_dir), NULL, 0,
      "logo, colour, contact lines, own wording" },
    { WORDED, 0, "lang", OPTION_TEXT, "CODE", AT(lang), NULL, 0,
      "language of the words (en)" },
    { WORDED, 0, "paper", OPTION_WORD, "a4|letter", AT(paper), papers, 0,
      "page size (a4)" },
    { WORDED, 0, "font-dir", OPTION_TEXTS, "DIR", AT(font_dirs), NULL, 0,
      "more fonts for the PDF; may repeat" },
    { READING, 0, "geoip", OPTION_TEXTS, "FILE", AT(geoip_files), NULL, 0,
      "mmdb of countries or networks; may repeat" },
    { ON_LOGS, 'j', "jobs", OPTION_NUMBER, "N", AT(jobs), NULL, 1024,
      "threads (as many as cores)" },
    { ON_LOGS, 0, "max-ratio", OPTION_NUMBER, "N", AT(max_ratio), NULL,
      UINT32_MAX, NULL },
    { ON_LOGS, 0, "max-text", OPTION_SIZE, "SIZE", AT(max_text_bytes), NULL,
      INT64_MAX, NULL },
    { ON_LOGS, 0, "max-line", OPTION_SIZE, "SIZE", AT(max_line_bytes), NULL,
      UINT32_MAX, NULL },
    { ON_LOGS, 0, "max-depth", OPTION_NUMBER, "N", AT(max_depth), NULL, 64,
      NULL },
    { ON_LOGS, 0, "max-members", OPTION_NUMBER, "N", AT(max_members), NULL,
      INT32_MAX, NULL },
    { ON_LOGS, 0, "max-name", OPTION_SIZE, "SIZE", AT(max_name_bytes), NULL,
      UINT32_MAX, "bounds on evidence" },
    { WORKING | ON_LOGS | ON_CASE, 0, "no-sandbox", OPTION_FLAG, NULL,
      AT(no_sandbox), NULL, 0, "do not drop privileges" },
    { ON_LOGS, 0, "progress", OPTION_WORD, "WHEN", AT(progress), progress_words,
      0, "auto, always or never (auto: on a terminal)" },
    { WORKING, 'q', "quiet", OPTION_FLAG, NULL, AT(quiet), NULL, 0, NULL },
    { WORKING, 'v', "verbose", OPTION_FLAG, NULL, AT(verbose), NULL, 0,
      "say less; say more" },
    { IN_TRACE, 'q', "quiet", OPTION_FLAG, NULL, AT(quiet), NULL, 0, NULL },
    { IN_TRACE, 0, "verbose", OPTION_FLAG, NULL, AT(verbose), NULL, 0,
      "say less; say more" },
    { IN_EXPORT, 'q', "quiet", OPTION_FLAG, NULL, AT(quiet), NULL, 0, NULL },
    { IN_EXPORT, 'v', "verbose", OPTION_FLAG, NULL, AT(verbose), NULL, 0,
      "say less; say more" },
    { IN_VERIFY, 'q', "quiet", OPTION_FLAG, NULL, AT(quiet), NULL, 0,
      "print only what does not match" },
    { IN_RECHECK, 'q', "quiet", OPTION_FLAG, NULL, AT(quiet), NULL, 0,
      "no word about what the logs lost" },
    { ON_CASE, 'v', "verbose", OPTION_FLAG, NULL, AT(verbose), NULL, 0,
      "also say what the sandbox is made of" },
    { IN_HELP, 0, "completion", OPTION_WORD, "bash|zsh", AT(completion), shells,
      0, "print the completion for this shell" },
    { EVERY, 'h', "help", OPTION_FLAG, NULL, AT(help), NULL, 0, "this page" },
    { 0, 0, NULL, 0, NULL, 0, NULL, 0, NULL },
};

/* ---------------------------------------------------------- what was meant */

#define NAME_MAX_BYTES 32

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/*
 * How many letters must be put in, taken out, changed or swapped with their
 * neighbour to make `b` of `a`.
 */
static size_t
edit_distance(struct sv a, struct sv b)
{
    size_t rows[3][NAME_MAX_BYTES + 1] = { 0 };

    if (a.len > NAME_MAX_BYTES || b.len > NAME_MAX_BYTES)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *two_above = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t change = a.at[i - 1] == b.at[j - 1] ? 0 : 1;

            row[j] = smaller(smaller(above[j], row[j - 1]) + 1,
                             above[j - 1] + change);
            if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] &&
                a.at[i - 2] == b.at[j - 1])
                row[j] = smaller(row[j], two_above[j - 2] + 1);
        }
    }
    return rows[a.len % 3][b.len];
}

size_t
slip_cost(struct sv name, const char *known_text)
{
    struct sv known = sv_of(known_text);
    size_t cost = edit_distance(name, known);

    if (name.len >= 2 && sv_starts(known, name))
        return 1;
    return cost <= 1 + known.len / 4 && cost < known.len ? cost : SIZE_MAX;
}

const struct command *
command_find(const char *name)
{
    for (const struct command *command = command_rows; command->name;
         command++) {
        if (strcmp(command->name, name) == 0)
            return command;
    }
    return NULL;
}

const struct command *
command_nearest(const char *name)
{
    const struct command *nearest = NULL;
    size_t best = SIZE_MAX;

    for (const struct command *command = command_rows; command->name;
         command++) {
        size_t cost = slip_cost(sv_of(name), command->name);

        if (cost < best) {
            best = cost;
            nearest = command;
        }
    }
    return nearest;
}

const struct option *
option_find(const struct command *command, struct sv name)
{
    for (const struct option *option = option_rows; option->commands;
         option++) {
        if ((option->commands & command->bit) &&
            sv_eq(sv_of(option->name), name))
            return option;
    }
    return NULL;
}

const struct option *
option_nearest(const struct command *command, struct sv name)
{
    const struct option *nearest = NULL;
    size_t best = SIZE_MAX;

    for (const struct option *option = option_rows; option->commands;
         option++) {
        size_t cost = option->commands & command->bit
                          ? slip_cost(name, option->name)
                          : SIZE_MAX;

        if (cost < best) {
            best = cost;
            nearest = option;
        }
    }
    return nearest;
}
