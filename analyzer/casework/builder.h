/*
 * builder.h: writes the case from what was sealed and found. Texts are made
 * printable on their way in; lines that are cited are fetched in one go at
 * the end.
 */
#ifndef ANALYZER_CASEWORK_BUILDER_H
#define ANALYZER_CASEWORK_BUILDER_H

#include "analyzer/attribution/finding.h"
#include "analyzer/gathering.h"

struct pending_line { /* a line to be fetched, and who waits for it */
    struct line_wish wish;
    struct case_citation *citation;
    const char **response; /* or only what the remote side said in it */
};

struct builder {
    const struct analyze_options *options;
    struct gathering *gathering;
    const struct sealed *sealed;
    const struct attribution *attribution;
    struct casefile *casefile;
    struct case_evidence *evidence; /* casefile->evidence, to be completed */
    struct arena *arena;            /* the case's */
    struct pending_line *pending;
    size_t pending_count;
    size_t pending_capacity;
    struct buf scratch;
    bool failed; /* out of memory; sticky */
};

/* All give NULL, and set `failed`, when out of memory. */
void *build_array(struct builder *builder, size_t count, size_t size_bytes);
const char *build_text(struct builder *builder, struct sv text); /* or "" */
const char *build_name(struct builder *builder, uint32_t name);  /* or NULL */
const char *build_id(struct builder *builder, struct message_id id);
const char *build_printf(struct builder *builder, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Sorted texts of distinct names; 0 is left out. `names` is reordered. */
struct text_list build_names(struct builder *builder, uint32_t *names,
                             size_t count);
void build_cite(struct builder *builder, struct case_citation *citation,
                struct place place);
void build_response(struct builder *builder, const char **response,
                    struct place place);
enum status build_fetch(struct builder *builder, struct fault *fault);

/* The parts of a case. */
void build_evidence(struct builder *builder); /* rows, clock, selectors, … */
/* Of its rows, once no more evidence is read; and the completeness. */
void build_warnings(struct builder *builder);
void build_gaps(struct builder *builder);       /* before the evidence */
void build_forged(struct builder *builder);
void build_totals(struct builder *builder);     /* totals, identity, series */
void build_principals(struct builder *builder); /* principals, limits */
void build_findings(struct builder *builder);
void build_details(struct builder *builder, const struct finding *finding,
                   struct case_finding *built); /* sources, families, … */
void build_course(struct builder *builder, const struct finding *finding,
                  struct case_finding *built); /* timeline, replay, heat */
void build_samples(struct builder *builder, const struct finding *finding,
                   struct case_finding *built);
void build_hours(struct builder *builder, const struct finding *finding,
                 struct case_hours *hours);

enum status casework_make(struct builder *builder, struct fault *fault);

#endif
