/*
 * cpanel.c: lines that cPanel's Perl writes into Exim's log, and the texts of
 * its limits (cpanel-facts 2.5, 2.8). Here A= P= S= M= are not Exim's items.
 */
#include "analyzer/readers/grammar.h"

/* Length of `phrase` at the start of `text`, runs of blanks counted as one. */
static size_t
phrase_length(struct sv text, struct sv phrase)
{
    size_t at = 0;

    for (size_t i = 0; i < phrase.len; i++) {
        if (view_byte(text, at) != phrase.at[i])
            return 0;
        at++;
        while (phrase.at[i] == ' ' && view_byte(text, at) == ' ')
            at++;
    }
    return at;
}

/* After "Domain D " or "Sender S ". */
static const struct limit_rule {
    struct sv phrase;
    struct sv what;
} limit_rules[] = {
    { { SV_LIT("has exceeded the max defers and failures per hour") },
      { SV_LIT("defer_fail") } },
    { { SV_LIT("has exceeded the max emails per hour") },
      { SV_LIT("max_emails") } },
    { { SV_LIT("has an outgoing mail hold") }, { SV_LIT("hold") } },
    { { SV_LIT("has an outgoing mail suspension") }, { SV_LIT("suspension") } },
};
enum { LIMIT_RULES = sizeof(limit_rules) / sizeof(limit_rules[0]) };

static void
what_set(struct event *event, struct sv what)
{
    if (!event->what.len)
        event->what = what;
}

/* `Outgoing mail from "X" has been suspended` */
static bool
suspended_read(struct sv text, struct event *event)
{
    size_t head = phrase_length(text, SV("Outgoing mail from \""));
    size_t close;

    if (!head)
        return false;
    close = view_index(text, '"', head);
    if (close == text.len ||
        !phrase_length(view_drop(text, close), SV("\" has been suspended")))
        return false;
    event->login = view_between(text.at + head, text.at + close);
    what_set(event, SV("suspension"));
    return true;
}

bool
limit_text_read(struct sv text, struct event *event)
{
    bool domain;
    size_t head;
    size_t end;
    struct sv name;

    while (text.len && (text.at[0] == '"' || text.at[0] == ' '))
        view_skip(&text, 1);
    if (view_byte(text, 0) == 'O')
        return suspended_read(text, event);
    domain = view_byte(text, 0) == 'D';
    head = domain ? phrase_length(text, SV("Domain "))
                  : phrase_length(text, SV("Sender "));
    if (!head)
        return false;
    end = view_index(text, ' ', head);
    name = view_between(text.at + head, text.at + end);
    while (view_byte(text, end) == ' ')
        end++;
    for (size_t i = 0; i < LIMIT_RULES; i++) {
        if (!phrase_length(view_drop(text, end), limit_rules[i].phrase))
            continue;
        *(domain ? &event->domain : &event->login) = name;
        what_set(event, limit_rules[i].what);
        return true;
    }
    return false;
}

/* ---------------------------------------------------- identification lines */

/* "EPOCH ID DOMAIN RCPT" after "SMTP connection outbound " */
enum line_class
outbound_read(struct event *event, struct sv rest)
{
    size_t length;

    sv_cut(&rest, ' ');
    length = message_id_read(rest, &event->about);
    if (!length || view_byte(rest, length) != ' ')
        return LINE_DAMAGED;
    view_skip(&rest, length + 1);
    event->domain = sv_cut(&rest, ' '); /* empty: no account's */
    event->target_address = rest;
    return rest.len ? LINE_PARSED : LINE_DAMAGED;
}

/* "U=account D=domain S=sender" after "Sender identification " */
enum line_class
sender_ident_read(struct event *event, struct sv rest)
{
    struct sv account = sv_cut(&rest, ' ');
    struct sv domain = sv_cut(&rest, ' ');

    if (!SKIP(&account, "U=") || !SKIP(&domain, "D=") || !SKIP(&rest, "S="))
        return LINE_DAMAGED;
    event->account = account;
    event->domain = domain;
    event->login = rest;
    return LINE_PARSED;
}

enum ident_fill { IDENT_VIEW, IDENT_PORT, IDENT_ABOUT, IDENT_NONE };

#define AT(field) offsetof(struct event, field)
static const struct ident_rule {
    struct sv key;
    enum ident_fill fill;
    size_t offset;
} ident_rules[] = {
    { { SV_LIT("H=") }, IDENT_VIEW, AT(host.name) },
    { { SV_LIT("A=") }, IDENT_VIEW, AT(host.ip) },
    { { SV_LIT("P=") }, IDENT_PORT, 0 },
    { { SV_LIT("M=") }, IDENT_ABOUT, 0 },
    { { SV_LIT("U=") }, IDENT_VIEW, AT(account) },
    { { SV_LIT("ID=") }, IDENT_NONE, 0 },
    { { SV_LIT("S=") }, IDENT_VIEW, AT(login) },
    { { SV_LIT("B=") }, IDENT_VIEW, AT(what) },
    { { SV_LIT("D=") }, IDENT_VIEW, AT(domain) },
    { { SV_LIT("O=") }, IDENT_VIEW, AT(source) },
    { { SV_LIT("E=") }, IDENT_VIEW, AT(target_address) },
};
enum { IDENT_RULES = sizeof(ident_rules) / sizeof(ident_rules[0]) };

static void
ident_fill(struct event *event, const struct ident_rule *rule, struct sv value)
{
    uint64_t port;

    switch (rule->fill) {
    case IDENT_VIEW:
        *(struct sv *)(void *)((char *)event + rule->offset) = value;
        break;
    case IDENT_PORT:
        if (sv_to_u64(value, UINT16_MAX, &port))
            event->ident_port = (uint32_t)port;
        break;
    case IDENT_ABOUT: /* of a nobody line it is a word */
        if (message_id_read(value, &event->about) != value.len)
            event->reason = value;
        break;
    case IDENT_NONE:
        break;
    }
}

/* "H=.. A=ip P=port M=id U=.. ID=uid S=.. B=how" and its other forms */
enum line_class
connection_ident_read(struct event *event, struct sv rest)
{
    uint32_t seen = 0;
    struct sv item;

    while (recipients_next(&rest, &item)) {
        for (size_t i = 0; i < IDENT_RULES; i++) {
            if (!view_starts(item, ident_rules[i].key))
                continue;
            if (seen & 1u << i)
                event->flags |= EVENT_TAMPER;
            seen |= 1u << i;
            ident_fill(event, &ident_rules[i],
                       view_drop(item, ident_rules[i].key.len));
            break;
        }
    }
    return event->what.len ? LINE_PARSED : LINE_DAMAGED;
}

/* ------------------------------------------------------------- other lines */

/* The value between `key` and `end`; empty when there is no key. */
static struct sv
value_after(struct sv text, struct sv key, struct sv end)
{
    ptrdiff_t at = sv_find(text, key);
    ptrdiff_t stop;

    if (at < 0)
        return (struct sv){ NULL, 0 };
    text = view_drop(text, (size_t)at + key.len);
    stop = sv_find(text, end);
    return stop < 0 ? text : sv_head(text, (size_t)stop);
}

/* "User: U, X-PHP-Script: site/x.php for IP, X-PHP-Filename: /path, …" */
enum line_class
script_details_read(struct event *event, struct sv rest)
{
    struct sv script = value_after(rest, SV("X-PHP-Script: "), SV(", "));
    struct sv path = value_after(rest, SV("X-PHP-Filename: "), SV(", "));
    ptrdiff_t client = sv_find(script, SV(" for "));
    ptrdiff_t remote = sv_find(path, SV(" REMOTE_ADDR:"));

    event->reason = rest;
    event->account = value_after(rest, SV("User: "), SV(", "));
    if (client >= 0) {
        event->host.ip = view_drop(script, (size_t)client + 5);
        script.len = (size_t)client;
    }
    if (remote >= 0)
        path.len = (size_t)remote;
    event->source = script;
    event->cwd = path;
    return LINE_PARSED;
}

/* Holds and suspensions without an id, check_mail_permissions, From: header */
enum line_class
panel_note_read(struct event *event, struct sv rest)
{
    char first = event->text.at[0];

    event->reason = event->text;
    if (limit_text_read(event->text, event)) {
        event->flags |= EVENT_BY_LIMIT;
        return LINE_PARSED;
    }
    if (first == 'D' || first == 'S' || first == 'O') {
        event->kind = EVENT_OTHER;
        return LINE_UNPARSED;
    }
    event->domain = value_after(rest, SV(" limit for domain "), SV(" "));
    event->login = value_after(rest, SV(" actual_sender=["), SV("]"));
    return LINE_PARSED;
}
