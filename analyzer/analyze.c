#include "config.h"

#include "analyzer/analyze.h"

#include "analyzer/attribution/attribution.h"
#include "analyzer/casework/builder.h"
#include "analyzer/gathering.h"

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

enum status
analyze(const struct analyze_options *options, struct casefile **ret_casefile,
        struct fault *fault)
{
    struct gathering *gathering = NULL;
    struct sealed *sealed = NULL;
    struct attribution *attribution = NULL;
    struct casefile *casefile = casefile_open(options);
    enum status status = STATUS_NOMEM;

    if (!casefile)
        return fault_set(fault, STATUS_NOMEM, "out of memory");
    status = gathering_make(options, &gathering, fault);
    if (status != STATUS_OK)
        goto out;
    status = seal(gathering, &sealed);
    if (status != STATUS_OK)
        goto out;
    status = read_period(casefile, options, sealed->last_at, fault);
    if (status != STATUS_OK)
        goto out;
    if (casefile->scope.since != TIME_UNKNOWN ||
        casefile->scope.until != TIME_UNKNOWN) {
        status = sealed_narrow(sealed, casefile->scope.since,
                               casefile->scope.until == TIME_UNKNOWN
                                   ? INT64_MAX
                                   : casefile->scope.until);
        if (status != STATUS_OK)
            goto out;
    }
    status = attribution_make(sealed, &attribution);
    if (status != STATUS_OK)
        goto out;
    status = write_case(gathering, sealed, attribution, casefile, fault);
    if (status != STATUS_OK)
        goto out;
    *ret_casefile = casefile;
    casefile = NULL;
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, status, "out of memory");
    casefile_free(casefile);
    attribution_free(attribution);
    sealed_free(sealed);
    gathering_free(gathering);
    return status;
}
