/* Sentences: catalogue, plural, values; commands: validation and quoting. */
#include "report/node.h"
#include "report/shell.h"
#include "report/words.h"

#include <libxml/parser.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct templates *
templates_of_tree(void)
{
    struct templates *templates = NULL;
    char path[PATH_MAX];
    const char *fixtures = getenv("FIXTURES");

    snprintf(path, sizeof(path), "%s/../templates", fixtures ? fixtures : ".");
    assert_int_equal(templates_open(path, NULL, &templates, NULL), STATUS_OK);
    return templates;
}

/* --------------------------------------------------------------- sentences */

static const struct sentence_row {
    const char *name;
    const char *inner; /* of a paragraph */
    const char *text;
    int64_t missing;
} sentence_rows[] = {
    { "plain", "<t id='clean.heading'/>", "No sign of abuse", 0 },
    { "one",
      "<t id='fact.messages.note'><arg name='count'><num value='1'/></arg></t>",
      "to one recipient", 0 },
    { "other",
      "<t id='fact.messages.note'><arg name='count'><num value='0'/></arg></t>",
      "to 0 recipients", 0 },
    { "grouped",
      "<t id='fact.messages.note'><arg name='count'><num value='12345678'/>"
      "</arg></t>",
      "to 12,345,678 recipients", 0 },
    { "untrusted_is_no_pattern",
      "<t id='kind.compromised_mailbox'><arg name='who'><v kind='text'>{who} "
      "{count} &lt;b></v></arg></t>",
      "Mailbox {who} {count} <b> in a stranger\xe2\x80\x99s hands", 0 },
    { "nested",
      "<t id='caption.mark'><arg name='no'><num value='2'/></arg><arg "
      "name='what'><t id='moment.onset'/></arg><arg name='at'><time "
      "at='2026-11-12T02:47:52Z' form='minute'/></arg></t>",
      "(2) abuse begins: 2026-11-12 02:47.", 0 },
    { "argument_not_given", "<t id='fact.since.note'/>", "over {span}", 0 },
    { "otherwise",
      "<t id='claim.of_no_catalogue'><otherwise><v kind='text'>said in "
      "English</v></otherwise></t>",
      "said in English", 0 },
    { "missing", "<t id='of.no.catalogue'/>", "[of.no.catalogue]", 1 },
    { "time_second", "<time at='2026-11-12T02:47:52Z'/>", "2026-11-12 02:47:52",
      0 },
    { "time_server",
      "<time at='2026-11-12T23:47:52Z' form='minute' zone='server'/>",
      "2026-11-13 00:47", 0 },
    { "time_before_1970", "<time at='1969-12-31T23:59:59Z'/>",
      "1969-12-31 23:59:59", 0 },
    { "time_leap_day", "<time at='2024-02-29T12:00:00Z' form='day'/>",
      "2024-02-29", 0 },
    { "time_unknown", "<time at=''/>", "\xe2\x80\x93", 0 },
    { "num_unknown", "<num value=''/>", "\xe2\x80\x93", 0 },
    { "num_negative", "<num value='-12345'/>", "-12,345", 0 },
    { "num_largest", "<num value='9223372036854775807'/>",
      "9,223,372,036,854,775,807", 0 },
    { "percent_share", "<percent share='0.97'/>", "97\xc2\xa0%", 0 },
    { "percent_share_one_digit", "<percent share='0.5'/>", "50\xc2\xa0%", 0 },
    { "percent_share_whole", "<percent share='1'/>", "100\xc2\xa0%", 0 },
    { "percent_value", "<percent value='3'/>", "3\xc2\xa0%", 0 },
    { "bytes", "<bytes value='999'/>",
      "999\xc2\xa0"
      "B",
      0 },
    { "bytes_kilo", "<bytes value='4312'/>", "4.3\xc2\xa0KB", 0 },
    { "bytes_mega", "<bytes value='104000000'/>", "104\xc2\xa0MB", 0 },
    { "duration_days", "<duration value='100000'/>",
      "1\xc2\xa0"
      "d 3\xc2\xa0h",
      0 },
    { "duration_seconds", "<duration value='59'/>", "59\xc2\xa0s", 0 },
    { "duration_between",
      "<duration from='2026-11-12T02:00:00Z' to='2026-11-12T02:22:10Z'/>",
      "22\xc2\xa0min", 0 },
    { "command",
      "<command effect='reads' mailbox='info@example.com'>grep -c "
      "'^{regex_mailbox&apos;}$' {domain}</command>",
      "grep -c '^info@example\\.com$' DOMAIN", 0 },
};

static void
says(void **state)
{
    const struct sentence_row *row = *state;
    struct templates *templates = templates_of_tree();
    struct words *words = NULL;
    struct buf xml = { 0 };
    struct buf text = { 0 };
    xmlDoc *doc;
    xmlDoc *clock;

    assert_true(buf_printf(&xml,
                           "<document title='doc.ticket'><para>%s</para>"
                           "</document>",
                           row->inner));
    doc = xmlReadMemory(xml.at, (int)xml.len, "row", NULL, XML_PARSE_NONET);
    clock = xmlReadDoc((const xmlChar *)"<clock><span><from>2026-11-10T00:00:"
                                        "00Z</from><to>2026-11-20T00:00:00Z"
                                        "</to><utc_offset>+01:00</utc_offset>"
                                        "</span></clock>",
                       "row", NULL, XML_PARSE_NONET);
    assert_non_null(doc);
    assert_int_equal(words_open(templates, "en", &words, NULL), STATUS_OK);
    assert_int_equal(words_apply(words, doc, xmlDocGetRootElement(clock), NULL),
                     STATUS_OK);
    assert_true(node_text(xmlDocGetRootElement(doc), &text));
    assert_string_equal(text.at, row->text);
    assert_int_equal(words_missing(words), row->missing);
    assert_int_equal(words_fallbacks(words), 0);
    xmlFreeDoc(doc);
    xmlFreeDoc(clock);
    buf_clear(&xml);
    buf_clear(&text);
    words_free(words);
    templates_free(templates);
}

/* A house's own word is asked first; what it lacks is English and counted. */
static void
falls_back(void **state)
{
    char dir[] = "/tmp/test_words.XXXXXX";
    char path[PATH_MAX];
    char tree[PATH_MAX];
    struct templates *templates = NULL;
    struct words *words = NULL;
    struct buf text = { 0 };
    const char *fixtures = getenv("FIXTURES");
    FILE *file;
    xmlDoc *doc = xmlReadDoc(
        (const xmlChar
             *)"<document title='doc.ticket'><t id='title.open_relay'><arg "
               "name='count'><num value='3'/></arg></t>|<t "
               "id='clean.heading'/></document>",
        "row", NULL, 0);

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/words", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof(path), "%s/words/pl.xml", dir);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs("<words lang='pl' dir='ltr'><msg "
          "id='title.open_relay'><one>1</one><few>{count} "
          "few</few><many>m</many><other>o</other></msg></words>",
          file);
    fclose(file);
    snprintf(tree, sizeof(tree), "%s/../templates", fixtures ? fixtures : ".");
    assert_int_equal(templates_open(tree, dir, &templates, NULL), STATUS_OK);
    assert_int_equal(words_open(templates, "pl", &words, NULL), STATUS_OK);
    assert_string_equal(words_lang(words), "pl");
    assert_int_equal(words_apply(words, doc, NULL, NULL), STATUS_OK);
    assert_true(node_text(xmlDocGetRootElement(doc), &text));
    assert_string_equal(text.at, "3 few|No sign of abuse");
    assert_int_equal(words_fallbacks(words), 2); /* the title as well */
    buf_clear(&text);
    xmlFreeDoc(doc);
    words_free(words);
    templates_free(templates);
    unlink(path);
    snprintf(path, sizeof(path), "%s/words", dir);
    rmdir(path);
    rmdir(dir);
}

/* ------------------------------------------------------------------- shell */

static const struct valid_row {
    const char *name;
    enum shell_kind kind;
    const char *text;
    bool valid;
} valid_rows[] = {
    { "account", SHELL_ACCOUNT, "acct12", true },
    { "account_dash", SHELL_ACCOUNT, "-rf", false },
    { "account_space", SHELL_ACCOUNT, "a b", false },
    { "account_empty", SHELL_ACCOUNT, "", false },
    { "account_digit", SHELL_ACCOUNT, "0day", false },
    { "domain", SHELL_DOMAIN, "shop.example", true },
    { "domain_one_label", SHELL_DOMAIN, "localhost", false },
    { "domain_empty_label", SHELL_DOMAIN, "a..b", false },
    { "domain_semicolon", SHELL_DOMAIN, "a.b;id", false },
    { "mailbox", SHELL_MAILBOX, "a.b+c@shop.example", true },
    { "mailbox_quote", SHELL_MAILBOX, "a'b@shop.example", false },
    { "mailbox_dollar", SHELL_MAILBOX, "$(id)@shop.example", false },
    { "mailbox_two_ats", SHELL_MAILBOX, "a@b@shop.example", false },
    { "mailbox_dash", SHELL_MAILBOX, "-f@shop.example", false },
    { "mailbox_newline", SHELL_MAILBOX, "a\nb@shop.example", false },
    { "path", SHELL_PATH, "/home/u/public_html/a", true },
    { "path_up", SHELL_PATH, "/home/u/../../etc", false },
    { "path_relative", SHELL_PATH, "home", false },
    { "path_space", SHELL_PATH, "/home/u/a b", false },
    { "id_short", SHELL_MESSAGE_ID, "16ZCW1-0005MB-00", true },
    { "id_long", SHELL_MESSAGE_ID, "1vJ0cE-00000000d4E-4Def", true },
    { "id_other", SHELL_MESSAGE_ID, "16ZCW1-0005MB-000", false },
    { "id_tail", SHELL_MESSAGE_ID, "16ZCW1-0005MB-00-", false },
    { "ip", SHELL_IP, "2001:db8::1", true },
    { "ip_word", SHELL_IP, "word", false },
};

static void
validates(void **state)
{
    const struct valid_row *row = *state;

    assert_int_equal(shell_valid(row->kind, sv_of(row->text)), row->valid);
}

static const struct expand_row {
    const char *name;
    const char *command;
    const char *mailbox;
    const char *text;
} expand_rows[] = {
    { "plain", "uapi --user={account} email={mailbox}", "i@d.example",
      "uapi --user=ACCOUNT email=i@d.example" },
    { "local", "email={mailbox_local}", "info@d.example", "email=info" },
    { "hostile", "x {mailbox} '{mailbox'}'", "a';id;'@d.example",
      "x MAILBOX 'MAILBOX'" },
    { "hostile_local", "x {mailbox_local}", "`id`@d.example",
      "x MAILBOX_NAME" },
    { "regex", "'^<{regex_mailbox'}>$'", "a+b@d.example",
      "'^<a\\+b@d\\.example>$'" },
    { "braces_of_the_shell", "cp {a,b} {} {", "i@d.example", "cp {a,b} {} {" },
    { "empty", "{mailbox}", "", "MAILBOX" },
};

static void
expands(void **state)
{
    const struct expand_row *row = *state;
    struct shell_value value = { { SV_LIT("mailbox") }, sv_of(row->mailbox) };
    struct buf out = { 0 };

    assert_true(shell_expand(sv_of(row->command), &value, 1, &out));
    assert_string_equal(out.at, row->text);
    buf_clear(&out);
}

static void
quotes(void **state)
{
    struct buf out = { 0 };

    (void)state;
    assert_true(shell_quote(SV("a'; rm -rf / #\n$(id)`"), &out));
    assert_string_equal(out.at, "'a'\\''; rm -rf / #\n$(id)`'");
    buf_clear(&out);
    assert_true(shell_quote(SV(""), &out));
    assert_string_equal(out.at, "''");
    buf_clear(&out);
    assert_true(shell_quote(SV("-rf"), &out));
    assert_string_equal(out.at, "'-rf'");
    buf_clear(&out);
}

/* ------------------------------------------------------------------- steps */

static bool
words_have(const xmlNode *catalogue, const char *prefix, struct sv id,
           const char *suffix)
{
    struct buf name = { 0 };
    bool found = false;

    assert_true(
        buf_printf(&name, "%s" SV_FMT "%s", prefix, SV_ARG(id), suffix));
    for (const xmlNode *msg = node_child(catalogue, "msg"); msg;
         msg = node_next(msg, "msg"))
        found = found || node_attr_is(msg, "id", name.at);
    if (!found)
        print_error("no words for %s\n", name.at);
    buf_clear(&name);
    return found;
}

/* No command may destroy without a step before it that looks, and none of
 * the wrong recipes is in it. */
static void
steps_are_whole(void **state)
{
    static const char *const wrong[] = { "realchpass", "clamscan --remove",
                                         "exim -qff",  "rm -f ",
                                         "crontab -r", "chmod 000" };
    const char *name = *state;
    struct templates *templates = templates_of_tree();
    bool owner = strstr(name, "customer") != NULL;
    xmlDoc *steps = NULL;
    xmlDoc *words = NULL;
    const xmlNode *catalogue;

    assert_int_equal(templates_parse(templates, name, &steps, NULL), STATUS_OK);
    assert_int_equal(
        templates_parse(templates, "template:/words/en.xml", &words, NULL),
        STATUS_OK);
    catalogue = xmlDocGetRootElement(words);
    for (const xmlNode *step = node_child(xmlDocGetRootElement(steps), "step");
         step; step = node_next(step, "step")) {
        struct sv id = node_attr(step, "id");
        const char *prefix = owner ? "customer.step." : "step.";
        struct buf text = { 0 };

        assert_true(words_have(catalogue, prefix, id, ""));
        assert_true(
            words_have(catalogue, prefix, id, owner ? ".how" : ".does"));
        assert_true(owner || words_have(catalogue, prefix, id, ".check"));
        assert_true(node_text(step, &text));
        for (size_t i = 0; i < COUNT(wrong); i++)
            assert_null(text.at ? strstr(text.at, wrong[i]) : NULL);
        buf_clear(&text);
    }
    xmlFreeDoc(steps);
    xmlFreeDoc(words);
    templates_free(templates);
}

int
main(void)
{
    static const char *const lists[] = { "template:/steps/cpanel.xml",
                                         "template:/steps/debian.xml",
                                         "template:/steps/directadmin.xml",
                                         "template:/steps/customer.xml" };
    struct CMUnitTest tests[COUNT(sentence_rows) + COUNT(valid_rows) +
                            COUNT(expand_rows) + COUNT(lists) + 2];
    size_t count = 0;

    for (size_t i = 0; i < COUNT(sentence_rows); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = sentence_rows[i].name,
                                 .test_func = says,
                                 .initial_state =
                                     (void *)(uintptr_t)&sentence_rows[i] };
    for (size_t i = 0; i < COUNT(valid_rows); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = valid_rows[i].name,
                                 .test_func = validates,
                                 .initial_state =
                                     (void *)(uintptr_t)&valid_rows[i] };
    for (size_t i = 0; i < COUNT(expand_rows); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = expand_rows[i].name,
                                 .test_func = expands,
                                 .initial_state =
                                     (void *)(uintptr_t)&expand_rows[i] };
    for (size_t i = 0; i < COUNT(lists); i++)
        tests[count++] =
            (struct CMUnitTest){ .name = lists[i],
                                 .test_func = steps_are_whole,
                                 .initial_state = (void *)(uintptr_t)lists[i] };
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(falls_back);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(quotes);
    return _cmocka_run_group_tests("words", tests, count, NULL, NULL);
}
