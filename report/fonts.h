/*
 * fonts.h: the pinned fonts of the PDF. A configuration of our own over a
 * fixed list of folders; what the machine's own says is never read.
 */
#ifndef REPORT_FONTS_H
#define REPORT_FONTS_H

#include "analyzer/base.h"
#include <pango/pango.h>

struct fonts;

/* The folders where distributions put the fonts; ends with NULL. */
extern const char *const fonts_system_dirs[];

/*
 * Finds the four pinned faces, in `extra_dirs` before `system_dirs` (which
 * ends with NULL), and takes whatever other fonts `extra_dirs` hold.
 * It makes its configuration the process's own, so that nothing loads the
 * machine's: to be called in the drawing child only.
 * Owner: the caller; fonts_free() ends it.
 * Fails: STATUS_IO with a sentence naming the package; STATUS_NOMEM.
 */
enum status fonts_open(const char *const *extra_dirs, size_t extra_count,
                       const char *const *system_dirs, struct fonts **ret_fonts,
                       struct fault *fault);

/* Borrow: lives as long as the fonts. */
PangoFontMap *fonts_map(const struct fonts *fonts);

/* Whether one of the fonts has a glyph for this character. */
bool fonts_cover(const struct fonts *fonts, uint32_t code);

void fonts_free(struct fonts *fonts);

#endif
