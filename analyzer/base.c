#include "analyzer/base.h"

#include <assert.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* ---------------------------------------------------------------- statuses */

enum status
fault_set(struct fault *fault, enum status status, const char *format, ...)
{
    va_list args;

    if (!fault)
        return status;
    fault->status = status;
    va_start(args, format);
    vsnprintf(fault->text, sizeof(fault->text), format, args);
    va_end(args);
    for (char *at = fault->text; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = '?';
    }
    return status;
}

/* ---------------------------------------------------------- borrowed bytes */

struct sv
sv_of(const char *text)
{
    return (struct sv){ text, text ? strlen(text) : 0 };
}

bool
sv_eq(struct sv a, struct sv b)
{
    return a.len == b.len && (!a.len || memcmp(a.at, b.at, a.len) == 0);
}

static unsigned char
ascii_lower(char byte)
{
    return (unsigned char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
}

bool
sv_eq_nocase(struct sv a, struct sv b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        if (ascii_lower(a.at[i]) != ascii_lower(b.at[i]))
            return false;
    }
    return true;
}

int
sv_cmp(struct sv a, struct sv b)
{
    size_t shorter = a.len < b.len ? a.len : b.len;
    int order = shorter ? memcmp(a.at, b.at, shorter) : 0;

    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

bool
sv_starts(struct sv text, struct sv prefix)
{
    return text.len >= prefix.len &&
           sv_eq((struct sv){ text.at, prefix.len }, prefix);
}

bool
sv_ends(struct sv text, struct sv suffix)
{
    return text.len >= suffix.len &&
           sv_eq(sv_drop(text, text.len - suffix.len), suffix);
}

struct sv
sv_cut(struct sv *rest, char stop)
{
    ptrdiff_t at = sv_find_char(*rest, stop);
    struct sv head = *rest;

    if (at < 0) {
        *rest = sv_drop(*rest, rest->len);
        return head;
    }
    head.len = (size_t)at;
    *rest = sv_drop(*rest, head.len + 1);
    return head;
}

bool
sv_skip_prefix(struct sv *rest, struct sv prefix)
{
    if (!sv_starts(*rest, prefix))
        return false;
    *rest = sv_drop(*rest, prefix.len);
    return true;
}

struct sv
sv_drop(struct sv text, size_t count)
{
    if (count > text.len)
        count = text.len;
    if (!count)
        return text;
    return (struct sv){ text.at + count, text.len - count };
}

struct sv
sv_head(struct sv text, size_t count)
{
    return (struct sv){ text.at, count < text.len ? count : text.len };
}

struct sv
sv_trim(struct sv text)
{
    while (text.len && (text.at[0] == ' ' || text.at[0] == '\t'))
        text = sv_drop(text, 1);
    while (text.len &&
           (text.at[text.len - 1] == ' ' || text.at[text.len - 1] == '\t'))
        text.len--;
    return text;
}

ptrdiff_t
sv_find_char(struct sv text, char byte)
{
    const char *at = text.len ? memchr(text.at, byte, text.len) : NULL;

    return at ? at - text.at : -1;
}

ptrdiff_t
sv_find(struct sv text, struct sv needle)
{
    const char *at;

    if (!needle.len)
        return 0;
    if (text.len < needle.len)
        return -1;
    at = memmem(text.at, text.len, needle.at, needle.len);
    return at ? at - text.at : -1;
}

ptrdiff_t
sv_rfind_char(struct sv text, char byte)
{
    for (size_t i = text.len; i > 0; i--) {
        if (text.at[i - 1] == byte)
            return (ptrdiff_t)(i - 1);
    }
    return -1;
}

bool
sv_to_u64(struct sv text, uint64_t max, uint64_t *ret_value)
{
    uint64_t value = 0;

    if (!text.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned char)text.at[i] - (unsigned)'0';

        if (digit > 9 || value > (max - digit) / 10 || digit > max)
            return false;
        value = value * 10 + digit;
    }
    *ret_value = value;
    return true;
}

/* ------------------------------------------------------------------ hashes */

/* SipHash-1-3 (Aumasson, Bernstein), for what must be the same in every run. */
#define ROTATE(x, b) (uint64_t)(((x) << (b)) | ((x) >> (64 - (b))))

static void
sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = ROTATE(v[1], 13) ^ v[0];
    v[0] = ROTATE(v[0], 32);
    v[2] += v[3];
    v[3] = ROTATE(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = ROTATE(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = ROTATE(v[1], 17) ^ v[2];
    v[2] = ROTATE(v[2], 32);
}

static uint64_t
sip_hash(struct sv text, uint64_t key0, uint64_t key1)
{
    uint64_t v[4] = { key0 ^ 0x736f6d6570736575u, key1 ^ 0x646f72616e646f6du,
                      key0 ^ 0x6c7967656e657261u, key1 ^ 0x7465646279746573u };
    uint64_t word = (uint64_t)text.len << 56;
    size_t whole = text.len & ~(size_t)7;

    for (size_t i = 0; i < whole; i += 8) {
        uint64_t block;

        memcpy(&block, text.at + i, 8);
        v[3] ^= block;
        sip_round(v);
        v[0] ^= block;
    }
    for (size_t i = whole; i < text.len; i++)
        word |= (uint64_t)(unsigned char)text.at[i] << (8 * (i - whole));
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Drawn once; two threads that race draw one key, as the first store wins. */
static uint64_t
process_key(void)
{
    static _Atomic uint64_t key;
    uint64_t now = atomic_load_explicit(&key, memory_order_relaxed);
    uint64_t drawn = 0;

    if (now)
        return now;
    if (getrandom(&drawn, sizeof(drawn), GRND_NONBLOCK) !=
            (ssize_t)sizeof(drawn) ||
        !drawn)
        drawn = (uint64_t)(uintptr_t)&key | 1; /* the address is random too */
    if (atomic_compare_exchange_strong(&key, &now, drawn))
        return drawn;
    return now;
}

/* Both halves of the product, folded: every bit of one stirs all others. */
static uint64_t
fold(uint64_t a, uint64_t b)
{
#ifdef __SIZEOF_INT128__
    __extension__ unsigned __int128 product = a;

    product *= b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
#else
    uint64_t low = (a & UINT32_MAX) * (b & UINT32_MAX);
    uint64_t cross = (a >> 32) * (b & UINT32_MAX) + (low >> 32);
    uint64_t other = (a & UINT32_MAX) * (b >> 32) + (cross & UINT32_MAX);

    return (other << 32 | (low & UINT32_MAX)) ^
           ((a >> 32) * (b >> 32) + (cross >> 32) + (other >> 32));
#endif
}

static uint64_t
load_u64(const char *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof(word));
    return word;
}

/* The last words overlap: no byte is looked at alone. */
static uint64_t
fold_tail(struct sv text, uint64_t state, uint64_t key)
{
    uint64_t low = 0, high = 0;

    if (text.len >= 8) {
        low = load_u64(text.at);
        high = load_u64(text.at + text.len - 8);
    } else if (text.len >= 4) {
        uint32_t first, last;

        memcpy(&first, text.at, sizeof(first));
        memcpy(&last, text.at + text.len - 4, sizeof(last));
        low = first;
        high = last;
    } else if (text.len) {
        low = (uint64_t)(unsigned char)text.at[0] << 16 |
              (uint64_t)(unsigned char)text.at[text.len / 2] << 8 |
              (unsigned char)text.at[text.len - 1];
    }
    return fold(low ^ state, high ^ key);
}

uint64_t
sv_hash(struct sv text)
{
    uint64_t key = process_key();
    uint64_t other = key * UINT64_C(0x9e3779b97f4a7c15) ^ key >> 32;
    uint64_t state = key ^ fold(text.len ^ other, UINT64_C(0xa0761d6478bd642f));

    while (text.len > 16) {
        state = fold(load_u64(text.at) ^ state, load_u64(text.at + 8) ^ other);
        text.at += 16;
        text.len -= 16;
    }
    return fold(fold_tail(text, state, other),
                other ^ UINT64_C(0xe7037ed1a0b428db));
}

uint64_t
sv_hash_stable(struct sv text)
{
    return sip_hash(text, 0x6578696e71756573u, 0x74206c6564676572u);
}

/* ------------------------------------------------------------------- arena */

struct arena_block {
    struct arena_block *next;
    size_t used;
    size_t size;
    max_align_t data[];
};

struct arena {
    struct arena_block *blocks; /* the newest first */
    size_t bytes;
};

#define ARENA_BLOCK_BYTES ((size_t)256 * 1024)

struct arena *
arena_new(void)
{
    return calloc(1, sizeof(struct arena));
}

void
arena_free(struct arena *arena)
{
    if (!arena)
        return;
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;

        free(arena->blocks);
        arena->blocks = next;
    }
    free(arena);
}

/* The first block is small: most tests and small reports need no more. */
static size_t
arena_next_size(const struct arena *arena, size_t need)
{
    size_t size = arena->bytes ? ARENA_BLOCK_BYTES : 8192;

    return need > size ? need : size;
}

static void *
arena_take(struct arena *arena, size_t size_bytes, size_t align)
{
    struct arena_block *block = arena->blocks;
    size_t at = block ? (block->used + align - 1) & ~(align - 1) : 0;

    if (!block || at + size_bytes > block->size) {
        size_t size;

        if (size_bytes > SIZE_MAX / 2)
            return NULL;
        size = arena_next_size(arena, size_bytes);
        block = malloc(sizeof(*block) + size);
        if (!block)
            return NULL;
        block->next = arena->blocks;
        block->size = size;
        arena->blocks = block;
        arena->bytes += sizeof(*block) + size;
        at = 0;
    }
    block->used = at + size_bytes;
    return (char *)block->data + at;
}

void *
arena_alloc(struct arena *arena, size_t size_bytes)
{
    void *memory = arena_take(arena, size_bytes, _Alignof(max_align_t));

    if (memory)
        memset(memory, 0, size_bytes);
    return memory;
}

bool
arena_keep(struct arena *arena, struct sv text, struct sv *ret_kept)
{
    char *copy = arena_strdup(arena, text);

    if (!copy)
        return false;
    *ret_kept = (struct sv){ copy, text.len };
    return true;
}

char *
arena_strdup(struct arena *arena, struct sv text)
{
    char *copy =
        text.len < SIZE_MAX ? arena_take(arena, text.len + 1, 1) : NULL;

    if (!copy)
        return NULL;
    if (text.len)
        memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    return copy;
}

size_t
arena_bytes(const struct arena *arena)
{
    return arena->bytes;
}

/* ---------------------------------------------------------- growing arrays */

bool
array_reserve(void **array, size_t *capacity, size_t count, size_t size_bytes)
{
    size_t wanted = *capacity ? *capacity : 16;
    void *grown;

    if (count <= *capacity)
        return true;
    while (wanted < count) {
        if (wanted > SIZE_MAX / 2)
            return false;
        wanted *= 2;
    }
    if (wanted > SIZE_MAX / size_bytes)
        return false;
    grown = realloc(*array, wanted * size_bytes);
    if (!grown)
        return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

void
buf_clear(struct buf *buf)
{
    free(buf->at);
    *buf = (struct buf){ 0 };
}

static bool
buf_reserve(struct buf *buf, size_t more)
{
    void *at = buf->at;

    if (buf->failed || more >= SIZE_MAX - buf->len ||
        !array_reserve(&at, &buf->capacity, buf->len + more + 1, 1)) {
        buf->failed = true;
        return false;
    }
    buf->at = at;
    return true;
}

bool
buf_add(struct buf *buf, struct sv text)
{
    if (!buf_reserve(buf, text.len))
        return false;
    if (text.len)
        memcpy(buf->at + buf->len, text.at, text.len);
    buf->len += text.len;
    buf->at[buf->len] = '\0';
    return true;
}

bool
buf_add_char(struct buf *buf, char byte)
{
    return buf_add(buf, (struct sv){ &byte, 1 });
}

bool
buf_printf(struct buf *buf, const char *format, ...)
{
    char small[256];
    va_list args;
    int need;

    va_start(args, format);
    need = vsnprintf(small, sizeof(small), format, args);
    va_end(args);
    if (need < 0)
        return false;
    if ((size_t)need < sizeof(small))
        return buf_add(buf, (struct sv){ small, (size_t)need });
    if (!buf_reserve(buf, (size_t)need))
        return false;
    va_start(args, format);
    vsnprintf(buf->at + buf->len, (size_t)need + 1, format, args);
    va_end(args);
    buf->len += (size_t)need;
    return true;
}

/* ---------------------------------------------------------- interned names */

/* Part of the hash beside the number: texts are read to confirm, not to seek.
 */
struct names_slot {
    uint32_t tag;
    uint32_t name; /* 0: free */
};

struct names {
    struct arena *arena;
    struct sv *texts; /* by number less one */
    size_t count;
    size_t capacity;
    struct names_slot *slots; /* a power of two, at most three quarters full */
    size_t slot_count;
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
    free(names->texts);
    free(names->slots);
    free(names);
}

static struct names_slot *
names_slot(const struct names *names, struct sv text, uint32_t tag)
{
    size_t mask = names->slot_count - 1;
    size_t at = tag & mask;

    while (names->slots[at].name &&
           (names->slots[at].tag != tag ||
            !sv_eq(names->texts[names->slots[at].name - 1], text)))
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

        if (!names->slots[i].name)
            continue;
        while (slots[at].name)
            at = (at + 1) & (wanted - 1);
        slots[at] = names->slots[i];
    }
    free(names->slots);
    names->slots = slots;
    names->slot_count = wanted;
    return true;
}

uint32_t
names_add(struct names *names, struct sv text)
{
    void *texts = names->texts;
    struct names_slot *slot;
    uint32_t tag;

    if (!text.len)
        return 0;
    if (!names_grow(names))
        goto failed;
    tag = (uint32_t)sv_hash(text);
    slot = names_slot(names, text, tag);
    if (slot->name)
        return slot->name;
    if (names->count >= UINT32_MAX - 1 ||
        !array_reserve(&texts, &names->capacity, names->count + 1,
                       sizeof(*names->texts)))
        goto failed;
    names->texts = texts;
    if (!arena_keep(names->arena, text, &names->texts[names->count]))
        goto failed;
    names->count++;
    *slot = (struct names_slot){ tag, (uint32_t)names->count };
    return slot->name;
failed:
    names->failed = true;
    return 0;
}

uint32_t
names_find(const struct names *names, struct sv text)
{
    if (!text.len || !names->slot_count)
        return 0;
    return names_slot(names, text, (uint32_t)sv_hash(text))->name;
}

struct sv
names_text(const struct names *names, uint32_t name)
{
    assert(name <= names->count);
    return name ? names->texts[name - 1] : (struct sv){ "", 0 };
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
