#include "analyzer/trace/seek.h"

#include "analyzer/trace/line.h"

#define EVIDENCE_MIN_BYTES ((uint64_t)8 << 20) /* less is read in no time */
#define PROBE_BYTES ((uint64_t)64 << 10)
#define OUTPUT_MAX_BYTES ((size_t)64 << 20)
/* A clock may be set back a little, an arrival take a while. */
#define MARGIN_SECONDS 1200
/* Without an arrival near by the zone is unknown: any, and its summer time. */
#define MARGIN_UNKNOWN_SECONDS (26 * 3600)
/* The autumn hour comes twice; more than that is disorder. */
#define BACKWARDS_SECONDS 7200
/* What mentions a message comes while it lives, or at once after. */
#define AFTER_SECONDS 60

struct seek {
    struct sources *sources;
    struct message_id id;
    struct grouper *grouper;
    struct printer printer; /* into `out` */
    struct buf out;
    int64_t latest; /* stamp of the newest block, as written; 0: none */
    int64_t done_at;
    bool is_done;
    bool disorder;
    struct fault *fault;
};

struct probe {          /* what a look at some bytes of a log gives */
    bool found;         /* a stamped line */
    uint64_t start;     /* its place */
    int64_t at;         /* as written */
    int64_t latest_utc; /* it cannot be later */
};

bool
seek_fits(const struct sources *sources, struct sv pattern)
{
    struct message_id id;
    uint64_t bytes = 0;

    if (!pattern.len || message_id_read(pattern, &id) != pattern.len)
        return false;
    for (size_t i = 0; i < sources->count; i++) {
        const struct source *source = &sources->sources[i];

        if (source->is_archive || source->file->is_stdin)
            return false;
        bytes += source->file->size_bytes;
    }
    return bytes >= EVIDENCE_MIN_BYTES;
}

/* ----------------------------------------------------------------- probing */

struct probe_view {
    bool skip_first; /* the bytes may begin inside a line */
    const struct text *text;
    struct probe probe;
};

static enum status
probe_block(void *user, struct text *text, struct sv block,
            uint64_t offset_bytes, struct fault *fault)
{
    struct probe_view *view = user;
    struct probe *probe = &view->probe;
    struct sv rest = block;
    int64_t ahead = text->offset_seconds;
    bool known = text->has_offset;

    (void)fault;
    if (view->skip_first)
        line_take(&rest);
    view->skip_first = false;
    if (log_offset_read(rest, &ahead))
        known = true;
    while (!probe->found && rest.len) {
        struct log_line line;
        struct sv raw = line_take(&rest);

        log_line_read(raw, &line);
        if (!line.stamped)
            continue;
        probe->found = true;
        probe->start = offset_bytes + (uint64_t)(raw.at - block.at);
        probe->at = log_line_seconds(&line);
        probe->latest_utc = log_line_has_zone(&line)
                                ? probe->at + MARGIN_SECONDS
                            : known ? probe->at - ahead + MARGIN_SECONDS
                                    : probe->at + MARGIN_UNKNOWN_SECONDS;
    }
    return STATUS_OK;
}

static enum status
seek_probe(struct seek *seek, size_t source, uint64_t from,
           struct probe *ret_probe)
{
    struct sources *sources = seek->sources;
    uint64_t size = sources->sources[source].file->size_bytes;
    struct probe_view view = { .skip_first = from > 0 };
    const struct taker taker = { &view, probe_block, NULL };
    uint64_t to = size - from > PROBE_BYTES ? from + PROBE_BYTES : size;
    enum status status =
        sources_read_range(sources, source, from, to, &taker, seek->fault);

    *ret_probe = view.probe;
    return status;
}

/*
 * The last place we find in this log where all before is older than the id;
 * its size when the whole log is. Notices logs that are not in order.
 */
static enum status
seek_bisect(struct seek *seek, size_t source, uint64_t *ret_start)
{
    uint64_t low = 0;
    uint64_t high = seek->sources->sources[source].file->size_bytes;
    int64_t low_at = INT64_MIN;
    int64_t high_at = INT64_MAX;

    *ret_start = 0;
    while (high - low > PROBE_BYTES) {
        uint64_t middle = low + (high - low) / 2;
        struct probe probe;
        enum status status = seek_probe(seek, source, middle, &probe);

        if (status)
            return status;
        if (!probe.found) {
            high = middle; /* to be read through, if it comes to that */
            continue;
        }
        if ((low_at != INT64_MIN && probe.at < low_at - BACKWARDS_SECONDS) ||
            (high_at != INT64_MAX && probe.at > high_at + BACKWARDS_SECONDS))
            seek->disorder = true;
        if (probe.latest_utc < message_id_seconds(seek->id)) {
            low = middle;
            low_at = probe.at;
            *ret_start = probe.start;
        } else {
            high = middle;
            high_at = probe.at;
        }
    }
    return STATUS_OK;
}

/* ----------------------------------------------------------------- reading */

static bool
keep_output(void *user, struct sv bytes)
{
    struct buf *out = user;

    return out->len + bytes.len <= OUTPUT_MAX_BYTES && buf_add(out, bytes);
}

/* The first stamp of these lines; `otherwise` when they have none. */
static int64_t
block_time(struct sv block, int64_t otherwise)
{
    while (block.len) {
        struct log_line line;

        log_line_read(line_take(&block), &line);
        if (line.stamped)
            return log_line_seconds(&line);
    }
    return otherwise;
}

static enum status
seek_block(void *user, struct text *text, struct sv block,
           uint64_t offset_bytes, struct fault *fault)
{
    struct seek *seek = user;
    int64_t at = block_time(block, seek->latest);

    (void)offset_bytes;
    if (seek->latest && at < seek->latest - BACKWARDS_SECONDS)
        seek->disorder = true;
    seek->latest = at > seek->latest ? at : seek->latest;
    if (seek->printer.watched_whole && !seek->done_at)
        seek->done_at = seek->latest;
    seek->is_done = seek->done_at && !grouper_open_hits(seek->grouper) &&
                    seek->latest > seek->done_at + AFTER_SECONDS;
    if (seek->is_done || seek->disorder)
        return STATUS_END;
    return grouper_block(seek->grouper, block, text->loose,
                         text->offset_seconds, fault);
}

static enum status
seek_text_end(void *user, struct text *text)
{
    struct seek *seek = user;

    (void)text;
    return grouper_text_end(seek->grouper);
}

/* Does the next log of its kind begin before the id's second? Then all lines
 * of this one are older, if the logs are one server's. */
static bool
is_succeeded(const struct seek *seek, const size_t *order, size_t place)
{
    const struct source *source = &seek->sources->sources[order[place]];
    const struct source *next;
    const struct text *text;
    int64_t margin;

    if (place + 1 >= seek->sources->count || !source->met_texts)
        return false;
    next = &seek->sources->sources[order[place + 1]];
    if (!next->met_texts || next->texts[0]->kind != source->texts[0]->kind)
        return false;
    text = next->texts[0];
    margin = text->has_offset ? MARGIN_SECONDS - text->offset_seconds
                              : MARGIN_UNKNOWN_SECONDS;
    return text->first_at != INT64_MAX &&
           text->first_at + margin < message_id_seconds(seek->id);
}

static enum status
seek_source(struct seek *seek, size_t source, bool succeeded)
{
    const struct taker taker = { seek, seek_block, seek_text_end };
    const struct source *from = &seek->sources->sources[source];
    uint64_t start = 0;
    enum status status = STATUS_OK;

    seek->latest = 0;
    if (!from->file->is_plain || !from->met_texts)
        return succeeded
                   ? STATUS_OK
                   : sources_read(seek->sources, source, &taker, seek->fault);
    status = seek_bisect(seek, source, &start);
    if (status || seek->disorder)
        return status;
    return sources_read_range(seek->sources, source, start,
                              from->file->size_bytes, &taker, seek->fault);
}

static enum status
seek_all(struct seek *seek, const size_t *order)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < seek->sources->count; i++) {
        status = seek_source(seek, order[i], is_succeeded(seek, order, i));
        if (status || seek->disorder)
            break;
    }
    if (status == STATUS_END && (seek->is_done || seek->disorder))
        status = STATUS_OK;
    return status || seek->disorder ? status : grouper_end(seek->grouper);
}

enum status
seek_run(struct sources *sources, const size_t *order, struct sv pattern,
         const struct grouper_rules *rules, struct matcher *matcher,
         struct printer *printer, bool *ret_done, struct fault *fault)
{
    struct seek seek = { .sources = sources, .fault = fault };
    enum status status = STATUS_NOMEM;

    message_id_read(pattern, &seek.id);
    seek.printer = (struct printer){ .write = keep_output,
                                     .user = &seek.out,
                                     .json = printer->json,
                                     .watched = seek.id };
    seek.grouper = grouper_new(rules, matcher, &seek.printer);
    if (seek.grouper)
        status = seek_all(&seek, order);
    if (status == STATUS_END)
        status = seek.out.failed ? STATUS_NOMEM : STATUS_OK; /* too much */
    else if (!status && seek.printer.watched_whole && !seek.disorder)
        *ret_done = true;
    if (!status && *ret_done) {
        printer->groups += seek.printer.groups;
        if (seek.out.len && !printer->write(printer->user, buf_sv(&seek.out)))
            status = STATUS_END;
    }
    grouper_free(seek.grouper);
    printer_clear(&seek.printer);
    buf_clear(&seek.out);
    return status;
}
