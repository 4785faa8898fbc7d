/*
 * gzip by zlib's raw inflate, with our own reading of headers and our own
 * check of sum and length: libraries withhold good bytes before damage and
 * stop at junk between members (hazards 1 to 3).
 */
#include "analyzer/evidence/points.h"
#include "analyzer/evidence/stream.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    GZIP_FIXED_BYTES = 10,
    GZIP_TRAILER_BYTES = 8,
    GZIP_HEADER_MAX = 96 * 1024, /* a longer header is not believed */
    GZIP_FOUND_MAX = 4 * 1024,   /* nor this, when found by searching */
    GZIP_BACK_BYTES = 64 * 1024, /* searched again after damage */
    GZIP_BACKS_MAX = 1000,       /* so that searching stays linear */
    GZIP_TRIAL_IN = 4 * 1024,    /* looked at behind a found header */
    GZIP_TRIAL_BYTES = 256       /* must inflate for it to count */
};

enum gzip_flag {
    GZIP_HCRC = 2,
    GZIP_EXTRA = 4,
    GZIP_NAME = 8,
    GZIP_COMMENT = 16
};

enum gzip_state {
    GZIP_AT_HEADER,
    GZIP_AT_BODY,
    GZIP_AT_TRAILER,
    GZIP_AT_NEXT,
    GZIP_AT_SEARCH,
    GZIP_AT_END,
    GZIP_STATE_COUNT
};

struct gzip {
    struct stream base;
    z_stream inflate;
    z_stream trial;
    bool inflate_open;
    bool trial_open;
    enum gzip_state state;
    size_t used;           /* of what `below` shows: done, kept to look back */
    uint64_t member_at;    /* where the member began in the stored bytes */
    uint64_t member_bytes; /* unpacked of it */
    uint32_t crc;
    bool member_bad;   /* its sum or length is wrong */
    bool after_damage; /* the search follows damage that was told already */
    unsigned back_count;
    struct evidence_points *points; /* borrowed; NULL: none are kept */
};

/* ------------------------------------------------------------------ header */

/* Moves *at past a text that ends with NUL. */
static bool
gzip_skip_text(struct sv view, size_t *at)
{
    ptrdiff_t len = sv_find_char(sv_drop(view, *at), '\0');

    if (len < 0)
        return false;
    *at += (size_t)len + 1;
    return true;
}

static bool
gzip_header_begins(struct sv view)
{
    return sv_starts(view, SV("\x1f\x8b\x08")) && view.len > 3 &&
           !(view.at[3] & 0xe0);
}

/* Length of the header at the start of `view`; 0: none, or not all there. */
static size_t
gzip_header_len(struct sv view)
{
    size_t at = GZIP_FIXED_BYTES;
    unsigned flags;

    if (!gzip_header_begins(view) || view.len < GZIP_FIXED_BYTES)
        return 0;
    flags = (unsigned char)view.at[3];
    if (flags & GZIP_EXTRA) {
        if (view.len < at + 2)
            return 0;
        at += 2 + (size_t)(unsigned char)view.at[at] +
              ((size_t)(unsigned char)view.at[at + 1] << 8);
        if (at > view.len)
            return 0;
    }
    if ((flags & GZIP_NAME) && !gzip_skip_text(view, &at))
        return 0;
    if ((flags & GZIP_COMMENT) && !gzip_skip_text(view, &at))
        return 0;
    if (flags & GZIP_HCRC)
        at += 2;
    return at <= view.len ? at : 0;
}

/* As above for what comes after `skip` bytes, reading on as far as needed. */
static enum status
gzip_peek_header(struct gzip *gzip, size_t skip, size_t max,
                 struct sv *ret_view, size_t *ret_len)
{
    size_t want = skip + 1024;
    struct sv view;

    for (;;) {
        enum status status = stream_peek(gzip->base.below, want, &view);

        if (status)
            return status;
        view = sv_drop(view, skip);
        *ret_len = gzip_header_len(sv_head(view, max));
        *ret_view = view;
        if (*ret_len || !gzip_header_begins(view) || view.len + skip < want ||
            view.len >= max)
            return STATUS_OK;
        want = skip + view.len * 2;
    }
}

static uint64_t
gzip_place(const struct gzip *gzip)
{
    return stream_offset(gzip->base.below) + gzip->used;
}

static enum status
gzip_read_header(struct gzip *gzip, char *at, size_t room, size_t *ret_len)
{
    struct sv view;
    size_t len;
    enum status status;

    (void)at, (void)room, (void)ret_len; /* gives no bytes */
    stream_take(gzip->base.below, gzip->used);
    gzip->used = 0;
    status = gzip_peek_header(gzip, 0, GZIP_HEADER_MAX, &view, &len);
    if (status)
        return status;
    gzip->member_at = gzip_place(gzip);
    if (!len) {
        record_warn(gzip->base.record, WARN_DAMAGED, gzip->member_at,
                    "the gzip header at byte %llu is damaged or cut off",
                    (unsigned long long)gzip->member_at);
        gzip->used = view.len ? 1 : 0;
        gzip->after_damage = true;
        gzip->state = GZIP_AT_SEARCH;
        return STATUS_OK;
    }
    stream_take(gzip->base.below, len);
    inflateReset(&gzip->inflate);
    gzip->member_bytes = 0;
    gzip->crc = 0;
    gzip->member_bad = false;
    gzip->state = GZIP_AT_BODY;
    return STATUS_OK;
}

/* -------------------------------------------------------------------- body */

/* Keeps a stretch behind us, as damage is noticed later than it begins. */
static void
gzip_let_go(struct gzip *gzip)
{
    if (gzip->used < 2 * GZIP_BACK_BYTES)
        return;
    stream_take(gzip->base.below, gzip->used - GZIP_BACK_BYTES);
    gzip->used = GZIP_BACK_BYTES;
}

/* Sends the search back over bytes that damage may have swallowed. */
static void
gzip_look_back(struct gzip *gzip)
{
    if (gzip->back_count++ < GZIP_BACKS_MAX)
        gzip->used = 0;
    gzip->after_damage = true;
    gzip->state = GZIP_AT_SEARCH;
}

static enum status
gzip_body_ended(struct gzip *gzip, int code)
{
    unsigned long long place = gzip_place(gzip);

    if (code == Z_MEM_ERROR)
        return STATUS_NOMEM;
    if (code == Z_STREAM_END) {
        gzip->state = GZIP_AT_TRAILER;
        return STATUS_OK;
    }
    record_warn(gzip->base.record, WARN_DAMAGED, place,
                "gzip data damaged near byte %llu of the file, in the member "
                "that begins at byte %llu, after %llu bytes of its text",
                place, (unsigned long long)gzip->member_at,
                (unsigned long long)gzip->member_bytes);
    gzip_look_back(gzip);
    return STATUS_OK;
}

static bool
gzip_keep_point(struct gzip *gzip)
{
    const struct point point = { .stored_bytes = gzip_place(gzip),
                                 .text_bytes = gzip->base.read_bytes,
                                 .member_at = gzip->member_at,
                                 .member_bytes = gzip->member_bytes,
                                 .crc = gzip->crc };

    return points_add(gzip->points, &point, &gzip->inflate);
}

static enum status
gzip_read_body(struct gzip *gzip, char *at, size_t room, size_t *ret_len)
{
    z_stream *inflater = &gzip->inflate;
    enum status status;
    struct sv view;
    int code;

    if (gzip->points && points_due(gzip->points, gzip->base.read_bytes) &&
        !gzip_keep_point(gzip))
        return STATUS_NOMEM;
    gzip_let_go(gzip);
    status = stream_peek(gzip->base.below, gzip->used + 1, &view);
    if (status)
        return status;
    if (view.len <= gzip->used) {
        record_warn(gzip->base.record, WARN_DAMAGED, gzip_place(gzip),
                    "cut off at byte %llu, inside the gzip member that "
                    "begins at byte %llu",
                    (unsigned long long)gzip_place(gzip),
                    (unsigned long long)gzip->member_at);
        gzip->state = GZIP_AT_END;
        return STATUS_OK;
    }
    inflater->next_in = (const Bytef *)view.at + gzip->used;
    inflater->avail_in = (uInt)(view.len - gzip->used);
    inflater->next_out = (Bytef *)at;
    inflater->avail_out = room > INT_MAX ? INT_MAX : (uInt)room;
    code = inflate(inflater, Z_NO_FLUSH);
    gzip->used = view.len - inflater->avail_in;
    *ret_len = (size_t)((char *)inflater->next_out - at);
    gzip->crc =
        (uint32_t)crc32_z(gzip->crc, (const Bytef *)at, (z_size_t)*ret_len);
    gzip->member_bytes += *ret_len;
    if (code == Z_OK || code == Z_BUF_ERROR)
        return STATUS_OK;
    return gzip_body_ended(gzip, code);
}

static uint32_t
little_u32(const char *at)
{
    const unsigned char *byte = (const unsigned char *)at;

    return (uint32_t)byte[0] | (uint32_t)byte[1] << 8 |
           (uint32_t)byte[2] << 16 | (uint32_t)byte[3] << 24;
}

static enum status
gzip_read_trailer(struct gzip *gzip, char *at, size_t room, size_t *ret_len)
{
    struct record *record = gzip->base.record;
    unsigned long long place = gzip_place(gzip);
    enum status status;
    struct sv view;
    bool crc_bad;
    bool size_bad;

    (void)at, (void)room, (void)ret_len; /* gives no bytes */
    status =
        stream_peek(gzip->base.below, gzip->used + GZIP_TRAILER_BYTES, &view);
    if (status)
        return status;
    view = sv_drop(view, gzip->used);
    if (view.len < GZIP_TRAILER_BYTES) {
        record_warn(record, WARN_DAMAGED, place + view.len,
                    "cut off at byte %llu, inside the checksum of the gzip "
                    "member that begins at byte %llu: its text is not verified",
                    place + (unsigned long long)view.len,
                    (unsigned long long)gzip->member_at);
        gzip->state = GZIP_AT_END;
        return STATUS_OK;
    }
    crc_bad = little_u32(view.at) != gzip->crc;
    size_bad = little_u32(view.at + 4) != (uint32_t)gzip->member_bytes;
    gzip->used += GZIP_TRAILER_BYTES;
    gzip->member_bad = crc_bad || size_bad;
    gzip->state = GZIP_AT_NEXT;
    if (gzip->member_bad) {
        record->custody.damaged_bytes += gzip->member_bytes;
        record_warn(record, WARN_DAMAGED, place,
                    "wrong %s at byte %llu: the %llu bytes of the gzip member "
                    "that begins at byte %llu are not what was written",
                    crc_bad ? "checksum" : "length", place,
                    (unsigned long long)gzip->member_bytes,
                    (unsigned long long)gzip->member_at);
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------ what follows */

static enum status
gzip_read_next(struct gzip *gzip, char *at, size_t room, size_t *ret_len)
{
    struct sv view;
    size_t len;
    enum status status =
        gzip_peek_header(gzip, gzip->used, GZIP_HEADER_MAX, &view, &len);

    (void)at, (void)room, (void)ret_len; /* gives no bytes */
    if (status)
        return status;
    gzip->after_damage = false;
    if (!view.len)
        gzip->state = GZIP_AT_END;
    else if (len)
        gzip->state = GZIP_AT_HEADER;
    else if (gzip->member_bad && view.at[0])
        gzip_look_back(gzip);
    else
        gzip->state = GZIP_AT_SEARCH;
    return STATUS_OK;
}

/* A header that was found by searching must be followed by deflate data. */
static bool
gzip_try(struct gzip *gzip, struct sv body)
{
    unsigned char out[GZIP_TRIAL_BYTES];
    z_stream *trial = &gzip->trial;
    int code;

    inflateReset(trial);
    trial->next_in = (const Bytef *)body.at;
    trial->avail_in = (uInt)sv_head(body, GZIP_TRIAL_IN).len;
    trial->next_out = out;
    trial->avail_out = sizeof(out);
    code = inflate(trial, Z_NO_FLUSH);
    if (code == Z_STREAM_END) {
        size_t made = sizeof(out) - trial->avail_out;

        return trial->avail_in < GZIP_TRAILER_BYTES ||
               little_u32((const char *)trial->next_in) ==
                   (uint32_t)crc32_z(0, out, made);
    }
    return (code == Z_OK || code == Z_BUF_ERROR) &&
           (!trial->avail_out || !trial->avail_in);
}

/* What a search passed over. */
struct gzip_junk {
    uint64_t at;
    uint64_t other;   /* that are not zero */
    bool like_header; /* begins like a member with a damaged header */
};

static void
gzip_count_junk(struct gzip_junk *junk, struct sv bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        junk->other += bytes.at[i] != 0;
}

static bool
gzip_like_header(struct sv view)
{
    return view.len >= GZIP_FIXED_BYTES + GZIP_TRAILER_BYTES &&
           (view.at[0] == '\x1f') + (view.at[1] == '\x8b') +
                   (view.at[2] == '\x08') >=
               2;
}

/* Zero bytes are padding; rubbish behind whole members loses nothing. */
static void
gzip_tell_junk(struct gzip *gzip, const struct gzip_junk *junk, bool at_end)
{
    struct record *record = gzip->base.record;
    unsigned long long at = junk->at;
    unsigned long long place = gzip_place(gzip);

    if (gzip->after_damage && !at_end)
        record_warn(record, WARN_DAMAGED, place,
                    "reading goes on with the gzip member at byte %llu", place);
    else if (gzip->after_damage || !junk->other)
        return;
    else if (!at_end)
        record_warn(record, WARN_DAMAGED, at,
                    "no gzip data from byte %llu to the next member at "
                    "byte %llu",
                    at, place);
    else
        record_warn(record, junk->like_header ? WARN_DAMAGED : WARN_BINARY, at,
                    "%llu bytes from byte %llu to the end are not gzip data; "
                    "%s",
                    place - at, at,
                    junk->like_header ? "they begin like a damaged member"
                                      : "all members before them are whole");
}

/*
 * Takes bytes up to the next member that can be believed. *ret_found is
 * false at the end of the stream.
 */
static enum status
gzip_find(struct gzip *gzip, struct gzip_junk *junk, bool *ret_found)
{
    struct stream *below = gzip->base.below;

    *ret_found = false;
    for (;;) {
        struct sv view;
        size_t len;
        ptrdiff_t at;
        enum status status = stream_peek(below, 1, &view);

        if (status || !view.len)
            return status;
        at = sv_find_char(view, '\x1f');
        if (at) {
            size_t skip = at < 0 ? view.len : (size_t)at;

            gzip_count_junk(junk, sv_head(view, skip));
            stream_take(below, skip);
            continue;
        }
        status = gzip_peek_header(gzip, 0, GZIP_FOUND_MAX, &view, &len);
        if (status)
            return status;
        *ret_found = len && gzip_try(gzip, sv_drop(view, len));
        if (*ret_found)
            return STATUS_OK;
        gzip_count_junk(junk, sv_head(view, 1));
        stream_take(below, 1);
    }
}

static enum status
gzip_search(struct gzip *gzip, char *at, size_t room, size_t *ret_len)
{
    struct gzip_junk junk = { .at = gzip_place(gzip) };
    enum status status;
    struct sv view;
    bool found;

    (void)at, (void)room, (void)ret_len; /* gives no bytes */
    stream_take(gzip->base.below, gzip->used);
    gzip->used = 0;
    status = stream_peek(gzip->base.below,
                         GZIP_FIXED_BYTES + GZIP_TRAILER_BYTES, &view);
    if (status)
        return status;
    junk.like_header = gzip_like_header(view);
    status = gzip_find(gzip, &junk, &found);
    if (status)
        return status;
    gzip_tell_junk(gzip, &junk, !found);
    gzip->state = found ? GZIP_AT_HEADER : GZIP_AT_END;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ stream */

static enum status
gzip_read(struct stream *stream, char *at, size_t room, size_t *ret_len)
{
    static enum status (*const steps[GZIP_STATE_COUNT])(struct gzip *, char *,
                                                        size_t, size_t *) = {
        [GZIP_AT_HEADER] = gzip_read_header,   [GZIP_AT_BODY] = gzip_read_body,
        [GZIP_AT_TRAILER] = gzip_read_trailer, [GZIP_AT_NEXT] = gzip_read_next,
        [GZIP_AT_SEARCH] = gzip_search,
    };
    struct gzip *gzip = (struct gzip *)stream;
    size_t got = 0;

    while (!got && gzip->state != GZIP_AT_END) {
        enum status status = steps[gzip->state](gzip, at, room, &got);

        if (status)
            return status;
    }
    *ret_len = got;
    return STATUS_OK;
}

static void
gzip_free(struct stream *stream)
{
    struct gzip *gzip = (struct gzip *)stream;

    if (gzip->inflate_open)
        inflateEnd(&gzip->inflate);
    if (gzip->trial_open)
        inflateEnd(&gzip->trial);
}

static const struct stream_ops gzip_ops = { gzip_read, gzip_free };

enum status
stream_open_gzip(struct stream *below, struct stream **ret_stream)
{
    struct gzip *gzip = calloc(1, sizeof(*gzip));

    if (!gzip)
        return STATUS_NOMEM;
    stream_init_above(&gzip->base, &gzip_ops, below);
    gzip->inflate_open = inflateInit2(&gzip->inflate, -MAX_WBITS) == Z_OK;
    gzip->trial_open = inflateInit2(&gzip->trial, -MAX_WBITS) == Z_OK;
    if (!gzip->inflate_open || !gzip->trial_open) {
        stream_free(&gzip->base);
        return STATUS_NOMEM;
    }
    *ret_stream = &gzip->base;
    return STATUS_OK;
}

void
stream_keep_points(struct stream *gzip, struct evidence_points *points)
{
    if (gzip->ops == &gzip_ops)
        ((struct gzip *)gzip)->points = points;
}

enum status
stream_open_gzip_at(struct stream *below, struct point *point,
                    struct stream **ret_stream)
{
    struct stream *stream = NULL;
    enum status status = stream_open_gzip(below, &stream);
    struct gzip *gzip = (struct gzip *)stream;

    if (status)
        return status;
    inflateEnd(&gzip->inflate);
    gzip->inflate_open = inflateCopy(&gzip->inflate, &point->inflate) == Z_OK;
    if (!gzip->inflate_open) {
        stream_free(stream);
        return STATUS_NOMEM;
    }
    gzip->member_at = point->member_at;
    gzip->member_bytes = point->member_bytes;
    gzip->crc = point->crc;
    gzip->state = GZIP_AT_BODY;
    *ret_stream = stream;
    return STATUS_OK;
}
