/*
 * Recorded logs, with the truth beside them: every set against every check.
 */
#include "analyzer/analyze.h"
#include "tests/judge.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those before */
#include <cmocka.h>

struct run { /* one set, analyzed once */
    const struct truth *truth;
    enum status status;
    struct casefile *casefile;
    struct fault fault;
};

/* ----------------------------------------------------------------- reading */

static void
is_read(const struct run *run)
{
    assert_int_equal(run->status, STATUS_OK);
    assert_false(run->casefile->lossy);
}

static void
accounts_for_all(const struct run *run)
{
    for (size_t i = 0; i < run->casefile->evidence_count; i++) {
        const struct case_evidence *row = &run->casefile->evidence[i];

        if (strncmp(row->kind, "exim_", 5) == 0) {
            assert_int_equal(row->lines_unparsed, 0);
            assert_true(row->lines > 0);
        }
        assert_int_equal(row->lines, row->lines_parsed + row->lines_recognised +
                                         row->lines_unparsed);
        assert_int_equal(row->text_bytes,
                         row->bytes_parsed + row->bytes_recognised +
                             row->bytes_unparsed + row->bytes_damaged);
    }
}

static void
totals_are_true(const struct run *run)
{
    const struct case_totals *is = &run->casefile->totals;
    const struct case_totals *truth = &run->truth->totals;

    assert_int_equal(is->lines, truth->lines);
    assert_int_equal(is->arrivals, truth->arrivals);
    assert_int_equal(is->bounces, truth->bounces);
    assert_int_equal(is->deliveries, truth->deliveries);
    assert_int_equal(is->deferrals, truth->deferrals);
    assert_int_equal(is->failures, truth->failures);
    assert_int_equal(is->completed, truth->completed);
    assert_int_equal(is->rejections, truth->rejections);
    assert_int_equal(is->auth_failures, truth->auth_failures);
    assert_int_equal(is->frozen, truth->frozen);
    assert_int_equal(is->cwd_lines, truth->cwd_lines);
}

static void
sums_hold(const struct run *run)
{
    const struct case_identity *of = &run->casefile->identity;
    int64_t charged = 0;

    assert_int_equal(of->accepted, of->delivered + of->failed + of->discarded +
                                       of->queued + of->cut_off);
    for (size_t i = 0; i < run->casefile->principal_count; i++)
        charged += run->casefile->principals[i].messages;
    assert_int_equal(charged, run->casefile->totals.messages);
}

/* ---------------------------------------------------------------- findings */

static void
incidents_are_found(const struct run *run)
{
    for (size_t i = 0; i < run->truth->incident_count; i++) {
        struct verdict verdict =
            judge(run->casefile, &run->truth->incidents[i]);

        assert_non_null(verdict.finding);
        assert_string_equal(verdict.finding->kind, verdict.incident->kind);
        assert_true(verdict.kind_right);
    }
}

static void
culprits_are_named(const struct run *run)
{
    for (size_t i = 0; i < run->truth->incident_count; i++)
        assert_true(
            judge(run->casefile, &run->truth->incidents[i]).culprit_right);
}

static void
nobody_is_framed(const struct run *run)
{
    for (size_t i = 0; i < run->casefile->finding_count; i++) {
        const struct case_finding *finding = &run->casefile->findings[i];

        if (is_false_accusation(run->truth, finding))
            fail_msg("%s: %s %s", finding->kind,
                     finding->account ? finding->account : "-",
                     finding->mailbox ? finding->mailbox : "-");
    }
}

static void
messages_are_found(const struct run *run)
{
    for (size_t i = 0; i < run->truth->incident_count; i++) {
        struct verdict verdict =
            judge(run->casefile, &run->truth->incidents[i]);

        assert_float_equal(verdict.precision, 1.0, 0.01);
        assert_float_equal(verdict.recall, 1.0, 0.01);
    }
}

static void
times_are_right(const struct run *run)
{
    for (size_t i = 0; i < run->truth->incident_count; i++) {
        struct verdict verdict =
            judge(run->casefile, &run->truth->incidents[i]);

        assert_in_range(verdict.onset_error, 0, 120);
        assert_in_range(verdict.last_error, 0, 120);
    }
}

static void
counts_are_right(const struct run *run)
{
    for (size_t i = 0; i < run->truth->incident_count; i++) {
        const struct incident *incident = &run->truth->incidents[i];
        struct verdict verdict = judge(run->casefile, incident);
        /* A message in a hundred may be another's: so may its recipients. */
        int64_t slack = incident->recipients / 100;

        assert_in_range(llabs(verdict.recipients_error), 0, slack);
        assert_in_range(llabs(verdict.delivered_error), 0, slack);
        assert_in_range(llabs(verdict.failed_error), 0, slack);
        assert_in_range(llabs(verdict.deferral_error), 0, slack);
    }
}

/* ----------------------------------------------------------------- program */

static const struct check {
    const char *name;
    void (*look)(const struct run *run);
} checks[] = {
    { "is read", is_read },
    { "accounts for all lines", accounts_for_all },
    { "has true totals", totals_are_true },
    { "adds up", sums_hold },
    { "finds the incidents", incidents_are_found },
    { "names the culprits", culprits_are_named },
    { "frames nobody", nobody_is_framed },
    { "finds their messages", messages_are_found },
    { "has their times", times_are_right },
    { "has their counts", counts_are_right },
};
enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

struct state {
    const struct run *run;
    const struct check *check;
};

static void
look(void **state)
{
    const struct state *of = *state;

    if (of->check->look != is_read && of->run->status != STATUS_OK)
        skip();
    of->check->look(of->run);
}

static void
run_analyze(const struct truth *truth, struct run *run)
{
    const char *const paths[] = { truth->logs };
    const struct analyze_options options = { .paths = paths,
                                             .path_count = 1,
                                             .as_of = TIME_UNKNOWN };

    run->truth = truth;
    run->status = analyze(&options, &run->casefile, &run->fault);
    if (run->status != STATUS_OK)
        fprintf(stderr, "%s: %s\n", truth->name, run->fault.text);
}

static int
run_checks(const struct truths *truths, struct run *runs,
           struct CMUnitTest *tests, struct state *states)
{
    size_t count = 0;
    int failed;

    for (size_t i = 0; i < truths->count; i++) {
        run_analyze(&truths->sets[i], &runs[i]);
        for (size_t k = 0; k < CHECKS; k++, count++) {
            struct buf name = { 0 };

            buf_printf(&name, "%s %s", truths->sets[i].name, checks[k].name);
            states[count] = (struct state){ &runs[i], &checks[k] };
            tests[count] = (struct CMUnitTest){
                .name = arena_strdup(truths->arena, buf_sv(&name)),
                .test_func = look,
                .initial_state = &states[count],
            };
            buf_clear(&name);
        }
    }
    failed = _cmocka_run_group_tests("analyze", tests, count, NULL, NULL);
    for (size_t i = 0; i < truths->count; i++)
        casefile_free(runs[i].casefile);
    return failed;
}

int
main(void)
{
    struct truths truths;
    struct run *runs;
    struct CMUnitTest *tests;
    struct state *states;
    int failed = 1;

    if (!truths_read(getenv("FIXTURES"), true, &truths))
        return 1;
    runs = arena_alloc(truths.arena, truths.count * sizeof(*runs));
    tests = arena_alloc(truths.arena, truths.count * CHECKS * sizeof(*tests));
    states = arena_alloc(truths.arena, truths.count * CHECKS * sizeof(*states));
    if (runs && tests && states)
        failed = run_checks(&truths, runs, tests, states);
    truths_clear(&truths);
    return failed;
}
