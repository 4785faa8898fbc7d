#include "report/chart.h"

#include "report/html_writer.h"

/* Class names: the style sheet has the colours, for light and for dark. */
static void
attr_ink(struct html *html, char prefix, const struct chart_shape *shape)
{
    struct buf text = { 0 };

    if (!buf_printf(&text, "%c-%s%s", prefix, chart_ink_name(shape->ink),
                    shape->bold ? " b" : ""))
        html->failed = true;
    html_attr(html, "class", buf_sv(&text));
    buf_clear(&text);
}

static void
write_rect(struct html *html, const struct chart_shape *shape)
{
    html_open(html, "rect");
    attr_ink(html, 'f', shape);
    html_attr_length(html, "x", shape->x);
    html_attr_length(html, "y", shape->y);
    html_attr_length(html, "width", shape->w);
    html_attr_length(html, "height", shape->h);
    html_close(html);
}

static void
write_line(struct html *html, const struct chart_shape *shape)
{
    html_open(html, "line");
    attr_ink(html, 's', shape);
    html_attr_length(html, "x1", shape->x);
    html_attr_length(html, "y1", shape->y);
    html_attr_length(html, "x2", shape->w);
    html_attr_length(html, "y2", shape->h);
    html_attr_length(html, "stroke-width", shape->stroke);
    if (shape->dashed)
        html_attr(html, "stroke-dasharray", SV("4 3"));
    html_close(html);
}

static void
write_path(struct html *html, const struct chart_shape *shape)
{
    struct buf path = { 0 };
    bool ok = true;

    for (size_t i = 0; ok && i < shape->point_count; i++)
        ok = buf_add_char(&path, i == 0 ? 'M' : 'L') &&
             length_print(shape->points[i].x, &path) &&
             buf_add_char(&path, ' ') &&
             length_print(shape->points[i].y, &path);
    if (!ok || (shape->stroke <= 0 && !buf_add_char(&path, 'Z')))
        html->failed = true;
    html_open(html, "path");
    attr_ink(html, shape->stroke > 0 ? 's' : 'f', shape);
    html_attr(html, "d", buf_sv(&path));
    if (shape->stroke > 0)
        html_attr_length(html, "stroke-width", shape->stroke);
    html_close(html);
    buf_clear(&path);
}

static void
write_text(struct html *html, const struct chart_shape *shape)
{
    html_open(html, "text");
    attr_ink(html, 'f', shape);
    html_attr_length(html, "x", shape->x);
    html_attr_length(html, "y", shape->y);
    html_attr_length(html, "font-size", shape->size);
    if (shape->anchor != ANCHOR_START)
        html_attr(html, "text-anchor",
                  shape->anchor == ANCHOR_END ? SV("end") : SV("middle"));
    if (shape->untrusted) { /* isolated: nothing follows in this element */
        html_attr(html, "direction", SV("ltr"));
        html_attr(html, "unicode-bidi", SV("embed"));
    }
    html_text(html, shape->text);
    html_close(html);
}

static void
write_named(struct html *html, const char *element, const char *id,
            const char *suffix, const char *text)
{
    struct buf name = { 0 };

    if (!buf_printf(&name, "%s-%s", id, suffix))
        html->failed = true;
    html_open(html, element);
    html_attr(html, "id", buf_sv(&name));
    html_text(html, sv_of(text));
    html_close(html);
    buf_clear(&name);
}

static void
svg_open(const struct chart *chart, struct html *html, const char *id)
{
    struct buf text = { 0 };

    html_open(html, "svg");
    html_attr(html, "role", SV("img"));
    if (!buf_printf(&text, "%s-title", id))
        html->failed = true;
    html_attr(html, "aria-labelledby", buf_sv(&text));
    buf_clear(&text);
    if (!buf_printf(&text, "%s-desc", id))
        html->failed = true;
    html_attr(html, "aria-describedby", buf_sv(&text));
    buf_clear(&text);
    if (!buf_printf(&text, "0 0 %d ", CHART_WIDTH) ||
        !length_print(chart->height, &text))
        html->failed = true;
    html_attr(html, "viewBox", buf_sv(&text));
    buf_clear(&text);
    html_attr_int(html, "width", CHART_WIDTH);
    html_attr_length(html, "height", chart->height);
}

void
chart_write_svg(const struct chart *chart, struct html *html, const char *id,
                const char *title, const char *alt)
{
    static void (*const writers[])(struct html *,
                                   const struct chart_shape *) = {
        [SHAPE_RECT] = write_rect,
        [SHAPE_LINE] = write_line,
        [SHAPE_PATH] = write_path,
        [SHAPE_TEXT] = write_text,
    };

    svg_open(chart, html, id);
    write_named(html, "title", id, "title", title);
    write_named(html, "desc", id, "desc", alt);
    for (size_t i = 0; i < chart->shape_count; i++)
        writers[chart->shapes[i].kind](html, &chart->shapes[i]);
    html_close(html);
}
