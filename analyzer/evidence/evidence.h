/*
 * evidence.h: opens anything that was handed in and gives its texts as
 * blocks of whole lines, with a custody record for each. What a file is comes
 * from its bytes, never from its name. Nothing is unpacked to disk, no path
 * from an archive is ever opened, evidence is only read.
 */
#ifndef ANALYZER_EVIDENCE_EVIDENCE_H
#define ANALYZER_EVIDENCE_EVIDENCE_H

#include "analyzer/base.h"

#define EVIDENCE_LINE_BYTES ((uint64_t)1024 * 1024)

struct evidence_limits {      /* 0 means the default, hazards.md */
    uint64_t max_ratio;       /* expansion, counted beyond 64 MiB; 200 */
    uint64_t max_text_bytes;  /* of one text; 0: no bound */
    uint64_t max_line_bytes;  /* kept of a line; EVIDENCE_LINE_BYTES */
    uint32_t max_depth;       /* nesting; 8 */
    uint32_t max_members;     /* of one top-level file; 100,000 */
    uint32_t max_name_bytes;  /* of a member's name; 4096 */
};

enum warning_topic { /* printed by warning_topic_name() */
    WARN_DAMAGED = 1,  /* bad checksum, cut short, junk between members */
    WARN_BOUND,        /* a limit was met */
    WARN_SKIPPED,      /* link, device, unreadable, not a log */
    WARN_ENCRYPTED,    /* an archive member that needs a password */
    WARN_LONG_LINE,    /* a line beyond max_line_bytes */
    WARN_BINARY,       /* NUL blocks inside a text */
    WARN_DUPLICATE,    /* the same text came before */
    WARN_OVERLAP,      /* part of the text came before */
    WARN_GAP,          /* silence that the server's rhythm does not explain */
    WARN_ORDER,        /* time runs backwards */
    WARN_FORGED,       /* lines that pose as records */
    WARN_TORN,         /* a line torn or cut */
    WARN_TOPIC_COUNT
};
const char *warning_topic_name(enum warning_topic topic);
/* True for the topics that make the exit status 1: something was lost. */
bool warning_topic_is_loss(enum warning_topic topic);

struct custody_warning {
    enum warning_topic topic;
    uint64_t line;         /* 0: not at a line */
    uint64_t offset_bytes; /* in the text, or in the stored bytes */
    const char *text;      /* one sentence, printable */
};

/* What an evidence file was; one row for each text and for each container. */
struct custody {
    const char *path;        /* name as given; inside an archive the member's */
    const char *container;   /* the archives' names, outermost first, joined
                                by "!"; NULL at the top */
    const char *compression; /* "none", "gzip", …; several: "gzip+xz", the
                                innermost last */
    bool is_container;       /* an archive: has members, no text of its own */
    bool is_text;            /* lines were given to the sink */
    uint64_t stored_bytes;   /* as found */
    char sha256[65];         /* of the bytes as found; "" if not all were read */
    uint64_t text_bytes;     /* unpacked and read; those that were cut too */
    char text_sha256[65];    /* of those; "" if a bound left some unread */
    uint64_t damaged_bytes;  /* of the text: known to be wrong */
    struct custody_warning *warnings;
    size_t warning_count;
};

/*
 * Who takes the texts. `begin` gets the first block's bytes (up to 64 KiB of
 * whole lines; all there is of a shorter text) and answers whether it wants
 * the lines; without it the text is still hashed and counted. All callbacks
 * of one text come from one thread, in order; texts of different top-level
 * files may come from different threads. Members end before their container.
 * A text that is not wanted and yet has a *ret_text is still looked through
 * for long lines and NUL bytes (for who reads it in ranges). After a callback
 * failed, none is called any more.
 */
struct evidence_sink {
    void *user;
    /* *ret_text is handed to `block` and `end`. */
    enum status (*begin)(void *user, const struct custody *so_far,
                         struct sv head, void **ret_text, bool *ret_wanted);
    /*
     * Whole lines with their newlines, the last of a text perhaps without.
     * offset_bytes: where the block begins in the text. A line longer than
     * max_line_bytes comes cut to that, with its newline, and `cut` counts
     * the bytes left out of this block (at the end of its last line).
     */
    enum status (*block)(void *text, struct sv block, uint64_t offset_bytes,
                         uint64_t cut_bytes);
    /* Also for rows that had no text or were not wanted (text is NULL). */
    enum status (*end)(void *user, void *text, const struct custody *custody);
    /*
     * NULL: not wanted. Else *ret_points is filled before `end` of a text
     * that is all of a gzip file and was read without damage; the sink's
     * then, evidence_points_free() ends them.
     */
    struct evidence_points **ret_points;
};

/* Places in a compressed text from which it can be read on. */
struct evidence_points;

/* One top-level input after folders were walked: a file, or stdin. */
struct evidence_source {
    const char *path; /* its raw bytes, to open it; "-" for stdin. Printed is
                         custody.path alone */
    uint64_t size_bytes; /* when listed; what is added later is not read */
    bool is_stdin;
    bool is_plain; /* a regular file whose first bytes are no compression or
                      archive: may be read in ranges */
};

struct evidence_list {
    struct evidence_source *sources; /* sorted by path bytes, each path once */
    size_t source_count;
    struct custody *refused; /* what could not be opened, with its warning */
    size_t refused_count;
};

/*
 * Finds what is to be read: files, folders (recursive, sorted, links not
 * followed; a link that is given itself is), "-". A missing or unreadable path becomes a `refused` row, not a
 * failure. Owner: the caller, evidence_list_free().
 * Fails: STATUS_NOMEM.
 */
enum status evidence_list_make(const char *const *paths, size_t path_count,
                               struct evidence_list **ret_list,
                               struct fault *fault);
void evidence_list_free(struct evidence_list *list);

/*
 * Reads one source to its end through `sink`: itself, its members, theirs.
 * Damage and limits are warnings in custody records, never a failure.
 * Fails: STATUS_NOMEM, or what the sink returned.
 */
enum status evidence_read(const struct evidence_source *source,
                          const struct evidence_limits *limits,
                          const struct evidence_sink *sink,
                          struct fault *fault);

void evidence_points_free(struct evidence_points *points);
/* Where reading from `from` on has to begin: at or before it. */
uint64_t evidence_points_before(const struct evidence_points *points,
                                uint64_t from);

/*
 * Reads the bytes [from, to) of a compressed text, from the last of its
 * points on, through sink->block alone with `text`. `from` must be the start
 * of a line.
 * Fails: STATUS_IO, also when the file gives fewer bytes than that;
 * STATUS_NOMEM, or what the sink returned.
 */
enum status evidence_read_points(const struct evidence_source *source,
                                 const struct evidence_limits *limits,
                                 const struct evidence_points *points,
                                 uint64_t from, uint64_t to,
                                 const struct evidence_sink *sink, void *text,
                                 struct fault *fault);

/*
 * Reads the bytes [from, to) of a plain source as blocks of whole lines, no
 * hashing, through sink->block alone with `text`. `from` and `to` must be
 * starts of lines (or the end).
 * Fails: STATUS_IO, also when the file became shorter; STATUS_NOMEM, or what
 * the sink returned.
 */
enum status evidence_read_range(const struct evidence_source *source,
                                const struct evidence_limits *limits,
                                uint64_t from, uint64_t to,
                                const struct evidence_sink *sink, void *text,
                                struct fault *fault);

#endif
