#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "report/guard.h"

#include "report/leak.h"
#ifdef WITH_PDF
#include "report/pdf_reading.h"
#endif

#include <stdlib.h>
#include <string.h>

/* What HTML, SVG and the metadata of a PDF are made of is nobody's name. */
static const char markup[] =
    "a address article aria-describedby aria-label aria-labelledby b base-uri "
    "bdi body button callout caption center charset checkbox cite class code "
    "col color-scheme content content-security-policy customer data date "
    "datetime dd default-src description details dir div dl doctype dt dy end "
    "fill figcaption figure font-size footer for form-action "
    "format-detection g h1 h2 h3 head header height href html http-equiv "
    "icon id img initial-scale input investigator label lang li light dark "
    "line link main meta middle name nav no-referrer noarchive nofollow "
    "noindex none ol p path points polyline pre rect referrer region rel "
    "robots role row scope scroll section side skip small span start step "
    "strong stroke stroke-dasharray stroke-width style style-src summary svg "
    "tabindex table tag tbody td telephone text text-anchor th thead ticket "
    "time title tr transform type ul unicode-bidi use value viewbox viewport "
    "wbr width x x1 x2 y y1 y2 "
    "adobe begin dc ns pdf pdfaid "
    "pdfuaid producer purl rdf resource seq tools ucs w3 x-default xap "
    "xmlns xmp xmpmeta xpacket adobe:ns:meta cairo exinquest";

struct guard {
    struct leak *leak;
};

enum status
guard_new(const xmlDoc *whole, const struct redact_options *options,
          struct sv ours, struct guard **ret_guard, struct fault *fault)
{
    const struct sv all[] = { ours, { markup, sizeof(markup) - 1 } };
    struct guard *guard = calloc(1, sizeof(*guard));
    enum status status = STATUS_NOMEM;

    if (!guard)
        goto out;
    status = leak_new(whole, options, all, sizeof(all) / sizeof(all[0]),
                      &guard->leak, fault);
    if (status != STATUS_OK)
        goto out;

    *ret_guard = guard;
    guard = NULL; /* the caller owns it now */
out:
    guard_free(guard);
    return status;
}

void
guard_free(struct guard *guard)
{
    if (!guard)
        return;
    leak_free(guard->leak);
    free(guard);
}

static enum status
scan(struct guard *guard, const char *name, struct sv bytes,
     struct fault *fault)
{
    struct leak_hit hit = { .kind = "" };
    enum status status = leak_scan(guard->leak, bytes, &hit);

    if (status != STATUS_MISMATCH)
        return status;
    return fault_set(fault, STATUS_IO,
                     "%s would have held %s of somebody outside the scope, so "
                     "no file was written",
                     name, hit.kind);
}

static enum status
pdf_unpack(struct sv pdf, struct buf *ret_words)
{
#ifdef WITH_PDF
    return pdf_read_words(pdf, ret_words);
#else
    (void)pdf;
    (void)ret_words;
    return STATUS_INTERNAL; /* nothing here makes one */
#endif
}

enum status
guard_check(struct guard *guard, const char *name, struct sv bytes,
            struct fault *fault)
{
    struct buf words = { 0 };
    enum status status = STATUS_OK;

    if (sv_starts(bytes, SV("%PDF-"))) {
        status = pdf_unpack(bytes, &words);
        if (status == STATUS_DAMAGED)
            fault_set(fault, status,
                      "%s cannot be read back to look for what is not the "
                      "scope's, so no file was written",
                      name);
        bytes = buf_sv(&words);
    }
    if (status == STATUS_OK)
        status = scan(guard, name, bytes, fault);
    if (status == STATUS_OK)
        status = scan(guard, "a file's name", sv_of(name), fault);
    buf_clear(&words);
    return status;
}

enum status
guard_check_document(struct guard *guard, xmlDoc *document, const char *name,
                     struct fault *fault)
{
    xmlChar *text = NULL;
    int len = 0;
    enum status status;

    xmlDocDumpMemoryEnc(document, &text, &len, "UTF-8");
    if (!text)
        return STATUS_NOMEM;
    status = scan(guard, name, (struct sv){ (const char *)text, (size_t)len },
                  fault);
    xmlFree(text);
    return status;
}
