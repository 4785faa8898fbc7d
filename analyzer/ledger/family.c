/*
 * Messages alike: a subject stripped of what mailers vary, so that a run of
 * one text shows as one family: replies' prefixes, numbers, random tokens.
 */
#include "analyzer/ledger/sealed.h"

static bool
is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

/* "Re:", "Fwd:", "AW:" and the like, as often as they stand there. */
static struct sv
strip_prefixes(struct sv subject)
{
    static const struct sv prefixes[] = {
        { SV_LIT("re:") }, { SV_LIT("fw:") }, { SV_LIT("fwd:") },
        { SV_LIT("aw:") }, { SV_LIT("wg:") }, { SV_LIT("sv:") },
    };
    bool again = true;

    while (again) {
        again = false;
        subject = sv_trim(subject);
        for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
            struct sv head = sv_head(subject, prefixes[i].len);

            if (sv_eq_nocase(head, prefixes[i])) {
                subject = sv_drop(subject, prefixes[i].len);
                again = true;
                break;
            }
        }
    }
    return subject;
}

/* A word with a digit, or of hexadecimal digits alone: it varies. */
static bool
word_varies(struct sv word)
{
    size_t hex = 0;

    for (size_t i = 0; i < word.len; i++) {
        char byte = word.at[i];

        if (byte >= '0' && byte <= '9')
            return true;
        hex += (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F');
    }
    return hex == word.len && word.len >= 4;
}

static bool
normalise(struct sv subject, struct buf *out)
{
    subject = strip_prefixes(subject);
    while (subject.len) {
        struct sv word = subject;
        size_t len = 0;

        while (len < subject.len && !is_space(subject.at[len]))
            len++;
        word.len = len;
        subject = sv_drop(subject, len);
        while (subject.len && is_space(subject.at[0]))
            subject = sv_drop(subject, 1);
        if (!len)
            continue;
        if (out->len)
            buf_add_char(out, ' ');
        if (word_varies(word))
            buf_add_char(out, '#');
        else
            buf_add(out, word);
    }
    /* A token at the end comes and goes: "Offer" and "Offer 7f3a" are one. */
    while (out->len > 2 && out->at[out->len - 1] == '#' &&
           out->at[out->len - 2] == ' ')
        out->len -= 2;
    return !out->failed;
}

enum status
family_make(struct sealed *sealed)
{
    struct names *names = sealed->ledger->names;
    struct buf scratch = { 0 };

    for (size_t i = 0; i < sealed->message_count; i++) {
        struct message *message = &sealed->messages[i];

        if (!message->arrival || !message->arrival->subject)
            continue;
        scratch.len = 0;
        if (!normalise(names_text(names, message->arrival->subject), &scratch))
            break;
        message->family = names_add(names, buf_sv(&scratch));
    }
    if (scratch.failed || names_failed(names)) {
        buf_clear(&scratch);
        return STATUS_NOMEM;
    }
    buf_clear(&scratch);
    return STATUS_OK;
}
