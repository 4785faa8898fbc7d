/* The evidence table, the clocks, the log selectors in force. */
#include "analyzer/casework/builder.h"

#include <stdlib.h>
#include <string.h>

static int64_t
utc_of_text(const struct builder *builder, const struct gathered_text *text,
            int64_t at_ms)
{
    size_t number = (size_t)(text - builder->gathering->texts);

    if (at_ms == INT64_MAX || at_ms == INT64_MIN)
        return TIME_UNKNOWN;
    return sealed_utc_ms(builder->sealed, builder->sealed->text_server[number],
                         at_ms, text->counts.zoned, 0) /
           1000;
}

static void
take_ledger_warnings(struct builder *builder)
{
    const struct ledger *ledger = builder->sealed->ledger;

    for (size_t i = 0; i < ledger->warnings_count; i++) {
        const struct ledger_warning *warning = &ledger->warnings[i];
        struct gathered_text *about =
            &builder->gathering->texts[warning->place.text];
        bool lossy = about->lossy;
        const char *text =
            warning->count > 1
                ? build_printf(builder, "%s; the first of %llu", warning->text,
                               (unsigned long long)warning->count)
                : warning->text;

        if (!text || !gathering_warn(builder->gathering, about, warning->topic,
                                     warning->place.line, text))
            builder->failed = true;
        if (warning->remark)
            about->lossy = lossy;
    }
}

static void
fill_counts(struct case_evidence *row, const struct gathered_text *text)
{
    const struct ledger_text *counts = &text->counts;

    row->lines_parsed = (int64_t)counts->lines[LINE_PARSED];
    row->lines_recognised = (int64_t)counts->lines[LINE_RECOGNISED];
    row->lines_unparsed =
        (int64_t)(counts->lines[LINE_UNPARSED] + counts->lines[LINE_DAMAGED]);
    row->lines =
        row->lines_parsed + row->lines_recognised + row->lines_unparsed;
    row->bytes_parsed = (int64_t)counts->bytes[LINE_PARSED];
    row->bytes_recognised = (int64_t)counts->bytes[LINE_RECOGNISED];
    row->bytes_unparsed = (int64_t)counts->bytes[LINE_UNPARSED];
    row->bytes_damaged = (int64_t)counts->bytes[LINE_DAMAGED];
}

/* Text that is no log was not read line by line: all of it is "unparsed". */
static void
fill_unread(struct case_evidence *row, const struct gathered_text *text)
{
    row->bytes_unparsed = (int64_t)text->text_bytes;
}

/* Bytes whose checksum failed were parsed as far as they go: they count as
 * damaged, taken first from what was not understood. */
static void
move_damage(struct case_evidence *row, uint64_t damaged)
{
    int64_t left = (int64_t)damaged - row->bytes_damaged;
    int64_t *const from[] = { &row->bytes_unparsed, &row->bytes_recognised,
                              &row->bytes_parsed };

    for (size_t i = 0; i < sizeof(from) / sizeof(from[0]) && left > 0; i++) {
        int64_t moved = left < *from[i] ? left : *from[i];

        *from[i] -= moved;
        row->bytes_damaged += moved;
        left -= moved;
    }
}

/* What was gathered dies before the case does. */
static const char *
build_optional(struct builder *builder, const char *text, const char *none)
{
    return text ? build_text(builder, sv_of(text)) : none;
}

static void
build_row(struct builder *builder, const struct gathered_text *text,
          struct case_evidence *row)
{
    *row = (struct case_evidence){
        .path = build_text(builder, sv_of(text->path)),
        .container = build_optional(builder, text->container, NULL),
        .kind = text->is_container         ? "archive"
                : text->source == SIZE_MAX ? "unreadable"
                                           : log_kind_name(text->kind),
        .compression = build_optional(builder, text->compression, "none"),
        .stored_bytes = (int64_t)text->stored_bytes,
        .sha256 = build_optional(builder, text->sha256, NULL),
        .text_bytes = (int64_t)text->text_bytes,
        .text_sha256 = build_optional(builder, text->text_sha256, NULL),
        .first = TIME_UNKNOWN,
        .last = TIME_UNKNOWN,
    };
    if (text->counts.starts || text->counts.lines[0] || text->counts.lines[1] ||
        text->counts.lines[2] || text->counts.lines[3]) {
        fill_counts(row, text);
        row->first = utc_of_text(builder, text, text->counts.first_ms);
        row->last = utc_of_text(builder, text, text->counts.last_ms);
    } else {
        fill_unread(row, text);
    }
    move_damage(row, text->damaged_bytes);
    if (text->server && *text->server)
        row->server = build_text(builder, sv_of(text->server));
}

static void
build_rows(struct builder *builder)
{
    struct gathering *gathering = builder->gathering;
    struct case_evidence *rows =
        build_array(builder, gathering->text_count, sizeof(*rows));

    if (!rows)
        return;
    for (size_t i = 0; i < gathering->text_count; i++)
        build_row(builder, &gathering->texts[gathering->rows[i]], &rows[i]);
    builder->casefile->evidence = builder->evidence = rows;
    builder->casefile->evidence_count = gathering->text_count;
}

static void
build_clock(struct builder *builder)
{
    const struct sealed *sealed = builder->sealed;
    struct case_clock *clock =
        build_array(builder, sealed->clock_count, sizeof(*clock));
    uint32_t *servers =
        build_array(builder, sealed->text_count, sizeof(*servers));

    if (!clock || !servers)
        return;
    for (size_t i = 0; i < sealed->clock_count; i++) {
        const struct clock_span *span = &sealed->clock[i];

        clock[i] = (struct case_clock){
            .server = build_name(builder, span->server),
            .from = span->from,
            .to = span->to,
            .offset_minutes = span->offset_minutes,
            .votes = (int64_t)span->votes,
        };
    }
    builder->casefile->clock = clock;
    builder->casefile->clock_count = sealed->clock_count;
    for (size_t i = 0; i < sealed->text_count; i++)
        servers[i] = sealed->text_server[i];
    builder->casefile->servers =
        build_names(builder, servers, sealed->text_count);
}

/* --------------------------------------------------------------- selectors */

static const struct selector_row {
    const char *name;
    uint64_t bit;
    uint64_t needs; /* seen before its absence says anything */
} selector_rows[] = {
    { "subject", SEEN_SUBJECT, SEEN_ARRIVAL },
    { "received_recipients", SEEN_RECIPIENTS, SEEN_ARRIVAL },
    { "arguments", SEEN_ARGUMENTS, SEEN_ARRIVAL },
    { "incoming_port", SEEN_INCOMING_PORT, SEEN_HOST_ARRIVAL },
    { "incoming_interface", SEEN_INTERFACE, SEEN_HOST_ARRIVAL },
    { "smtp_connection", SEEN_CONNECTION, SEEN_HOST_ARRIVAL },
    { "pid", SEEN_PID, SEEN_ARRIVAL },
    { "millisec", SEEN_MILLIS, SEEN_ARRIVAL },
};

static uint64_t
seen_anywhere(const struct builder *builder)
{
    const struct ledger *ledger = builder->sealed->ledger;
    uint64_t seen = 0;

    for (size_t i = 0; i < ledger->texts_count; i++)
        seen |= ledger->texts[i].selectors;
    return seen;
}

static void
build_selectors(struct builder *builder)
{
    size_t count = sizeof(selector_rows) / sizeof(selector_rows[0]);
    struct case_selector *selectors =
        build_array(builder, count, sizeof(*selectors));
    uint64_t seen = seen_anywhere(builder);

    if (!selectors)
        return;
    for (size_t i = 0; i < count; i++)
        selectors[i] = (struct case_selector){
            .name = selector_rows[i].name,
            .state = seen & selector_rows[i].bit     ? "on"
                     : seen & selector_rows[i].needs ? "off"
                                                     : "unknown",
        };
    builder->casefile->selectors = selectors;
    builder->casefile->selector_count = count;
    builder->casefile->server_kind =
        seen & (SEEN_CPANEL_ROUTER | SEEN_SENDER_IDENT | SEEN_OUTBOUND)
            ? "cpanel"
        : seen & SEEN_DEBIAN_ROUTER ? "debian"
                                    : "other";
}

/* ------------------------------------------------------------------ shapes */

static int
shape_order(const void *left, const void *right, void *user)
{
    const struct sealed *sealed = user;
    const struct ledger_shape *a = left;
    const struct ledger_shape *b = right;

    if (a->lines != b->lines)
        return a->lines > b->lines ? -1 : 1;
    return sv_cmp(sealed_name(sealed, a->shape), sealed_name(sealed, b->shape));
}

#define SHAPES_SHOWN 100

static void
build_shapes(struct builder *builder)
{
    struct ledger *ledger = builder->sealed->ledger;
    size_t count = ledger->shapes_count;
    struct case_shape *shapes = build_array(builder, count, sizeof(*shapes));

    if (!shapes)
        return;
    if (count)
        qsort_r(ledger->shapes, count, sizeof(*ledger->shapes), shape_order,
                (void *)builder->sealed);
    builder->casefile->shape_total = (int64_t)count;
    if (count > SHAPES_SHOWN)
        count = SHAPES_SHOWN;
    for (size_t i = 0; i < count; i++) {
        /* "" for a line that ends with its stamp */
        shapes[i].shape = build_text(
            builder, sealed_name(builder->sealed, ledger->shapes[i].shape));
        shapes[i].lines = (int64_t)ledger->shapes[i].lines;
        build_cite(builder, &shapes[i].sample, ledger->shapes[i].sample);
    }
    builder->casefile->shapes = shapes;
    builder->casefile->shape_count = count;
}

static void
build_period(struct builder *builder)
{
    struct casefile *casefile = builder->casefile;

    casefile->period_first = casefile->period_last = TIME_UNKNOWN;
    for (size_t i = 0; i < casefile->evidence_count; i++) {
        const struct case_evidence *row = &casefile->evidence[i];

        if (row->first == TIME_UNKNOWN || strcmp(row->kind, "exim_main") != 0)
            continue;
        if (casefile->period_first == TIME_UNKNOWN ||
            row->first < casefile->period_first)
            casefile->period_first = row->first;
        if (casefile->period_last == TIME_UNKNOWN ||
            row->last > casefile->period_last)
            casefile->period_last = row->last;
    }
    if (casefile->as_of == TIME_UNKNOWN)
        casefile->as_of = casefile->period_last;
}

void
build_evidence(struct builder *builder)
{
    build_rows(builder);
    build_clock(builder);
    build_selectors(builder);
    build_shapes(builder);
    build_period(builder);
}

static void
build_row_warnings(struct builder *builder, const struct gathered_text *text,
                   struct case_evidence *row)
{
    struct case_warning *warnings =
        build_array(builder, text->warning_count, sizeof(*warnings));

    if (!warnings)
        return;
    for (size_t i = 0; i < text->warning_count; i++) {
        warnings[i] = text->warnings[i];
        warnings[i].text = build_text(builder, sv_of(text->warnings[i].text));
    }
    row->warnings = warnings;
    row->warning_count = text->warning_count;
    builder->casefile->lossy |= text->lossy;
}

void
build_warnings(struct builder *builder)
{
    struct gathering *gathering = builder->gathering;
    struct casefile *casefile = builder->casefile;

    take_ledger_warnings(builder);
    for (size_t i = 0; i < casefile->evidence_count; i++)
        build_row_warnings(builder, &gathering->texts[gathering->rows[i]],
                           &builder->evidence[i]);
    casefile->completeness = casefile->lossy  ? "damaged"
                             : casefile->gaps ? "gaps"
                                              : "complete";
}
