/* A chart's display list onto cairo; decides nothing. */
#include "report/pdf_doc.h"

#include <pango/pangocairo.h>

static void
ink_set(cairo_t *cairo, enum chart_ink ink)
{
    uint32_t rgb = chart_ink_rgb(ink);

    cairo_set_source_rgb(cairo, (rgb >> 16 & 0xff) / 255.0,
                         (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
}

static void
draw_rect(struct pdf *pdf, const struct chart_shape *shape)
{
    cairo_rectangle(pdf->cairo, shape->x, shape->y, shape->w, shape->h);
    if (shape->stroke > 0) {
        cairo_set_line_width(pdf->cairo, shape->stroke);
        cairo_stroke(pdf->cairo);
    } else {
        cairo_fill(pdf->cairo);
    }
}

static void
draw_line(struct pdf *pdf, const struct chart_shape *shape)
{
    static const double dashes[] = { 4, 3 };

    if (shape->dashed)
        cairo_set_dash(pdf->cairo, dashes, 2, 0);
    cairo_set_line_width(pdf->cairo, shape->stroke > 0 ? shape->stroke : 1);
    cairo_move_to(pdf->cairo, shape->x, shape->y);
    cairo_line_to(pdf->cairo, shape->w, shape->h);
    cairo_stroke(pdf->cairo);
    cairo_set_dash(pdf->cairo, NULL, 0, 0);
}

static void
draw_path(struct pdf *pdf, const struct chart_shape *shape)
{
    for (size_t i = 0; i < shape->point_count; i++)
        cairo_line_to(pdf->cairo, shape->points[i].x, shape->points[i].y);
    if (shape->stroke > 0) {
        cairo_set_line_width(pdf->cairo, shape->stroke);
        cairo_stroke(pdf->cairo);
    } else {
        cairo_close_path(pdf->cairo);
        cairo_fill(pdf->cairo);
    }
}

static void
draw_text(struct pdf *pdf, const struct chart_shape *shape)
{
    struct pdf_text_builder builder = { 0 };
    const char *words = pdf_keep(pdf, shape->text);
    struct pdf_text text;
    PangoFontDescription *face;
    PangoLayout *layout;
    PangoRectangle logical;
    double x = shape->x;

    if (shape->untrusted)
        pdf_builder_add_evidence(pdf, &builder, words, 0);
    else
        pdf_builder_add(pdf, &builder, words, 0);
    text = pdf_builder_finish(pdf, &builder, STYLE_SMALL);
    face = pdf_face_new(shape->size, shape->bold, false);
    layout = pango_layout_new(pdf->context);
    pango_layout_set_font_description(layout, face);
    pango_layout_set_attributes(layout, pdf->attributes);
    pango_layout_set_auto_dir(layout, !shape->untrusted);
    pango_layout_set_text(layout, text.at, (int)text.len);
    pango_layout_get_extents(layout, NULL, &logical);
    if (shape->anchor != ANCHOR_START)
        x -= (double)logical.width / PANGO_SCALE /
             (shape->anchor == ANCHOR_MIDDLE ? 2 : 1);
    cairo_move_to(pdf->cairo, x, shape->y);
    pango_cairo_show_layout_line(pdf->cairo,
                                 pango_layout_get_line_readonly(layout, 0));
    g_object_unref(layout);
    pango_font_description_free(face);
}

static void (*const drawers[])(struct pdf *, const struct chart_shape *) = {
    [SHAPE_RECT] = draw_rect,
    [SHAPE_LINE] = draw_line,
    [SHAPE_PATH] = draw_path,
    [SHAPE_TEXT] = draw_text,
};

void
pdf_draw_chart(struct pdf *pdf, const struct chart *chart, double x, double y,
               double scale)
{
    cairo_save(pdf->cairo);
    cairo_translate(pdf->cairo, x, y);
    cairo_scale(pdf->cairo, scale, scale);
    for (size_t i = 0; i < chart->shape_count; i++) {
        const struct chart_shape *shape = &chart->shapes[i];

        cairo_new_path(pdf->cairo);
        ink_set(pdf->cairo, shape->ink);
        drawers[shape->kind](pdf, shape);
    }
    cairo_restore(pdf->cairo);
}
