/*
 * Completions come from the option tables, so that they cannot fall behind.
 * Nothing in the tables needs quoting beyond what is done here.
 */
#include "cli/options.h"

#include <string.h>

/* -------------------------------------------------------------------- bash */

static void
bash_words(const struct option *option, FILE *out)
{
    for (const struct option_word *word = option->words; word->word; word++)
        fprintf(out, "%s%s", word == option->words ? "" : " ", word->word);
}

/* What can follow an option that takes a value. */
static void
bash_value(const struct option *option, FILE *out)
{
    if (option->words && option->kind == OPTION_WORDS) {
        fputs("_exinquest_list \"", out);
        bash_words(option, out);
        fputs("\"", out);
    } else if (option->words) {
        fputs("_exinquest_take -W \"", out);
        bash_words(option, out);
        fputs("\"", out);
    } else if (strcmp(option->value, "DIR") == 0) {
        fputs("_exinquest_take -d", out);
    } else if (strcmp(option->value, "FILE") == 0) {
        fputs("_exinquest_take -f", out);
    } else {
        fputs(":", out);
    }
}

static void
bash_command(const struct command *command, FILE *out)
{
    fprintf(out, "    %s)\n        case $before in\n", command->name);
    for (const struct option *option = option_rows; option->commands;
         option++) {
        if (!(option->commands & command->bit) || option->kind == OPTION_FLAG)
            continue;
        fprintf(out, "        --%s", option->name);
        if (option->letter)
            fprintf(out, " | -%c", option->letter);
        fputs(") ", out);
        bash_value(option, out);
        fputs("; return ;;\n", out);
    }
    fputs("        esac\n        words=\"", out);
    for (const struct option *option = option_rows; option->commands;
         option++) {
        if (option->commands & command->bit)
            fprintf(out, "--%s ", option->name);
    }
    fputs("\"\n        ;;\n", out);
}

static void
command_names(FILE *out)
{
    for (const struct command *command = command_rows; command->name; command++)
        fprintf(out, "%s ", command->name);
}

static void
bash_print(FILE *out)
{
    fputs("# bash completion for exinquest; made by "
          "exinquest help --completion bash\n"
          "_exinquest_take() {\n"
          "    mapfile -t COMPREPLY < <(compgen \"$@\" -- \"$current\")\n"
          "}\n"
          "_exinquest_list() {\n"
          "    local head=${current%\"${current##*,}\"}\n"
          "    mapfile -t COMPREPLY < \\\n"
          "        <(compgen -P \"$head\" -W \"$1\" -- \"${current##*,}\")\n"
          "}\n"
          "_exinquest() {\n"
          "    local current=${COMP_WORDS[COMP_CWORD]}\n"
          "    local before=${COMP_WORDS[COMP_CWORD - 1]}\n"
          "    local words=\n"
          "    COMPREPLY=()\n"
          "    if [[ $COMP_CWORD -eq 1 ]]; then\n"
          "        _exinquest_take -W \"",
          out);
    command_names(out);
    fputs("--help --version\"\n"
          "        return\n"
          "    fi\n"
          "    if [[ $current == \"=\" ]]; then\n"
          "        current=\n"
          "    elif [[ $before == \"=\" ]]; then\n"
          "        before=${COMP_WORDS[COMP_CWORD - 2]}\n"
          "    fi\n"
          "    case ${COMP_WORDS[1]} in\n",
          out);
    for (const struct command *command = command_rows; command->name; command++)
        bash_command(command, out);
    fputs("    esac\n"
          "    if [[ $current == -* ]]; then\n"
          "        _exinquest_take -W \"$words\"\n"
          "    elif [[ ${COMP_WORDS[1]} == help ]]; then\n"
          "        _exinquest_take -W \"",
          out);
    command_names(out);
    fputs("\"\n"
          "    else\n"
          "        _exinquest_take -f\n"
          "    fi\n"
          "}\n"
          "complete -o filenames -F _exinquest exinquest\n",
          out);
}

/* --------------------------------------------------------------------- zsh */

/* Inside '…[…]': the three that mean something there. */
static void
zsh_quote(const char *text, FILE *out)
{
    for (; *text; text++) {
        if (*text == '\'')
            fputs("'\\''", out);
        else if (*text == '[' || *text == ']' || *text == ':')
            fprintf(out, "\\%c", *text);
        else
            fputc(*text, out);
    }
}

static void
zsh_value(const struct option *option, FILE *out)
{
    fprintf(out, ":%s:", option->words ? "word" : option->value);
    if (option->kind == OPTION_WORDS)
        fputs("_values -s , word", out);
    else if (option->words)
        fputs("(", out);
    else if (strcmp(option->value, "DIR") == 0)
        fputs("_directories", out);
    else if (strcmp(option->value, "FILE") == 0)
        fputs("_files", out);
    for (const struct option_word *word = option->words; word && word->word;
         word++)
        fprintf(out, " %s", word->word);
    if (option->kind == OPTION_WORD)
        fputs(" )", out);
}

static void
zsh_option(const struct option *option, FILE *out)
{
    const char *help = option->help;
    const char *repeat = option->kind == OPTION_TEXTS ? "*" : "";

    for (const struct option *row = option; !help; row++)
        help = row->help; /* shared with the rows below */
    if (option->letter)
        fprintf(out, "            '(-%c --%s)'{-%c%s,--%s%s}'[", option->letter,
                option->name, option->letter, option->value ? "+" : "",
                option->name, option->value ? "=" : "");
    else
        fprintf(out, "            '%s--%s%s[", repeat, option->name,
                option->value ? "=" : "");
    zsh_quote(help, out);
    fputs("]", out);
    if (option->value)
        zsh_value(option, out);
    fputs("' \\\n", out);
}

static void
zsh_print(FILE *out)
{
    fputs("#compdef exinquest\n"
          "# made by exinquest help --completion zsh\n"
          "_exinquest() {\n"
          "    local -a subcommands\n"
          "    subcommands=(\n",
          out);
    for (const struct command *command = command_rows; command->name; command++)
        fprintf(out, "        '%s:%s'\n", command->name, command->summary);
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe subcommand subcommands\n"
          "        return\n"
          "    fi\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "    case $words[1] in\n",
          out);
    for (const struct command *command = command_rows; command->name;
         command++) {
        fprintf(out, "    %s)\n        _arguments -s -S \\\n", command->name);
        for (const struct option *option = option_rows; option->commands;
             option++) {
            if (option->commands & command->bit)
                zsh_option(option, out);
        }
        fputs(command->bit == IN_HELP
                  ? "            '1:subcommand:(("
                  : "            '*:evidence:_files'\n        ;;\n",
              out);
        if (command->bit == IN_HELP) {
            command_names(out);
            fputs("))'\n        ;;\n", out);
        }
    }
    fputs("    esac\n"
          "}\n"
          "_exinquest \"$@\"\n",
          out);
}

bool
completion_print(const char *shell, FILE *out)
{
    static const struct {
        const char *shell;
        void (*print)(FILE *out);
    } printers[] = { { "bash", bash_print }, { "zsh", zsh_print } };

    for (size_t i = 0; i < sizeof(printers) / sizeof(printers[0]); i++) {
        if (strcmp(printers[i].shell, shell) == 0) {
            printers[i].print(out);
            return true;
        }
    }
    return false;
}
