/*
 * Draws the PDF in a forked child: GLib ends its process when memory runs
 * out, and what it is fed was written by strangers. No exec, nothing shared
 * but a pipe.
 */
#include "report/pdf_doc.h"

#include <cairo-pdf.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <pango/pangocairo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAM "exinquest"
#define MM (72.0 / 25.4)

struct frame { /* what the child sends before its bytes */
    enum status status;
    enum status note; /* STATUS_OK, or why the file is unfinished */
    size_t fault_len; /* of the sentence, then of the PDF */
    size_t pdf_len;
};

/* -------------------------------------------------------- inside the child */

static const struct paper {
    double width;
    double height;
} papers[] = {
    [PDF_PAPER_A4] = { 210 * MM, 297 * MM },
    [PDF_PAPER_LETTER] = { 612, 792 },
};

static enum status
pdf_prepare(struct pdf *pdf, struct fault *fault)
{
    const struct pdf_options *options = pdf->options;
    cairo_font_options_t *font_options;
    enum status status =
        fonts_open(options->font_dirs, options->font_dir_count,
                   options->system_font_dirs ? options->system_font_dirs
                                             : fonts_system_dirs,
                   &pdf->fonts, fault);

    if (status)
        return status;
    pdf->arena = arena_new();
    if (!pdf->arena)
        return STATUS_NOMEM;
    pdf->page_width = papers[options->paper].width;
    pdf->page_height = papers[options->paper].height;
    pdf->left = 18 * MM;
    pdf->width = pdf->page_width - 36 * MM;
    pdf->top = 22 * MM;
    pdf->bottom = pdf->page_height - 18 * MM;
    pdf->right_to_left =
        strcmp(pdf_attribute(pdf, pdf->root, "dir"), "rtl") == 0;
    pdf->artifact_tag = cairo_version() >= CAIRO_VERSION_ENCODE(1, 17, 8);

    pdf->context = pango_font_map_create_context(fonts_map(pdf->fonts));
    pdf->language =
        pango_language_from_string(pdf_attribute(pdf, pdf->root, "lang"));
    pango_context_set_language(pdf->context, pdf->language);
    pango_context_set_base_dir(pdf->context, pdf->right_to_left
                                                 ? PANGO_DIRECTION_RTL
                                                 : PANGO_DIRECTION_LTR);
    pango_context_set_round_glyph_positions(pdf->context, FALSE);
    font_options = cairo_font_options_create();
    cairo_font_options_set_hint_style(font_options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(font_options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(pdf->context, font_options);
    cairo_font_options_destroy(font_options);

    pdf->attributes = pango_attr_list_new();
    pango_attr_list_insert(
        pdf->attributes, pango_attr_font_features_new("liga=0,clig=0,calt=0"));
    pango_attr_list_insert(pdf->attributes,
                           pango_attr_insert_hyphens_new(FALSE));
    return STATUS_OK;
}

struct sink { /* where cairo's bytes go */
    struct buf bytes;
    size_t limit;
    bool over;
};

static cairo_status_t
sink_write(void *closure, const unsigned char *data, unsigned int length)
{
    struct sink *sink = closure;

    if (length > sink->limit - sink->bytes.len) {
        sink->over = true;
        return CAIRO_STATUS_WRITE_ERROR;
    }
    if (!buf_add(&sink->bytes, (struct sv){ (const char *)data, length }))
        return CAIRO_STATUS_NO_MEMORY;
    return CAIRO_STATUS_SUCCESS;
}

static const char *
pdf_author(struct pdf *pdf)
{
    const xmlNode *brand = pdf_child(pdf->root, "brand");

    return brand ? pdf_attribute(pdf, brand, "name") : "";
}

/* Both dates are set: left alone, cairo writes the clock. */
static void
metadata_set(struct pdf *pdf, cairo_surface_t *surface)
{
    const char *as_of = pdf_attribute(pdf, pdf->root, "as-of");
    const struct {
        cairo_pdf_metadata_t key;
        const char *value;
    } rows[] = {
        { CAIRO_PDF_METADATA_TITLE, pdf_attribute(pdf, pdf->root, "title") },
        { CAIRO_PDF_METADATA_AUTHOR, pdf_author(pdf) },
        { CAIRO_PDF_METADATA_SUBJECT, pdf_attribute(pdf, pdf->root, "case") },
        { CAIRO_PDF_METADATA_CREATOR, PROGRAM },
        { CAIRO_PDF_METADATA_CREATE_DATE, as_of },
        { CAIRO_PDF_METADATA_MOD_DATE, as_of },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cairo_pdf_surface_set_metadata(surface, rows[i].key, rows[i].value);
}

static enum status
surface_draw(struct pdf *pdf, struct sink *sink, struct fault *fault)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
        sink_write, sink, pdf->page_width, pdf->page_height);
    cairo_status_t drawn;

    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_4);
    metadata_set(pdf, surface);
    pdf->cairo = cairo_create(surface);
    pdf_draw(pdf, surface);
    drawn = cairo_status(pdf->cairo);
    cairo_destroy(pdf->cairo);
    cairo_surface_finish(surface);
    if (!drawn)
        drawn = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    if (sink->over)
        return fault_set(fault, STATUS_LIMIT,
                         "no PDF: it would be larger than %zu bytes",
                         sink->limit);
    if (pdf->failed || drawn == CAIRO_STATUS_NO_MEMORY)
        return fault_set(fault, STATUS_NOMEM, "no PDF: out of memory");
    if (drawn)
        return fault_set(fault, STATUS_INTERNAL, "no PDF: cairo: %s",
                         cairo_status_to_string(drawn));
    return STATUS_OK;
}

static enum status
pdf_make(xmlDoc *document, const struct pdf_options *options,
         struct buf *ret_pdf, enum status *ret_note, struct fault *fault)
{
    struct pdf pdf = { .options = options,
                       .root = xmlDocGetRootElement(document) };
    struct sink sink = { .limit = options->limit_bytes ? options->limit_bytes
                                                       : PDF_MAX_BYTES };
    struct pdf_finish_input input = { .creator = PROGRAM };
    struct buf producer = { 0 };
    enum status status = pdf_prepare(&pdf, fault);

    if (status)
        return status;
    pdf_flow(&pdf);
    pdf_paginate(&pdf);
    if (pdf.failed)
        return fault_set(fault, STATUS_NOMEM, "no PDF: out of memory");
    status = surface_draw(&pdf, &sink, fault);
    if (status)
        return status;
    if (!buf_printf(&producer, PROGRAM ", cairo %s", cairo_version_string()))
        return STATUS_NOMEM;
    input.producer = producer.at;
    input.pdf = buf_sv(&sink.bytes);
    input.title = pdf_attribute(&pdf, pdf.root, "title");
    input.author = pdf_author(&pdf);
    input.subject = pdf_attribute(&pdf, pdf.root, "case");
    input.lang = pdf_attribute(&pdf, pdf.root, "lang");
    input.as_of = pdf_attribute(&pdf, pdf.root, "as-of");
    input.figures = pdf.figures;
    input.figure_count = pdf.figure_count;
    *ret_note = pdf_finish(&input, ret_pdf, fault);
    if (*ret_note == STATUS_NOMEM)
        return STATUS_NOMEM;
    if (*ret_note)
        *ret_pdf = sink.bytes; /* the child ends with all of it */
    return STATUS_OK;
}

static bool
write_all(int fd, const void *data, size_t len)
{
    const char *at = data;

    while (len) {
        ssize_t done = write(fd, at, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        len -= (size_t)done;
    }
    return true;
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

/* What the child was born with: the case, and the stacks of threads. */
static rlim_t
mapped_bytes(void)
{
    rlim_t bytes = 0;
#ifndef SANITIZED /* their shadow has no room under any limit */
    char text[32] = "";
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    ssize_t len = file < 0 ? 0 : read(file, text, sizeof(text) - 1);
    struct sv rest = { text, len > 0 ? (size_t)len : 0 };
    uint64_t pages = 0;

    if (file >= 0)
        close(file);
    if (sv_to_u64(sv_cut(&rest, ' '), UINT64_MAX >> 16, &pages))
        bytes = pages * (rlim_t)sysconf(_SC_PAGESIZE);
#endif
    return bytes;
}

/* Where nothing tells how much is mapped, time alone is limited. */
static void
child_limit(const struct pdf_options *options)
{
    rlim_t seconds =
        options->limit_cpu_s ? options->limit_cpu_s : PDF_CPU_SECONDS;
    rlim_t bytes =
        options->limit_memory ? options->limit_memory : PDF_MEMORY_BYTES;
    rlim_t mapped = mapped_bytes();
    struct rlimit cpu = { seconds, seconds + 1 };
    struct rlimit core = { 0, 0 };
    struct rlimit memory = { mapped + bytes, mapped + bytes };

    if (mapped)
        setrlimit(RLIMIT_AS, &memory);
    setrlimit(RLIMIT_CPU, &cpu);
    setrlimit(RLIMIT_CORE, &core);
}

/* GLib's last words go nowhere; environment and locale say nothing. */
static void
child_isolate(void)
{
    static const int fatal[] = { SIGABRT, SIGTRAP, SIGSEGV, SIGBUS,
                                 SIGFPE,  SIGILL,  SIGXCPU };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null >= 0)
        dup2(null, STDERR_FILENO);
    for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
        signal(fatal[i], SIG_DFL);
    clearenv();
    setlocale(LC_ALL, "C");
}

static _Noreturn void
child_run(int fd, xmlDoc *document, const struct pdf_options *options)
{
    struct fault fault = { 0 };
    struct buf pdf = { 0 };
    struct frame frame = { .note = STATUS_OK };

    child_limit(options);
    child_isolate();
    frame.status = pdf_make(document, options, &pdf, &frame.note, &fault);
    frame.fault_len = strlen(fault.text);
    frame.pdf_len = frame.status ? 0 : pdf.len;
    _exit(write_all(fd, &frame, sizeof(frame)) &&
                  write_all(fd, fault.text, frame.fault_len) &&
                  write_all(fd, pdf.at, frame.pdf_len)
              ? 0
              : 1);
}

/* ------------------------------------------------------- inside the parent */

static bool
read_all(int fd, void *data, size_t len)
{
    char *at = data;

    while (len) {
        ssize_t done = read(fd, at, len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        at += done;
        len -= (size_t)done;
    }
    return true;
}

/* False when the child ended before it had said all. */
static bool
frame_read(int fd, struct frame *frame, struct fault *said, struct buf *pdf)
{
    char part[16384];
    size_t left;

    if (!read_all(fd, frame, sizeof(*frame)) ||
        frame->fault_len >= sizeof(said->text) ||
        !read_all(fd, said->text, frame->fault_len))
        return false;
    for (left = frame->pdf_len; left;) {
        size_t len = left < sizeof(part) ? left : sizeof(part);

        if (!read_all(fd, part, len))
            return false;
        if (!buf_add(pdf, (struct sv){ part, len }))
            return true; /* pdf->failed tells */
        left -= len;
    }
    return true;
}

static enum status
death_explain(int wait_status, struct fault *fault)
{
    int sign = WIFSIGNALED(wait_status) ? WTERMSIG(wait_status) : 0;

    if (sign == SIGABRT || sign == SIGTRAP)
        return fault_set(fault, STATUS_NOMEM,
                         "no PDF: drawing it ran out of memory");
    if (sign == SIGXCPU || sign == SIGKILL)
        return fault_set(fault, STATUS_INTERNAL,
                         "no PDF: drawing it took too long and was ended");
    return fault_set(fault, STATUS_INTERNAL,
                     "no PDF: drawing it ended early (signal %d)", sign);
}

static int
child_wait(pid_t child)
{
    int wait_status = 0;

    while (waitpid(child, &wait_status, 0) < 0 && errno == EINTR)
        ;
    return wait_status;
}

enum status
pdf_render(xmlDoc *document, const struct pdf_options *options,
           struct buf *ret_pdf, struct fault *fault)
{
    enum status status;
    struct frame frame = { 0 };
    struct fault said = { 0 };
    struct buf pdf = { 0 };
    int ends[2];
    int wait_status;
    bool whole;
    pid_t child;

    if (pipe2(ends, O_CLOEXEC))
        return fault_set(fault, STATUS_IO, "no PDF: %s", strerror(errno));
    child = fork();
    if (child < 0) {
        close(ends[0]);
        close(ends[1]);
        return fault_set(fault, STATUS_IO, "no PDF: cannot fork: %s",
                         strerror(errno));
    }
    if (child == 0)
        child_run(ends[1], document, options);
    close(ends[1]);
    whole = frame_read(ends[0], &frame, &said, &pdf);
    close(ends[0]);
    wait_status = child_wait(child);

    if (!whole)
        status = death_explain(wait_status, fault);
    else if (frame.status)
        status = fault_set(fault, frame.status, "%s",
                           *said.text ? said.text : "no PDF: out of memory");
    else if (pdf.failed || !buf_add(ret_pdf, buf_sv(&pdf)))
        status = fault_set(fault, STATUS_NOMEM, "no PDF: out of memory");
    else
        status = STATUS_OK;
    if (!status && frame.note)
        fault_set(fault, frame.note, "%s", said.text);
    buf_clear(&pdf);
    return status;
}
