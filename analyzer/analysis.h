/*
 * analysis.h: an analysis with all that it stands on, for what inside the
 * analyzer needs more than the case.
 */
#ifndef ANALYZER_ANALYSIS_H
#define ANALYZER_ANALYSIS_H

#include "analyzer/attribution/attribution.h"
#include "analyzer/gathering.h"

struct analysis {
    struct gathering *gathering;
    struct sealed *sealed;
    struct attribution *attribution;
    struct casefile *casefile;
};

/*
 * Reads, seals, attributes and writes the case.
 * Owner: the caller, analysis_clear(), also after a failure.
 * Fails: as analyze().
 */
enum status analysis_run(const struct analyze_options *options,
                         struct analysis *analysis, struct fault *fault);
void analysis_clear(struct analysis *analysis);

#endif
