/* The parts of a case, in the order in which they need each other. */
#include "analyzer/casework/builder.h"

#include <stdlib.h>

enum status
casework_make(struct builder *builder, struct fault *fault)
{
    enum status status;

    build_gaps(builder);
    build_forged(builder);
    build_evidence(builder);
    build_totals(builder);
    build_principals(builder);
    build_findings(builder);
    status = builder->failed ? STATUS_NOMEM : build_fetch(builder, fault);
    build_warnings(builder);
    if (status == STATUS_OK && builder->failed)
        status = STATUS_NOMEM;
    free(builder->pending);
    buf_clear(&builder->scratch);
    return status;
}
