/* test_readers.c: the readers room, line by line and over whole logs. */
#include "tests/readers_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

/* ------------------------------------------------------------ single lines */

#define AT(field) offsetof(struct event, field)
static const struct view_field {
    const char *name;
    size_t offset;
} view_fields[] = {
    { "text", AT(text) },
    { "sender", AT(sender) },
    { "name", AT(host.name) },
    { "helo", AT(host.helo) },
    { "ip", AT(host.ip) },
    { "interface", AT(interface_ip) },
    { "ident", AT(ident) },
    { "protocol", AT(protocol) },
    { "cipher", AT(cipher) },
    { "authenticator", AT(authenticator) },
    { "auth_id", AT(auth_id) },
    { "header_id", AT(header_id) },
    { "subject", AT(subject) },
    { "from", AT(from) },
    { "recipients", AT(recipients) },
    { "address", AT(address) },
    { "parents", AT(parents) },
    { "original", AT(original) },
    { "router", AT(router) },
    { "transport", AT(transport) },
    { "response", AT(response) },
    { "queue_time", AT(queue_time) },
    { "delivery_time", AT(delivery_time) },
    { "what", AT(what) },
    { "target_address", AT(target_address) },
    { "reason", AT(reason) },
    { "cwd", AT(cwd) },
    { "args", AT(args) },
    { "account", AT(account) },
    { "domain", AT(domain) },
    { "login", AT(login) },
    { "source", AT(source) },
    { "syslog_host", AT(syslog_host) },
};

static long long
number_of(const struct event *event, const char *name, bool *ret_known)
{
    const struct number_field {
        const char *name;
        long long value;
    } numbers[] = {
        { "at_ms", event->at_ms },
        { "zone", event->zone_minutes },
        { "pid", (long long)event->pid },
        { "sender_null", event->sender_null },
        { "arrival_flags", event->arrival_flags },
        { "port", event->host.port },
        { "host_flags", event->host.flags },
        { "interface_port", event->interface_port },
        { "size", (long long)event->size_bytes },
        { "mark", event->mark },
        { "target", event->target },
        { "errno", event->errno_value },
        { "args_count", event->args_count },
        { "cwd_lines", event->cwd_lines },
        { "ident_port", event->ident_port },
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        if (strcmp(numbers[i].name, name) == 0) {
            *ret_known = true;
            return numbers[i].value;
        }
    }
    *ret_known = false;
    return 0;
}

static void
id_text(struct message_id id, struct buf *out)
{
    char text[MESSAGE_ID_MAX + 1] = "";

    if (message_id_is(id))
        message_id_print(id, text);
    buf_add(out, sv_of(text));
}

/* The field `name` of an event as text. */
static void
field_text(const struct event *event, const char *name, struct buf *out)
{
    bool known;
    long long number = number_of(event, name, &known);
    struct sv rest = event->recipients;
    struct sv one;
    int count = 0;

    for (size_t i = 0; i < sizeof(view_fields) / sizeof(view_fields[0]); i++) {
        if (strcmp(view_fields[i].name, name) != 0)
            continue;
        buf_add(out, *(const struct sv *)(const void *)((const char *)event +
                                                        view_fields[i].offset));
        return;
    }
    if (known) {
        buf_printf(out, "%lld", number);
    } else if (strcmp(name, "id") == 0) {
        id_text(event->id, out);
    } else if (strcmp(name, "parent") == 0) {
        id_text(event->parent, out);
    } else if (strcmp(name, "about") == 0) {
        id_text(event->about, out);
    } else if (strcmp(name, "subject_decoded") == 0) {
        assert_true(subject_decode(event->subject, out));
    } else if (strcmp(name, "response_lines") == 0) {
        assert_true(response_decode(event->response, out));
        for (size_t i = 0; i < out->len; i++)
            out->at[i] = out->at[i] == '\n' ? '/' : out->at[i];
    } else if (strcmp(name, "recipient_count") == 0) {
        while (recipients_next(&rest, &one))
            count++;
        buf_printf(out, "%d", count);
    } else {
        fail_msg("no field is called %s", name);
    }
}

static void
expect_fields(const struct event *event, const char *expect)
{
    struct sv rest = sv_of(expect);

    while (rest.len) {
        struct sv value = sv_cut(&rest, '\n');
        struct sv key = sv_cut(&value, '=');
        char name[64];
        struct buf out = { 0 };

        snprintf(name, sizeof(name), SV_FMT, SV_ARG(key));
        field_text(event, name, &out);
        if (!sv_eq(buf_sv(&out), value))
            print_error("field %s is \"" SV_FMT "\"\n", name,
                        SV_ARG(buf_sv(&out)));
        assert_true(sv_eq(buf_sv(&out), value));
        buf_clear(&out);
    }
}

/* The line in memory of its own length: reading past it is seen by ASan. */
static void
reads_line(void **state)
{
    const struct row *row = *state;
    size_t length = strlen(row->line);
    char *line = malloc(length ? length : 1);
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back = 7;
    enum line_class class;

    assert_non_null(line);
    assert_non_null(reader);
    memcpy(line, row->line, length);
    class = reader_line(reader, (struct sv){ line, length }, &event, &back);
    assert_string_equal(event_kind_name(event.kind),
                        event_kind_name(row->kind));
    assert_int_equal(class, row->class);
    assert_int_equal(event.flags, row->flags);
    assert_int_equal(back, 0);
    expect_fields(&event, row->expect);
    reader_free(reader);
    free(line);
}

/* Every prefix of every line is read without harm, and the id is kept. */
static void
reads_prefixes(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROWS; i++) {
        size_t length = strlen(rows[i].line);

        for (size_t cut = 0; cut <= length; cut++) {
            char *line = malloc(cut ? cut : 1);
            struct reader *reader = reader_new(LOG_EXIM_REJECT);
            struct event event;
            uint32_t back;

            assert_non_null(line);
            assert_non_null(reader);
            memcpy(line, rows[i].line, cut);
            reader_line(reader, (struct sv){ line, cut }, &event, &back);
            while (reader_end(reader, &event, &back)) {
            }
            reader_free(reader);
            free(line);
        }
    }
}

/* -------------------------------------------------------------- many lines */

/* Reads all lines of a text; the events of one kind are counted. */
struct tally {
    uint64_t kinds[EVENT_KIND_COUNT];
    uint64_t classes[4];
    uint64_t cwd_lines;
    uint64_t lines;
    struct event last; /* its views may be gone */
    uint32_t last_back;
};

static void
tally_event(struct tally *tally, const struct event *event, uint32_t back)
{
    tally->kinds[event->kind]++;
    tally->cwd_lines += event->cwd_lines;
    tally->last = *event;
    tally->last_back = back;
}

static void
tally_line(struct tally *tally, struct reader *reader, struct sv line)
{
    struct event event;
    uint32_t back;

    tally->lines++;
    tally->classes[reader_line(reader, line, &event, &back)]++;
    tally_event(tally, &event, back);
    while (reader_more(reader, &event, &back))
        tally_event(tally, &event, back);
}

static void
tally_text(struct tally *tally, enum log_kind kind, struct sv text)
{
    struct reader *reader = reader_new(kind);
    struct event event;
    uint32_t back;

    assert_non_null(reader);
    while (text.len)
        tally_line(tally, reader, sv_cut(&text, '\n'));
    while (reader_end(reader, &event, &back))
        tally_event(tally, &event, back);
    reader_free(reader);
}

static struct tally
tally_of(const char *text)
{
    struct tally tally = { .lines = 0 };

    tally_text(&tally, LOG_EXIM_MAIN, sv_of(text));
    return tally;
}

/* Gives the lines to one reader; the event of the last. */
static enum line_class
read_last(struct reader *reader, const char *text, struct event *ret_event,
          uint32_t *ret_back)
{
    struct sv rest = sv_of(text);
    enum line_class class = LINE_UNPARSED;

    while (rest.len)
        class = reader_line(reader, sv_cut(&rest, '\n'), ret_event, ret_back);
    return class;
}

static void
joins_cwd(void **state)
{
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back;

    (void)state;
    assert_int_equal(
        read_last(reader,
                  S "cwd=/home/u/d\n"
                    "2024-01-01 00:00:00 1rhRaB-00089R-1k <= f@example.com "
                    "U=root P=local S=1 3 args: sendmail x@example.com y",
                  &event, &back),
        LINE_PARSED);
    assert_int_equal(event.kind, EVENT_CWD);
    assert_int_equal(back, 1);
    assert_int_equal(event.flags,
                     EVENT_TAMPER | EVENT_MULTILINE | EVENT_FORGED_LINES);
    expect_fields(&event, "args_count=3\ncwd_lines=1\nat_ms=1709630101000\n"
                          "args=sendmail x@example.com y");
    assert_true(sv_starts(event.cwd, SV("/home/u/d\n2024-01-01 ")));
    assert_int_equal(read_last(reader, SO "Completed", &event, &back),
                     LINE_PARSED);
    assert_int_equal(event.kind, EVENT_COMPLETED);
    reader_free(reader);
}

static void
joins_cwd_of_three(void **state)
{
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back;

    (void)state;
    read_last(reader,
              S "cwd=/home/u/d\n" S "cwd=/root\nplain\n"
                " 2 args: sendmail -t",
              &event, &back);
    assert_int_equal(event.kind, EVENT_CWD);
    assert_int_equal(back, 3);
    expect_fields(&event, "args_count=2\ncwd_lines=2");
    assert_true(sv_ends(event.cwd, SV("\nplain\n")));
    reader_free(reader);
}

/* A cwd record cut by a full disk must not swallow what follows. */
static void
gives_back_held_lines(void **state)
{
    struct buf text = { 0 };
    struct tally tally = { .lines = 0 };

    (void)state;
    buf_add(&text, SV(S "cwd=/home/u/cu\n"));
    for (int i = 0; i < 100; i++)
        buf_add(&text, SV(SO "Completed\n"));
    tally_text(&tally, LOG_EXIM_MAIN, buf_sv(&text));
    assert_int_equal(tally.kinds[EVENT_COMPLETED], 100);
    assert_int_equal(tally.kinds[EVENT_CWD], 1);
    buf_clear(&text);
    tally = tally_of(S "cwd=/home/u/cu\n" SO "Completed\n");
    assert_int_equal(tally.kinds[EVENT_COMPLETED], 1);
    assert_int_equal(tally.kinds[EVENT_CWD], 1);
}

static void
flags_forged_lines(void **state)
{
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back;

    (void)state;
    read_last(reader, SO "<= s@a.example U=u P=local S=9 for \"a", &event,
              &back);
    assert_int_equal(event.kind, EVENT_ARRIVAL);
    assert_int_equal(event.flags, EVENT_TAMPER);
    read_last(reader,
              "2024-01-01 00:00:00 " O
              " <= f@x.example U=root P=local S=1\"@example.com",
              &event, &back);
    assert_true(event.flags & EVENT_FORGED_LINES);
    read_last(reader, SO "<= s@a.example U=u P=local S=9 for a@b", &event,
              &back);
    assert_int_equal(event.kind, EVENT_ARRIVAL);
    assert_int_equal(event.flags, 0);
    reader_free(reader);
}

static void
joins_syslog_parts(void **state)
{
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back;

    (void)state;
    read_last(reader,
              "Mar  5 09:15:01 mx exim[31337]: [1/2] " SO
              "<= a@b.example U=u P=local S=9 for c@\n"
              "Mar  5 09:15:01 mx exim[5]: [1\\2] " S "x\n"
              "Mar  5 09:15:01 mx exim[31337]: [2/2] d.example",
              &event, &back);
    assert_int_equal(event.kind, EVENT_ARRIVAL);
    assert_int_equal(back, 2);
    assert_int_equal(event.flags, EVENT_MULTILINE);
    expect_fields(&event, "recipients=c@d.example\nsize=9\npid=31337");
    assert_int_equal(read_last(reader, "Mar  5 09:15:01 mx exim[9]: [2/2] rest",
                               &event, &back),
                     LINE_DAMAGED);
    assert_true(reader_end(reader, &event, &back)); /* the part of pid 5 */
    assert_false(reader_end(reader, &event, &back));
    reader_free(reader);
}

static void
dates_syslog_by_neighbours(void **state)
{
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back;

    (void)state;
    read_last(reader, "Dec 31 23:59:59 mx exim[3]: Start queue run: pid=1",
              &event, &back);
    assert_false(event.has_stamp);
    read_last(reader, "2024-12-31 23:59:58 Start queue run: pid=1", &event,
              &back);
    read_last(reader, "Jan  1 00:00:01 mx exim[3]: Start queue run: pid=1",
              &event, &back);
    assert_true(event.has_stamp);
    expect_fields(&event, "at_ms=1735689601000");
    reader_free(reader);
}

static void
reads_reject_record(void **state)
{
    static const char text[] =
        SO "H=(mail) [192.0.2.9] F=<s@example.net> rejected after DATA: spam\n"
           "Envelope-from: <s@example.net>\n"
           "Envelope-to: <a@example.com>\n"
           "    <b@example.com>\n"
           "P Received: from [192.0.2.9] (helo=mail)\n"
           "\tby mx.example.com with esmtp (Exim 4.96)\n"
           "  X-PHP-Script: site.example/x.php for 192.0.2.9\n"
           "*** truncated ***";
    struct reader *reader = reader_new(LOG_EXIM_REJECT);
    struct sv rest = sv_of(text);
    struct event event;
    uint32_t back;

    (void)state;
    reader_line(reader, sv_cut(&rest, '\n'), &event, &back);
    assert_int_equal(event.kind, EVENT_REJECTED);
    assert_int_equal(event.flags, EVENT_REJECT_LOG);
    reader_line(reader, sv_cut(&rest, '\n'), &event, &back);
    expect_fields(&event, "sender=s@example.net");
    reader_line(reader, sv_cut(&rest, '\n'), &event, &back);
    expect_fields(&event, "target_address=a@example.com");
    reader_line(reader, sv_cut(&rest, '\n'), &event, &back);
    expect_fields(&event, "target_address=b@example.com");
    for (int i = 0; i < 3; i++)
        assert_int_equal(
            reader_line(reader, sv_cut(&rest, '\n'), &event, &back),
            LINE_RECOGNISED);
    expect_fields(&event,
                  "what=X-PHP-Script\nreason=site.example/x.php for 192.0.2.9");
    assert_int_equal(reader_line(reader, rest, &event, &back), LINE_RECOGNISED);
    assert_int_equal(event.kind, EVENT_REJECT_HEADER);
    reader_free(reader);
}

static void
reads_nul_block(void **state)
{
    static const char line[] = "\0\0\0" SO "Completed";
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back;

    (void)state;
    assert_int_equal(reader_line(reader, (struct sv){ line, sizeof(line) - 1 },
                                 &event, &back),
                     LINE_DAMAGED);
    assert_int_equal(event.kind, EVENT_COMPLETED);
    assert_int_equal(reader_line(reader, (struct sv){ line, 3 }, &event, &back),
                     LINE_DAMAGED);
    reader_free(reader);
}

static void
reads_long_lines(void **state)
{
    struct buf line = { 0 };
    struct reader *reader = reader_new(LOG_EXIM_MAIN);
    struct event event;
    uint32_t back;

    (void)state;
    buf_add(&line, SV(SO "<= a@b.example U=u P=local S=9 for"));
    while (line.len < 8170)
        buf_add(&line, SV(" r@c.example"));
    assert_int_equal(reader_line(reader, buf_sv(&line), &event, &back),
                     LINE_PARSED);
    assert_true(event.arrival_flags & ARRIVAL_TRUNCATED);
    while (line.len < 9000)
        buf_add(&line, SV(" r@c.example"));
    assert_int_equal(reader_line(reader, buf_sv(&line), &event, &back),
                     LINE_DAMAGED);
    assert_int_equal(event.kind, EVENT_ARRIVAL);
    buf_clear(&line);
    reader_free(reader);
}

/* A megabyte of what each rule searches for takes no time to speak of. */
static void
reads_hostile_lines(void **state)
{
    static const char *const repeats[] = {
        " args: ",    " 3 args: ", " lost",    " [1.2.3.4]",
        " <a@b> R=x", "\"",        " H=(x) [", "\\",
        " F=<\"",     ": 535 ",    "2024-",    " U=x A=y",
        " (TCP/IP ",  " T=\"",     "<",        " id=x S=1",
    };
    static const char *const heads[] = {
        S "cwd=/x",
        SO "<= ",
        SO "=> a",
        SO "== a",
        S "H=",
        S "x authenticator failed for ",
        S "SMTP connection from ",
        SO "** a",
    };
    struct reader *reader = reader_new(LOG_EXIM_MAIN);

    (void)state;
    for (size_t h = 0; h < sizeof(heads) / sizeof(heads[0]); h++) {
        for (size_t i = 0; i < sizeof(repeats) / sizeof(repeats[0]); i++) {
            struct buf line = { 0 };
            struct event event;
            uint32_t back;

            buf_add(&line, sv_of(heads[h]));
            while (line.len < 65536)
                buf_add(&line, sv_of(repeats[i]));
            reader_line(reader, buf_sv(&line), &event, &back);
            buf_clear(&line);
        }
    }
    reader_free(reader);
}

/* --------------------------------------------------------------------- ids */

static const char *const ids[] = {
    "1rhQt3-00089R-1k", "1rhQt3-0000000089R-0W7E", "1xRf0N-000000005Gf-1Jc4",
    "zzzzzz-zzzzzz-WF", "000001-000000-00",        "1rhQt3-LygHa16AHYE-4C91",
};

static void
prints_ids(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct message_id id;
        char text[MESSAGE_ID_MAX + 1];

        assert_int_equal(message_id_read(sv_of(ids[i]), &id), strlen(ids[i]));
        assert_int_equal(message_id_print(id, text), strlen(ids[i]));
        assert_string_equal(text, ids[i]);
    }
}

static void
refuses_ids(void **state)
{
    static const char *const bad[] = {
        "",
        "1rhQt3-00089R-1",
        "1rhQt3-00089R-1kX",
        "1rhQt3_00089R-1k",
        "1rhQt3-0008.R-1k",
        "000000-000000-00",
        "1rhQt3-zzzzzzzzzzz-0W7E", /* a process beyond 64 bits */
        "1rhQt3-0000000089R-0W7",
    };
    struct message_id id;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(message_id_read(sv_of(bad[i]), &id), 0);
}

static void
orders_ids(void **state)
{
    /* by second, then by fraction, whichever form the id has */
    static const char *const order[] = {
        "1rhQt2-00089R-WF",        "1rhQt3-00089R-00",
        "1rhQt3-0000000089R-0001", "1rhQt3-00089R-01",
        "1rhQt3-0000000089R-4C91", "1rhQt4-00089R-00",
    };
    struct message_id a;
    struct message_id b;

    (void)state;
    for (size_t i = 1; i < sizeof(order) / sizeof(order[0]); i++) {
        message_id_read(sv_of(order[i - 1]), &a);
        message_id_read(sv_of(order[i]), &b);
        assert_true(message_id_cmp(a, b) < 0);
        assert_true(message_id_cmp(b, a) > 0);
    }
    message_id_read(sv_of("1rhQt3-00089R-1k"), &a);
    assert_int_equal(message_id_seconds(a), 1709630101);
}

static void
reads_stamps(void **state)
{
    static const struct {
        const char *text;
        int64_t at_ms; /* -1: none */
    } stamps[] = {
        { "2024-03-05 09:15:01", 1709630101000 },
        { "2024-02-29 00:00:00 x", 1709164800000 },
        { "2023-02-29 00:00:00 x", -1 },
        { "2026-13-45 00:00:00 x", -1 },
        { "2026-01-01 24:00:00 x", -1 },
        { "2026-01-01 00:60:00 x", -1 },
        { "2026-01-01T00:00:00 x", -1 },
        { "2026-01-01 00:00:0", -1 },
        { "2026-01-01 00:00:00x", -1 },
        { "2024-03-05 09:15:01.5 x", -1 },
        { "2024-03-05 09:15:01.123 x", 1709630101123 },
        { "1970-01-01 00:00:00", 0 },
        { " 2024-03-05 09:15:01", -1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(stamps) / sizeof(stamps[0]); i++) {
        int64_t at_ms = -1;

        assert_int_equal(stamp_read(sv_of(stamps[i].text), &at_ms),
                         stamps[i].at_ms != -1);
        assert_int_equal(at_ms, stamps[i].at_ms);
    }
}

/* ---------------------------------------------------------------- sniffing */

static const struct sniff_row {
    const char *name;
    const char *text;
    enum log_kind kind;
} sniff_rows[] = {
    { "sniff_empty", "", LOG_EMPTY },
    { "sniff_main", SO "Completed\n", LOG_EXIM_MAIN },
    { "sniff_main_cut", "garbage of a line\n" SO "Completed\n" SO "Comp",
      LOG_EXIM_MAIN },
    { "sniff_main_syslog",
      "Mar  5 09:15:01 mx sshd[3]: x\nMar  5 09:15:01 mx exim[3]: " SO
      "Completed\n",
      LOG_EXIM_MAIN },
    { "sniff_main_with_rejects",
      S "H=[192.0.2.9] rejected MAIL <a@b>: x\n" S
        "SMTP connection from [192.0.2.9]:5 lost\n",
      LOG_EXIM_MAIN },
    { "sniff_refusals", S "H=[192.0.2.9] rejected MAIL <a@b>: x\n",
      LOG_EXIM_REFUSALS },
    { "sniff_refusals_auth",
      S "login authenticator failed for [192.0.2.9]: 535 no\n",
      LOG_EXIM_REFUSALS },
    { "sniff_reject_headers",
      SO "H=(x) [192.0.2.9] rejected after DATA: x\nEnvelope-from: <a@b>\nP "
         "Received: x\n",
      LOG_EXIM_REJECT },
    { "sniff_panic",
      S "Exim configuration error in line 3 of /etc/exim.conf:\n  x\n",
      LOG_EXIM_PANIC },
    { "sniff_panic_deferral",
      SO "== a@b R=r defer (-1): x\n" S "failed to expand y\n",
      LOG_EXIM_PANIC },
    { "sniff_id_only", SO "something new\n", LOG_EXIM_MAIN },
    { "sniff_other_software",
      "2026-11-12 00:00:00 text\n2026-11-12 00:00:01 Warning: more\n",
      LOG_UNKNOWN },
    { "sniff_dpkg",
      "2026-11-12 00:00:00 startup archives unpack\n2026-11-12 00:00:00 "
      "install x:amd64 <none> 1.0\n",
      LOG_UNKNOWN },
    { "sniff_messages",
      "Nov 15 00:00:01 server1 systemd[1]: Started Session 1 of user root.\n",
      LOG_UNKNOWN },
    { "sniff_secure",
      "Nov 15 00:00:02 server1 sshd[77]: Connection closed by 198.19.4.4\n",
      LOG_UNKNOWN },
    { "sniff_prose", "Hello,\nthis is a letter.\n", LOG_UNKNOWN },
    { "sniff_binary",
      "\x7f"
      "ELF\x01\x02\x03\x04\x05\x06",
      LOG_BINARY },
};

static void
sniffs(void **state)
{
    const struct sniff_row *row = *state;

    assert_string_equal(log_kind_name(reader_sniff(sv_of(row->text))),
                        log_kind_name(row->kind));
}

/* What refusals prove to be, by what follows them. */
static const struct settle_row {
    const char *name;
    const char *follows;
    enum log_kind kind;
} settle_rows[] = {
    { "settle_nothing", "", LOG_EXIM_REFUSALS },
    { "settle_flow", SO "<= a@b H=(x) [192.0.2.9] P=smtp S=1\n",
      LOG_EXIM_MAIN },
    { "settle_flow_without_id", S "cwd=/ 2 args: exim -q\n", LOG_EXIM_MAIN },
    { "settle_header", "Envelope-from: <a@b>\n", LOG_EXIM_REJECT },
    { "settle_received", "P Received: from x\n", LOG_EXIM_REJECT },
    { "settle_header_and_flow",
      "Envelope-from: <a@b>\nP Received: x\n" SO "Completed\n", LOG_EXIM_MAIN },
    { "settle_prose", "the rest of a torn line\n", LOG_EXIM_REFUSALS },
    { "settle_header_of_none",
      S "SMTP call from [192.0.2.9] dropped: x\n\n"
        "T To: a@b\n",
      LOG_EXIM_REFUSALS },
    { "settle_torn_refusal", S "H=(x) [192.0.2.9] F=<a@", LOG_EXIM_REFUSALS },
};

/* A main log under attack begins with more of them than sniffing looks at. */
static void
settles(void **state)
{
    const struct settle_row *row = *state;
    struct buf text = { 0 };
    struct sv rest;
    struct reader *reader;

    for (int i = 0; i < 1000; i++)
        assert_true(buf_add(&text, SV(S "login authenticator failed for "
                                        "[192.0.2.9]: 535 no\n")));
    assert_true(buf_add(&text, sv_of(row->follows)));
    rest = buf_sv(&text);
    reader = reader_new(reader_sniff(rest));
    assert_non_null(reader);
    assert_int_equal(reader_kind(reader), LOG_EXIM_REFUSALS);
    while (rest.len) {
        struct event event;
        uint32_t back;

        reader_line(reader, sv_cut(&rest, '\n'), &event, &back);
    }
    assert_string_equal(log_kind_name(reader_kind(reader)),
                        log_kind_name(row->kind));
    reader_free(reader);
    buf_clear(&text);
}

/* ------------------------------------------------------------ cuts, shapes */

static void
cuts_where_whole(void **state)
{
    (void)state;
    assert_true(reader_may_cut(SV(SO "Completed"), SV(SO "Completed")));
    assert_true(reader_may_cut(SV(S "cwd=/ 2 args: exim -q"), SV(S "x")));
    assert_false(reader_may_cut(SV(S "cwd=/home/u/d"), SV(S "x")));
    assert_false(reader_may_cut(SV(SO "Completed"), SV("  more")));
    assert_false(reader_may_cut(SV("  more"), SV(SO "Completed")));
    assert_false(reader_may_cut(SV(SO "<= s@a U=u P=local S=9 for \"a"),
                                SV(SO "Completed")));
    assert_false(reader_may_cut(SV(""), SV("")));
    assert_true(reader_may_cut(SV("Mar  5 09:15:01 mx exim[3]: " S "x"),
                               SV("Mar  5 09:15:01 mx exim[3]: " S "x")));
    assert_false(reader_may_cut(SV("Mar  5 09:15:01 mx exim[3]: [1/2] " S "x"),
                                SV("Mar  5 09:15:01 mx exim[3]: [2/2] x")));
}

static void
shapes_lines(void **state)
{
    static const char *const shapes[][2] = {
        { SO "hello 12 <a.b@c.example> \"x y\" 1rhQt3-00089R-1k",
          "<id> hello # <<addr>> \"*\" <id>" },
        { "raw \x01\xff line 7", "raw ?? line #" },
        { "", "" },
    };
    struct buf out = { 0 };
    char text[400];

    (void)state;
    for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
        assert_true(line_shape(sv_of(shapes[i][0]), &out));
        assert_true(sv_eq(buf_sv(&out), sv_of(shapes[i][1])));
        buf_clear(&out);
    }
    memset(text, 'x', sizeof(text));
    assert_true(line_shape((struct sv){ text, sizeof(text) }, &out));
    assert_int_equal(out.len, 160);
    buf_clear(&out);
}

/* -------------------------------------------------------------- whole logs */

static const struct corpus_row {
    const char *name;
    const char *logs[8];
    uint64_t arrivals, deliveries, deferrals, failures, completed, rejected,
        auth_failed, frozen, cwd_lines; /* truth.json, totals_from_log */
} corpora[] = {
    { "debian-default",
      { "mainlog", "mainlog.1", "mainlog.2.gz", "mainlog.3.gz" },
      1480,
      2101,
      558,
      459,
      1475,
      112,
      32,
      32,
      0 },
    { "hostile-strings",
      { "exim_mainlog", "exim_mainlog-20261113.gz" },
      879,
      693,
      2419,
      148,
      799,
      247,
      54,
      0,
      1553 },
    { "mailbox-many-ips",
      { "exim_mainlog", "exim_mainlog-20261113.gz" },
      1739,
      1740,
      239,
      589,
      1727,
      57,
      57,
      0,
      2311 },
    { "newsletter-stale-list",
      { "exim_mainlog", "exim_mainlog-20261113.gz",
        "exim_mainlog-20261114.gz" },
      1327,
      1324,
      408,
      151,
      1319,
      104,
      58,
      0,
      1617 },
    { "script-one-dir",
      { "exim_mainlog", "exim_mainlog-20261114.gz" },
      1634,
      1285,
      582,
      429,
      1522,
      49,
      40,
      707,
      3126 },
    { "spray-one-success",
      { "exim_mainlog", "exim_mainlog-20261113.gz" },
      508,
      634,
      181,
      118,
      504,
      49,
      636,
      24,
      685 },
};

/* Plain or gzipped, whole. */
static void
log_load(const char *corpus, const char *name, struct buf *out)
{
    const char *fixtures = getenv("FIXTURES");
    char path[4096];
    char block[65536];
    gzFile file;
    int count;

    assert_non_null(fixtures);
    snprintf(path, sizeof(path), "%s/corpus/%s/logs/%s", fixtures, corpus,
             name);
    file = gzopen(path, "rb");
    assert_non_null(file);
    while ((count = gzread(file, block, sizeof(block))) > 0)
        assert_true(buf_add(out, (struct sv){ block, (size_t)count }));
    gzclose(file);
}

static void
agrees_with_truth(void **state)
{
    const struct corpus_row *row = *state;
    struct tally tally = { .lines = 0 };

    for (int i = 0; row->logs[i]; i++) {
        struct buf text = { 0 };

        log_load(row->name, row->logs[i], &text);
        assert_int_equal(reader_sniff(buf_sv(&text)), LOG_EXIM_MAIN);
        tally_text(&tally, LOG_EXIM_MAIN, buf_sv(&text));
        buf_clear(&text);
    }
    assert_int_equal(tally.classes[LINE_UNPARSED], 0);
    assert_int_equal(tally.classes[LINE_DAMAGED], 0);
    assert_int_equal(tally.kinds[EVENT_ARRIVAL], row->arrivals);
    assert_int_equal(tally.kinds[EVENT_DELIVERY], row->deliveries);
    assert_int_equal(tally.kinds[EVENT_DEFERRAL], row->deferrals);
    assert_int_equal(tally.kinds[EVENT_FAILURE], row->failures);
    assert_int_equal(tally.kinds[EVENT_COMPLETED], row->completed);
    assert_int_equal(tally.kinds[EVENT_REJECTED], row->rejected);
    assert_int_equal(tally.kinds[EVENT_AUTH_FAILED], row->auth_failed);
    assert_int_equal(tally.kinds[EVENT_STILL_FROZEN], row->frozen);
    assert_int_equal(tally.cwd_lines, row->cwd_lines);
}

/* The same, cut wherever a cut is allowed. */
static void
reads_apart(void **state)
{
    struct buf text = { 0 };
    struct tally whole = { .lines = 0 };
    struct tally parts = { .lines = 0 };
    struct sv rest;
    struct sv part;
    struct sv previous = { NULL, 0 };

    (void)state;
    log_load("hostile-strings", "exim_mainlog-20261113.gz", &text);
    tally_text(&whole, LOG_EXIM_MAIN, buf_sv(&text));
    rest = buf_sv(&text);
    part = rest;
    while (rest.len) {
        struct sv line = sv_cut(&rest, '\n');

        if (line.at > part.at && reader_may_cut(previous, line)) {
            part.len = (size_t)(line.at - part.at);
            tally_text(&parts, LOG_EXIM_MAIN, part);
            part.at = line.at;
        }
        previous = line;
    }
    part.len = (size_t)(text.at + text.len - part.at);
    tally_text(&parts, LOG_EXIM_MAIN, part);
    assert_int_equal(parts.lines, whole.lines);
    assert_memory_equal(parts.kinds, whole.kinds, sizeof(whole.kinds));
    assert_int_equal(parts.cwd_lines, whole.cwd_lines);
    buf_clear(&text);
}

static void
names_kinds(void **state)
{
    (void)state;
    for (int i = 0; i < EVENT_KIND_COUNT; i++) {
        for (int j = 0; j < i; j++)
            assert_string_not_equal(event_kind_name((enum event_kind)i),
                                    event_kind_name((enum event_kind)j));
    }
}

int
main(void)
{
    static const struct CMUnitTest singles[] = {
        cmocka_unit_test(reads_prefixes),
        cmocka_unit_test(joins_cwd),
        cmocka_unit_test(joins_cwd_of_three),
        cmocka_unit_test(gives_back_held_lines),
        cmocka_unit_test(flags_forged_lines),
        cmocka_unit_test(joins_syslog_parts),
        cmocka_unit_test(dates_syslog_by_neighbours),
        cmocka_unit_test(reads_reject_record),
        cmocka_unit_test(reads_nul_block),
        cmocka_unit_test(reads_long_lines),
        cmocka_unit_test(reads_hostile_lines),
        cmocka_unit_test(prints_ids),
        cmocka_unit_test(refuses_ids),
        cmocka_unit_test(orders_ids),
        cmocka_unit_test(reads_stamps),
        cmocka_unit_test(cuts_where_whole),
        cmocka_unit_test(shapes_lines),
        cmocka_unit_test(reads_apart),
        cmocka_unit_test(names_kinds),
    };
    enum {
        SINGLES = sizeof(singles) / sizeof(singles[0]),
        SNIFFS = sizeof(sniff_rows) / sizeof(sniff_rows[0]),
        SETTLES = sizeof(settle_rows) / sizeof(settle_rows[0]),
        CORPORA = sizeof(corpora) / sizeof(corpora[0])
    };
    struct CMUnitTest tests[ROWS + SNIFFS + SETTLES + CORPORA + SINGLES];
    size_t count = 0;

    memset(tests, 0, sizeof(tests));
    for (size_t i = 0; i < ROWS; i++) {
        tests[count].name = rows[i].name;
        tests[count].test_func = reads_line;
        tests[count++].initial_state = (void *)(uintptr_t)&rows[i];
    }
    for (size_t i = 0; i < SNIFFS; i++) {
        tests[count].name = sniff_rows[i].name;
        tests[count].test_func = sniffs;
        tests[count++].initial_state = (void *)(uintptr_t)&sniff_rows[i];
    }
    for (size_t i = 0; i < SETTLES; i++) {
        tests[count].name = settle_rows[i].name;
        tests[count].test_func = settles;
        tests[count++].initial_state = (void *)(uintptr_t)&settle_rows[i];
    }
    for (size_t i = 0; i < CORPORA; i++) {
        tests[count].name = corpora[i].name;
        tests[count].test_func = agrees_with_truth;
        tests[count++].initial_state = (void *)(uintptr_t)&corpora[i];
    }
    memcpy(tests + count, singles, sizeof(singles));
    return cmocka_run_group_tests_name("readers", tests, NULL, NULL);
}
