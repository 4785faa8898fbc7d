#include "report/html_writer.h"

#include <string.h>

static void
put(struct html *html, struct sv text)
{
    if (html->failed || !buf_add(html->out, text))
        html->failed = true;
}

static void
put_escaped(struct html *html, struct sv text)
{
    static const struct escape {
        char byte;
        struct sv text;
    } escapes[] = {
        { '&', { SV_LIT("&amp;") } },  { '<', { SV_LIT("&lt;") } },
        { '>', { SV_LIT("&gt;") } },   { '"', { SV_LIT("&quot;") } },
        { '\'', { SV_LIT("&#39;") } },
    };
    size_t from = 0;

    if (!text.len) /* and perhaps no bytes to point at */
        return;
    for (size_t i = 0; i < text.len; i++) {
        for (size_t k = 0; k < sizeof(escapes) / sizeof(escapes[0]); k++) {
            if (text.at[i] != escapes[k].byte)
                continue;
            put(html, (struct sv){ text.at + from, i - from });
            put(html, escapes[k].text);
            from = i + 1;
        }
    }
    put(html, (struct sv){ text.at + from, text.len - from });
}

static void
tag_end(struct html *html)
{
    if (html->in_tag)
        put(html, SV(">"));
    html->in_tag = false;
}

void
html_init(struct html *html, struct buf *out)
{
    *html = (struct html){ .out = out };
    put(html, SV("<!DOCTYPE html>\n"));
}

void
html_open(struct html *html, const char *element)
{
    tag_end(html);
    if (html->depth == HTML_DEPTH_MAX) {
        html->failed = true;
        return;
    }
    html->open[html->depth++] = element;
    put(html, SV("<"));
    put(html, sv_of(element));
    html->in_tag = true;
}

void
html_attr(struct html *html, const char *name, struct sv value)
{
    if (!html->in_tag)
        return;
    put(html, SV(" "));
    put(html, sv_of(name));
    put(html, SV("=\""));
    put_escaped(html, value);
    put(html, SV("\""));
}

void
html_attr_int(struct html *html, const char *name, int64_t value)
{
    struct buf text = { 0 };

    if (!buf_printf(&text, "%lld", (long long)value))
        html->failed = true;
    html_attr(html, name, buf_sv(&text));
    buf_clear(&text);
}

bool
length_print(double value, struct buf *out)
{
    long long hundredths =
        (long long)(value < 0 ? value * 100 - 0.5 : value * 100 + 0.5);
    long long part = hundredths < 0 ? -hundredths : hundredths;

    if (!buf_printf(out, "%s%lld", hundredths < 0 ? "-" : "", part / 100))
        return false;
    part %= 100;
    if (part == 0)
        return true;
    return part % 10 == 0 ? buf_printf(out, ".%lld", part / 10)
                          : buf_printf(out, ".%02lld", part);
}

void
html_attr_length(struct html *html, const char *name, double value)
{
    struct buf text = { 0 };

    if (!length_print(value, &text))
        html->failed = true;
    html_attr(html, name, buf_sv(&text));
    buf_clear(&text);
}

void
html_text(struct html *html, struct sv text)
{
    if (text.len == 0)
        return;
    tag_end(html);
    put_escaped(html, text);
}

void
html_close(struct html *html)
{
    static const char *const voids[] = { "meta",  "link", "br",
                                         "input", "hr",   "img" };
    const char *element;

    if (html->depth == 0) {
        html->failed = true;
        return;
    }
    element = html->open[--html->depth];
    tag_end(html);
    for (size_t i = 0; i < sizeof(voids) / sizeof(voids[0]); i++) {
        if (strcmp(element, voids[i]) == 0)
            return;
    }
    put(html, SV("</"));
    put(html, sv_of(element));
    put(html, SV(">"));
}

void
html_newline(struct html *html)
{
    tag_end(html);
    put(html, SV("\n"));
}

bool
html_style(struct html *html, struct sv css)
{
    if (sv_find(css, SV("<")) >= 0)
        return false;
    tag_end(html);
    put(html, css);
    return true;
}

void
html_element(struct html *html, const char *element, const char *class,
             struct sv text)
{
    html_open(html, element);
    if (class)
        html_attr(html, "class", sv_of(class));
    html_text(html, text);
    html_close(html);
}
