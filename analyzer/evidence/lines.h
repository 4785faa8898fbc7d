/* lines.h: cuts a stream into blocks of whole lines. */
#ifndef ANALYZER_EVIDENCE_LINES_H
#define ANALYZER_EVIDENCE_LINES_H

#include "analyzer/evidence/stream.h"

#define LINES_BLOCK_BYTES (STREAM_BUFFER_BYTES / 2)

struct lines_bounds {
    uint64_t max_line_bytes;
    uint64_t max_text_bytes; /* 0: none */
};

/* Who gets the lines. */
struct lines_taker {
    const struct evidence_sink *sink;
    void *text;
    bool wanted;         /* false: only counted and looked through */
    bool warned;         /* false: no warnings either */
    uint64_t from_bytes; /* where the stream's first byte lies in the text */
};

/*
 * Reads `stream` to its end, or to the bound. *ret_bytes: taken of it;
 * *ret_cut: the bound left some.
 * Fails: STATUS_NOMEM, or what the sink returned.
 */
enum status lines_run(struct stream *stream, const struct lines_bounds *bounds,
                      const struct lines_taker *taker, uint64_t *ret_bytes,
                      bool *ret_cut);

#endif
