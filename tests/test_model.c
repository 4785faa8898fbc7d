/* The case as XML and JSON: every value, in order, and nothing unsafe in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/model.h"
#include "report/model_table.h"
#include "report/xmlmem.h"
#include "tests/sample_case.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *
template_dir(void)
{
    static char path[PATH_MAX];
    const char *fixtures = getenv("FIXTURES");

    snprintf(path, sizeof(path), "%s/../templates", fixtures ? fixtures : ".");
    return path;
}

static xmlDoc *
doc_of(struct casefile *casefile)
{
    struct fault fault = { 0 };
    xmlDoc *doc = NULL;

    assert_non_null(casefile);
    if (model_from_case(casefile, &doc, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    casefile_free(casefile);
    return doc;
}

static struct buf
xml_of(xmlDoc *doc)
{
    struct buf out = { 0 };

    assert_int_equal(model_to_xml(doc, &out, NULL), STATUS_OK);
    return out;
}

static struct buf
sample_xml(void)
{
    xmlDoc *doc = doc_of(sample_case_new());
    struct buf out = xml_of(doc);

    xmlFreeDoc(doc);
    return out;
}

/* ------------------------------------------------------------- whole trips */

static const struct {
    const char *name;
    struct casefile *(*make)(void);
} cases[] = {
    { "trip_sample", sample_case_new },
    { "trip_empty", sample_case_new_empty },
};

static void
comes_back_the_same(void **state)
{
    struct casefile *(*const *make)(void) = *state;
    struct fault fault = { 0 };
    xmlDoc *doc = doc_of((*make)());
    xmlDoc *back = NULL;
    struct buf xml = xml_of(doc);
    struct buf json = { 0 };
    struct buf again = { 0 };

    if (model_validate(doc, template_dir(), &fault) != STATUS_OK ||
        model_parse(buf_sv(&xml), "case.xml", template_dir(), &back, &fault) !=
            STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(model_to_xml(back, &again, NULL), STATUS_OK);
    assert_int_equal(again.len, xml.len);
    assert_memory_equal(again.at, xml.at, xml.len);
    again.len = 0;
    assert_int_equal(model_to_json(doc, &json, NULL), STATUS_OK);
    assert_int_equal(model_to_json(back, &again, NULL), STATUS_OK);
    assert_int_equal(again.len, json.len);
    assert_memory_equal(again.at, json.at, json.len);
    xmlFreeDoc(doc);
    xmlFreeDoc(back);
    buf_clear(&xml);
    buf_clear(&json);
    buf_clear(&again);
}

/* -------------------------------------------------------------------- JSON */

static const struct value_row {
    const char *path; /* keys and places, parted by slashes */
    const char *json; /* the value as compact JSON */
} values[] = {
    { "schema", "\"exinquest-case/1\"" },
    { "generator/name", "\"exinquest\"" },
    { "case/id", "\"INC-2026-0042 <b>&amp;\"" },
    { "case/as_of", "\"2026-11-12T08:00:00Z\"" },
    { "case/scope/accounts", "[]" },
    { "case/scope/until", "null" },
    { "evidence/0/container", "null" },
    { "evidence/2/path", "\"logs/x;touch PWNED;.gz\"" },
    { "evidence/2/accounting/damaged", "100" },
    { "evidence/2/text_sha256", "null" },
    { "evidence/2/warnings/0/line", "null" },
    { "evidence/2/warnings/0/text",
      "\"the gzip stream ends early, 2 < 3 & \\\"more\\\" is lost\"" },
    { "clock/0/utc_offset", "\"+01:00\"" },
    { "clock/1/utc_offset", "\"-03:30\"" },
    { "totals/messages", "1490" },
    { "limits/1/kind", "\"max_emails\"" },
    { "principals/4/source_ips", "null" },
    { "principals/4/first", "null" },
    { "findings/0/compromise", "true" },
    { "findings/0/confidence", "0.97" },
    { "findings/1/confidence", "0.8" },
    { "findings/1/mailbox", "null" },
    { "findings/0/script_dirs", "[]" },
    { "findings/1/script_dirs/1",
      "\"/home/shop77/public_html/a<b>&\\\"c\\\"\"" },
    { "findings/0/source_ips/2", "\"2001:db8:5::17\"" },
    { "findings/0/message_ids/1", "\"1vJ0aC-00000000b2C-2Bcd\"" },
    { "findings/0/claims/0/weight", "3.25" },
    { "findings/0/claims/2/weight", "1" },
    { "findings/0/claims/0/citations/1/line", "901" },
    { "findings/0/claims/0/values/0",
      "{\"name\":\"ips\",\"kind\":\"number\",\"is\":61}" },
    { "findings/0/claims/0/values/3", "{\"name\":\"since\",\"kind\":\"time\","
                                      "\"is\":\"2026-11-12T02:41:07Z\"}" },
    { "findings/0/claims/1/values/0/is",
      "\"<script>alert(1)</script> ]]> &amp; \\\"'\"" },
    { "findings/0/claims/2/values/0/is", "null" },
    { "findings/0/alternatives/1/confidence", "0.01" },
    { "findings/0/ongoing", "true" },
    { "findings/0/ended_by", "null" },
    { "findings/0/peak",
      "{\"hour\":\"2026-11-12T03:00:00Z\",\"messages\":450}" },
    { "findings/1/peak", "{\"hour\":null,\"messages\":null}" },
    { "findings/0/sources/3/usual", "true" },
    { "findings/0/families/2/subject", "null" },
    { "findings/0/samples/0/lines/1/kind", "\"delivery\"" },
    { "findings/0/samples/0/lines/2/at", "null" },
    { "findings/0/samples/0/lines/2/citation/offset", "72800" },
    { "findings/0/replays/1",
      "{\"cap_per_hour\":500,\"stopped\":900,\"innocent_hit\":12,"
      "\"innocents\":2}" },
    { "findings/0/hours/arrivals", "[450,350]" },
    { "findings/0/heat/3/3", "450" },
    { "findings/1/heat", "[]" },
    { "series/hour/4", "\"2026-11-12T06:00:00Z\"" },
    { "series/failures", "[0,100,250,260,8]" },
    { "identity/cut_off", "60" },
    { "servers", "[\"mx1.host.example\",\"mx2.host.example\"]" },
    { "shapes/0/sample/line", "1250" },
    { "period/first", "\"2026-11-10T10:00:00Z\"" },
};

static json_t *
json_at(json_t *json, const char *path)
{
    struct sv rest = sv_of(path);

    while (rest.len && json) {
        struct sv step = sv_cut(&rest, '/');
        uint64_t place = 0;
        char key[64];

        snprintf(key, sizeof(key), SV_FMT, SV_ARG(step));
        if (json_is_array(json) && sv_to_u64(step, SIZE_MAX, &place))
            json = json_array_get(json, place);
        else
            json = json_object_get(json, key);
    }
    return json;
}

static json_t *
sample_json(void)
{
    xmlDoc *doc = doc_of(sample_case_new());
    struct buf out = { 0 };
    json_error_t error;
    json_t *json;

    assert_int_equal(model_to_json(doc, &out, NULL), STATUS_OK);
    json = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("line %d: %s", error.line, error.text);
    xmlFreeDoc(doc);
    buf_clear(&out);
    return json;
}

static void
json_holds_value(void **state)
{
    const struct value_row *row = *state;
    json_t *json = sample_json();
    json_t *found = json_at(json, row->path);
    char *text = found ? json_dumps(found, JSON_COMPACT | JSON_ENCODE_ANY |
                                               JSON_REAL_PRECISION(4))
                       : NULL;

    assert_non_null(text);
    assert_string_equal(text, row->json);
    free(text);
    json_decref(json);
}

static void
json_keys_are_in_order(void **state)
{
    static const char *const keys[] = {
        "schema",   "generator",    "case",        "evidence", "clock",
        "totals",   "limits",       "principals",  "findings", "series",
        "identity", "completeness", "server_kind", "servers",  "selectors",
        "shapes",   "shape_total",  "period",
    };
    json_t *json = sample_json();
    void *iter = json_object_iter(json);

    (void)state;
    for (size_t i = 0; i < COUNT(keys); i++) {
        assert_non_null(iter);
        assert_string_equal(json_object_iter_key(iter), keys[i]);
        iter = json_object_iter_next(json, iter);
    }
    assert_null(iter);
    json_decref(json);
}

/* JavaScript's line ends, and what JSON itself has no room for. */
static void
json_escapes(void **state)
{
    static const char text[] = "a\xe2\x80\xa8"
                               "b\xe2\x80\xa9"
                               "c\\\"";
    xmlDoc *doc = doc_of(sample_case_new_empty());
    xmlNode *generator = model_child(xmlDocGetRootElement(doc), "generator");
    struct buf out = { 0 };

    (void)state;
    xmlNodeSetContent(model_child(generator, "name"), BAD_CAST text);
    assert_int_equal(model_to_json(doc, &out, NULL), STATUS_OK);
    assert_non_null(strstr(out.at, "\"name\": \"a\\u2028b\\u2029c\\\\\\\"\""));
    xmlFreeDoc(doc);
    buf_clear(&out);
}

static void
json_refuses_a_strange_tree(void **state)
{
    xmlDoc *doc = doc_of(sample_case_new_empty());
    struct buf out = { 0 };

    (void)state;
    xmlNewTextChild(xmlDocGetRootElement(doc), NULL, BAD_CAST "strange",
                    BAD_CAST "1");
    assert_int_equal(model_to_json(doc, &out, NULL), STATUS_INTERNAL);
    xmlFreeDoc(doc);
    buf_clear(&out);
}

/* ------------------------------------------------------ what is not let in */

static const struct text_row {
    const char *name;
    const char *text;
    enum status status;
} texts[] = {
    { "text_plain", "caf\xc3\xa9 \xf0\x9f\x98\x80", STATUS_OK },
    { "text_empty", "", STATUS_OK },
    { "text_control",
      "a\x01"
      "b",
      STATUS_INTERNAL },
    { "text_escape", "\x1b[31m", STATUS_INTERNAL },
    { "text_newline", "a\nb", STATUS_INTERNAL },
    { "text_c1",
      "a\xc2\x9b"
      "b",
      STATUS_INTERNAL },
    { "text_latin1", "caf\xe9", STATUS_INTERNAL },
    { "text_cut", "a\xe2\x80", STATUS_INTERNAL },
    { "text_overlong", "\xc0\xaf", STATUS_INTERNAL },
    { "text_surrogate", "\xed\xa0\x80", STATUS_INTERNAL },
    { "text_fffe", "\xef\xbf\xbe", STATUS_INTERNAL },
};

static void
takes_only_printable(void **state)
{
    const struct text_row *row = *state;
    struct casefile *casefile = sample_case_new_empty();
    xmlDoc *doc = NULL;
    struct fault fault = { 0 };

    assert_non_null(casefile);
    casefile->case_id = row->text;
    assert_int_equal(model_from_case(casefile, &doc, &fault), row->status);
    if (row->status == STATUS_OK)
        assert_string_equal(
            model_child_text(model_child(xmlDocGetRootElement(doc), "case"),
                             "id"),
            row->text);
    else
        assert_null(doc);
    xmlFreeDoc(doc);
    casefile_free(casefile);
}

static const struct bad_row {
    const char *name;
    const char *from; /* this in case.xml … */
    const char *to;   /* … is made this */
    const char *says;
} bads[] = {
    { "bad_doctype", "<case schema", "<!DOCTYPE case><case schema",
      "line 2: a case has no document type" },
    { "bad_bomb", "<case schema",
      "<!DOCTYPE case [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
      "<case schema",
      "a case has no document type" },
    { "bad_outside", "<case schema",
      "<!DOCTYPE case SYSTEM \"file:///etc/passwd\"><case schema",
      "a case has no document type" },
    { "bad_entity", "<name>exinquest", "<name>&x;exinquest", "not XML" },
    { "bad_schema_number", "exinquest-case/1", "exinquest-case/2",
      "a case of schema exinquest-case/2; this program reads "
      "exinquest-case/1" },
    { "bad_root", "<case schema=\"exinquest-case/1\">", "<other/><!--",
      "not XML" },
    { "bad_missing", "<limits>", "<limit>", "not XML" },
    { "bad_no_totals_field", "<version>0.1.0</version>", "",
      "line 3: not a valid case" },
    { "bad_more", "<version>0.1.0</version>", "<version>0.1.0</version><more/>",
      "not a valid case" },
    { "bad_time", "2026-11-12T08:00:00Z", "yesterday", "not a valid case" },
    { "bad_count", "<messages>1490<", "<messages>-1490<", "not a valid case" },
    { "bad_kind", "<kind>compromised_mailbox<", "<kind>misfortune<",
      "not a valid case" },
    { "bad_attribute", "<generator>", "<generator id=\"1\">",
      "not a valid case" },
    { "bad_depth", "<generator>",
      "<a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a><a>"
      "<a><a><a><a><a><a><a><a><a><a>",
      "nested deeper than a case can be" },
    { "bad_bytes", "<name>exinquest", "<name>\x01\xff", "not XML" },
    { "bad_cut", "</period>\n</case>\n", "", "not XML" },
    { "bad_value_kind", "<kind>number</kind>\n              <is>61",
      "<kind>number</kind>\n              <is>many", "not a valid case" },
};

/* `from` must be there, else the row proves nothing. */
static struct buf
replaced(struct sv text, const char *from, const char *to)
{
    ptrdiff_t at = sv_find(text, sv_of(from));
    struct buf out = { 0 };

    assert_true(at >= 0);
    assert_true(buf_add(&out, sv_head(text, (size_t)at)));
    assert_true(buf_add(&out, sv_of(to)));
    assert_true(buf_add(&out, sv_drop(text, (size_t)at + strlen(from))));
    return out;
}

static void
refuses_bad_xml(void **state)
{
    const struct bad_row *row = *state;
    struct buf xml = sample_xml();
    struct buf bad = replaced(buf_sv(&xml), row->from, row->to);
    struct fault fault = { 0 };
    xmlDoc *doc = NULL;

    assert_int_equal(
        model_parse(buf_sv(&bad), "case.xml", template_dir(), &doc, &fault),
        STATUS_DAMAGED);
    assert_null(doc);
    if (!strstr(fault.text, row->says))
        fail_msg("said: %s", fault.text);
    assert_true(sv_starts(sv_of(fault.text), SV("case.xml")));
    assert_null(strchr(fault.text, '\n'));
    buf_clear(&xml);
    buf_clear(&bad);
}

static void
refuses_other_bytes(void **state)
{
    static const char *const others[] = {
        "",        " ",        "{\"schema\": 1}",
        "<case/>", "<other/>", "<case schema=\"exinquest-case/1\"/>",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(others); i++) {
        struct fault fault = { 0 };
        xmlDoc *doc = NULL;

        assert_int_equal(
            model_parse(sv_of(others[i]), "x", template_dir(), &doc, &fault),
            STATUS_DAMAGED);
        assert_null(doc);
        assert_true(strlen(fault.text) > 5);
    }
}

static void
reads_files_up_to_a_size(void **state)
{
    char path[] = "/tmp/exinquest-model-XXXXXX";
    int fd = mkstemp(path);
    struct buf xml = sample_xml();
    struct model_limits limits = { .max_bytes = xml.len };
    struct fault fault = { 0 };
    xmlDoc *doc = NULL;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, xml.at, xml.len), xml.len);
    close(fd);
    assert_int_equal(model_read(path, template_dir(), &limits, &doc, &fault),
                     STATUS_OK);
    xmlFreeDoc(doc);
    doc = NULL;
    limits.max_bytes--;
    assert_int_equal(model_read(path, template_dir(), &limits, &doc, &fault),
                     STATUS_LIMIT);
    unlink(path);
    assert_int_equal(model_read(path, template_dir(), NULL, &doc, &fault),
                     STATUS_IO);
    assert_null(doc);
    buf_clear(&xml);
}

static void
says_when_the_schema_is_missing(void **state)
{
    struct buf xml = sample_xml();
    struct fault fault = { 0 };
    xmlDoc *doc = NULL;

    (void)state;
    assert_int_equal(
        model_parse(buf_sv(&xml), "case.xml", "/nowhere", &doc, &fault),
        STATUS_IO);
    assert_non_null(strstr(fault.text, "/nowhere/case.rng"));
    buf_clear(&xml);
}

/* ------------------------------------------------------------------ values */

static const struct time_row {
    const char *name;
    int64_t at;
    const char *text; /* NULL: none */
} times[] = {
    { "time_epoch", 0, "1970-01-01T00:00:00Z" },
    { "time_before", -1, "1969-12-31T23:59:59Z" },
    { "time_leap", 951782400, "2000-02-29T00:00:00Z" },
    { "time_no_leap", 4107542399, "2100-02-28T23:59:59Z" },
    { "time_march", 4107542400, "2100-03-01T00:00:00Z" },
    { "time_last", 253402300799, "9999-12-31T23:59:59Z" },
    { "time_after", 253402300800, NULL },
    { "time_first", -62167219200, "0000-01-01T00:00:00Z" },
    { "time_too_early", -62167219201, NULL },
    { "time_far", INT64_MAX, NULL },
    { "time_unknown", INT64_MIN, NULL },
};

static void
prints_time(void **state)
{
    const struct time_row *row = *state;
    char text[MODEL_TIME_BYTES];

    assert_int_equal(model_time_print(row->at, text), row->text != NULL);
    if (row->text)
        assert_string_equal(text, row->text);
}

static const struct decimal_row {
    const char *name;
    double number;
    const char *text; /* NULL: refused */
} decimals[] = {
    { "decimal_zero", 0, "0" },         { "decimal_one", 1, "1" },
    { "decimal_tenth", 0.1, "0.1" },    { "decimal_two", 0.97, "0.97" },
    { "decimal_up", 0.999, "1" },       { "decimal_small", 0.001, "0" },
    { "decimal_below", -1.5, "-1.5" },  { "decimal_hundred", 100, "100" },
    { "decimal_nan", 0.0 / 0.0, NULL }, { "decimal_inf", 1e300, NULL },
};

static void
prints_decimal(void **state)
{
    const struct decimal_row *row = *state;
    struct case_claim claim = { .rule = "r", .weight = row->number };
    struct case_finding finding = {
        .id = "F1",
        .kind = "unexplained",
        .severity = "info",
        .claims = &claim,
        .claim_count = 1,
        .confidence = 0.5,
        .onset = TIME_UNKNOWN,
        .last = TIME_UNKNOWN,
    };
    struct casefile *casefile = sample_case_new_empty();
    xmlDoc *doc = NULL;

    assert_non_null(casefile);
    casefile->findings = &finding;
    casefile->finding_count = 1;
    assert_int_equal(model_from_case(casefile, &doc, NULL),
                     row->text ? STATUS_OK : STATUS_INTERNAL);
    if (row->text) {
        struct buf xml = xml_of(doc);
        char wanted[64];

        snprintf(wanted, sizeof(wanted), "<weight>%s</weight>", row->text);
        assert_non_null(strstr(xml.at, wanted));
        buf_clear(&xml);
    }
    xmlFreeDoc(doc);
    casefile_free(casefile);
}

/* -------------------------------------------------- the table and its twin */

static const xmlNode *
define_of(const xmlNode *grammar, const char *name)
{
    for (const xmlNode *at = grammar->children; at; at = at->next) {
        xmlChar *is = at->type == XML_ELEMENT_NODE
                          ? xmlGetProp((xmlNode *)at, BAD_CAST "name")
                          : NULL;
        bool found = is && strcmp((const char *)is, name) == 0;

        xmlFree(is);
        if (found)
            return at;
    }
    return NULL;
}

/* Elements the pattern names, outermost ones, each once, in order. */
static size_t
names_in(const xmlNode *pattern, const char *names[], size_t count)
{
    for (const xmlNode *at = pattern->children; at; at = at->next) {
        const char *name;
        size_t i = 0;

        if (at->type != XML_ELEMENT_NODE)
            continue;
        if (strcmp((const char *)at->name, "element") != 0) {
            count = names_in(at, names, count);
            continue;
        }
        name = (const char *)at->properties->children->content;
        while (i < count && strcmp(names[i], name) != 0)
            i++;
        names[i] = name;
        count += i == count;
    }
    return count;
}

static void
shape_matches(const xmlNode *grammar, const struct model_shape *shape)
{
    const xmlNode *pattern =
        shape == &model_case
            ? model_child(model_child(grammar, "start"), "element")
            : define_of(grammar, shape->name);
    const char *names[64];
    size_t count;

    if (!pattern)
        fail_msg("no define for %s", shape->name);
    count = names_in(pattern, names, 0);
    assert_int_equal(count, shape->field_count);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(names[i], shape->fields[i].name);
        if (shape->fields[i].shape)
            shape_matches(grammar, shape->fields[i].shape);
    }
}

static void
schema_and_table_agree(void **state)
{
    char path[PATH_MAX + 16];
    xmlDoc *schema;

    (void)state;
    snprintf(path, sizeof(path), "%s/" MODEL_SCHEMA_FILE, template_dir());
    schema = xmlReadFile(path, NULL, XML_PARSE_NONET);
    assert_non_null(schema);
    shape_matches(xmlDocGetRootElement(schema), &model_case);
    xmlFreeDoc(schema);
}

/* --------------------------------------------------------------- no memory */

static void
survives_without_memory(void **state)
{
    struct casefile *casefile = sample_case_new();
    struct buf whole = sample_xml();
    size_t base = xmlmem_bytes();
    size_t refused = 0;

    (void)state;
    for (size_t more = 0; more < 600000; more += 2003) {
        xmlDoc *doc = NULL;
        struct buf out = { 0 };
        enum status status;

        xmlmem_cap(base + more);
        status = model_from_case(casefile, &doc, NULL);
        if (status == STATUS_OK)
            status = model_to_xml(doc, &out, NULL);
        xmlmem_cap(0);
        if (status == STATUS_OK) {
            assert_int_equal(out.len, whole.len);
            assert_memory_equal(out.at, whole.at, whole.len);
        } else {
            assert_int_equal(status, STATUS_NOMEM);
            refused++;
        }
        xmlFreeDoc(doc);
        buf_clear(&out);
    }
    assert_true(refused > 5 && refused < 299);
    casefile_free(casefile);
    buf_clear(&whole);
}

static void
reads_without_memory(void **state)
{
    struct buf whole = sample_xml();
    size_t base = xmlmem_bytes();
    size_t refused = 0;

    (void)state;
    for (size_t more = 0; more < 2000000; more += 20011) {
        xmlDoc *doc = NULL;
        enum status status;

        xmlmem_cap(base + more);
        status =
            model_parse(buf_sv(&whole), "case.xml", template_dir(), &doc, NULL);
        xmlmem_cap(0);
        assert_int_equal(doc != NULL, status == STATUS_OK);
        assert_true(status == STATUS_OK || status == STATUS_NOMEM);
        refused += status == STATUS_NOMEM;
        xmlFreeDoc(doc);
    }
    assert_true(refused > 5);
    buf_clear(&whole);
}

int
main(void)
{
    struct CMUnitTest tests[COUNT(cases) + COUNT(values) + COUNT(texts) +
                            COUNT(bads) + COUNT(times) + COUNT(decimals)];
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(json_keys_are_in_order),
        cmocka_unit_test(json_escapes),
        cmocka_unit_test(json_refuses_a_strange_tree),
        cmocka_unit_test(refuses_other_bytes),
        cmocka_unit_test(reads_files_up_to_a_size),
        cmocka_unit_test(says_when_the_schema_is_missing),
        cmocka_unit_test(schema_and_table_agree),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test(reads_without_memory),
    };
    size_t count = 0;

#define ROWS(rows, label, test)                                                \
    for (size_t i = 0; i < COUNT(rows); i++)                                   \
        tests[count++] =                                                       \
            (struct CMUnitTest){ .name = (rows)[i].label,                      \
                                 .test_func = (test),                          \
                                 .initial_state = (void *)&(rows)[i] };
    for (size_t i = 0; i < COUNT(cases); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = cases[i].name,
                                 .test_func = comes_back_the_same,
                                 .initial_state = (void *)&cases[i].make };
    ROWS(values, path, json_holds_value)
    ROWS(texts, name, takes_only_printable)
    ROWS(bads, name, refuses_bad_xml)
    ROWS(times, name, prints_time)
    ROWS(decimals, name, prints_decimal)
    return _cmocka_run_group_tests("model rows", tests, count, NULL, NULL) +
           cmocka_run_group_tests_name("model", others, NULL, NULL);
}
