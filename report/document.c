#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "report/document.h"

#include "report/brand.h"
#include "report/html.h"
#include "report/model.h"
#include "report/node.h"
#include "report/template.h"
#include "report/text.h"
#include "report/words.h"
#ifdef WITH_PDF
#include "report/pdf.h"
#endif

#include <libxml/relaxng.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define DIGEST_HEX 65

struct room {
    const struct report_options *options;
    struct templates *templates;
    struct words *words;
    struct buf css;
    struct buf schema_text; /* libxml2 keeps pointing into it */
    xmlRelaxNG *schema;
    xmlDoc *brand; /* NULL: plain */
};

/* ----------------------------------------------------------------- opening */

static enum status
schema_open(struct room *room, struct fault *fault)
{
    xmlRelaxNGParserCtxt *parser;
    enum status status = templates_read(
        room->templates, "template:/document.rng", &room->schema_text, fault);

    if (status != STATUS_OK)
        return status;
    parser = xmlRelaxNGNewMemParserCtxt(room->schema_text.at,
                                        (int)room->schema_text.len);
    if (!parser)
        return STATUS_NOMEM;
    room->schema = xmlRelaxNGParse(parser);
    xmlRelaxNGFreeParserCtxt(parser);
    if (!room->schema)
        return fault_set(fault, STATUS_DAMAGED,
                         "document.rng is not a RELAX NG schema");
    return STATUS_OK;
}

enum status
room_open(const struct report_options *options, struct room **ret_room,
          struct fault *fault)
{
    enum status status = STATUS_NOMEM;
    struct room *room = calloc(1, sizeof(*room));

    if (!room)
        goto out;
    room->options = options;
    status = templates_open(options->template_dir, options->brand_dir,
                            &room->templates, fault);
    if (status == STATUS_OK)
        status =
            words_open(room->templates, options->lang ? options->lang : "en",
                       &room->words, fault);
    if (status == STATUS_OK)
        status = templates_read(room->templates, "template:/html.css",
                                &room->css, fault);
    if (status == STATUS_OK)
        status = schema_open(room, fault);
    if (status == STATUS_OK)
        status = brand_read(room->templates, options, &room->brand, fault);
    if (status != STATUS_OK)
        goto out;

    *ret_room = room;
    room = NULL;
out:
    room_free(room);
    return status;
}

void
room_free(struct room *room)
{
    if (!room)
        return;
    words_free(room->words);
    templates_free(room->templates);
    buf_clear(&room->css);
    xmlRelaxNGFree(room->schema);
    buf_clear(&room->schema_text);
    xmlFreeDoc(room->brand);
    free(room);
}

/* Appends the file, if there is one. */
static enum status
own_file_add(const struct room *room, const char *name, struct buf *text,
             struct fault *fault)
{
    enum status status = STATUS_OK;

    if (templates_has(room->templates, name))
        status = templates_read(room->templates, name, text, fault);
    if (status == STATUS_OK && !buf_add_char(text, '\n'))
        status = STATUS_NOMEM;
    return status;
}

static enum status
brand_text_add(const struct room *room, struct buf *text)
{
    xmlChar *bytes = NULL;
    int len = 0;
    bool added;

    if (!room->brand)
        return STATUS_OK;
    xmlDocDumpMemoryEnc(room->brand, &bytes, &len, "UTF-8");
    added =
        bytes && buf_add(text, (struct sv){ (const char *)bytes, (size_t)len });
    xmlFree(bytes);
    return added ? STATUS_OK : STATUS_NOMEM;
}

enum status
room_own_text(const struct room *room, struct buf *ret_text,
              struct fault *fault)
{
    static const char *const names[] = {
        "template:/case.rng",
        "template:/document.rng",
        "template:/html.css",
        "template:/outline/common.xsl",
        "template:/outline/customer.xsl",
        "template:/outline/investigator.xsl",
        "template:/outline/recheck.xsl",
        "template:/outline/ticket.xsl",
        "template:/steps/cpanel.xml",
        "template:/steps/customer.xml",
        "template:/steps/debian.xml",
        "template:/steps/directadmin.xml",
        "template:/words/en.xml",
    };
    struct buf name = { 0 };
    enum status status = STATUS_OK;

    for (size_t i = 0;
         i < sizeof(names) / sizeof(names[0]) && status == STATUS_OK; i++)
        status = own_file_add(room, names[i], ret_text, fault);
    if (status == STATUS_OK &&
        !buf_printf(&name, "template:/words/%s.xml", words_lang(room->words)))
        status = STATUS_NOMEM;
    if (status == STATUS_OK)
        status = own_file_add(room, name.at, ret_text, fault);
    if (status == STATUS_OK)
        status = brand_text_add(room, ret_text);
    buf_clear(&name);
    return status;
}

/* ---------------------------------------------------------------- document */

/* SHA-256 of the case as this reader may see it, in hexadecimal. */
static enum status
digest_make(const xmlDoc *casedoc, char hex[DIGEST_HEX], struct fault *fault)
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    struct buf text = { 0 };
    enum status status =
        model_to_xml((xmlDoc *)(uintptr_t)casedoc, &text, fault);

    if (status == STATUS_OK &&
        !EVP_Digest(text.at, text.len, digest, &len, EVP_sha256(), NULL))
        status = STATUS_NOMEM;
    for (size_t i = 0; status == STATUS_OK && i < len; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
        hex[2 * i + 2] = '\0';
    }
    buf_clear(&text);
    return status;
}

/* The brand's list of steps, or ours. */
static enum status
steps_parse(const struct room *room, const char *name, xmlDoc **ret_steps,
            struct fault *fault)
{
    static const char *const folders[] = { "brand", "template" };
    enum status status = STATUS_NOMEM;
    struct buf path = { 0 };

    for (size_t i = 0; i < 2; i++) {
        buf_clear(&path);
        if (!buf_printf(&path, "%s:/steps/%s.xml", folders[i], name))
            goto out;
        if (templates_has(room->templates, path.at))
            break;
    }
    status = templates_parse(room->templates, path.at, ret_steps, fault);
out:
    buf_clear(&path);
    return status;
}

/* The steps for this kind of server; those of plain Exim where it has none. */
static enum status
steps_open(const struct room *room, const xmlDoc *casedoc, xmlDoc **ret_steps,
           struct fault *fault)
{
    static const char *const kinds[] = { "cpanel", "directadmin" };
    struct sv kind = node_value(xmlDocGetRootElement(casedoc), "server_kind");

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (sv_eq(kind, sv_of(kinds[i])))
            return steps_parse(room, kinds[i], ret_steps, fault);
    }
    return steps_parse(room, "debian", ret_steps, fault);
}

static void
first_error(void *user, xmlError *error)
{
    struct fault *fault = user;

    if (fault->status == STATUS_OK)
        fault_set(fault, STATUS_DAMAGED,
                  "the outline made a document that document.rng does not "
                  "allow: %s",
                  error->message ? error->message : "no reason given");
}

static enum status
document_check(const struct room *room, xmlDoc *document, struct fault *fault)
{
    struct fault found = { .status = STATUS_OK };
    xmlRelaxNGValidCtxt *context = xmlRelaxNGNewValidCtxt(room->schema);
    int result;

    if (!context)
        return STATUS_NOMEM;
    xmlRelaxNGSetValidStructuredErrors(
        context, (xmlStructuredErrorFunc)first_error, &found);
    result = xmlRelaxNGValidateDoc(context, document);
    xmlRelaxNGFreeValidCtxt(context);
    if (result == 0)
        return STATUS_OK;
    if (fault)
        *fault = found;
    return STATUS_DAMAGED;
}

static const char *
label_of(const struct room *room, const char *outline)
{
    const xmlNode *brand = xmlDocGetRootElement(room->brand);
    struct sv label = node_attr(brand, "label");

    if (label.len > 0)
        return label.at;
    return strcmp(outline, "investigator") == 0 ? "TLP:AMBER" : "";
}

/* What the configuration said, and where. */
static enum status
settings_make(const struct report_options *options, xmlDoc **ret_doc)
{
    xmlDoc *doc;
    xmlNode *root;
    bool ok;

    if (options->house_count == 0)
        return STATUS_OK;
    doc = xmlNewDoc((const xmlChar *)"1.0");
    root =
        doc ? xmlNewDocNode(doc, NULL, (const xmlChar *)"house", NULL) : NULL;
    ok = root != NULL;
    if (ok)
        xmlDocSetRootElement(doc, root);
    for (size_t i = 0; ok && i < options->house_count; i++) {
        const struct report_setting *setting = &options->house[i];
        xmlNode *node =
            xmlNewChild(root, NULL, (const xmlChar *)"setting", NULL);

        ok = node &&
             xmlNewProp(node, (const xmlChar *)"key",
                        (const xmlChar *)setting->key) &&
             xmlNewProp(node, (const xmlChar *)"value",
                        (const xmlChar *)setting->value) &&
             xmlNewProp(node, (const xmlChar *)"origin",
                        (const xmlChar *)setting->origin);
    }
    if (!ok) {
        xmlFreeDoc(doc);
        return STATUS_NOMEM;
    }
    *ret_doc = doc;
    return STATUS_OK;
}

/* The day by which the house wants its customers to have acted. */
static enum status
deadline_set(xmlDoc *input)
{
    xmlNode *root = xmlDocGetRootElement(input);
    xmlNode *brand = node_child(root, "brand");
    char by[MODEL_TIME_BYTES];
    int64_t days = node_attr_int(brand, "days", 0);
    int64_t as_of = 0;

    if (days <= 0 ||
        !time_parse(node_value(node_child(root, "case"), "as_of"), &as_of) ||
        !model_time_print(as_of + days * 86400, by))
        return STATUS_OK;
    return xmlSetProp(brand, (const xmlChar *)"by", (const xmlChar *)by)
               ? STATUS_OK
               : STATUS_NOMEM;
}

enum status
room_page(struct room *room, const xmlDoc *casedoc, const char *outline,
          const xmlDoc *extra, xmlDoc **ret_document, struct fault *fault)
{
    char digest[DIGEST_HEX];
    xmlDoc *input = NULL;
    xmlDoc *steps = NULL;
    xmlDoc *owner_steps = NULL;
    xmlDoc *house = NULL;
    xmlDoc *document = NULL;
    enum status status = digest_make(casedoc, digest, fault);
    const struct template_param params[] = {
        { "label", label_of(room, outline) },
        { "digest", digest },
        { NULL, NULL },
    };

    if (status == STATUS_OK)
        status = steps_open(room, casedoc, &steps, fault);
    if (status == STATUS_OK)
        status = steps_parse(room, "customer", &owner_steps, fault);
    if (status == STATUS_OK)
        status = settings_make(room->options, &house);
    if (status != STATUS_OK)
        goto out;
    status = prepare_copy(casedoc, &input);
    if (status == STATUS_OK)
        status = prepare_case(
            input,
            (const xmlDoc *[]){ steps, owner_steps, room->brand, house, extra },
            5);
    if (status == STATUS_OK)
        status = deadline_set(input);
    if (status == STATUS_OK)
        status = templates_transform(room->templates, outline, input, params,
                                     &document, fault);
    if (status == STATUS_OK)
        status = words_apply(room->words, document,
                             node_child(xmlDocGetRootElement(input), "clock"),
                             fault);
    if (status == STATUS_OK)
        status = document_check(room, document, fault);
    if (status != STATUS_OK)
        goto out;

    *ret_document = document;
    document = NULL;
out:
    xmlFreeDoc(document);
    xmlFreeDoc(input);
    xmlFreeDoc(steps);
    xmlFreeDoc(owner_steps);
    xmlFreeDoc(house);
    return status;
}

enum status
room_document(struct room *room, const xmlDoc *casedoc, const char *audience,
              xmlDoc **ret_document, struct fault *fault)
{
    return room_page(room, casedoc, audience, NULL, ret_document, fault);
}

/* ------------------------------------------------------------------ render */

static enum status
render_pdf(const struct room *room, xmlDoc *document, struct buf *ret_bytes,
           struct fault *fault)
{
#ifdef WITH_PDF
    const struct report_options *options = room->options;
    struct pdf_options pdf = {
        .paper = options->paper && strcmp(options->paper, "letter") == 0
                     ? PDF_PAPER_LETTER
                     : PDF_PAPER_A4,
        .font_dirs = options->font_dirs,
        .font_dir_count = options->font_dir_count,
    };

    return pdf_render(document, &pdf, ret_bytes, fault);
#else
    (void)room;
    (void)document;
    (void)ret_bytes;
    return fault_set(fault, STATUS_USAGE,
                     "this exinquest was built without PDF");
#endif
}

enum status
room_render(const struct room *room, xmlDoc *document,
            enum report_format format, struct buf *ret_bytes,
            struct fault *fault)
{
    bool ticket =
        node_attr_is(xmlDocGetRootElement(document), "audience", "ticket");

    switch (format) {
    case FORMAT_HTML:
        return html_render(document, buf_sv(&room->css), ret_bytes, fault);
    case FORMAT_TEXT:
        return text_render(document, ticket ? TICKET_MAX_CHARS : 0, ret_bytes,
                           fault);
    case FORMAT_PDF:
        return render_pdf(room, document, ret_bytes, fault);
    case FORMAT_JSON:
    case FORMAT_XML:
        break;
    }
    return STATUS_INTERNAL;
}
