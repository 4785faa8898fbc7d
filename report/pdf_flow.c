/* First pass of the PDF: the document's sections and text as items. */
#include "report/pdf_doc.h"

#include <stdio.h>
#include <string.h>

#define INDENT 14.0 /* of list items and quotes */
#define PANEL_PAD 10.0
#define DEPTH_MAX 12

/* ------------------------------------------------------------------- items */

struct pdf_item *
pdf_item_add(struct pdf *pdf, enum pdf_item_kind kind)
{
    void *items = pdf->items;
    struct pdf_item *item;

    if (!array_reserve(&items, &pdf->item_capacity, pdf->item_count + 1,
                       sizeof(*pdf->items))) {
        pdf->failed = true;
        if (!pdf->item_count)
            return &pdf->spare_item;
        pdf->item_count--; /* what is drawn is thrown away */
    }
    pdf->items = items;
    item = &pdf->items[pdf->item_count++];
    *item = (struct pdf_item){
        .kind = kind, .dot = RGB_NONE, .bar = RGB_NONE, .rule_ink = RGB_RULE
    };
    return item;
}

void
pdf_open(struct pdf *pdf, const char *tag)
{
    pdf_item_add(pdf, ITEM_OPEN)->tag = tag;
}

void
pdf_close(struct pdf *pdf, const char *tag)
{
    pdf_item_add(pdf, ITEM_CLOSE)->tag = tag;
}

/* Spaces that meet, with tags between them or not, are the larger one. */
void
pdf_space(struct pdf *pdf, double height)
{
    for (size_t i = pdf->item_count; i > 0; i--) {
        struct pdf_item *last = &pdf->items[i - 1];

        if (last->kind == ITEM_SPACE) {
            last->height = last->height > height ? last->height : height;
            return;
        }
        if (last->kind != ITEM_OPEN && last->kind != ITEM_CLOSE)
            break;
    }
    pdf_item_add(pdf, ITEM_SPACE)->height = height;
}

struct pdf_cell *
pdf_cells_new(struct pdf *pdf, size_t count)
{
    struct pdf_cell *cells =
        arena_alloc(pdf->arena, count * sizeof(struct pdf_cell));

    if (!cells)
        pdf->failed = true;
    return cells;
}

struct pdf_item *
pdf_row(struct pdf *pdf, struct pdf_cell *cells, size_t count, double leading)
{
    struct pdf_item *row = pdf_item_add(pdf, ITEM_ROW);

    row->cells = cells;
    row->cell_count = cells ? count : 0;
    row->leading = leading;
    row->lines = 1;
    for (size_t i = 0; i < row->cell_count; i++) {
        if (cells[i].text.lines > row->lines)
            row->lines = cells[i].text.lines;
    }
    return row;
}

struct pdf_item *
pdf_block(struct pdf *pdf, struct pdf_text text, double x, const char *tag)
{
    struct pdf_cell *cell = pdf_cells_new(pdf, 1);

    pdf_text_fit(pdf, &text, pdf->width - x);
    if (cell)
        *cell = (struct pdf_cell){ .x = x, .tag = tag, .text = text };
    return pdf_row(pdf, cell, 1, pdf_type_of(text.style)->leading);
}

/* ---------------------------------------------------------------- headings */

static void
outline_add(struct pdf *pdf, const char *title, const char *dest, int level)
{
    void *outline = pdf->outline;

    if (!*title || !pdf_has_id(pdf, dest))
        return;
    if (!array_reserve(&outline, &pdf->outline_capacity, pdf->outline_count + 1,
                       sizeof(*pdf->outline))) {
        pdf->failed = true;
        return;
    }
    pdf->outline = outline;
    pdf->outline[pdf->outline_count++] =
        (struct pdf_outline){ title, dest, level };
}

static const enum pdf_style heading_styles[] = {
    STYLE_TITLE, STYLE_TITLE, STYLE_SECTION, STYLE_SUB, STYLE_STRONG,
};
static const char *const heading_tags[] = { "H1", "H1", "H2", "H3", "H4" };
#define LEVEL_MAX 4

/* The plain words of a heading for the outline, tags and marks left out. */
static const char *
heading_title(struct pdf *pdf, const xmlNode *heading, const char *lead)
{
    struct buf title = { 0 };
    const char *kept;

    buf_printf(&title, "%s%s", lead, *lead ? "  " : "");
    for (const xmlNode *node = heading->children; node; node = node->next) {
        if (pdf_is(node, "tag"))
            continue;
        buf_add(&title, sv_trim(sv_of(pdf_content(pdf, node))));
        buf_add_char(&title, ' ');
    }
    if (title.failed)
        pdf->failed = true;
    kept = pdf_keep(pdf, sv_head(sv_trim(buf_sv(&title)), 200));
    buf_clear(&title);
    return kept;
}

void
pdf_flow_heading(struct pdf *pdf, const xmlNode *owner, const char *lead,
                 struct pdf_place place)
{
    const xmlNode *heading = pdf_child(owner, "heading");
    const char *id = pdf_attribute(pdf, owner, "id");
    int level = place.level > LEVEL_MAX ? LEVEL_MAX : place.level;
    struct pdf_text_builder builder = { 0 };
    struct pdf_item *row;

    if (!heading)
        return;
    if (*lead) {
        pdf_builder_add(pdf, &builder, lead, LOOK_MUTED);
        pdf_builder_add(pdf, &builder, "  ", 0);
    }
    pdf_builder_add_inline(pdf, &builder, heading);
    pdf_space(pdf, level == 2 ? 20 : level > 2 ? 12 : 0);
    row =
        pdf_block(pdf, pdf_builder_finish(pdf, &builder, heading_styles[level]),
                  place.x, heading_tags[level]);
    row->dest = pdf_has_id(pdf, id) ? id : NULL;
    row->keep_next = true;
    row->whole = true;
    row->rule = level == 2;
    row->pad_bottom = level == 2 ? 3 : 0;
    pdf_space(pdf, level == 1 ? 8 : level == 2 ? 6 : 3);
    if (level > 1 && level < 4)
        outline_add(pdf, heading_title(pdf, heading, lead), id, level - 2);
}

/* ---------------------------------------------------------- running blocks */

static void
flow_para(struct pdf *pdf, const xmlNode *para, struct pdf_place place)
{
    pdf_block(pdf, pdf_text_of(pdf, para, STYLE_BODY), place.x, "P");
    pdf_space(pdf, 5);
}

static void
flow_quote(struct pdf *pdf, const xmlNode *quote, struct pdf_place place)
{
    pdf_open(pdf, "BlockQuote");
    pdf_block(pdf, pdf_text_of(pdf, quote, STYLE_BODY), place.x + INDENT, "P");
    pdf_close(pdf, "BlockQuote");
    pdf_space(pdf, 5);
}

static void
flow_lead(struct pdf *pdf, const xmlNode *lead, struct pdf_place place)
{
    for (const xmlNode *para = lead->children; para; para = para->next) {
        if (!pdf_is(para, "para"))
            continue;
        pdf_block(pdf, pdf_text_of(pdf, para, STYLE_LEAD), place.x, "P");
        pdf_space(pdf, 4);
    }
    pdf_space(pdf, 8);
}

static void
flow_list(struct pdf *pdf, const xmlNode *list, struct pdf_place place)
{
    bool numbered = strcmp(pdf_attribute(pdf, list, "kind"), "number") == 0;
    unsigned number = 0;

    pdf_open(pdf, "L");
    for (const xmlNode *item = list->children; item; item = item->next) {
        struct pdf_cell *cells;
        char label[16] = "\xe2\x80\xa2";

        if (!pdf_is(item, "item") || !(cells = pdf_cells_new(pdf, 2)))
            continue;
        if (numbered)
            snprintf(label, sizeof(label), "%u.", ++number);
        cells[0] = (struct pdf_cell){ .x = place.x + 2, .tag = "Lbl" };
        cells[0].text = pdf_text_plain(pdf, label, STYLE_BODY);
        pdf_text_fit(pdf, &cells[0].text, INDENT);
        cells[1] =
            (struct pdf_cell){ .x = place.x + INDENT + 2, .tag = "LBody" };
        cells[1].text = pdf_text_of(pdf, item, STYLE_BODY);
        pdf_text_fit(pdf, &cells[1].text, pdf->width - cells[1].x);
        pdf_row(pdf, cells, 2, pdf_type_of(STYLE_BODY)->leading)->tag = "LI";
        pdf_space(pdf, 2);
    }
    pdf_close(pdf, "L");
    pdf_space(pdf, 5);
}

static void
flow_callout(struct pdf *pdf, const xmlNode *callout, struct pdf_place place)
{
    const struct pdf_tint *tint =
        pdf_tint_of(pdf_attribute(pdf, callout, "kind"));
    const xmlNode *heading = pdf_child(callout, "heading");
    struct pdf_place inside = { place.x + PANEL_PAD + 3, place.level + 1 };
    struct pdf_item *panel;
    double width = pdf->width;

    pdf_space(pdf, 4);
    pdf_open(pdf, "Div");
    panel = pdf_item_add(pdf, ITEM_PANEL);
    panel->paper = tint->paper;
    panel->bar = tint->ink;
    panel->inset = place.x;
    panel->pad_top = panel->pad_bottom = 7;
    pdf->width -= PANEL_PAD;
    if (heading) {
        struct pdf_text text = pdf_text_of(pdf, heading, STYLE_STRONG);
        struct pdf_item *row;

        text.ink = tint->ink;
        row = pdf_block(pdf, text, inside.x, "P");
        row->keep_next = row->whole = true;
        pdf_space(pdf, 2);
    }
    pdf_flow_blocks(pdf, callout, inside);
    pdf->width = width;
    pdf_item_add(pdf, ITEM_PANEL_END);
    pdf_close(pdf, "Div");
    pdf_space(pdf, 10);
}

static void
flow_finding(struct pdf *pdf, const xmlNode *finding, struct pdf_place place)
{
    pdf_open(pdf, "Sect");
    pdf_flow_heading(pdf, finding, "", place);
    place.level++;
    pdf_flow_blocks(pdf, finding, place);
    pdf_close(pdf, "Sect");
    pdf_space(pdf, 8);
}

/* The house's lines at the end of all. */
static void
flow_brand(struct pdf *pdf)
{
    const xmlNode *brand = pdf_child(pdf->root, "brand");
    const xmlNode *node = brand ? brand->children : NULL;

    if (node)
        pdf_space(pdf, 16);
    for (; node; node = node->next) {
        struct pdf_text text;

        if (!pdf_is(node, "contact") && !pdf_is(node, "legal"))
            continue;
        text = pdf_text_plain(pdf, pdf_content(pdf, node), STYLE_SMALL);
        pdf_text_link(pdf, &text, pdf_attribute(pdf, node, "href"));
        pdf_block(pdf, text, 0, "P");
        pdf_space(pdf, 2);
    }
}

static void
flow_figure_numbers(struct pdf *pdf, const xmlNode *parent,
                    struct pdf_place place, int depth)
{
    for (const xmlNode *node = parent->children; node; node = node->next) {
        const xmlNode *table;

        if (node->type != XML_ELEMENT_NODE || depth > DEPTH_MAX)
            continue;
        table = pdf_is(node, "figure") ? pdf_child(node, "table") : NULL;
        if (table)
            pdf_flow_table(pdf, table, place);
        else
            flow_figure_numbers(pdf, node, place, depth + 1);
    }
}

static void
flow_numbers(struct pdf *pdf, const xmlNode *numbers, struct pdf_place place)
{
    (void)numbers;
    flow_figure_numbers(pdf, pdf->root, place, 0);
}

static void
flow_section(struct pdf *pdf, const xmlNode *section, struct pdf_place place)
{
    const char *kind = pdf_attribute(pdf, section, "kind");

    if (strcmp(kind, "front") != 0 && place.level < 2)
        place.level = 2;
    pdf_open(pdf, "Sect");
    pdf_flow_heading(pdf, section, pdf_attribute(pdf, section, "number"),
                     place);
    place.level++;
    pdf_flow_blocks(pdf, section, place);
    pdf_close(pdf, "Sect");
}

static const struct flow_rule {
    const char *name;
    void (*flow)(struct pdf *pdf, const xmlNode *block, struct pdf_place place);
} flow_rules[] = {
    { "section", flow_section },
    { "para", flow_para },
    { "list", flow_list },
    { "quote", flow_quote },
    { "lead", flow_lead },
    { "facts", pdf_flow_facts },
    { "callout", flow_callout },
    { "finding", flow_finding },
    { "weighing", pdf_flow_weighing },
    { "checklist", pdf_flow_checklist },
    { "command", pdf_flow_command },
    { "table", pdf_flow_table },
    { "figure", pdf_flow_figure },
    { "lines", pdf_flow_lines },
    { "lane", pdf_flow_lane },
    { "numbers", flow_numbers },
};

void
pdf_flow_block(struct pdf *pdf, const xmlNode *block, struct pdf_place place)
{
    size_t count = sizeof(flow_rules) / sizeof(flow_rules[0]);

    for (size_t i = 0; i < count; i++) {
        if (pdf_is(block, flow_rules[i].name)) {
            flow_rules[i].flow(pdf, block, place);
            return;
        }
    }
}

void
pdf_flow_blocks(struct pdf *pdf, const xmlNode *parent, struct pdf_place place)
{
    if (place.level > DEPTH_MAX)
        return;
    for (const xmlNode *node = parent->children; node; node = node->next)
        pdf_flow_block(pdf, node, place);
}

void
pdf_flow(struct pdf *pdf)
{
    struct pdf_place start = { 0, 1 };

    pdf_ids_collect(pdf);
    pdf_open(pdf, "Document");
    pdf_flow_blocks(pdf, pdf->root, start);
    flow_brand(pdf);
    pdf_close(pdf, "Document");
}
