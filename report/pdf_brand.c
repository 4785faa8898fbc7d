/* What a house's brand puts on the pages: its logo, and its colour. */
#include "report/brand.h"
#include "report/pdf_doc.h"

#include "report/node.h"

#define LOGO_WIDTH 120.0
#define LOGO_HEIGHT 24.0

uint32_t
pdf_accent(const struct pdf *pdf)
{
    struct sv accent = node_attr(node_child(pdf->root, "brand"), "accent");
    uint32_t rgb = 0;

    if (accent.len != 7)
        return RGB_ACCENT;
    for (size_t i = 1; i < 7; i++) {
        uint32_t byte = (unsigned char)accent.at[i];

        rgb = rgb << 4 | (byte <= '9' ? byte - '0' : (byte | 0x20) - 'a' + 10);
    }
    return rgb;
}

static cairo_status_t
png_read(void *user, unsigned char *data, unsigned int length)
{
    struct sv *rest = user;

    if (rest->len < length)
        return CAIRO_STATUS_READ_ERROR;
    for (unsigned i = 0; i < length; i++)
        data[i] = (unsigned char)rest->at[i];
    *rest = sv_drop(*rest, length);
    return CAIRO_STATUS_SUCCESS;
}

void
pdf_logo_draw(struct pdf *pdf, double right, double bottom)
{
    const xmlNode *logo = node_child(node_child(pdf->root, "brand"), "logo");
    double width = (double)node_attr_int(logo, "width", 0);
    double height = (double)node_attr_int(logo, "height", 0);
    struct buf text = { 0 };
    struct buf png = { 0 };
    cairo_surface_t *image;
    struct sv rest;
    double scale;

    if (width <= 0 || height <= 0)
        return;
    scale = LOGO_HEIGHT / height;
    if (width * scale > LOGO_WIDTH)
        scale = LOGO_WIDTH / width;
    if (!node_text(logo, &text) || !base64_decode(buf_sv(&text), &png))
        pdf->failed = true;
    rest = buf_sv(&png);
    image = cairo_image_surface_create_from_png_stream(png_read, &rest);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        cairo_save(pdf->cairo);
        cairo_translate(pdf->cairo, right - width * scale,
                        bottom - height * scale);
        cairo_scale(pdf->cairo, scale, scale);
        cairo_set_source_surface(pdf->cairo, image, 0, 0);
        cairo_paint(pdf->cairo);
        cairo_restore(pdf->cairo);
    } else {
        pdf->failed = true;
    }
    cairo_surface_destroy(image);
    buf_clear(&png);
    buf_clear(&text);
}
