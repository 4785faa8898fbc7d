/*
 * pdf_object.h: a PDF as cairo writes it, taken apart into its objects, and
 * the few things that are done to one. Views point into the file's bytes.
 */
#ifndef REPORT_PDF_OBJECT_H
#define REPORT_PDF_OBJECT_H

#include "analyzer/base.h"

struct pdf_object {
    bool used;
    bool dropped;    /* by us: not written, references to it go */
    struct sv value; /* what stands before `stream` or `endobj` */
    bool has_stream;
    struct sv stream; /* as stored */
};

struct pdf_file {
    struct pdf_object *objects; /* by number; 0 is never used */
    size_t count;
    size_t root;
    size_t info;
};

/*
 * Takes `pdf` apart; *ret_file borrows its bytes.
 * Owner: the caller; pdf_file_clear().
 * Fails: STATUS_DAMAGED when it is not as cairo writes it, STATUS_NOMEM.
 */
enum status pdf_file_init(struct pdf_file *ret_file, struct sv pdf,
                          struct fault *fault);
void pdf_file_clear(struct pdf_file *file);

/* Takes one value off the head: dictionary, array, string, reference, …;
 * false when there is none. White space and comments before it are dropped. */
bool pdf_value_take(struct sv *rest, struct sv *ret_value);

/* The value of a key (with its slash); empty when there is none. */
struct sv pdf_dict_get(struct sv dict, struct sv key);
bool pdf_dict_is(struct sv dict, struct sv key, struct sv value);

/* The number of a reference "12 0 R"; 0 when it is none. */
size_t pdf_reference(struct sv value);

struct pdf_edit { /* of one key: replaced, added; or gone when empty */
    struct sv key;
    struct sv value;
};

/* Appends the value with single blanks and no comments. */
void pdf_value_write(struct buf *out, struct sv value);
/* The same of a dictionary, with these edits. */
void pdf_dict_write(struct buf *out, struct sv dict,
                    const struct pdf_edit *edits, size_t count);
/* A text string: UTF-16, in hexadecimal. */
void pdf_text_write(struct buf *out, struct sv utf8);

#endif
