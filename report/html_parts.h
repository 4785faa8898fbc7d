/*
 * html_parts.h: inside html*.c: the parts of a page.
 */
#ifndef REPORT_HTML_PARTS_H
#define REPORT_HTML_PARTS_H

#include "report/html_writer.h"

#include <libxml/tree.h>

struct page {
    struct html *html;
    const xmlNode *root;
    struct sv section;  /* id of the innermost section or finding */
    enum status status; /* of a chart that could not be drawn; sticky */
};

/* A section and all below it; its heading is h1 in the front, else level+1. */
void page_section(struct page *page, const xmlNode *section, int level);
/* A run of inline content. */
void page_inline(struct page *page, const xmlNode *parent);
/* A stranger's text, isolated, in the class. */
void page_untrusted(struct page *page, const xmlNode *node, const char *class);
/* Its text alone, without links or marks. */
void page_plain(struct page *page, const xmlNode *node);
/* The furniture's word; empty when there is none. */
struct sv page_word(const struct page *page, const char *id);

/* --------------------------------------------------------- html_blocks.c */

/* All blocks below `parent`; headings of findings are h<level>. */
void page_blocks(struct page *page, const xmlNode *parent, int level);
void page_heading(struct page *page, const xmlNode *parent, int level);

#endif
