#include "analyzer/cut.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PART_BYTES_MIN ((uint64_t)8 * 1024 * 1024)
#define WINDOW_BYTES ((size_t)128 * 1024)
#define HEAD_BYTES ((size_t)64 * 1024)
/* No record reaches over so many lines that all may stand alone. */
#define SAFE_LINES 65
/* Hashing costs about so much of what reading costs. */
#define HASH_PERCENT 20

/* ------------------------------------------------------------------- places */

static struct sv
read_at(int fd, uint64_t offset, char *at, size_t room)
{
    ssize_t got = pread(fd, at, room, (off_t)offset);

    return (struct sv){ at, got > 0 ? (size_t)got : 0 };
}

/* The first line in the window before which a cut is safe; 0: none. */
static size_t
safe_place(struct sv window)
{
    struct sv previous = { NULL, 0 }, rest = window;
    unsigned safe = 0;
    int64_t at_ms;

    sv_cut(&rest, '\n'); /* perhaps not all of a line */
    while (rest.len) {
        size_t place = (size_t)(rest.at - window.at);
        ptrdiff_t end = sv_find_char(rest, '\n');
        struct sv line;

        if (end < 0)
            return 0;
        line = sv_head(rest, (size_t)end);
        rest = sv_drop(rest, (size_t)end + 1);
        safe = previous.at && stamp_read(line, &at_ms) &&
                       reader_may_cut(previous, line)
                   ? safe + 1
                   : 0;
        if (safe == SAFE_LINES)
            return place;
        previous = line;
    }
    return 0;
}

static enum log_kind
kind_of(int fd, char *window)
{
    struct sv head = read_at(fd, 0, window, HEAD_BYTES);
    ptrdiff_t newline = sv_rfind_char(head, '\n');

    return newline < 0 ? LOG_UNKNOWN
                       : reader_sniff(sv_head(head, (size_t)newline + 1));
}

/* The last part is smaller by what hashing the text takes. */
static uint64_t
place_wanted(uint64_t size, unsigned parts, unsigned part)
{
    return size / 100 * (100 + HASH_PERCENT) / parts * part;
}

static void
find_places(int fd, uint64_t size, unsigned parts, char *window,
            struct cut *cut)
{
    cut->parts = 0;
    for (unsigned i = 1; i < parts; i++) {
        uint64_t wanted = place_wanted(size, parts, i);
        size_t place = safe_place(read_at(fd, wanted, window, WINDOW_BYTES));

        if (place)
            cut->ends[cut->parts++] = wanted + place;
    }
    cut->ends[cut->parts++] = size;
}

static unsigned
parts_of(uint64_t size, unsigned jobs)
{
    unsigned parts = jobs > 4 ? jobs - 1 : jobs;

    if (parts > CUT_PARTS_MAX)
        parts = CUT_PARTS_MAX;
    while (parts > 1 && size / parts < PART_BYTES_MIN)
        parts--;
    return parts;
}

bool
cut_plan(const struct evidence_source *source,
         const struct evidence_limits *limits, unsigned jobs,
         struct cut *ret_cut)
{
    unsigned parts = parts_of(source->size_bytes, jobs);
    char *window;
    int fd;

    *ret_cut = (struct cut){ .parts = 0 };
    if (!source->is_plain || parts < 2 ||
        (limits->max_text_bytes && limits->max_text_bytes < source->size_bytes))
        return false;
    window = malloc(WINDOW_BYTES);
    fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (window && fd >= 0) {
        ret_cut->kind = kind_of(fd, window);
        if (ret_cut->kind == LOG_EXIM_MAIN)
            find_places(fd, source->size_bytes, parts, window, ret_cut);
    }
    if (fd >= 0)
        close(fd);
    free(window);
    return ret_cut->parts > 1;
}

uint64_t
cut_from(const struct cut *cut, unsigned part)
{
    return part ? cut->ends[part - 1] : 0;
}

void
cut_clear(struct cut *cut)
{
    for (unsigned i = 0; i < cut->parts; i++) {
        ledger_free(cut->ledgers[i]);
        cut->ledgers[i] = NULL;
    }
}

enum status
cut_join(struct cut *cut, struct ledger **ret_ledger)
{
    struct ledger *joined = cut->ledgers[0];
    enum status status = STATUS_OK;

    cut->ledgers[0] = NULL;
    for (unsigned i = 1; i < cut->parts && status == STATUS_OK; i++) {
        struct ledger *part = cut->ledgers[i];

        if (!joined || !part || !ledger_may_join(joined, part)) {
            status = STATUS_DAMAGED;
            break;
        }
        cut->ledgers[i] = NULL;
        status = ledger_join(joined, part);
    }
    cut_clear(cut);
    if (status != STATUS_OK) {
        ledger_free(joined);
        return status;
    }
    *ret_ledger = joined;
    return STATUS_OK;
}
