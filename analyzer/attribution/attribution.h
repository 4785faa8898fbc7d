/*
 * attribution.h: who is charged with each message, and what was abused.
 * Principals first (one for every message), then actors (what a stranger can
 * take over: a login, an account, a relaying host, a forwarder, a list), each
 * compared with its own past and with its peers, then findings by rules.
 */
#ifndef ANALYZER_ATTRIBUTION_ATTRIBUTION_H
#define ANALYZER_ATTRIBUTION_ATTRIBUTION_H

#include "analyzer/ledger/sealed.h"

struct geoip;

enum principal_kind {
    PRINCIPAL_UNKNOWN = 0, /* the arrival is not in the evidence */
    PRINCIPAL_MAILBOX,     /* authenticated from outside */
    PRINCIPAL_WEBMAIL,     /* authenticated from this machine */
    PRINCIPAL_SCRIPT,      /* sendmail called below a web root */
    PRINCIPAL_LOCAL_SMTP,  /* a local process that spoke SMTP unasked */
    PRINCIPAL_SYSTEM,      /* sendmail called elsewhere: shell, program */
    PRINCIPAL_CRON,
    PRINCIPAL_NOBODY, /* the shared web user, site not known */
    PRINCIPAL_FORWARDER,
    PRINCIPAL_LIST,
    PRINCIPAL_RELAY,    /* a host that sent to others through us */
    PRINCIPAL_INCOMING, /* mail for mailboxes here */
    PRINCIPAL_AUTORESPONDER,
    PRINCIPAL_PANEL,  /* the panel's own notices */
    PRINCIPAL_BOUNCE, /* made here, about another message */
    PRINCIPAL_COUNT
};
const char *principal_kind_name(enum principal_kind kind);

struct principal {
    uint8_t kind;
    uint32_t name; /* login, directory, account, address, host */
    uint32_t account;
    uint32_t domain;
    uint32_t messages;
    uint64_t recipients;
    uint64_t delivered;
    uint64_t deferred;
    uint64_t failed;
    uint32_t source_ips;
    int64_t first;
    int64_t last;
};

/* What a stranger can take over; its messages are what he could have sent. */
enum actor_kind {
    ACTOR_LOGIN = 1, /* mailbox and webmail principals of one login */
    ACTOR_ACCOUNT,   /* everything that ran as one system account */
    ACTOR_RELAY,     /* all hosts that relayed without leave */
    ACTOR_FORWARDER,
    ACTOR_LIST,
    ACTOR_SERVICE /* autoresponders of one domain */
};

/*
 * A way in which an actor sends: for logins a client address, for accounts a
 * directory. Behaviour is judged by unit, so that an owner and a thief who
 * share a login are told apart.
 */
struct unit {
    uint32_t name;
    uint32_t from;    /* its messages: by_unit[from …] */
    uint32_t network; /* /16 or /48 of an address */
    uint32_t country; /* of an address, with --geoip; 0: not known */
    uint32_t system;  /* its AS, the same */
    uint32_t messages;
    uint32_t strangers; /* recipients elsewhere, first written to here */
    uint32_t peak_day;  /* most strangers within any 24 hours */
    uint32_t peak_hour;
    uint32_t outside; /* messages outside the actor's busy time */
    int64_t first;
    int64_t last;
    bool loopback;
    bool web_root; /* a directory below a web root */
    bool shared;   /* no place of its own: no directory, no address */
};

struct actor {
    uint8_t kind;
    uint32_t name;
    uint32_t account;
    uint32_t domain;
    uint32_t *messages; /* sealed messages, by time */
    uint32_t message_count;
    uint32_t *unit_of;   /* unit of each of them */
    uint32_t *strangers; /* of each of them */
    uint32_t *by_unit;   /* their indices, grouped by unit */
    uint8_t *repeats;    /* of each: so many others have its subject */
    uint8_t *recurs;     /* of each: that too, but it is no routine mail; or
                            subjects are not logged */
    struct unit *units;
    uint32_t unit_count;
    uint32_t peak_day;
    uint32_t peak_hour;
    bool busy; /* beyond its own past and its peers */
    int64_t busy_from;
    int64_t busy_to;
};

struct attribution {
    const struct sealed *sealed;
    const struct geoip *geoip; /* while it is made; NULL: none was given */
    struct principal *principals;
    size_t principal_count;
    uint32_t *principal_of; /* by sealed message */
    struct actor *actors;
    size_t actor_count;
    uint32_t *domain_of;  /* by name: the name of an address's domain */
    uint8_t *hosted;      /* by name of a domain: mailboxes of it are here */
    uint32_t *account_of; /* by name of a domain */
    uint32_t *votes_of;   /* by name of a domain: how often that was seen */
    size_t name_count;
    struct finding *findings;
    size_t finding_count;
    size_t finding_capacity;
    uint32_t *finding_of;       /* by sealed message: finding + 1, 0 without */
    uint32_t typical_peak_hour; /* nine in ten actors stay below */
    uint32_t typical_peak_day;
};

/*
 * Charges and groups everything. `sealed` must outlive it; names are added to
 * its ledger. `geoip` (NULL: none) is asked here and not kept.
 * Fails: STATUS_NOMEM.
 */
enum status attribution_make(struct sealed *sealed, const struct geoip *geoip,
                             struct attribution **ret_attribution);
void attribution_free(struct attribution *attribution);

/* hosted.c */
enum status hosted_make(struct attribution *attribution);
/* The domain of an address, as a name; 0 without one. */
uint32_t domain_name_of(const struct attribution *attribution,
                        uint32_t address);
/* The account's own domain: the one that is tied to it most often; 0: none. */
uint32_t domain_of_account(const struct attribution *attribution,
                           uint32_t account);
bool address_is_hosted(const struct attribution *attribution, uint32_t address);
/* principal.c */
enum status principals_make(struct attribution *attribution);
bool ip_is_loopback(struct sv ip);
bool dir_is_web(struct sv dir);
/* behaviour.c: where scripts have no business */
bool dir_is_odd(struct sv dir);
/* actor.c */
/* The /16 or /48 of an address. */
struct sv network_of(struct sv ip);
/* Sends more by itself than people do, and a fair share of the run. */
bool unit_is_mass(const struct attribution *attribution,
                  const struct actor *actor, const struct unit *unit);
enum status actors_make(struct attribution *attribution);
struct place_mail {        /* what a unit sent; unit.c */
    uint32_t to_strangers; /* messages */
    uint32_t recipients;
    uint32_t unwanted; /* who do not exist, or refused the text */
};
struct place_mail unit_mail(const struct attribution *attribution,
                            const struct actor *actor, const struct unit *unit);
/* Of its subjects, those that others of the actor have; in a hundred. */
uint32_t unit_repeats(const struct actor *actor, const struct unit *unit);
/* pace.c: both false when out of memory */
bool actor_measure(struct attribution *attribution, struct actor *actor);
bool pace_make(struct attribution *attribution);

#endif
