#include "report/recheck.h"

#include "report/document.h"
#include "report/model.h"
#include "report/output.h"
#include "report/text.h"
#include "report/xmlmem.h"

#include <inttypes.h>
#include <stdio.h>

#define HOUR_S 3600

/* --------------------------------------------------------- the answers, XML */

static bool
attr_text(xmlNode *node, const char *name, const char *text)
{
    return !text || xmlNewProp(node, (const xmlChar *)name,
                               (const xmlChar *)text) != NULL;
}

static bool
attr_number(xmlNode *node, const char *name, int64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRId64, number);
    return attr_text(node, name, text);
}

/* None where the time is not known. */
static bool
attr_time(xmlNode *node, const char *name, int64_t at)
{
    char text[MODEL_TIME_BYTES];

    return at == TIME_UNKNOWN || !model_time_print(at, text) ||
           attr_text(node, name, text);
}

static bool
answer_add(xmlNode *parent, enum recheck_question question,
           const struct recheck_answer *answer)
{
    xmlNode *node = xmlNewChild(parent, NULL, (const xmlChar *)"answer", NULL);

    return node &&
           attr_text(node, "question", recheck_question_name(question)) &&
           attr_text(node, "verdict", recheck_verdict_name(answer->verdict)) &&
           attr_number(node, "count", answer->count);
}

static bool
sample_add(xmlNode *parent, const struct recheck_sample *sample)
{
    xmlNode *node = xmlNewChild(parent, NULL, (const xmlChar *)"sample", NULL);

    return node && attr_time(node, "at", sample->at) &&
           attr_text(node, "question",
                     recheck_question_name(sample->question)) &&
           attr_text(node, "message_id", sample->message_id) &&
           attr_text(node, "source", sample->source) &&
           attr_text(node, "subject", sample->subject);
}

static bool
finding_add(xmlNode *parent, const struct recheck_finding *finding)
{
    xmlNode *node = xmlNewChild(parent, NULL, (const xmlChar *)"checked", NULL);
    bool ok =
        node && attr_text(node, "id", finding->finding->id) &&
        attr_text(node, "verdict", recheck_verdict_name(finding->verdict)) &&
        attr_number(node, "needed", finding->needed_hours * HOUR_S) &&
        attr_number(node, "own", finding->own_messages) &&
        attr_time(node, "own_last", finding->own_last) &&
        attr_number(node, "against", finding->against);

    for (size_t i = 0; ok && i < RECHECK_QUESTION_COUNT; i++) {
        if (finding->answers[i].asked)
            ok = answer_add(node, (enum recheck_question)i,
                            &finding->answers[i]);
    }
    for (size_t i = 0; ok && i < finding->sample_count; i++)
        ok = sample_add(node, &finding->samples[i]);
    return ok;
}

static enum status
answers_make(const struct recheck_result *result, xmlDoc **ret_doc)
{
    xmlDoc *doc = xmlNewDoc((const xmlChar *)"1.0");
    xmlNode *root = xmlNewDocNode(doc, NULL, (const xmlChar *)"recheck", NULL);
    bool ok = doc && root;

    if (ok) {
        xmlDocSetRootElement(doc, root);
        root = xmlDocGetRootElement(doc);
    } else {
        xmlFreeNode(root);
    }
    ok = ok && attr_time(root, "since", result->since) &&
         attr_time(root, "first", result->first) &&
         attr_time(root, "last", result->last) &&
         attr_number(root, "seen", result->seen_s) &&
         attr_text(root, "completeness", result->completeness);
    for (size_t i = 0; ok && i < RECHECK_VERDICT_COUNT; i++)
        ok = attr_number(root, recheck_verdict_name((enum recheck_verdict)i),
                         (int64_t)result->counts[i]);
    for (size_t i = 0; ok && i < result->finding_count; i++)
        ok = finding_add(root, &result->findings[i]);
    if (!ok) {
        xmlFreeDoc(doc);
        return STATUS_NOMEM;
    }
    *ret_doc = doc;
    return STATUS_OK;
}

/* ----------------------------------------------------------------- the page */

static enum status
page_make(struct room *room, const struct recheck_result *result,
          const struct casefile *casefile, xmlDoc **ret_document,
          struct fault *fault)
{
    xmlDoc *casedoc = NULL;
    xmlDoc *answers = NULL;
    enum status status = model_from_case(casefile, &casedoc, fault);

    if (status == STATUS_OK)
        status = answers_make(result, &answers);
    if (status == STATUS_OK)
        status =
            room_page(room, casedoc, "recheck", answers, ret_document, fault);
    xmlFreeDoc(answers);
    xmlFreeDoc(casedoc);
    return status;
}

/* All of it: a ticket's bound is for what goes out without being asked for. */
static enum status
format_render(struct room *room, xmlDoc *document, enum report_format format,
              struct buf *bytes, struct fault *fault)
{
    if (format == FORMAT_TEXT)
        return text_render(document, 0, bytes, fault);
    return room_render(room, document, format, bytes, fault);
}

enum status
recheck_text(const struct recheck_result *result,
             const struct casefile *casefile,
             const struct report_options *options, struct buf *ret_text,
             struct fault *fault)
{
    uint64_t memory = xmlmem_mark();
    struct room *room = NULL;
    xmlDoc *document = NULL;
    enum status status = room_open(options, &room, fault);

    if (status == STATUS_OK)
        status = page_make(room, result, casefile, &document, fault);
    if (status == STATUS_OK)
        status = text_render(document, 0, ret_text, fault);
    if (status == STATUS_OK && xmlmem_failed_since(memory))
        status = STATUS_NOMEM;
    xmlFreeDoc(document);
    room_free(room);
    return status;
}

static enum status
files_add(struct room *room, xmlDoc *document,
          const struct report_options *options, struct output *output,
          struct fault *fault)
{
    static const struct {
        enum report_format bit;
        const char *name;
    } files[] = { { FORMAT_HTML, "recheck.html" },
                  { FORMAT_PDF, "recheck.pdf" },
                  { FORMAT_TEXT, "recheck.txt" } };
    enum status status = STATUS_OK;

    for (size_t i = 0;
         i < sizeof(files) / sizeof(files[0]) && status == STATUS_OK; i++) {
        struct buf bytes = { 0 };

        if (!(options->formats & files[i].bit))
            continue;
        status = format_render(room, document, files[i].bit, &bytes, fault);
        if (status == STATUS_OK)
            status = output_add(output, options->output_dir, files[i].name,
                                buf_sv(&bytes), fault);
        buf_clear(&bytes);
    }
    return status;
}

enum status
recheck_write(const struct recheck_result *result,
              const struct casefile *casefile,
              const struct report_options *options,
              report_file_written *written, void *user, struct fault *fault)
{
    uint64_t memory = xmlmem_mark();
    struct output *output = output_new(options->force);
    struct room *room = NULL;
    xmlDoc *document = NULL;
    enum status status =
        output ? room_open(options, &room, fault) : STATUS_NOMEM;

    if (status == STATUS_OK)
        status = page_make(room, result, casefile, &document, fault);
    if (status == STATUS_OK)
        status = files_add(room, document, options, output, fault);
    if (status == STATUS_OK && xmlmem_failed_since(memory))
        status = STATUS_NOMEM;
    if (status == STATUS_OK)
        status = output_commit(output, written, user, fault);
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory while writing the re-check");
    output_free(output);
    xmlFreeDoc(document);
    room_free(room);
    return status;
}
