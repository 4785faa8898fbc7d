#include "cli/cli.h"
#include "cli/configuration.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The folders of `path`, one after the other, that are not there yet. */
static enum status
make_folders(struct folder *folder, char *path, struct fault *fault)
{
    for (char *at = path + 1;; at++) {
        bool last = *at == '\0';

        if (!last && *at != '/')
            continue;
        *at = '\0';
        if (mkdir(path, 0700) == 0) {
            char *made =
                folder->made_count < FOLDER_DEPTH ? strdup(path) : NULL;

            if (!made) {
                rmdir(path);
                return fault_set(fault, STATUS_IO,
                                 "%s: too many folders to be made", path);
            }
            folder->made[folder->made_count++] = made;
        } else if (errno != EEXIST) {
            return fault_set(fault, STATUS_IO,
                             "the output folder %s cannot be made: %s; "
                             "choose another with -o",
                             path, strerror(errno));
        }
        if (last)
            return STATUS_OK;
        *at = '/';
    }
}

static enum status
check_folder(const char *dir, struct fault *fault)
{
    struct stat found;

    if (stat(dir, &found) != 0)
        return fault_set(fault, STATUS_IO, "the output folder %s: %s", dir,
                         strerror(errno));
    if (!S_ISDIR(found.st_mode))
        return fault_set(fault, STATUS_IO,
                         "%s is not a folder; choose another with -o", dir);
    if (faccessat(AT_FDCWD, dir, W_OK | X_OK, AT_EACCESS) != 0)
        return fault_set(fault, STATUS_IO,
                         "the output folder %s cannot be written: %s; choose "
                         "another with -o",
                         dir, strerror(errno));
    return STATUS_OK;
}

enum status
folder_check_free(const char *dir, const char *stem, const char *extension,
                  struct fault *fault)
{
    struct buf path = { 0 };
    struct stat found;
    enum status status = STATUS_OK;

    if (!buf_printf(&path, "%s/%s.%s", dir, stem, extension))
        status = STATUS_NOMEM;
    else if (lstat(path.at, &found) == 0)
        status = fault_set(fault, STATUS_IO,
                           "%s exists; replace it with --force, or choose "
                           "another folder with -o",
                           path.at);
    buf_clear(&path);
    return status;
}

/* The names are those of contracts.md, "Files in DIR". */
static enum status
check_all_free(const struct settings *settings, uint32_t formats,
               struct fault *fault)
{
    static const struct {
        uint32_t bit;
        const char *stem;
    } stems[] = { { FOR_INVESTIGATOR, "investigator" },
                  { FOR_CUSTOMER, "customer" },
                  { FOR_TICKET, "ticket" } };
    static const struct {
        uint32_t bit;
        const char *extension;
        const char *stem; /* NULL: one for each audience */
    } files[] = { { FORMAT_HTML, "html", NULL },
                  { FORMAT_PDF, "pdf", NULL },
                  { FORMAT_TEXT, "txt", NULL },
                  { FORMAT_JSON, "json", "case" },
                  { FORMAT_XML, "xml", "case" } };
    enum status status = STATUS_OK;

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (!(formats & files[i].bit))
            continue;
        if (files[i].stem)
            status = folder_check_free(settings->output_dir, files[i].stem,
                                       files[i].extension, fault);
        for (size_t j = 0; !files[i].stem && status == STATUS_OK &&
                           j < sizeof(stems) / sizeof(stems[0]);
             j++) {
            if (settings->audiences & stems[j].bit)
                status = folder_check_free(settings->output_dir, stems[j].stem,
                                           files[i].extension, fault);
        }
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status
folder_open(struct folder *folder, const struct settings *settings,
            uint32_t formats, struct fault *fault)
{
    char *path = strdup(settings->output_dir);
    enum status status = STATUS_NOMEM;

    *folder = (struct folder){ .dir = settings->output_dir };
    if (!path)
        goto out;
    status = make_folders(folder, path, fault);
    if (status == STATUS_OK)
        status = check_folder(folder->dir, fault);
    if (status == STATUS_OK && !settings->force)
        status = check_all_free(settings, formats, fault);
out:
    free(path);
    if (status != STATUS_OK) {
        folder_abandon(folder);
        folder_clear(folder);
    }
    return status;
}

void
folder_abandon(const struct folder *folder)
{
    for (size_t i = folder->made_count; i-- > 0;)
        rmdir(folder->made[i]);
}

void
folder_clear(struct folder *folder)
{
    for (size_t i = 0; i < folder->made_count; i++)
        free(folder->made[i]);
    *folder = (struct folder){ 0 };
}

bool
audience_is_scoped(const struct settings *settings)
{
    if (!(settings->audiences & FOR_CUSTOMER) || settings->each_account ||
        settings->accounts.count || settings->domains.count ||
        settings->mailboxes.count)
        return true;
    say("a customer's report needs to know whose: give --account, --domain or "
        "--mailbox, or --each-account");
    return false;
}

void
report_options_fill(struct report_options *options,
                    const struct settings *settings, uint32_t formats)
{
    const struct config *config = settings->config;
    const char *templates = getenv("EXINQUEST_TEMPLATES");

    if (!templates || !templates[0])
        templates = config_value(config, "data");

    *options = (struct report_options){
        .output_dir = settings->output_dir,
        .formats = formats,
        .audiences = (uint32_t)settings->audiences,
        .force = settings->force,
        .each_account = settings->each_account,
        .lang = settings->lang,
        .paper = settings->paper,
        .brand_dir = settings->brand_dir,
        .font_dirs = settings->font_dirs.at,
        .font_dir_count = settings->font_dirs.count,
        .template_dir = templates ? templates : TEMPLATE_DIR,
        .house = config->at,
        .house_count = config->count,
    };
}

bool
report_is_possible(const struct settings *settings, uint32_t formats,
                   enum exit_status *ret_exit)
{
    struct report_options options;
    struct fault fault = { 0 };
    enum status status;

    if (!(formats & (FORMAT_HTML | FORMAT_PDF | FORMAT_TEXT)))
        return true;
    report_options_fill(&options, settings, formats);
    status = report_check(&options, &fault);
    if (status != STATUS_OK)
        *ret_exit = say_fault(&fault, status, EXIT_INTERNAL);
    return status == STATUS_OK;
}
