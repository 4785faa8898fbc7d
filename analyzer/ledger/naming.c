#include "analyzer/ledger/naming.h"

#include <string.h>

uint32_t
ledger_name(struct ledger *ledger, struct sv text)
{
    return names_add(ledger->names, text);
}

static bool
has_upper(struct sv text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t upper = 0;

    for (; text.len >= 8; text = sv_drop(text, 8)) {
        uint64_t word;

        memcpy(&word, text.at, sizeof(word));
        /* bytes below 0x80 only; each in its own lane: 'A'..'Z' get bit 7 */
        upper |= ((word & ones * 0x7f) + ones * (0x80 - 'A')) &
                 ~((word & ones * 0x7f) + ones * (0x7f - 'Z')) & ~word &
                 ones * 0x80;
    }
    for (size_t i = 0; i < text.len; i++)
        upper |= text.at[i] >= 'A' && text.at[i] <= 'Z';
    return upper != 0;
}

uint32_t
ledger_name_lower(struct ledger *ledger, struct sv text)
{
    if (!has_upper(text))
        return ledger_name(ledger, text);
    ledger->scratch.len = 0;
    if (!buf_add(&ledger->scratch, text))
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        char *byte = &ledger->scratch.at[i];

        if (*byte >= 'A' && *byte <= 'Z')
            *byte = (char)(*byte + 32);
    }
    return ledger_name(ledger, buf_sv(&ledger->scratch));
}

uint32_t
ledger_name_subject(struct ledger *ledger, struct sv raw)
{
    if (sv_find_char(raw, '\\') < 0)
        return ledger_name(ledger, raw);
    ledger->scratch.len = 0;
    if (!subject_decode(raw, &ledger->scratch))
        return 0;
    return ledger_name(ledger, buf_sv(&ledger->scratch));
}

uint32_t
ledger_name_shape(struct ledger *ledger, struct sv text)
{
    ledger->scratch.len = 0;
    if (!line_shape(text, &ledger->scratch))
        return 0;
    return ledger_name(ledger, buf_sv(&ledger->scratch));
}

void
naming_finish(struct naming *naming)
{
    uint32_t found[NAMES_TOGETHER];

    names_add_all(naming->ledger->names, naming->texts, naming->count, found);
    for (size_t i = 0; i < naming->count; i++)
        *naming->names[i] = found[i];
    naming->count = 0;
}

void
naming_add(struct naming *naming, struct sv text, uint32_t *ret_name)
{
    if (!text.len) {
        *ret_name = 0;
        return;
    }
    if (naming->count == NAMES_TOGETHER)
        naming_finish(naming);
    naming->texts[naming->count] = text;
    naming->names[naming->count++] = ret_name;
}

void
naming_add_lower(struct naming *naming, struct sv text, uint32_t *ret_name)
{
    if (has_upper(text))
        *ret_name = ledger_name_lower(naming->ledger, text);
    else
        naming_add(naming, text, ret_name);
}
