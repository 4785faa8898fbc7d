#include "tests/case_dump.h"

#include <stdio.h>

/* Each of these writes one named value. */
static void
text(struct buf *out, const char *name, const char *value)
{
    buf_printf(out, "%s: %s\n", name, value ? value : "(none)");
}

static void
number(struct buf *out, const char *name, int64_t value)
{
    if (value == INT64_MIN)
        buf_printf(out, "%s: unknown\n", name);
    else
        buf_printf(out, "%s: %lld\n", name, (long long)value);
}

static void
real(struct buf *out, const char *name, double value)
{
    buf_printf(out, "%s: %.9f\n", name, value);
}

static void
texts(struct buf *out, const char *name, struct text_list list)
{
    number(out, name, (int64_t)list.count);
    for (size_t i = 0; i < list.count; i++)
        text(out, name, list.items[i]);
}

#define TEXT(of, field) text(out, #field, (of)->field)
#define NUMBER(of, field) number(out, #field, (int64_t)(of)->field)
#define REAL(of, field) real(out, #field, (of)->field)
#define TEXTS(of, field) texts(out, #field, (of)->field)

static void
dump_hours(struct buf *out, const struct case_hours *hours)
{
    NUMBER(hours, first_hour);
    NUMBER(hours, count);
    for (size_t i = 0; i < hours->count; i++)
        buf_printf(
            out, "hour: %lld %lld %lld %lld\n", (long long)hours->arrivals[i],
            (long long)hours->deliveries[i], (long long)hours->deferrals[i],
            (long long)hours->failures[i]);
}

static void
dump_citations(struct buf *out, const struct case_citation *citations,
               size_t count)
{
    number(out, "citations", (int64_t)count);
    for (size_t i = 0; i < count; i++) {
        text(out, "cited", citations[i].text);
        text(out, "sha256", citations[i].sha256);
    }
}

static void
dump_values(struct buf *out, const struct case_value *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TEXT(&values[i], name);
        NUMBER(&values[i], kind);
        if (values[i].kind == VALUE_TEXT)
            TEXT(&values[i], text);
        else
            NUMBER(&values[i], number);
    }
}

static void
dump_claims(struct buf *out, const struct case_finding *of)
{
    for (size_t i = 0; i < of->claim_count; i++) {
        const struct case_claim *claim = &of->claims[i];

        TEXT(claim, rule);
        NUMBER(claim, supports);
        REAL(claim, weight);
        TEXT(claim, text);
        dump_values(out, claim->values, claim->value_count);
        dump_citations(out, claim->citations, claim->citation_count);
    }
    for (size_t i = 0; i < of->alternative_count; i++) {
        TEXT(&of->alternatives[i], kind);
        REAL(&of->alternatives[i], confidence);
        TEXT(&of->alternatives[i], why);
    }
}

static void
dump_groups(struct buf *out, const struct case_finding *of)
{
    for (size_t i = 0; i < of->source_count; i++) {
        const struct case_source *source = &of->sources[i];

        TEXT(source, kind);
        TEXT(source, name);
        NUMBER(source, messages);
        NUMBER(source, first);
        NUMBER(source, last);
        NUMBER(source, usual);
    }
    for (size_t i = 0; i < of->family_count; i++) {
        const struct case_family *family = &of->families[i];

        TEXT(family, subject);
        NUMBER(family, messages);
        NUMBER(family, recipients);
        NUMBER(family, smallest_bytes);
        NUMBER(family, largest_bytes);
        NUMBER(family, first);
        NUMBER(family, last);
    }
    NUMBER(of, family_total);
    for (size_t i = 0; i < of->provider_count; i++) {
        const struct case_provider *provider = &of->providers[i];

        TEXT(provider, name);
        NUMBER(provider, recipients);
        NUMBER(provider, delivered);
        NUMBER(provider, deferred);
        NUMBER(provider, failed);
    }
    NUMBER(of, provider_total);
}

static void
dump_refusals(struct buf *out, const struct case_finding *of)
{
    for (size_t i = 0; i < of->refusal_count; i++) {
        const struct case_refusal *refusal = &of->refusals[i];

        TEXT(refusal, reason);
        TEXT(refusal, shape);
        TEXT(refusal, sample);
        TEXT(refusal, provider);
        NUMBER(refusal, final);
        NUMBER(refusal, standing);
        NUMBER(refusal, recipients);
        NUMBER(refusal, lines);
        NUMBER(refusal, first);
        NUMBER(refusal, last);
    }
}

static void
dump_sample(struct buf *out, const struct case_sample *sample)
{
    TEXT(sample, message_id);
    NUMBER(sample, at);
    TEXT(sample, sender);
    TEXT(sample, subject);
    NUMBER(sample, size_bytes);
    TEXT(sample, state);
    TEXTS(sample, recipients);
    for (size_t i = 0; i < sample->line_count; i++) {
        text(out, "kind", sample->line_kinds[i]);
        number(out, "at", sample->line_times[i]);
    }
    dump_citations(out, sample->lines, sample->line_count);
    NUMBER(sample, lines_total);
}

static void
dump_story(struct buf *out, const struct case_finding *of)
{
    for (size_t i = 0; i < of->timeline_count; i++) {
        const struct case_event *event = &of->timeline[i];

        NUMBER(event, at);
        TEXT(event, what);
        dump_values(out, event->values, event->value_count);
        dump_citations(out, event->citations, event->citation_count);
    }
    for (size_t i = 0; i < of->sample_count; i++)
        dump_sample(out, &of->samples[i]);
    for (size_t i = 0; i < of->replay_count; i++) {
        NUMBER(&of->replays[i], cap_per_hour);
        NUMBER(&of->replays[i], stopped);
        NUMBER(&of->replays[i], innocent_hit);
        NUMBER(&of->replays[i], innocents);
    }
    dump_hours(out, &of->hours);
    for (size_t i = 0; of->heat && i < 7 * 24; i++)
        number(out, "heat", of->heat[i / 24][i % 24]);
}

static void
dump_counts(struct buf *out, const struct case_finding *of)
{
    NUMBER(of, onset);
    NUMBER(of, last);
    NUMBER(of, messages);
    NUMBER(of, recipients);
    NUMBER(of, distinct_recipients);
    NUMBER(of, delivered);
    NUMBER(of, deferred);
    NUMBER(of, failed);
    NUMBER(of, discarded_by_limit);
    NUMBER(of, deferral_lines);
    NUMBER(of, ever_deferred);
    NUMBER(of, ongoing);
    TEXT(of, ended_by);
    NUMBER(of, peak_hour);
    NUMBER(of, peak_messages);
    NUMBER(of, usual_messages_per_day);
    NUMBER(of, queued);
}

static void
dump_finding(struct buf *out, const struct case_finding *of)
{
    TEXT(of, id);
    TEXT(of, kind);
    NUMBER(of, compromise);
    REAL(of, confidence);
    TEXT(of, severity);
    TEXT(of, channel);
    TEXT(of, account);
    TEXT(of, domain);
    TEXT(of, mailbox);
    TEXTS(of, script_dirs);
    TEXTS(of, hosts);
    TEXTS(of, source_ips);
    dump_counts(out, of);
    TEXTS(of, message_ids);
    TEXTS(of, unknowns);
    TEXTS(of, system_accounts);
    TEXTS(of, logins);
    TEXTS(of, probes);
    dump_claims(out, of);
    dump_groups(out, of);
    dump_refusals(out, of);
    dump_story(out, of);
}

static void
dump_totals(struct buf *out, const struct casefile *casefile)
{
    const struct case_totals *of = &casefile->totals;
    const struct case_identity *identity = &casefile->identity;

    NUMBER(of, lines);
    NUMBER(of, messages);
    NUMBER(of, arrivals);
    NUMBER(of, bounces);
    NUMBER(of, deliveries);
    NUMBER(of, deferrals);
    NUMBER(of, failures);
    NUMBER(of, completed);
    NUMBER(of, rejections);
    NUMBER(of, auth_failures);
    NUMBER(of, frozen);
    NUMBER(of, cwd_lines);
    NUMBER(identity, accepted);
    NUMBER(identity, delivered);
    NUMBER(identity, failed);
    NUMBER(identity, discarded);
    NUMBER(identity, queued);
    NUMBER(identity, cut_off);
}

static void
dump_principals(struct buf *out, const struct casefile *casefile)
{
    for (size_t i = 0; i < casefile->principal_count; i++) {
        const struct case_principal *of = &casefile->principals[i];

        TEXT(of, kind);
        TEXT(of, name);
        TEXT(of, account);
        TEXT(of, domain);
        NUMBER(of, messages);
        NUMBER(of, recipients);
        NUMBER(of, delivered);
        NUMBER(of, deferred);
        NUMBER(of, failed);
        NUMBER(of, source_ips);
        NUMBER(of, first);
        NUMBER(of, last);
    }
}

static void
dump_servers(struct buf *out, const struct casefile *casefile)
{
    TEXT(casefile, completeness);
    TEXT(casefile, server_kind);
    TEXTS(casefile, servers);
    NUMBER(casefile, lossy);
    NUMBER(casefile, as_of);
    NUMBER(casefile, period_first);
    NUMBER(casefile, period_last);
    for (size_t i = 0; i < casefile->clock_count; i++) {
        const struct case_clock *of = &casefile->clock[i];

        TEXT(of, server);
        NUMBER(of, from);
        NUMBER(of, to);
        NUMBER(of, offset_minutes);
        NUMBER(of, votes);
    }
    for (size_t i = 0; i < casefile->limit_count; i++) {
        const struct case_limit *of = &casefile->limits[i];

        TEXT(of, domain);
        TEXT(of, kind);
        NUMBER(of, first);
        NUMBER(of, last);
        NUMBER(of, lines);
        TEXT(of, text);
    }
    for (size_t i = 0; i < casefile->selector_count; i++)
        text(out, casefile->selectors[i].name, casefile->selectors[i].state);
    for (size_t i = 0; i < casefile->shape_count; i++) {
        TEXT(&casefile->shapes[i], shape);
        NUMBER(&casefile->shapes[i], lines);
        dump_citations(out, &casefile->shapes[i].sample, 1);
    }
    NUMBER(casefile, shape_total);
}

bool
case_dump(const struct casefile *casefile, struct buf *out)
{
    dump_totals(out, casefile);
    dump_servers(out, casefile);
    dump_principals(out, casefile);
    dump_hours(out, &casefile->series);
    for (size_t i = 0; i < casefile->finding_count; i++)
        dump_finding(out, &casefile->findings[i]);
    return !out->failed;
}
