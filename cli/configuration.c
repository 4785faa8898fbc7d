#include "cli/configuration.h"

#include "cli/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_NAME "exinquest/exinquest.conf"
#define CONFIG_MAX_BYTES ((size_t)64 * 1024)

static const struct key_row {
    const char *key;
    const char *option; /* that says the same */
    bool repeats;
    bool is_path; /* a relative one begins where the file is */
} key_rows[] = {
    { "organisation", "organisation", false, false },
    { "contact", "contact", true, false },
    { "logo", NULL, false, true },
    { "colour", NULL, false, false },
    { "colour_dark", NULL, false, false },
    { "deadline", NULL, false, false },
    { "language", "lang", false, false },
    { "audience", "for", false, false },
    { "brand", "brand", false, true },
    { "data", NULL, false, true },
};
#define KEY_COUNT (sizeof(key_rows) / sizeof(key_rows[0]))

static const struct key_row *
key_find(struct sv key)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (sv_eq(sv_of(key_rows[i].key), key))
            return &key_rows[i];
    }
    return NULL;
}

static const struct key_row *
key_nearest(struct sv key)
{
    const struct key_row *nearest = NULL;
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < KEY_COUNT; i++) {
        size_t cost = slip_cost(key, key_rows[i].key);

        if (cost < best) {
            best = cost;
            nearest = &key_rows[i];
        }
    }
    return nearest;
}

struct config_file { /* one file on its way in */
    struct config *config;
    const char *path;
    size_t line;
    size_t first; /* values of this file begin here */
    struct fault *fault;
};

static enum status
unknown_key(const struct config_file *file, struct sv key)
{
    const struct key_row *nearest = key_nearest(key);

    if (nearest)
        return fault_set(file->fault, STATUS_USAGE,
                         "%s:%zu: there is no key \"" SV_FMT "\"; did you mean "
                         "\"%s\"?",
                         file->path, file->line, SV_ARG(key), nearest->key);
    return fault_set(file->fault, STATUS_USAGE,
                     "%s:%zu: there is no key \"" SV_FMT "\"; "
                     "exinquest.conf(5) lists them",
                     file->path, file->line, SV_ARG(key));
}

/* What an earlier file said of a key ends where a later one speaks. */
static void
drop_earlier(struct config_file *file, const char *key)
{
    struct config *config = file->config;
    size_t kept = 0;
    size_t dropped = 0;

    for (size_t i = 0; i < config->count; i++) {
        if (i < file->first && strcmp(config->at[i].key, key) == 0)
            dropped++;
        else
            config->at[kept++] = config->at[i];
    }
    config->count = kept;
    file->first -= dropped;
}

static char *
path_from(struct arena *arena, const char *file, struct sv value)
{
    const char *slash = strrchr(file, '/');
    struct buf path = { 0 };
    char *kept = NULL;

    if (value.at[0] != '/' && slash)
        buf_add(&path, (struct sv){ file, (size_t)(slash - file) + 1 });
    if (buf_add(&path, value) && !path.failed)
        kept = arena_strdup(arena, buf_sv(&path));
    buf_clear(&path);
    return kept;
}

static enum status
value_add(struct config_file *file, const struct key_row *row, struct sv value)
{
    struct config *config = file->config;
    void *array = config->at;
    struct buf origin = { 0 };
    struct report_setting setting = { .key = row->key };

    drop_earlier(file, row->key);
    if (!array_reserve(&array, &config->capacity, config->count + 1,
                       sizeof(*config->at)))
        return STATUS_NOMEM;
    config->at = array;
    setting.value = row->is_path ? path_from(config->arena, file->path, value)
                                 : arena_strdup(config->arena, value);
    if (buf_printf(&origin, "%s:%zu", file->path, file->line))
        setting.origin = arena_strdup(config->arena, buf_sv(&origin));
    buf_clear(&origin);
    if (!setting.value || !setting.origin)
        return STATUS_NOMEM;
    config->at[config->count++] = setting;
    return STATUS_OK;
}

static enum status
line_take(struct config_file *file, struct sv line)
{
    const struct key_row *row;
    struct sv value = line;
    struct sv key;

    line = sv_trim(line);
    if (line.len == 0 || line.at[0] == '#')
        return STATUS_OK;
    if (sv_find_char(line, '=') < 0)
        return fault_set(file->fault, STATUS_USAGE,
                         "%s:%zu: not \"key = value\"", file->path, file->line);
    key = sv_trim(sv_cut(&value, '='));
    value = sv_trim(value);
    row = key_find(key);
    if (!row)
        return unknown_key(file, key);
    if (!value.len)
        return fault_set(file->fault, STATUS_USAGE,
                         "%s:%zu: %s has no value; put # before it to leave "
                         "it out",
                         file->path, file->line, row->key);
    for (size_t i = file->first; !row->repeats && i < file->config->count;
         i++) {
        if (strcmp(file->config->at[i].key, row->key) == 0)
            return fault_set(file->fault, STATUS_USAGE,
                             "%s:%zu: %s is there twice", file->path,
                             file->line, row->key);
    }
    return value_add(file, row, value);
}

static enum status
text_take(struct config_file *file, struct sv text)
{
    struct buf shown = { 0 };
    enum status status = STATUS_OK;

    while (text.len && status == STATUS_OK) {
        struct sv line = sv_cut(&text, '\n');

        file->line++;
        if (line.len && line.at[line.len - 1] == '\r')
            line.len--;
        shown.len = 0;
        if (!sv_printable(line, &shown))
            status = STATUS_NOMEM;
        else if (!sv_eq(buf_sv(&shown), line))
            status = fault_set(file->fault, STATUS_USAGE,
                               "%s:%zu: not plain UTF-8 text", file->path,
                               file->line);
        else
            status = line_take(file, line);
    }
    buf_clear(&shown);
    return status;
}

/* What others may write to is not this machine's word. */
static enum status
file_read(const char *path, int fd, struct buf *text, struct fault *fault)
{
    char chunk[4096];
    struct stat found;
    ssize_t got = 0;

    if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode) ||
        (found.st_mode & S_IWOTH))
        return fault_set(fault, STATUS_USAGE,
                         "%s: not a file that only its owner may write", path);
    while ((got = read(fd, chunk, sizeof(chunk))) > 0) {
        if (text->len + (size_t)got > CONFIG_MAX_BYTES)
            return fault_set(fault, STATUS_USAGE, "%s: larger than %zu bytes",
                             path, CONFIG_MAX_BYTES);
        if (!buf_add(text, (struct sv){ chunk, (size_t)got }))
            return STATUS_NOMEM;
    }
    if (got < 0)
        return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
    return STATUS_OK;
}

/* No such file is no fault, unless it was asked for. */
static enum status
file_take(struct config *config, const char *path, bool asked,
          struct fault *fault)
{
    struct config_file file = {
        .config = config, .path = path, .first = config->count, .fault = fault
    };
    struct buf text = { 0 };
    enum status status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 && !asked && (errno == ENOENT || errno == ENOTDIR))
        return STATUS_OK;
    if (fd < 0)
        return fault_set(fault, STATUS_USAGE, "%s: %s", path, strerror(errno));
    status = file_read(path, fd, &text, fault);
    if (status == STATUS_OK)
        status = text_take(&file, buf_sv(&text));
    close(fd);
    buf_clear(&text);
    return status;
}

static enum status
users_take(struct config *config, struct fault *fault)
{
    const char *folder = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    struct buf path = { 0 };
    enum status status = STATUS_OK;
    bool named = true;

    if (folder && folder[0] == '/')
        named = buf_printf(&path, "%s/" CONFIG_NAME, folder);
    else if (home && home[0] == '/')
        named = buf_printf(&path, "%s/.config/" CONFIG_NAME, home);
    if (!named)
        status = STATUS_NOMEM;
    else if (path.len)
        status = file_take(config, path.at, false, fault);
    buf_clear(&path);
    return status;
}

enum status
config_read(struct config *config, struct fault *fault)
{
    const char *named = getenv("EXINQUEST_CONFIG");
    enum status status = STATUS_NOMEM;

    *config = (struct config){ .arena = arena_new() };
    if (!config->arena)
        goto out;
    status = STATUS_OK;
    if (named && strcmp(named, "none") == 0)
        goto out;
    if (named && named[0]) {
        status = file_take(config, named, true, fault);
        goto out;
    }
    status = file_take(config, SYSCONF_DIR "/" CONFIG_NAME, false, fault);
    if (status == STATUS_OK)
        status = users_take(config, fault);
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory");
    return status;
}

void
config_clear(struct config *config)
{
    free(config->at);
    arena_free(config->arena);
    *config = (struct config){ 0 };
}

const char *
config_option(const char *key)
{
    const struct key_row *row = key_find(sv_of(key));

    return row ? row->option : NULL;
}

uint32_t
config_bit(const char *option)
{
    for (size_t i = 0; i < KEY_COUNT; i++) {
        if (key_rows[i].option && strcmp(key_rows[i].option, option) == 0)
            return 1u << i;
    }
    return 0;
}

void
config_drop(struct config *config, uint32_t overridden)
{
    size_t kept = 0;

    for (size_t i = 0; i < config->count; i++) {
        const char *option = config_option(config->at[i].key);

        if (!option || !(config_bit(option) & overridden))
            config->at[kept++] = config->at[i];
    }
    config->count = kept;
}

const char *
config_value(const struct config *config, const char *key)
{
    for (size_t i = config->count; i-- > 0;) {
        if (strcmp(config->at[i].key, key) == 0)
            return config->at[i].value;
    }
    return NULL;
}
