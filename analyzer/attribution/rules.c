/*
 * The rules of the attribution: each a row with what it asks, for which kinds
 * of finding it speaks or against which, and what it is worth in log odds
 * (1.0 makes a thing 2.7 times as likely). They follow from how mail abuse
 * works (cpanel-facts 3, exim-log-format 8, product.md), and HACKING.md says
 * how their weights were set.
 */
#include "analyzer/attribution/rules.h"

const char *
finding_kind_name(enum finding_kind kind)
{
    static const char *const names[FINDING_KIND_COUNT] = {
        [FINDING_NONE] = "none",
        [FINDING_MAILBOX] = "compromised_mailbox",
        [FINDING_SCRIPT] = "compromised_script",
        [FINDING_SYSTEM] = "compromised_system_account",
        [FINDING_LOOP] = "forwarder_loop",
        [FINDING_FORWARDED_SPAM] = "forwarded_spam",
        [FINDING_BACKSCATTER] = "backscatter",
        [FINDING_RELAY] = "open_relay",
        [FINDING_LIST_ABUSE] = "mailing_list_abuse",
        [FINDING_FORM_ABUSE] = "form_abuse",
        [FINDING_PASSWORD_ATTACK] = "password_attack",
        [FINDING_STALE_LIST] = "bulk_to_stale_list",
        [FINDING_OUTAGE] = "remote_outage",
        [FINDING_BLOCKLISTED] = "server_blocklisted",
        [FINDING_UNEXPLAINED] = "unexplained",
    };

    return names[kind];
}

/* ------------------------------------------------------------------ asking */

static bool
burst(const struct behaviour *b)
{
    return b->strangers >= 12;
}

static bool
foreign_networks(const struct behaviour *b)
{
    return b->networks && !b->loopback && b->usual_units &&
           !b->networks_usual && !b->same_units;
}

static bool
many_networks(const struct behaviour *b)
{
    return b->networks >= 4 || b->ips >= 12;
}

static bool
some_networks(const struct behaviour *b)
{
    return !many_networks(b) && b->networks >= 2;
}

static bool
guessed_before(const struct behaviour *b)
{
    return b->guesses >= 3;
}

static bool
guessing_sources(const struct behaviour *b)
{
    return b->guessing_ips >= 1;
}

static bool
odd_helo(const struct behaviour *b)
{
    return !b->loopback && share_of(b->bare_helos, b->message_count) >= 50;
}

static bool
many_helos(const struct behaviour *b)
{
    return b->helos >= 5;
}

static bool
forged_sender(const struct behaviour *b)
{
    return share_of(b->foreign_senders, b->message_count) >= 20;
}

static bool
many_senders(const struct behaviour *b)
{
    return b->senders >= 3;
}

/* A newsletter has an issue a day; a run has its texts at once. */
static uint64_t
days_of(const struct behaviour *b)
{
    return (uint64_t)(b->last - b->onset) / 86400 + 1;
}

static bool
many_families(const struct behaviour *b)
{
    return b->families >= 4 * days_of(b) && b->message_count >= 20 &&
           share_of(b->largest_family, b->subjects) < 60;
}

static bool
one_family(const struct behaviour *b)
{
    return b->message_count >= 10 && b->subjects == b->message_count &&
           share_of(b->largest_family, b->subjects) >= 90;
}

uint64_t
content_refusals(const struct behaviour *b)
{
    return b->by_refusal[REFUSAL_CONTENT] + b->by_refusal[REFUSAL_REPUTATION];
}

static bool
refused_as_spam(const struct behaviour *b)
{
    return content_refusals(b) >= 3 &&
           share_of(content_refusals(b), b->recipients) >= 3;
}

static bool
not_refused_as_spam(const struct behaviour *b)
{
    return b->recipients >= 50 &&
           share_of(content_refusals(b) * 10, b->recipients) < 10;
}

static bool
unknown_recipients(const struct behaviour *b)
{
    return b->by_refusal[REFUSAL_NO_SUCH_USER] >= 3 &&
           share_of(b->by_refusal[REFUSAL_NO_SUCH_USER], b->recipients) >= 5;
}

static bool
usual_source(const struct behaviour *b)
{
    return b->actor->kind == ACTOR_LOGIN && b->same_units &&
           share_of(b->same_units, b->message_count) >= 80;
}

static bool
machine_pace(const struct behaviour *b)
{
    return b->loopback == b->message_count && b->peak_hour >= 20;
}

static bool
beyond_past(const struct behaviour *b)
{
    return b->usual_messages >= 3 &&
           b->peak_hour > 5 * (b->peak_hour_usual + 1);
}

static bool
within_past(const struct behaviour *b)
{
    return b->usual_messages > b->message_count && !beyond_past(b);
}

static bool
web_directory(const struct behaviour *b)
{
    return share_of(b->web_root, b->message_count) >= 50;
}

static bool
odd_directory(const struct behaviour *b)
{
    return share_of(b->odd_dirs, b->message_count) >= 30;
}

static bool
new_directory(const struct behaviour *b)
{
    return share_of(b->new_dirs, b->message_count) >= 50;
}

static bool
usual_directory(const struct behaviour *b)
{
    return b->dirs && share_of(b->same_units, b->message_count) >= 80;
}

static bool
many_directories(const struct behaviour *b)
{
    return b->dirs >= 3;
}

static bool
local_connection(const struct behaviour *b)
{
    return share_of(b->by_kind[PRINCIPAL_LOCAL_SMTP], b->message_count) >= 50;
}

static bool
unknown_directory(const struct behaviour *b)
{
    return !b->dirs && !local_connection(b);
}

static bool
unknown_account(const struct behaviour *b)
{
    return b->actor->kind == ACTOR_ACCOUNT && !b->actor->account;
}

static bool
outside_web(const struct behaviour *b)
{
    return b->dirs && share_of(b->web_root, b->message_count) < 50;
}

static bool
owner_copied(const struct behaviour *b)
{
    return b->strangers >= 12 && share_of(b->to_owner, b->message_count) >= 20;
}

static bool
one_opening(const struct behaviour *b)
{
    return b->families >= 2 && b->message_count >= 10 &&
           share_of(b->one_opening, b->subjects) >= 90;
}

static bool
own_sender(const struct behaviour *b)
{
    return b->actor->kind == ACTOR_ACCOUNT && b->senders == 1 &&
           !b->foreign_senders && b->message_count >= 10;
}

static bool
links_in_subjects(const struct behaviour *b)
{
    return share_of(b->links, b->subjects) >= 20;
}

/* ------------------------------------------------------------------ tables */

#define MAILBOX (1u << FINDING_MAILBOX)
#define SCRIPT (1u << FINDING_SCRIPT)
#define SYSTEM (1u << FINDING_SYSTEM)
#define FORM (1u << FINDING_FORM_ABUSE)
#define STALE (1u << FINDING_STALE_LIST)
#define TAKEN (MAILBOX | SCRIPT | SYSTEM)

const struct weighed_rule weighed_rules[] = {
    { { "burst", "{strangers} recipients to whom it had not written before, "
                 "at most {peak} messages within an hour" },
      burst,
      TAKEN | FORM | STALE,
      0.5,
      0,
      0,
      SHOW_BURST },
    { { "beyond_past", "the fullest hour holds {peak} messages, its own other "
                       "mail never more than {usual}" },
      beyond_past,
      TAKEN | FORM,
      0.8,
      0,
      0,
      SHOW_PACE },
    { { "within_past", "the pace is what this sender's other mail has too" },
      within_past,
      0,
      0,
      TAKEN,
      1.0,
      SHOW_PACE },
    { { "foreign_networks", "none of the {networks} networks was used by the "
                            "owner otherwise" },
      foreign_networks,
      MAILBOX,
      1.8,
      STALE,
      1.5,
      SHOW_NETWORKS },
    { { "many_networks", "{ips} addresses in {networks} networks used the "
                         "same login" },
      many_networks,
      MAILBOX,
      2.5,
      STALE,
      2.5,
      SHOW_NETWORKS },
    { { "some_networks", "{ips} addresses in {networks} networks used the "
                         "same login" },
      some_networks,
      MAILBOX,
      0.6,
      STALE,
      0.5,
      SHOW_NETWORKS },
    { { "guessed_before", "{guesses} failed logins for it in the two days "
                          "before" },
      guessed_before,
      MAILBOX,
      0.8,
      0,
      0,
      SHOW_GUESSES },
    { { "guessing_sources", "addresses of the run also failed logins here" },
      guessing_sources,
      MAILBOX,
      1.2,
      STALE,
      0.5,
      SHOW_GUESSES },
    { { "odd_helo", "most connections introduced themselves with a name that "
                    "no mail program gives" },
      odd_helo,
      MAILBOX,
      0.5,
      0,
      0,
      SHOW_HELOS },
    { { "many_helos", "{helos} different HELO names" },
      many_helos,
      MAILBOX,
      0.6,
      STALE,
      0.4,
      SHOW_HELOS },
    { { "forged_sender", "{foreign} messages carry a sender that is not "
                         "theirs" },
      forged_sender,
      TAKEN,
      1.0,
      STALE | FORM,
      1.0,
      SHOW_SENDERS },
    { { "many_senders", "{senders} different sender addresses" },
      many_senders,
      SCRIPT | SYSTEM,
      0.8,
      STALE | FORM,
      1.0,
      SHOW_SENDERS },
    { { "many_families", "{families} different subjects in one run" },
      many_families,
      TAKEN,
      1.0,
      STALE | FORM,
      1.5,
      SHOW_FAMILIES },
    { { "one_family", "{share} of every hundred messages have one subject: "
                      "{subject}" },
      one_family,
      STALE | FORM,
      1.2,
      TAKEN,
      0.6,
      SHOW_FAMILY },
    { { "refused_as_spam", "{count} recipients' servers refused the text as "
                           "spam" },
      refused_as_spam,
      TAKEN | FORM,
      1.5,
      STALE,
      1.2,
      SHOW_CONTENT },
    { { "not_refused_as_spam", "hardly any server refused the text as spam" },
      not_refused_as_spam,
      STALE,
      0.8,
      TAKEN | FORM,
      0.8,
      SHOW_CONTENT },
    { { "unknown_recipients", "{count} recipients do not exist: the list was "
                              "bought, harvested or is old" },
      unknown_recipients,
      TAKEN | STALE,
      0.6,
      0,
      0,
      SHOW_UNKNOWN },
    { { "usual_source", "it came from an address that sends the owner's "
                        "everyday mail" },
      usual_source,
      STALE,
      1.5,
      MAILBOX,
      2.5,
      SHOW_SAME },
    { { "machine_pace", "{peak} messages within an hour through a web page is "
                        "beyond typing" },
      machine_pace,
      MAILBOX,
      1.0,
      0,
      0,
      SHOW_PACE },
    { { "web_directory", "sendmail was called below a web root" },
      web_directory,
      SCRIPT | FORM,
      1.0,
      SYSTEM,
      3.0,
      SHOW_DIRS },
    { { "outside_web", "sendmail was called outside any web root" },
      outside_web,
      SYSTEM,
      2.0,
      SCRIPT | FORM,
      2.5,
      SHOW_DIRS },
    { { "odd_directory", "the directory is one where scripts have no "
                         "business" },
      odd_directory,
      SCRIPT,
      2.0,
      FORM | STALE,
      2.0,
      SHOW_DIRS },
    { { "new_directory", "no other mail of this account came from there" },
      new_directory,
      SCRIPT | SYSTEM,
      0.8,
      FORM | STALE,
      0.6,
      SHOW_DIRS },
    { { "usual_directory", "the account's everyday mail comes from there too" },
      usual_directory,
      FORM | STALE,
      1.2,
      SCRIPT,
      0.6,
      SHOW_DIRS },
    { { "many_directories", "{dirs} directories sent at the same time" },
      many_directories,
      SCRIPT,
      1.0,
      FORM | STALE,
      1.0,
      SHOW_DIRS },
    { { "unknown_directory", "the log does not say from which directory" },
      unknown_directory,
      0,
      0,
      SCRIPT | FORM,
      1.0,
      SHOW_NOTHING },
    { { "unknown_caller", "the log does not say what called sendmail; most "
                          "often it is a site" },
      unknown_directory,
      0,
      0,
      SYSTEM,
      1.5,
      SHOW_NOTHING },
    { { "unknown_account", "the log does not say under which account it ran" },
      unknown_account,
      0,
      0,
      SCRIPT | FORM | SYSTEM,
      2.0,
      SHOW_NOTHING },
    { { "owner_copied", "{share} of every hundred messages go to a mailbox "
                        "here, as a form's copies do" },
      owner_copied,
      FORM,
      2.0,
      SCRIPT | STALE,
      1.5,
      SHOW_OWNER },
    { { "one_opening", "all subjects open alike and end differently, as a "
                       "form's do" },
      one_opening,
      FORM,
      1.5,
      SCRIPT,
      0.8,
      SHOW_NOTHING },
    { { "own_sender", "every message has the site's own one sender" },
      own_sender,
      FORM | STALE,
      0.6,
      SCRIPT,
      0.4,
      SHOW_NOTHING },
    { { "links_in_subjects", "{share} of every hundred subjects hold a link" },
      links_in_subjects,
      FORM | SCRIPT | SYSTEM,
      0.8,
      STALE,
      0.5,
      SHOW_LINKS },
    { { "local_connection", "a local process opened SMTP connections without "
                            "logging in" },
      local_connection,
      SCRIPT,
      0.8,
      0,
      0,
      SHOW_NOTHING },
};

const size_t weighed_rule_count =
    sizeof(weighed_rules) / sizeof(weighed_rules[0]);

/* What is likely before anything is seen: taken over is rare. */
const struct prior priors[] = {
    { FINDING_MAILBOX, ACTOR_LOGIN, -1.2 },
    { FINDING_STALE_LIST, ACTOR_LOGIN, -1.0 },
    { FINDING_SCRIPT, ACTOR_ACCOUNT, -0.8 },
    { FINDING_SYSTEM, ACTOR_ACCOUNT, -1.2 },
    { FINDING_FORM_ABUSE, ACTOR_ACCOUNT, -1.4 },
    { FINDING_STALE_LIST, ACTOR_ACCOUNT, -1.4 },
};

const size_t prior_count = sizeof(priors) / sizeof(priors[0]);
