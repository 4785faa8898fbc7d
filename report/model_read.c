/* case.xml in and out: bytes of anyone to a valid tree, a tree to bytes. */
#include "report/model.h"

#include "report/model_table.h"
#include "report/xmlmem.h"

#include <errno.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/relaxng.h>
#include <libxml/xmlsave.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_MAX_BYTES ((uint64_t)1 << 30)
#define CHUNK_BYTES 65536

/* ---------------------------------------------------------------- to bytes */

static int
save_write(void *user, const char *bytes, int len)
{
    return buf_add(user, (struct sv){ bytes, (size_t)len }) ? len : -1;
}

static int
save_close(void *user)
{
    (void)user;
    return 0;
}

enum status
model_to_xml(xmlDoc *doc, struct buf *out, struct fault *fault)
{
    uint64_t mark = xmlmem_mark();
    xmlSaveCtxt *save =
        xmlSaveToIO(save_write, save_close, out, "UTF-8", XML_SAVE_FORMAT);
    long saved = save ? xmlSaveDoc(save, doc) : -1;

    if (save && xmlSaveClose(save) < 0)
        saved = -1;
    if (xmlmem_failed_since(mark) || out->failed)
        return fault_set(fault, STATUS_NOMEM,
                         "out of memory while writing case.xml");
    if (saved < 0)
        return fault_set(fault, STATUS_INTERNAL,
                         "libxml2 could not write case.xml");
    return STATUS_OK;
}

/* -------------------------------------------------------------- validation */

struct complaint { /* the first thing that was wrong */
    int line;
    char text[512];
};

static void
complaint_note(void *user, xmlErrorPtr error)
{
    struct complaint *complaint = user;
    size_t len;

    if (complaint->text[0] || !error->message)
        return;
    complaint->line = error->line;
    snprintf(complaint->text, sizeof(complaint->text), "%s", error->message);
    len = strlen(complaint->text);
    while (len && complaint->text[len - 1] == '\n')
        complaint->text[--len] = '\0';
}

static enum status
schema_load(const char *template_dir, xmlRelaxNG **ret_schema,
            struct fault *fault)
{
    char path[PATH_MAX];
    struct complaint complaint = { 0 };
    xmlRelaxNGParserCtxt *parser;
    xmlRelaxNG *schema = NULL;
    int len =
        snprintf(path, sizeof(path), "%s/" MODEL_SCHEMA_FILE, template_dir);

    if (len < 0 || (size_t)len >= sizeof(path))
        return fault_set(fault, STATUS_IO, "%s: the name is too long",
                         template_dir);
    parser = xmlRelaxNGNewParserCtxt(path);
    if (!parser)
        return STATUS_NOMEM;
    xmlRelaxNGSetParserStructuredErrors(parser, complaint_note, &complaint);
    schema = xmlRelaxNGParse(parser);
    xmlRelaxNGFreeParserCtxt(parser);
    if (!schema)
        return fault_set(fault, STATUS_IO, "%s: cannot be used: %s", path,
                         complaint.text);
    *ret_schema = schema;
    return STATUS_OK;
}

static enum status
doc_validate(xmlDoc *doc, xmlRelaxNG *schema, struct complaint *complaint)
{
    xmlRelaxNGValidCtxt *valid = xmlRelaxNGNewValidCtxt(schema);
    int wrong;

    if (!valid)
        return STATUS_NOMEM;
    xmlRelaxNGSetValidStructuredErrors(valid, complaint_note, complaint);
    wrong = xmlRelaxNGValidateDoc(valid, doc);
    xmlRelaxNGFreeValidCtxt(valid);
    return wrong ? STATUS_DAMAGED : STATUS_OK;
}

enum status
model_validate(xmlDoc *doc, const char *template_dir, struct fault *fault)
{
    uint64_t mark = xmlmem_mark();
    struct complaint complaint = { 0 };
    xmlRelaxNG *schema = NULL;
    enum status status = schema_load(template_dir, &schema, fault);

    if (status == STATUS_OK && !xmlmem_failed_since(mark))
        status = doc_validate(doc, schema, &complaint);
    xmlRelaxNGFree(schema);
    if (xmlmem_failed_since(mark) || status == STATUS_NOMEM)
        return fault_set(fault, STATUS_NOMEM,
                         "out of memory while checking the case");
    if (status == STATUS_DAMAGED && complaint.line > 0)
        fault_set(fault, status, "line %d: not a valid case: %s",
                  complaint.line, complaint.text);
    else if (status == STATUS_DAMAGED)
        fault_set(fault, status, "not a valid case: %s", complaint.text);
    return status;
}

/* ----------------------------------------------------------------- reading */

struct reading {
    bool doctype;
    bool deep;
    int line;
    startElementNsSAX2Func start;
};

/* A document type can hold entities, so the first sign of one ends it. */
static void
refuse_doctype(void *user, const xmlChar *name, const xmlChar *public_id,
               const xmlChar *system_id)
{
    xmlParserCtxt *parser = user;
    struct reading *reading = parser->_private;

    (void)name;
    (void)public_id;
    (void)system_id;
    reading->doctype = true;
    reading->line = xmlSAX2GetLineNumber(parser);
    xmlStopParser(parser);
}

static void
start_bounded(void *user, const xmlChar *name, const xmlChar *prefix,
              const xmlChar *uri, int namespace_count,
              const xmlChar **namespaces, int attribute_count,
              int default_count, const xmlChar **attributes)
{
    xmlParserCtxt *parser = user;
    struct reading *reading = parser->_private;

    if (parser->nodeNr >= MODEL_MAX_DEPTH) {
        reading->deep = true;
        reading->line = xmlSAX2GetLineNumber(parser);
        xmlStopParser(parser);
        return;
    }
    reading->start(user, name, prefix, uri, namespace_count, namespaces,
                   attribute_count, default_count, attributes);
}

static void
parser_fence(xmlParserCtxt *parser, struct reading *reading)
{
    parser->_private = reading;
    reading->start = parser->sax->startElementNs;
    parser->sax->startElementNs = start_bounded;
    parser->sax->internalSubset = refuse_doctype;
    parser->sax->comment = NULL; /* they would part one text into two */
    parser->sax->processingInstruction = NULL;
}

static enum status
parser_say(const xmlParserCtxt *parser, const struct reading *reading,
           const char *name, struct fault *fault)
{
    char text[256];

    if (reading->doctype)
        return fault_set(fault, STATUS_DAMAGED,
                         "%s, line %d: a case has no document type", name,
                         reading->line);
    if (reading->deep)
        return fault_set(fault, STATUS_DAMAGED,
                         "%s, line %d: nested deeper than a case can be", name,
                         reading->line);
    snprintf(text, sizeof(text), "%s",
             parser->lastError.message ? parser->lastError.message
                                       : "it is empty");
    text[strcspn(text, "\n")] = '\0';
    return fault_set(fault, STATUS_DAMAGED, "%s, line %d: not XML: %s", name,
                     parser->lastError.line, text);
}

/* Parsed in chunks: a document may be larger than libxml2's int. */
static bool
parser_feed(xmlParserCtxt *parser, struct sv bytes,
            const struct reading *reading, uint64_t mark)
{
    while (bytes.len && !reading->doctype && !reading->deep &&
           !xmlmem_failed_since(mark)) {
        struct sv chunk = sv_head(bytes, CHUNK_BYTES);

        if (xmlParseChunk(parser, chunk.at, (int)chunk.len, 0))
            return false;
        bytes = sv_drop(bytes, chunk.len);
    }
    return !reading->doctype && !reading->deep && !xmlmem_failed_since(mark) &&
           xmlParseChunk(parser, "", 0, 1) == 0 && parser->wellFormed;
}

static enum status
tree_parse(struct sv bytes, const char *name, xmlDoc **ret_doc,
           struct fault *fault)
{
    uint64_t mark = xmlmem_mark();
    struct reading reading = { 0 };
    enum status status = STATUS_NOMEM;
    xmlParserCtxt *parser = xmlCreatePushParserCtxt(NULL, NULL, NULL, 0, NULL);

    if (!parser)
        goto out;
    if (xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOBLANKS |
                                      XML_PARSE_NOCDATA | XML_PARSE_HUGE |
                                      XML_PARSE_BIG_LINES |
                                      XML_PARSE_COMPACT)) {
        status = fault_set(fault, STATUS_INTERNAL,
                           "libxml2 lacks what reading a case needs");
        goto out;
    }
    parser_fence(parser, &reading);
    if (!parser_feed(parser, bytes, &reading, mark) || !parser->myDoc) {
        status = parser_say(parser, &reading, name, fault);
        goto out;
    }

    *ret_doc = parser->myDoc;
    parser->myDoc = NULL; /* the caller owns it now */
    status = STATUS_OK;
out:
    if (parser)
        xmlFreeDoc(parser->myDoc);
    xmlFreeParserCtxt(parser);
    return status;
}

/* A better sentence than a schema's for what will happen most. */
static enum status
schema_number_check(xmlDoc *doc, const char *name, struct fault *fault)
{
    enum status status = STATUS_OK;
    xmlNode *root = xmlDocGetRootElement(doc);
    xmlChar *schema = root ? xmlGetProp(root, BAD_CAST "schema") : NULL;

    if (!root || strcmp((const char *)root->name, "case") != 0 || !schema)
        status = fault_set(fault, STATUS_DAMAGED,
                           "%s: not a case of exinquest; this program reads %s",
                           name, CASE_SCHEMA);
    else if (strcmp((const char *)schema, CASE_SCHEMA) != 0)
        status = fault_set(fault, STATUS_DAMAGED,
                           "%s: a case of schema %.40s; this program reads %s",
                           name, (const char *)schema, CASE_SCHEMA);
    xmlFree(schema);
    return status;
}

/* A text that no case of ours can hold: it would be obeyed, not shown. */
static const xmlNode *
find_unprintable(const xmlNode *node)
{
    const xmlNode *found = NULL; /* tree_parse() bounds the depth */

    for (const xmlNode *child = node->children; child && !found;
         child = child->next) {
        if (child->type == XML_ELEMENT_NODE)
            found = find_unprintable(child);
        else if (child->content && !xmlIsBlankNode(child) &&
                 !model_text_is_printable((const char *)child->content))
            found = child;
    }
    return found;
}

static enum status
texts_check(const xmlDoc *doc, const char *name, struct fault *fault)
{
    const xmlNode *bad = find_unprintable(xmlDocGetRootElement(doc));

    return bad ? fault_set(fault, STATUS_DAMAGED,
                           "%s, line %ld: a text that is not printable", name,
                           xmlGetLineNo(bad))
               : STATUS_OK;
}

enum status
model_parse(struct sv bytes, const char *name, const char *template_dir,
            xmlDoc **ret_doc, struct fault *fault)
{
    uint64_t mark = xmlmem_mark();
    struct fault inner = { 0 };
    xmlDoc *doc = NULL;
    enum status status = tree_parse(bytes, name, &doc, fault);

    if (status != STATUS_OK)
        goto out;
    status = schema_number_check(doc, name, fault);
    if (status != STATUS_OK)
        goto out;
    status = xmlmem_failed_since(mark)
                 ? STATUS_NOMEM
                 : model_validate(doc, template_dir, &inner);
    if (status == STATUS_DAMAGED)
        fault_set(fault, status, "%s, %s", name, inner.text);
    else if (status != STATUS_OK)
        fault_set(fault, status, "%s", inner.text);
    else
        status = texts_check(doc, name, fault);
    if (status != STATUS_OK || xmlmem_failed_since(mark))
        goto out;

    *ret_doc = doc;
    doc = NULL; /* the caller owns it now */
out:
    xmlFreeDoc(doc);
    if (xmlmem_failed_since(mark))
        status = fault_set(fault, STATUS_NOMEM,
                           "%s: out of memory while reading it", name);
    return status;
}

static enum status
file_read(FILE *file, const char *path, uint64_t max_bytes, struct buf *out,
          struct fault *fault)
{
    static const size_t step = CHUNK_BYTES;
    char chunk[CHUNK_BYTES];

    for (;;) {
        size_t len = fread(chunk, 1, step, file);

        if (!buf_add(out, (struct sv){ chunk, len }))
            return fault_set(fault, STATUS_NOMEM,
                             "%s: out of memory while reading it", path);
        if (out->len > max_bytes)
            return fault_set(fault, STATUS_LIMIT,
                             "%s: larger than a case may be (%llu bytes)", path,
                             (unsigned long long)max_bytes);
        if (len < step)
            break;
    }
    if (ferror(file))
        return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
    return STATUS_OK;
}

enum status
model_read(const char *path, const char *template_dir,
           const struct model_limits *limits, xmlDoc **ret_doc,
           struct fault *fault)
{
    uint64_t max_bytes =
        limits && limits->max_bytes ? limits->max_bytes : DEFAULT_MAX_BYTES;
    struct buf bytes = { 0 };
    enum status status;
    FILE *file = fopen(path, "rbe");

    if (!file)
        return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
    status = file_read(file, path, max_bytes, &bytes, fault);
    if (status == STATUS_OK)
        status =
            model_parse(buf_sv(&bytes), path, template_dir, ret_doc, fault);
    fclose(file);
    buf_clear(&bytes);
    return status;
}
