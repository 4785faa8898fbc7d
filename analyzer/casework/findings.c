/* Findings as the case holds them. */
#include "analyzer/casework/builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* It still goes on when the silence at the end is no longer than pauses that
 * the run made before, or than this. */
#define PAUSE_SECONDS 900
/* What is there so soon may have begun before the logs do. */
#define BEGINNING_SECONDS 3600

/* ------------------------------------------------------------------ claims */

static const struct claim_value *
value_find(const struct claim *claim, struct sv name)
{
    for (size_t i = 0; i < claim->value_count; i++) {
        if (sv_eq(sv_of(claim->values[i].name), name))
            return &claim->values[i];
    }
    return NULL;
}

/* The rule's sentence with its {names} replaced. */
static const char *
claim_sentence(struct builder *builder, const struct claim *claim)
{
    struct sv rest = sv_of(claim->rule->text);
    struct buf sentence = { 0 };
    const char *built;

    while (rest.len) {
        const struct claim_value *value;

        buf_add(&sentence, sv_cut(&rest, '{'));
        if (!rest.len)
            break;
        value = value_find(claim, sv_cut(&rest, '}'));
        if (value && value->kind == VALUE_TEXT)
            buf_add(&sentence, sealed_name(builder->sealed, value->text));
        else if (value)
            buf_printf(&sentence, "%lld", (long long)value->number);
    }
    built = build_text(builder, buf_sv(&sentence));
    builder->failed |= sentence.failed;
    buf_clear(&sentence);
    return built;
}

static void
build_values(struct builder *builder, const struct claim *claim,
             struct case_claim *built)
{
    struct case_value *values =
        build_array(builder, claim->value_count, sizeof(*values));

    for (size_t i = 0; values && i < claim->value_count; i++) {
        const struct claim_value *value = &claim->values[i];

        values[i] = (struct case_value){
            .name = value->name,
            .kind = value->kind,
            .text = value->kind == VALUE_TEXT ? build_name(builder, value->text)
                                              : NULL,
            .number = value->number,
        };
    }
    built->values = values;
    built->value_count = values ? claim->value_count : 0;
}

static void
build_claims(struct builder *builder, const struct finding *finding,
             struct case_finding *built)
{
    struct case_claim *claims =
        build_array(builder, finding->claim_count, sizeof(*claims));

    for (size_t i = 0; claims && i < finding->claim_count; i++) {
        const struct claim *claim = &finding->claims[i];
        struct case_citation *citations =
            build_array(builder, claim->citation_count, sizeof(*citations));

        claims[i] = (struct case_claim){
            .rule = claim->rule->name,
            .supports = claim->supports,
            .weight = claim->weight,
            .text = claim_sentence(builder, claim),
            .citations = citations,
            .citation_count = citations ? claim->citation_count : 0,
        };
        for (size_t k = 0; k < claims[i].citation_count; k++)
            build_cite(builder, &citations[k], claim->citations[k]);
        build_values(builder, claim, &claims[i]);
    }
    built->claims = claims;
    built->claim_count = claims ? finding->claim_count : 0;
}

static const char *
build_why(struct builder *builder, const struct alternative *alternative)
{
    struct buf why = { 0 };
    const char *built;

    if (alternative->together)
        buf_add(&why, SV("several mailboxes of this account fell within a day: "
                         "the panel's password may be the one that was "
                         "stolen"));
    if (alternative->fits.rule)
        buf_printf(&why, "for it: %s",
                   claim_sentence(builder, &alternative->fits));
    if (alternative->unfit.rule)
        buf_printf(&why, "%sagainst it: %s", why.len ? "; " : "",
                   claim_sentence(builder, &alternative->unfit));
    if (!why.len)
        buf_add(&why, SV("no rule speaks for or against it"));
    built = build_text(builder, buf_sv(&why));
    builder->failed |= why.failed;
    buf_clear(&why);
    return built;
}

static void
build_alternatives(struct builder *builder, const struct finding *finding,
                   struct case_finding *built)
{
    struct case_alternative *rows =
        build_array(builder, finding->alternative_count, sizeof(*rows));

    for (size_t i = 0; rows && i < finding->alternative_count; i++)
        rows[i] = (struct case_alternative){
            .kind = finding_kind_name(finding->alternatives[i].kind),
            .confidence = finding->alternatives[i].confidence,
            .why = build_why(builder, &finding->alternatives[i]),
        };
    built->alternatives = rows;
    built->alternative_count = rows ? finding->alternative_count : 0;
}

/* ---------------------------------------------------------------- unknowns */

static bool
selector_is_off(const struct casefile *casefile, const char *name)
{
    for (size_t i = 0; i < casefile->selector_count; i++) {
        if (strcmp(casefile->selectors[i].name, name) == 0)
            return strcmp(casefile->selectors[i].state, "off") == 0;
    }
    return false;
}

static void
build_unknowns(struct builder *builder, const struct finding *finding,
               struct case_finding *built)
{
    static const struct {
        const char *selector;
        uint32_t kinds; /* bit set; 0: all */
        const char *sentence;
    } rows[] = {
        { "arguments", 1u << FINDING_SCRIPT | 1u << FINDING_SYSTEM,
          "no_arguments: without cwd= lines the log does not name the "
          "directory" },
        { "subject", 0,
          "no_subject: subjects are not logged, so messages alike cannot be "
          "told by their text" },
        { "received_recipients", 0,
          "no_recipients: recipients are known only where a delivery was "
          "tried" },
    };
    const char **items = build_array(builder, 10, sizeof(*items));
    size_t count = 0;

    if (!items)
        return;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if ((!rows[i].kinds || rows[i].kinds & (1u << finding->kind)) &&
            selector_is_off(builder->casefile, rows[i].selector))
            items[count++] = rows[i].sentence;
    }
    if (finding->kind == FINDING_MAILBOX)
        items[count++] = "how_stolen: Exim's log does not show how the "
                         "password became known";
    if (finding->channel && strcmp(finding->channel, "webmail") == 0)
        items[count++] = "webmail_or_site: a login from this machine is a "
                         "webmail session, or a program of the site that "
                         "holds the password; Exim's log does not tell";
    if (finding->kind == FINDING_SCRIPT)
        items[count++] = "which_file: the log names a directory, not the file; "
                         "the web server's log or PHP's mail.log does";
    if (finding->together)
        items[count++] = "panel_password: several mailboxes of the account "
                         "fell within a day; whether the panel's password was "
                         "stolen, only the panel's own logs tell";
    if (finding->compromise &&
        finding->onset < builder->casefile->period_first + BEGINNING_SECONDS)
        items[count++] = "began_before: the abuse is there when the logs "
                         "begin; it may be older";
    built->unknowns = (struct text_list){ items, count };
}

/* ------------------------------------------------------------ who and what */

static void
build_lists(struct builder *builder, const struct finding *finding,
            struct case_finding *built)
{
    const struct sealed *sealed = builder->sealed;
    size_t count = finding->message_count;
    uint32_t *names = build_array(builder, count * 5, sizeof(*names));
    const char **ids = build_array(builder, count, sizeof(*ids));

    if (!names || !ids)
        return;
    for (size_t i = 0; i < count; i++) {
        const struct message *message = &sealed->messages[finding->messages[i]];
        const struct ledger_arrival *arrival = message->arrival;

        ids[i] = build_id(builder, message->id);
        if (!arrival)
            continue;
        if (message->cwd != NO_INDEX)
            names[i] = sealed->ledger->cwds[message->cwd].dir;
        names[count + i] = arrival->host_name;
        names[2 * count + i] = arrival->ip;
        names[3 * count + i] = arrival->ip ? 0 : arrival->ident;
        names[4 * count + i] = arrival->auth_id;
    }
    built->message_ids = (struct text_list){ ids, count };
    built->script_dirs = build_names(builder, names, count);
    built->hosts = build_names(builder, names + count, count);
    built->source_ips = build_names(builder, names + 2 * count, count);
    built->system_accounts = build_names(builder, names + 3 * count, count);
    built->logins = build_names(builder, names + 4 * count, count);
}

static int
number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

static int64_t
distinct(uint32_t *numbers, size_t count)
{
    int64_t found = 0;

    if (count)
        qsort(numbers, count, sizeof(*numbers), number_order);
    for (size_t i = 0; i < count; i++)
        found += !i || numbers[i] != numbers[i - 1];
    return found;
}

static void
build_counts(struct builder *builder, const struct finding *finding,
             struct case_finding *built)
{
    const struct sealed *sealed = builder->sealed;
    size_t all = 0, addresses = 0, deferred = 0;
    uint32_t *names, *waited;

    for (size_t i = 0; i < finding->message_count; i++)
        all += sealed->messages[finding->messages[i]].recipient_count;
    names = build_array(builder, all, sizeof(*names));
    waited = build_array(builder, all, sizeof(*waited));
    if (!names || !waited)
        return;
    built->messages = (int64_t)finding->message_count;
    built->recipients = (int64_t)all;
    for (size_t i = 0; i < finding->message_count; i++) {
        const struct message *message = &sealed->messages[finding->messages[i]];

        built->deferral_lines += message->deferral_lines;
        built->queued += message->state == STATE_QUEUED;
        for (uint32_t k = 0; k < message->recipient_count; k++) {
            const struct recipient *recipient =
                &sealed->recipients[message->recipient_first + k];

            names[addresses++] = recipient->address;
            if (recipient->deferral_lines)
                waited[deferred++] = recipient->address;
            built->delivered += recipient->outcome == OUTCOME_DELIVERED;
            built->deferred += recipient->outcome == OUTCOME_DEFERRED;
            built->failed += recipient->outcome == OUTCOME_FAILED;
            built->discarded_by_limit +=
                recipient->outcome == OUTCOME_FAILED && recipient->limit;
        }
    }
    built->distinct_recipients = distinct(names, addresses);
    built->ever_deferred = distinct(waited, deferred);
}

/* -------------------------------------------------------------------- pace */

static void
build_pace(struct builder *builder, const struct finding *finding,
           struct case_finding *built)
{
    const struct sealed *sealed = builder->sealed;
    int64_t hour = INT64_MIN, count = 0;
    const struct actor *actor = finding->actor;
    int64_t pause = PAUSE_SECONDS, before = INT64_MIN, days;

    built->peak_hour = TIME_UNKNOWN;
    for (size_t i = 0; i < finding->message_count; i++) {
        int64_t at = sealed->messages[finding->messages[i]].at;

        if (before != INT64_MIN && at - before > pause)
            pause = at - before;
        before = at;
        if (at - at % 3600 != hour) {
            hour = at - at % 3600;
            count = 0;
        }
        if (++count > built->peak_messages) {
            built->peak_messages = count;
            built->peak_hour = hour;
        }
    }
    built->usual_messages_per_day = COUNT_UNKNOWN;
    days = (builder->casefile->period_last - builder->casefile->period_first) /
               86400 +
           1;
    if (actor && builder->casefile->period_last != TIME_UNKNOWN)
        built->usual_messages_per_day =
            ((int64_t)actor->message_count - built->messages) / days;
    built->ongoing = builder->casefile->period_last != TIME_UNKNOWN &&
                     finding->compromise &&
                     builder->casefile->period_last - finding->last <= pause;
    /* What is held or refused does not leave any more. */
    if (finding->ending == ENDING_HOLD ||
        finding->ending == ENDING_SUSPENSION ||
        finding->ending == ENDING_PASSWORD)
        built->ongoing = false;
    if (!built->ongoing)
        built->ended_by = ending_name((enum ending)finding->ending);
}

static void
build_probes(struct builder *builder, const struct finding *finding,
             struct case_finding *built)
{
    const char **ids = build_array(builder, 25, sizeof(*ids));
    size_t count = 0;

    for (size_t i = 0;
         ids && finding->actor && i < finding->message_count && count < 25;
         i++) {
        const struct message *message =
            &builder->sealed->messages[finding->messages[i]];

        if (message->at >= finding->actor->busy_from)
            break;
        ids[count++] = build_id(builder, message->id);
    }
    built->probes = (struct text_list){ ids, count };
}

static const char *
severity_of(const struct case_finding *built)
{
    if (!built->compromise)
        return built->failed + built->deferred > 500 ? "medium" : "low";
    if (built->confidence < 0.5)
        return "medium";
    return built->ongoing || built->messages >= 500 ? "critical" : "high";
}

static double
two_digits(double value)
{
    return (double)(int64_t)(value * 100 + 0.5) / 100;
}

static void
build_finding(struct builder *builder, const struct finding *finding,
              struct case_finding *built)
{
    built->kind = finding_kind_name(finding->kind);
    built->compromise = finding->compromise;
    built->confidence = two_digits(finding->confidence);
    built->channel = finding->channel;
    built->account = build_name(builder, finding->account);
    built->domain = build_name(builder, finding->domain);
    built->mailbox = build_name(builder, finding->mailbox);
    built->onset = finding->onset;
    built->last = finding->last;
    build_counts(builder, finding, built);
    build_lists(builder, finding, built);
    build_pace(builder, finding, built);
    build_probes(builder, finding, built);
    build_claims(builder, finding, built);
    build_alternatives(builder, finding, built);
    build_unknowns(builder, finding, built);
    build_hours(builder, finding, &built->hours);
    build_details(builder, finding, built);
    build_samples(builder, finding, built);
    built->severity = severity_of(built);
}

/* ------------------------------------------------------------------- order */

static int
severity_rank(const char *severity)
{
    static const char *const ranks[] = { "critical", "high", "medium", "low" };

    for (int i = 0; i < 4; i++) {
        if (strcmp(severity, ranks[i]) == 0)
            return i;
    }
    return 4;
}

static int
finding_order(const void *left, const void *right)
{
    const struct case_finding *a = left;
    const struct case_finding *b = right;
    int order = severity_rank(a->severity) - severity_rank(b->severity);

    if (order)
        return order;
    if (a->onset != b->onset)
        return a->onset < b->onset ? -1 : 1;
    order = strcmp(a->kind, b->kind);
    if (!order)
        order =
            strcmp(a->mailbox ? a->mailbox : "", b->mailbox ? b->mailbox : "");
    if (!order)
        order =
            strcmp(a->account ? a->account : "", b->account ? b->account : "");
    return order;
}

void
build_findings(struct builder *builder)
{
    const struct attribution *attribution = builder->attribution;
    struct case_finding *findings =
        build_array(builder, attribution->finding_count, sizeof(*findings));

    if (!findings)
        return;
    for (size_t i = 0; i < attribution->finding_count; i++)
        build_finding(builder, &attribution->findings[i], &findings[i]);
    if (builder->failed)
        return;
    qsort(findings, attribution->finding_count, sizeof(*findings),
          finding_order);
    for (size_t i = 0; i < attribution->finding_count; i++)
        findings[i].id = build_printf(builder, "F%zu", i + 1);
    builder->casefile->findings = findings;
    builder->casefile->finding_count = attribution->finding_count;
}
