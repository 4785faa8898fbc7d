/* A file as a stream: large reads, in order. */
#include "analyzer/evidence/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct file {
    struct stream base;
    int fd;
    bool close_fd;
    uint64_t max_bytes; /* 0: to its end */
};

static enum status
file_read(struct stream *stream, char *at, size_t room, size_t *ret_len)
{
    struct file *file = (struct file *)stream;
    uint64_t left = file->max_bytes - stream->read_bytes;
    ssize_t got;

    if (file->max_bytes && left < room)
        room = (size_t)left;
    if (!room)
        return STATUS_OK;
    do
        got = read(file->fd, at, room);
    while (got < 0 && errno == EINTR);
    if (got < 0) {
        record_warn(stream->record, WARN_DAMAGED, stream->read_bytes,
                    "cannot be read beyond byte %llu: %s",
                    (unsigned long long)stream->read_bytes, strerror(errno));
        stream->incomplete = true;
        return STATUS_OK;
    }
    if (!got && file->max_bytes) {
        record_warn(stream->record, WARN_DAMAGED, stream->read_bytes,
                    "became shorter while it was read: %llu of %llu bytes",
                    (unsigned long long)stream->read_bytes,
                    (unsigned long long)file->max_bytes);
        stream->incomplete = true;
    }
    *ret_len = (size_t)got;
    return STATUS_OK;
}

static void
file_free(struct stream *stream)
{
    struct file *file = (struct file *)stream;

    if (file->close_fd)
        close(file->fd);
}

static const struct stream_ops file_ops = { file_read, file_free };

enum status
stream_open_fd(int fd, bool close_fd, uint64_t max_bytes, struct record *record,
               struct stream **ret_stream)
{
    struct file *file = calloc(1, sizeof(*file));

    if (!file) {
        if (close_fd)
            close(fd);
        return STATUS_NOMEM;
    }
    file->base.ops = &file_ops;
    file->base.record = record;
    file->base.fd = -1;
    file->fd = fd;
    file->close_fd = close_fd;
    file->max_bytes = max_bytes;
    *ret_stream = &file->base;
    return STATUS_OK;
}
