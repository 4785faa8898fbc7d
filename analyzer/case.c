#include "analyzer/case.h"

void
casefile_free(struct casefile *casefile)
{
    if (casefile)
        arena_free(casefile->arena); /* the struct itself is in it */
}
