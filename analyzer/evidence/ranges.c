/* ranges.c: parts of a text, read alone. */
#include "analyzer/evidence/intake.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/evidence/lines.h"
#include "analyzer/evidence/points.h"

/* Fails: STATUS_IO when the stream ends before `to`. */
static enum status
range_run(struct stream *stream, const struct evidence_source *source,
          const struct evidence_limits *limits, uint64_t from, uint64_t to,
          const struct evidence_sink *sink, void *text, struct fault *fault)
{
    const struct lines_taker taker = {
        .sink = sink, .text = text, .wanted = true, .from_bytes = from
    };
    struct lines_bounds bounds = { 0, to - from };
    struct intake intake;
    uint64_t count = 0;
    bool cut;
    enum status status;

    intake_init(&intake, limits, sink);
    bounds.max_line_bytes = intake.limits.max_line_bytes;
    status = lines_run(stream, &bounds, &taker, &count, &cut);
    if (!status && count < to - from)
        status =
            fault_set(fault, STATUS_IO, "%s: became shorter while it was read",
                      source->path);
    return status;
}

static enum status
source_open_at(const struct evidence_source *source, uint64_t offset, int *fd,
               struct fault *fault)
{
    *fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (*fd < 0 || lseek(*fd, (off_t)offset, SEEK_SET) < 0)
        return fault_set(fault, STATUS_IO, "%s: %s", source->path,
                         strerror(errno));
    return STATUS_OK;
}

enum status
evidence_read_range(const struct evidence_source *source,
                    const struct evidence_limits *limits, uint64_t from,
                    uint64_t to, const struct evidence_sink *sink, void *text,
                    struct fault *fault)
{
    struct record record = { 0 }; /* of warnings nobody asks for here */
    struct stream *stream = NULL;
    enum status status;
    int fd = -1;

    assert(from <= to);
    if (from == to)
        return STATUS_OK;
    status = record_init(&record, sv_of(source->path), NULL, SIZE_MAX);
    if (!status)
        status = source_open_at(source, from, &fd, fault);
    if (!status)
        status = stream_open_fd(fd, false, to - from, &record, &stream);
    if (!status)
        status = range_run(stream, source, limits, from, to, sink, text, fault);
    stream_free(stream);
    if (fd >= 0)
        close(fd);
    record_clear(&record);
    return status;
}

/* Unpacks up to `from` and drops it; short of it the stream has ended. */
static enum status
points_skip(struct stream *stream, uint64_t count)
{
    enum status status = STATUS_OK;
    struct sv view = { "", 1 };

    while (!status && count && view.len) {
        status = stream_peek(stream, 1, &view);
        if (view.len > count)
            view.len = (size_t)count;
        if (!status)
            stream_take(stream, view.len);
        count -= view.len;
    }
    return status;
}

enum status
evidence_read_points(const struct evidence_source *source,
                     const struct evidence_limits *limits,
                     const struct evidence_points *points, uint64_t from,
                     uint64_t to, const struct evidence_sink *sink, void *text,
                     struct fault *fault)
{
    struct point *point = points_before(points, from);
    struct record record = { 0 };
    struct stream *stored = NULL, *stream = NULL;
    enum status status;
    int fd = -1;

    assert(from < to);
    status = record_init(&record, sv_of(source->path), NULL, SIZE_MAX);
    if (!status)
        status =
            source_open_at(source, point ? point->stored_bytes : 0, &fd, fault);
    if (!status)
        status = stream_open_fd(fd, false, 0, &record, &stored);
    if (!status)
        status = point ? stream_open_gzip_at(stored, point, &stream)
                       : stream_open_gzip(stored, &stream);
    if (!status)
        status = points_skip(stream, from - (point ? point->text_bytes : 0));
    if (!status)
        status = range_run(stream, source, limits, from, to, sink, text, fault);
    stream_free(stream);
    stream_free(stored);
    if (fd >= 0)
        close(fd);
    record_clear(&record);
    return status;
}
