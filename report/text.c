#include "report/text_lines.h"

#include "report/html.h"
#include "report/node.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 12

/* ------------------------------------------------------------------ inline */

void
text_add(struct text_out *text, struct buf *words, struct sv more)
{
    if (!buf_add(words, more))
        text->failed = true;
}

/* Collects inline content; what is long is cut here as everywhere. */
void
text_collect(struct text_out *text, const xmlNode *parent, struct buf *words,
             int depth)
{
    for (const xmlNode *node = parent ? parent->children : NULL;
         node && depth < DEPTH_MAX; node = node->next) {
        if (node->type == XML_TEXT_NODE) {
            text_add(text, words, sv_of((const char *)node->content));
        } else if (node_is(node, "v")) {
            struct buf whole = { 0 };
            struct sv head;

            if (!node_text(node, &whole))
                text->failed = true;
            head = layout_head(buf_sv(&whole));
            text_add(text, words, head);
            if (head.len < whole.len &&
                !buf_printf(words, " (+%zu)", whole.len - head.len))
                text->failed = true;
            buf_clear(&whole);
        } else if (node_is(node, "tag") || node_is(node, "cite")) {
            text_add(text, words, SV("["));
            text_collect(text, node, words, depth + 1);
            text_add(text, words, SV("]"));
        } else if (node->type == XML_ELEMENT_NODE) {
            text_collect(text, node, words, depth + 1);
        }
    }
}

void
text_line(struct text_out *text, struct sv first, const xmlNode *node)
{
    struct buf words = { 0 };

    text_collect(text, node, &words, 0);
    text_para(text, first, buf_sv(&words));
    buf_clear(&words);
}

static struct sv
word(const struct text_out *text, const char *id)
{
    const xmlNode *furniture = node_child(text->root, "furniture");

    for (const xmlNode *node = node_child(furniture, "word"); node;
         node = node_next(node, "word")) {
        if (node_attr_is(node, "id", id) && node->children)
            return sv_of((const char *)node->children->content);
    }
    return (struct sv){ NULL, 0 };
}

/* ------------------------------------------------------------------ blocks */

static void write_blocks(struct text_out *text, const xmlNode *parent,
                         int depth);

static void
block_para(struct text_out *text, const xmlNode *node, int depth)
{
    (void)depth;
    text_line(text, SV(""), node);
    text_blank(text);
}

static void
block_quote(struct text_out *text, const xmlNode *node, int depth)
{
    (void)depth;
    text_line(text, SV("> "), node);
    text_blank(text);
}

static void
numbered(struct text_out *text, int64_t number, const xmlNode *node)
{
    struct buf first = { 0 };

    if (!buf_printf(&first, "%lld. ", (long long)number))
        text->failed = true;
    text_line(text, buf_sv(&first), node);
    buf_clear(&first);
}

static void
block_list(struct text_out *text, const xmlNode *node, int depth)
{
    int64_t number = 0;

    (void)depth;
    for (const xmlNode *item = node_child(node, "item"); item;
         item = node_next(item, "item")) {
        if (node_attr_is(node, "kind", "number"))
            numbered(text, ++number, item);
        else
            text_line(text, SV("- "), item);
    }
    text_blank(text);
}

/* "label: value (note)", all labels one under the other. */
static void
block_facts(struct text_out *text, const xmlNode *node, int depth)
{
    (void)depth;
    for (const xmlNode *fact = node_child(node, "fact"); fact;
         fact = node_next(fact, "fact")) {
        struct buf words = { 0 };

        text_collect(text, node_child(fact, "label"), &words, 0);
        text_add(text, &words, SV(": "));
        text_collect(text, node_child(fact, "value"), &words, 0);
        if (node_child(fact, "note")) {
            text_add(text, &words, SV(" ("));
            text_collect(text, node_child(fact, "note"), &words, 0);
            text_add(text, &words, SV(")"));
        }
        text_para(text, SV("- "), buf_sv(&words));
        buf_clear(&words);
    }
    text_blank(text);
}

static void
block_callout(struct text_out *text, const xmlNode *node, int depth)
{
    text_rule(text, '-', TEXT_COLUMNS);
    if (node_child(node, "heading"))
        text_line(text, SV(""), node_child(node, "heading"));
    write_blocks(text, node, depth + 1);
    text_rule(text, '-', TEXT_COLUMNS);
    text_blank(text);
}

static void
block_weighing(struct text_out *text, const xmlNode *node, int depth)
{
    (void)depth;
    for (const xmlNode *reason = node_child(node, "reason"); reason;
         reason = node_next(reason, "reason")) {
        struct buf words = { 0 };
        const char *side = node_attr_is(reason, "for", "yes")  ? "yes"
                           : node_attr_is(reason, "for", "no") ? "no"
                                                               : "missing";

        text_add(text, &words, word(text, side));
        text_add(text, &words, SV(": "));
        text_collect(text, reason, &words, 0);
        if (node_attr(reason, "weight").len > 0) {
            text_add(text, &words, SV(" "));
            text_add(text, &words, node_attr(reason, "weight"));
        }
        text_para(text, SV("- "), buf_sv(&words));
        buf_clear(&words);
    }
    text_blank(text);
}

static void
block_command(struct text_out *text, const xmlNode *node, int depth)
{
    struct buf line = { 0 };
    struct sv kind = node_attr(node, "effect");
    struct sv effect = word(text, kind.len > 0 ? kind.at : "");
    struct sv rest;

    (void)depth;
    if (!node_text(node, &line))
        text->failed = true;
    if (effect.len > 0)
        text_para(text, SV(""), effect);
    text->indent += 4;
    rest = buf_sv(&line);
    do {
        text_raw(text, sv_cut(&rest, '\n'));
    } while (rest.len > 0);
    text->indent -= 4;
    text_blank(text);
    buf_clear(&line);
}

static void
block_checklist(struct text_out *text, const xmlNode *node, int depth)
{
    for (const xmlNode *step = node_child(node, "step"); step;
         step = node_next(step, "step")) {
        text_line(text,
                  node_attr_is(step, "done", "true") ? SV("[x] ") : SV("[ ] "),
                  node_child(step, "heading"));
        text->indent += 4;
        write_blocks(text, step, depth + 1);
        text->indent -= 4;
        text_blank(text);
    }
}

static void
block_lines(struct text_out *text, const xmlNode *node, int depth)
{
    (void)depth;
    for (const xmlNode *line = node_child(node, "line"); line;
         line = node_next(line, "line")) {
        struct buf words = { 0 };
        struct buf whole = { 0 };
        struct sv head;

        if (node_attr(line, "id").len > 0 &&
            !buf_printf(&words, SV_FMT " ", SV_ARG(node_attr(line, "id"))))
            text->failed = true;
        if (!buf_printf(&words, SV_FMT ":" SV_FMT,
                        SV_ARG(node_attr(line, "evidence")),
                        SV_ARG(node_attr(line, "no"))) ||
            !node_text(line, &whole))
            text->failed = true;
        text_raw(text, buf_sv(&words));
        text->indent += 2;
        head = layout_head(buf_sv(&whole));
        text_raw(text, head);
        text->indent -= 2;
        buf_clear(&words);
        buf_clear(&whole);
    }
    text_blank(text);
}

static void
block_lane(struct text_out *text, const xmlNode *node, int depth)
{
    (void)depth;
    for (const xmlNode *event = node_child(node, "event"); event;
         event = node_next(event, "event"))
        text_line(text, SV("- "), event);
    text_blank(text);
}

/* ----------------------------------------------------------------- figures */

static void
block_table(struct text_out *text, const xmlNode *node, int depth)
{
    (void)depth;
    text_table(text, node);
}

/* A chart is its caption and the words that say what it shows. */
static void
block_figure(struct text_out *text, const xmlNode *node, int depth)
{
    (void)depth;
    text_line(text, SV(""), node_child(node, "caption"));
    text_line(text, SV("  "), node_child(node, "alt"));
    text_blank(text);
}

static void
write_numbers(struct text_out *text, const xmlNode *parent, int depth)
{
    for (const xmlNode *node = node_child(parent, NULL);
         node && depth < DEPTH_MAX; node = node_next(node, NULL)) {
        if (node_is(node, "figure") && node_child(node, "table"))
            text_table(text, node_child(node, "table"));
        else
            write_numbers(text, node, depth + 1);
    }
}

static void
block_numbers(struct text_out *text, const xmlNode *node, int depth)
{
    (void)node;
    (void)depth;
    write_numbers(text, text->root, 0);
}

/* ---------------------------------------------------------------- sections */

static void
heading(struct text_out *text, const xmlNode *parent, char rule)
{
    struct buf first = { 0 };
    struct buf words = { 0 };
    struct sv number = node_attr(parent, "number");

    if (number.len > 0 && !buf_printf(&first, SV_FMT " ", SV_ARG(number)))
        text->failed = true;
    text_collect(text, node_child(parent, "heading"), &words, 0);
    text_blank(text);
    text_para(text, buf_sv(&first), buf_sv(&words));
    if (rule)
        text_rule(text, rule,
                  text_columns(buf_sv(&first)) + text_columns(buf_sv(&words)));
    text_blank(text);
    buf_clear(&first);
    buf_clear(&words);
}

static void
block_finding(struct text_out *text, const xmlNode *node, int depth)
{
    heading(text, node, '-');
    write_blocks(text, node, depth + 1);
}

static void
block_section(struct text_out *text, const xmlNode *node, int depth)
{
    heading(text, node, depth == 0 ? '=' : depth == 1 ? '-' : '\0');
    write_blocks(text, node, depth + 1);
}

static void
block_lead(struct text_out *text, const xmlNode *node, int depth)
{
    for (const xmlNode *child = node_child(node, "para"); child;
         child = node_next(child, "para"))
        text_line(text, SV(""), child);
    (void)depth;
    text_blank(text);
}

static const struct block_row {
    const char *name;
    void (*write)(struct text_out *, const xmlNode *, int depth);
} blocks[] = {
    { "para", block_para },           { "list", block_list },
    { "quote", block_quote },         { "lead", block_lead },
    { "facts", block_facts },         { "callout", block_callout },
    { "finding", block_finding },     { "weighing", block_weighing },
    { "checklist", block_checklist }, { "command", block_command },
    { "table", block_table },         { "figure", block_figure },
    { "numbers", block_numbers },     { "lines", block_lines },
    { "lane", block_lane },           { "section", block_section },
};

static void
write_block(struct text_out *text, const xmlNode *node, int depth)
{
    for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
        if (node_is(node, blocks[i].name) && depth < DEPTH_MAX)
            blocks[i].write(text, node, depth);
    }
}

static void
write_blocks(struct text_out *text, const xmlNode *parent, int depth)
{
    for (const xmlNode *node = node_child(parent, NULL); node;
         node = node_next(node, NULL))
        write_block(text, node, depth);
}

/* -------------------------------------------------------------------- text */

static void
write_head(struct text_out *text)
{
    struct buf words = { 0 };
    struct sv label = node_attr(text->root, "label");
    struct sv number = node_attr(text->root, "case");

    if (label.len > 0 && !buf_printf(&words, SV_FMT "  ", SV_ARG(label)))
        text->failed = true;
    if (number.len > 0 &&
        !buf_printf(&words, SV_FMT " " SV_FMT "  ", SV_ARG(word(text, "case")),
                    SV_ARG(number)))
        text->failed = true;
    text_add(text, &words, node_attr(text->root, "title"));
    text_para(text, SV(""), buf_sv(&words));
    buf_clear(&words);
}

static void
write_foot(struct text_out *text)
{
    struct sv digest = node_attr(text->root, "digest");
    struct buf words = { 0 };

    for (const xmlNode *node =
             node_child(node_child(text->root, "brand"), "contact");
         node; node = node_next(node, "contact"))
        text_line(text, SV(""), node);
    if (!buf_printf(&words, SV_FMT " " SV_FMT, SV_ARG(word(text, "digest")),
                    SV_ARG(digest)))
        text->failed = true;
    text_blank(text);
    text_para(text, SV(""), buf_sv(&words));
    buf_clear(&words);
}

static size_t
chars_count(struct sv text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
    return count;
}

/* The document with the last `dropped` blocks of all but the last section
 * left out. */
static void
write_short(struct text_out *text, size_t dropped)
{
    size_t total = 0;
    size_t done = 0;
    const xmlNode *first = node_child(text->root, "section");

    for (const xmlNode *section = first; node_next(section, "section");
         section = node_next(section, "section"))
        total += text_count_children(section, NULL) - 1;
    write_head(text);
    for (const xmlNode *section = first; section;
         section = node_next(section, "section")) {
        bool last = !node_next(section, "section");

        if (last && dropped > 0)
            text_para(text, SV(""), word(text, "shortened"));
        if (last || done + dropped < total)
            heading(text, section, '\0');
        for (const xmlNode *node = node_child(section, NULL); node;
             node = node_next(node, NULL)) {
            if (node_is(node, "heading"))
                continue;
            if (last || done + dropped < total)
                write_block(text, node, 1);
            done++;
        }
    }
    write_foot(text);
}

static void
write_whole(struct text_out *text)
{
    write_head(text);
    write_blocks(text, text->root, 0);
    write_foot(text);
}

enum status
text_render(const xmlDoc *document, size_t max_chars, struct buf *ret_text,
            struct fault *fault)
{
    const xmlNode *root = xmlDocGetRootElement(document);
    size_t start = ret_text->len;
    size_t blocks_in_all = 0;
    struct text_out text = { .out = ret_text, .root = root, .blank = true };

    (void)fault;
    if (max_chars == 0) {
        write_whole(&text);
        return text.failed ? STATUS_NOMEM : STATUS_OK;
    }
    for (const xmlNode *section = node_child(root, "section"); section;
         section = node_next(section, "section"))
        blocks_in_all += text_count_children(section, NULL);
    for (size_t dropped = 0; dropped <= blocks_in_all; dropped++) {
        if (ret_text->at)
            ret_text->at[start] = '\0';
        ret_text->len = start;
        text.blank = true;
        write_short(&text, dropped);
        if (text.failed)
            return STATUS_NOMEM;
        if (chars_count(sv_drop(buf_sv(ret_text), start)) <= max_chars)
            break;
    }
    return STATUS_OK;
}
