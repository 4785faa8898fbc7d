/* Cairo's PDF made complete: what its objects lack. */
#include "report/pdf_finish.h"

#include "report/pdf_archive.h"
#include "report/pdf_pack.h"

#define TREE_DEPTH_MAX 64

static struct sv
text_value(struct finisher *finisher, const char *text)
{
    struct buf buf = { 0 };

    pdf_text_write(&buf, sv_of(text));
    return finisher_value_of(finisher, &buf);
}

static struct pdf_object *
object_at(struct finisher *finisher, struct sv reference)
{
    size_t number = pdf_reference(reference);

    if (!number || number >= finisher->file.count ||
        !finisher->file.objects[number].used)
        return NULL;
    return &finisher->file.objects[number];
}

/* ----------------------------------------------------- what is in the file */

/* Of what a tree of structure holds: the figures, in reading order. */
static void
tree_walk(struct finisher *finisher, struct sv value, int depth)
{
    struct sv rest = value;
    struct sv part;
    struct pdf_object *object;
    size_t number = pdf_reference(value);

    if (sv_skip_prefix(&rest, SV("["))) {
        while (pdf_value_take(&rest, &part))
            tree_walk(finisher, part, depth);
        return;
    }
    object = object_at(finisher, value);
    if (!object || depth > TREE_DEPTH_MAX || finisher->visited[number])
        return;
    finisher->visited[number] = true;
    if (pdf_dict_is(object->value, SV("/S"), SV("/Figure")))
        finisher->figures[number] = ++finisher->figure_count;
    tree_walk(finisher, pdf_dict_get(object->value, SV("/K")), depth + 1);
}

/* Artifacts go, as do the objects that hold but a stream's length. */
static void
objects_sort(struct finisher *finisher)
{
    struct pdf_file *file = &finisher->file;

    for (size_t i = 1; i < file->count; i++) {
        struct pdf_object *object = &file->objects[i];
        struct pdf_object *other;

        if (!object->used)
            continue;
        if (pdf_dict_is(object->value, SV("/Type"), SV("/StructElem")) &&
            pdf_dict_is(object->value, SV("/S"), SV("/Private")))
            object->dropped = true;
        other = object->has_stream
                    ? object_at(finisher,
                                pdf_dict_get(object->value, SV("/Length")))
                    : NULL;
        if (other)
            other->dropped = true;
        if (!pdf_dict_is(object->value, SV("/Type"), SV("/Page")))
            continue;
        other =
            object_at(finisher, pdf_dict_get(object->value, SV("/Contents")));
        if (other)
            finisher->content[other - file->objects] = true;
    }
}

static enum status
finisher_read(struct finisher *finisher, struct fault *fault)
{
    struct pdf_file *file = &finisher->file;
    enum status status = pdf_file_init(file, finisher->input->pdf, fault);
    struct pdf_object *tree;
    size_t slots = file->count + file->count / PDF_PACK_OBJECTS + 8;

    if (status)
        return status;
    finisher->arena = arena_new();
    if (!finisher->arena)
        return STATUS_NOMEM;
    finisher->content =
        arena_alloc(finisher->arena, file->count * sizeof(bool));
    finisher->visited =
        arena_alloc(finisher->arena, file->count * sizeof(bool));
    finisher->figures =
        arena_alloc(finisher->arena, file->count * sizeof(size_t));
    finisher->slots =
        arena_alloc(finisher->arena, slots * sizeof(*finisher->slots));
    if (!finisher->content || !finisher->visited || !finisher->figures ||
        !finisher->slots)
        return STATUS_NOMEM;
    finisher->slot_count = file->count;
    objects_sort(finisher);
    tree = object_at(finisher, pdf_dict_get(file->objects[file->root].value,
                                            SV("/StructTreeRoot")));
    if (tree)
        tree_walk(finisher, pdf_dict_get(tree->value, SV("/K")), 0);
    if (!tree || finisher->figure_count != finisher->input->figure_count)
        return fault_set(fault, STATUS_DAMAGED,
                         "the PDF was left as cairo wrote it (larger, not "
                         "fit for archives): its tags are not as drawn");
    return STATUS_OK;
}

/* ------------------------------------------------------------------- edits */

static void
edit_element(struct finisher *finisher, size_t number, struct edits *edits)
{
    struct sv dict = finisher->file.objects[number].value;
    struct sv kids = pdf_dict_get(dict, SV("/K"));
    const struct pdf_object *kid = object_at(finisher, kids);
    size_t figure = finisher->figures[number];

    if (sv_starts(kids, SV("["))) {
        struct buf buf = { 0 };

        finisher_write_array(finisher, &buf, kids, false);
        edits_add(edits, SV("/K"), finisher_value_of(finisher, &buf));
    } else if (kid && kid->dropped) {
        edits_add(edits, SV("/K"), (struct sv){ 0 });
    }
    if (pdf_dict_is(dict, SV("/S"), SV("/TH")))
        edits_add(edits, SV("/A"), SV("<< /O /Table /Scope /Column >>"));
    if (figure) {
        const struct pdf_figure *given = &finisher->input->figures[figure - 1];

        edits_add(edits, SV("/Alt"), text_value(finisher, given->alt));
        edits_add(edits, SV("/A"),
                  finisher_value(finisher,
                                 "<< /O /Layout /Placement /Block "
                                 "/BBox [ %d %d %d %d ] >>",
                                 (int)given->box[0], (int)given->box[1],
                                 (int)given->box[2], (int)given->box[3]));
    }
}

static void
edit_page(struct finisher *finisher, size_t number, struct edits *edits)
{
    (void)finisher;
    (void)number;
    edits_add(edits, SV("/Tabs"), SV("/S"));
}

/* The words of a link for those who cannot see it: where it leads. */
static void
edit_annotation(struct finisher *finisher, size_t number, struct edits *edits)
{
    struct sv dict = finisher->file.objects[number].value;
    struct sv words = pdf_dict_get(dict, SV("/Dest"));

    if (!pdf_dict_is(dict, SV("/Subtype"), SV("/Link")))
        return;
    if (!words.len)
        words = pdf_dict_get(pdf_dict_get(dict, SV("/A")), SV("/URI"));
    edits_add(edits, SV("/F"), SV("4"));
    if (sv_starts(words, SV("(")))
        edits_add(edits, SV("/Contents"), words);
}

static void
edit_font(struct finisher *finisher, size_t number, struct edits *edits)
{
    struct sv dict = finisher->file.objects[number].value;

    if (pdf_dict_is(dict, SV("/Subtype"), SV("/CIDFontType2")))
        edits_add(edits, SV("/CIDToGIDMap"), SV("/Identity"));
}

static void
edit_catalog(struct finisher *finisher, size_t number, struct edits *edits)
{
    struct buf lang = { 0 };
    size_t count = finisher->file.count; /* the first two new numbers */

    (void)number;
    pdf_text_write(&lang, sv_of(finisher->input->lang));
    edits_add(edits, SV("/Lang"), finisher_value_of(finisher, &lang));
    edits_add(edits, SV("/MarkInfo"), SV("<< /Marked true >>"));
    edits_add(edits, SV("/ViewerPreferences"),
              SV("<< /DisplayDocTitle true >>"));
    edits_add(edits, SV("/Metadata"),
              finisher_value(finisher, "%zu 0 R", count));
    edits_add(edits, SV("/OutputIntents"),
              finisher_value(finisher,
                             "[ << /Type /OutputIntent /S /GTS_PDFA1 "
                             "/OutputConditionIdentifier (sRGB) /Info (sRGB) "
                             "/DestOutputProfile %zu 0 R >> ]",
                             count + 1));
}

static void
edit_info(struct finisher *finisher, struct edits *edits)
{
    struct buf date = { 0 };
    struct sv value;

    buf_add_char(&date, '(');
    pdf_date_write(&date, finisher->input->as_of);
    buf_add_char(&date, ')');
    value = finisher_value_of(finisher, &date);
    edits_add(edits, SV("/CreationDate"), value);
    edits_add(edits, SV("/ModDate"), value);
    edits_add(edits, SV("/Producer"),
              text_value(finisher, finisher->input->producer));
}

static const struct edit_rule {
    struct sv type;
    void (*edit)(struct finisher *finisher, size_t number, struct edits *edits);
} edit_rules[] = {
    { { SV_LIT("/Catalog") }, edit_catalog },
    { { SV_LIT("/Page") }, edit_page },
    { { SV_LIT("/Annot") }, edit_annotation },
    { { SV_LIT("/StructElem") }, edit_element },
    { { SV_LIT("/Font") }, edit_font },
};

static void
object_edit(struct finisher *finisher, size_t number, struct edits *edits)
{
    struct sv type =
        pdf_dict_get(finisher->file.objects[number].value, SV("/Type"));

    for (size_t i = 0; i < sizeof(edit_rules) / sizeof(edit_rules[0]); i++) {
        if (sv_eq(type, edit_rules[i].type))
            edit_rules[i].edit(finisher, number, edits);
    }
    if (number == finisher->file.info)
        edit_info(finisher, edits);
}

/* --------------------------------------------------------------- all of it */

static void
objects_write(struct finisher *finisher)
{
    for (size_t i = 1; i < finisher->file.count && !finisher->status; i++) {
        const struct pdf_object *object = &finisher->file.objects[i];
        struct edits edits = { 0 };

        if (!object->used || object->dropped)
            continue;
        object_edit(finisher, i, &edits);
        finisher_write_object(finisher, i, &edits);
    }
}

/* Two streams of our own; edit_catalog() names their numbers. */
static void
archive_write(struct finisher *finisher)
{
    struct edits metadata = { 0 };
    struct edits profile = { 0 };
    struct buf bytes = { 0 };
    size_t number = finisher->slot_count;

    finisher->slot_count += 2;
    edits_add(&metadata, SV("/Type"), SV("/Metadata"));
    edits_add(&metadata, SV("/Subtype"), SV("/XML"));
    if (pdf_xmp_write(&bytes, finisher->input))
        finisher_write_stream(finisher, number, buf_sv(&bytes), false,
                              &metadata);
    else
        finisher_fail(finisher, STATUS_NOMEM);
    buf_clear(&bytes);
    edits_add(&profile, SV("/N"), SV("3"));
    if (pdf_icc_write(&bytes))
        finisher_write_stream(finisher, number + 1, buf_sv(&bytes), true,
                              &profile);
    else
        finisher_fail(finisher, STATUS_NOMEM);
    buf_clear(&bytes);
}

enum status
pdf_finish(const struct pdf_finish_input *input, struct buf *ret_pdf,
           struct fault *fault)
{
    struct finisher finisher = { .input = input };
    enum status status = finisher_read(&finisher, fault);

    if (status)
        goto out;
    buf_add(&finisher.out, SV("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"));
    archive_write(&finisher);
    objects_write(&finisher);
    finisher_write_end(&finisher);
    if (finisher.out.failed || finisher.pack_body.failed ||
        finisher.pack_index.failed)
        finisher_fail(&finisher, STATUS_NOMEM);
    status = finisher.status;
    if (!status && !buf_add(ret_pdf, buf_sv(&finisher.out)))
        status = STATUS_NOMEM;
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "no PDF: out of memory");
    buf_clear(&finisher.out);
    buf_clear(&finisher.pack_index);
    buf_clear(&finisher.pack_body);
    pdf_file_clear(&finisher.file);
    arena_free(finisher.arena);
    return status;
}
