#include "report/redact_rules.h"

#include <string.h>

struct rule {
    const char *field;
    enum redact_rule rule;
};

static const struct rule generator_rules[] = {
    { "name", REDACT_KEEP },
    { "version", REDACT_KEEP },
};
static const struct rule about_rules[] = {
    { "id", REDACT_TEXT },
    { "as_of", REDACT_KEEP },
    { "scope", REDACT_ENTER },
};
static const struct rule scope_rules[] = {
    { "accounts", REDACT_SCOPE_LIST },  { "domains", REDACT_SCOPE_LIST },
    { "mailboxes", REDACT_SCOPE_LIST }, { "since", REDACT_KEEP },
    { "until", REDACT_KEEP },
};
static const struct rule evidence_rules[] = {
    { "path", REDACT_FILE },
    { "container", REDACT_INTERNAL_TEXT },
    { "kind", REDACT_KEEP },
    { "compression", REDACT_TEXT },
    { "stored_bytes", REDACT_KEEP },
    { "sha256", REDACT_KEEP },
    { "text_bytes", REDACT_KEEP },
    { "text_sha256", REDACT_KEEP },
    { "lines", REDACT_KEEP },
    { "lines_parsed", REDACT_KEEP },
    { "lines_recognised", REDACT_KEEP },
    { "lines_unparsed", REDACT_KEEP },
    { "accounting", REDACT_ENTER },
    { "first", REDACT_KEEP },
    { "last", REDACT_KEEP },
    { "server", REDACT_SERVER },
    { "warnings", REDACT_ENTER },
};
static const struct rule accounting_rules[] = {
    { "parsed", REDACT_KEEP },
    { "recognised", REDACT_KEEP },
    { "unparsed", REDACT_KEEP },
    { "damaged", REDACT_KEEP },
};
static const struct rule warning_rules[] = {
    { "topic", REDACT_KEEP },
    { "line", REDACT_KEEP },
    { "text", REDACT_INTERNAL_TEXT },
};
static const struct rule span_rules[] = {
    { "server", REDACT_SERVER }, { "from", REDACT_KEEP },
    { "to", REDACT_KEEP },       { "utc_offset", REDACT_KEEP },
    { "votes", REDACT_KEEP },
};
/* Never read: `totals` is summed again as a whole. */
static const struct rule totals_rules[] = {
    { "lines", REDACT_DROP },        { "messages", REDACT_TOTALS },
    { "arrivals", REDACT_TOTALS },   { "bounces", REDACT_DROP },
    { "deliveries", REDACT_TOTALS }, { "deferrals", REDACT_TOTALS },
    { "failures", REDACT_TOTALS },   { "completed", REDACT_DROP },
    { "rejections", REDACT_DROP },   { "auth_failures", REDACT_DROP },
    { "frozen", REDACT_DROP },       { "cwd_lines", REDACT_DROP },
};
static const struct rule limit_rules[] = {
    { "domain", REDACT_TEXT }, { "kind", REDACT_KEEP },
    { "first", REDACT_KEEP },  { "last", REDACT_KEEP },
    { "lines", REDACT_KEEP },  { "text", REDACT_TEXT },
};
static const struct rule principal_rules[] = {
    { "kind", REDACT_KEEP },      { "name", REDACT_NAME },
    { "account", REDACT_NAME },   { "domain", REDACT_TEXT },
    { "messages", REDACT_KEEP },  { "recipients", REDACT_KEEP },
    { "delivered", REDACT_KEEP }, { "deferred", REDACT_KEEP },
    { "failed", REDACT_KEEP },    { "source_ips", REDACT_KEEP },
    { "first", REDACT_KEEP },     { "last", REDACT_KEEP },
};
static const struct rule finding_rules[] = {
    { "id", REDACT_KEEP },
    { "kind", REDACT_KEEP },
    { "compromise", REDACT_KEEP },
    { "confidence", REDACT_KEEP },
    { "severity", REDACT_KEEP },
    { "channel", REDACT_KEEP },
    { "account", REDACT_NAME },
    { "domain", REDACT_TEXT },
    { "mailbox", REDACT_TEXT },
    { "script_dirs", REDACT_NAME },
    { "hosts", REDACT_TEXT },
    { "source_ips", REDACT_SOURCE_IP },
    { "onset", REDACT_KEEP },
    { "last", REDACT_KEEP },
    { "messages", REDACT_KEEP },
    { "recipients", REDACT_KEEP },
    { "distinct_recipients", REDACT_KEEP },
    { "delivered", REDACT_KEEP },
    { "deferred", REDACT_KEEP },
    { "failed", REDACT_KEEP },
    { "discarded_by_limit", REDACT_KEEP },
    { "deferral_lines", REDACT_KEEP },
    { "ever_deferred", REDACT_KEEP },
    { "message_ids", REDACT_KEEP },
    { "claims", REDACT_ENTER },
    { "alternatives", REDACT_ENTER },
    { "unknowns", REDACT_TEXT },
    { "ongoing", REDACT_KEEP },
    { "ended_by", REDACT_KEEP },
    { "peak", REDACT_ENTER },
    { "usual_messages_per_day", REDACT_KEEP },
    { "queued", REDACT_KEEP },
    { "system_accounts", REDACT_NAME },
    { "logins", REDACT_NAME },
    { "probes", REDACT_KEEP },
    { "sources", REDACT_ENTER },
    { "families", REDACT_ENTER },
    { "family_total", REDACT_KEEP },
    { "providers", REDACT_ENTER },
    { "provider_total", REDACT_KEEP },
    { "refusals", REDACT_ENTER },
    { "timeline", REDACT_ENTER },
    { "samples", REDACT_ENTER },
    { "replays", REDACT_INTERNAL },
    { "hours", REDACT_KEEP },
    { "heat", REDACT_KEEP },
};
static const struct rule claim_rules[] = {
    { "rule", REDACT_KEEP },           { "supports", REDACT_KEEP },
    { "weight", REDACT_KEEP },         { "text", REDACT_TEXT },
    { "citations", REDACT_OWN_LINES }, { "values", REDACT_ENTER },
};
static const struct rule citation_rules[] = {
    { "evidence", REDACT_KEEP },   { "line", REDACT_KEEP },
    { "offset", REDACT_KEEP },     { "text", REDACT_TEXT },
    { "sha256", REDACT_INTERNAL },
};
static const struct rule value_rules[] = {
    { "name", REDACT_KEEP },
    { "kind", REDACT_KEEP },
    { "is", REDACT_VALUE },
};
static const struct rule alternative_rules[] = {
    { "kind", REDACT_KEEP },
    { "confidence", REDACT_KEEP },
    { "why", REDACT_TEXT },
};
static const struct rule peak_rules[] = {
    { "hour", REDACT_KEEP },
    { "messages", REDACT_KEEP },
};
static const struct rule source_rules[] = {
    { "kind", REDACT_KEEP },     { "name", REDACT_SOURCE },
    { "messages", REDACT_KEEP }, { "first", REDACT_KEEP },
    { "last", REDACT_KEEP },     { "usual", REDACT_KEEP },
};
static const struct rule family_rules[] = {
    { "subject", REDACT_SUBJECT },    { "messages", REDACT_KEEP },
    { "recipients", REDACT_KEEP },    { "smallest_bytes", REDACT_KEEP },
    { "largest_bytes", REDACT_KEEP }, { "first", REDACT_KEEP },
    { "last", REDACT_KEEP },
};
static const struct rule provider_rules[] = {
    { "name", REDACT_TEXT },      { "recipients", REDACT_KEEP },
    { "delivered", REDACT_KEEP }, { "deferred", REDACT_KEEP },
    { "failed", REDACT_KEEP },
};
static const struct rule refusal_rules[] = {
    { "reason", REDACT_KEEP },     { "shape", REDACT_TEXT },
    { "sample", REDACT_TEXT },     { "provider", REDACT_TEXT },
    { "final", REDACT_KEEP },      { "standing", REDACT_KEEP },
    { "recipients", REDACT_KEEP }, { "lines", REDACT_KEEP },
    { "first", REDACT_KEEP },      { "last", REDACT_KEEP },
};
static const struct rule event_rules[] = {
    { "at", REDACT_KEEP },
    { "what", REDACT_KEEP },
    { "values", REDACT_ENTER },
    { "citations", REDACT_OWN_LINES },
};
static const struct rule sample_rules[] = {
    { "message_id", REDACT_KEEP },  { "at", REDACT_KEEP },
    { "sender", REDACT_TEXT },      { "subject", REDACT_SUBJECT },
    { "size_bytes", REDACT_KEEP },  { "state", REDACT_KEEP },
    { "recipients", REDACT_TEXT },  { "lines", REDACT_OWN_LINES },
    { "lines_total", REDACT_KEEP },
};
static const struct rule line_rules[] = {
    { "at", REDACT_KEEP },
    { "kind", REDACT_KEEP },
    { "citation", REDACT_ENTER },
};
static const struct rule replay_rules[] = {
    { "cap_per_hour", REDACT_KEEP },
    { "stopped", REDACT_KEEP },
    { "innocent_hit", REDACT_KEEP },
    { "innocents", REDACT_KEEP },
};
/* Counted over everybody's messages. */
static const struct rule identity_rules[] = {
    { "accepted", REDACT_DROP }, { "delivered", REDACT_DROP },
    { "failed", REDACT_DROP },   { "discarded", REDACT_DROP },
    { "queued", REDACT_DROP },   { "cut_off", REDACT_DROP },
};
static const struct rule selector_rules[] = {
    { "name", REDACT_KEEP },
    { "state", REDACT_KEEP },
};
/* Lines of anybody. */
static const struct rule shape_rules[] = {
    { "shape", REDACT_DROP },
    { "lines", REDACT_DROP },
    { "sample", REDACT_DROP },
};
static const struct rule period_rules[] = {
    { "first", REDACT_KEEP },
    { "last", REDACT_KEEP },
};
static const struct rule case_rules[] = {
    { "generator", REDACT_ENTER },     { "case", REDACT_ENTER },
    { "evidence", REDACT_ENTER },      { "clock", REDACT_ENTER },
    { "totals", REDACT_TOTALS },       { "limits", REDACT_OWN_ROWS },
    { "principals", REDACT_OWN_ROWS }, { "findings", REDACT_OWN_ROWS },
    { "series", REDACT_SERIES },       { "identity", REDACT_ENTER },
    { "completeness", REDACT_KEEP },   { "server_kind", REDACT_KEEP },
    { "servers", REDACT_SERVER },      { "selectors", REDACT_ENTER },
    { "shapes", REDACT_DROP },         { "shape_total", REDACT_DROP },
    { "period", REDACT_ENTER },
};

#define RULES(name, rules)                                                     \
    {                                                                          \
        name, rules, sizeof(rules) / sizeof((rules)[0])                        \
    }

static const struct {
    const char *shape;
    const struct rule *rules;
    size_t count;
} tables[] = {
    RULES("principal", principal_rules), /* what is asked for most */
    RULES("citation", citation_rules),
    RULES("value", value_rules),
    RULES("evidence", evidence_rules),
    RULES("finding", finding_rules),
    RULES("claim", claim_rules),
    RULES("line", line_rules),
    RULES("sample", sample_rules),
    RULES("source", source_rules),
    RULES("family", family_rules),
    RULES("provider", provider_rules),
    RULES("refusal", refusal_rules),
    RULES("event", event_rules),
    RULES("alternative", alternative_rules),
    RULES("peak", peak_rules),
    RULES("replay", replay_rules),
    RULES("limit", limit_rules),
    RULES("accounting", accounting_rules),
    RULES("warning", warning_rules),
    RULES("span", span_rules),
    RULES("generator", generator_rules),
    RULES("about", about_rules),
    RULES("scope", scope_rules),
    RULES("totals", totals_rules),
    RULES("identity", identity_rules),
    RULES("selector", selector_rules),
    RULES("shape", shape_rules),
    RULES("period", period_rules),
    RULES("case", case_rules),
};

bool
redact_rule_find(const struct model_shape *shape,
                 const struct model_field *field, enum redact_rule *ret_rule)
{
    size_t i = 0;

    while (i < sizeof(tables) / sizeof(tables[0]) &&
           strcmp(tables[i].shape, shape->name) != 0)
        i++;
    if (i == sizeof(tables) / sizeof(tables[0]))
        return false;
    for (size_t k = 0; k < tables[i].count; k++) {
        if (strcmp(tables[i].rules[k].field, field->name) == 0) {
            *ret_rule = tables[i].rules[k].rule;
            return true;
        }
    }
    return false;
}

enum redact_rule
redact_rule_of(const struct model_shape *shape, const struct model_field *field)
{
    enum redact_rule rule = REDACT_DROP;

    redact_rule_find(shape, field, &rule);
    return rule;
}
