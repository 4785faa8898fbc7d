#include "analyzer/trace/related.h"

#include <stdlib.h>

#include "analyzer/trace/collect.h"
#include "analyzer/trace/line.h"
#include "analyzer/trace/links.h"

#define NO_PLACE SIZE_MAX

struct story { /* one message; or a record that belongs to none */
    struct message_id id;
    size_t first; /* of its steps; NO_PLACE: none */
    size_t last;
    size_t end; /* the record that ended it, NO_PLACE: none did */
    bool in_period;
    bool has_stamp;
    int64_t first_at;
    int64_t last_at;
};

struct step { /* a record in a story */
    size_t record;
    size_t next;
};

struct related {
    struct sources *sources;
    struct matcher *matcher;
    const struct grouper_rules *rules;
    struct printer *printer;
    struct fault *fault;
    struct links *links;
    struct collection spool; /* standard input, which comes only once */
    struct collection kept;  /* what is to be printed, and perhaps more */
    const struct id_table *wanted;
    struct story *stories; /* in order of first line */
    size_t story_count;
    size_t story_capacity;
    struct step *steps;
    size_t step_count;
    size_t step_capacity;
    struct id_table numbers; /* of the stories, from 1 */
};

/* -------------------------------------------------------- the two readings */

static bool
is_stdin(const struct related *related, const struct text *text)
{
    return related->sources->sources[text->source].file->is_stdin;
}

static enum status
first_block(void *user, struct text *text, struct sv block,
            uint64_t offset_bytes, struct fault *fault)
{
    struct related *related = user;
    enum status status =
        links_block(related->links, text, block, offset_bytes, fault);

    if (!status && is_stdin(related, text))
        status =
            collection_block(&related->spool, text, block, offset_bytes, fault);
    return status;
}

static enum status
first_text_end(void *user, struct text *text)
{
    struct related *related = user;
    enum status status = links_text_end(related->links);

    if (!status && is_stdin(related, text))
        status = collection_text_end(&related->spool, related->fault);
    return status;
}

static enum status
second_block(void *user, struct text *text, struct sv block,
             uint64_t offset_bytes, struct fault *fault)
{
    struct related *related = user;

    return collection_block(&related->kept, text, block, offset_bytes, fault);
}

static enum status
second_text_end(void *user, struct text *text)
{
    struct related *related = user;

    (void)text;
    return collection_text_end(&related->kept, related->fault);
}

/* A record without an id is kept when a message that is wanted has it. */
static bool
is_attached(void *user, const struct text *text, uint64_t offset_bytes)
{
    struct related *related = user;
    size_t count;
    const struct attachment *attached =
        links_attached(related->links, text, offset_bytes, &count);

    for (size_t i = 0; i < count; i++) {
        if (id_table_find(related->wanted, attached[i].id))
            return true;
    }
    return false;
}

static enum status
read_spool(struct related *related)
{
    enum status status = STATUS_OK;
    const struct text *text = NULL;

    for (size_t i = 0; !status && i < related->spool.count; i++) {
        const struct kept_record *record = &related->spool.records[i];

        if (text && text != record->text)
            status = collection_text_end(&related->kept, related->fault);
        text = record->text;
        if (!status)
            status = collection_block(&related->kept, text, record->raw,
                                      record->offset_bytes, related->fault);
    }
    return status ? status
                  : collection_text_end(&related->kept, related->fault);
}

static enum status
read_twice(struct related *related)
{
    const struct taker first = { related, first_block, first_text_end };
    const struct taker second = { related, second_block, second_text_end };
    struct sources *sources = related->sources;
    enum status status = STATUS_OK;
    size_t *order = NULL;

    for (size_t i = 0; !status && i < sources->count; i++)
        status = sources_read(sources, i, &first, related->fault);
    if (!status)
        status = sources_order(sources, &order); /* for the ranks */
    free(order);
    if (!status)
        status = links_resolve(related->links, &related->wanted);
    related->kept.wanted = related->wanted;
    related->kept.matcher = related->matcher;
    related->kept.also = is_attached;
    related->kept.user = related;
    for (size_t i = 0; !status && i < sources->count; i++) {
        if (!sources->sources[i].file->is_stdin)
            status = sources_read(sources, i, &second, related->fault);
    }
    return status ? status : read_spool(related);
}

/* ----------------------------------------------------------------- telling */

static struct story *
story_new(struct related *related, struct message_id id)
{
    struct story *story;

    if (!array_reserve((void **)&related->stories, &related->story_capacity,
                       related->story_count + 1, sizeof(*story)))
        return NULL;
    story = &related->stories[related->story_count++];
    *story = (struct story){
        .id = id, .first = NO_PLACE, .last = NO_PLACE, .end = NO_PLACE
    };
    return story;
}

static struct story *
story_of(struct related *related, struct message_id id)
{
    uint64_t *number = id_table_add(&related->numbers, id);

    if (!number)
        return NULL;
    if (*number)
        return &related->stories[*number - 1];
    *number = related->story_count + 1;
    return story_new(related, id);
}

/* Adds a record to a story; `own`: it carries the message's id. */
static bool
story_add(struct related *related, struct story *story, size_t record, bool own)
{
    const struct kept_record *kept = &related->kept.records[record];
    struct sv raw = kept->raw;
    struct log_line line;
    int64_t at;
    int64_t utc;

    if (!story ||
        !array_reserve((void **)&related->steps, &related->step_capacity,
                       related->step_count + 1, sizeof(struct step)))
        return false;
    related->steps[related->step_count] = (struct step){ record, NO_PLACE };
    *(story->first == NO_PLACE ? &story->first
                               : &related->steps[story->last].next) =
        related->step_count;
    story->last = related->step_count++;
    log_line_read(line_take(&raw), &line);
    at = log_line_seconds(&line);
    utc = at - (log_line_has_zone(&line) ? 0 : kept->text->offset_seconds);
    if (utc >= related->rules->since && utc <= related->rules->until)
        story->in_period = true;
    if (!own)
        return true;
    if (!story->has_stamp)
        story->first_at = at;
    story->has_stamp = true;
    story->last_at = at;
    if (log_line_ends_message(&line))
        story->end = record;
    return true;
}

/* A record without an id: in the story of each message that it tells of. */
static bool
tell_loose(struct related *related, size_t record)
{
    const struct kept_record *kept = &related->kept.records[record];
    struct story *story;
    bool told = false;
    size_t count;
    const struct attachment *attached =
        links_attached(related->links, kept->text, kept->offset_bytes, &count);

    for (size_t i = 0; i < count; i++) {
        if (!id_table_find(related->wanted, attached[i].id))
            continue;
        told = true;
        if (!story_add(related, story_of(related, attached[i].id), record,
                       false))
            return false;
    }
    if (told)
        return true;
    story = story_new(related, (struct message_id){ 0 });
    if (!story_add(related, story, record, false))
        return false;
    story->end = record;
    return true;
}

static enum status
tell_all(struct related *related)
{
    for (size_t i = 0; i < related->kept.count; i++) {
        struct message_id id = related->kept.records[i].id;
        bool ok = message_id_is(id)
                      ? story_add(related, story_of(related, id), i, true)
                      : tell_loose(related, i);

        if (!ok)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}

/* ---------------------------------------------------------------- printing */

/* By the record that ended it; those that have none stay in their order. */
static int
story_cmp(const void *a, const void *b)
{
    const struct story *x = a;
    const struct story *y = b;

    if (x->end != y->end)
        return x->end < y->end ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

static bool
story_is_wanted(const struct related *related, const struct story *story)
{
    int64_t at_least = related->rules->queue_seconds;

    if (!story->in_period)
        return false;
    return at_least < 0 || story->end == NO_PLACE ||
           !message_id_is(story->id) ||
           story->last_at - story->first_at > at_least;
}

static enum status
story_print(struct related *related, const struct story *story,
            struct buf *bytes)
{
    enum group_end end = story->end == NO_PLACE     ? GROUP_OPEN
                         : message_id_is(story->id) ? GROUP_COMPLETED
                                                    : GROUP_LOOSE;

    bytes->len = 0;
    for (size_t i = story->first; i != NO_PLACE; i = related->steps[i].next) {
        struct sv raw = related->kept.records[related->steps[i].record].raw;

        while (raw.len) {
            struct log_line line;

            log_line_read(line_take(&raw), &line);
            buf_add(bytes, line.body);
        }
    }
    return bytes->failed
               ? STATUS_NOMEM
               : printer_group(related->printer, story->id, end, buf_sv(bytes));
}

static enum status
print_all(struct related *related)
{
    enum status status = STATUS_OK;
    struct buf bytes = { 0 };

    if (related->story_count)
        qsort(related->stories, related->story_count, sizeof(struct story),
              story_cmp);
    for (size_t i = 0; !status && i < related->story_count; i++) {
        if (story_is_wanted(related, &related->stories[i]))
            status = story_print(related, &related->stories[i], &bytes);
    }
    buf_clear(&bytes);
    return status;
}

enum status
related_run(struct sources *sources, struct matcher *matcher,
            const struct grouper_rules *rules, struct printer *printer,
            struct fault *fault)
{
    struct related related = {
        .sources = sources,
        .matcher = matcher,
        .rules = rules,
        .printer = printer,
        .fault = fault,
        .links = links_new(matcher),
    };
    enum status status = related.links ? read_twice(&related) : STATUS_NOMEM;

    if (!status) {
        collection_sort(&related.kept);
        status = tell_all(&related);
    }
    if (!status)
        status = print_all(&related);
    links_free(related.links);
    collection_clear(&related.spool);
    collection_clear(&related.kept);
    id_table_clear(&related.numbers);
    free(related.stories);
    free(related.steps);
    return status;
}
