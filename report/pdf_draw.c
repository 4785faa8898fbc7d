/* Third pass of the PDF: pages onto cairo, tagged. */
#include "report/pdf_doc.h"

#include <cairo-pdf.h>
#include <string.h>

#define HEAD_Y 27.0
#define FOOT_LEADING 9.0
#define FOOT_GAP 14.0 /* from the text area down to the foot */

static void
ink_set(struct pdf *pdf, uint32_t rgb)
{
    cairo_set_source_rgb(pdf->cairo, (rgb >> 16 & 0xff) / 255.0,
                         (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
}

static void
box_fill(struct pdf *pdf, double x, double y, double w, double h, uint32_t rgb)
{
    ink_set(pdf, rgb);
    cairo_rectangle(pdf->cairo, x, y, w, h);
    cairo_fill(pdf->cairo);
}

/* Where a cell begins on the page; mirrored when the language is. */
static double
cell_x(const struct pdf *pdf, double x, double width)
{
    if (pdf->right_to_left)
        return pdf->left + pdf->width - x - width;
    return pdf->left + x;
}

/* --------------------------------------------------------------- furniture */

static double
plain_draw(struct pdf *pdf, const char *words, enum pdf_style style, double x,
           double y, uint32_t ink, bool right)
{
    struct pdf_text text = pdf_text_plain(pdf, words, style);
    double width = pdf_text_natural_width(pdf, &text);

    text.ink = ink;
    text.lines = 1;
    pdf_text_draw(pdf, &text, right ? x - width : x, y, 0, 1, NULL);
    if (text.layout) {
        g_object_unref(text.layout);
        pdf->layouts_kept--;
    }
    return width;
}

struct label_ink { /* as the TLP standard has them, on black */
    const char *label;
    uint32_t ink;
};

static uint32_t
label_ink(const char *label)
{
    static const struct label_ink inks[] = {
        { "TLP:RED", 0xff2b2b },
        { "TLP:AMBER", 0xffc000 },
        { "TLP:AMBER+STRICT", 0xffc000 },
        { "TLP:GREEN", 0x33ff00 },
    };

    for (size_t i = 0; i < sizeof(inks) / sizeof(inks[0]); i++) {
        if (strcmp(label, inks[i].label) == 0)
            return inks[i].ink;
    }
    return RGB_WHITE;
}

/* Gives the room that it takes from the right. */
static double
label_draw(struct pdf *pdf, const char *words)
{
    struct pdf_text text = pdf_text_plain(pdf, words, STYLE_LABEL);
    double width = pdf_text_natural_width(pdf, &text);
    double right = pdf->left + pdf->width;

    if (text.layout) {
        g_object_unref(text.layout);
        pdf->layouts_kept--;
    }
    box_fill(pdf, right - width - 12, HEAD_Y - 3, width + 12, 20, 0);
    plain_draw(pdf, words, STYLE_LABEL, right - 6, HEAD_Y - 1, label_ink(words),
               true);
    return width + 24;
}

static void
head_draw(struct pdf *pdf, size_t page)
{
    double right = pdf->left + pdf->width;
    const char *label = pdf_attribute(pdf, pdf->root, "label");
    const char *number = pdf_attribute(pdf, pdf->root, "case");
    const char *title = pdf_attribute(pdf, pdf->root, "title");
    double x = pdf->left;

    if (*number) {
        x += plain_draw(pdf, pdf_word(pdf, "case"), STYLE_SMALL, x, HEAD_Y + 2,
                        RGB_NONE, false);
        x += 4;
        x += plain_draw(pdf, number, STYLE_CAPTION, x, HEAD_Y + 2, RGB_NONE,
                        false);
        x += 10;
    }
    plain_draw(pdf, title, STYLE_SMALL, x, HEAD_Y + 2, RGB_NONE, false);
    if (*label)
        right -= label_draw(pdf, label);
    if (page == 1)
        pdf_logo_draw(pdf, right, HEAD_Y + 19);
    box_fill(pdf, pdf->left, pdf->top - 12, pdf->width, 0.5, RGB_RULE);
}

static void
number_put(struct pdf *pdf, struct buf *text, const char *pattern, size_t page)
{
    struct sv rest = sv_of(pattern);

    while (rest.len && !pdf->failed) {
        if (sv_skip_prefix(&rest, SV("{page}")))
            buf_printf(text, "%zu", page);
        else if (sv_skip_prefix(&rest, SV("{pages}")))
            buf_printf(text, "%zu", pdf->page_count);
        else {
            buf_add_char(text, rest.at[0]);
            rest = sv_drop(rest, 1);
        }
        pdf->failed = text->failed;
    }
}

static void
foot_line_draw(struct pdf *pdf, struct buf *text, double y)
{
    if (text->failed)
        pdf->failed = true;
    else
        plain_draw(pdf, text->at, STYLE_FOOT, pdf->left, y, RGB_NONE, false);
    buf_clear(text);
}

/* Left: audience, as-of, digest: all of it on page 1, in a line of its own.
 * Right: the page. */
static void
foot_draw(struct pdf *pdf, size_t page)
{
    const char *digest = pdf_attribute(pdf, pdf->root, "digest");
    const char *pattern = pdf_word(pdf, "page");
    double y = pdf->bottom + FOOT_GAP;
    struct buf text = { 0 };

    buf_printf(&text, "%s  \xc2\xb7  %s", pdf_word(pdf, "audience"),
               pdf_word(pdf, "as_of"));
    if (page > 1)
        buf_printf(&text, "  \xc2\xb7  %s %.16s", pdf_word(pdf, "digest"),
                   digest);
    foot_line_draw(pdf, &text, y);
    if (page == 1) {
        buf_printf(&text, "%s %s", pdf_word(pdf, "digest"), digest);
        foot_line_draw(pdf, &text, y + FOOT_LEADING);
    }

    number_put(pdf, &text, *pattern ? pattern : "{page} / {pages}", page);
    if (!pdf->failed)
        plain_draw(pdf, text.at, STYLE_FOOT, pdf->left + pdf->width, y,
                   RGB_NONE, true);
    buf_clear(&text);
}

/* ------------------------------------------------------------------ pieces */

static void
dest_set(struct pdf *pdf, const char *name, double y)
{
    struct buf attributes = { 0 };

    /* whole points: a locale's decimal comma cannot get in */
    buf_printf(&attributes, "name='%s' x=%d y=%d", name, (int)pdf->left,
               (int)(y > 8 ? y - 8 : y));
    if (attributes.failed) {
        pdf->failed = true;
    } else {
        cairo_tag_begin(pdf->cairo, CAIRO_TAG_DEST, attributes.at);
        cairo_tag_end(pdf->cairo, CAIRO_TAG_DEST);
    }
    buf_clear(&attributes);
}

static size_t
smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A row's lines; of a part further on, only cells that have some left, but
 * of a table always all, for equal columns. */
static void
row_draw(struct pdf *pdf, const struct pdf_piece *piece)
{
    const struct pdf_item *row = piece->item;
    double y = piece->y + (piece->from ? 0 : row->pad_top);
    const char *tag = piece->repeated ? NULL : row->tag;
    bool table = tag && strcmp(tag, "TR") == 0;

    if (tag)
        cairo_tag_begin(pdf->cairo, tag, "");
    for (size_t i = 0; i < row->cell_count; i++) {
        struct pdf_cell *cell = &row->cells[i];
        size_t to = smaller(piece->to, cell->text.lines);

        if (piece->from >= cell->text.lines && piece->from && !table)
            continue;
        if (cell->outer && !piece->from)
            cairo_tag_begin(pdf->cairo, cell->outer, "");
        if (cell->around)
            cairo_tag_begin(pdf->cairo, cell->around, "");
        pdf_text_draw(pdf, &cell->text, cell_x(pdf, cell->x, cell->text.width),
                      y, piece->from, to, piece->repeated ? NULL : cell->tag);
        if (cell->around)
            cairo_tag_end(pdf->cairo, cell->around);
    }
    if (tag)
        cairo_tag_end(pdf->cairo, tag);
}

static void
facts_draw(struct pdf *pdf, const struct pdf_piece *piece)
{
    for (size_t i = 0; i < piece->item->cell_count; i++) {
        struct pdf_cell *cell = &piece->item->cells[i];
        struct pdf_text *texts[] = { &cell->text, &cell->more[0],
                                     &cell->more[1] };
        double x = cell_x(pdf, cell->x + 8, cell->text.width);
        double y = piece->y + 6;

        cairo_tag_begin(pdf->cairo, "LI", "");
        for (size_t k = 0; k < 3; k++) {
            if (!texts[k]->len)
                continue;
            if (k < 2)
                cairo_tag_begin(pdf->cairo, k ? "LBody" : "Lbl", "");
            pdf_text_draw(pdf, texts[k], x, y, 0, texts[k]->lines, "Span");
            if (k == 0 || (k == 1 && !cell->more[1].len) || k == 2)
                cairo_tag_end(pdf->cairo, k ? "LBody" : "Lbl");
            y += pdf_text_height(texts[k]);
        }
        cairo_tag_end(pdf->cairo, "LI");
    }
}

static void
figure_draw(struct pdf *pdf, const struct pdf_piece *piece)
{
    const struct pdf_item *item = piece->item;
    double width = pdf->width - item->pad_top;
    double x = cell_x(pdf, item->pad_top, width);
    void *figures = pdf->figures;

    if (!array_reserve(&figures, &pdf->figure_capacity, pdf->figure_count + 1,
                       sizeof(*pdf->figures))) {
        pdf->failed = true;
        return;
    }
    pdf->figures = figures;
    pdf->figures[pdf->figure_count++] =
        (struct pdf_figure){ item->alt,
                             { x, pdf->page_height - piece->y - item->height,
                               x + width, pdf->page_height - piece->y } };
    cairo_tag_begin(pdf->cairo, "Figure", "");
    pdf_draw_chart(pdf, &item->chart, x, piece->y, width / CHART_WIDTH);
    cairo_tag_end(pdf->cairo, "Figure");
}

static void
piece_draw(struct pdf *pdf, const struct pdf_piece *piece)
{
    const struct pdf_item *item = piece->item;

    if (item->dest && !piece->from)
        dest_set(pdf, item->dest, piece->y);
    switch (item->kind) {
    case ITEM_OPEN:
        cairo_tag_begin(pdf->cairo, item->tag, "");
        break;
    case ITEM_CLOSE:
        cairo_tag_end(pdf->cairo, item->tag);
        break;
    case ITEM_ROW:
        row_draw(pdf, piece);
        break;
    case ITEM_FACTS:
        facts_draw(pdf, piece);
        break;
    case ITEM_FIGURE:
        figure_draw(pdf, piece);
        break;
    case ITEM_SPACE:
    case ITEM_PANEL:
    case ITEM_PANEL_END:
    case ITEM_TABLE:
    case ITEM_TABLE_END:
        break; /* took room, or became a fill */
    }
}

/* ------------------------------------------------------------------- pages */

/*
 * All that is no content, in one artifact at the page's beginning: what is
 * drawn first lies below. Inside the leaf of a tag none may stand.
 */
static void
artifacts_draw(struct pdf *pdf, const struct pdf_page *page, size_t number)
{
    const char *tag = pdf->artifact_tag ? "Artifact" : "Private";

    cairo_tag_begin(pdf->cairo, tag, "");
    head_draw(pdf, number);
    foot_draw(pdf, number);
    for (size_t i = page->fill_first; i < page->fill_end; i++) {
        const struct pdf_fill *fill = &pdf->fills[i];

        box_fill(pdf, cell_x(pdf, fill->x, fill->w), fill->y, fill->w, fill->h,
                 fill->paper);
    }
    for (size_t i = page->piece_first; i < page->piece_end; i++) {
        const struct pdf_piece *piece = &pdf->pieces[i];

        if (piece->repeated)
            row_draw(pdf, piece);
        if (piece->item->dot != RGB_NONE && !piece->from) {
            ink_set(pdf, piece->item->dot);
            cairo_arc(pdf->cairo, cell_x(pdf, piece->item->dot_x, 0),
                      piece->y + piece->item->leading / 2, 2.2, 0, 6.2832);
            cairo_fill(pdf->cairo);
        }
    }
    cairo_tag_end(pdf->cairo, tag);
}

static void
page_draw(struct pdf *pdf, const struct pdf_page *page, size_t number)
{
    size_t i = page->piece_first;

    /* the Document first, or the first artifact would stand outside it */
    while (i < page->piece_end && number == 1 &&
           pdf->pieces[i].item->kind == ITEM_OPEN)
        piece_draw(pdf, &pdf->pieces[i++]);
    artifacts_draw(pdf, page, number);
    for (; i < page->piece_end; i++) {
        if (!pdf->pieces[i].repeated)
            piece_draw(pdf, &pdf->pieces[i]);
    }
    cairo_show_page(pdf->cairo);
}

static void
outline_draw(struct pdf *pdf, cairo_surface_t *surface)
{
    int parent = CAIRO_PDF_OUTLINE_ROOT;

    for (size_t i = 0; i < pdf->outline_count; i++) {
        const struct pdf_outline *entry = &pdf->outline[i];
        struct buf attributes = { 0 };
        int id;

        if (!buf_printf(&attributes, "dest='%s'", entry->dest)) {
            pdf->failed = true;
            return;
        }
        id = cairo_pdf_surface_add_outline(
            surface, entry->level ? parent : CAIRO_PDF_OUTLINE_ROOT,
            entry->title, attributes.at, 0);
        if (!entry->level)
            parent = id;
        buf_clear(&attributes);
    }
}

void
pdf_draw(struct pdf *pdf, cairo_surface_t *surface)
{
    for (size_t i = 0; i < pdf->page_count && !pdf->failed; i++)
        page_draw(pdf, &pdf->pages[i], i + 1);
    outline_draw(pdf, surface);
}
