/* limit.c: what cPanel's texts of limits, holds and suspensions say. */
#include "analyzer/ledger/ledger.h"

const char *
limit_kind_name(enum limit_kind kind)
{
    static const char *const names[LIMIT_KIND_COUNT] = {
        [LIMIT_NONE] = "none",
        [LIMIT_DEFER_FAIL] = "defer_fail",
        [LIMIT_MAX_EMAILS] = "max_emails",
        [LIMIT_HOLD] = "hold",
        [LIMIT_SUSPENSION] = "suspension",
        [LIMIT_OTHER] = "other",
    };

    return names[kind];
}

/* cpanel-facts 2.8; runs of blanks differ between versions. */
static const struct limit_rule {
    struct sv words;
    enum limit_kind kind;
} limit_rules[] = {
    { { SV_LIT("exceeded the max defers and failures") }, LIMIT_DEFER_FAIL },
    { { SV_LIT("exceeded the max emails per hour") }, LIMIT_MAX_EMAILS },
    { { SV_LIT("outgoing mail suspension") }, LIMIT_SUSPENSION },
    { { SV_LIT("has been suspended") }, LIMIT_SUSPENSION },
    { { SV_LIT("outgoing mail hold") }, LIMIT_HOLD },
    { { SV_LIT("due to sender restrictions") }, LIMIT_OTHER },
    { { SV_LIT("daily email notify limit") }, LIMIT_OTHER },
};

enum limit_kind
limit_read(struct sv text, struct sv *ret_domain)
{
    enum limit_kind kind = LIMIT_OTHER;

    *ret_domain = (struct sv){ "", 0 };
    for (size_t i = 0; i < sizeof(limit_rules) / sizeof(limit_rules[0]); i++) {
        if (sv_find(text, limit_rules[i].words) >= 0) {
            kind = limit_rules[i].kind;
            break;
        }
    }
    while (text.len) {
        struct sv word = sv_cut(&text, ' ');

        if (word.len && word.at[0] == '"')
            word = sv_drop(word, 1);
        if (sv_eq(word, SV("Domain")) || sv_eq(word, SV("Sender")) ||
            sv_eq(word, SV("domain"))) {
            *ret_domain = sv_cut(&text, ' ');
            break;
        }
    }
    return kind;
}
