#include "report/words_catalogue.h"

#include "report/node.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -------------------------------------------------------------- catalogues */

static int
message_cmp(const void *left, const void *right)
{
    const struct message *a = left;
    const struct message *b = right;
    int order = sv_cmp(a->id, b->id);

    if (order != 0)
        return order;
    return (a->layer > b->layer) - (a->layer < b->layer);
}

/* Line breaks and indents of the file are one space each in a sentence. */
static void
text_collapse(xmlNode *text, bool *at_start)
{
    char *bytes = (char *)text->content;
    size_t kept = 0;

    for (size_t i = 0; bytes && bytes[i] != '\0'; i++) {
        bool space = bytes[i] == ' ' || bytes[i] == '\n' || bytes[i] == '\t';

        if (space && *at_start)
            continue;
        bytes[kept++] = space ? ' ' : bytes[i];
        *at_start = space;
    }
    if (bytes)
        bytes[kept] = '\0';
}

static void
message_collapse(xmlNode *node, bool *at_start)
{
    for (xmlNode *child = node->children; child; child = child->next) {
        if (child->type == XML_TEXT_NODE)
            text_collapse(child, at_start);
        else if (node_is(child, "one") || node_is(child, "few") ||
                 node_is(child, "many") || node_is(child, "other"))
            message_collapse(child, &(bool){ true });
        else if (child->type == XML_ELEMENT_NODE)
            message_collapse(child, at_start);
    }
    /* and none at the end */
    if (node->last && node->last->type == XML_TEXT_NODE && *at_start) {
        char *bytes = (char *)node->last->content;
        size_t len = bytes ? strlen(bytes) : 0;

        if (len > 0 && bytes[len - 1] == ' ' && !node_is(node, "em"))
            bytes[len - 1] = '\0';
    }
}

static enum status
layer_add(struct words *words, const struct templates *templates,
          const char *folder, const char *lang, struct fault *fault)
{
    struct buf name = { 0 };
    enum status status = STATUS_NOMEM;
    xmlDoc *doc = NULL;
    xmlNode *root;

    if (!buf_printf(&name, "%s:/words/%s.xml", folder, lang))
        goto out;
    status = STATUS_OK;
    if (!templates_has(templates, name.at))
        goto out;
    status = templates_parse(templates, name.at, &doc, fault);
    if (status != STATUS_OK)
        goto out;
    root = xmlDocGetRootElement(doc);
    if (!node_is(root, "words")) {
        status = fault_set(fault, STATUS_DAMAGED,
                           "%s: not a catalogue of words", name.at);
        goto out;
    }
    words->layers[words->layer_count] = doc;
    doc = NULL;
    status = STATUS_NOMEM;
    for (xmlNode *node = node_child(root, "msg"); node;
         node = node_next(node, "msg")) {
        if (!array_reserve((void **)&words->messages, &words->message_capacity,
                           words->message_count + 1, sizeof(struct message)))
            goto out;
        message_collapse(node, &(bool){ true });
        words->messages[words->message_count++] =
            (struct message){ node_attr(node, "id"), node, words->layer_count };
    }
    status = STATUS_OK;
out:
    if (words->layers[words->layer_count])
        words->layer_count++;
    xmlFreeDoc(doc);
    buf_clear(&name);
    return status;
}

/* ---------------------------------------------- what a brand may reword */

/* Is {name} a place of this sentence? */
static bool
place_exists(const struct buf *sentence, struct sv place)
{
    struct sv rest = buf_sv(sentence);
    ptrdiff_t at;

    while ((at = sv_find(rest, place)) >= 0) {
        rest = sv_drop(rest, (size_t)at + place.len);
        if (rest.len && rest.at[0] == '}')
            return true;
    }
    return false;
}

static enum status
places_check(const struct message *own, const struct message *ours,
             const char *lang, struct fault *fault)
{
    struct buf own_text = { 0 };
    struct buf our_text = { 0 };
    enum status status = STATUS_NOMEM;
    struct sv rest;
    ptrdiff_t at;

    if (!node_text(own->node, &own_text) || !node_text(ours->node, &our_text))
        goto out;
    status = STATUS_OK;
    rest = buf_sv(&own_text);
    while (status == STATUS_OK && (at = sv_find_char(rest, '{')) >= 0) {
        struct sv place = sv_drop(rest, (size_t)at);

        rest = sv_drop(place, 1);
        place.len -= rest.len;
        place.len += sv_cut(&rest, '}').len;
        if (!place_exists(&our_text, place))
            status = fault_set(fault, STATUS_USAGE,
                               "brand:/words/%s.xml:%ld: \"" SV_FMT
                               "\" has no value " SV_FMT "}",
                               lang, xmlGetLineNo(own->node), SV_ARG(own->id),
                               SV_ARG(place));
    }
out:
    buf_clear(&own_text);
    buf_clear(&our_text);
    return status;
}

/*
 * A sentence of the brand's that no outline asks for is a slip, and so is a
 * value that the sentence is not given. Own outlines may have own sentences.
 * The messages are sorted: the brand's layer comes first.
 */
static enum status
brand_check(const struct words *words, bool own_outlines, const char *lang,
            struct fault *fault)
{
    for (size_t i = 0; i < words->message_count; i++) {
        const struct message *own = &words->messages[i];
        const struct message *ours = own + 1;
        bool known = i + 1 < words->message_count && sv_eq(own->id, ours->id);
        enum status status = STATUS_OK;

        if (own->layer != 0)
            continue;
        if (known && ours->layer != 0)
            status = places_check(own, ours, lang, fault);
        else if (known)
            status = fault_set(fault, STATUS_USAGE,
                               "brand:/words/%s.xml:%ld: \"" SV_FMT
                               "\" is there twice",
                               lang, xmlGetLineNo(ours->node), SV_ARG(own->id));
        else if (!own_outlines)
            status = fault_set(fault, STATUS_USAGE,
                               "brand:/words/%s.xml:%ld: there is no sentence "
                               "\"" SV_FMT "\" to be reworded",
                               lang, xmlGetLineNo(own->node), SV_ARG(own->id));
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static bool
has_own_outlines(const struct templates *templates)
{
    static const char *const names[] = { "investigator", "customer", "ticket",
                                         "recheck" };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char name[64];
        int len =
            snprintf(name, sizeof(name), "brand:/outline/%s.xsl", names[i]);

        if (len > 0 && templates_has(templates, name))
            return true;
    }
    return false;
}

static void
format_read(struct words *words)
{
    struct words_format *format = &words->format;

    /* The innermost layer is English and has them all. */
    for (size_t i = words->layer_count; i-- > 0;) {
        const xmlNode *root = xmlDocGetRootElement(words->layers[i]);
        const xmlNode *node = node_child(root, "format");
        const struct {
            const char *name;
            struct sv *to;
        } rows[] = {
            { "group", &format->group },   { "decimal", &format->decimal },
            { "second", &format->second }, { "minute", &format->minute },
            { "day", &format->day },       { "clock", &format->clock },
            { "units", &format->units },   { "unknown", &format->unknown },
        };

        for (size_t k = 0; node && k < sizeof(rows) / sizeof(rows[0]); k++) {
            struct sv value = node_attr(node, rows[k].name);

            if (value.len > 0)
                *rows[k].to = value;
        }
    }
}

static bool
lang_valid(const char *lang)
{
    size_t len = strlen(lang);

    return len >= 2 && len < 16 &&
           strspn(lang, "abcdefghijklmnopqrstuvwxyz"
                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ-") == len;
}

static enum status
layers_read(struct words *words, const struct templates *templates,
            const char *lang, struct fault *fault)
{
    enum status status = layer_add(words, templates, "brand", lang, fault);

    if (status == STATUS_DAMAGED) /* the house's, not ours */
        status = STATUS_USAGE;
    words->branded = words->layer_count > 0;
    if (status == STATUS_OK && strcmp(lang, "en") != 0)
        status = layer_add(words, templates, "template", lang, fault);
    words->english = words->layer_count;
    if (status == STATUS_OK)
        status = layer_add(words, templates, "template", "en", fault);
    if (status == STATUS_OK && words->layer_count == words->english)
        status = fault_set(fault, STATUS_DAMAGED,
                           "the catalogue words/en.xml is missing");
    return status;
}

enum status
words_open(const struct templates *templates, const char *lang,
           struct words **ret_words, struct fault *fault)
{
    enum status status = STATUS_NOMEM;
    struct words *words = calloc(1, sizeof(*words));
    const xmlNode *root;
    struct sv dir;

    if (!words)
        goto out;
    if (!lang || !lang_valid(lang)) {
        status = fault_set(fault, STATUS_USAGE, "%s: not a language code",
                           lang ? lang : "");
        goto out;
    }
    status = layers_read(words, templates, lang, fault);
    if (status != STATUS_OK)
        goto out;
    if (words->message_count > 0)
        qsort(words->messages, words->message_count, sizeof(struct message),
              message_cmp);
    format_read(words);
    if (words->branded)
        status = brand_check(words, has_own_outlines(templates), lang, fault);
    if (status != STATUS_OK)
        goto out;
    root = xmlDocGetRootElement(words->layers[0]);
    dir = node_attr(root, "dir");
    memcpy(words->dir, sv_eq(dir, SV("rtl")) ? "rtl" : "ltr", 4);
    if (words->english == 0)
        lang = "en";
    memcpy(words->lang, lang, strlen(lang) + 1);

    *ret_words = words;
    words = NULL;
    status = STATUS_OK;
out:
    words_free(words);
    return status;
}

void
words_free(struct words *words)
{
    if (!words)
        return;
    for (size_t i = 0; i < words->layer_count; i++)
        xmlFreeDoc(words->layers[i]);
    free(words->messages);
    free(words->spans);
    free(words);
}

const char *
words_lang(const struct words *words)
{
    return words->lang;
}

const char *
words_dir(const struct words *words)
{
    return words->dir;
}

int64_t
words_fallbacks(const struct words *words)
{
    return words->fallbacks;
}

int64_t
words_missing(const struct words *words)
{
    return words->missing;
}

const xmlNode *
words_find(struct words *words, struct sv id)
{
    size_t low = 0;
    size_t high = words->message_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (sv_cmp(words->messages[middle].id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == words->message_count || !sv_eq(words->messages[low].id, id))
        return NULL;
    if (words->english > 0 && words->messages[low].layer >= words->english)
        words->fallbacks++;
    return words->messages[low].node;
}
