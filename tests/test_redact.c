/* What one reader may see: nothing of anybody else's gets through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/leak.h"
#include "report/model.h"
#include "report/redact.h"
#include "report/redact_lexer.h"
#include "report/redact_mask.h"
#include "report/redact_rules.h"
#include "report/xmlmem.h"
#include "tests/sample_case.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ONE(text)                                                              \
    {                                                                          \
        (const char *const[]){ text }, 1                                       \
    }

static const char *
template_dir(void)
{
    static char path[PATH_MAX];
    const char *fixtures = getenv("FIXTURES");

    snprintf(path, sizeof(path), "%s/../templates", fixtures ? fixtures : ".");
    return path;
}

static xmlDoc *
sample_doc(void)
{
    struct casefile *casefile = sample_case_new();
    xmlDoc *doc = NULL;

    assert_non_null(casefile);
    assert_int_equal(model_from_case(casefile, &doc, NULL), STATUS_OK);
    casefile_free(casefile);
    return doc;
}

/* ------------------------------------------------------------- whole cases */

#define NEIGHBOUR "neighbour.", "office@", "neighb9", "moon", "9/secret"
#define STRANGERS                                                              \
    "anna", "berg", "otto", "small-firm", "carla", "diaz", "mailprobe",        \
        "drop-box", "secure-pay", "paypal", "attacker.example"
#define CUSTOMER "billing@", "info@", "acct12", "customer.example"
#define SHOP "shop77", "shop.example", "john", "parcel"
#define INSIDE                                                                 \
    "host.example", "logs/", "mainlog", "PWNED", "gzip stream",                \
        "cap_per_hour", "192.168", "192.0.2", "142.250", "198.51.100",         \
        "<innocent_hit>"

static const struct scope_row {
    const char *name;
    struct redact_options options;
    const char *gone[64]; /* not in case.xml nor case.json */
    const char *there[24];
} scopes[] = {
    { "scope_customer",
      { .accounts = ONE("acct12"), .audience = REDACT_CUSTOMER },
      { NEIGHBOUR, STRANGERS, SHOP, INSIDE, "198.19.171.43", "2001:db8:5::17" },
      { "billing@customer.example", "info@customer.example", "acct12",
        "198.19.171[.]43", "2001[:]db8:5::17", "r2@gmail.com",
        "1vJ0aC-00000000b2C-2Bcd", "server-1", "evidence-3", "ip-1",
        "A=dovecot_login:billing@customer.example",
        "id=20261112024107.5DE1@customer.example", "<id>F1</id>",
        "domain-3.invalid", "&lt;script&gt;", "no such user",
        "<messages>940</messages>", "<deliveries>1550</deliveries>",
        "at=\"2026-11-12T03:00:00Z\" arrivals=\"450\"" } },
    { "scope_ticket",
      { .domains = ONE("Customer.Example"), .audience = REDACT_TICKET },
      { NEIGHBOUR, STRANGERS, SHOP, INSIDE, "198.19.171.43" },
      { "billing@customer.example", "acct12", "198.19.171[.]43" } },
    { "scope_script",
      { .accounts = ONE("shop77"), .audience = REDACT_CUSTOMER },
      { NEIGHBOUR, STRANGERS, CUSTOMER, INSIDE, "/usr/sbin" },
      { "cwd=/home/shop77/public_html/wp-content/uploads 4 args",
        "john@shop.example", "r1@yahoo.com", "U=shop77", "<id>F2</id>",
        "your shop77 parcel", "<messages>300</messages>" } },
    { "scope_mailbox",
      { .mailboxes = ONE("billing@customer.example"),
        .audience = REDACT_CUSTOMER },
      { NEIGHBOUR, STRANGERS, SHOP, INSIDE, "info@", "id=2026" },
      { "billing@customer.example", "r1@customer.example",
        "<messages>900</messages>" } },
    { "scope_investigator",
      { .accounts = ONE("acct12"), .audience = REDACT_INVESTIGATOR },
      { NEIGHBOUR, STRANGERS, SHOP },
      { "198.19.171.43", "142.250.110.27", "mx1.host.example",
        "logs/exim_mainlog", "<cap_per_hour>100<", "gzip stream",
        "<sha256>2f4c1e6d9b2a" } },
    { "scope_of_nobody",
      { .accounts = ONE("ghost"), .audience = REDACT_CUSTOMER },
      { NEIGHBOUR, STRANGERS, SHOP, CUSTOMER, INSIDE, "<finding>",
        "<principal>", "<hour ", "<limit>" },
      { "<account>ghost</account>", "<findings/>", "<series/>",
        "<messages>0</messages>" } },
    { "scope_of_all",
      { .accounts = { (const char *const[]){ "acct12", "shop77" }, 2 },
        .audience = REDACT_CUSTOMER },
      { NEIGHBOUR, STRANGERS, INSIDE },
      { "john@shop.example", "billing@customer.example",
        "/home/shop77/public_html", "<id>F2</id>", "<messages>1240</messages>",
        "at=\"2026-11-12T05:00:00Z\" arrivals=\"450\"" } },
};

static void
not_in(struct sv bytes, const char *const *texts)
{
    for (size_t i = 0; texts[i]; i++) {
        ptrdiff_t at = sv_find(bytes, sv_of(texts[i]));

        if (at >= 0)
            fail_msg("%s: %.120s", texts[i],
                     bytes.at + (at > 40 ? at - 40 : 0));
    }
}

static void
leaks_nothing(void **state)
{
    const struct scope_row *row = *state;
    xmlDoc *doc = sample_doc();
    xmlDoc *own = NULL;
    struct leak *leak = NULL;
    struct leak_hit hit = { 0 };
    struct fault fault = { 0 };
    struct buf xml = { 0 };
    struct buf json = { 0 };
    struct buf whole = { 0 };

    if (redact_case(doc, &row->options, &own, &fault) != STATUS_OK ||
        model_validate(own, template_dir(), &fault) != STATUS_OK)
        fail_msg("%s", fault.text);
    assert_int_equal(model_to_xml(own, &xml, NULL), STATUS_OK);
    assert_int_equal(model_to_json(own, &json, NULL), STATUS_OK);
    assert_int_equal(model_to_xml(doc, &whole, NULL), STATUS_OK);
    not_in(buf_sv(&xml), row->gone);
    not_in(buf_sv(&json), row->gone);
    for (size_t i = 0; row->there[i]; i++) {
        if (sv_find(buf_sv(&xml), sv_of(row->there[i])) < 0)
            fail_msg("gone: %s", row->there[i]);
    }
    assert_int_equal(leak_new(doc, &row->options, NULL, 0, &leak, NULL),
                     STATUS_OK);
    if (leak_scan(leak, buf_sv(&xml), &hit) != STATUS_OK ||
        leak_scan(leak, buf_sv(&json), &hit) != STATUS_OK)
        fail_msg("leak: %s", hit.text);
    assert_int_equal(leak_scan(leak, buf_sv(&whole), &hit), STATUS_MISMATCH);
    leak_free(leak);
    xmlFreeDoc(doc);
    xmlFreeDoc(own);
    buf_clear(&xml);
    buf_clear(&json);
    buf_clear(&whole);
}

static void
is_the_same_each_time(void **state)
{
    struct buf first = { 0 };
    struct buf second = { 0 };
    struct buf *const outs[] = { &first, &second };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        xmlDoc *doc = sample_doc();
        xmlDoc *own = NULL;

        assert_int_equal(redact_case(doc, &scopes[0].options, &own, NULL),
                         STATUS_OK);
        assert_int_equal(model_to_xml(own, outs[i], NULL), STATUS_OK);
        xmlFreeDoc(doc);
        xmlFreeDoc(own);
    }
    assert_int_equal(first.len, second.len);
    assert_memory_equal(first.at, second.at, first.len);
    buf_clear(&first);
    buf_clear(&second);
}

static void
wants_a_scope(void **state)
{
    xmlDoc *doc = sample_doc();
    xmlDoc *own = NULL;
    struct leak *leak = NULL;
    struct redact_options options = { .audience = REDACT_CUSTOMER };

    (void)state;
    assert_int_equal(redact_case(doc, &options, &own, NULL), STATUS_USAGE);
    assert_int_equal(leak_new(doc, &options, NULL, 0, &leak, NULL),
                     STATUS_USAGE);
    assert_null(own);
    xmlFreeDoc(doc);
}

/* ------------------------------------------------------------------- rules */

static void
shape_has_rules(const struct model_shape *shape)
{
    for (size_t i = 0; i < shape->field_count; i++) {
        enum redact_rule rule;

        if (!redact_rule_find(shape, &shape->fields[i], &rule))
            fail_msg("%s of %s has no rule", shape->fields[i].name,
                     shape->name);
        if (shape->fields[i].shape)
            shape_has_rules(shape->fields[i].shape);
    }
}

static void
each_element_has_a_rule(void **state)
{
    (void)state;
    shape_has_rules(&model_case);
}

static void
no_rule_is_a_drop(void **state)
{
    static const struct model_field strange = { "strange", MODEL_TEXT, 0,
                                                0,         NULL,       NULL };
    static const struct model_shape unheard = { "unheard", 0, &strange, 1 };
    xmlDoc *doc = sample_doc();
    xmlDoc *own = NULL;
    xmlNode *findings = model_child(xmlDocGetRootElement(doc), "findings");
    struct buf xml = { 0 };

    (void)state;
    assert_int_equal(redact_rule_of(&model_case, &strange), REDACT_DROP);
    assert_int_equal(redact_rule_of(&unheard, &strange), REDACT_DROP);
    xmlNewTextChild(model_child(findings, "finding"), NULL, BAD_CAST "strange",
                    BAD_CAST "top secret");
    assert_int_equal(redact_case(doc, &scopes[0].options, &own, NULL),
                     STATUS_OK);
    assert_int_equal(model_to_xml(own, &xml, NULL), STATUS_OK);
    assert_null(strstr(xml.at, "strange"));
    assert_null(strstr(xml.at, "top secret"));
    xmlFreeDoc(doc);
    xmlFreeDoc(own);
    buf_clear(&xml);
}

/* ----------------------------------------------------------------- masking */

static const struct mask_row {
    const char *text;
    const char *masked; /* for the customer acct12 */
} masks[] = {
    { "", "" },
    { "nothing here, at 04:02:33.540", "nothing here, at 04:02:33.540" },
    { "x@y.example and x@y.example", "r1@domain-1.invalid and "
                                     "r1@domain-1.invalid" },
    { "X@Y.EXAMPLE x@y.example", "r1@domain-1.invalid r1@domain-1.invalid" },
    { "<x@gmail.com>", "<r1@gmail.com>" },
    { "billing+tag@customer.example", "billing+tag@customer.example" },
    { "b-x=y.example@customer.example", "r1@customer.example" },
    { "SRS0=h=t=y.example=x@fwd.example", "r1@domain-1.invalid" },
    { "\"john doe\"@y.example!", "r1@domain-1.invalid!" },
    { "o'brien@y.example", "r1@domain-1.invalid" },
    { "a@b@c.example", "r1@domain-1.invalid" },
    { "x@[192.0.2.1]", "r1@[ip-1]" },
    { "a,x@y.example;z", "a,r1@domain-1.invalid;z" },
    { "j\xc3\xb6rg@m\xc3\xbcller.example", "r1@domain-1.invalid" },
    { "mail.customer.example www.y.example",
      "mail.customer.example domain-1.invalid" },
    { "https://y.example/path?a=b", "https:/[path]" },
    { "y.example/home/neighb9", "domain-1.invalid/home/account-1" },
    { "see y.example.", "see domain-1.invalid." },
    { "x.mail.protection.outlook.com", "outlook.com" },
    { "TLS1.3 5.1.1 e.g. 2.0.0 a.b", "TLS1.3 5.1.1 e.g. 2.0.0 a.b" },
    { "xn--80ak6aa92e.xn--p1ai", "domain-1.invalid" },
    { "[203.0.113.200]:25", "[203.0.113[.]200]:25" },
    { "203.0.113.200:25", "203.0.113[.]200:25" },
    { "[192.0.2.9] [192.0.2.9]", "[ip-1] [ip-1]" },
    { "[2001:db8:5::17]", "[2001[:]db8:5::17]" },
    { "[2001:db8:9::1]", "[ip-1]" },
    { "::ffff:192.0.2.1", "ip-1" },
    { "/home/acct12/public_html/index.php",
      "/home/acct12/public_html/index.php" },
    { "/home3/acct12/mail/neighbour.example/office",
      "/home3/acct12/mail/domain-1.invalid/office" },
    { "/home/acct12/../neighb9/x", "[path]" },
    { "/home/acct123/x", "[path]" },
    { "/etc/passwd", "[path]" },
    { "and/or 5/5 text/plain", "and/or 5/5 text/plain" },
    { "</b> </home/neighb9/x>", "</b> <[path]>" },
    { "U=shop77 P=local", "U=account-1 P=local" },
    { "U=acct12 U=root", "U=acct12 U=root" },
    { "U=unheard-of", "U=account-1" },
    { "set_id=guess)", "set_id=account-1)" },
    { "A=dovecot_login:guess S=812", "A=dovecot_login:account-1 S=812" },
    { "tell shop77, neighb9 and SHOP77",
      "tell account-1, account-2 and account-1" },
    { "shop77x my-shop77", "shop77x my-shop77" },
    { "a\\nneighb9\\x1bneighbour.example", "a\\naccount-1\\x1b"
                                           "domain-1.invalid" },
    { "mx1.host.example root@mx2.host.example", "server-1 root@server-2" },
    { "acct12@mx1.host.example", "acct12@server-1" },
    { "shop77@mx1.host.example", "r1@server-1" },
};

static void
masks_text(void **state)
{
    const struct mask_row *row = *state;
    xmlDoc *doc = sample_doc();
    struct redact_scope scope;
    struct redact_mask mask;
    struct buf out = { 0 };

    assert_int_equal(redact_scope_init(&scope, doc, &scopes[0].options, NULL),
                     STATUS_OK);
    assert_true(redact_mask_init(&mask, &scope));
    redact_mask_text(&mask, sv_of(row->text), &out);
    assert_string_equal(out.at ? out.at : "", row->masked);
    redact_mask_clear(&mask);
    redact_scope_clear(&scope);
    xmlFreeDoc(doc);
    buf_clear(&out);
}

/* The pieces are the text, and no text takes longer than its length. */
static void
lexer_loses_nothing(void **state)
{
    static const char *const bits[] = {
        "a*", "@",  "a.", "/",  "/a", "\"a",      "a:", "::", "1.",  "\\",
        "=",  "U=", "-f", "a@", "<",  "\xc3\xa9", "..", "-",  "\"@", "x@y.de|",
    };
    static char text[1 << 18];

    (void)state;
    for (size_t i = 0; i < COUNT(bits); i++) {
        struct redact_lexer lexer = { .text = { text, sizeof(text) } };
        struct redact_token token;
        size_t at = 0;

        for (size_t k = 0; k < sizeof(text); k++)
            text[k] = bits[i][k % strlen(bits[i])];
        while (redact_lexer_next(&lexer, &token)) {
            assert_true(token.text.len > 0);
            assert_ptr_equal(token.text.at, text + at);
            at += token.text.len;
        }
        assert_int_equal(at, sizeof(text));
    }
}

/* ------------------------------------------------------------------- leaks */

static const struct leak_row {
    const char *bytes; /* in a file for the customer acct12 */
    const char *found; /* NULL: clean */
} leaks[] = {
    { "nothing of anybody", NULL },
    { "billing@customer.example of acct12, mail.customer.example", NULL },
    { "r1@gmail.com domain-2.invalid [path] account-3", NULL },
    { "mail office@neighbour.example now", "office@neighbour.example" },
    { "mail OFFICE@Neighbour.Example now", "office@neighbour.example" },
    { "at neighbour[.]example", "neighbour.example" },
    { "at www.neighbour.example", "neighbour.example" },
    { "at nei<wbr>ghbour.exa\xe2\x80\x8bmple", "neighbour.example" },
    { "at my-neighbour.example or neighbour.example.org", NULL },
    { "anna.berg@gmail.com", "anna.berg@gmail.com" },
    { "\"path\": \"\\/home\\/neighb9\\/public_html\\/index.php\"", "neighb9" },
    { "user shop77.", "shop77" },
    { "shop77x xshop77 shop77-b shop77.b", NULL },
    { "/home/shop77/public_html/a&lt;b&gt;&amp;&quot;c&quot;", "shop77" },
    { "Re: your SHOP77 parcel", "shop77" },
    { "mx1.host.example", "mx1.host.example" },
    { "carla.diaz@yahoo.com", "carla.diaz@yahoo.com" },
};

static void
scan_finds(void **state)
{
    const struct leak_row *row = *state;
    xmlDoc *doc = sample_doc();
    struct leak *leak = NULL;
    struct leak_hit hit = { 0 };
    enum status status;

    assert_int_equal(leak_new(doc, &scopes[0].options, NULL, 0, &leak, NULL),
                     STATUS_OK);
    status = leak_scan(leak, sv_of(row->bytes), &hit);
    assert_int_equal(status, row->found ? STATUS_MISMATCH : STATUS_OK);
    if (row->found)
        assert_string_equal(hit.text, row->found);
    leak_free(leak);
    xmlFreeDoc(doc);
}

static void
our_own_words_are_no_leak(void **state)
{
    static const struct sv ours[] = { { SV_LIT("as in shop77, an example") },
                                      { SV_LIT("nothing") } };
    xmlDoc *doc = sample_doc();
    struct leak *leak = NULL;
    struct leak_hit hit;
    size_t count;

    (void)state;
    assert_int_equal(leak_new(doc, &scopes[0].options, NULL, 0, &leak, NULL),
                     STATUS_OK);
    count = leak_count(leak);
    leak_free(leak);
    assert_int_equal(
        leak_new(doc, &scopes[0].options, ours, COUNT(ours), &leak, NULL),
        STATUS_OK);
    assert_int_equal(leak_count(leak), count - 1);
    assert_int_equal(leak_scan(leak, SV("shop77"), &hit), STATUS_OK);
    assert_int_equal(leak_scan(leak, SV("neighb9"), &hit), STATUS_MISMATCH);
    leak_free(leak);
    xmlFreeDoc(doc);
}

/* --------------------------------------------------------------- no memory */

static void
survives_without_memory(void **state)
{
    xmlDoc *doc = sample_doc();
    size_t base = xmlmem_bytes();
    size_t refused = 0;

    (void)state;
    for (size_t more = 0; more < 800000; more += 4001) {
        xmlDoc *own = NULL;
        enum status status;

        xmlmem_cap(base + more);
        status = redact_case(doc, &scopes[0].options, &own, NULL);
        xmlmem_cap(0);
        assert_true(status == STATUS_OK || status == STATUS_NOMEM);
        assert_int_equal(own != NULL, status == STATUS_OK);
        refused += status == STATUS_NOMEM;
        xmlFreeDoc(own);
    }
    assert_true(refused > 5 && refused < 198);
    xmlFreeDoc(doc);
}

int
main(void)
{
    struct CMUnitTest tests[COUNT(scopes) + COUNT(masks) + COUNT(leaks)];
    static const struct CMUnitTest others[] = {
        cmocka_unit_test(is_the_same_each_time),
        cmocka_unit_test(wants_a_scope),
        cmocka_unit_test(each_element_has_a_rule),
        cmocka_unit_test(no_rule_is_a_drop),
        cmocka_unit_test(lexer_loses_nothing),
        cmocka_unit_test(our_own_words_are_no_leak),
        cmocka_unit_test(survives_without_memory),
    };
    size_t count = 0;

#define ROWS(rows, label, test)                                                \
    for (size_t i = 0; i < COUNT(rows); i++)                                   \
        tests[count++] =                                                       \
            (struct CMUnitTest){ .name = (rows)[i].label,                      \
                                 .test_func = (test),                          \
                                 .initial_state = (void *)&(rows)[i] };
    ROWS(scopes, name, leaks_nothing)
    ROWS(masks, text, masks_text)
    ROWS(leaks, bytes, scan_finds)
    return _cmocka_run_group_tests("redact rows", tests, count, NULL, NULL) +
           cmocka_run_group_tests_name("redact", others, NULL, NULL);
}
