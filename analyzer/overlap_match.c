/*
 * A line that stands once in both texts ties them together; from there equal
 * lines are followed both ways. What was tied so is a copy when the lines say
 * that a message arrived or ended, as no message does so twice; when it is
 * nearly the whole of one text; or when it is long and lies at an end.
 */
#include "analyzer/overlap_match.h"

#include <stdlib.h>

#define ENOUGH 8 /* lines that do not stand together twice by chance */

void
overlap_clear(struct overlap *overlap)
{
    free(overlap->texts);
    free(overlap->lines);
    free(overlap->runs);
    free(overlap->kept.slots);
    *overlap = (struct overlap){ 0 };
}

bool
overlap_add_text(struct overlap *overlap, struct overlap_text text)
{
    void *grown = overlap->texts;

    if (overlap->text_count >= OVERLAP_TEXTS_MAX ||
        !array_reserve(&grown, &overlap->text_capacity, overlap->text_count + 1,
                       sizeof(*overlap->texts)))
        return false;
    overlap->texts = grown;
    text.first = (uint32_t)overlap->line_count;
    text.count = 0;
    overlap->texts[overlap->text_count++] = text;
    return true;
}

bool
overlap_add_line(struct overlap *overlap, struct overlap_line line)
{
    void *grown = overlap->lines;

    if (overlap->line_count >= UINT32_MAX - 1 ||
        !array_reserve(&grown, &overlap->line_capacity, overlap->line_count + 1,
                       sizeof(*overlap->lines)))
        return false;
    overlap->lines = grown;
    line.text = (uint32_t)(overlap->text_count - 1) & (OVERLAP_TEXTS_MAX - 1);
    line.hash ^= overlap->texts[line.text].group * UINT64_C(0x9e3779b97f4a7c15);
    overlap->lines[overlap->line_count++] = line;
    overlap->texts[overlap->text_count - 1].count++;
    return true;
}

bool
overlap_may_share(const struct overlap_text *a, const struct overlap_text *b)
{
    if (a->last_s == b->first_s || b->last_s == a->first_s)
        return false;
    return a->first_s < b->last_s && b->first_s < a->last_s;
}

/* ------------------------------------------------------------------ tables */

static size_t
table_slot(const struct overlap *overlap, const struct overlap_table *table,
           uint64_t hash)
{
    size_t mask = table->slot_count - 1;
    struct sv key = { (const char *)&hash, sizeof(hash) };
    size_t slot = (size_t)sv_hash(key) & mask;

    while (table->slots[slot] &&
           overlap->lines[table->slots[slot] - 1].hash != hash)
        slot = (slot + 1) & mask;
    return slot;
}

static bool
table_grow(const struct overlap *overlap, struct overlap_table *table,
           size_t wanted)
{
    struct overlap_table grown = { .slot_count = 1024 };

    while (grown.slot_count / 2 < wanted)
        grown.slot_count *= 2;
    if (grown.slot_count <= table->slot_count)
        return true;
    grown.slots = calloc(grown.slot_count, sizeof(*grown.slots));
    if (!grown.slots)
        return false;
    for (size_t i = 0; i < table->slot_count; i++) {
        uint32_t line = table->slots[i];

        if (line)
            grown.slots[table_slot(overlap, &grown,
                                   overlap->lines[line - 1].hash)] = line;
    }
    grown.used = table->used;
    free(table->slots);
    *table = grown;
    return true;
}

static struct overlap_line *
table_find(const struct overlap *overlap, const struct overlap_table *table,
           uint64_t hash)
{
    uint32_t line;

    if (!table->slot_count)
        return NULL;
    line = table->slots[table_slot(overlap, table, hash)];
    return line ? &overlap->lines[line - 1] : NULL;
}

/* The first line with a hash stands for all; it says so if one text has both.
 */
static void
table_add(struct overlap *overlap, struct overlap_table *table, uint32_t line)
{
    size_t slot = table_slot(overlap, table, overlap->lines[line].hash);

    if (table->slots[slot]) {
        struct overlap_line *first = &overlap->lines[table->slots[slot] - 1];

        first->twice |= first->text == overlap->lines[line].text;
        return;
    }
    table->slots[slot] = line + 1;
    table->used++;
}

/* -------------------------------------------------------------------- runs */

/* True when the lines are neighbours in their text, not in the table alone. */
static bool
are_neighbours(const struct overlap_line *line, const struct overlap_line *next)
{
    return line->text == next->text && line->line + 1 == next->line;
}

static bool
may_join(const struct overlap_line *earlier, const struct overlap_line *later)
{
    return earlier->hash == later->hash && !earlier->used && !later->covered;
}

static bool
run_can_grow_up(const struct overlap *overlap, const struct overlap_run *run)
{
    const struct overlap_line *earlier = &overlap->lines[run->earlier];
    const struct overlap_line *later = &overlap->lines[run->later];

    return run->earlier && run->later && are_neighbours(earlier - 1, earlier) &&
           are_neighbours(later - 1, later) && may_join(earlier - 1, later - 1);
}

static bool
run_can_grow_down(const struct overlap *overlap, const struct overlap_run *run)
{
    const struct overlap_line *earlier =
        &overlap->lines[run->earlier + run->count - 1];
    const struct overlap_line *later =
        &overlap->lines[run->later + run->count - 1];
    const struct overlap_line *end = overlap->lines + overlap->line_count;

    return earlier + 1 < end && later + 1 < end &&
           are_neighbours(earlier, earlier + 1) &&
           are_neighbours(later, later + 1) && may_join(earlier + 1, later + 1);
}

static void
run_note(struct overlap *overlap, struct overlap_run *run)
{
    struct overlap_text *text =
        &overlap->texts[overlap->lines[run->earlier].text];

    for (uint32_t i = 0; i < run->count; i++) {
        struct overlap_line *later = &overlap->lines[run->later + i];

        later->covered = 1;
        overlap->lines[run->earlier + i].used = 1;
        run->anchors += later->anchor != ANCHOR_NONE;
        text->strong += later->anchor == ANCHOR_STRONG;
        text->weak += later->anchor == ANCHOR_WEAK;
    }
    text->common += run->count;
}

static bool
run_add(struct overlap *overlap, uint32_t earlier, uint32_t later)
{
    struct overlap_run run = { .earlier = earlier, .later = later, .count = 1 };
    void *grown = overlap->runs;

    while (run_can_grow_up(overlap, &run)) {
        run.earlier--;
        run.later--;
        run.count++;
    }
    while (run_can_grow_down(overlap, &run))
        run.count++;
    run_note(overlap, &run);
    if (!array_reserve(&grown, &overlap->run_capacity, overlap->run_count + 1,
                       sizeof(*overlap->runs)))
        return false;
    overlap->runs = grown;
    overlap->runs[overlap->run_count++] = run;
    return true;
}

static bool
find_runs(struct overlap *overlap, const struct overlap_text *text,
          const struct overlap_table *own)
{
    for (uint32_t i = text->first; i < text->first + text->count; i++) {
        const struct overlap_line *line = &overlap->lines[i];
        const struct overlap_line *before =
            table_find(overlap, &overlap->kept, line->hash);

        if (line->covered || !before || before->twice || before->used ||
            table_find(overlap, own, line->hash)->twice ||
            !overlap_may_share(&overlap->texts[before->text], text))
            continue;
        if (!run_add(overlap, (uint32_t)(before - overlap->lines), i))
            return false;
    }
    return true;
}

/* ----------------------------------------------------------------- verdict */

/* Lines of a text that can stand elsewhere: not those that it has in part. */
static uint64_t
whole_lines(const struct overlap_text *text)
{
    uint64_t torn = (uint64_t)text->torn_start + (uint64_t)text->torn_end;

    return text->lines > torn ? text->lines - torn : 0;
}

/* Nearly all of one text stands in the other: an extract. */
static bool
is_extract(const struct overlap_text *a, const struct overlap_text *b,
           uint32_t common)
{
    uint64_t lines_a = whole_lines(a), lines_b = whole_lines(b);
    uint64_t lines = lines_a < lines_b ? lines_a : lines_b;

    if (common < ENOUGH)
        return common > 1 && common >= lines;
    return (uint64_t)common * 10 >= lines * 9;
}

static bool
is_at_end(const struct overlap *overlap, uint32_t first, uint32_t count)
{
    const struct overlap_line *line = &overlap->lines[first];

    return line->line == 1 ||
           line->line + (uint64_t)count - 1 == overlap->texts[line->text].lines;
}

static bool
is_copy(const struct overlap *overlap, const struct overlap_text *text,
        const struct overlap_run *run)
{
    const struct overlap_text *earlier =
        &overlap->texts[overlap->lines[run->earlier].text];

    if (earlier->strong || (run->anchors && earlier->weak >= ENOUGH))
        return true;
    if (is_extract(earlier, text, earlier->common))
        return true;
    return run->count >= ENOUGH &&
           (is_at_end(overlap, run->earlier, run->count) ||
            is_at_end(overlap, run->later, run->count));
}

static void
give_up(struct overlap_line *line, uint32_t *given)
{
    *given += !line->given;
    line->given = 1;
}

/* A line cut off at the text's end or start, of which the other has it all. */
static void
give_up_torn(struct overlap *overlap, const struct overlap_text *text,
             const struct overlap_run *run, uint32_t *given)
{
    struct overlap_line *first = &overlap->lines[run->later];
    struct overlap_line *last = first + run->count - 1;
    const struct overlap_line *earlier = &overlap->lines[run->earlier];
    uint64_t earlier_last = earlier->line + (uint64_t)run->count - 1;

    if (text->torn_start && first->line == 2 && earlier->line > 1 &&
        run->later > text->first)
        give_up(first - 1, given);
    if (text->torn_end && last->line + UINT64_C(1) == text->lines &&
        earlier_last < overlap->texts[earlier->text].lines &&
        run->later + run->count < text->first + text->count)
        give_up(last + 1, given);
}

/* Tools that extract messages part them by empty lines. */
static void
give_up_blanks(struct overlap *overlap, const struct overlap_text *text,
               uint32_t *given)
{
    for (uint32_t i = 1; i < text->count; i++) {
        struct overlap_line *line = &overlap->lines[text->first + i];

        if (line->blank && line[-1].given && are_neighbours(line - 1, line))
            give_up(line, given);
    }
}

static uint32_t
give_up_copies(struct overlap *overlap, const struct overlap_text *text)
{
    uint32_t given = 0;

    for (size_t i = 0; i < overlap->run_count; i++) {
        const struct overlap_run *run = &overlap->runs[i];

        if (!is_copy(overlap, text, run))
            continue;
        for (uint32_t k = 0; k < run->count; k++)
            give_up(&overlap->lines[run->later + k], &given);
        overlap->texts[overlap->lines[run->earlier].text].given_to +=
            run->count;
        give_up_torn(overlap, text, run, &given);
    }
    if (given)
        give_up_blanks(overlap, text, &given);
    return given;
}

/* The next text starts without what was noted for this one. */
static size_t
forget_runs(struct overlap *overlap)
{
    size_t most = 0;
    uint32_t most_given = 0;

    for (size_t i = 0; i < overlap->run_count; i++) {
        const struct overlap_run *run = &overlap->runs[i];
        size_t number = overlap->lines[run->earlier].text;
        struct overlap_text *earlier = &overlap->texts[number];

        if (earlier->given_to > most_given) {
            most = number;
            most_given = earlier->given_to;
        }
        earlier->strong = earlier->weak = earlier->common = 0;
        earlier->given_to = 0;
        for (uint32_t k = 0; k < run->count; k++)
            overlap->lines[run->earlier + k].used = 0;
    }
    overlap->run_count = 0;
    return most;
}

static bool
keep_lines(struct overlap *overlap, const struct overlap_text *text)
{
    if (!table_grow(overlap, &overlap->kept, overlap->kept.used + text->count))
        return false;
    for (uint32_t i = text->first; i < text->first + text->count; i++)
        overlap->lines[i].twice = 0;
    for (uint32_t i = text->first; i < text->first + text->count; i++) {
        if (!overlap->lines[i].given)
            table_add(overlap, &overlap->kept, i);
    }
    return true;
}

bool
overlap_match(struct overlap *overlap, size_t number, uint32_t *ret_given,
              size_t *ret_most)
{
    const struct overlap_text *text = &overlap->texts[number];
    struct overlap_table own = { 0 };
    bool found = table_grow(overlap, &own, text->count);

    if (found) {
        for (uint32_t i = text->first; i < text->first + text->count; i++)
            table_add(overlap, &own, i);
        found = find_runs(overlap, text, &own);
    }
    free(own.slots);
    if (!found)
        return false;
    *ret_given = give_up_copies(overlap, text);
    *ret_most = forget_runs(overlap);
    return keep_lines(overlap, text);
}
