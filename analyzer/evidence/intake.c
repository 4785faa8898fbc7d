/* From an opened source to custody rows: unpack, cut into lines, hash. */
#include "analyzer/evidence/intake.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/evidence/lines.h"
#include "analyzer/evidence/points.h"

enum { HEAD_BYTES = 64 * 1024 };

/* ---------------------------------------------------------------- one item */

/* What one row goes through; `top` lies on `stored` or is it. */
struct item {
    struct intake *intake;
    struct stream *stored;
    struct stream *top;
    struct record *record;
    enum content content;
    bool too_deep;
    bool text_cut; /* the bound of a text left some unread */
    void *text;
    struct evidence_points *points; /* NULL: none are kept */
};

static enum status
item_add_layer(struct item *item)
{
    struct stream *layer = NULL;
    enum status status =
        item->content == CONTENT_GZIP
            ? stream_open_gzip(item->top, &layer)
            : stream_open_filter(item->top, item->content, &layer);

    if (status)
        return status;
    if (item->top != item->stored) { /* no text after all */
        hash_free(item->top->hash);
        item->top->hash = NULL;
    }
    item->top = layer;
    record_add_compression(item->record, content_name(item->content));
    return stream_hash(layer);
}

/* Takes off compression until something else shows. */
static enum status
item_unwrap(struct item *item)
{
    unsigned max_depth = item->intake->limits.max_depth;

    for (;;) {
        struct sv head;
        enum status status = stream_peek(item->top, SNIFF_BYTES, &head);

        if (status)
            return status;
        item->content = sniff(head);
        if (item->content == CONTENT_TEXT)
            return STATUS_OK;
        item->too_deep = item->top->depth >= max_depth;
        if (item->too_deep)
            record_warn(item->record, WARN_BOUND, 0,
                        "nested deeper than %u layers: %s data not unpacked",
                        max_depth, content_name(item->content));
        if (item->too_deep || content_is_archive(item->content))
            return STATUS_OK;
        status = item_add_layer(item);
        if (status)
            return status;
    }
}

/* A text that is all of a gzip file can be come back to. */
static enum status
item_keep_points(struct item *item)
{
    if (!item->intake->sink->ret_points || item->top == item->stored ||
        item->top->below != item->stored || item->stored->fd < 0)
        return STATUS_OK;
    item->points = calloc(1, sizeof(*item->points));
    if (!item->points)
        return STATUS_NOMEM;
    stream_keep_points(item->top, item->points);
    return STATUS_OK;
}

/* The points are the sink's if nothing was wrong on the way. */
static void
item_give_points(struct item *item)
{
    const struct custody *custody = &item->record->custody;

    if (!item->points || item->top->incomplete || item->stored->incomplete)
        return;
    for (size_t i = 0; i < custody->warning_count; i++) {
        if (custody->warnings[i].topic == WARN_DAMAGED)
            return;
    }
    *item->intake->sink->ret_points = item->points;
    item->points = NULL;
}

/* Whole lines of the head, or what there is of a line that is longer. */
static struct sv
head_lines(struct sv view, bool last)
{
    struct sv head = sv_head(view, HEAD_BYTES);
    ptrdiff_t newline = sv_rfind_char(head, '\n');

    if ((last && head.len == view.len) || newline < 0)
        return head;
    return sv_head(head, (size_t)newline + 1);
}

static enum status
item_take_text(struct item *item)
{
    struct intake *intake = item->intake;
    struct custody *custody = &item->record->custody;
    const struct lines_bounds bounds = { intake->limits.max_line_bytes,
                                         intake->limits.max_text_bytes };
    struct lines_taker taker = { .sink = intake->sink };
    struct sv view;
    enum status status = stream_peek(item->top, HEAD_BYTES + 1, &view);

    if (status)
        return status;
    status = intake->sink->begin(intake->sink->user, custody,
                                 head_lines(view, view.len <= HEAD_BYTES),
                                 &item->text, &taker.wanted);
    if (status)
        return status;
    taker.text = item->text;
    taker.warned = taker.wanted || item->text;
    custody->is_text = taker.wanted;
    if (taker.wanted)
        status = item_keep_points(item);
    if (status)
        return status;
    status = lines_run(item->top, &bounds, &taker, &custody->text_bytes,
                       &item->text_cut);
    if (custody->damaged_bytes > custody->text_bytes)
        custody->damaged_bytes = custody->text_bytes;
    return status;
}

static enum status
item_take_members(struct item *item)
{
    item->record->custody.is_container = true;
    if (item->top != item->stored) {
        hash_free(item->top->hash);
        item->top->hash = NULL;
    }
    return archive_walk(item->intake, item->top, item->content);
}

/* Damage in a layer below is found at its end only: read all of it. */
static enum status
item_drain(struct item *item)
{
    uint64_t other;
    enum status status = STATUS_OK;

    if (item->top != item->stored && !item->top->incomplete)
        status = stream_drain(item->top, &other);
    if (!status && item->record->custody.is_container)
        item->record->custody.damaged_bytes = 0; /* it has no text */
    return status ? status : stream_drain(item->stored, &other);
}

/* What was given up as too large does not cost the logs beside it. */
static void
item_forgive(struct item *item)
{
    struct budget *budget = &item->intake->budget;

    for (const struct stream *at = item->top;; at = at->below) {
        if (at->depth && at->incomplete && budget->forgiven < BUDGET_FORGIVES) {
            budget->made_bytes[at->depth] -= at->read_bytes;
            budget->forgiven++;
        }
        if (at == item->stored)
            break;
    }
}

static enum status
item_end(struct item *item)
{
    struct custody *custody = &item->record->custody;
    struct stream *stored = item->stored;
    struct stream *top = item->top;
    bool text_whole = !custody->is_container && !item->too_deep &&
                      !item->text_cut && !top->incomplete;
    const struct evidence_sink *sink = item->intake->sink;
    enum status status = item_drain(item);

    if (status)
        return status;
    item_forgive(item);
    custody->stored_bytes = stored->read_bytes;
    if (!stored->incomplete && !hash_finish(stored->hash, custody->sha256))
        return STATUS_NOMEM;
    if (text_whole && top == stored)
        memcpy(custody->text_sha256, custody->sha256, sizeof(custody->sha256));
    else if (text_whole && !hash_finish(top->hash, custody->text_sha256))
        return STATUS_NOMEM;
    status = record_finish(item->record);
    if (status)
        return status;
    item_give_points(item);
    return sink->end(sink->user, item->text, custody);
}

enum status
intake_take(struct intake *intake, struct stream *stored)
{
    struct item item = { .intake = intake,
                         .stored = stored,
                         .top = stored,
                         .record = stored->record };
    enum status status = STATUS_NOMEM;

    stored->budget = &intake->budget;
    status = stream_hash(stored);
    if (status)
        goto out;
    status = item_unwrap(&item);
    if (status)
        goto out;
    if (!item.too_deep)
        status = item.content == CONTENT_TEXT ? item_take_text(&item)
                                              : item_take_members(&item);
    if (!status)
        status = item_end(&item);
out:
    while (item.top != stored) {
        struct stream *below = item.top->below;

        stream_free(item.top);
        item.top = below;
    }
    evidence_points_free(item.points);
    return status;
}

enum status
intake_refuse(struct intake *intake, struct record *record)
{
    enum status status = record_finish(record);

    if (status)
        return status;
    return intake->sink->end(intake->sink->user, NULL, &record->custody);
}

/* ----------------------------------------------------------------- opening */

locale_t
intake_enter_locale(locale_t *ret_mine)
{
    locale_t mine = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

    if (!mine)
        mine = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    *ret_mine = mine;
    return mine ? uselocale(mine) : (locale_t)0;
}

void
intake_leave_locale(locale_t mine, locale_t before)
{
    if (!mine)
        return;
    uselocale(before);
    freelocale(mine);
}

void
intake_init(struct intake *intake, const struct evidence_limits *limits,
            const struct evidence_sink *sink)
{
    struct evidence_limits *mine = &intake->limits;

    *intake = (struct intake){ .sink = sink };
    if (limits)
        *mine = *limits;
    mine->max_ratio = mine->max_ratio ? mine->max_ratio : 200;
    mine->max_line_bytes =
        mine->max_line_bytes ? mine->max_line_bytes : EVIDENCE_LINE_BYTES;
    mine->max_depth = mine->max_depth ? mine->max_depth : 8;
    if (mine->max_depth > STREAM_DEPTH_MAX)
        mine->max_depth = STREAM_DEPTH_MAX;
    mine->max_members = mine->max_members ? mine->max_members : 100000;
    mine->max_name_bytes = mine->max_name_bytes ? mine->max_name_bytes : 4096;
    intake->budget.max_ratio = mine->max_ratio;
    intake->budget.free_bytes = (uint64_t)64 * 1024 * 1024;
}

/*
 * Opens the source, unless it is no regular file (any more). What it has
 * beyond its size when it was listed is not read, so that all who read it see
 * the same bytes.
 */
static enum status
source_open(const struct evidence_source *source, struct record *record,
            struct stream **ret_stream)
{
    const char *why = NULL;
    struct stat info;
    enum status status;
    int fd;

    if (source->is_stdin)
        return stream_open_fd(STDIN_FILENO, false, 0, record, ret_stream);
    fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &info))
        why = strerror(errno);
    else if (!S_ISREG(info.st_mode))
        why = "no regular file";
    if (why) {
        record_warn(record, WARN_SKIPPED, 0, "cannot be read: %s", why);
        if (fd >= 0)
            close(fd);
        return STATUS_IO;
    }
    status = stream_open_fd(fd, true, source->size_bytes, record, ret_stream);
    if (status)
        return status;
    (*ret_stream)->fd = fd;
    (*ret_stream)->fd_bytes =
        source->size_bytes ? source->size_bytes : (uint64_t)info.st_size;
    return STATUS_OK;
}

static enum status
intake_run(struct intake *intake, const struct evidence_source *source)
{
    struct record record = { 0 };
    struct stream *stream = NULL;
    enum status status;

    status = record_init(&record, sv_of(source->path), NULL, SIZE_MAX);
    if (!status)
        status = source_open(source, &record, &stream);
    if (status == STATUS_IO) {
        status = intake_refuse(intake, &record);
        goto out;
    }
    if (status)
        goto out;
    intake->budget.root = stream;
    intake->budget.stored_bytes = stream->fd_bytes;
    status = intake_take(intake, stream);
out:
    stream_free(stream);
    record_clear(&record);
    return status;
}

enum status
evidence_read(const struct evidence_source *source,
              const struct evidence_limits *limits,
              const struct evidence_sink *sink, struct fault *fault)
{
    struct intake intake;
    locale_t mine;
    locale_t before = intake_enter_locale(&mine);
    enum status status;

    intake_init(&intake, limits, sink);
    status = intake_run(&intake, source);
    intake_leave_locale(mine, before);
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "%s: out of memory", source->path);
    return status;
}
