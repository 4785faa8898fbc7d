/*
 * text_lines.h: inside text*.c: lines of 72 columns, filled word by word.
 */
#ifndef REPORT_TEXT_LINES_H
#define REPORT_TEXT_LINES_H

#include "report/text.h"

struct text_out {
    struct buf *out;
    const xmlNode *root;
    size_t indent;
    bool blank;  /* an empty line stands already */
    bool failed; /* out of memory; sticky */
};

/* One paragraph: `first` before its first line, spaces before the others. */
void text_para(struct text_out *text, struct sv first, struct sv words);
/* A line as it is, broken only where it passes the last column. */
void text_raw(struct text_out *text, struct sv line);
void text_blank(struct text_out *text); /* one, never two */
void text_rule(struct text_out *text, char byte, size_t columns);

void text_add(struct text_out *text, struct buf *words, struct sv more);
/* Appends the inline content below `parent`; what is long is cut here. */
void text_collect(struct text_out *text, const xmlNode *parent,
                  struct buf *words, int depth);
/* text_para() of inline content. */
void text_line(struct text_out *text, struct sv first, const xmlNode *node);
size_t text_count_children(const xmlNode *node, const char *name);
void text_table(struct text_out *text, const xmlNode *node);

#endif
