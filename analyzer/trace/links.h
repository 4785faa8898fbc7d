/*
 * links.h: what belongs together: bounces and their parents, and the lines
 * without an id (connections, identifications, cwd=) that tell of a message.
 *
 * A bounce and its parent (R=) are one matter in both directions and over any
 * number of steps. An id that merely stands in another message's line is
 * exigrep's own rule; it is followed one step, either way, because strangers
 * can write ids into subjects and answers.
 */
#ifndef ANALYZER_TRACE_LINKS_H
#define ANALYZER_TRACE_LINKS_H

#include "analyzer/trace/ids.h"
#include "analyzer/trace/match.h"
#include "analyzer/trace/sources.h"

struct links;

/* Owner: the caller, links_free(). Borrow: `matcher`. NULL: out of memory. */
struct links *links_new(struct matcher *matcher);
void links_free(struct links *links);

/* Takes the next lines of a text. Fails: STATUS_LIMIT, STATUS_NOMEM. */
enum status links_block(struct links *links, const struct text *text,
                        struct sv block, uint64_t offset_bytes,
                        struct fault *fault);
enum status links_text_end(struct links *links);

/*
 * When all is read and the texts have their ranks: joins the lines, and gives
 * the messages that match or are related to one that does.
 * Borrow: *ret_wanted, until links_free(). Fails: STATUS_NOMEM.
 */
enum status links_resolve(struct links *links,
                          const struct id_table **ret_wanted);

struct attachment {
    const struct text *text;
    uint64_t offset_bytes;
    struct message_id id;
};
/*
 * The messages to which the record at this place, one without an id, belongs:
 * *ret_count of them, by id; NULL when 0. Borrow: until links_free().
 */
const struct attachment *links_attached(const struct links *links,
                                        const struct text *text,
                                        uint64_t offset_bytes,
                                        size_t *ret_count);

#endif
