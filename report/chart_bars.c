/* Horizontal bars, the hours of a week, and the life of one message. */
#include "report/chart_build.h"

#include "report/node.h"
#include "report/words.h"

#include <stdlib.h>

#define LABEL_WIDTH 214.0
#define LABEL_ROOM 194.0 /* a browser's own font may be wider */
#define BAR_LEFT 226.0
#define BAR_HEIGHT 15.0
#define ROW_HEIGHT 24.0
#define LEADING 13.0
#define LABEL_LINES 4
#define NUMBER_WIDTH 62.0

/* -------------------------------------------------------------------- bars */

static int64_t
values_total(const int64_t *values, size_t count)
{
    int64_t total = 0;

    for (size_t i = 0; i < count; i++)
        total += values[i];
    return total;
}

/* The longest bar, or the farthest tick. */
static int64_t
bars_highest(const xmlNode *element, size_t series_count)
{
    int64_t highest = 1;

    for (const xmlNode *node = node_child(element, "bar"); node;
         node = node_next(node, "bar")) {
        int64_t values[CHART_SERIES_MAX];
        int64_t total;
        int64_t usual = node_attr_int(node, "usual", 0);

        chart_values_read(node_attr(node, "values"), values, series_count);
        total = values_total(values, series_count);
        highest = total > highest ? total : highest;
        highest = usual > highest ? usual : highest;
    }
    return highest;
}

/* One bar; gives the height of its row. */
static double
bar_draw(struct canvas *canvas, const struct chart_series *series,
         size_t series_count, const xmlNode *node, double y, double scale)
{
    struct chart_shape label = { .ink = INK_TEXT,
                                 .role = ROLE_LABEL,
                                 .x = LABEL_WIDTH,
                                 .y = y + 11.5,
                                 .size = CHART_TEXT,
                                 .untrusted = true,
                                 .anchor = ANCHOR_END };
    struct chart_shape number = {
        .ink = INK_TEXT, .role = ROLE_LABEL, .y = y + 11.5, .size = CHART_TEXT
    };
    int64_t values[CHART_SERIES_MAX];
    int64_t usual = node_attr_int(node, "usual", -1);
    double x = BAR_LEFT;
    size_t lines;

    lines = canvas_wrap(canvas, label, canvas_node_text(canvas, node),
                        LABEL_ROOM, LEADING, LABEL_LINES);
    chart_values_read(node_attr(node, "values"), values, series_count);
    for (size_t i = 0; i < series_count; i++) {
        double width = (double)values[i] * scale;

        canvas_rect(canvas, series[i].ink, ROLE_DATA, x, y, width, BAR_HEIGHT);
        x += width;
    }
    number.x = x + 6;
    if (usual >= 0) {
        double tick = BAR_LEFT + (double)usual * scale;

        canvas_line(canvas, INK_TEXT, ROLE_MARK,
                    (struct chart_point){ tick, y - 3 },
                    (struct chart_point){ tick, y + BAR_HEIGHT + 3 }, 2, false);
        number.x = tick + 6 > number.x ? tick + 6 : number.x;
    }
    canvas_number(canvas, number, values_total(values, series_count));
    return lines < 2 ? ROW_HEIGHT : ROW_HEIGHT + LEADING * (double)(lines - 1);
}

void
chart_draw_bars(struct canvas *canvas, const xmlNode *element)
{
    struct chart_series series[CHART_SERIES_MAX];
    size_t count = chart_series_read(canvas, element, series);
    double room = CHART_WIDTH - BAR_LEFT - NUMBER_WIDTH;
    double scale = room / (double)bars_highest(element, count);
    double y = count > 1 ? 28 : 4;
    double top = y;

    chart_legend(canvas, series, count, 11);
    for (const xmlNode *node = node_child(element, "bar"); node;
         node = node_next(node, "bar"))
        y += bar_draw(canvas, series, count, node, y, scale);
    canvas_line(canvas, INK_MUTED, ROLE_AXIS,
                (struct chart_point){ BAR_LEFT, top - 3 },
                (struct chart_point){ BAR_LEFT, y - 5 }, 1, false);
    canvas->height = y;
}

/* -------------------------------------------------------------------- heat */

#define HEAT_LEFT 64.0
#define CELL_WIDTH 26.5
#define CELL_HEIGHT 22.0

/* 0 is nothing; five steps share what is left. */
static enum chart_ink
heat_ink(int64_t value, int64_t highest)
{
    if (value <= 0)
        return INK_HEAT_0;
    return (enum chart_ink)(INK_HEAT_1 + (value - 1) * 5 / highest);
}

static void
heat_cell(struct canvas *canvas, double x, double y, int64_t value,
          int64_t highest)
{
    enum chart_ink ink = heat_ink(value, highest);
    struct chart_shape model = { .ink = ink < INK_HEAT_3    ? INK_TEXT
                                        : ink == INK_HEAT_3 ? INK_ON_HEAT_3
                                                            : INK_PAPER,
                                 .role = ROLE_LABEL,
                                 .x = x + CELL_WIDTH / 2 - 0.75,
                                 .y = y + 14,
                                 .size = 8,
                                 .anchor = ANCHOR_MIDDLE };

    canvas_rect(canvas, ink, ROLE_DATA, x, y, CELL_WIDTH - 1.5,
                CELL_HEIGHT - 1.5);
    if (value > 0 && value < 10000)
        canvas_number(canvas, model, value);
}

void
chart_draw_heat(struct canvas *canvas, const xmlNode *element)
{
    struct chart_shape model = { .ink = INK_MUTED,
                                 .role = ROLE_AXIS,
                                 .y = 10,
                                 .size = CHART_SMALL,
                                 .anchor = ANCHOR_MIDDLE };
    int64_t highest = 1;
    double y = 16;

    for (const xmlNode *node = node_child(element, "bar"); node;
         node = node_next(node, "bar")) {
        int64_t values[24];

        chart_values_read(node_attr(node, "values"), values, 24);
        for (size_t i = 0; i < 24; i++)
            highest = values[i] > highest ? values[i] : highest;
    }
    for (int64_t hour = 0; hour < 24; hour++) {
        model.x = HEAT_LEFT + CELL_WIDTH * ((double)hour + 0.5) - 0.75;
        canvas_number(canvas, model, hour);
    }
    model.anchor = ANCHOR_START;
    model.x = 0;
    for (const xmlNode *node = node_child(element, "bar"); node;
         node = node_next(node, "bar"), y += CELL_HEIGHT) {
        int64_t values[24];

        chart_values_read(node_attr(node, "values"), values, 24);
        model.y = y + 14;
        canvas_text(canvas, model, canvas_node_text(canvas, node));
        for (size_t i = 0; i < 24; i++)
            heat_cell(canvas, HEAT_LEFT + CELL_WIDTH * (double)i, y, values[i],
                      highest);
    }
    canvas->height = y + 2;
}

/* -------------------------------------------------------------------- lane */

#define LANE_ROW 36.0
#define LANE_DOT 5.5

#define LANE_STEP (2 * LANE_DOT + 6) /* between two events at least */
#define LANE_EVENTS_MAX 24           /* in a row */

struct lane {
    int64_t from;
    int64_t to;
};

struct lane_event {
    const xmlNode *node;
    double x;
};

static void
lane_span(struct lane *lane, const xmlNode *element)
{
    bool any = false;

    for (const xmlNode *node = node_child(element, "point"); node;
         node = node_next(node, "point")) {
        int64_t at;

        if (!time_parse(node_attr(node, "at"), &at))
            continue;
        if (!any || at < lane->from)
            lane->from = at;
        if (!any || at > lane->to)
            lane->to = at;
        any = true;
    }
}

static double
lane_x(const struct lane *lane, int64_t at)
{
    double room = CHART_WIDTH - BAR_LEFT - 46;
    int64_t span = lane->to - lane->from;

    return BAR_LEFT + 14 +
           (span > 0 ? room * (double)(at - lane->from) / (double)span : 0);
}

/*
 * Places of one row's events: at their time, but beside each other. What is
 * pushed over the right edge pushes back those before it.
 */
static size_t
lane_places(const struct lane *lane, const xmlNode *element, int64_t row,
            struct lane_event events[LANE_EVENTS_MAX])
{
    size_t count = 0;

    for (const xmlNode *node = node_child(element, "point");
         node && count < LANE_EVENTS_MAX; node = node_next(node, "point")) {
        int64_t at;
        double x;

        if (node_attr_int(node, "row", 0) != row ||
            !time_parse(node_attr(node, "at"), &at))
            continue;
        x = lane_x(lane, at);
        if (count && x < events[count - 1].x + LANE_STEP)
            x = events[count - 1].x + LANE_STEP;
        events[count++] = (struct lane_event){ node, x };
    }
    for (size_t i = count; i-- > 0;) {
        double edge = i + 1 < count ? events[i + 1].x - LANE_STEP
                                    : CHART_WIDTH - LANE_DOT;

        if (events[i].x > edge)
            events[i].x = edge;
    }
    return count;
}

/* Dots, each with its word above or, where that is taken, below. */
static void
lane_row(struct canvas *canvas, const struct lane_event *events, size_t count,
         double y)
{
    struct chart_shape model = { .ink = INK_TEXT,
                                 .role = ROLE_LABEL,
                                 .size = CHART_SMALL,
                                 .anchor = ANCHOR_MIDDLE };
    double ends[2] = { BAR_LEFT, BAR_LEFT };

    for (size_t i = 0; i < count; i++) {
        struct sv text = canvas_node_text(canvas, events[i].node);
        double half = chart_text_width(text, CHART_SMALL, false) / 2 + 2;
        size_t side = events[i].x - half >= ends[0] ? 0 : 1;

        canvas_disc(canvas, chart_ink_of(node_attr(events[i].node, "ink")),
                    ROLE_DATA, events[i].x, y, LANE_DOT);
        if (events[i].x - half < ends[side])
            continue; /* the lines below the figure say it */
        model.x =
            events[i].x + half > CHART_WIDTH ? CHART_WIDTH - half : events[i].x;
        model.y = side == 0 ? y - LANE_DOT - 4 : y + LANE_DOT + 10;
        canvas_text(canvas, model, text);
        ends[side] = model.x + half;
    }
}

static void
lane_axis(struct canvas *canvas, const struct lane *lane, double y)
{
    struct chart_shape model = { .ink = INK_MUTED,
                                 .role = ROLE_AXIS,
                                 .x = lane_x(lane, lane->from) - LANE_DOT,
                                 .y = y,
                                 .size = CHART_SMALL };
    struct buf text = { 0 };

    if (!format_time(canvas->format.second, lane->from, &text) ||
        !buf_add(&text, SV(" UTC")))
        canvas->failed = true;
    canvas_text(canvas, model, buf_sv(&text));
    buf_clear(&text);
    if (lane->to > lane->from &&
        !(buf_add(&text, SV("+")) &&
          format_duration(&canvas->format, lane->to - lane->from, &text)))
        canvas->failed = true;
    model.x = CHART_WIDTH - 4;
    model.anchor = ANCHOR_END;
    canvas_text(canvas, model, buf_sv(&text));
    buf_clear(&text);
}

void
chart_draw_lane(struct canvas *canvas, const xmlNode *element)
{
    struct chart_shape label = { .ink = INK_TEXT,
                                 .role = ROLE_LABEL,
                                 .x = LABEL_WIDTH,
                                 .size = CHART_TEXT,
                                 .untrusted = true,
                                 .anchor = ANCHOR_END };
    struct lane lane = { 0, 0 };
    double rows[16];
    size_t count = 0;
    double y = 8;

    lane_span(&lane, element);
    for (const xmlNode *node = node_child(element, "bar"); node && count < 16;
         node = node_next(node, "bar")) {
        size_t lines;

        rows[count] = y + 14;
        label.y = rows[count] + 4;
        lines = canvas_wrap(canvas, label, canvas_node_text(canvas, node),
                            LABEL_ROOM, LEADING, LABEL_LINES);
        canvas_line(canvas, INK_RULE, ROLE_AXIS,
                    (struct chart_point){ BAR_LEFT, rows[count] },
                    (struct chart_point){ CHART_WIDTH, rows[count] }, 1.5,
                    false);
        y += LANE_ROW + (lines > 1 ? LEADING * (double)(lines - 1) : 0);
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        struct lane_event events[LANE_EVENTS_MAX];

        lane_row(canvas, events,
                 lane_places(&lane, element, (int64_t)i, events), rows[i]);
    }
    lane_axis(canvas, &lane, y + 18);
    canvas->height = y + 24;
}
