/* Display lists: what stands where, and nothing outside the canvas. */
#include "report/chart.h"
#include "report/html_writer.h"

#include <libxml/parser.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define SERIES                                                                 \
    "<series ink='delivered'>a</series><series ink='failed'>b</series>"

static const struct row {
    const char *name;
    const char *xml;
    size_t data;      /* shapes of ROLE_DATA */
    size_t marks;     /* of ROLE_MARK */
    const char *text; /* one of its texts */
} rows[] = {
    { "hourly",
      "<chart kind='hourly'>" SERIES
      "<point at='2026-11-12T02:00:00Z' values='5 0'/>"
      "<point at='2026-11-12T03:00:00Z' values='7 2'/></chart>",
      3, 0, "03:00" },
    { "hourly_day_as_the_catalogue_has_it",
      "<chart kind='hourly' day='{d}.{m}.{Y}'>" SERIES
      "<point at='2026-11-12T02:00:00Z' values='5 0'/></chart>",
      1, 0, "12.11.2026" },
    { "lane_of_one_second",
      "<chart kind='lane' units='d h min sec.'><bar>x</bar>"
      "<point at='2026-11-12T02:00:00Z' row='0' ink='accent'>in</point>"
      "<point at='2026-11-12T02:00:01Z' row='0' ink='failed'>no</point>"
      "<point at='2026-11-12T02:00:01Z' row='0' ink='other'>end</point>"
      "</chart>",
      3, 0, "+1\xc2\xa0sec." },
    { "hourly_marks",
      "<chart kind='hourly'>" SERIES
      "<point at='2026-11-12T02:00:00Z' values='5 1'/>"
      "<mark at='2026-11-12T02:10:00Z' no='1'>x</mark>"
      "<mark at='2026-11-12T02:11:00Z' no='2'>y</mark>"
      "<mark at='2020-01-01T00:00:00Z' no='3'>z</mark></chart>",
      2, 6, "2" },
    { "hourly_limit",
      "<chart kind='hourly'>" SERIES
      "<point at='2026-11-12T02:00:00Z' values='50 0'/>"
      "<limit value='30'>limit 30</limit></chart>",
      1, 2, "limit 30" },
    { "hourly_of_years_is_days_or_more",
      "<chart kind='hourly'>" SERIES
      "<point at='2020-01-01T02:00:00Z' values='5 0'/>"
      "<point at='2026-11-12T03:00:00Z' values='7 0'/></chart>",
      2, 0, "8" },
    { "hourly_empty", "<chart kind='hourly'>" SERIES "</chart>", 0, 0, "a" },
    { "hourly_garbage",
      "<chart kind='hourly'>" SERIES "<point at='yesterday' values='5 0'/>"
      "<point at='2026-11-12T03:00:00Z' values='x -7 99999999999999999999'/>"
      "</chart>",
      0, 0, "a" },
    { "grouped_numbers",
      "<chart kind='sources' group=','><series ink='accent'>m</series>"
      "<bar values='1234567'>x</bar></chart>",
      1, 0, "1,234,567" },
    { "usual_tick",
      "<chart kind='sources'><series ink='accent'>m</series>"
      "<bar values='10' usual='4'>x</bar></chart>",
      1, 1, "10" },
    { "stacked",
      "<chart kind='hit'>" SERIES "<bar values='3 4'>gmail.com</bar></chart>",
      2, 0, "7" },
    { "long_label_says_what_it_leaves_out",
      "<chart kind='hit'>" SERIES
      "<bar values='3 4'>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aa"
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      "aa"
      "</bar></chart>",
      2, 0, NULL },
    { "heat",
      "<chart kind='heat'><bar values='1 2 3'>Monday</bar>"
      "<bar values=''>Tuesday</bar></chart>",
      48, 0, "Tuesday" },
    { "lane",
      "<chart kind='lane'>"
      "<point at='2026-11-12T02:00:00Z' row='0' ink='accent'>in</point>"
      "<point at='2026-11-12T02:00:00Z' row='0' ink='failed'>no</point>"
      "<point at='2026-11-12T02:00:00Z' row='7' ink='failed'>no</point>"
      "<bar>id</bar></chart>",
      2, 0, "in" },
};

static double
right_of(const struct chart_shape *shape)
{
    double width = chart_text_width(shape->text, shape->size, shape->bold);

    if (shape->kind == SHAPE_RECT)
        return shape->x + shape->w;
    if (shape->kind == SHAPE_LINE)
        return shape->w;
    if (shape->kind == SHAPE_PATH)
        return shape->points[0].x;
    return shape->anchor == ANCHOR_START ? shape->x + width : shape->x;
}

static double
left_of(const struct chart_shape *shape)
{
    double width = chart_text_width(shape->text, shape->size, shape->bold);

    return shape->kind == SHAPE_TEXT && shape->anchor == ANCHOR_END
               ? shape->x - width
               : shape->x;
}

static void
draws(void **state)
{
    const struct row *row = *state;
    xmlDoc *doc =
        xmlReadDoc((const xmlChar *)row->xml, "row", NULL, XML_PARSE_NONET);
    struct chart chart = { 0 };
    size_t data = 0;
    size_t marks = 0;
    bool found = !row->text;

    assert_non_null(doc);
    assert_int_equal(chart_init(&chart, xmlDocGetRootElement(doc), NULL),
                     STATUS_OK);
    xmlFreeDoc(doc); /* the chart keeps its texts */
    for (size_t i = 0; i < chart.shape_count; i++) {
        const struct chart_shape *shape = &chart.shapes[i];

        data += shape->role == ROLE_DATA;
        marks += shape->role == ROLE_MARK;
        found = found || (shape->kind == SHAPE_TEXT &&
                          sv_eq(shape->text, sv_of(row->text)));
        assert_true(left_of(shape) >= -0.01);
        assert_true(right_of(shape) <= CHART_WIDTH + 0.01);
        assert_true(shape->kind == SHAPE_PATH ||
                    (shape->y >= -0.01 && shape->y <= chart.height + 0.01));
        assert_true(shape->ink > INK_NONE && shape->ink < INK_COUNT);
    }
    assert_int_equal(data, row->data);
    assert_int_equal(marks, row->marks);
    assert_true(found);
    chart_clear(&chart);
}

static void
refuses_unknown_kind(void **state)
{
    xmlDoc *doc =
        xmlReadDoc((const xmlChar *)"<chart kind='pie'/>", "row", NULL, 0);
    struct chart chart = { 0 };
    struct fault fault = { .status = STATUS_OK };

    (void)state;
    assert_int_equal(chart_init(&chart, xmlDocGetRootElement(doc), &fault),
                     STATUS_DAMAGED);
    assert_int_equal(fault.status, STATUS_DAMAGED);
    xmlFreeDoc(doc);
}

static void
svg_escapes_labels(void **state)
{
    xmlDoc *doc = xmlReadDoc(
        (const xmlChar *)"<chart kind='hit'>" SERIES
                         "<bar values='1 1'>&lt;script>\"</bar></chart>",
        "row", NULL, 0);
    struct chart chart = { 0 };
    struct buf out = { 0 };
    struct html html;

    (void)state;
    assert_int_equal(chart_init(&chart, xmlDocGetRootElement(doc), NULL),
                     STATUS_OK);
    html_init(&html, &out);
    chart_write_svg(&chart, &html, "fig", "title", "alt");
    assert_false(html.failed);
    assert_non_null(strstr(out.at, "&lt;script&gt;&quot;"));
    assert_null(strstr(out.at, "<script"));
    assert_non_null(strstr(out.at, "<title id=\"fig-title\">title</title>"));
    assert_non_null(strstr(out.at, "viewBox=\"0 0 700 "));
    chart_clear(&chart);
    buf_clear(&out);
    xmlFreeDoc(doc);
}

static const struct length_row {
    double value;
    const char *text;
} lengths[] = {
    { 0, "0" },       { 12, "12" },     { 12.5, "12.5" },  { 12.345, "12.35" },
    { 0.05, "0.05" }, { -1.5, "-1.5" }, { 99.999, "100" },
};

static void
prints_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(lengths); i++) {
        struct buf out = { 0 };

        assert_true(length_print(lengths[i].value, &out));
        assert_string_equal(out.at, lengths[i].text);
        buf_clear(&out);
    }
}

int
main(void)
{
    struct CMUnitTest tests[COUNT(rows) + 3];
    size_t count = 0;

    for (size_t i = 0; i < COUNT(rows); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = rows[i].name,
                                 .test_func = draws,
                                 .initial_state = (void *)(uintptr_t)&rows[i] };
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(refuses_unknown_kind);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(svg_escapes_labels);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(prints_lengths);
    return _cmocka_run_group_tests("chart", tests, count, NULL, NULL);
}
