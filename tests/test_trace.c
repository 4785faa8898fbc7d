/*
 * test_trace.c: trace against what exigrep prints, and against the faults of
 * exigrep that must not come back. Whole logs against the installed exigrep:
 * trace_exigrep.sh.
 */
#include "analyzer/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "analyzer/trace/ids.h"
#include "analyzer/trace/match.h"

#define S "2026-11-12 10:00:00 "
#define S5 "2026-11-12 10:00:05 "
#define A "1xRNvz-0005MB-00"
#define B "1xRNw0-0005MC-00"
#define N "1xRNvz-00000000208-2Tnz"
#define H "Nov 12 10:00:00 mx exim[7]: "
#define OPEN(id) "+++ " id " has not completed +++\n"

struct output {
    struct buf bytes;
    size_t stop_after; /* bytes; 0: never */
};

static bool
take_output(void *user, struct sv bytes)
{
    struct output *output = user;

    assert_true(buf_add(&output->bytes, bytes));
    return !output->stop_after || output->bytes.len < output->stop_after;
}

/* A folder of its own for each test that writes files. */
struct folder {
    char path[256];
    char names[4][300];
    size_t count;
};

static void
folder_make(struct folder *folder)
{
    const char *tmp = getenv("TMPDIR");
    char path[256];

    *folder = (struct folder){ 0 };
    snprintf(path, sizeof(path), "%s/trace.XXXXXX", tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(path));
    memcpy(folder->path, path, sizeof(path));
}

static const char *
folder_add(struct folder *folder, const char *name, struct sv bytes)
{
    char path[sizeof(folder->names[0])];
    char *kept = folder->names[folder->count++];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s", folder->path, name);
    memcpy(kept, path, sizeof(path));
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.at, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
    return kept;
}

static void
folder_remove(struct folder *folder)
{
    while (folder->count)
        unlink(folder->names[--folder->count]);
    rmdir(folder->path);
}

/* -------------------------------------------------------- one log, one row */

static const struct row {
    const char *name;
    const char *flags; /* of l I v M j */
    int64_t queue_seconds;
    const char *pattern;
    const char *log;
    const char *expected;
} rows[] = {
    { "group_of_finished_message", "", -1, "bob",
      S A " <= alice@a.example\n" S "Start queue run: pid=1\n" S A
          " => bob@b.example\n" S A " Completed\n",
      S A " <= alice@a.example\n" S A " => bob@b.example\n" S A
          " Completed\n\n" },
    { "completion_order", "", -1, "x",
      S A " <= x\n" S B " <= x\n" S B " Completed\n" S A " Completed\n",
      S B " <= x\n" S B " Completed\n\n" S A " <= x\n" S A " Completed\n\n" },
    { "line_without_id", "", -1, "queue run",
      S "Start queue run: pid=1\n" S A " <= x\n" S "End queue run: pid=1\n",
      S "Start queue run: pid=1\n\n" S "End queue run: pid=1\n\n" },
    { "unfinished_in_order_of_first_line", "", -1, "x",
      S B " <= x\n" S A " <= x\n" S B " == x\n",
      OPEN(B) S B " <= x\n" S B " == x\n\n" OPEN(A) S A " <= x\n\n" },
    { "long_id", "", -1, "x", S N " <= x\n" S N " Completed QT=3s\n",
      S N " <= x\n" S N " Completed QT=3s\n\n" },
    { "caseless", "", -1, "BOB@B\\.EXAMPLE", S A " <= bob@b.example\n",
      OPEN(A) S A " <= bob@b.example\n\n" },
    { "case_sensitive", "I", -1, "BOB", S A " <= bob@b.example\n", "" },
    { "literal", "l", -1, "(-4", S A " == x defer (-44)\n" S B " == y\n",
      OPEN(A) S A " == x defer (-44)\n\n" },
    { "literal_without_regex_meaning", "l", -1, "b.b", S A " <= bob\n", "" },
    { "dollar_is_before_the_newline", "", -1, "pleted$",
      S A " <= x\n" S A " Completed\n", S A " <= x\n" S A " Completed\n\n" },
    { "anchor", "", -1, "^2026.*<= x", S A " <= x\n" S B " => <= x\n",
      OPEN(A) S A " <= x\n\n" OPEN(B) S B " => <= x\n\n" },
    { "empty_pattern_matches_all", "", -1, "", S A " <= x\n" S "y\n",
      S "y\n\n" OPEN(A) S A " <= x\n\n" },
    { "perl_lookahead", "", -1, "<= (?!eve)", S A " <= eve\n" S B " <= bob\n",
      OPEN(B) S B " <= bob\n\n" },
    { "optional_byte_is_not_required", "", -1, "colou?r", S A " <= color\n",
      OPEN(A) S A " <= color\n\n" },
    { "starred_byte_is_not_required", "", -1, "ab*c", S A " <= ac\n",
      OPEN(A) S A " <= ac\n\n" },
    { "alternatives_need_no_common_text", "", -1, "eve|bob", S A " <= bob\n",
      OPEN(A) S A " <= bob\n\n" },
    { "rejected_behind_the_id_ends", "", -1, "x",
      S A " rejected from <x> H=y: no\n" S A " x later\n",
      S A " rejected from <x> H=y: no\n\n" OPEN(A) S A " x later\n\n" },
    { "rejected_after_data_does_not_end", "", -1, "x",
      S A " H=x F=<x> rejected after DATA: no\n",
      OPEN(A) S A " H=x F=<x> rejected after DATA: no\n\n" },
    { "data_timeout_ends", "", -1, "x", S A " SMTP data timeout (x) on y\n",
      S A " SMTP data timeout (x) on y\n\n" },
    /* As exigrep has it: only if they match by themselves. */
    { "lines_after_completion_are_a_group", "", -1, "gone",
      S A " <= x\n" S A " Completed\n" S A " spool file gone\n" S A " y\n",
      OPEN(A) S A " spool file gone\n" S A " y\n\n" },
    { "lines_after_completion_need_a_match", "", -1, "<= x",
      S A " <= x\n" S A " Completed\n" S A " spool file gone\n",
      S A " <= x\n" S A " Completed\n\n" },
    { "syslog_head_is_dropped", "", -1, "<= x",
      "Nov 12 10:00:00 mx exim[77]: " S A " <= x\n"
      "Nov 12 10:00:00 mx exim[77]: " S A " Completed\n",
      S A " <= x\n" S A " Completed\n\n" },
    { "syslog_parts_are_kept", "", -1, "r3@",
      H "[1/2] " S A " <= a@b.example for r1@c.example\n" H
        "[2/2]  r3@c.example\n" H S A " Completed\n",
      S A " <= a@b.example for r1@c.example\n r3@c.example\n" S A
          " Completed\n\n" },
    { "syslog_head_does_not_match", "l", -1, "mx exim",
      "Nov 12 10:00:00 mx exim[77]: " S A " <= x\n", "" },
    { "last_line_without_newline", "", -1, "x", S A " <= x",
      OPEN(A) S A " <= x\n" },
    { "crlf_is_kept", "", -1, "x", S A " <= x\r\n", OPEN(A) S A " <= x\r\n\n" },
    { "id_shape_inside_a_host_is_no_id", "", -1, "H=1",
      S "H=" A ".example [192.0.2.1] rejected EHLO\n",
      S "H=" A ".example [192.0.2.1] rejected EHLO\n\n" },

    /* The faults of exigrep that are not reproduced. */
    { "fault_completed_in_subject", "", -1, "bob",
      S A " <= bob T=\"Completed\"\n" S A " => x\n" S A " Completed\n",
      S A " <= bob T=\"Completed\"\n" S A " => x\n" S A " Completed\n\n" },
    { "fault_completed_in_address", "", -1, "bob",
      S A " <= bob\n" S A " => Completed@x.example\n" S A " Completed\n",
      S A " <= bob\n" S A " => Completed@x.example\n" S A " Completed\n\n" },
    { "fault_continuation_dropped", "", -1, "bob",
      S A " <= bob\n  second line\n" S A " Completed\n",
      S A " <= bob\n  second line\n" S A " Completed\n\n" },
    { "fault_continuation_not_matched", "", -1, "second",
      S A " <= bob\n  second line\n" S "Config error\n  second text\n",
      S "Config error\n  second text\n\n" OPEN(A) S A
      " <= bob\n  second line\n\n" },
    { "fault_continuation_of_the_end", "", -1, "header",
      S A " rejected from <x>: no\nF From: header\n" S B " <= y\n",
      S A " rejected from <x>: no\nF From: header\n\n" },
    { "fault_long_id_unknown", "", -1, "<= bob",
      S N " <= bob\n" S N " => x\n" S N " Completed\n",
      S N " <= bob\n" S N " => x\n" S N " Completed\n\n" },
    { "fault_t_with_milliseconds", "", 4, "x",
      "2026-11-12 10:00:00.900 " A " <= x\n2026-11-12 10:00:05.100 " A
      " Completed\n2026-11-12 10:00:05.200 " B
      " <= x\n2026-11-12 10:00:06.100 " B " Completed\n",
      "2026-11-12 10:00:00.900 " A " <= x\n2026-11-12 10:00:05.100 " A
      " Completed\n\n" },
    { "fault_v_and_case", "v", -1, "BOB", S "bob was here\n" S "eve too\n",
      S "eve too\n\n" },
    { "fault_v_and_unfinished", "v", -1, "bob", S A " <= bob\n" S B " <= eve\n",
      OPEN(B) S B " <= eve\n\n" },

    { "t_shorter", "", 5, "x", S A " <= x\n" S5 A " Completed\n", "" },
    { "t_longer", "", 4, "x", S A " <= x\n" S5 A " Completed\n",
      S A " <= x\n" S5 A " Completed\n\n" },
    { "t_over_a_change_of_zone", "", 10, "x",
      "2026-10-25 02:59:55 +0200 " A " <= x\n2026-10-25 02:00:05 +0100 " A
      " Completed\n",
      "" },
    { "t_says_nothing_of_unfinished", "", 5, "x", S A " <= x\n",
      OPEN(A) S A " <= x\n\n" },
    { "v_any_line_of_a_message", "v", -1, "bob",
      S A " <= eve\n" S A " => bob\n" S A " Completed\n" S B " <= eve\n" S B
          " Completed\n",
      S B " <= eve\n" S B " Completed\n\n" },

    { "json", "j", -1, "x",
      S A " <= x T=\"\\\"\033\"\n" S "x\n" S A " Completed\n" S B " <= x\n",
      "{\"id\":null,\"completed\":null,\"lines\":[\"" S "x\"]}\n"
      "{\"id\":\"" A "\",\"completed\":true,\"lines\":[\"" S A
      " <= x T=\\\"\\\\\\\"\\\\x1b\\\"\",\"" S A " Completed\"]}\n"
      "{\"id\":\"" B "\",\"completed\":false,\"lines\":[\"" S B " <= x\"]}\n" },

    { "M_parent_from_bounce", "M", -1, "bounced",
      S A " <= a@a.example U=a P=local S=1\n" S B " <= <> R=" A
          " U=exim P=local S=2 T=\"bounced\"\n" S A " Completed\n" S B
          " Completed\n",
      S A " <= a@a.example U=a P=local S=1\n" S A " Completed\n\n" S B
          " <= <> R=" A " U=exim P=local S=2 T=\"bounced\"\n" S B
          " Completed\n\n" },
    { "M_bounce_from_parent", "M", -1, "<= a@",
      S A " <= a@a.example U=a P=local S=1\n" S B " <= <> R=" A
          " U=exim P=local S=2\n" S A " Completed\n" S B " Completed\n",
      S A " <= a@a.example U=a P=local S=1\n" S A " Completed\n\n" S B
          " <= <> R=" A " U=exim P=local S=2\n" S B " Completed\n\n" },
    { "M_connection_by_port", "M", -1, "<= a@",
      S
      "SMTP connection from [192.0.2.7]:4000 (TCP/IP connection count = 1)\n" S
      "SMTP connection from [192.0.2.7]:4001 (TCP/IP connection count = 2)\n" S
          A " <= a@a.example H=h [192.0.2.7]:4000 P=esmtp S=1\n" S A
      " Completed\n" S
      "SMTP connection from h [192.0.2.7]:4000 closed by QUIT\n" S
      "SMTP connection from h [192.0.2.7]:4001 closed by QUIT\n",
      S
      "SMTP connection from [192.0.2.7]:4000 (TCP/IP connection count = 1)\n" S
          A " <= a@a.example H=h [192.0.2.7]:4000 P=esmtp S=1\n" S A
      " Completed\n" S
      "SMTP connection from h [192.0.2.7]:4000 closed by QUIT\n\n" },
    { "M_cwd_by_account_and_second", "M", -1, "<= bob@",
      S "cwd=/home/eve/www 3 args: /usr/sbin/sendmail -t -i\n" S
        "cwd=/home/bob/www 3 args: /usr/sbin/sendmail -t -i\n" S A
        " <= bob@b.example U=bob P=local S=1\n" S
        "cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc " A "\n",
      OPEN(A) S "cwd=/home/bob/www 3 args: /usr/sbin/sendmail -t -i\n" S A
                " <= bob@b.example U=bob P=local S=1\n" S
                "cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc " A "\n\n" },
    { "M_cwd_by_pid", "M", -1, "<= bob@",
      S "[71] cwd=/srv/www 3 args: /usr/sbin/sendmail -t -i\n" S
        "[70] cwd=/srv/www 4 args: /usr/sbin/sendmail -t -i -fb\n" S "[70] " A
        " <= bob@b.example U=bob P=local S=1\n",
      OPEN(A) S "[70] cwd=/srv/www 4 args: /usr/sbin/sendmail -t -i -fb\n" S
                "[70] " A " <= bob@b.example U=bob P=local S=1\n\n" },
    { "M_line_that_matches_finds_its_message", "M", -1, "cwd=/home/bob/up",
      S "cwd=/home/bob/up 3 args: /usr/sbin/sendmail -t -i\n" S A
        " <= bob@b.example U=bob P=local S=1\n" S A " Completed\n",
      S "cwd=/home/bob/up 3 args: /usr/sbin/sendmail -t -i\n" S A
        " <= bob@b.example U=bob P=local S=1\n" S A " Completed\n\n" },
    { "M_line_that_belongs_to_none", "M", -1, "queue",
      S "Start queue run: pid=1\n" S A " <= x U=x P=local S=1\n",
      S "Start queue run: pid=1\n\n" },
    { "M_identification_names_its_message", "M", -1, "<= x",
      S A " <= x U=x P=local S=1\n" S
          "SMTP connection identification H=localhost A=127.0.0.1 P=4711 M=" A
          " U=u ID=1001 S=u B=authenticated_local_user\n" S A " Completed\n",
      S A " <= x U=x P=local S=1\n" S
          "SMTP connection identification H=localhost A=127.0.0.1 P=4711 M=" A
          " U=u ID=1001 S=u B=authenticated_local_user\n" S A
          " Completed\n\n" },
};

static struct trace_options
options_of(const char *flags, int64_t queue_seconds, const char *pattern)
{
    return (struct trace_options){
        .pattern = pattern,
        .literal = strchr(flags, 'l') != NULL,
        .case_sensitive = strchr(flags, 'I') != NULL,
        .invert = strchr(flags, 'v') != NULL,
        .related = strchr(flags, 'M') != NULL,
        .json = strchr(flags, 'j') != NULL,
        .queue_seconds = queue_seconds,
    };
}

static enum status
run_trace(struct trace_options *options, const char *const *paths,
          size_t path_count, struct output *output,
          struct trace_result *ret_result)
{
    struct fault fault = { 0 };

    options->evidence.paths = paths;
    options->evidence.path_count = path_count;
    return trace(options, take_output, output, ret_result, &fault);
}

static void
assert_output(const struct output *output, const char *expected)
{
    assert_string_equal(output->bytes.len ? output->bytes.at : "", expected);
}

static void
traces_log(void **state)
{
    const struct row *row = *state;
    struct trace_options options =
        options_of(row->flags, row->queue_seconds, row->pattern);
    struct trace_result result = { 0 };
    struct output output = { 0 };
    struct folder folder;
    const char *path;
    enum status status;

    folder_make(&folder);
    path = folder_add(&folder, "mainlog", sv_of(row->log));
    status = run_trace(&options, &path, 1, &output, &result);
    folder_remove(&folder);
    assert_int_equal(status, STATUS_OK);
    assert_output(&output, row->expected);
    assert_int_equal(result.groups > 0, row->expected[0] != '\0');
    assert_false(result.lossy);
    trace_result_clear(&result);
    buf_clear(&output.bytes);
}

/* A part of a record that is not before it belongs to nobody we know. */
static void
leaves_out_strange_parts(void **state)
{
    static const char log[] =
        H "[1/2] " S A " <= a@b.example for r1@c.example\n"
          "Nov 12 10:00:00 mx exim[8]: [2/2]  r3@c.example\n" H S A
          " Completed\n";
    struct trace_options options = options_of("", -1, "b.example");
    struct trace_result result = { 0 };
    struct output output = { 0 };
    struct folder folder;
    const char *path;

    (void)state;
    folder_make(&folder);
    path = folder_add(&folder, "mainlog", sv_of(log));
    assert_int_equal(run_trace(&options, &path, 1, &output, &result),
                     STATUS_OK);
    folder_remove(&folder);
    assert_output(&output, S A " <= a@b.example for r1@c.example\n" S A
                               " Completed\n\n");
    assert_true(result.lossy);
    trace_result_clear(&result);
    buf_clear(&output.bytes);
}

/* ----------------------------------------------------------- several files */

static void
orders_files_by_first_stamp(void **state)
{
    struct trace_options options = options_of("", -1, "x");
    struct trace_result result = { 0 };
    struct output output = { 0 };
    struct folder folder;
    const char *paths[2];

    (void)state;
    folder_make(&folder);
    paths[0] = folder_add(&folder, "a-newer", sv_of(S5 A " Completed\n"));
    paths[1] = folder_add(&folder, "b-older", sv_of(S A " <= x\n"));
    assert_int_equal(run_trace(&options, paths, 2, &output, &result),
                     STATUS_OK);
    folder_remove(&folder);
    assert_output(&output, S A " <= x\n" S5 A " Completed\n\n");
    trace_result_clear(&result);
    buf_clear(&output.bytes);
}

static void
keeps_to_the_period(void **state)
{
    struct trace_options options = options_of("", -1, "x");
    struct trace_result result = { 0 };
    struct output output = { 0 };
    struct folder folder;
    const char *path;

    (void)state;
    folder_make(&folder);
    path = folder_add(&folder, "mainlog",
                      sv_of("2026-11-10 10:00:00 +0000 " A " <= x\n"
                            "2026-11-10 10:00:00 +0000 " A " Completed\n"
                            "2026-11-11 23:00:00 +0000 " B " <= x\n"
                            "2026-11-12 10:00:00 +0000 " B " Completed\n"
                            "2026-11-13 10:00:00 +0000 x\n"));
    options.evidence.since = "2026-11-12T00:00:00Z";
    options.evidence.until = "2026-11-13T00:00:00Z";
    assert_int_equal(run_trace(&options, &path, 1, &output, &result),
                     STATUS_OK);
    folder_remove(&folder);
    assert_output(&output, "2026-11-11 23:00:00 +0000 " B " <= x\n"
                           "2026-11-12 10:00:00 +0000 " B " Completed\n\n");
    trace_result_clear(&result);
    buf_clear(&output.bytes);
}

static void
starts_no_shell(void **state)
{
    struct trace_options options = options_of("", -1, "x");
    struct trace_result result = { 0 };
    struct output output = { 0 };
    struct folder folder;
    struct stat made;
    char planted[300];
    const char *path;

    (void)state;
    folder_make(&folder);
    path = folder_add(&folder, "x;cd ..;touch PWNED;.gz", sv_of(S A " <= x\n"));
    assert_int_equal(run_trace(&options, &path, 1, &output, &result),
                     STATUS_OK);
    snprintf(planted, sizeof(planted), "%s/PWNED", folder.path);
    assert_int_not_equal(stat(planted, &made), 0);
    assert_int_not_equal(stat("PWNED", &made), 0);
    assert_int_not_equal(stat("../PWNED", &made), 0);
    folder_remove(&folder);
    assert_output(&output, OPEN(A) S A " <= x\n\n");
    trace_result_clear(&result);
    buf_clear(&output.bytes);
}

static void
stops_when_its_reader_goes(void **state)
{
    struct trace_options options = options_of("", -1, "x");
    struct trace_result result = { 0 };
    struct output output = { .stop_after = 1 };
    struct folder folder;
    const char *path;

    (void)state;
    folder_make(&folder);
    path = folder_add(&folder, "mainlog", sv_of(S "x 1\n" S "x 2\n"));
    assert_int_equal(run_trace(&options, &path, 1, &output, &result),
                     STATUS_OK);
    folder_remove(&folder);
    assert_output(&output, S "x 1\n\n");
    trace_result_clear(&result);
    buf_clear(&output.bytes);
}

static void
refuses_what_it_cannot_do(void **state)
{
    struct trace_options bad = options_of("", -1, "(");
    struct trace_options wild = options_of("", -1, "(a+)+$");
    struct trace_options fine = options_of("", -1, "x");
    struct trace_result result = { 0 };
    struct output output = { 0 };
    struct folder folder;
    const char *missing = "/nonexistent/mainlog";
    const char *path;

    (void)state;
    folder_make(&folder);
    path = folder_add(&folder, "mainlog",
                      sv_of(S "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\n"));
    assert_int_equal(run_trace(&bad, &path, 1, &output, &result), STATUS_USAGE);
    assert_int_equal(run_trace(&wild, &path, 1, &output, &result),
                     STATUS_LIMIT);
    assert_int_equal(run_trace(&fine, &missing, 1, &output, &result),
                     STATUS_IO);
    folder_remove(&folder);
    assert_output(&output, "");
    buf_clear(&output.bytes);
}

/* Any way of cutting a log into files gives the same output. */
static void
does_not_mind_rotation(void **state)
{
    static const char log[] =
        S A " <= x\n" S "x loose\n" S5 B " <= y\n" S5 A " => x\n  more\n"
            "2026-11-12 10:00:06 " A " Completed\n"
            "2026-11-12 10:00:07 " B " == x\n";
    static const char expected[] =
        S "x loose\n\n" S A " <= x\n" S5 A " => x\n  more\n"
          "2026-11-12 10:00:06 " A " Completed\n\n" OPEN(B) S5 B
        " <= y\n2026-11-12 10:00:07 " B " == x\n\n";
    struct sv all = sv_of(log);

    (void)state;
    for (size_t cut = 1; cut < all.len - 1; cut++) {
        struct trace_options options = options_of("", -1, "x");
        struct trace_result result = { 0 };
        struct output output = { 0 };
        struct folder folder;
        const char *paths[2];

        if (all.at[cut - 1] != '\n' || all.at[cut] == ' ')
            continue;
        folder_make(&folder);
        paths[0] = folder_add(&folder, "log", sv_drop(all, cut));
        paths[1] = folder_add(&folder, "log.1", sv_head(all, cut));
        assert_int_equal(run_trace(&options, paths, 2, &output, &result),
                         STATUS_OK);
        folder_remove(&folder);
        /* Files that start in one second are told apart by name alone. */
        if (memcmp(all.at, all.at + cut, 19) != 0)
            assert_output(&output, expected);
        trace_result_clear(&result);
        buf_clear(&output.bytes);
    }
}

/* -------------------------------------------------------------------- seek */

/*
 * A log of two days with a message each two seconds, stamps `ahead` of UTC;
 * more than is read whole without a thought. Message n has the bounce n + 1
 * when n is a multiple of 1000.
 */
static void
make_long_log(struct buf *log, int64_t ahead)
{
    const int64_t start = 1794441600; /* 2026-11-12 00:00:00 */
    const char *fill = "filling the line up to the length of a real one, with "
                       "a host and a cipher and what else there may be";

    for (int64_t n = 0; n < 86400; n++) {
        uint64_t at = (uint64_t)(start + n * 2);
        struct message_id id = { at << 25, (uint64_t)n };
        struct message_id parent = { (at - 2) << 25, (uint64_t)n - 1 };
        char text[MESSAGE_ID_MAX + 1];
        char cause[MESSAGE_ID_MAX + 1];
        int64_t local = n * 2 + ahead + 86400;
        char stamp[32];

        message_id_print(id, text);
        message_id_print(parent, cause);
        snprintf(stamp, sizeof(stamp), "2026-11-%02d %02d:%02d:%02d",
                 (int)(11 + local / 86400), (int)(local / 3600 % 24),
                 (int)(local / 60 % 60), (int)(local % 60));
        buf_printf(log, "%s %s <= a@a.example %s%s\n", stamp, text,
                   n % 1000 == 1 ? "R=" : "", n % 1000 == 1 ? cause : fill);
        buf_printf(log, "%s %s Completed\n", stamp, text);
    }
    assert_false(log->failed);
}

static const struct seek_row {
    const char *name;
    int64_t ahead;
    bool disorder; /* the second half comes first */
} seek_rows[] = {
    { "seek_utc", 0, false },
    { "seek_east", 19800, false },
    { "seek_west", -34200, false },
    { "seek_out_of_order", 0, true },
};

static void
seeks_id(void **state)
{
    const struct seek_row *row = *state;
    struct buf log = { 0 };
    struct folder folder;
    struct sv halves[2];
    struct buf swapped = { 0 };
    const char *path;

    make_long_log(&log, row->ahead);
    halves[0] = sv_head(buf_sv(&log), log.len / 2);
    while (!sv_ends(halves[0], SV("\n")))
        halves[0].len--;
    halves[1] = sv_drop(buf_sv(&log), halves[0].len);
    buf_add(&swapped, halves[row->disorder]);
    buf_add(&swapped, halves[!row->disorder]);
    folder_make(&folder);
    path = folder_add(&folder, "mainlog", buf_sv(&swapped));
    for (int64_t n = 0; n < 86400; n += 21600 - 600) {
        struct message_id id = { (uint64_t)(1794441600 + n * 2) << 25,
                                 (uint64_t)n };
        char text[MESSAGE_ID_MAX + 1];
        char alternatives[2 * MESSAGE_ID_MAX + 8];
        struct trace_result result = { 0 };
        struct output sought = { 0 };
        struct output read = { 0 };
        struct trace_options options = options_of("", -1, text);

        message_id_print(id, text);
        assert_int_equal(run_trace(&options, &path, 1, &sought, &result),
                         STATUS_OK);
        trace_result_clear(&result);
        /* The same, but not one id to look at: all is read. */
        snprintf(alternatives, sizeof(alternatives), "%s|%s", text, text);
        options.pattern = alternatives;
        assert_int_equal(run_trace(&options, &path, 1, &read, &result),
                         STATUS_OK);
        assert_true(result.groups >= 1);
        trace_result_clear(&result);
        assert_output(&sought, read.bytes.at);
        buf_clear(&sought.bytes);
        buf_clear(&read.bytes);
    }
    folder_remove(&folder);
    buf_clear(&log);
    buf_clear(&swapped);
}

/* ------------------------------------------------------------------- parts */

static void
table_forgets_and_finds(void **state)
{
    struct id_table table = { 0 };
    uint64_t present[512] = { 0 };
    uint32_t random = 1;

    (void)state;
    for (uint64_t step = 1; step < 20000; step++) {
        struct message_id id;
        uint64_t *value;
        size_t slot;

        random = random * 1664525 + 1013904223;
        slot = random >> 23;
        id = (struct message_id){ slot + 1, slot };
        value = id_table_find(&table, id);
        assert_int_equal(value ? *value : 0, present[slot]);
        if (random & 1024) {
            value = id_table_add(&table, id);
            assert_non_null(value);
            *value = present[slot] = step;
        } else {
            id_table_remove(&table, id);
            present[slot] = 0;
        }
    }
    id_table_clear(&table);
}

static const struct skip_row {
    const char *name;
    const char *pattern;
    bool skips;
} skip_rows[] = {
    { "skips_with_plain_text", "user@example", true },
    { "skips_with_dots", "user@example.com", true },
    { "skips_with_escapes", "^.*user@example\\.com\\s+x$", true },
    { "skips_with_plus", "ab+c?de", true },
    { "skips_not_with_alternatives", "user|example", false },
    { "skips_not_with_classes", "[abc]user", false },
    { "skips_not_with_groups", "(user)?", false },
    { "skips_not_with_counts", "user{0}", false },
    { "skips_not_with_quotes", "\\Quser?\\E", false },
    { "skips_not_with_optional_bytes", "a?b?c*", false },
};

static void
skips_lines(void **state)
{
    const struct skip_row *row = *state;
    struct matcher *matcher = NULL;

    assert_int_equal(
        matcher_new(sv_of(row->pattern), false, false, &matcher, NULL),
        STATUS_OK);
    assert_int_equal(matcher_skips(matcher), row->skips);
    matcher_free(matcher);
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int
main(void)
{
    static const struct CMUnitTest singles[] = {
        cmocka_unit_test(leaves_out_strange_parts),
        cmocka_unit_test(orders_files_by_first_stamp),
        cmocka_unit_test(keeps_to_the_period),
        cmocka_unit_test(starts_no_shell),
        cmocka_unit_test(stops_when_its_reader_goes),
        cmocka_unit_test(refuses_what_it_cannot_do),
        cmocka_unit_test(does_not_mind_rotation),
        cmocka_unit_test(table_forgets_and_finds),
    };
    struct CMUnitTest tests[COUNT(rows) + COUNT(seek_rows) + COUNT(skip_rows) +
                            COUNT(singles)] = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < COUNT(rows); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = rows[i].name,
                                 .test_func = traces_log,
                                 .initial_state = (void *)&rows[i] };
    for (size_t i = 0; i < COUNT(seek_rows); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = seek_rows[i].name,
                                 .test_func = seeks_id,
                                 .initial_state = (void *)&seek_rows[i] };
    for (size_t i = 0; i < COUNT(skip_rows); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = skip_rows[i].name,
                                 .test_func = skips_lines,
                                 .initial_state = (void *)&skip_rows[i] };
    for (size_t i = 0; i < COUNT(singles); i++)
        tests[count++] = singles[i];
    return cmocka_run_group_tests_name("trace", tests, NULL, NULL);
}
