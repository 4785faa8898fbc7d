/*
 * trace.c: which way a trace goes. Logs that can be read in order of time are
 * read once and printed as they go; where the pattern has a fixed text and
 * all are plain files, a quick survey comes first and only the messages it
 * finds are followed. Logs inside archives come in any order: what is to be
 * printed of them is collected, put in order, and goes the same way then.
 */
#include "analyzer/trace.h"

#include <stdlib.h>

#include "analyzer/trace/collect.h"
#include "analyzer/trace/grouper.h"
#include "analyzer/trace/line.h"
#include "analyzer/trace/related.h"
#include "analyzer/trace/seek.h"
#include "analyzer/trace/survey.h"

/* Bytes held for messages on their way before a survey narrows them. */
#define HELD_MAX_BYTES ((size_t)192 << 20)

struct run {
    const struct trace_options *options;
    struct sources sources;
    struct matcher *matcher;
    struct printer printer;
    struct survey survey;
    struct collection collection;
    struct grouper *grouper;
    struct grouper_rules rules;
    size_t *order;
    bool has_archive;
    bool has_stdin;
    bool all_plain;
    struct fault *fault;
};

/* ------------------------------------------------------------------ takers */

static enum status
group_block(void *user, struct text *text, struct sv block,
            uint64_t offset_bytes, struct fault *fault)
{
    struct run *run = user;

    if (text->in_container) /* only standard input is read without a look */
        return collection_block(&run->collection, text, block, offset_bytes,
                                fault);
    return grouper_block(run->grouper, block, text->loose, text->offset_seconds,
                         fault);
}

static enum status
group_text_end(void *user, struct text *text)
{
    struct run *run = user;

    return text->in_container
               ? collection_text_end(&run->collection, run->fault)
               : grouper_text_end(run->grouper);
}

static enum status
collect_block(void *user, struct text *text, struct sv block,
              uint64_t offset_bytes, struct fault *fault)
{
    struct run *run = user;

    return collection_block(&run->collection, text, block, offset_bytes, fault);
}

static enum status
collect_text_end(void *user, struct text *text)
{
    struct run *run = user;

    (void)text;
    return collection_text_end(&run->collection, run->fault);
}

static enum status
survey_taker_block(void *user, struct text *text, struct sv block,
                   uint64_t offset_bytes, struct fault *fault)
{
    struct run *run = user;

    (void)text;
    (void)offset_bytes;
    return survey_block(&run->survey, block, fault);
}

static enum status
survey_taker_end(void *user, struct text *text)
{
    struct run *run = user;

    (void)text;
    survey_text_end(&run->survey);
    return STATUS_OK;
}

static enum status
read_all(struct run *run, const struct taker *taker)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; !status && i < run->sources.count; i++)
        status = sources_read(&run->sources, run->order[i], taker, run->fault);
    return status;
}

/* -------------------------------------------------------------------- ways */

static enum status
run_survey(struct run *run)
{
    const struct taker taker = { run, survey_taker_block, survey_taker_end };

    run->survey.matcher = run->matcher;
    return read_all(run, &taker);
}

/* What was collected goes through the grouper as if it had been read so. */
static enum status
run_replay(struct run *run)
{
    const struct collection *collection = &run->collection;
    const struct text *text = NULL;
    enum status status;

    free(run->order);
    run->order = NULL;
    status = sources_order(&run->sources, &run->order);
    if (status)
        return status;
    collection_sort(&run->collection);
    for (size_t i = 0; !status && i < collection->count; i++) {
        const struct kept_record *record = &collection->records[i];

        if (text && text != record->text)
            status = grouper_text_end(run->grouper);
        text = record->text;
        if (!status)
            status = grouper_block(run->grouper, record->raw, text->loose,
                                   text->offset_seconds, run->fault);
    }
    return status;
}

static enum status
grouper_renew(struct run *run)
{
    grouper_free(run->grouper);
    run->grouper = grouper_new(&run->rules, run->matcher, &run->printer);
    return run->grouper ? STATUS_OK : STATUS_NOMEM;
}

static enum status
run_in_order(struct run *run)
{
    const struct taker taker = { run, group_block, group_text_end };
    enum status status = grouper_renew(run);

    if (!status)
        status = read_all(run, &taker);
    if (!status && run->collection.count)
        status = run_replay(run);
    return status ? status : grouper_end(run->grouper);
}

/*
 * One reading; if too many messages are on their way at once, once more with
 * only those that the pattern meets. What is printed already is not repeated.
 */
static enum status
run_streaming(struct run *run)
{
    enum status status;

    if (run->all_plain && !run->rules.invert && matcher_skips(run->matcher)) {
        status = run_survey(run);
        if (status)
            return status;
        if (!run->survey.ids.count && !run->survey.loose_hits)
            return STATUS_OK;
        run->rules.wanted = &run->survey.ids;
        return run_in_order(run);
    }
    run->rules.held_bytes_max =
        run->has_stdin || run->rules.invert ? 0 : HELD_MAX_BYTES;
    status = run_in_order(run);
    if (status != STATUS_LIMIT || !grouper_is_full(run->grouper))
        return status;
    run->printer.skip_bytes = run->printer.done_bytes;
    run->printer.done_bytes = 0;
    run->printer.groups = 0;
    run->rules.held_bytes_max = 0;
    status = run_survey(run);
    run->rules.wanted = &run->survey.ids;
    return status ? status : run_in_order(run);
}

static enum status
run_collected(struct run *run)
{
    const struct taker taker = { run, collect_block, collect_text_end };
    enum status status = STATUS_OK;

    run->collection.matcher = run->matcher;
    if (!run->has_stdin && !run->rules.invert) {
        status = run_survey(run);
        run->rules.wanted = &run->survey.ids;
        run->collection.wanted = &run->survey.ids;
    }
    if (!status)
        status = read_all(run, &taker);
    if (!status)
        status = grouper_renew(run);
    if (!status)
        status = run_replay(run);
    return status ? status : grouper_end(run->grouper);
}

/* ------------------------------------------------------------------- start */

static void
run_look_around(struct run *run)
{
    run->all_plain = run->sources.count > 0;
    for (size_t i = 0; i < run->sources.count; i++) {
        const struct source *source = &run->sources.sources[i];

        run->has_archive = run->has_archive || source->is_archive;
        run->has_stdin = run->has_stdin || source->file->is_stdin;
        run->all_plain =
            run->all_plain && source->file->is_plain && source->met_texts;
    }
}

/* --------------------------------------------------- the period of --since */

static enum status
last_block(void *user, struct text *text, struct sv block,
           uint64_t offset_bytes, struct fault *fault)
{
    int64_t *last = user;

    (void)offset_bytes;
    (void)fault;
    while (block.len) {
        struct log_line line;
        int64_t at;

        log_line_read(line_take(&block), &line);
        if (!line.stamped)
            continue;
        at = log_line_seconds(&line);
        at -= log_line_has_zone(&line) ? 0 : text->offset_seconds;
        *last = at > *last ? at : *last;
    }
    return STATUS_OK;
}

static bool
is_relative(const char *time)
{
    return time && time[0] == '-';
}

static enum status
period_read(struct run *run, const char *time, int64_t last, int64_t *ret_time)
{
    if (time && !time_read(time, last, ret_time))
        return fault_set(run->fault, STATUS_USAGE, "%s is not a time", time);
    return STATUS_OK;
}

static enum status
run_period(struct run *run)
{
    const struct analyze_options *options = &run->options->evidence;
    int64_t last = INT64_MIN;
    const struct taker taker = { &last, last_block, NULL };
    enum status status = STATUS_OK;

    run->rules.since = INT64_MIN;
    run->rules.until = INT64_MAX;
    if (is_relative(options->since) || is_relative(options->until)) {
        if (run->has_stdin)
            return fault_set(run->fault, STATUS_USAGE,
                             "a time counted back from the last line needs "
                             "evidence that can be read twice, not \"-\"");
        status = read_all(run, &taker);
    }
    if (!status)
        status = period_read(run, options->since, last, &run->rules.since);
    if (!status)
        status = period_read(run, options->until, last, &run->rules.until);
    return status;
}

static enum status
run_way(struct run *run)
{
    struct sv pattern = sv_of(run->options->pattern);
    enum status status;
    bool done = false;

    if (run->options->related && !run->options->invert)
        return related_run(&run->sources, run->matcher, &run->rules,
                           &run->printer, run->fault);
    if (run->has_archive || (run->has_stdin && run->sources.count > 1))
        return run_collected(run);
    if (!run->options->invert && seek_fits(&run->sources, pattern)) {
        status = seek_run(&run->sources, run->order, pattern, &run->rules,
                          run->matcher, &run->printer, &done, run->fault);
        if (status || done)
            return status;
    }
    return run_streaming(run);
}

static enum status
run_start(struct run *run, struct arena *arena)
{
    const struct trace_options *options = run->options;
    enum status status =
        matcher_new(sv_of(options->pattern), options->literal,
                    options->case_sensitive, &run->matcher, run->fault);

    if (!status)
        status =
            sources_init(&run->sources, &options->evidence, arena, run->fault);
    if (!status)
        status = sources_order(&run->sources, &run->order);
    if (status)
        return status;
    run_look_around(run);
    run->rules.invert = options->invert;
    run->rules.queue_seconds = options->queue_seconds;
    status = run_period(run);
    if (!status)
        status = run_way(run);
    if (status == STATUS_END)
        return STATUS_OK; /* whoever read our output has enough */
    if (!status && !run->sources.readable)
        status =
            fault_set(run->fault, STATUS_IO, "%s",
                      run->sources.warning_count ? run->sources.warnings[0]
                                                 : "no evidence could be read");
    return status;
}

static enum status
run_result(struct run *run, struct arena *arena,
           struct trace_result *ret_result)
{
    uint64_t dropped = grouper_dropped_bytes(run->grouper);
    enum status status = STATUS_OK;
    const char **items;

    if (dropped)
        status = sources_warn(&run->sources, true,
                              "%llu bytes continue a record that is too long "
                              "already, or not before them: left out",
                              (unsigned long long)dropped);
    items =
        arena_alloc(arena, (run->sources.warning_count + 1) * sizeof(*items));
    if (status || !items)
        return STATUS_NOMEM;
    for (size_t i = 0; i < run->sources.warning_count; i++)
        items[i] = run->sources.warnings[i];
    *ret_result = (struct trace_result){
        .groups = run->printer.groups,
        .lossy = run->sources.lossy,
        .warnings = { items, run->sources.warning_count },
        .arena = arena,
    };
    return STATUS_OK;
}

enum status
trace(const struct trace_options *options, trace_write *write, void *user,
      struct trace_result *ret_result, struct fault *fault)
{
    struct arena *arena = arena_new();
    struct run run = {
        .options = options,
        .printer = { .write = write, .user = user, .json = options->json },
        .fault = fault,
    };
    enum status status = STATUS_NOMEM;

    if (!arena)
        goto out;
    status = run_start(&run, arena);
    if (!status)
        status = run_result(&run, arena, ret_result);
    if (!status)
        arena = NULL; /* the result's now */
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, STATUS_NOMEM, "out of memory");
    grouper_free(run.grouper);
    collection_clear(&run.collection);
    survey_clear(&run.survey);
    printer_clear(&run.printer);
    free(run.order);
    sources_clear(&run.sources);
    matcher_free(run.matcher);
    arena_free(arena);
    return status;
}

void
trace_result_clear(struct trace_result *result)
{
    arena_free(result->arena);
    *result = (struct trace_result){ 0 };
}
