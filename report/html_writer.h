/*
 * html_writer.h: the only functions that write bytes of a page. Text is
 * escaped here and nowhere else; names of elements and attributes are ours.
 */
#ifndef REPORT_HTML_WRITER_H
#define REPORT_HTML_WRITER_H

#include "analyzer/base.h"

#define HTML_DEPTH_MAX 64

struct html {
    struct buf *out;
    const char *open[HTML_DEPTH_MAX];
    size_t depth;
    bool in_tag; /* the start tag still takes attributes */
    bool failed; /* out of memory, or nested too deep; sticky */
};

void html_init(struct html *html, struct buf *out); /* writes the doctype */
void html_open(struct html *html, const char *element);
/* Right after html_open(). */
void html_attr(struct html *html, const char *name, struct sv value);
void html_attr_int(struct html *html, const char *name, int64_t value);
/* Hundredths of a point at most, without a locale. */
void html_attr_length(struct html *html, const char *name, double value);
void html_text(struct html *html, struct sv text);
/* Ends the innermost element; void elements (br, input, meta) too. */
void html_close(struct html *html);
/* A line break between blocks, for those who read the source. */
void html_newline(struct html *html);
/* The style sheet alone: as it is. False when it would end its element. */
bool html_style(struct html *html, struct sv css);
/* open, text, close */
void html_element(struct html *html, const char *element, const char *class,
                  struct sv text);

/* Appends `value` with at most two decimals: 12, 12.5, 12.25. */
bool length_print(double value, struct buf *out);

#endif
