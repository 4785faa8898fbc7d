#include "cli/cli.h"

#include <dirent.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* Where Exim logs on cPanel, on Debian, and where it is built from source. */
static const char *const usual_places[] = {
    "/var/log/exim_mainlog*",
    "/var/log/exim4/",
    "/var/log/exim/",
};
#define USUAL_PLACES_TEXT                                                      \
    "/var/log/exim_mainlog*, /var/log/exim4/, /var/log/exim/"

static bool
usual_add(struct reading *reading, const char *path)
{
    void *array = reading->usual.at;
    char *copy = NULL;

    if (!array_reserve(&array, &reading->usual.capacity,
                       reading->usual.count + 1, sizeof(*reading->usual.at)))
        return false;
    reading->usual.at = array;
    copy = strdup(path);
    if (!copy)
        return false;
    reading->usual.at[reading->usual.count++] = copy;
    return true;
}

/* False when out of memory. */
static bool
usual_find(struct reading *reading)
{
    for (size_t i = 0; i < sizeof(usual_places) / sizeof(usual_places[0]);
         i++) {
        glob_t found = { 0 };
        bool kept = true;

        if (glob(usual_places[i], 0, NULL, &found) == GLOB_NOSPACE)
            kept = false;
        for (size_t j = 0; kept && j < found.gl_pathc; j++)
            kept = usual_add(reading, found.gl_pathv[j]);
        globfree(&found);
        if (!kept)
            return false;
    }
    return true;
}

static bool
take_usual(struct reading *reading, bool quiet, enum exit_status *ret_exit)
{
    if (!usual_find(reading)) {
        say("out of memory");
        *ret_exit = EXIT_INTERNAL;
        return false;
    }
    if (!reading->usual.count) {
        say("no evidence was named, and there is none in the usual places "
            "(" USUAL_PLACES_TEXT "); name log files, a folder or an archive");
        *ret_exit = EXIT_NO_EVIDENCE;
        return false;
    }
    for (size_t i = 0; !quiet && i < reading->usual.count; i++)
        say("no evidence was named; taking %s", reading->usual.at[i]);
    reading->options.paths = reading->usual.at;
    reading->options.path_count = reading->usual.count;
    return true;
}

static bool
as_of_from_environment(int64_t *ret_as_of)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    uint64_t seconds = 0;

    *ret_as_of = TIME_UNKNOWN;
    if (!epoch || !epoch[0])
        return true;
    if (!sv_to_u64(sv_of(epoch), UINT32_MAX, &seconds))
        return false;
    *ret_as_of = (int64_t)seconds;
    return true;
}

static bool
take_as_of(struct reading *reading, const char *as_of)
{
    int64_t *at = &reading->options.as_of;

    if (!as_of) {
        if (as_of_from_environment(at))
            return true;
        say("SOURCE_DATE_EPOCH is not a number of seconds");
        return false;
    }
    if (as_of[0] != '-' && time_read(as_of, 0, at))
        return true;
    say("--as-of: \"%s\" is not a date or a time", as_of);
    return false;
}

static struct text_list
list_of(const struct texts *texts)
{
    return (struct text_list){ texts->at, texts->count };
}

bool
reading_init(struct reading *reading, const struct settings *settings,
             const char *const *paths, size_t path_count,
             enum exit_status *ret_exit)
{
    *reading = (struct reading){
        .options = {
            .paths = paths,
            .path_count = path_count,
            .jobs = (unsigned)settings->jobs,
            .case_id = settings->case_id,
            .accounts = list_of(&settings->accounts),
            .domains = list_of(&settings->domains),
            .mailboxes = list_of(&settings->mailboxes),
            .since = settings->since,
            .until = settings->until,
            .geoip_files = settings->geoip_files.at,
            .geoip_file_count = settings->geoip_files.count,
            .max_ratio = settings->max_ratio,
            .max_text_bytes = settings->max_text_bytes,
            .max_line_bytes = settings->max_line_bytes,
            .max_depth = (uint32_t)settings->max_depth,
            .max_members = (uint32_t)settings->max_members,
            .max_name_bytes = (uint32_t)settings->max_name_bytes,
            .progress = { progress_tell, &reading->progress },
        },
    };
    progress_init(&reading->progress, settings->progress, settings->quiet);
    if (!take_as_of(reading, settings->as_of)) {
        *ret_exit = EXIT_COMMAND_LINE;
        return false;
    }
    return path_count || take_usual(reading, settings->quiet, ret_exit);
}

void
reading_clear(struct reading *reading)
{
    for (size_t i = 0; i < reading->usual.count; i++)
        free((char *)(uintptr_t)reading->usual.at[i]);
    free(reading->usual.at);
    *reading = (struct reading){ 0 };
}
