/*
 * finding.h: what was abused, how sure that is, and the lines that show it.
 */
#ifndef ANALYZER_ATTRIBUTION_FINDING_H
#define ANALYZER_ATTRIBUTION_FINDING_H

#include "analyzer/attribution/attribution.h"
#include "analyzer/case.h"

enum finding_kind {
    FINDING_NONE = 0,
    FINDING_MAILBOX,
    FINDING_SCRIPT,
    FINDING_SYSTEM,
    FINDING_LOOP,
    FINDING_FORWARDED_SPAM,
    FINDING_BACKSCATTER,
    FINDING_RELAY,
    FINDING_LIST_ABUSE,
    FINDING_FORM_ABUSE,
    FINDING_PASSWORD_ATTACK,
    FINDING_STALE_LIST,
    FINDING_OUTAGE,
    FINDING_BLOCKLISTED,
    FINDING_UNEXPLAINED,
    FINDING_KIND_COUNT
};
const char *finding_kind_name(enum finding_kind kind);

/* What stopped it; ending.c. Later ones are surer than earlier ones. */
enum ending {
    ENDING_NONE = 0,
    ENDING_REMOVAL,
    ENDING_LIMIT,
    ENDING_HOLD,
    ENDING_SUSPENSION,
    ENDING_PASSWORD,
    ENDING_COUNT
};
const char *ending_name(enum ending ending); /* NULL: the log does not say */

#define CLAIM_VALUES_MAX 6
#define CLAIM_CITATIONS_MAX 5

struct claim_value {
    const char *name;
    enum value_kind kind;
    int64_t number;
    uint32_t text; /* a name */
};

struct claim {
    const struct rule *rule;
    bool supports;
    double weight;
    struct claim_value values[CLAIM_VALUES_MAX];
    size_t value_count;
    struct place citations[CLAIM_CITATIONS_MAX];
    size_t citation_count;
};

#define ALTERNATIVES_MAX 5

struct alternative {
    enum finding_kind kind;
    double confidence;
    struct claim fits;  /* what speaks for it most; without a rule: nothing */
    struct claim unfit; /* and against it */
    bool together;      /* several mailboxes of one account fell together */
};

struct finding {
    uint8_t kind; /* enum finding_kind */
    bool compromise;
    double confidence;
    const char *channel; /* NULL where none applies */
    uint32_t account;
    uint32_t domain;
    uint32_t mailbox;
    uint32_t *messages; /* sealed messages, by time */
    size_t message_count;
    const struct actor *actor; /* NULL: not of one actor */
    struct claim *claims;
    size_t claim_count;
    size_t claim_capacity;
    struct alternative alternatives[ALTERNATIVES_MAX];
    size_t alternative_count;
    uint32_t provider; /* of an outage or a listing: whose */
    bool together;     /* others of its account fell with it */
    uint8_t ending;    /* enum ending */
    int64_t ended_at;
    struct place ended_place;
    int64_t onset;
    int64_t last;
};

void finding_clear(struct finding *finding);

/* A new claim of the finding; NULL when out of memory. */
struct claim *finding_claim(struct finding *finding, const struct rule *rule,
                            bool supports, double weight);
void claim_number(struct claim *claim, const char *name, enum value_kind kind,
                  int64_t number);
void claim_text(struct claim *claim, const char *name, uint32_t text);
void claim_cite(struct claim *claim, struct place place);

/* What the chosen messages of an actor look like; behaviour.c. */
struct behaviour {
    const struct attribution *attribution;
    const struct actor *actor;
    const uint32_t *messages;
    size_t message_count;
    uint64_t recipients;
    uint64_t strangers;
    uint64_t delivered;
    uint64_t deferred;
    uint64_t failed;
    uint64_t by_refusal[REFUSAL_COUNT]; /* recipients, by the last answer */
    uint32_t remote_recipients;
    uint32_t ips;
    uint32_t networks;
    uint32_t networks_usual; /* of those, used by the owner as well */
    uint32_t helos;
    uint32_t bare_helos; /* messages whose HELO is no host name */
    uint32_t senders;
    uint32_t foreign_senders; /* messages with a sender that is not theirs */
    uint32_t families;
    uint32_t turns;          /* subjects unlike the one before */
    uint32_t largest_family; /* messages in it */
    uint32_t largest_family_name;
    uint32_t subjects;       /* messages that show one */
    uint32_t one_opening;    /* messages whose subject opens like the most */
    uint32_t to_owner;       /* messages that go to a mailbox here */
    uint32_t links;          /* subjects that hold a link */
    uint32_t guesses;        /* failed logins for this login before the onset */
    uint32_t guessing_ips;   /* addresses of ours that failed logins too */
    uint32_t usual_messages; /* of the actor, not chosen */
    uint32_t usual_networks; /* of them */
    uint32_t usual_recipients;
    uint32_t usual_strangers;
    uint32_t usual_failed;
    uint32_t usual_addresses; /* messages from an address of the other mail */
    uint32_t usual_ciphers;   /* messages of them that show one */
    uint32_t usual_countries; /* messages of them whose country is known */
    uint32_t located;         /* messages whose country is known */
    uint32_t abroad; /* of those, from countries of none of the other mail */
    uint32_t known_helos; /* messages whose HELO the owner's mail gives too */
    uint32_t new_ciphers; /* messages with one that the owner never uses */
    uint32_t odd_hours;   /* messages at hours when the owner never sends */
    uint32_t neighbours;  /* messages from a colleague's everyday address */
    uint32_t pairs;       /* recipients that follow one another ... */
    uint32_t ordered;     /* ... in the order of the alphabet */
    uint32_t loopback;    /* messages */
    uint32_t dirs;
    uint32_t odd_dirs;   /* messages from upload, cache and hidden ones */
    uint32_t new_dirs;   /* messages from directories not used otherwise */
    uint32_t same_units; /* messages from units of everyday mail */
    uint32_t web_root;
    uint32_t by_kind[PRINCIPAL_COUNT];
    uint64_t limit_lines;
    uint32_t peak_hour; /* messages */
    uint32_t peak_hour_usual;
    int64_t onset;
    int64_t last;
    struct place first_guess;
    struct place arrivals[CLAIM_CITATIONS_MAX]; /* spread over the run */
    size_t arrival_count;
};
enum status behaviour_make(const struct attribution *attribution,
                           const struct actor *actor, const uint8_t *chosen,
                           const uint32_t *messages, size_t count,
                           struct behaviour *ret_behaviour);

/* habits.c: the rest of it, beside the mail that was not chosen */
enum status habits_take(struct behaviour *behaviour, const uint8_t *chosen);

/* A named rule: what it needs, what it is worth; rules.c. */
struct rule {
    const char *name;
    const char *text; /* English; {name} stands for a value */
};

/*
 * Weighs the behaviour of a busy actor; *finding is filled but for its
 * messages. False when nothing is worth a finding.
 */
enum status rules_judge(const struct behaviour *behaviour,
                        struct finding *finding);

/* Strangers refused it, or it is forged: more than being new. */
bool behaviour_is_abuse(const struct behaviour *behaviour);

/*
 * Weighs the chosen messages of an actor, and makes a finding if they are
 * worth one. `patient`: little was sent, so that only abuse counts.
 * Fails: STATUS_NOMEM.
 */
enum status sender_judge(struct attribution *attribution,
                         const struct actor *actor, const uint8_t *chosen,
                         bool patient);

/* patient.c: adds to what is chosen of a login that was busy */
enum status choose_quiet_places(const struct attribution *attribution,
                                const struct actor *actor, uint8_t *chosen);

/* select.c: chosen[i] for the actor's message i */
enum status select_messages(const struct attribution *attribution,
                            const struct actor *actor, uint8_t *chosen);

struct finding *finding_add(struct attribution *attribution);
/* Gives the finding these messages and takes them; marks them as taken. */
void finding_take(struct attribution *attribution, struct finding *finding,
                  uint32_t *messages, size_t count);

/*
 * Each finds one sort of cause among the messages that no finding has yet, and
 * takes them. attribution.c calls them in the order of its table.
 * Fails: STATUS_NOMEM.
 */
typedef enum status findings_find(struct attribution *attribution);
findings_find findings_end;     /* of those that were made: what ended them */
findings_find findings_compare; /* those of one account with each other */
findings_find findings_of_senders;  /* busy logins and accounts */
findings_find findings_of_patient;  /* those who take their time */
findings_find findings_of_guessers; /* quiet.c */
findings_find findings_of_relays;
findings_find findings_of_lists;
findings_find findings_of_loops;
findings_find findings_of_forwarders; /* forwarded.c */
findings_find findings_of_backscatter;
findings_find findings_of_listings; /* troubles.c */
findings_find findings_of_outages;  /* the same */
findings_find findings_of_limits;
findings_find findings_of_guessing;

#endif
