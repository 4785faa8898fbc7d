/* intake.h: one top-level file while it is read; shared with archive.c. */
#ifndef ANALYZER_EVIDENCE_INTAKE_H
#define ANALYZER_EVIDENCE_INTAKE_H

#include "analyzer/evidence/stream.h"

#include <locale.h>

struct intake {
    const struct evidence_sink *sink;
    struct evidence_limits limits; /* none is 0 but max_text_bytes */
    struct budget budget;
    uint32_t members; /* met so far, in all archives of the file */
};

void intake_init(struct intake *intake, const struct evidence_limits *limits,
                 const struct evidence_sink *sink);

/*
 * Takes what `stored` holds, to its end: unpacks, gives the text or the
 * members to the sink, hashes, and ends the row. The stream stays the
 * caller's. Fails: STATUS_NOMEM, or what the sink returned.
 */
enum status intake_take(struct intake *intake, struct stream *stored);

/* Ends the row of something that is not read. Fails: as above. */
enum status intake_refuse(struct intake *intake, struct record *record);

/*
 * Gives each member of the archive in `stream` to intake_take().
 * Fails: as above.
 */
enum status archive_walk(struct intake *intake, struct stream *stream,
                         enum content content);

/*
 * libarchive reads names by the thread's locale: ours is always the same, so
 * that the caller's never shows. Gives back what to restore.
 */
locale_t intake_enter_locale(locale_t *ret_mine);
void intake_leave_locale(locale_t mine, locale_t before);

#endif
