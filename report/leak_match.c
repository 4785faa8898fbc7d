#include "report/leak_match.h"

#include <stdlib.h>
#include <string.h>

#define ROOT 0
#define NONE UINT32_MAX

struct node {
    uint32_t child; /* the first; they are a list */
    uint32_t sibling;
    uint32_t fail;    /* the longest end of this text that begins another */
    uint32_t shorter; /* the next on the way of `fail` that ends a text */
    uint32_t len;     /* of the text that ends here; 0: none does */
    unsigned char byte;
    unsigned char kind; /* enum leak_kind */
};

struct leak_match {
    struct node *nodes;
    size_t node_count;
    size_t node_capacity;
    size_t count;        /* of texts */
    uint32_t first[256]; /* the root's children */
};

static bool
node_add(struct leak_match *match, unsigned char byte, uint32_t *ret_node)
{
    void *nodes = match->nodes;
    bool room = match->node_count < NONE &&
                array_reserve(&nodes, &match->node_capacity,
                              match->node_count + 1, sizeof(struct node));

    match->nodes = nodes;
    if (!room)
        return false;
    *ret_node = (uint32_t)match->node_count++;
    match->nodes[*ret_node] = (struct node){
        .child = NONE, .sibling = NONE, .shorter = NONE, .byte = byte
    };
    return true;
}

struct leak_match *
leak_match_new(void)
{
    struct leak_match *match = calloc(1, sizeof(*match));
    uint32_t root;

    if (!match)
        return NULL;
    if (!node_add(match, 0, &root)) {
        leak_match_free(match);
        return NULL;
    }
    for (size_t i = 0; i < 256; i++)
        match->first[i] = NONE;
    return match;
}

void
leak_match_free(struct leak_match *match)
{
    if (!match)
        return;
    free(match->nodes);
    free(match);
}

static uint32_t
node_child(const struct leak_match *match, uint32_t node, unsigned char byte)
{
    uint32_t child;

    if (node == ROOT)
        return match->first[byte];
    child = match->nodes[node].child;
    while (child != NONE && match->nodes[child].byte != byte)
        child = match->nodes[child].sibling;
    return child;
}

bool
leak_match_add(struct leak_match *match, enum leak_kind kind, struct sv text)
{
    uint32_t at = ROOT;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        uint32_t next = node_child(match, at, byte);

        if (next == NONE) {
            if (!node_add(match, byte, &next))
                return false;
            match->nodes[next].sibling = match->nodes[at].child;
            match->nodes[at].child = next;
            if (at == ROOT)
                match->first[byte] = next;
        }
        at = next;
    }
    if (at == ROOT || match->nodes[at].len)
        return true;
    match->nodes[at].len = (uint32_t)text.len;
    match->nodes[at].kind = (unsigned char)kind;
    match->count++;
    return true;
}

static uint32_t
step(const struct leak_match *match, uint32_t node, unsigned char byte)
{
    for (;;) {
        uint32_t next = node_child(match, node, byte);

        if (next != NONE)
            return next;
        if (node == ROOT)
            return ROOT;
        node = match->nodes[node].fail;
    }
}

/* Level by level: what a node falls back to lies above it. */
bool
leak_match_seal(struct leak_match *match)
{
    uint32_t *queue = calloc(match->node_count, sizeof(*queue));
    size_t head = 0;
    size_t tail = 0;

    if (!queue)
        return false;
    queue[tail++] = ROOT;
    while (head < tail) {
        uint32_t at = queue[head++];

        for (uint32_t child = match->nodes[at].child; child != NONE;
             child = match->nodes[child].sibling) {
            struct node *node = &match->nodes[child];
            const struct node *fail;

            node->fail = at == ROOT
                             ? ROOT
                             : step(match, match->nodes[at].fail, node->byte);
            fail = &match->nodes[node->fail];
            node->shorter = fail->len ? node->fail : fail->shorter;
            queue[tail++] = child;
        }
    }
    free(queue);
    return true;
}

size_t
leak_match_count(const struct leak_match *match)
{
    return match->count;
}

/* -------------------------------------------------------------- boundaries */

static bool
is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || byte == '-' || (unsigned char)byte >= 0x80;
}

static bool
begins_at(enum leak_kind kind, struct sv folded, size_t at)
{
    char before = at ? folded.at[at - 1] : ' ';

    if (kind == LEAK_SUBJECT)
        return true;
    if (is_name_byte(before))
        return false;
    if (before != '.' || kind == LEAK_DOMAIN)
        return true;
    return at < 2 || !is_name_byte(folded.at[at - 2]);
}

static bool
ends_at(enum leak_kind kind, struct sv folded, size_t end)
{
    char after = end < folded.len ? folded.at[end] : ' ';
    char next = end + 1 < folded.len ? folded.at[end + 1] : ' ';

    if (kind == LEAK_SUBJECT)
        return true;
    return !is_name_byte(after) && !(after == '.' && is_name_byte(next));
}

/* Called for a text that is there; true ends the search. */
typedef bool leak_found(struct leak_match *match, uint32_t node, size_t end,
                        void *user);

static bool
search(struct leak_match *match, struct sv folded, leak_found *found,
       void *user)
{
    uint32_t at = ROOT;

    for (size_t i = 0; i < folded.len; i++) {
        uint32_t node;

        at = step(match, at, (unsigned char)folded.at[i]);
        node = match->nodes[at].len ? at : match->nodes[at].shorter;
        for (; node != NONE; node = match->nodes[node].shorter) {
            const struct node *text = &match->nodes[node];
            enum leak_kind kind = (enum leak_kind)text->kind;

            if (kind && begins_at(kind, folded, i + 1 - text->len) &&
                ends_at(kind, folded, i + 1) && found(match, node, i + 1, user))
                return true;
        }
    }
    return false;
}

struct place {
    size_t end;
    size_t len;
    enum leak_kind kind;
};

static bool
note_place(struct leak_match *match, uint32_t node, size_t end, void *user)
{
    const struct node *text = &match->nodes[node];

    *(struct place *)user =
        (struct place){ end, text->len, (enum leak_kind)text->kind };
    return true;
}

static bool
forget(struct leak_match *match, uint32_t node, size_t end, void *user)
{
    (void)end;
    (void)user;
    match->nodes[node].kind = 0;
    match->count--;
    return false;
}

bool
leak_match_find(const struct leak_match *match, struct sv folded,
                struct sv *ret_text, enum leak_kind *ret_kind)
{
    struct place place;

    /* note_place() changes nothing */
    if (!search((struct leak_match *)match, folded, note_place, &place))
        return false;
    *ret_text = (struct sv){ folded.at + place.end - place.len, place.len };
    *ret_kind = place.kind;
    return true;
}

void
leak_match_excuse(struct leak_match *match, struct sv folded)
{
    search(match, folded, forget, NULL);
}

/* ----------------------------------------------------------------- folding */

static const struct {
    struct sv from;
    struct sv to;
} folds[] = {
    { { SV_LIT("&lt;") }, { SV_LIT("<") } },
    { { SV_LIT("&gt;") }, { SV_LIT(">") } },
    { { SV_LIT("&quot;") }, { SV_LIT("\"") } },
    { { SV_LIT("&#34;") }, { SV_LIT("\"") } },
    { { SV_LIT("&#39;") }, { SV_LIT("'") } },
    { { SV_LIT("&apos;") }, { SV_LIT("'") } },
    { { SV_LIT("[.]") }, { SV_LIT(".") } },
    { { SV_LIT("[:]") }, { SV_LIT(":") } },
    { { SV_LIT("<wbr>") }, { SV_LIT("") } },
    { { SV_LIT("<wbr/>") }, { SV_LIT("") } },
    { { SV_LIT("\\") }, { SV_LIT("") } },
    { { SV_LIT("\xe2\x80\x8b") }, { SV_LIT("") } }, /* zero-width space */
    { { SV_LIT("\xc2\xad") }, { SV_LIT("") } },     /* soft hyphen */
    { { SV_LIT("\xe2\x81\xa0") }, { SV_LIT("") } }, /* word joiner */
    { { SV_LIT("\xe2\x81\xa6") }, { SV_LIT("") } }, /* isolates */
    { { SV_LIT("\xe2\x81\xa7") }, { SV_LIT("") } },
    { { SV_LIT("\xe2\x81\xa8") }, { SV_LIT("") } },
    { { SV_LIT("\xe2\x81\xa9") }, { SV_LIT("") } },
};

/* Takes what looks different and is the same off the head. */
static bool
fold_one(struct sv *rest, struct buf *out)
{
    char first = rest->at[0];

    if (!memchr("&[<\\\xe2\xc2", first, 6))
        return false;
    if (first == '&' && sv_starts(*rest, SV("&amp;"))) {
        buf_add_char(out, '&');
        *rest = sv_drop(*rest, 1);
        while (sv_skip_prefix(rest, SV("amp;")))
            continue; /* escaped once or more: no matter */
        return true;
    }
    for (size_t i = 0; i < sizeof(folds) / sizeof(folds[0]); i++) {
        if (sv_skip_prefix(rest, folds[i].from)) {
            buf_add(out, folds[i].to);
            return true;
        }
    }
    return false;
}

bool
leak_fold(struct sv bytes, struct buf *out)
{
    while (bytes.len && !out->failed) {
        char byte = bytes.at[0];

        if (fold_one(&bytes, out))
            continue;
        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte + 32);
        buf_add_char(out, byte);
        bytes = sv_drop(bytes, 1);
    }
    return !out->failed;
}
