/*
 * Copies that overlap count once; pieces of one log count as they stand.
 */
#include "analyzer/analyze.h"
#include "tests/pieces.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those before */
#include <cmocka.h>

#define DAY "2026-11-12 "
#define A "1xRaaa-000001-AA"
#define B "1xRbbb-000002-BB"
#define C "1xRccc-000003-CC"
#define FROM " <= s@shop.example U=shop P=local S=900 for r@far.example\n"
#define TO " => r@far.example R=out T=smtp H=mx.far.example [192.0.2.9]\n"
#define WAIT                                                                   \
    " == r@far.example R=out T=smtp defer (-53): retry time not reached\n"

#define A_IN DAY "10:00:01 " A FROM
#define A_WAIT DAY "10:00:02 " A WAIT
#define A_OUT DAY "10:00:03 " A TO
#define A_END DAY "10:00:03 " A " Completed\n"
#define B_IN DAY "10:00:05 " B FROM
#define B_WAIT DAY "10:00:06 " B WAIT
#define B_LATE DAY "10:00:09 " B WAIT
#define B_OUT DAY "10:00:10 " B TO
#define B_END DAY "10:00:11 " B " Completed\n"
#define C_IN DAY "10:00:07 " C FROM
#define C_END DAY "10:00:12 " C " Completed\n"
#define RUN DAY "10:00:04 Start queue run: pid=77\n"

#define WHOLE A_IN A_WAIT A_OUT A_END RUN B_IN B_WAIT B_OUT B_END

static const struct row {
    const char *name;
    const char *texts[4];
    int64_t lines;
    int64_t deferrals;
    int64_t deliveries;
    int64_t overlaps; /* warnings */
} rows[] = {
    { "one log", { WHOLE }, 9, 2, 2, 0 },
    { "an older state", { WHOLE, A_IN A_WAIT A_OUT A_END RUN }, 9, 2, 2, 1 },
    { "its end", { WHOLE, A_END RUN B_IN B_WAIT B_OUT B_END }, 9, 2, 2, 1 },
    { "the middle", { WHOLE, A_OUT A_END RUN B_IN B_WAIT }, 9, 2, 2, 1 },
    { "an older state, cut inside a line",
      { WHOLE, A_IN A_WAIT A_OUT A_END DAY "10:00:04 Start que" },
      9,
      2,
      2,
      1 },
    { "an end, cut inside a line",
      { WHOLE, "completed\n" RUN B_IN B_WAIT B_OUT B_END },
      9,
      2,
      2,
      1 },
    { "one message's lines", { WHOLE, B_IN B_WAIT B_OUT B_END }, 9, 2, 2, 1 },
    { "messages parted by empty lines",
      { WHOLE, A_IN A_WAIT A_OUT A_END "\n" B_IN B_WAIT B_OUT B_END "\n" },
      9,
      2,
      2,
      1 },
    { "two logs that share a part",
      { A_IN A_WAIT A_OUT A_END RUN B_IN, A_OUT A_END RUN B_IN B_WAIT B_END },
      8,
      2,
      1,
      1 },
    { "three states",
      { WHOLE, A_IN A_WAIT A_OUT A_END RUN, A_IN A_WAIT A_OUT },
      9,
      2,
      2,
      2 },
    { "equal lines inside", { A_IN A_WAIT A_WAIT A_WAIT A_END }, 5, 3, 0, 0 },
    { "equal lines inside, and an older state",
      { A_IN A_WAIT A_WAIT A_WAIT A_END RUN, A_IN A_WAIT A_WAIT },
      6,
      3,
      0,
      1 },
    { "equal lines on both sides of a cut",
      { A_IN A_WAIT, A_WAIT A_OUT A_END },
      5,
      2,
      1,
      0 },
    { "equal lines on both sides of a cut, the clock runs back",
      { A_IN A_OUT B_IN B_WAIT, B_WAIT C_IN B_OUT B_END A_WAIT },
      9,
      3,
      2,
      0 },
    { "logs whose times run through each other",
      { A_IN B_IN A_WAIT B_LATE, C_IN B_WAIT B_OUT C_END },
      8,
      3,
      1,
      0 },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

static int64_t
count_overlaps(const struct casefile *casefile)
{
    int64_t count = 0;

    for (size_t i = 0; i < casefile->evidence_count; i++) {
        const struct case_evidence *row = &casefile->evidence[i];

        for (size_t k = 0; k < row->warning_count; k++)
            count += strcmp(row->warnings[k].topic, "overlap") == 0;
        assert_int_equal(row->text_bytes,
                         row->bytes_parsed + row->bytes_recognised +
                             row->bytes_unparsed + row->bytes_damaged);
    }
    return count;
}

static void
counts_once(void **state)
{
    const struct row *row = *state;

    for (uint64_t seed = 1; seed <= 4; seed++) { /* other names, other order */
        struct chance chance = { seed };
        struct pieces pieces = { 0 };
        struct packed packed;
        struct analyze_options options = { .as_of = TIME_UNKNOWN };
        struct casefile *casefile = NULL;

        for (size_t i = 0; i < 4 && row->texts[i]; i++)
            assert_true(pieces_add(&pieces, sv_of(row->texts[i])));
        assert_true(pieces_pack(&pieces, false, &chance, &packed));
        options.paths = (const char *const *)packed.paths;
        options.path_count = packed.count;
        assert_int_equal(analyze(&options, &casefile, NULL), STATUS_OK);
        packed_clear(&packed);
        pieces_clear(&pieces);
        assert_int_equal(casefile->totals.lines, row->lines);
        assert_int_equal(casefile->totals.deferrals, row->deferrals);
        assert_int_equal(casefile->totals.deliveries, row->deliveries);
        assert_int_equal(count_overlaps(casefile), row->overlaps);
        assert_false(casefile->lossy);
        casefile_free(casefile);
    }
}

int
main(void)
{
    struct CMUnitTest tests[ROWS];

    for (size_t i = 0; i < ROWS; i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name,
            .test_func = counts_once,
            .initial_state = (void *)(uintptr_t)&rows[i],
        };
    return _cmocka_run_group_tests("overlap", tests, ROWS, NULL, NULL);
}
