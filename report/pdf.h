/*
 * pdf.h: a finished document.xml in, a PDF out.
 */
#ifndef REPORT_PDF_H
#define REPORT_PDF_H

#include "analyzer/base.h"
#include <libxml/tree.h>

enum pdf_paper { PDF_PAPER_A4, PDF_PAPER_LETTER };

struct pdf_options { /* all zero is fine */
    enum pdf_paper paper;
    const char *const *font_dirs; /* searched before the machine's folders */
    size_t font_dir_count;
    const char *const *system_font_dirs; /* ends with NULL; NULL: built in */
    size_t limit_bytes;                  /* of the PDF; 0: PDF_MAX_BYTES */
    size_t limit_memory;  /* taken by the drawing child; 0: PDF_MEMORY_BYTES */
    unsigned limit_cpu_s; /* of the drawing child; 0: PDF_CPU_SECONDS */
};

#define PDF_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define PDF_MEMORY_BYTES ((size_t)1024 * 1024 * 1024)
#define PDF_CPU_SECONDS 120

/*
 * Draws `document` (valid against templates/document.rng) in a forked child,
 * which executes nothing: pango ends its process when memory runs out.
 * The bytes depend on the document, the options and the fonts alone.
 * The PDF is appended to *ret_pdf. When it had to be left as cairo wrote it
 * (pdf_finish.h), the call still succeeds and `fault` holds the sentence
 * that says so, with STATUS_DAMAGED in it; else `fault` is untouched.
 * Fails: STATUS_IO when fonts are missing, STATUS_NOMEM, STATUS_LIMIT when
 * the file would pass limit_bytes, STATUS_INTERNAL when the child died;
 * *ret_pdf is then untouched.
 */
enum status pdf_render(xmlDoc *document, const struct pdf_options *options,
                       struct buf *ret_pdf, struct fault *fault);

#endif
