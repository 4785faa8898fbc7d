/* evidence_inputs.h: inputs of the evidence tests, by name. */
#ifndef TESTS_EVIDENCE_INPUTS_H
#define TESTS_EVIDENCE_INPUTS_H

#include "analyzer/base.h"

enum { INPUT_LINES = 3000, INPUT_HALF = INPUT_LINES / 2 };

/* Lines [from, to) of the text that most inputs hold. */
void input_add_lines(struct buf *out, size_t from, size_t to);
/* One gzip member of these bytes. */
void input_add_gzip(struct buf *out, struct sv bytes, int level);
/* Appends the input to `out`; an unknown name fails the test. */
void input_make(const char *name, struct buf *out);

#endif
