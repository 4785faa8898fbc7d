#include "analyzer/base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
