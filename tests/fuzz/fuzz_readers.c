/* The readers: bytes that strangers wrote, line by line. */
#include "tests/fuzz/fuzz.h"

#include "analyzer/analyze.h"
#include "analyzer/readers/reader.h"
#include "report/shell.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Every view of an event: each byte is looked at, for the sanitizer to see. */
static const size_t views[] = {
    offsetof(struct event, syslog_host),
    offsetof(struct event, text),
    offsetof(struct event, sender),
    offsetof(struct event, host.name),
    offsetof(struct event, host.helo),
    offsetof(struct event, host.ip),
    offsetof(struct event, interface_ip),
    offsetof(struct event, ident),
    offsetof(struct event, protocol),
    offsetof(struct event, cipher),
    offsetof(struct event, authenticator),
    offsetof(struct event, auth_id),
    offsetof(struct event, header_id),
    offsetof(struct event, subject),
    offsetof(struct event, from),
    offsetof(struct event, recipients),
    offsetof(struct event, address),
    offsetof(struct event, parents),
    offsetof(struct event, original),
    offsetof(struct event, router),
    offsetof(struct event, transport),
    offsetof(struct event, response),
    offsetof(struct event, queue_time),
    offsetof(struct event, delivery_time),
    offsetof(struct event, what),
    offsetof(struct event, target_address),
    offsetof(struct event, reason),
    offsetof(struct event, cwd),
    offsetof(struct event, args),
    offsetof(struct event, account),
    offsetof(struct event, domain),
    offsetof(struct event, login),
    offsetof(struct event, source),
};

static void
view_touch(struct sv view)
{
    volatile char seen = 0;

    for (size_t i = 0; i < view.len; i++)
        seen = view.at[i];
    (void)seen;
}

static void
event_check(const struct event *event, uint64_t lines, uint32_t back)
{
    struct sv rest = event->recipients;
    struct sv recipient;
    struct buf text = { 0 };
    size_t count = 0;

    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        struct sv view;

        memcpy(&view, (const char *)event + views[i], sizeof(view));
        view_touch(view);
    }
    MUST(event->kind < EVENT_KIND_COUNT);
    MUST(event_kind_name(event->kind));
    MUST(back < lines);
    while (recipients_next(&rest, &recipient)) {
        view_touch(recipient);
        MUST(++count <= event->recipients.len);
    }
    if (event->arrival_flags & ARRIVAL_HAS_SUBJECT)
        MUST(subject_decode(event->subject, &text));
    MUST(response_decode(event->response, &text));
    buf_clear(&text);
}

/* One line, in memory that ends where the line does. */
static char *
line_copy(struct sv line)
{
    char *copy = malloc(line.len ? line.len : 1);

    MUST(copy);
    if (line.len)
        memcpy(copy, line.at, line.len);
    return copy;
}

static void
read_all(enum log_kind kind, struct sv text)
{
    struct reader *reader = reader_new(kind);
    struct event event;
    struct sv previous = { 0 };
    char *kept = NULL;
    uint64_t lines = 0;
    uint64_t late = 0;

    MUST(reader);
    while (text.len) {
        struct sv line = sv_cut(&text, '\n');
        char *copy = line_copy(line);
        uint32_t back = 0;

        line.at = copy;
        MUST(reader_line(reader, line, &event, &back) <= LINE_DAMAGED);
        event_check(&event, ++lines, back);
        for (back = 0; reader_more(reader, &event, &back); back = 0) {
            event_check(&event, lines, back);
            MUST(++late <= lines);
        }
        reader_may_cut(previous, line);
        free(kept);
        kept = copy;
        previous = line;
    }
    for (uint32_t back = 0; reader_end(reader, &event, &back); back = 0) {
        event_check(&event, lines, back);
        MUST(++late <= lines);
    }
    free(kept);
    reader_free(reader);
}

void
fuzz_lines(const struct fuzz_tools *tools, struct sv input)
{
    (void)tools;
    reader_sniff(input);
    read_all(LOG_EXIM_MAIN, input);
    read_all(LOG_EXIM_PANIC, input);
}

void
fuzz_reject(const struct fuzz_tools *tools, struct sv input)
{
    (void)tools;
    read_all(LOG_EXIM_REJECT, input);
}

/*
 * Lines as a syslog daemon has them. The first byte of each chooses what
 * stands before it, so that changes by chance still give parts to be joined.
 */
void
fuzz_syslog(const struct fuzz_tools *tools, struct sv input)
{
    static const char *const heads[] = {
        "",
        "Mar  5 09:15:01 mx exim[7]: ",
        "Mar  5 09:15:01 mx exim[7]: [1/2] ",
        "Mar  5 09:15:01 mx exim[7]: [2/2] ",
        "Mar  5 09:15:01 mx exim[7]: [1\\3] ",
        "Mar  5 09:15:01 mx exim[7]: [2\\3] ",
        "Mar  5 09:15:01 mx exim[7]: [3\\3] ",
        "Mar  5 09:15:01 mx exim[8]: [1/2] ",
        "Mar  5 09:15:01 mx exim[8]: [2/2] ",
        "Dec 31 23:59:59 mx exim[7]: ",
        "Feb 29 00:00:00 mx exim: ",
        "2024-03-05T09:15:01.123456+01:00 mx exim[7]: ",
        "2024-03-05T09:15:01Z mx exim[9]: [1/9] ",
        "2024-03-05T09:15:01Z mx exim[9]: [2/9] ",
        "<22>Mar  5 09:15:01 mx exim[7]: ",
        "Mar  5 09:15:01 mx dovecot: ",
    };
    struct buf text = { 0 };

    (void)tools;
    read_all(LOG_EXIM_MAIN, input);
    while (input.len) {
        struct sv line = sv_cut(&input, '\n');
        unsigned char choice = line.len ? (unsigned char)line.at[0] : 0;

        MUST(buf_add(&text, sv_of(heads[choice % 16])) &&
             buf_add(&text, sv_drop(line, 1)) && buf_add_char(&text, '\n'));
    }
    read_all(LOG_EXIM_MAIN, buf_sv(&text));
    read_all(LOG_EXIM_REJECT, buf_sv(&text));
    buf_clear(&text);
}

/* ---------------------------------------------------------- small decoders */

/* Printable text stays as it is when it is made printable again. */
static void
printable_check(struct sv input)
{
    struct buf once = { 0 };

    MUST(sv_printable(input, &once));
    for (size_t i = 0; i < once.len; i++)
        MUST((unsigned char)once.at[i] >= 0x20 && once.at[i] != 0x7f);
    buf_clear(&once);
}

static void
shell_check(struct sv input)
{
    const struct shell_value value = { SV("mailbox"), input };
    struct buf out = { 0 };

    for (int kind = SHELL_ACCOUNT; kind <= SHELL_EPOCH; kind++)
        shell_valid((enum shell_kind)kind, input);
    MUST(shell_quote(input, &out));
    MUST(shell_expand(SV("exim -bp | grep {mailbox}"), &value, 1, &out));
    MUST(shell_expand(input, &value, 1, &out));
    buf_clear(&out);
}

void
fuzz_decode(const struct fuzz_tools *tools, struct sv input)
{
    char *copy = line_copy(input);
    struct sv text = { copy, input.len };
    struct buf out = { 0 };
    struct message_id id;
    char printed[MESSAGE_ID_MAX + 1];
    int64_t at = 0;

    (void)tools;
    if (message_id_read(text, &id))
        MUST(message_id_print(id, printed) <= MESSAGE_ID_MAX);
    stamp_read(text, &at);
    MUST(subject_decode(text, &out));
    MUST(response_decode(text, &out));
    buf_clear(&out);
    MUST(line_shape(text, &out));
    MUST(out.len <= 160);
    MUST(buf_add_char(&out, '\0'));
    buf_clear(&out);
    MUST(buf_add(&out, text) && buf_add_char(&out, '\0'));
    time_read(out.at, INT64_C(1762915672), &at);
    buf_clear(&out);
    printable_check(text);
    shell_check(text);
    free(copy);
}
