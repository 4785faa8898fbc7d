/*
 * rejection.c: refused commands and messages (exim-log-format 2.6), the notes
 * beside them, and outgoing attempts, which begin with a host item as well.
 */
#include "analyzer/readers/grammar.h"

#define READINGS_MAX 16

#define AT(field) offsetof(struct event, field)

static const struct item_rule client_items[] = {
    { { SV_LIT("H=") }, SHAPE_HOST, FILL_HOST, 0 },
    { { SV_LIT("I=") }, SHAPE_IP, FILL_INTERFACE, 0 },
    { { SV_LIT("U=") }, SHAPE_TEXT, FILL_VIEW, AT(ident) },
    { { SV_LIT("Ci=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("X=") }, SHAPE_WORD, FILL_CIPHER, 0 },
    { { SV_LIT("CV=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("DN=") }, SHAPE_LOOSE, FILL_NONE, 0 },
    { { SV_LIT("SNI=") }, SHAPE_LOOSE, FILL_NONE, 0 },
    { { SV_LIT("F=") }, SHAPE_ANGLE, FILL_SENDER, 0 },
    { { SV_LIT("A=") }, SHAPE_TEXT, FILL_AUTH, 0 },
    { { SV_LIT("SPF=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("SPF") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("DMARC=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("DMARC") }, SHAPE_FLAG, FILL_NONE, 0 },
};
enum { CLIENT_ITEMS = sizeof(client_items) / sizeof(client_items[0]) };

/* Words that end the items of a client. */
static const struct sv client_stops[] = {
    { SV_LIT("rejected ") },      { SV_LIT("temporarily rejected ") },
    { SV_LIT("sender verify ") }, { SV_LIT("incomplete transaction") },
    { SV_LIT("Warning: ") },      { SV_LIT("RCPT ") },
    { SV_LIT("dropped by ") },
};
enum { CLIENT_STOPS = sizeof(client_stops) / sizeof(client_stops[0]) };

/* What was refused: the text after "rejected ", and how its rest reads. */
enum what_rest {
    REST_ARGUMENT, /* an SMTP argument, then ": reason" */
    REST_PLAIN,    /* ": reason" */
    REST_FROM      /* "from " and the host, then ": reason" */
};
static const struct what_rule {
    struct sv text;
    struct sv what;
    enum what_rest rest;
} what_rules[] = {
    { { SV_LIT("RCPT ") }, { SV_LIT("RCPT") }, REST_ARGUMENT },
    { { SV_LIT("EHLO from ") }, { SV_LIT("EHLO") }, REST_FROM },
    { { SV_LIT("HELO from ") }, { SV_LIT("HELO") }, REST_FROM },
    { { SV_LIT("MAIL from ") }, { SV_LIT("MAIL") }, REST_FROM },
    { { SV_LIT("MAIL ") }, { SV_LIT("MAIL") }, REST_ARGUMENT },
    { { SV_LIT("EHLO or HELO ") }, { SV_LIT("EHLO") }, REST_ARGUMENT },
    { { SV_LIT("after DATA PRDR") }, { SV_LIT("after DATA") }, REST_PLAIN },
    { { SV_LIT("after DATA") }, { SV_LIT("after DATA") }, REST_PLAIN },
    { { SV_LIT("DATA") }, { SV_LIT("DATA") }, REST_PLAIN },
    { { SV_LIT("during MIME") }, { SV_LIT("MIME") }, REST_PLAIN },
    { { SV_LIT("DKIM") }, { SV_LIT("DKIM") }, REST_PLAIN },
    { { SV_LIT("AUTH ") }, { SV_LIT("AUTH") }, REST_ARGUMENT },
    { { SV_LIT("STARTTLS") }, { SV_LIT("STARTTLS") }, REST_PLAIN },
    { { SV_LIT("VRFY ") }, { SV_LIT("VRFY") }, REST_ARGUMENT },
    { { SV_LIT("EXPN ") }, { SV_LIT("EXPN") }, REST_ARGUMENT },
    { { SV_LIT("ETRN ") }, { SV_LIT("ETRN") }, REST_ARGUMENT },
    { { SV_LIT("ATRN ") }, { SV_LIT("ATRN") }, REST_ARGUMENT },
    { { SV_LIT("WELLKNOWN ") }, { SV_LIT("WELLKNOWN") }, REST_ARGUMENT },
    { { SV_LIT("connection in ") }, { SV_LIT("connection") }, REST_PLAIN },
    { { SV_LIT("by non-SMTP ACL") }, { SV_LIT("non-SMTP") }, REST_PLAIN },
    { { SV_LIT("by local_scan()") }, { SV_LIT("local_scan") }, REST_PLAIN },
    { { SV_LIT("by DCC") }, { SV_LIT("DCC") }, REST_PLAIN },
};
enum { WHAT_RULES = sizeof(what_rules) / sizeof(what_rules[0]) };

/* ": reason", or nothing more. */
static void
reason_set(struct event *event, struct sv rest)
{
    ptrdiff_t colon = sv_find(rest, SV(": "));

    if (colon >= 0)
        event->reason = view_drop(rest, (size_t)colon + 2);
    if (limit_text_read(event->reason, event))
        event->flags |= EVENT_BY_LIMIT;
}

/* The refused argument: `<…>` with quotes, or up to ": ". */
static void
argument_set(struct event *event, struct sv rest)
{
    size_t length = angle_length(rest);
    ptrdiff_t colon;

    if (length && (length == rest.len || rest.at[length] == ':' ||
                   rest.at[length] == ' ')) {
        event->target_address = (struct sv){ rest.at + 1, length - 2 };
        reason_set(event, view_drop(rest, length));
        return;
    }
    colon = sv_find(rest, SV(": "));
    event->target_address = rest;
    if (colon >= 0)
        event->target_address.len = (size_t)colon;
    reason_set(event, rest);
}

/* `hi`, up to the colon after its bracket, then ": reason". */
static void
client_set(struct event *event, struct sv rest)
{
    struct walk walk = { .rules = client_items + 1,
                         .count = CLIENT_ITEMS - 1,
                         .colon_ends = true };
    size_t length = host_take(rest, 0, &event->host);

    walk.rest = view_drop(rest, length);
    items_walk(&walk, event);
    reason_set(event, walk.rest);
}

/* The text after "rejected ". */
static bool
what_read(struct event *event, struct sv rest)
{
    for (size_t i = 0; i < WHAT_RULES; i++) {
        const struct what_rule *rule = &what_rules[i];

        if (!view_starts(rest, rule->text))
            continue;
        event->what = rule->what;
        view_skip(&rest, rule->text.len);
        if (rule->rest == REST_ARGUMENT)
            argument_set(event, rest);
        else if (rule->rest == REST_FROM)
            client_set(event, rest);
        else
            reason_set(event, rest);
        event->kind = EVENT_REJECTED;
        return true;
    }
    return false;
}

/* "[temporarily ]rejected WHAT" */
static bool
refusal_read(struct event *event, struct sv rest)
{
    if (SKIP(&rest, "temporarily "))
        event->flags |= EVENT_TEMPORARY;
    return SKIP(&rest, "rejected ") && what_read(event, rest);
}

/* ----------------------------------------------------- lines that begin H= */

static const struct note_rule {
    struct sv text;
    enum event_kind kind;
    struct sv what;
} note_rules[] = {
    { { SV_LIT("sender verify fail for ") },
      EVENT_REJECT_NOTE,
      { SV_LIT("verify") } },
    { { SV_LIT("sender verify defer for ") },
      EVENT_REJECT_NOTE,
      { SV_LIT("verify") } },
    { { SV_LIT("RCPT ") }, EVENT_REJECT_NOTE, { SV_LIT("discarded") } },
    { { SV_LIT("dropped by ") }, EVENT_DROPPED, { SV_LIT("connect") } },
    { { SV_LIT("Warning: ") }, EVENT_WARNING, { SV_LIT("") } },
    { { SV_LIT("incomplete transaction") },
      EVENT_INCOMPLETE,
      { SV_LIT("transaction") } },
};
enum { NOTE_RULES = sizeof(note_rules) / sizeof(note_rules[0]) };

/* "(RSET) from <s> for r1 r2" */
static void
incomplete_set(struct event *event, struct sv rest)
{
    size_t close = view_index(rest, ')', 0);
    size_t length;

    if (!STARTS(rest, " (") || close == rest.len)
        return;
    event->reason = view_between(rest.at + 2, rest.at + close);
    view_skip(&rest, close + 1);
    if (!SKIP(&rest, " from "))
        return;
    length = angle_length(rest);
    if (length) {
        event->sender = (struct sv){ rest.at + 1, length - 2 };
        event->sender_null = length == 2;
        view_skip(&rest, length);
    }
    if (SKIP(&rest, " for "))
        event->recipients = rest;
}

static bool
note_read(struct event *event, struct sv rest)
{
    for (size_t i = 0; i < NOTE_RULES; i++) {
        const struct note_rule *rule = &note_rules[i];

        if (!view_starts(rest, rule->text))
            continue;
        event->kind = rule->kind;
        event->what = rule->what;
        view_skip(&rest, rule->text.len);
        if (rule->kind == EVENT_INCOMPLETE)
            incomplete_set(event, rest);
        else if (rule->kind == EVENT_WARNING || rule->kind == EVENT_DROPPED)
            event->reason = rest;
        else
            argument_set(event, rest);
        return true;
    }
    return false;
}

/* Words of an outgoing attempt (2.7); most other texts come as ": text". */
static const struct sv attempt_words[] = {
    { SV_LIT("Connection ") },     { SV_LIT("Network ") },
    { SV_LIT("SMTP ") },           { SV_LIT("Remote host ") },
    { SV_LIT("Malformed SMTP ") }, { SV_LIT("TLS ") },
    { SV_LIT("No route to ") },    { SV_LIT("Host ") },
    { SV_LIT("Operation ") },      { SV_LIT("Permission ") },
    { SV_LIT("Cannot assign ") },  { SV_LIT("Invalid ") },
    { SV_LIT("No supported ") },   { SV_LIT("Address family ") },
    { SV_LIT("LMTP ") },           { SV_LIT("a TLS session ") },
    { SV_LIT("DANE ") },           { SV_LIT("closed connection ") },
    { SV_LIT("response to ") },    { SV_LIT("F=<") },
};
enum { ATTEMPT_WORDS = sizeof(attempt_words) / sizeof(attempt_words[0]) };

static bool
attempt_read(struct event *event, struct sv rest)
{
    bool colon = SKIP(&rest, ": ");
    bool known = colon;

    if (!colon && !SKIP(&rest, " "))
        return false;
    for (size_t i = 0; i < ATTEMPT_WORDS && !known; i++)
        known = view_starts(rest, attempt_words[i]);
    if (!known)
        return false;
    event->kind = STARTS(rest, "TLS error") ? EVENT_TLS_ERROR : EVENT_ATTEMPT;
    event->reason = rest;
    event->host.flags &= ~(uint32_t)HOST_NAME_CONFIRMED;
    return true;
}

/* One reading of "H=…": true when its end is one that Exim writes. */
static bool
client_walk(struct event *event, struct sv text, size_t skip,
            const char **ret_host_end)
{
    struct walk walk = { .rules = client_items,
                         .count = CLIENT_ITEMS,
                         .stops = client_stops,
                         .stop_count = CLIENT_STOPS,
                         .host_skip = skip,
                         .colon_ends = true,
                         .at_item = true,
                         .rest = text };
    bool ordered;

    ordered = items_walk(&walk, event);
    *ret_host_end = walk.host_end;
    if (!ordered || !walk.host_end)
        return false;
    if (message_id_is(event->id) && attempt_read(event, walk.rest))
        return true;
    SKIP(&walk.rest, ":"); /* "F=<s>: rejected by DCC" */
    return SKIP(&walk.rest, " ") &&
           (refusal_read(event, walk.rest) || note_read(event, walk.rest));
}

static bool
view_holds(struct sv text, const char *at)
{
    return text.at && at >= text.at && at <= text.at + text.len;
}

/*
 * A HELO may imitate all that follows it: the last reading stands, not
 * counting brackets inside the sender and the argument that the first finds.
 */
static bool
client_retry(const struct event *base, struct sv text, struct event *event,
             bool whole, const char *host_end)
{
    const char *end = text.at + text.len;
    struct sv sender = event->sender;
    struct sv argument = event->target_address;

    if (whole && (event->kind == EVENT_ATTEMPT ||
                  !memchr(host_end, '[', (size_t)(end - host_end))))
        return true;
    for (size_t skip = 1; skip < READINGS_MAX; skip++) {
        struct event next = *base;
        bool read = client_walk(&next, text, skip, &host_end);

        if (!host_end)
            break;
        if (!read || next.kind == EVENT_ATTEMPT ||
            (whole &&
             (view_holds(sender, host_end) || view_holds(argument, host_end))))
            continue;
        *event = next;
        event->flags |= EVENT_TAMPER;
        if (!whole) {
            sender = event->sender;
            argument = event->target_address;
        }
        whole = true;
    }
    return whole;
}

/* event.text begins with "H=", perhaps after "DS" or a space. */
enum line_class
rejection_host_read(struct event *event, struct sv rest)
{
    struct event base;
    const char *host_end = NULL;
    bool whole;

    (void)rest;
    rest = event->text;
    while (view_byte(rest, 0) == ' ')
        view_skip(&rest, 1);
    SKIP(&rest, "DS");
    base = *event;
    whole = client_walk(event, rest, 0, &host_end);
    if (host_end && client_retry(&base, rest, event, whole, host_end))
        return LINE_PARSED;
    if (stamp_find(rest, 0) < rest.len)
        return LINE_DAMAGED;
    event->kind = message_id_is(event->id) ? EVENT_ATTEMPT : EVENT_OTHER;
    return event->kind == EVENT_ATTEMPT ? LINE_PARSED : LINE_UNPARSED;
}

/* --------------------------------------------------------- the other forms */

/* "from <s>[ H=host][ U=id]: why"; the space before H= may be missing. */
static bool
from_read(struct event *event, struct sv rest)
{
    struct walk walk = { .rules = client_items,
                         .count = CLIENT_ITEMS,
                         .colon_ends = true };
    size_t length = angle_length(rest);

    if (!length)
        return false;
    event->kind = EVENT_REJECTED;
    event->what = SV("message");
    event->sender = (struct sv){ rest.at + 1, length - 2 };
    event->sender_null = length == 2;
    walk.rest = view_drop(rest, length);
    walk.at_item = view_byte(walk.rest, 0) == 'H';
    items_walk(&walk, event);
    reason_set(event, walk.rest);
    return true;
}

/* `"EHLO name" from hi`, `MAIL FROM:<s> HI: why`, `MAIL command HI: why` */
static bool
quoted_command_read(struct event *event, struct sv rest)
{
    size_t close = quoted_length(rest);

    if (!close || !STARTS(view_drop(rest, close), " from "))
        return false;
    event->kind = EVENT_REJECTED;
    event->what = (struct sv){ rest.at + 1, 4 };
    if (close > 7)
        event->target_address = view_between(rest.at + 6, rest.at + close - 1);
    client_set(event, view_drop(rest, close + 6));
    return true;
}

static bool
mail_read(struct event *event, struct sv rest)
{
    struct walk walk = { .rules = client_items,
                         .count = CLIENT_ITEMS,
                         .colon_ends = true };

    if (SKIP(&rest, "FROM:")) {
        size_t length = angle_length(rest);

        event->sender = (struct sv){ rest.at + 1, length ? length - 2 : 0 };
        event->sender_null = length == 2;
        view_skip(&rest, length);
    } else if (!SKIP(&rest, "command")) {
        return false;
    }
    event->kind = EVENT_REJECTED;
    event->what = SV("MAIL");
    walk.rest = rest;
    items_walk(&walk, event);
    reason_set(event, walk.rest);
    return true;
}

/* event.text begins with "rejected " or "temporarily rejected ". */
enum line_class
rejection_plain_read(struct event *event, struct sv rest)
{
    rest = event->text;
    if (SKIP(&rest, "temporarily "))
        event->flags |= EVENT_TEMPORARY;
    SKIP(&rest, "rejected ");
    if (SKIP(&rest, "from "))
        return from_read(event, rest) ? LINE_PARSED : LINE_UNPARSED;
    if (view_byte(rest, 0) == '"')
        return quoted_command_read(event, rest) ? LINE_PARSED : LINE_UNPARSED;
    if (STARTS(rest, "MAIL ") && mail_read(event, view_drop(rest, 5)))
        return LINE_PARSED;
    if (what_read(event, rest))
        return LINE_PARSED;
    event->kind = EVENT_OTHER;
    return LINE_UNPARSED;
}

/* "F=<s> rejected by non-SMTP ACL", "F=s U=u P=p rejected by local_scan()" */
enum line_class
rejection_local_read(struct event *event, struct sv rest)
{
    ptrdiff_t at = sv_find(rest, SV(" rejected by "));
    size_t length = angle_length(rest);
    struct sv items;
    ptrdiff_t ident;

    if (at < 0)
        return LINE_UNPARSED;
    event->sender = length ? (struct sv){ rest.at + 1, length - 2 }
                           : (struct sv){ rest.at, view_index(rest, ' ', 0) };
    event->sender_null = length == 2;
    items = view_between(rest.at, rest.at + at);
    ident = sv_find(items, SV(" U="));
    if (ident >= 0)
        event->ident =
            sv_head(view_drop(items, (size_t)ident + 3),
                    view_index(view_drop(items, (size_t)ident + 3), ' ', 0));
    if (sv_ends(items, SV(" temporarily")))
        event->flags |= EVENT_TEMPORARY;
    return what_read(event, view_drop(rest, (size_t)at + 10)) ? LINE_PARSED
                                                              : LINE_UNPARSED;
}

/* "unqualified sender rejected: <a> HI msg", "too many recipients: …" */
enum line_class
rejection_note_read(struct event *event, struct sv rest)
{
    struct walk walk = { .rules = client_items, .count = CLIENT_ITEMS };
    ptrdiff_t colon = sv_find(rest, SV(": "));
    size_t length;

    event->reason = event->text;
    if (colon < 0)
        return LINE_PARSED;
    rest = view_drop(rest, (size_t)colon + 2);
    length = angle_length(rest);
    if (!length)
        return LINE_PARSED;
    event->target_address = (struct sv){ rest.at + 1, length - 2 };
    walk.rest = view_drop(rest, length);
    items_walk(&walk, event);
    return LINE_PARSED;
}
