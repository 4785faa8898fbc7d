/*
 * delivery.c: what became of an address: `=>` `->` `>>` `*>`, `**`, `==`
 * (exim-log-format 3.3 to 3.5, 3.10).
 *
 * The final local part is printed without its quotes, so it may hold spaces
 * and imitate the items after it. The original address, quoted as received,
 * gives such a line away: where it stands, the address ends.
 */
#include "analyzer/readers/grammar.h"

#define SPLITS_MAX 16

#define AT(field) offsetof(struct event, field)

static const struct item_rule delivery_items[] = {
    { { SV_LIT("F=") }, SHAPE_ANGLE, FILL_SENDER, 0 },
    { { SV_LIT("Q=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("SRS=") }, SHAPE_ANGLE, FILL_NONE, 0 },
    { { SV_LIT("P=") }, SHAPE_ANGLE, FILL_NONE, 0 },
    { { SV_LIT("R=") }, SHAPE_NAME, FILL_VIEW, AT(router) },
    { { SV_LIT("T=") }, SHAPE_NAME, FILL_VIEW, AT(transport) },
    { { SV_LIT("S=") }, SHAPE_NUMBER, FILL_SIZE, 0 },
    { { SV_LIT("H=") }, SHAPE_HOST, FILL_HOST, 0 },
    { { SV_LIT("PRX=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("I=") }, SHAPE_IP, FILL_INTERFACE, 0 },
    { { SV_LIT("ST=") }, SHAPE_TEXT, FILL_NONE, 0 },
    { { SV_LIT("TFO") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("PS=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("X=") }, SHAPE_WORD, FILL_VIEW, AT(cipher) },
    { { SV_LIT("CV=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("DN=") }, SHAPE_LOOSE, FILL_NONE, 0 },
    { { SV_LIT("A=") }, SHAPE_TEXT, FILL_AUTH, 0 },
    { { SV_LIT("L") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("PRDR") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("K") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("DKIM=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("C=") }, SHAPE_QUOTED, FILL_VIEW, AT(response) },
    { { SV_LIT("QT=") }, SHAPE_WORD, FILL_VIEW, AT(queue_time) },
    { { SV_LIT("DT=") }, SHAPE_WORD, FILL_VIEW, AT(delivery_time) },
};
enum { DELIVERY_ITEMS = sizeof(delivery_items) / sizeof(delivery_items[0]) };

static const struct item_rule deferral_items[] = {
    { { SV_LIT("Q=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("R=") }, SHAPE_NAME, FILL_VIEW, AT(router) },
    { { SV_LIT("T=") }, SHAPE_NAME, FILL_VIEW, AT(transport) },
    { { SV_LIT("routing") }, SHAPE_FLAG, FILL_NONE, 0 },
};
enum { DEFERRAL_ITEMS = sizeof(deferral_items) / sizeof(deferral_items[0]) };

/* After the code of a deferral. */
static const struct item_rule attempt_items[] = {
    { { SV_LIT("H=") }, SHAPE_HOST, FILL_HOST, 0 },
    { { SV_LIT("PRX=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("I=") }, SHAPE_IP, FILL_INTERFACE, 0 },
    { { SV_LIT("TFO") }, SHAPE_FLAG, FILL_NONE, 0 },
    { { SV_LIT("PS=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("X=") }, SHAPE_WORD, FILL_VIEW, AT(cipher) },
    { { SV_LIT("CV=") }, SHAPE_WORD, FILL_NONE, 0 },
    { { SV_LIT("DN=") }, SHAPE_LOOSE, FILL_NONE, 0 },
    { { SV_LIT("DT=") }, SHAPE_WORD, FILL_VIEW, AT(delivery_time) },
};
enum { ATTEMPT_ITEMS = sizeof(attempt_items) / sizeof(attempt_items[0]) };

/* Exim 4.100 no longer says the number. */
static const struct sv defer_stops[] = {
    { SV_LIT("defer (") },
    { SV_LIT("defer:") },
    { SV_LIT("defer ") },
};
enum { DEFER_STOPS = sizeof(defer_stops) / sizeof(defer_stops[0]) };

/* The grammar after the address, by kind of line. */
struct branch {
    const struct item_rule *rules;
    size_t count;
    const struct sv *stops;
    size_t stop_count;
    bool colon_ends;
    bool free_text; /* what follows the items is anybody's */
    bool (*ends)(struct event *event, struct sv rest);
};

/* --------------------------------------------------- the ends of the lines */

static bool
delivery_ends(struct event *event, struct sv rest)
{
    return !rest.len && (event->router.len || event->transport.len);
}

/* ": text", " : text", or nothing when the line was cut there. */
static bool
failure_ends(struct event *event, struct sv rest)
{
    if (!SKIP(&rest, ": ") && !SKIP(&rest, " : "))
        return false;
    event->response = rest;
    return true;
}

/* In logs up to 4.84 the host stands in the text: ": host NAME [IP]: ". */
static void
host_from_text(struct event *event)
{
    ptrdiff_t at;
    struct host host;

    if (event->host.ip.len)
        return;
    at = sv_find(event->response, SV(": host "));
    if (at >= 0 &&
        host_take(view_drop(event->response, (size_t)at + 7), 0, &host))
        event->host = host;
}

/* ": strerror H=": the errno's own words, which a host may follow. */
static void
strerror_skip(struct sv *rest, struct event *event)
{
    ptrdiff_t host = sv_find(*rest, SV(" H="));

    if (host < 2 || (size_t)host > view_index(*rest, ':', 1))
        return;
    event->response = view_between(rest->at + 2, rest->at + host);
    view_skip(rest, (size_t)host);
}

/* "-44)" */
static bool
errno_take(struct sv *rest, struct event *event)
{
    bool minus = SKIP(rest, "-");
    size_t close = view_index(*rest, ')', 0);
    uint64_t code;

    if (close == rest->len ||
        !sv_to_u64((struct sv){ rest->at, close }, INT32_MAX, &code))
        return false;
    event->errno_value = minus ? -(int32_t)code : (int32_t)code;
    view_skip(rest, close + 1);
    return true;
}

/* " defer (-44) H=… DT=…: text", the number only up to 4.99 */
static bool
deferral_ends(struct event *event, struct sv rest)
{
    struct walk walk = { .rules = attempt_items,
                         .count = ATTEMPT_ITEMS,
                         .colon_ends = true };
    bool numbered;

    if (!SKIP(&rest, " defer"))
        return false;
    numbered = SKIP(&rest, " (");
    if (numbered && !errno_take(&rest, event))
        return false;
    if ((!numbered || event->errno_value > 0) && STARTS(rest, ": "))
        strerror_skip(&rest, event);
    walk.rest = rest;
    if (!items_walk(&walk, event))
        return false;
    if (SKIP(&walk.rest, ": ") || SKIP(&walk.rest, " : "))
        event->response = walk.rest;
    return true;
}

static const struct branch delivery_branch = {
    delivery_items, DELIVERY_ITEMS, NULL, 0, false, false, delivery_ends
};
static const struct branch failure_branch = {
    delivery_items, DELIVERY_ITEMS, NULL, 0, true, true, failure_ends
};
static const struct branch deferral_branch = { deferral_items, DEFERRAL_ITEMS,
                                               defer_stops,    DEFER_STOPS,
                                               true,           true,
                                               deferral_ends };

/* --------------------------------------------------------------- addresses */

static void
outcome_clear(struct event *event)
{
    static const struct host no_host = { 0 };
    static const struct sv nothing = { NULL, 0 };

    event->host = no_host;
    event->interface_ip = event->router = event->transport = nothing;
    event->response = event->cipher = event->queue_time = nothing;
    event->delivery_time = event->authenticator = event->auth_id = nothing;
    event->sender = event->parents = event->original = nothing;
    event->sender_null = false;
    event->size_bytes = 0;
    event->arrival_flags = 0;
    event->flags &= ~(uint32_t)EVENT_TAMPER;
}

static bool
branch_walk(const struct branch *branch, struct sv items, struct event *event)
{
    struct walk walk = { .rules = branch->rules,
                         .count = branch->count,
                         .stops = branch->stops,
                         .stop_count = branch->stop_count,
                         .colon_ends = branch->colon_ends,
                         .rest = items };

    return items_walk(&walk, event) && branch->ends(event, walk.rest);
}

/* " (p1, p2)" at the head of `rest`; its addresses may hold quotes. */
static void
parents_skip(struct sv *rest, struct event *event)
{
    size_t at = 2;

    if (!STARTS(*rest, " ("))
        return;
    while (at < rest->len && rest->at[at] != ')') {
        size_t quoted =
            rest->at[at] == '"' ? quoted_length(view_drop(*rest, at)) : 0;

        at += quoted ? quoted : 1;
    }
    if (at >= rest->len || (at + 1 < rest->len && rest->at[at + 1] != ' '))
        return;
    event->parents = (struct sv){ rest->at + 2, at - 2 };
    view_skip(rest, at + 1);
}

/* " <ORIG>" at the head of `rest`. */
static bool
original_skip(struct sv *rest, bool colon_ends, struct event *event)
{
    struct sv angle;
    size_t length;
    char after;

    if (!STARTS(*rest, " <"))
        return false;
    angle = view_drop(*rest, 1);
    length = angle_length(angle);
    after = view_byte(angle, length);
    if (!length ||
        (length < angle.len && after != ' ' && !(colon_ends && after == ':')))
        return false;
    event->original = (struct sv){ angle.at + 1, length - 2 };
    view_skip(rest, length + 1);
    return true;
}

static bool
needs_original(struct sv final)
{
    return !memchr(final.at, '@', final.len) && final.at[0] != ':';
}

/* Reads as if the address were one word, as nearly all are. */
static bool
plain_split(const struct branch *branch, struct sv text, struct event *event)
{
    size_t length = view_index(text, ' ', 0);
    struct sv rest;
    bool shown;

    if (branch->colon_ends && length && text.at[length - 1] == ':')
        length--;
    if (!length)
        return false;
    event->address = (struct sv){ text.at, length };
    rest = view_drop(text, length);
    parents_skip(&rest, event);
    shown = original_skip(&rest, branch->colon_ends, event);
    if (!shown) {
        event->original = event->address;
        if (needs_original(event->address) && !event->parents.len)
            return false;
    }
    return branch_walk(branch, rest, event);
}

/* The parents before an original that was found from behind. */
static void
parents_cut(struct event *event)
{
    struct sv address = event->address;
    ptrdiff_t open = sv_find(address, SV(" ("));
    ptrdiff_t last = open;

    if (open < 0 || address.at[address.len - 1] != ')')
        return;
    while (open >= 0) { /* a command may hold some of its own */
        last = open;
        open = sv_find(view_drop(address, (size_t)last + 2), SV(" ("));
        if (open >= 0)
            open += last + 2;
    }
    event->parents =
        view_between(address.at + last + 2, address.at + address.len - 1);
    event->address.len = (size_t)last;
}

/* Reads as if the original stood at `at`. */
static bool
split_at(const struct branch *branch, struct sv text, size_t at,
         struct event *event)
{
    struct sv rest = view_drop(text, at);

    outcome_clear(event);
    if (!original_skip(&rest, branch->colon_ends, event))
        return false;
    event->address = (struct sv){ text.at, at };
    parents_cut(event);
    return branch_walk(branch, rest, event);
}

/*
 * Looks for the original address further on. One that is the final address
 * with quotes is certain; else the last that parses, or in lines that end in
 * a stranger's words the first.
 */
static bool
far_split(const struct branch *branch, struct sv text, struct event *event)
{
    size_t found = 0;
    size_t at = 0;

    for (int tries = 0; tries < SPLITS_MAX; tries++) {
        ptrdiff_t step = sv_find(view_drop(text, at), SV(" <"));

        if (step < 0)
            break;
        at += (size_t)step;
        if (at && split_at(branch, text, at, event)) {
            if (address_dequotes_to(event->original, event->address))
                return true;
            if (!found || !branch->free_text)
                found = at;
        }
        at += 2;
    }
    return found && split_at(branch, text, found, event);
}

/* An original that is the text before it in quotes: the plain reading lies. */
static bool
plain_is_forged(const struct branch *branch, struct sv text)
{
    struct sv angle;
    size_t length;
    ptrdiff_t at;

    if (!branch->free_text || !memchr(text.at, '"', text.len))
        return false;
    at = sv_find(text, SV(" <\""));
    if (at <= 0)
        return false;
    angle = view_drop(text, (size_t)at + 1);
    length = angle_length(angle);
    return length > 2 &&
           address_dequotes_to((struct sv){ angle.at + 1, length - 2 },
                               (struct sv){ text.at, (size_t)at });
}

static bool
is_free_form(struct sv text)
{
    return text.at[0] == '|' || text.at[0] == '/' || text.at[0] == '>' ||
           STARTS(text, "save ");
}

static bool
address_split(const struct branch *branch, struct sv text, struct event *event)
{
    if (!text.len)
        return false;
    if (!is_free_form(text)) {
        if (plain_split(branch, text, event) && !plain_is_forged(branch, text))
            return true;
    } else if (far_split(branch, text, event)) {
        return true;
    }
    if (!is_free_form(text) && far_split(branch, text, event)) {
        if (event->address.len &&
            memchr(event->address.at, '=', event->address.len))
            event->flags |= EVENT_TAMPER;
        return true;
    }
    outcome_clear(event);
    return plain_split(branch, text, event);
}

/* ----------------------------------------------------------------- targets */

static enum delivery_target
target_of(const struct event *event)
{
    struct sv address = event->address;

    if (event->host.ip.len)
        return TARGET_REMOTE;
    if (sv_eq(event->transport, SV("**bypassed**")) ||
        sv_eq(address, SV("/dev/null")) || sv_eq(address, SV(":blackhole:")) ||
        sv_eq(address, SV("discarded")))
        return TARGET_DISCARDED;
    switch (view_byte(address, 0)) {
    case '|':
        return TARGET_PIPE;
    case '/':
        return TARGET_FILE;
    case '>':
        return TARGET_AUTOREPLY;
    default:
        break;
    }
    return STARTS(address, "save ") ? TARGET_FILE : TARGET_LOCAL;
}

/* "discarded (system filter)", "blackhole (…): why", "blackhole text" */
static bool
discard_read(struct event *event, struct sv rest)
{
    size_t word = view_index(rest, ' ', 0);

    if (!STARTS(rest, "blackhole") &&
        !sv_eq(rest, SV("discarded (system filter)")))
        return false;
    if (word != 9)
        return false;
    event->target = TARGET_DISCARDED;
    event->reason = view_drop(rest, word < rest.len ? word + 1 : word);
    return true;
}

enum line_class
delivery_read(struct event *event, struct sv rest)
{
    char first = event->text.at[0];

    event->mark = first == '-'   ? MARK_MORE
                  : first == '>' ? MARK_CUTTHROUGH
                                 : MARK_FIRST;
    if (discard_read(event, rest))
        return LINE_PARSED;
    if (!address_split(&delivery_branch, rest, event)) {
        if (event->address.len)
            event->target = target_of(event);
        return LINE_DAMAGED;
    }
    event->target = target_of(event);
    event->host.flags &= ~(uint32_t)HOST_NAME_CONFIRMED;
    return LINE_PARSED;
}

/* A failure or deferral need not have reached a transport. */
static enum delivery_target
target_tried(const struct event *event)
{
    enum delivery_target target = target_of(event);

    if (target == TARGET_LOCAL && event->address.len &&
        memchr(event->address.at, '@', event->address.len))
        return 0;
    return target;
}

static void
outcome_finish(struct event *event)
{
    host_from_text(event);
    event->host.flags &= ~(uint32_t)HOST_NAME_CONFIRMED;
    event->target = target_tried(event);
    if (!event->host.ip.len && limit_text_read(event->response, event))
        event->flags |= EVENT_BY_LIMIT;
}

enum line_class
failure_read(struct event *event, struct sv rest)
{
    if (!address_split(&failure_branch, rest, event))
        return LINE_DAMAGED;
    if (sv_eq(event->response, SV("retry timeout exceeded")) &&
        !event->router.len)
        event->flags |= EVENT_QUEUED_TWICE;
    outcome_finish(event);
    return LINE_PARSED;
}

enum line_class
deferral_read(struct event *event, struct sv rest)
{
    if (!address_split(&deferral_branch, rest, event))
        return LINE_DAMAGED;
    outcome_finish(event);
    return LINE_PARSED;
}
