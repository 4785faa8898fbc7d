#include "analyzer/trace/grouper.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/trace/line.h"

/* Exim's records end at 8 KiB; a rejected message's headers may add to it. */
#define CONTINUATION_MAX_BYTES ((size_t)64 * 1024)
#define CHUNK_BYTES 1000

struct chunk {
    struct chunk *next;
    size_t used;
    char bytes[CHUNK_BYTES];
};

struct group {
    struct message_id id; /* none: a record without one */
    struct chunk *first;
    struct chunk *last;
    bool hit;       /* the pattern was found */
    bool in_period; /* a line of it lies between since and until */
    int64_t first_at;
    int64_t last_at;
    struct group *before; /* in order of first line; or the pool of unused */
    struct group *after;
};

struct grouper {
    struct grouper_rules rules;
    struct matcher *matcher;
    struct printer *printer;
    bool timed; /* stamps must be read */
    struct id_table open;
    struct group *oldest;
    struct group *newest;
    struct group loose;    /* the record without an id that is being read */
    struct group *current; /* whose record is being read; NULL: nobody's */
    bool current_ends;
    uint32_t part; /* of it, the last one met; 0: it is not in parts */
    uint64_t pid;
    size_t continued_bytes; /* of the record that is being read */
    uint64_t dropped_bytes;
    size_t held_bytes;
    size_t open_hits;
    bool full;
    struct group *spare_groups;
    struct chunk *spare_chunks;
    struct buf bytes;
};

struct grouper *
grouper_new(const struct grouper_rules *rules, struct matcher *matcher,
            struct printer *printer)
{
    struct grouper *grouper = calloc(1, sizeof(*grouper));

    if (!grouper)
        return NULL;
    grouper->rules = *rules;
    grouper->matcher = matcher;
    grouper->printer = printer;
    grouper->timed = rules->queue_seconds >= 0 || rules->since != INT64_MIN ||
                     rules->until != INT64_MAX;
    return grouper;
}

static void
chunks_free(struct chunk *chunk)
{
    while (chunk) {
        struct chunk *next = chunk->next;

        free(chunk);
        chunk = next;
    }
}

static void
groups_free(struct group *group)
{
    while (group) {
        struct group *after = group->after;

        chunks_free(group->first);
        free(group);
        group = after;
    }
}

void
grouper_free(struct grouper *grouper)
{
    if (!grouper)
        return;
    groups_free(grouper->oldest);
    groups_free(grouper->spare_groups);
    chunks_free(grouper->loose.first);
    chunks_free(grouper->spare_chunks);
    id_table_clear(&grouper->open);
    buf_clear(&grouper->bytes);
    free(grouper);
}

/* ------------------------------------------------------------- their bytes */

static struct chunk *
chunk_take(struct grouper *grouper)
{
    struct chunk *chunk = grouper->spare_chunks;

    if (chunk)
        grouper->spare_chunks = chunk->next;
    else
        chunk = malloc(sizeof(*chunk));
    if (!chunk)
        return NULL;
    chunk->next = NULL;
    chunk->used = 0;
    grouper->held_bytes += sizeof(*chunk);
    return chunk;
}

static bool
group_add(struct grouper *grouper, struct group *group, struct sv bytes)
{
    while (bytes.len) {
        struct sv part;

        if (!group->last || group->last->used == CHUNK_BYTES) {
            struct chunk *chunk = chunk_take(grouper);

            if (!chunk)
                return false;
            *(group->last ? &group->last->next : &group->first) = chunk;
            group->last = chunk;
        }
        part = sv_head(bytes, CHUNK_BYTES - group->last->used);
        memcpy(group->last->bytes + group->last->used, part.at, part.len);
        group->last->used += part.len;
        bytes = sv_drop(bytes, part.len);
    }
    return true;
}

/* Back to the pool with its bytes; the group is then as new. */
static void
group_empty(struct grouper *grouper, struct group *group)
{
    for (struct chunk *chunk = group->first; chunk;) {
        struct chunk *next = chunk->next;

        chunk->next = grouper->spare_chunks;
        grouper->spare_chunks = chunk;
        grouper->held_bytes -= sizeof(*chunk);
        chunk = next;
    }
    *group = (struct group){ 0 };
}

static enum status
group_print(struct grouper *grouper, const struct group *group,
            enum group_end end)
{
    grouper->bytes.len = 0;
    for (const struct chunk *chunk = group->first; chunk; chunk = chunk->next)
        buf_add(&grouper->bytes, (struct sv){ chunk->bytes, chunk->used });
    if (grouper->bytes.failed)
        return STATUS_NOMEM;
    return printer_group(grouper->printer, group->id, end,
                         buf_sv(&grouper->bytes));
}

/* -------------------------------------------------------- their life cycle */

static struct group *
group_open(struct grouper *grouper, struct message_id id)
{
    uint64_t *value = id_table_add(&grouper->open, id);
    struct group *group;

    if (!value)
        return NULL;
    if (*value)
        return (struct group *)(uintptr_t)*value;
    group = grouper->spare_groups;
    if (group)
        grouper->spare_groups = group->after;
    else
        group = malloc(sizeof(*group));
    if (!group) {
        id_table_remove(&grouper->open, id);
        return NULL;
    }
    *group = (struct group){ .id = id, .before = grouper->newest };
    *(grouper->newest ? &grouper->newest->after : &grouper->oldest) = group;
    grouper->newest = group;
    *value = (uint64_t)(uintptr_t)group;
    return group;
}

static void
group_close(struct grouper *grouper, struct group *group)
{
    *(group->before ? &group->before->after : &grouper->oldest) = group->after;
    *(group->after ? &group->after->before : &grouper->newest) = group->before;
    grouper->open_hits -= group->hit;
    id_table_remove(&grouper->open, group->id);
    group_empty(grouper, group);
    group->after = grouper->spare_groups;
    grouper->spare_groups = group;
}

static bool
group_wanted(const struct grouper *grouper, const struct group *group)
{
    return group->hit != grouper->rules.invert &&
           (group->in_period || !grouper->timed);
}

/* Shorter in the queue than asked for: exigrep's -t, of ended messages. */
static bool
group_too_quick(const struct grouper *grouper, const struct group *group)
{
    return grouper->rules.queue_seconds >= 0 &&
           group->last_at - group->first_at <= grouper->rules.queue_seconds;
}

/* The record that was being read is whole: another one starts, or none. */
static enum status
grouper_settle(struct grouper *grouper)
{
    enum status status = STATUS_OK;
    struct group *group = grouper->current;

    grouper->current = NULL;
    if (!group)
        return STATUS_OK;
    if (group == &grouper->loose) {
        if (group_wanted(grouper, group))
            status = group_print(grouper, group, GROUP_LOOSE);
        group_empty(grouper, group);
    } else if (grouper->current_ends) {
        if (group_wanted(grouper, group) && !group_too_quick(grouper, group))
            status = group_print(grouper, group, GROUP_COMPLETED);
        group_close(grouper, group);
    }
    return status;
}

/* -------------------------------------------------------------- one by one */

static enum status
group_match(struct grouper *grouper, struct group *group, struct sv line,
            struct fault *fault)
{
    bool hit = false;
    enum status status;

    if (group->hit)
        return STATUS_OK;
    status = matcher_line(grouper->matcher, line, &hit, fault);
    if (status || !hit)
        return status;
    group->hit = true;
    if (group != &grouper->loose)
        grouper->open_hits++;
    return STATUS_OK;
}

static void
group_time(struct grouper *grouper, struct group *group,
           const struct log_line *line, int64_t offset_seconds)
{
    int64_t at = log_line_seconds(line);
    int64_t utc = log_line_has_zone(line) ? at : at - offset_seconds;

    if (!group->first)
        group->first_at = at;
    group->last_at = at;
    if (utc >= grouper->rules.since && utc <= grouper->rules.until)
        group->in_period = true;
}

/* A record starts: whose is it? */
static enum status
grouper_record(struct grouper *grouper, const struct log_line *line, bool loose)
{
    enum status status = grouper_settle(grouper);

    if (status)
        return status;
    grouper->continued_bytes = 0;
    grouper->current_ends = false;
    grouper->part = line->part;
    grouper->pid = line->pid;
    if (!message_id_is(line->id)) {
        grouper->current = loose ? &grouper->loose : NULL;
        return STATUS_OK;
    }
    if (grouper->rules.wanted &&
        !id_table_find(grouper->rules.wanted, line->id))
        return STATUS_OK;
    grouper->current = group_open(grouper, line->id);
    grouper->current_ends = log_line_ends_message(line);
    return grouper->current ? STATUS_OK : STATUS_NOMEM;
}

/* Whether a line without a stamp is kept with the record before it. */
static bool
grouper_continues(struct grouper *grouper, const struct log_line *line)
{
    bool next = line->part && line->part == grouper->part + 1 &&
                line->pid == grouper->pid;

    if ((line->wrapped && !line->part) || line->body.len <= 1)
        return false;          /* another program's, or empty */
    if (line->part && !next) { /* what it continues is not before it */
        grouper->dropped_bytes += line->body.len;
        return false;
    }
    if (line->part)
        grouper->part = line->part;
    if (!grouper->current)
        return false;
    grouper->continued_bytes += line->body.len;
    if (grouper->continued_bytes <= CONTINUATION_MAX_BYTES)
        return true;
    grouper->dropped_bytes += line->body.len;
    return false;
}

static enum status
grouper_line(struct grouper *grouper, struct sv raw, bool may_match, bool loose,
             int64_t offset_seconds, struct fault *fault)
{
    struct log_line line;
    struct group *group;
    enum status status;

    log_line_read(raw, &line);
    if (line.stamped) {
        status = grouper_record(grouper, &line, loose);
        if (status)
            return status;
    } else if (!grouper_continues(grouper, &line)) {
        return STATUS_OK;
    }
    group = grouper->current;
    if (!group)
        return STATUS_OK;
    if (may_match) {
        status = group_match(grouper, group, line.body, fault);
        if (status)
            return status;
    }
    if (grouper->timed && line.stamped)
        group_time(grouper, group, &line, offset_seconds);
    return group_add(grouper, group, line.body) ? STATUS_OK : STATUS_NOMEM;
}

enum status
grouper_block(struct grouper *grouper, struct sv block, bool loose,
              int64_t offset_seconds, struct fault *fault)
{
    struct sv rest = block;
    size_t candidate = matcher_next(grouper->matcher, block, 0);

    while (rest.len) {
        struct sv line = line_take(&rest);
        size_t from = (size_t)(line.at - block.at);
        enum status status;

        if (candidate < from)
            candidate = matcher_next(grouper->matcher, block, from);
        status = grouper_line(grouper, line, candidate < from + line.len, loose,
                              offset_seconds, fault);
        if (status)
            return status;
        if (grouper->rules.held_bytes_max &&
            grouper->held_bytes > grouper->rules.held_bytes_max) {
            grouper->full = true;
            return STATUS_LIMIT;
        }
    }
    return STATUS_OK;
}

enum status
grouper_text_end(struct grouper *grouper)
{
    return grouper_settle(grouper);
}

enum status
grouper_end(struct grouper *grouper)
{
    enum status status = grouper_settle(grouper);

    while (!status && grouper->oldest) {
        if (group_wanted(grouper, grouper->oldest))
            status = group_print(grouper, grouper->oldest, GROUP_OPEN);
        group_close(grouper, grouper->oldest);
    }
    return status;
}

bool
grouper_is_full(const struct grouper *grouper)
{
    return grouper->full;
}

size_t
grouper_open_hits(const struct grouper *grouper)
{
    return grouper->open_hits;
}

uint64_t
grouper_dropped_bytes(const struct grouper *grouper)
{
    return grouper ? grouper->dropped_bytes : 0;
}
