/* event.c: names of kinds, and values that are escaped in a log. */
#include "analyzer/readers/grammar.h"

static const char *const kind_names[EVENT_KIND_COUNT] = {
    [EVENT_OTHER] = "other",
    [EVENT_ARRIVAL] = "arrival",
    [EVENT_DELIVERY] = "delivery",
    [EVENT_SUPPRESSED] = "suppressed",
    [EVENT_DEFERRAL] = "deferral",
    [EVENT_FAILURE] = "failure",
    [EVENT_COMPLETED] = "completed",
    [EVENT_IGNORED_FAIL] = "ignored_fail",
    [EVENT_PIPE_OUTPUT] = "pipe_output",
    [EVENT_FROZEN] = "frozen",
    [EVENT_STILL_FROZEN] = "still_frozen",
    [EVENT_UNFROZEN] = "unfrozen",
    [EVENT_REMOVED] = "removed",
    [EVENT_CANCELLED] = "cancelled",
    [EVENT_EXPIRED] = "expired",
    [EVENT_QUEUE_NOTE] = "queue_note",
    [EVENT_RESCINDED] = "rescinded",
    [EVENT_QUEUE_RUN] = "queue_run",
    [EVENT_DAEMON] = "daemon",
    [EVENT_CWD] = "cwd",
    [EVENT_CONNECT] = "connect",
    [EVENT_DISCONNECT] = "disconnect",
    [EVENT_REFUSED] = "refused",
    [EVENT_NO_MAIL] = "no_mail",
    [EVENT_PROTOCOL_ERROR] = "protocol_error",
    [EVENT_DROPPED] = "dropped",
    [EVENT_INCOMPLETE] = "incomplete",
    [EVENT_AUTH_FAILED] = "auth_failed",
    [EVENT_AUTH_CLIENT] = "auth_client",
    [EVENT_NO_HOST_NAME] = "no_host_name",
    [EVENT_TLS_ERROR] = "tls_error",
    [EVENT_DNS] = "dns",
    [EVENT_REJECTED] = "rejected",
    [EVENT_REJECT_NOTE] = "reject_note",
    [EVENT_WARNING] = "warning",
    [EVENT_ATTEMPT] = "attempt",
    [EVENT_ROUTER_NOTE] = "router_note",
    [EVENT_DKIM] = "dkim",
    [EVENT_REWRITE] = "rewrite",
    [EVENT_CONFIG] = "config",
    [EVENT_OUTBOUND] = "outbound",
    [EVENT_SENDER_IDENT] = "sender_ident",
    [EVENT_CONNECTION_IDENT] = "connection_ident",
    [EVENT_NOBODY_IDENT] = "nobody_ident",
    [EVENT_SCRIPT_DETAILS] = "script_details",
    [EVENT_PANEL_NOTE] = "panel_note",
    [EVENT_CONTINUATION] = "continuation",
    [EVENT_REJECT_HEADER] = "reject_header",
    [EVENT_OVERFLOW] = "overflow",
};

const char *
event_kind_name(enum event_kind kind)
{
    if ((unsigned)kind >= EVENT_KIND_COUNT || !kind_names[kind])
        return "other";
    return kind_names[kind];
}

static bool
is_octal(char byte)
{
    return byte >= '0' && byte <= '7';
}

/* One unit of an escaped text: its byte, and how long it was written. */
static size_t
escape_take(struct sv text, char *ret_byte)
{
    static const char letters[] = "n\nr\rt\tb\bv\vf\f";
    char next = view_byte(text, 1);

    *ret_byte = text.at[0];
    if (text.at[0] != '\\' || text.len < 2)
        return 1;
    if (is_octal(next) && next < '4' && is_octal(view_byte(text, 2)) &&
        is_octal(view_byte(text, 3))) {
        *ret_byte = (char)((next - '0') << 6 | (text.at[2] - '0') << 3 |
                           (text.at[3] - '0'));
        return 4;
    }
    *ret_byte = next;
    for (size_t i = 0; i < sizeof(letters) - 1; i += 2) {
        if (letters[i] == next)
            *ret_byte = letters[i + 1];
    }
    return 2;
}

bool
subject_decode(struct sv raw, struct buf *out)
{
    while (raw.len) {
        char byte;
        size_t length = escape_take(raw, &byte);

        if (!buf_add_char(out, byte))
            return false;
        view_skip(&raw, length);
    }
    return true;
}

/*
 * The first decoding undoes only the quoting of `"` and `\`; what it leaves
 * is the text as string_printing made it, for the second.
 */
bool
response_decode(struct sv raw, struct buf *out)
{
    struct buf once = { 0 };
    bool done = false;

    while (raw.len) {
        size_t skip = raw.at[0] == '\\' && raw.len > 1 &&
                      (raw.at[1] == '\\' || raw.at[1] == '"');

        if (!buf_add_char(&once, raw.at[skip]))
            goto out;
        view_skip(&raw, skip + 1);
    }
    done = subject_decode(buf_sv(&once), out);
out:
    buf_clear(&once);
    return done;
}
