/*
 * Whose mailboxes are here, and which account owns which domain: learnt from
 * deliveries to mailboxes, logins and the panel's identification lines.
 */
#include "analyzer/attribution/attribution.h"

#include <stdlib.h>

/* The panel says it outright; a script's sender, which may be forged, only
 * suggests it. */
#define VOTE_PANEL 65536
#define VOTE_SENDER 1
/* Of an account's domains the site's own mail names the main one. */
#define SITE_VOTE 1024

struct pair_vote {
    uint32_t domain;
    uint32_t account;
    uint32_t votes;
};

struct votes {
    struct pair_vote *at;
    size_t count;
    size_t capacity;
};

static uint32_t
add_domain(struct names *names, uint32_t address)
{
    struct sv text = names_text(names, address);
    ptrdiff_t at = sv_rfind_char(text, '@');

    if (at < 0)
        return 0;
    return names_add(names, sv_drop(text, (size_t)at + 1));
}

/* Names are added while domains are found: the tables come afterwards. */
struct found {
    uint32_t *address;
    uint32_t *domain;
    size_t count;
    size_t address_capacity;
    size_t domain_capacity;
};

static bool
found_add(struct found *found, struct names *names, uint32_t address,
          uint8_t *seen, size_t seen_count)
{
    void *addresses = found->address, *domains = found->domain;

    if (!address || address >= seen_count || seen[address])
        return true;
    seen[address] = 1;
    if (!array_reserve(&addresses, &found->address_capacity, found->count + 1,
                       sizeof(*found->address)))
        return false;
    found->address = addresses;
    if (!array_reserve(&domains, &found->domain_capacity, found->count + 1,
                       sizeof(*found->domain)))
        return false;
    found->domain = domains;
    found->address[found->count] = address;
    found->domain[found->count++] = add_domain(names, address);
    return !names_failed(names);
}

static bool
find_addresses(const struct sealed *sealed, struct found *found)
{
    struct ledger *ledger = sealed->ledger;
    size_t seen_count = (size_t)names_count(ledger->names) + 1;
    uint8_t *seen = calloc(seen_count, 1);
    bool ok = seen != NULL;

    for (size_t i = 0; ok && i < sealed->recipient_count; i++)
        ok = found_add(found, ledger->names, sealed->recipients[i].address,
                       seen, seen_count) &&
             found_add(found, ledger->names, sealed->recipients[i].final, seen,
                       seen_count);
    for (size_t i = 0; ok && i < ledger->arrivals_count; i++)
        ok = found_add(found, ledger->names, ledger->arrivals[i].sender, seen,
                       seen_count) &&
             found_add(found, ledger->names, ledger->arrivals[i].auth_id, seen,
                       seen_count);
    for (size_t i = 0; ok && i < ledger->idents_count; i++)
        ok = found_add(found, ledger->names, ledger->idents[i].source, seen,
                       seen_count) &&
             found_add(found, ledger->names, ledger->idents[i].login, seen,
                       seen_count);
    free(seen);
    return ok;
}

uint32_t
domain_name_of(const struct attribution *attribution, uint32_t address)
{
    return address < attribution->name_count ? attribution->domain_of[address]
                                             : 0;
}

static void
mark_hosted(struct attribution *attribution, uint32_t domain)
{
    if (domain && domain < attribution->name_count)
        attribution->hosted[domain] = 1;
}

bool
address_is_hosted(const struct attribution *attribution, uint32_t address)
{
    uint32_t domain = domain_name_of(attribution, address);

    /* An unqualified address is a local one. */
    return !domain || attribution->hosted[domain];
}

static bool
is_system(const struct sealed *sealed, uint32_t account)
{
    static const struct sv shared[] = {
        { SV_LIT("-system-") },    { SV_LIT("root") },
        { SV_LIT("mailnull") },    { SV_LIT("exim") },
        { SV_LIT("Debian-exim") }, { SV_LIT("mail") },
        { SV_LIT("nobody") },      { SV_LIT("www-data") },
        { SV_LIT("apache") },      { SV_LIT("mailman") },
        { SV_LIT("daemon") },      { SV_LIT("cpanel") },
    };
    struct sv name = sealed_name(sealed, account);

    for (size_t i = 0; i < sizeof(shared) / sizeof(shared[0]); i++) {
        if (sv_eq(name, shared[i]))
            return true;
    }
    return !name.len;
}

static void
mark_by_deliveries(struct attribution *attribution)
{
    const struct sealed *sealed = attribution->sealed;
    const struct ledger *ledger = sealed->ledger;

    for (size_t i = 0; i < sealed->recipient_count; i++) {
        const struct recipient *recipient = &sealed->recipients[i];
        bool here = recipient->outcome == OUTCOME_DELIVERED &&
                    (recipient->target == TARGET_LOCAL ||
                     recipient->target == TARGET_FILE ||
                     recipient->target == TARGET_PIPE);

        if (here || recipient->forwarded)
            mark_hosted(attribution,
                        domain_name_of(attribution, recipient->address));
    }
    for (size_t i = 0; i < ledger->arrivals_count; i++)
        mark_hosted(attribution,
                    domain_name_of(attribution, ledger->arrivals[i].auth_id));
    for (size_t i = 0; i < ledger->idents_count; i++) {
        const struct ledger_ident *ident = &ledger->idents[i];

        mark_hosted(attribution, domain_name_of(attribution, ident->source));
        if (ident->account && !is_system(sealed, ident->account))
            mark_hosted(attribution, ident->domain);
    }
}

/* ---------------------------------------------------------------- accounts */

static bool
vote(struct votes *votes, uint32_t domain, uint32_t account, uint32_t weight)
{
    void *grown = votes->at;

    if (!domain || !account)
        return true;
    if (!array_reserve(&grown, &votes->capacity, votes->count + 1,
                       sizeof(*votes->at)))
        return false;
    votes->at = grown;
    votes->at[votes->count++] = (struct pair_vote){ domain, account, weight };
    return true;
}

static int
pair_order(const void *left, const void *right)
{
    const struct pair_vote *a = left;
    const struct pair_vote *b = right;

    if (a->domain != b->domain)
        return a->domain < b->domain ? -1 : 1;
    return a->account < b->account ? -1 : a->account > b->account;
}

/* account@host: that names the machine, not a domain of the account's. */
static bool
sender_is_default(const struct sealed *sealed,
                  const struct ledger_arrival *arrival)
{
    struct sv sender = sealed_name(sealed, arrival->sender);

    return sv_eq_nocase(sv_cut(&sender, '@'),
                        sealed_name(sealed, arrival->ident));
}

static bool
gather_votes(const struct attribution *attribution, struct votes *votes)
{
    const struct sealed *sealed = attribution->sealed;
    const struct ledger *ledger = sealed->ledger;

    for (size_t i = 0; i < ledger->idents_count; i++) {
        const struct ledger_ident *ident = &ledger->idents[i];

        if (!is_system(sealed, ident->account) &&
            !vote(votes, ident->domain, ident->account, VOTE_PANEL))
            return false;
    }
    for (size_t i = 0; i < ledger->arrivals_count; i++) {
        const struct ledger_arrival *arrival = &ledger->arrivals[i];
        uint32_t domain = domain_name_of(attribution, arrival->sender);

        if (arrival->ip || !arrival->ident || is_system(sealed, arrival->ident))
            continue;
        if (sender_is_default(sealed, arrival))
            continue;
        if (domain && attribution->hosted[domain] &&
            !vote(votes, domain, arrival->ident, VOTE_SENDER))
            return false;
    }
    return true;
}

/* Ties go to the name that sorts first, so that the order read is no matter. */
static bool
beats(const struct sealed *sealed, uint64_t votes, uint32_t account,
      uint64_t best_votes, uint32_t best)
{
    if (votes != best_votes)
        return votes > best_votes;
    return sv_cmp(sealed_name(sealed, account), sealed_name(sealed, best)) < 0;
}

static void
count_votes(struct attribution *attribution, struct votes *votes)
{
    uint64_t best_votes = 0;
    uint32_t best = 0, domain = 0;

    if (votes->count)
        qsort(votes->at, votes->count, sizeof(*votes->at), pair_order);
    for (size_t i = 0; i < votes->count;) {
        struct pair_vote pair = votes->at[i];
        uint64_t sum = 0;

        for (; i < votes->count && votes->at[i].domain == pair.domain &&
               votes->at[i].account == pair.account;
             i++)
            sum += votes->at[i].votes;
        if (pair.domain != domain) {
            domain = pair.domain;
            best = 0;
            best_votes = 0;
        }
        if (!best ||
            beats(attribution->sealed, sum, pair.account, best_votes, best)) {
            best = pair.account;
            best_votes = sum;
            if (domain < attribution->name_count)
                attribution->account_of[domain] = best;
        }
    }
}

/* A site's own mail: by the sender of a local submission, or by the panel's
 * line about one, where the login is the account itself. */
static void
count_site_votes(struct attribution *attribution)
{
    const struct sealed *sealed = attribution->sealed;
    const struct ledger *ledger = sealed->ledger;

    for (size_t i = 0; i < ledger->idents_count; i++) {
        const struct ledger_ident *ident = &ledger->idents[i];
        uint32_t domain = ident->domain;

        if (!domain || domain >= attribution->name_count ||
            attribution->account_of[domain] != ident->account)
            continue;
        attribution->votes_of[domain] +=
            sv_eq_nocase(sealed_name(sealed, ident->login),
                         sealed_name(sealed, ident->account))
                ? SITE_VOTE
                : 1;
    }
    for (size_t i = 0; i < ledger->arrivals_count; i++) {
        const struct ledger_arrival *arrival = &ledger->arrivals[i];
        uint32_t domain = domain_name_of(attribution, arrival->sender);

        if (!arrival->ip && arrival->ident && domain &&
            attribution->account_of[domain] == arrival->ident)
            attribution->votes_of[domain] += SITE_VOTE;
    }
}

uint32_t
domain_of_account(const struct attribution *attribution, uint32_t account)
{
    const struct sealed *sealed = attribution->sealed;
    uint32_t best = 0;

    for (uint32_t domain = 1; account && domain < attribution->name_count;
         domain++) {
        if (attribution->account_of[domain] != account)
            continue;
        if (!best || beats(sealed, attribution->votes_of[domain], domain,
                           attribution->votes_of[best], best))
            best = domain;
    }
    return best;
}

enum status
hosted_make(struct attribution *attribution)
{
    struct found found = { 0 };
    struct votes votes = { 0 };
    enum status status = STATUS_NOMEM;
    size_t count;

    if (!find_addresses(attribution->sealed, &found))
        goto out;
    count = (size_t)names_count(attribution->sealed->ledger->names) + 1;
    attribution->name_count = count;
    attribution->domain_of = calloc(count, sizeof(uint32_t));
    attribution->account_of = calloc(count, sizeof(uint32_t));
    attribution->votes_of = calloc(count, sizeof(uint32_t));
    attribution->hosted = calloc(count, 1);
    if (!attribution->domain_of || !attribution->account_of ||
        !attribution->votes_of || !attribution->hosted)
        goto out;
    for (size_t i = 0; i < found.count; i++)
        attribution->domain_of[found.address[i]] = found.domain[i];
    mark_by_deliveries(attribution);
    if (!gather_votes(attribution, &votes))
        goto out;
    count_votes(attribution, &votes);
    count_site_votes(attribution);
    status = STATUS_OK;
out:
    free(found.address);
    free(found.domain);
    free(votes.at);
    return status;
}
