#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cli/options.h"

#include <string.h>

#define SCREEN_COLUMNS 80
#define HELP_COLUMN 26

void
help_overview(FILE *out)
{
    fprintf(
        out,
        "exinquest %s: what was abused on this Exim server, since when, and "
        "the proof\n\n"
        "Usage: exinquest SUBCOMMAND [options] ...\n\n",
        PACKAGE_VERSION);
    for (const struct command *command = command_rows; command->name; command++)
        fprintf(out, "  %-8s  %s\n", command->name, command->summary);
    fputs("\n"
          "Begin with the server's logs, old or packed, and open "
          "investigator.html in DIR:\n\n"
          "  exinquest report -o DIR /var/log/exim_mainlog*\n\n"
          "EVIDENCE is any mix of logs, folders, archives and - for standard "
          "input.\n\n"
          "Exit status: 0 done, 1 some evidence was lost, 2 wrong command "
          "line, 3 nothing\n"
          "was read, 4 an output failed, 5 the case does not match, 6 internal "
          "failure.\n\n"
          "exinquest help SUBCOMMAND explains one; exinquest --version names "
          "the parts.\n",
          out);
}

/* "-o, --output DIR" */
static bool
option_label(const struct option *option, bool first, struct buf *label)
{
    if (option->letter)
        buf_printf(label, "-%c, ", option->letter);
    else if (first)
        buf_printf(label, "    ");
    buf_printf(label, "--%s", option->name);
    if (option->value)
        buf_printf(label, " %s", option->value);
    return !label->failed;
}

/* The labels of rows that share a line of help, broken where they must be. */
static void
labels_add(struct buf *labels, struct sv label, size_t *column)
{
    if (labels->len) {
        buf_add_char(labels, ',');
        *column += 1;
        if (*column + 2 + label.len > SCREEN_COLUMNS) {
            buf_add(labels, SV("\n     "));
            *column = 5;
        }
        buf_add_char(labels, ' ');
        *column += 1;
    } else {
        buf_add(labels, SV("  "));
        *column = 2;
    }
    buf_add(labels, label);
    *column += label.len;
}

static void
print_rows(const struct buf *labels, size_t column, const char *help, FILE *out)
{
    fputs(labels->at ? labels->at : "", out);
    if (column + 2 <= HELP_COLUMN)
        fprintf(out, "%*s%s\n", (int)(HELP_COLUMN - column), "", help);
    else if (column + 2 + strlen(help) <= SCREEN_COLUMNS)
        fprintf(out, "  %s\n", help);
    else
        fprintf(out, "\n%*s%s\n", HELP_COLUMN, "", help);
}

void
help_command(const struct command *command, FILE *out)
{
    struct buf labels = { 0 };
    size_t column = 0;

    fprintf(out, "Usage: exinquest %s %s\n(%s)\n", command->name,
            command->operands, command->summary);
    for (const struct option *option = option_rows; option->commands;
         option++) {
        struct buf label = { 0 };

        if (!(option->commands & command->bit))
            continue;
        option_label(option, labels.len == 0, &label);
        labels_add(&labels, buf_sv(&label), &column);
        buf_clear(&label);
        if (!option->help)
            continue;
        print_rows(&labels, column, option->help, out);
        buf_clear(&labels);
    }
}
