/*
 * The tail that libarchive withholds before damage. Its filters hand over
 * whole buffers only (64 or 128 KiB), counted from the beginning. Frames may
 * be joined: with a frame of `pad` bytes put before the damaged one, the
 * buffers' borders move by as much, and with the right pad a border falls on
 * the damage. Below one buffer, whatever is more than the right pad gives more
 * than before too, so the right one is the least that does: found by halving.
 */
#include "analyzer/evidence/filter.h"

#include <stdlib.h>

#include <archive.h>
#include <archive_entry.h>

enum { SALVAGE_BUFFER = 64 * 1024, SALVAGE_ZSTD_BUFFER = 128 * 1024 };
enum { SALVAGE_END_BYTES = 12 * 1024, SALVAGE_END_DOUBT = 12 };

struct salvage {
    enum content content;
    struct sv packed;
    struct buf pad;   /* packed too */
    int next;         /* which of the two is lent next */
    bool wanted_more; /* libarchive asked for bytes beyond both */
};

static la_ssize_t
salvage_store(struct archive *archive, void *user, const void *bytes,
              size_t len)
{
    (void)archive;
    return buf_add(user, (struct sv){ bytes, len }) ? (la_ssize_t)len : -1;
}

static int
salvage_add_packer(struct archive *archive, enum content content)
{
    switch (content) {
    case CONTENT_XZ:
        return archive_write_add_filter_xz(archive);
    case CONTENT_BZIP2:
        return archive_write_add_filter_bzip2(archive);
    case CONTENT_ZSTD:
        return archive_write_add_filter_zstd(archive);
    default:
        return archive_write_add_filter_lz4(archive);
    }
}

/* Packs `count` zero bytes. */
static bool
salvage_make_pad(struct salvage *salvage, size_t count)
{
    struct archive *archive = archive_write_new();
    struct archive_entry *entry = archive_entry_new();
    char *zeros = calloc(1, count);
    bool made = false;

    buf_clear(&salvage->pad);
    if (!archive || !entry || !zeros ||
        salvage_add_packer(archive, salvage->content) != ARCHIVE_OK)
        goto out;
    /* the least memory and time; where it is refused, the usual ones do */
    archive_write_set_filter_option(archive, NULL, "compression-level", "1");
    archive_write_set_format_raw(archive);
    archive_write_set_bytes_in_last_block(archive, 1);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_pathname(entry, "pad");
    made = archive_write_open(archive, &salvage->pad, NULL, salvage_store,
                              NULL) == ARCHIVE_OK &&
           archive_write_header(archive, entry) == ARCHIVE_OK &&
           archive_write_data(archive, zeros, count) == (la_ssize_t)count &&
           archive_write_close(archive) == ARCHIVE_OK;
out:
    free(zeros);
    archive_entry_free(entry);
    archive_write_free(archive);
    return made;
}

static la_ssize_t
salvage_lend(struct archive *archive, void *user, const void **ret_bytes)
{
    struct salvage *salvage = user;
    struct sv lent[] = { buf_sv(&salvage->pad), salvage->packed };

    (void)archive;
    if (salvage->next == 0 && !salvage->pad.len)
        salvage->next = 1;
    salvage->wanted_more = salvage->next > 1;
    if (salvage->wanted_more)
        return 0;
    *ret_bytes = lent[salvage->next].at;
    return (la_ssize_t)lent[salvage->next++].len;
}

/* What came of one try. */
struct salvage_result {
    uint64_t bytes; /* unpacked, the pad's too */
    bool whole;     /* to the end, without an error */
    bool failed;    /* out of memory */
};

/*
 * Unpacks pad and damaged frame; adds what lies beyond `skip_bytes` to `out`
 * (NULL: nowhere).
 */
static struct salvage_result
salvage_run(struct salvage *salvage, uint64_t skip_bytes, struct buf *out)
{
    struct archive *archive = filter_archive_new(salvage->content);
    struct salvage_result result = { .failed = !archive };
    struct archive_entry *entry;
    int code = ARCHIVE_FATAL;
    const void *block;
    size_t len;
    la_int64_t offset;

    salvage->next = 0;
    salvage->wanted_more = false;
    if (!archive ||
        archive_read_open(archive, salvage, NULL, salvage_lend, NULL) !=
            ARCHIVE_OK ||
        archive_read_next_header(archive, &entry) != ARCHIVE_OK)
        goto out;
    for (;;) {
        uint64_t before = skip_bytes - result.bytes;

        code = archive_read_data_block(archive, &block, &len, &offset);
        if (code != ARCHIVE_OK || result.failed)
            break;
        if (skip_bytes <= result.bytes)
            before = 0;
        if (out && before < len)
            result.failed = !buf_add(
                out, sv_drop((struct sv){ block, len }, (size_t)before));
        result.bytes += len;
    }
    result.whole = code == ARCHIVE_EOF;
out:
    archive_read_free(archive);
    return result;
}

/* True when this pad makes libarchive give more of the damaged frame. */
static bool
salvage_pad_helps(struct salvage *salvage, size_t pad, uint64_t given_bytes)
{
    return salvage_make_pad(salvage, pad) &&
           salvage_run(salvage, 0, NULL).bytes > pad + given_bytes;
}

/*
 * Too few bytes make libarchive ask for more; with too many it fails over
 * the rubbish. Just behind the end it may do either, so those are all tried.
 */
size_t
salvage_end(enum content content, struct sv packed)
{
    struct salvage salvage = { .content = content };
    size_t high = packed.len;
    size_t low = high > SALVAGE_END_BYTES ? high - SALVAGE_END_BYTES : 0;

    while (high - low > SALVAGE_END_DOUBT) {
        size_t middle = low + (high - low) / 2;

        salvage.packed = sv_head(packed, middle);
        if (salvage_run(&salvage, 0, NULL).whole)
            return middle;
        if (salvage.wanted_more)
            low = middle;
        else
            high = middle;
    }
    low -= low < SALVAGE_END_DOUBT ? low : SALVAGE_END_DOUBT;
    for (size_t len = low + 1; len < high; len++) {
        salvage.packed = sv_head(packed, len);
        if (salvage_run(&salvage, 0, NULL).whole)
            return len;
    }
    return 0;
}

bool
salvage_is_empty(enum content content, struct sv packed)
{
    struct salvage salvage = { .content = content, .packed = packed };
    struct salvage_result result = { 0 };

    if (salvage_make_pad(&salvage, 1))
        result = salvage_run(&salvage, 0, NULL);
    buf_clear(&salvage.pad);
    return result.whole && result.bytes == 1;
}

bool
salvage_tail(enum content content, struct sv packed, bool whole,
             uint64_t given_bytes, struct buf *out)
{
    struct salvage salvage = { .content = content, .packed = packed };
    size_t low = 0; /* does not help */
    size_t high =
        (content == CONTENT_ZSTD ? SALVAGE_ZSTD_BUFFER : SALVAGE_BUFFER) - 1;
    bool kept = true;

    if (whole) {
        kept = !salvage_run(&salvage, given_bytes, out).failed;
        goto out;
    }
    if (!salvage_pad_helps(&salvage, high, given_bytes))
        goto out; /* nothing was withheld */
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (salvage_pad_helps(&salvage, middle, given_bytes))
            high = middle;
        else
            low = middle;
    }
    if (salvage_make_pad(&salvage, high))
        kept = !salvage_run(&salvage, high + given_bytes, out).failed;
out:
    buf_clear(&salvage.pad);
    return kept;
}
