#include "tests/sample_case.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LIST(array)                                                            \
    {                                                                          \
        (array), COUNT(array)                                                  \
    }
#define HOUR 3600
#define START INT64_C(1794448800) /* 2026-11-12T02:00:00Z */
#define LONG_BYTES 20000

#define SHA_A "0f4c1e6d9b2a7f3850c1d2e3f4a5968778695a4b3c2d1e0f00112233445566aa"
#define SHA_B "1f4c1e6d9b2a7f3850c1d2e3f4a5968778695a4b3c2d1e0f00112233445566bb"
#define SHA_C "2f4c1e6d9b2a7f3850c1d2e3f4a5968778695a4b3c2d1e0f00112233445566cc"

#define ID_PROBE "1vJ0Uq-00000000a1B-1Abc"
#define ID_SPAM "1vJ0aC-00000000b2C-2Bcd"
#define ID_SCRIPT "1vJ0bD-00000000c3D-3Cde"

#define LINE_PROBE                                                             \
    "2026-11-12 03:41:07.112 [2811] " ID_PROBE                                 \
    " <= billing@customer.example H=(User) [198.19.171.43]:51022 P=esmtpsa "   \
    "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no "                               \
    "A=dovecot_login:billing@customer.example S=812 "                          \
    "id=20261112024107.5DE1@customer.example T=\"test\" "                      \
    "for drop-box.77@mailprobe.example"
#define LINE_SPAM                                                              \
    "2026-11-12 04:02:33.540 [2977] " ID_SPAM                                  \
    " <= billing@customer.example H=([192.168.0.2]) [203.0.113.200]:40112 "    \
    "P=esmtpsa A=dovecot_login:billing@customer.example S=4312 "               \
    "T=\"<script>alert(1)</script> ]]> &amp; invoice\" "                       \
    "for anna.berg@gmail.com otto@small-firm.example"
#define LINE_SPAM_OUT                                                          \
    "2026-11-12 04:02:35.001 [2980] " ID_SPAM                                  \
    " => anna.berg@gmail.com R=dkim_lookuphost T=dkim_remote_smtp "            \
    "H=gmail-smtp-in.l.google.com [142.250.110.27] C=\"250 2.0.0 OK\""
#define LINE_SPAM_FAIL                                                         \
    "2026-11-12 04:02:36.700 [2981] " ID_SPAM                                  \
    " ** otto@small-firm.example R=dkim_lookuphost T=dkim_remote_smtp "        \
    "H=mx.small-firm.example [192.0.2.88]: 550 5.1.1 "                         \
    "<otto@small-firm.example>: no such user"
#define LINE_LIMIT                                                             \
    "2026-11-12 04:50:00.900 [3100] 1vJ0cE-00000000d4E-4Def "                  \
    "** x@small-firm.example R=enforce_mail_permissions: Domain "              \
    "customer.example has exceeded the max defers and failures per hour "      \
    "(5/5 (100%)) allowed. Message discarded."
#define LINE_CWD                                                               \
    "2026-11-12 05:10:01.003 [4001] "                                          \
    "cwd=/home/shop77/public_html/wp-content/uploads 4 args: "                 \
    "/usr/sbin/sendmail -t -i -fjohn@shop.example"
#define LINE_SCRIPT                                                            \
    "2026-11-12 05:10:01.200 [4002] " ID_SCRIPT                                \
    " <= john@shop.example U=shop77 P=local S=2210 "                           \
    "T=\"Re: your shop77 parcel \\x1b[31m\" for carla.diaz@yahoo.com"
#define LINE_REJECT                                                            \
    "2026-11-12 03:40:59.001 [2700] dovecot_login authenticator failed for "   \
    "H=(x) [198.51.100.9]:4000: 535 Incorrect authentication data "            \
    "(set_id=office@neighbour.example)"
#define LINE_SHAPE                                                             \
    "2026-11-12 05:00:00.000 [99] the moon is full over "                      \
    "neighbour.example /home/neighb9/secret"

static const struct case_warning main_warnings[] = {
    { "gap", 1200, "nothing between 04:10 and 04:40, server time" },
};
static const struct case_warning reject_warnings[] = {
    { "damaged", COUNT_UNKNOWN,
      "the gzip stream ends early, 2 < 3 & \"more\" is lost" },
    { "bound", 17, "a line of 2 MiB was cut at 1 MiB" },
};

static const struct case_evidence evidence[] = {
    { "logs/exim_mainlog",
      NULL,
      "exim_main",
      NULL,
      104000,
      SHA_A,
      104000,
      SHA_A,
      1300,
      1200,
      90,
      10,
      98000,
      5000,
      1000,
      0,
      START + 1,
      START + 5 * HOUR,
      "mx1.host.example",
      main_warnings,
      COUNT(main_warnings) },
    { "logs/old.tar.gz/exim_mainlog-20261101",
      "logs/old.tar.gz",
      "exim_main",
      "gzip",
      9000,
      SHA_B,
      52000,
      SHA_B,
      600,
      600,
      0,
      0,
      52000,
      0,
      0,
      0,
      START - 40 * HOUR,
      START,
      "mx1.host.example",
      NULL,
      0 },
    { "logs/x;touch PWNED;.gz",
      NULL,
      "exim_reject",
      "gzip",
      700,
      SHA_C,
      4100,
      NULL,
      40,
      30,
      9,
      1,
      3000,
      900,
      100,
      100,
      START,
      START + 2 * HOUR,
      NULL,
      reject_warnings,
      COUNT(reject_warnings) },
};

static const struct case_clock clocks[] = {
    { "mx1.host.example", START - 40 * HOUR, START + 5 * HOUR, 60, 1490 },
    { "mx2.host.example", START, START + HOUR, -210, 12 },
};

static const struct case_limit limits[] = {
    { "customer.example", "defer_fail", START + 2 * HOUR + 3000,
      START + 3 * HOUR, 42,
      "Domain customer.example has exceeded the max defers and failures per "
      "hour (5/5 (100%)) allowed." },
    { "neighbour.example", "max_emails", START + HOUR, START + HOUR, 3,
      "Domain neighbour.example has exceeded the max emails per hour "
      "(150/100 (150%)) allowed." },
};

static const struct case_principal principals[] = {
    { "mailbox", "billing@customer.example", "acct12", "customer.example", 900,
      2400, 1500, 300, 600, 61, START - 39 * HOUR, START + 4 * HOUR },
    { "mailbox", "info@customer.example", "acct12", "customer.example", 40, 52,
      50, 1, 1, 2, START - 38 * HOUR, START + 4 * HOUR },
    { "script", "/home/shop77/public_html/wp-content/uploads", "shop77",
      "shop.example", 300, 300, 280, 10, 10, 0, START + 3 * HOUR,
      START + 4 * HOUR },
    { "mailbox", "office@neighbour.example", "neighb9", "neighbour.example",
      200, 210, 205, 3, 2, 1, START - 30 * HOUR, START + 4 * HOUR },
    { "null_sender", NULL, NULL, NULL, 50, 50, 40, 5, 5, COUNT_UNKNOWN,
      TIME_UNKNOWN, TIME_UNKNOWN },
};

static const struct case_citation login_lines[] = {
    { 0, 812, 65012, LINE_PROBE, SHA_A },
    { 0, 901, 72100, LINE_SPAM, SHA_B },
};
static const struct case_citation limit_lines[] = {
    { 0, 1190, 95000, LINE_LIMIT, SHA_C },
};
static const struct case_citation spray_lines[] = {
    { 2, 7, 512, LINE_REJECT, SHA_C },
};
static const struct case_citation script_lines[] = {
    { 0, 1201, 96100, LINE_CWD, SHA_A },
    { 0, 1202, 96300, LINE_SCRIPT, SHA_B },
};

static const struct case_value login_values[] = {
    { "ips", VALUE_NUMBER, NULL, 61 },
    { "mailbox", VALUE_TEXT, "billing@customer.example", 0 },
    { "first_ip", VALUE_TEXT, "198.19.171.43", 0 },
    { "since", VALUE_TIME, NULL, START + 2467 },
    { "span", VALUE_DURATION, NULL, 4986 },
    { "share", VALUE_PERCENT, NULL, 97 },
};
static const struct case_value hostile_values[] = {
    { "subject", VALUE_TEXT, "<script>alert(1)</script> ]]> &amp; \"'", 0 },
    { "neighbour", VALUE_TEXT, "office@neighbour.example", 0 },
    { "path", VALUE_TEXT, "/home/neighb9/public_html/index.php", 0 },
};
static const struct case_value unknown_time[] = {
    { "until", VALUE_TIME, NULL, TIME_UNKNOWN },
    { "count", VALUE_NUMBER, NULL, COUNT_UNKNOWN },
};

static const struct case_claim mailbox_claims[] = {
    { "logins_from_many_networks", true, 3.25,
      "61 addresses logged in as billing@customer.example", login_lines,
      COUNT(login_lines), login_values, COUNT(login_values) },
    { "limit_met", true, 0.5,
      "the server's limit stopped customer.example after office@neighbour."
      "example was stopped",
      limit_lines, COUNT(limit_lines), hostile_values, COUNT(hostile_values) },
    { "guessed_password", false, 1, "no failed logins came before", spray_lines,
      COUNT(spray_lines), unknown_time, COUNT(unknown_time) },
    { "no_reply_seen", false, 0, "nothing cited", NULL, 0, NULL, 0 },
};
static const struct case_claim script_claims[] = {
    { "script_in_uploads", true, 2.75,
      "mail is handed in from an upload directory of shop77", script_lines,
      COUNT(script_lines), NULL, 0 },
};

static const struct case_alternative mailbox_alternatives[] = {
    { "password_attack", 0.02, "office@neighbour.example was tried as well" },
    { "bulk_to_stale_list", 0.01, "many failures" },
};

static const char *const script_dirs[] = {
    "/home/shop77/public_html/wp-content/uploads",
    "/home/shop77/public_html/a<b>&\"c\"",
};
static const char *const hosts[] = { "mail.attacker.example", "[192.168.0.2]" };
static const char *const mailbox_ips[] = { "198.19.171.43", "203.0.113.200",
                                           "2001:db8:5::17" };
static const char *const mailbox_ids[] = { ID_PROBE, ID_SPAM,
                                           "1vJ0cE-00000000d4E-4Def" };
static const char *const script_ids[] = { ID_SCRIPT, "16ZCW1-0005MB-00" };
static const char *const probe_ids[] = { ID_PROBE };
static const char *const mailbox_logins[] = { "billing@customer.example" };
static const char *const script_users[] = { "shop77" };
static const char *const mailbox_unknowns[] = {
    "password_source: the log cannot show how the password was lost",
    "bodies: no message bodies are logged",
};

static const struct case_source mailbox_sources[] = {
    { "network", "198.19.171.0/24", 120, START + HOUR, START + 4 * HOUR,
      false },
    { "ip", "198.19.171.43", 80, START + 2467, START + 3 * HOUR, false },
    { "helo", "User", 61, START + HOUR, START + 3 * HOUR, false },
    { "login", "billing@customer.example", 900, START - 39 * HOUR,
      START + 4 * HOUR, true },
    { "from", "paypal@secure-pay.example", 20, TIME_UNKNOWN, TIME_UNKNOWN,
      false },
};
static const struct case_source script_sources[] = {
    { "directory", "/home/shop77/public_html/wp-content/uploads", 300,
      START + 3 * HOUR, START + 4 * HOUR, false },
};

static const struct case_family mailbox_families[] = {
    { "<script>alert(1)</script> ]]> &amp; invoice", 700, 2100, 4100, 4400,
      START + HOUR, START + 4 * HOUR },
    { "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d [U+202E] \xd8\xb3\xd9\x84\xd8\xa7\xd9"
      "\x85 <= abc",
      20, 20, 900, COUNT_UNKNOWN, START + HOUR, START + HOUR },
    { NULL, 180, 280, 812, 9000, START, START + 4 * HOUR },
};

static const struct case_provider mailbox_providers[] = {
    { "gmail.com", 1200, 900, 200, 100 },
    { "outlook.com", 800, 500, 50, 250 },
    { "small-firm.example", 1, 0, 0, 1 },
};
static const struct case_provider script_providers[] = {
    { "yahoo.com", 300, 280, 10, 10 },
};

static const struct case_refusal mailbox_refusals[] = {
    { "no_such_user", NULL, "550 5.1.1 <otto@small-firm.example>: no such user",
      "small-firm.example", true, false, 400, 410, START + HOUR,
      START + 4 * HOUR },
    { "unknown", "# # blocked by <>", "421 4.7.0 mx1.host.example blocked",
      NULL, false, true, 200, 900, START + HOUR, START + 5 * HOUR },
};

static const struct case_event mailbox_timeline[] = {
    { START + 2467, "first_probe", login_values, 2, login_lines, 1 },
    { START + 3 * HOUR, "peak", unknown_time, 1, NULL, 0 },
    { START + 4 * HOUR, "last", NULL, 0, limit_lines, 1 },
};

static const char *const sample_recipients[] = { "anna.berg@gmail.com",
                                                 "otto@small-firm.example" };
static const struct case_citation sample_lines[] = {
    { 0, 901, 72100, LINE_SPAM, SHA_B },
    { 0, 902, 72500, LINE_SPAM_OUT, SHA_C },
    { 0, 903, 72800, LINE_SPAM_FAIL, SHA_A },
};
static const char *const sample_line_kinds[] = { "arrival", "delivery",
                                                 "failure" };
static const int64_t sample_line_times[] = { START + 3753, START + 3755,
                                             TIME_UNKNOWN };
static const struct case_sample mailbox_samples[] = {
    { ID_SPAM, START + 3753, "billing@customer.example",
      "<script>alert(1)</script> ]]> &amp; invoice", 4312, "failed",
      LIST(sample_recipients), sample_lines, sample_line_kinds,
      sample_line_times, COUNT(sample_lines), 5 },
};

static const char *const script_recipients[] = { "carla.diaz@yahoo.com" };
static const char *const script_line_kinds[] = { "cwd", "arrival" };
static const int64_t script_line_times[] = { START + 7801, START + 7802 };
static const struct case_sample script_samples[] = {
    { ID_SCRIPT, START + 7802, "john@shop.example",
      "Re: your shop77 parcel \\x1b[31m", 2210, "delivered",
      LIST(script_recipients), script_lines, script_line_kinds,
      script_line_times, COUNT(script_lines), 2 },
};

static const struct case_replay mailbox_replays[] = {
    { 100, 1900, 0, 0 },
    { 500, 900, 12, 2 },
};

static const int64_t arrivals[] = { 20, 500, 400, 300, 220 };
static const int64_t deliveries[] = { 20, 700, 600, 500, 255 };
static const int64_t deferrals[] = { 0, 200, 300, 400, 100 };
static const int64_t failures[] = { 0, 100, 250, 260, 8 };
static const int64_t spam_arrivals[] = { 450, 350 };
static const int64_t spam_deliveries[] = { 650, 550 };
static const int64_t spam_deferrals[] = { 190, 290 };
static const int64_t spam_failures[] = { 95, 240 };

static const int64_t heat[7][24] = {
    [0] = { [8] = 4, [9] = 11 },
    [3] = { [3] = 450, [4] = 350, [23] = 1 },
};

static const struct case_finding findings[] = {
    { .id = "F1",
      .kind = "compromised_mailbox",
      .compromise = true,
      .confidence = 0.97,
      .severity = "critical",
      .channel = "smtp",
      .account = "acct12",
      .domain = "customer.example",
      .mailbox = "billing@customer.example",
      .hosts = LIST(hosts),
      .source_ips = LIST(mailbox_ips),
      .onset = START + 2467,
      .last = START + 4 * HOUR,
      .messages = 800,
      .recipients = 2300,
      .distinct_recipients = 2290,
      .delivered = 1400,
      .deferred = 300,
      .failed = 600,
      .discarded_by_limit = 42,
      .deferral_lines = 990,
      .ever_deferred = 480,
      .message_ids = LIST(mailbox_ids),
      .claims = mailbox_claims,
      .claim_count = COUNT(mailbox_claims),
      .alternatives = mailbox_alternatives,
      .alternative_count = COUNT(mailbox_alternatives),
      .unknowns = LIST(mailbox_unknowns),
      .ongoing = true,
      .ended_by = NULL,
      .peak_hour = START + HOUR,
      .peak_messages = 450,
      .usual_messages_per_day = 6,
      .queued = 12,
      .logins = LIST(mailbox_logins),
      .probes = LIST(probe_ids),
      .sources = mailbox_sources,
      .source_count = COUNT(mailbox_sources),
      .families = mailbox_families,
      .family_count = COUNT(mailbox_families),
      .family_total = 9,
      .providers = mailbox_providers,
      .provider_count = COUNT(mailbox_providers),
      .provider_total = 31,
      .refusals = mailbox_refusals,
      .refusal_count = COUNT(mailbox_refusals),
      .timeline = mailbox_timeline,
      .timeline_count = COUNT(mailbox_timeline),
      .samples = mailbox_samples,
      .sample_count = COUNT(mailbox_samples),
      .replays = mailbox_replays,
      .replay_count = COUNT(mailbox_replays),
      .hours = { START + HOUR, COUNT(spam_arrivals), spam_arrivals,
                 spam_deliveries, spam_deferrals, spam_failures },
      .heat = heat },
    { .id = "F2",
      .kind = "compromised_script",
      .compromise = true,
      .confidence = 0.8,
      .severity = "high",
      .channel = "sendmail",
      .account = "shop77",
      .domain = "shop.example",
      .mailbox = NULL,
      .script_dirs = LIST(script_dirs),
      .onset = START + 3 * HOUR,
      .last = START + 4 * HOUR,
      .messages = 300,
      .recipients = 300,
      .distinct_recipients = 300,
      .delivered = 280,
      .deferred = 10,
      .failed = 10,
      .discarded_by_limit = 0,
      .deferral_lines = 10,
      .ever_deferred = 10,
      .message_ids = LIST(script_ids),
      .claims = script_claims,
      .claim_count = COUNT(script_claims),
      .ended_by = "removal",
      .peak_hour = TIME_UNKNOWN,
      .peak_messages = COUNT_UNKNOWN,
      .usual_messages_per_day = COUNT_UNKNOWN,
      .queued = 0,
      .system_accounts = LIST(script_users),
      .sources = script_sources,
      .source_count = COUNT(script_sources),
      .family_total = 0,
      .providers = script_providers,
      .provider_count = COUNT(script_providers),
      .provider_total = 1,
      .samples = script_samples,
      .sample_count = COUNT(script_samples),
      .hours = { START + 3 * HOUR, 1, spam_arrivals, spam_deliveries,
                 spam_deferrals, spam_failures } },
};

static const char *const servers[] = { "mx1.host.example", "mx2.host.example" };
static const struct case_selector selectors[] = {
    { "subject", "on" },
    { "received_recipients", "off" },
    { "arguments", "unknown" },
};
static const struct case_shape shapes[] = {
    { "the moon is full over # #", 10, { 0, 1250, 99000, LINE_SHAPE, SHA_A } },
};

/* A subject that no layout takes whole: 20,000 bytes without a space. */
static const char *
long_text(struct arena *arena)
{
    char *text = arena_alloc(arena, LONG_BYTES + 1);

    if (text)
        memset(text, 'W', LONG_BYTES);
    return text;
}

static struct casefile *
case_of(const struct casefile *model)
{
    struct arena *arena = arena_new();
    struct casefile *casefile =
        arena ? arena_alloc(arena, sizeof(*casefile)) : NULL;

    if (!casefile) {
        arena_free(arena);
        return NULL;
    }
    *casefile = *model;
    casefile->arena = arena;
    return casefile;
}

/* The first finding with one family more, of the overlong subject. */
static bool
case_add_long_family(struct casefile *casefile)
{
    struct case_finding *copy = arena_alloc(casefile->arena, sizeof(findings));
    struct case_family *families = arena_alloc(
        casefile->arena, sizeof(mailbox_families) + sizeof(families[0]));

    if (!copy || !families)
        return false;
    memcpy(copy, findings, sizeof(findings));
    memcpy(families, mailbox_families, sizeof(mailbox_families));
    families[COUNT(mailbox_families)] = mailbox_families[0];
    families[COUNT(mailbox_families)].subject = long_text(casefile->arena);
    families[COUNT(mailbox_families)].messages = 1;
    copy[0].families = families;
    copy[0].family_count = COUNT(mailbox_families) + 1;
    casefile->findings = copy;
    return families[COUNT(mailbox_families)].subject != NULL;
}

struct casefile *
sample_case_new(void)
{
    static const struct casefile model = {
        .generator_name = "exinquest",
        .generator_version = "0.1.0",
        .case_id = "INC-2026-0042 <b>&amp;",
        .as_of = START + 6 * HOUR,
        .scope = { .since = START - 48 * HOUR, .until = TIME_UNKNOWN },
        .evidence = evidence,
        .evidence_count = COUNT(evidence),
        .clock = clocks,
        .clock_count = COUNT(clocks),
        .totals = { 1940, 1490, 1440, 30, 2075, 1000, 618, 1300, 55, 210, 4,
                    320 },
        .limits = limits,
        .limit_count = COUNT(limits),
        .principals = principals,
        .principal_count = COUNT(principals),
        .findings = findings,
        .finding_count = COUNT(findings),
        .series = { START, COUNT(arrivals), arrivals, deliveries, deferrals,
                    failures },
        .identity = { 1440, 1000, 320, 42, 18, 60 },
        .completeness = "damaged",
        .server_kind = "cpanel",
        .servers = LIST(servers),
        .selectors = selectors,
        .selector_count = COUNT(selectors),
        .shapes = shapes,
        .shape_count = COUNT(shapes),
        .shape_total = 3,
        .period_first = START - 40 * HOUR,
        .period_last = START + 5 * HOUR,
        .lossy = true,
    };
    struct casefile *casefile = case_of(&model);

    if (casefile && !case_add_long_family(casefile)) {
        casefile_free(casefile);
        casefile = NULL;
    }
    return casefile;
}

struct casefile *
sample_case_new_empty(void)
{
    static const struct casefile model = {
        .generator_name = "exinquest",
        .generator_version = "0.1.0",
        .as_of = TIME_UNKNOWN,
        .scope = { .since = TIME_UNKNOWN, .until = TIME_UNKNOWN },
        .series = { .first_hour = TIME_UNKNOWN },
        .completeness = "complete",
        .server_kind = "other",
        .period_first = TIME_UNKNOWN,
        .period_last = TIME_UNKNOWN,
    };

    return case_of(&model);
}
