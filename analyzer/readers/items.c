/*
 * items.c: the walk along a line's items. Each kind of line has a table of
 * the items that Exim writes, in Exim's order, each at most once. Some values
 * (an ident, a login, a Message-ID) may hold spaces and so may imitate later
 * items; the imitation shows when an item comes twice or too late: the value
 * then reached up to there (exim-log-format 8.3).
 */
#include "analyzer/readers/grammar.h"

#define LENGTH_BAD SIZE_MAX

static struct sv *
field_at(struct event *event, size_t offset)
{
    return (struct sv *)(void *)((char *)event + offset);
}

/* ------------------------------------------------------------------- fills */

static bool
parent_set(struct event *event, struct sv value)
{
    return message_id_read(value, &event->parent) == value.len && value.len;
}

static void
header_id_set(struct event *event, struct sv value, bool made)
{
    event->header_id = value;
    if (made)
        event->arrival_flags |= ARRIVAL_ID_MADE;
}

/* Inner view of `<…>` or `"…"`. */
static struct sv
unwrapped(struct sv value)
{
    return (struct sv){ value.at + 1, value.len >= 2 ? value.len - 2 : 0 };
}

static void
sender_set(struct event *event, struct sv value)
{
    event->sender = unwrapped(value);
    event->sender_null = event->sender.len == 0;
}

static bool
value_fill(struct event *event, const struct item_rule *rule, struct sv value)
{
    switch (rule->fill) {
    case FILL_VIEW:
        if (rule->shape == SHAPE_QUOTED)
            value = unwrapped(value);
        *field_at(event, rule->offset) = value;
        return true;
    case FILL_SIZE:
        return sv_to_u64(value, UINT64_MAX, &event->size_bytes);
    case FILL_PARENT:
        return parent_set(event, value);
    case FILL_INTERFACE:
        interface_set(event, value);
        return event->interface_ip.len != 0;
    case FILL_CIPHER:
        event->cipher = value;
        event->arrival_flags |= ARRIVAL_TLS;
        return true;
    case FILL_AUTH:
        auth_set(event, value);
        return true;
    case FILL_HEADER_ID:
    case FILL_MADE_ID:
        header_id_set(event, value, rule->fill == FILL_MADE_ID);
        return true;
    case FILL_SUBJECT:
        event->subject = unwrapped(value);
        event->arrival_flags |= ARRIVAL_HAS_SUBJECT;
        return true;
    case FILL_FROM:
        event->from = unwrapped(value);
        return true;
    case FILL_RECIPIENTS:
        event->recipients = value;
        event->arrival_flags |= ARRIVAL_HAS_RCPTS;
        return true;
    case FILL_SENDER:
        sender_set(event, value);
        return true;
    case FILL_HOST: /* set as it was taken */
    case FILL_NONE:
        break;
    }
    return true;
}

/* Undoes what an item filled that was no item. */
static void
value_clear(struct event *event, const struct item_rule *rule)
{
    static const struct sv nothing = { NULL, 0 };

    switch (rule->fill) {
    case FILL_VIEW:
        *field_at(event, rule->offset) = nothing;
        break;
    case FILL_SIZE:
        event->size_bytes = 0;
        break;
    case FILL_CIPHER:
        event->cipher = nothing;
        event->arrival_flags &= ~(uint32_t)ARRIVAL_TLS;
        break;
    case FILL_AUTH:
        event->authenticator = nothing;
        event->auth_id = nothing;
        break;
    case FILL_HEADER_ID:
    case FILL_MADE_ID:
        event->header_id = nothing;
        event->arrival_flags &= ~(uint32_t)ARRIVAL_ID_MADE;
        break;
    case FILL_SUBJECT:
        event->subject = nothing;
        event->arrival_flags &= ~(uint32_t)ARRIVAL_HAS_SUBJECT;
        break;
    case FILL_FROM:
        event->from = nothing;
        break;
    case FILL_RECIPIENTS:
        event->recipients = nothing;
        event->arrival_flags &= ~(uint32_t)ARRIVAL_HAS_RCPTS;
        break;
    default: /* stands before any item that may hold spaces */
        break;
    }
}

/* ----------------------------------------------------------------- lengths */

static size_t
word_length(const struct walk *walk, struct sv value)
{
    size_t length = view_index(value, ' ', 0);

    if (walk->colon_ends && length && value.at[length - 1] == ':')
        length--;
    return length;
}

/* Names of routers and transports, with the one that Exim makes up. */
static size_t
name_length(const struct walk *walk, struct sv value)
{
    size_t length = word_length(walk, value);

    if (sv_eq((struct sv){ value.at, length }, SV("**bypassed**")))
        return length;
    for (size_t i = 0; i < length; i++) {
        if (!byte_is_alnum(value.at[i]) && value.at[i] != '_' &&
            value.at[i] != '.' && value.at[i] != '-')
            return LENGTH_BAD;
    }
    return length ? length : LENGTH_BAD;
}

static size_t
number_length(const struct walk *walk, struct sv value)
{
    size_t length = word_length(walk, value);

    for (size_t i = 0; i < length; i++) {
        if (!byte_is_digit(value.at[i]))
            return LENGTH_BAD;
    }
    return length ? length : LENGTH_BAD;
}

/* What may follow the closing quote of a subject, of a response. */
static bool
tail_may_follow(const struct item_rule *rule, struct sv tail)
{
    if (!tail.len)
        return true;
    if (rule->fill == FILL_SUBJECT)
        return STARTS(tail, " from <") || STARTS(tail, " for ");
    return STARTS(tail, " QT=") || STARTS(tail, " DT=");
}

static size_t
loose_length(const struct walk *walk, struct sv value)
{
    size_t at = 0;

    if (view_byte(value, 0) != '"')
        return word_length(walk, value);
    do
        at = view_index(value, '"', at + 1);
    while (at + 1 < value.len && value.at[at + 1] != ' ' &&
           !(walk->colon_ends && value.at[at + 1] == ':'));
    return at < value.len ? at + 1 : LENGTH_BAD;
}

static size_t
host_length(struct walk *walk, struct event *event, struct sv value)
{
    struct host host;
    size_t length = host_take(value, walk->host_skip, &host);

    if (length) {
        event->host = host;
        walk->host_end = value.at + length;
        return length;
    }
    if (walk->host_skip)
        return LENGTH_BAD;
    length = word_length(walk, value); /* a list of names, without address */
    event->host.name = (struct sv){ value.at, length };
    return length ? length : LENGTH_BAD;
}

static size_t
value_length(struct walk *walk, struct event *event,
             const struct item_rule *rule, struct sv value)
{
    size_t length;

    switch (rule->shape) {
    case SHAPE_FLAG:
        return 0;
    case SHAPE_NAME:
        return name_length(walk, value);
    case SHAPE_NUMBER:
        return number_length(walk, value);
    case SHAPE_HOST:
        return host_length(walk, event, value);
    case SHAPE_ANGLE:
        length = angle_length(value);
        return length ? length : LENGTH_BAD;
    case SHAPE_QUOTED:
        length = quoted_length(value);
        return length && tail_may_follow(rule, view_drop(value, length))
                   ? length
                   : LENGTH_BAD;
    case SHAPE_LOOSE:
        return loose_length(walk, value);
    case SHAPE_REST:
        return value.len;
    case SHAPE_WORD:
    case SHAPE_IP:
    case SHAPE_TEXT:
        break;
    }
    return word_length(walk, value);
}

/* ---------------------------------------------------------------- the walk */

/* Length of the flag's word with its marks (L.-, TFO*); 0: another word. */
static size_t
flag_length(const struct walk *walk, struct sv token, size_t at)
{
    while (at < token.len &&
           (token.at[at] == '*' || token.at[at] == '.' || token.at[at] == '-'))
        at++;
    if (at == token.len || token.at[at] == ' ' ||
        (walk->colon_ends && token.at[at] == ':'))
        return at;
    return 0;
}

static size_t
rule_find(const struct walk *walk, struct sv token, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const struct item_rule *rule = &walk->rules[i];

        if (rule->key.at[0] == token.at[0] && view_starts(token, rule->key) &&
            (rule->shape != SHAPE_FLAG ||
             flag_length(walk, token, rule->key.len)))
            return i;
    }
    return walk->count;
}

static bool
walk_stops(const struct walk *walk, struct sv token)
{
    for (size_t i = 0; i < walk->stop_count; i++) {
        if (walk->stops[i].at[0] == token.at[0] &&
            view_starts(token, walk->stops[i]))
            return true;
    }
    return false;
}

/* Items such as later versions may add: "Xy9=". */
static bool
item_is_unknown(struct sv token)
{
    size_t at = 0;

    if (!token.len || token.at[0] < 'A' || token.at[0] > 'Z')
        return false;
    while (at < token.len &&
           (byte_is_alnum(token.at[at]) || token.at[at] == '*'))
        at++;
    return view_byte(token, at) == '=';
}

static bool
rule_is_text(const struct item_rule *rule)
{
    return rule->shape == SHAPE_TEXT || rule->shape == SHAPE_LOOSE;
}

/* Takes the item `rule` at the head of the rest. False: its value is none. */
static bool
item_take(struct walk *walk, struct event *event, size_t index, struct sv token)
{
    const struct item_rule *rule = &walk->rules[index];
    struct sv value = view_drop(token, rule->key.len);
    size_t length;

    if (rule->shape == SHAPE_FLAG)
        value = view_drop(token, flag_length(walk, token, rule->key.len));
    length = value_length(walk, event, rule, value);
    if (length == LENGTH_BAD ||
        !value_fill(event, rule, (struct sv){ value.at, length }))
        return false;
    if (rule_is_text(rule) && walk->text_count < WALK_TEXTS) {
        walk->texts[walk->text_count].rule = index;
        walk->texts[walk->text_count++].from = value.at;
    }
    walk->next = index + 1;
    walk->rest = view_drop(value, length);
    return true;
}

/*
 * The latest text that stands before rule `before` swallows all that was
 * taken since, up to `end`. False when there is no such text.
 */
static bool
text_swallow(struct walk *walk, struct event *event, size_t before,
             const char *end)
{
    const struct item_rule *rule;

    while (walk->text_count && walk->texts[walk->text_count - 1].rule >= before)
        walk->text_count--;
    if (!walk->text_count)
        return false;
    rule = &walk->rules[walk->texts[walk->text_count - 1].rule];
    for (const struct item_rule *later = rule + 1;
         later < walk->rules + walk->next; later++) {
        value_clear(event, later);
        event->flags |= EVENT_TAMPER;
    }
    value_fill(event, rule,
               view_between(walk->texts[walk->text_count - 1].from, end));
    walk->next = walk->texts[walk->text_count - 1].rule + 1;
    return true;
}

static bool
last_is_text(const struct walk *walk)
{
    return walk->text_count && walk->next &&
           walk->texts[walk->text_count - 1].rule == walk->next - 1;
}

/* An item that was used up or passed over: it shows that a text was longer. */
static bool
item_repeats(struct walk *walk, struct event *event, size_t index,
             struct sv token, const char *word_end)
{
    event->flags |= EVENT_TAMPER;
    if (last_is_text(walk) &&
        (walk->rules[walk->next - 1].fill == FILL_HEADER_ID ||
         walk->rules[walk->next - 1].fill == FILL_MADE_ID)) {
        text_swallow(walk, event, walk->next, word_end);
        walk->rest = view_between(word_end, walk->rest.at + walk->rest.len);
        return true;
    }
    return text_swallow(walk, event, index, walk->rest.at) &&
           item_take(walk, event, index, token);
}

/* A word that is no item: part of a text, or an item of a later version. */
static bool
word_take(struct walk *walk, struct event *event, struct sv token,
          const char *word_end)
{
    if (!last_is_text(walk) && item_is_unknown(token)) {
        walk->rest = view_between(word_end, walk->rest.at + walk->rest.len);
        return true;
    }
    if (!text_swallow(walk, event, walk->count, word_end))
        return false;
    walk->rest = view_between(word_end, walk->rest.at + walk->rest.len);
    return true;
}

/* One item or word. False: the walk is over, *ret_ordered says how. */
static bool
items_step(struct walk *walk, struct event *event, struct sv token,
           bool *ret_ordered)
{
    size_t index = rule_find(walk, token, walk->next, walk->count);
    const char *word_end;

    if (index < walk->count && item_take(walk, event, index, token))
        return true;
    word_end = token.at + word_length(walk, token);
    if (word_end == token.at)
        word_end++; /* a second space in a text */
    if (index == walk->count)
        index = rule_find(walk, token, 0, walk->next);
    else
        index = walk->count;
    if (index < walk->count) {
        *ret_ordered = item_repeats(walk, event, index, token, word_end);
        return *ret_ordered;
    }
    return word_take(walk, event, token, word_end);
}

bool
items_walk(struct walk *walk, struct event *event)
{
    bool ordered = true;

    while (walk->rest.len && (walk->at_item || walk->rest.at[0] == ' ')) {
        struct sv token = view_drop(walk->rest, walk->at_item ? 0 : 1);

        if (!token.len || walk_stops(walk, token) ||
            (walk->colon_ends && token.at[0] == ':'))
            break;
        if (!items_step(walk, event, token, &ordered))
            break;
        walk->at_item = false;
    }
    return ordered;
}
