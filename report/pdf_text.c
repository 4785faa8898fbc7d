/*
 * Texts of the PDF: from inline content to spans, made safe for pango (every
 * glyph present, strangers' text capped and isolated).
 */
#include "report/pdf_doc.h"

#include <stdlib.h>
#include <string.h>

#define ISOLATE "\xe2\x81\xa8" /* U+2068 */
#define ISOLATE_END "\xe2\x81\xa9"

static void
builder_bytes(struct pdf *pdf, struct pdf_text_builder *builder, struct sv text)
{
    if (!buf_add(&builder->bytes, text))
        pdf->failed = true;
}

/* The next character; broken bytes cannot come from a tree, but end nothing. */
static uint32_t
code_next(struct sv *rest)
{
    const unsigned char *at = (const unsigned char *)rest->at;
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t code = len == 1 ? at[0] : at[0] & (0xffu >> (len + 1));

    if (len > rest->len) {
        *rest = sv_drop(*rest, rest->len);
        return 0xfffd;
    }
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (at[i] & 0x3f);
    *rest = sv_drop(*rest, len);
    return code;
}

static bool
code_is_right_to_left(uint32_t code)
{
    return (code >= 0x590 && code <= 0x8ff) ||
           (code >= 0xfb1d && code <= 0xfdff) ||
           (code >= 0xfe70 && code <= 0xfeff) ||
           (code >= 0x10800 && code <= 0x10fff) ||
           (code >= 0x1e800 && code <= 0x1efff);
}

/* A character as it is, or its number when no font has it. */
static void
builder_code(struct pdf *pdf, struct pdf_text_builder *builder, struct sv bytes,
             uint32_t code)
{
    if (code < 0x20 || code == 0x7f) {
        builder_bytes(pdf, builder, SV(" "));
        return;
    }
    if (code < 0x7f || fonts_cover(pdf->fonts, code)) {
        builder_bytes(pdf, builder, bytes);
        return;
    }
    if (!buf_printf(&builder->bytes, "[U+%04X]", (unsigned)code))
        pdf->failed = true;
}

/* Right-to-left runs each in an isolate, so that `=>` between two stays. */
static void
builder_codes(struct pdf *pdf, struct pdf_text_builder *builder, struct sv text,
              bool isolate)
{
    bool inside = false;

    while (text.len) {
        struct sv bytes = text;
        uint32_t code = code_next(&text);
        bool right_to_left = isolate && code_is_right_to_left(code);

        bytes.len -= text.len;
        if (right_to_left != inside)
            builder_bytes(pdf, builder, sv_of(inside ? ISOLATE_END : ISOLATE));
        inside = right_to_left;
        builder_code(pdf, builder, bytes, code);
    }
    if (inside)
        builder_bytes(pdf, builder, SV(ISOLATE_END));
}

/* Remembers that the bytes since `start` look different. */
static void
builder_span(struct pdf *pdf, struct pdf_text_builder *builder, size_t start,
             struct pdf_span span)
{
    void *spans = builder->spans;

    if (start == builder->bytes.len)
        return;
    if (!array_reserve(&spans, &builder->capacity, builder->count + 1,
                       sizeof(*builder->spans))) {
        pdf->failed = true;
        return;
    }
    builder->spans = spans;
    span.start = start;
    span.end = builder->bytes.len;
    builder->spans[builder->count++] = span;
}

/* White space of a text node is one blank, none at the very start. */
static void
builder_words(struct pdf *pdf, struct pdf_text_builder *builder, struct sv text)
{
    while (text.len) {
        size_t plain = 0;

        while (plain < text.len && !memchr(" \t\r\n", text.at[plain], 4))
            plain++;
        builder_codes(pdf, builder, sv_head(text, plain), false);
        text = sv_drop(text, plain);
        if (!text.len)
            return;
        while (text.len && memchr(" \t\r\n", text.at[0], 4))
            text = sv_drop(text, 1);
        if (builder->bytes.len &&
            builder->bytes.at[builder->bytes.len - 1] != ' ')
            builder_bytes(pdf, builder, SV(" "));
    }
}

void
pdf_builder_add(struct pdf *pdf, struct pdf_text_builder *builder,
                const char *text, uint32_t looks)
{
    size_t start = builder->bytes.len;

    builder_codes(pdf, builder, sv_of(text), false);
    if (looks)
        builder_span(pdf, builder, start, (struct pdf_span){ .looks = looks });
}

void
pdf_builder_add_chip(struct pdf *pdf, struct pdf_text_builder *builder,
                     const char *text, const struct pdf_tint *tint)
{
    size_t start = builder->bytes.len;

    if (!*text)
        return;
    builder_bytes(pdf, builder, SV("\xc2\xa0"));
    builder_codes(pdf, builder, sv_of(text), false);
    builder_bytes(pdf, builder, SV("\xc2\xa0"));
    builder_span(pdf, builder, start,
                 (struct pdf_span){ .looks = LOOK_CHIP, .tint = tint });
}

static bool
text_is_ascii(struct sv text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.at[i] >= 0x80)
            return false;
    }
    return true;
}

/* Capped at a character's edge; how much is missing is said. */
static void
builder_evidence(struct pdf *pdf, struct pdf_text_builder *builder,
                 const char *text)
{
    struct buf visible = { 0 };
    struct sv shown;
    size_t most;
    size_t len;

    if (!sv_printable(sv_of(text), &visible)) {
        pdf->failed = true;
        goto out;
    }
    shown = buf_sv(&visible);
    len = shown.len;
    most = PDF_TEXTS_MAX - builder->evidence;
    if (most > PDF_TEXT_MAX)
        most = PDF_TEXT_MAX;
    if (len > most) {
        len = most;
        while (len && ((unsigned char)shown.at[len] & 0xc0) == 0x80)
            len--;
    }
    builder->evidence += len;
    if (text_is_ascii(shown) && !pdf->right_to_left) {
        builder_codes(pdf, builder, sv_head(shown, len), false);
    } else {
        builder_bytes(pdf, builder, SV(ISOLATE));
        builder_codes(pdf, builder, sv_head(shown, len), true);
        builder_bytes(pdf, builder, SV(ISOLATE_END));
    }
    if (len < shown.len) {
        const char *more = pdf_word(pdf, "more_bytes");

        if (!buf_printf(&builder->bytes, " [+%zu %s]", shown.len - len,
                        *more ? more : "B"))
            pdf->failed = true;
    }
out:
    buf_clear(&visible);
}

void
pdf_builder_add_evidence(struct pdf *pdf, struct pdf_text_builder *builder,
                         const char *text, uint32_t looks)
{
    size_t start = builder->bytes.len;

    builder_evidence(pdf, builder, text);
    if (looks)
        builder_span(pdf, builder, start, (struct pdf_span){ .looks = looks });
}

/* ------------------------------------------------------------------ inline */

/* What of a stranger's text is code-like, and so in mono. */
static bool
value_is_mono(const char *kind)
{
    static const char *const worded[] = { "subject", "text" };

    for (size_t i = 0; i < sizeof(worded) / sizeof(worded[0]); i++) {
        if (strcmp(kind, worded[i]) == 0)
            return false;
    }
    return true;
}

#define INLINE_DEPTH_MAX 16

static void builder_inline(struct pdf *pdf, struct pdf_text_builder *builder,
                           const xmlNode *element, struct pdf_span look,
                           int depth);

static void
builder_element(struct pdf *pdf, struct pdf_text_builder *builder,
                const xmlNode *element, struct pdf_span look, int depth)
{
    size_t start = builder->bytes.len;

    if (pdf_is(element, "v")) {
        if (value_is_mono(pdf_attribute(pdf, element, "kind")))
            look.looks |= LOOK_MONO;
        builder_evidence(pdf, builder, pdf_content(pdf, element));
        builder_span(pdf, builder, start, look);
        return;
    }
    if (pdf_is(element, "tag")) {
        const char *kind = pdf_attribute(pdf, element, "kind");

        pdf_builder_add_chip(pdf, builder, pdf_content(pdf, element),
                             pdf_tint_of(kind));
        return;
    }
    if (pdf_is(element, "em"))
        look.looks |= LOOK_BOLD;
    if (pdf_is(element, "code"))
        look.looks |= LOOK_MONO;
    if (pdf_is(element, "ref") || pdf_is(element, "cite")) {
        const char *to = pdf_attribute(pdf, element, "to");

        look.link = pdf_has_id(pdf, to) ? to : NULL;
    }
    builder_inline(pdf, builder, element, look, depth + 1);
}

static void
builder_inline(struct pdf *pdf, struct pdf_text_builder *builder,
               const xmlNode *element, struct pdf_span look, int depth)
{
    if (depth > INLINE_DEPTH_MAX)
        return;
    for (const xmlNode *node = element->children; node; node = node->next) {
        size_t start = builder->bytes.len;

        if (node->type == XML_ELEMENT_NODE) {
            builder_element(pdf, builder, node, look, depth);
        } else if (node->type == XML_TEXT_NODE && node->content) {
            builder_words(pdf, builder, sv_of((const char *)node->content));
            if (look.looks || look.link)
                builder_span(pdf, builder, start, look);
        }
    }
}

void
pdf_builder_add_inline(struct pdf *pdf, struct pdf_text_builder *builder,
                       const xmlNode *element)
{
    if (element)
        builder_inline(pdf, builder, element, (struct pdf_span){ 0 }, 0);
}

struct pdf_text
pdf_builder_finish(struct pdf *pdf, struct pdf_text_builder *builder,
                   enum pdf_style style)
{
    struct pdf_text text = { .style = style, .ink = RGB_NONE };
    size_t bytes = builder->count * sizeof(*builder->spans);
    struct pdf_span *spans = bytes ? arena_alloc(pdf->arena, bytes) : NULL;
    struct sv all = buf_sv(&builder->bytes);

    if (all.len && all.at[all.len - 1] == ' ')
        all.len--;
    text.at = pdf_keep(pdf, all);
    text.len = strlen(text.at);
    if (spans) {
        memcpy(spans, builder->spans, bytes);
        text.spans = spans;
        text.span_count = builder->count;
    } else if (bytes) {
        pdf->failed = true;
    }
    for (size_t i = 0; i < text.span_count; i++)
        text.links = text.links || text.spans[i].link;
    buf_clear(&builder->bytes);
    free(builder->spans);
    *builder = (struct pdf_text_builder){ 0 };
    return text;
}

struct pdf_text
pdf_text_of(struct pdf *pdf, const xmlNode *element, enum pdf_style style)
{
    struct pdf_text_builder builder = { 0 };

    pdf_builder_add_inline(pdf, &builder, element);
    return pdf_builder_finish(pdf, &builder, style);
}

struct pdf_text
pdf_text_plain(struct pdf *pdf, const char *words, enum pdf_style style)
{
    struct pdf_text_builder builder = { 0 };

    pdf_builder_add(pdf, &builder, words, 0);
    return pdf_builder_finish(pdf, &builder, style);
}

/* cairo 1.16 escapes nothing in an address: what could end it is encoded. */
void
pdf_text_link(struct pdf *pdf, struct pdf_text *text, const char *address)
{
    struct sv from = sv_of(address);
    struct pdf_span *span = arena_alloc(pdf->arena, sizeof(*span));
    struct buf safe = { 0 };

    if (!span)
        pdf->failed = true;
    if (!span || !text->len ||
        (!sv_starts(from, SV("https://")) && !sv_starts(from, SV("mailto:"))))
        return;
    for (size_t i = 0; i < from.len; i++) {
        unsigned char byte = (unsigned char)from.at[i];

        if (byte <= 0x20 || byte >= 0x7f || strchr("()\\'\"<>", byte))
            buf_printf(&safe, "%%%02X", byte);
        else
            buf_add_char(&safe, (char)byte);
    }
    pdf->failed = pdf->failed || safe.failed;
    *span = (struct pdf_span){ .end = text->len, .link_is_uri = true };
    span->link = pdf_keep(pdf, buf_sv(&safe));
    text->spans = span;
    text->span_count = 1;
    text->links = true;
    buf_clear(&safe);
}
