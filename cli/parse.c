#include "analyzer/analyze.h"
#include "cli/cli.h"
#include "cli/configuration.h"
#include "cli/options.h"
#include "report/shell.h"

#include <stdlib.h>
#include <string.h>

struct parser {
    const char *const *argv;
    size_t argc;
    size_t next; /* argument to be read */
    struct settings *settings;
    struct fault *fault;
    struct fault *told; /* the caller's */
};

static enum status
texts_add(struct texts *texts, const char *text)
{
    void *array = texts->at;

    if (!array_reserve(&array, &texts->capacity, texts->count + 1,
                       sizeof(*texts->at)))
        return STATUS_NOMEM;
    texts->at = array;
    texts->at[texts->count++] = text;
    return STATUS_OK;
}

/* "-o", or "--name" for options without a letter: how messages call it. */
static const char *
option_name(const struct option *option, char text[NAME_TEXT_BYTES])
{
    snprintf(text, NAME_TEXT_BYTES, "--%s", option->name);
    return text;
}

static enum status
bad_value(struct parser *parser, const struct option *option, const char *given,
          const char *wanted)
{
    char name[NAME_TEXT_BYTES];

    return fault_set(parser->fault, STATUS_USAGE, "%s: \"%s\" is not %s",
                     option_name(option, name), given, wanted);
}

static const struct option_word *
word_find(const struct option *option, struct sv given)
{
    for (const struct option_word *word = option->words; word->word; word++) {
        if (sv_eq(sv_of(word->word), given))
            return word;
    }
    return NULL;
}

/* "one of a4, letter" */
static void
words_list(const struct option *option, char *text, size_t size_bytes)
{
    size_t used = (size_t)snprintf(text, size_bytes, "one of ");

    for (const struct option_word *word = option->words; word->word; word++) {
        if (used < size_bytes)
            used +=
                (size_t)snprintf(text + used, size_bytes - used, "%s%s",
                                 word == option->words ? "" : ", ", word->word);
    }
}

static enum status
bad_word(struct parser *parser, const struct option *option, struct sv given)
{
    char wanted[128];
    char shown[64];

    words_list(option, wanted, sizeof(wanted));
    snprintf(shown, sizeof(shown), SV_FMT, SV_ARG(given));
    return bad_value(parser, option, shown, wanted);
}

static enum status
take_words(struct parser *parser, const struct option *option,
           const char *given, uint64_t *bits)
{
    struct sv rest = sv_of(given);

    *bits = 0;
    do {
        struct sv item = sv_cut(&rest, ',');
        const struct option_word *word = word_find(option, item);

        if (!word)
            return bad_word(parser, option, item);
        *bits |= word->bit;
    } while (rest.len);
    return STATUS_OK;
}

static unsigned
size_shift(char unit)
{
    static const struct {
        char unit;
        unsigned shift;
    } units[] = { { 'K', 10 }, { 'M', 20 }, { 'G', 30 } };

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (units[i].unit == (unit & ~0x20))
            return units[i].shift;
    }
    return 0;
}

static enum status
take_number(struct parser *parser, const struct option *option,
            const char *given, uint64_t *number)
{
    struct sv text = sv_of(given);
    unsigned shift = 0;
    uint64_t value = 0;
    char wanted[96];

    if (option->kind == OPTION_SIZE && text.len) {
        shift = size_shift(text.at[text.len - 1]);
        text.len -= shift ? 1 : 0;
    }
    if (sv_to_u64(text, option->max >> shift, &value) &&
        (value > 0 || option->kind == OPTION_SECONDS)) {
        *number = value << shift;
        return STATUS_OK;
    }
    snprintf(wanted, sizeof(wanted), "a number from %d to %llu%s",
             option->kind == OPTION_SECONDS ? 0 : 1,
             (unsigned long long)option->max,
             option->kind == OPTION_SIZE ? ", with K, M or G if you like" : "");
    return bad_value(parser, option, given, wanted);
}

static enum status
take_value(struct parser *parser, const struct option *option,
           const char *given)
{
    void *field = (char *)parser->settings + option->offset;
    const struct option_word *word = NULL;
    int64_t at = 0;

    switch (option->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return STATUS_OK;
    case OPTION_TEXTS:
        return texts_add(field, given);
    case OPTION_WORDS:
        return take_words(parser, option, given, field);
    case OPTION_SECONDS:
        parser->settings->has_queue_seconds = true;
        return take_number(parser, option, given, field);
    case OPTION_NUMBER:
    case OPTION_SIZE:
        return take_number(parser, option, given, field);
    case OPTION_TIME:
        if (!time_read(given, 0, &at))
            return bad_value(parser, option, given,
                             "a time: give 2026-11-12, 2026-11-12T02:47:52Z "
                             "or -48h");
        break;
    case OPTION_WORD:
        word = word_find(option, sv_of(given));
        if (!word)
            return bad_word(parser, option, sv_of(given));
        given = word->word;
        break;
    case OPTION_TEXT:
        if (!given[0])
            return bad_value(parser, option, given, "a name: it is empty");
        break;
    }
    *(const char **)field = given;
    return STATUS_OK;
}

/* The value that follows, glued on or as the next argument. */
static enum status
take_option(struct parser *parser, const struct option *option,
            const char *glued)
{
    char name[NAME_TEXT_BYTES];

    if (option->kind == OPTION_FLAG)
        return take_value(parser, option, NULL);
    if (!glued && parser->next < parser->argc)
        glued = parser->argv[parser->next++];
    parser->settings->overridden |= config_bit(option->name);
    if (!glued)
        return fault_set(parser->fault, STATUS_USAGE, "%s needs a value: %s %s",
                         option_name(option, name), name, option->value);
    return take_value(parser, option, glued);
}

static enum status
parse_long(struct parser *parser, const char *argument)
{
    const struct command *command = parser->settings->command;
    struct sv rest = sv_of(argument + 2);
    struct sv name = sv_cut(&rest, '=');
    const char *glued = argument[2 + name.len] == '=' ? rest.at : NULL;
    const struct option *option = option_find(command, name);

    if (!option && !(option = option_nearest(command, name)))
        return fault_set(parser->fault, STATUS_USAGE,
                         "%s has no option --" SV_FMT, command->name,
                         SV_ARG(name));
    if (!sv_eq(sv_of(option->name), name))
        return fault_set(parser->fault, STATUS_USAGE,
                         "%s has no option --" SV_FMT "; did you mean --%s?",
                         command->name, SV_ARG(name), option->name);
    if (glued && option->kind == OPTION_FLAG)
        return fault_set(parser->fault, STATUS_USAGE, "--%s takes no value",
                         option->name);
    return take_option(parser, option, glued);
}

static const struct option *
letter_find(const struct command *command, char letter)
{
    for (const struct option *option = option_rows; option->commands;
         option++) {
        if ((option->commands & command->bit) && option->letter == letter)
            return option;
    }
    return NULL;
}

static enum status
parse_letters(struct parser *parser, const char *argument)
{
    for (const char *at = argument + 1; *at; at++) {
        const struct option *option =
            letter_find(parser->settings->command, *at);
        enum status status = STATUS_USAGE;

        if (!option)
            return fault_set(parser->fault, STATUS_USAGE,
                             "%s has no option -%c",
                             parser->settings->command->name, *at);
        if (option->kind != OPTION_FLAG)
            return take_option(parser, option, at[1] ? at + 1 : NULL);
        status = take_option(parser, option, NULL);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status
check_operands(const struct parser *parser)
{
    const struct settings *settings = parser->settings;
    const struct command *command = settings->command;

    if (settings->help)
        return STATUS_OK;
    if (settings->operands.count < command->operands_min)
        return fault_set(parser->fault, STATUS_USAGE,
                         "something is missing: exinquest %s %s", command->name,
                         command->operands);
    if (settings->operands.count > command->operands_max)
        return fault_set(parser->fault, STATUS_USAGE,
                         "\"%s\" is one too many: exinquest %s %s",
                         settings->operands.at[command->operands_max],
                         command->name, command->operands);
    return STATUS_OK;
}

static enum status
parse_all(struct parser *parser)
{
    bool only_operands = false;

    while (parser->next < parser->argc) {
        const char *argument = parser->argv[parser->next++];
        enum status status = STATUS_OK;

        if (only_operands || argument[0] != '-' || !argument[1])
            status = texts_add(&parser->settings->operands, argument);
        else if (strcmp(argument, "--") == 0)
            only_operands = true;
        else if (argument[1] == '-')
            status = parse_long(parser, argument);
        else
            status = parse_letters(parser, argument);
        if (status != STATUS_OK)
            return status;
    }
    return check_operands(parser);
}

/* A line of the configuration as the option that says the same. */
static enum status
take_setting(struct parser *parser, const struct report_setting *setting)
{
    const struct command *command = parser->settings->command;
    const char *name = config_option(setting->key);
    const struct option *option =
        name ? option_find(command, sv_of(name)) : NULL;
    struct fault fault = { 0 };
    enum status status;

    if (!option)
        return STATUS_OK;
    /* Of several contacts an abuse report takes the last address. */
    if (strcmp(setting->key, "contact") == 0 &&
        !shell_valid(SHELL_MAILBOX, sv_of(setting->value)))
        return STATUS_OK;
    parser->fault = &fault;
    status = take_value(parser, option, setting->value);
    if (status == STATUS_USAGE)
        fault_set(parser->told, status, "%s: %s", setting->origin, fault.text);
    parser->fault = parser->told;
    return status;
}

static enum status
take_config(struct parser *parser, const struct config *config)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; config && i < config->count && status == STATUS_OK; i++)
        status = take_setting(parser, &config->at[i]);
    return status;
}

enum status
settings_parse(const struct command *command, const struct config *config,
               const char *const *argv, size_t argc,
               struct settings *ret_settings, struct fault *fault)
{
    struct settings settings = {
        .command = command,
        .output_dir = "exinquest-report",
        .audiences = FOR_INVESTIGATOR,
        .lang = "en",
        .paper = "a4",
        .progress = "auto",
        .config = config,
    };
    struct parser parser = { argv, argc, 0, &settings, fault, fault };
    enum status status = take_config(&parser, config);

    if (status == STATUS_OK)
        status = parse_all(&parser);
    if (status != STATUS_OK) {
        settings_clear(&settings);
        if (status == STATUS_NOMEM)
            fault_set(fault, STATUS_NOMEM, "out of memory");
        return status;
    }
    *ret_settings = settings;
    return STATUS_OK;
}

void
settings_clear(struct settings *settings)
{
    free(settings->operands.at);
    free(settings->accounts.at);
    free(settings->domains.at);
    free(settings->mailboxes.at);
    free(settings->font_dirs.at);
    free(settings->geoip_files.at);
    *settings = (struct settings){ 0 };
}
