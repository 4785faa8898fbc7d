/*
 * connection.c: connections and what went wrong in them
 * (exim-log-format 2.5). The client's HELO stands in the middle of these
 * lines, so the host item is read from the end that Exim wrote.
 */
#include "analyzer/readers/grammar.h"

ptrdiff_t
view_rfind(struct sv text, struct sv needle)
{
    /* what is looked for stands near the end: backwards, byte by byte */
    for (size_t end = text.len; end >= needle.len; end--) {
        const char *at = text.at + end - needle.len;

        if (*at == needle.at[0] && memcmp(at, needle.at, needle.len) == 0)
            return at - text.at;
        if (end == 0)
            break;
    }
    return -1;
}

/* "[ip]:port" and its items, for lines that are logged before a HELO. */
static bool
connect_read(struct event *event, struct sv rest)
{
    struct host host = { 0 };
    size_t length = bracket_take(rest, &host);

    if (!length || !sv_ends(rest, SV(")")) ||
        view_rfind(rest, SV(" (TCP/IP connection count = ")) < 0)
        return false;
    event->kind = EVENT_CONNECT;
    event->host = host;
    view_skip(&rest, length);
    if (SKIP(&rest, " I="))
        interface_set(event, sv_head(rest, view_index(rest, ' ', 0)));
    return true;
}

/* How a connection line ends; the last of its texts that is there counts. */
static const struct end_rule {
    struct sv text;
    enum event_kind kind;
} end_rules[] = {
    { { SV_LIT(" closed ") }, EVENT_DISCONNECT },
    { { SV_LIT(" lost while reading message data") }, EVENT_INCOMPLETE },
    { { SV_LIT(" lost") }, EVENT_DISCONNECT },
};
enum { END_RULES = sizeof(end_rules) / sizeof(end_rules[0]) };

/* "[Ci=n ]from host …" after "SMTP connection " */
enum line_class
connection_read(struct event *event, struct sv rest)
{
    if (STARTS(rest, "Ci=")) {
        size_t space = view_index(rest, ' ', 0);

        view_skip(&rest, space < rest.len ? space + 1 : space);
    }
    if (!SKIP(&rest, "from ")) {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    if (connect_read(event, rest))
        return LINE_PARSED;
    for (size_t i = 0; i < END_RULES; i++) {
        ptrdiff_t at = view_rfind(rest, end_rules[i].text);

        if (at < 0)
            continue;
        event->kind = end_rules[i].kind;
        event->reason = view_drop(rest, (size_t)at + 1);
        host_from_end((struct sv){ rest.at, (size_t)at }, event);
        return LINE_PARSED;
    }
    event->kind = EVENT_CONNECT; /* "from USER", "(via inetd)" */
    host_from_end(rest, event);
    return LINE_PARSED;
}

/* `hi[ (error: e)][ D=t]` after the word "from " */
static void
client_at_end(struct event *event, struct sv rest)
{
    ptrdiff_t error = view_rfind(rest, SV(" (error: "));
    ptrdiff_t sender = view_rfind(rest, SV(" F=<"));

    if (sender >= 0) {
        struct sv angle = view_drop(rest, (size_t)sender + 3);
        size_t length = angle_length(angle);

        if (length) {
            event->sender = (struct sv){ angle.at + 1, length - 2 };
            event->sender_null = length == 2;
        }
        rest.len = (size_t)sender;
    } else if (error >= 0) {
        rest.len = (size_t)error;
    }
    host_from_end(rest, event);
}

/* "disconnection while reading SMTP command from hi", "EOF while …" */
enum line_class
unexpected_read(struct event *event, struct sv rest)
{
    ptrdiff_t from = sv_find(rest, SV(" from "));

    event->reason = event->text;
    if (from >= 0)
        client_at_end(event, view_drop(rest, (size_t)from + 6));
    return LINE_PARSED;
}

/* "SMTP command timeout on connection from hi", "SMTP data timeout (…) …" */
enum line_class
timeout_read(struct event *event, struct sv rest)
{
    event->what = SV("timeout");
    return unexpected_read(event, rest);
}

/* "hi D=t …" after "no MAIL in [TFO ]SMTP connection from " */
enum line_class
no_mail_read(struct event *event, struct sv rest)
{
    ptrdiff_t from = sv_find(rest, SV("from "));
    ptrdiff_t time;

    if (from < 0)
        return LINE_PARSED;
    rest = view_drop(rest, (size_t)from + 5);
    time = sv_find(rest, SV(" D="));
    if (time < 0)
        return LINE_PARSED;
    host_from_end((struct sv){ rest.at, (size_t)time }, event);
    event->reason = view_drop(rest, (size_t)time + 1);
    return LINE_PARSED;
}

/* "hi dropped: why" after "SMTP call from " */
enum line_class
dropped_read(struct event *event, struct sv rest)
{
    ptrdiff_t at = sv_find(rest, SV(" dropped: "));

    if (at < 0) {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    host_from_end((struct sv){ rest.at, (size_t)at }, event);
    event->reason = view_drop(rest, (size_t)at + 10);
    return LINE_PARSED;
}

/* `[ip] refused: why` after "Connection from "; `hi (why)` after "refused …" */
enum line_class
refused_read(struct event *event, struct sv rest)
{
    ptrdiff_t at = sv_find(rest, SV(" refused"));
    size_t length;

    if (STARTS(event->text, "temporarily"))
        event->flags |= EVENT_TEMPORARY;
    if (at >= 0) {
        host_from_end((struct sv){ rest.at, (size_t)at }, event);
        event->reason = view_drop(rest, (size_t)at + 1);
        return LINE_PARSED;
    }
    if (event->text.at[0] == 'C' || event->text.at[0] == 'c') {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    length = host_take(rest, 0, &event->host);
    event->reason = sv_trim(view_drop(rest, length));
    return LINE_PARSED;
}

/* `"cmd" H=host why`: the last such H= is Exim's, unless why holds one. */
enum line_class
protocol_read(struct event *event, struct sv rest)
{
    ptrdiff_t at = view_rfind(rest, SV(" H="));

    event->reason = rest;
    if (at >= 0)
        host_take(view_drop(rest, (size_t)at + 3), 0, &event->host);
    return LINE_RECOGNISED;
}

/* ---------------------------------------------------------- authenticators */

/* Index of the first ": 535 " or its like; the length if there is none. */
static size_t
answer_find(struct sv text)
{
    size_t at = view_index(text, ':', 0);

    while (at < text.len) {
        if (view_byte(text, at + 1) == ' ' &&
            byte_is_digit(view_byte(text, at + 2)) &&
            byte_is_digit(view_byte(text, at + 3)) &&
            byte_is_digit(view_byte(text, at + 4)) &&
            view_byte(text, at + 5) == ' ')
            return at;
        at = view_index(text, ':', at + 1);
    }
    return text.len;
}

/* "(set_id=…)": whatever the client said, up to the last bracket. */
static void
set_id_read(struct event *event)
{
    ptrdiff_t at = sv_find(event->reason, SV(" (set_id="));
    struct sv value;
    ptrdiff_t end;

    if (at < 0)
        return;
    value = view_drop(event->reason, (size_t)at + 9);
    end =
        view_byte(event->reason, 0) == '4' ? view_rfind(value, SV("): ")) : -1;
    if (end < 0)
        end = sv_rfind_char(value, ')');
    if (end >= 0)
        value.len = (size_t)end;
    event->auth_id = value;
    if (answer_find(value) < value.len || sv_find(value, SV(" H=")) >= 0)
        event->flags |= EVENT_TAMPER;
}

static void
auth_server_read(struct event *event, struct sv rest)
{
    size_t answer = answer_find(rest);
    struct sv client = { rest.at, answer };

    event->kind = EVENT_AUTH_FAILED;
    SKIP(&client, "H=");
    host_from_end(client, event);
    if (answer == rest.len)
        return;
    event->reason = view_drop(rest, answer + 2);
    if (event->reason.at[0] == '4')
        event->flags |= EVENT_TEMPORARY;
    set_id_read(event);
}

bool
auth_failed_read(struct event *event)
{
    struct sv rest = event->text;
    size_t space = view_index(rest, ' ', 0);
    struct sv name = { rest.at, space };

    view_skip(&rest, space);
    if (SKIP(&rest, " authenticator failed for ")) {
        auth_server_read(event, rest);
    } else if (SKIP(&rest, " authenticator failed H=") ||
               SKIP(&rest, " authenticator cancelled authentication H=")) {
        size_t length = host_take(rest, 0, &event->host);

        event->kind = EVENT_AUTH_CLIENT;
        event->reason = sv_trim(view_drop(rest, length));
    } else {
        return false;
    }
    event->authenticator = name;
    return true;
}
