#include "cli/cli.h"
#include "cli/watch.h"

static enum exit_status
render_into(const struct settings *settings, uint32_t formats,
            const struct folder *folder, struct watch *watch)
{
    const char *path = settings->operands.at[0];
    struct report_options options;
    struct fault fault = { 0 };
    enum exit_status exit_status = EXIT_INTERNAL;
    enum status status = STATUS_INTERNAL;

    if (!confine(settings, &path, 1, folder))
        return EXIT_INTERNAL;
    if (!watch_start(watch, folder)) {
        say("no thread can be started");
        return EXIT_INTERNAL;
    }
    report_options_fill(&options, settings, formats);
    watch_hold(watch);
    status = report_render(path, &options, tell_written, NULL, &fault);
    watch_release(watch);
    if (status == STATUS_OK)
        return EXIT_DONE;
    exit_status = say_fault(&fault, status, EXIT_NO_OUTPUT);
    return status == STATUS_DAMAGED ? EXIT_NO_EVIDENCE : exit_status;
}

enum exit_status
cmd_render(const struct settings *settings)
{
    uint32_t formats =
        settings->formats ? (uint32_t)settings->formats : RENDER_FORMAT_BITS;
    enum exit_status exit_status = EXIT_INTERNAL;
    struct folder folder = { 0 };
    struct fault fault = { 0 };
    struct watch *watch = NULL;
    enum status status = STATUS_NOMEM;

    if (!case_is_readable(settings->operands.at[0]))
        return EXIT_NO_EVIDENCE;
    if (!report_is_possible(settings, formats, &exit_status))
        return exit_status;
    watch = watch_new();
    if (watch)
        status = folder_open(&folder, settings, formats, &fault);
    if (status == STATUS_OK)
        exit_status = render_into(settings, formats, &folder, watch);
    else
        exit_status = say_fault(&fault, status, EXIT_NO_OUTPUT);
    folder_abandon(&folder);
    watch_free(watch);
    folder_clear(&folder);
    return exit_status;
}
