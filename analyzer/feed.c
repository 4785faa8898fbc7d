/* Lines of one text into one ledger. */
#include "analyzer/gathering.h"

#include <stdlib.h>
#include <string.h>

#define BACK_LINES 256 /* how far back a joined record may begin */

struct feed {
    struct ledger *ledger;
    struct reader *reader;
    uint32_t text;
    uint64_t line;                /* lines seen */
    uint64_t offsets[BACK_LINES]; /* where the last lines began */
    const struct skipped *skipped;
    size_t skipped_count;
    bool skipping; /* the last line was left out */
    bool open_end; /* the last line has no newline */
    struct event event;
};

struct feed *
feed_new(struct ledger *ledger, uint32_t text, enum log_kind kind)
{
    struct feed *feed = calloc(1, sizeof(*feed));

    if (!feed)
        return NULL;
    feed->ledger = ledger;
    feed->text = text;
    feed->reader = reader_new(kind);
    if (!feed->reader) {
        free(feed);
        return NULL;
    }
    return feed;
}

enum log_kind
feed_kind(const struct feed *feed)
{
    return reader_kind(feed->reader);
}

void
feed_free(struct feed *feed)
{
    if (!feed)
        return;
    reader_free(feed->reader);
    free(feed);
}

void
feed_skip(struct feed *feed, const struct skipped *skipped, size_t count)
{
    feed->skipped = skipped;
    feed->skipped_count = count;
}

static bool
is_skipped(struct feed *feed)
{
    while (feed->skipped_count && feed->skipped->to < feed->line) {
        feed->skipped++;
        feed->skipped_count--;
    }
    return feed->skipped_count && feed->skipped->from <= feed->line;
}

static struct place
place_back(const struct feed *feed, uint32_t back)
{
    if (back >= BACK_LINES || back >= feed->line)
        back = 0;
    return (struct place){
        .text = feed->text,
        .line = (uint32_t)(feed->line - back),
        .offset = feed->offsets[(feed->line - back) % BACK_LINES],
    };
}

/* Events that the reader gives beside the one of the line it was given. */
static enum status
feed_late(struct feed *feed,
          bool (*next)(struct reader *, struct event *, uint32_t *))
{
    uint32_t back = 0;

    while (next(feed->reader, &feed->event, &back)) {
        enum status status =
            ledger_add_late(feed->ledger, &feed->event, place_back(feed, back));

        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* A record does not reach over lines that are left out. */
static enum status
feed_skipped(struct feed *feed, uint64_t bytes)
{
    enum status status = STATUS_OK;

    if (!feed->skipping) {
        feed->line--; /* what is held ends before this line */
        status = feed_late(feed, reader_end);
        feed->line++;
        feed->skipping = true;
    }
    return status == STATUS_OK ? ledger_skip(feed->ledger, bytes) : status;
}

static enum status
feed_line(struct feed *feed, struct sv line, uint64_t offset, uint64_t bytes)
{
    enum line_class class;
    enum status status;
    uint32_t back = 0;

    feed->line++;
    feed->offsets[feed->line % BACK_LINES] = offset;
    if (feed->skipped_count && is_skipped(feed))
        return feed_skipped(feed, bytes);
    feed->skipping = false;
    class = reader_line(feed->reader, line, &feed->event, &back);
    status = ledger_add(feed->ledger, &feed->event, class, line, bytes,
                        place_back(feed, back));
    return status == STATUS_OK ? feed_late(feed, reader_more) : status;
}

enum status
feed_block(struct feed *feed, struct sv block, uint64_t offset,
           uint64_t cut_bytes)
{
    while (block.len) {
        ptrdiff_t end = sv_find_char(block, '\n');
        size_t len = end < 0 ? block.len : (size_t)end;
        size_t bytes = end < 0 ? len : len + 1;
        bool last = bytes == block.len;
        enum status status = feed_line(feed, sv_head(block, len), offset,
                                       bytes + (last ? cut_bytes : 0));

        if (status != STATUS_OK)
            return status;
        feed->open_end = end < 0;
        offset += bytes;
        block = sv_drop(block, bytes);
    }
    return STATUS_OK;
}

enum status
feed_end(struct feed *feed)
{
    enum status status = feed_late(feed, reader_end);

    if (status == STATUS_OK && feed->open_end)
        status = ledger_end_open(feed->ledger, place_back(feed, 0));
    ledger_settle(feed->ledger, reader_kind(feed->reader));
    return status;
}
