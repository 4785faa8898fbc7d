/*
 * The same evidence gives the same case: cut at any ends of lines, in any
 * order, packed in any way, some of it twice or in overlapping copies, read by
 * any number of threads.
 */
#include "analyzer/analyze.h"
#include "analyzer/readers/reader.h"
#include "tests/case_dump.h"
#include "tests/pieces.h"
#include "tests/truth.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those before */
#include <cmocka.h>

#define SEEDS 3 /* PROPERTY_SEEDS in the environment: so many */

struct set { /* one recorded log, and the case as it is */
    const struct truth *truth;
    struct wholes wholes;
    struct buf expected;
};

static bool
dump_of(const char *const *paths, size_t count, unsigned jobs, struct buf *out)
{
    const struct analyze_options options = {
        .paths = paths, .path_count = count, .jobs = jobs, .as_of = TIME_UNKNOWN
    };
    struct casefile *casefile = NULL;
    struct fault fault = { 0 };
    bool good = analyze(&options, &casefile, &fault) == STATUS_OK;

    if (good)
        good = case_dump(casefile, out);
    else
        print_error("%s\n", fault.text);
    casefile_free(casefile);
    return good;
}

/* Says where two dumps part, with the line before. */
static void
assert_same(struct sv expected, struct sv got)
{
    struct sv before = { "", 0 };

    while (expected.len || got.len) {
        struct sv a = sv_cut(&expected, '\n');
        struct sv b = sv_cut(&got, '\n');

        if (!sv_eq(a, b))
            fail_msg("after <" SV_FMT "> expected <" SV_FMT "> got <" SV_FMT
                     ">",
                     SV_ARG(before), SV_ARG(a), SV_ARG(b));
        before = a;
    }
}

static void
assert_gives_case(const struct set *set, const struct packed *packed,
                  unsigned jobs)
{
    struct buf dump = { 0 };

    assert_true(dump_of((const char *const *)packed->paths, packed->count, jobs,
                        &dump));
    assert_same(buf_sv(&set->expected), buf_sv(&dump));
    buf_clear(&dump);
}

/* --------------------------------------------------------------------- cut */

struct row {
    const struct set *set;
    uint64_t seed;
};

static void
cut_gives_same(void **state)
{
    const struct row *row = *state;
    struct chance chance = { row->seed * UINT64_C(0x9e3779b97f4a7c15) };
    struct pieces pieces = { 0 };
    struct packed packed;

    for (size_t i = 0; i < row->set->wholes.count; i++)
        assert_true(pieces_cut(&pieces, buf_sv(&row->set->wholes.items[i].text),
                               (size_t)chance_below(&chance, 12), &chance));
    assert_true(pieces_pack(&pieces, true, &chance, &packed));
    assert_gives_case(row->set, &packed,
                      (unsigned)chance_below(&chance, 8) + 1);
    packed_clear(&packed);
    pieces_clear(&pieces);
}

/* ----------------------------------------------------------------- overlap */

/* From the start of a line, somewhere in the text. */
static struct sv
from_line(struct sv text, struct chance *chance)
{
    struct sv rest = sv_drop(text, (size_t)chance_below(chance, text.len));

    sv_cut(&rest, '\n');
    return rest;
}

/* An older state: whole lines, or cut off in the middle of one. */
static struct sv
copy_older(struct sv text, struct chance *chance)
{
    struct sv end = from_line(text, chance);

    if (chance_below(chance, 2))
        return sv_head(text, (size_t)chance_below(chance, text.len));
    return sv_head(text, text.len - end.len);
}

static struct sv
copy_tail(struct sv text, struct chance *chance)
{
    return from_line(text, chance);
}

static struct sv
copy_middle(struct sv text, struct chance *chance)
{
    struct sv tail = from_line(text, chance);

    return tail.len ? sv_head(tail, tail.len - from_line(tail, chance).len)
                    : tail;
}

/* What grep gives: the lines with a message id that has this byte. */
static bool
extract(struct sv text, struct chance *chance, struct buf *out)
{
    char byte = "0123456789ABCDEF"[chance_below(chance, 16)];

    while (text.len) {
        struct sv line = sv_cut(&text, '\n');
        struct message_id id;

        if (line.len < 40 || !message_id_read(sv_drop(line, 20), &id) ||
            line.at[25] != byte)
            continue;
        if (!buf_add(out, line) || !buf_add_char(out, '\n'))
            return false;
    }
    return true;
}

/* True when its whole lines are of more than one second. */
static bool
spans_time(struct sv text)
{
    int64_t first = 0, at_ms;
    bool stamped = false;

    while (sv_find_char(text, '\n') >= 0) {
        if (!stamp_read(sv_cut(&text, '\n'), &at_ms))
            continue;
        if (stamped && at_ms / 1000 != first)
            return true;
        first = at_ms / 1000;
        stamped = true;
    }
    return false;
}

/* Lines from within one second may as well be a piece of the log. */
static void
add_copy(struct pieces *pieces, struct sv copy)
{
    if (spans_time(copy))
        assert_true(pieces_add(pieces, copy));
}

static void
copies_change_nothing(void **state)
{
    const struct row *row = *state;
    struct chance chance = { row->seed * UINT64_C(0xd1342543de82ef95) };
    struct buf extracts[TEXTS_MAX] = { { 0 } };
    struct pieces pieces = { 0 };
    struct packed packed;

    for (size_t i = 0; i < row->set->wholes.count; i++) {
        struct sv text = buf_sv(&row->set->wholes.items[i].text);

        assert_true(extract(text, &chance, &extracts[i]));
        assert_true(pieces_add(&pieces, text));
        add_copy(&pieces, copy_older(text, &chance));
        add_copy(&pieces, copy_tail(text, &chance));
        add_copy(&pieces, copy_middle(text, &chance));
        add_copy(&pieces, buf_sv(&extracts[i]));
    }
    assert_true(pieces_pack(&pieces, false, &chance, &packed));
    assert_gives_case(row->set, &packed,
                      (unsigned)chance_below(&chance, 8) + 1);
    packed_clear(&packed);
    pieces_clear(&pieces);
    for (size_t i = 0; i < TEXTS_MAX; i++)
        buf_clear(&extracts[i]);
}

/* ----------------------------------------------------------------- program */

static const struct property {
    const char *name;
    CMUnitTestFunction test;
} properties[] = {
    { "cut", cut_gives_same },
    { "with copies", copies_change_nothing },
};
enum { PROPERTIES = sizeof(properties) / sizeof(properties[0]) };

static bool
set_read(const struct truth *truth, struct set *set)
{
    const char *const paths[] = { truth->logs };

    set->truth = truth;
    if (wholes_read(truth->logs, &set->wholes) &&
        dump_of(paths, 1, 1, &set->expected))
        return true;
    fprintf(stderr, "%s cannot be read\n", truth->logs);
    return false;
}

static size_t
seeds_wanted(void)
{
    const char *wanted = getenv("PROPERTY_SEEDS");
    size_t seeds = wanted ? strtoul(wanted, NULL, 10) : 0;

    return seeds ? seeds : SEEDS;
}

static size_t
list_tests(const struct truths *truths, const struct set *sets, size_t seeds,
           struct row *rows, struct CMUnitTest *tests)
{
    size_t count = 0;

    for (size_t i = 0; i < truths->count * seeds * PROPERTIES; i++) {
        const struct property *property = &properties[i % PROPERTIES];
        struct buf name = { 0 };

        rows[count] = (struct row){
            .set = &sets[i / PROPERTIES / seeds],
            .seed = i / PROPERTIES % seeds + 1,
        };
        buf_printf(&name, "%s %s, seed %llu", rows[count].set->truth->name,
                   property->name, (unsigned long long)rows[count].seed);
        tests[count] = (struct CMUnitTest){
            .name = arena_strdup(truths->arena, buf_sv(&name)),
            .test_func = property->test,
            .initial_state = &rows[count],
        };
        buf_clear(&name);
        count++;
    }
    return count;
}

int
main(void)
{
    struct truths truths;
    struct set *sets;
    struct row *rows;
    struct CMUnitTest *tests;
    size_t all, seeds = seeds_wanted();
    bool good = true;
    int failed = 1;

    if (!truths_read(getenv("FIXTURES"), true, &truths))
        return 1;
    all = truths.count * seeds * PROPERTIES;
    sets = arena_alloc(truths.arena, truths.count * sizeof(*sets));
    rows = arena_alloc(truths.arena, all * sizeof(*rows));
    tests = arena_alloc(truths.arena, all * sizeof(*tests));
    good = sets && rows && tests;
    for (size_t i = 0; good && i < truths.count; i++)
        good = set_read(&truths.sets[i], &sets[i]);
    if (good)
        failed = _cmocka_run_group_tests(
            "property", tests, list_tests(&truths, sets, seeds, rows, tests),
            NULL, NULL);
    for (size_t i = 0; sets && i < truths.count; i++) {
        wholes_clear(&sets[i].wholes);
        buf_clear(&sets[i].expected);
    }
    truths_clear(&truths);
    return failed;
}
