/* From a case to the finished page and text: whole, safe, the same twice. */
#include "report/document.h"
#include "report/html.h"
#include "report/leak.h"
#include "report/model.h"
#include "report/node.h"
#include "report/template.h"
#include "report/text.h"
#include "report/xmlmem.h"
#include "tests/sample_case.h"

#include <limits.h>
#include <openssl/evp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct rendered {
    struct buf html;
    struct buf text;
};

static const char *
template_dir(void)
{
    static char path[PATH_MAX];
    const char *fixtures = getenv("FIXTURES");

    snprintf(path, sizeof(path), "%s/../templates", fixtures ? fixtures : ".");
    return path;
}

static xmlDoc *
case_doc(bool empty)
{
    struct casefile *casefile =
        empty ? sample_case_new_empty() : sample_case_new();
    xmlDoc *doc = NULL;

    assert_non_null(casefile);
    assert_int_equal(model_from_case(casefile, &doc, NULL), STATUS_OK);
    casefile_free(casefile);
    return doc;
}

/* `account`: redacted for it first, as a customer's is. */
static struct rendered
render(bool empty, const char *audience, const char *account)
{
    struct rendered rendered = { { 0 }, { 0 } };
    struct report_options options = { .template_dir = template_dir() };
    struct redact_options scope = { .accounts = { &account, 1 },
                                    .audience = REDACT_CUSTOMER };
    struct fault fault = { .status = STATUS_OK };
    struct room *room = NULL;
    xmlDoc *casedoc = case_doc(empty);
    xmlDoc *document = NULL;

    if (account) {
        xmlDoc *redacted = NULL;

        assert_int_equal(redact_case(casedoc, &scope, &redacted, NULL),
                         STATUS_OK);
        xmlFreeDoc(casedoc);
        casedoc = redacted;
    }
    assert_int_equal(room_open(&options, &room, &fault), STATUS_OK);
    if (room_document(room, casedoc, audience, &document, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(
        room_render(room, document, FORMAT_HTML, &rendered.html, &fault),
        STATUS_OK);
    assert_int_equal(
        room_render(room, document, FORMAT_TEXT, &rendered.text, &fault),
        STATUS_OK);
    xmlFreeDoc(document);
    xmlFreeDoc(casedoc);
    room_free(room);
    return rendered;
}

static void
rendered_clear(struct rendered *rendered)
{
    buf_clear(&rendered->html);
    buf_clear(&rendered->text);
}

/* ---------------------------------------------------------- every audience */

static const struct face {
    const char *name;
    const char *audience;
    const char *account;
    bool empty;
} faces[] = {
    { "investigator", "investigator", NULL, false },
    { "investigator_of_nothing", "investigator", NULL, true },
    { "customer", "customer", "acct12", false },
    { "customer_script", "customer", "shop77", false },
    { "ticket", "ticket", NULL, false },
    { "ticket_of_nothing", "ticket", NULL, true },
};

/* All tags of a page, attribute text included, without what stands between. */
static void
tags_only(struct sv page, struct buf *out)
{
    while (page.len > 0) {
        ptrdiff_t open = sv_find_char(page, '<');
        struct sv tag;

        if (open < 0)
            return;
        page = sv_drop(page, (size_t)open);
        tag = sv_cut(&page, '>');
        assert_true(buf_add(out, tag) && buf_add_char(out, '\n'));
    }
}

/* The value of each attribute `name` in turn. */
static bool
next_value(struct sv *tags, const char *name, struct sv *ret_value)
{
    ptrdiff_t at = sv_find(*tags, sv_of(name));

    if (at < 0)
        return false;
    *tags = sv_drop(*tags, (size_t)at + strlen(name));
    *ret_value = sv_cut(tags, '"');
    return true;
}

static void
page_is_safe_and_whole(void **state)
{
    static const char *const never[] = {
        "<script",    " style=", "<iframe", "<object",        "<form",
        "javascript", "<embed",  "<base",   "<foreignObject", "<link rel=\"s",
        " src=",      "@import", "url(",
    };
    const struct face *face = *state;
    struct rendered rendered =
        render(face->empty, face->audience, face->account);
    struct buf tags = { 0 };
    struct sv rest;
    struct sv value;
    size_t links = 0;

    tags_only(buf_sv(&rendered.html), &tags);
    for (size_t i = 0; i < COUNT(never); i++)
        assert_null(strstr(tags.at, never[i]));
    assert_null(strstr(rendered.html.at, "<script>alert"));
    rest = buf_sv(&tags);
    while (next_value(&rest, " id=\"", &value)) { /* once each */
        struct buf again = { 0 };

        assert_true(buf_printf(&again, " id=\"" SV_FMT "\"", SV_ARG(value)));
        assert_true(sv_find(rest, buf_sv(&again)) < 0);
        buf_clear(&again);
    }
    rest = buf_sv(&tags);
    while (next_value(&rest, " href=\"#", &value)) { /* leads somewhere */
        struct buf target = { 0 };

        assert_true(buf_printf(&target, " id=\"" SV_FMT "\"", SV_ARG(value)));
        if (sv_find(buf_sv(&tags), buf_sv(&target)) < 0)
            fail_msg("dead link #" SV_FMT, SV_ARG(value));
        buf_clear(&target);
        links++;
    }
    assert_true(links > 0);
    assert_true(sv_ends(buf_sv(&rendered.html), SV("</html>\n")));
    assert_null(strstr(rendered.html.at, "[claim."));
    buf_clear(&tags);
    rendered_clear(&rendered);
}

static void
policy_names_the_style(void **state)
{
    const struct face *face = *state;
    struct rendered rendered =
        render(face->empty, face->audience, face->account);
    const char *from = strstr(rendered.html.at, "<style>") + strlen("<style>");
    const char *to = strstr(from, "</style>");
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char base64[2 * EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct buf wanted = { 0 };

    assert_true(EVP_Digest(from, (size_t)(to - from), digest, &len,
                           EVP_sha256(), NULL));
    EVP_EncodeBlock(base64, digest, (int)len);
    assert_true(buf_printf(&wanted, "style-src &#39;sha256-%s&#39;", base64));
    assert_non_null(strstr(rendered.html.at, wanted.at));
    assert_true(to - from <= 10240);
    buf_clear(&wanted);
    rendered_clear(&rendered);
}

static void
text_fits(void **state)
{
    const struct face *face = *state;
    struct rendered rendered =
        render(face->empty, face->audience, face->account);
    struct sv rest = buf_sv(&rendered.text);
    size_t chars = text_columns(rest);

    while (rest.len > 0) {
        struct sv line = sv_cut(&rest, '\n');

        assert_true(text_columns(line) <= TEXT_COLUMNS);
        for (size_t i = 0; i < line.len; i++)
            assert_true((unsigned char)line.at[i] >= 0x20 &&
                        line.at[i] != 0x7f);
    }
    if (strcmp(face->audience, "ticket") == 0)
        assert_true(chars <= TICKET_MAX_CHARS);
    rendered_clear(&rendered);
}

static void
same_bytes_twice(void **state)
{
    const struct face *face = *state;
    struct rendered first = render(face->empty, face->audience, face->account);
    struct rendered second;

    setenv("TZ", "Asia/Kolkata", 1);
    setenv("LC_ALL", "de_DE.UTF-8", 1);
    second = render(face->empty, face->audience, face->account);
    unsetenv("TZ");
    unsetenv("LC_ALL");
    assert_true(sv_eq(buf_sv(&first.html), buf_sv(&second.html)));
    assert_true(sv_eq(buf_sv(&first.text), buf_sv(&second.text)));
    rendered_clear(&first);
    rendered_clear(&second);
}

/* ------------------------------------------------------------ what it says */

static const struct said_row {
    const char *name;
    const char *audience;
    const char *account;
    bool empty;
    bool said;
    const char *text; /* of the page */
} said_rows[] = {
    { "title_is_the_finding", "investigator", NULL, false, true,
      "A stranger used the mailbox <bdi class=\"m\">billing@customer.example"
      "</bdi> to send 800 messages" },
    { "identity", "investigator", NULL, false, true,
      "<strong>1440 accepted</strong> = 1000 delivered + 320 failed + 42 "
      "discarded + 18 still queued + 60 cut off" },
    { "mark_is_boxed", "investigator", NULL, false, true, ">U+202E</abbr>" },
    { "cited_line", "investigator", NULL, false, true, "id=\"L1\"" },
    { "overlong_is_cut_and_said", "investigator", NULL, false, true,
      ">+17952 bytes more" },
    { "server_time_beside_utc", "investigator", NULL, false, true,
      "2026-11-12 03:41:07" },
    { "command_is_filled", "investigator", NULL, false, true,
      "uapi --user=acct12 Email suspend_login "
      "email=billing@customer.example" },
    { "clean", "investigator", NULL, true, true,
      "No sign of abuse in this mail log" },
    { "clean_accuses_nobody", "investigator", NULL, true, false,
      "compromised" },
    { "customer_has_no_score", "customer", "acct12", false, false, "97" },
    { "customer_has_no_finding_number", "customer", "acct12", false, false,
      "F1" },
    { "customer_sees_no_neighbour", "customer", "acct12", false, false,
      "shop77" },
    { "customer_has_no_command", "customer", "acct12", false, false, "uapi" },
    { "customer_has_boxes", "customer", "acct12", false, true,
      "type=\"checkbox\"" },
};

static void
says(void **state)
{
    const struct said_row *row = *state;
    struct rendered rendered = render(row->empty, row->audience, row->account);
    const char *body = strstr(rendered.html.at, "<main");

    assert_non_null(body);
    if (row->said) {
        assert_non_null(strstr(rendered.html.at, row->text));
    } else { /* not in text; numbers of drawings do not count */
        const char *found = strstr(body, row->text);

        while (found) {
            struct sv before = { body, (size_t)(found - body) };

            /* a number inside a tag is a place on a drawing */
            assert_true(sv_rfind_char(before, '<') >
                        sv_rfind_char(before, '>'));
            found = strstr(found + 1, row->text);
        }
    }
    rendered_clear(&rendered);
}

static void
sections_in_order(void **state)
{
    static const char *const ids[] = {
        "front", "now",    "causes",   "timeline", "sources",   "families",
        "hit",   "limits", "evidence", "method",   "citations", "numbers",
    };
    struct rendered rendered = render(false, "investigator", NULL);
    struct sv rest = buf_sv(&rendered.html);

    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        struct buf wanted = { 0 };
        ptrdiff_t at;

        assert_true(buf_printf(&wanted, " id=\"%s\" aria-labelledby", ids[i]));
        at = sv_find(rest, buf_sv(&wanted));
        if (at < 0)
            fail_msg("section %s", ids[i]);
        rest = sv_drop(rest, (size_t)at);
        buf_clear(&wanted);
    }
    rendered_clear(&rendered);
}

static void
customer_leaks_nothing(void **state)
{
    const char *account = "acct12";
    struct redact_options scope = { .accounts = { &account, 1 },
                                    .audience = REDACT_CUSTOMER };
    struct rendered rendered = render(false, "customer", account);
    struct leak_hit hit = { 0 };
    struct leak *leak = NULL;
    xmlDoc *whole = case_doc(false);

    (void)state;
    assert_int_equal(leak_new(whole, &scope, NULL, 0, &leak, NULL), STATUS_OK);
    assert_true(leak_count(leak) > 0);
    if (leak_scan(leak, buf_sv(&rendered.html), &hit) != STATUS_OK ||
        leak_scan(leak, buf_sv(&rendered.text), &hit) != STATUS_OK)
        fail_msg("leak: %s", hit.text);
    leak_free(leak);
    xmlFreeDoc(whole);
    rendered_clear(&rendered);
}

/* --------------------------------------------------------------- the fence */

#define SHEET(body)                                                            \
    "<xsl:stylesheet version='1.0' "                                           \
    "xmlns:xsl='http://www.w3.org/1999/XSL/Transform' "                        \
    "xmlns:e='http://exslt.org/common' extension-element-prefixes='e'>" body   \
    "</xsl:stylesheet>"

static const struct attack {
    const char *name;
    const char *sheet;
    enum status status;
    const char *text; /* all that the result may hold when it is OK */
} attacks[] = {
    { "document",
      SHEET("<xsl:template match='/'><document><xsl:copy-of "
            "select=\"document('/etc/passwd')\"/></document>"
            "</xsl:template>"),
      STATUS_DAMAGED, NULL },
    { "document_xml",
      SHEET("<xsl:template match='/'><document><xsl:copy-of "
            "select=\"document('template:/words/en.xml')\"/></document>"
            "</xsl:template>"),
      STATUS_DAMAGED, NULL },
    { "import_file", SHEET("<xsl:import href='file:///etc/passwd'/>"),
      STATUS_DAMAGED, NULL },
    { "import_up", SHEET("<xsl:import href='../../../etc/passwd'/>"),
      STATUS_DAMAGED, NULL },
    { "import_network", SHEET("<xsl:import href='http://192.0.2.1/a.xsl'/>"),
      STATUS_DAMAGED, NULL },
    { "write_file",
      SHEET("<xsl:template match='/'><e:document "
            "href='/tmp/test_html.pwned'>x</e:document>"
            "</xsl:template>"),
      STATUS_DAMAGED, NULL },
    { "recursion",
      SHEET("<xsl:template match='/' name='a'><xsl:call-template "
            "name='a'/></xsl:template>"),
      STATUS_DAMAGED, NULL },
    { "endless_xpath",
      SHEET("<xsl:template match='/'><document><xsl:value-of select='count("
            "//*[count(//*[count(//*) > 1]) > 1])'/></document>"
            "</xsl:template>"),
      STATUS_DAMAGED, NULL },
    { "entity",
      "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" SHEET(
          "<xsl:template match='/'>&a;</xsl:template>"),
      STATUS_DAMAGED, NULL },
    { "raw_output",
      SHEET("<xsl:template match='/'><document><xsl:value-of "
            "select=\"'&lt;b&gt;'\" disable-output-escaping='yes'/>"
            "</document></xsl:template>"),
      STATUS_OK, "<b>" },
    { "not_a_document",
      SHEET("<xsl:template match='/'><html/>"
            "</xsl:template>"),
      STATUS_OK, "" },
    { "not_xml", "<xsl", STATUS_DAMAGED, NULL },
};

/* A brand's outline can spoil the report; it cannot reach out of it. */
static void
fence_holds(void **state)
{
    const struct attack *attack = *state;
    char dir[] = "/tmp/test_html.XXXXXX";
    char path[PATH_MAX];
    struct fault fault = { .status = STATUS_OK };
    struct templates *templates = NULL;
    struct buf text = { 0 };
    xmlDoc *casedoc = case_doc(false);
    xmlDoc *document = NULL;
    FILE *file;

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/outline", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/outline/ticket.xsl", dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(attack->sheet, file);
    fclose(file);
    assert_int_equal(templates_open(template_dir(), dir, &templates, &fault),
                     STATUS_OK);
    assert_int_equal(templates_transform(templates, "ticket", casedoc, NULL,
                                         &document, &fault),
                     attack->status);
    assert_int_equal(fault.status, attack->status);
    if (document) {
        assert_true(node_text(xmlDocGetRootElement(document), &text));
        assert_string_equal(text.at ? text.at : "", attack->text);
    }
    buf_clear(&text);
    xmlFreeDoc(document);
    assert_int_equal(access("/tmp/test_html.pwned", F_OK), -1);
    templates_free(templates);
    xmlFreeDoc(casedoc);
    unlink(path);
    snprintf(path, sizeof(path), "%s/outline", dir);
    rmdir(path);
    rmdir(dir);
}

/* Of 1,000 more senders of 3 messages, outlines get a few and the sum. */
static void
many_senders_are_summed(void **state)
{
    xmlDoc *casedoc = case_doc(false);
    xmlNode *list = model_child(xmlDocGetRootElement(casedoc), "principals");
    xmlDoc *copies[2] = { NULL, NULL };
    int64_t sums[2];
    int64_t totals[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const xmlNode *seen;
        size_t count = 0;

        for (size_t more = 0; more < i * 1000; more++) {
            xmlNode *one =
                xmlNewChild(list, NULL, (const xmlChar *)"principal", NULL);

            xmlNewChild(one, NULL, (const xmlChar *)"messages",
                        (const xmlChar *)"3");
        }
        assert_int_equal(prepare_copy(casedoc, &copies[i]), STATUS_OK);
        seen = model_child(xmlDocGetRootElement(copies[i]), "principals");
        sums[i] = node_attr_int(seen, "messages", -1);
        totals[i] = node_attr_int(seen, "total", -1);
        for (const xmlNode *node = node_child(seen, "principal"); node;
             node = node_next(node, "principal"))
            count++;
        assert_int_equal(count, i ? 200 : totals[0]);
        xmlFreeDoc(copies[i]);
    }
    assert_int_equal(sums[1] - sums[0], 3000);
    assert_int_equal(totals[1] - totals[0], 1000);
    xmlFreeDoc(casedoc);
}

static void
folder_of_others_is_refused(void **state)
{
    char dir[] = "/tmp/test_html.XXXXXX";
    struct fault fault = { .status = STATUS_OK };
    struct report_options options = { .template_dir = template_dir(),
                                      .brand_dir = dir };
    struct room *room = NULL;

    (void)state;
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chmod(dir, 0777), 0);
    assert_int_equal(room_open(&options, &room, &fault), STATUS_USAGE);
    assert_null(room);
    rmdir(dir);
}

static const struct accent_row {
    const char *accent;
    bool light;
    bool dark;
} accents[] = {
    { "#0a5fa5", true, false },  { "#7fbfff", false, true },
    { "#ffff00", false, true },  { "#000000", true, false },
    { "red", false, false },     { "#12345", false, false },
    { "#12345g", false, false },
};

static void
accent_must_be_readable(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(accents); i++) {
        struct sv accent = sv_of(accents[i].accent);

        assert_int_equal(html_accent_valid(accent, false), accents[i].light);
        assert_int_equal(html_accent_valid(accent, true), accents[i].dark);
    }
}

/* Whatever memory is refused, what comes out is whole or not at all. */
static void
memory_runs_out(void **state)
{
    struct report_options options = { .template_dir = template_dir() };
    uint64_t mark = xmlmem_mark();
    xmlDoc *casedoc = case_doc(false);
    struct room *room = NULL;
    size_t base;
    size_t failed = 0;

    (void)state;
    assert_int_equal(room_open(&options, &room, NULL), STATUS_OK);
    base = xmlmem_bytes();
    for (size_t extra = 1024; extra < 4 * 1024 * 1024; extra += extra / 4) {
        xmlDoc *document = NULL;
        enum status status;

        xmlmem_cap(base + extra);
        mark = xmlmem_mark();
        status = room_document(room, casedoc, "ticket", &document, NULL);
        xmlmem_cap(0);
        failed += xmlmem_failed_since(mark);
        assert_true(status == STATUS_OK || !document);
        xmlFreeDoc(document);
    }
    assert_true(failed > 0);
    room_free(room);
    xmlFreeDoc(casedoc);
}

int
main(void)
{
    static const struct {
        const char *name;
        CMUnitTestFunction run;
    } checks[] = {
        { "page_is_safe_and_whole", page_is_safe_and_whole },
        { "policy_names_the_style", policy_names_the_style },
        { "text_fits", text_fits },
        { "same_bytes_twice", same_bytes_twice },
    };
    static char names[COUNT(checks) * COUNT(faces)][64];
    struct CMUnitTest tests[COUNT(checks) * COUNT(faces) + COUNT(said_rows) +
                            COUNT(attacks) + 6];
    size_t count = 0;

    for (size_t i = 0; i < COUNT(checks) * COUNT(faces); i++) {
        const struct face *face = &faces[i % COUNT(faces)];

        snprintf(names[i], sizeof(names[i]), "%s.%s",
                 checks[i / COUNT(faces)].name, face->name);
        tests[count++] =
            (struct CMUnitTest){ .name = names[i],
                                 .test_func = checks[i / COUNT(faces)].run,
                                 .initial_state = (void *)(uintptr_t)face };
    }
    for (size_t i = 0; i < COUNT(said_rows); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = said_rows[i].name,
                                 .test_func = says,
                                 .initial_state =
                                     (void *)(uintptr_t)&said_rows[i] };
    for (size_t i = 0; i < COUNT(attacks); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = attacks[i].name,
                                 .test_func = fence_holds,
                                 .initial_state =
                                     (void *)(uintptr_t)&attacks[i] };
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(sections_in_order);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(customer_leaks_nothing);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(many_senders_are_summed);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(folder_of_others_is_refused);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(accent_must_be_readable);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(memory_runs_out);
    return _cmocka_run_group_tests("html", tests, count, NULL, NULL);
}
