/* Second pass of the PDF: what stands on which page. */
#include "report/pdf_doc.h"

#define WIDOW_LINES 2
#define ROUND_OFF 0.01
#define PANEL_TOGETHER                                                         \
    0.45                  /* of a page: panels up to this stay in one piece    \
                           */
#define ROWS_TOGETHER 0.6 /* of a page: rows up to this, too */

struct pager {
    struct pdf *pdf;
    double y;
    double space;                 /* owed before the next thing */
    bool fresh;                   /* nothing stands on this page yet */
    const struct pdf_item *panel; /* the open one, or NULL */
    double panel_y;               /* where it began on this page */
    size_t header;                /* index of the table's header, or NONE */
};
#define NONE SIZE_MAX

static double
row_height(const struct pdf_item *row, size_t from, size_t to)
{
    return (from == 0 ? row->pad_top : 0) + (double)(to - from) * row->leading +
           (to == row->lines ? row->pad_bottom : 0);
}

static double
item_height(const struct pdf_item *item)
{
    if (item->kind == ITEM_ROW)
        return row_height(item, 0, item->lines);
    return item->height;
}

static void
fill_add(struct pdf *pdf, struct pdf_fill fill)
{
    void *fills = pdf->fills;

    if (!array_reserve(&fills, &pdf->fill_capacity, pdf->fill_count + 1,
                       sizeof(*pdf->fills))) {
        pdf->failed = true;
        return;
    }
    pdf->fills = fills;
    pdf->fills[pdf->fill_count++] = fill;
}

static void
piece_add(struct pdf *pdf, struct pdf_piece piece)
{
    void *pieces = pdf->pieces;

    if (!array_reserve(&pieces, &pdf->piece_capacity, pdf->piece_count + 1,
                       sizeof(*pdf->pieces))) {
        pdf->failed = true;
        return;
    }
    pdf->pieces = pieces;
    pdf->pieces[pdf->piece_count++] = piece;
}

/* ------------------------------------------------------------------- pages */

static void
page_begin(struct pager *pager)
{
    struct pdf *pdf = pager->pdf;
    void *pages = pdf->pages;

    if (!array_reserve(&pages, &pdf->page_capacity, pdf->page_count + 1,
                       sizeof(*pdf->pages))) {
        pdf->failed = true;
        return;
    }
    pdf->pages = pages;
    pdf->pages[pdf->page_count++] =
        (struct pdf_page){ .piece_first = pdf->piece_count,
                           .fill_first = pdf->fill_count };
    pager->y = pdf->top;
    pager->space = 0;
    pager->fresh = true;
}

static void
panel_end(struct pager *pager)
{
    const struct pdf_item *panel = pager->panel;
    struct pdf *pdf = pager->pdf;
    double height = pager->y - pager->panel_y;

    if (height <= 0)
        return;
    fill_add(pdf, (struct pdf_fill){ panel->inset, pager->panel_y,
                                     pdf->width - panel->inset, height,
                                     panel->paper });
    if (panel->bar != RGB_NONE)
        fill_add(pdf, (struct pdf_fill){ panel->inset, pager->panel_y, 3,
                                         height, panel->bar });
}

static void
page_end(struct pager *pager)
{
    struct pdf *pdf = pager->pdf;
    struct pdf_page *page;

    if (!pdf->page_count)
        return;
    page = &pdf->pages[pdf->page_count - 1];
    if (pager->panel) {
        pager->y += pager->panel->pad_bottom;
        panel_end(pager);
    }
    page->piece_end = pdf->piece_count;
    page->fill_end = pdf->fill_count;
}

static void row_place(struct pager *pager, const struct pdf_item *row,
                      size_t from, size_t to, bool repeated);

static void
page_turn(struct pager *pager)
{
    page_end(pager);
    page_begin(pager);
    if (pager->panel) {
        pager->panel_y = pager->y;
        pager->y += pager->panel->pad_top;
    }
    if (pager->header != NONE) {
        const struct pdf_item *head = &pager->pdf->items[pager->header];

        row_place(pager, head, 0, head->lines, true);
        pager->fresh = true;
    }
}

/* ----------------------------------------------------------------- placing */

static void
row_place(struct pager *pager, const struct pdf_item *row, size_t from,
          size_t to, bool repeated)
{
    struct pdf *pdf = pager->pdf;
    double height = row_height(row, from, to);

    piece_add(pdf,
              (struct pdf_piece){ row, pager->y, height, from, to, repeated });
    pager->y += height;
    pager->fresh = false;
    if (row->rule && to == row->lines)
        fill_add(pdf, (struct pdf_fill){ row->cells ? row->cells[0].x - 3 : 0,
                                         pager->y - 0.25, pdf->width + 6, 0.5,
                                         row->rule_ink });
}

static double
room_left(const struct pager *pager)
{
    double pad = pager->panel ? pager->panel->pad_bottom : 0;

    return pager->pdf->bottom - pager->y - pad -
           (pager->fresh ? 0 : pager->space) + ROUND_OFF;
}

/* The least of an item that may stand at a page's end. */
static double
least_height(const struct pdf_item *item, double page)
{
    if (item->kind == ITEM_ROW && item->lines > 2 * WIDOW_LINES - 1 &&
        (!item->whole || item_height(item) > ROWS_TOGETHER * page))
        return row_height(item, 0, WIDOW_LINES);
    return item_height(item);
}

/*
 * What must stand together from `index` on: the item, and as long as one is
 * to be kept with the next, the next; of the last only its beginning.
 */
static double
chain_height(const struct pager *pager, size_t index)
{
    const struct pdf *pdf = pager->pdf;
    double page = pdf->bottom - pdf->top;
    double height = 0;

    for (size_t i = index; i < pdf->item_count && height < page; i++) {
        const struct pdf_item *item = &pdf->items[i];

        if (item->kind == ITEM_SPACE)
            height += item->height;
        if (item->kind == ITEM_PANEL)
            height += item->pad_top;
        if (item->kind != ITEM_ROW && item->kind != ITEM_FACTS &&
            item->kind != ITEM_FIGURE)
            continue;
        if (!item->keep_next)
            return height + least_height(item, page);
        height += item_height(item);
    }
    return height;
}

static double
panel_height(const struct pdf *pdf, size_t index)
{
    double height = pdf->items[index].pad_top + pdf->items[index].pad_bottom;

    for (size_t i = index + 1;
         i < pdf->item_count && pdf->items[i].kind != ITEM_PANEL_END; i++)
        height += item_height(&pdf->items[i]);
    return height;
}

/* Pays the space owed, or turns the page when `height` has no room. */
static void
make_room(struct pager *pager, double height)
{
    if (height > room_left(pager) && !pager->fresh)
        page_turn(pager);
    else if (!pager->fresh)
        pager->y += pager->space;
    pager->space = 0;
}

static size_t
lines_that_fit(const struct pager *pager, const struct pdf_item *row,
               size_t from)
{
    double room = room_left(pager) - (from == 0 ? row->pad_top : 0);
    size_t left = row->lines - from;
    size_t fit;

    if (row_height(row, from, row->lines) <= room_left(pager))
        return left;
    fit = room > row->leading ? (size_t)(room / row->leading) : 0;
    if (fit >= left)
        fit = left - 1; /* its padding does not fit: take a line along */
    if (left - fit < WIDOW_LINES && fit > WIDOW_LINES)
        fit = left - WIDOW_LINES;
    return fit;
}

static void
row_flow(struct pager *pager, size_t index)
{
    const struct pdf_item *row = &pager->pdf->items[index];
    size_t from = 0;

    make_room(pager, chain_height(pager, index));
    while (from < row->lines && !pager->pdf->failed) {
        size_t fit = lines_that_fit(pager, row, from);

        if (!fit && !pager->fresh) {
            page_turn(pager);
            continue;
        }
        if (!fit)
            fit = 1; /* a page too small for one line: over its edge */
        row_place(pager, row, from, from + fit, false);
        from += fit;
        if (from < row->lines)
            page_turn(pager);
    }
}

static void
block_flow(struct pager *pager, size_t index)
{
    const struct pdf_item *item = &pager->pdf->items[index];

    make_room(pager, chain_height(pager, index));
    if (item->kind == ITEM_FACTS) {
        double step = item->cell_count > 1 ? item->cells[1].x - item->cells[0].x
                                           : pager->pdf->width + 8;

        for (size_t i = 0; i < item->cell_count; i++)
            fill_add(pager->pdf,
                     (struct pdf_fill){ item->cells[i].x, pager->y, step - 8,
                                        item->height, RGB_PANEL });
    }
    piece_add(pager->pdf,
              (struct pdf_piece){ item, pager->y, item->height, 0, 0, false });
    pager->y += item->height;
    pager->fresh = false;
}

static void
panel_begin(struct pager *pager, size_t index)
{
    struct pdf *pdf = pager->pdf;
    const struct pdf_item *panel = &pdf->items[index];
    double whole = panel_height(pdf, index);
    double page = pdf->bottom - pdf->top;

    make_room(pager, whole < PANEL_TOGETHER * page
                         ? whole
                         : chain_height(pager, index));
    pager->panel = panel;
    pager->panel_y = pager->y;
    pager->y += panel->pad_top;
    pager->fresh = true; /* no space above the first thing in it */
}

static void
item_flow(struct pager *pager, size_t index)
{
    struct pdf_item *item = &pager->pdf->items[index];

    switch (item->kind) {
    case ITEM_OPEN:
    case ITEM_CLOSE:
        piece_add(pager->pdf, (struct pdf_piece){ .item = item });
        break;
    case ITEM_SPACE:
        if (item->height > pager->space)
            pager->space = item->height;
        break;
    case ITEM_ROW:
        if (item->header)
            pager->header = NONE; /* not above itself */
        row_flow(pager, index);
        if (item->header)
            pager->header = index;
        break;
    case ITEM_FACTS:
    case ITEM_FIGURE:
        block_flow(pager, index);
        break;
    case ITEM_PANEL:
        panel_begin(pager, index);
        break;
    case ITEM_PANEL_END:
        pager->y += pager->panel->pad_bottom;
        panel_end(pager);
        pager->panel = NULL;
        pager->space = 0;
        pager->fresh = false;
        break;
    case ITEM_TABLE:
    case ITEM_TABLE_END:
        pager->header = NONE;
        break;
    }
}

void
pdf_paginate(struct pdf *pdf)
{
    struct pager pager = { .pdf = pdf, .header = NONE };

    page_begin(&pager);
    for (size_t i = 0; i < pdf->item_count && !pdf->failed; i++)
        item_flow(&pager, i);
    page_end(&pager);
}
