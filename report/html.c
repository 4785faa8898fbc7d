#include "report/html.h"

#include "report/html_parts.h"
#include "report/node.h"

#include <openssl/evp.h>

#define ACCENT_DARK "#7fbfff" /* ours, when a brand names only one */

/* -------------------------------------------------------------------- head */

static void
meta(struct html *html, const char *name, struct sv content)
{
    html_open(html, "meta");
    html_attr(html, "name", sv_of(name));
    html_attr(html, "content", content);
    html_close(html);
    html_newline(html);
}

/* default-src 'none', and the one style sheet by its hash. */
static bool
policy_print(struct sv css, struct buf *out)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned char base64[2 * EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (!EVP_Digest(css.at, css.len, digest, &len, EVP_sha256(), NULL))
        return false;
    EVP_EncodeBlock(base64, digest, (int)len);
    return buf_printf(out,
                      "default-src 'none'; style-src 'sha256-%s'; img-src "
                      "data:; base-uri 'none'; form-action 'none'",
                      (const char *)base64);
}

static void
write_head(struct html *html, const xmlNode *root, struct sv css)
{
    struct buf policy = { 0 };

    if (!policy_print(css, &policy))
        html->failed = true;
    html_open(html, "head");
    html_newline(html);
    html_open(html, "meta");
    html_attr(html, "charset", SV("utf-8"));
    html_close(html);
    html_newline(html);
    html_open(html, "meta");
    html_attr(html, "http-equiv", SV("Content-Security-Policy"));
    html_attr(html, "content", buf_sv(&policy));
    html_close(html);
    html_newline(html);
    meta(html, "viewport", SV("width=device-width, initial-scale=1"));
    meta(html, "referrer", SV("no-referrer"));
    meta(html, "robots", SV("noindex, nofollow, noarchive"));
    meta(html, "format-detection",
         SV("telephone=no, date=no, address=no, email=no, url=no"));
    meta(html, "color-scheme", SV("light dark"));
    html_element(html, "title", NULL, node_attr(root, "title"));
    html_newline(html);
    html_open(html, "link");
    html_attr(html, "rel", SV("icon"));
    html_attr(html, "href", SV("data:,"));
    html_close(html);
    html_newline(html);
    html_open(html, "style");
    if (!html_style(html, css))
        html->failed = true;
    html_close(html);
    html_newline(html);
    html_close(html);
    html_newline(html);
    buf_clear(&policy);
}

/* --------------------------------------------------------------- furniture */

static void
write_meta_item(struct html *html, struct sv name, struct sv value)
{
    if (value.len == 0)
        return;
    html_open(html, "span");
    html_text(html, name);
    html_text(html, SV(" "));
    html_element(html, "b", NULL, value);
    html_close(html);
    html_text(html, SV(" "));
}

/* Class of the handling label: amber for TLP:AMBER and TLP:AMBER+STRICT. */
static const char *
label_class(struct sv label)
{
    static const struct tlp {
        const char *name;
        const char *class;
    } rows[] = {
        { "TLP:RED", "tlp red" },
        { "TLP:AMBER", "tlp amber" },
        { "TLP:AMBER+STRICT", "tlp amber" },
        { "TLP:GREEN", "tlp green" },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (sv_eq(label, sv_of(rows[i].name)))
            return rows[i].class;
    }
    return "tlp";
}

/* A PNG of the brand's, checked before it came into the document. */
static void
write_logo(struct page *page, const xmlNode *logo, struct sv name)
{
    struct buf source = { 0 };

    if (!logo)
        return;
    if (!buf_add(&source, SV("data:image/png;base64,")) ||
        !node_text(logo, &source))
        page->html->failed = true;
    html_open(page->html, "img");
    html_attr(page->html, "class", SV("logo"));
    html_attr(page->html, "alt", name);
    html_attr(page->html, "src", buf_sv(&source));
    html_close(page->html);
    buf_clear(&source);
}

static void
write_header(struct page *page)
{
    struct html *html = page->html;
    const xmlNode *brand = node_child(page->root, "brand");
    struct sv label = node_attr(page->root, "label");

    html_open(html, "header");
    write_logo(page, node_child(brand, "logo"), node_attr(brand, "name"));
    if (brand)
        html_element(html, "span", "house", node_attr(brand, "name"));
    html_element(html, "span", "what", node_attr(page->root, "title"));
    write_meta_item(html, page_word(page, "case"),
                    node_attr(page->root, "case"));
    html_element(html, "span", NULL, page_word(page, "as_of"));
    html_text(html, SV(" "));
    if (label.len > 0)
        html_element(html, "strong", label_class(label), label);
    html_close(html);
    html_newline(html);
}

static void
write_contents(struct page *page)
{
    struct html *html = page->html;

    html_open(html, "nav");
    html_attr(html, "aria-label", page_word(page, "contents"));
    html_element(html, "p", "navtitle", page_word(page, "contents"));
    html_open(html, "ul");
    for (const xmlNode *node = node_child(page->root, "section"); node;
         node = node_next(node, "section")) {
        struct buf to = { 0 };

        if (node_attr_is(node, "kind", "front"))
            continue;
        if (!buf_printf(&to, "#" SV_FMT, SV_ARG(node_attr(node, "id"))))
            html->failed = true;
        html_open(html, "li");
        html_open(html, "a");
        html_attr(html, "href", buf_sv(&to));
        html_element(html, "span", "no", node_attr(node, "number"));
        page_plain(page, node_child(node, "heading"));
        html_close(html);
        html_close(html);
        buf_clear(&to);
    }
    html_close(html);
    html_close(html);
    html_newline(html);
}

static void
write_footer(struct page *page)
{
    struct html *html = page->html;
    const xmlNode *brand = node_child(page->root, "brand");

    html_open(html, "footer");
    for (const xmlNode *node = node_child(brand, "contact"); node;
         node = node_next(node, "contact")) {
        struct sv href = node_attr(node, "href");
        bool safe =
            sv_starts(href, SV("https://")) || sv_starts(href, SV("mailto:"));

        html_open(html, "p");
        if (safe) {
            html_open(html, "a");
            html_attr(html, "href", href);
            html_attr(html, "rel", SV("noopener noreferrer"));
        }
        page_plain(page, node);
        if (safe)
            html_close(html);
        html_close(html);
    }
    if (node_child(brand, "legal")) {
        html_open(html, "p");
        page_plain(page, node_child(brand, "legal"));
        html_close(html);
    }
    html_open(html, "p");
    html_text(html, page_word(page, "digest"));
    html_text(html, SV(" "));
    html_element(html, "code", NULL, node_attr(page->root, "digest"));
    html_close(html);
    html_close(html);
    html_newline(html);
}

/* -------------------------------------------------------------------- page */

static void
write_main(struct page *page)
{
    struct html *html = page->html;
    bool contents = false;

    html_open(html, "main");
    html_attr(html, "id", SV("main"));
    html_newline(html);
    for (const xmlNode *node = node_child(page->root, "section"); node;
         node = node_next(node, "section")) {
        /* The contents follow page 1: nothing stands before the finding. A
         * letter of a few sections without numbers needs none. */
        if (!contents && node_attr(node, "number").len > 0) {
            write_contents(page);
            contents = true;
        }
        page_section(page, node, 1);
    }
    html_close(html);
    html_newline(html);
}

static void
write_page(struct page *page, struct sv css)
{
    struct html *html = page->html;

    html_open(html, "html");
    html_attr(html, "lang", node_attr(page->root, "lang"));
    html_attr(html, "dir", node_attr(page->root, "dir"));
    html_newline(html);
    write_head(html, page->root, css);
    html_open(html, "body");
    html_attr(html, "class", node_attr(page->root, "audience"));
    html_newline(html);
    html_open(html, "a");
    html_attr(html, "class", SV("skip"));
    html_attr(html, "href", SV("#main"));
    html_text(html, page_word(page, "skip"));
    html_close(html);
    html_newline(html);
    write_header(page);
    write_main(page);
    write_footer(page);
    html_close(html);
    html_newline(html);
    html_close(html);
    html_newline(html);
}

/* The fifth root of base^12, which is base^2.4, by Newton's method. */
static double
power_2_4(double base)
{
    double cube = base * base * base;
    double to = cube * cube * cube * cube;
    double root = 1;

    for (int i = 0; i < 60; i++)
        root = (4 * root + to / (root * root * root * root)) / 5;
    return root;
}

/* Relative luminance of an sRGB colour. */
static double
luminance(unsigned rgb)
{
    static const double weight[3] = { 0.2126, 0.7152, 0.0722 };
    double sum = 0;

    for (int i = 0; i < 3; i++) {
        double part = (double)(rgb >> (16 - 8 * i) & 0xff) / 255.0;

        sum +=
            weight[i] * (part <= 0.04045 ? part / 12.92
                                         : power_2_4((part + 0.055) / 1.055));
    }
    return sum;
}

static double
contrast(unsigned a, unsigned b)
{
    double la = luminance(a) + 0.05;
    double lb = luminance(b) + 0.05;

    return la > lb ? la / lb : lb / la;
}

bool
html_accent_valid(struct sv accent, bool dark)
{
    unsigned rgb = 0;

    if (accent.len != 7 || accent.at[0] != '#')
        return false;
    for (size_t i = 1; i < 7; i++) {
        char byte = accent.at[i];
        unsigned digit =
            byte >= '0' && byte <= '9'   ? (unsigned)(byte - '0')
            : byte >= 'a' && byte <= 'f' ? (unsigned)(byte - 'a') + 10
            : byte >= 'A' && byte <= 'F' ? (unsigned)(byte - 'A') + 10
                                         : 16;

        if (digit > 15)
            return false;
        rgb = rgb << 4 | digit;
    }
    return contrast(rgb, dark ? 0x12161b : 0xffffff) >= 4.5;
}

static enum status
style_make(const xmlNode *root, struct sv css, struct buf *ret_style,
           struct fault *fault)
{
    const xmlNode *brand = node_child(root, "brand");
    struct sv accent = node_attr(brand, "accent");
    struct sv dark = node_attr(brand, "accent-dark");

    if (!buf_add(ret_style, css))
        return STATUS_NOMEM;
    if (accent.len == 0)
        return STATUS_OK;
    if (dark.len == 0)
        dark = SV(ACCENT_DARK);
    if (!html_accent_valid(accent, false) || !html_accent_valid(dark, true))
        return fault_set(fault, STATUS_DAMAGED,
                         "the brand's accent colours must be #rrggbb, with a "
                         "contrast of 4.5 on white, and on the dark page");
    return buf_printf(ret_style,
                      ":root{--accent:" SV_FMT "}\n@media screen and "
                      "(prefers-color-scheme:dark){:root{--accent:" SV_FMT
                      "}}\n",
                      SV_ARG(accent), SV_ARG(dark))
               ? STATUS_OK
               : STATUS_NOMEM;
}

enum status
html_render(const xmlDoc *document, struct sv css, struct buf *ret_html,
            struct fault *fault)
{
    struct html html;
    struct page page = { .html = &html };
    struct buf style = { 0 };
    enum status status;

    page.root = xmlDocGetRootElement(document);
    if (sv_find(css, SV("<")) >= 0)
        return fault_set(fault, STATUS_DAMAGED,
                         "the style sheet must not hold the character <");
    status = style_make(page.root, css, &style, fault);
    if (status != STATUS_OK)
        goto out;
    html_init(&html, ret_html);
    write_page(&page, buf_sv(&style));
    status = page.status != STATUS_OK         ? page.status
             : html.failed || html.depth != 0 ? STATUS_NOMEM
                                              : STATUS_OK;
out:
    buf_clear(&style);
    return status;
}
