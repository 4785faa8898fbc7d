/*
 * pdf_doc.h: what the parts of the PDF back-end share, inside the drawing
 * child. The way through it:
 *
 *   document.xml --flow--> items --page--> pieces on pages --draw--> cairo
 *
 * An item is something that takes room from top to bottom, or opens or closes
 * a structure tag. A piece is what of an item stands on one page.
 * Everything lives in one arena, and out of memory is a sticky mark on the
 * whole: the child has nothing to save then.
 */
#ifndef REPORT_PDF_DOC_H
#define REPORT_PDF_DOC_H

#include "report/chart.h"
#include "report/fonts.h"
#include "report/pdf.h"
#include "report/pdf_finish.h"

#include <cairo.h>

/* ----------------------------------------------------------- the looks */

#define RGB_INK 0x1a1f26u
#define RGB_MUTED 0x4a5561u
#define RGB_RULE 0xd5dbe1u
#define RGB_PANEL 0xf5f7f9u
#define RGB_ACCENT 0x0a5fa5u
#define RGB_WHITE 0xffffffu
#define RGB_NONE 0xffffffffu

struct pdf_tint { /* an ink and the paper it stands on */
    const char *kind;
    uint32_t ink;
    uint32_t paper;
};

/* Of a callout, tag, reason or event; plain when the kind is unknown. */
const struct pdf_tint *pdf_tint_of(const char *kind);

enum pdf_style {
    STYLE_BODY = 0,
    STYLE_LEAD,
    STYLE_TITLE,
    STYLE_SECTION,
    STYLE_SUB,
    STYLE_STRONG, /* body size, bold */
    STYLE_SMALL,
    STYLE_CAPTION,
    STYLE_CELL,
    STYLE_CELL_HEAD,
    STYLE_MONO,
    STYLE_VALUE, /* the large number of a fact */
    STYLE_BOX,   /* a box to tick */
    STYLE_FOOT,  /* of the page */
    STYLE_LABEL, /* the handling label */
    STYLE_COUNT
};

struct pdf_type { /* sizes in points */
    double size;
    double leading;
    bool bold;
    bool mono;
    uint32_t ink;
};

const struct pdf_type *pdf_type_of(enum pdf_style style);

/* ---------------------------------------------------------------- text */

enum pdf_look { /* bits of a span */
                LOOK_BOLD = 1 << 0,
                LOOK_MONO = 1 << 1,
                LOOK_MUTED = 1 << 2,
                LOOK_CHIP = 1 << 3 /* a word in a tinted tag */
};

struct pdf_span { /* bytes of a text that look or lead elsewhere */
    size_t start;
    size_t end;
    uint32_t looks;
    const struct pdf_tint *tint; /* of a chip */
    const char *link;            /* id of the target, or an address; or NULL */
    bool link_is_uri;
};

struct pdf_text {
    const char *at; /* valid UTF-8, no control bytes, every glyph present */
    size_t len;
    const struct pdf_span *spans; /* in order, not overlapping */
    size_t span_count;
    enum pdf_style style;
    uint32_t ink;   /* RGB_NONE: the style's */
    bool any_break; /* wraps at any character */
    bool from_left; /* base direction left to right, whatever it holds */
    bool right;     /* flush right */
    bool links;     /* some span leads elsewhere */
    double hang;    /* indent of the second line and on */
    double width;
    size_t lines;        /* at that width */
    PangoLayout *layout; /* kept, or NULL: made again when drawn */
};

struct pdf; /* below */

/* Builds a text span by span. */
struct pdf_text_builder {
    struct buf bytes;
    size_t evidence; /* bytes of strangers' text in it */
    struct pdf_span *spans;
    size_t count;
    size_t capacity;
};

/* Most bytes of one stranger's text that are laid out; the rest is counted. */
#define PDF_TEXT_MAX 2048
/* Most bytes of all strangers' texts in one paragraph or cell. */
#define PDF_TEXTS_MAX 16384

/* Appends our own words. */
void pdf_builder_add(struct pdf *pdf, struct pdf_text_builder *builder,
                     const char *text, uint32_t looks);
void pdf_builder_add_chip(struct pdf *pdf, struct pdf_text_builder *builder,
                          const char *text, const struct pdf_tint *tint);
/* Appends the inline content of an element, strangers' text isolated. */
void pdf_builder_add_inline(struct pdf *pdf, struct pdf_text_builder *builder,
                            const xmlNode *element);
/* Appends a stranger's text: capped, in left to right isolates. */
void pdf_builder_add_evidence(struct pdf *pdf, struct pdf_text_builder *builder,
                              const char *text, uint32_t looks);
/* The text so far, kept; the builder is empty again. */
struct pdf_text pdf_builder_finish(struct pdf *pdf,
                                   struct pdf_text_builder *builder,
                                   enum pdf_style style);

/* The inline content of `element` (NULL: none) as one text. */
struct pdf_text pdf_text_of(struct pdf *pdf, const xmlNode *element,
                            enum pdf_style style);
struct pdf_text pdf_text_plain(struct pdf *pdf, const char *words,
                               enum pdf_style style);

/* Owner: the caller, pango_font_description_free(). */
PangoFontDescription *pdf_face_new(double size, bool bold, bool mono);

/* Makes all of it a link; only https: and mailto: are, others stay words. */
void pdf_text_link(struct pdf *pdf, struct pdf_text *text, const char *address);

/* Width on one line, in points. */
double pdf_text_natural_width(struct pdf *pdf, struct pdf_text *text);
/* Breaks the text into lines; sets width and lines. */
void pdf_text_fit(struct pdf *pdf, struct pdf_text *text, double width);
static inline double
pdf_text_height(const struct pdf_text *text)
{
    return (double)text->lines * pdf_type_of(text->style)->leading;
}

/*
 * Draws lines `from` to `to` with its box's corner at x, y. `leaf` is the tag
 * that holds them, or NULL inside an artifact.
 */
void pdf_text_draw(struct pdf *pdf, struct pdf_text *text, double x, double y,
                   size_t from, size_t to, const char *leaf);

/* --------------------------------------------------------------- items */

enum pdf_item_kind {
    ITEM_OPEN = 1, /* a structure tag */
    ITEM_CLOSE,
    ITEM_SPACE, /* none at the top of a page */
    ITEM_ROW,   /* texts side by side on common lines */
    ITEM_FACTS, /* cells of label, value and note; never broken */
    ITEM_FIGURE,
    ITEM_PANEL, /* a tinted area begins */
    ITEM_PANEL_END,
    ITEM_TABLE, /* rows that follow repeat the header of this one */
    ITEM_TABLE_END
};

struct pdf_cell {
    double x;           /* from the left of the text area */
    const char *outer;  /* tag opened before, closed by a later item; or NULL */
    const char *around; /* tag round this one's leaf alone; or NULL */
    const char *tag;    /* the leaf; NULL: an artifact */
    struct pdf_text text;
    struct pdf_text more[2]; /* facts: below the first */
};

struct pdf_item {
    enum pdf_item_kind kind;
    const char *tag;  /* open, close; row: opened round the cells, or NULL */
    const char *dest; /* row, figure, open: target's name, or NULL */
    double height;    /* space, figure; row: set by the flow */
    double leading;   /* row: of its lines */
    double pad_top;   /* row */
    double pad_bottom;
    size_t lines; /* row: most of its cells */
    struct pdf_cell *cells;
    size_t cell_count;
    bool keep_next; /* not the last thing on a page */
    bool whole;     /* row: not broken while it fits on a page */
    bool header;    /* row: of a table, repeats */
    bool rule;      /* row: a line below */
    uint32_t rule_ink;
    uint32_t paper;     /* panel: its tint */
    uint32_t bar;       /* panel: bar at its left, or RGB_NONE */
    double inset;       /* panel: how far it reaches in from the left */
    double dot_x;       /* row: a coloured dot (lane), when dot is set */
    uint32_t dot;       /* RGB_NONE: none */
    struct chart chart; /* figure */
    const char *alt;    /* figure: what one should see */
};

struct pdf_outline {
    const char *title;
    const char *dest;
    int level; /* 0 or 1 */
};

/* What of an item stands on one page; a fill when item is NULL. */
struct pdf_piece {
    const struct pdf_item *item;
    double y;
    double height;
    size_t from; /* lines of a row */
    size_t to;
    bool repeated; /* a header once more: an artifact */
};

struct pdf_fill { /* drawn below everything else of its page */
    double x;
    double y;
    double w;
    double h;
    uint32_t paper;
};

struct pdf_page {
    size_t piece_first;
    size_t piece_end;
    size_t fill_first;
    size_t fill_end;
};

struct pdf {
    const struct pdf_options *options;
    const xmlNode *root;
    struct fonts *fonts;
    struct arena *arena;
    PangoContext *context;
    PangoLanguage *language;
    bool right_to_left;
    bool failed;       /* memory ran out somewhere */
    bool artifact_tag; /* cairo knows Artifact (1.18) */
    size_t layouts_kept;
    PangoAttrList *attributes; /* of every text: no ligatures, no hyphens */
    PangoFontDescription *faces[STYLE_COUNT];
    PangoFontDescription *mono_faces[STYLE_COUNT]; /* inside that style */

    double page_width;
    double page_height;
    double left; /* of the text area */
    double width;
    double top;
    double bottom;

    struct pdf_item spare_item; /* written to when memory ran out */
    struct pdf_item *items;
    size_t item_count;
    size_t item_capacity;
    struct pdf_outline *outline;
    size_t outline_count;
    size_t outline_capacity;
    const char **ids; /* every link target, sorted */
    size_t id_count;
    size_t id_capacity;
    struct pdf_figure *figures; /* in reading order, as they are drawn */
    size_t figure_count;
    size_t figure_capacity;

    struct pdf_piece *pieces;
    size_t piece_count;
    size_t piece_capacity;
    struct pdf_fill *fills;
    size_t fill_count;
    size_t fill_capacity;
    struct pdf_page *pages;
    size_t page_count;
    size_t page_capacity;

    cairo_t *cairo; /* while drawing */
    struct buf *out;
};

/* ------------------------------------------------ tree: small helpers */

/* An attribute's or element's text; "" when there is none. Borrow: the arena.
 */
const char *pdf_attribute(struct pdf *pdf, const xmlNode *element,
                          const char *name);
const char *pdf_content(struct pdf *pdf, const xmlNode *element);
const xmlNode *pdf_child(const xmlNode *element, const char *name);
bool pdf_is(const xmlNode *node, const char *name);
/* The furniture's word, or "" . */
const char *pdf_word(struct pdf *pdf, const char *id);
/* Keeps a string; "" and the failed mark when memory ran out. */
const char *pdf_keep(struct pdf *pdf, struct sv text);

/* Finds every id that a link may lead to: before any text is built. */
void pdf_ids_collect(struct pdf *pdf);
/* Whether a link may lead to this id. */
bool pdf_has_id(const struct pdf *pdf, const char *id);

/* ---------------------------------------------------------- the passes */

/* Adds an item at the end; never NULL, a dummy when memory ran out. */
struct pdf_item *pdf_item_add(struct pdf *pdf, enum pdf_item_kind kind);
void pdf_open(struct pdf *pdf, const char *tag);
void pdf_close(struct pdf *pdf, const char *tag);
void pdf_space(struct pdf *pdf, double height);
/* Room for `count` cells. */
struct pdf_cell *pdf_cells_new(struct pdf *pdf, size_t count);
/* A row of these cells, fitted already. */
struct pdf_item *pdf_row(struct pdf *pdf, struct pdf_cell *cells, size_t count,
                         double leading);
/* One text over the whole width from `x` on, as one tag. */
struct pdf_item *pdf_block(struct pdf *pdf, struct pdf_text text, double x,
                           const char *tag);

/* Where in the document the flow is. */
struct pdf_place {
    double x;  /* indent from the left of the text area */
    int level; /* of a heading here: 1 to 6 */
};

/* First: the document as items. */
void pdf_flow(struct pdf *pdf);
/* One block element and what is in it; unknown ones are passed over. */
void pdf_flow_block(struct pdf *pdf, const xmlNode *block,
                    struct pdf_place place);
void pdf_flow_blocks(struct pdf *pdf, const xmlNode *parent,
                     struct pdf_place place);
void pdf_flow_heading(struct pdf *pdf, const xmlNode *owner, const char *lead,
                      struct pdf_place place);
/* pdf_blocks.c */
void pdf_flow_facts(struct pdf *pdf, const xmlNode *facts,
                    struct pdf_place place);
void pdf_flow_weighing(struct pdf *pdf, const xmlNode *weighing,
                       struct pdf_place place);
void pdf_flow_checklist(struct pdf *pdf, const xmlNode *checklist,
                        struct pdf_place place);
void pdf_flow_command(struct pdf *pdf, const xmlNode *command,
                      struct pdf_place place);
void pdf_flow_figure(struct pdf *pdf, const xmlNode *figure,
                     struct pdf_place place);
void pdf_flow_lines(struct pdf *pdf, const xmlNode *lines,
                    struct pdf_place place);
void pdf_flow_lane(struct pdf *pdf, const xmlNode *lane,
                   struct pdf_place place);
/* pdf_table.c */
void pdf_flow_table(struct pdf *pdf, const xmlNode *table,
                    struct pdf_place place);
/* Second: which item stands where. */
void pdf_paginate(struct pdf *pdf);
/* Third: onto the surface. */
void pdf_draw(struct pdf *pdf, cairo_surface_t *surface);

/* chart_cairo.c: at x, y, `scale` points for one of the chart's. */
void pdf_draw_chart(struct pdf *pdf, const struct chart *chart, double x,
                    double y, double scale);

/* pdf_brand.c: the house's colour, ours without; its logo, drawn with its
 * lower right corner there. */
uint32_t pdf_accent(const struct pdf *pdf);
void pdf_logo_draw(struct pdf *pdf, double right, double bottom);

#endif
