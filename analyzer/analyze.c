#include "config.h"

#include "analyzer/analyze.h"

#include "analyzer/analysis.h"
#include "analyzer/casework/builder.h"
#include "analyzer/geoip.h"

#include <stdlib.h>

static struct casefile *
casefile_open(const struct analyze_options *options)
{
    struct arena *arena = arena_new();
    struct casefile *casefile =
        arena ? arena_alloc(arena, sizeof(*casefile)) : NULL;

    if (!casefile) {
        arena_free(arena);
        return NULL;
    }
    casefile->arena = arena;
    casefile->generator_name = PACKAGE_NAME;
    casefile->generator_version = PACKAGE_VERSION;
    casefile->as_of = options->as_of;
    casefile->scope.since = casefile->scope.until = TIME_UNKNOWN;
    return casefile;
}

static struct text_list
copy_list(struct builder *builder, struct text_list list)
{
    const char **items = build_array(builder, list.count, sizeof(*items));

    for (size_t i = 0; items && i < list.count; i++)
        items[i] = build_text(builder, sv_of(list.items[i]));
    return (struct text_list){ items, items ? list.count : 0 };
}

static enum status
read_period(struct casefile *casefile, const struct analyze_options *options,
            int64_t last, struct fault *fault)
{
    if (options->since &&
        !time_read(options->since, last, &casefile->scope.since))
        return fault_set(fault, STATUS_USAGE,
                         "--since %s: not a time; write 2026-11-12, "
                         "2026-11-12T08:00 or -48h",
                         options->since);
    if (options->until &&
        !time_read(options->until, last, &casefile->scope.until))
        return fault_set(fault, STATUS_USAGE,
                         "--until %s: not a time; write 2026-11-12, "
                         "2026-11-12T08:00 or -48h",
                         options->until);
    return STATUS_OK;
}

static enum status
write_case(struct gathering *gathering, const struct sealed *sealed,
           const struct attribution *attribution, struct casefile *casefile,
           struct fault *fault)
{
    struct builder builder = { .options = gathering->options,
                               .gathering = gathering,
                               .sealed = sealed,
                               .attribution = attribution,
                               .casefile = casefile,
                               .arena = casefile->arena };

    if (builder.options->case_id)
        casefile->case_id =
            build_text(&builder, sv_of(builder.options->case_id));
    casefile->scope.accounts = copy_list(&builder, builder.options->accounts);
    casefile->scope.domains = copy_list(&builder, builder.options->domains);
    casefile->scope.mailboxes = copy_list(&builder, builder.options->mailboxes);
    return casework_make(&builder, fault);
}

static enum status
seal(struct gathering *gathering, struct sealed **ret_sealed)
{
    struct ledger *ledger = NULL;
    uint32_t *rank = NULL, *servers = NULL;
    enum status status = gathering_merge(gathering, &ledger, &rank, &servers);

    if (status != STATUS_OK)
        return status;
    return sealed_make(ledger, rank, servers, gathering->text_count,
                       ret_sealed);
}

static enum status
narrow(struct sealed *sealed, const struct case_scope *scope)
{
    if (scope->since == TIME_UNKNOWN && scope->until == TIME_UNKNOWN)
        return STATUS_OK;
    return sealed_narrow(sealed, scope->since,
                         scope->until == TIME_UNKNOWN ? INT64_MAX
                                                      : scope->until);
}

enum status
analysis_run(const struct analyze_options *options, struct analysis *analysis,
             struct fault *fault)
{
    struct geoip *geoip = NULL;
    enum status status = STATUS_NOMEM;

    *analysis = (struct analysis){ .casefile = casefile_open(options) };
    if (!analysis->casefile)
        goto out;
    status = geoip_open(options->geoip_files, options->geoip_file_count,
                        &geoip, fault);
    if (status != STATUS_OK)
        goto out;
    status = gathering_make(options, &analysis->gathering, fault);
    if (status != STATUS_OK)
        goto out;
    status = seal(analysis->gathering, &analysis->sealed);
    if (status != STATUS_OK)
        goto out;
    status = read_period(analysis->casefile, options, analysis->sealed->last_at,
                         fault);
    if (status != STATUS_OK)
        goto out;
    status = narrow(analysis->sealed, &analysis->casefile->scope);
    if (status != STATUS_OK)
        goto out;
    status = attribution_make(analysis->sealed, geoip, &analysis->attribution);
    if (status != STATUS_OK)
        goto out;
    status = write_case(analysis->gathering, analysis->sealed,
                        analysis->attribution, analysis->casefile, fault);
out:
    geoip_free(geoip);
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory");
    return status;
}

void
analysis_clear(struct analysis *analysis)
{
    casefile_free(analysis->casefile);
    attribution_free(analysis->attribution);
    sealed_free(analysis->sealed);
    gathering_free(analysis->gathering);
    *analysis = (struct analysis){ 0 };
}

enum status
analyze(const struct analyze_options *options, struct casefile **ret_casefile,
        struct fault *fault)
{
    struct analysis analysis;
    enum status status = analysis_run(options, &analysis, fault);

    if (status == STATUS_OK) {
        *ret_casefile = analysis.casefile;
        analysis.casefile = NULL; /* the caller owns it now */
    }
    analysis_clear(&analysis);
    return status;
}
