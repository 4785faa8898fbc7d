/* Tables: aligned columns while they fit, else a line a cell. */
#include "report/text_lines.h"

#include "report/node.h"

#include <stdlib.h>

#define COLUMNS_MAX 16

struct grid { /* a table's cells as text, row after row; the heads first */
    struct buf *cells;
    size_t columns;
    size_t rows;
    size_t width[COLUMNS_MAX];
    bool right[COLUMNS_MAX];
};

size_t
text_count_children(const xmlNode *node, const char *name)
{
    size_t count = 0;

    for (const xmlNode *child = node_child(node, name); child;
         child = node_next(child, name))
        count++;
    return count;
}

static void
grid_row(struct text_out *text, struct grid *grid, const xmlNode *parent,
         const char *name, size_t row)
{
    size_t column = 0;

    for (const xmlNode *cell = node_child(parent, name);
         cell && column < grid->columns; cell = node_next(cell, name)) {
        struct buf *words = &grid->cells[row * grid->columns + column];
        size_t width;

        text_collect(text, cell, words, 0);
        width = text_columns(buf_sv(words));
        if (width > grid->width[column])
            grid->width[column] = width;
        if (row == 0)
            grid->right[column] = node_attr_is(cell, "type", "num");
        column++;
    }
}

static void
grid_write_aligned(struct text_out *text, const struct grid *grid)
{
    for (size_t row = 0; row < grid->rows; row++) {
        struct buf line = { 0 };

        for (size_t i = 0; i < grid->columns; i++) {
            struct sv cell = buf_sv(&grid->cells[row * grid->columns + i]);
            size_t pad = grid->width[i] - text_columns(cell);

            for (size_t k = 0; grid->right[i] && k < pad; k++)
                text_add(text, &line, SV(" "));
            text_add(text, &line, cell);
            if (i + 1 == grid->columns)
                break;
            for (size_t k = 0; !grid->right[i] && k < pad; k++)
                text_add(text, &line, SV(" "));
            text_add(text, &line, SV("  "));
        }
        text_raw(text, buf_sv(&line));
        buf_clear(&line);
        if (row == 0)
            text_rule(text, '-', TEXT_COLUMNS);
    }
}

/* Too wide for columns: each row as "head: value" lines. */
static void
grid_write_labelled(struct text_out *text, const struct grid *grid)
{
    for (size_t row = 1; row < grid->rows; row++) {
        for (size_t i = 0; i < grid->columns; i++) {
            struct buf line = { 0 };
            struct sv cell = buf_sv(&grid->cells[row * grid->columns + i]);

            if (cell.len == 0)
                continue;
            text_add(text, &line, buf_sv(&grid->cells[i]));
            text_add(text, &line, SV(": "));
            text_add(text, &line, cell);
            text_para(text, i == 0 ? SV("- ") : SV("  "), buf_sv(&line));
            buf_clear(&line);
        }
    }
}

static void
grid_write(struct text_out *text, const struct grid *grid)
{
    size_t width = text->indent + 2 * (grid->columns - 1);

    for (size_t i = 0; i < grid->columns; i++)
        width += grid->width[i];
    if (width <= TEXT_COLUMNS)
        grid_write_aligned(text, grid);
    else
        grid_write_labelled(text, grid);
}

void
text_table(struct text_out *text, const xmlNode *node)
{
    struct grid grid = { .columns = text_count_children(node, "column"),
                         .rows = text_count_children(node, "row") + 1 };
    size_t row = 1;

    if (grid.columns == 0 || grid.columns > COLUMNS_MAX)
        return;
    grid.cells = calloc(grid.columns * grid.rows, sizeof(struct buf));
    if (!grid.cells) {
        text->failed = true;
        return;
    }
    grid_row(text, &grid, node, "column", 0);
    for (const xmlNode *child = node_child(node, "row"); child;
         child = node_next(child, "row"))
        grid_row(text, &grid, child, "cell", row++);
    text_line(text, SV(""), node_child(node, "caption"));
    text_rule(text, '-', TEXT_COLUMNS);
    grid_write(text, &grid);
    if (node_child(node, "note"))
        text_line(text, SV(""), node_child(node, "note"));
    text_blank(text);
    for (size_t i = 0; i < grid.columns * grid.rows; i++)
        buf_clear(&grid.cells[i]);
    free(grid.cells);
}
