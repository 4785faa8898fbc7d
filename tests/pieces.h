/*
 * pieces.h: recorded logs, cut into pieces and packed in many ways; all by
 * chance, from a seed.
 */
#ifndef TESTS_PIECES_H
#define TESTS_PIECES_H

#include "analyzer/base.h"

struct chance {
    uint64_t state; /* not 0 */
};
/* A number below `bound`. */
uint64_t chance_below(struct chance *chance, uint64_t bound);

#define TEXTS_MAX 32

struct whole { /* one text of a log, unpacked */
    struct buf text;
};
struct wholes {
    struct whole items[TEXTS_MAX];
    size_t count;
};

/* Reads a folder of logs or an archive of them. */
bool wholes_read(const char *logs, struct wholes *ret_wholes);
void wholes_clear(struct wholes *wholes);

struct pieces { /* views into the wholes */
    struct sv *items;
    size_t count;
    size_t capacity;
};
void pieces_clear(struct pieces *pieces);
bool pieces_add(struct pieces *pieces, struct sv text);

/*
 * Cuts at ends of lines, where two records meet: about `wanted` times by
 * chance, and between equal lines.
 */
bool pieces_cut(struct pieces *pieces, struct sv text, size_t wanted,
                struct chance *chance);

struct packed { /* files made of pieces */
    char folder[256];
    char **paths;
    size_t count;
    size_t capacity;
};

/*
 * Writes pieces, in any order and some of them twice when `twice`, into a new
 * folder: as they are, as .gz, and in archives (tar, tar.gz, zip).
 */
bool pieces_pack(const struct pieces *pieces, bool twice, struct chance *chance,
                 struct packed *ret_packed);
/* Removes the files. */
void packed_clear(struct packed *packed);

#endif
