/*
 * brand.h: what a house says of itself, from the brand folder's brand.xml and
 * from its configuration, made into the one element that outlines copy:
 *
 *   <brand name accent accent-dark label days>
 *     <logo …/> <contact href>…</contact> <legal>…</legal>
 *   </brand>
 */
#ifndef REPORT_BRAND_H
#define REPORT_BRAND_H

#include "report/report.h"
#include "report/template.h"

#define BRAND_LOGO_BYTES ((size_t)256 * 1024)

/*
 * Reads and checks both; brand.xml wins over the configuration.
 * Owner: the caller, xmlFreeDoc(). *ret_brand is NULL when there is neither.
 * Fails: STATUS_USAGE with file and line of what is wrong; STATUS_IO,
 * STATUS_NOMEM.
 */
enum status brand_read(const struct templates *templates,
                       const struct report_options *options, xmlDoc **ret_brand,
                       struct fault *fault);

/* ----------------------------------------------------------- brand_png.c */

/*
 * Appends the PNG with nothing but its picture in it, once that was seen to
 * be whole. `name` stands in the sentences.
 * Fails: STATUS_USAGE, STATUS_NOMEM.
 */
enum status brand_png_clean(struct sv bytes, const char *name,
                            struct buf *ret_png, uint32_t *ret_width,
                            uint32_t *ret_height, struct fault *fault);
bool base64_add(struct sv bytes, struct buf *out);
/* False when it is none, or out of memory. */
bool base64_decode(struct sv text, struct buf *out);

#endif
