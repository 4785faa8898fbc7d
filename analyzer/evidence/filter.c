/*
 * xz, bzip2, zstd and lz4 by libarchive's filters over its raw format, each
 * enabled by name and only where it is built in (another build would start a
 * program). What libarchive withholds before damage, salvage.c gets out; what
 * follows damage or rubbish is searched for the next frame.
 */
#include "analyzer/evidence/filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

enum {
    FILTER_SLICE_BYTES = 4096,     /* lent at a time: how near damage is told */
    FILTER_BACK_BYTES = 64 * 1024, /* kept behind us */
    FILTER_SALVAGES_MAX = 16,
    FILTER_RUNS_MAX = 1000, /* frames found again after damage */
    FILTER_KEPT_MAX = 4 * 1024 * 1024,
    FILTER_SALVAGE_MAX = 32 * 1024 * 1024
};

static const struct filter_kind {
    enum content content;
    int code;
    struct sv signature;
    int (*support)(struct archive *);
} filter_kinds[] = {
    { CONTENT_XZ,
      ARCHIVE_FILTER_XZ,
      { SV_LIT("\xfd"
               "7zXZ\0") },
      archive_read_support_filter_xz },
    { CONTENT_BZIP2,
      ARCHIVE_FILTER_BZIP2,
      { SV_LIT("BZh") },
      archive_read_support_filter_bzip2 },
    { CONTENT_ZSTD,
      ARCHIVE_FILTER_ZSTD,
      { SV_LIT("\x28\xb5\x2f\xfd") },
      archive_read_support_filter_zstd },
    { CONTENT_LZ4,
      ARCHIVE_FILTER_LZ4,
      { SV_LIT("\x04\x22\x4d\x18") },
      archive_read_support_filter_lz4 },
};

struct filter { /* one run: libarchive over one stretch of frames */
    struct stream base;
    const struct filter_kind *kind;
    struct archive *archive; /* NULL between runs */
    struct sv pending;       /* unpacked, not given yet; libarchive's */
    struct buf kept;         /* packed bytes of this run, if `kept_all` */
    struct buf salvaged;     /* what `pending` shows after damage */
    bool kept_all;
    size_t used; /* of what `below` shows */
    size_t lent; /* behind `used`: in libarchive's hands */
    uint64_t run_at;
    uint64_t run_bytes; /* unpacked in this run */
    size_t whole_bytes; /* of this run: whole frames before rubbish */
    unsigned runs;
    bool after_damage; /* which was told already */
    bool done;
    enum status status; /* what stopped a callback */
};

static const struct filter_kind *
filter_kind_of(enum content content)
{
    for (size_t i = 0; i < sizeof(filter_kinds) / sizeof(filter_kinds[0]); i++)
        if (filter_kinds[i].content == content)
            return &filter_kinds[i];
    return NULL;
}

/* -------------------------------------------------------------- libarchive */

struct archive *
filter_archive_new(enum content content)
{
    const struct filter_kind *kind = filter_kind_of(content);
    struct archive *archive = archive_read_new();

    if (!archive)
        return NULL;
    /* Anything but OK would mean an outside program. */
    if (!kind || kind->support(archive) != ARCHIVE_OK ||
        archive_read_append_filter(archive, kind->code) != ARCHIVE_OK ||
        archive_read_support_format_raw(archive) != ARCHIVE_OK) {
        archive_read_free(archive);
        return NULL;
    }
    return archive;
}

static void
filter_keep(struct filter *filter, struct sv slice)
{
    if (!filter->kept_all)
        return;
    filter->kept_all = filter->kept.len + slice.len <= FILTER_KEPT_MAX &&
                       buf_add(&filter->kept, slice);
    if (!filter->kept_all)
        buf_clear(&filter->kept);
}

static la_ssize_t
filter_lend(struct archive *archive, void *user, const void **ret_bytes)
{
    struct filter *filter = user;
    struct stream *below = filter->base.below;
    struct sv view;

    (void)archive;
    filter->used += filter->lent;
    filter->lent = 0;
    if (filter->used > 2 * FILTER_BACK_BYTES) {
        stream_take(below, filter->used - FILTER_BACK_BYTES);
        filter->used = FILTER_BACK_BYTES;
    }
    filter->status = stream_peek(below, filter->used + 1, &view);
    if (filter->status)
        return ARCHIVE_FATAL;
    view = sv_head(sv_drop(view, filter->used), FILTER_SLICE_BYTES);
    filter_keep(filter, view);
    filter->lent = view.len;
    *ret_bytes = view.at;
    return (la_ssize_t)view.len;
}

static void
filter_run_begin(struct filter *filter)
{
    filter->run_at = stream_offset(filter->base.below) + filter->used;
    filter->run_bytes = 0;
    filter->lent = 0;
    filter->runs++;
    filter->after_damage = false;
    buf_clear(&filter->kept);
    filter->kept_all = true;
}

/* The run is over: what libarchive did not consume is ours again. */
static void
filter_run_end(struct filter *filter)
{
    uint64_t shown = stream_offset(filter->base.below);
    uint64_t consumed =
        filter->run_at + (uint64_t)archive_filter_bytes(filter->archive, -1);

    archive_read_free(filter->archive);
    filter->archive = NULL;
    filter->used += filter->lent;
    filter->lent = 0;
    if (consumed < filter->run_at + 1)
        consumed = filter->run_at + 1;
    if (consumed < shown + filter->used)
        filter->used = consumed > shown ? (size_t)(consumed - shown) : 0;
}

/* ------------------------------------------------------------------ damage */

/* False too when the file has had its share. */
static bool
filter_may_salvage(struct filter *filter)
{
    struct budget *budget = filter->base.budget;

    return filter->kept_all && filter->kept.len &&
           filter->runs <= FILTER_SALVAGES_MAX &&
           (!budget || budget->salvages++ < BUDGET_SALVAGES);
}

/*
 * *ret_whole: only what follows the frames was bad. *ret_tried: what the
 * unpacker withholds was asked for.
 */
static enum status
filter_salvage(struct filter *filter, bool *ret_whole, bool *ret_tried)
{
    enum content content = filter->kind->content;
    struct sv kept = buf_sv(&filter->kept);
    size_t end;

    *ret_whole = *ret_tried = false;
    if (filter->run_bytes > FILTER_SALVAGE_MAX || !filter_may_salvage(filter))
        return STATUS_OK;
    *ret_tried = true;
    end = salvage_end(content, kept);
    *ret_whole = end > 0;
    filter->whole_bytes = end;
    if (end)
        kept.len = end;
    buf_clear(&filter->salvaged);
    if (!salvage_tail(content, kept, end > 0, filter->run_bytes,
                      &filter->salvaged))
        return STATUS_NOMEM;
    filter->pending = buf_sv(&filter->salvaged);
    return STATUS_OK;
}

/* libarchive gave up: its words, the place, what it withheld. */
static enum status
filter_run_failed(struct filter *filter)
{
    struct stream *below = filter->base.below;
    const char *why = archive_error_string(filter->archive);
    unsigned long long place;
    enum status status;
    bool whole, tried;

    if (filter->status)
        return filter->status;
    if (archive_errno(filter->archive) == ENOMEM)
        return STATUS_NOMEM;
    place = filter->run_at +
            (unsigned long long)archive_filter_bytes(filter->archive, -1);
    status = filter_salvage(filter, &whole, &tried);
    if (status)
        return status;
    filter->after_damage = !whole;
    if (!whole)
        record_warn(filter->base.record, WARN_DAMAGED, place,
                    "%s data damaged or cut off near byte %llu: %s",
                    content_name(filter->kind->content), place,
                    why ? why : "unknown");
    if (!tried)
        record_warn(filter->base.record, WARN_BOUND, place,
                    "lines that %s withholds just before byte %llu are not "
                    "looked for: too much is damaged, or too large",
                    content_name(filter->kind->content), place);
    filter_run_end(filter);
    if (whole && stream_offset(below) <= filter->run_at + filter->whole_bytes)
        filter->used = (size_t)(filter->run_at + filter->whole_bytes -
                                stream_offset(below));
    return STATUS_OK;
}

/* -------------------------------------------------------------------- runs */

static enum status
filter_open(struct filter *filter)
{
    struct archive_entry *entry;
    int code;

    filter->archive = filter_archive_new(filter->kind->content);
    if (!filter->archive) {
        record_warn(filter->base.record, WARN_SKIPPED, 0,
                    "this build cannot unpack %s",
                    content_name(filter->kind->content));
        filter->done = true;
        return STATUS_OK;
    }
    filter_run_begin(filter);
    code = archive_read_open(filter->archive, filter, NULL, filter_lend, NULL);
    if (code == ARCHIVE_OK)
        code = archive_read_next_header(filter->archive, &entry);
    if (code == ARCHIVE_OK || code == ARCHIVE_WARN)
        return STATUS_OK;
    if (!filter->status && filter_may_salvage(filter) &&
        salvage_is_empty(filter->kind->content, buf_sv(&filter->kept))) {
        filter_run_end(filter);
        return STATUS_OK;
    }
    return filter_run_failed(filter);
}

static enum status
filter_pull(struct filter *filter)
{
    const void *block;
    size_t len = 0;
    la_int64_t offset;
    int code = archive_read_data_block(filter->archive, &block, &len, &offset);

    if (code == ARCHIVE_EOF && !filter->status) {
        filter_run_end(filter);
        return STATUS_OK;
    }
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
        return filter_run_failed(filter);
    filter->pending = (struct sv){ block, len };
    filter->run_bytes += len;
    return STATUS_OK;
}

/* Takes bytes up to the next frame; counts those that are not zero. */
static enum status
filter_find(struct filter *filter, uint64_t *ret_skipped, uint64_t *ret_other,
            bool *ret_found)
{
    struct stream *below = filter->base.below;

    stream_take(below, filter->used);
    filter->used = 0;
    *ret_skipped = *ret_other = 0;
    *ret_found = false;
    for (;;) {
        struct sv view;
        size_t skip;
        enum status status = stream_peek(below, 16, &view);

        if (status || !view.len)
            return status;
        for (skip = 0; skip < view.len; skip++) {
            struct sv rest = sv_drop(view, skip);

            if (sv_starts(rest, filter->kind->signature) &&
                sniff(rest) == filter->kind->content)
                break;
            if (rest.len < 16 && view.len >= 16)
                break; /* a signature may be cut by the window */
            *ret_other += view.at[skip] != 0;
        }
        *ret_skipped += skip;
        stream_take(below, skip);
        if (!skip || skip == view.len)
            *ret_found = !skip;
        if (*ret_found)
            return STATUS_OK;
    }
}

static enum status
filter_next_run(struct filter *filter)
{
    uint64_t skipped = 0;
    uint64_t other = 0;
    uint64_t at;
    bool found = true;

    if (filter->runs) {
        enum status status;

        at = stream_offset(filter->base.below) + filter->used;
        status = filter_find(filter, &skipped, &other, &found);
        if (status)
            return status;
        if (other && (found || !filter->after_damage))
            record_warn(filter->base.record, found ? WARN_DAMAGED : WARN_BINARY,
                        at, "%llu bytes from byte %llu on are not %s data%s",
                        (unsigned long long)skipped, (unsigned long long)at,
                        content_name(filter->kind->content),
                        found ? "; later data follow them" : "");
    }
    if (found && filter->runs < FILTER_RUNS_MAX)
        return filter_open(filter);
    if (found)
        record_warn(filter->base.record, WARN_BOUND,
                    stream_offset(filter->base.below),
                    "damaged too often: the rest is not unpacked");
    filter->done = true;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ stream */

static enum status
filter_read(struct stream *stream, char *at, size_t room, size_t *ret_len)
{
    struct filter *filter = (struct filter *)stream;
    struct sv head;

    while (!filter->pending.len) {
        enum status status;

        if (filter->done)
            return STATUS_OK;
        status =
            filter->archive ? filter_pull(filter) : filter_next_run(filter);
        if (status)
            return status;
    }
    head = sv_head(filter->pending, room);
    memcpy(at, head.at, head.len);
    filter->pending = sv_drop(filter->pending, head.len);
    *ret_len = head.len;
    return STATUS_OK;
}

static void
filter_free(struct stream *stream)
{
    struct filter *filter = (struct filter *)stream;

    archive_read_free(filter->archive);
    buf_clear(&filter->kept);
    buf_clear(&filter->salvaged);
}

static const struct stream_ops filter_ops = { filter_read, filter_free };

enum status
stream_open_filter(struct stream *below, enum content content,
                   struct stream **ret_stream)
{
    struct filter *filter = calloc(1, sizeof(*filter));

    if (!filter)
        return STATUS_NOMEM;
    stream_init_above(&filter->base, &filter_ops, below);
    filter->kind = filter_kind_of(content);
    *ret_stream = &filter->base;
    return STATUS_OK;
}
