/* A case written as XML and read back is the same case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/model.h"
#include "tests/sample_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct buf
xml_of_case(const struct casefile *casefile)
{
    struct buf out = { 0 };
    struct fault fault = { 0 };
    xmlDoc *doc = NULL;

    if (model_from_case(casefile, &doc, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(model_to_xml(doc, &out, NULL), STATUS_OK);
    xmlFreeDoc(doc);
    return out;
}

static struct casefile *
case_of_xml(struct sv xml)
{
    char templates[4096];
    struct casefile *casefile = NULL;
    struct fault fault = { 0 };
    xmlDoc *doc = NULL;

    snprintf(templates, sizeof(templates), "%s/../templates",
             getenv("FIXTURES") ? getenv("FIXTURES") : ".");
    if (model_parse(xml, "test", templates, &doc, &fault) != STATUS_OK ||
        model_to_case(doc, &casefile, &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    xmlFreeDoc(doc);
    return casefile;
}

static void
comes_back(void **state)
{
    struct casefile *(*make)(void) =
        *state == NULL ? sample_case_new : sample_case_new_empty;
    struct casefile *first = make();
    struct casefile *second;
    struct buf xml, again;

    assert_non_null(first);
    xml = xml_of_case(first);
    second = case_of_xml(buf_sv(&xml));
    again = xml_of_case(second);
    assert_int_equal(xml.len, again.len);
    assert_memory_equal(xml.at, again.at, xml.len);
    casefile_free(first);
    casefile_free(second);
    buf_clear(&xml);
    buf_clear(&again);
}

/* What the writer leaves out comes back as unknown, not as nothing. */
static void
keeps_unknown_unknown(void **state)
{
    struct casefile *first = sample_case_new_empty();
    struct casefile *second;
    struct buf xml;

    (void)state;
    assert_non_null(first);
    first->scope.since = TIME_UNKNOWN;
    xml = xml_of_case(first);
    second = case_of_xml(buf_sv(&xml));
    assert_true(second->scope.since == TIME_UNKNOWN);
    casefile_free(first);
    casefile_free(second);
    buf_clear(&xml);
}

static void
keeps_decimals(void **state)
{
    struct casefile *first = sample_case_new();
    struct casefile *second;
    struct buf xml;

    (void)state;
    assert_non_null(first);
    xml = xml_of_case(first);
    second = case_of_xml(buf_sv(&xml));
    assert_int_equal(second->finding_count, first->finding_count);
    for (size_t i = 0; i < first->finding_count; i++) {
        double apart =
            first->findings[i].confidence - second->findings[i].confidence;

        assert_true(apart < 0.005 && apart > -0.005);
    }
    casefile_free(first);
    casefile_free(second);
    buf_clear(&xml);
}

int
main(void)
{
    static int empty;
    const struct CMUnitTest tests[] = {
        { "full_case", comes_back, NULL, NULL, NULL },
        { "empty_case", comes_back, NULL, NULL, &empty },
        cmocka_unit_test(keeps_unknown_unknown),
        cmocka_unit_test(keeps_decimals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
