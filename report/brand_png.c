/*
 * A logo is a stranger's file too: its chunks are checked, its picture is
 * inflated once to see that it is whole, and what else is in it (places,
 * cameras, comments) stays out of every report.
 */
#include "report/brand.h"

#include <zlib.h>

#define SIDE_MAX 4096
#define SIGNATURE "\x89PNG\r\n\x1a\n"

struct png {
    const char *name;
    struct fault *fault;
    uint32_t width;
    uint32_t height;
    uint64_t row_bytes;
    struct buf data; /* of all IDAT chunks */
};

static enum status
refuse(const struct png *png, const char *why)
{
    return fault_set(png->fault, STATUS_USAGE, "%s: %s", png->name, why);
}

static uint32_t
number_at(struct sv bytes, size_t at)
{
    const unsigned char *byte = (const unsigned char *)bytes.at + at;

    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 |
           (uint32_t)byte[2] << 8 | byte[3];
}

static enum status
head_take(struct png *png, struct sv body)
{
    static const uint8_t samples[] = { 1, 0, 3, 1, 2, 0, 4 };
    uint8_t depth = body.len == 13 ? (uint8_t)body.at[8] : 0;
    uint8_t colour = body.len == 13 ? (uint8_t)body.at[9] : 0xff;

    if (colour >= sizeof(samples) || !samples[colour] || depth > 16 ||
        depth == 0 || (depth & (depth - 1)))
        return refuse(png, "not a PNG picture");
    png->width = number_at(body, 0);
    png->height = number_at(body, 4);
    if (!png->width || !png->height || png->width > SIDE_MAX ||
        png->height > SIDE_MAX)
        return refuse(png, "a logo has 1 to 4096 pixels a side");
    if (body.at[12])
        return refuse(png, "interlaced; save it without interlacing");
    png->row_bytes =
        ((uint64_t)png->width * samples[colour] * depth + 7) / 8 + 1;
    return STATUS_OK;
}

/* Inflates to nowhere: is it all there, and no more? */
static enum status
data_check(struct png *png)
{
    unsigned char rest[16384];
    z_stream stream = { .next_in = (unsigned char *)png->data.at,
                        .avail_in = (unsigned)png->data.len };
    uint64_t wanted = png->row_bytes * png->height;
    uint64_t got = 0;
    int result = inflateInit(&stream);

    if (result != Z_OK)
        return STATUS_NOMEM;
    while (result == Z_OK && got <= wanted) {
        stream.next_out = rest;
        stream.avail_out = sizeof(rest);
        result = inflate(&stream, Z_NO_FLUSH);
        got += sizeof(rest) - stream.avail_out;
    }
    inflateEnd(&stream);
    if (result == Z_MEM_ERROR)
        return STATUS_NOMEM;
    return result == Z_STREAM_END && got == wanted
               ? STATUS_OK
               : refuse(png, "the picture is damaged or cut short");
}

/* One chunk: length, type, body, checksum; those of the picture are kept. */
static enum status
chunk_take(struct png *png, struct sv *rest, struct buf *ret_png)
{
    static const struct sv kept[] = { { SV_LIT("IHDR") },
                                      { SV_LIT("PLTE") },
                                      { SV_LIT("tRNS") },
                                      { SV_LIT("IDAT") },
                                      { SV_LIT("IEND") } };
    uint32_t len = rest->len >= 12 ? number_at(*rest, 0) : UINT32_MAX;
    struct sv chunk;
    struct sv type;

    if (len > BRAND_LOGO_BYTES || rest->len - 12 < len)
        return refuse(png, "the picture is damaged or cut short");
    chunk = sv_head(*rest, 12 + (size_t)len);
    type = sv_head(sv_drop(chunk, 4), 4);
    *rest = sv_drop(*rest, chunk.len);
    if (crc32(0, (const unsigned char *)type.at, len + 4) !=
        number_at(chunk, 8 + len))
        return refuse(png, "the picture is damaged: wrong checksum");
    if (!png->width)
        return sv_eq(type, SV("IHDR")) && buf_add(ret_png, chunk)
                   ? head_take(png, sv_head(sv_drop(chunk, 8), len))
                   : refuse(png, "not a PNG picture");
    if (sv_eq(type, SV("IDAT")) &&
        !buf_add(&png->data, sv_head(sv_drop(chunk, 8), len)))
        return STATUS_NOMEM;
    for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        if (sv_eq(type, kept[i]) && !buf_add(ret_png, chunk))
            return STATUS_NOMEM;
    }
    return sv_eq(type, SV("IEND")) ? STATUS_END : STATUS_OK;
}

enum status
brand_png_clean(struct sv bytes, const char *name, struct buf *ret_png,
                uint32_t *ret_width, uint32_t *ret_height, struct fault *fault)
{
    struct png png = { .name = name, .fault = fault };
    struct sv signature = { SIGNATURE, sizeof(SIGNATURE) - 1 };
    enum status status = STATUS_OK;

    if (!sv_skip_prefix(&bytes, signature))
        return refuse(&png, "not a PNG picture");
    if (!buf_add(ret_png, signature))
        return STATUS_NOMEM;
    while (status == STATUS_OK)
        status = chunk_take(&png, &bytes, ret_png);
    if (status == STATUS_END)
        status = data_check(&png);
    buf_clear(&png.data);
    *ret_width = png.width;
    *ret_height = png.height;
    return status;
}

/* ------------------------------------------------------------------ base64 */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz0123456789+/";

bool
base64_add(struct sv bytes, struct buf *out)
{
    for (size_t i = 0; i < bytes.len && !out->failed; i += 3) {
        size_t left = bytes.len - i < 3 ? bytes.len - i : 3;
        uint32_t group = 0;

        for (size_t k = 0; k < 3; k++)
            group = group << 8 | (k < left ? (uint8_t)bytes.at[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            buf_add_char(out,
                         k <= left ? digits[group >> (18 - 6 * k) & 63] : '=');
    }
    return !out->failed;
}

bool
base64_decode(struct sv text, struct buf *out)
{
    uint32_t group = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < text.len && text.at[i] != '='; i++) {
        ptrdiff_t digit =
            sv_find_char((struct sv){ digits, sizeof(digits) - 1 }, text.at[i]);

        if (digit < 0)
            return false;
        group = (group << 6 | (uint32_t)digit) & 0xffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (!buf_add_char(out, (char)(group >> bits & 0xff)))
                return false;
        }
    }
    return true;
}
