/* The way back: single lines of the evidence, read again by their place. */
#include "analyzer/gathering.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_KEEP 16384 /* of a cited line; Exim writes 8 KiB at most */

/* ------------------------------------------------------------- texts again */

struct again { /* one source on its second way */
    struct gathering *gathering;
    const uint32_t *texts; /* wanted of it, by ordinal */
    size_t count;
    size_t at;
    size_t ends; /* texts and containers that ended */
    revisit_block *block;
    void *user;
};

static enum status
again_begin(void *user, const struct custody *so_far, struct sv head,
            void **ret_text, bool *ret_wanted)
{
    struct again *again = user;
    const struct gathered_text *texts = again->gathering->texts;

    (void)so_far;
    (void)head;
    *ret_wanted = again->at < again->count &&
                  texts[again->texts[again->at]].ordinal == again->ends;
    *ret_text = *ret_wanted ? again : NULL;
    return STATUS_OK;
}

static enum status
again_block(void *text, struct sv block, uint64_t offset, uint64_t cut_bytes)
{
    struct again *again = text;

    return again->block(again->user, again->texts[again->at], block, offset,
                        cut_bytes);
}

static enum status
again_end(void *user, void *text, const struct custody *custody)
{
    struct again *again = user;

    again->ends++;
    if (text) {
        struct gathered_text *row =
            &again->gathering->texts[again->texts[again->at++]];

        row->unsteady |= custody->text_bytes != row->text_bytes;
    }
    return again->at < again->count ? STATUS_OK : STATUS_END; /* enough */
}

static enum status
read_again(struct gathering *gathering, size_t number, struct again *again,
           struct fault *fault)
{
    const struct evidence_source *source = &gathering->list->sources[number];
    struct evidence_sink sink = { .user = again,
                                  .begin = again_begin,
                                  .block = again_block,
                                  .end = again_end };
    enum status status;

    if (source->is_stdin && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
        return fault_set(fault, STATUS_IO, "-: cannot be read again");
    status = evidence_read(source, &gathering->limits, &sink, fault);
    return status == STATUS_END ? STATUS_OK : status;
}

static int
source_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;
    const struct gathered_text *a = &gathering->texts[*(const uint32_t *)left];
    const struct gathered_text *b = &gathering->texts[*(const uint32_t *)right];

    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return a->ordinal < b->ordinal ? -1 : a->ordinal > b->ordinal;
}

static enum status
row_warn_unsteady(struct gathering *gathering, struct gathered_text *row)
{
    if (!row->unsteady || row->warned_unsteady)
        return STATUS_OK;
    row->warned_unsteady = true;
    return gathering_warn(gathering, row, WARN_DAMAGED, COUNT_UNKNOWN,
                          "could not be read whole a second time: lines "
                          "that it shares with other files may count twice, "
                          "and cited lines of it may be missing")
               ? STATUS_OK
               : STATUS_NOMEM;
}

/* Texts that never came again; then each that did not come whole is told of. */
static enum status
warn_unsteady(const struct again *again)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < again->count && status == STATUS_OK; i++) {
        struct gathered_text *row = &again->gathering->texts[again->texts[i]];

        row->unsteady |= i >= again->at;
        status = row_warn_unsteady(again->gathering, row);
    }
    return status;
}

enum status
gathering_revisit(struct gathering *gathering, uint32_t *texts, size_t count,
                  revisit_block *block, void *user, struct fault *fault)
{
    enum status status = STATUS_OK;

    qsort_r(texts, count, sizeof(*texts), source_order, gathering);
    for (size_t from = 0; from < count && status == STATUS_OK;) {
        struct again again = { .gathering = gathering,
                               .texts = texts + from,
                               .block = block,
                               .user = user };
        size_t source = gathering->texts[texts[from]].source;

        while (from < count && gathering->texts[texts[from]].source == source) {
            again.count++;
            from++;
        }
        status = read_again(gathering, source, &again, fault);
        if (status == STATUS_OK)
            status = warn_unsteady(&again);
    }
    return status;
}

/* ------------------------------------------------------------------ wishes */

struct fetching {             /* the wishes of the text that is being read */
    struct line_wish *wishes; /* all, by place */
    size_t wish_count;
    uint32_t text;
    bool open;
    size_t at;
    size_t end;
    struct arena *arena;
};

static bool
hash_line(struct sv line, char hex[65])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (!EVP_Digest(line.at, line.len, digest, &len, EVP_sha256(), NULL) ||
        len != 32)
        return false;
    for (size_t i = 0; i < len; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = '\0';
    return true;
}

static enum status
fetch_line(struct fetching *fetching, struct sv line)
{
    struct line_wish *wish = &fetching->wishes[fetching->at];

    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    if (!hash_line(line, wish->sha256) ||
        !arena_keep(fetching->arena, sv_head(line, LINE_KEEP), &wish->text))
        return STATUS_NOMEM;
    fetching->at++;
    while (fetching->at < fetching->end &&
           fetching->wishes[fetching->at].place.offset == wish->place.offset) {
        fetching->wishes[fetching->at].text = wish->text;
        memcpy(fetching->wishes[fetching->at].sha256, wish->sha256, 65);
        fetching->at++;
    }
    return STATUS_OK;
}

/* The first wish of this text or a later one. */
static size_t
first_wish(const struct fetching *fetching, uint64_t text)
{
    size_t low = 0, high = fetching->wish_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (fetching->wishes[middle].place.text < text)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void
fetch_open(struct fetching *fetching, uint32_t text)
{
    if (fetching->open && fetching->text == text)
        return;
    fetching->open = true;
    fetching->text = text;
    fetching->at = first_wish(fetching, text);
    fetching->end = first_wish(fetching, (uint64_t)text + 1);
}

static enum status
fetch_block(void *user, uint32_t text, struct sv block, uint64_t offset,
            uint64_t cut_bytes)
{
    struct fetching *fetching = user;

    (void)cut_bytes;
    fetch_open(fetching, text);
    while (fetching->at < fetching->end &&
           fetching->wishes[fetching->at].place.offset < offset + block.len) {
        uint64_t wanted = fetching->wishes[fetching->at].place.offset;
        struct sv rest;
        enum status status;

        if (wanted < offset) { /* not where a line begins: it stays unfilled */
            fetching->at++;
            continue;
        }
        rest = sv_drop(block, (size_t)(wanted - offset));
        status = fetch_line(fetching, sv_cut(&rest, '\n'));
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------- plain files */

/* At most `room` bytes from `offset` on; fewer only at the end, or on error. */
static size_t
read_at(int fd, uint64_t offset, char *at, size_t room)
{
    size_t got = 0;

    while (got < room) {
        ssize_t more = pread(fd, at + got, room - got, (off_t)(offset + got));

        if (more <= 0)
            break;
        got += (size_t)more;
    }
    return got;
}

#define LINE_STEP 8192

/*
 * The line at `offset` with the byte before it, into `buf`: as the first
 * reading gave it, cut to the longest that is kept. Empty where none begins.
 */
static enum status
read_line_at(const struct gathering *gathering, int fd, uint64_t offset,
             uint64_t end, struct buf *buf, struct sv *ret_line)
{
    uint64_t before = offset ? 1 : 0, room = end - offset + before;
    uint64_t longest = gathering->limits.max_line_bytes
                           ? gathering->limits.max_line_bytes
                           : EVIDENCE_LINE_BYTES;
    ptrdiff_t newline = -1;
    size_t want = 0;

    *ret_line = (struct sv){ NULL, 0 };
    if (room > longest + before)
        room = longest + before;
    for (buf->len = 0; newline < 0 && buf->len == want && want < room;) {
        void *grown = buf->at;
        size_t seen = buf->len > before ? buf->len : (size_t)before;

        want += want ? want : LINE_STEP;
        if (want > room)
            want = (size_t)room;
        if (!array_reserve(&grown, &buf->capacity, want, 1))
            return STATUS_NOMEM;
        buf->at = grown;
        buf->len += read_at(fd, offset - before + buf->len, buf->at + buf->len,
                            want - buf->len);
        newline = buf->len > seen
                      ? sv_find_char(sv_drop(buf_sv(buf), seen), '\n')
                      : -1;
        if (newline >= 0)
            buf->len = seen + (size_t)newline;
    }
    if (buf->len >= before && (!before || buf->at[0] == '\n'))
        *ret_line = sv_drop(buf_sv(buf), (size_t)before);
    return STATUS_OK;
}

static enum status
fetch_lines_at(struct gathering *gathering, struct fetching *fetching, int fd)
{
    const struct gathered_text *row = &gathering->texts[fetching->text];
    enum status status = STATUS_OK;
    struct buf buf = { 0 };

    while (fetching->at < fetching->end && status == STATUS_OK) {
        uint64_t offset = fetching->wishes[fetching->at].place.offset;
        struct sv line = { NULL, 0 };

        if (offset < row->text_bytes)
            status = read_line_at(gathering, fd, offset, row->text_bytes, &buf,
                                  &line);
        if (status == STATUS_OK && line.at)
            status = fetch_line(fetching, line);
        else
            fetching->at++; /* it stays unfilled */
    }
    buf_clear(&buf);
    return status;
}

/* A plain file's lines stand where they stood: nothing else is read. */
static enum status
fetch_plain(struct gathering *gathering, struct fetching *fetching,
            uint32_t text)
{
    struct gathered_text *row = &gathering->texts[text];
    int fd = open(gathering->list->sources[row->source].path,
                  O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    enum status status = STATUS_OK;
    struct stat info;

    row->unsteady |= fd < 0 || fstat(fd, &info) || !S_ISREG(info.st_mode) ||
                     (uint64_t)info.st_size < row->text_bytes;
    fetch_open(fetching, text);
    if (fd >= 0) {
        status = fetch_lines_at(gathering, fetching, fd);
        close(fd);
    }
    return status == STATUS_OK ? row_warn_unsteady(gathering, row) : status;
}

/* --------------------------------------------------------- compressed files */

struct leap { /* from wish to wish, by the points between them */
    struct fetching *fetching;
    const struct evidence_points *points;
};

static enum status
leap_block(void *user, struct sv block, uint64_t offset, uint64_t cut_bytes)
{
    const struct leap *leap = user;
    struct fetching *fetching = leap->fetching;
    enum status status =
        fetch_block(fetching, fetching->text, block, offset, cut_bytes);

    if (status != STATUS_OK)
        return status;
    if (fetching->at == fetching->end ||
        evidence_points_before(leap->points,
                               fetching->wishes[fetching->at].place.offset) >
            offset + block.len)
        return STATUS_END;
    return STATUS_OK;
}

/* Only what lies between a point and a cited line is unpacked again. */
static enum status
fetch_by_points(struct gathering *gathering, struct fetching *fetching,
                uint32_t text, struct fault *fault)
{
    struct gathered_text *row = &gathering->texts[text];
    struct leap leap = { fetching, row->points };
    struct evidence_sink sink = { .block = leap_block };
    enum status status = STATUS_END;

    fetch_open(fetching, text);
    while (fetching->at < fetching->end && status == STATUS_END) {
        uint64_t from = fetching->wishes[fetching->at].place.offset;

        status =
            from < row->text_bytes
                ? evidence_read_points(&gathering->list->sources[row->source],
                                       &gathering->limits, row->points, from,
                                       row->text_bytes, &sink, &leap, fault)
                : STATUS_IO;
    }
    row->unsteady |= status == STATUS_IO;
    if (status == STATUS_NOMEM)
        return status;
    return row_warn_unsteady(gathering, row);
}

/* How the wished lines of a text are come by, if not by a second reading. */
static enum status
fetch_text(struct gathering *gathering, struct fetching *fetching,
           uint32_t text, bool *ret_done, struct fault *fault)
{
    const struct gathered_text *row = &gathering->texts[text];

    *ret_done = true;
    if (gathering->list->sources[row->source].is_plain)
        return fetch_plain(gathering, fetching, text);
    if (row->points)
        return fetch_by_points(gathering, fetching, text, fault);
    *ret_done = false;
    return STATUS_OK;
}

enum status
gathering_fetch(struct gathering *gathering, struct line_wish *wishes,
                size_t count, struct arena *arena, struct fault *fault)
{
    struct fetching fetching = { .wishes = wishes,
                                 .wish_count = count,
                                 .arena = arena };
    uint32_t *texts = calloc(gathering->text_count + 1, sizeof(*texts));
    enum status status = texts ? STATUS_OK : STATUS_NOMEM;
    size_t text_count = 0;

    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        uint32_t text = wishes[i].place.text;
        bool done = true;

        if (!i || text != wishes[i - 1].place.text)
            status = fetch_text(gathering, &fetching, text, &done, fault);
        if (!done)
            texts[text_count++] = text;
    }
    if (status == STATUS_OK)
        status = gathering_revisit(gathering, texts, text_count, fetch_block,
                                   &fetching, fault);
    free(texts);
    return status;
}
