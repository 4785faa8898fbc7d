#include "analyzer/recheck/rechecking.h"

#include "analyzer/attribution/attribution.h"

#include <string.h>

#define ASK(question) (1u << RECHECK_##question)
#define ALWAYS (ASK(HOURS) | ASK(SERVERS) | ASK(ANEW) | ASK(QUEUE))

/*
 * What is asked of each kind, and how many hours of log an answer needs: a
 * stolen password is used again within a day, a script's owner may come back
 * after a weekend.
 */
static const struct kind_row {
    struct sv kind;
    uint32_t questions;
    int64_t hours;
} kind_rows[] = {
    { { SV_LIT("compromised_mailbox") },
      ALWAYS | ASK(CREDENTIAL) | ASK(FAMILIES) | ASK(HELD),
      24 },
    { { SV_LIT("compromised_script") },
      ALWAYS | ASK(SCRIPT) | ASK(FAMILIES) | ASK(HELD),
      72 },
    { { SV_LIT("compromised_system_account") },
      ALWAYS | ASK(SCRIPT) | ASK(FAMILIES) | ASK(HELD),
      72 },
    { { SV_LIT("form_abuse") }, ALWAYS | ASK(FAMILIES) | ASK(HELD), 72 },
    { { SV_LIT("mailing_list_abuse") }, ALWAYS | ASK(FAMILIES), 72 },
    { { SV_LIT("unexplained") }, ALWAYS | ASK(FAMILIES) | ASK(HELD), 72 },
    { { SV_LIT("bulk_to_stale_list") }, ALWAYS | ASK(FAMILIES), 24 },
    { { SV_LIT("open_relay") }, ALWAYS | ASK(RELAY), 24 },
    { { SV_LIT("") }, ALWAYS, 24 }, /* any other */
};

static bool
list_add(struct names **names, struct sv text)
{
    if (!*names)
        *names = names_new();
    return *names && (names_add(*names, text) || !names_failed(*names));
}

/* Was this directory the owner's too? */
static bool
dir_is_usual(const struct case_finding *finding, struct sv name)
{
    for (size_t i = 0; i < finding->source_count; i++) {
        const struct case_source *source = &finding->sources[i];

        if (source->usual && strcmp(source->kind, "directory") == 0 &&
            sv_eq(sv_of(source->name), name))
            return true;
    }
    return false;
}

/* Webmail and scripts come from here, whoever uses them. */
static bool
is_local(struct sv ip)
{
    return sv_starts(ip, SV("127.")) || sv_starts(ip, SV("::"));
}

/* What the thief used and the owner did not. */
static bool
sources_add(struct watched *watched)
{
    const struct case_finding *finding = watched->finding;

    for (size_t i = 0; i < finding->source_count; i++) {
        const struct case_source *source = &finding->sources[i];
        struct sv name = sv_of(source->name);

        if (source->usual || is_local(name))
            continue;
        if (strcmp(source->kind, "network") == 0 &&
            !list_add(&watched->networks, name))
            return false;
        if (strcmp(source->kind, "ip") == 0 && !list_add(&watched->ips, name))
            return false;
    }
    return true;
}

/* A text of nothing but a number would be everybody's. */
static bool
families_add(struct watched *watched)
{
    const struct case_finding *finding = watched->finding;

    for (size_t i = 0; i < finding->family_count; i++) {
        struct sv subject = sv_of(finding->families[i].subject);

        if (subject.len && !sv_eq(subject, SV("#")) &&
            !list_add(&watched->families, subject))
            return false;
    }
    return true;
}

static bool
has_foreign_dir(const struct case_finding *finding)
{
    for (size_t i = 0; i < finding->script_dirs.count; i++) {
        struct sv dir = sv_of(finding->script_dirs.items[i]);

        if (dir.len > 1 && !dir_is_usual(finding, dir))
            return true;
    }
    return false;
}

enum status
watched_init(struct watched *watched, const struct case_finding *finding,
             struct recheck_finding *result)
{
    const struct kind_row *row = kind_rows;

    while (row->kind.len && !sv_eq(row->kind, sv_of(finding->kind)))
        row++;
    *watched = (struct watched){ .finding = finding,
                                 .result = result,
                                 .questions = row->questions };
    result->finding = finding;
    result->needed_hours = row->hours;
    result->own_last = TIME_UNKNOWN;
    for (size_t i = 0; i < finding->message_ids.count; i++) {
        if (!list_add(&watched->ids, sv_of(finding->message_ids.items[i])))
            return STATUS_NOMEM;
    }
    if (!sources_add(watched) || !families_add(watched))
        return STATUS_NOMEM;
    if (!watched->ips)
        watched->questions &= ~(ASK(CREDENTIAL) | ASK(RELAY));
    if (!watched->families)
        watched->questions &= ~ASK(FAMILIES);
    if (!has_foreign_dir(finding))
        watched->questions &= ~ASK(SCRIPT);
    if (!watched->ids)
        watched->questions &= ~ASK(QUEUE);
    for (size_t i = 0; i < RECHECK_QUESTION_COUNT; i++)
        result->answers[i].asked = watched->questions >> i & 1;
    return STATUS_OK;
}

void
watched_clear(struct watched *watched)
{
    names_free(watched->ids);
    names_free(watched->networks);
    names_free(watched->ips);
    names_free(watched->families);
}

/* ---------------------------------------------------------------- messages */

static bool
same(const char *a, const char *b)
{
    return a && b && sv_eq_nocase(sv_of(a), sv_of(b));
}

static bool
listed(const struct names *names, const char *text)
{
    return names && text && names_find(names, sv_of(text));
}

/* By the name that the finding is about. */
static bool
message_is_own(const struct watched *watched,
               const struct record_message *message)
{
    const struct case_finding *finding = watched->finding;

    if (finding->mailbox)
        return same(message->principal, finding->mailbox) ||
               same(message->login, finding->mailbox);
    if (finding->account)
        return same(message->account, finding->account);
    return same(message->domain, finding->domain);
}

static bool
uses_credential(const struct watched *watched,
                const struct record_message *message)
{
    struct text_list logins = watched->finding->logins;
    struct sv network = network_of(sv_of(message->source_ip));

    for (size_t i = 0; message->login && i < logins.count; i++) {
        if (same(message->login, logins.items[i]))
            return listed(watched->ips, message->source_ip) ||
                   (watched->networks &&
                    names_find(watched->networks, network));
    }
    return false;
}

static bool
is_relayed(const struct watched *watched, const struct record_message *message)
{
    return same(message->principal_kind, "relaying_host") &&
           listed(watched->ips, message->source_ip);
}

static bool
comes_from_script(const struct watched *watched,
                  const struct record_message *message)
{
    const struct case_finding *finding = watched->finding;

    for (size_t i = 0; message->directory && i < finding->script_dirs.count;
         i++) {
        struct sv dir = sv_of(finding->script_dirs.items[i]);
        struct sv rest = sv_of(message->directory);

        if (dir.len > 1 && sv_skip_prefix(&rest, dir) &&
            (!rest.len || rest.at[0] == '/') && !dir_is_usual(finding, dir))
            return true;
    }
    return false;
}

/*
 * A text is the thief's only where the thief was and came in by the same way,
 * with a login or without: a subject is soon alike.
 */
static bool
is_family(const struct watched *watched, const struct record_message *message)
{
    const struct case_finding *finding = watched->finding;

    return listed(watched->families, message->family) &&
           (finding->logins.count > 0) == (message->login != NULL) &&
           (message_is_own(watched, message) ||
            same(message->account, finding->account));
}

static const struct {
    enum recheck_question question;
    bool (*holds)(const struct watched *watched,
                  const struct record_message *message);
} message_rows[] = {
    { RECHECK_CREDENTIAL, uses_credential },
    { RECHECK_SCRIPT, comes_from_script },
    { RECHECK_RELAY, is_relayed },
    { RECHECK_FAMILIES, is_family },
};

static const char *
source_of(const struct record_message *message)
{
    if (message->directory)
        return message->directory;
    return message->source_ip ? message->source_ip : message->principal;
}

static const char *
keep(struct rechecking *rechecking, const char *text)
{
    const char *kept =
        text ? arena_strdup(rechecking->arena, sv_of(text)) : NULL;

    rechecking->failed |= text && !kept;
    return kept;
}

static void
take_sample(struct rechecking *rechecking, struct recheck_finding *result,
            enum recheck_question question,
            const struct record_message *message)
{
    if (result->against++ >= RECHECK_SAMPLES)
        return;
    result->samples[result->sample_count++] = (struct recheck_sample){
        .message_id = keep(rechecking, message->message_id),
        .at = message->at,
        .question = question,
        .source = keep(rechecking, source_of(message)),
        .subject = keep(rechecking, message->subject),
    };
}

static void
ask_message(struct rechecking *rechecking, struct watched *watched,
            const struct record_message *message)
{
    struct recheck_finding *result = watched->result;
    bool told = false;

    if (message_is_own(watched, message)) {
        result->own_messages++;
        watched->own_subjects += message->family != NULL;
        result->own_last = message->at;
    }
    for (size_t i = 0; i < sizeof(message_rows) / sizeof(message_rows[0]);
         i++) {
        enum recheck_question question = message_rows[i].question;

        if (!result->answers[question].asked ||
            !message_rows[i].holds(watched, message))
            continue;
        result->answers[question].count++;
        if (!told)
            take_sample(rechecking, result, question, message);
        told = true;
    }
}

bool
rechecking_message(void *user, const struct record_message *message)
{
    struct rechecking *rechecking = user;
    int64_t since = rechecking->result->since;

    for (size_t i = 0; i < rechecking->old->finding_count; i++) {
        struct watched *watched = &rechecking->watched[i];

        if (message->last_at > since &&
            listed(watched->ids, message->message_id)) {
            if (same(message->state, "queued"))
                watched->queue_open++;
            else
                watched->queue_done++;
        }
        if (message->at > since)
            ask_message(rechecking, watched, message);
    }
    return !rechecking->failed;
}
