#include "tests/pieces.h"

#include "analyzer/readers/reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

uint64_t
chance_below(struct chance *chance, uint64_t bound)
{
    chance->state ^= chance->state >> 12;
    chance->state ^= chance->state << 25;
    chance->state ^= chance->state >> 27;
    return (chance->state * UINT64_C(0x2545f4914f6cdd1d) >> 16) % bound;
}

/* ------------------------------------------------------------------ wholes */

static bool
entry_read(struct archive *archive, struct buf *out)
{
    char block[65536];
    ssize_t got;

    while ((got = archive_read_data(archive, block, sizeof(block))) > 0) {
        if (!buf_add(out, (struct sv){ block, (size_t)got }))
            return false;
    }
    return got == 0;
}

/* A member of a packed set may be packed itself. */
static bool
text_unpack(struct buf *text)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    struct buf plain = { 0 };
    bool good;

    archive_read_support_filter_gzip(archive);
    archive_read_support_format_raw(archive);
    good =
        archive_read_open_memory(archive, text->at, text->len) == ARCHIVE_OK &&
        archive_read_next_header(archive, &entry) == ARCHIVE_OK &&
        entry_read(archive, &plain);
    archive_read_free(archive);
    buf_clear(text);
    *text = plain;
    return good;
}

static bool
file_read(const char *path, struct wholes *wholes)
{
    struct archive *archive = archive_read_new();
    struct archive_entry *entry;
    bool good = false;

    archive_read_support_filter_gzip(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_format_raw(archive);
    if (archive_read_open_filename(archive, path, 65536) == ARCHIVE_OK) {
        good = true;
        while (good &&
               archive_read_next_header(archive, &entry) == ARCHIVE_OK) {
            struct buf *text = &wholes->items[wholes->count].text;

            if (archive_entry_filetype(entry) == AE_IFDIR)
                continue;
            good = wholes->count < TEXTS_MAX - 1 && entry_read(archive, text) &&
                   text_unpack(text);
            wholes->count++;
        }
    }
    archive_read_free(archive);
    return good;
}

bool
wholes_read(const char *logs, struct wholes *ret_wholes)
{
    DIR *listing = opendir(logs);
    struct dirent *entry;
    bool good = true;

    *ret_wholes = (struct wholes){ 0 };
    if (!listing)
        return file_read(logs, ret_wholes);
    while (good && (entry = readdir(listing))) {
        char path[4096];

        snprintf(path, sizeof(path), "%s/%s", logs, entry->d_name);
        good = entry->d_name[0] == '.' || file_read(path, ret_wholes);
    }
    closedir(listing);
    return good;
}

void
wholes_clear(struct wholes *wholes)
{
    for (size_t i = 0; i < wholes->count; i++)
        buf_clear(&wholes->items[i].text);
    wholes->count = 0;
}

/* ------------------------------------------------------------------ pieces */

void
pieces_clear(struct pieces *pieces)
{
    free(pieces->items);
    *pieces = (struct pieces){ 0 };
}

bool
pieces_add(struct pieces *pieces, struct sv text)
{
    void *grown = pieces->items;

    if (!text.len)
        return true;
    if (!array_reserve(&grown, &pieces->capacity, pieces->count + 1,
                       sizeof(*pieces->items)))
        return false;
    pieces->items = grown;
    pieces->items[pieces->count++] = text;
    return true;
}

static bool
has_piece(const struct pieces *pieces, struct sv text)
{
    for (size_t i = 0; i < pieces->count; i++) {
        if (sv_eq(pieces->items[i], text))
            return true;
    }
    return false;
}

bool
pieces_cut(struct pieces *pieces, struct sv text, size_t wanted,
           struct chance *chance)
{
    uint64_t odds = text.len / 100 / (wanted + 1) + 1; /* a line: 100 bytes */
    struct sv previous = { "", 0 };
    struct sv rest = text;
    const char *begin = text.at;

    while (rest.len) {
        struct sv line = sv_cut(&rest, '\n');
        bool equal = previous.len && sv_eq(previous, line);

        if (line.at > begin && reader_may_cut(previous, line) &&
            (equal || chance_below(chance, odds) == 0)) {
            struct sv piece = { begin, (size_t)(line.at - begin) };
            struct sv others = { line.at,
                                 text.len - (size_t)(line.at - text.at) };

            previous = line;
            if (has_piece(pieces, piece) || has_piece(pieces, others))
                continue; /* equal files are copies */
            if (!pieces_add(pieces, piece))
                return false;
            begin = line.at;
        }
        previous = line;
    }
    return pieces_add(
        pieces, (struct sv){ begin, (size_t)(text.at + text.len - begin) });
}

/* ----------------------------------------------------------------- packing */

enum packing {
    PACK_PLAIN,
    PACK_GZIP,
    PACK_TAR,
    PACK_TAR_GZ,
    PACK_ZIP,
    PACKINGS
};
static const char *const suffixes[PACKINGS] = { "", ".gz", ".tar", ".tar.gz",
                                                ".zip" };

static char *
path_add(struct packed *packed, uint64_t number, enum packing packing)
{
    struct buf path = { 0 };
    void *grown = packed->paths;

    if (!array_reserve(&grown, &packed->capacity, packed->count + 1,
                       sizeof(*packed->paths)))
        return NULL;
    packed->paths = grown;
    if (!buf_printf(&path, "%s/%04llx-%zu%s", packed->folder,
                    (unsigned long long)number, packed->count,
                    suffixes[packing]))
        return NULL;
    packed->paths[packed->count++] = path.at;
    return path.at;
}

static bool
plain_write(const char *path, struct sv text)
{
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(text.at, 1, text.len, file) == text.len;

    if (file)
        good = fclose(file) == 0 && good;
    return good;
}

static bool
gzip_write(const char *path, struct sv text)
{
    gzFile file = gzopen(path, "wb6");
    bool good =
        file && gzwrite(file, text.at, (unsigned)text.len) == (int)text.len;

    if (file)
        good = gzclose(file) == Z_OK && good;
    return good;
}

static struct archive *
archive_start(const char *path, enum packing packing)
{
    struct archive *archive = archive_write_new();

    if (packing == PACK_ZIP)
        archive_write_set_format_zip(archive);
    else
        archive_write_set_format_pax_restricted(archive);
    if (packing == PACK_TAR_GZ)
        archive_write_add_filter_gzip(archive);
    if (archive_write_open_filename(archive, path) == ARCHIVE_OK)
        return archive;
    archive_write_free(archive);
    return NULL;
}

static bool
member_write(struct archive *archive, uint64_t number, struct sv text)
{
    struct archive_entry *entry = archive_entry_new();
    char name[32];
    bool good;

    snprintf(name, sizeof(name), "logs/%08llx", (unsigned long long)number);
    archive_entry_set_pathname(entry, name);
    archive_entry_set_size(entry, (la_int64_t)text.len);
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    good =
        archive_write_header(archive, entry) == ARCHIVE_OK &&
        archive_write_data(archive, text.at, text.len) == (la_ssize_t)text.len;
    archive_entry_free(entry);
    return good;
}

struct packer {
    struct packed *packed;
    struct chance *chance;
    struct archive *archives[PACKINGS];
};

static bool
piece_write(struct packer *packer, struct sv text)
{
    enum packing packing = (enum packing)chance_below(packer->chance, PACKINGS);
    uint64_t number = chance_below(packer->chance, 65536);
    const char *path;

    if (packing < PACK_TAR) {
        path = path_add(packer->packed, number, packing);
        return path && (packing == PACK_GZIP ? gzip_write(path, text)
                                             : plain_write(path, text));
    }
    if (!packer->archives[packing]) {
        path = path_add(packer->packed, number, packing);
        packer->archives[packing] = path ? archive_start(path, packing) : NULL;
    }
    return packer->archives[packing] &&
           member_write(packer->archives[packing], number, text);
}

static bool
all_write(struct packer *packer, const struct pieces *pieces, bool twice)
{
    size_t *order = calloc(pieces->count + 1, sizeof(*order));
    bool good = order != NULL;

    for (size_t i = 0; good && i < pieces->count; i++) { /* a shuffle */
        size_t at = (size_t)chance_below(packer->chance, i + 1);

        order[i] = order[at];
        order[at] = i;
    }
    for (size_t i = 0; good && i < pieces->count; i++) {
        good = piece_write(packer, pieces->items[order[i]]);
        if (good && twice && chance_below(packer->chance, 8) == 0)
            good = piece_write(packer, pieces->items[order[i]]);
    }
    free(order);
    return good;
}

bool
pieces_pack(const struct pieces *pieces, bool twice, struct chance *chance,
            struct packed *ret_packed)
{
    const char *parent = getenv("TMPDIR");
    struct packer packer = { .packed = ret_packed, .chance = chance };
    bool good;

    *ret_packed = (struct packed){ .count = 0 };
    snprintf(ret_packed->folder, sizeof(ret_packed->folder), "%s/pieces.XXXXXX",
             parent ? parent : "/tmp");
    if (!mkdtemp(ret_packed->folder))
        return false;
    good = all_write(&packer, pieces, twice);
    for (size_t i = 0; i < PACKINGS; i++) {
        if (packer.archives[i])
            good =
                archive_write_close(packer.archives[i]) == ARCHIVE_OK && good;
        archive_write_free(packer.archives[i]);
    }
    return good;
}

void
packed_clear(struct packed *packed)
{
    for (size_t i = 0; i < packed->count; i++) {
        unlink(packed->paths[i]);
        free(packed->paths[i]);
    }
    rmdir(packed->folder);
    free(packed->paths);
    *packed = (struct packed){ .count = 0 };
}
