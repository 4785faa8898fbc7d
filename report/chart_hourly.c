/* Messages per hour by outcome: bars from zero on a true time axis. */
#include "report/chart_build.h"

#include "report/node.h"
#include "report/words.h"

#include <stdlib.h>

#define HOUR_S 3600
#define BUCKETS_MAX 168
#define LEFT 46.0
#define RIGHT 10.0
#define PLOT_HEIGHT 172.0
#define MARK_STEP 17.0 /* between two rows of numbered moments */
#define MARK_ROWS 4

struct hourly {
    struct chart_series series[CHART_SERIES_MAX];
    size_t series_count;
    int64_t from;     /* start of the first bucket */
    int64_t bucket_s; /* how long one is */
    size_t buckets;
    int64_t *values; /* buckets × series */
    int64_t top;     /* of the scale */
    double plot_top;
    double plot_bottom;
};

static double
x_of(const struct hourly *hourly, int64_t at)
{
    double width = CHART_WIDTH - LEFT - RIGHT;
    double span = (double)hourly->bucket_s * (double)hourly->buckets;

    return LEFT + width * (double)(at - hourly->from) / span;
}

static double
y_of(const struct hourly *hourly, int64_t value)
{
    double height = hourly->plot_bottom - hourly->plot_top;

    return hourly->plot_bottom - height * (double)value / (double)hourly->top;
}

/* First and last hour that has a point. */
static bool
span_read(const xmlNode *element, int64_t *ret_first, int64_t *ret_last)
{
    bool any = false;

    for (const xmlNode *node = node_child(element, "point"); node;
         node = node_next(node, "point")) {
        int64_t at;

        if (!time_parse(node_attr(node, "at"), &at))
            continue;
        if (!any || at < *ret_first)
            *ret_first = at;
        if (!any || at > *ret_last)
            *ret_last = at;
        any = true;
    }
    return any;
}

/* Hours while they fit, then days, weeks, four weeks, and so on. */
static void
buckets_choose(struct hourly *hourly, int64_t first, int64_t last)
{
    static const int64_t sizes[] = { HOUR_S, 24 * HOUR_S, 168 * HOUR_S,
                                     672 * HOUR_S };
    size_t size = 0;

    hourly->bucket_s = sizes[0];
    while ((last - first) / hourly->bucket_s >= BUCKETS_MAX) {
        size++;
        hourly->bucket_s = size < 4 ? sizes[size] : hourly->bucket_s * 2;
    }
    hourly->from = first - (first % hourly->bucket_s + hourly->bucket_s) %
                               hourly->bucket_s;
    hourly->buckets = (size_t)((last - hourly->from) / hourly->bucket_s) + 1;
}

static void
values_sum(struct hourly *hourly, const xmlNode *element)
{
    int64_t values[CHART_SERIES_MAX];

    for (const xmlNode *node = node_child(element, "point"); node;
         node = node_next(node, "point")) {
        int64_t at;
        size_t bucket;

        if (!time_parse(node_attr(node, "at"), &at))
            continue;
        bucket = (size_t)((at - hourly->from) / hourly->bucket_s);
        chart_values_read(node_attr(node, "values"), values,
                          hourly->series_count);
        for (size_t i = 0; i < hourly->series_count; i++)
            hourly->values[bucket * hourly->series_count + i] += values[i];
    }
}

static int64_t
bucket_total(const struct hourly *hourly, size_t bucket)
{
    int64_t total = 0;

    for (size_t i = 0; i < hourly->series_count; i++)
        total += hourly->values[bucket * hourly->series_count + i];
    return total;
}

static void
scale_choose(struct hourly *hourly, const xmlNode *element)
{
    int64_t highest = 1;
    int64_t step;

    for (size_t i = 0; i < hourly->buckets; i++) {
        int64_t total = bucket_total(hourly, i);

        highest = total > highest ? total : highest;
    }
    for (const xmlNode *node = node_child(element, "limit"); node;
         node = node_next(node, "limit")) {
        int64_t limit = node_attr_int(node, "value", 0);

        /* A limit far above would press the bars flat. */
        if (limit > highest && limit < highest * 2)
            highest = limit;
    }
    step = chart_nice((highest + 3) / 4);
    hourly->top = step * ((highest + step - 1) / step);
}

static void
draw_scale(struct canvas *canvas, const struct hourly *hourly)
{
    int64_t step = chart_nice((hourly->top + 3) / 4);
    struct chart_shape model = { .ink = INK_MUTED,
                                 .role = ROLE_AXIS,
                                 .x = LEFT - 6,
                                 .size = CHART_SMALL,
                                 .anchor = ANCHOR_END };

    for (int64_t value = 0; value <= hourly->top; value += step) {
        double y = y_of(hourly, value);

        canvas_line(canvas, value == 0 ? INK_MUTED : INK_RULE, ROLE_AXIS,
                    (struct chart_point){ LEFT, y },
                    (struct chart_point){ CHART_WIDTH - RIGHT, y },
                    value == 0 ? 1 : 0.75, false);
        model.y = y + 3.4;
        canvas_number(canvas, model, value);
    }
}

static void
draw_gaps(struct canvas *canvas, const struct hourly *hourly,
          const xmlNode *element)
{
    int64_t end = hourly->from + hourly->bucket_s * (int64_t)hourly->buckets;

    for (const xmlNode *node = node_child(element, "gap"); node;
         node = node_next(node, "gap")) {
        int64_t from;
        int64_t to;
        double left;
        double right;

        if (!time_parse(node_attr(node, "from"), &from) ||
            !time_parse(node_attr(node, "to"), &to) || to <= hourly->from ||
            from >= end)
            continue;
        left = x_of(hourly, from > hourly->from ? from : hourly->from);
        right = x_of(hourly, to < end ? to : end);
        canvas_rect(canvas, INK_PANEL, ROLE_GAP, left, hourly->plot_top,
                    right - left, hourly->plot_bottom - hourly->plot_top);
        for (double y = hourly->plot_top + 6; y < hourly->plot_bottom; y += 6)
            canvas_line(canvas, INK_RULE, ROLE_GAP,
                        (struct chart_point){ left, y },
                        (struct chart_point){ right, y - 6 }, 0.75, false);
    }
}

static void
draw_bars(struct canvas *canvas, const struct hourly *hourly)
{
    double slot = x_of(hourly, hourly->from + hourly->bucket_s) - LEFT;
    double gap = slot > 6 ? 1.5 : slot > 3 ? 0.6 : 0;
    double width = slot - gap > 46 ? 46 : slot - gap;

    for (size_t i = 0; i < hourly->buckets; i++) {
        double x = LEFT + slot * (double)i + (slot - width) / 2;
        int64_t below = 0;

        for (size_t k = 0; k < hourly->series_count; k++) {
            int64_t value = hourly->values[i * hourly->series_count + k];
            double top = y_of(hourly, below + value);

            canvas_rect(canvas, hourly->series[k].ink, ROLE_DATA, x, top, width,
                        y_of(hourly, below) - top);
            below += value;
        }
    }
}

static void
draw_tick_text(struct canvas *canvas, struct chart_shape model,
               struct sv pattern, int64_t at)
{
    struct buf text = { 0 };

    if (format_time(pattern, at, &text))
        canvas_text(canvas, model, buf_sv(&text));
    else
        canvas->failed = true;
    buf_clear(&text);
}

static int64_t
tick_step(const struct hourly *hourly)
{
    static const int64_t hours[] = { 1, 2, 3, 6, 12, 24, 48, 168, 336, 672 };
    int64_t span = hourly->bucket_s * (int64_t)hourly->buckets;
    int64_t step = HOUR_S;

    for (size_t i = 0; i < 10; i++) {
        step = hours[i] * HOUR_S;
        if (span / step <= 11)
            return step;
    }
    while (span / step > 11)
        step *= 2;
    return step;
}

static void
draw_time_axis(struct canvas *canvas, const struct hourly *hourly)
{
    int64_t step = tick_step(hourly);
    int64_t at = hourly->from + (step - hourly->from % step) % step;
    int64_t end = hourly->from + hourly->bucket_s * (int64_t)hourly->buckets;
    bool dated = false;
    struct chart_shape model = { .ink = INK_MUTED,
                                 .role = ROLE_AXIS,
                                 .size = CHART_SMALL,
                                 .anchor = ANCHOR_MIDDLE };

    for (; at <= end; at += step) {
        bool day = at % (24 * HOUR_S) == 0;

        model.x = x_of(hourly, at);
        canvas_line(canvas, INK_MUTED, ROLE_AXIS,
                    (struct chart_point){ model.x, hourly->plot_bottom },
                    (struct chart_point){ model.x, hourly->plot_bottom + 4 },
                    0.75, false);
        if (model.x > CHART_WIDTH - 16)
            continue; /* the label would leave the page */
        model.y = hourly->plot_bottom + 15;
        if (step < 24 * HOUR_S)
            draw_tick_text(canvas, model, SV("{H}:{M}"), at);
        if (step < 24 * HOUR_S)
            model.y += 12;
        if (day || step >= 24 * HOUR_S || !dated)
            draw_tick_text(canvas, model, canvas->format.day, at);
        dated = true;
    }
    model.x = 0;
    model.y = hourly->plot_bottom + 15;
    model.anchor = ANCHOR_START;
    canvas_text(canvas, model, SV("UTC"));
    canvas->height = hourly->plot_bottom + (step < 24 * HOUR_S ? 32 : 20);
}

static void
draw_limits(struct canvas *canvas, const struct hourly *hourly,
            const xmlNode *element)
{
    struct chart_shape model = { .ink = INK_CRITICAL,
                                 .role = ROLE_MARK,
                                 .x = CHART_WIDTH - RIGHT - 2,
                                 .size = CHART_SMALL,
                                 .anchor = ANCHOR_END };

    for (const xmlNode *node = node_child(element, "limit"); node;
         node = node_next(node, "limit")) {
        int64_t limit = node_attr_int(node, "value", 0);
        double y = y_of(hourly, limit);

        if (limit <= 0 || limit > hourly->top)
            continue;
        canvas_line(canvas, INK_CRITICAL, ROLE_MARK,
                    (struct chart_point){ LEFT, y },
                    (struct chart_point){ CHART_WIDTH - RIGHT, y }, 1, true);
        model.y = y - 4;
        canvas_text(canvas, model, canvas_node_text(canvas, node));
    }
}

/* The lowest row in which a number at `x` touches no other. */
static size_t
mark_row(double ends[MARK_ROWS], double x)
{
    for (size_t row = 0; row < MARK_ROWS; row++) {
        if (x - ends[row] >= MARK_STEP) {
            ends[row] = x;
            return row;
        }
    }
    return MARK_ROWS - 1;
}

static void
draw_mark(struct canvas *canvas, const struct hourly *hourly,
          const xmlNode *node, double x, double y)
{
    struct chart_shape model = { .ink = INK_PAPER,
                                 .role = ROLE_MARK,
                                 .x = x,
                                 .y = y + 3.4,
                                 .size = CHART_SMALL,
                                 .bold = true,
                                 .anchor = ANCHOR_MIDDLE };

    canvas_line(canvas, INK_TEXT, ROLE_MARK, (struct chart_point){ x, y },
                (struct chart_point){ x, hourly->plot_bottom }, 0.75, true);
    canvas_disc(canvas, INK_TEXT, ROLE_MARK, x, y, 7.5);
    canvas_text(canvas, model, node_attr(node, "no"));
}

/*
 * Places the numbered moments: draws them, or only says how many rows of
 * numbers they need above the plot.
 */
static size_t
place_marks(struct canvas *canvas, const struct hourly *hourly,
            const xmlNode *element, bool draw)
{
    double ends[MARK_ROWS] = { -100, -100, -100, -100 };
    size_t rows = 0;
    int64_t end = hourly->from + hourly->bucket_s * (int64_t)hourly->buckets;

    for (const xmlNode *node = node_child(element, "mark"); node;
         node = node_next(node, "mark")) {
        int64_t at;
        double x;
        size_t row;

        if (!time_parse(node_attr(node, "at"), &at) || at < hourly->from ||
            at > end)
            continue;
        x = x_of(hourly, at);
        row = mark_row(ends, x);
        rows = row + 1 > rows ? row + 1 : rows;
        if (draw)
            draw_mark(canvas, hourly, node, x,
                      hourly->plot_top - 12 - MARK_STEP * (double)row);
    }
    return rows;
}

void
chart_draw_hourly(struct canvas *canvas, const xmlNode *element)
{
    struct hourly hourly = { 0 };
    int64_t first;
    int64_t last;

    hourly.series_count = chart_series_read(canvas, element, hourly.series);
    chart_legend(canvas, hourly.series, hourly.series_count, 11);
    canvas->height = 20;
    if (!span_read(element, &first, &last))
        return; /* nothing to show */
    buckets_choose(&hourly, first, last);
    hourly.plot_top = hourly.series_count > 1 ? 28 : 10;
    hourly.plot_top +=
        MARK_STEP * (double)place_marks(canvas, &hourly, element, false);
    hourly.plot_bottom = hourly.plot_top + PLOT_HEIGHT;
    hourly.values =
        calloc(hourly.buckets * (hourly.series_count + 1), sizeof(int64_t));
    if (!hourly.values) {
        canvas->failed = true;
        return;
    }
    values_sum(&hourly, element);
    scale_choose(&hourly, element);
    draw_gaps(canvas, &hourly, element);
    draw_scale(canvas, &hourly);
    draw_bars(canvas, &hourly);
    draw_limits(canvas, &hourly, element);
    place_marks(canvas, &hourly, element, true);
    draw_time_axis(canvas, &hourly);
    free(hourly.values);
}
