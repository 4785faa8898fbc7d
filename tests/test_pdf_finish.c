/* The finisher of the PDF: complete, or refused, whatever happens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/pdf_archive.h"
#include "report/pdf_finish.h"
#include "tests/pdf_reading.h"

#include <cairo-pdf.h>
#include <string.h>

/* ----------------------------------------- allocations that fail on demand */

static size_t allocations_left = SIZE_MAX; /* before the first that fails */

static bool
allocation_fails(void)
{
    if (allocations_left == SIZE_MAX)
        return false;
    if (!allocations_left)
        return true;
    allocations_left--;
    return false;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);

void *
__wrap_malloc(size_t size)
{
    return allocation_fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
    return allocation_fails() ? NULL : __real_calloc(count, size);
}

void *
__wrap_realloc(void *memory, size_t size)
{
    return allocation_fails() ? NULL : __real_realloc(memory, size);
}

/* ------------------------------------------------------------ the finisher */

static cairo_status_t
collect(void *closure, const unsigned char *data, unsigned int length)
{
    return buf_add(closure, (struct sv){ (const char *)data, length })
               ? CAIRO_STATUS_SUCCESS
               : CAIRO_STATUS_NO_MEMORY;
}

static void
leaf_draw(cairo_t *cairo, const char *tag)
{
    cairo_tag_begin(cairo, tag, "");
    cairo_rectangle(cairo, 10, 10, 20, 20);
    cairo_fill(cairo);
    cairo_tag_end(cairo, tag);
}

static struct buf
cairo_pdf(void)
{
    static const char *const leaves[] = { "Private", "H1", "P", "Figure" };
    struct buf bytes = { 0 };
    cairo_surface_t *surface =
        cairo_pdf_surface_create_for_stream(collect, &bytes, 100, 100);
    cairo_t *cairo;

    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE,
                                   "2026-03-14T08:00:00Z");
    cairo = cairo_create(surface);
    cairo_tag_begin(cairo, "Document", "");
    for (int page = 0; page < 3; page++) {
        for (size_t i = 0; i < sizeof(leaves) / sizeof(leaves[0]); i++)
            leaf_draw(cairo, leaves[i]);
        cairo_tag_begin(cairo, CAIRO_TAG_LINK, "uri='https://a.example'");
        cairo_rectangle(cairo, 40, 40, 5, 5);
        cairo_fill(cairo);
        cairo_tag_end(cairo, CAIRO_TAG_LINK);
        cairo_show_page(cairo);
    }
    cairo_tag_end(cairo, "Document");
    cairo_destroy(cairo);
    cairo_surface_finish(surface);
    assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
    cairo_surface_destroy(surface);
    return bytes;
}

static const struct pdf_figure figures[] = {
    { "one", { 0, 0, 1, 1 } },
    { "t\xc3\xbco", { 0, 0, 1, 1 } },
    { "\xf0\x9f\x93\xa7", { 0, 0, 1, 1 } },
};

static struct pdf_finish_input
finish_input(struct sv pdf)
{
    return (struct pdf_finish_input){
        .pdf = pdf,
        .title = "T <&> \"x\"",
        .author = "House",
        .subject = "",
        .lang = "en",
        .as_of = "2026-03-14T08:00:00Z",
        .creator = "exinquest",
        .producer = "test",
        .figures = figures,
        .figure_count = 3,
    };
}

static void
finish_completes(void **state)
{
    struct buf raw = cairo_pdf();
    struct pdf_finish_input input = finish_input(buf_sv(&raw));
    struct buf pdf = { 0 };
    struct fault fault = { 0 };
    struct buf streams;

    (void)state;
    assert_int_equal(pdf_finish(&input, &pdf, &fault), STATUS_OK);
    streams = pdf_streams(buf_sv(&pdf));
    assert_true(text_has(&streams, "/Alt <FEFF006F006E0065>"));
    assert_true(text_has(&streams, "/Alt <FEFF007400FC006F>"));
    assert_true(text_has(&streams, "/Alt <FEFFD83DDCE7>"));
    assert_true(text_has(&streams, "T &lt;&amp;&gt; &quot;x&quot;"));
    assert_true(text_has(&streams, "/Contents (https://a.example)"));
    assert_true(text_has(&streams, "[ null "));
    assert_int_equal(text_count(buf_sv(&streams), "/Artifact BMC"), 3);
    assert_int_equal(text_count(buf_sv(&streams), "/Private"), 0);
    assert_int_equal(text_count(buf_sv(&streams), "/S /Figure"), 3);
    assert_true(text_has(&pdf, "/ID [ <"));
    buf_clear(&streams);
    buf_clear(&pdf);
    buf_clear(&raw);
}

static void
finish_survives_each_failed_allocation(void **state)
{
    struct buf raw = cairo_pdf();
    struct pdf_finish_input input = finish_input(buf_sv(&raw));
    struct fault fault;
    enum status status = STATUS_NOMEM;
    size_t step = 0;

    (void)state;
    for (; status == STATUS_NOMEM; step++) {
        struct buf pdf = { 0 };

        assert_true(step < 100000);
        allocations_left = step;
        status = pdf_finish(&input, &pdf, &fault);
        allocations_left = SIZE_MAX;
        if (status == STATUS_NOMEM)
            assert_int_equal(pdf.len, 0);
        buf_clear(&pdf);
    }
    assert_int_equal(status, STATUS_OK);
    assert_true(step > 20);
    buf_clear(&raw);
}

static void
finish_refuses_the_cut(void **state)
{
    struct buf raw = cairo_pdf();
    struct fault fault;

    (void)state;
    for (size_t len = 0; len + 1 < raw.len; len += 1 + len / 50) {
        struct pdf_finish_input input =
            finish_input((struct sv){ raw.at, len });
        struct buf pdf = { 0 };

        assert_int_equal(pdf_finish(&input, &pdf, &fault), STATUS_DAMAGED);
        assert_int_equal(pdf.len, 0);
    }
    buf_clear(&raw);
}

static void
finish_survives_changed_bytes(void **state)
{
    struct buf raw = cairo_pdf();
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        struct pdf_finish_input input = finish_input(buf_sv(&raw));
        struct buf pdf = { 0 };
        struct fault fault;
        size_t at;
        char was;

        seed = seed * 1664525 + 1013904223;
        at = (seed >> 4) % raw.len;
        was = raw.at[at];
        raw.at[at] = (char)(seed >> 16);
        if (round % 3)
            raw.at[at] = "<>[]()/ 09R%\n"[(seed >> 16) % 13];
        pdf_finish(&input, &pdf, &fault); /* no crash, no endless loop */
        raw.at[at] = was;
        buf_clear(&pdf);
    }
    buf_clear(&raw);
}

static void
finish_counts_figures(void **state)
{
    struct buf raw = cairo_pdf();
    struct pdf_finish_input input = finish_input(buf_sv(&raw));
    struct buf pdf = { 0 };
    struct fault fault;

    (void)state;
    input.figure_count = 2;
    assert_int_equal(pdf_finish(&input, &pdf, &fault), STATUS_DAMAGED);
    assert_non_null(strstr(fault.text, "as cairo wrote it"));
    buf_clear(&raw);
}

static void
profile_is_whole(void **state)
{
    struct buf icc = { 0 };

    (void)state;
    assert_true(pdf_icc_write(&icc));
    assert_int_equal(icc.len, 448);
    assert_memory_equal(icc.at + 240, "desc", 4);
    assert_memory_equal(icc.at + 348, "XYZ ", 4);
    assert_memory_equal(icc.at + 428, "curv", 4);
    buf_clear(&icc);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(finish_completes),
        cmocka_unit_test(finish_survives_each_failed_allocation),
        cmocka_unit_test(finish_refuses_the_cut),
        cmocka_unit_test(finish_survives_changed_bytes),
        cmocka_unit_test(finish_counts_figures),
        cmocka_unit_test(profile_is_whole),
    };

    return cmocka_run_group_tests_name("pdf_finish", tests, NULL, NULL);
}
