/* The PDF back-end: what it draws, and what it says when it cannot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/pdf.h"
#include "report/pdf_reading.h"
#include "tests/pdf_reading.h"

#include <libxml/parser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#if !defined(SANITIZED) && defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif !defined(SANITIZED)
#define SANITIZED false
#endif

/* --------------------------------------------------------------- documents */

#define FRAME_OPEN                                                             \
    "<document lang='en' dir='ltr' audience='investigator' "                   \
    "label='TLP:AMBER' case='C-1' title='Report' "                             \
    "digest='0123456789abcdef0123456789abcdef"                                 \
    "0123456789abcdef0123456789abcdef' as-of='2026-03-14T08:00:00Z'>"          \
    "<furniture><word id='page'>page {page} of {pages}</word></furniture>"

#define FRONT                                                                  \
    "<section id='front' kind='front'><heading>What happened</heading>"

static const struct pdf_options plain_options;

static xmlDoc *
document_of(struct sv xml)
{
    xmlDoc *document = xmlReadMemory(xml.at, (int)xml.len, NULL, NULL,
                                     XML_PARSE_NONET | XML_PARSE_HUGE);

    assert_non_null(document);
    return document;
}

/* A missing font is not this program's fault: skipped, and said. */
static struct buf
rendered(struct sv xml, const struct pdf_options *options)
{
    struct buf pdf = { 0 };
    struct fault fault = { 0 };
    xmlDoc *document = document_of(xml);
    enum status status = pdf_render(document, options, &pdf, &fault);

    xmlFreeDoc(document);
    if (status == STATUS_IO && strstr(fault.text, "fonts-dejavu-core")) {
        print_message("fonts are missing: %s\n", fault.text);
        skip();
    }
    if (status || fault.status)
        print_error("%s\n", fault.text);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(fault.status, STATUS_OK);
    return pdf;
}

static struct buf
fixture(const char *name)
{
    const char *folder = getenv("FIXTURES");
    struct buf path = { 0 };
    struct buf bytes = { 0 };
    char part[4096];
    size_t len;
    FILE *file;

    assert_non_null(folder);
    assert_true(buf_printf(&path, "%s/%s", folder, name));
    file = fopen(path.at, "rb");
    assert_non_null(file);
    while ((len = fread(part, 1, sizeof(part), file)) > 0)
        buf_add(&bytes, (struct sv){ part, len });
    fclose(file);
    buf_clear(&path);
    return bytes;
}

/* ----------------------------------------------------------- what is drawn */

/* What the unpacked bytes of the rich document hold, or must not. */
static const struct content_row {
    const char *name;
    const char *text;
    bool in_words; /* looked for in what is shown, else in the objects */
    size_t least;
    size_t most;
} content_rows[] = {
    { "title", "used by strangers to send 48,211 messages", true, 1, 3 },
    { "outline_of_a_finding", "/Title (Compromised mailbox b", false, 1, 1 },
    { "page_x_of_y", "page 2 of ", true, 1, 1 },
    { "label_on_each_page", "TLP:AMBER", true, 5, 9 },
    { "header_repeats", "First \\(UTC", false, 2, 6 },
    { "note", "40 of 812 rows", true, 1, 1 },
    { "exim_arrow", " <= billing@customer.example", true, 20, 24 },
    { "no_glyph", "[U+7DCA]", true, 1, 1 },
    { "capped", "[+952 B]", true, 1, 1 },
    { "pages", "/Type /Page ", false, 5, 9 },
    { "language", "/Lang <FEFF0065006E>", false, 1, 1 },
    { "tabs", "/Tabs /S", false, 5, 9 },
    { "archive", "<pdfaid:conformance>U<", false, 1, 1 },
    { "accessible", "<pdfuaid:part>1<", false, 1, 1 },
    { "one_title", "/S /H1", false, 1, 1 },
    { "scope", "/Scope /Column", false, 6, 6 },
    { "alternative", "/Alt <FEFF004D", false, 1, 1 },
    { "artifacts", "/Artifact BMC", false, 5, 9 },
    { "artifacts_are_no_elements", "/Private", false, 0, 0 },
    { "links_print", "/F 4", false, 5, 99 },
    { "outline", "/Title (1  Do now)", false, 1, 1 },
    { "address_encoded", "(https://example.com/help%281%29)", false, 1, 2 },
    { "only_https", "javascript", false, 0, 0 },
    { "dates", "(D:20260314080000Z)", false, 2, 2 },
    { "no_script", "/JS", false, 0, 0 },
    { "no_action_on_opening", "/OpenAction", false, 0, 0 },
};

static void
rich_document_holds(void **state)
{
    const struct content_row *row = *state;
    struct buf xml = fixture("pdf/rich.xml");
    struct buf pdf = rendered(buf_sv(&xml), &plain_options);
    struct buf streams = pdf_streams(buf_sv(&pdf));
    struct buf words = pdf_words(buf_sv(&streams));
    size_t count =
        text_count(buf_sv(row->in_words ? &words : &streams), row->text);

    if (count < row->least || count > row->most)
        fail_msg("%s: %zu times", row->text, count);
    assert_memory_equal(pdf.at, "%PDF-1.7\n", 9);
    assert_in_range(pdf.len, 20000, 200000);
    buf_clear(&words);
    buf_clear(&streams);
    buf_clear(&pdf);
    buf_clear(&xml);
}

/* What the last look before a customer's file gets to see. */
static void
words_are_read_back(void **state)
{
    static const char *const rows[] = {
        "billing@customer.example", /* drawn */
        "used by strangers to send 48,211 messages",
        "61 logins from 23 countries",
        "a@b.example",
        "https://example.com/help%281%29", /* a link */
    };
    struct buf xml = fixture("pdf/rich.xml");
    struct buf pdf = rendered(buf_sv(&xml), &plain_options);
    struct buf words = { 0 };

    (void)state;
    assert_int_equal(pdf_read_words(buf_sv(&pdf), &words), STATUS_OK);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (!text_has(&words, rows[i]))
            fail_msg("not read back: %s", rows[i]);
    }
    assert_false(text_has(&words, "fpgm")); /* fonts are left out */
    words.len = 0;
    pdf.len = pdf.len / 2; /* cut in a stream */
    assert_int_not_equal(pdf_read_words(buf_sv(&pdf), &words), STATUS_NOMEM);
    buf_clear(&words);
    buf_clear(&pdf);
    buf_clear(&xml);
}

static void
same_bytes_whatever_the_environment(void **state)
{
    struct buf xml = fixture("pdf/rich.xml");
    struct buf one = rendered(buf_sv(&xml), &plain_options);
    struct buf two;

    (void)state;
    setenv("TZ", "Asia/Kathmandu", 1);
    setenv("LANG", "he_IL.UTF-8", 1);
    setenv("LANGUAGE", "he", 1);
    setenv("PANGO_LANGUAGE", "ja", 1);
    setenv("SOURCE_DATE_EPOCH", "1", 1);
    setenv("FONTCONFIG_FILE", "/dev/null", 1);
    two = rendered(buf_sv(&xml), &plain_options);
    assert_int_equal(one.len, two.len);
    assert_memory_equal(one.at, two.at, one.len);
    buf_clear(&one);
    buf_clear(&two);
    buf_clear(&xml);
}

/* A stranger's text in every place where one can stand. */
static const struct hostile_row {
    const char *name;
    const char *text;  /* as XML */
    const char *shown; /* what must be read in the page */
} hostile_rows[] = {
    { "string_end", ") Tj ET Q endstream endobj (", ") Tj ET Q endstream" },
    { "backslash", "a\\) /S /JavaScript \\", "a\\) /S /JavaScript \\" },
    { "marks", "/Private &lt;&lt; /MCID 0 &gt;&gt; BDC",
      "/Private << /MCID 0 >> BDC" },
    { "comment", "%%EOF % startxref 0", "%%EOF % startxref 0" },
    { "quote", "' uri='https://evil.example' x='",
      "' uri='https://evil.example' x='" },
    { "override",
      "abc\xe2\x80\xae"
      "def",
      "abc[U+202E]def" },
    { "isolate_end",
      "abc\xe2\x81\xa9"
      "def",
      "abc[U+2069]def" },
    { "zero_width", "pay\xe2\x80\x8bpal", "pay[U+200B]pal" },
    { "no_glyph", "\xe7\xb7\x8a", "[U+7DCA]" },
    { "ligature",
      "office fi ffl =&gt; -&gt; ** &lt;=", "office fi ffl => -> ** <=" },
};

static void
hostile_text_is_text(void **state)
{
    const struct hostile_row *row = *state;
    struct buf xml = { 0 };
    struct buf pdf;
    struct buf streams;
    struct buf words;

    buf_add(&xml, SV(FRAME_OPEN FRONT));
    buf_printf(&xml, "<para>Seen: <v kind='subject'>%s</v></para>", row->text);
    buf_printf(&xml,
               "<finding id='F1' severity='low' confidence='0.1'>"
               "<heading>Of <v kind='address'>%s</v></heading>",
               row->text);
    buf_printf(&xml,
               "<lines><line id='L1' evidence='E1' no='1'>%s</line>"
               "</lines></finding>",
               row->text);
    buf_printf(&xml,
               "<table id='T1'><caption><v kind='text'>%s</v></caption>"
               "<column type='address'>A</column><row><cell>"
               "<v kind='login'>%s</v></cell></row></table>",
               row->text, row->text);
    buf_add(&xml, SV("</section></document>"));
    assert_false(xml.failed);
    pdf = rendered(buf_sv(&xml), &plain_options);
    streams = pdf_streams(buf_sv(&pdf));
    words = pdf_words(buf_sv(&streams));
    if (text_count(buf_sv(&words), row->shown) < 5)
        fail_msg("not shown five times: %s", row->shown);
    assert_int_equal(text_count(buf_sv(&streams), "/Artifact BMC"), 1);
    assert_false(text_has(&streams, "/URI"));
    assert_int_equal(text_count(buf_sv(&pdf), "\n%%EOF\n"), 1);
    buf_clear(&words);
    buf_clear(&streams);
    buf_clear(&pdf);
    buf_clear(&xml);
}

/* ------------------------------------------------------------------- sizes */

static size_t
pages_of(const struct buf *pdf)
{
    struct buf streams = pdf_streams(buf_sv(pdf));
    size_t count = text_count(buf_sv(&streams), "/Type /Page ");

    buf_clear(&streams);
    return count;
}

static void
row_taller_than_a_page(void **state)
{
    struct buf xml = { 0 };
    struct buf pdf;

    (void)state;
    buf_add(&xml, SV(FRAME_OPEN FRONT "<table id='T'><caption>C</caption>"
                                      "<column type='num'>n</column>"
                                      "<column type='text'>t</column>"
                                      "<row><cell>1</cell><cell>"));
    for (int i = 0; i < 12; i++) {
        buf_add(&xml, SV(" <v kind='text'>"));
        for (int k = 0; k < 400; k++)
            buf_add(&xml, SV("word "));
        buf_add(&xml, SV("</v>"));
    }
    buf_add(&xml, SV("</cell></row></table></section></document>"));
    pdf = rendered(buf_sv(&xml), &plain_options);
    assert_in_range(pages_of(&pdf), 2, 6);
    buf_clear(&pdf);
    buf_clear(&xml);
}

static void
three_hundred_pages(void **state)
{
    struct buf xml = { 0 };
    struct buf pdf;

    (void)state;
    buf_add(&xml, SV(FRAME_OPEN FRONT));
    for (int table = 0; table < 60; table++) {
        buf_printf(&xml,
                   "<table id='T%d'><caption>C</caption>"
                   "<column type='num'>n</column>"
                   "<column type='address'>a</column>",
                   table);
        for (int i = 0; i < 260; i++)
            buf_printf(&xml,
                       "<row><cell>%d</cell><cell>user%d@host.example</cell>"
                       "</row>",
                       i, i);
        buf_add(&xml, SV("</table>"));
    }
    buf_add(&xml, SV("</section></document>"));
    pdf = rendered(buf_sv(&xml), &plain_options);
    assert_in_range(pages_of(&pdf), 300, 450);
    assert_in_range(pdf.len, 100000, 5000000);
    buf_clear(&pdf);
    buf_clear(&xml);
}

static const struct shape_row {
    const char *name;
    const char *xml;
} shape_rows[] = {
    { "empty_front", FRAME_OPEN FRONT "</section></document>" },
    { "empty_cells",
      FRAME_OPEN FRONT "<table id='T'><caption/><column type='num'/>"
                       "<row><cell/></row></table></section></document>" },
    { "empty_texts", FRAME_OPEN FRONT
      "<para/><lead><para/></lead><lines><line evidence='' no=''/></lines>"
      "<command effect='reads'/><facts><fact><label/><value/></fact></facts>"
      "<callout kind='good'><para/></callout></section></document>" },
    { "dead_link", FRAME_OPEN FRONT
      "<para><cite to='L9'>L9</cite> <ref to=\"a' b\">x</ref></para>"
      "</section></document>" },
    { "id_twice", FRAME_OPEN FRONT
      "<section id='front' kind='body'><heading>H</heading></section>"
      "</section></document>" },
    { "right_to_left",
      "<document lang='he' dir='rtl' audience='customer' label='' case='' "
      "title='x' digest='' as-of='2026-03-14T08:00:00Z'><furniture/>" FRONT
      "<para>\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d <v kind='address'>a@b</v></para>"
      "<list kind='bullet'><item>\xd7\xa9</item></list></section>"
      "</document>" },
    { "many_columns", FRAME_OPEN FRONT
      "<table id='T'><caption>C</caption><column type='time'>aaaaaaaaaaaaaaaa"
      "</column><column type='time'>bbbbbbbbbbbbbbbbbbbbbbbb</column>"
      "<column type='num'>cccccccccccccccccccccccccccccccccccc</column>"
      "<column type='num'>dddddddddddddddddddddddddddddddddddddddd</column>"
      "<column type='id'>eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee</column>"
      "<row><cell>1</cell></row></table></section></document>" },
};

static void
shape_renders(void **state)
{
    const struct shape_row *row = *state;
    struct pdf_options letter = { .paper = PDF_PAPER_LETTER };
    struct buf pdf = rendered(sv_of(row->xml), &letter);
    struct buf streams = pdf_streams(buf_sv(&pdf));

    assert_int_equal(pages_of(&pdf), 1);
    assert_true(text_has(&streams, "[ 0 0 612 792 ]"));
    buf_clear(&streams);
    buf_clear(&pdf);
}

/* ---------------------------------------------------------------- failures */

static const char *const no_dirs[] = { NULL };

static const struct failure_row {
    const char *name;
    struct pdf_options options;
    enum status status;
    const char *said;
} failure_rows[] = {
    { "no_fonts",
      { .system_font_dirs = no_dirs },
      STATUS_IO,
      "fonts-dejavu-extra" },
    { "no_fonts_on_rhel",
      { .system_font_dirs = no_dirs },
      STATUS_IO,
      "dejavu-sans-fonts" },
    { "too_large", { .limit_bytes = 2000 }, STATUS_LIMIT, "2000 bytes" },
};

static void
failure_is_explained(void **state)
{
    const struct failure_row *row = *state;
    struct buf pdf = { 0 };
    struct fault fault = { 0 };
    xmlDoc *document =
        document_of(SV(FRAME_OPEN FRONT "</section></document>"));

    assert_int_equal(pdf_render(document, &row->options, &pdf, &fault),
                     row->status);
    if (!strstr(fault.text, row->said))
        fail_msg("%s", fault.text);
    assert_int_equal(pdf.len, 0);
    xmlFreeDoc(document);
}

/* The child may die of it; the parent only says so. */
static void
little_memory(void **state)
{
    struct pdf_options options = { .limit_memory = 8u << 20 };
    struct buf xml = { 0 };
    struct buf pdf = { 0 };
    struct fault fault = { 0 };
    xmlDoc *document;
    enum status status;

    (void)state;
    if (SANITIZED) /* address space is not limited then */
        skip();
    xml = fixture("pdf/rich.xml");
    document = document_of(buf_sv(&xml));
    status = pdf_render(document, &options, &pdf, &fault);
    assert_int_not_equal(status, STATUS_OK);
    assert_true(*fault.text);
    assert_int_equal(pdf.len, 0);
    xmlFreeDoc(document);
    buf_clear(&xml);
}

/* -------------------------------------------------------------------- main */

#define ROWS(rows, function)                                                   \
    for (size_t i = 0; i < sizeof(rows) / sizeof((rows)[0]); i++)              \
        tests[count++] = (struct CMUnitTest)                                   \
        {                                                                      \
            .name = (rows)[i].name, .test_func = (function),                   \
            .initial_state = (void *)(uintptr_t) & (rows)[i]                   \
        }

int
main(void)
{
    static const struct CMUnitTest singles[] = {
        cmocka_unit_test(words_are_read_back),
        cmocka_unit_test(same_bytes_whatever_the_environment),
        cmocka_unit_test(row_taller_than_a_page),
        cmocka_unit_test(three_hundred_pages),
        cmocka_unit_test(little_memory),
    };
    struct CMUnitTest tests[100];
    size_t count = sizeof(singles) / sizeof(singles[0]);

    memcpy(tests, singles, sizeof(singles));
    ROWS(content_rows, rich_document_holds);
    ROWS(hostile_rows, hostile_text_is_text);
    ROWS(shape_rows, shape_renders);
    ROWS(failure_rows, failure_is_explained);
    return _cmocka_run_group_tests("pdf", tests, count, NULL, NULL);
}
