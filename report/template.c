#include "report/template.h"

#include <errno.h>
#include <fcntl.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxslt/documents.h>
#include <libxslt/security.h>
#include <libxslt/transform.h>
#include <libxslt/variables.h>
#include <libxslt/xslt.h>
#include <libxslt/xsltInternals.h>
#include <libxslt/xsltutils.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 200
#define VARS_MAX 2000
#define XPATH_STEPS_MAX 10000000
#define XPATH_STEPS_A_NODE 100 /* more for a large case, still linear */
#define PARSE_OPTIONS                                                          \
    (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

struct templates {
    int template_fd;
    int brand_fd; /* -1: none */
};

/* ------------------------------------------------------------- the folders */

static enum status
folder_open(const char *path, int *ret_fd, struct fault *fault)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return fault_set(fault, STATUS_IO, "%s: %s", path, strerror(errno));
    if (fstat(fd, &st) == 0 && !(st.st_mode & S_IWOTH)) {
        *ret_fd = fd;
        return STATUS_OK;
    }
    close(fd);
    return fault_set(fault, STATUS_DAMAGED,
                     "%s: others may write to this folder, so its templates "
                     "are not trusted",
                     path);
}

enum status
templates_open(const char *template_dir, const char *brand_dir,
               struct templates **ret_templates, struct fault *fault)
{
    enum status status = STATUS_NOMEM;
    struct templates *templates = calloc(1, sizeof(*templates));

    if (!templates)
        goto out;
    templates->template_fd = -1;
    templates->brand_fd = -1;
    status = folder_open(template_dir, &templates->template_fd, fault);
    if (status == STATUS_OK && brand_dir)
        status = folder_open(brand_dir, &templates->brand_fd, fault);
    if (status != STATUS_OK && templates->template_fd >= 0)
        status = STATUS_USAGE; /* the brand's folder was asked for */
    if (status != STATUS_OK)
        goto out;

    *ret_templates = templates;
    templates = NULL;
out:
    templates_free(templates);
    return status;
}

void
templates_free(struct templates *templates)
{
    if (!templates)
        return;
    if (templates->template_fd >= 0)
        close(templates->template_fd);
    if (templates->brand_fd >= 0)
        close(templates->brand_fd);
    free(templates);
}

/* Splits a name into its folder and a path that cannot leave it. */
static bool
name_split(const struct templates *templates, const char *name, int *ret_fd,
           const char **ret_path)
{
    struct sv path = sv_of(name);
    struct sv rest;

    if (sv_skip_prefix(&path, SV("template:/")))
        *ret_fd = templates->template_fd;
    else if (sv_skip_prefix(&path, SV("brand:/")))
        *ret_fd = templates->brand_fd;
    else
        return false;
    rest = path;
    while (rest.len > 0) {
        struct sv part = sv_cut(&rest, '/');

        if (part.len == 0 || part.at[0] == '.' || sv_find(part, SV("%")) >= 0)
            return false;
    }
    *ret_path = path.at;
    return path.len > 0 && *ret_fd >= 0;
}

bool
templates_has(const struct templates *templates, const char *name)
{
    const char *path;
    int fd;

    return name_split(templates, name, &fd, &path) &&
           faccessat(fd, path, R_OK, 0) == 0;
}

static enum status
fd_read(int fd, const char *name, struct buf *ret_bytes, struct fault *fault)
{
    char chunk[8192];

    for (;;) {
        ssize_t got = read(fd, chunk, sizeof(chunk));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fault_set(fault, STATUS_IO, "%s: %s", name, strerror(errno));
        if (got == 0)
            return STATUS_OK;
        if (ret_bytes->len + (size_t)got > TEMPLATE_MAX_BYTES)
            return fault_set(fault, STATUS_LIMIT, "%s: larger than %zu bytes",
                             name, TEMPLATE_MAX_BYTES);
        if (!buf_add(ret_bytes, (struct sv){ chunk, (size_t)got }))
            return STATUS_NOMEM;
    }
}

enum status
templates_read(const struct templates *templates, const char *name,
               struct buf *ret_bytes, struct fault *fault)
{
    enum status status;
    const char *path;
    int dir_fd;
    int fd;

    if (!name_split(templates, name, &dir_fd, &path))
        return fault_set(fault, STATUS_DAMAGED,
                         "%s: not a file of the template or brand folder",
                         name);
    fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return fault_set(fault, STATUS_IO, "%s: %s", name, strerror(errno));
    status = fd_read(fd, name, ret_bytes, fault);
    close(fd);
    return status;
}

/*
 * With a dictionary, all names go there: libxslt compares names of style
 * sheets that import each other by address.
 */
static enum status
parse_with(const struct templates *templates, const char *name, xmlDict *dict,
           xmlDoc **ret_doc, struct fault *fault)
{
    struct buf bytes = { 0 };
    xmlDoc *doc = NULL;
    xmlParserCtxt *parser = NULL;
    enum status status = templates_read(templates, name, &bytes, fault);

    if (status != STATUS_OK)
        goto out;
    status = STATUS_NOMEM;
    parser = xmlNewParserCtxt();
    if (!parser)
        goto out;
    if (dict) {
        xmlDictFree(parser->dict);
        parser->dict = dict;
        xmlDictReference(dict);
    }
    doc = xmlCtxtReadMemory(parser, bytes.at ? bytes.at : "", (int)bytes.len,
                            name, NULL, PARSE_OPTIONS);
    if (!doc || doc->intSubset || doc->extSubset) {
        const xmlError *error = xmlCtxtGetLastError(parser);

        status = fault_set(
            fault, STATUS_DAMAGED, "%s:%d: %s", name, error ? error->line : 1,
            doc ? "a document type is not allowed" : "not well-formed XML");
        goto out;
    }
    *ret_doc = doc;
    doc = NULL;
    status = STATUS_OK;
out:
    xmlFreeDoc(doc);
    if (parser)
        xmlFreeParserCtxt(parser);
    buf_clear(&bytes);
    return status;
}

enum status
templates_parse(const struct templates *templates, const char *name,
                xmlDoc **ret_doc, struct fault *fault)
{
    return parse_with(templates, name, NULL, ret_doc, fault);
}

/* --------------------------------------------------------------- the fence */

/* What a style sheet complained of; the first complaint is the useful one. */
struct complaint {
    char text[400];
    size_t len;
    bool full;
};

static void __attribute__((format(printf, 2, 3)))
complaint_add(void *user, const char *format, ...)
{
    struct complaint *complaint = user;
    va_list args;
    int len;

    if (complaint->full)
        return;
    va_start(args, format);
    len = vsnprintf(complaint->text + complaint->len,
                    sizeof(complaint->text) - complaint->len, format, args);
    va_end(args);
    if (len > 0)
        complaint->len += (size_t)len;
    if (complaint->len >= sizeof(complaint->text) - 1) {
        complaint->full = true;
        complaint->len = sizeof(complaint->text) - 1;
    }
}

/* XPath tells its faults here and nowhere else. */
static void
complaint_error(void *user, const xmlError *error)
{
    if (error->level >= XML_ERR_ERROR && error->message)
        complaint_add(user, "%s", error->message);
}

static enum status
complain(const struct complaint *complaint, const char *name,
         struct fault *fault)
{
    struct sv text = { complaint->text, complaint->len };
    struct sv head;

    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\n')
            ((char *)complaint->text)[i] = ' ';
    }
    head = sv_trim(text);
    return fault_set(fault, STATUS_DAMAGED, "%s: " SV_FMT, name,
                     head.len > 0 ? (int)head.len : 23,
                     head.len > 0 ? head.at : "it cannot be worked out");
}

/* The folders a style sheet belongs to: set on the outermost one. */
static const struct templates *
style_templates(const xsltStylesheet *style)
{
    while (style && !style->_private)
        style = style->parent;
    return style ? style->_private : NULL;
}

/* Our loader: xsl:import and xsl:include of the two folders, document() not. */
static xmlDoc *
load_document(const xmlChar *uri, xmlDict *dict, int options, void *user,
              xsltLoadType type)
{
    const struct templates *templates =
        type == XSLT_LOAD_STYLESHEET ? style_templates(user) : NULL;
    xmlDoc *doc = NULL;

    (void)options;
    if (!templates ||
        parse_with(templates, (const char *)uri, dict, &doc, NULL) != STATUS_OK)
        return NULL;
    return doc;
}

static xsltSecurityPrefs *
security_new(void)
{
    static const xsltSecurityOption all[] = { XSLT_SECPREF_READ_FILE,
                                              XSLT_SECPREF_WRITE_FILE,
                                              XSLT_SECPREF_CREATE_DIRECTORY,
                                              XSLT_SECPREF_READ_NETWORK,
                                              XSLT_SECPREF_WRITE_NETWORK };
    xsltSecurityPrefs *security = xsltNewSecurityPrefs();

    for (size_t i = 0; security && i < 5; i++) {
        if (xsltSetSecurityPrefs(security, all[i], xsltSecurityForbid) != 0) {
            xsltFreeSecurityPrefs(security);
            return NULL;
        }
    }
    return security;
}

static enum status
style_open(const struct templates *templates, const char *name,
           struct complaint *complaint, xsltStylesheet **ret_style,
           struct fault *fault)
{
    enum status status;
    xmlDoc *doc = NULL;
    xsltStylesheet *style = NULL;

    status = templates_parse(templates, name, &doc, fault);
    if (status != STATUS_OK)
        goto out;
    status = STATUS_NOMEM;
    style = xsltNewStylesheet();
    if (!style)
        goto out;
    style->_private = (void *)(uintptr_t)templates;
    if (xsltParseStylesheetUser(style, doc) != 0 || style->errors > 0) {
        if (style->doc == doc)
            doc = NULL; /* the style sheet owns it */
        status = complain(complaint, name, fault);
        goto out;
    }
    doc = NULL;
    *ret_style = style;
    style = NULL;
    status = STATUS_OK;
out:
    if (style)
        xsltFreeStylesheet(style);
    xmlFreeDoc(doc);
    return status;
}

static bool
params_set(xsltTransformContext *context, const struct template_param *params)
{
    for (; params && params->name; params++) {
        if (xsltQuoteOneUserParam(context, (const xmlChar *)params->name,
                                  (const xmlChar *)params->value) != 0)
            return false;
    }
    return true;
}

/* Elements and texts of a tree: what an honest outline walks over. */
static unsigned long
nodes_count(const xmlDoc *doc)
{
    const xmlNode *root = xmlDocGetRootElement(doc);
    const xmlNode *node = root;
    unsigned long count = 0;

    while (node) {
        count++;
        if (node->type == XML_ELEMENT_NODE && node->children) {
            node = node->children;
            continue;
        }
        while (node != root && !node->next)
            node = node->parent;
        node = node == root ? NULL : node->next;
    }
    return count;
}

static enum status
style_run(xsltStylesheet *style, const char *name, xmlDoc *input,
          const struct template_param *params, struct complaint *complaint,
          xmlDoc **ret_document, struct fault *fault)
{
    enum status status = STATUS_NOMEM;
    xsltSecurityPrefs *security = security_new();
    xsltTransformContext *context = xsltNewTransformContext(style, input);
    xmlDoc *document = NULL;

    if (!security || !context ||
        xsltSetCtxtSecurityPrefs(security, context) != 0)
        goto out;
    context->maxTemplateDepth = DEPTH_MAX;
    context->maxTemplateVars = VARS_MAX;
    context->xpathCtxt->opLimit =
        XPATH_STEPS_MAX + XPATH_STEPS_A_NODE * nodes_count(input);
    xsltSetTransformErrorFunc(context, complaint, complaint_add);
    if (!params_set(context, params))
        goto out;
    document = xsltApplyStylesheetUser(style, input, NULL, NULL, NULL, context);
    if (!document || context->state != XSLT_STATE_OK ||
        !xmlDocGetRootElement(document)) {
        status = complain(complaint, name, fault);
        goto out;
    }
    *ret_document = document;
    document = NULL;
    status = STATUS_OK;
out:
    xmlFreeDoc(document);
    if (context)
        xsltFreeTransformContext(context);
    if (security)
        xsltFreeSecurityPrefs(security);
    return status;
}

enum status
templates_transform(const struct templates *templates, const char *outline,
                    xmlDoc *input, const struct template_param *params,
                    xmlDoc **ret_document, struct fault *fault)
{
    struct complaint complaint = { .len = 0 };
    xsltStylesheet *style = NULL;
    xmlStructuredErrorFunc errors = xmlStructuredError;
    void *errors_user = xmlStructuredErrorContext;
    xmlGenericErrorFunc said = xmlGenericError;
    void *said_user = xmlGenericErrorContext;
    enum status status;
    char name[96];
    int len = snprintf(name, sizeof(name), "brand:/outline/%s.xsl", outline);

    if (len < 0 || (size_t)len >= sizeof(name))
        return STATUS_USAGE;
    if (!templates_has(templates, name))
        snprintf(name, sizeof(name), "template:/outline/%s.xsl", outline);
    /* libxslt keeps these for the whole process, so they are put back. */
    xsltSetLoaderFunc(load_document);
    xsltSetGenericErrorFunc(&complaint, complaint_add);
    xmlSetGenericErrorFunc(&complaint, complaint_add);
    xmlSetStructuredErrorFunc(&complaint,
                              (xmlStructuredErrorFunc)complaint_error);
    status = style_open(templates, name, &complaint, &style, fault);
    if (status == STATUS_OK) {
        complaint.len = 0;
        status = style_run(style, name, input, params, &complaint, ret_document,
                           fault);
    }
    if (style)
        xsltFreeStylesheet(style);
    xmlSetStructuredErrorFunc(errors_user, errors);
    xmlSetGenericErrorFunc(said_user, said);
    xsltSetGenericErrorFunc(NULL, NULL);
    xsltSetLoaderFunc(NULL);
    return status;
}
