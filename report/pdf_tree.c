/* The document's tree, read: attributes, words, what a link may lead to. */
#include "report/pdf_doc.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 12

/* ---------------------------------------------------------------- the tree */

const char *
pdf_keep(struct pdf *pdf, struct sv text)
{
    const char *kept = arena_strdup(pdf->arena, text);

    if (!kept)
        pdf->failed = true;
    return kept ? kept : "";
}

bool
pdf_is(const xmlNode *node, const char *name)
{
    return node->type == XML_ELEMENT_NODE &&
           strcmp((const char *)node->name, name) == 0;
}

const xmlNode *
pdf_child(const xmlNode *element, const char *name)
{
    const xmlNode *node = element ? element->children : NULL;

    while (node && !pdf_is(node, name))
        node = node->next;
    return node;
}

static const char *
keep_xml(struct pdf *pdf, xmlChar *text)
{
    const char *kept = pdf_keep(pdf, sv_of((const char *)text));

    xmlFree(text);
    return kept;
}

const char *
pdf_attribute(struct pdf *pdf, const xmlNode *element, const char *name)
{
    return keep_xml(pdf, xmlGetNoNsProp(element, (const xmlChar *)name));
}

const char *
pdf_content(struct pdf *pdf, const xmlNode *element)
{
    return element ? keep_xml(pdf, xmlNodeGetContent(element)) : "";
}

const char *
pdf_word(struct pdf *pdf, const char *id)
{
    const xmlNode *furniture = pdf_child(pdf->root, "furniture");
    const xmlNode *word = furniture ? furniture->children : NULL;

    for (; word; word = word->next) {
        if (pdf_is(word, "word") &&
            strcmp(pdf_attribute(pdf, word, "id"), id) == 0)
            return pdf_content(pdf, word);
    }
    return "";
}

/* ------------------------------------------------------------ link targets */

/* Names go into cairo's attribute strings: nothing that could end one. */
static bool
id_is_plain(const char *id)
{
    for (const char *at = id; *at; at++) {
        bool plain = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') ||
                     (*at >= '0' && *at <= '9') || strchr("._-", *at);

        if (!plain)
            return false;
    }
    return *id && strlen(id) < 100;
}

static void
id_add(struct pdf *pdf, const char *id)
{
    void *ids = pdf->ids;

    if (!id_is_plain(id))
        return;
    if (!array_reserve(&ids, &pdf->id_capacity, pdf->id_count + 1,
                       sizeof(*pdf->ids))) {
        pdf->failed = true;
        return;
    }
    pdf->ids = ids;
    pdf->ids[pdf->id_count++] = id;
}

static bool
has_numbers(const xmlNode *parent, int depth)
{
    for (const xmlNode *node = parent->children; node; node = node->next) {
        if (pdf_is(node, "numbers") ||
            (depth < DEPTH_MAX && has_numbers(node, depth + 1)))
            return true;
    }
    return false;
}

/* The tables of figures are printed only where `numbers` stands. */
static void
ids_collect(struct pdf *pdf, const xmlNode *parent, bool numbers, int depth)
{
    static const char *const targets[] = { "section", "finding", "step",
                                           "table",   "figure",  "line" };

    if (depth > DEPTH_MAX)
        return;
    for (const xmlNode *node = parent->children; node; node = node->next) {
        for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
            if (pdf_is(node, targets[i]))
                id_add(pdf, pdf_attribute(pdf, node, "id"));
        }
        if (node->type == XML_ELEMENT_NODE &&
            (numbers || !pdf_is(node, "figure")))
            ids_collect(pdf, node, numbers, depth + 1);
    }
}

static int
by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool
pdf_has_id(const struct pdf *pdf, const char *id)
{
    return pdf->id_count &&
           bsearch(&id, pdf->ids, pdf->id_count, sizeof(*pdf->ids), by_text);
}

void
pdf_ids_collect(struct pdf *pdf)
{
    ids_collect(pdf, pdf->root, has_numbers(pdf->root, 0), 0);
    if (pdf->id_count)
        qsort(pdf->ids, pdf->id_count, sizeof(*pdf->ids), by_text);
}
