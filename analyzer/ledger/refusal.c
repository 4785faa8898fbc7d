#include "analyzer/ledger/refusal.h"

#include <string.h>

const char *
refusal_name(enum refusal refusal)
{
    static const char *const names[REFUSAL_COUNT] = {
        [REFUSAL_NONE] = "none",
        [REFUSAL_UNKNOWN] = "unknown",
        [REFUSAL_NO_SUCH_USER] = "no_such_user",
        [REFUSAL_MAILBOX_FULL] = "mailbox_full",
        [REFUSAL_MAILBOX_DISABLED] = "mailbox_disabled",
        [REFUSAL_CONTENT] = "content",
        [REFUSAL_SENDER_LISTED] = "sender_listed",
        [REFUSAL_REPUTATION] = "reputation",
        [REFUSAL_RATE] = "rate",
        [REFUSAL_GREYLISTED] = "greylisted",
        [REFUSAL_AUTHENTICATION] = "authentication",
        [REFUSAL_POLICY] = "policy",
        [REFUSAL_SENDER_REFUSED] = "sender_refused",
        [REFUSAL_NO_DOMAIN] = "no_domain",
        [REFUSAL_DNS] = "dns",
        [REFUSAL_CONNECT] = "connect",
        [REFUSAL_TIMEOUT] = "timeout",
        [REFUSAL_TLS] = "tls",
        [REFUSAL_LOOP] = "loop",
        [REFUSAL_TOO_BIG] = "too_big",
        [REFUSAL_OUR_LIMIT] = "our_limit",
        [REFUSAL_RETRY] = "retry",
        [REFUSAL_EXPIRED] = "expired",
        [REFUSAL_LOCAL] = "local",
    };

    return names[refusal];
}

/*
 * Exim's own words come first: they are exact and stand at the start. The
 * texts are of exim-log-format 3.4 and 3.5 and of Exim's deliver.c.
 */
struct word_rule {
    struct sv words; /* in lower case */
    enum refusal refusal;
};

static const struct word_rule exim_rules[] = {
    { { SV_LIT("retry timeout exceeded") }, REFUSAL_EXPIRED },
    { { SV_LIT("have been failing for a long time") }, REFUSAL_EXPIRED },
    { { SV_LIT("retry time not reached") }, REFUSAL_RETRY },
    { { SV_LIT("retry time not yet reached") }, REFUSAL_RETRY },
    { { SV_LIT("delivery explicitly queued") }, REFUSAL_RETRY },
    { { SV_LIT("suspected mail loop") }, REFUSAL_LOOP },
    { { SV_LIT("lowest numbered mx record points to local host") },
      REFUSAL_LOOP },
    { { SV_LIT("remote host address is the local host") }, REFUSAL_LOOP },
    { { SV_LIT("unrouteable address") }, REFUSAL_NO_DOMAIN },
    { { SV_LIT("an mx or srv record indicated no smtp service") },
      REFUSAL_NO_DOMAIN },
    { { SV_LIT("all relevant mx records point to non-existent hosts") },
      REFUSAL_NO_DOMAIN },
    { { SV_LIT("host lookup did not complete") }, REFUSAL_DNS },
    { { SV_LIT("lookup of host") }, REFUSAL_DNS },
    { { SV_LIT("connection refused") }, REFUSAL_CONNECT },
    { { SV_LIT("no route to host") }, REFUSAL_CONNECT },
    { { SV_LIT("network is unreachable") }, REFUSAL_CONNECT },
    { { SV_LIT("connection reset by peer") }, REFUSAL_CONNECT },
    { { SV_LIT("remote host closed connection") }, REFUSAL_CONNECT },
    { { SV_LIT("connection timed out") }, REFUSAL_TIMEOUT },
    { { SV_LIT("smtp timeout") }, REFUSAL_TIMEOUT },
    { { SV_LIT("a tls session is required") }, REFUSAL_TLS },
    { { SV_LIT("certificate verification failed") }, REFUSAL_TLS },
};

/* Codes that say all; RFC 3463 and IANA's registry. x stands for 4 or 5. */
static const struct {
    struct sv code; /* without its class */
    enum refusal refusal;
} code_rules[] = {
    { { SV_LIT(".1.1 ") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT(".1.2 ") }, REFUSAL_NO_DOMAIN },
    { { SV_LIT(".1.6 ") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT(".1.10 ") }, REFUSAL_NO_DOMAIN },
    { { SV_LIT(".1.7 ") }, REFUSAL_SENDER_REFUSED },
    { { SV_LIT(".1.8 ") }, REFUSAL_SENDER_REFUSED },
    { { SV_LIT(".2.1 ") }, REFUSAL_MAILBOX_DISABLED },
    { { SV_LIT(".2.2 ") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT(".2.3 ") }, REFUSAL_TOO_BIG },
    { { SV_LIT(".3.4 ") }, REFUSAL_TOO_BIG },
    { { SV_LIT(".4.6 ") }, REFUSAL_LOOP },
    { { SV_LIT(".4.14 ") }, REFUSAL_LOOP },
    { { SV_LIT(".7.20 ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(".7.21 ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(".7.22 ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(".7.23 ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(".7.25 ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(".7.26 ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(".7.27 ") }, REFUSAL_SENDER_REFUSED },
    { { SV_LIT(".7.28 ") }, REFUSAL_RATE },
    { { SV_LIT(".7.509 ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(".7.515 ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(".7.511 ") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT(".7.606 ") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT(".7.708 ") }, REFUSAL_REPUTATION },
};

/* Then the words; in this order, as one answer may hold several. */
static const struct word_rule text_rules[] = {
    { { SV_LIT("greylist") }, REFUSAL_GREYLISTED },
    { { SV_LIT("graylist") }, REFUSAL_GREYLISTED },
    { { SV_LIT("grey-list") }, REFUSAL_GREYLISTED },
    { { SV_LIT("postgrey") }, REFUSAL_GREYLISTED },
    { { SV_LIT("spamhaus") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("spamcop") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("barracudacentral") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("sorbs") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("dnsbl") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("blocked using") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("on our block") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("on a block") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("is blocked by") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("blocklist") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("blacklist") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("block list") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("black list") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("listed at") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("listed in") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("listed by") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("banned sending ip") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT(" rbl") }, REFUSAL_SENDER_LISTED },
    { { SV_LIT("dmarc") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT(" spf ") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT("spf check") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT("spf fail") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT("dkim") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT("unauthenticated email") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT("unauthenticated") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT("no ptr record") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT("reverse dns") }, REFUSAL_AUTHENTICATION },
    { { SV_LIT("rate limit") }, REFUSAL_RATE },
    { { SV_LIT("ratelimit") }, REFUSAL_RATE },
    { { SV_LIT("too many messages") }, REFUSAL_RATE },
    { { SV_LIT("too many connections") }, REFUSAL_RATE },
    { { SV_LIT("too many recipients") }, REFUSAL_RATE },
    { { SV_LIT("unusual rate") }, REFUSAL_RATE },
    { { SV_LIT("too fast") }, REFUSAL_RATE },
    { { SV_LIT("throttl") }, REFUSAL_RATE },
    { { SV_LIT("deferred due to unexpected volume") }, REFUSAL_RATE },
    { { SV_LIT("unexpected volume") }, REFUSAL_RATE },
    { { SV_LIT("[ts0") }, REFUSAL_RATE }, /* Yahoo's codes for volume */
    { { SV_LIT("user complaints") }, REFUSAL_REPUTATION },
    { { SV_LIT("reputation") }, REFUSAL_REPUTATION },
    { { SV_LIT("suspicious activity") }, REFUSAL_REPUTATION },
    { { SV_LIT("this user doesn't have a") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("no such user") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("user unknown") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("unknown user") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("recipient unknown") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("unknown recipient") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("no such recipient") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("recipient not found") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("user not found") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("mailbox not found") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("no mailbox here") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("mailbox unavailable") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("does not exist") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("doesn't exist") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("invalid recipient") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("invalid mailbox") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("address unknown") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("address rejected: undeliverable") }, REFUSAL_NO_SUCH_USER },
    { { SV_LIT("mailbox is full") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT("mailbox full") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT("over quota") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT("overquota") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT("quota exceeded") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT("exceeded storage") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT("insufficient storage") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT("out of storage") }, REFUSAL_MAILBOX_FULL },
    { { SV_LIT("account disabled") }, REFUSAL_MAILBOX_DISABLED },
    { { SV_LIT("account is disabled") }, REFUSAL_MAILBOX_DISABLED },
    { { SV_LIT("mailbox disabled") }, REFUSAL_MAILBOX_DISABLED },
    { { SV_LIT("mailbox is disabled") }, REFUSAL_MAILBOX_DISABLED },
    { { SV_LIT("account inactive") }, REFUSAL_MAILBOX_DISABLED },
    { { SV_LIT("spam") }, REFUSAL_CONTENT },
    { { SV_LIT("junk") }, REFUSAL_CONTENT },
    { { SV_LIT("unsolicited") }, REFUSAL_CONTENT },
    { { SV_LIT("content restrictions") }, REFUSAL_CONTENT },
    { { SV_LIT("content rejected") }, REFUSAL_CONTENT },
    { { SV_LIT("message content") }, REFUSAL_CONTENT },
    { { SV_LIT("virus") }, REFUSAL_CONTENT },
    { { SV_LIT("malware") }, REFUSAL_CONTENT },
    { { SV_LIT("phishing") }, REFUSAL_CONTENT },
    { { SV_LIT("sender address rejected") }, REFUSAL_SENDER_REFUSED },
    { { SV_LIT("sender verify") }, REFUSAL_SENDER_REFUSED },
    { { SV_LIT("sender denied") }, REFUSAL_SENDER_REFUSED },
    { { SV_LIT("mail loop") }, REFUSAL_LOOP },
    { { SV_LIT("too many hops") }, REFUSAL_LOOP },
    { { SV_LIT("routing loop") }, REFUSAL_LOOP },
    { { SV_LIT("message too big") }, REFUSAL_TOO_BIG },
    { { SV_LIT("size exceeds") }, REFUSAL_TOO_BIG },
    { { SV_LIT("message size") }, REFUSAL_TOO_BIG },
    { { SV_LIT("tls") }, REFUSAL_TLS },
    { { SV_LIT("domain not found") }, REFUSAL_NO_DOMAIN },
    { { SV_LIT("dns") }, REFUSAL_DNS },
    { { SV_LIT("relay") }, REFUSAL_POLICY },
    { { SV_LIT("access denied") }, REFUSAL_POLICY },
    { { SV_LIT("not permitted") }, REFUSAL_POLICY },
    { { SV_LIT("not allowed") }, REFUSAL_POLICY },
    { { SV_LIT("policy") }, REFUSAL_POLICY },
    { { SV_LIT("administratively") }, REFUSAL_POLICY },
    { { SV_LIT("timed out") }, REFUSAL_TIMEOUT },
    { { SV_LIT("timeout") }, REFUSAL_TIMEOUT },
};

/* Whose list it is, where the text names one. */
static const struct sv lists[] = {
    { SV_LIT("zen.spamhaus.org") },     { SV_LIT("sbl.spamhaus.org") },
    { SV_LIT("xbl.spamhaus.org") },     { SV_LIT("pbl.spamhaus.org") },
    { SV_LIT("css.spamhaus.org") },     { SV_LIT("dbl.spamhaus.org") },
    { SV_LIT("spamhaus.org") },         { SV_LIT("bl.spamcop.net") },
    { SV_LIT("spamcop.net") },          { SV_LIT("b.barracudacentral.org") },
    { SV_LIT("barracudacentral.org") }, { SV_LIT("dnsbl.sorbs.net") },
    { SV_LIT("psbl.surriel.com") },     { SV_LIT("uceprotect.net") },
    { SV_LIT("abuseat.org") },          { SV_LIT("invaluement") },
    { SV_LIT("proofpoint") },           { SV_LIT("cloudmark") },
};

/* What is looked at of an answer; what follows repeats itself. */
#define LOOK_BYTES 1024

static size_t
lower_copy(struct sv text, char copy[LOOK_BYTES])
{
    size_t len = text.len < LOOK_BYTES ? text.len : LOOK_BYTES;

    for (size_t i = 0; i < len; i++) {
        char byte = text.at[i];

        copy[i] = (char)(byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
    }
    return len;
}

static enum refusal
by_words(struct sv text, const struct word_rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sv_find(text, rules[i].words) >= 0)
            return rules[i].refusal;
    }
    return REFUSAL_UNKNOWN;
}

/*
 * The answer proper, from its three-digit code on: what stands before it
 * quotes addresses, and an address may be called spam@….
 */
static struct sv
answer_of(struct sv text)
{
    for (size_t i = 0; i + 4 < text.len; i++) {
        const char *at = text.at + i;

        if (at[0] == ':' && at[1] == ' ' && (at[2] == '4' || at[2] == '5') &&
            at[3] >= '0' && at[3] <= '5')
            return sv_drop(text, i + 2);
    }
    return text;
}

static enum refusal
by_code(struct sv answer)
{
    /* "550 5.1.1 " or "550-5.1.1 ": the code stands at the fifth byte. */
    struct sv code = sv_drop(answer, 4);

    if (code.len < 5 || (code.at[0] != '4' && code.at[0] != '5'))
        return REFUSAL_UNKNOWN;
    code = sv_drop(code, 1);
    for (size_t i = 0; i < sizeof(code_rules) / sizeof(code_rules[0]); i++) {
        if (sv_starts(code, code_rules[i].code))
            return code_rules[i].refusal;
    }
    return REFUSAL_UNKNOWN;
}

static struct sv
without_addresses(struct sv text, char copy[LOOK_BYTES])
{
    size_t len = 0;
    bool inside = false;

    for (size_t i = 0; i < text.len && len < LOOK_BYTES; i++) {
        if (text.at[i] == '<')
            inside = true;
        if (!inside)
            copy[len++] = text.at[i];
        if (text.at[i] == '>')
            inside = false;
    }
    return (struct sv){ copy, len };
}

/* "… blocked using LIST;": whoever runs it. */
static bool
note_list_named(struct sv text, struct sv *ret_listed)
{
    static const struct sv words = { SV_LIT("blocked using ") };
    ptrdiff_t at = sv_find(text, words);
    struct sv list;
    size_t len = 0;

    if (at < 0)
        return false;
    list = sv_drop(text, (size_t)at + words.len);
    while (len < list.len && list.at[len] != ';' && list.at[len] != ' ' &&
           list.at[len] != ',' && list.at[len] != '\\')
        len++;
    *ret_listed = sv_head(list, len);
    return len > 0;
}

static void
note_list(struct sv text, struct sv *ret_listed)
{
    if (note_list_named(text, ret_listed))
        return;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        if (sv_find(text, lists[i]) >= 0) {
            *ret_listed = lists[i];
            return;
        }
    }
}

static enum refusal
read_lower(struct sv lower, bool temporary, struct sv *ret_listed)
{
    char spare[LOOK_BYTES];
    bool remote = sv_find(lower, SV("smtp error from remote")) >= 0;
    struct sv answer = answer_of(lower);
    enum refusal refusal = REFUSAL_UNKNOWN;

    if (!remote) {
        refusal = by_words(lower, exim_rules,
                           sizeof(exim_rules) / sizeof(exim_rules[0]));
        if (refusal != REFUSAL_UNKNOWN)
            return refusal;
    }
    refusal = by_code(answer);
    if (refusal == REFUSAL_SENDER_LISTED)
        note_list(lower, ret_listed);
    if (refusal != REFUSAL_UNKNOWN)
        return refusal;
    answer = without_addresses(answer, spare);
    refusal = by_words(answer, text_rules,
                       sizeof(text_rules) / sizeof(text_rules[0]));
    if (refusal == REFUSAL_SENDER_LISTED)
        note_list(lower, ret_listed);
    /* 421 closes the connection: the service is down, RFC 5321 4.2.3. */
    if (refusal == REFUSAL_UNKNOWN && sv_starts(answer, SV("421")))
        return REFUSAL_CONNECT;
    if (refusal == REFUSAL_UNKNOWN && temporary &&
        sv_starts(answer, SV("45")) && answer.len > 4 &&
        sv_starts(sv_drop(answer, 4), SV("4.7.1")))
        return REFUSAL_GREYLISTED;
    return refusal;
}

enum refusal
refusal_read(struct sv text, bool temporary, struct sv *ret_listed)
{
    char copy[LOOK_BYTES];
    struct sv lower = { copy, lower_copy(text, copy) };
    enum refusal refusal;

    *ret_listed = (struct sv){ "", 0 };
    if (!text.len)
        return REFUSAL_UNKNOWN;
    refusal = read_lower(lower, temporary, ret_listed);
    /* What points into our copy must point into the caller's text. */
    if (ret_listed->at >= copy && ret_listed->at < copy + lower.len)
        ret_listed->at = text.at + (ret_listed->at - copy);
    return refusal;
}
