/*
 * The front door. What can be known before anything is read is settled here;
 * each subcommand then has a file of its own.
 */
#include "cli/cli.h"
#include "cli/configuration.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A file opened as descriptor 1 would be written to by puts(). */
static bool
standard_streams_open(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return false;
    }
    return true;
}

void
say_no_command(const char *name)
{
    const struct command *nearest = command_nearest(name);

    if (nearest)
        say("there is no subcommand \"%s\"; did you mean \"%s\"?", name,
            nearest->name);
    else
        say("there is no subcommand \"%s\"; \"exinquest help\" lists them",
            name);
}

static enum exit_status
run_command(const struct command *command, const char *const *argv, size_t argc)
{
    struct settings settings = { 0 };
    struct config config = { 0 };
    struct fault fault = { 0 };
    enum exit_status exit_status = EXIT_INTERNAL;
    /* What explains must not fail with what is to be explained. */
    enum status status =
        command->bit == IN_HELP ? STATUS_OK : config_read(&config, &fault);

    if (status != STATUS_OK) {
        say("%s", fault.text);
    } else {
        status =
            settings_parse(command, &config, argv, argc, &settings, &fault);
        if (status == STATUS_USAGE)
            say("%s (exinquest help %s)", fault.text, command->name);
        else if (status != STATUS_OK)
            say("%s", fault.text);
    }
    if (status != STATUS_OK) {
        config_clear(&config);
        return status == STATUS_NOMEM ? EXIT_INTERNAL : EXIT_COMMAND_LINE;
    }
    config_drop(&config, settings.overridden);
    for (size_t i = 0; settings.verbose && i < config.count; i++)
        say("%s = %s (%s)", config.at[i].key, config.at[i].value,
            config.at[i].origin);
    if (settings.help) {
        help_command(command, stdout);
        exit_status = EXIT_DONE;
    } else {
        exit_status = command->run(&settings);
    }
    settings_clear(&settings);
    config_clear(&config);
    return exit_status;
}

static enum exit_status
run(const char *const *argv, size_t argc)
{
    const struct command *command = NULL;

    if (argc < 2 || strcmp(argv[1], "--help") == 0 ||
        strcmp(argv[1], "-h") == 0) {
        help_overview(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        version_print();
        return EXIT_DONE;
    }
    command = command_find(argv[1]);
    if (!command) {
        say_no_command(argv[1]);
        return EXIT_COMMAND_LINE;
    }
    return run_command(command, argv + 2, argc - 2);
}

int
main(int argc, char **argv)
{
    if (!standard_streams_open())
        return EXIT_INTERNAL;
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write like any */
    return (int)stdout_finish(
        run((const char *const *)argv, argc > 0 ? (size_t)argc : 0));
}
