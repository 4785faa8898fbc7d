#include "report/chart.h"

#include "report/chart_build.h"
#include "report/node.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ widths */

/* Advances of U+0020 to U+007E in thousandths of the size: DejaVu Sans
 * Condensed, regular and bold. */
static const uint16_t advances[95] = {
    286, 360, 414, 754, 572, 855, 702, 247, 351, 351, 450, 754, 286, 325,
    286, 303, 572, 572, 572, 572, 572, 572, 572, 572, 572, 572, 303, 303,
    754, 754, 754, 478, 900, 615, 617, 628, 693, 568, 518, 697, 677, 265,
    265, 590, 501, 776, 673, 708, 542, 708, 625, 571, 549, 659, 615, 890,
    616, 549, 616, 351, 303, 351, 754, 450, 450, 551, 571, 495, 571, 554,
    316, 571, 570, 250, 250, 521, 250, 876, 570, 550, 571, 571, 370, 469,
    353, 570, 532, 736, 532, 532, 472, 572, 303, 572, 754,
};
static const uint16_t advances_bold[95] = {
    313, 410, 469, 754, 626, 901, 785, 275, 411, 411, 470, 754, 342, 374,
    342, 329, 626, 626, 626, 626, 626, 626, 626, 626, 626, 626, 360, 360,
    754, 754, 754, 522, 900, 696, 686, 660, 747, 615, 615, 738, 753, 334,
    334, 697, 573, 896, 753, 765, 659, 765, 693, 648, 614, 730, 696, 993,
    694, 651, 652, 411, 329, 411, 754, 450, 450, 607, 644, 533, 644, 610,
    391, 644, 641, 308, 308, 598, 308, 938, 641, 618, 644, 644, 444, 536,
    430, 641, 586, 831, 580, 586, 523, 641, 329, 641, 754,
};
#define ADVANCE_OTHER 640 /* what is not in the table */
#define ADVANCE_WIDE 1050 /* full-width scripts */

/* Takes one character off the front; false at the end. */
static bool
next_char(struct sv *rest, uint32_t *ret_char, size_t *ret_len)
{
    unsigned char head;
    size_t len;
    uint32_t code;

    if (rest->len == 0)
        return false;
    head = (unsigned char)rest->at[0];
    len = head < 0x80 ? 1 : head < 0xe0 ? 2 : head < 0xf0 ? 3 : 4;
    if (len > rest->len)
        len = rest->len;
    code = len == 1 ? head : head & (0x7fu >> len);
    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)rest->at[i] & 0x3f);
    *rest = sv_drop(*rest, len);
    *ret_char = code;
    *ret_len = len;
    return true;
}

static double
advance_of(uint32_t code, double size, bool bold)
{
    unsigned advance = ADVANCE_OTHER;

    if (code >= 0x20 && code < 0x7f)
        advance = bold ? advances_bold[code - 0x20] : advances[code - 0x20];
    else if (code >= 0x1100)
        advance = code < 0x1e00 || code >= 0x2e80 ? ADVANCE_WIDE : advance;
    return (double)advance * size * 1.1 / 1000.0;
}

double
chart_text_width(struct sv text, double size, bool bold)
{
    double width = 0;
    uint32_t code;
    size_t len;

    while (next_char(&text, &code, &len))
        width += advance_of(code, size, bold);
    return width;
}

/* -------------------------------------------------------------------- inks */

static const struct ink_row {
    const char *name;
    uint32_t rgb;
} inks[INK_COUNT] = {
    [INK_NONE] = { "none", 0x000000 },
    [INK_TEXT] = { "text", 0x1a1f26 },
    [INK_MUTED] = { "muted", 0x4a5561 },
    [INK_RULE] = { "rule", 0xd5dbe1 },
    [INK_PANEL] = { "panel", 0xf5f7f9 },
    [INK_PAPER] = { "paper", 0xffffff },
    [INK_ACCENT] = { "accent", 0x0a5fa5 },
    [INK_DELIVERED] = { "delivered", 0x2e88dc },
    [INK_DEFERRED] = { "deferred", 0xb97a0e },
    [INK_FAILED] = { "failed", 0x900e0d },
    [INK_REJECTED] = { "rejected", 0x4d1273 },
    [INK_OTHER] = { "other", 0x646b75 },
    [INK_CRITICAL] = { "critical", 0x8e1b12 },
    [INK_HEAT_0] = { "heat-0", 0xeef2f6 },
    [INK_HEAT_1] = { "heat-1", 0xc5dcf2 },
    [INK_HEAT_2] = { "heat-2", 0x85b7e6 },
    [INK_HEAT_3] = { "heat-3", 0x2e88dc },
    [INK_HEAT_4] = { "heat-4", 0x155a99 },
    [INK_HEAT_5] = { "heat-5", 0x0a2f57 },
    [INK_ON_HEAT_3] = { "on-heat-3", 0x0b0f14 },
};

const char *
chart_ink_name(enum chart_ink ink)
{
    return inks[ink].name;
}

uint32_t
chart_ink_rgb(enum chart_ink ink)
{
    return inks[ink].rgb;
}

enum chart_ink
chart_ink_of(struct sv name)
{
    for (int ink = INK_TEXT; ink < INK_COUNT; ink++) {
        if (sv_eq(sv_of(inks[ink].name), name))
            return (enum chart_ink)ink;
    }
    return INK_OTHER;
}

/* ------------------------------------------------------------------ canvas */

static void
canvas_add(struct canvas *canvas, const struct chart_shape *shape)
{
    if (canvas->failed ||
        !array_reserve((void **)&canvas->shapes, &canvas->capacity,
                       canvas->count + 1, sizeof(*shape))) {
        canvas->failed = true;
        return;
    }
    canvas->shapes[canvas->count++] = *shape;
}

void
canvas_rect(struct canvas *canvas, enum chart_ink ink, enum chart_role role,
            double x, double y, double w, double h)
{
    struct chart_shape shape = { .kind = SHAPE_RECT,
                                 .ink = ink,
                                 .role = role,
                                 .x = x,
                                 .y = y,
                                 .w = w,
                                 .h = h };

    if (w > 0 && h > 0)
        canvas_add(canvas, &shape);
}

void
canvas_line(struct canvas *canvas, enum chart_ink ink, enum chart_role role,
            struct chart_point from, struct chart_point to, double stroke,
            bool dashed)
{
    struct chart_shape shape = { .kind = SHAPE_LINE,
                                 .ink = ink,
                                 .role = role,
                                 .x = from.x,
                                 .y = from.y,
                                 .w = to.x,
                                 .h = to.y,
                                 .stroke = stroke,
                                 .dashed = dashed };

    canvas_add(canvas, &shape);
}

struct sv
canvas_keep(struct canvas *canvas, struct sv text)
{
    struct sv kept = { NULL, 0 };

    if (text.len > 0 && !arena_keep(canvas->arena, text, &kept))
        canvas->failed = true;
    return kept;
}

void
canvas_text(struct canvas *canvas, struct chart_shape model, struct sv text)
{
    model.kind = SHAPE_TEXT;
    model.text = canvas_keep(canvas, text);
    if (model.text.len > 0)
        canvas_add(canvas, &model);
}

void
canvas_number(struct canvas *canvas, struct chart_shape model, int64_t value)
{
    struct buf text = { 0 };
    char digits[24];
    size_t count = 0;

    for (uint64_t rest = (uint64_t)value; count == 0 || rest > 0; rest /= 10)
        digits[count++] = (char)('0' + rest % 10);
    for (size_t i = count; i > 0; i--) {
        buf_add_char(&text, digits[i - 1]);
        if (count > 4 && i > 1 && (i - 1) % 3 == 0)
            buf_add(&text, canvas->format.group);
    }
    if (text.failed)
        canvas->failed = true;
    else
        canvas_text(canvas, model, buf_sv(&text));
    buf_clear(&text);
}

void
canvas_disc(struct canvas *canvas, enum chart_ink ink, enum chart_role role,
            double x, double y, double radius)
{
    /* A circle's corners by table, so that no libm decides a byte. */
    static const double unit[][2] = {
        { 1, 0 },
        { 0.9239, 0.3827 },
        { 0.7071, 0.7071 },
        { 0.3827, 0.9239 },
        { 0, 1 },
        { -0.3827, 0.9239 },
        { -0.7071, 0.7071 },
        { -0.9239, 0.3827 },
        { -1, 0 },
        { -0.9239, -0.3827 },
        { -0.7071, -0.7071 },
        { -0.3827, -0.9239 },
        { 0, -1 },
        { 0.3827, -0.9239 },
        { 0.7071, -0.7071 },
        { 0.9239, -0.3827 },
    };
    size_t count = sizeof(unit) / sizeof(unit[0]);
    struct chart_point *points =
        arena_alloc(canvas->arena, count * sizeof(*points));
    struct chart_shape shape = { .kind = SHAPE_PATH,
                                 .ink = ink,
                                 .role = role,
                                 .points = points,
                                 .point_count = count };

    if (!points) {
        canvas->failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        points[i].x = x + radius * unit[i][0];
        points[i].y = y + radius * unit[i][1];
    }
    canvas_add(canvas, &shape);
}

struct sv
canvas_node_text(struct canvas *canvas, const xmlNode *node)
{
    struct buf text = { 0 };
    struct sv kept = { NULL, 0 };

    if (node_text(node, &text))
        kept = canvas_keep(canvas, sv_trim(buf_sv(&text)));
    else
        canvas->failed = true;
    buf_clear(&text);
    return kept;
}

/* How many bytes of `text` fit, at least one character; after a space, slash,
 * dot or at sign where there is one not too far back. */
static size_t
fitting(struct sv text, const struct chart_shape *model, double width)
{
    struct sv rest = text;
    double used = 0;
    size_t bytes = 0;
    size_t nice = 0;
    uint32_t code;
    size_t len;

    while (next_char(&rest, &code, &len)) {
        used += advance_of(code, model->size, model->bold);
        if (used > width && bytes > 0)
            return nice > bytes / 2 ? nice : bytes;
        bytes += len;
        if (code == ' ' || code == '/' || code == '.' || code == '@')
            nice = bytes;
    }
    return bytes;
}

size_t
canvas_wrap(struct canvas *canvas, struct chart_shape model, struct sv text,
            double width, double leading, size_t max_lines)
{
    size_t lines = 0;

    while (text.len > 0 && lines < max_lines && !canvas->failed) {
        bool last = lines + 1 == max_lines;
        size_t fit = fitting(text, &model, width);

        if (last && fit < text.len) { /* room for what is left out */
            struct buf more = { 0 };

            fit = fitting(text, &model, width - 40);
            if (!buf_add(&more, sv_head(text, fit)) ||
                !buf_printf(&more, " (+%zu)", text.len - fit))
                canvas->failed = true;
            canvas_text(canvas, model, buf_sv(&more));
            buf_clear(&more);
        } else {
            canvas_text(canvas, model, sv_head(text, fit));
        }
        text = sv_drop(text, fit);
        model.y += leading;
        lines++;
    }
    return lines;
}

/* ------------------------------------------------------------ common parts */

size_t
chart_series_read(struct canvas *canvas, const xmlNode *element,
                  struct chart_series series[CHART_SERIES_MAX])
{
    size_t count = 0;

    for (const xmlNode *node = node_child(element, "series");
         node && count < CHART_SERIES_MAX; node = node_next(node, "series")) {
        series[count].ink = chart_ink_of(node_attr(node, "ink"));
        series[count].label = canvas_node_text(canvas, node);
        count++;
    }
    return count;
}

void
chart_legend(struct canvas *canvas, const struct chart_series *series,
             size_t count, double y)
{
    struct chart_shape model = {
        .ink = INK_TEXT, .role = ROLE_LEGEND, .y = y, .size = CHART_TEXT
    };
    double x = 0;

    if (count < 2)
        return;
    for (size_t i = 0; i < count; i++) {
        canvas_rect(canvas, series[i].ink, ROLE_LEGEND, x, y - 9, 10, 10);
        model.x = x + 15;
        canvas_text(canvas, model, series[i].label);
        x += 35 + chart_text_width(series[i].label, CHART_TEXT, false);
    }
}

void
chart_values_read(struct sv text, int64_t *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t value = 0;

        text = sv_trim(text);
        if (!sv_to_u64(sv_cut(&text, ' '), INT64_MAX / 1024, &value))
            value = 0;
        values[i] = (int64_t)value;
    }
}

int64_t
chart_nice(int64_t value)
{
    static const int64_t steps[] = { 1, 2, 5 };
    int64_t power = 1;

    while (power <= INT64_MAX / 100) {
        for (size_t i = 0; i < 3; i++) {
            if (steps[i] * power >= value)
                return steps[i] * power;
        }
        power *= 10;
    }
    return value;
}

/* --------------------------------------------------------------- the chart */

static const struct kind_row {
    const char *kind;
    void (*draw)(struct canvas *, const xmlNode *);
} kinds[] = {
    { "hourly", chart_draw_hourly }, { "sources", chart_draw_bars },
    { "hit", chart_draw_bars },      { "refusals", chart_draw_bars },
    { "replay", chart_draw_bars },   { "heat", chart_draw_heat },
    { "lane", chart_draw_lane },
};

static enum status
chart_finish(struct canvas *canvas, struct chart *ret_chart)
{
    struct chart_shape *shapes = NULL;

    if (canvas->failed)
        return STATUS_NOMEM;
    if (canvas->count > 0) {
        shapes = arena_alloc(canvas->arena, canvas->count * sizeof(*shapes));
        if (!shapes)
            return STATUS_NOMEM;
        memcpy(shapes, canvas->shapes, canvas->count * sizeof(*shapes));
    }
    *ret_chart =
        (struct chart){ canvas->height, shapes, canvas->count, canvas->arena };
    return STATUS_OK;
}

enum status
chart_init(struct chart *ret_chart, const xmlNode *element, struct fault *fault)
{
    struct canvas canvas = {
        .format = { .group = node_attr(element, "group"),
                    .day = node_attr(element, "day"),
                    .second = node_attr(element, "second"),
                    .units = node_attr(element, "units") },
    };
    const struct kind_row *row = NULL;
    enum status status = STATUS_NOMEM;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (node_attr_is(element, "kind", kinds[i].kind))
            row = &kinds[i];
    }
    if (!row)
        return fault_set(fault, STATUS_DAMAGED, "a chart of unknown kind");
    canvas.arena = arena_new();
    if (canvas.arena) {
        row->draw(&canvas, element);
        status = chart_finish(&canvas, ret_chart);
    }
    free(canvas.shapes);
    if (status != STATUS_OK)
        arena_free(canvas.arena);
    return status;
}

void
chart_clear(struct chart *chart)
{
    arena_free(chart->arena);
    *chart = (struct chart){ 0 };
}
