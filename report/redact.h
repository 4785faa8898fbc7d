/*
 * redact.h: a case for one reader. An allow-list works on the XML tree before
 * anything is rendered: what no rule lets through is not in the result.
 *
 * Whose is it: an account, domain or mailbox of the scope; the domains that
 * the case charges to an account of the scope and to no other; the accounts
 * that it charges with a domain or mailbox of the scope.
 *
 * What is left: findings, principals and limits of the scope. Its series is
 * the sum of its findings' hours. Its totals are sums over its principals:
 * messages and arrivals their messages, deliveries, deferrals and failures
 * their recipients by outcome. All other totals and the identity are absent,
 * because a case does not hold them by account.
 *
 * What is masked, each numbered by its first appearance in the case: addresses
 * (r1@gmail.com, where the provider is one of the large ones that name nobody;
 * else r2@domain-3.invalid), domains, accounts (account-4), other addresses of
 * hosts (ip-5), servers (server-1); paths outside the homes ([path]). Customers
 * get the attackers' addresses defanged and no hash of a masked line.
 */
#ifndef REPORT_REDACT_H
#define REPORT_REDACT_H

#include "analyzer/case.h"

#include <libxml/tree.h>

enum redact_audience {
    REDACT_INVESTIGATOR = 1, /* scoped; servers, hosts and files stay named */
    REDACT_CUSTOMER,
    REDACT_TICKET
};

struct redact_options {
    struct text_list accounts; /* at least one of the three is not empty */
    struct text_list domains;
    struct text_list mailboxes;
    enum redact_audience audience;
    struct text_list homes; /* more folders of the scope; /home/ACCOUNT and
                               its numbered kin are known */
};

/*
 * Makes the case of the scope. `doc` is valid (model_validate()) and stays as
 * it is; the result is valid too.
 * Owner: the caller, xmlFreeDoc().
 * Fails: STATUS_USAGE without a scope; STATUS_LIMIT; STATUS_NOMEM.
 */
enum status redact_case(const xmlDoc *doc, const struct redact_options *options,
                        xmlDoc **ret_doc, struct fault *fault);

#endif
