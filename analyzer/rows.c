/* rows.c: the texts as rows of the evidence table, in order, each once. */
#include "analyzer/gathering.h"

#include <stdlib.h>

/* -------------------------------------------------------------------- rows */

static const char *
keep(struct gathering *gathering, const char *text)
{
    return text ? arena_strdup(gathering->arena, sv_of(text)) : NULL;
}

bool
gathering_warn(struct gathering *gathering, struct gathered_text *text,
               enum warning_topic topic, int64_t line, const char *sentence)
{
    void *grown = text->warnings;

    if (!array_reserve(&grown, &text->warning_capacity, text->warning_count + 1,
                       sizeof(*text->warnings)))
        return false;
    text->warnings = grown;
    text->warnings[text->warning_count] = (struct case_warning){
        .topic = warning_topic_name(topic),
        .line = line,
        .text = keep(gathering, sentence),
    };
    text->lossy |= warning_topic_is_loss(topic);
    return text->warnings[text->warning_count++].text != NULL;
}

bool
gathering_note(struct gathering *gathering, struct gathered_text *text,
               const char *sentence)
{
    bool lossy = text->lossy;
    bool noted =
        gathering_warn(gathering, text, WARN_SKIPPED, COUNT_UNKNOWN, sentence);

    text->lossy = lossy;
    return noted;
}

bool
gathering_fill_row(struct gathering *gathering, struct gathered_text *row,
                   const struct custody *custody)
{
    row->path = keep(gathering, custody->path);
    row->container = keep(gathering, custody->container);
    row->compression = keep(gathering, custody->compression);
    row->sha256 = custody->sha256[0] ? keep(gathering, custody->sha256) : NULL;
    row->text_sha256 =
        custody->text_sha256[0] ? keep(gathering, custody->text_sha256) : NULL;
    row->stored_bytes = custody->stored_bytes;
    row->text_bytes = custody->is_container ? 0 : custody->text_bytes;
    row->damaged_bytes = custody->damaged_bytes;
    row->is_container = custody->is_container;
    for (size_t i = 0; i < custody->warning_count; i++) {
        const struct custody_warning *warning = &custody->warnings[i];

        if (!gathering_warn(gathering, row, warning->topic,
                            warning->line ? (int64_t)warning->line
                                          : COUNT_UNKNOWN,
                            warning->text))
            return false;
    }
    return row->path != NULL;
}

struct gathered_text *
gathering_add_row(struct gathering *gathering)
{
    void *grown = gathering->texts;
    struct gathered_text *row;

    if (gathering->text_count >= UINT32_MAX - 1 ||
        !array_reserve(&grown, &gathering->text_capacity,
                       gathering->text_count + 1, sizeof(*row)))
        return NULL;
    gathering->texts = grown;
    row = &gathering->texts[gathering->text_count++];
    *row = (struct gathered_text){ 0 };
    return row;
}

/* ------------------------------------------------------------------- order */

static int
text_name_order(const struct gathered_text *a, const struct gathered_text *b)
{
    int order = sv_cmp(sv_of(a->container), sv_of(b->container));

    if (!order)
        order = sv_cmp(sv_of(a->path), sv_of(b->path));
    if (!order)
        order = sv_cmp(sv_of(a->sha256), sv_of(b->sha256));
    if (!order && a->ordinal != b->ordinal)
        order = a->ordinal < b->ordinal ? -1 : 1;
    return order;
}

static int
row_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;

    return text_name_order(&gathering->texts[*(const uint32_t *)left],
                           &gathering->texts[*(const uint32_t *)right]);
}

/*
 * Texts are numbered in the order of their times, equal ones by what is in
 * them: all that has to choose between places chooses by that.
 */
static int
text_order(const void *left, const void *right)
{
    const struct gathered_text *a = left;
    const struct gathered_text *b = right;
    const struct ledger_text *ta, *tb;

    if (!a->ledger || !b->ledger)
        return a->ledger ? -1 : b->ledger ? 1 : text_name_order(a, b);
    ta = &a->ledger->texts[0];
    tb = &b->ledger->texts[0];
    if (ta->first_ms != tb->first_ms)
        return ta->first_ms < tb->first_ms ? -1 : 1;
    if (ta->last_ms != tb->last_ms)
        return ta->last_ms < tb->last_ms ? -1 : 1;
    if (!sv_eq(sv_of(a->text_sha256), sv_of(b->text_sha256)))
        return sv_cmp(sv_of(a->text_sha256), sv_of(b->text_sha256));
    return text_name_order(a, b);
}

enum status
gathering_sort_rows(struct gathering *gathering)
{
    gathering->rows =
        calloc(gathering->text_count + 1, sizeof(*gathering->rows));
    if (!gathering->rows)
        return STATUS_NOMEM;
    if (gathering->text_count)
        qsort(gathering->texts, gathering->text_count,
              sizeof(*gathering->texts), text_order);
    for (size_t i = 0; i < gathering->text_count; i++)
        gathering->rows[i] = (uint32_t)i;
    qsort_r(gathering->rows, gathering->text_count, sizeof(*gathering->rows),
            row_order, gathering);
    for (size_t i = 0; i < gathering->text_count; i++)
        gathering->texts[gathering->rows[i]].row = i;
    return STATUS_OK;
}

static int
same_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;
    const struct gathered_text *a = &gathering->texts[*(const uint32_t *)left];
    const struct gathered_text *b = &gathering->texts[*(const uint32_t *)right];
    int order = sv_cmp(sv_of(a->text_sha256), sv_of(b->text_sha256));

    return order ? order : a->row < b->row ? -1 : a->row > b->row;
}

static bool
say_duplicate(struct gathering *gathering, struct gathered_text *text,
              const struct gathered_text *first)
{
    struct buf sentence = { 0 };
    bool said = buf_printf(&sentence, "the same text as %s: counted once",
                           first->path) &&
                gathering_warn(gathering, text, WARN_DUPLICATE, COUNT_UNKNOWN,
                               sentence.at);

    buf_clear(&sentence);
    text->duplicate = true;
    return said;
}

/* Of texts with the same bytes the first in the table counts. */
enum status
gathering_drop_duplicates(struct gathering *gathering)
{
    uint32_t *order = calloc(gathering->text_count + 1, sizeof(*order));
    enum status status = STATUS_OK;
    size_t count = 0;

    if (!order)
        return STATUS_NOMEM;
    for (size_t i = 0; i < gathering->text_count; i++) {
        if (gathering->texts[i].ledger && gathering->texts[i].text_sha256)
            order[count++] = (uint32_t)i;
    }
    qsort_r(order, count, sizeof(*order), same_order, gathering);
    for (size_t i = 1, first = 0; i < count && status == STATUS_OK; i++) {
        struct gathered_text *text = &gathering->texts[order[i]];
        const struct gathered_text *before = &gathering->texts[order[first]];

        if (!sv_eq(sv_of(before->text_sha256), sv_of(text->text_sha256)))
            first = i;
        else if (!say_duplicate(gathering, text, before))
            status = STATUS_NOMEM;
        else
            text->copy_of = order[first];
    }
    free(order);
    return status;
}
