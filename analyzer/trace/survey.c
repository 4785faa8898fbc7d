#include "analyzer/trace/survey.h"

#include <string.h>

#include "analyzer/trace/line.h"

/* Start of the line that holds the byte at `place`. */
static size_t
line_start(struct sv block, size_t place, size_t floor)
{
    const char *newline;

    if (place <= floor)
        return floor;
    newline = memrchr(block.at + floor, '\n', place - floor);
    return newline ? (size_t)(newline - block.at) + 1 : floor;
}

/*
 * The id of the record that is being read at `end`, a start of a line: of the
 * last stamped line before, looked for back to `floor`, where it was *id.
 */
static void
record_id_before(struct sv block, size_t floor, size_t end,
                 struct message_id *id)
{
    while (end > floor) {
        size_t start = line_start(block, end - 1, floor);
        struct log_line line;

        log_line_read((struct sv){ block.at + start, end - start }, &line);
        if (line.stamped) {
            *id = line.id;
            return;
        }
        end = start;
    }
}

static enum status
survey_hit(struct survey *survey, struct message_id id)
{
    if (!message_id_is(id)) {
        survey->loose_hits++;
        return STATUS_OK;
    }
    return id_table_add(&survey->ids, id) ? STATUS_OK : STATUS_NOMEM;
}

enum status
survey_block(struct survey *survey, struct sv block, struct fault *fault)
{
    size_t done = 0; /* lines before are behind us, last_id is theirs */
    size_t place = matcher_next(survey->matcher, block, 0);

    while (place < block.len) {
        size_t start = line_start(block, place, done);
        struct sv rest = sv_drop(block, start);
        struct sv raw = line_take(&rest);
        struct log_line line;
        bool hit = false;
        enum status status;

        log_line_read(raw, &line);
        status = matcher_line(survey->matcher, line.body, &hit, fault);
        if (status)
            return status;
        if (!line.stamped)
            record_id_before(block, done, start, &survey->last_id);
        else
            survey->last_id = line.id;
        if (hit && survey_hit(survey, survey->last_id))
            return fault_set(fault, STATUS_NOMEM, "out of memory");
        done = start + raw.len;
        place = done < block.len ? matcher_next(survey->matcher, block, done)
                                 : block.len;
    }
    record_id_before(block, done, block.len, &survey->last_id);
    return STATUS_OK;
}

void
survey_text_end(struct survey *survey)
{
    survey->last_id = (struct message_id){ 0 };
}

void
survey_clear(struct survey *survey)
{
    id_table_clear(&survey->ids);
}
