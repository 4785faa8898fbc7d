/* What the evidence tests read: made in memory, packed and then damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "tests/evidence_inputs.h"

/* ------------------------------------------------------------------ inputs */

/* Lines [from, to) of the text that most inputs hold; they differ enough. */
void
input_add_lines(struct buf *out, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        buf_printf(out,
                   "2026-01-02 03:%02zu:%02zu line %zu <= u%08zx@example.com "
                   "S=%zu\n",
                   i / 60 % 60, i % 60, i, i * 2654435761u % 0xffffffffu,
                   i * 7919 % 99991);
}

static void
add_text(struct buf *out)
{
    input_add_lines(out, 0, INPUT_LINES);
}

/* One gzip member with a name in its header. */
void
input_add_gzip(struct buf *out, struct sv bytes, int level)
{
    z_stream z = { 0 };
    gz_header header = { .name = (Bytef *)(uintptr_t) "log", .os = 3 };
    size_t room = bytes.len + bytes.len / 8 + 1000;
    char *packed = malloc(room);

    assert_non_null(packed);
    assert_int_equal(
        deflateInit2(&z, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
        Z_OK);
    assert_int_equal(deflateSetHeader(&z, &header), Z_OK);
    z.next_in = (Bytef *)(uintptr_t)bytes.at;
    z.avail_in = (uInt)bytes.len;
    z.next_out = (Bytef *)packed;
    z.avail_out = (uInt)room;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    buf_add(out, (struct sv){ packed, z.total_out });
    deflateEnd(&z);
    free(packed);
}

static void
add_gzip_lines(struct buf *out, size_t from, size_t to)
{
    struct buf text = { 0 };

    input_add_lines(&text, from, to);
    input_add_gzip(out, buf_sv(&text), 6);
    buf_clear(&text);
}

static la_ssize_t
store(struct archive *archive, void *user, const void *bytes, size_t len)
{
    (void)archive;
    return buf_add(user, (struct sv){ bytes, len }) ? (la_ssize_t)len : -1;
}

struct packer { /* libarchive, writing to memory */
    struct archive *archive;
    struct buf *out;
};

static struct packer
packer_open(struct buf *out, int format, int filter, const char *password)
{
    struct packer packer = { archive_write_new(), out };

    assert_non_null(packer.archive);
    if (filter)
        assert_int_equal(archive_write_add_filter(packer.archive, filter),
                         ARCHIVE_OK);
    if (format == ARCHIVE_FORMAT_RAW)
        assert_int_equal(archive_write_set_format_raw(packer.archive),
                         ARCHIVE_OK);
    else
        assert_int_equal(archive_write_set_format(packer.archive, format),
                         ARCHIVE_OK);
    if (password) {
        archive_write_set_options(packer.archive, "zip:encryption=aes256");
        archive_write_set_passphrase(packer.archive, password);
    }
    archive_write_set_bytes_in_last_block(packer.archive, 1);
    assert_int_equal(
        archive_write_open(packer.archive, packer.out, NULL, store, NULL),
        ARCHIVE_OK);
    return packer;
}

static void
packer_add(struct packer *packer, const char *name, unsigned type,
           struct sv bytes)
{
    struct archive_entry *entry = archive_entry_new();

    assert_non_null(entry);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_filetype(entry, type);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_mtime(entry, 1700000000, 0);
    archive_entry_set_size(entry, (la_int64_t)bytes.len);
    if (type == AE_IFLNK)
        archive_entry_set_symlink(entry, "/etc/passwd");
    assert_int_equal(archive_write_header(packer->archive, entry), ARCHIVE_OK);
    if (bytes.len)
        assert_int_equal(
            archive_write_data(packer->archive, bytes.at, bytes.len),
            (la_ssize_t)bytes.len);
    archive_entry_free(entry);
}

static void
packer_close(struct packer *packer)
{
    assert_int_equal(archive_write_close(packer->archive), ARCHIVE_OK);
    archive_write_free(packer->archive);
}

/* An archive with a directory and two members, each a half of the text. */
static void
add_archive(struct buf *out, int format, int filter)
{
    struct packer packer = packer_open(out, format, filter, NULL);
    struct buf half = { 0 };

    if (format != ARCHIVE_FORMAT_7ZIP)
        packer_add(&packer, "logs", AE_IFDIR, (struct sv){ 0 });
    input_add_lines(&half, 0, INPUT_HALF);
    packer_add(&packer, "logs/a", AE_IFREG, buf_sv(&half));
    half.len = 0;
    input_add_lines(&half, INPUT_HALF, INPUT_LINES);
    packer_add(&packer, "logs/b", AE_IFREG, buf_sv(&half));
    packer_close(&packer);
    buf_clear(&half);
}

static void
add_packed(struct buf *out, struct sv bytes, int filter)
{
    struct packer packer = packer_open(out, ARCHIVE_FORMAT_RAW, filter, NULL);

    packer_add(&packer, "data", AE_IFREG, bytes);
    packer_close(&packer);
}

static void
add_packed_text(struct buf *out, int filter)
{
    struct buf text = { 0 };

    add_text(&text);
    add_packed(out, buf_sv(&text), filter);
    buf_clear(&text);
}

/* Packs all that is in `out` once more. */
static void
repack(struct buf *out, void (*pack)(struct buf *out, struct sv bytes))
{
    struct buf packed = { 0 };

    pack(&packed, buf_sv(out));
    buf_clear(out);
    *out = packed;
}

static void
pack_gzip(struct buf *out, struct sv bytes)
{
    input_add_gzip(out, bytes, 6);
}

static void
pack_xz(struct buf *out, struct sv bytes)
{
    add_packed(out, bytes, ARCHIVE_FILTER_XZ);
}

static void
pack_in(struct buf *out, struct sv bytes, int format, const char *name)
{
    struct packer packer = packer_open(out, format, 0, NULL);

    packer_add(&packer, name, AE_IFREG, bytes);
    packer_close(&packer);
}

static void
pack_tar(struct buf *out, struct sv bytes)
{
    pack_in(out, bytes, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, "in.tar");
}

static void
pack_zip(struct buf *out, struct sv bytes)
{
    pack_in(out, bytes, ARCHIVE_FORMAT_ZIP, "in.zip");
}

/* -------------------------------------------------------------- the makers */

static void
make_plain(struct buf *out)
{
    add_text(out);
}

static void
make_empty(struct buf *out)
{
    (void)out;
}

static void
make_mtree(struct buf *out)
{
    buf_add(out, SV("#mtree\n/set type=file\n./x size=5\n"));
}

static void
make_warc(struct buf *out)
{
    buf_add(out, SV("WARC/1.0\r\nWARC-Type: warcinfo\r\n\r\n"));
}

static void
make_almost_gzip(struct buf *out)
{
    buf_add(out, SV("\x1f\x8b\x08\xff lines that begin oddly\n"));
}

static void
make_gzip(struct buf *out)
{
    add_gzip_lines(out, 0, INPUT_LINES);
}

static void
make_gzip_stored(struct buf *out)
{
    struct buf text = { 0 };

    add_text(&text);
    input_add_gzip(out, buf_sv(&text), 0);
    buf_clear(&text);
}

static void
make_gzip_empty(struct buf *out)
{
    input_add_gzip(out, (struct sv){ 0 }, 6);
}

static void
make_gzip_members(struct buf *out)
{
    for (size_t i = 0; i < INPUT_LINES; i += 100)
        add_gzip_lines(out, i, i + 100);
}

static void
make_gzip_zero_padding(struct buf *out)
{
    static const char zeros[1000];

    add_gzip_lines(out, 0, INPUT_HALF);
    buf_add(out, (struct sv){ zeros, sizeof(zeros) });
    add_gzip_lines(out, INPUT_HALF, INPUT_LINES);
    buf_add(out, (struct sv){ zeros, sizeof(zeros) });
}

static void
make_gzip_rubbish_behind(struct buf *out)
{
    make_gzip(out);
    buf_add(out, SV("rubbish \x1f\x8b\x08 that is no member, behind"));
}

static void
make_gzip_junk_between(struct buf *out)
{
    add_gzip_lines(out, 0, INPUT_HALF);
    buf_add(out, SV("junk \x1f\x8b\x08\0\0\0\0\0\0\3 between"));
    add_gzip_lines(out, INPUT_HALF, INPUT_LINES);
}

static void
make_gzip_last_header_damaged(struct buf *out)
{
    size_t at;

    add_gzip_lines(out, 0, INPUT_HALF);
    at = out->len;
    add_gzip_lines(out, INPUT_HALF, INPUT_LINES);
    out->at[at] ^= 4;
}

static void
make_gzip_cut_one(struct buf *out)
{
    make_gzip(out);
    out->len -= 1;
}

static void
make_gzip_cut_middle(struct buf *out)
{
    make_gzip(out);
    out->len /= 2;
}

static void
make_gzip_cut_header(struct buf *out)
{
    make_gzip(out);
    out->len = 12;
}

/* The sum at the end is not that of the data. */
static void
make_gzip_bad_crc(struct buf *out)
{
    make_gzip(out);
    out->at[out->len - 7] ^= 1;
}

static void
make_gzip_bad_size(struct buf *out)
{
    make_gzip(out);
    out->at[out->len - 3] ^= 1;
}

/* One bit of stored data: inflate sees nothing wrong. */
static void
make_gzip_flipped_bit(struct buf *out)
{
    make_gzip_stored(out);
    out->at[out->len / 2] ^= 1;
    input_add_gzip(out, SV("the next member\n"), 6);
}

/* The first of three members cannot be inflated beyond its middle. */
static void
make_gzip_broken_member(struct buf *out)
{
    size_t len;

    add_gzip_lines(out, 0, INPUT_HALF);
    len = out->len;
    memset(out->at + len / 2, 0xff, 40);
    add_gzip_lines(out, 0, INPUT_HALF);
    add_gzip_lines(out, INPUT_HALF, INPUT_LINES);
}

static void
make_gzip_twice(struct buf *out)
{
    make_gzip(out);
    repack(out, pack_gzip);
}

static void
make_xz(struct buf *out)
{
    add_packed_text(out, ARCHIVE_FILTER_XZ);
}

static void
make_bzip2(struct buf *out)
{
    add_packed_text(out, ARCHIVE_FILTER_BZIP2);
}

static void
make_zstd(struct buf *out)
{
    add_packed_text(out, ARCHIVE_FILTER_ZSTD);
}

static void
make_lz4(struct buf *out)
{
    add_packed_text(out, ARCHIVE_FILTER_LZ4);
}

static void
make_xz_empty(struct buf *out)
{
    add_packed(out, (struct sv){ 0 }, ARCHIVE_FILTER_XZ);
}

static void
make_xz_members(struct buf *out)
{
    struct buf half = { 0 };

    input_add_lines(&half, 0, INPUT_HALF);
    add_packed(out, buf_sv(&half), ARCHIVE_FILTER_XZ);
    half.len = 0;
    input_add_lines(&half, INPUT_HALF, INPUT_LINES);
    add_packed(out, buf_sv(&half), ARCHIVE_FILTER_XZ);
    buf_clear(&half);
}

static void
make_bzip2_junk_between(struct buf *out)
{
    struct buf half = { 0 };

    input_add_lines(&half, 0, INPUT_HALF);
    add_packed(out, buf_sv(&half), ARCHIVE_FILTER_BZIP2);
    buf_add(out, SV("BZh junk"));
    half.len = 0;
    input_add_lines(&half, INPUT_HALF, INPUT_LINES);
    add_packed(out, buf_sv(&half), ARCHIVE_FILTER_BZIP2);
    buf_clear(&half);
}

static void
make_xz_rubbish_behind(struct buf *out)
{
    make_xz(out);
    buf_add(out, SV("rubbish behind, not a frame"));
}

static void
make_zstd_rubbish_behind(struct buf *out)
{
    make_zstd(out);
    buf_add(out, SV("rubbish behind, not a frame"));
}

static void
make_xz_cut(struct buf *out)
{
    make_xz(out);
    out->len -= out->len / 4;
}

static void
make_zstd_cut(struct buf *out)
{
    make_zstd(out);
    out->len -= 1;
}

static void
make_bzip2_cut(struct buf *out)
{
    make_bzip2(out);
    out->len -= 1;
}

static void
make_lz4_cut(struct buf *out)
{
    make_lz4(out);
    out->len -= out->len / 4;
}

static void
make_ustar(struct buf *out)
{
    add_archive(out, ARCHIVE_FORMAT_TAR_USTAR, 0);
}

static void
make_pax(struct buf *out)
{
    add_archive(out, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE, 0);
}

static void
make_gnutar(struct buf *out)
{
    add_archive(out, ARCHIVE_FORMAT_TAR_GNUTAR, 0);
}

static void
make_v7tar(struct buf *out)
{
    add_archive(out, ARCHIVE_FORMAT_TAR, 0);
    add_archive(out, ARCHIVE_FORMAT_TAR, 0); /* joined: both are read */
}

static void
make_zip(struct buf *out)
{
    add_archive(out, ARCHIVE_FORMAT_ZIP, 0);
}

static void
make_cpio_newc(struct buf *out)
{
    add_archive(out, ARCHIVE_FORMAT_CPIO_SVR4_NOCRC, 0);
}

static void
make_cpio_odc(struct buf *out)
{
    add_archive(out, ARCHIVE_FORMAT_CPIO_POSIX, 0);
}

static void
make_7z(struct buf *out)
{
    add_archive(out, ARCHIVE_FORMAT_7ZIP, 0);
}

static void
make_tar_gz(struct buf *out)
{
    make_pax(out);
    repack(out, pack_gzip);
}

static void
make_tar_xz(struct buf *out)
{
    make_pax(out);
    repack(out, pack_xz);
}

static void
make_gz_in_tar_gz(struct buf *out)
{
    make_gzip(out);
    repack(out, pack_tar);
    repack(out, pack_gzip);
}

static void
make_zip_in_tar(struct buf *out)
{
    make_zip(out);
    repack(out, pack_tar);
}

static void
make_tar_gz_in_zip(struct buf *out)
{
    make_tar_gz(out);
    repack(out, pack_zip);
}

static void
make_7z_in_tar_gz(struct buf *out)
{
    make_7z(out);
    repack(out, pack_tar);
    repack(out, pack_gzip);
}

static void
make_too_deep(struct buf *out)
{
    buf_add(out, SV("a line\n"));
    for (int i = 0; i < 9; i++)
        repack(out, pack_gzip);
}

static void
make_deep_tars(struct buf *out)
{
    buf_add(out, SV("a line\n"));
    for (int i = 0; i < 9; i++)
        repack(out, pack_tar);
}

static void
make_tar_links(struct buf *out)
{
    struct packer packer =
        packer_open(out, ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, 0, NULL);

    packer_add(&packer, "link", AE_IFLNK, (struct sv){ 0 });
    packer_add(&packer, "pipe", AE_IFIFO, (struct sv){ 0 });
    packer_add(&packer, "../../log", AE_IFREG, SV("one\ntwo\n"));
    packer_close(&packer);
}

static void
make_tar_names(struct buf *out)
{
    struct packer packer = packer_open(out, ARCHIVE_FORMAT_TAR_GNUTAR, 0, NULL);

    packer_add(&packer, "a\nb", AE_IFREG, SV("one\n"));
    packer_add(&packer, "-rf", AE_IFREG, SV("two\n"));
    packer_add(&packer, "x;touch PWNED;.gz", AE_IFREG, SV("three\n"));
    packer_add(&packer, "bad\x9f\xff", AE_IFREG, SV("four\n"));
    packer_close(&packer);
}

static void
make_zip_utf8_name(struct buf *out)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = uselocale(utf8); /* to write such a name */

    pack_in(out, SV("one\n"), ARCHIVE_FORMAT_ZIP, "j\xc3\xa4nner.log");
    uselocale(before);
    freelocale(utf8);
}

static void
make_zip_encrypted(struct buf *out)
{
    struct packer packer = packer_open(out, ARCHIVE_FORMAT_ZIP, 0, "secret");

    packer_add(&packer, "hidden", AE_IFREG, SV("one\n"));
    packer_close(&packer);
}

/* Two members; the data of the first is damaged. */
static void
make_zip_damaged(struct buf *out)
{
    make_zip(out);
    memset(out->at + 1500, 0xff, 64);
}

static void
make_zip_cut(struct buf *out)
{
    make_zip(out);
    out->len = out->len * 3 / 4;
}

static void
make_tar_cut(struct buf *out)
{
    make_ustar(out);
    out->len = out->len * 3 / 4;
}

/* The header of the second member is damaged: its first byte. */
static void
make_tar_bad_header(struct buf *out)
{
    char *at;

    make_ustar(out);
    at = memmem(out->at, out->len, "logs/b", 6);
    assert_non_null(at);
    at[2] ^= 1;
    add_archive(out, ARCHIVE_FORMAT_TAR_USTAR, 0);
}

static void
make_tar_bad_first_header(struct buf *out)
{
    make_ustar(out);
    out->at[0] ^= 1;
}

/* Says that it is a tar and has not one header that is whole. */
static void
make_tar_no_header(struct buf *out)
{
    make_ustar(out);
    for (size_t at = 0; at + 512 <= out->len; at += 512)
        out->at[at] ^= 1;
}

static void
make_tar_gz_bad_crc(struct buf *out)
{
    make_tar_gz(out);
    out->at[out->len - 7] ^= 1;
}

static void
make_nul_block(struct buf *out)
{
    static const char zeros[4096];

    input_add_lines(out, 0, INPUT_HALF);
    buf_add(out, (struct sv){ zeros, sizeof(zeros) });
    buf_add_char(out, '\n');
    buf_add(out, (struct sv){ zeros, sizeof(zeros) });
}

static void
make_binary(struct buf *out)
{
    buf_add(out, SV("\x7f"
                    "ELF\2\1\1\0\0\0"));
}

static void
make_no_last_newline(struct buf *out)
{
    buf_add(out, SV("one\ntwo"));
}

/* 100 MiB of zeros, packed well, beside a log. */
static void
make_zip_bomb_and_log(struct buf *out)
{
    struct packer packer = packer_open(out, ARCHIVE_FORMAT_ZIP, 0, NULL);
    size_t len = (size_t)100 * 1024 * 1024;
    char *zeros = calloc(1, len);

    assert_non_null(zeros);
    packer_add(&packer, "bomb", AE_IFREG, (struct sv){ zeros, len });
    packer_add(&packer, "log", AE_IFREG, SV("one\n"));
    packer_close(&packer);
    free(zeros);
}

static void
make_many_members(struct buf *out)
{
    struct packer packer = packer_open(out, ARCHIVE_FORMAT_TAR_USTAR, 0, NULL);

    for (int i = 0; i < 5; i++)
        packer_add(&packer, "m", AE_IFREG, SV("one\n"));
    packer_close(&packer);
}

static void
make_long_name(struct buf *out)
{
    pack_in(out, SV("one\n"), ARCHIVE_FORMAT_TAR_GNUTAR,
            "0123456789012345678901234567890123456789");
}

/* ------------------------------------------------------------------- table */

static const struct input {
    const char *name;
    void (*make)(struct buf *out);
} inputs[] = {
    { "plain", make_plain },
    { "empty", make_empty },
    { "mtree", make_mtree },
    { "warc", make_warc },
    { "almost_gzip", make_almost_gzip },
    { "gzip", make_gzip },
    { "gzip_stored", make_gzip_stored },
    { "gzip_empty", make_gzip_empty },
    { "gzip_members", make_gzip_members },
    { "gzip_zero_padding", make_gzip_zero_padding },
    { "gzip_rubbish_behind", make_gzip_rubbish_behind },
    { "gzip_junk_between", make_gzip_junk_between },
    { "gzip_last_header_damaged", make_gzip_last_header_damaged },
    { "gzip_cut_one", make_gzip_cut_one },
    { "gzip_cut_middle", make_gzip_cut_middle },
    { "gzip_cut_header", make_gzip_cut_header },
    { "gzip_bad_crc", make_gzip_bad_crc },
    { "gzip_bad_size", make_gzip_bad_size },
    { "gzip_flipped_bit", make_gzip_flipped_bit },
    { "gzip_broken_member", make_gzip_broken_member },
    { "gzip_twice", make_gzip_twice },
    { "xz", make_xz },
    { "bzip2", make_bzip2 },
    { "zstd", make_zstd },
    { "lz4", make_lz4 },
    { "xz_empty", make_xz_empty },
    { "xz_members", make_xz_members },
    { "bzip2_junk_between", make_bzip2_junk_between },
    { "xz_rubbish_behind", make_xz_rubbish_behind },
    { "zstd_rubbish_behind", make_zstd_rubbish_behind },
    { "xz_cut", make_xz_cut },
    { "zstd_cut", make_zstd_cut },
    { "bzip2_cut", make_bzip2_cut },
    { "lz4_cut", make_lz4_cut },
    { "ustar", make_ustar },
    { "pax", make_pax },
    { "gnutar", make_gnutar },
    { "v7tar", make_v7tar },
    { "zip", make_zip },
    { "cpio_newc", make_cpio_newc },
    { "cpio_odc", make_cpio_odc },
    { "7z", make_7z },
    { "tar_gz", make_tar_gz },
    { "tar_xz", make_tar_xz },
    { "gz_in_tar_gz", make_gz_in_tar_gz },
    { "zip_in_tar", make_zip_in_tar },
    { "tar_gz_in_zip", make_tar_gz_in_zip },
    { "7z_in_tar_gz", make_7z_in_tar_gz },
    { "too_deep", make_too_deep },
    { "deep_tars", make_deep_tars },
    { "tar_links", make_tar_links },
    { "tar_names", make_tar_names },
    { "zip_utf8_name", make_zip_utf8_name },
    { "zip_encrypted", make_zip_encrypted },
    { "zip_damaged", make_zip_damaged },
    { "zip_cut", make_zip_cut },
    { "tar_cut", make_tar_cut },
    { "tar_bad_header", make_tar_bad_header },
    { "tar_bad_first_header", make_tar_bad_first_header },
    { "tar_no_header", make_tar_no_header },
    { "tar_gz_bad_crc", make_tar_gz_bad_crc },
    { "nul_block", make_nul_block },
    { "binary", make_binary },
    { "no_last_newline", make_no_last_newline },
    { "zip_bomb_and_log", make_zip_bomb_and_log },
    { "many_members", make_many_members },
    { "long_name", make_long_name },
};

void
input_make(const char *name, struct buf *out)
{
    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        if (strcmp(inputs[i].name, name))
            continue;
        inputs[i].make(out);
        assert_false(out->failed);
        return;
    }
    fail_msg("no input is called %s", name);
}
