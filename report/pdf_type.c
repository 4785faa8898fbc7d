/* Texts of the PDF: looks, line breaks by pango, glyphs onto cairo. */
#include "report/pdf_doc.h"

#include <pango/pangocairo.h>
#include <string.h>

#define LAYOUTS_KEPT_MAX 12000 /* about 60 MB */
#define MONO_SHARE 0.92        /* mono inside a style, of its size */

/* DejaVu's own ascent and descent, of the size. */
#define FACE_ASCENT 0.928
#define FACE_HEIGHT 1.164

static const struct pdf_type types[STYLE_COUNT] = {
    [STYLE_BODY] = { 9.5, 13.5, false, false, RGB_INK },
    [STYLE_LEAD] = { 10.5, 15, false, false, RGB_INK },
    [STYLE_TITLE] = { 20, 24, true, false, RGB_INK },
    [STYLE_SECTION] = { 13, 17, true, false, RGB_INK },
    [STYLE_SUB] = { 10.5, 14.5, true, false, RGB_INK },
    [STYLE_STRONG] = { 9.5, 13.5, true, false, RGB_INK },
    [STYLE_SMALL] = { 8, 11, false, false, RGB_MUTED },
    [STYLE_CAPTION] = { 8, 11, true, false, RGB_INK },
    [STYLE_CELL] = { 8, 11.5, false, false, RGB_INK },
    [STYLE_CELL_HEAD] = { 8, 11.5, true, false, RGB_MUTED },
    [STYLE_MONO] = { 7.5, 10.5, false, true, RGB_INK },
    [STYLE_VALUE] = { 15, 19, true, false, RGB_ACCENT },
    [STYLE_BOX] = { 12, 13.5, false, false, RGB_INK },
    [STYLE_FOOT] = { 7, 10, false, false, RGB_MUTED },
    [STYLE_LABEL] = { 12, 16, true, false, RGB_WHITE },
};

static const struct pdf_tint tints[] = {
    { "critical", 0x8e1b12, 0xfdecea }, { "high", 0x8e1b12, 0xfdecea },
    { "warning", 0x6b4a00, 0xfff4d6 },  { "medium", 0x6b4a00, 0xfff4d6 },
    { "good", 0x0b5a35, 0xe6f5ec },     { "info", 0x0a4b85, 0xe7f1fb },
    { "low", 0x0a4b85, 0xe7f1fb },      { "plain", 0x4a5561, 0xeef1f4 },
};
#define TINT_COUNT (sizeof(tints) / sizeof(tints[0]))

const struct pdf_tint *
pdf_tint_of(const char *kind)
{
    for (size_t i = 0; i + 1 < TINT_COUNT; i++) {
        if (strcmp(kind, tints[i].kind) == 0)
            return &tints[i];
    }
    return &tints[TINT_COUNT - 1];
}

const struct pdf_type *
pdf_type_of(enum pdf_style style)
{
    return &types[style];
}

/* ----------------------------------------------------------------- layouts */

PangoFontDescription *
pdf_face_new(double size, bool bold, bool mono)
{
    PangoFontDescription *face = pango_font_description_new();

    pango_font_description_set_family_static(face, mono ? "DejaVu Sans Mono"
                                                        : "DejaVu Sans");
    pango_font_description_set_stretch(face, mono ? PANGO_STRETCH_NORMAL
                                                  : PANGO_STRETCH_CONDENSED);
    pango_font_description_set_weight(face, bold ? PANGO_WEIGHT_BOLD
                                                 : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_size(face, pango_units_from_double(size));
    return face;
}

/* There is no bold mono: a stranger's text in a heading is set as words. */
static const PangoFontDescription *
span_face(struct pdf *pdf, enum pdf_style style, uint32_t looks)
{
    const struct pdf_type *type = &types[style];
    bool bold = type->bold || looks & (LOOK_BOLD | LOOK_CHIP);
    bool mono = !type->bold && looks & LOOK_MONO;
    enum pdf_style strong = style == STYLE_CELL    ? STYLE_CELL_HEAD
                            : style == STYLE_SMALL ? STYLE_CAPTION
                                                   : STYLE_STRONG;

    if (mono) {
        if (!pdf->mono_faces[style])
            pdf->mono_faces[style] = pdf_face_new(
                type->size * (type->mono ? 1 : MONO_SHARE), false, true);
        return pdf->mono_faces[style];
    }
    if (looks & LOOK_CHIP && type->size > types[STYLE_STRONG].size)
        strong = STYLE_STRONG; /* a tag in a heading stays small */
    else if (bold == type->bold)
        return pdf->faces[style];
    if (!pdf->faces[strong])
        pdf->faces[strong] = pdf_face_new(types[strong].size, true, false);
    return pdf->faces[strong];
}

static void
attributes_add(PangoAttrList *list, PangoAttribute *attribute,
               const struct pdf_span *span)
{
    attribute->start_index = (guint)span->start;
    attribute->end_index = (guint)span->end;
    pango_attr_list_insert(list, attribute);
}

/* The colour is drawn by us; as an attribute it parts the runs. */
static PangoAttrList *
text_attributes(struct pdf *pdf, const struct pdf_text *text)
{
    PangoAttrList *list;

    if (!text->span_count)
        return pango_attr_list_ref(pdf->attributes);
    list = pango_attr_list_copy(pdf->attributes);
    for (size_t i = 0; i < text->span_count; i++) {
        const struct pdf_span *span = &text->spans[i];

        attributes_add(
            list,
            pango_attr_font_desc_new(span_face(pdf, text->style, span->looks)),
            span);
        attributes_add(
            list, pango_attr_foreground_new((guint16)(i & 0xffff), 0, 0), span);
    }
    return list;
}

/* Owner: the caller, g_object_unref(). */
static PangoLayout *
text_layout(struct pdf *pdf, struct pdf_text *text)
{
    PangoLayout *layout = text->layout;
    PangoAttrList *list;

    if (layout)
        return g_object_ref(layout);
    layout = pango_layout_new(pdf->context);
    if (!pdf->faces[text->style])
        pdf->faces[text->style] =
            pdf_face_new(types[text->style].size, types[text->style].bold,
                         types[text->style].mono);
    pango_layout_set_font_description(layout, pdf->faces[text->style]);
    list = text_attributes(pdf, text);
    pango_layout_set_attributes(layout, list);
    pango_attr_list_unref(list);
    pango_layout_set_wrap(layout, text->any_break ? PANGO_WRAP_CHAR
                                                  : PANGO_WRAP_WORD_CHAR);
    pango_layout_set_auto_dir(layout, !text->from_left);
    pango_layout_set_text(layout, text->at, (int)text->len);
    if (text->width > 0) {
        pango_layout_set_indent(layout, pango_units_from_double(-text->hang));
        pango_layout_set_width(layout, pango_units_from_double(text->width));
    }
    if (pdf->layouts_kept < LAYOUTS_KEPT_MAX) {
        pdf->layouts_kept++;
        text->layout = g_object_ref(layout);
    }
    return layout;
}

double
pdf_text_natural_width(struct pdf *pdf, struct pdf_text *text)
{
    PangoLayout *layout;
    int width = 0;

    if (!text->len)
        return 0;
    layout = text_layout(pdf, text);
    pango_layout_get_size(layout, &width, NULL);
    g_object_unref(layout);
    return (double)width / PANGO_SCALE;
}

void
pdf_text_fit(struct pdf *pdf, struct pdf_text *text, double width)
{
    PangoLayout *layout;

    text->lines = 0;
    text->width = width;
    if (!text->len)
        return;
    layout = text_layout(pdf, text);
    if (pango_layout_get_width(layout) < 0) {
        pango_layout_set_indent(layout, pango_units_from_double(-text->hang));
        pango_layout_set_width(layout, pango_units_from_double(width));
    }
    text->lines = (size_t)pango_layout_get_line_count(layout);
    g_object_unref(layout);
}

/* ----------------------------------------------------------------- drawing */

struct brush { /* what is open while one text is drawn */
    struct pdf *pdf;
    const struct pdf_text *text;
    bool parted;      /* leaf holds Span and Link */
    bool open;        /* one of them stands open */
    const char *link; /* of the open one; NULL: a Span */
};

static void
brush_close(struct brush *brush)
{
    if (!brush->open)
        return;
    cairo_tag_end(brush->pdf->cairo, brush->link ? CAIRO_TAG_LINK : "Span");
    brush->open = false;
}

/* Ids are plain names, addresses percent-encoded: nothing to quote. */
static void
brush_turn(struct brush *brush, const struct pdf_span *span)
{
    const char *link = span ? span->link : NULL;
    struct buf attributes = { 0 };

    if (!brush->parted || (brush->open && brush->link == link))
        return;
    brush_close(brush);
    if (link) {
        buf_printf(&attributes, "%s='%s'", span->link_is_uri ? "uri" : "dest",
                   link);
        if (attributes.failed)
            brush->pdf->failed = true;
        else
            cairo_tag_begin(brush->pdf->cairo, CAIRO_TAG_LINK, attributes.at);
    } else {
        cairo_tag_begin(brush->pdf->cairo, "Span", "");
    }
    buf_clear(&attributes);
    brush->link = link;
    brush->open = true;
}

static const struct pdf_span *
text_span_at(const struct pdf_text *text, size_t offset)
{
    for (size_t i = 0; i < text->span_count; i++) {
        if (offset >= text->spans[i].start && offset < text->spans[i].end)
            return &text->spans[i];
    }
    return NULL;
}

static void
ink_set(cairo_t *cairo, uint32_t rgb)
{
    cairo_set_source_rgb(cairo, (rgb >> 16 & 0xff) / 255.0,
                         (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
}

static uint32_t
text_ink(const struct pdf *pdf, const struct pdf_text *text,
         const struct pdf_span *span)
{
    uint32_t ink = text->ink == RGB_NONE ? types[text->style].ink : text->ink;

    if (ink == RGB_ACCENT)
        ink = pdf_accent(pdf);
    if (!span)
        return ink;
    if (span->tint)
        return span->tint->ink;
    if (span->link)
        return pdf_accent(pdf);
    return span->looks & LOOK_MUTED ? RGB_MUTED : ink;
}

static void
chip_draw(struct pdf *pdf, const struct pdf_span *span, double size, double x,
          double baseline, double width)
{
    if (size > types[STYLE_STRONG].size)
        size = types[STYLE_STRONG].size;
    ink_set(pdf->cairo, span->tint->paper);
    cairo_rectangle(pdf->cairo, x, baseline - size * 0.95, width, size * 1.25);
    cairo_fill(pdf->cairo);
}

/* Glyphs of ASCII carry themselves; the others go with their text. */
static void
run_show(struct pdf *pdf, const struct pdf_text *text, PangoGlyphItem *run)
{
    PangoItem *item = run->item;

    for (int i = 0; i < item->length; i++) {
        if ((unsigned char)text->at[item->offset + i] >= 0x80) {
            pango_cairo_show_glyph_item(pdf->cairo, text->at, run);
            return;
        }
    }
    pango_cairo_show_glyph_string(pdf->cairo, item->analysis.font, run->glyphs);
}

static void
line_draw(struct brush *brush, PangoLayoutLine *line, double x, double baseline)
{
    struct pdf *pdf = brush->pdf;
    const struct pdf_text *text = brush->text;

    for (GSList *at = line->runs; at; at = at->next) {
        PangoGlyphItem *run = at->data;
        const struct pdf_span *span =
            text_span_at(text, (size_t)run->item->offset);
        double width =
            (double)pango_glyph_string_get_width(run->glyphs) / PANGO_SCALE;

        brush_turn(brush, span);
        if (span && span->tint)
            chip_draw(pdf, span, types[text->style].size, x, baseline, width);
        ink_set(pdf->cairo, text_ink(pdf, text, span));
        cairo_move_to(pdf->cairo, x, baseline);
        run_show(pdf, text, run);
        x += width;
    }
}

static void
lines_draw(struct brush *brush, PangoLayout *layout, double x, double y,
           size_t from, size_t to)
{
    const struct pdf_text *text = brush->text;
    const struct pdf_type *type = &types[text->style];
    double baseline = y + (type->leading - FACE_HEIGHT * type->size) / 2 +
                      FACE_ASCENT * type->size;
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    size_t line = 0;

    do {
        PangoRectangle logical;
        double at = x;

        if (line >= to)
            break;
        if (line < from)
            continue;
        pango_layout_iter_get_line_extents(iter, NULL, &logical);
        at += text->right ? text->width - (double)logical.width / PANGO_SCALE
                          : (double)logical.x / PANGO_SCALE;
        line_draw(brush, pango_layout_iter_get_line_readonly(iter), at,
                  baseline + (double)(line - from) * type->leading);
    } while (line++, pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
}

void
pdf_text_draw(struct pdf *pdf, struct pdf_text *text, double x, double y,
              size_t from, size_t to, const char *leaf)
{
    struct brush brush = { pdf, text, leaf && text->links, false, NULL };

    if (leaf)
        cairo_tag_begin(pdf->cairo, leaf, "");
    if (text->len && from < to) {
        PangoLayout *layout = text_layout(pdf, text);

        lines_draw(&brush, layout, x, y, from, to);
        brush_close(&brush);
        g_object_unref(layout);
    }
    if (leaf)
        cairo_tag_end(pdf->cairo, leaf);
}
