#include "analyzer/pipe.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define SLOTS 4 /* blocks on their way: enough that neither side waits long */

struct slot {
    char *at;
    size_t capacity;
    size_t len;
    uint64_t offset;
    uint64_t cut_bytes;
};

struct pipe {
    struct feed *feed;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t changed;
    struct slot slots[SLOTS];
    unsigned filled; /* blocks put in so far */
    unsigned taken;  /* …and fed */
    bool closing;
    enum status status; /* of the first block that failed */
};

/* The next filled slot; NULL when there will be none. */
static struct slot *
wait_filled(struct pipe *pipe)
{
    struct slot *slot = NULL;

    pthread_mutex_lock(&pipe->lock);
    while (pipe->filled == pipe->taken && !pipe->closing)
        pthread_cond_wait(&pipe->changed, &pipe->lock);
    if (pipe->filled != pipe->taken)
        slot = &pipe->slots[pipe->taken % SLOTS];
    pthread_mutex_unlock(&pipe->lock);
    return slot;
}

static void *
feed_slots(void *user)
{
    struct pipe *pipe = user;
    enum status status = STATUS_OK;
    struct slot *slot;

    while ((slot = wait_filled(pipe)) != NULL) {
        if (status == STATUS_OK)
            status = feed_block(pipe->feed, (struct sv){ slot->at, slot->len },
                                slot->offset, slot->cut_bytes);
        pthread_mutex_lock(&pipe->lock);
        pipe->taken++;
        pipe->status = status;
        pthread_cond_signal(&pipe->changed);
        pthread_mutex_unlock(&pipe->lock);
    }
    return NULL;
}

struct pipe *
pipe_open(struct feed *feed)
{
    struct pipe *pipe = calloc(1, sizeof(*pipe));

    if (!pipe)
        return NULL;
    pipe->feed = feed;
    if (pthread_mutex_init(&pipe->lock, NULL) != 0)
        goto no_lock;
    if (pthread_cond_init(&pipe->changed, NULL) != 0)
        goto no_cond;
    if (pthread_create(&pipe->thread, NULL, feed_slots, pipe) != 0)
        goto no_thread;
    return pipe;
no_thread:
    pthread_cond_destroy(&pipe->changed);
no_cond:
    pthread_mutex_destroy(&pipe->lock);
no_lock:
    free(pipe);
    return NULL;
}

/* A free slot is this side's alone until it is counted as filled. */
static enum status
slot_fill(struct slot *slot, struct sv block)
{
    void *at = slot->at;

    if (!array_reserve(&at, &slot->capacity, block.len, 1))
        return STATUS_NOMEM;
    slot->at = at;
    memcpy(slot->at, block.at, block.len);
    slot->len = block.len;
    return STATUS_OK;
}

enum status
pipe_block(struct pipe *pipe, struct sv block, uint64_t offset,
           uint64_t cut_bytes)
{
    enum status status;
    struct slot *slot;

    pthread_mutex_lock(&pipe->lock);
    while (pipe->filled - pipe->taken == SLOTS)
        pthread_cond_wait(&pipe->changed, &pipe->lock);
    status = pipe->status;
    slot = &pipe->slots[pipe->filled % SLOTS];
    pthread_mutex_unlock(&pipe->lock);
    if (status != STATUS_OK)
        return status;
    status = slot_fill(slot, block);
    if (status != STATUS_OK)
        return status;
    slot->offset = offset;
    slot->cut_bytes = cut_bytes;
    pthread_mutex_lock(&pipe->lock);
    pipe->filled++;
    pthread_cond_signal(&pipe->changed);
    pthread_mutex_unlock(&pipe->lock);
    return STATUS_OK;
}

enum status
pipe_close(struct pipe *pipe)
{
    enum status status;

    if (!pipe)
        return STATUS_OK;
    pthread_mutex_lock(&pipe->lock);
    pipe->closing = true;
    pthread_cond_signal(&pipe->changed);
    pthread_mutex_unlock(&pipe->lock);
    pthread_join(pipe->thread, NULL);
    status = pipe->status;
    pthread_cond_destroy(&pipe->changed);
    pthread_mutex_destroy(&pipe->lock);
    for (size_t i = 0; i < SLOTS; i++)
        free(pipe->slots[i].at);
    free(pipe);
    return status;
}
