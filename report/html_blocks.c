/* One function a block of the vocabulary. */
#include "report/html_parts.h"

#include "report/chart.h"
#include "report/node.h"

#include <string.h>

#define SECTION_DEPTH_MAX 8

static void
open_class(struct page *page, const char *element, const char *class)
{
    html_open(page->html, element);
    if (class)
        html_attr(page->html, "class", sv_of(class));
}

/* class="prefix value" */
static void
open_kind(struct page *page, const char *element, const char *prefix,
          struct sv value)
{
    struct buf class = { 0 };

    if (!buf_printf(&class, "%s" SV_FMT, prefix, SV_ARG(value)))
        page->html->failed = true;
    html_open(page->html, element);
    html_attr(page->html, "class", buf_sv(&class));
    buf_clear(&class);
}

static void
attr_suffixed(struct page *page, const char *name, struct sv id,
              const char *suffix)
{
    struct buf text = { 0 };

    if (!buf_printf(&text, SV_FMT "%s", SV_ARG(id), suffix))
        page->html->failed = true;
    html_attr(page->html, name, buf_sv(&text));
    buf_clear(&text);
}

static void
open_link(struct page *page, struct sv id)
{
    struct buf to = { 0 };

    if (!buf_printf(&to, "#" SV_FMT, SV_ARG(id)))
        page->html->failed = true;
    html_open(page->html, "a");
    html_attr(page->html, "href", buf_sv(&to));
    buf_clear(&to);
}

static void
end(struct page *page)
{
    html_close(page->html);
    html_newline(page->html);
}

/* A wrapper that scrolls sideways, also by keyboard. Its name has the
 * section's in front, because captions come again in other sections. */
static void
open_scroll(struct page *page, const char *class, const char *role,
            struct sv id)
{
    struct buf names = { 0 };

    if (!buf_printf(&names, SV_FMT "-h " SV_FMT "-caption",
                    SV_ARG(page->section), SV_ARG(id)))
        page->html->failed = true;
    open_class(page, "div", class);
    html_attr(page->html, "role", sv_of(role));
    html_attr(page->html, "aria-labelledby", buf_sv(&names));
    html_attr(page->html, "tabindex", SV("0"));
    buf_clear(&names);
}

static void
element_inline(struct page *page, const char *element, const char *class,
               const xmlNode *node)
{
    open_class(page, element, class);
    page_inline(page, node);
    end(page);
}

/* ------------------------------------------------------------------- prose */

static void
block_para(struct page *page, const xmlNode *node, int level)
{
    (void)level;
    element_inline(page, "p", NULL, node);
}

static void
block_quote(struct page *page, const xmlNode *node, int level)
{
    (void)level;
    html_open(page->html, "blockquote");
    element_inline(page, "p", NULL, node);
    end(page);
}

static void
block_list(struct page *page, const xmlNode *node, int level)
{
    (void)level;
    html_open(page->html, node_attr_is(node, "kind", "number") ? "ol" : "ul");
    for (const xmlNode *item = node_child(node, "item"); item;
         item = node_next(item, "item"))
        element_inline(page, "li", NULL, item);
    end(page);
}

static void
block_lead(struct page *page, const xmlNode *node, int level)
{
    open_class(page, "div", "lead");
    page_blocks(page, node, level);
    end(page);
}

static void
block_facts(struct page *page, const xmlNode *node, int level)
{
    (void)level;
    open_class(page, "dl", "facts");
    for (const xmlNode *fact = node_child(node, "fact"); fact;
         fact = node_next(fact, "fact")) {
        html_open(page->html, "div");
        element_inline(page, "dt", NULL, node_child(fact, "label"));
        element_inline(page, "dd", "value", node_child(fact, "value"));
        if (node_child(fact, "note"))
            element_inline(page, "dd", "note", node_child(fact, "note"));
        end(page);
    }
    end(page);
}

static void
block_callout(struct page *page, const xmlNode *node, int level)
{
    open_kind(page, "div", "callout t-", node_attr(node, "kind"));
    if (node_child(node, "heading"))
        element_inline(page, "p", "boxtitle", node_child(node, "heading"));
    page_blocks(page, node, level);
    end(page);
}

/* --------------------------------------------------------------- reasoning */

static void
block_weighing(struct page *page, const xmlNode *node, int level)
{
    static const struct side {
        const char *code;
        const char *class;
    } sides[] = {
        { "yes", "tag t-critical" },
        { "no", "tag t-good" },
        { "missing", "tag t-plain" },
    };

    (void)level;
    open_class(page, "ul", "weighing");
    for (const xmlNode *reason = node_child(node, "reason"); reason;
         reason = node_next(reason, "reason")) {
        struct sv weight = node_attr(reason, "weight");

        html_open(page->html, "li");
        open_class(page, "div", "side");
        for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
            if (node_attr_is(reason, "for", sides[i].code))
                html_element(page->html, "span", sides[i].class,
                             page_word(page, sides[i].code));
        }
        if (weight.len > 0)
            html_element(page->html, "span", "weight", weight);
        html_close(page->html);
        open_class(page, "div", NULL);
        page_inline(page, reason);
        html_close(page->html);
        end(page);
    }
    end(page);
}

static void
block_command(struct page *page, const xmlNode *node, int level)
{
    struct sv effect = node_attr(node, "effect");
    struct buf code = { 0 };

    (void)level;
    if (!buf_printf(&code, SV_FMT, SV_ARG(effect)))
        page->html->failed = true;
    open_kind(page, "div", "cmd e-", effect);
    html_element(page->html, "span", "effect",
                 page_word(page, code.at ? code.at : ""));
    html_open(page->html, "pre");
    html_open(page->html, "code");
    page_plain(page, node);
    html_close(page->html);
    html_close(page->html);
    end(page);
    buf_clear(&code);
}

static void
write_step(struct page *page, const xmlNode *step, int level)
{
    struct html *html = page->html;
    struct sv id = node_attr(step, "id");

    open_class(page, "li", "step");
    html_attr(html, "id", id);
    open_class(page, "div", "steptitle");
    html_open(html, "input");
    html_attr(html, "type", SV("checkbox"));
    attr_suffixed(page, "id", id, "-box");
    if (node_attr_is(step, "done", "true"))
        html_attr(html, "checked", SV(""));
    html_close(html);
    html_open(html, "label");
    attr_suffixed(page, "for", id, "-box");
    page_inline(page, node_child(step, "heading"));
    html_close(html);
    end(page);
    page_blocks(page, step, level);
    end(page);
}

static void
block_checklist(struct page *page, const xmlNode *node, int level)
{
    open_class(page, "ol", "steps");
    html_newline(page->html);
    for (const xmlNode *step = node_child(node, "step"); step;
         step = node_next(step, "step"))
        write_step(page, step, level);
    end(page);
}

/* ------------------------------------------------------------------ tables */

static const char *
column_class(const xmlNode *column)
{
    if (node_attr_is(column, "type", "num"))
        return "num";
    if (node_attr_is(column, "type", "time"))
        return "time";
    if (node_attr_is(column, "type", "id"))
        return "id";
    return NULL;
}

static void
write_row(struct page *page, const xmlNode *table, const xmlNode *row)
{
    const xmlNode *column = node_child(table, "column");
    bool first = true;

    html_open(page->html, "tr");
    for (const xmlNode *cell = node_child(row, "cell"); cell;
         cell = node_next(cell, "cell")) {
        open_class(page, first ? "th" : "td", column_class(column));
        if (first)
            html_attr(page->html, "scope", SV("row"));
        page_inline(page, cell);
        html_close(page->html);
        column = node_next(column, "column");
        first = false;
    }
    end(page);
}

static void
block_table(struct page *page, const xmlNode *node, int level)
{
    struct html *html = page->html;
    struct sv id = node_attr(node, "id");

    (void)level;
    open_scroll(page, "scroll", "region", id);
    html_open(html, "table");
    html_attr(html, "id", id);
    html_open(html, "caption");
    attr_suffixed(page, "id", id, "-caption");
    page_inline(page, node_child(node, "caption"));
    end(page);
    html_open(html, "thead");
    html_open(html, "tr");
    for (const xmlNode *column = node_child(node, "column"); column;
         column = node_next(column, "column")) {
        open_class(page, "th", column_class(column));
        html_attr(html, "scope", SV("col"));
        page_inline(page, column);
        html_close(html);
    }
    html_close(html);
    end(page);
    html_open(html, "tbody");
    html_newline(html);
    for (const xmlNode *row = node_child(node, "row"); row;
         row = node_next(row, "row"))
        write_row(page, node, row);
    html_close(html);
    html_close(html);
    end(page);
    if (node_child(node, "note"))
        element_inline(page, "p", "note", node_child(node, "note"));
}

/* ----------------------------------------------------------------- figures */

/* Our own words of a caption: a stranger's never become a title. */
static bool
own_text(const xmlNode *node, struct buf *out, int depth)
{
    for (const xmlNode *child = node->children; child; child = child->next) {
        if (child->type == XML_TEXT_NODE &&
            !buf_add(out, sv_of((const char *)child->content)))
            return false;
        if (child->type == XML_ELEMENT_NODE && !node_is(child, "v") &&
            depth < SECTION_DEPTH_MAX && !own_text(child, out, depth + 1))
            return false;
    }
    return true;
}

static void
write_chart(struct page *page, const xmlNode *figure)
{
    struct chart chart = { 0 };
    struct buf id = { 0 };
    struct buf title = { 0 };
    struct buf alt = { 0 };
    enum status status = chart_init(&chart, node_child(figure, "chart"), NULL);

    if (status == STATUS_OK &&
        !(buf_add(&id, node_attr(figure, "id")) &&
          own_text(node_child(figure, "caption"), &title, 0) &&
          node_text(node_child(figure, "alt"), &alt)))
        status = STATUS_NOMEM;
    if (status == STATUS_OK)
        chart_write_svg(&chart, page->html, id.at ? id.at : "",
                        title.at ? title.at : "", alt.at ? alt.at : "");
    else if (page->status == STATUS_OK)
        page->status = status;
    chart_clear(&chart);
    buf_clear(&id);
    buf_clear(&title);
    buf_clear(&alt);
}

static void
block_figure(struct page *page, const xmlNode *node, int level)
{
    struct html *html = page->html;
    struct sv id = node_attr(node, "id");

    html_open(html, "figure");
    html_attr(html, "id", id);
    html_open(html, "figcaption");
    attr_suffixed(page, "id", id, "-caption");
    page_inline(page, node_child(node, "caption"));
    end(page);
    open_scroll(page, "scroll chart", "group", id);
    write_chart(page, node);
    end(page);
    if (node_child(node, "table")) {
        html_open(html, "details");
        html_attr(html, "class", SV("data"));
        html_element(html, "summary", NULL, page_word(page, "numbers"));
        block_table(page, node_child(node, "table"), level);
        end(page);
    }
    end(page);
}

/* Links to the figures' own tables, which stand closed below them. */
static void
write_numbers(struct page *page, const xmlNode *node, int depth)
{
    for (const xmlNode *child = node_child(node, NULL);
         child && depth < SECTION_DEPTH_MAX; child = node_next(child, NULL)) {
        if (!node_is(child, "figure") || !node_child(child, "table")) {
            write_numbers(page, child, depth + 1);
            continue;
        }
        html_open(page->html, "li");
        open_link(page, node_attr(child, "id"));
        page_plain(page, node_child(child, "caption"));
        html_close(page->html);
        end(page);
    }
}

static void
block_numbers(struct page *page, const xmlNode *node, int level)
{
    (void)node;
    (void)level;
    html_open(page->html, "ul");
    write_numbers(page, page->root, 0);
    end(page);
}

/* --------------------------------------------------------------- log lines */

static void
block_lines(struct page *page, const xmlNode *node, int level)
{
    struct html *html = page->html;

    (void)level;
    open_class(page, "ul", "lines");
    html_newline(html);
    for (const xmlNode *line = node_child(node, "line"); line;
         line = node_next(line, "line")) {
        struct sv id = node_attr(line, "id");

        html_open(html, "li");
        if (id.len > 0)
            html_attr(html, "id", id);
        open_class(page, "span", "at");
        if (id.len > 0) {
            html_element(html, "b", NULL, id);
            html_text(html, SV(" "));
        }
        html_text(html, node_attr(line, "evidence"));
        html_text(html, SV(":"));
        html_text(html, node_attr(line, "no"));
        html_close(html);
        html_text(html, SV(" "));
        page_untrusted(page, line, "m");
        end(page);
    }
    end(page);
}

static void
block_lane(struct page *page, const xmlNode *node, int level)
{
    (void)level;
    open_class(page, "ol", "lane");
    for (const xmlNode *event = node_child(node, "event"); event;
         event = node_next(event, "event")) {
        open_kind(page, "li", "ev-", node_attr(event, "kind"));
        page_inline(page, event);
        end(page);
    }
    end(page);
}

/* ---------------------------------------------------------------- sections */

void
page_heading(struct page *page, const xmlNode *parent, int level)
{
    static const char *const names[] = { "h1", "h2", "h3", "h4", "h5", "h6" };
    struct sv number = node_attr(parent, "number");

    html_open(page->html, names[level < 1 ? 0 : level > 6 ? 5 : level - 1]);
    attr_suffixed(page, "id", node_attr(parent, "id"), "-h");
    if (number.len > 0) {
        html_element(page->html, "span", "no", number);
        html_text(page->html, SV(" "));
    }
    page_inline(page, node_child(parent, "heading"));
    end(page);
}

static void
block_finding(struct page *page, const xmlNode *node, int level)
{
    struct sv outer = page->section;

    page->section = node_attr(node, "id");
    open_kind(page, "section", "finding sev-", node_attr(node, "severity"));
    html_attr(page->html, "id", node_attr(node, "id"));
    attr_suffixed(page, "aria-labelledby", node_attr(node, "id"), "-h");
    html_newline(page->html);
    page_heading(page, node, level);
    page_blocks(page, node, level + 1);
    end(page);
    page->section = outer;
}

void
page_section(struct page *page, const xmlNode *section, int level)
{
    struct sv id = node_attr(section, "id");
    bool front = node_attr_is(section, "kind", "front");
    int heading = front ? 1 : level + 1;
    struct sv outer = page->section;

    if (level > SECTION_DEPTH_MAX)
        return;
    page->section = id;
    open_kind(page, "section", "", node_attr(section, "kind"));
    html_attr(page->html, "id", id);
    if (level == 1) /* a landmark; those within repeat each other's names */
        attr_suffixed(page, "aria-labelledby", id, "-h");
    html_newline(page->html);
    page_heading(page, section, heading);
    page_blocks(page, section, heading + 1);
    end(page);
    page->section = outer;
}

static void
block_section(struct page *page, const xmlNode *node, int level)
{
    page_section(page, node, level - 1);
}

static const struct block_row {
    const char *name;
    void (*write)(struct page *, const xmlNode *, int level);
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

void
page_blocks(struct page *page, const xmlNode *parent, int level)
{
    for (const xmlNode *node = node_child(parent, NULL); node;
         node = node_next(node, NULL)) {
        for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
            if (node_is(node, blocks[i].name))
                blocks[i].write(page, node, level);
        }
    }
}
