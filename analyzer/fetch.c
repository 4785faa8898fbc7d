/* The way back: single lines of the evidence, read again by their place. */
#include "analyzer/gathering.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_KEEP 16384 /* of a cited line; Exim writes 8 KiB at most */

/* ------------------------------------------------------------- one text again */

struct again {
    size_t wanted; /* ordinal */
    size_t ends;   /* texts and containers that ended */
    enum status (*block)(void *, struct sv, uint64_t, uint64_t);
    void *user;
};

static enum status
again_begin(void *user, const struct custody *so_far, struct sv head,
            void **ret_text, bool *ret_wanted)
{
    struct again *again = user;

    (void)so_far;
    (void)head;
    *ret_wanted = again->ends == again->wanted;
    *ret_text = *ret_wanted ? again : NULL;
    return STATUS_OK;
}

static enum status
again_block(void *text, struct sv block, uint64_t offset, uint64_t cut_bytes)
{
    struct again *again = text;

    return again->block(again->user, block, offset, cut_bytes);
}

static enum status
again_end(void *user, void *text, const struct custody *custody)
{
    struct again *again = user;

    (void)custody;
    if (again->ends++ == again->wanted && text)
        return STATUS_END; /* the rest is not needed */
    return STATUS_OK;
}

enum status
gathering_again(const struct gathering *gathering, size_t text,
              enum status (*block)(void *user, struct sv block, uint64_t offset,
                                   uint64_t cut_bytes),
              void *user, struct fault *fault)
{
    const struct gathered_text *row = &gathering->texts[text];
    const struct evidence_source *source =
        &gathering->list->sources[row->source];
    struct again again = { .wanted = row->ordinal,
                           .block = block,
                           .user = user };
    struct evidence_sink sink = { .user = &again,
                                  .begin = again_begin,
                                  .block = again_block,
                                  .end = again_end };
    enum status status;

    if (source->is_stdin && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
        return fault_set(fault, STATUS_IO, "-: cannot be read again");
    status = evidence_read(source, &gathering->limits, &sink, fault);
    return status == STATUS_END ? STATUS_OK : status;
}

/* ----------------------------------------------------------------- wishes */

struct fetching {
    struct line_wish *wishes; /* of one text, by offset */
    size_t count;
    size_t at;
    struct arena *arena;
};

static bool
hash_line(struct sv line, char hex[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (!EVP_Digest(line.at, line.len, digest, &len, EVP_sha256(), NULL) ||
        len != 32)
        return false;
    for (unsigned i = 0; i < len; i++)
        snprintf(hex + (size_t)i * 2, 3, "%02x", digest[i]);
    return true;
}

static enum status
fetch_line(struct fetching *fetching, struct sv line)
{
    struct line_wish *wish = &fetching->wishes[fetching->at];

    if (line.len && line.at[line.len - 1] == '\r')
        line.len--;
    if (!hash_line(line, wish->sha256) ||
        !arena_keep(fetching->arena, sv_head(line, LINE_KEEP), &wish->text))
        return STATUS_NOMEM;
    fetching->at++;
    while (fetching->at < fetching->count &&
           fetching->wishes[fetching->at].place.offset == wish->place.offset) {
        fetching->wishes[fetching->at].text = wish->text;
        memcpy(fetching->wishes[fetching->at].sha256, wish->sha256, 65);
        fetching->at++;
    }
    return STATUS_OK;
}

static enum status
fetch_block(void *user, struct sv block, uint64_t offset, uint64_t cut_bytes)
{
    struct fetching *fetching = user;

    (void)cut_bytes;
    while (fetching->at < fetching->count &&
           fetching->wishes[fetching->at].place.offset < offset + block.len) {
        uint64_t wanted = fetching->wishes[fetching->at].place.offset;
        struct sv rest;
        enum status status;

        if (wanted < offset) { /* not where a line begins: it stays unfilled */
            fetching->at++;
            continue;
        }
        rest = sv_drop(block, (size_t)(wanted - offset));
        status = fetch_line(fetching, sv_cut(&rest, '\n'));
        if (status != STATUS_OK)
            return status;
    }
    return fetching->at < fetching->count ? STATUS_OK : STATUS_END;
}

enum status
gathering_fetch(const struct gathering *gathering, struct line_wish *wishes,
              size_t count, struct arena *arena, struct fault *fault)
{
    for (size_t from = 0; from < count;) {
        uint32_t text = wishes[from].place.text;
        struct fetching fetching = { .wishes = wishes + from, .arena = arena };
        enum status status;

        while (from < count && wishes[from].place.text == text) {
            fetching.count++;
            from++;
        }
        status = gathering_again(gathering, text, fetch_block, &fetching, fault);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}
