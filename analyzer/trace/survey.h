/*
 * survey.h: which messages does the pattern meet? A first, quick reading that
 * looks closer only at the lines that may match.
 */
#ifndef ANALYZER_TRACE_SURVEY_H
#define ANALYZER_TRACE_SURVEY_H

#include "analyzer/trace/ids.h"
#include "analyzer/trace/match.h"

struct survey { /* all zero but the matcher, to start with */
    struct matcher *matcher;
    struct id_table ids;       /* messages with a line that matches */
    uint64_t loose_hits;       /* lines that match and have no id */
    struct message_id last_id; /* of the record that is being read */
};

/* Takes the next lines of a text. Fails: STATUS_LIMIT, STATUS_NOMEM. */
enum status survey_block(struct survey *survey, struct sv block,
                         struct fault *fault);
void survey_text_end(struct survey *survey);
void survey_clear(struct survey *survey);

#endif
