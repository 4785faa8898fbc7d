/*
 * words_catalogue.h: inside words*.c: the catalogues of one language.
 */
#ifndef REPORT_WORDS_CATALOGUE_H
#define REPORT_WORDS_CATALOGUE_H

#include "report/words.h"

#define LAYERS_MAX 3

struct message {
    struct sv id;
    const xmlNode *node;
    size_t layer; /* 0 is asked first */
};

struct span { /* the server's offset from UTC in a stretch of time */
    int64_t from;
    int64_t to;
    int64_t offset_s;
};

struct words {
    xmlDoc *layers[LAYERS_MAX];
    size_t layer_count;
    bool branded;             /* the first layer is the brand's */
    size_t english;           /* layers from here on are the fallback */
    struct message *messages; /* by id, then layer */
    size_t message_count;
    size_t message_capacity;
    struct words_format format;
    struct span *spans; /* of the document in work */
    size_t span_count;
    char lang[16];
    char dir[4];
    int64_t fallbacks;
    int64_t missing;
};

/* The message, from the first layer that has it; NULL: none has. A sentence
 * that only English has is counted. */
const xmlNode *words_find(struct words *words, struct sv id);

#endif
