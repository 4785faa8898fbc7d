/*
 * redact_scope.h: what of a case belongs to the scope, and the names in it
 * that belong to others.
 */
#ifndef REPORT_REDACT_SCOPE_H
#define REPORT_REDACT_SCOPE_H

#include "report/redact.h"
#include "report/redact_lexer.h"
#include "report/redact_rules.h"

/* Sets of texts, all in small letters. */
struct redact_scope {
    const struct redact_options *options;
    struct names *accounts;  /* of the scope */
    struct names *domains;   /* of the scope, with every address in them */
    struct names *shown;     /* domains of mailboxes of the scope */
    struct names *mailboxes; /* of the scope */
    struct names *homes;     /* folders of the scope */
    struct names *foreign;   /* domains charged to other accounts */
    struct names *strangers; /* every other domain in the case */
    struct names *logins;    /* every other account and login in the case */
    struct names *ips;       /* where the scope's findings came from */
    struct names *messages;  /* of the scope's findings */
    struct names *servers;
    bool masked;         /* the case was made for a reader before ... */
    uint64_t masks_used; /* ... and its masks bear numbers up to this */
    struct buf scratch;  /* for small letters */
};

/*
 * Reads the case for it. Owner: the caller's struct, redact_scope_clear().
 * Fails: STATUS_USAGE without a scope; STATUS_NOMEM.
 */
enum status redact_scope_init(struct redact_scope *scope, const xmlDoc *doc,
                              const struct redact_options *options,
                              struct fault *fault);
void redact_scope_clear(struct redact_scope *scope);

/* Is the text in the set, whatever its capitals? */
bool redact_scope_has(struct redact_scope *scope, const struct names *set,
                      struct sv text);
/* The same, adding it. 0: out of memory, or an empty text. */
uint32_t redact_scope_add(struct redact_scope *scope, struct names *set,
                          struct sv text);

/* Whose are these? */
bool redact_scope_owns_row(struct redact_scope *scope, const xmlNode *row);
bool redact_scope_owns_domain(struct redact_scope *scope, struct sv domain);
bool redact_scope_owns_address(struct redact_scope *scope, struct sv address);
bool redact_scope_owns_login(struct redact_scope *scope, struct sv login);
/* Length of the home at its start; 0 when it is not below one. */
size_t redact_scope_home(struct redact_scope *scope, struct sv path);
/* A line counts as the scope's by its message id; without one, by an address,
 * login or folder of the scope in it. */
bool redact_scope_owns_line(struct redact_scope *scope, struct sv line);
/* May the name of this domain be read: own, of an own mailbox, or a server
 * that investigators may know. */
bool redact_scope_shows_domain(struct redact_scope *scope, struct sv domain);
/* Is it one that the options name? */
bool redact_scope_lists_account(const struct redact_scope *scope,
                                struct sv account);
/* A mask of the case's own, that names nobody: it stays as it is. */
bool redact_scope_keeps(const struct redact_scope *scope, struct sv token);
/* root, mailnull and others of every server. */
bool redact_is_system_user(struct sv login);
/* After the last @; empty without one. */
struct sv redact_domain_of(struct sv address);
/* The domain above; false when there is none. */
bool redact_domain_up(struct sv *domain);
/* The large provider that a domain belongs to; empty when to none. */
struct sv redact_large_provider(struct sv domain);
/* file.php and its like are no domains. */
bool redact_is_file_name(struct sv text);
/* NAME of /home/NAME/…; empty when it is none. */
struct sv redact_home_name(struct sv path);

/* Calls back for every text of the case that could name somebody, with the
 * row of principals, findings, … it stands in. False: a callback said so. */
typedef bool redact_text_seen(void *user, enum redact_rule rule,
                              const xmlNode *row, struct sv text);
bool redact_texts(const xmlDoc *doc, redact_text_seen *seen, void *user);

#endif
