/*
 * kinds.c: what kind of line a text is, by how it begins. The kind is decided
 * from the bytes right after the prefix, never from words found further on
 * (exim-log-format 8.3). A new kind of line is a row here and a test row.
 */
#include "analyzer/readers/grammar.h"

enum place { /* where such a line may stand */
             WITH_ID = 1,
             NO_ID = 2,
             ANYWHERE = 3
};

struct kind_rule {
    struct sv text;
    unsigned place;
    enum event_kind kind;
    /* reads what follows `text`; NULL: nothing in it is needed */
    enum line_class (*read)(struct event *event, struct sv rest);
};

/* "by USER", and what else only names its cause. */
static enum line_class
reason_read(struct event *event, struct sv rest)
{
    event->reason = rest;
    return LINE_PARSED;
}

static enum line_class
completed_read(struct event *event, struct sv rest)
{
    if (SKIP(&rest, " QT=")) {
        event->queue_time = rest;
        return rest.len && view_index(rest, ' ', 0) == rest.len ? LINE_PARSED
                                                                : LINE_DAMAGED;
    }
    return rest.len ? LINE_DAMAGED : LINE_PARSED;
}

static enum line_class
suppressed_read(struct event *event, struct sv rest)
{
    enum line_class class = delivery_read(event, rest);

    event->mark = 0;
    return class;
}

/* "Message is frozen", "Frozen": nothing may follow directly. */
static enum line_class
whole_read(struct event *event, struct sv rest)
{
    if (rest.len && rest.at[0] != ' ' && rest.at[0] != ':') {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    event->reason = sv_trim(rest);
    return LINE_PARSED;
}

static enum line_class
overflow_read(struct event *event, struct sv rest)
{
    (void)event;
    (void)rest;
    return LINE_DAMAGED;
}

/* Host lines that only name a reason: "exim VER daemon started". */
static enum line_class
daemon_read(struct event *event, struct sv rest)
{
    event->reason = rest;
    if (sv_find(rest, SV(" daemon started: ")) < 0) {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    return LINE_RECOGNISED;
}

/* "Start queue run: pid=…", "End 'Q' queue run: …" */
static enum line_class
queue_run_read(struct event *event, struct sv rest)
{
    event->what = sv_head(event->text, view_index(event->text, ' ', 0));
    event->reason = rest;
    if (sv_find(rest, SV("queue run")) < 0 && sv_find(rest, SV("ODMR")) < 0) {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    return LINE_RECOGNISED;
}

/* `"old" from WHERE rewritten as "new"` */
static enum line_class
rewrite_read(struct event *event, struct sv rest)
{
    if (sv_find(rest, SV(" rewritten as \"")) < 0) {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    return LINE_RECOGNISED;
}

static enum line_class
warning_read(struct event *event, struct sv rest)
{
    event->reason = rest;
    if (STARTS(rest, "No server certificate"))
        event->kind = EVENT_CONFIG;
    return LINE_RECOGNISED;
}

/* "[ip] SSL verify error: …" */
static enum line_class
tls_peer_read(struct event *event, struct sv rest)
{
    size_t length = bracket_take(event->text, &event->host);

    (void)rest;
    if (!length) {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    event->reason = sv_trim(view_drop(event->text, length));
    return LINE_RECOGNISED;
}

/* Message flow: most lines of a log are found here. */
static const struct kind_rule flow_rules[] = {
    { { SV_LIT("=> ") }, WITH_ID, EVENT_DELIVERY, delivery_read },
    { { SV_LIT("Completed") }, WITH_ID, EVENT_COMPLETED, completed_read },
    { { SV_LIT("<= ") }, WITH_ID, EVENT_ARRIVAL, arrival_read },
    { { SV_LIT("== ") }, WITH_ID, EVENT_DEFERRAL, deferral_read },
    { { SV_LIT("** ") }, WITH_ID, EVENT_FAILURE, failure_read },
    { { SV_LIT("-> ") }, WITH_ID, EVENT_DELIVERY, delivery_read },
    { { SV_LIT(">> ") }, WITH_ID, EVENT_DELIVERY, delivery_read },
    { { SV_LIT("*> ") }, WITH_ID, EVENT_SUPPRESSED, suppressed_read },
    { { SV_LIT("(= ") }, WITH_ID, EVENT_ARRIVAL, arrival_read },
};
enum { FLOW_RULES = sizeof(flow_rules) / sizeof(flow_rules[0]) };

/* Sorted by first byte; within one byte, the longer text comes first. */
static const struct kind_rule text_rules[] = {
    { { SV_LIT(" H=") }, ANYWHERE, EVENT_OTHER, rejection_host_read },
    { { SV_LIT(" DSH=") }, ANYWHERE, EVENT_OTHER, rejection_host_read },
    { { SV_LIT(" Warning: ") }, ANYWHERE, EVENT_WARNING, warning_read },
    { { SV_LIT("\"") }, ANYWHERE, EVENT_REWRITE, rewrite_read },
    { { SV_LIT("**** log string overflowed") },
      ANYWHERE,
      EVENT_OVERFLOW,
      overflow_read },
    { { SV_LIT("*** ") }, ANYWHERE, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("...") }, NO_ID, EVENT_CONTINUATION, NULL },
    { { SV_LIT("ARC: ") }, ANYWHERE, EVENT_DKIM, NULL },
    { { SV_LIT("ATRN ") }, NO_ID, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("Abandon queue run") }, NO_ID, EVENT_QUEUE_RUN, NULL },
    { { SV_LIT("Cannot open ") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("Connection from ") }, NO_ID, EVENT_REFUSED, refused_read },
    { { SV_LIT("DANE ") }, ANYWHERE, EVENT_TLS_ERROR, NULL },
    { { SV_LIT("DKIM: ") }, ANYWHERE, EVENT_DKIM, NULL },
    { { SV_LIT("DNS list lookup defer") }, ANYWHERE, EVENT_DNS, NULL },
    { { SV_LIT("DSH=") }, ANYWHERE, EVENT_OTHER, rejection_host_read },
    { { SV_LIT("Delivery deferred by system filter") },
      WITH_ID,
      EVENT_QUEUE_NOTE,
      NULL },
    { { SV_LIT("Domain ") }, ANYWHERE, EVENT_PANEL_NOTE, panel_note_read },
    { { SV_LIT("ETRN ") }, NO_ID, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("End ") }, NO_ID, EVENT_QUEUE_RUN, queue_run_read },
    { { SV_LIT("Error in system filter: ") }, WITH_ID, EVENT_CONFIG, NULL },
    { { SV_LIT("Error or EOF on input from ") },
      ANYWHERE,
      EVENT_INCOMPLETE,
      timeout_read },
    { { SV_LIT("Error reading spool file") },
      ANYWHERE,
      EVENT_QUEUE_NOTE,
      NULL },
    { { SV_LIT("Error while reading message with no usable sender") },
      ANYWHERE,
      EVENT_REJECT_NOTE,
      reason_read },
    { { SV_LIT("Exim configuration error") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("F=") }, ANYWHERE, EVENT_OTHER, rejection_local_read },
    { { SV_LIT("Failed to ") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("Format error in spool file ") },
      ANYWHERE,
      EVENT_QUEUE_NOTE,
      NULL },
    { { SV_LIT("From: header ") },
      ANYWHERE,
      EVENT_PANEL_NOTE,
      panel_note_read },
    { { SV_LIT("Frozen") }, WITH_ID, EVENT_FROZEN, whole_read },
    { { SV_LIT("H=") }, ANYWHERE, EVENT_OTHER, rejection_host_read },
    { { SV_LIT("Increment Connection Ratelimit") },
      ANYWHERE,
      EVENT_PANEL_NOTE,
      panel_note_read },
    { { SV_LIT("Long ") }, NO_ID, EVENT_DNS, NULL },
    { { SV_LIT("Message abandoned: ") },
      ANYWHERE,
      EVENT_INCOMPLETE,
      reason_read },
    { { SV_LIT("Message is frozen") },
      WITH_ID,
      EVENT_STILL_FROZEN,
      whole_read },
    { { SV_LIT("Message removed because older than ") },
      WITH_ID,
      EVENT_EXPIRED,
      reason_read },
    { { SV_LIT("OCSP ") }, ANYWHERE, EVENT_TLS_ERROR, NULL },
    { { SV_LIT("Outgoing mail from ") },
      ANYWHERE,
      EVENT_PANEL_NOTE,
      panel_note_read },
    { { SV_LIT("PRDR ") }, ANYWHERE, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("Received TLS status ") }, ANYWHERE, EVENT_TLS_ERROR, NULL },
    { { SV_LIT("SA: ") }, ANYWHERE, EVENT_WARNING, reason_read },
    { { SV_LIT("SIGTERM received while reading ") },
      ANYWHERE,
      EVENT_INCOMPLETE,
      reason_read },
    { { SV_LIT("SMTP connection outbound ") },
      WITH_ID,
      EVENT_OUTBOUND,
      outbound_read },
    { { SV_LIT("SMTP connection identification ") },
      ANYWHERE,
      EVENT_CONNECTION_IDENT,
      connection_ident_read },
    { { SV_LIT("SMTP connection lost after final dot") },
      ANYWHERE,
      EVENT_INCOMPLETE,
      reason_read },
    { { SV_LIT("SMTP connection ") },
      ANYWHERE,
      EVENT_CONNECT,
      connection_read },
    { { SV_LIT("SMTP command timeout on ") },
      ANYWHERE,
      EVENT_INCOMPLETE,
      timeout_read },
    { { SV_LIT("SMTP data timeout ") },
      ANYWHERE,
      EVENT_INCOMPLETE,
      timeout_read },
    { { SV_LIT("SMTP call from ") }, ANYWHERE, EVENT_DROPPED, dropped_read },
    { { SV_LIT("SMTP syntax error in ") },
      ANYWHERE,
      EVENT_PROTOCOL_ERROR,
      protocol_read },
    { { SV_LIT("SMTP protocol ") },
      ANYWHERE,
      EVENT_PROTOCOL_ERROR,
      protocol_read },
    { { SV_LIT("SSL verify ") }, ANYWHERE, EVENT_TLS_ERROR, NULL },
    { { SV_LIT("Script details - ") },
      ANYWHERE,
      EVENT_SCRIPT_DETAILS,
      script_details_read },
    { { SV_LIT("Sender identification ") },
      ANYWHERE,
      EVENT_SENDER_IDENT,
      sender_ident_read },
    { { SV_LIT("Sender ") }, ANYWHERE, EVENT_PANEL_NOTE, panel_note_read },
    { { SV_LIT("Spool ") }, ANYWHERE, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("Start ") }, NO_ID, EVENT_QUEUE_RUN, queue_run_read },
    { { SV_LIT("TLS ") }, ANYWHERE, EVENT_TLS_ERROR, NULL },
    { { SV_LIT("Tainted ") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("Too many ") }, ANYWHERE, EVENT_REJECT_NOTE, reason_read },
    { { SV_LIT("Unfrozen by ") }, WITH_ID, EVENT_UNFROZEN, reason_read },
    { { SV_LIT("VRFY ") }, ANYWHERE, EVENT_REJECT_NOTE, reason_read },
    { { SV_LIT("Warning: ") }, ANYWHERE, EVENT_WARNING, warning_read },
    { { SV_LIT("[") }, ANYWHERE, EVENT_TLS_ERROR, tls_peer_read },
    { { SV_LIT("address ") }, WITH_ID, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("bad addresses found in headers") },
      ANYWHERE,
      EVENT_REJECT_NOTE,
      reason_read },
    { { SV_LIT("bind of ") }, WITH_ID, EVENT_ATTEMPT, reason_read },
    { { SV_LIT("cancelled by ") }, WITH_ID, EVENT_CANCELLED, reason_read },
    { { SV_LIT("check_mail_permissions ") },
      ANYWHERE,
      EVENT_PANEL_NOTE,
      panel_note_read },
    { { SV_LIT("connection from ") }, NO_ID, EVENT_REFUSED, refused_read },
    { { SV_LIT("could not identify the local connection ") },
      ANYWHERE,
      EVENT_PANEL_NOTE,
      panel_note_read },
    { { SV_LIT("cwd=") }, NO_ID, EVENT_CWD, cwd_read },
    { { SV_LIT("daemon: ") }, NO_ID, EVENT_DAEMON, NULL },
    { { SV_LIT("dmarc: ") }, ANYWHERE, EVENT_DKIM, NULL },
    { { SV_LIT("exim ") }, NO_ID, EVENT_DAEMON, daemon_read },
    { { SV_LIT("exim: ") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("failed to ") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("frozen by ") }, WITH_ID, EVENT_FROZEN, reason_read },
    { { SV_LIT("host name alias list truncated ") },
      ANYWHERE,
      EVENT_NO_HOST_NAME,
      NULL },
    { { SV_LIT("ident connection to ") }, ANYWHERE, EVENT_DNS, NULL },
    { { SV_LIT("ignoring AUTH=") }, ANYWHERE, EVENT_PROTOCOL_ERROR, NULL },
    { { SV_LIT("listen backlog ") }, NO_ID, EVENT_DAEMON, NULL },
    { { SV_LIT("malware acl condition") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("moved from ") }, WITH_ID, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("no IP address found for host ") },
      ANYWHERE,
      EVENT_NO_HOST_NAME,
      NULL },
    { { SV_LIT("no MAIL in ") }, NO_ID, EVENT_NO_MAIL, no_mail_read },
    { { SV_LIT("no host name found for IP address ") },
      ANYWHERE,
      EVENT_NO_HOST_NAME,
      NULL },
    { { SV_LIT("no immediate delivery: ") }, WITH_ID, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("no recipients found in headers") },
      ANYWHERE,
      EVENT_REJECT_NOTE,
      reason_read },
    { { SV_LIT("nobody send identification ") },
      ANYWHERE,
      EVENT_NOBODY_IDENT,
      connection_ident_read },
    { { SV_LIT("original recipients ignored (system filter)") },
      WITH_ID,
      EVENT_QUEUE_NOTE,
      NULL },
    { { SV_LIT("overlong message header ") },
      ANYWHERE,
      EVENT_REJECT_NOTE,
      reason_read },
    { { SV_LIT("pid ") }, NO_ID, EVENT_DAEMON, NULL },
    { { SV_LIT("process ") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("qualify/rewrite: ") }, ANYWHERE, EVENT_REWRITE, NULL },
    { { SV_LIT("queue run: ") }, ANYWHERE, EVENT_QUEUE_RUN, NULL },
    { { SV_LIT("recipient ") }, WITH_ID, EVENT_QUEUE_NOTE, NULL },
    { { SV_LIT("refused connection from ") },
      NO_ID,
      EVENT_REFUSED,
      refused_read },
    { { SV_LIT("rejected ") }, ANYWHERE, EVENT_OTHER, rejection_plain_read },
    { { SV_LIT("remote host address is the local host") },
      WITH_ID,
      EVENT_ROUTER_NOTE,
      NULL },
    { { SV_LIT("removed by ") }, WITH_ID, EVENT_REMOVED, reason_read },
    { { SV_LIT("rescind the above message-accept") },
      WITH_ID,
      EVENT_RESCINDED,
      NULL },
    { { SV_LIT("ridiculously long message header ") },
      ANYWHERE,
      EVENT_REJECT_NOTE,
      reason_read },
    { { SV_LIT("routing loop for ") }, WITH_ID, EVENT_ROUTER_NOTE, NULL },
    { { SV_LIT("sender address changed to ") },
      WITH_ID,
      EVENT_QUEUE_NOTE,
      NULL },
    { { SV_LIT("socket bind() to port ") }, NO_ID, EVENT_DAEMON, NULL },
    { { SV_LIT("spam acl condition") }, ANYWHERE, EVENT_CONFIG, NULL },
    { { SV_LIT("spool directory space check failed") },
      ANYWHERE,
      EVENT_REJECT_NOTE,
      reason_read },
    { { SV_LIT("temporarily rejected ") },
      ANYWHERE,
      EVENT_OTHER,
      rejection_plain_read },
    { { SV_LIT("temporarily refused connection from ") },
      NO_ID,
      EVENT_REFUSED,
      refused_read },
    { { SV_LIT("timed out while reading local message") },
      ANYWHERE,
      EVENT_INCOMPLETE,
      reason_read },
    { { SV_LIT("tls_") }, ANYWHERE, EVENT_TLS_ERROR, NULL },
    { { SV_LIT("too many recipients: ") },
      ANYWHERE,
      EVENT_REJECT_NOTE,
      reason_read },
    { { SV_LIT("unexpected ") }, ANYWHERE, EVENT_DISCONNECT, unexpected_read },
    { { SV_LIT("unfrozen by ") }, WITH_ID, EVENT_UNFROZEN, reason_read },
    { { SV_LIT("unqualified ") },
      ANYWHERE,
      EVENT_REJECT_NOTE,
      rejection_note_read },
};
enum { TEXT_RULES = sizeof(text_rules) / sizeof(text_rules[0]) };

/* Texts that begin with an address or a name, and are known by what follows. */
static const struct kind_rule inner_rules[] = {
    { { SV_LIT(": error ignored") }, WITH_ID, EVENT_IGNORED_FAIL, NULL },
    { { SV_LIT(" transport output: ") }, WITH_ID, EVENT_PIPE_OUTPUT, NULL },
    { { SV_LIT(" router: ") }, WITH_ID, EVENT_ROUTER_NOTE, NULL },
    { { SV_LIT(" in system filter") }, WITH_ID, EVENT_CONFIG, NULL },
};
enum { INNER_RULES = sizeof(inner_rules) / sizeof(inner_rules[0]) };

/* -------------------------------------------------------------- the search */

/* Rows of one first byte stand together: the first of them. */
static size_t
rules_from(char first)
{
    size_t low = 0;
    size_t high = TEXT_RULES;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if ((unsigned char)text_rules[middle].text.at[0] < (unsigned char)first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static enum line_class
rule_read(const struct kind_rule *rule, struct event *event)
{
    event->kind = rule->kind;
    if (!rule->read)
        return LINE_RECOGNISED;
    return rule->read(event, view_drop(event->text, rule->text.len));
}

static bool
flow_read(struct event *event, enum line_class *ret_class)
{
    for (size_t i = 0; i < FLOW_RULES; i++) {
        if (flow_rules[i].text.at[0] == event->text.at[0] &&
            view_starts(event->text, flow_rules[i].text)) {
            *ret_class = rule_read(&flow_rules[i], event);
            return true;
        }
    }
    return false;
}

static bool
text_read(struct event *event, enum line_class *ret_class)
{
    unsigned place = message_id_is(event->id) ? WITH_ID : NO_ID;
    char first = event->text.at[0];

    for (size_t i = rules_from(first);
         i < TEXT_RULES && text_rules[i].text.at[0] == first; i++) {
        if (!(text_rules[i].place & place) ||
            !view_starts(event->text, text_rules[i].text))
            continue;
        *ret_class = rule_read(&text_rules[i], event);
        return *ret_class != LINE_UNPARSED;
    }
    return false;
}

/* "A[ <P>]: error ignored", "<A>: T transport output: text" */
static void
inner_fields(struct event *event, size_t at)
{
    struct sv head = { event->text.at, at };
    size_t space = view_index(head, ' ', 0);

    event->reason = view_drop(event->text, at);
    event->address = sv_head(head, space);
    if (STARTS(head, "<")) {
        size_t length = angle_length(head);

        event->address =
            (struct sv){ head.at + 1, length ? length - 2 : head.len - 1 };
    } else if (view_byte(head, space + 1) == '<' && sv_ends(head, SV(">"))) {
        event->parents =
            view_between(head.at + space + 2, head.at + head.len - 1);
    }
    event->original = event->address;
}

static bool
inner_read(struct event *event, enum line_class *ret_class)
{
    if (!message_id_is(event->id))
        return false;
    for (size_t i = 0; i < INNER_RULES; i++) {
        ptrdiff_t at = sv_find(event->text, inner_rules[i].text);

        if (at <= 0)
            continue;
        event->kind = inner_rules[i].kind;
        *ret_class = LINE_RECOGNISED;
        if (event->kind == EVENT_IGNORED_FAIL ||
            event->kind == EVENT_PIPE_OUTPUT) {
            inner_fields(event, (size_t)at);
            *ret_class = LINE_PARSED;
        }
        return true;
    }
    return false;
}

/* "h [ip] Connection refused": attempts had no H= up to 4.84. */
static bool
old_attempt_read(struct event *event)
{
    size_t length;

    if (!message_id_is(event->id) ||
        view_byte(event->text, view_index(event->text, ' ', 0) + 1) != '[')
        return false;
    length = host_take(event->text, 0, &event->host);
    if (!length)
        return false;
    event->host.flags = 0;
    event->kind = EVENT_ATTEMPT;
    event->reason = view_drop(event->text, length);
    if (!SKIP(&event->reason, ": "))
        SKIP(&event->reason, " ");
    return true;
}

enum line_class
kind_read(struct event *event)
{
    enum line_class class = LINE_UNPARSED;
    bool known = false;

    event->kind = EVENT_OTHER;
    if (event->text.len) {
        if (message_id_is(event->id))
            known = flow_read(event, &class);
        known = known || text_read(event, &class);
        if (!known && (auth_failed_read(event) || old_attempt_read(event))) {
            class = LINE_PARSED;
            known = true;
        }
        known = known || inner_read(event, &class);
    }
    if (known)
        return class;
    /* a rule may have begun to read */
    event->kind = EVENT_OTHER;
    if (stamp_find(event->text, 0) < event->text.len)
        return LINE_DAMAGED;
    return LINE_UNPARSED;
}
