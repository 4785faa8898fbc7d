/*
 * The evidence room: what is packed in any way comes out as it went in, and
 * damage costs no more than it must. Inputs are made here, in memory; each
 * row says what all custody rows of one input must look like.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "analyzer/evidence/evidence.h"
#include "analyzer/evidence/hash.h"
#include "tests/evidence_inputs.h"

/* -------------------------------------------------------------- collecting */

struct collected { /* one text while it is given */
    struct buf text;
    uint64_t cut_bytes;
    uint64_t next_offset;
};

struct collector {
    struct buf rows;      /* a line for each custody row, as tests name it */
    struct buf warnings;  /* their sentences */
    struct sv stored;     /* the bytes of the top-level file */
    bool refuse;          /* does not want lines */
    struct collected one; /* the text that is being given */
    size_t begun;
    struct buf last_text;
    uint64_t last_cut_bytes;
    struct custody last; /* figures of the last row; no texts */
    enum status block_status;
    char last_sha256[65];
};

static void
sha256_of(struct sv bytes, char ret_hex[65])
{
    struct hash *hash = hash_new();

    assert_non_null(hash);
    assert_true(hash_add(hash, bytes));
    assert_true(hash_finish(hash, ret_hex));
    hash_free(hash);
}

static enum status
collect_begin(void *user, const struct custody *so_far, struct sv head,
              void **ret_text, bool *ret_wanted)
{
    struct collector *collector = user;

    assert_non_null(so_far->path);
    assert_true(head.len <= 64 * 1024);
    collector->one.text.len = 0;
    collector->one.cut_bytes = 0;
    collector->one.next_offset = 0;
    collector->begun++;
    *ret_text = &collector->one;
    *ret_wanted = !collector->refuse;
    return STATUS_OK;
}

static enum status
collect_block(void *text, struct sv block, uint64_t offset_bytes,
              uint64_t cut_bytes)
{
    struct collected *one = text;

    assert_true(block.len > 0);
    assert_true(offset_bytes == one->next_offset);
    one->next_offset = offset_bytes + block.len + cut_bytes;
    one->cut_bytes += cut_bytes;
    return buf_add(&one->text, block) ? STATUS_OK : STATUS_NOMEM;
}

/* How the text stands to the one that most inputs hold. */
static const char *
text_verdict(struct sv text, uint64_t damaged_bytes)
{
    static char said[64];
    struct buf whole = { 0 };
    struct buf half = { 0 };
    const char *verdict = "other";

    input_add_lines(&whole, 0, INPUT_LINES);
    input_add_lines(&half, INPUT_HALF, INPUT_LINES);
    if (!text.len)
        verdict = "nothing";
    else if (sv_eq(text, buf_sv(&whole)))
        verdict = "whole";
    else if (sv_eq(text, buf_sv(&half)))
        verdict = "second_half";
    else if (whole.len > text.len && sv_starts(buf_sv(&whole), text)) {
        size_t percent = text.len * 100 / whole.len;

        half.len = 0;
        input_add_lines(&half, 0, INPUT_HALF);
        snprintf(said, sizeof(said), "head_%zu%%", percent);
        verdict = sv_eq(text, buf_sv(&half)) ? "first_half" : said;
    } else if (text.len < 40 && !memchr(text.at, '\0', text.len)) {
        snprintf(said, sizeof(said), "'%.*s'", (int)text.len, text.at);
        for (char *at = said; *at; at++)
            *at = *at == '\n' ? '/' : *at;
        verdict = said;
    }
    (void)damaged_bytes;
    buf_clear(&whole);
    buf_clear(&half);
    return verdict;
}

/* Hashes are checked here, once, for every row of every test. */
static void
collect_check_hashes(struct collector *collector, const struct custody *custody)
{
    struct sv text = buf_sv(&collector->one.text);
    char sum[65];

    if (!custody->container && custody->sha256[0]) {
        sha256_of(collector->stored, sum);
        assert_string_equal(custody->sha256, sum);
        assert_true(custody->stored_bytes == collector->stored.len);
    }
    if (custody->is_text && custody->text_sha256[0] &&
        !collector->one.cut_bytes) {
        sha256_of(text, sum);
        assert_string_equal(custody->text_sha256, sum);
    }
    if (custody->is_text)
        assert_true(custody->text_bytes == text.len + collector->one.cut_bytes);
    assert_true(custody->damaged_bytes <= custody->text_bytes);
}

static enum status
collect_end(void *user, void *text, const struct custody *custody)
{
    struct collector *collector = user;
    struct buf *rows = &collector->rows;
    const char *slash = strrchr(custody->path, '/');
    const char *chain = custody->container;

    if (chain && strrchr(chain, '/'))
        chain = strrchr(chain, '/') + 1;
    if (!text)
        collector->one.text.len = 0;
    collect_check_hashes(collector, custody);
    buf_printf(rows, "%s%s%s %s ", chain ? chain : "", chain ? "!" : "",
               custody->container || !slash ? custody->path : slash + 1,
               custody->compression);
    if (custody->is_container)
        buf_add(rows, SV("container"));
    else if (!text)
        buf_add(rows, SV("not_read"));
    else if (!custody->is_text)
        buf_add(rows, SV("not_wanted"));
    else
        buf_add(rows, sv_of(text_verdict(buf_sv(&collector->one.text),
                                         custody->damaged_bytes)));
    if (custody->damaged_bytes)
        buf_printf(rows, " %s",
                   custody->damaged_bytes == custody->text_bytes
                       ? "all_damaged"
                       : "part_damaged");
    for (size_t i = 0; i < custody->warning_count; i++) {
        const struct custody_warning *warning = &custody->warnings[i];

        buf_printf(rows, " %s", warning_topic_name(warning->topic));
        buf_printf(&collector->warnings, "%s: %s\n", custody->path,
                   warning->text);
    }
    buf_add_char(rows, '\n');
    collector->last_text.len = 0;
    buf_add(&collector->last_text, buf_sv(&collector->one.text));
    collector->last_cut_bytes = collector->one.cut_bytes;
    collector->last = *custody;
    memcpy(collector->last_sha256, custody->sha256, sizeof(custody->sha256));
    return STATUS_OK;
}

static const struct evidence_sink collect_all = { NULL, collect_begin,
                                                  collect_block, collect_end,
                                                  NULL };

static void
collector_clear(struct collector *collector)
{
    buf_clear(&collector->rows);
    buf_clear(&collector->warnings);
    buf_clear(&collector->one.text);
    buf_clear(&collector->last_text);
}

/* ------------------------------------------------------- files and folders */

static char folder[] = "/tmp/test_evidence.XXXXXX";

static const char *
path_in_folder(const char *name)
{
    static char path[8][300];
    static size_t turn;

    turn = (turn + 1) % 8;
    snprintf(path[turn], sizeof(path[turn]), "%s/%s", folder, name);
    return path[turn];
}

static const char *
write_file(const char *name, struct sv bytes)
{
    const char *path = path_in_folder(name);
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes.at ? bytes.at : "", 1, bytes.len, file),
                     bytes.len);
    assert_int_equal(fclose(file), 0);
    return path;
}

static enum status
collect_file(const char *path, struct sv bytes,
             const struct evidence_limits *limits, struct collector *collector)
{
    struct evidence_sink sink = collect_all;
    struct evidence_list *list = NULL;
    struct fault fault = { 0 };
    enum status status;

    sink.user = collector;
    collector->stored = bytes;
    assert_int_equal(evidence_list_make(&path, 1, &list, &fault), STATUS_OK);
    assert_int_equal(list->source_count, 1);
    status = evidence_read(&list->sources[0], limits, &sink, &fault);
    evidence_list_free(list);
    return status;
}

/* -------------------------------------------------------------------- rows */

static const struct evidence_limits few_members = { .max_members = 3 };
static const struct evidence_limits short_names = { .max_name_bytes = 8 };
static const struct evidence_limits short_text = { .max_text_bytes = 7 };
static const struct evidence_limits short_lines = { .max_line_bytes = 2 };

static const struct row {
    const char *input;
    const char *expected; /* a line for each custody row */
    const struct evidence_limits *limits;
} rows[] = {
    { "plain", "in none whole\n", NULL },
    { "empty", "in none nothing\n", NULL },
    { "mtree", "in none '#mtree//set type=file/./x size=5/'\n", NULL },
    { "warc", "in none 'WARC/1.0\r/WARC-Type: warcinfo\r/\r/'\n", NULL },
    { "almost_gzip", "in none '\x1f\x8b\x08\xff lines that begin oddly/'\n",
      NULL },
    { "no_last_newline", "in none 'one/two'\n", NULL },
    { "gzip", "in gzip whole\n", NULL },
    { "gzip_stored", "in gzip whole\n", NULL },
    { "gzip_empty", "in gzip nothing\n", NULL },
    { "gzip_members", "in gzip whole\n", NULL },
    { "gzip_zero_padding", "in gzip whole\n", NULL },
    { "gzip_rubbish_behind", "in gzip whole binary\n", NULL },
    { "gzip_junk_between", "in gzip whole damaged\n", NULL },
    { "gzip_last_header_damaged", "in gzip first_half damaged\n", NULL },
    { "gzip_cut_one", "in gzip whole damaged\n", NULL },
    { "gzip_cut_middle", "in gzip head_49% damaged\n", NULL },
    { "gzip_cut_header", "in gzip nothing damaged\n", NULL },
    { "gzip_bad_crc", "in gzip whole all_damaged damaged\n", NULL },
    { "gzip_bad_size", "in gzip whole all_damaged damaged\n", NULL },
    { "gzip_flipped_bit", "in gzip other part_damaged damaged\n", NULL },
    { "gzip_broken_member", "in gzip other damaged damaged\n", NULL },
    { "gzip_twice", "in gzip+gzip whole\n", NULL },
    { "xz", "in xz whole\n", NULL },
    { "bzip2", "in bzip2 whole\n", NULL },
    { "zstd", "in zstd whole\n", NULL },
    { "lz4", "in lz4 whole\n", NULL },
    { "xz_empty", "in xz nothing\n", NULL },
    { "xz_members", "in xz whole\n", NULL },
    { "bzip2_junk_between", "in bzip2 whole damaged\n", NULL },
    { "xz_rubbish_behind", "in xz whole binary\n", NULL },
    { "zstd_rubbish_behind", "in zstd whole binary\n", NULL },
    { "xz_cut", "in xz head_72% damaged\n", NULL },
    { "bzip2_cut", "in bzip2 whole damaged\n", NULL },
    { "zstd_cut", "in zstd head_69% damaged\n", NULL },
    { "lz4_cut", "in lz4 nothing damaged\n", NULL },
    { "ustar",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "pax",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "gnutar",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "v7tar",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "zip",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "cpio_newc",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "cpio_odc",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "7z",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "tar_gz",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in gzip container\n",
      NULL },
    { "tar_xz",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in xz container\n",
      NULL },
    { "gz_in_tar_gz", "in!in.tar gzip whole\nin gzip container\n", NULL },
    { "zip_in_tar",
      "in!in.tar!logs/a none first_half\nin!in.tar!logs/b none second_half\n"
      "in!in.tar none container\nin none container\n",
      NULL },
    { "tar_gz_in_zip",
      "in!in.zip!logs/a none first_half\nin!in.zip!logs/b none second_half\n"
      "in!in.zip gzip container\nin none container\n",
      NULL },
    { "7z_in_tar_gz",
      "in!in.tar!logs/a none first_half\nin!in.tar!logs/b none second_half\n"
      "in!in.tar none container\nin gzip container\n",
      NULL },
    { "too_deep", "in gzip+gzip+gzip+gzip+gzip+gzip+gzip+gzip not_read bound\n",
      NULL },
    { "deep_tars",
      "in!in.tar!in.tar!in.tar!in.tar!in.tar!in.tar!in.tar!in.tar none "
      "not_read bound\n"
      "in!in.tar!in.tar!in.tar!in.tar!in.tar!in.tar!in.tar none container\n"
      "in!in.tar!in.tar!in.tar!in.tar!in.tar!in.tar none container\n"
      "in!in.tar!in.tar!in.tar!in.tar!in.tar none container\n"
      "in!in.tar!in.tar!in.tar!in.tar none container\n"
      "in!in.tar!in.tar!in.tar none container\n"
      "in!in.tar!in.tar none container\n"
      "in!in.tar none container\n"
      "in none container\n",
      NULL },
    { "tar_links",
      "in!link none not_read skipped\nin!pipe none not_read skipped\n"
      "in!../../log none 'one/two/'\nin none container\n",
      NULL },
    { "tar_names",
      "in!a\\x0ab none 'one/'\nin!-rf none 'two/'\n"
      "in!x;touch PWNED;.gz none 'three/'\nin!bad\\x9f\\xff none 'four/'\n"
      "in none container\n",
      NULL },
    { "zip_utf8_name", "in!j\xc3\xa4nner.log none 'one/'\nin none container\n",
      NULL },
    { "zip_encrypted", "in!hidden none not_read encrypted\nin none container\n",
      NULL },
    { "zip_damaged",
      "in!logs/a none head_1% damaged\nin!logs/b none second_half\n"
      "in none container\n",
      NULL },
    { "zip_cut",
      "in!logs/a none first_half\nin!logs/b none other damaged\n"
      "in none container damaged\n",
      NULL },
    { "tar_cut",
      "in!logs/a none first_half\nin!logs/b none other damaged\n"
      "in none container damaged\n",
      NULL },
    { "tar_bad_header",
      "in!logs/a none first_half\nin!logs/a none first_half\n"
      "in!logs/b none second_half\nin none container damaged\n",
      NULL },
    { "tar_bad_first_header",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in none container damaged\n",
      NULL },
    { "tar_no_header", "in none container damaged damaged\n", NULL },
    { "tar_gz_bad_crc",
      "in!logs/a none first_half\nin!logs/b none second_half\n"
      "in gzip container damaged\n",
      NULL },
    { "nul_block", "in none other binary\n", NULL },
    { "binary", "in none other binary\n", NULL },
    { "zip_bomb_and_log",
      "in!bomb none other bound long_line binary\nin!log none 'one/'\n"
      "in none container\n",
      NULL },
    { "many_members",
      "in!m none 'one/'\nin!m none 'one/'\nin!m none 'one/'\n"
      "in none container bound\n",
      &few_members },
    { "long_name", "in!01234567 none 'one/' bound\nin none container\n",
      &short_names },
    { "gzip_twice", "in gzip+gzip head_0% bound\n", &short_text },
    { "no_last_newline", "in none 'on/tw' long_line long_line\n",
      &short_lines },
};
enum { ROW_COUNT = sizeof(rows) / sizeof(rows[0]) };

static void
reads_input(void **state)
{
    const struct row *row = *state;
    struct collector collector = { 0 };
    struct buf input = { 0 };
    const char *path;

    input_make(row->input, &input);
    path = write_file("in", buf_sv(&input));
    assert_int_equal(
        collect_file(path, buf_sv(&input), row->limits, &collector), STATUS_OK);
    if (!sv_eq(buf_sv(&collector.rows), sv_of(row->expected)))
        print_error("%s", collector.warnings.at ? collector.warnings.at : "");
    assert_string_equal(collector.rows.at, row->expected);
    collector_clear(&collector);
    buf_clear(&input);
}

static void
known_hash(void **state)
{
    struct collector collector = { 0 };

    (void)state;
    assert_int_equal(
        collect_file(write_file("in", SV("abc")), SV("abc"), NULL, &collector),
        STATUS_OK);
    assert_string_equal(
        collector.last_sha256,
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_int_equal(collector.begun, 1);
    collector_clear(&collector);
}

static void
not_wanted_is_counted(void **state)
{
    struct collector collector = { .refuse = true };
    struct buf input = { 0 };

    (void)state;
    input_make("gzip", &input);
    assert_int_equal(collect_file(write_file("in", buf_sv(&input)),
                                  buf_sv(&input), NULL, &collector),
                     STATUS_OK);
    assert_string_equal(collector.rows.at, "in gzip not_wanted\n");
    assert_int_equal(collector.last_text.len, 0);
    assert_int_equal(strlen(collector.last.text_sha256), 64);
    assert_true(collector.last.text_bytes > 100000);
    collector_clear(&collector);
    buf_clear(&input);
}

/* A text that is cut has no sum; the file was read to its end all the same. */
static void
cut_text_has_no_hash(void **state)
{
    struct evidence_limits limits = { .max_text_bytes = 4 };
    struct sv input = SV("one\ntwo\n");
    struct collector collector = { 0 };

    (void)state;
    assert_int_equal(
        collect_file(write_file("in", input), input, &limits, &collector),
        STATUS_OK);
    assert_string_equal(collector.rows.at, "in none 'one/' bound\n");
    assert_string_equal(collector.last.text_sha256, "");
    assert_int_equal(strlen(collector.last_sha256), 64);
    assert_true(collector.last.stored_bytes == input.len);
    collector_clear(&collector);
}

/* --------------------------------------------------- damage, one at a time */

/* Every cut of a gzip gives a head of the text, and never a lie. */
static void
every_cut_of_gzip(void **state)
{
    struct buf whole = { 0 };
    struct buf input = { 0 };
    size_t before = 0;

    (void)state;
    input_add_lines(&whole, 0, 40);
    input_add_gzip(&input, buf_sv(&whole), 6);
    for (size_t len = 4; len < input.len; len++) {
        struct sv cut = sv_head(buf_sv(&input), len);
        struct collector collector = { 0 };

        assert_int_equal(
            collect_file(write_file("in", cut), cut, NULL, &collector),
            STATUS_OK);
        assert_true(sv_starts(buf_sv(&whole), buf_sv(&collector.last_text)));
        assert_true(collector.last_text.len >= before);
        assert_non_null(strstr(collector.rows.at, " damaged"));
        before = collector.last_text.len;
        collector_clear(&collector);
    }
    assert_int_equal(before, whole.len);
    buf_clear(&whole);
    buf_clear(&input);
}

/* A flipped bit anywhere in a gzip member is never taken for the truth. */
static void
every_flip_of_gzip(void **state)
{
    struct buf whole = { 0 };
    struct buf input = { 0 };

    (void)state;
    input_add_lines(&whole, 0, 12);
    input_add_gzip(&input, buf_sv(&whole), 6);
    for (size_t bit = 4 * 8; bit < input.len * 8; bit++) {
        struct collector collector = { 0 };

        input.at[bit / 8] = (char)(input.at[bit / 8] ^ 1 << bit % 8);
        assert_int_equal(collect_file(write_file("in", buf_sv(&input)),
                                      buf_sv(&input), NULL, &collector),
                         STATUS_OK);
        /* bits that carry nothing: time, system, name, the last fill bits */
        if (!strstr(collector.rows.at, " damaged"))
            assert_true(sv_eq(buf_sv(&collector.last_text), buf_sv(&whole)));
        input.at[bit / 8] = (char)(input.at[bit / 8] ^ 1 << bit % 8);
        collector_clear(&collector);
    }
    buf_clear(&whole);
    buf_clear(&input);
}

/* Archives with a stretch overwritten anywhere: no crash, no failure. */
static void
damage_never_fails(void **state)
{
    static const char *const names[] = { "ustar", "zip",  "7z",  "cpio_newc",
                                         "xz",    "zstd", "lz4", "bzip2" };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct buf input = { 0 };

        input_make(names[i], &input);
        for (size_t at = 0; at + 8 < input.len; at += 1 + input.len / 20) {
            struct collector collector = { 0 };

            for (size_t k = 0; k < 8; k++)
                input.at[at + k] = (char)(input.at[at + k] ^ 0x55);
            assert_int_equal(collect_file(write_file("in", buf_sv(&input)),
                                          buf_sv(&input), NULL, &collector),
                             STATUS_OK);
            for (size_t k = 0; k < 8; k++)
                input.at[at + k] = (char)(input.at[at + k] ^ 0x55);
            collector_clear(&collector);
        }
        buf_clear(&input);
    }
}

/* ------------------------------------------------------------------ bounds */

static double
seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
bomb_is_bounded(void **state)
{
    struct collector collector = { .refuse = true };
    size_t len = (size_t)160 * 1024 * 1024;
    char *zeros = calloc(1, len);
    struct buf input = { 0 };
    uint64_t allowed = (uint64_t)68 * 1024 * 1024;

    (void)state;
    assert_non_null(zeros);
    input_add_gzip(&input, (struct sv){ zeros, len }, 6);
    free(zeros);
    assert_true(input.len * 200 < allowed);
    assert_int_equal(collect_file(write_file("in", buf_sv(&input)),
                                  buf_sv(&input), NULL, &collector),
                     STATUS_OK);
    /* NUL bytes and one long line, as it is looked through; then the bound */
    assert_string_equal(collector.rows.at,
                        "in gzip not_wanted bound long_line binary\n");
    assert_true(collector.last.text_bytes < allowed);
    assert_string_equal(collector.last.text_sha256, "");
    assert_int_equal(strlen(collector.last_sha256), 64);
    collector_clear(&collector);
    buf_clear(&input);
}

/* A line of 64 MiB between two others keeps its head alone. */
static void
long_line(void **state)
{
    struct collector collector = { 0 };
    size_t len = (size_t)64 * 1024 * 1024;
    struct buf input = { 0 };
    char *line = malloc(len);
    double began;

    (void)state;
    assert_non_null(line);
    memset(line, 'x', len);
    buf_add(&input, SV("first\n"));
    buf_add(&input, (struct sv){ line, len });
    buf_add(&input, SV("\nlast\n"));
    free(line);
    write_file("in", buf_sv(&input));
    began = seconds();
    assert_int_equal(
        collect_file(path_in_folder("in"), buf_sv(&input), NULL, &collector),
        STATUS_OK);
    assert_true(seconds() - began < 5);
    assert_int_equal(collector.last_text.len, 6 + 1024 * 1024 + 1 + 5);
    assert_memory_equal(collector.last_text.at + 6 + 1024 * 1024, "\nlast\n",
                        6);
    assert_true(collector.last_cut_bytes == len - 1024 * 1024);
    assert_true(collector.last.text_bytes == input.len);
    assert_string_equal(collector.rows.at, "in none other long_line\n");
    collector_clear(&collector);
    buf_clear(&input);
}

static void
many_empty_lines(void **state)
{
    struct evidence_limits limits = { .max_line_bytes = 3 };
    struct collector collector = { 0 };
    struct buf input = { 0 };
    double began;

    (void)state;
    for (size_t i = 0; i < 1000000; i++)
        buf_add_char(&input, '\n');
    write_file("in", buf_sv(&input));
    began = seconds();
    assert_int_equal(
        collect_file(path_in_folder("in"), buf_sv(&input), &limits, &collector),
        STATUS_OK);
    assert_true(seconds() - began < 5);
    assert_true(sv_eq(buf_sv(&collector.last_text), buf_sv(&input)));
    collector_clear(&collector);
    buf_clear(&input);
}

/* Lines of all lengths about a small bound, over many blocks. */
static void
line_lengths(void **state)
{
    struct evidence_limits limits = { .max_line_bytes = 100 };
    struct collector collector = { 0 };
    struct buf input = { 0 };
    struct buf expected = { 0 };

    (void)state;
    for (size_t i = 0; input.len < 900000; i++) {
        size_t len = i * 31 % 211;

        for (size_t k = 0; k < len; k++) {
            buf_add_char(&input, (char)('a' + k % 26));
            if (k < 100)
                buf_add_char(&expected, (char)('a' + k % 26));
        }
        buf_add_char(&input, '\n');
        buf_add_char(&expected, '\n');
    }
    assert_int_equal(collect_file(write_file("in", buf_sv(&input)),
                                  buf_sv(&input), &limits, &collector),
                     STATUS_OK);
    assert_true(sv_eq(buf_sv(&collector.last_text), buf_sv(&expected)));
    assert_int_equal(collector.last.warning_count, 101); /* bounded too */
    collector_clear(&collector);
    buf_clear(&input);
    buf_clear(&expected);
}

/* Any split at line starts gives the bytes of the whole. */
static void
ranges_equal_whole(void **state)
{
    struct evidence_sink sink = collect_all;
    struct evidence_list *list = NULL;
    struct collected part = { 0 };
    struct buf input = { 0 };
    struct fault fault = { 0 };
    const char *path;
    uint64_t from = 0;

    (void)state;
    for (int i = 0; i < 5; i++)
        input_make("plain", &input);
    path = write_file("in", buf_sv(&input));
    assert_int_equal(evidence_list_make(&path, 1, &list, &fault), STATUS_OK);
    assert_true(list->sources[0].is_plain);
    while (from < input.len) {
        size_t step = (size_t)from + 150000;
        ptrdiff_t newline = sv_find_char(sv_drop(buf_sv(&input), step), '\n');
        uint64_t to = newline < 0 ? input.len : step + (uint64_t)newline + 1;

        assert_int_equal(evidence_read_range(&list->sources[0], NULL, from, to,
                                             &sink, &part, &fault),
                         STATUS_OK);
        from = to;
    }
    assert_true(sv_eq(buf_sv(&part.text), buf_sv(&input)));
    assert_int_equal(evidence_read_range(&list->sources[0], NULL, from,
                                         from + 1, &sink, &part, &fault),
                     STATUS_IO);
    evidence_list_free(list);
    buf_clear(&part.text);
    buf_clear(&input);
}

/* From any line on the text comes back through the points, to the byte. */
static void
points_lead_back(void **state)
{
    struct evidence_source source = { .path = path_in_folder("in") };
    struct evidence_points *points = NULL;
    struct evidence_sink sink = collect_all;
    struct collector collector = { 0 };
    struct buf text = { 0 }, input = { 0 };
    struct fault fault = { 0 };
    size_t half;

    (void)state;
    for (int i = 0; text.len < (size_t)14 * 1024 * 1024; i++)
        input_add_lines(&text, (size_t)i * 1000, (size_t)i * 1000 + 1000);
    half = text.len / 2; /* two members */
    input_add_gzip(&input, sv_head(buf_sv(&text), half), 6);
    input_add_gzip(&input, sv_drop(buf_sv(&text), half), 1);
    write_file("in", buf_sv(&input));
    collector.stored = buf_sv(&input);
    sink.user = &collector;
    sink.ret_points = &points;
    assert_int_equal(evidence_read(&source, NULL, &sink, &fault), STATUS_OK);
    assert_non_null(points);
    assert_true(evidence_points_before(points, text.len) > text.len / 2);
    assert_int_equal(evidence_points_before(points, 1000), 0);
    for (size_t from = 0; from < text.len;) {
        struct collected part = { .next_offset = from };
        struct sv rest = sv_drop(buf_sv(&text), from);

        assert_true(evidence_points_before(points, from) <= from);
        assert_int_equal(evidence_read_points(&source, NULL, points, from,
                                              text.len, &sink, &part, &fault),
                         STATUS_OK);
        assert_true(sv_eq(buf_sv(&part.text), rest));
        buf_clear(&part.text);
        rest = sv_drop(rest, 1300000);
        sv_cut(&rest, '\n');
        from = text.len - rest.len;
    }
    evidence_points_free(points);
    collector_clear(&collector);
    buf_clear(&input);
    buf_clear(&text);
}

static enum status
block_refuses(void *text, struct sv block, uint64_t offset_bytes,
              uint64_t cut_bytes)
{
    (void)text, (void)block, (void)offset_bytes, (void)cut_bytes;
    return STATUS_LIMIT;
}

static void
sink_failure_is_returned(void **state)
{
    struct evidence_source source = { .path = path_in_folder("in") };
    struct evidence_sink sink = collect_all;
    struct collector collector = { 0 };
    struct buf input = { 0 };

    (void)state;
    input_make("tar_gz", &input);
    write_file("in", buf_sv(&input));
    sink.user = &collector;
    sink.block = block_refuses;
    assert_int_equal(evidence_read(&source, NULL, &sink, NULL), STATUS_LIMIT);
    collector_clear(&collector);
    buf_clear(&input);
}

/* ------------------------------------------------------- folders and stdin */

/* A folder with all that must not be read, and names that bite. */
static void
lists_folder(void **state)
{
    char tree[300];
    char a[300];
    char gone[300];
    const char *paths[] = { tree, a, gone, "-", "-" };
    struct evidence_list *list = NULL;
    struct fault fault = { 0 };
    static const char *const sources[] = { "-",
                                           "tree/-rf",
                                           "tree/a",
                                           "tree/b\nc",
                                           "tree/bad\x9f\xff",
                                           "tree/sub/z.gz",
                                           "tree/x;touch PWNED;.gz" };
    static const char *const refused[] = { "tree/gone", "tree/link",
                                           "tree/link_to_sub", "tree/pipe" };

    (void)state;
    snprintf(tree, sizeof(tree), "%s/tree", folder);
    snprintf(a, sizeof(a), "%s/tree/a", folder);
    snprintf(gone, sizeof(gone), "%s/tree/gone", folder);
    assert_int_equal(mkdir(tree, 0700), 0);
    assert_int_equal(mkdir(path_in_folder("tree/sub"), 0700), 0);
    assert_int_equal(mkfifo(path_in_folder("tree/pipe"), 0600), 0);
    assert_int_equal(symlink("a", path_in_folder("tree/link")), 0);
    assert_int_equal(symlink("sub", path_in_folder("tree/link_to_sub")), 0);
    for (size_t i = 1; i < 7; i++)
        write_file(sources[i], i == 5 ? SV("\x1f\x8b\x08") : SV("one\n"));
    assert_int_equal(evidence_list_make(paths, 5, &list, &fault), STATUS_OK);
    assert_int_equal(list->source_count, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(list->sources[i].path,
                            i ? path_in_folder(sources[i]) : "-");
        assert_int_equal(list->sources[i].is_stdin, i == 0);
        assert_int_equal(list->sources[i].is_plain, i != 0 && i != 5);
    }
    assert_int_equal(list->refused_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(list->refused[i].path, path_in_folder(refused[i]));
        assert_int_equal(list->refused[i].warning_count, 1);
        assert_int_equal(list->refused[i].warnings[0].topic, WARN_SKIPPED);
    }
    evidence_list_free(list);
}

/* root reads everything: the rights are dropped for this. */
static void
unreadable_is_refused(void **state)
{
    const char *path = write_file("secret", SV("one\n"));
    struct evidence_list *list = NULL;
    bool root = geteuid() == 0;

    (void)state;
    assert_int_equal(chmod(path, 0), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    assert_int_equal(evidence_list_make(&path, 1, &list, NULL), STATUS_OK);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(list->source_count, 0);
    assert_int_equal(list->refused_count, 1);
    evidence_list_free(list);
}

/* What vanished after it was listed is a row as well. */
static void
vanished_is_a_row(void **state)
{
    struct evidence_source source = { .path = path_in_folder("vanished") };
    struct evidence_sink sink = collect_all;
    struct collector collector = { 0 };

    (void)state;
    sink.user = &collector;
    assert_int_equal(evidence_read(&source, NULL, &sink, NULL), STATUS_OK);
    assert_string_equal(collector.rows.at, "vanished none not_read skipped\n");
    collector_clear(&collector);
}

static void
reads_stdin(void **state)
{
    struct evidence_source source = { .path = "-", .is_stdin = true };
    struct evidence_sink sink = collect_all;
    struct collector collector = { 0 };
    struct buf input = { 0 };
    int before = dup(STDIN_FILENO);

    (void)state;
    input_make("7z", &input);
    write_file("in", buf_sv(&input));
    assert_non_null(freopen(path_in_folder("in"), "rb", stdin));
    sink.user = &collector;
    collector.stored = buf_sv(&input);
    assert_int_equal(evidence_read(&source, NULL, &sink, NULL), STATUS_OK);
    assert_string_equal(collector.rows.at,
                        "-!logs/a none first_half\n-!logs/b none second_half\n"
                        "- none container\n");
    if (before >= 0) {
        dup2(before, STDIN_FILENO);
        close(before);
    }
    collector_clear(&collector);
    buf_clear(&input);
}

static void
loss_topics(void **state)
{
    (void)state;
    assert_true(warning_topic_is_loss(WARN_DAMAGED));
    assert_true(warning_topic_is_loss(WARN_BOUND));
    assert_true(warning_topic_is_loss(WARN_SKIPPED));
    assert_false(warning_topic_is_loss(WARN_DUPLICATE));
    for (int i = 1; i < WARN_TOPIC_COUNT; i++)
        assert_non_null(warning_topic_name((enum warning_topic)i));
}

static int
make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int
remove_entry(const char *path, const struct stat *info, int type,
             struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static int
remove_folder(void **state)
{
    (void)state;
    return nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

int
main(void)
{
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(known_hash),
        cmocka_unit_test(not_wanted_is_counted),
        cmocka_unit_test(cut_text_has_no_hash),
        cmocka_unit_test(every_cut_of_gzip),
        cmocka_unit_test(every_flip_of_gzip),
        cmocka_unit_test(damage_never_fails),
        cmocka_unit_test(bomb_is_bounded),
        cmocka_unit_test(long_line),
        cmocka_unit_test(many_empty_lines),
        cmocka_unit_test(line_lengths),
        cmocka_unit_test(ranges_equal_whole),
        cmocka_unit_test(points_lead_back),
        cmocka_unit_test(sink_failure_is_returned),
        cmocka_unit_test(lists_folder),
        cmocka_unit_test(unreadable_is_refused),
        cmocka_unit_test(vanished_is_a_row),
        cmocka_unit_test(reads_stdin),
        cmocka_unit_test(loss_topics),
    };
    enum { OTHER_COUNT = sizeof(others) / sizeof(others[0]) };
    struct CMUnitTest tests[ROW_COUNT + OTHER_COUNT] = { 0 };

    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[i] =
            (struct CMUnitTest){ .name = rows[i].input,
                                 .test_func = reads_input,
                                 .initial_state = (void *)(uintptr_t)&rows[i] };
    memcpy(tests + ROW_COUNT, others, sizeof(others));
    return cmocka_run_group_tests_name("evidence", tests, make_folder,
                                       remove_folder);
}
