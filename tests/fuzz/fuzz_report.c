/* The report: a case.xml from anyone, and log text on its way to a page. */
#include "tests/fuzz/fuzz.h"

#include "report/html.h"
#include "report/model.h"
#include "report/text.h"
#include "report/words.h"

#include <string.h>

/* ---------------------------------------------------------------- case.xml */

static void
same_bytes(const struct buf *a, const struct buf *b)
{
    MUST(sv_eq(buf_sv(a), buf_sv(b)));
}

bool
fuzz_case_round(const struct fuzz_tools *tools, struct sv xml)
{
    struct fault fault = { .status = STATUS_OK };
    struct buf first = { 0 };
    struct buf second = { 0 };
    struct buf json = { 0 };
    struct casefile *casefile = NULL;
    xmlDoc *doc = NULL;
    xmlDoc *again = NULL;
    enum status status =
        model_parse(xml, "input", tools->template_dir, &doc, &fault);

    if (status != STATUS_OK) {
        MUST(fault.text[0] != '\0');
        return false;
    }
    MUST(model_to_json(doc, &json, &fault) == STATUS_OK);
    status = model_to_case(doc, &casefile, &fault);
    if (status == STATUS_OK) {
        MUST(model_from_case(casefile, &again, &fault) == STATUS_OK);
        MUST(model_to_xml(again, &first, &fault) == STATUS_OK);
        xmlFreeDoc(again);
        again = NULL;
        MUST(model_parse(buf_sv(&first), "first", tools->template_dir, &again,
                         &fault) == STATUS_OK);
        MUST(model_to_xml(again, &second, &fault) == STATUS_OK);
        same_bytes(&first, &second);
    }
    casefile_free(casefile);
    xmlFreeDoc(again);
    xmlFreeDoc(doc);
    buf_clear(&first);
    buf_clear(&second);
    buf_clear(&json);
    return status == STATUS_OK;
}

void
fuzz_case(const struct fuzz_tools *tools, struct sv input)
{
    fuzz_case_round(tools, input);
}

/* ---------------------------------------------------------------- log text */

/* Nothing that a terminal or a browser would obey. */
static void
page_check(struct sv page)
{
    for (size_t i = 0; i < page.len; i++) {
        unsigned char byte = (unsigned char)page.at[i];

        MUST((byte >= 0x20 || byte == '\n') && byte != 0x7f);
    }
}

static size_t
count_of(struct sv text, struct sv needle)
{
    size_t count = 0;

    for (ptrdiff_t at = sv_find(text, needle); at >= 0;
         at = sv_find(text, needle)) {
        text = sv_drop(text, (size_t)at + needle.len);
        count++;
    }
    return count;
}

static xmlNode *
child_add(xmlNode *parent, const char *name, const char *text)
{
    xmlNode *node = xmlNewTextChild(parent, NULL, (const xmlChar *)name,
                                    (const xmlChar *)text);

    MUST(node);
    return node;
}

static void
prop_add(xmlNode *node, const char *name, const char *value)
{
    MUST(xmlSetProp(node, (const xmlChar *)name, (const xmlChar *)value));
}

/* A document as an outline makes it, with `text` wherever log text may be. */
static xmlDoc *
document_of(const char *text)
{
    xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *root = xmlNewNode(NULL, (const xmlChar *)"document");
    xmlNode *node;

    MUST(doc && root);
    xmlDocSetRootElement(doc, root);
    prop_add(root, "audience", "investigator");
    prop_add(root, "lang", "en");
    prop_add(root, "dir", "ltr");
    node = child_add(root, "section", NULL);
    prop_add(node, "id", "s");
    prop_add(node, "kind", "body");
    child_add(node, "heading", text);
    prop_add(child_add(child_add(node, "para", NULL), "v", text), "kind",
             "text");
    child_add(child_add(node, "para", NULL), "code", text);
    prop_add(child_add(node, "command", text), "effect", "reads");
    child_add(node, "quote", text);
    node = child_add(child_add(node, "para", NULL), "t", NULL);
    prop_add(node, "id", "kind.forwarder_loop");
    prop_add(child_add(node, "arg", text), "name", "who");
    return doc;
}

void
fuzz_text(const struct fuzz_tools *tools, struct sv input)
{
    struct fault fault = { .status = STATUS_OK };
    struct buf text = { 0 };
    struct buf html = { 0 };
    struct buf plain = { 0 };
    xmlDoc *doc = NULL;

    MUST(sv_printable(input, &text) && buf_add_char(&text, '\0'));
    doc = document_of(text.at);
    MUST(words_apply(tools->words, doc, NULL, &fault) == STATUS_OK);
    if (html_render(doc, SV("p{margin:0}"), &html, &fault) == STATUS_OK) {
        page_check(buf_sv(&html));
        MUST(count_of(buf_sv(&html), SV("<script")) == 0);
        MUST(count_of(buf_sv(&html), SV("</html>")) == 1);
        MUST(count_of(buf_sv(&html), SV("<h2")) <= 1);
    }
    MUST(text_render(doc, 0, &plain, &fault) == STATUS_OK);
    page_check(buf_sv(&plain));
    xmlFreeDoc(doc);
    buf_clear(&text);
    buf_clear(&html);
    buf_clear(&plain);
}
