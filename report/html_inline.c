/* Text with links, marks and strangers' words in it. */
#include "report/html_parts.h"

#include "report/html.h"
#include "report/node.h"

struct sv
layout_head(struct sv text)
{
    size_t len = LAYOUT_MAX_BYTES;

    if (text.len <= len)
        return text;
    while (len > 0 && ((unsigned char)text.at[len] & 0xc0) == 0x80)
        len--;
    return sv_head(text, len);
}

struct sv
page_word(const struct page *page, const char *id)
{
    const xmlNode *furniture = node_child(page->root, "furniture");

    for (const xmlNode *word = node_child(furniture, "word"); word;
         word = node_next(word, "word")) {
        if (node_attr_is(word, "id", id))
            return word->children ? sv_of((const char *)word->children->content)
                                  : (struct sv){ NULL, 0 };
    }
    return (struct sv){ NULL, 0 };
}

void
page_plain(struct page *page, const xmlNode *node)
{
    struct buf text = { 0 };

    if (!node_text(node, &text))
        page->html->failed = true;
    html_text(page->html, buf_sv(&text));
    buf_clear(&text);
}

/* Is it [U+202E] at the front? Gives its length, brackets and all. */
static size_t
mark_length(struct sv text)
{
    struct sv rest = text;
    ptrdiff_t end;

    if (!sv_skip_prefix(&rest, SV("[U+")))
        return 0;
    end = sv_find_char(sv_head(rest, 7), ']');
    if (end < 4)
        return 0;
    for (ptrdiff_t i = 0; i < end; i++) {
        char byte = rest.at[i];

        if (!((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'F')))
            return 0;
    }
    return (size_t)end + 4;
}

/* Characters that would not be seen stand as boxed names. */
static void
write_marked(struct page *page, struct sv text)
{
    struct html *html = page->html;

    while (text.len > 0) {
        ptrdiff_t at = sv_find(text, SV("[U+"));
        size_t len;

        if (at < 0) {
            html_text(html, text);
            return;
        }
        len = mark_length(sv_drop(text, (size_t)at));
        if (len == 0) { /* a bracket of the text's own */
            html_text(html, sv_head(text, (size_t)at + 1));
            text = sv_drop(text, (size_t)at + 1);
            continue;
        }
        html_text(html, sv_head(text, (size_t)at));
        html_open(html, "abbr");
        html_attr(html, "class", SV("u"));
        html_attr(html, "title", page_word(page, "mark"));
        html_text(html, (struct sv){ text.at + at + 1, len - 2 });
        html_close(html);
        text = sv_drop(text, (size_t)at + len);
    }
}

/* Strangers' words: isolated, marked, and not endless. */
void
page_untrusted(struct page *page, const xmlNode *node, const char *class)
{
    struct buf text = { 0 };
    struct sv whole;
    struct sv head;

    if (!node_text(node, &text))
        page->html->failed = true;
    whole = buf_sv(&text);
    head = layout_head(whole);
    html_open(page->html, "bdi");
    html_attr(page->html, "class", sv_of(class));
    if (node_is(node, "line")) /* so that <= and => stay as they are */
        html_attr(page->html, "dir", SV("ltr"));
    write_marked(page, head);
    html_close(page->html);
    if (head.len < whole.len) {
        html_text(page->html, SV(" "));
        html_open(page->html, "span");
        html_attr(page->html, "class", SV("cut"));
        html_text(page->html, SV("+"));
        buf_clear(&text);
        if (!buf_printf(&text, "%zu ", whole.len - head.len))
            page->html->failed = true;
        html_text(page->html, buf_sv(&text));
        html_text(page->html, page_word(page, "more_bytes"));
        html_close(page->html);
    }
    buf_clear(&text);
}

static void
inline_v(struct page *page, const xmlNode *node)
{
    bool prose = node_attr_is(node, "kind", "subject") ||
                 node_attr_is(node, "kind", "text");

    page_untrusted(page, node, prose ? "m p" : "m");
}

static void
inline_time(struct page *page, const xmlNode *node)
{
    struct sv at = node_attr(node, "at");

    if (at.len == 0) { /* unknown: a dash, which is no time */
        page_plain(page, node);
        return;
    }
    html_open(page->html, "time");
    html_attr(page->html, "datetime", at);
    page_plain(page, node);
    html_close(page->html);
}

static void
inline_em(struct page *page, const xmlNode *node)
{
    html_open(page->html, "strong");
    page_inline(page, node);
    html_close(page->html);
}

static void
inline_code(struct page *page, const xmlNode *node)
{
    html_open(page->html, "code");
    page_plain(page, node);
    html_close(page->html);
}

static void
inline_tag(struct page *page, const xmlNode *node)
{
    struct buf class = { 0 };

    if (!buf_printf(&class, "tag t-" SV_FMT, SV_ARG(node_attr(node, "kind"))))
        page->html->failed = true;
    html_open(page->html, "span");
    html_attr(page->html, "class", buf_sv(&class));
    page_plain(page, node);
    html_close(page->html);
    buf_clear(&class);
}

static void
inline_link(struct page *page, const xmlNode *node)
{
    struct buf to = { 0 };

    if (!buf_printf(&to, "#" SV_FMT, SV_ARG(node_attr(node, "to"))))
        page->html->failed = true;
    html_open(page->html, "a");
    if (node_is(node, "cite"))
        html_attr(page->html, "class", SV("cite"));
    html_attr(page->html, "href", buf_sv(&to));
    page_inline(page, node);
    html_close(page->html);
    buf_clear(&to);
}

static const struct inline_row {
    const char *name;
    void (*write)(struct page *, const xmlNode *);
} inlines[] = {
    { "v", inline_v },       { "time", inline_time },
    { "num", page_plain },   { "duration", page_plain },
    { "bytes", page_plain }, { "percent", page_plain },
    { "em", inline_em },     { "code", inline_code },
    { "ref", inline_link },  { "cite", inline_link },
    { "tag", inline_tag },
};

void
page_inline(struct page *page, const xmlNode *parent)
{
    for (const xmlNode *node = parent ? parent->children : NULL; node;
         node = node->next) {
        if (node->type == XML_TEXT_NODE)
            html_text(page->html, sv_of((const char *)node->content));
        for (size_t i = 0; i < sizeof(inlines) / sizeof(inlines[0]); i++) {
            if (node_is(node, inlines[i].name))
                inlines[i].write(page, node);
        }
    }
}
