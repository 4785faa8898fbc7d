/*
 * chart.h: a `chart` element of a document becomes a display list: shapes in
 * points on a canvas CHART_WIDTH wide, y downwards, in the order in which they
 * are painted. chart_svg.c and chart_cairo.c draw it and decide nothing. The
 * widths of texts come from a fixed table, so both formats break alike.
 */
#ifndef REPORT_CHART_H
#define REPORT_CHART_H

#include "analyzer/base.h"

#include <libxml/tree.h>

#define CHART_WIDTH 700

/* A colour by its meaning; report-design.md 5 has the values. */
enum chart_ink {
    INK_NONE = 0,
    INK_TEXT,  /* ink */
    INK_MUTED, /* muted */
    INK_RULE,  /* rule */
    INK_PANEL, /* panel */
    INK_PAPER, /* the page itself: white */
    INK_ACCENT,
    INK_DELIVERED,
    INK_DEFERRED,
    INK_FAILED,
    INK_REJECTED,
    INK_OTHER,
    INK_CRITICAL, /* the dark one of the pair */
    INK_HEAT_0,   /* lightest … */
    INK_HEAT_1,
    INK_HEAT_2,
    INK_HEAT_3,
    INK_HEAT_4,
    INK_HEAT_5,    /* … fullest */
    INK_ON_HEAT_3, /* text on the middle step, where neither pole reads */
    INK_COUNT
};

/* What a shape is, for a style sheet or a structure tree. */
enum chart_role {
    ROLE_DATA = 1, /* a bar, a cell, an event */
    ROLE_AXIS,     /* grid, base line, ticks and their numbers */
    ROLE_LABEL,    /* a name or number beside data */
    ROLE_MARK,     /* a numbered moment, a limit, a usual rate */
    ROLE_GAP,      /* where there is no evidence */
    ROLE_LEGEND
};

enum chart_shape_kind { SHAPE_RECT = 1, SHAPE_LINE, SHAPE_PATH, SHAPE_TEXT };

enum chart_anchor { ANCHOR_START = 0, ANCHOR_MIDDLE, ANCHOR_END };

struct chart_point {
    double x;
    double y;
};

struct chart_shape {
    enum chart_shape_kind kind;
    enum chart_ink ink; /* of the fill; of the stroke of a line or open path */
    enum chart_role role;
    double x;      /* rect: left; line: from; text: anchor */
    double y;      /* rect: top; line: from; text: base line */
    double w;      /* rect: width; line: to x */
    double h;      /* rect: height; line: to y */
    double stroke; /* line, path: width of the stroke; 0: a filled path */
    bool dashed;   /* line: 4 on, 3 off */
    /* path: straight pieces, closed when filled */
    const struct chart_point *points;
    size_t point_count;
    /* text */
    double size;
    bool bold;
    bool untrusted; /* log text: isolate it, base direction left to right */
    enum chart_anchor anchor;
    struct sv text; /* printable */
};

struct chart {
    double height;
    const struct chart_shape *shapes;
    size_t shape_count;
    struct arena *arena;
};

/*
 * Draws the element into *ret_chart; its texts are copied.
 * Owner: the caller; chart_clear().
 * Fails: STATUS_NOMEM; STATUS_DAMAGED for an element that is no chart.
 */
enum status chart_init(struct chart *ret_chart, const xmlNode *element,
                       struct fault *fault);
void chart_clear(struct chart *chart);

/* Width of `text` in DejaVu Sans Condensed, with 10 % slack. */
double chart_text_width(struct sv text, double size, bool bold);

/* The ink's name: delivered, heat-3, … */
const char *chart_ink_name(enum chart_ink ink);
/* 0xRRGGBB on white. */
uint32_t chart_ink_rgb(enum chart_ink ink);

/* ------------------------------------------------------ chart_svg.c */

struct html; /* html_writer.h: the one writer */

/*
 * Writes the chart as one `svg` element. `id` is the figure's and prefixes all
 * ids inside; `title` and `alt` are our words alone.
 */
void chart_write_svg(const struct chart *chart, struct html *html,
                     const char *id, const char *title, const char *alt);

#endif
