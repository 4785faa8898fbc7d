/* Every message is charged to exactly one principal: contracts.md 2. */
#include "analyzer/attribution/attribution.h"

#include <stdlib.h>
#include <string.h>

const char *
principal_kind_name(enum principal_kind kind)
{
    static const char *const names[PRINCIPAL_COUNT] = {
        [PRINCIPAL_UNKNOWN] = "unknown",
        [PRINCIPAL_MAILBOX] = "mailbox",
        [PRINCIPAL_WEBMAIL] = "webmail",
        [PRINCIPAL_SCRIPT] = "script",
        [PRINCIPAL_LOCAL_SMTP] = "local_smtp",
        [PRINCIPAL_SYSTEM] = "system_account",
        [PRINCIPAL_CRON] = "cron",
        [PRINCIPAL_NOBODY] = "nobody",
        [PRINCIPAL_FORWARDER] = "forwarder",
        [PRINCIPAL_LIST] = "mailing_list",
        [PRINCIPAL_RELAY] = "relaying_host",
        [PRINCIPAL_INCOMING] = "incoming",
        [PRINCIPAL_AUTORESPONDER] = "autoresponder",
        [PRINCIPAL_PANEL] = "panel_notice",
        [PRINCIPAL_BOUNCE] = "bounce",
    };

    return names[kind];
}

/* --------------------------------------------------------------- questions */

bool
ip_is_loopback(struct sv ip)
{
    return sv_starts(ip, SV("127.")) || sv_eq(ip, SV("::1")) ||
           sv_starts(ip, SV("::ffff:127."));
}

/* Where web servers look for scripts, by the panels' and packages' habits. */
bool
dir_is_web(struct sv dir)
{
    static const struct sv roots[] = {
        { SV_LIT("/public_html") }, { SV_LIT("/private_html") },
        { SV_LIT("/www") },         { SV_LIT("/htdocs") },
        { SV_LIT("/httpdocs") },    { SV_LIT("/web/") },
        { SV_LIT("/public/") },     { SV_LIT("/wp-content") },
        { SV_LIT("/wp-admin") },    { SV_LIT("/wp-includes") },
    };

    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        if (sv_find(dir, roots[i]) >= 0)
            return true;
    }
    return false;
}

static bool
name_is_one_of(struct sv name, const struct sv *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sv_eq(name, list[i]))
            return true;
    }
    return false;
}

static bool
account_is_service(struct sv name)
{
    static const struct sv services[] = {
        { SV_LIT("root") },
        { SV_LIT("mailnull") },
        { SV_LIT("exim") },
        { SV_LIT("Debian-exim") },
        { SV_LIT("mail") },
        { SV_LIT("cpanel") },
        { SV_LIT("daemon") },
        { SV_LIT("cpanelroundcube") },
        { SV_LIT("cpaneleximfilter") },
    };

    return name_is_one_of(name, services,
                          sizeof(services) / sizeof(services[0]));
}

/* ------------------------------------------------------------------ charge */

struct charge {
    enum principal_kind kind;
    uint32_t name;
    uint32_t account;
    uint32_t domain;
};

struct charging {
    struct attribution *attribution;
    struct names *names;
    uint32_t null_sender;
    uint32_t incoming;
    uint32_t no_arrival;
    uint32_t local_connection;
    uint32_t panel;
    bool cwd_logged;
};

/* user+domain, user%domain and user:domain are user@domain on cPanel. */
static uint32_t
login_name(const struct charging *charging, uint32_t login)
{
    struct sv text = names_text(charging->names, login);
    char copy[320];

    if (text.len >= sizeof(copy) || sv_find_char(text, '@') >= 0)
        return login;
    for (size_t i = 0; i < text.len; i++) {
        char byte = text.at[i];

        if (byte == '+' || byte == '%' || byte == ':')
            byte = '@';
        copy[i] = byte;
    }
    return names_add(charging->names, (struct sv){ copy, text.len });
}

static uint32_t
domain_of_login(const struct charging *charging, uint32_t login)
{
    struct sv text = names_text(charging->names, login);
    ptrdiff_t at = sv_rfind_char(text, '@');

    if (at < 0)
        return 0;
    return names_find(charging->names, sv_drop(text, (size_t)at + 1));
}

static uint32_t
account_of_domain(const struct attribution *attribution, uint32_t domain)
{
    return domain && domain < attribution->name_count
               ? attribution->account_of[domain]
               : 0;
}

static struct charge
charge_login(const struct charging *charging, const struct message *message)
{
    const struct ledger_arrival *arrival = message->arrival;
    struct sv login = names_text(charging->names, arrival->auth_id);
    struct sv ip = names_text(charging->names, arrival->ip);
    struct charge charge = { .kind = PRINCIPAL_MAILBOX };

    if (sv_starts(login, SV("__cpanel__service__auth__")))
        return (struct charge){ .kind = PRINCIPAL_PANEL,
                                .name = charging->panel };
    if (!ip.len || ip_is_loopback(ip) || arrival->ip == arrival->interface_ip)
        charge.kind = PRINCIPAL_WEBMAIL;
    charge.name = login_name(charging, arrival->auth_id);
    charge.domain = domain_of_login(charging, charge.name);
    charge.account =
        charge.domain ? account_of_domain(charging->attribution, charge.domain)
                      : charge.name; /* a bare login is an account */
    return charge;
}

static struct sv
cwd_dir(const struct sealed *sealed, const struct message *message)
{
    if (message->cwd == NO_INDEX)
        return (struct sv){ "", 0 };
    return sealed_name(sealed, sealed->ledger->cwds[message->cwd].dir);
}

static struct sv
cwd_args(const struct sealed *sealed, const struct message *message)
{
    if (message->cwd == NO_INDEX)
        return (struct sv){ "", 0 };
    return sealed_name(sealed, sealed->ledger->cwds[message->cwd].args);
}

static bool
is_cron(const struct sealed *sealed, const struct message *message)
{
    struct sv subject = sealed_name(sealed, message->arrival->subject);

    return sv_find(cwd_args(sealed, message), SV("FCronDaemon")) >= 0 ||
           sv_starts(subject, SV("Cron <"));
}

/* The account of /home/…/account/…: the part behind the first. */
static uint32_t
account_of_dir(const struct charging *charging, struct sv dir)
{
    struct sv part;

    sv_cut(&dir, '/');
    part = sv_cut(&dir, '/');
    if (!sv_starts(part, SV("home")) && !sv_eq(part, SV("usr")))
        return 0;
    return names_find(charging->names, sv_cut(&dir, '/'));
}

/* friends-bounces@…, friends-owner@…: the list is friends@…. */
static uint32_t
list_of_sender(const struct charging *charging, uint32_t sender)
{
    static const struct sv tails[] = {
        { SV_LIT("-bounces") }, { SV_LIT("-owner") },   { SV_LIT("-admin") },
        { SV_LIT("-request") }, { SV_LIT("-confirm") }, { SV_LIT("-return") },
    };
    struct sv domain = names_text(charging->names, sender);
    struct sv local = sv_cut(&domain, '@');
    char copy[320];
    size_t len;

    local = sv_cut(&local, '+'); /* a VERP address names the member */
    for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
        if (sv_ends(local, tails[i]))
            local.len -= tails[i].len;
    }
    len = local.len + 1 + domain.len;
    if (!domain.len || len > sizeof(copy))
        return sender;
    memcpy(copy, local.at, local.len);
    copy[local.len] = '@';
    memcpy(copy + local.len + 1, domain.at, domain.len);
    return names_add(charging->names, (struct sv){ copy, len });
}

static struct charge
charge_list(const struct charging *charging, uint32_t list)
{
    struct charge charge = { .kind = PRINCIPAL_LIST, .name = list };

    charge.domain = domain_of_login(charging, list);
    charge.account = account_of_domain(charging->attribution, charge.domain);
    return charge;
}

static struct charge
charge_local(const struct charging *charging, const struct message *message)
{
    const struct sealed *sealed = charging->attribution->sealed;
    const struct ledger_arrival *arrival = message->arrival;
    struct sv user = names_text(charging->names, arrival->ident);
    struct sv dir = cwd_dir(sealed, message);
    struct charge charge = { .kind = PRINCIPAL_SYSTEM,
                             .name = arrival->ident,
                             .account = arrival->ident };

    charge.domain = domain_name_of(charging->attribution, arrival->sender);
    if (charge.domain && account_of_domain(charging->attribution,
                                           charge.domain) != charge.account)
        charge.domain = 0;
    if (sv_eq(user, SV("mailman"))) {
        charge =
            charge_list(charging, list_of_sender(charging, arrival->sender));
    } else if (is_cron(sealed, message)) {
        charge.kind = PRINCIPAL_CRON;
    } else if (arrival->sender_null && !user_is_web_server(user)) {
        charge.kind = PRINCIPAL_AUTORESPONDER;
    } else if (dir.len && dir_is_web(dir)) {
        charge.kind = PRINCIPAL_SCRIPT;
        charge.name = sealed->ledger->cwds[message->cwd].dir;
        if (user_is_web_server(user))
            charge.account = account_of_dir(charging, dir);
    } else if (user_is_web_server(user)) {
        charge.kind = PRINCIPAL_NOBODY;
        charge.account = 0; /* all sites share it: it names none of them */
    } else if (!charging->cwd_logged && !account_is_service(user)) {
        charge.kind = PRINCIPAL_SCRIPT; /* by far the most common caller */
    }
    return charge;
}

static struct charge
charge_connection(const struct charging *charging,
                  const struct message *message)
{
    const struct sealed *sealed = charging->attribution->sealed;
    struct charge charge = { .kind = PRINCIPAL_LOCAL_SMTP,
                             .name = charging->local_connection };

    if (message->ident != NO_INDEX) {
        const struct ledger_ident *ident =
            &sealed->ledger->idents[message->ident];

        charge.name = charge.account = ident->account;
        charge.domain = ident->domain;
        if (sv_eq(sealed_name(sealed, ident->account), SV("mailman")))
            return charge_list(
                charging, list_of_sender(charging, message->arrival->sender));
    } else if (message->account &&
               !sv_starts(sealed_name(sealed, message->account), SV("-"))) {
        charge.name = charge.account = message->account;
        charge.domain = message->domain;
    }
    return charge;
}

static bool
goes_to_list(const struct sealed *sealed, const struct recipient *recipient)
{
    struct sv transport;

    if (recipient->last == NO_INDEX)
        return false;
    transport = sealed_name(
        sealed, sealed->ledger->attempts[recipient->last].transport);
    return sv_starts(transport, SV("mailman"));
}

/* An arrival without a login: what for decides who is charged. */
static struct charge
charge_remote(const struct charging *charging, const struct message *message)
{
    const struct attribution *attribution = charging->attribution;
    const struct sealed *sealed = attribution->sealed;
    struct charge charge = { .kind = PRINCIPAL_INCOMING,
                             .name = charging->incoming };

    for (uint32_t i = 0; i < message->recipient_count; i++) {
        const struct recipient *recipient =
            &sealed->recipients[message->recipient_first + i];
        bool hosted = address_is_hosted(attribution, recipient->address);

        if (goes_to_list(sealed, recipient))
            return charge_list(charging, recipient->address);
        if (hosted && !recipient->forwarded)
            continue;
        if (recipient->forwarded || message->redirect != NO_INDEX) {
            if (charge.kind == PRINCIPAL_FORWARDER &&
                sv_cmp(sealed_name(sealed, charge.name),
                       sealed_name(sealed, recipient->address)) <= 0)
                continue;
            charge.kind = PRINCIPAL_FORWARDER;
            charge.name = recipient->address;
            charge.domain = domain_name_of(attribution, recipient->address);
            charge.account = account_of_domain(attribution, charge.domain);
        } else if (charge.kind == PRINCIPAL_INCOMING && recipient->remote) {
            charge.kind = PRINCIPAL_RELAY;
            charge.name = message->arrival->ip;
        }
    }
    return charge;
}

static struct charge
charge_message(const struct charging *charging, const struct message *message)
{
    const struct ledger_arrival *arrival = message->arrival;
    struct sv protocol;

    if (!arrival)
        return (struct charge){ .kind = PRINCIPAL_UNKNOWN,
                                .name = charging->no_arrival };
    if (arrival->sender_null && message_id_is(arrival->parent))
        return (struct charge){ .kind = PRINCIPAL_BOUNCE,
                                .name = charging->null_sender };
    if (arrival->auth_id)
        return charge_login(charging, message);
    protocol = names_text(charging->names, arrival->protocol);
    if (!arrival->ip && (sv_starts(protocol, SV("local")) || arrival->ident))
        return charge_local(charging, message);
    if (ip_is_loopback(names_text(charging->names, arrival->ip)) ||
        message->ident != NO_INDEX)
        return charge_connection(charging, message);
    return charge_remote(charging, message);
}

/* ----------------------------------------------------------------- collect */

struct charge_key {
    struct charge charge;
    uint32_t message;
};

static int
charge_order(const void *left, const void *right, void *user)
{
    const struct names *names = user;
    const struct charge_key *a = left;
    const struct charge_key *b = right;
    int order;

    if (a->charge.kind != b->charge.kind)
        return a->charge.kind < b->charge.kind ? -1 : 1;
    if (a->charge.name != b->charge.name) {
        order = sv_cmp(names_text(names, a->charge.name),
                       names_text(names, b->charge.name));
        if (order)
            return order;
    }
    if (a->charge.account != b->charge.account) {
        order = sv_cmp(names_text(names, a->charge.account),
                       names_text(names, b->charge.account));
        if (order)
            return order;
    }
    return a->message < b->message ? -1 : a->message > b->message;
}

static bool
same_principal(const struct charge *a, const struct charge *b)
{
    return a->kind == b->kind && a->name == b->name && a->account == b->account;
}

static void
principal_take(const struct attribution *attribution,
               struct principal *principal, const struct message *message)
{
    principal->messages++;
    for (uint32_t i = 0; i < message->recipient_count; i++) {
        uint8_t outcome =
            attribution->sealed->recipients[message->recipient_first + i]
                .outcome;

        principal->recipients++;
        principal->delivered += outcome == OUTCOME_DELIVERED;
        principal->deferred += outcome == OUTCOME_DEFERRED;
        principal->failed += outcome == OUTCOME_FAILED;
    }
    if (message->at < principal->first)
        principal->first = message->at;
    if (message->at > principal->last)
        principal->last = message->at;
}

static int
number_order(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

    return a < b ? -1 : a > b;
}

static uint32_t
count_ips(const struct attribution *attribution, const struct charge_key *keys,
          size_t count, uint32_t *scratch)
{
    uint32_t distinct = 0, used = 0;

    for (size_t i = 0; i < count; i++) {
        const struct ledger_arrival *arrival =
            attribution->sealed->messages[keys[i].message].arrival;

        if (arrival && arrival->ip)
            scratch[used++] = arrival->ip;
    }
    qsort(scratch, used, sizeof(*scratch), number_order);
    for (uint32_t i = 0; i < used; i++)
        distinct += !i || scratch[i] != scratch[i - 1];
    return distinct;
}

static enum status
collect(struct attribution *attribution, struct charge_key *keys, size_t count)
{
    uint32_t *scratch = calloc(count + 1, sizeof(*scratch));
    size_t principals = 0;

    attribution->principals =
        calloc(count + 1, sizeof(*attribution->principals));
    if (!scratch || !attribution->principals) {
        free(scratch);
        return STATUS_NOMEM;
    }
    for (size_t i = 0; i < count;) {
        struct principal *principal = &attribution->principals[principals];
        size_t from = i;

        *principal = (struct principal){
            .kind = (uint8_t)keys[i].charge.kind,
            .name = keys[i].charge.name,
            .account = keys[i].charge.account,
            .first = INT64_MAX,
            .last = INT64_MIN,
        };
        for (; i < count && same_principal(&keys[from].charge, &keys[i].charge);
             i++) {
            if (!principal->domain)
                principal->domain = keys[i].charge.domain;
            attribution->principal_of[keys[i].message] = (uint32_t)principals;
            principal_take(attribution, principal,
                           &attribution->sealed->messages[keys[i].message]);
        }
        principal->source_ips =
            count_ips(attribution, keys + from, i - from, scratch);
        principals++;
    }
    attribution->principal_count = principals;
    free(scratch);
    return STATUS_OK;
}

static bool
cwd_is_logged(const struct sealed *sealed)
{
    for (size_t i = 0; i < sealed->ledger->texts_count; i++) {
        if (sealed->ledger->texts[i].selectors & SEEN_ARGUMENTS)
            return true;
    }
    return false;
}

enum status
principals_make(struct attribution *attribution)
{
    const struct sealed *sealed = attribution->sealed;
    struct names *names = sealed->ledger->names;
    size_t count = sealed->message_count;
    struct charge_key *keys = calloc(count + 1, sizeof(*keys));
    struct charging charging = {
        .attribution = attribution,
        .names = names,
        .null_sender = names_add(names, SV("<>")),
        .incoming = names_add(names, SV("(incoming)")),
        .no_arrival = names_add(names, SV("(arrival not in the evidence)")),
        .local_connection = names_add(names, SV("(local connection)")),
        .panel = names_add(names, SV("(panel)")),
        .cwd_logged = cwd_is_logged(sealed),
    };
    enum status status = STATUS_NOMEM;

    attribution->principal_of =
        calloc(count + 1, sizeof(*attribution->principal_of));
    if (!keys || !attribution->principal_of)
        goto out;
    for (size_t i = 0; i < count; i++) {
        keys[i].message = (uint32_t)i;
        keys[i].charge = charge_message(&charging, &sealed->messages[i]);
    }
    if (names_failed(names))
        goto out;
    qsort_r(keys, count, sizeof(*keys), charge_order, names);
    status = collect(attribution, keys, count);
out:
    free(keys);
    return status;
}
