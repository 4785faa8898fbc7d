#include "report/model_table.h"

#include <string.h>

#define AT(s, member) offsetof(struct s, member)
#define TEXT(s, member)                                                        \
    {                                                                          \
#member, MODEL_TEXT, AT(s, member), 0, NULL, NULL                      \
    }
#define COUNT(s, member)                                                       \
    {                                                                          \
#member, MODEL_COUNT, AT(s, member), 0, NULL, NULL                     \
    }
#define TIME(s, member)                                                        \
    {                                                                          \
#member, MODEL_TIME, AT(s, member), 0, NULL, NULL                      \
    }
#define BOOL(s, member)                                                        \
    {                                                                          \
#member, MODEL_BOOL, AT(s, member), 0, NULL, NULL                      \
    }
#define DECIMAL(s, member)                                                     \
    {                                                                          \
#member, MODEL_DECIMAL, AT(s, member), 0, NULL, NULL                   \
    }
#define LIST(s, member, item)                                                  \
    {                                                                          \
#member, MODEL_LIST, AT(s, member), 0, item, NULL                      \
    }
#define ROWS(s, member, count, item, shape)                                    \
    {                                                                          \
#member, MODEL_ROWS, AT(s, member), AT(s, count), item, &(shape)       \
    }
#define OBJECT(s, member, shape)                                               \
    {                                                                          \
#member, MODEL_OBJECT, AT(s, member), 0, NULL, &(shape)                \
    }
/* The same, where the struct's name for it is another. */
#define TEXT_AS(name, s, member)                                               \
    {                                                                          \
        name, MODEL_TEXT, AT(s, member), 0, NULL, NULL                         \
    }
#define COUNT_AS(name, s, member)                                              \
    {                                                                          \
        name, MODEL_COUNT, AT(s, member), 0, NULL, NULL                        \
    }
#define TIME_AS(name, s, member)                                               \
    {                                                                          \
        name, MODEL_TIME, AT(s, member), 0, NULL, NULL                         \
    }
/* An element for some members of the struct it stands in. */
#define GROUP(name, shape)                                                     \
    {                                                                          \
        name, MODEL_OBJECT, 0, 0, NULL, &(shape)                               \
    }

#define SHAPE(name, s, fields)                                                 \
    {                                                                          \
        name, sizeof(struct s), fields, sizeof(fields) / sizeof((fields)[0])   \
    }

static const struct model_field generator_fields[] = {
    TEXT_AS("name", casefile, generator_name),
    TEXT_AS("version", casefile, generator_version),
};
static const struct model_shape generator =
    SHAPE("generator", casefile, generator_fields);

static const struct model_field scope_fields[] = {
    LIST(case_scope, accounts, "account"),
    LIST(case_scope, domains, "domain"),
    LIST(case_scope, mailboxes, "mailbox"),
    TIME(case_scope, since),
    TIME(case_scope, until),
};
static const struct model_shape scope =
    SHAPE("scope", case_scope, scope_fields);

static const struct model_field about_fields[] = {
    TEXT_AS("id", casefile, case_id),
    TIME(casefile, as_of),
    OBJECT(casefile, scope, scope),
};
static const struct model_shape about = SHAPE("about", casefile, about_fields);

static const struct model_field accounting_fields[] = {
    COUNT_AS("parsed", case_evidence, bytes_parsed),
    COUNT_AS("recognised", case_evidence, bytes_recognised),
    COUNT_AS("unparsed", case_evidence, bytes_unparsed),
    COUNT_AS("damaged", case_evidence, bytes_damaged),
};
static const struct model_shape accounting =
    SHAPE("accounting", case_evidence, accounting_fields);

static const struct model_field warning_fields[] = {
    TEXT(case_warning, topic),
    COUNT(case_warning, line),
    TEXT(case_warning, text),
};
static const struct model_shape warning =
    SHAPE("warning", case_warning, warning_fields);

static const struct model_field evidence_fields[] = {
    TEXT(case_evidence, path),
    TEXT(case_evidence, container),
    TEXT(case_evidence, kind),
    TEXT(case_evidence, compression),
    COUNT(case_evidence, stored_bytes),
    TEXT(case_evidence, sha256),
    COUNT(case_evidence, text_bytes),
    TEXT(case_evidence, text_sha256),
    COUNT(case_evidence, lines),
    COUNT(case_evidence, lines_parsed),
    COUNT(case_evidence, lines_recognised),
    COUNT(case_evidence, lines_unparsed),
    GROUP("accounting", accounting),
    TIME(case_evidence, first),
    TIME(case_evidence, last),
    TEXT(case_evidence, server),
    ROWS(case_evidence, warnings, warning_count, "warning", warning),
};
static const struct model_shape evidence =
    SHAPE("evidence", case_evidence, evidence_fields);

static const struct model_field clock_fields[] = {
    TEXT(case_clock, server),
    TIME(case_clock, from),
    TIME(case_clock, to),
    { "utc_offset", MODEL_ZONE, AT(case_clock, offset_minutes), 0, NULL, NULL },
    COUNT(case_clock, votes),
};
static const struct model_shape span = SHAPE("span", case_clock, clock_fields);

static const struct model_field totals_fields[] = {
    COUNT(case_totals, lines),      COUNT(case_totals, messages),
    COUNT(case_totals, arrivals),   COUNT(case_totals, bounces),
    COUNT(case_totals, deliveries), COUNT(case_totals, deferrals),
    COUNT(case_totals, failures),   COUNT(case_totals, completed),
    COUNT(case_totals, rejections), COUNT(case_totals, auth_failures),
    COUNT(case_totals, frozen),     COUNT(case_totals, cwd_lines),
};
static const struct model_shape totals =
    SHAPE("totals", case_totals, totals_fields);

static const struct model_field limit_fields[] = {
    TEXT(case_limit, domain), TEXT(case_limit, kind),   TIME(case_limit, first),
    TIME(case_limit, last),   COUNT(case_limit, lines), TEXT(case_limit, text),
};
static const struct model_shape limit =
    SHAPE("limit", case_limit, limit_fields);

static const struct model_field principal_fields[] = {
    TEXT(case_principal, kind),       TEXT(case_principal, name),
    TEXT(case_principal, account),    TEXT(case_principal, domain),
    COUNT(case_principal, messages),  COUNT(case_principal, recipients),
    COUNT(case_principal, delivered), COUNT(case_principal, deferred),
    COUNT(case_principal, failed),    COUNT(case_principal, source_ips),
    TIME(case_principal, first),      TIME(case_principal, last),
};
static const struct model_shape principal =
    SHAPE("principal", case_principal, principal_fields);

static const struct model_field citation_fields[] = {
    COUNT(case_citation, evidence), COUNT(case_citation, line),
    COUNT(case_citation, offset),   TEXT(case_citation, text),
    TEXT(case_citation, sha256),
};
static const struct model_shape citation =
    SHAPE("citation", case_citation, citation_fields);

static const struct model_field value_fields[] = {
    TEXT(case_value, name),
    { "kind", MODEL_VALUE_KIND, AT(case_value, kind), 0, NULL, NULL },
    { "is", MODEL_VALUE, 0, 0, NULL, NULL },
};
static const struct model_shape value =
    SHAPE("value", case_value, value_fields);

static const struct model_field claim_fields[] = {
    TEXT(case_claim, rule),
    BOOL(case_claim, supports),
    DECIMAL(case_claim, weight),
    TEXT(case_claim, text),
    ROWS(case_claim, citations, citation_count, "citation", citation),
    ROWS(case_claim, values, value_count, "value", value),
};
static const struct model_shape claim =
    SHAPE("claim", case_claim, claim_fields);

static const struct model_field alternative_fields[] = {
    TEXT(case_alternative, kind),
    DECIMAL(case_alternative, confidence),
    TEXT(case_alternative, why),
};
static const struct model_shape alternative =
    SHAPE("alternative", case_alternative, alternative_fields);

static const struct model_field peak_fields[] = {
    TIME_AS("hour", case_finding, peak_hour),
    COUNT_AS("messages", case_finding, peak_messages),
};
static const struct model_shape peak = SHAPE("peak", case_finding, peak_fields);

static const struct model_field source_fields[] = {
    TEXT(case_source, kind),      TEXT(case_source, name),
    COUNT(case_source, messages), TIME(case_source, first),
    TIME(case_source, last),      BOOL(case_source, usual),
};
static const struct model_shape source =
    SHAPE("source", case_source, source_fields);

static const struct model_field family_fields[] = {
    TEXT(case_family, subject),        COUNT(case_family, messages),
    COUNT(case_family, recipients),    COUNT(case_family, smallest_bytes),
    COUNT(case_family, largest_bytes), TIME(case_family, first),
    TIME(case_family, last),
};
static const struct model_shape family =
    SHAPE("family", case_family, family_fields);

static const struct model_field provider_fields[] = {
    TEXT(case_provider, name),       COUNT(case_provider, recipients),
    COUNT(case_provider, delivered), COUNT(case_provider, deferred),
    COUNT(case_provider, failed),
};
static const struct model_shape provider =
    SHAPE("provider", case_provider, provider_fields);

static const struct model_field refusal_fields[] = {
    TEXT(case_refusal, reason),      TEXT(case_refusal, shape),
    TEXT(case_refusal, sample),      TEXT(case_refusal, provider),
    BOOL(case_refusal, final),       BOOL(case_refusal, standing),
    COUNT(case_refusal, recipients), COUNT(case_refusal, lines),
    TIME(case_refusal, first),       TIME(case_refusal, last),
};
static const struct model_shape refusal =
    SHAPE("refusal", case_refusal, refusal_fields);

static const struct model_field event_fields[] = {
    TIME(case_event, at),
    TEXT(case_event, what),
    ROWS(case_event, values, value_count, "value", value),
    ROWS(case_event, citations, citation_count, "citation", citation),
};
static const struct model_shape event =
    SHAPE("event", case_event, event_fields);

static const struct model_field line_fields[] = {
    TIME(model_line, at),
    TEXT(model_line, kind),
    OBJECT(model_line, citation, citation),
};
static const struct model_shape line = SHAPE("line", model_line, line_fields);

static const struct model_field sample_fields[] = {
    TEXT(case_sample, message_id),
    TIME(case_sample, at),
    TEXT(case_sample, sender),
    TEXT(case_sample, subject),
    COUNT(case_sample, size_bytes),
    TEXT(case_sample, state),
    LIST(case_sample, recipients, "recipient"),
    { "lines", MODEL_LINES, 0, 0, "line", &line },
    COUNT(case_sample, lines_total),
};
static const struct model_shape sample =
    SHAPE("sample", case_sample, sample_fields);

static const struct model_field replay_fields[] = {
    COUNT(case_replay, cap_per_hour),
    COUNT(case_replay, stopped),
    COUNT(case_replay, innocent_hit),
    COUNT(case_replay, innocents),
};
static const struct model_shape replay =
    SHAPE("replay", case_replay, replay_fields);

static const struct model_field finding_fields[] = {
    TEXT(case_finding, id),
    TEXT(case_finding, kind),
    BOOL(case_finding, compromise),
    DECIMAL(case_finding, confidence),
    TEXT(case_finding, severity),
    TEXT(case_finding, channel),
    TEXT(case_finding, account),
    TEXT(case_finding, domain),
    TEXT(case_finding, mailbox),
    LIST(case_finding, script_dirs, "dir"),
    LIST(case_finding, hosts, "host"),
    LIST(case_finding, source_ips, "ip"),
    TIME(case_finding, onset),
    TIME(case_finding, last),
    COUNT(case_finding, messages),
    COUNT(case_finding, recipients),
    COUNT(case_finding, distinct_recipients),
    COUNT(case_finding, delivered),
    COUNT(case_finding, deferred),
    COUNT(case_finding, failed),
    COUNT(case_finding, discarded_by_limit),
    COUNT(case_finding, deferral_lines),
    COUNT(case_finding, ever_deferred),
    LIST(case_finding, message_ids, "id"),
    ROWS(case_finding, claims, claim_count, "claim", claim),
    ROWS(case_finding, alternatives, alternative_count, "alternative",
         alternative),
    LIST(case_finding, unknowns, "unknown"),
    BOOL(case_finding, ongoing),
    TEXT(case_finding, ended_by),
    GROUP("peak", peak),
    COUNT(case_finding, usual_messages_per_day),
    COUNT(case_finding, queued),
    LIST(case_finding, system_accounts, "name"),
    LIST(case_finding, logins, "login"),
    LIST(case_finding, probes, "id"),
    ROWS(case_finding, sources, source_count, "source", source),
    ROWS(case_finding, families, family_count, "family", family),
    COUNT(case_finding, family_total),
    ROWS(case_finding, providers, provider_count, "provider", provider),
    COUNT(case_finding, provider_total),
    ROWS(case_finding, refusals, refusal_count, "refusal", refusal),
    ROWS(case_finding, timeline, timeline_count, "event", event),
    ROWS(case_finding, samples, sample_count, "sample", sample),
    ROWS(case_finding, replays, replay_count, "replay", replay),
    { "hours", MODEL_HOURS, AT(case_finding, hours), 0, "hour", NULL },
    { "heat", MODEL_HEAT, AT(case_finding, heat), 0, "day", NULL },
};
static const struct model_shape finding =
    SHAPE("finding", case_finding, finding_fields);

static const struct model_field identity_fields[] = {
    COUNT(case_identity, accepted), COUNT(case_identity, delivered),
    COUNT(case_identity, failed),   COUNT(case_identity, discarded),
    COUNT(case_identity, queued),   COUNT(case_identity, cut_off),
};
static const struct model_shape identity =
    SHAPE("identity", case_identity, identity_fields);

static const struct model_field selector_fields[] = {
    TEXT(case_selector, name),
    TEXT(case_selector, state),
};
static const struct model_shape selector =
    SHAPE("selector", case_selector, selector_fields);

static const struct model_field shape_fields[] = {
    TEXT(case_shape, shape),
    COUNT(case_shape, lines),
    OBJECT(case_shape, sample, citation),
};
static const struct model_shape unread =
    SHAPE("shape", case_shape, shape_fields);

static const struct model_field period_fields[] = {
    TIME_AS("first", casefile, period_first),
    TIME_AS("last", casefile, period_last),
};
static const struct model_shape period =
    SHAPE("period", casefile, period_fields);

static const struct model_field case_fields[] = {
    GROUP("generator", generator),
    GROUP("case", about),
    ROWS(casefile, evidence, evidence_count, "file", evidence),
    ROWS(casefile, clock, clock_count, "span", span),
    OBJECT(casefile, totals, totals),
    ROWS(casefile, limits, limit_count, "limit", limit),
    ROWS(casefile, principals, principal_count, "principal", principal),
    ROWS(casefile, findings, finding_count, "finding", finding),
    { "series", MODEL_HOURS, AT(casefile, series), 0, "hour", NULL },
    OBJECT(casefile, identity, identity),
    TEXT(casefile, completeness),
    TEXT(casefile, server_kind),
    LIST(casefile, servers, "server"),
    ROWS(casefile, selectors, selector_count, "selector", selector),
    ROWS(casefile, shapes, shape_count, "shape", unread),
    COUNT(casefile, shape_total),
    GROUP("period", period),
};
const struct model_shape model_case = SHAPE("case", casefile, case_fields);

const struct model_column model_columns[MODEL_COLUMNS] = {
    { "at", "hour", 0 },
    { "arrivals", "arrivals", AT(case_hours, arrivals) },
    { "deliveries", "deliveries", AT(case_hours, deliveries) },
    { "deferrals", "deferrals", AT(case_hours, deferrals) },
    { "failures", "failures", AT(case_hours, failures) },
};

static const char *const value_kinds[] = {
    [VALUE_TEXT] = "text",       [VALUE_NUMBER] = "number",
    [VALUE_TIME] = "time",       [VALUE_DURATION] = "duration",
    [VALUE_PERCENT] = "percent",
};

const char *
model_value_kind_name(enum value_kind kind)
{
    size_t i = (size_t)kind;

    return i < sizeof(value_kinds) / sizeof(value_kinds[0]) ? value_kinds[i]
                                                            : NULL;
}

enum value_kind
model_value_kind_of(const char *name)
{
    for (size_t i = 1; i < sizeof(value_kinds) / sizeof(value_kinds[0]); i++) {
        if (strcmp(name, value_kinds[i]) == 0)
            return (enum value_kind)i;
    }
    return (enum value_kind)0;
}
