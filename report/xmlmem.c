#include "report/xmlmem.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* libxml2 2.9 does not only go on without what it was refused, it also falls
 * over (in its regular expressions and RELAX NG). So whoever is refused gets a
 * block of the reserve: enough for the work at hand to come to the place where
 * the note is read and the work thrown away. Untouched, it costs nothing. */
#define RESERVE_BYTES ((size_t)8 << 20)
#define ALIGN 16

/* xmlMemSetup() takes functions without a context, so what they note has to
 * outlive them. It never reaches an output. */
static _Atomic uint64_t refused;
static _Atomic size_t held_bytes;
static _Atomic size_t cap_bytes;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static pthread_mutex_t reserve_lock = PTHREAD_MUTEX_INITIALIZER;
static char *reserve; /* NULL: there is none */
static size_t reserve_used;
static size_t reserve_blocks; /* when the last is back, all is free again */

/* ------------------------------------------------------------- the reserve */

static bool
is_reserve(const void *memory)
{
    uintptr_t at = (uintptr_t)memory;
    uintptr_t start = (uintptr_t)reserve;

    return reserve && at >= start && at < start + RESERVE_BYTES;
}

static void *
reserve_take(size_t size_bytes)
{
    char *memory = NULL;

    atomic_fetch_add(&refused, 1);
    pthread_mutex_lock(&reserve_lock);
    if (reserve && size_bytes < RESERVE_BYTES - 2 * ALIGN - reserve_used) {
        memory = reserve + reserve_used;
        memcpy(memory, &size_bytes, sizeof(size_bytes));
        memory += ALIGN;
        reserve_used += ALIGN + (size_bytes + ALIGN - 1) / ALIGN * ALIGN;
        reserve_blocks++;
    }
    pthread_mutex_unlock(&reserve_lock);
    return memory;
}

static void
reserve_give(void)
{
    pthread_mutex_lock(&reserve_lock);
    if (--reserve_blocks == 0)
        reserve_used = 0;
    pthread_mutex_unlock(&reserve_lock);
}

static size_t
size_of(void *memory)
{
    size_t size_bytes;

    if (!is_reserve(memory))
        return malloc_usable_size(memory);
    memcpy(&size_bytes, (char *)memory - ALIGN, sizeof(size_bytes));
    return size_bytes;
}

/* ---------------------------------------------------------- the allocators */

static bool
may_hold(size_t more_bytes)
{
    size_t cap = atomic_load(&cap_bytes);

    return !cap || atomic_load(&held_bytes) + more_bytes <= cap;
}

/* What libxml2 took before it was watched is given back here as well. */
static void
note_given(size_t bytes)
{
    size_t held = atomic_load(&held_bytes);

    while (!atomic_compare_exchange_weak(&held_bytes, &held,
                                         held > bytes ? held - bytes : 0))
        continue;
}

static void *
watched_malloc(size_t size_bytes)
{
    void *memory = may_hold(size_bytes) ? malloc(size_bytes) : NULL;

    if (!memory)
        return reserve_take(size_bytes);
    atomic_fetch_add(&held_bytes, malloc_usable_size(memory));
    return memory;
}

static void
watched_free(void *memory)
{
    if (is_reserve(memory)) {
        reserve_give();
        return;
    }
    if (memory)
        note_given(malloc_usable_size(memory));
    free(memory);
}

/* To another place: from the reserve, or into it. */
static void *
moved(void *memory, size_t size_bytes)
{
    void *copy = watched_malloc(size_bytes);
    size_t before = size_of(memory);

    if (!copy)
        return NULL;
    memcpy(copy, memory, before < size_bytes ? before : size_bytes);
    watched_free(memory);
    return copy;
}

static void *
watched_realloc(void *memory, size_t size_bytes)
{
    size_t before;
    void *grown;

    if (!memory)
        return watched_malloc(size_bytes);
    before = size_of(memory);
    if (is_reserve(memory) ||
        (size_bytes > before && !may_hold(size_bytes - before)))
        return moved(memory, size_bytes);
    grown = realloc(memory, size_bytes);
    if (!grown)
        return moved(memory, size_bytes);
    note_given(before);
    atomic_fetch_add(&held_bytes, malloc_usable_size(grown));
    return grown;
}

static char *
watched_strdup(const char *text)
{
    size_t size_bytes = strlen(text) + 1;
    char *copy = watched_malloc(size_bytes);

    if (copy)
        memcpy(copy, text, size_bytes);
    return copy;
}

static void
watch(void)
{
    void *memory = mmap(NULL, RESERVE_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    reserve = memory == MAP_FAILED ? NULL : memory;
    xmlMemSetup(watched_free, watched_malloc, watched_realloc, watched_strdup);
    xmlInitParser();
}

/* Errors are asked for where they matter; stderr belongs to cli. */
static void
say_nothing(void *user, xmlErrorPtr error)
{
    (void)user;
    (void)error;
}

uint64_t
xmlmem_mark(void)
{
    pthread_once(&once, watch);
    xmlSetStructuredErrorFunc(NULL, say_nothing);
    return atomic_load(&refused);
}

bool
xmlmem_failed_since(uint64_t mark)
{
    return atomic_load(&refused) != mark;
}

void
xmlmem_cap(size_t limit_bytes)
{
    atomic_store(&cap_bytes, limit_bytes);
}

size_t
xmlmem_bytes(void)
{
    return atomic_load(&held_bytes);
}
