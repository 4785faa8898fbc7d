/* Two ledgers become one; names and messages are renumbered on the way. */
#include "analyzer/ledger/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/ledger/push.h"

struct renumbering { /* of `from`, into `into` */
    uint32_t *names;
    uint32_t *messages;
    uint32_t events; /* added to every index */
    uint32_t arrivals;
    uint32_t recipients;
};

void
ledger_shift(struct ledger *ledger, uint64_t lines)
{
    uint32_t by = (uint32_t)lines;

    ledger->opening.line += by;
    for (size_t i = 0; i < ledger->events_count; i++)
        ledger->events[i].line += by;
    for (size_t i = 0; i < ledger->limits_count; i++)
        ledger->limits[i].place.line += by;
    for (size_t i = 0; i < ledger->cwds_count; i++)
        ledger->cwds[i].place.line += by;
    for (size_t i = 0; i < ledger->idents_count; i++)
        ledger->idents[i].place.line += by;
    for (size_t i = 0; i < ledger->refused_count; i++)
        ledger->refused[i].place.line += by;
    for (size_t i = 0; i < ledger->shapes_count; i++)
        ledger->shapes[i].sample.line += by;
    for (size_t i = 0; i < ledger->warnings_count; i++)
        ledger->warnings[i].place.line += by;
    for (size_t i = 0; i < ledger->texts_count; i++)
        ledger->texts[i].silence_line += by;
}

/* ------------------------------------------------------------- renumbering */

static bool
renumber_names(struct ledger *into, const struct ledger *from, uint32_t *names)
{
    for (uint32_t i = 1; i <= names_count(from->names); i++)
        names[i] = names_add(into->names, names_text(from->names, i));
    return !names_failed(into->names);
}

static bool
renumber_messages(struct ledger *into, const struct ledger *from,
                  const uint32_t *names, uint32_t *messages)
{
    for (size_t i = 0; i < from->messages_count; i++) {
        const struct ledger_message *message = &from->messages[i];

        messages[i] =
            ledger_message_add(into, names[message->server], message->id);
        if (messages[i] == NO_INDEX)
            return false;
    }
    return true;
}

static bool
renumbering_make(struct ledger *into, const struct ledger *from,
                 struct renumbering *ret)
{
    ret->events = (uint32_t)into->events_count;
    ret->arrivals = (uint32_t)into->arrivals_count;
    ret->recipients = (uint32_t)into->recipients_count;
    ret->names =
        calloc((size_t)names_count(from->names) + 1, sizeof(*ret->names));
    ret->messages = calloc(from->messages_count + 1, sizeof(*ret->messages));
    return ret->names && ret->messages &&
           renumber_names(into, from, ret->names) &&
           renumber_messages(into, from, ret->names, ret->messages);
}

/* ----------------------------------------------------------------- appends */

static bool
append_events(struct ledger *into, const struct ledger *from,
              const struct renumbering *to)
{
    for (size_t i = 0; i < from->events_count; i++) {
        struct ledger_event *event = PUSH(into, events);

        if (!event)
            return false;
        *event = from->events[i];
        event->message = to->messages[event->message];
    }
    return true;
}

static void
rename_arrival(struct ledger_arrival *arrival, const struct renumbering *to)
{
    uint32_t *const fields[] = {
        &arrival->sender,   &arrival->host_name,    &arrival->helo,
        &arrival->ip,       &arrival->interface_ip, &arrival->ident,
        &arrival->protocol, &arrival->cipher,       &arrival->authenticator,
        &arrival->auth_id,  &arrival->subject,
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
        *fields[i] = to->names[*fields[i]];
    arrival->message = to->messages[arrival->message];
    arrival->event += to->events;
    arrival->recipients_first += to->recipients;
}

static bool
append_arrivals(struct ledger *into, const struct ledger *from,
                const struct renumbering *to)
{
    for (size_t i = 0; i < from->recipients_count; i++) {
        uint32_t *recipient = PUSH(into, recipients);

        if (!recipient)
            return false;
        *recipient = to->names[from->recipients[i]];
    }
    for (size_t i = 0; i < from->arrivals_count; i++) {
        struct ledger_arrival *arrival = PUSH(into, arrivals);

        if (!arrival)
            return false;
        *arrival = from->arrivals[i];
        rename_arrival(arrival, to);
        if (into->messages[arrival->message].arrival == NO_INDEX)
            into->messages[arrival->message].arrival =
                (uint32_t)(into->arrivals_count - 1);
    }
    return true;
}

static bool
append_attempts(struct ledger *into, const struct ledger *from,
                const struct renumbering *to)
{
    for (size_t i = 0; i < from->attempts_count; i++) {
        struct ledger_attempt *attempt = PUSH(into, attempts);

        if (!attempt)
            return false;
        *attempt = from->attempts[i];
        attempt->event += to->events;
        attempt->message = to->messages[attempt->message];
        attempt->address = to->names[attempt->address];
        attempt->original = to->names[attempt->original];
        attempt->host_name = to->names[attempt->host_name];
        attempt->host_ip = to->names[attempt->host_ip];
        attempt->router = to->names[attempt->router];
        attempt->transport = to->names[attempt->transport];
        attempt->shape = to->names[attempt->shape];
        attempt->listed = to->names[attempt->listed];
    }
    return true;
}

static bool
append_limits_and_cwds(struct ledger *into, const struct ledger *from,
                       const struct renumbering *to)
{
    for (size_t i = 0; i < from->limits_count; i++) {
        struct ledger_limit *limit = PUSH(into, limits);

        if (!limit)
            return false;
        *limit = from->limits[i];
        limit->domain = to->names[limit->domain];
        limit->text = to->names[limit->text];
    }
    for (size_t i = 0; i < from->cwds_count; i++) {
        struct ledger_cwd *cwd = PUSH(into, cwds);

        if (!cwd)
            return false;
        *cwd = from->cwds[i];
        cwd->dir = to->names[cwd->dir];
        cwd->args = to->names[cwd->args];
    }
    return true;
}

static bool
append_idents(struct ledger *into, const struct ledger *from,
              const struct renumbering *to)
{
    for (size_t i = 0; i < from->idents_count; i++) {
        struct ledger_ident *ident = PUSH(into, idents);

        if (!ident)
            return false;
        *ident = from->idents[i];
        ident->how = to->names[ident->how];
        ident->account = to->names[ident->account];
        ident->domain = to->names[ident->domain];
        ident->login = to->names[ident->login];
        ident->source = to->names[ident->source];
        ident->target = to->names[ident->target];
    }
    return true;
}

static bool
append_refused(struct ledger *into, const struct ledger *from,
               const struct renumbering *to)
{
    for (size_t i = 0; i < from->refused_count; i++) {
        struct ledger_refused *refused = PUSH(into, refused);

        if (!refused)
            return false;
        *refused = from->refused[i];
        refused->ip = to->names[refused->ip];
        refused->login = to->names[refused->login];
        refused->what = to->names[refused->what];
        refused->helo = to->names[refused->helo];
    }
    return true;
}

/* The first sample by place stands for the shape, whatever came first here. */
static bool
place_before(struct place a, struct place b)
{
    if (a.text != b.text)
        return a.text < b.text;
    return a.offset < b.offset;
}

static bool
append_shapes(struct ledger *into, const struct ledger *from,
              const struct renumbering *to)
{
    for (size_t i = 0; i < from->shapes_count; i++) {
        struct ledger_shape shape = from->shapes[i];
        struct ledger_shape *same = NULL;

        shape.shape = to->names[shape.shape];
        for (size_t k = 0; k < into->shapes_count && !same; k++) {
            if (into->shapes[k].shape == shape.shape)
                same = &into->shapes[k];
        }
        if (same) {
            same->lines += shape.lines;
            if (place_before(shape.sample, same->sample))
                same->sample = shape.sample;
            continue;
        }
        same = PUSH(into, shapes);
        if (!same)
            return false;
        *same = shape;
    }
    return true;
}

/* Parts of one text, read apart, add up to one account of it. */
static bool
append_texts(struct ledger *into, const struct ledger *from,
             const struct renumbering *to)
{
    for (size_t i = 0; i < from->texts_count; i++) {
        struct ledger_text text = from->texts[i];
        struct ledger_text *same = NULL;

        text.server = to->names[text.server];
        for (size_t k = 0; k < into->texts_count && !same; k++) {
            if (into->texts[k].text == text.text)
                same = &into->texts[k];
        }
        if (!same) {
            same = PUSH(into, texts);
            if (!same)
                return false;
            *same = text;
            continue;
        }
        for (int k = 0; k < 4; k++) {
            same->lines[k] += text.lines[k];
            same->bytes[k] += text.bytes[k];
        }
        if (text.first_ms < same->first_ms)
            same->first_ms = text.first_ms;
        if (text.last_ms > same->last_ms)
            same->last_ms = text.last_ms;
        same->zoned |= text.zoned;
        same->cwd_lines += text.cwd_lines;
        same->skipped += text.skipped;
        same->starts += text.starts;
        same->backward += text.backward;
        if (text.silence_ms > same->silence_ms) {
            same->silence_ms = text.silence_ms;
            same->silence_line = text.silence_line;
        }
        same->selectors |= text.selectors;
        same->server_mixed |= text.server_mixed;
        if (same->server == text.server) {
            same->server_votes += text.server_votes;
        } else if (!same->server || text.server_votes > same->server_votes) {
            same->server = text.server ? text.server : same->server;
            same->server_votes = text.server_votes;
        }
    }
    return true;
}

static bool
append_warnings(struct ledger *into, const struct ledger *from)
{
    for (size_t i = 0; i < from->warnings_count; i++) {
        const struct ledger_warning *warning = &from->warnings[i];
        struct ledger_warning *same = NULL;

        for (size_t k = 0; k < into->warnings_count && !same; k++) {
            struct ledger_warning *other = &into->warnings[k];

            if (other->topic == warning->topic &&
                other->place.text == warning->place.text &&
                strcmp(other->text, warning->text) == 0)
                same = other;
        }
        if (same) {
            same->count += warning->count;
            if (place_before(warning->place, same->place))
                same->place = warning->place;
            continue;
        }
        same = PUSH(into, warnings);
        if (!same)
            return false;
        *same = *warning;
    }
    return true;
}

enum status
ledger_merge(struct ledger *into, struct ledger *from)
{
    struct renumbering to = { 0 };
    bool merged =
        renumbering_make(into, from, &to) && append_events(into, from, &to) &&
        append_arrivals(into, from, &to) && append_attempts(into, from, &to) &&
        append_limits_and_cwds(into, from, &to) &&
        append_idents(into, from, &to) && append_refused(into, from, &to) &&
        append_shapes(into, from, &to) && append_texts(into, from, &to) &&
        append_warnings(into, from);

    free(to.names);
    free(to.messages);
    ledger_free(from);
    return merged ? STATUS_OK : STATUS_NOMEM;
}
