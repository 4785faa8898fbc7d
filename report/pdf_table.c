/* First pass of the PDF: tables, their columns measured. */
#include "report/pdf_doc.h"

#include <string.h>

#define COLUMNS_MAX 24
#define GUTTER 10.0
#define NARROWEST 30.0
#define READABLE 110.0  /* what words and paths want at least */
#define CLAIM_MAX 260.0 /* a text of any length asks for no more */
#define MEASURED_ROWS                                                          \
    400 /* of a longer table, the first ones speak for all                     \
         */

struct column {
    const xmlNode *element;
    bool right; /* numbers stand flush right */
    bool mono;
    bool time;
    bool fixed; /* numbers and times are never broken, if it can be helped */
    double wanted;
    double word; /* the widest piece between spaces, if it matters */
    double x;
    double width;
};

struct grid {
    struct column columns[COLUMNS_MAX];
    size_t count;
};

static void
grid_read(struct pdf *pdf, struct grid *grid, const xmlNode *table)
{
    for (const xmlNode *node = table->children; node; node = node->next) {
        struct column *column = &grid->columns[grid->count];
        const char *type;

        if (!pdf_is(node, "column") || grid->count == COLUMNS_MAX)
            continue;
        type = pdf_attribute(pdf, node, "type");
        *column = (struct column){ .element = node };
        column->right = strcmp(type, "num") == 0;
        column->mono = strcmp(type, "id") == 0 || strcmp(type, "address") == 0;
        column->time = strcmp(type, "time") == 0;
        column->fixed = column->right || column->time;
        grid->count++;
    }
}

/* A cell's text; an id or address is mono even where it is no `v`. */
static struct pdf_text
cell_text(struct pdf *pdf, const struct column *column, const xmlNode *cell)
{
    struct pdf_text text = pdf_text_of(pdf, cell, STYLE_CELL);

    if (column->mono && text.len && !text.span_count) {
        struct pdf_span *span = arena_alloc(pdf->arena, sizeof(*span));

        if (!span) {
            pdf->failed = true;
            return text;
        }
        *span = (struct pdf_span){ .end = text.len, .looks = LOOK_MONO };
        text.spans = span;
        text.span_count = 1;
    }
    text.right = column->right;
    return text;
}

static struct pdf_cell *
row_cells(struct pdf *pdf, struct grid *grid, const xmlNode *row)
{
    struct pdf_cell *cells = pdf_cells_new(pdf, grid->count);
    const xmlNode *node = row->children;

    for (size_t i = 0; cells && i < grid->count; i++) {
        while (node && !pdf_is(node, "cell"))
            node = node->next;
        cells[i].tag = "TD";
        cells[i].text = cell_text(pdf, &grid->columns[i], node);
        node = node ? node->next : NULL;
    }
    return cells;
}

static struct pdf_cell *
head_cells(struct pdf *pdf, struct grid *grid)
{
    struct pdf_cell *cells = pdf_cells_new(pdf, grid->count);

    for (size_t i = 0; cells && i < grid->count; i++) {
        cells[i].tag = "TH";
        cells[i].text =
            pdf_text_of(pdf, grid->columns[i].element, STYLE_CELL_HEAD);
        cells[i].text.right = grid->columns[i].right;
    }
    return cells;
}

static double
widest_word(struct pdf *pdf, const struct pdf_text *text)
{
    struct sv rest = { text->at, text->len };
    double widest = 0;

    while (rest.len) {
        struct sv part = sv_cut(&rest, ' ');
        struct pdf_text word = { .at = part.at,
                                 .len = part.len,
                                 .style = text->style,
                                 .ink = text->ink };
        double width = part.len ? pdf_text_natural_width(pdf, &word) : 0;

        widest = width > widest ? width : widest;
    }
    return widest + 0.5;
}

/* A heading may be broken where numbers may not. */
static void
grid_measure(struct pdf *pdf, struct grid *grid, struct pdf_cell *cells,
             bool head)
{
    for (size_t i = 0; cells && i < grid->count; i++) {
        struct column *column = &grid->columns[i];
        double width = pdf_text_natural_width(pdf, &cells[i].text) + 0.5;
        double word = column->time || head || (!column->fixed && !column->mono)
                          ? widest_word(pdf, &cells[i].text)
                          : 0;

        if (head && column->fixed)
            width = word;
        column->wanted = width > column->wanted ? width : column->wanted;
        column->word = word > column->word ? word : column->word;
    }
}

/* Half of what is readable, or the widest word: no column gets less. */
static double
column_least(const struct column *column)
{
    double least = column->word < READABLE / 2 ? column->word : READABLE / 2;

    return least > NARROWEST ? least : NARROWEST;
}

/* How much of a room too small for all it asks for. */
static double
column_claim(const struct column *column)
{
    return column->wanted < CLAIM_MAX ? column->wanted : CLAIM_MAX;
}

/*
 * The columns without a width share a room too small for them by what they
 * want; those that would get too little take their least before.
 */
static void
grid_divide(struct grid *grid, double room)
{
    double claims = 0;
    bool settled = false;

    for (size_t i = 0; i < grid->count; i++)
        claims +=
            grid->columns[i].width > 0 ? 0 : column_claim(&grid->columns[i]);
    while (!settled) {
        settled = true;
        for (size_t i = 0; i < grid->count; i++) {
            struct column *column = &grid->columns[i];

            if (column->width > 0 ||
                room * column_claim(column) >= column_least(column) * claims)
                continue;
            column->width = column_least(column);
            room -= column->width;
            claims -= column_claim(column);
            settled = false;
        }
    }
    for (size_t i = 0; i < grid->count; i++) {
        if (grid->columns[i].width <= 0)
            grid->columns[i].width =
                room * column_claim(&grid->columns[i]) / claims;
    }
}

/*
 * What is fixed gets what it wants; the others share what is left, those that
 * want less than an even share first.
 */
static void
grid_share(struct grid *grid, double room, bool fixed_too)
{
    size_t open = 0;
    bool settled = false;

    for (size_t i = 0; i < grid->count; i++) {
        struct column *column = &grid->columns[i];

        column->width = 0;
        if (column->fixed && !fixed_too) {
            column->width = column->wanted;
            room -= column->wanted;
        } else {
            open++;
        }
    }
    while (open && !settled) {
        double even = room / (double)open;

        settled = true;
        for (size_t i = 0; i < grid->count; i++) {
            struct column *column = &grid->columns[i];

            if (column->width > 0 || column->wanted > even)
                continue;
            column->width =
                column->wanted > NARROWEST ? column->wanted : NARROWEST;
            room -= column->width;
            open--;
            settled = false;
        }
    }
    grid_divide(grid, room);
}

static double
grid_width(const struct grid *grid)
{
    double width = GUTTER * (double)(grid->count - 1);

    for (size_t i = 0; i < grid->count; i++)
        width += grid->columns[i].width;
    return width;
}

/* Has a column of words or paths less room than makes it readable? */
static bool
grid_is_cramped(const struct grid *grid)
{
    for (size_t i = 0; i < grid->count; i++) {
        const struct column *column = &grid->columns[i];

        if (!column->fixed && column->width < column->wanted &&
            column->width < READABLE)
            return true;
    }
    return false;
}

/* What is left over, or lacking, is shared by all alike. */
static void
grid_settle(struct grid *grid, double x, double room)
{
    double gutters = GUTTER * (double)(grid->count - 1);
    double slack;

    grid_share(grid, room - gutters, false);
    if (grid_is_cramped(grid)) { /* then times take two lines */
        for (size_t i = 0; i < grid->count; i++) {
            if (grid->columns[i].time)
                grid->columns[i].wanted = grid->columns[i].word;
        }
        grid_share(grid, room - gutters, false);
    }
    if (grid_width(grid) > room)
        grid_share(grid, room - gutters, true);
    slack = room - grid_width(grid);
    for (size_t i = 0; i < grid->count; i++) {
        struct column *column = &grid->columns[i];

        if (slack < 0)
            column->width *= (room - gutters) / (room - gutters - slack);
        else
            column->width += slack / (double)grid->count;
        column->x = x;
        x += column->width + GUTTER;
    }
}

static struct pdf_item *
grid_row(struct pdf *pdf, const struct grid *grid, struct pdf_cell *cells)
{
    struct pdf_item *row;

    for (size_t i = 0; cells && i < grid->count; i++) {
        cells[i].x = grid->columns[i].x;
        pdf_text_fit(pdf, &cells[i].text, grid->columns[i].width);
    }
    row = pdf_row(pdf, cells, grid->count, pdf_type_of(STYLE_CELL)->leading);
    row->tag = "TR";
    row->whole = true;
    row->pad_top = row->pad_bottom = 2;
    row->rule = true;
    return row;
}

static void
table_body(struct pdf *pdf, struct grid *grid, struct pdf_cell **rows,
           size_t count)
{
    pdf_open(pdf, "TBody");
    for (size_t i = 0; i < count; i++) {
        struct pdf_item *row = grid_row(pdf, grid, rows[i]);

        /* no lone row at either side of a page's end */
        row->keep_next = i == 0 ? count > 1 : i + 2 == count;
    }
    pdf_close(pdf, "TBody");
}

static void
table_rows(struct pdf *pdf, struct grid *grid, const xmlNode *table,
           struct pdf_place place)
{
    struct pdf_cell *head = head_cells(pdf, grid);
    struct pdf_cell **rows = NULL;
    struct pdf_item *row;
    size_t count = 0;

    for (const xmlNode *node = table->children; node; node = node->next)
        count += pdf_is(node, "row");
    rows = arena_alloc(pdf->arena, (count + 1) * sizeof(struct pdf_cell *));
    if (!rows) {
        pdf->failed = true;
        return;
    }
    grid_measure(pdf, grid, head, true);
    count = 0;
    for (const xmlNode *node = table->children; node; node = node->next) {
        if (!pdf_is(node, "row"))
            continue;
        rows[count] = row_cells(pdf, grid, node);
        if (count < MEASURED_ROWS)
            grid_measure(pdf, grid, rows[count], false);
        count++;
    }
    grid_settle(grid, place.x, pdf->width - place.x);

    pdf_open(pdf, "THead");
    row = grid_row(pdf, grid, head);
    row->header = row->keep_next = true;
    row->rule_ink = RGB_MUTED;
    pdf_close(pdf, "THead");
    if (count)
        table_body(pdf, grid, rows, count);
}

void
pdf_flow_table(struct pdf *pdf, const xmlNode *table, struct pdf_place place)
{
    struct grid grid = { 0 };
    const xmlNode *note = pdf_child(table, "note");
    const char *id = pdf_attribute(pdf, table, "id");
    struct pdf_item *caption;

    grid_read(pdf, &grid, table);
    if (!grid.count)
        return;
    pdf_space(pdf, 6);
    pdf_open(pdf, "Table");
    caption = pdf_block(
        pdf, pdf_text_of(pdf, pdf_child(table, "caption"), STYLE_CAPTION),
        place.x, "Caption");
    caption->keep_next = caption->whole = true;
    caption->dest = pdf_has_id(pdf, id) ? id : NULL;
    pdf_space(pdf, 2);
    pdf_item_add(pdf, ITEM_TABLE);
    table_rows(pdf, &grid, table, place);
    pdf_item_add(pdf, ITEM_TABLE_END);
    pdf_close(pdf, "Table");
    if (note) {
        pdf_space(pdf, 2);
        pdf_block(pdf, pdf_text_of(pdf, note, STYLE_SMALL), place.x, "P");
    }
    pdf_space(pdf, 10);
}
