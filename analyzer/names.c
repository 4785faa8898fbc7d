/*
 * names.c: texts, each once. A text stands in a chunk behind its number and
 * length; what leads to it are 32-bit references, in units of four bytes, and
 * tags of a keyed hash. Most texts of a log came a moment ago: a small table
 * in front, by what a text begins and ends with, finds those without hashing.
 */
#include "analyzer/base.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define UNIT 4
#define PAGE_UNITS 1024 /* one pointer leads to so many units */
#define PAGE_BYTES ((size_t)UNIT * PAGE_UNITS)
#define CHUNK_BYTES_MAX ((size_t)256 * 1024)
#define RECENT_COUNT 1024 /* a power of two */
#define RECENT_FROM 256   /* fewer names are found as fast without */

struct entry {
    uint32_t name;
    uint32_t len;
    char text[];
};

/* Part of the hash beside the reference: texts are read to confirm only. */
struct names_slot {
    uint32_t tag;
    uint32_t ref; /* 0: free */
};

struct names {
    struct arena *arena; /* the chunks */
    char **pages;        /* where each PAGE_BYTES of them begin */
    size_t page_count;
    size_t page_capacity;
    size_t chunk_bytes;
    uint32_t next;  /* the first free unit, and … */
    uint32_t end;   /* … the end of its chunk */
    uint32_t *refs; /* by number less one */
    size_t count;
    size_t capacity;
    struct names_slot *slots; /* a power of two, at most three quarters full */
    size_t slot_count;
    const struct entry **recent; /* RECENT_COUNT; NULL while there are few */
    bool failed;
};

struct names *
names_new(void)
{
    struct names *names = calloc(1, sizeof(*names));

    if (!names)
        return NULL;
    names->arena = arena_new();
    if (!names->arena) {
        free(names);
        return NULL;
    }
    return names;
}

void
names_free(struct names *names)
{
    if (!names)
        return;
    arena_free(names->arena);
    free(names->pages);
    free(names->refs);
    free(names->slots);
    free(names->recent);
    free(names);
}

static struct entry *
entry_of(const struct names *names, uint32_t ref)
{
    return (struct entry *)(void *)(names->pages[ref / PAGE_UNITS] +
                                    (size_t)(ref % PAGE_UNITS) * UNIT);
}

static bool
entry_is(const struct entry *entry, struct sv text)
{
    return entry->len == text.len &&
           memcmp(entry->text, text.at, text.len) == 0;
}

static struct names_slot *
names_slot(const struct names *names, struct sv text, uint32_t tag)
{
    size_t mask = names->slot_count - 1;
    size_t at = tag & mask;

    while (names->slots[at].ref &&
           (names->slots[at].tag != tag ||
            !entry_is(entry_of(names, names->slots[at].ref), text)))
        at = (at + 1) & mask;
    return &names->slots[at];
}

/* Tags alone say where the names go: no text is looked at. */
static bool
names_grow(struct names *names)
{
    size_t wanted = names->slot_count ? names->slot_count * 2 : 64;
    struct names_slot *slots;

    if (names->count + 1 <= names->slot_count / 4 * 3)
        return true;
    slots = calloc(wanted, sizeof(*slots));
    if (!slots)
        return false;
    for (size_t i = 0; i < names->slot_count; i++) {
        size_t at = names->slots[i].tag & (wanted - 1);

        if (!names->slots[i].ref)
            continue;
        while (slots[at].ref)
            at = (at + 1) & (wanted - 1);
        slots[at] = names->slots[i];
    }
    free(names->slots);
    names->slots = slots;
    names->slot_count = wanted;
    if (!names->recent && names->count >= RECENT_FROM)
        names->recent = calloc(RECENT_COUNT, sizeof(*names->recent));
    return true;
}

/* A new chunk of `bytes` or more; what is left of the last one is lost. */
static bool
names_add_chunk(struct names *names, size_t bytes)
{
    size_t size = names->chunk_bytes ? names->chunk_bytes * 2 : PAGE_BYTES;
    size_t first = names->page_count ? names->page_count : 1;
    void *pages = names->pages;
    char *chunk;

    if (size > CHUNK_BYTES_MAX)
        size = CHUNK_BYTES_MAX;
    names->chunk_bytes = size;
    if (size < bytes)
        size = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    if (first + size / PAGE_BYTES > UINT32_MAX / PAGE_UNITS ||
        !array_reserve(&pages, &names->page_capacity, first + size / PAGE_BYTES,
                       sizeof(*names->pages)))
        return false;
    names->pages = pages;
    chunk = arena_alloc(names->arena, size);
    if (!chunk)
        return false;
    names->pages[0] = NULL; /* so that no reference is 0 */
    names->page_count = first;
    for (size_t at = 0; at < size; at += PAGE_BYTES)
        names->pages[names->page_count++] = chunk + at;
    names->next = (uint32_t)(first * PAGE_UNITS);
    names->end = (uint32_t)(names->page_count * PAGE_UNITS);
    return true;
}

/* 0 when out of memory. */
static uint32_t
names_keep(struct names *names, struct sv text)
{
    size_t bytes = sizeof(struct entry) + text.len;
    size_t units = (bytes + UNIT - 1) / UNIT;
    void *refs = names->refs;
    struct entry *entry;
    uint32_t ref;

    if (text.len >= UINT32_MAX / 2 || names->count >= UINT32_MAX - 1 ||
        !array_reserve(&refs, &names->capacity, names->count + 1,
                       sizeof(*names->refs)))
        return 0;
    names->refs = refs;
    if (names->end - names->next < units && !names_add_chunk(names, bytes))
        return 0;
    ref = names->next;
    names->next += (uint32_t)units;
    entry = entry_of(names, ref);
    memcpy(entry->text, text.at, text.len);
    entry->len = (uint32_t)text.len;
    names->refs[names->count++] = ref;
    entry->name = (uint32_t)names->count;
    return ref;
}

/* No chain hangs here: whoever aims at one place only spoils a shortcut. */
static size_t
recent_place(struct sv text)
{
    uint64_t head = 0, tail = 0;

    if (text.len >= 8) {
        memcpy(&head, text.at, 8);
        memcpy(&tail, text.at + text.len - 8, 8);
    } else {
        memcpy(&head, text.at, text.len);
    }
    head = (head ^ tail << 7 ^ tail >> 57 ^ text.len) *
           UINT64_C(0x9e3779b97f4a7c15);
    return head >> 54 & (RECENT_COUNT - 1);
}

/* The entry of a text whose hash ends in `tag`; NULL when out of memory. */
static const struct entry *
names_take(struct names *names, struct sv text, uint32_t tag)
{
    struct names_slot *slot;

    if (!names_grow(names))
        goto failed;
    slot = names_slot(names, text, tag);
    if (!slot->ref) {
        uint32_t ref = names_keep(names, text);

        if (!ref)
            goto failed;
        *slot = (struct names_slot){ tag, ref };
    }
    return entry_of(names, slot->ref);
failed:
    names->failed = true;
    return NULL;
}

static uint32_t
names_add_one(struct names *names, struct sv text, uint32_t tag)
{
    const struct entry *entry = names_take(names, text, tag);

    if (!entry)
        return 0;
    if (names->recent)
        names->recent[recent_place(text)] = entry;
    return entry->name;
}

/* 0 when it is not among those. */
static uint32_t
names_find_recent(const struct names *names, struct sv text)
{
    const struct entry *entry =
        names->recent ? names->recent[recent_place(text)] : NULL;

    return entry && entry_is(entry, text) ? entry->name : 0;
}

uint32_t
names_add(struct names *names, struct sv text)
{
    uint32_t name;

    if (!text.len)
        return 0;
    name = names_find_recent(names, text);
    return name ? name : names_add_one(names, text, (uint32_t)sv_hash(text));
}

/* The entry that a tag leads to first is most often the right one. */
static void
names_prefetch(const struct names *names, uint32_t tag)
{
    const struct names_slot *slot =
        &names->slots[tag & (names->slot_count - 1)];

    if (slot->ref)
        __builtin_prefetch(entry_of(names, slot->ref));
}

void
names_add_all(struct names *names, const struct sv *texts, size_t count,
              uint32_t *ret_names)
{
    uint32_t tags[NAMES_TOGETHER];
    uint8_t left[NAMES_TOGETHER];
    size_t left_count = 0;

    assert(count <= NAMES_TOGETHER);
    for (size_t i = 0; i < count; i++) {
        ret_names[i] = texts[i].len ? names_find_recent(names, texts[i]) : 0;
        if (ret_names[i] || !texts[i].len)
            continue;
        tags[i] = (uint32_t)sv_hash(texts[i]);
        left[left_count++] = (uint8_t)i;
        if (names->slot_count)
            __builtin_prefetch(
                &names->slots[tags[i] & (names->slot_count - 1)]);
    }
    for (size_t i = 0; i < left_count && names->slot_count; i++)
        names_prefetch(names, tags[left[i]]);
    for (size_t i = 0; i < left_count; i++)
        ret_names[left[i]] =
            names_add_one(names, texts[left[i]], tags[left[i]]);
}

uint32_t
names_find(const struct names *names, struct sv text)
{
    uint32_t ref;

    if (!text.len || !names->slot_count)
        return 0;
    ref = names_slot(names, text, (uint32_t)sv_hash(text))->ref;
    return ref ? entry_of(names, ref)->name : 0;
}

struct sv
names_text(const struct names *names, uint32_t name)
{
    const struct entry *entry;

    assert(name <= names->count);
    if (!name)
        return (struct sv){ "", 0 };
    entry = entry_of(names, names->refs[name - 1]);
    return (struct sv){ entry->text, entry->len };
}

uint32_t
names_count(const struct names *names)
{
    return (uint32_t)names->count;
}

bool
names_failed(const struct names *names)
{
    return names->failed;
}
