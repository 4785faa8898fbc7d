#include "cli/cli.h"

#include <stdio.h>

enum exit_status
cmd_help(const struct settings *settings)
{
    const struct command *command = NULL;

    if (settings->completion) {
        completion_print(settings->completion, stdout);
        return EXIT_DONE;
    }
    if (!settings->operands.count) {
        help_overview(stdout);
        return EXIT_DONE;
    }
    command = command_find(settings->operands.at[0]);
    if (!command) {
        say_no_command(settings->operands.at[0]);
        return EXIT_COMMAND_LINE;
    }
    help_command(command, stdout);
    return EXIT_DONE;
}
