#include "analyzer/evidence/lines.h"

#include <stdlib.h>
#include <string.h>

struct lines {
    struct stream *stream;
    const struct lines_taker *taker;
    size_t max_line;
    uint64_t max_text;
    uint64_t done; /* bytes of the text taken so far */
    char *kept;    /* head of a long line and its newline */
    bool nul_told;
    bool cut; /* the bound of the text left some */
};

/* What may be looked at: not beyond the bound of the text. */
static enum status
lines_peek(struct lines *lines, size_t want, struct sv *ret_view,
           bool *ret_last)
{
    uint64_t left = lines->max_text - lines->done;
    enum status status = stream_peek(lines->stream, want, ret_view);

    if (status)
        return status;
    *ret_last = ret_view->len < want;
    if (ret_view->len >= left) {
        *ret_view = sv_head(*ret_view, (size_t)left);
        *ret_last = true;
    }
    return STATUS_OK;
}

static void
lines_look_for_nul(struct lines *lines, struct sv block, uint64_t at)
{
    ptrdiff_t nul;

    if (lines->nul_told || !lines->taker->warned)
        return;
    nul = sv_find_char(block, '\0');
    if (nul < 0)
        return;
    lines->nul_told = true;
    record_warn(lines->stream->record, WARN_BINARY, at + (uint64_t)nul,
                "NUL bytes in the text, first at byte %llu",
                (unsigned long long)at + (unsigned long long)nul);
}

static enum status
lines_give(struct lines *lines, struct sv block, uint64_t at,
           uint64_t cut_bytes)
{
    const struct lines_taker *taker = lines->taker;

    if (!block.len)
        return STATUS_OK;
    at += taker->from_bytes;
    lines_look_for_nul(lines, block, at);
    if (!taker->wanted)
        return STATUS_OK;
    return taker->sink->block(taker->text, block, at, cut_bytes);
}

static bool
lines_keep_head(struct lines *lines, struct sv line)
{
    if (!lines->kept)
        lines->kept = malloc(lines->max_line + 1);
    if (!lines->kept)
        return false;
    memcpy(lines->kept, line.at, lines->max_line);
    return true;
}

/* Gives a long line whose head is kept. */
static enum status
lines_give_cut(struct lines *lines, uint64_t at, uint64_t len, bool newline)
{
    struct sv cut = { lines->kept, lines->max_line + newline };

    if (newline)
        lines->kept[lines->max_line] = '\n';
    if (lines->taker->warned)
        record_warn(lines->stream->record, WARN_LONG_LINE,
                    at + lines->taker->from_bytes,
                    "a line of %llu bytes begins at byte %llu of the text; "
                    "%zu bytes of it are kept",
                    (unsigned long long)len,
                    (unsigned long long)(at + lines->taker->from_bytes),
                    lines->max_line);
    return lines_give(lines, cut, at, len - lines->max_line);
}

/* Gives whole lines that are all in `block`, long ones cut. */
static enum status
lines_give_whole(struct lines *lines, struct sv block)
{
    size_t from = 0; /* not given yet */
    size_t at = 0;

    while (block.len - from > lines->max_line && at < block.len) {
        ptrdiff_t found = sv_find_char(sv_drop(block, at), '\n');
        size_t len = found < 0 ? block.len - at : (size_t)found;
        enum status status;

        if (len <= lines->max_line) {
            at += len + (found >= 0);
            continue;
        }
        status = lines_give(lines, (struct sv){ block.at + from, at - from },
                            lines->done + from, 0);
        if (status)
            return status;
        if (!lines_keep_head(lines, sv_drop(block, at)))
            return STATUS_NOMEM;
        status = lines_give_cut(lines, lines->done + at, len, found >= 0);
        if (status)
            return status;
        at += len + (found >= 0);
        from = at;
    }
    return lines_give(lines, sv_drop(block, from), lines->done + from, 0);
}

/* A line that is longer than the bound and not all in sight: skips its rest. */
static enum status
lines_skip_long(struct lines *lines, struct sv head)
{
    uint64_t begin = lines->done;
    bool newline = false;
    bool last = false;

    if (!lines_keep_head(lines, head))
        return STATUS_NOMEM;
    while (!newline && !last) {
        struct sv view;
        ptrdiff_t found;
        size_t count;
        enum status status = lines_peek(lines, LINES_BLOCK_BYTES, &view, &last);

        if (status)
            return status;
        found = sv_find_char(view, '\n');
        newline = found >= 0;
        count = newline ? (size_t)found + 1 : view.len;
        stream_take(lines->stream, count);
        lines->done += count;
    }
    return lines_give_cut(lines, begin, lines->done - begin - newline, newline);
}

/* One step: some whole lines, or more room for a line. *ret_end at the end. */
static enum status
lines_step(struct lines *lines, size_t *seen, bool *ret_end)
{
    size_t want = *seen + LINES_BLOCK_BYTES;
    const char *newline;
    struct sv view;
    enum status status;
    size_t count;
    bool last;

    if (want > lines->max_line && *seen <= lines->max_line &&
        lines->max_line >= LINES_BLOCK_BYTES)
        want = lines->max_line + 1;
    status = lines_peek(lines, want, &view, &last);
    if (status)
        return status;
    *ret_end = !view.len;
    if (*ret_end)
        return STATUS_OK;
    newline = memrchr(view.at + *seen, '\n', view.len - *seen);
    count = newline ? (size_t)(newline - view.at) + 1 : 0;
    if (last)
        count = view.len;
    if (!count && view.len > lines->max_line) {
        *seen = 0;
        return lines_skip_long(lines, view);
    }
    *seen = count ? 0 : view.len;
    if (!count)
        return STATUS_OK;
    status = lines_give_whole(lines, sv_head(view, count));
    stream_take(lines->stream, count);
    lines->done += count;
    return status;
}

/* Says so when the bound of the text left something unread. */
static enum status
lines_check_bound(struct lines *lines)
{
    struct sv view;
    enum status status;

    if (lines->done < lines->max_text)
        return STATUS_OK;
    status = stream_peek(lines->stream, 1, &view);
    if (status || !view.len)
        return status;
    lines->cut = true;
    record_warn(lines->stream->record, WARN_BOUND, lines->done,
                "the text is longer than %llu bytes: the rest is not read",
                (unsigned long long)lines->max_text);
    return STATUS_OK;
}

enum status
lines_run(struct stream *stream, const struct lines_bounds *bounds,
          const struct lines_taker *taker, uint64_t *ret_bytes, bool *ret_cut)
{
    struct lines lines = { .stream = stream, .taker = taker };
    enum status status = STATUS_OK;
    size_t seen = 0; /* bytes in sight that hold no newline */
    bool ended = false;

    lines.max_line = bounds->max_line_bytes < SIZE_MAX / 4
                         ? (size_t)bounds->max_line_bytes
                         : SIZE_MAX / 4;
    lines.max_text =
        bounds->max_text_bytes ? bounds->max_text_bytes : UINT64_MAX;
    while (!status && !ended)
        status = lines_step(&lines, &seen, &ended);
    if (!status)
        status = lines_check_bound(&lines);
    if (!status) {
        *ret_bytes = lines.done;
        *ret_cut = lines.cut;
    }
    free(lines.kept);
    return status;
}
