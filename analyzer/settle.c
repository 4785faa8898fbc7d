/*
 * Texts of nothing but refusals. The reject log repeats the refusals of the
 * main log to the byte, so such a text may be a piece of either; the texts
 * beside it tell. Whatever shares lines with a main log repeats it, whatever
 * shares lines with the reject log is of the main log, and of two that share
 * lines one is of each: what shares most is believed first. Counting wants no
 * more than that (sealed_make counts of equal lines those of the log that has
 * more of them), and it comes out the same however the logs were cut.
 */
#include "analyzer/gathering.h"

#include <stdlib.h>
#include <string.h>

#define NEIGHBOURS 4 /* texts with one line that are looked at together */

struct seen { /* a refusal */
    uint64_t hash;
    uint32_t text;
    uint32_t lines; /* equal ones in that text */
};

struct bond { /* lines that two texts share */
    uint32_t a;
    uint32_t b;    /* or the node that stands for the main log */
    bool differ;   /* one is of each log */
    bool touching; /* they end and begin in that second: weak */
    uint64_t lines;
};

struct node {
    uint32_t parent; /* of a tree of texts that are known of each other */
    uint32_t size;   /* of the tree below */
    bool differs;    /* from the parent */
};

struct settling {
    struct gathering *gathering;
    struct node *nodes; /* by text; the last one is the main log */
    uint32_t main_log;
    uint32_t *numbers; /* texts, by server and time */
    struct seen *seen;
    size_t seen_count;
    size_t seen_capacity;
    struct bond *bonds;
    size_t bond_count;
    size_t bond_capacity;
};

static bool
is_open(const struct gathered_text *text)
{
    return text->kind == LOG_EXIM_REFUSALS;
}

static bool
is_eligible(const struct gathered_text *text)
{
    return text->ledger && !text->duplicate &&
           (is_open(text) || text->kind == LOG_EXIM_MAIN ||
            text->kind == LOG_EXIM_REJECT);
}

static int64_t
first_second(const struct gathered_text *text)
{
    return text->ledger->texts[0].first_ms / 1000;
}

static int64_t
last_second(const struct gathered_text *text)
{
    return text->ledger->texts[0].last_ms / 1000;
}

/* -------------------------------------------------------------------- tree */

/* The tree's root; turns *differs when the text is of the other log. */
static uint32_t
root_of(const struct settling *settling, uint32_t text, bool *differs)
{
    while (settling->nodes[text].parent != text) {
        *differs ^= settling->nodes[text].differs;
        text = settling->nodes[text].parent;
    }
    return text;
}

static void
tie(struct settling *settling, uint32_t a, uint32_t b, bool differ)
{
    struct node *root_a = &settling->nodes[root_of(settling, a, &differ)];
    struct node *root_b = &settling->nodes[root_of(settling, b, &differ)];
    struct node *low = root_a->size < root_b->size ? root_a : root_b;
    struct node *high = low == root_a ? root_b : root_a;

    if (low == high)
        return; /* told by a stronger bond */
    low->parent = (uint32_t)(high - settling->nodes);
    low->differs = differ;
    high->size += low->size;
}

/* False while nothing ties it to the main log. */
static bool
is_settled(const struct settling *settling, uint32_t text, bool *ret_rejects)
{
    bool differs = false;
    bool tied = root_of(settling, text, &differs) ==
                root_of(settling, settling->main_log, &differs);

    *ret_rejects = tied && differs;
    return tied;
}

/* ------------------------------------------------------------------- bonds */

static bool
see_refusals(struct settling *settling, uint32_t text)
{
    const struct ledger *ledger = settling->gathering->texts[text].ledger;
    void *grown = settling->seen;

    if (!array_reserve(&grown, &settling->seen_capacity,
                       settling->seen_count + ledger->refused_count + 1,
                       sizeof(*settling->seen)))
        return false;
    settling->seen = grown;
    for (size_t i = 0; i < ledger->refused_count; i++)
        settling->seen[settling->seen_count++] =
            (struct seen){ ledger->refused[i].hash, text, 1 };
    return true;
}

static int
seen_order(const void *left, const void *right)
{
    const struct seen *a = left, *b = right;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->text < b->text ? -1 : a->text > b->text;
}

/* Equal lines of one text become one row that counts them. */
static void
fold_seen(struct settling *settling)
{
    size_t kept = 0;

    qsort(settling->seen, settling->seen_count, sizeof(*settling->seen),
          seen_order);
    for (size_t i = 0; i < settling->seen_count; i++) {
        if (kept &&
            seen_order(&settling->seen[kept - 1], &settling->seen[i]) == 0)
            settling->seen[kept - 1].lines++;
        else
            settling->seen[kept++] = settling->seen[i];
    }
    settling->seen_count = kept;
}

static bool
are_touching(const struct gathered_text *one, const struct gathered_text *other)
{
    return last_second(one) <= first_second(other) ||
           last_second(other) <= first_second(one);
}

static bool
add_bond(struct settling *settling, struct bond bond)
{
    void *grown = settling->bonds;

    if (!array_reserve(&grown, &settling->bond_capacity,
                       settling->bond_count + 1, sizeof(*settling->bonds)))
        return false;
    settling->bonds = grown;
    settling->bonds[settling->bond_count++] = bond;
    return true;
}

struct having { /* some texts of one log that have a line */
    const struct seen *seen[NEIGHBOURS];
    size_t count;
};

static struct having
find_having(const struct settling *settling, const struct seen *run,
            size_t count, enum log_kind kind)
{
    struct having having = { .count = 0 };

    for (size_t i = 0; i < count && having.count < NEIGHBOURS; i++) {
        if (settling->gathering->texts[run[i].text].kind == kind)
            having.seen[having.count++] = &run[i];
    }
    return having;
}

/*
 * A copy of the reject log shares its lines with both logs: what the main log
 * has counts for more.
 */
static bool
bond_to_log(struct settling *settling, const struct having *having,
            const struct seen *open, bool differ)
{
    const struct gathered_text *texts = settling->gathering->texts;
    struct bond bond = { .a = open->text,
                         .b = settling->main_log,
                         .differ = differ,
                         .touching = true };

    for (size_t i = 0; i < having->count; i++) {
        const struct seen *other = having->seen[i];
        uint32_t shared =
            other->lines < open->lines ? other->lines : open->lines;

        bond.touching &= are_touching(&texts[other->text], &texts[open->text]);
        if (shared > bond.lines)
            bond.lines = shared;
    }
    if (differ)
        bond.lines *= 2;
    return !bond.lines || add_bond(settling, bond);
}

static bool
bond_to_open(struct settling *settling, const struct seen *run, size_t count)
{
    const struct gathered_text *texts = settling->gathering->texts;

    for (size_t i = 1, met = 0; i < count && met < NEIGHBOURS; i++) {
        struct bond bond = {
            .a = run[0].text,
            .b = run[i].text,
            .differ = true,
            .touching = are_touching(&texts[run[0].text], &texts[run[i].text]),
            .lines = run[0].lines < run[i].lines ? run[0].lines : run[i].lines,
        };

        if (!is_open(&texts[run[i].text]))
            continue;
        met++;
        if (!add_bond(settling, bond))
            return false;
    }
    return true;
}

/* Of the texts that have one line. */
static bool
bond_run(struct settling *settling, const struct seen *run, size_t count)
{
    struct having mains = find_having(settling, run, count, LOG_EXIM_MAIN);
    struct having rejects = find_having(settling, run, count, LOG_EXIM_REJECT);

    for (size_t i = 0; i < count; i++) {
        if (!is_open(&settling->gathering->texts[run[i].text]))
            continue;
        if (!bond_to_log(settling, &mains, &run[i], true) ||
            !bond_to_log(settling, &rejects, &run[i], false) ||
            !bond_to_open(settling, run + i, count - i))
            return false;
    }
    return true;
}

static bool
find_bonds(struct settling *settling)
{
    const struct seen *seen = settling->seen;

    for (size_t from = 0, to = 0; from < settling->seen_count; from = to) {
        while (to < settling->seen_count && seen[to].hash == seen[from].hash)
            to++;
        if (!bond_run(settling, seen + from, to - from))
            return false;
    }
    return true;
}

static int
pair_order(const void *left, const void *right)
{
    const struct bond *a = left, *b = right;

    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    if (a->differ != b->differ)
        return a->differ ? -1 : 1;
    return a->touching - b->touching;
}

/* The strongest first. */
static int
bond_order(const void *left, const void *right)
{
    const struct bond *a = left, *b = right;

    if (a->touching != b->touching)
        return a->touching ? 1 : -1;
    if (a->lines != b->lines)
        return a->lines > b->lines ? -1 : 1;
    return pair_order(left, right);
}

static void
fold_bonds(struct settling *settling)
{
    size_t kept = 0;

    if (!settling->bond_count)
        return;
    qsort(settling->bonds, settling->bond_count, sizeof(*settling->bonds),
          pair_order);
    for (size_t i = 1; i < settling->bond_count; i++) {
        struct bond *last = &settling->bonds[kept];

        if (pair_order(last, &settling->bonds[i]) == 0)
            last->lines += settling->bonds[i].lines;
        else
            settling->bonds[++kept] = settling->bonds[i];
    }
    settling->bond_count = kept + 1;
    qsort(settling->bonds, settling->bond_count, sizeof(*settling->bonds),
          bond_order);
}

/* ----------------------------------------------------------------- a server */

static bool
has_reject_log(const struct settling *settling, const uint32_t *numbers,
               size_t count)
{
    const struct gathered_text *texts = settling->gathering->texts;

    for (size_t i = 0; i < count; i++) {
        bool rejects = texts[numbers[i]].kind == LOG_EXIM_REJECT;

        if (rejects || (is_settled(settling, numbers[i], &rejects) && rejects))
            return true;
    }
    return false;
}

/*
 * Two pieces of one log touch in a second, and may share its lines: that
 * they are of two logs is believed only where there is a reject log.
 */
static void
tie_bonds(struct settling *settling, const uint32_t *numbers, size_t count)
{
    const struct bond *bonds = settling->bonds;
    size_t i = 0;

    for (; i < settling->bond_count && !bonds[i].touching; i++)
        tie(settling, bonds[i].a, bonds[i].b, bonds[i].differ);
    if (i < settling->bond_count && !has_reject_log(settling, numbers, count))
        return;
    for (; i < settling->bond_count; i++)
        tie(settling, bonds[i].a, bonds[i].b, bonds[i].differ);
}

/*
 * Nothing is shared: a log has no second piece within its own time, and
 * without a main log it reads as what it most often is.
 */
static void
tie_rest(struct settling *settling, const uint32_t *numbers, size_t count)
{
    const struct gathered_text *texts = settling->gathering->texts;
    int64_t reached = INT64_MIN; /* by main logs that began before */
    bool main_log = false, rejects;

    for (size_t i = 0; i < count; i++)
        main_log |= texts[numbers[i]].kind == LOG_EXIM_MAIN;
    for (size_t i = 0, before = 0; i < count; i++) {
        const struct gathered_text *text = &texts[numbers[i]];

        for (; first_second(&texts[numbers[before]]) < first_second(text);
             before++) {
            const struct gathered_text *other = &texts[numbers[before]];

            if (other->kind == LOG_EXIM_MAIN && last_second(other) > reached)
                reached = last_second(other);
        }
        if (is_open(text) && !is_settled(settling, numbers[i], &rejects))
            tie(settling, numbers[i], settling->main_log,
                !main_log || last_second(text) < reached);
    }
}

static bool
settle_server(struct settling *settling, const uint32_t *numbers, size_t count)
{
    bool any = false;

    for (size_t i = 0; i < count; i++)
        any |= is_open(&settling->gathering->texts[numbers[i]]);
    if (!any)
        return true;
    settling->seen_count = settling->bond_count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!see_refusals(settling, numbers[i]))
            return false;
    }
    fold_seen(settling);
    if (!find_bonds(settling))
        return false;
    fold_bonds(settling);
    tie_bonds(settling, numbers, count);
    tie_rest(settling, numbers, count);
    return true;
}

/* ----------------------------------------------------------------- verdicts */

static void
give_verdicts(struct settling *settling)
{
    struct gathering *gathering = settling->gathering;

    for (uint32_t i = 0; i < settling->main_log; i++) {
        struct gathered_text *text = &gathering->texts[i];
        bool rejects = false;

        if (!is_open(text) || !text->ledger)
            continue;
        is_settled(settling, text->duplicate ? text->copy_of : i, &rejects);
        text->kind = rejects ? LOG_EXIM_REJECT : LOG_EXIM_MAIN;
        ledger_settle(text->ledger, text->kind);
    }
}

static int
server_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = sv_cmp(sv_of(gathering->texts[a].server),
                       sv_of(gathering->texts[b].server));

    return order ? order : a < b ? -1 : a > b;
}

static bool
settle_servers(struct settling *settling)
{
    struct gathering *gathering = settling->gathering;
    uint32_t *numbers = settling->numbers;
    size_t count = 0;

    for (uint32_t i = 0; i < settling->main_log; i++) {
        if (is_eligible(&gathering->texts[i]))
            numbers[count++] = i;
    }
    qsort_r(numbers, count, sizeof(*numbers), server_order, gathering);
    for (size_t from = 0; from < count;) {
        struct sv server = sv_of(gathering->texts[numbers[from]].server);
        size_t to = from + 1;

        while (to < count &&
               sv_eq(server, sv_of(gathering->texts[numbers[to]].server)))
            to++;
        if (!settle_server(settling, numbers + from, to - from))
            return false;
        from = to;
    }
    return true;
}

enum status
gathering_settle_kinds(struct gathering *gathering)
{
    struct settling settling = { .gathering = gathering,
                                 .main_log = (uint32_t)gathering->text_count };
    enum status status = STATUS_NOMEM;

    settling.nodes = calloc(gathering->text_count + 1, sizeof(struct node));
    settling.numbers = calloc(gathering->text_count + 1, sizeof(uint32_t));
    if (!settling.nodes || !settling.numbers)
        goto out;
    for (uint32_t i = 0; i <= settling.main_log; i++)
        settling.nodes[i] = (struct node){ .parent = i, .size = 1 };
    if (!settle_servers(&settling))
        goto out;
    give_verdicts(&settling);
    status = STATUS_OK;
out:
    free(settling.nodes);
    free(settling.numbers);
    free(settling.seen);
    free(settling.bonds);
    return status;
}
