/*
 * sniff.c: what a text is, by its first lines (reader_sniff).
 *
 * Each line is read as a main log record and counted by what its kind says:
 * - flow: only a main log has it: arrivals, deliveries, cwd, connections, …
 * - refusal: a refused command, a failed login, a dropped call, and the header
 *   block below it: a main log has these beside its flow, a reject log has
 *   nothing else;
 * - panic: Exim about its own state, and what it copies into a panic log;
 * - exim: surely Exim's (it has a message id), and found anywhere.
 * One line of flow makes a main log, unless all of it is deferrals among
 * panic texts. Refusals with a header block make a reject log. Refusals alone
 * say nothing: a piece of a main log looks the same, and so does the start of
 * one under attack. One line of surely Exim's makes a main log when there is
 * nothing else. Stamped lines of no known kind are somebody else's log.
 */
#include "analyzer/readers/grammar.h"

#define HEAD_MAX (64u * 1024)
#define LINES_MAX 512

enum family {
    FAMILY_NONE,
    FAMILY_FLOW,
    FAMILY_REFUSAL,
    FAMILY_PANIC,
    FAMILY_DEFERRAL,
    FAMILY_EXIM,
    FAMILY_COUNT
};

static const unsigned char families[EVENT_KIND_COUNT] = {
    [EVENT_ARRIVAL] = FAMILY_FLOW,
    [EVENT_DELIVERY] = FAMILY_FLOW,
    [EVENT_SUPPRESSED] = FAMILY_FLOW,
    [EVENT_DEFERRAL] = FAMILY_DEFERRAL,
    [EVENT_FAILURE] = FAMILY_FLOW,
    [EVENT_COMPLETED] = FAMILY_FLOW,
    [EVENT_IGNORED_FAIL] = FAMILY_FLOW,
    [EVENT_PIPE_OUTPUT] = FAMILY_FLOW,
    [EVENT_FROZEN] = FAMILY_FLOW,
    [EVENT_STILL_FROZEN] = FAMILY_FLOW,
    [EVENT_UNFROZEN] = FAMILY_FLOW,
    [EVENT_REMOVED] = FAMILY_FLOW,
    [EVENT_CANCELLED] = FAMILY_FLOW,
    [EVENT_EXPIRED] = FAMILY_FLOW,
    [EVENT_QUEUE_NOTE] = FAMILY_EXIM,
    [EVENT_RESCINDED] = FAMILY_FLOW,
    [EVENT_QUEUE_RUN] = FAMILY_FLOW,
    [EVENT_DAEMON] = FAMILY_FLOW,
    [EVENT_CWD] = FAMILY_FLOW,
    [EVENT_CONNECT] = FAMILY_FLOW,
    [EVENT_DISCONNECT] = FAMILY_FLOW,
    [EVENT_REFUSED] = FAMILY_REFUSAL,
    [EVENT_NO_MAIL] = FAMILY_FLOW,
    [EVENT_PROTOCOL_ERROR] = FAMILY_REFUSAL,
    [EVENT_DROPPED] = FAMILY_REFUSAL,
    [EVENT_INCOMPLETE] = FAMILY_EXIM,
    [EVENT_AUTH_FAILED] = FAMILY_REFUSAL,
    [EVENT_AUTH_CLIENT] = FAMILY_FLOW,
    [EVENT_NO_HOST_NAME] = FAMILY_FLOW,
    [EVENT_TLS_ERROR] = FAMILY_EXIM,
    [EVENT_DNS] = FAMILY_FLOW,
    [EVENT_REJECTED] = FAMILY_REFUSAL,
    [EVENT_REJECT_NOTE] = FAMILY_REFUSAL,
    [EVENT_WARNING] = FAMILY_EXIM,
    [EVENT_ATTEMPT] = FAMILY_EXIM, /* without an id: a torn refusal */
    [EVENT_ROUTER_NOTE] = FAMILY_FLOW,
    [EVENT_DKIM] = FAMILY_EXIM,
    [EVENT_REWRITE] = FAMILY_EXIM,
    [EVENT_CONFIG] = FAMILY_PANIC,
    [EVENT_OUTBOUND] = FAMILY_FLOW,
    [EVENT_SENDER_IDENT] = FAMILY_FLOW,
    [EVENT_CONNECTION_IDENT] = FAMILY_FLOW,
    [EVENT_NOBODY_IDENT] = FAMILY_FLOW,
    [EVENT_SCRIPT_DETAILS] = FAMILY_FLOW,
    [EVENT_PANEL_NOTE] = FAMILY_FLOW,
    [EVENT_OVERFLOW] = FAMILY_EXIM,
};

bool
kind_is_flow(enum event_kind kind)
{
    return families[kind] == FAMILY_FLOW || families[kind] == FAMILY_DEFERRAL;
}

bool
kind_is_refusal(enum event_kind kind)
{
    return families[kind] == FAMILY_REFUSAL;
}

struct tally {
    uint32_t lines[FAMILY_COUNT];
    bool headers;    /* of a reject record's block */
    size_t controls; /* bytes that no text has */
    bool after_refusal;
};

/* A text that other software may write as well says little by itself. */
static enum family
family_of(const struct event *event)
{
    enum family family = families[event->kind];

    if (event->kind == EVENT_OTHER)
        return message_id_is(event->id) ? FAMILY_EXIM : FAMILY_NONE;
    if (family == FAMILY_EXIM && !message_id_is(event->id) &&
        event->kind != EVENT_INCOMPLETE && event->kind != EVENT_OVERFLOW &&
        event->kind != EVENT_TLS_ERROR)
        return FAMILY_NONE;
    return family;
}

static void
line_count(struct tally *tally, struct sv line)
{
    struct event event = { .kind = EVENT_OTHER };
    struct syslog_line outer;
    enum family family = FAMILY_NONE;

    if (prefix_read(line, &event)) {
        kind_read(&event);
        family = family_of(&event);
    } else if (syslog_unwrap(line, &outer)) {
        if (outer.is_exim && outer.part <= 1) {
            if (!prefix_read(outer.body, &event))
                prefix_read_id(outer.body, &event);
            kind_read(&event);
            family = family_of(&event);
        }
    } else {
        tally->headers |= tally->after_refusal && reject_header_is(line);
        return;
    }
    tally->lines[family]++;
    tally->after_refusal = family == FAMILY_REFUSAL;
}

static void
controls_count(struct tally *tally, struct sv line)
{
    for (size_t i = 0; i < line.len; i++) {
        unsigned char byte = (unsigned char)line.at[i];

        tally->controls +=
            byte < 0x20 && byte != '\t' && byte != 0x1b && byte != '\r';
    }
}

static enum log_kind
tally_judge(const struct tally *tally, size_t bytes)
{
    const uint32_t *lines = tally->lines;
    uint32_t known = 0;

    for (int i = FAMILY_FLOW; i < FAMILY_COUNT; i++)
        known += lines[i];
    if (!known)
        return tally->controls > bytes / 20 ? LOG_BINARY : LOG_UNKNOWN;
    if (lines[FAMILY_FLOW])
        return LOG_EXIM_MAIN;
    if (lines[FAMILY_PANIC])
        return LOG_EXIM_PANIC;
    if (lines[FAMILY_DEFERRAL])
        return LOG_EXIM_MAIN;
    if (lines[FAMILY_REFUSAL])
        return tally->headers ? LOG_EXIM_REJECT : LOG_EXIM_REFUSALS;
    return LOG_EXIM_MAIN;
}

enum log_kind
reader_sniff(struct sv head)
{
    struct tally tally = { .headers = false };
    struct sv rest = sv_head(head, HEAD_MAX);
    size_t bytes = rest.len;

    if (!rest.len)
        return LOG_EMPTY;
    for (int i = 0; i < LINES_MAX && rest.len; i++) {
        struct sv line = sv_cut(&rest, '\n');

        controls_count(&tally, line);
        while (line.len && line.at[0] == '\0')
            view_skip(&line, 1);
        if (line.len && line.at[line.len - 1] == '\r')
            line.len--;
        line_count(&tally, line);
    }
    return tally_judge(&tally, bytes - rest.len);
}
