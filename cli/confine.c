#include "cli/cli.h"
#include "cli/configuration.h"
#include "cli/sandbox.h"

#include <stdlib.h>
#include <string.h>

/* `path` without its last name: "." for a bare name. */
static char *
parent_of(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return strdup(".");
    return strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

static bool
add_all(struct texts *texts, const char *const *paths, size_t count)
{
    void *array = texts->at;

    if (!array_reserve(&array, &texts->capacity, texts->count + count,
                       sizeof(*texts->at)))
        return false;
    texts->at = array;
    for (size_t i = 0; i < count; i++)
        texts->at[texts->count++] = paths[i];
    return true;
}

bool
confine(const struct settings *settings, const char *const *paths,
        size_t path_count, const struct folder *folder)
{
    struct sandbox sandbox = { 0 };
    struct report_options report;
    const char *description = NULL;
    const char *extra[3];
    size_t extra_count = 0;
    char *parent = NULL;
    bool done = false;

    if (settings->no_sandbox)
        return true;
    report_options_fill(&report, settings, 0);
    extra[extra_count++] = report.template_dir;
    if (report.brand_dir)
        extra[extra_count++] = report.brand_dir;
    if (config_value(settings->config, "logo"))
        extra[extra_count++] = config_value(settings->config, "logo");
    if (!add_all(&sandbox.readable, paths, path_count) ||
        !add_all(&sandbox.readable, extra, extra_count) ||
        !add_all(&sandbox.readable, settings->font_dirs.at,
                 settings->font_dirs.count) ||
        !add_all(&sandbox.readable, settings->geoip_files.at,
                 settings->geoip_files.count))
        goto out;
    if (folder) {
        sandbox.writable = folder->dir;
        if (folder->made_count) {
            parent = parent_of(folder->made[0]);
            if (!parent)
                goto out;
            sandbox.rmdir_in = parent;
        }
    }
    sandbox_enter(&sandbox, &description);
    if (settings->verbose)
        say("sandbox: %s", description);
    done = true;
out:
    free(parent);
    free(sandbox.readable.at);
    if (!done)
        say("out of memory");
    return done;
}
