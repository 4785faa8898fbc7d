/*
 * fields.c: the pieces that lines of all kinds are made of: quoted texts,
 * addresses, host items.
 */
#include "analyzer/readers/grammar.h"

#define IP_MAX 64

size_t
quoted_length(struct sv text)
{
    size_t at = 1;

    if (view_byte(text, 0) != '"')
        return 0;
    for (;;) {
        size_t slashes = 0;

        at = view_index(text, '"', at);
        if (at >= text.len)
            return 0;
        while (text.at[at - 1 - slashes] == '\\')
            slashes++;
        at++;
        if (slashes % 2 == 0)
            return at;
    }
}

/* Passes over one unit: a quoted string, a \x pair, or a byte; 0: open. */
static size_t
unit_length(struct sv text, size_t at)
{
    if (text.at[at] == '"')
        return quoted_length(view_drop(text, at));
    return text.at[at] == '\\' && at + 1 < text.len ? 2 : 1;
}

static bool
has_quoting(struct sv text)
{
    return text.len &&
           (memchr(text.at, '"', text.len) || memchr(text.at, '\\', text.len));
}

/* Index of `stop` outside of quotes; the length if there is none. */
static size_t
index_unquoted(struct sv text, char stop, bool *ret_open_quote)
{
    size_t plain = view_index(text, stop, 0);
    size_t at = 0;

    *ret_open_quote = false;
    if (!has_quoting((struct sv){ text.at, plain }))
        return plain;
    while (at < text.len && text.at[at] != stop) {
        size_t unit = unit_length(text, at);

        if (!unit) {
            *ret_open_quote = true;
            return text.len;
        }
        at += unit;
    }
    return at < text.len ? at : text.len;
}

size_t
address_length(struct sv text, bool *ret_open_quote)
{
    return index_unquoted(text, ' ', ret_open_quote);
}

size_t
angle_length(struct sv text)
{
    bool open;
    size_t at;

    if (view_byte(text, 0) != '<')
        return 0;
    at = index_unquoted(text, '>', &open);
    return at < text.len ? at + 1 : 0;
}

static char
lower(char byte)
{
    return (char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
}

bool
address_dequotes_to(struct sv original, struct sv final)
{
    size_t out = 0;

    for (size_t i = 0; i < original.len; i++) {
        if (original.at[i] == '"')
            continue;
        if (original.at[i] == '\\' && i + 1 < original.len)
            i++;
        if (out == final.len || lower(original.at[i]) != lower(final.at[out]))
            return false;
        out++;
    }
    return out == final.len;
}

bool
recipients_next(struct sv *rest, struct sv *ret_recipient)
{
    bool open;
    size_t length;

    while (rest->len && rest->at[0] == ' ')
        view_skip(rest, 1);
    if (!rest->len)
        return false;
    length = address_length(*rest, &open);
    if (open) /* cut, or forged: a plain word then */
        length = view_index(*rest, ' ', 0);
    *ret_recipient = (struct sv){ rest->at, length };
    view_skip(rest, length);
    return true;
}

/* -------------------------------------------------------------- host items */

static bool
byte_is_ip(char byte)
{
    return byte_is_alnum(byte) || byte == '.' || byte == ':' || byte == '%';
}

/* ":25" at `at`: past it, with the port; else `at`. */
static size_t
port_take(struct sv text, size_t at, uint32_t *ret_port)
{
    uint32_t port = 0;
    size_t digits = at + 1;

    if (view_byte(text, at) != ':')
        return at;
    while (digits < at + 6 && byte_is_digit(view_byte(text, digits)))
        port = port * 10 + (uint32_t)(text.at[digits++] - '0');
    if (digits == at + 1)
        return at; /* the colon is the text's */
    *ret_port = port;
    return digits;
}

size_t
bracket_take(struct sv text, struct host *host)
{
    size_t at = 1;
    bool parts = false;

    if (view_byte(text, 0) != '[')
        return 0;
    while (at < text.len && at < IP_MAX && byte_is_ip(text.at[at])) {
        parts = parts || text.at[at] == '.' || text.at[at] == ':';
        at++;
    }
    if (!parts || view_byte(text, at) != ']')
        return 0;
    host->ip = (struct sv){ text.at + 1, at - 1 };
    at = port_take(text, at + 1, &host->port);
    if (view_byte(text, at) == '*') {
        host->flags |= HOST_REUSED;
        at++;
    }
    if (at < text.len && text.at[at] != ' ' && text.at[at] != ':')
        return 0;
    return at;
}

/* What stands before the bracket: "name", "name (helo)", "(helo)", "". */
static bool
host_names(struct sv text, struct host *host)
{
    struct sv name = text;
    size_t space;

    if (!text.len)
        return true;
    space = view_index(text, ' ', 0);
    if (text.at[text.len - 1] == ')') {
        size_t open = text.at[0] == '(' ? 0 : space + 1;

        if (view_byte(text, open) != '(')
            return false;
        host->helo = view_between(text.at + open + 1, text.at + text.len - 1);
        name.len = open ? space : 0;
    } else if (space != text.len) {
        name.len = space;
        if (!sv_eq(view_drop(text, space), SV(" DS")))
            return false;
    } else if (text.at[0] == '(') {
        return false; /* a HELO that goes on */
    }
    host->name = name;
    if (name.len)
        host->flags |= HOST_NAME_CONFIRMED;
    return true;
}

size_t
host_take(struct sv text, size_t skip, struct host *ret_host)
{
    size_t at = view_index(text, '[', 0);

    for (; at < text.len; at = view_index(text, '[', at + 1)) {
        struct host host = { 0 };
        size_t length;

        if (at && text.at[at - 1] != ' ')
            continue;
        length = bracket_take(view_drop(text, at), &host);
        if (!length ||
            !host_names((struct sv){ text.at, at ? at - 1 : 0 }, &host))
            continue;
        if (skip--)
            continue;
        *ret_host = host;
        return at + length;
    }
    return 0;
}

void
interface_set(struct event *event, struct sv value)
{
    struct host host = { 0 };

    if (!bracket_take(value, &host))
        return;
    event->interface_ip = host.ip;
    event->interface_port = host.port;
    event->host.flags |= host.flags & HOST_REUSED;
}

void
auth_set(struct event *event, struct sv value)
{
    size_t colon = view_index(value, ':', 0);

    event->authenticator = (struct sv){ value.at, colon };
    event->auth_id = (struct sv){ NULL, 0 };
    if (colon < value.len)
        event->auth_id = view_drop(value, colon + 1);
}

/* Drops the last item of `text` when it is one that follows a host. */
static bool
host_item_peel(struct sv *text, struct event *event)
{
    ptrdiff_t space = sv_rfind_char(*text, ' ');
    struct sv item;

    if (space < 0)
        return false;
    item = view_drop(*text, (size_t)space + 1);
    if (STARTS(item, "I=["))
        interface_set(event, view_drop(item, 2));
    else if (STARTS(item, "U="))
        event->ident = view_drop(item, 2);
    else if (!STARTS(item, "D=") && !STARTS(item, "Ci="))
        return false;
    text->len = (size_t)space;
    return true;
}

bool
host_from_end(struct sv text, struct event *event)
{
    while (host_item_peel(&text, event)) {
    }
    for (size_t at = text.len; at > 0; at--) {
        struct host host = { 0 };

        if (text.at[at - 1] != '[' || (at > 1 && text.at[at - 2] != ' '))
            continue;
        if (!bracket_take(view_drop(text, at - 1), &host) ||
            !host_names((struct sv){ text.at, at > 1 ? at - 2 : 0 }, &host))
            continue;
        event->host = host;
        return true;
    }
    return false;
}
