/*
 * pipe.h: lines fed by a second thread, so that unpacking and parsing of one
 * text go on at the same time. The lines come in the same order as without.
 */
#ifndef ANALYZER_PIPE_H
#define ANALYZER_PIPE_H

#include "analyzer/gathering.h"

struct pipe;

/* Starts the thread. `feed` is the pipe's until it is closed. NULL: neither
 * memory nor a thread was to be had. */
struct pipe *pipe_open(struct feed *feed);
/* As feed_block(); `block` is copied. Fails also as an earlier block did. */
enum status pipe_block(struct pipe *pipe, struct sv block, uint64_t offset,
                       uint64_t cut_bytes);
/* Waits for the last block and frees the pipe. NULL is fine. */
enum status pipe_close(struct pipe *pipe);

#endif
