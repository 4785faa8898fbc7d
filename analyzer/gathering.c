#include "analyzer/gathering.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* ------------------------------------------------------------------- stdin */

/* What comes by a pipe is kept in memory, as its lines may be cited. */
static enum status
hold_stdin(struct fault *fault)
{
    char block[65536];
    ssize_t got;
    int file;

    if (lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0)
        return STATUS_OK;
    file = memfd_create("stdin", MFD_CLOEXEC);
    if (file < 0)
        return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
    while ((got = read(STDIN_FILENO, block, sizeof(block))) > 0) {
        for (ssize_t at = 0; at < got;) {
            ssize_t put = write(file, block + at, (size_t)(got - at));

            if (put < 0) {
                close(file);
                return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
            }
            at += put;
        }
    }
    if (got < 0 || lseek(file, 0, SEEK_SET) < 0 ||
        dup2(file, STDIN_FILENO) < 0) {
        close(file);
        return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
    }
    close(file);
    return STATUS_OK;
}

static enum status
rewind_stdin(const struct gathering *gathering, struct fault *fault)
{
    for (size_t i = 0; i < gathering->list->source_count; i++) {
        if (gathering->list->sources[i].is_stdin &&
            lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
            return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
    }
    return STATUS_OK;
}

/* -------------------------------------------------------------------- make */

static enum status
list_sources(struct gathering *gathering, struct fault *fault)
{
    enum status status = evidence_list_make(gathering->options->paths,
                                            gathering->options->path_count,
                                            &gathering->list, fault);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < gathering->list->refused_count; i++) {
        struct gathered_text *row = gathering_add_row(gathering);

        if (!row ||
            !gathering_fill_row(gathering, row, &gathering->list->refused[i]))
            return STATUS_NOMEM;
        row->source = SIZE_MAX;
    }
    for (size_t i = 0; i < gathering->list->source_count; i++) {
        if (gathering->list->sources[i].is_stdin &&
            (status = hold_stdin(fault)) != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool
anything_read(const struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->text_count; i++) {
        if (gathering->texts[i].ledger)
            return true;
    }
    return false;
}

static enum status
say_nothing_read(const struct gathering *gathering, struct fault *fault)
{
    if (!gathering->text_count)
        return fault_set(fault, STATUS_IO,
                         "no file was found in what was given; name the "
                         "folder or the files that hold Exim's logs");
    for (size_t i = 0; i < gathering->text_count; i++) {
        const struct gathered_text *row = &gathering->texts[gathering->rows[i]];

        if (row->warning_count)
            return fault_set(fault, STATUS_IO,
                             "no Exim log could be read; %s: %s", row->path,
                             row->warnings[0].text);
    }
    return fault_set(fault, STATUS_IO, "no Exim log could be read");
}

static enum status
gathering_run(struct gathering *gathering, struct fault *fault)
{
    enum status status = list_sources(gathering, fault);

    if (status != STATUS_OK)
        return status;
    status = rewind_stdin(gathering, fault);
    if (status != STATUS_OK)
        return status;
    status = gathering_read_all(gathering, fault);
    if (status != STATUS_OK)
        return status;
    if (gathering_sort_rows(gathering) != STATUS_OK)
        return STATUS_NOMEM;
    if (!anything_read(gathering))
        return say_nothing_read(gathering, fault);
    if (gathering_drop_duplicates(gathering) != STATUS_OK ||
        gathering_name_servers(gathering) != STATUS_OK ||
        gathering_settle_kinds(gathering) != STATUS_OK)
        return STATUS_NOMEM;
    return gathering_drop_overlaps(gathering, fault);
}

enum status
gathering_make(const struct analyze_options *options,
               struct gathering **ret_gathering, struct fault *fault)
{
    struct gathering *gathering = calloc(1, sizeof(*gathering));
    enum status status = STATUS_NOMEM;

    if (!gathering)
        return STATUS_NOMEM;
    gathering->options = options;
    gathering->limits = (struct evidence_limits){
        .max_ratio = options->max_ratio,
        .max_text_bytes = options->max_text_bytes,
        .max_line_bytes = options->max_line_bytes,
        .max_depth = options->max_depth,
        .max_members = options->max_members,
        .max_name_bytes = options->max_name_bytes,
    };
    gathering->arena = arena_new();
    if (gathering->arena)
        status = gathering_run(gathering, fault);
    if (status != STATUS_OK) {
        gathering_free(gathering);
        return status;
    }
    *ret_gathering = gathering;
    return STATUS_OK;
}

void
gathering_free(struct gathering *gathering)
{
    if (!gathering)
        return;
    for (size_t i = 0; i < gathering->text_count; i++) {
        free(gathering->texts[i].warnings);
        evidence_points_free(gathering->texts[i].points);
        ledger_free(gathering->texts[i].ledger);
    }
    free(gathering->texts);
    free(gathering->rows);
    evidence_list_free(gathering->list);
    arena_free(gathering->arena);
    free(gathering);
}
