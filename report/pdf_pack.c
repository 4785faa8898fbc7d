/* Writes the finished PDF: streams deflated, objects packed, the table. */
#include "report/pdf_pack.h"

#include "report/pdf_reading.h"

#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

/* 9 takes twice the time for the last two in a hundred bytes. */
#define DEFLATE_LEVEL 6

/* ------------------------------------------------------------------ values */

void
finisher_fail(struct finisher *finisher, enum status status)
{
    if (!finisher->status)
        finisher->status = status;
}

struct sv
finisher_value(struct finisher *finisher, const char *format, ...)
{
    char text[512];
    struct sv kept = { 0 };
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(text))
        finisher_fail(finisher, STATUS_INTERNAL);
    else if (!arena_keep(finisher->arena, (struct sv){ text, (size_t)len },
                         &kept))
        finisher_fail(finisher, STATUS_NOMEM);
    return kept;
}

struct sv
finisher_value_of(struct finisher *finisher, struct buf *buf)
{
    struct sv kept = { 0 };

    if (buf->failed || !arena_keep(finisher->arena, buf_sv(buf), &kept))
        finisher_fail(finisher, STATUS_NOMEM);
    buf_clear(buf);
    return kept;
}

void
finisher_write_array(struct finisher *finisher, struct buf *out,
                     struct sv array, bool null)
{
    struct sv rest = array;
    struct sv part;

    sv_skip_prefix(&rest, SV("["));
    buf_add_char(out, '[');
    while (pdf_value_take(&rest, &part)) {
        size_t number = pdf_reference(part);

        if (number < finisher->file.count &&
            finisher->file.objects[number].dropped) {
            buf_add(out, null ? SV(" null") : SV(""));
            continue;
        }
        buf_add_char(out, ' ');
        pdf_value_write(out, part);
    }
    buf_add(out, SV(" ]"));
}

/* ----------------------------------------------------------------- streams */

static enum status
flate_pack(struct sv plain, struct buf *ret_packed)
{
    uLong bound = compressBound((uLong)plain.len);
    Bytef *packed = malloc(bound);
    enum status status = STATUS_NOMEM;

    if (!packed)
        return status;
    if (compress2(packed, &bound, (const Bytef *)plain.at, (uLong)plain.len,
                  DEFLATE_LEVEL) == Z_OK &&
        buf_add(ret_packed, (struct sv){ (const char *)packed, bound }))
        status = STATUS_OK;
    free(packed);
    return status;
}

/*
 * "/Private << /MCID 3 >> BDC" becomes "/Artifact BMC". Read as values, so
 * that the same words inside a string stay what they are.
 */
static void
content_write(struct buf *out, struct sv content)
{
    struct sv rest = content;
    struct sv copied = content; /* what is not written yet */
    struct sv value;

    while (pdf_value_take(&rest, &value)) {
        struct sv after = rest;
        struct sv marks;
        struct sv operator;

        if (!sv_eq(value, SV("/Private")) || !pdf_value_take(&after, &marks) ||
            !sv_starts(marks, SV("<<")) || !pdf_value_take(&after, &operator) ||
            !sv_eq(operator, SV("BDC")))
            continue;
        buf_add(out, sv_head(copied, (size_t)(value.at - copied.at)));
        buf_add(out, SV("/Artifact BMC"));
        copied = after;
        rest = after;
    }
    buf_add(out, copied);
}

static void
object_begin(struct finisher *finisher, size_t number)
{
    finisher->slots[number] =
        (struct pdf_slot){ SLOT_PLAIN, finisher->out.len, 0 };
    buf_printf(&finisher->out, "%zu 0 obj\n", number);
}

static void
stream_write(struct finisher *finisher, size_t number, struct sv dict,
             struct edits *edits, struct sv stream)
{
    edits_add(edits, SV("/Length"),
              finisher_value(finisher, "%zu", stream.len));
    object_begin(finisher, number);
    pdf_dict_write(&finisher->out, dict, edits->list, edits->count);
    buf_add(&finisher->out, SV("\nstream\n"));
    buf_add(&finisher->out, stream);
    buf_add(&finisher->out, SV("\nendstream\nendobj\n"));
}

/* Deflated anew where that is smaller; a page's content always. */
static void
stream_object_write(struct finisher *finisher, size_t number,
                    struct edits *edits)
{
    const struct pdf_object *object = &finisher->file.objects[number];
    struct sv stream = object->stream;
    struct buf plain = { 0 };
    struct buf edited = { 0 };
    struct buf packed = { 0 };
    struct sv chosen;
    enum status status = STATUS_OK;

    if (!pdf_dict_is(object->value, SV("/Filter"), SV("/FlateDecode")) ||
        pdf_dict_get(object->value, SV("/DecodeParms")).len)
        goto write;
    status = pdf_inflate(stream, &plain);
    if (status)
        goto out;
    chosen = buf_sv(&plain);
    if (finisher->content[number]) {
        content_write(&edited, chosen);
        chosen = buf_sv(&edited);
    }
    status = edited.failed ? STATUS_NOMEM : flate_pack(chosen, &packed);
    if (status)
        goto out;
    if (finisher->content[number] || packed.len < stream.len)
        stream = buf_sv(&packed);
write:
    stream_write(finisher, number, object->value, edits, stream);
out:
    if (status)
        finisher_fail(finisher, status);
    buf_clear(&plain);
    buf_clear(&edited);
    buf_clear(&packed);
}

/* ----------------------------------------------------------------- packing */

void
finisher_write_stream(struct finisher *finisher, size_t number, struct sv bytes,
                      bool deflate, struct edits *edits)
{
    struct buf packed = { 0 };
    enum status status = deflate ? flate_pack(bytes, &packed) : STATUS_OK;

    if (deflate)
        edits_add(edits, SV("/Filter"), SV("/FlateDecode"));
    if (status)
        finisher_fail(finisher, status);
    else
        stream_write(finisher, number, SV("<<>>"), edits,
                     deflate ? buf_sv(&packed) : bytes);
    buf_clear(&packed);
}

static void
pack_flush(struct finisher *finisher)
{
    struct edits edits = { 0 };
    struct buf whole = { 0 };
    size_t number;

    if (!finisher->pack_count)
        return;
    number = finisher->slot_count++;
    for (size_t i = 0; i < finisher->pack_count; i++)
        finisher->slots[finisher->pack[i]] =
            (struct pdf_slot){ SLOT_PACKED, number, i };
    buf_add(&whole, buf_sv(&finisher->pack_index));
    buf_add(&whole, buf_sv(&finisher->pack_body));
    edits_add(&edits, SV("/Type"), SV("/ObjStm"));
    edits_add(&edits, SV("/N"),
              finisher_value(finisher, "%zu", finisher->pack_count));
    edits_add(&edits, SV("/First"),
              finisher_value(finisher, "%zu", finisher->pack_index.len));
    if (whole.failed || finisher->pack_index.failed ||
        finisher->pack_body.failed)
        finisher_fail(finisher, STATUS_NOMEM);
    else
        finisher_write_stream(finisher, number, buf_sv(&whole), true, &edits);
    finisher->pack_count = 0;
    finisher->pack_index.len = finisher->pack_body.len = 0;
    buf_clear(&whole);
}

static void
pack_object(struct finisher *finisher, size_t number, struct edits *edits)
{
    struct sv value = finisher->file.objects[number].value;

    finisher->pack[finisher->pack_count++] = number;
    buf_printf(&finisher->pack_index, "%zu %zu ", number,
               finisher->pack_body.len);
    if (sv_starts(value, SV("<<")))
        pdf_dict_write(&finisher->pack_body, value, edits->list, edits->count);
    else if (sv_starts(value, SV("[")))
        finisher_write_array(finisher, &finisher->pack_body, value, true);
    else
        buf_add(&finisher->pack_body, value);
    buf_add_char(&finisher->pack_body, '\n');
    if (finisher->pack_count == PDF_PACK_OBJECTS)
        pack_flush(finisher);
}

void
finisher_write_object(struct finisher *finisher, size_t number,
                      struct edits *edits)
{
    if (finisher->file.objects[number].has_stream)
        stream_object_write(finisher, number, edits);
    else
        pack_object(finisher, number, edits);
}

/* The same content gives the same name. */
static struct sv
content_id(struct finisher *finisher)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    struct buf id = { 0 };

    if (finisher->out.failed || !EVP_Digest(finisher->out.at, finisher->out.len,
                                            digest, NULL, EVP_sha256(), NULL)) {
        finisher_fail(finisher, STATUS_NOMEM);
        return (struct sv){ 0 };
    }
    buf_add(&id, SV("[ "));
    for (int twice = 0; twice < 2; twice++) {
        buf_add_char(&id, '<');
        for (size_t i = 0; i < 16; i++)
            buf_printf(&id, "%02X", digest[i]);
        buf_add(&id, SV("> "));
    }
    buf_add_char(&id, ']');
    return finisher_value_of(finisher, &id);
}

static void
number_write(struct buf *out, size_t value, int bytes)
{
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
        buf_add_char(out, (char)(value >> shift & 0xff));
}

static void
xref_write(struct finisher *finisher)
{
    struct edits edits = { 0 };
    struct buf table = { 0 };
    struct sv id = content_id(finisher);
    size_t number = finisher->slot_count++;
    size_t offset = finisher->out.len;

    finisher->slots[number] = (struct pdf_slot){ SLOT_PLAIN, offset, 0 };
    for (size_t i = 0; i < finisher->slot_count; i++) {
        const struct pdf_slot *slot = &finisher->slots[i];

        number_write(&table, slot->kind, 1);
        number_write(&table, slot->where, 4);
        number_write(&table, slot->kind == SLOT_FREE ? 0xffff : slot->index, 2);
    }
    edits_add(&edits, SV("/Type"), SV("/XRef"));
    edits_add(&edits, SV("/Size"),
              finisher_value(finisher, "%zu", finisher->slot_count));
    edits_add(&edits, SV("/W"), SV("[ 1 4 2 ]"));
    edits_add(&edits, SV("/Root"),
              finisher_value(finisher, "%zu 0 R", finisher->file.root));
    edits_add(&edits, SV("/Info"),
              finisher_value(finisher, "%zu 0 R", finisher->file.info));
    edits_add(&edits, SV("/ID"), id);
    if (table.failed)
        finisher_fail(finisher, STATUS_NOMEM);
    else
        finisher_write_stream(finisher, number, buf_sv(&table), true, &edits);
    buf_printf(&finisher->out, "startxref\n%zu\n%%%%EOF\n", offset);
    buf_clear(&table);
}

void
finisher_write_end(struct finisher *finisher)
{
    pack_flush(finisher);
    xref_write(finisher);
}
