/*
 * base.h: what every room of the analyzer shares: borrowed bytes, statuses
 * with a sentence for the user, arenas, growing buffers, interned names.
 */
#ifndef ANALYZER_BASE_H
#define ANALYZER_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---------------------------------------------------------------- statuses */

enum status {
    STATUS_OK = 0,
    STATUS_END,      /* nothing more to give; not an error */
    STATUS_IO,       /* the system refused: disk, permission, missing file */
    STATUS_NOMEM,    /* an allocation failed */
    STATUS_DAMAGED,  /* the evidence cannot be trusted from here on */
    STATUS_LIMIT,    /* a bound on hostile input was met */
    STATUS_USAGE,    /* the caller's options make no sense */
    STATUS_MISMATCH, /* verify: something does not match */
    STATUS_INTERNAL  /* a bug, reported rather than hidden */
};

/* One sentence for the user. Printable, no newline at its end. */
struct fault {
    enum status status;
    char text[768];
};

/*
 * Writes the sentence and returns `status`, so that it can be returned in
 * one line. `fault` may be NULL. Control bytes in arguments are made visible.
 */
enum status fault_set(struct fault *fault, enum status status,
                      const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* ---------------------------------------------------------- borrowed bytes */

struct sv { /* borrowed bytes: any value, no NUL at the end */
    const char *at;
    size_t len;
};
#define SV_LIT(lit) "" lit, sizeof("" lit) - 1 /* fills the braces of one */
#define SV(lit) ((struct sv){ SV_LIT(lit) })
#define SV_FMT "%.*s"
#define SV_ARG(sv) (int)(sv).len, (sv).at ? (sv).at : ""

struct sv sv_of(const char *text); /* NULL gives the empty view */
bool sv_eq(struct sv a, struct sv b);
bool sv_eq_nocase(struct sv a, struct sv b); /* ASCII letters only */
int sv_cmp(struct sv a, struct sv b);        /* bytes, then length */
bool sv_starts(struct sv text, struct sv prefix);
bool sv_ends(struct sv text, struct sv suffix);
/* Takes the head up to `stop` and drops `stop`; all of it when none. */
struct sv sv_cut(struct sv *rest, char stop);
/* Moves past `prefix`; or leaves `rest` as it is and says false. */
bool sv_skip_prefix(struct sv *rest, struct sv prefix);
struct sv sv_drop(struct sv text, size_t count); /* without its first bytes */
struct sv sv_head(struct sv text, size_t count); /* its first bytes */
struct sv sv_trim(struct sv text); /* spaces and tabs, both ends */
/* Index of the first match, or -1. */
ptrdiff_t sv_find_char(struct sv text, char byte);
ptrdiff_t sv_find(struct sv text, struct sv needle);
ptrdiff_t sv_rfind_char(struct sv text, char byte);
/* Decimal digits only; false when empty, not a number, or past `max`. */
bool sv_to_u64(struct sv text, uint64_t max, uint64_t *ret_value);

/*
 * Keyed hash (SipHash-1-3 under a key drawn once per process), for tables
 * that log text fills. The order of such a table must never reach an output.
 */
uint64_t sv_hash(struct sv text);
/* The same under a fixed key: alike in every run. Not for tables. */
uint64_t sv_hash_stable(struct sv text);

/* ------------------------------------------------------------------- arena */

struct arena;

/* Blocks of memory that are freed together. NULL when out of memory. */
struct arena *arena_new(void);
void arena_free(struct arena *arena);
/* Zeroed, aligned for any type; NULL when out of memory. */
void *arena_alloc(struct arena *arena, size_t size_bytes);
/* Copies `text` (a NUL follows the copy). False when out of memory. */
bool arena_keep(struct arena *arena, struct sv text, struct sv *ret_kept);
/* As arena_keep(), for C strings. NULL when out of memory. */
char *arena_strdup(struct arena *arena, struct sv text);
size_t arena_bytes(const struct arena *arena); /* held in all */

/* ---------------------------------------------------------- growing arrays */

/*
 * Makes room for `count` elements of `size_bytes` in *array, doubling.
 * False when out of memory; *array is then as it was.
 */
bool array_reserve(void **array, size_t *capacity, size_t count,
                   size_t size_bytes);

struct buf { /* growing bytes; a NUL always follows once something is in it */
    char *at;
    size_t len;
    size_t capacity;
    bool failed; /* an append ran out of memory; sticky */
};

void buf_clear(struct buf *buf); /* frees; the struct is then empty */
bool buf_add(struct buf *buf, struct sv text);
bool buf_add_char(struct buf *buf, char byte);
bool buf_printf(struct buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline struct sv
buf_sv(const struct buf *buf)
{
    return (struct sv){ buf->at, buf->len };
}

/* ---------------------------------------------------------- interned names */

struct names; /* each distinct text once; numbered from 1, 0 is "none" */

struct names *names_new(void); /* NULL when out of memory */
void names_free(struct names *names);
/* The number of `text`, added if new. 0 for the empty text; 0 with
 * names_failed() when out of memory. */
uint32_t names_add(struct names *names, struct sv text);
/*
 * The same for several texts, which costs less than one after the other.
 * At most NAMES_TOGETHER; ret_names has as many elements.
 */
#define NAMES_TOGETHER 16
void names_add_all(struct names *names, const struct sv *texts, size_t count,
                   uint32_t *ret_names);
uint32_t names_find(const struct names *names, struct sv text); /* 0: no */
struct sv names_text(const struct names *names, uint32_t name);
uint32_t names_count(const struct names *names); /* highest number given */
bool names_failed(const struct names *names);

/* ---------------------------------------------------------- making visible */

/*
 * Appends `text` as printable, XML-legal UTF-8 (report-design 9.1): control
 * bytes and bytes that are not UTF-8 as \x9f; bidi, zero-width, tag and other
 * format characters and non-characters as [U+202E]. False: out of memory.
 */
bool sv_printable(struct sv text, struct buf *out);

#endif
