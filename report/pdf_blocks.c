/* First pass of the PDF: facts, steps, reasons, commands, charts, log lines. */
#include "report/pdf_doc.h"

#include <string.h>

#define GAP 8.0
#define BOX_INDENT 20.0 /* of a step beside its box */

/* Cells of a row of two: a short label, then the matter. */
static struct pdf_item *
pair_row(struct pdf *pdf, struct pdf_cell label, struct pdf_cell matter,
         double leading)
{
    struct pdf_cell *cells = pdf_cells_new(pdf, 2);

    pdf_text_fit(pdf, &label.text, matter.x - label.x - 4);
    pdf_text_fit(pdf, &matter.text, pdf->width - matter.x);
    if (cells) {
        cells[0] = label;
        cells[1] = matter;
    }
    return pdf_row(pdf, cells, 2, leading);
}

/* ------------------------------------------------------------------- facts */

static void
fact_fill(struct pdf *pdf, struct pdf_cell *cell, const xmlNode *fact,
          double width)
{
    cell->text = pdf_text_of(pdf, pdf_child(fact, "label"), STYLE_SMALL);
    cell->more[0] = pdf_text_of(pdf, pdf_child(fact, "value"), STYLE_VALUE);
    if (pdf_text_natural_width(pdf, &cell->more[0]) > width)
        cell->more[0] = pdf_text_of(pdf, pdf_child(fact, "value"), STYLE_SUB);
    cell->more[1] = pdf_text_of(pdf, pdf_child(fact, "note"), STYLE_SMALL);
    pdf_text_fit(pdf, &cell->text, width);
    pdf_text_fit(pdf, &cell->more[0], width);
    pdf_text_fit(pdf, &cell->more[1], width);
}

static void
facts_row(struct pdf *pdf, const xmlNode **fact, size_t count,
          struct pdf_place place)
{
    double step = (pdf->width - place.x + GAP) / (double)count;
    struct pdf_cell *cells = pdf_cells_new(pdf, count);
    struct pdf_item *item = pdf_item_add(pdf, ITEM_FACTS);
    const xmlNode *at = *fact;

    item->cells = cells;
    item->pad_top = item->pad_bottom = 6;
    for (size_t i = 0; cells && i < count && at; at = at->next) {
        double height;

        if (!pdf_is(at, "fact"))
            continue;
        cells[i].x = place.x + (double)i * step;
        cells[i].tag = "LI";
        fact_fill(pdf, &cells[i], at, step - GAP - 16);
        height = pdf_text_height(&cells[i].text) +
                 pdf_text_height(&cells[i].more[0]) +
                 pdf_text_height(&cells[i].more[1]) + 12;
        item->height = height > item->height ? height : item->height;
        item->cell_count = ++i;
    }
    *fact = at;
}

/* Up to four stand side by side; five and six are two rows of three. */
void
pdf_flow_facts(struct pdf *pdf, const xmlNode *facts, struct pdf_place place)
{
    const xmlNode *at = facts->children;
    size_t left = 0;
    size_t across;

    for (const xmlNode *node = at; node; node = node->next)
        left += pdf_is(node, "fact");
    across = left > 4 ? 3 : left;
    pdf_open(pdf, "L");
    while (left) {
        size_t count = left < across ? left : across;

        facts_row(pdf, &at, count, place);
        left -= count;
        pdf_space(pdf, GAP);
    }
    pdf_close(pdf, "L");
    pdf_space(pdf, 10);
}

/* ---------------------------------------------------------------- weighing */

static const char *
reason_tint(const char *side)
{
    static const struct {
        const char *side;
        const char *tint;
    } sides[] = { { "yes", "critical" }, { "no", "good" } };

    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        if (strcmp(side, sides[i].side) == 0)
            return sides[i].tint;
    }
    return "plain";
}

static struct pdf_cell
reason_label(struct pdf *pdf, const char *side, double x)
{
    struct pdf_text_builder builder = { 0 };
    struct pdf_cell label = { .x = x, .tag = "Lbl" };

    pdf_builder_add_chip(pdf, &builder, pdf_word(pdf, side),
                         pdf_tint_of(reason_tint(side)));
    label.text = pdf_builder_finish(pdf, &builder, STYLE_CELL);
    return label;
}

static double
reasons_label_width(struct pdf *pdf)
{
    static const char *const sides[] = { "yes", "no", "missing" };
    double widest = 0;

    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        struct pdf_cell label = reason_label(pdf, sides[i], 0);
        double width = pdf_text_natural_width(pdf, &label.text);

        widest = width > widest ? width : widest;
    }
    return widest < 120 ? widest : 120;
}

void
pdf_flow_weighing(struct pdf *pdf, const xmlNode *weighing,
                  struct pdf_place place)
{
    double indent = place.x + reasons_label_width(pdf) + GAP;

    pdf_open(pdf, "L");
    for (const xmlNode *reason = weighing->children; reason;
         reason = reason->next) {
        struct pdf_text_builder builder = { 0 };
        struct pdf_cell matter = { .x = indent, .tag = "LBody" };
        const char *weight;

        if (!pdf_is(reason, "reason"))
            continue;
        pdf_builder_add_inline(pdf, &builder, reason);
        weight = pdf_attribute(pdf, reason, "weight");
        if (*weight) {
            pdf_builder_add(pdf, &builder, "  ", 0);
            pdf_builder_add(pdf, &builder, weight, LOOK_MUTED);
        }
        matter.text = pdf_builder_finish(pdf, &builder, STYLE_BODY);
        pair_row(pdf,
                 reason_label(pdf, pdf_attribute(pdf, reason, "for"), place.x),
                 matter, pdf_type_of(STYLE_BODY)->leading)
            ->tag = "LI";
        pdf_space(pdf, 3);
    }
    pdf_close(pdf, "L");
    pdf_space(pdf, 6);
}

/* --------------------------------------------------------------- checklist */

static void
flow_step(struct pdf *pdf, const xmlNode *step, struct pdf_place place)
{
    bool done = strcmp(pdf_attribute(pdf, step, "done"), "true") == 0;
    const char *id = pdf_attribute(pdf, step, "id");
    struct pdf_place inside = { place.x + BOX_INDENT, place.level + 1 };
    struct pdf_cell box = { .x = place.x, .tag = "Lbl" };
    struct pdf_cell matter = { .x = inside.x, .tag = "P", .outer = "LBody" };
    struct pdf_item *row;

    box.text =
        pdf_text_plain(pdf, done ? "\xe2\x98\x91" : "\xe2\x98\x90", STYLE_BOX);
    matter.text = pdf_text_of(pdf, pdf_child(step, "heading"), STYLE_STRONG);
    pdf_open(pdf, "LI");
    row = pair_row(pdf, box, matter, pdf_type_of(STYLE_STRONG)->leading);
    row->dest = pdf_has_id(pdf, id) ? id : NULL;
    row->keep_next = true;
    row->whole = true;
    pdf_space(pdf, 2);
    pdf_flow_blocks(pdf, step, inside);
    pdf_close(pdf, "LBody");
    pdf_close(pdf, "LI");
    pdf_space(pdf, 6);
}

void
pdf_flow_checklist(struct pdf *pdf, const xmlNode *checklist,
                   struct pdf_place place)
{
    pdf_open(pdf, "L");
    for (const xmlNode *step = checklist->children; step; step = step->next) {
        if (pdf_is(step, "step"))
            flow_step(pdf, step, place);
    }
    pdf_close(pdf, "L");
    pdf_space(pdf, 6);
}

static const char *
effect_tint(const char *effect)
{
    if (strcmp(effect, "destroys") == 0)
        return "critical";
    return strcmp(effect, "changes") == 0 ? "warning" : "plain";
}

void
pdf_flow_command(struct pdf *pdf, const xmlNode *command,
                 struct pdf_place place)
{
    const char *effect = pdf_attribute(pdf, command, "effect");
    struct pdf_text_builder label = { 0 };
    struct pdf_text_builder line = { 0 };
    struct pdf_cell left = { .x = place.x + 6, .tag = "Span" };
    struct pdf_cell right = { .tag = "Code" };
    struct pdf_item *panel;
    double width = pdf->width;

    pdf_builder_add_chip(pdf, &label, pdf_word(pdf, effect),
                         pdf_tint_of(effect_tint(effect)));
    left.text = pdf_builder_finish(pdf, &label, STYLE_CELL);
    right.x = left.x + pdf_text_natural_width(pdf, &left.text) + GAP;
    pdf_builder_add_evidence(pdf, &line, pdf_content(pdf, command), 0);
    right.text = pdf_builder_finish(pdf, &line, STYLE_MONO);
    right.text.any_break = right.text.from_left = true;
    right.text.hang = 10;
    panel = pdf_item_add(pdf, ITEM_PANEL);
    panel->paper = RGB_PANEL;
    panel->inset = place.x;
    panel->pad_top = panel->pad_bottom = 3;
    pdf->width -= 6;
    pair_row(pdf, left, right, pdf_type_of(STYLE_MONO)->leading + 1)->tag = "P";
    pdf->width = width;
    pdf_item_add(pdf, ITEM_PANEL_END);
    pdf_space(pdf, 4);
}

/* ------------------------------------------------------------------ figure */

void
pdf_flow_figure(struct pdf *pdf, const xmlNode *figure, struct pdf_place place)
{
    const xmlNode *element = pdf_child(figure, "chart");
    const char *id = pdf_attribute(pdf, figure, "id");
    struct fault ignored;
    struct chart chart = { 0 };
    struct pdf_item *item;
    enum status status;

    if (!element)
        return;
    status = chart_init(&chart, element, &ignored);
    if (status == STATUS_NOMEM)
        pdf->failed = true;
    if (status)
        return;
    pdf_space(pdf, 6);
    pdf_open(pdf, "Div");
    item = pdf_item_add(pdf, ITEM_FIGURE);
    item->chart = chart; /* cleared with the items */
    item->pad_top = place.x;
    item->height = chart.height * (pdf->width - place.x) / CHART_WIDTH;
    item->dest = pdf_has_id(pdf, id) ? id : NULL;
    item->alt = pdf_content(pdf, pdf_child(figure, "alt"));
    item->keep_next = true;
    pdf_space(pdf, 3);
    pdf_block(pdf, pdf_text_of(pdf, pdf_child(figure, "caption"), STYLE_SMALL),
              place.x, "Caption")
        ->whole = true;
    pdf_close(pdf, "Div");
    pdf_space(pdf, 10);
}

/* --------------------------------------------------------------- log lines */

/* L17 in bold, then where the line stands: E1:1204. */
static struct pdf_text
line_label(struct pdf *pdf, const xmlNode *line)
{
    struct pdf_text_builder builder = { 0 };
    const char *id = pdf_attribute(pdf, line, "id");

    if (*id) {
        pdf_builder_add(pdf, &builder, id, LOOK_BOLD);
        pdf_builder_add(pdf, &builder, "  ", 0);
    }
    pdf_builder_add(pdf, &builder, pdf_attribute(pdf, line, "evidence"), 0);
    pdf_builder_add(pdf, &builder, ":", 0);
    pdf_builder_add(pdf, &builder, pdf_attribute(pdf, line, "no"), 0);
    return pdf_builder_finish(pdf, &builder, STYLE_SMALL);
}

static double
lines_label_width(struct pdf *pdf, const xmlNode *lines)
{
    double widest = 0;

    for (const xmlNode *line = lines->children; line; line = line->next) {
        struct pdf_text label;
        double width;

        if (!pdf_is(line, "line"))
            continue;
        label = line_label(pdf, line);
        width = pdf_text_natural_width(pdf, &label);
        widest = width > widest ? width : widest;
        if (label.layout) {
            g_object_unref(label.layout);
            pdf->layouts_kept--;
        }
    }
    return widest < 130 ? widest : 130;
}

void
pdf_flow_lines(struct pdf *pdf, const xmlNode *lines, struct pdf_place place)
{
    double indent = place.x + lines_label_width(pdf, lines) + GAP + 2;

    pdf_open(pdf, "L");
    for (const xmlNode *line = lines->children; line; line = line->next) {
        struct pdf_text_builder builder = { 0 };
        struct pdf_cell label = { .x = place.x, .tag = "Lbl" };
        struct pdf_cell matter = { .x = indent,
                                   .tag = "Code",
                                   .around = "LBody" };
        const char *id;
        struct pdf_item *row;

        if (!pdf_is(line, "line"))
            continue;
        id = pdf_attribute(pdf, line, "id");
        label.text = line_label(pdf, line);
        pdf_builder_add_evidence(pdf, &builder, pdf_content(pdf, line), 0);
        matter.text = pdf_builder_finish(pdf, &builder, STYLE_MONO);
        matter.text.any_break = matter.text.from_left = true;
        matter.text.hang = 12;
        row = pair_row(pdf, label, matter, pdf_type_of(STYLE_MONO)->leading);
        row->tag = "LI";
        row->dest = pdf_has_id(pdf, id) ? id : NULL;
        pdf_space(pdf, 2);
    }
    pdf_close(pdf, "L");
    pdf_space(pdf, 8);
}

/* -------------------------------------------------------------------- lane */

static uint32_t
event_ink(const char *kind)
{
    static const struct {
        const char *kind;
        enum chart_ink ink;
    } events[] = {
        { "delivery", INK_DELIVERED }, { "deferral", INK_DEFERRED },
        { "failure", INK_FAILED },     { "arrival", INK_ACCENT },
        { "completed", INK_TEXT },
    };

    for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
        if (strcmp(kind, events[i].kind) == 0)
            return chart_ink_rgb(events[i].ink);
    }
    return chart_ink_rgb(INK_OTHER);
}

void
pdf_flow_lane(struct pdf *pdf, const xmlNode *lane, struct pdf_place place)
{
    pdf_open(pdf, "L");
    for (const xmlNode *event = lane->children; event; event = event->next) {
        struct pdf_cell at = { .x = place.x, .tag = "Lbl" };
        struct pdf_cell matter = { .x = place.x + 112, .tag = "LBody" };
        struct pdf_item *row;

        if (!pdf_is(event, "event"))
            continue;
        at.text =
            pdf_text_plain(pdf, pdf_attribute(pdf, event, "at"), STYLE_SMALL);
        matter.text = pdf_text_of(pdf, event, STYLE_CELL);
        row = pair_row(pdf, at, matter, pdf_type_of(STYLE_CELL)->leading);
        row->tag = "LI";
        row->dot = event_ink(pdf_attribute(pdf, event, "kind"));
        row->dot_x = place.x + 101;
        row->pad_bottom = 2;
    }
    pdf_close(pdf, "L");
    pdf_space(pdf, 8);
}
