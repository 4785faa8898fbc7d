/*
 * chart_build.h: inside chart*.c: a display list in the making, and one
 * function a kind of chart.
 */
#ifndef REPORT_CHART_BUILD_H
#define REPORT_CHART_BUILD_H

#include "report/chart.h"
#include "report/words.h"

#define CHART_TEXT 11.0 /* size of labels */
#define CHART_SMALL 9.5
#define CHART_SERIES_MAX 6

struct canvas {
    struct arena *arena;
    struct chart_shape *shapes; /* in the heap while it grows */
    size_t count;
    size_t capacity;
    struct words_format format; /* group, day, second and units of it */
    double height;
    bool failed; /* out of memory; sticky */
};

void canvas_rect(struct canvas *canvas, enum chart_ink ink,
                 enum chart_role role, double x, double y, double w, double h);
void canvas_line(struct canvas *canvas, enum chart_ink ink,
                 enum chart_role role, struct chart_point from,
                 struct chart_point to, double stroke, bool dashed);
/* `model` gives ink, role, x, y, size, bold, untrusted and anchor. */
void canvas_text(struct canvas *canvas, struct chart_shape model,
                 struct sv text);
void canvas_number(struct canvas *canvas, struct chart_shape model,
                   int64_t value);
/* A filled disc, as a path of many corners. */
void canvas_disc(struct canvas *canvas, enum chart_ink ink,
                 enum chart_role role, double x, double y, double radius);
/* Keeps `text` as long as the chart. Empty when out of memory. */
struct sv canvas_keep(struct canvas *canvas, struct sv text);
struct sv canvas_node_text(struct canvas *canvas, const xmlNode *node);

/*
 * `text` in lines no wider than `width`, `max_lines` of them at most; what is
 * left out is said as (+n). Gives how many lines it took.
 */
size_t canvas_wrap(struct canvas *canvas, struct chart_shape model,
                   struct sv text, double width, double leading,
                   size_t max_lines);

struct chart_series {
    enum chart_ink ink;
    struct sv label;
};
size_t chart_series_read(struct canvas *canvas, const xmlNode *element,
                         struct chart_series series[CHART_SERIES_MAX]);
/* Squares with words in one row at `y`; none for a single series. */
void chart_legend(struct canvas *canvas, const struct chart_series *series,
                  size_t count, double y);
enum chart_ink chart_ink_of(struct sv name);
/* "12 0 3" into `values`; what is missing is 0, what is negative too. */
void chart_values_read(struct sv text, int64_t *values, size_t count);
/* The next of 1, 2, 5, 10, 20 … that is not below `value`. */
int64_t chart_nice(int64_t value);

void chart_draw_hourly(struct canvas *canvas, const xmlNode *element);
void chart_draw_bars(struct canvas *canvas, const xmlNode *element);
void chart_draw_heat(struct canvas *canvas, const xmlNode *element);
void chart_draw_lane(struct canvas *canvas, const xmlNode *element);

#endif
