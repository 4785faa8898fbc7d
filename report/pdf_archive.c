/* The metadata packet and the colour profile of an archived PDF. */
#include "report/pdf_archive.h"

/* --------------------------------------------------------------------- XMP */

static void
xml_write(struct buf *out, const char *text)
{
    static const struct {
        char byte;
        const char *entity;
    } entities[] = {
        { '&', "&amp;" },
        { '<', "&lt;" },
        { '>', "&gt;" },
        { '"', "&quot;" },
    };

    for (; *text; text++) {
        const char *entity = NULL;

        for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++) {
            if (*text == entities[i].byte)
                entity = entities[i].entity;
        }
        if (entity)
            buf_add(out, sv_of(entity));
        else
            buf_add_char(out, *text);
    }
}

/* PDF/A knows the names of PDF/UA only when they are explained to it. */
static const char extension_schema[] =
    "<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType=\"Resource\">"
    "<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>"
    "<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/"
    "</pdfaSchema:namespaceURI>"
    "<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    "<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType=\"Resource\">"
    "<pdfaProperty:name>part</pdfaProperty:name>"
    "<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    "<pdfaProperty:category>internal</pdfaProperty:category>"
    "<pdfaProperty:description>Part of ISO 14289"
    "</pdfaProperty:description>"
    "</rdf:li></rdf:Seq></pdfaSchema:property>"
    "</rdf:li></rdf:Bag></pdfaExtension:schemas>\n";

static const char packet_begin[] =
    "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
    "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
    "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
    "<rdf:Description rdf:about=\"\"\n"
    " xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
    " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n"
    " xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"\n"
    " xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"\n"
    " xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\"\n"
    " xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\"\n"
    " xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\"\n"
    " xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n"
    "<pdfaid:part>2</pdfaid:part>"
    "<pdfaid:conformance>U</pdfaid:conformance>\n"
    "<pdfuaid:part>1</pdfuaid:part>\n";

static const char packet_end[] = "</rdf:Description>\n</rdf:RDF>\n"
                                 "</x:xmpmeta>\n<?xpacket end=\"r\"?>\n";

static void
field_write(struct buf *out, const char *before, const char *value,
            const char *after)
{
    if (!*value)
        return;
    buf_add(out, sv_of(before));
    xml_write(out, value);
    buf_add(out, sv_of(after));
}

bool
pdf_xmp_write(struct buf *out, const struct pdf_finish_input *input)
{
    buf_add(out, sv_of(packet_begin));
    field_write(out, "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">",
                input->title, "</rdf:li></rdf:Alt></dc:title>\n");
    field_write(out, "<dc:creator><rdf:Seq><rdf:li>", input->author,
                "</rdf:li></rdf:Seq></dc:creator>\n");
    field_write(out, "<dc:description><rdf:Alt><rdf:li xml:lang=\"x-default\">",
                input->subject, "</rdf:li></rdf:Alt></dc:description>\n");
    field_write(out, "<xmp:CreatorTool>", input->creator,
                "</xmp:CreatorTool>\n");
    field_write(out, "<pdf:Producer>", input->producer, "</pdf:Producer>\n");
    field_write(out, "<xmp:CreateDate>", input->as_of, "</xmp:CreateDate>\n");
    field_write(out, "<xmp:ModifyDate>", input->as_of, "</xmp:ModifyDate>\n");
    buf_add(out, sv_of(extension_schema));
    buf_add(out, sv_of(packet_end));
    return !out->failed;
}

bool
pdf_date_write(struct buf *out, const char *as_of)
{
    buf_add(out, SV("D:"));
    for (; *as_of; as_of++) {
        if (*as_of >= '0' && *as_of <= '9')
            buf_add_char(out, *as_of);
    }
    return buf_add_char(out, 'Z');
}

/* --------------------------------------------------------------------- ICC */

#define ICC_BYTES 448
#define ICC_TAGS 9

static void
u32_write(struct buf *out, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add_char(out, (char)(value >> shift & 0xff));
}

static void
zeros_write(struct buf *out, size_t count)
{
    while (count--)
        buf_add_char(out, '\0');
}

static void
icc_header_write(struct buf *out)
{
    u32_write(out, ICC_BYTES);
    zeros_write(out, 4);
    u32_write(out, 0x02100000); /* version 2.1 */
    buf_add(out, SV("mntrRGB XYZ "));
    zeros_write(out, 12); /* no date: nothing here may come from a clock */
    buf_add(out, SV("acsp"));
    zeros_write(out, 28);
    u32_write(out, 0xf6d6); /* D50 */
    u32_write(out, 0x10000);
    u32_write(out, 0xd32d);
    zeros_write(out, 48);
}

static const struct icc_tag {
    const char *name;
    uint32_t offset;
    uint32_t size;
    uint32_t xyz[3];
} icc_tags[ICC_TAGS] = {
    { "desc", 240, 95, { 0 } },
    { "cprt", 336, 12, { 0 } },
    { "wtpt", 348, 20, { 0xf6d6, 0x10000, 0xd32d } },
    { "rXYZ", 368, 20, { 0x6fa2, 0x38f5, 0x0390 } },
    { "gXYZ", 388, 20, { 0x6299, 0xb785, 0x18da } },
    { "bXYZ", 408, 20, { 0x24a0, 0x0f84, 0xb6cf } },
    { "rTRC", 428, 14, { 0 } },
    { "gTRC", 428, 14, { 0 } },
    { "bTRC", 428, 14, { 0 } },
};

bool
pdf_icc_write(struct buf *out)
{
    icc_header_write(out);
    u32_write(out, ICC_TAGS);
    for (size_t i = 0; i < ICC_TAGS; i++) {
        buf_add(out, sv_of(icc_tags[i].name));
        u32_write(out, icc_tags[i].offset);
        u32_write(out, icc_tags[i].size);
    }
    buf_add(out, SV("desc"));
    zeros_write(out, 4);
    u32_write(out, sizeof("sRGB"));
    buf_add(out, SV("sRGB"));
    zeros_write(out, 1 + 78 + 1); /* its end, no other names, alignment */
    buf_add(out, SV("text"));
    zeros_write(out, 4);
    buf_add(out, SV("CC0"));
    zeros_write(out, 1);
    for (size_t i = 0; i < ICC_TAGS; i++) {
        if (!icc_tags[i].xyz[1])
            continue;
        buf_add(out, SV("XYZ "));
        zeros_write(out, 4);
        for (size_t k = 0; k < 3; k++)
            u32_write(out, icc_tags[i].xyz[k]);
    }
    buf_add(out, SV("curv"));
    zeros_write(out, 4);
    u32_write(out, 1);
    buf_add(out, SV("\x02\x33")); /* 2.2 */
    zeros_write(out, 6);
    return !out->failed;
}
