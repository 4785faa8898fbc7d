#include "analyzer/trace/links.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/readers/reader.h"
#include "analyzer/trace/joins.h"
#include "analyzer/trace/line.h"

#define LINES_BACK 1024 /* a power of two; longer records are not joined */

struct node { /* a message, or an id that a line mentions */
    struct message_id id;
    bool hit;
    unsigned char reach;
};

enum reach { /* how a message came to be wanted; later is better */
             REACH_NOT = 0,
             REACH_MENTION, /* a mention was on the way */
             REACH_SURE, /* it matches, or hangs on one that does by R= alone */
};

struct edge {
    uint32_t from;
    uint32_t to;
    bool mention;
};

struct place {
    const struct text *text;
    uint64_t offset_bytes;
};

struct links {
    struct matcher *matcher;
    struct id_table numbers; /* of the nodes, from 1 */
    struct node *nodes;
    size_t node_count;
    size_t node_capacity;
    struct edge *edges;
    size_t edge_count;
    size_t edge_capacity;
    struct place *loose_hits; /* records without an id that match */
    size_t loose_count;
    size_t loose_capacity;
    struct joins joins;
    struct id_table wanted;
    /* the text that is being read */
    const struct text *text;
    struct reader *reader;
    uint64_t line_count;
    uint64_t starts[LINES_BACK];
    struct message_id record_id;
    uint64_t record_start;
};

struct links *
links_new(struct matcher *matcher)
{
    struct links *links = calloc(1, sizeof(*links));

    if (links)
        links->matcher = matcher;
    return links;
}

void
links_free(struct links *links)
{
    if (!links)
        return;
    id_table_clear(&links->numbers);
    id_table_clear(&links->wanted);
    joins_clear(&links->joins);
    reader_free(links->reader);
    free(links->nodes);
    free(links->edges);
    free(links->loose_hits);
    free(links);
}

/* ------------------------------------------------------------- one reading */

/* The number of this message, from 1; 0 when out of memory. */
static uint32_t
links_node(struct links *links, struct message_id id)
{
    uint64_t *number = id_table_add(&links->numbers, id);

    if (!number || links->node_count >= UINT32_MAX - 1)
        return 0;
    if (*number)
        return (uint32_t)*number;
    if (!array_reserve((void **)&links->nodes, &links->node_capacity,
                       links->node_count + 1, sizeof(*links->nodes)))
        return 0;
    links->nodes[links->node_count++] = (struct node){ .id = id };
    *number = links->node_count;
    return (uint32_t)*number;
}

static bool
links_edge(struct links *links, struct message_id a, struct message_id b,
           bool mention)
{
    uint32_t from = links_node(links, a);
    uint32_t to = links_node(links, b);

    if (!from || !to ||
        !array_reserve((void **)&links->edges, &links->edge_capacity,
                       links->edge_count + 1, sizeof(*links->edges)))
        return false;
    links->edges[links->edge_count++] =
        (struct edge){ from - 1, to - 1, mention };
    return true;
}

/* Every other id that stands in the line. */
static bool
links_mentions(struct links *links, const struct log_line *line)
{
    struct sv rest = line->text;
    ptrdiff_t dash;

    for (dash = sv_find_char(rest, '-'); dash >= 0;
         dash = sv_find_char(rest, '-')) {
        struct message_id id;
        size_t len = 0;

        if (dash >= 6)
            len = message_id_read(sv_drop(rest, (size_t)dash - 6), &id);
        if (len && !message_id_eq(id, line->id) &&
            !links_edge(links, line->id, id, true))
            return false;
        rest = sv_drop(rest, (size_t)dash + (len ? len - 6 : 1));
    }
    return true;
}

static bool
links_hit(struct links *links)
{
    uint32_t number;

    if (!message_id_is(links->record_id)) {
        if (!array_reserve((void **)&links->loose_hits, &links->loose_capacity,
                           links->loose_count + 1, sizeof(*links->loose_hits)))
            return false;
        links->loose_hits[links->loose_count++] =
            (struct place){ links->text, links->record_start };
        return true;
    }
    number = links_node(links, links->record_id);
    if (number)
        links->nodes[number - 1].hit = true;
    return number != 0;
}

static bool
links_event(struct links *links, const struct event *event, uint32_t back)
{
    uint64_t start;

    if (back >= LINES_BACK || back >= links->line_count)
        return true;
    start = links->starts[(links->line_count - 1 - back) % LINES_BACK];
    if (event->kind == EVENT_ARRIVAL && message_id_is(event->id) &&
        message_id_is(event->parent) &&
        !links_edge(links, event->id, event->parent, false))
        return false;
    return joins_event(&links->joins, event, links->text, start);
}

static bool
links_line(struct links *links, struct sv raw, const struct log_line *line,
           uint64_t offset_bytes)
{
    struct event event;
    uint32_t back = 0;

    links->starts[links->line_count++ % LINES_BACK] = offset_bytes;
    if (message_id_is(line->id) && !links_mentions(links, line))
        return false;
    if (raw.len && raw.at[raw.len - 1] == '\n')
        raw.len--;
    reader_line(links->reader, raw, &event, &back);
    return links_event(links, &event, back);
}

static enum status
links_text_begin(struct links *links, const struct text *text)
{
    enum log_kind kind = text->kind;

    if (kind != LOG_EXIM_REJECT && kind != LOG_EXIM_PANIC &&
        kind != LOG_EXIM_REFUSALS)
        kind = LOG_EXIM_MAIN;
    links->reader = reader_new(kind);
    links->text = text;
    links->line_count = 0;
    links->record_id = (struct message_id){ 0 };
    links->record_start = 0;
    return links->reader ? STATUS_OK : STATUS_NOMEM;
}

enum status
links_block(struct links *links, const struct text *text, struct sv block,
            uint64_t offset_bytes, struct fault *fault)
{
    struct sv rest = block;
    size_t candidate = matcher_next(links->matcher, block, 0);
    enum status status = STATUS_OK;

    if (!links->reader)
        status = links_text_begin(links, text);
    while (!status && rest.len) {
        struct sv raw = line_take(&rest);
        size_t from = (size_t)(raw.at - block.at);
        struct log_line line;
        bool hit = false;

        log_line_read(raw, &line);
        if (line.stamped) {
            links->record_id = line.id;
            links->record_start = offset_bytes + from;
        }
        if (candidate < from)
            candidate = matcher_next(links->matcher, block, from);
        if (candidate < from + raw.len)
            status = matcher_line(links->matcher, line.body, &hit, fault);
        if (!status && ((hit && !links_hit(links)) ||
                        !links_line(links, raw, &line, offset_bytes + from)))
            status = STATUS_NOMEM;
    }
    return status;
}

enum status
links_text_end(struct links *links)
{
    struct event event;
    uint32_t back = 0;
    bool ok = true;

    if (links->reader && reader_end(links->reader, &event, &back))
        ok = links_event(links, &event, back);
    reader_free(links->reader);
    links->reader = NULL;
    return ok ? STATUS_OK : STATUS_NOMEM;
}

/* --------------------------------------------------------------- resolving */

const struct attachment *
links_attached(const struct links *links, const struct text *text,
               uint64_t offset_bytes, size_t *ret_count)
{
    const struct attachment *all = links->joins.attached;
    size_t low = 0;
    size_t high = links->joins.attached_count;
    size_t count = 0;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct attachment *at = &all[middle];

        if (at->text->rank < text->rank ||
            (at->text == text && at->offset_bytes < offset_bytes))
            low = middle + 1;
        else
            high = middle;
    }
    while (low + count < links->joins.attached_count &&
           all[low + count].text == text &&
           all[low + count].offset_bytes == offset_bytes)
        count++;
    *ret_count = count;
    return count ? all + low : NULL;
}

/* A line that matches and tells of a message is a line of that message. */
static bool
hits_attach(struct links *links)
{
    for (size_t i = 0; i < links->loose_count; i++) {
        size_t count;
        const struct attachment *attached =
            links_attached(links, links->loose_hits[i].text,
                           links->loose_hits[i].offset_bytes, &count);

        for (size_t j = 0; j < count; j++) {
            uint32_t number = links_node(links, attached[j].id);

            if (!number)
                return false;
            links->nodes[number - 1].hit = true;
        }
    }
    return true;
}

struct walk { /* each edge from both of its ends, and what is yet to visit */
    size_t *first; /* of each node, in `ends` */
    struct edge *ends;
    uint32_t *queue;
    size_t queued;
};

static bool
walk_init(struct walk *walk, const struct links *links)
{
    size_t *fill;

    *walk = (struct walk){ 0 };
    walk->first = calloc(links->node_count + 2, sizeof(*walk->first));
    walk->ends = calloc(links->edge_count * 2 + 1, sizeof(*walk->ends));
    walk->queue = calloc(links->node_count * 2 + 1, sizeof(*walk->queue));
    if (!walk->first || !walk->ends || !walk->queue)
        return false;
    fill = walk->first + 1; /* one ahead, so that filling it up aligns it */
    for (size_t i = 0; i < links->edge_count; i++) {
        fill[links->edges[i].from + 1]++;
        fill[links->edges[i].to + 1]++;
    }
    for (size_t i = 1; i <= links->node_count; i++)
        fill[i] += fill[i - 1];
    for (size_t i = 0; i < links->edge_count; i++) {
        const struct edge *edge = &links->edges[i];

        walk->ends[fill[edge->from]++] = *edge;
        walk->ends[fill[edge->to]++] =
            (struct edge){ edge->to, edge->from, edge->mention };
    }
    return true;
}

static void
walk_reach(struct walk *walk, struct node *nodes, uint32_t node,
           enum reach reach)
{
    if (nodes[node].reach >= (unsigned char)reach)
        return;
    nodes[node].reach = (unsigned char)reach;
    walk->queue[walk->queued++] = node; /* at most twice each */
}

static void
walk_all(struct walk *walk, struct links *links)
{
    for (size_t i = 0; i < links->node_count; i++) {
        if (links->nodes[i].hit)
            walk_reach(walk, links->nodes, (uint32_t)i, REACH_SURE);
    }
    for (size_t next = 0; next < walk->queued; next++) {
        uint32_t node = walk->queue[next];
        enum reach reach = (enum reach)links->nodes[node].reach;

        for (size_t i = walk->first[node]; i < walk->first[node + 1]; i++) {
            const struct edge *edge = &walk->ends[i];

            if (!edge->mention)
                walk_reach(walk, links->nodes, edge->to, reach);
            else if (reach == REACH_SURE)
                walk_reach(walk, links->nodes, edge->to, REACH_MENTION);
        }
    }
}

enum status
links_resolve(struct links *links, const struct id_table **ret_wanted)
{
    enum status status = STATUS_NOMEM;
    struct walk walk = { 0 };

    if (!joins_resolve(&links->joins) || !hits_attach(links) ||
        !walk_init(&walk, links))
        goto out;
    walk_all(&walk, links);
    for (size_t i = 0; i < links->node_count; i++) {
        if (links->nodes[i].reach &&
            !id_table_add(&links->wanted, links->nodes[i].id))
            goto out;
    }

    *ret_wanted = &links->wanted;
    status = STATUS_OK;
out:
    free(walk.first);
    free(walk.ends);
    free(walk.queue);
    return status;
}
