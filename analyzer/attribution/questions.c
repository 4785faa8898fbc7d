/* What the rules ask of a run: exinquest-rules(7) says it in words. */
#include "analyzer/attribution/rules.h"

bool
burst(const struct behaviour *b)
{
    return b->strangers >= 12;
}

/* So much other mail shows where its owner sends from. */
#define HISTORY 10

static bool
other_networks(const struct behaviour *b)
{
    return b->networks && !b->loopback && b->usual_networks &&
           !b->networks_usual && !b->same_units;
}

bool
foreign_networks(const struct behaviour *b)
{
    return other_networks(b) && b->usual_messages >= HISTORY;
}

bool
unseen_networks(const struct behaviour *b)
{
    return other_networks(b) && b->usual_messages < HISTORY;
}

/* Without --geoip no country is known, and this never holds. */
bool
foreign_countries(const struct behaviour *b)
{
    return b->usual_countries >= HISTORY &&
           share_of(b->located, b->message_count) >= 80 &&
           share_of(b->abroad, b->located) >= 90;
}

bool
colleague_source(const struct behaviour *b)
{
    return share_of(b->neighbours, b->message_count) >= 80;
}

bool
known_device(const struct behaviour *b)
{
    return !b->loopback && share_of(b->known_helos, b->message_count) >= 80;
}

bool
new_cipher(const struct behaviour *b)
{
    return b->usual_ciphers >= HISTORY &&
           share_of(b->new_ciphers, b->message_count) >= 80;
}

bool
odd_hours(const struct behaviour *b)
{
    return b->actor->kind == ACTOR_LOGIN && b->usual_messages >= HISTORY &&
           share_of(b->odd_hours, b->message_count) >= 60;
}

bool
many_at_once(const struct behaviour *b)
{
    return b->message_count >= 5 && b->recipients >= 3ULL * b->message_count &&
           b->recipients * (b->usual_messages + 1ULL) >=
               2ULL * (b->usual_recipients + 1ULL) * b->message_count;
}

bool
in_order(const struct behaviour *b)
{
    return b->pairs >= 20 && share_of(b->ordered, b->pairs) >= 90;
}

bool
many_networks(const struct behaviour *b)
{
    return b->networks >= 4 || b->ips >= 12;
}

bool
some_networks(const struct behaviour *b)
{
    return !many_networks(b) && !b->loopback && b->networks >= 2;
}

bool
guessed_before(const struct behaviour *b)
{
    return b->guesses >= 3;
}

bool
guessing_sources(const struct behaviour *b)
{
    return b->guessing_ips >= 1;
}

bool
odd_helo(const struct behaviour *b)
{
    return !b->loopback && !b->known_helos &&
           share_of(b->bare_helos, b->message_count) >= 50;
}

bool
many_helos(const struct behaviour *b)
{
    return b->helos >= 5;
}

bool
forged_sender(const struct behaviour *b)
{
    return share_of(b->foreign_senders, b->message_count) >= 20;
}

bool
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

/* A few subjects, each again and again, in turn. */
static bool
subjects_in_turn(const struct behaviour *b)
{
    return b->families >= 4 && b->families * 3ULL <= b->subjects &&
           share_of(b->turns, b->message_count) >= 50;
}

bool
many_families(const struct behaviour *b)
{
    return (b->message_count >= 20 || b->strangers >= 100) &&
           share_of(b->largest_family, b->subjects) < 60 &&
           (b->families >= 4 * days_of(b) || subjects_in_turn(b));
}

bool
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

bool
refused_as_spam(const struct behaviour *b)
{
    return content_refusals(b) >= 3 &&
           share_of(content_refusals(b), b->recipients) >= 3;
}

bool
not_refused_as_spam(const struct behaviour *b)
{
    return b->recipients >= 50 &&
           share_of(content_refusals(b) * 10, b->recipients) < 10;
}

/* Who keeps his list sends to people who are there and want it. */
bool
well_received(const struct behaviour *b)
{
    return b->recipients >= 30 && b->failed * 100 < b->recipients * 3 &&
           content_refusals(b) * 100 < b->recipients;
}

bool
unknown_recipients(const struct behaviour *b)
{
    return b->by_refusal[REFUSAL_NO_SUCH_USER] >= 3 &&
           share_of(b->by_refusal[REFUSAL_NO_SUCH_USER], b->recipients) >= 5;
}

bool
usual_source(const struct behaviour *b)
{
    return b->actor->kind == ACTOR_LOGIN && b->same_units &&
           share_of(b->same_units, b->message_count) >= 80;
}

bool
machine_pace(const struct behaviour *b)
{
    return b->loopback == b->message_count && b->peak_hour >= 20;
}

bool
beyond_past(const struct behaviour *b)
{
    return b->usual_messages >= 3 &&
           b->peak_hour > 5 * (b->peak_hour_usual + 1);
}

bool
within_past(const struct behaviour *b)
{
    return b->usual_messages > b->message_count && !beyond_past(b);
}

bool
web_directory(const struct behaviour *b)
{
    return share_of(b->web_root, b->message_count) >= 50;
}

bool
odd_directory(const struct behaviour *b)
{
    return share_of(b->odd_dirs, b->message_count) >= 30;
}

bool
new_directory(const struct behaviour *b)
{
    return share_of(b->new_dirs, b->message_count) >= 50;
}

bool
usual_directory(const struct behaviour *b)
{
    return b->dirs && share_of(b->same_units, b->message_count) >= 80;
}

bool
many_directories(const struct behaviour *b)
{
    return b->dirs >= 3;
}

bool
local_connection(const struct behaviour *b)
{
    return share_of(b->by_kind[PRINCIPAL_LOCAL_SMTP], b->message_count) >= 50;
}

bool
unknown_directory(const struct behaviour *b)
{
    return b->actor->kind == ACTOR_ACCOUNT && !b->dirs && !local_connection(b);
}

bool
unknown_account(const struct behaviour *b)
{
    return b->actor->kind == ACTOR_ACCOUNT && !b->actor->account;
}

bool
outside_web(const struct behaviour *b)
{
    return b->dirs && share_of(b->web_root, b->message_count) < 50;
}

bool
owner_copied(const struct behaviour *b)
{
    return b->strangers >= 12 && share_of(b->to_owner, b->message_count) >= 20;
}

bool
one_opening(const struct behaviour *b)
{
    return b->families >= 2 && b->message_count >= 10 &&
           share_of(b->one_opening, b->subjects) >= 90;
}

/* What a form sends is copied to its owner, or opens with its own words. */
bool
unlike_form(const struct behaviour *b)
{
    return !owner_copied(b) && !one_opening(b);
}

bool
own_sender(const struct behaviour *b)
{
    return b->actor->kind == ACTOR_ACCOUNT && b->senders == 1 &&
           !b->foreign_senders && b->message_count >= 10;
}

bool
links_in_subjects(const struct behaviour *b)
{
    return share_of(b->links, b->subjects) >= 20;
}

bool
new_addresses(const struct behaviour *b)
{
    return b->networks_usual && !b->loopback && !b->same_units &&
           !b->usual_addresses && b->usual_messages >= HISTORY;
}

bool
strangers_only(const struct behaviour *b)
{
    return b->recipients >= 8 && share_of(b->strangers, b->recipients) >= 95 &&
           b->usual_recipients >= HISTORY &&
           share_of(b->usual_strangers, b->usual_recipients) < 70;
}

/* Refused far more often than the owner's own mail. */
bool
worse_received(const struct behaviour *b)
{
    return b->failed >= 3 && share_of(b->failed, b->recipients) >= 5 &&
           b->usual_recipients >= HISTORY &&
           b->failed * b->usual_recipients >=
               4 * b->recipients * b->usual_failed;
}

bool
behaviour_is_abuse(const struct behaviour *b)
{
    uint64_t unwanted =
        b->by_refusal[REFUSAL_NO_SUCH_USER] + content_refusals(b);

    return (unwanted >= 2 && share_of(unwanted, b->recipients) >= 5) ||
           (unwanted && guessed_before(b)) || forged_sender(b) ||
           links_in_subjects(b);
}

/* What every shop and help desk sends. */
bool
nothing_odd(const struct behaviour *b)
{
    return !behaviour_is_abuse(b) && !refused_as_spam(b);
}
