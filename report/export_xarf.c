/*
 * XARF 4, one report for each attacking source: what an address sent with a
 * stolen login, and addresses that guessed passwords. Of what this server's
 * own people do nothing is reported: a source that the login's owner uses as
 * well is left out.
 */
#include "report/export_table.h"

#include "report/shell.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define LINES_SHOWN 5 /* log lines in one report */
#define GUESSES_LEAST 5
#define SUBJECT_MOST 400 /* bytes; the format allows 500 characters */

struct attack { /* of one source, within one finding */
    const struct case_finding *finding;
    const char *ip;
    int64_t first;
    int64_t last;
    int64_t count; /* messages, or guesses */
    int64_t recipients;
    int64_t port; /* the first that was logged; COUNT_UNKNOWN */
    const char *sender;
    const char *subject;
    bool is_guessing;
};

struct attacks {
    const struct casefile *casefile;
    struct names *keys;
    struct attack *at; /* by number of the key, from 1 */
    size_t capacity;
    bool failed;
};

/* ------------------------------------------------------------ gathering */

static const struct case_finding *
finding_by_id(const struct casefile *casefile, const char *id)
{
    for (size_t i = 0; id && i < casefile->finding_count; i++) {
        if (sv_eq(sv_of(casefile->findings[i].id), sv_of(id)))
            return &casefile->findings[i];
    }
    return NULL;
}

static bool
is_usual(const struct case_finding *finding, const char *ip)
{
    for (size_t i = 0; i < finding->source_count; i++) {
        const struct case_source *source = &finding->sources[i];

        if (source->usual && sv_eq(sv_of(source->kind), SV("ip")) &&
            sv_eq(sv_of(source->name), sv_of(ip)))
            return true;
    }
    return false;
}

static struct attack *
attack_of(struct attacks *attacks, const struct case_finding *finding,
          const char *ip)
{
    struct buf key = { 0 };
    void *grown = attacks->at;
    uint32_t number = 0;

    if (buf_printf(&key, "%s %s", finding->id, ip))
        number = names_add(attacks->keys, buf_sv(&key));
    buf_clear(&key);
    if (!number || !array_reserve(&grown, &attacks->capacity,
                                  (size_t)number + 1, sizeof(*attacks->at))) {
        attacks->failed = true;
        return NULL;
    }
    attacks->at = grown;
    return &attacks->at[number];
}

/* The attack with one event more. */
static struct attack *
attack_add(struct attacks *attacks, const struct case_finding *finding,
           const char *ip, int64_t at)
{
    uint32_t known = names_count(attacks->keys);
    struct attack *attack = attack_of(attacks, finding, ip);

    if (!attack)
        return NULL;
    if (names_count(attacks->keys) > known)
        *attack = (struct attack){ .finding = finding,
                                   .ip = ip,
                                   .first = at,
                                   .last = at,
                                   .port = COUNT_UNKNOWN };
    attack->first = at < attack->first ? at : attack->first;
    attack->last = at > attack->last ? at : attack->last;
    attack->count++;
    return attack;
}

static bool
take_message(void *user, const struct record_message *message)
{
    struct attacks *attacks = user;
    const struct case_finding *finding =
        finding_by_id(attacks->casefile, message->finding);
    struct attack *attack;

    if (!finding || !finding->compromise || !message->source_ip ||
        !message->login || !shell_valid(SHELL_IP, sv_of(message->source_ip)) ||
        sv_starts(sv_of(message->source_ip), SV("127.")) ||
        sv_eq(sv_of(message->source_ip), SV("::1")) ||
        is_usual(finding, message->source_ip))
        return true;
    attack = attack_add(attacks, finding, message->source_ip, message->at);
    if (!attack)
        return false;
    attack->recipients += message->recipients;
    if (attack->port == COUNT_UNKNOWN)
        attack->port = message->source_port;
    if (!attack->sender && message->sender && strchr(message->sender, '@'))
        attack->sender = message->sender;
    if (!attack->subject)
        attack->subject = message->subject;
    return true;
}

/* The finding of guessed passwords that names this address, if any. */
static const struct case_finding *
guessing_by(const struct casefile *casefile, const char *ip)
{
    for (size_t i = 0; i < casefile->finding_count; i++) {
        const struct case_finding *finding = &casefile->findings[i];

        if (!sv_eq(sv_of(finding->kind), SV("password_attack")))
            continue;
        for (size_t k = 0; k < finding->source_ips.count; k++) {
            if (sv_eq(sv_of(finding->source_ips.items[k]), sv_of(ip)))
                return finding;
        }
    }
    return NULL;
}

static bool
take_event(void *user, const struct record_message *message,
           const struct record_event *event)
{
    struct attacks *attacks = user;
    const struct case_finding *finding;
    struct attack *attack;

    if (message || !event->host_ip ||
        !sv_eq(sv_of(event->kind), SV("auth_failed")) ||
        !shell_valid(SHELL_IP, sv_of(event->host_ip)))
        return true;
    finding = guessing_by(attacks->casefile, event->host_ip);
    if (!finding)
        return true;
    attack = attack_add(attacks, finding, event->host_ip, event->at_ms / 1000);
    if (attack)
        attack->is_guessing = true;
    return attack != NULL;
}

/* -------------------------------------------------------------- writing */

static void
put_field(const char *name, const char *text, FILE *out)
{
    fprintf(out, ",\"%s\":", name);
    export_put_text(text, out);
}

static void
put_when(const char *name, int64_t at, FILE *out)
{
    struct cell cell = { CELL_TIME, true, NULL, at };
    char time[CELL_TIME_BYTES];

    if (cell_time(&cell, time))
        put_field(name, time, out);
}

/*
 * The same attack always has the same id, so that no report is taken twice;
 * it is marked as random as the format wants it.
 */
static bool
put_id(const struct attack *attack, FILE *out)
{
    struct buf text = { 0 };
    uint64_t high, low;

    if (!buf_printf(&text, "%s %s %lld %lld", attack->ip, attack->finding->kind,
                    (long long)attack->first, (long long)attack->last)) {
        buf_clear(&text);
        return false;
    }
    high = sv_hash_stable(buf_sv(&text));
    buf_add_char(&text, '/');
    low = sv_hash_stable(buf_sv(&text));
    buf_clear(&text);
    fprintf(out, ",\"report_id\":\"%08llx-%04llx-4%03llx-%04llx-%012llx\"",
            (unsigned long long)(high >> 32),
            (unsigned long long)(high >> 16 & 0xffff),
            (unsigned long long)(high & 0xfff),
            (unsigned long long)(0x8000 | (low >> 48 & 0x3fff)),
            (unsigned long long)(low & 0xffffffffffff));
    return true;
}

static void
put_contact(const char *name, const struct export_options *options, FILE *out)
{
    const char *at = strrchr(options->contact, '@');

    fprintf(out, ",\"%s\":{\"org\":", name);
    export_put_text(options->organisation, out);
    put_field("contact", options->contact, out);
    put_field("domain", at ? at + 1 : options->contact, out);
    putc('}', out);
}

/* Lines of the finding's own proof that name the address. */
static bool
lines_of(const struct attack *attack, struct buf *lines)
{
    const struct case_finding *finding = attack->finding;
    struct buf bracketed = { 0 };
    size_t count = 0;

    buf_printf(&bracketed, "[%s]", attack->ip);
    for (size_t i = 0; i < finding->claim_count; i++) {
        const struct case_claim *claim = &finding->claims[i];

        for (size_t k = 0; k < claim->citation_count; k++) {
            struct sv line = sv_of(claim->citations[k].text);

            if (count == LINES_SHOWN || sv_find(line, buf_sv(&bracketed)) < 0 ||
                (lines->len && sv_find(buf_sv(lines), line) >= 0))
                continue;
            buf_add(lines, line);
            buf_add_char(lines, '\n');
            count++;
        }
    }
    count = bracketed.failed;
    buf_clear(&bracketed);
    return !count && !lines->failed;
}

static bool
put_evidence(const struct attack *attack, FILE *out)
{
    struct buf lines = { 0 };
    unsigned char *encoded = NULL;
    bool put = lines_of(attack, &lines);

    if (put && lines.len) {
        encoded = malloc(lines.len / 3 * 4 + 8);
        put = encoded != NULL;
        if (put) {
            EVP_EncodeBlock(encoded, (const unsigned char *)lines.at,
                            (int)lines.len);
            fprintf(out,
                    ",\"evidence\":[{\"content_type\":\"text/plain\","
                    "\"description\":\"Lines of the mail server's log\","
                    "\"payload\":\"%s\",\"size\":%zu}]",
                    (const char *)encoded, lines.len);
        }
    }
    free(encoded);
    buf_clear(&lines);
    return put;
}

static void
put_spam(const struct attack *attack, FILE *out)
{
    bool is_smtp = attack->sender && attack->port > 0 && attack->port < 65536;

    fputs(",\"category\":\"messaging\",\"type\":\"spam\"", out);
    put_field("protocol", is_smtp ? "smtp" : "other", out);
    if (attack->port > 0 && attack->port < 65536)
        fprintf(out, ",\"source_port\":%lld", (long long)attack->port);
    if (attack->sender)
        put_field("smtp_from", attack->sender, out);
    if (attack->subject && strlen(attack->subject) <= SUBJECT_MOST)
        put_field("subject", attack->subject, out);
    if (attack->recipients > 0)
        fprintf(out, ",\"recipient_count\":%lld",
                (long long)attack->recipients);
    fprintf(out,
            ",\"description\":\"%lld message%s handed in with a stolen "
            "login\"",
            (long long)attack->count, attack->count == 1 ? "" : "s");
}

static void
put_guessing(const struct attack *attack, FILE *out)
{
    fputs(",\"category\":\"connection\",\"type\":\"login_attack\","
          "\"protocol\":\"tcp\"",
          out);
    put_when("first_seen", attack->first, out);
    put_when("last_seen", attack->last, out);
    fprintf(out, ",\"description\":\"%lld failed logins over SMTP\"",
            (long long)attack->count);
}

static bool
put_attack(const struct attack *attack, const struct export_options *options,
           FILE *out)
{
    long long percent = (long long)(attack->finding->confidence * 100 + 0.5);

    fputs("{\"xarf_version\":\"4.0.0\"", out);
    if (!put_id(attack, out))
        return false;
    put_when("timestamp", attack->first, out);
    put_contact("reporter", options, out);
    put_contact("sender", options, out);
    put_field("source_identifier", attack->ip, out);
    if (attack->is_guessing)
        put_guessing(attack, out);
    else
        put_spam(attack, out);
    put_field("evidence_source", "mail_server_log", out);
    fprintf(out, ",\"confidence\":%lld.%02lld", percent / 100, percent % 100);
    if (!put_evidence(attack, out))
        return false;
    fputs("}\n", out);
    return !ferror(out);
}

enum status
export_xarf(const struct export_options *options,
            const struct casefile *casefile, struct records *records, FILE *out)
{
    struct attacks attacks = { .casefile = casefile, .keys = names_new() };
    struct records_visitor visitor = { .user = &attacks,
                                       .message = take_message,
                                       .event = take_event };
    enum status status = STATUS_NOMEM;

    if (attacks.keys)
        status = records_visit(records, &visitor);
    if (attacks.failed)
        status = STATUS_NOMEM;
    for (uint32_t i = 1; status == STATUS_OK && i <= names_count(attacks.keys);
         i++) {
        const struct attack *attack = &attacks.at[i];

        if ((!attack->is_guessing || attack->count >= GUESSES_LEAST) &&
            !put_attack(attack, options, out))
            status = ferror(out) ? STATUS_END : STATUS_NOMEM;
    }
    names_free(attacks.keys);
    free(attacks.at);
    return status;
}
