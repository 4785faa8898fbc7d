#include "analyzer/verify/verifying.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct giving { /* one source on its way */
    struct verifying *verifying;
    size_t source;
    size_t ordinal;
};

/* No text is wanted: all are hashed and counted all the same. */
static enum status
giving_begin(void *user, const struct custody *so_far, struct sv head,
             void **ret_text, bool *ret_wanted)
{
    (void)user;
    (void)so_far;
    (void)head;
    *ret_text = NULL;
    *ret_wanted = false;
    return STATUS_OK;
}

static enum status
giving_block(void *text, struct sv block, uint64_t offset, uint64_t cut_bytes)
{
    (void)text;
    (void)block;
    (void)offset;
    (void)cut_bytes;
    return STATUS_OK;
}

static const char *
keep(struct verifying *verifying, const char *text, bool *kept)
{
    const char *copy = NULL;

    if (!text || !text[0])
        return NULL;
    copy = arena_strdup(verifying->arena, sv_of(text));
    *kept = *kept && copy;
    return copy;
}

static enum status
giving_end(void *user, void *text, const struct custody *custody)
{
    struct giving *giving = user;
    struct verifying *verifying = giving->verifying;
    void *grown = verifying->given;
    bool kept = true;

    (void)text;
    if (!array_reserve(&grown, &verifying->given_capacity,
                       verifying->given_count + 1, sizeof(*verifying->given)))
        return STATUS_NOMEM;
    verifying->given = grown;
    verifying->given[verifying->given_count++] = (struct given_text){
        .path = keep(verifying, custody->path, &kept),
        .container = keep(verifying, custody->container, &kept),
        .sha256 = keep(verifying, custody->sha256, &kept),
        .text_sha256 = custody->is_container
                           ? NULL
                           : keep(verifying, custody->text_sha256, &kept),
        .is_container = custody->is_container,
        .source = giving->source,
        .ordinal = giving->ordinal++,
    };
    return kept ? STATUS_OK : STATUS_NOMEM;
}

enum status
given_read(struct verifying *verifying, struct fault *fault)
{
    const struct analyze_options *options = &verifying->options->evidence;
    enum status status = evidence_list_make(options->paths, options->path_count,
                                            &verifying->list, fault);

    for (size_t i = 0; status == STATUS_OK && i < verifying->list->source_count;
         i++) {
        const struct evidence_source *source = &verifying->list->sources[i];
        struct giving giving = { .verifying = verifying, .source = i };
        struct evidence_sink sink = { .user = &giving,
                                      .begin = giving_begin,
                                      .block = giving_block,
                                      .end = giving_end };

        /* analyze() has put what came by a pipe where it can be read again */
        if (source->is_stdin && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
            return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
        status = evidence_read(source, &verifying->limits, &sink, fault);
    }
    return status;
}
