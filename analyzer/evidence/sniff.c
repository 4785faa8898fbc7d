#include "analyzer/evidence/sniff.h"

#include <assert.h>

enum {
    TAR_HEADER_BYTES = 512,
    TAR_SUM_AT = 148,
    TAR_SUM_BYTES = 8,
    TAR_MAGIC_AT = 257
};

static const struct {
    const char *name;
    bool is_compression;
    bool is_archive;
} contents[CONTENT_COUNT] = {
    [CONTENT_TEXT] = { "none", false, false },
    [CONTENT_GZIP] = { "gzip", true, false },
    [CONTENT_XZ] = { "xz", true, false },
    [CONTENT_BZIP2] = { "bzip2", true, false },
    [CONTENT_ZSTD] = { "zstd", true, false },
    [CONTENT_LZ4] = { "lz4", true, false },
    [CONTENT_TAR] = { "tar", false, true },
    [CONTENT_ZIP] = { "zip", false, true },
    [CONTENT_CPIO] = { "cpio", false, true },
    [CONTENT_7ZIP] = { "7z", false, true },
};

static const struct signature {
    struct sv bytes;
    enum content content;
} signatures[] = {
    { { SV_LIT("\x1f\x8b\x08") }, CONTENT_GZIP },
    { { SV_LIT("\xfd"
               "7zXZ\0") },
      CONTENT_XZ },
    { { SV_LIT("\x28\xb5\x2f\xfd") }, CONTENT_ZSTD },
    { { SV_LIT("\x04\x22\x4d\x18") }, CONTENT_LZ4 },
    { { SV_LIT("7z\xbc\xaf\x27\x1c") }, CONTENT_7ZIP },
    { { SV_LIT("PK\x03\x04") }, CONTENT_ZIP },
    { { SV_LIT("PK\x05\x06\0\0\0\0") }, CONTENT_ZIP }, /* no members */
};

const char *
content_name(enum content content)
{
    assert(content < CONTENT_COUNT);
    return contents[content].name;
}

bool
content_is_compression(enum content content)
{
    assert(content < CONTENT_COUNT);
    return contents[content].is_compression;
}

bool
content_is_archive(enum content content)
{
    assert(content < CONTENT_COUNT);
    return contents[content].is_archive;
}

/* "BZh", a level, then the mark of a block or of the end. */
static bool
sniff_bzip2(struct sv head)
{
    struct sv rest = head;

    if (!sv_skip_prefix(&rest, SV("BZh")) || !rest.len || rest.at[0] < '1' ||
        rest.at[0] > '9')
        return false;
    rest = sv_drop(rest, 1);
    return sv_starts(rest, SV("1AY&SY")) ||
           sv_starts(rest, SV("\x17\x72\x45\x38\x50\x90"));
}

static bool
all_digits(struct sv text, char highest, bool hex)
{
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];
        char lower = (char)(byte | 0x20);

        if (!(byte >= '0' && byte <= highest) &&
            !(hex && lower >= 'a' && lower <= 'f'))
            return false;
    }
    return true;
}

/* The old binary kind has two bytes of magic: its name must fit as well. */
static bool
sniff_cpio_binary(struct sv head)
{
    const unsigned char *at = (const unsigned char *)head.at;
    size_t name;
    bool little;

    if (head.len < 27)
        return false;
    little = at[0] == 0xc7 && at[1] == 0x71;
    if (!little && !(at[0] == 0x71 && at[1] == 0xc7))
        return false;
    name = little ? (size_t)at[20] | (size_t)at[21] << 8
                  : (size_t)at[21] | (size_t)at[20] << 8;
    return name > 1 && name < 4096 && head.len >= 26 + name && at[26] &&
           !at[26 + name - 1];
}

static bool
sniff_cpio(struct sv head)
{
    enum { ODC_BYTES = 76, NEWC_BYTES = 110 };

    if (sv_starts(head, SV("070707")))
        return head.len >= ODC_BYTES &&
               all_digits(sv_head(head, ODC_BYTES), '7', false);
    if (sv_starts(head, SV("070701")) || sv_starts(head, SV("070702")))
        return head.len >= NEWC_BYTES &&
               all_digits(sv_head(head, NEWC_BYTES), '9', true);
    return sniff_cpio_binary(head);
}

bool
sniff_tar_header(struct sv head)
{
    const unsigned char *at = (const unsigned char *)head.at;
    size_t sum = 8 * ' ';
    long signed_sum = 8 * ' ';
    size_t told = 0;
    size_t digits = 0;

    if (head.len < TAR_HEADER_BYTES || !at[0])
        return false;
    for (size_t i = 0; i < TAR_SUM_BYTES; i++) {
        unsigned char byte = at[TAR_SUM_AT + i];

        if (byte >= '0' && byte <= '7') {
            told = told * 8 + (size_t)(byte - '0');
            digits++;
        } else if (digits || (byte != ' ' && byte)) {
            break;
        }
    }
    for (size_t i = 0; i < TAR_HEADER_BYTES; i++) {
        if (i >= TAR_SUM_AT && i < TAR_SUM_AT + TAR_SUM_BYTES)
            continue;
        sum += at[i];
        signed_sum += (signed char)at[i];
    }
    return digits && (told == sum || (long)told == signed_sum);
}

enum content
sniff(struct sv head)
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(signatures[0]); i++) {
        if (!sv_starts(head, signatures[i].bytes))
            continue;
        if (signatures[i].content == CONTENT_GZIP && head.len > 3 &&
            (head.at[3] & 0xe0)) /* flags that no gzip sets */
            continue;
        return signatures[i].content;
    }
    if (sniff_bzip2(head))
        return CONTENT_BZIP2;
    if (sniff_cpio(head))
        return CONTENT_CPIO;
    /* A damaged first header still says that it is a tar. */
    if (sniff_tar_header(head) ||
        (head.len >= TAR_HEADER_BYTES &&
         (sv_starts(sv_drop(head, TAR_MAGIC_AT), SV("ustar\0")) ||
          sv_starts(sv_drop(head, TAR_MAGIC_AT), SV("ustar  \0")))))
        return CONTENT_TAR;
    return CONTENT_TEXT;
}
