#include "report/report.h"

#include "report/document.h"
#include "report/guard.h"
#include "report/model.h"
#include "report/node.h"
#include "report/output.h"
#include "report/redact.h"
#include "report/shell.h"
#include "report/xmlmem.h"

#include <stdlib.h>
#include <string.h>

/* A row of contracts.md 1: which files an audience gets. */
static const struct audience {
    enum report_audience bit;
    enum redact_audience redact;
    const char *name;
} audiences[] = {
    { FOR_INVESTIGATOR, REDACT_INVESTIGATOR, "investigator" },
    { FOR_CUSTOMER, REDACT_CUSTOMER, "customer" },
    { FOR_TICKET, REDACT_TICKET, "ticket" },
};
#define AUDIENCE_COUNT (sizeof(audiences) / sizeof(audiences[0]))

static const struct format {
    enum report_format bit;
    const char *suffix;
} formats[] = {
    { FORMAT_HTML, "html" },
    { FORMAT_PDF, "pdf" },
    { FORMAT_TEXT, "txt" },
};
#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

struct scope {             /* whose case it is; all empty: the whole server's */
    const char **items[3]; /* accounts, domains, mailboxes */
    size_t count[3];
};

struct run {
    const struct report_options *options;
    struct room *room;
    struct output *output;
    xmlDoc *casedoc;
    struct scope scope;
    struct buf own_text;                     /* room_own_text() */
    struct guard *guards[REDACT_TICKET + 1]; /* of one folder, as needed */
    const char *folder; /* its name in the output's, "" or with a slash */
    uint64_t memory;    /* xmlmem_mark() */
    enum status late;   /* a PDF that failed; the other files are written */
    struct fault *fault;
};

/* ------------------------------------------------------------------- scope */

static void
scope_clear(struct scope *scope)
{
    for (size_t i = 0; i < 3; i++)
        free(scope->items[i]);
    *scope = (struct scope){ 0 };
}

static bool
scope_is_empty(const struct scope *scope)
{
    return scope->count[0] + scope->count[1] + scope->count[2] == 0;
}

/* The texts stay the tree's. */
static enum status
scope_read(const xmlDoc *casedoc, struct scope *scope)
{
    static const char *const names[3][2] = { { "accounts", "account" },
                                             { "domains", "domain" },
                                             { "mailboxes", "mailbox" } };
    const xmlNode *head = node_child(xmlDocGetRootElement(casedoc), "case");
    const xmlNode *parent = node_child(head, "scope");

    for (size_t i = 0; i < 3; i++) {
        const xmlNode *list = node_child(parent, names[i][0]);
        size_t capacity = 0;

        for (const xmlNode *node = node_child(list, names[i][1]); node;
             node = node_next(node, names[i][1])) {
            if (!array_reserve((void **)&scope->items[i], &capacity,
                               scope->count[i] + 1, sizeof(char *)))
                return STATUS_NOMEM;
            scope->items[i][scope->count[i]++] = model_text(node);
        }
    }
    return STATUS_OK;
}

static struct redact_options
scope_options(const struct scope *scope, enum redact_audience audience)
{
    return (struct redact_options){
        .accounts = { scope->items[0], scope->count[0] },
        .domains = { scope->items[1], scope->count[1] },
        .mailboxes = { scope->items[2], scope->count[2] },
        .audience = audience,
    };
}

/* The case as this audience may see it: a smaller one, or the case itself.
 * Owner: the caller; case_release(). */
static enum status
case_for(const struct run *run, const struct scope *scope,
         enum redact_audience audience, xmlDoc **ret_doc)
{
    struct redact_options options = scope_options(scope, audience);

    if (scope_is_empty(scope)) {
        *ret_doc = run->casedoc;
        return STATUS_OK;
    }
    return redact_case(run->casedoc, &options, ret_doc, run->fault);
}

static void
case_release(const struct run *run, xmlDoc *doc)
{
    if (doc != run->casedoc)
        xmlFreeDoc(doc);
}

/* ------------------------------------------------------------------- guard */

/* The guard of this folder for an audience; NULL without a scope. */
static enum status
guard_for(struct run *run, const struct scope *scope,
          enum redact_audience audience, struct guard **ret_guard)
{
    struct redact_options options = scope_options(scope, audience);
    enum status status = STATUS_OK;

    *ret_guard = NULL;
    if (scope_is_empty(scope))
        return STATUS_OK;
    if (!run->own_text.len)
        status = room_own_text(run->room, &run->own_text, run->fault);
    if (status == STATUS_OK && !run->guards[audience])
        status = guard_new(run->casedoc, &options, buf_sv(&run->own_text),
                           &run->guards[audience], run->fault);
    *ret_guard = run->guards[audience];
    return status;
}

static void
guards_clear(struct run *run)
{
    for (size_t i = 0; i <= REDACT_TICKET; i++) {
        guard_free(run->guards[i]);
        run->guards[i] = NULL;
    }
}

/* The last look at a file's bytes. */
static enum status
file_check(struct run *run, struct guard *guard, const char *base,
           const char *suffix, struct sv bytes)
{
    struct buf name = { 0 };
    enum status status = STATUS_NOMEM;

    if (!guard)
        return STATUS_OK;
    if (buf_printf(&name, "%s%s.%s", run->folder, base, suffix))
        status = guard_check(guard, name.at, bytes, run->fault);
    buf_clear(&name);
    return status;
}

/* ------------------------------------------------------------------- files */

static enum status
file_add(struct run *run, const char *dir, const char *base, const char *suffix,
         struct sv bytes)
{
    struct buf name = { 0 };
    enum status status = STATUS_NOMEM;

    /* What was built while memory was refused is wrong and silent. */
    if (!xmlmem_failed_since(run->memory) &&
        buf_printf(&name, "%s.%s", base, suffix))
        status = output_add(run->output, dir, name.at, bytes, run->fault);
    buf_clear(&name);
    return status;
}

/* case.json and case.xml */
static enum status
case_add(struct run *run, const char *dir, struct guard *guard, xmlDoc *doc)
{
    struct buf bytes = { 0 };
    enum status status = STATUS_OK;

    if (run->options->formats & FORMAT_JSON) {
        status = model_to_json(doc, &bytes, run->fault);
        if (status == STATUS_OK)
            status = file_check(run, guard, "case", "json", buf_sv(&bytes));
        if (status == STATUS_OK)
            status = file_add(run, dir, "case", "json", buf_sv(&bytes));
    }
    buf_clear(&bytes);
    if (status == STATUS_OK && (run->options->formats & FORMAT_XML)) {
        status = model_to_xml(doc, &bytes, run->fault);
        if (status == STATUS_OK)
            status = file_check(run, guard, "case", "xml", buf_sv(&bytes));
        if (status == STATUS_OK)
            status = file_add(run, dir, "case", "xml", buf_sv(&bytes));
    }
    buf_clear(&bytes);
    return status;
}

/* A ticket system strips HTML: the ticket's text goes in its place. */
static uint32_t
formats_of(const struct run *run, const struct audience *audience)
{
    uint32_t wanted = run->options->formats;

    if (audience->bit == FOR_TICKET && (wanted & FORMAT_HTML))
        wanted = (wanted & ~(uint32_t)FORMAT_HTML) | FORMAT_TEXT;
    return wanted;
}

static enum status
format_add(struct run *run, const char *dir, const struct audience *audience,
           const struct format *format, struct guard *guard, xmlDoc *document)
{
    struct buf bytes = { 0 };
    struct fault fault = { .status = STATUS_OK };
    enum status status =
        room_render(run->room, document, format->bit, &bytes, &fault);

    if (status == STATUS_OK) {
        status = file_check(run, guard, audience->name, format->suffix,
                            buf_sv(&bytes));
        if (status != STATUS_OK)
            goto out; /* takes every file along */
        status =
            file_add(run, dir, audience->name, format->suffix, buf_sv(&bytes));
    } else if (run->fault) {
        *run->fault = fault;
    }
    if (status != STATUS_OK && format->bit == FORMAT_PDF &&
        status != STATUS_NOMEM) {
        run->late = run->late == STATUS_OK ? status : run->late;
        status = STATUS_OK; /* its failure takes no other report along */
    }
out:
    buf_clear(&bytes);
    return status;
}

static enum status
audience_add(struct run *run, const char *dir, const struct audience *audience,
             const struct scope *scope)
{
    uint32_t wanted = formats_of(run, audience);
    struct guard *guard = NULL;
    xmlDoc *casedoc = NULL;
    xmlDoc *document = NULL;
    enum status status = STATUS_OK;

    if (!(wanted & (FORMAT_HTML | FORMAT_PDF | FORMAT_TEXT)))
        return STATUS_OK;
    status = case_for(run, scope, audience->redact, &casedoc);
    if (status == STATUS_OK)
        status = room_document(run->room, casedoc, audience->name, &document,
                               run->fault);
    if (status == STATUS_OK)
        status = guard_for(run, scope, audience->redact, &guard);
    if (status == STATUS_OK && guard)
        status =
            guard_check_document(guard, document, audience->name, run->fault);
    for (size_t i = 0; i < FORMAT_COUNT && status == STATUS_OK; i++) {
        if (wanted & formats[i].bit)
            status =
                format_add(run, dir, audience, &formats[i], guard, document);
    }
    xmlFreeDoc(document);
    case_release(run, casedoc);
    return status;
}

/* -------------------------------------------------------------------- runs */

/* All files of one folder: the case, then the audiences. */
static enum status
folder_add(struct run *run, const char *dir, const struct scope *scope,
           uint32_t wanted)
{
    enum redact_audience strictest = REDACT_INVESTIGATOR;
    struct guard *guard = NULL;
    xmlDoc *casedoc = NULL;
    enum status status;

    /* A folder without an investigator's report is meant for others. */
    if (wanted && !(wanted & FOR_INVESTIGATOR))
        strictest = wanted & FOR_CUSTOMER ? REDACT_CUSTOMER : REDACT_TICKET;
    status = case_for(run, scope, strictest, &casedoc);
    if (status == STATUS_OK &&
        (run->options->formats & (FORMAT_JSON | FORMAT_XML)))
        status = guard_for(run, scope, strictest, &guard);
    if (status == STATUS_OK)
        status = case_add(run, dir, guard, casedoc);
    for (size_t i = 0; i < AUDIENCE_COUNT && status == STATUS_OK; i++) {
        if (wanted & audiences[i].bit)
            status = audience_add(run, dir, &audiences[i], scope);
    }
    guards_clear(run);
    case_release(run, casedoc);
    return status;
}

static bool
account_seen(const xmlNode *finding, const char *account)
{
    for (const xmlNode *before = finding->prev; before; before = before->prev) {
        const char *other = node_is(before, "finding")
                                ? model_child_text(before, "account")
                                : NULL;

        if (other && strcmp(other, account) == 0)
            return true;
    }
    return false;
}

/* A folder is named by the account only when it is no more than a name. */
static enum status
account_add(struct run *run, const char *account, size_t number)
{
    struct scope scope = { .items = { &account }, .count = { 1 } };
    struct buf dir = { 0 };
    struct buf folder = { 0 };
    bool plain = shell_valid(SHELL_ACCOUNT, sv_of(account));
    bool ok = plain ? buf_printf(&folder, "%s/", account)
                    : buf_printf(&folder, "account-%zu/", number);
    enum status status = STATUS_NOMEM;

    if (ok && buf_printf(&dir, "%s/" SV_FMT, run->options->output_dir,
                         (int)folder.len - 1, folder.at)) {
        run->folder = folder.at;
        status =
            folder_add(run, dir.at, &scope,
                       run->options->audiences & ~(uint32_t)FOR_INVESTIGATOR);
        run->folder = "";
    }
    buf_clear(&folder);
    buf_clear(&dir);
    return status;
}

static enum status
each_account_add(struct run *run)
{
    const xmlNode *findings =
        node_child(xmlDocGetRootElement(run->casedoc), "findings");
    size_t number = 0;
    enum status status = STATUS_OK;

    for (const xmlNode *finding = node_child(findings, "finding");
         finding && status == STATUS_OK;
         finding = node_next(finding, "finding")) {
        const char *account = model_child_text(finding, "account");

        if (account && *account && !account_seen(finding, account))
            status = account_add(run, account, ++number);
    }
    return status;
}

static enum status
run_add(struct run *run)
{
    const struct report_options *options = run->options;
    uint32_t wanted = options->audiences;
    enum status status;

    status = scope_read(run->casedoc, &run->scope);
    if (status != STATUS_OK)
        return status;
    if ((wanted & FOR_CUSTOMER) && !options->each_account &&
        scope_is_empty(&run->scope))
        return fault_set(run->fault, STATUS_USAGE,
                         "a customer's report needs --account, --domain, "
                         "--mailbox or --each-account");
    if (options->each_account)
        wanted &= FOR_INVESTIGATOR;
    if (wanted || !options->each_account)
        status = folder_add(run, options->output_dir, &run->scope, wanted);
    if (status == STATUS_OK && options->each_account &&
        (options->audiences & (FOR_CUSTOMER | FOR_TICKET)))
        status = each_account_add(run);
    return status;
}

static enum status
run_all(xmlDoc *casedoc, uint64_t memory, const struct report_options *options,
        report_file_written *written, void *user, struct fault *fault)
{
    struct run run = { .options = options,
                       .casedoc = casedoc,
                       .folder = "",
                       .memory = memory,
                       .late = STATUS_OK,
                       .fault = fault };
    enum status status = room_open(options, &run.room, fault);

    if (status != STATUS_OK)
        goto out;
    status = STATUS_NOMEM;
    run.output = output_new(options->force);
    if (!run.output)
        goto out;
    status = run_add(&run);
    if (status == STATUS_OK)
        status = output_commit(run.output, written, user, fault);
    if (status == STATUS_OK)
        status = run.late;
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory while writing the reports");
    output_free(run.output);
    room_free(run.room);
    buf_clear(&run.own_text);
    scope_clear(&run.scope);
    return status;
}

enum status
report_check(const struct report_options *options, struct fault *fault)
{
    uint64_t memory = xmlmem_mark();
    struct room *room = NULL;
    enum status status = room_open(options, &room, fault);

    room_free(room);
    if (status == STATUS_OK && xmlmem_failed_since(memory))
        status = STATUS_NOMEM;
    return status;
}

enum status
report_write(const struct casefile *casefile,
             const struct report_options *options, report_file_written *written,
             void *user, struct fault *fault)
{
    uint64_t memory = xmlmem_mark();
    xmlDoc *casedoc = NULL;
    enum status status = model_from_case(casefile, &casedoc, fault);

    if (status == STATUS_OK)
        status = run_all(casedoc, memory, options, written, user, fault);
    xmlFreeDoc(casedoc);
    return status;
}

enum status
report_render(const char *case_path, const struct report_options *options,
              report_file_written *written, void *user, struct fault *fault)
{
    uint64_t memory = xmlmem_mark();
    xmlDoc *casedoc = NULL;
    enum status status =
        model_read(case_path, options->template_dir, NULL, &casedoc, fault);

    if (status == STATUS_OK)
        status = run_all(casedoc, memory, options, written, user, fault);
    xmlFreeDoc(casedoc);
    return status;
}
