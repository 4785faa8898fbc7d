/*
 * Archives by libarchive, over our own streams, one format enabled by name
 * at a time. Members are streams again; nothing is ever written or opened by
 * a member's name.
 */
#include "analyzer/evidence/intake.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

enum {
    SLICE_BYTES = 64 * 1024, /* lent to libarchive at a time */
    SLICE_SMALL_BYTES = 512, /* zip: unpacked per slice, so little is lost */
    HOLD_BYTES = 8 * 1024 * 1024, /* kept in memory to be read out of order */
    REOPEN_MAX = 16,
    TAR_BLOCK_BYTES = 512
};

/* Bytes that can be read in any order: a file, or a small archive held. */
struct window {
    bool open;
    int fd; /* -1: `held` */
    struct sv held;
    uint64_t size;
    uint64_t at;
    char slice[SLICE_BYTES];
};

struct walk {
    struct intake *intake;
    struct stream *stream;
    enum content content;
    struct record *record; /* the container's */
    const char *chain;     /* how members name their container */
    struct archive *archive;
    struct window window;
    size_t slice_bytes;
    uint64_t headers;    /* read in this opening */
    uint64_t headers_ok; /* members that were dealt with before a failure */
    unsigned reopened;
    bool stop;          /* nothing more can come */
    bool headers_bad;   /* in a stretch of damaged headers, told already */
    enum status status; /* what stopped a callback */
};

/* --------------------------------------------------------------- callbacks */

static la_ssize_t
walk_lend_window(struct walk *walk, const void **ret_bytes)
{
    struct window *window = &walk->window;
    uint64_t left = window->size - window->at;
    size_t len = left < walk->slice_bytes ? (size_t)left : walk->slice_bytes;
    ssize_t got = (ssize_t)len;

    if (window->fd < 0) {
        *ret_bytes = window->held.at + window->at;
    } else {
        do
            got = pread(window->fd, window->slice, len, (off_t)window->at);
        while (got < 0 && errno == EINTR);
        *ret_bytes = window->slice;
    }
    if (got < 0) {
        archive_set_error(walk->archive, errno, "%s", strerror(errno));
        return ARCHIVE_FATAL;
    }
    window->at += (uint64_t)got;
    return got;
}

static la_ssize_t
walk_lend(struct archive *archive, void *user, const void **ret_bytes)
{
    struct walk *walk = user;
    struct sv view;

    (void)archive;
    if (walk->window.open)
        return walk_lend_window(walk, ret_bytes);
    walk->status = stream_peek(walk->stream, 1, &view);
    if (walk->status)
        return ARCHIVE_FATAL;
    view = sv_head(view, walk->slice_bytes);
    stream_take(walk->stream, view.len); /* stays in place until we peek */
    *ret_bytes = view.at;
    return (la_ssize_t)view.len;
}

static la_int64_t
walk_seek(struct archive *archive, void *user, la_int64_t offset, int whence)
{
    struct window *window = &((struct walk *)user)->window;
    la_int64_t from = whence == SEEK_CUR   ? (la_int64_t)window->at
                      : whence == SEEK_END ? (la_int64_t)window->size
                                           : 0;

    (void)archive;
    if (offset > INT64_MAX - from || from + offset < 0)
        return ARCHIVE_FATAL;
    from += offset;
    window->at = (uint64_t)from < window->size ? (uint64_t)from : window->size;
    return (la_int64_t)window->at;
}

static la_int64_t
walk_skip(struct archive *archive, void *user, la_int64_t count)
{
    struct window *window = &((struct walk *)user)->window;
    uint64_t left = window->size - window->at;

    (void)archive;
    if (count < 0)
        return 0;
    if ((uint64_t)count < left)
        left = (uint64_t)count;
    window->at += left;
    return (la_int64_t)left;
}

/* ----------------------------------------------------------------- opening */

static int
walk_support(struct walk *walk)
{
    switch (walk->content) {
    case CONTENT_TAR:
        archive_read_support_format_tar(walk->archive);
        return archive_read_set_option(walk->archive, "tar",
                                       "read_concatenated_archives", "1");
    case CONTENT_ZIP:
        return walk->window.open
                   ? archive_read_support_format_zip(walk->archive)
                   : archive_read_support_format_zip_streamable(walk->archive);
    case CONTENT_CPIO:
        return archive_read_support_format_cpio(walk->archive);
    case CONTENT_7ZIP:
        return archive_read_support_format_7zip(walk->archive);
    default:
        return ARCHIVE_FATAL;
    }
}

static enum status
walk_open(struct walk *walk)
{
    struct archive *archive = archive_read_new();

    walk->archive = archive;
    walk->headers = 0;
    if (!archive)
        return STATUS_NOMEM;
    if (walk_support(walk) != ARCHIVE_OK) {
        record_warn(walk->record, WARN_SKIPPED, 0,
                    "this build cannot read %s archives",
                    content_name(walk->content));
        walk->stop = true;
        return STATUS_OK;
    }
    archive_read_set_read_callback(archive, walk_lend);
    archive_read_set_callback_data(archive, walk);
    if (walk->window.open) {
        walk->window.at = 0;
        archive_read_set_seek_callback(archive, walk_seek);
        archive_read_set_skip_callback(archive, walk_skip);
    }
    archive_read_open1(archive); /* a failure shows at the first header */
    return walk->status;
}

/* zip and 7z keep their directory at the end: read them out of order. */
static enum status
walk_open_window(struct walk *walk)
{
    struct stream *stream = walk->stream;
    enum status status;
    struct sv view;

    walk->slice_bytes =
        walk->content == CONTENT_ZIP ? SLICE_SMALL_BYTES : SLICE_BYTES;
    if (walk->content != CONTENT_ZIP && walk->content != CONTENT_7ZIP)
        return STATUS_OK;
    walk->window.fd = stream->fd;
    walk->window.size = stream->fd_bytes;
    walk->window.open = stream->fd >= 0;
    if (walk->window.open)
        return STATUS_OK;
    status = stream_peek(stream, HOLD_BYTES + 1, &view);
    if (status)
        return status;
    walk->window.open = view.len <= HOLD_BYTES;
    walk->window.held = view;
    walk->window.size = view.len;
    if (!walk->window.open && walk->content == CONTENT_7ZIP) {
        record_warn(walk->record, WARN_BOUND, 0,
                    "a 7z archive of more than %d bytes can be read from a "
                    "file of its own only",
                    (int)HOLD_BYTES);
        walk->stop = true;
    }
    return STATUS_OK;
}

/* libarchive wants the first header whole: passes over damaged ones. */
static enum status
walk_find_tar(struct walk *walk)
{
    uint64_t skipped = 0;

    if (walk->content != CONTENT_TAR)
        return STATUS_OK;
    for (;;) {
        struct sv view;
        enum status status = stream_peek(walk->stream, TAR_BLOCK_BYTES, &view);

        if (status)
            return status;
        if (view.len < TAR_BLOCK_BYTES || sniff_tar_header(view))
            break;
        stream_take(walk->stream, TAR_BLOCK_BYTES);
        skipped += TAR_BLOCK_BYTES;
    }
    if (skipped)
        record_warn(walk->record, WARN_DAMAGED, 0,
                    "the first tar header is damaged: %llu bytes passed over",
                    (unsigned long long)skipped);
    return STATUS_OK;
}

/* ----------------------------------------------------------------- members */

struct member { /* the bytes of one member */
    struct stream base;
    struct walk *walk;
    struct sv pending; /* libarchive's */
    uint64_t at;       /* given so far */
    uint64_t zeros;    /* a hole before `pending` */
    uint64_t size;     /* as the header says; 0 when it does not */
    bool sparse;
    bool done;
};

static const char *
walk_why(const struct walk *walk)
{
    const char *why = archive_error_string(walk->archive);

    return why ? why : "no reason given";
}

/* An error while a member is read: the archive may be beyond reading. */
static enum status
member_failed(struct member *member, int code)
{
    struct walk *walk = member->walk;

    member->done = true;
    if (walk->status)
        return walk->status;
    if (archive_errno(walk->archive) == ENOMEM)
        return STATUS_NOMEM;
    record_warn(member->base.record,
                code == ARCHIVE_FAILED && !member->at ? WARN_SKIPPED
                                                      : WARN_DAMAGED,
                member->at, "cannot be read beyond byte %llu: %s",
                (unsigned long long)member->at, walk_why(walk));
    member->base.incomplete = true;
    return STATUS_OK;
}

static enum status
member_pull(struct member *member)
{
    const void *block = NULL;
    size_t len = 0;
    la_int64_t offset = 0;
    int code =
        archive_read_data_block(member->walk->archive, &block, &len, &offset);
    uint64_t to = (uint64_t)offset;

    if (code == ARCHIVE_EOF) {
        member->done = true;
        if (member->sparse && member->size > member->at)
            member->zeros = member->size - member->at;
        return STATUS_OK;
    }
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
        return member_failed(member, code);
    if (code == ARCHIVE_WARN) {
        member->base.record->custody.damaged_bytes = member->at + len;
        record_warn(member->base.record, WARN_DAMAGED, member->at, "%s",
                    walk_why(member->walk));
    }
    member->zeros = offset > 0 && to > member->at ? to - member->at : 0;
    member->pending = (struct sv){ block, len };
    return STATUS_OK;
}

static enum status
member_read(struct stream *stream, char *at, size_t room, size_t *ret_len)
{
    struct member *member = (struct member *)stream;
    struct sv head;

    while (!member->pending.len && !member->zeros) {
        enum status status;

        if (member->done)
            return STATUS_OK;
        status = member_pull(member);
        if (status)
            return status;
    }
    if (member->zeros) {
        size_t len = member->zeros < room ? (size_t)member->zeros : room;

        memset(at, 0, len);
        member->zeros -= len;
        *ret_len = len;
    } else {
        head = sv_head(member->pending, room);
        memcpy(at, head.at, head.len);
        member->pending = sv_drop(member->pending, head.len);
        *ret_len = head.len;
    }
    member->at += *ret_len;
    return STATUS_OK;
}

static void
member_free(struct stream *stream)
{
    (void)stream; /* owns nothing beyond the base */
}

static const struct stream_ops member_ops = { member_read, member_free };

static enum status
walk_take_member(struct walk *walk, struct record *record,
                 struct archive_entry *entry)
{
    struct member *member = calloc(1, sizeof(*member));
    enum status status;

    if (!member)
        return STATUS_NOMEM;
    stream_init_above(&member->base, &member_ops, walk->stream);
    member->base.record = record;
    member->walk = walk;
    member->sparse = archive_entry_sparse_count(entry) > 0;
    if (archive_entry_size_is_set(entry) && archive_entry_size(entry) > 0)
        member->size = (uint64_t)archive_entry_size(entry);
    status = intake_take(walk->intake, &member->base);
    /* Passing over the rest of a solid archive means unpacking it. */
    if (member->base.incomplete && walk->content == CONTENT_7ZIP &&
        !member->done)
        walk->stop = true;
    stream_free(&member->base);
    return status ? status : walk->status;
}

static const char *
entry_refusal(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry))
        return "a hard link to another member; not followed";
    switch (archive_entry_filetype(entry)) {
    case AE_IFLNK:
        return "a symbolic link; not followed";
    case AE_IFCHR:
    case AE_IFBLK:
    case AE_IFIFO:
    case AE_IFSOCK:
        return "a device, pipe or socket; not read";
    default:
        return NULL;
    }
}

static enum status
walk_member(struct walk *walk, struct archive_entry *entry, int code)
{
    const char *name = archive_entry_pathname(entry);
    const char *refusal = entry_refusal(entry);
    struct record record = { 0 };
    enum status status;

    status = record_init(&record, sv_of(name ? name : "(unreadable name)"),
                         walk->chain, walk->intake->limits.max_name_bytes);
    if (status)
        goto out;
    if (code == ARCHIVE_WARN)
        record_warn(&record, WARN_DAMAGED, 0, "its header: %s", walk_why(walk));
    if (refusal)
        record_warn(&record, WARN_SKIPPED, 0, "%s", refusal);
    else if (archive_entry_is_encrypted(entry))
        record_warn(&record, WARN_ENCRYPTED, 0, "encrypted: needs a password");
    if (refusal || archive_entry_is_encrypted(entry))
        status = intake_refuse(walk->intake, &record);
    else
        status = walk_take_member(walk, &record, entry);
out:
    record_clear(&record);
    return status;
}

/* -------------------------------------------------------------------- walk */

static uint64_t
walk_place(const struct walk *walk)
{
    la_int64_t at = archive_filter_bytes(walk->archive, -1);

    return at > 0 ? (uint64_t)at : 0;
}

/* libarchive 3.6 follows a wild pointer when asked before it has a format. */
static bool
walk_is_encrypted(const struct walk *walk)
{
    return archive_format(walk->archive) &&
           archive_read_has_encrypted_entries(walk->archive) == 1;
}

/*
 * libarchive cannot go on. Where it can be started anew, the members behind
 * the damaged one are still read.
 */
static enum status
walk_failed(struct walk *walk)
{
    bool encrypted = walk_is_encrypted(walk);
    bool told = walk->reopened && walk->headers <= walk->headers_ok;
    unsigned long long place = walk_place(walk);

    if (walk->status)
        return walk->status;
    if (archive_errno(walk->archive) == ENOMEM)
        return STATUS_NOMEM;
    if (encrypted)
        record_warn(walk->record, WARN_ENCRYPTED, place,
                    "encrypted: needs a password");
    else if (!told)
        record_warn(walk->record, WARN_DAMAGED, place,
                    "%s archive damaged near byte %llu: %s",
                    content_name(walk->content), place, walk_why(walk));
    /* Only a member that was reached is worth passing over. */
    if (!walk->window.open || encrypted || walk->headers <= walk->headers_ok ||
        walk->reopened++ >= REOPEN_MAX) {
        walk->stop = true;
        return STATUS_OK;
    }
    walk->headers_ok = walk->headers;
    archive_read_free(walk->archive);
    return walk_open(walk);
}

/* A header with a wrong sum: libarchive tries the next block. */
static void
walk_tell_bad_header(struct walk *walk)
{
    unsigned long long place = walk_place(walk);

    if (!walk->headers_bad)
        record_warn(walk->record, WARN_DAMAGED, place,
                    "%s archive damaged near byte %llu: %s",
                    content_name(walk->content), place, walk_why(walk));
    walk->headers_bad = true;
}

static enum status
walk_step(struct walk *walk)
{
    struct archive_entry *entry = NULL;
    struct intake *intake = walk->intake;
    int code = archive_read_next_header(walk->archive, &entry);

    if (code == ARCHIVE_EOF && !walk->status) {
        walk->stop = true;
        return STATUS_OK;
    }
    if (code == ARCHIVE_RETRY) {
        walk_tell_bad_header(walk);
        return STATUS_OK;
    }
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
        return walk_failed(walk);
    walk->headers_bad = false;
    if (++walk->headers <= walk->headers_ok)
        return STATUS_OK; /* dealt with before it was started anew */
    if (intake->members++ >= intake->limits.max_members) {
        record_warn(walk->record, WARN_BOUND, walk_place(walk),
                    "more than %u members: the rest is not read",
                    (unsigned)intake->limits.max_members);
        walk->stop = true;
        return STATUS_OK;
    }
    if (archive_entry_filetype(entry) == AE_IFDIR &&
        !archive_entry_hardlink(entry))
        return STATUS_OK; /* holds nothing */
    return walk_member(walk, entry, code);
}

static enum status
walk_run(struct walk *walk)
{
    enum status status = walk_open_window(walk);

    if (status)
        return status;
    status = walk_find_tar(walk);
    if (!status && !walk->stop)
        status = walk_open(walk);
    while (!status && !walk->stop)
        status = walk_step(walk);
    return status;
}

enum status
archive_walk(struct intake *intake, struct stream *stream, enum content content)
{
    const struct custody *custody = &stream->record->custody;
    struct walk *walk = calloc(1, sizeof(*walk));
    struct buf chain = { 0 };
    enum status status = STATUS_NOMEM;

    if (!walk)
        return STATUS_NOMEM;
    if (custody->container)
        buf_printf(&chain, "%s!", custody->container);
    if (!buf_add(&chain, sv_of(custody->path)))
        goto out;
    walk->intake = intake;
    walk->stream = stream;
    walk->content = content;
    walk->record = stream->record;
    walk->chain = chain.at;
    status = walk_run(walk);
out:
    archive_read_free(walk->archive);
    buf_clear(&chain);
    free(walk);
    return status;
}
