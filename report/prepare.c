#include "report/document.h"

#include "report/node.h"

#include <stdlib.h>

#define DEPTH_MAX 64
#define PRINCIPALS_MAX 200 /* that an outline sees; it shows far fewer */

struct cited { /* one citation of a claim or an event */
    xmlNode *node;
    int64_t evidence;
    int64_t line;
    size_t order; /* in the document */
    size_t first; /* order of the first citation of the same line */
    size_t number;
};

struct cited_list {
    struct cited *items;
    size_t count;
    size_t capacity;
};

static bool
attr_set(xmlNode *node, const char *name, const char *prefix, int64_t number)
{
    struct buf text = { 0 };
    bool ok = buf_printf(&text, "%s%lld", prefix, (long long)number) &&
              xmlSetProp(node, (const xmlChar *)name,
                         (const xmlChar *)text.at) != NULL;

    buf_clear(&text);
    return ok;
}

/* Finds every citation below `node`; those of a `citations` element count. */
static bool
citations_walk(xmlNode *node, struct cited_list *list, int depth)
{
    for (xmlNode *child = node_child(node, NULL); child && depth < DEPTH_MAX;
         child = node_next(child, NULL)) {
        int64_t evidence;
        int64_t line;

        if (!citations_walk(child, list, depth + 1))
            return false;
        if (!text_to_int(node_value(child, "evidence"), &evidence) ||
            !text_to_int(node_value(child, "line"), &line))
            continue;
        if (!attr_set(child, "e", "E", evidence + 1))
            return false;
        if (!node_is(child->parent, "citations"))
            continue;
        if (!array_reserve((void **)&list->items, &list->capacity,
                           list->count + 1, sizeof(*list->items)))
            return false;
        list->items[list->count] = (struct cited){ .node = child,
                                                   .evidence = evidence,
                                                   .line = line,
                                                   .order = list->count };
        list->count++;
    }
    return true;
}

static int
by_place(const void *left, const void *right)
{
    const struct cited *a = left;
    const struct cited *b = right;

    if (a->evidence != b->evidence)
        return a->evidence < b->evidence ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static int
by_order(const void *left, const void *right)
{
    const struct cited *a = left;
    const struct cited *b = right;

    return a->order < b->order ? -1 : a->order > b->order;
}

/* A line that is cited twice has one number, that of its first citation. */
static bool
citations_number(struct cited_list *list)
{
    struct cited *items = list->items;
    size_t number = 0;

    if (list->count == 0)
        return true;
    qsort(items, list->count, sizeof(*items), by_place);
    for (size_t i = 0; i < list->count; i++) {
        bool same = i > 0 && items[i].evidence == items[i - 1].evidence &&
                    items[i].line == items[i - 1].line;

        items[i].first = same ? items[i - 1].first : items[i].order;
    }
    qsort(items, list->count, sizeof(*items), by_order);
    for (size_t i = 0; i < list->count; i++) {
        bool first = items[i].first == i;

        items[i].number = first ? ++number : items[items[i].first].number;
        if (!attr_set(items[i].node, "l", "", (int64_t)items[i].number) ||
            (first && !xmlSetProp(items[i].node, (const xmlChar *)"first",
                                  (const xmlChar *)"yes")))
            return false;
    }
    return true;
}

static bool
files_number(xmlNode *root)
{
    int64_t number = 0;

    for (xmlNode *file = node_child(node_child(root, "evidence"), "file"); file;
         file = node_next(file, "file")) {
        if (!attr_set(file, "e", "E", ++number))
            return false;
    }
    return true;
}

/* --------------------------------------------------------------- the copy */

/* The first principals; of all together their number and messages. */
static bool
principals_copy(const xmlNode *from, xmlNode *to)
{
    int64_t total = 0;
    int64_t messages = 0;

    for (const xmlNode *node = node_child(from, "principal"); node;
         node = node_next(node, "principal")) {
        int64_t count;
        xmlNode *copy;

        if (text_to_int(node_value(node, "messages"), &count))
            messages += count;
        if (++total > PRINCIPALS_MAX)
            continue;
        copy = xmlDocCopyNode((xmlNode *)(uintptr_t)node, to->doc, 1);
        if (!copy || !xmlAddChild(to, copy))
            return false;
    }
    return attr_set(to, "total", "", total) &&
           attr_set(to, "messages", "", messages);
}

static bool
trimmed_copy(const xmlNode *from, xmlNode *to)
{
    for (const xmlNode *node = node_child(from, NULL); node;
         node = node_next(node, NULL)) {
        bool principals = node_is(node, "principals");
        bool within = node_is(node, "findings") || node_is(node, "finding");
        xmlNode *copy;

        if (node_is(node, "message_ids"))
            continue; /* reports show samples */
        copy = xmlDocCopyNode((xmlNode *)(uintptr_t)node, to->doc,
                              principals || within ? 2 : 1);
        if (!copy || !xmlAddChild(to, copy))
            return false;
        if (principals ? !principals_copy(node, copy)
                       : within && !trimmed_copy(node, copy))
            return false;
    }
    return true;
}

enum status
prepare_copy(const xmlDoc *casedoc, xmlDoc **ret_copy)
{
    xmlNode *root = xmlDocGetRootElement(casedoc);
    xmlDoc *copy = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *top = copy && root ? xmlDocCopyNode(root, copy, 2) : NULL;

    if (top)
        xmlDocSetRootElement(copy, top);
    if (!top || !trimmed_copy(root, top)) {
        xmlFreeDoc(copy);
        return STATUS_NOMEM;
    }
    *ret_copy = copy;
    return STATUS_OK;
}

enum status
prepare_case(xmlDoc *casedoc, const xmlDoc *const *extra, size_t extra_count)
{
    struct cited_list list = { NULL, 0, 0 };
    xmlNode *root = xmlDocGetRootElement(casedoc);
    bool ok = root && citations_walk(root, &list, 0) &&
              citations_number(&list) && files_number(root);

    for (size_t i = 0; ok && i < extra_count; i++) {
        xmlNode *copy;

        if (!extra[i])
            continue;
        copy = xmlDocCopyNode(xmlDocGetRootElement(extra[i]), casedoc, 1);
        ok = copy && xmlAddChild(root, copy);
    }
    free(list.items);
    return ok ? STATUS_OK : STATUS_NOMEM;
}
