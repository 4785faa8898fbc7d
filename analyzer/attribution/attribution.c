#include "analyzer/attribution/finding.h"

#include <stdlib.h>

static void
actor_clear(struct actor *actor)
{
    free(actor->messages);
    free(actor->unit_of);
    free(actor->strangers);
    free(actor->by_unit);
    free(actor->repeats);
    free(actor->recurs);
    free(actor->units);
}

void
attribution_free(struct attribution *attribution)
{
    if (!attribution)
        return;
    for (size_t i = 0; i < attribution->actor_count; i++)
        actor_clear(&attribution->actors[i]);
    for (size_t i = 0; i < attribution->finding_count; i++)
        finding_clear(&attribution->findings[i]);
    free(attribution->findings);
    free(attribution->actors);
    free(attribution->principals);
    free(attribution->principal_of);
    free(attribution->finding_of);
    free(attribution->domain_of);
    free(attribution->hosted);
    free(attribution->account_of);
    free(attribution->votes_of);
    free(attribution);
}

/* Who is surest comes first: messages belong to the finding that takes them. */
static findings_find *const finders[] = {
    findings_of_senders,    findings_of_patient,     findings_of_guessers,
    findings_of_relays,     findings_of_lists,       findings_of_loops,
    findings_of_forwarders, findings_of_backscatter, findings_of_listings,
    findings_of_outages,    findings_of_limits,      findings_of_guessing,
    findings_end,           findings_compare,
};

static enum status
findings_make(struct attribution *attribution)
{
    enum status status = STATUS_OK;

    attribution->finding_of = calloc(attribution->sealed->message_count + 1,
                                     sizeof(*attribution->finding_of));
    if (!attribution->finding_of)
        return STATUS_NOMEM;
    for (size_t i = 0;
         status == STATUS_OK && i < sizeof(finders) / sizeof(finders[0]); i++)
        status = finders[i](attribution);
    return status;
}

enum status
attribution_make(struct sealed *sealed, const struct geoip *geoip,
                 struct attribution **ret_attribution)
{
    struct attribution *attribution = calloc(1, sizeof(*attribution));

    if (!attribution)
        return STATUS_NOMEM;
    attribution->sealed = sealed;
    attribution->geoip = geoip;
    if (hosted_make(attribution) != STATUS_OK ||
        principals_make(attribution) != STATUS_OK ||
        actors_make(attribution) != STATUS_OK ||
        findings_make(attribution) != STATUS_OK) {
        attribution_free(attribution);
        return STATUS_NOMEM;
    }
    attribution->geoip = NULL;
    *ret_attribution = attribution;
    return STATUS_OK;
}
