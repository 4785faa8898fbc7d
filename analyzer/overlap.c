/*
 * Copies that overlap: a log and an older state of it, its end, an extract.
 * Only texts of one kind and server whose times intersect are looked at; of
 * them only the lines of the time in question.
 */
#include "analyzer/gathering.h"
#include "analyzer/overlap_match.h"

#include <stdlib.h>
#include <string.h>

#define AFTER_LINES 64 /* that one record may span */

struct suspect { /* a text that may share lines with others */
    uint32_t number;
    uint32_t text;   /* into overlap.texts */
    uint32_t group;  /* its kind and server */
    int64_t from_ms; /* the time in which it may */
    int64_t to_ms;
};

struct search {
    struct gathering *gathering;
    struct suspect *suspects; /* by text number */
    size_t suspect_count;
    uint32_t *numbers; /* scratch, to read texts again */
    struct overlap overlap;
};

/* ---------------------------------------------------------------- suspects */

static const struct ledger_text *
counts_of(const struct gathering *gathering, uint32_t number)
{
    return &gathering->texts[number].ledger->texts[0];
}

static bool
is_eligible(const struct gathered_text *text)
{
    return text->ledger && !text->duplicate &&
           text->ledger->texts[0].first_ms <= text->ledger->texts[0].last_ms;
}

static int
stranger_order(const struct gathered_text *a, const struct gathered_text *b)
{
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return sv_cmp(sv_of(a->server), sv_of(b->server));
}

/* Texts of one kind and server stand together, in the order of time. */
static int
suspect_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = stranger_order(&gathering->texts[a], &gathering->texts[b]);

    return order ? order : a < b ? -1 : a > b;
}

static int64_t
second_of(int64_t at_ms)
{
    return at_ms / 1000;
}

/*
 * Among texts of one kind and server: the time that each shares with any that
 * begin earlier or later, roughly: pairs are judged by overlap_may_share().
 */
static void
suspect_group(struct search *search, uint32_t group, const uint32_t *numbers,
              size_t count)
{
    int64_t reached_ms = INT64_MIN;

    for (size_t i = 0; i < count; i++) {
        const struct ledger_text *text =
            counts_of(search->gathering, numbers[i]);
        int64_t next_ms =
            i + 1 < count
                ? counts_of(search->gathering, numbers[i + 1])->first_ms
                : INT64_MAX;
        bool before = second_of(reached_ms) > second_of(text->first_ms);
        bool after = second_of(next_ms) < second_of(text->last_ms);

        if (before || after)
            search->suspects[search->suspect_count++] = (struct suspect){
                .number = numbers[i],
                .group = group,
                .from_ms = before ? text->first_ms : next_ms,
                .to_ms = after || reached_ms > text->last_ms ? text->last_ms
                                                             : reached_ms,
            };
        if (text->last_ms > reached_ms)
            reached_ms = text->last_ms;
    }
}

static void
find_suspects(struct search *search)
{
    const struct gathering *gathering = search->gathering;
    uint32_t *numbers = search->numbers;
    size_t count = 0;

    for (size_t i = 0; i < gathering->text_count; i++) {
        if (is_eligible(&gathering->texts[i]))
            numbers[count++] = (uint32_t)i;
    }
    qsort_r(numbers, count, sizeof(*numbers), suspect_order, (void *)gathering);
    for (size_t from = 0; from < count;) {
        size_t to = from + 1;

        while (to < count &&
               stranger_order(&gathering->texts[numbers[from]],
                              &gathering->texts[numbers[to]]) == 0)
            to++;
        suspect_group(search, (uint32_t)from, numbers + from, to - from);
        from = to;
    }
}

static int
number_order(const void *left, const void *right)
{
    const struct suspect *a = left, *b = right;

    return a->number < b->number ? -1 : a->number > b->number;
}

static struct suspect *
suspect_of(const struct search *search, uint32_t number)
{
    const struct suspect wanted = { .number = number };

    return bsearch(&wanted, search->suspects, search->suspect_count,
                   sizeof(*search->suspects), number_order);
}

/* -------------------------------------------------------------------- scan */

struct scan {
    struct search *search;
    struct suspect *suspect;
    struct reader *reader;
    struct event event;
    bool zoned;
    uint32_t left; /* lines that still belong to the time in question */
};

static enum anchor
anchor_of(const struct event *event, uint32_t back)
{
    if (!message_id_is(event->id) || back)
        return ANCHOR_NONE;
    switch (event->kind) {
    case EVENT_ARRIVAL:
    case EVENT_COMPLETED:
        return ANCHOR_STRONG;
    case EVENT_DELIVERY:
    case EVENT_DEFERRAL:
    case EVENT_FAILURE:
        return ANCHOR_WEAK;
    default:
        return ANCHOR_NONE;
    }
}

static enum status
scan_open(struct scan *scan, uint32_t number)
{
    const struct gathered_text *row = &scan->search->gathering->texts[number];
    const struct ledger_text *counts = &row->ledger->texts[0];

    reader_free(scan->reader);
    scan->reader = reader_new(row->kind);
    scan->suspect = suspect_of(scan->search, number);
    scan->suspect->text = (uint32_t)scan->search->overlap.text_count;
    scan->zoned = counts->zoned;
    scan->left = AFTER_LINES;
    if (!scan->reader ||
        !overlap_add_text(
            &scan->search->overlap,
            (struct overlap_text){ .number = number,
                                   .group = scan->suspect->group,
                                   .first_s = second_of(counts->first_ms),
                                   .last_s = second_of(counts->last_ms) }))
        return STATUS_NOMEM;
    return STATUS_OK;
}

/* Stamps inside of records may be forged: a few more lines are taken. */
static bool
is_in_question(struct scan *scan, struct sv line)
{
    int64_t at_ms;

    if (scan->zoned || !stamp_read(line, &at_ms))
        return scan->left > 0;
    if (at_ms >= scan->suspect->from_ms && at_ms <= scan->suspect->to_ms)
        scan->left = AFTER_LINES;
    else if (scan->left)
        scan->left--;
    return scan->left > 0;
}

static enum status
scan_line(struct scan *scan, struct sv line)
{
    struct overlap *overlap = &scan->search->overlap;
    struct overlap_text *text = &overlap->texts[overlap->text_count - 1];
    struct overlap_line added = { .hash = 0 };
    uint32_t back = 0;

    text->lines++;
    if (!is_in_question(scan, line) || text->lines > UINT32_MAX)
        return STATUS_OK;
    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    reader_line(scan->reader, line, &scan->event, &back);
    if (text->lines == 1)
        text->torn_start = !scan->event.has_stamp;
    added.hash = sv_hash_stable(line);
    added.line = (uint32_t)text->lines;
    added.anchor = (uint32_t)anchor_of(&scan->event, back) & 3;
    added.blank = line.len == 0;
    return overlap_add_line(overlap, added) ? STATUS_OK : STATUS_NOMEM;
}

static enum status
scan_block(void *user, uint32_t number, struct sv block, uint64_t offset,
           uint64_t cut_bytes)
{
    struct scan *scan = user;
    struct overlap *overlap = &scan->search->overlap;
    bool torn = block.len && block.at[block.len - 1] != '\n';
    enum status status = STATUS_OK;

    (void)offset;
    (void)cut_bytes;
    if (!scan->suspect || scan->suspect->number != number)
        status = scan_open(scan, number);
    while (status == STATUS_OK && block.len)
        status = scan_line(scan, sv_cut(&block, '\n'));
    if (status == STATUS_OK)
        overlap->texts[overlap->text_count - 1].torn_end = torn;
    return status;
}

static enum status
scan_suspects(struct search *search, struct fault *fault)
{
    struct scan scan = { .search = search };
    enum status status;

    for (size_t i = 0; i < search->suspect_count; i++)
        search->numbers[i] = search->suspects[i].number;
    status = gathering_revisit(search->gathering, search->numbers,
                               search->suspect_count, scan_block, &scan, fault);
    reader_free(scan.reader);
    return status;
}

/* ------------------------------------------------------------------- match */

/* Who begins first keeps its lines; of those, the larger text. */
static int
keeper_order(const void *left, const void *right, void *user)
{
    const struct search *search = user;
    const struct overlap_text *texts = search->overlap.texts;
    uint32_t a = texts[*(const uint32_t *)left].number;
    uint32_t b = texts[*(const uint32_t *)right].number;
    const struct gathered_text *rows = search->gathering->texts;
    int64_t first_a = counts_of(search->gathering, a)->first_ms;
    int64_t first_b = counts_of(search->gathering, b)->first_ms;

    if (first_a != first_b)
        return first_a < first_b ? -1 : 1;
    if (rows[a].text_bytes != rows[b].text_bytes)
        return rows[a].text_bytes > rows[b].text_bytes ? -1 : 1;
    return a < b ? -1 : a > b;
}

static enum status
say_overlap(struct search *search, size_t text, uint32_t given, size_t most)
{
    struct gathering *gathering = search->gathering;
    const struct overlap_text *of = &search->overlap.texts[text];
    const char *other =
        gathering->texts[search->overlap.texts[most].number].path;
    struct buf sentence = { 0 };
    uint32_t line = of->first;
    bool said;

    while (!search->overlap.lines[line].given)
        line++;
    said =
        buf_printf(&sentence,
                   "%u of its %llu lines stand in other files too, most of "
                   "them in %s: counted once",
                   given, (unsigned long long)of->lines, other) &&
        gathering_warn(gathering, &gathering->texts[of->number], WARN_OVERLAP,
                       search->overlap.lines[line].line, sentence.at);
    buf_clear(&sentence);
    return said ? STATUS_OK : STATUS_NOMEM;
}

/* Leaves in `numbers` the texts that have to give up lines. */
static enum status
match_suspects(struct search *search, size_t *ret_count)
{
    size_t count = search->overlap.text_count, losers = 0;
    uint32_t *order = search->numbers;

    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, count, sizeof(*order), keeper_order, search);
    for (size_t i = 0; i < count; i++) {
        size_t text = order[i], most = 0;
        uint32_t given = 0;

        if (!overlap_match(&search->overlap, text, &given, &most))
            return STATUS_NOMEM;
        if (!given)
            continue;
        if (say_overlap(search, text, given, most) != STATUS_OK)
            return STATUS_NOMEM;
        order[losers++] = search->overlap.texts[text].number;
    }
    *ret_count = losers;
    return STATUS_OK;
}

/* ------------------------------------------------------------------ reread */

struct reread { /* one text again, without the lines it gave up */
    struct search *search;
    uint32_t number;
    struct ledger *ledger; /* NULL: none is open */
    struct feed *feed;
    struct skipped *skipped;
    size_t skipped_capacity;
};

static bool
list_skipped(struct reread *reread, uint32_t number, size_t *ret_count)
{
    const struct overlap *overlap = &reread->search->overlap;
    const struct overlap_text *text =
        &overlap->texts[suspect_of(reread->search, number)->text];
    const struct overlap_line *lines = overlap->lines;
    size_t count = 0;

    for (uint32_t i = text->first; i < text->first + text->count; i++) {
        void *grown = reread->skipped;
        uint64_t line = lines[i].line;

        if (!lines[i].given)
            continue;
        if (count && reread->skipped[count - 1].to + 1 == line) {
            reread->skipped[count - 1].to = line;
            continue;
        }
        if (!array_reserve(&grown, &reread->skipped_capacity, count + 1,
                           sizeof(*reread->skipped)))
            return false;
        reread->skipped = grown;
        reread->skipped[count++] = (struct skipped){ line, line };
    }
    *ret_count = count;
    return true;
}

/* What is known of the whole text stays true: its time, server, selectors. */
static void
keep_account(struct ledger *ledger, const struct ledger *before)
{
    const struct ledger_text *was = &before->texts[0];
    struct ledger_text *is = &ledger->texts[0];

    is->first_ms = was->first_ms;
    is->last_ms = was->last_ms;
    is->zoned = was->zoned;
    is->selectors = was->selectors;
    is->server_votes = was->server_votes;
    is->server =
        names_add(ledger->names, names_text(before->names, was->server));
}

static enum status
reread_close(struct reread *reread)
{
    struct gathered_text *row =
        &reread->search->gathering->texts[reread->number];
    enum status status = STATUS_OK;

    if (!reread->ledger)
        return STATUS_OK;
    status = feed_end(reread->feed);
    feed_free(reread->feed);
    reread->feed = NULL;
    if (row->unsteady) { /* better twice than lost */
        ledger_free(reread->ledger);
    } else {
        keep_account(reread->ledger, row->ledger);
        ledger_free(row->ledger);
        row->ledger = reread->ledger;
    }
    reread->ledger = NULL;
    return status;
}

static enum status
reread_open(struct reread *reread, uint32_t number)
{
    const struct gathered_text *row = &reread->search->gathering->texts[number];
    size_t count = 0;

    if (reread_close(reread) != STATUS_OK)
        return STATUS_NOMEM;
    reread->number = number;
    reread->ledger = ledger_new();
    if (!reread->ledger ||
        ledger_open_text(reread->ledger, 0, row->kind) != STATUS_OK ||
        !list_skipped(reread, number, &count))
        return STATUS_NOMEM;
    reread->feed = feed_new(reread->ledger, 0, row->kind);
    if (!reread->feed)
        return STATUS_NOMEM;
    feed_skip(reread->feed, reread->skipped, count);
    return STATUS_OK;
}

static enum status
reread_block(void *user, uint32_t number, struct sv block, uint64_t offset,
             uint64_t cut_bytes)
{
    struct reread *reread = user;
    enum status status = STATUS_OK;

    if (!reread->ledger || reread->number != number)
        status = reread_open(reread, number);
    return status == STATUS_OK
               ? feed_block(reread->feed, block, offset, cut_bytes)
               : status;
}

static enum status
reread_losers(struct search *search, size_t count, struct fault *fault)
{
    struct reread reread = { .search = search };
    enum status status = gathering_revisit(search->gathering, search->numbers,
                                           count, reread_block, &reread, fault);

    if (status == STATUS_OK)
        status = reread_close(&reread);
    feed_free(reread.feed);
    ledger_free(reread.ledger);
    free(reread.skipped);
    return status;
}

/* ---------------------------------------------------------------- overlaps */

enum status
gathering_drop_overlaps(struct gathering *gathering, struct fault *fault)
{
    struct search search = { .gathering = gathering };
    enum status status = STATUS_NOMEM;
    size_t losers = 0;

    search.suspects =
        calloc(gathering->text_count + 1, sizeof(*search.suspects));
    search.numbers = calloc(gathering->text_count + 1, sizeof(*search.numbers));
    if (!search.suspects || !search.numbers)
        goto out;
    find_suspects(&search);
    if (search.suspect_count)
        qsort(search.suspects, search.suspect_count, sizeof(*search.suspects),
              number_order);
    status = scan_suspects(&search, fault);
    if (status == STATUS_OK)
        status = match_suspects(&search, &losers);
    if (status == STATUS_OK)
        status = reread_losers(&search, losers, fault);
out:
    overlap_clear(&search.overlap);
    free(search.suspects);
    free(search.numbers);
    return status;
}
