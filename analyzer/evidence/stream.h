/*
 * stream.h: bytes from somewhere, in order: a file, what is packed in
 * another stream, a member of an archive. Each keeps a window of bytes that
 * can be looked at before they are taken. Damage never fails a stream: it is
 * a warning in the custody record, and the stream goes on or ends.
 */
#ifndef ANALYZER_EVIDENCE_STREAM_H
#define ANALYZER_EVIDENCE_STREAM_H

#include "analyzer/evidence/hash.h"
#include "analyzer/evidence/record.h"
#include "analyzer/evidence/sniff.h"

#define STREAM_BUFFER_BYTES ((size_t)256 * 1024)
#define STREAM_DEPTH_MAX 32 /* bounds our recursion, whatever is asked */

struct stream;

/* What a top-level file may become, counted per layer of nesting. */
struct budget {
    uint64_t max_ratio;
    uint64_t free_bytes;   /* not counted against the ratio */
    uint64_t stored_bytes; /* of the top-level file; 0: not known */
    const struct stream *root;
    uint64_t made_bytes[STREAM_DEPTH_MAX + 1];
    unsigned forgiven; /* streams that were given up and not held against
                          what lies beside them */
    unsigned salvages; /* attempts to get more out of damaged streams */
};
#define BUDGET_FORGIVES 8
#define BUDGET_SALVAGES                                                        \
    64 /* each takes milliseconds: thousands are hostile                       \
        */

struct stream_ops {
    /* Puts up to `room` bytes at `at`; none is the end. Fails: NOMEM. */
    enum status (*read)(struct stream *stream, char *at, size_t room,
                        size_t *ret_len);
    void (*free)(struct stream *stream); /* all but the base's own */
};

struct stream { /* the first member of each kind of stream */
    const struct stream_ops *ops;
    struct stream *below;  /* what it reads from; borrowed; NULL: none */
    struct record *record; /* whose warnings; borrowed */
    struct budget *budget; /* borrowed; NULL: not bounded */
    unsigned depth;        /* 0 for a top-level file */
    int fd;                /* a regular file at the top, else -1 */
    uint64_t fd_bytes;     /* its size */
    struct hash *hash;     /* of all bytes read; owned; NULL: not wanted */
    char *buffer;
    size_t head;
    size_t tail;
    size_t capacity;
    uint64_t read_bytes; /* read into the buffer so far */
    bool ended;
    bool incomplete; /* ended by a bound or a read error: there was more */
};

void stream_free(struct stream *stream);
/* From here on all bytes read are hashed; before the first one. */
enum status stream_hash(struct stream *stream);

/*
 * Shows the next bytes: at least `want`, or all there are up to the end.
 * Borrow: until the next stream_peek(). Fails: STATUS_NOMEM.
 */
enum status stream_peek(struct stream *stream, size_t want,
                        struct sv *ret_view);
void stream_take(struct stream *stream, size_t count); /* of what was shown */
uint64_t stream_offset(const struct stream *stream);   /* bytes taken so far */
/* Reads to the end. *ret_other counts the bytes that were not zero. */
enum status stream_drain(struct stream *stream, uint64_t *ret_other);

/*
 * The file descriptor's bytes; at most max_bytes when that is not 0, then
 * fewer are damage. Owner of `fd` is the stream if `close_fd`.
 */
enum status stream_open_fd(int fd, bool close_fd, uint64_t max_bytes,
                           struct record *record, struct stream **ret_stream);

/* Unpacks `below`. Fails: STATUS_NOMEM. */
enum status stream_open_gzip(struct stream *below, struct stream **ret_stream);
struct evidence_points;
struct point;
/* Keeps points while `gzip` is read; does nothing for other streams. */
void stream_keep_points(struct stream *gzip, struct evidence_points *points);
/* As it was at `point`; `below` gives the file's bytes from there on. */
enum status stream_open_gzip_at(struct stream *below, struct point *point,
                                struct stream **ret_stream);
enum status stream_open_filter(struct stream *below, enum content content,
                               struct stream **ret_stream);

/* For the makers of streams: a layer on `below`. */
void stream_init_above(struct stream *stream, const struct stream_ops *ops,
                       struct stream *below);

#endif
