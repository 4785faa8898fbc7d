/* Which text of the case is which of those given: by bytes, then by name. */
#include "analyzer/verify/verifying.h"

#include <stdlib.h>
#include <string.h>

static bool
same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static bool
same_name(const struct case_evidence *row, const struct given_text *given)
{
    return sv_eq(sv_of(row->path), sv_of(given->path)) &&
           sv_eq(sv_of(row->container), sv_of(given->container));
}

static bool
is_archive(const struct case_evidence *row)
{
    return same(row->kind, "archive");
}

/* ----------------------------------------------------------------- by text */

/* The bytes of the text; those as found, where a bound left text unread. */
static bool
same_text(const struct case_evidence *row, const struct given_text *given)
{
    if (row->text_sha256)
        return same(row->text_sha256, given->text_sha256);
    return same(row->sha256, given->sha256);
}

static void
match_by_text(struct verifying *verifying, size_t at)
{
    const struct case_evidence *row = &verifying->old->evidence[at];
    struct match *match = &verifying->matches[at];

    for (size_t i = 0; i < verifying->given_count; i++) {
        struct given_text *given = &verifying->given[i];

        match->stored |= same(row->sha256, given->sha256);
        if (given->is_container != is_archive(row) || !same_text(row, given))
            continue;
        if (match->kind != MATCH_NONE && !same_name(row, given))
            continue;
        match->kind = MATCH_TEXT;
        match->given = i;
    }
    if (match->kind != MATCH_NONE)
        verifying->given[match->given].claimed = true;
}

/* ----------------------------------------------------------------- by name */

/* A name without what says how it is packed. */
static struct sv
stem_of(struct sv name)
{
    static const struct sv suffixes[] = {
        { SV_LIT(".gz") },  { SV_LIT(".xz") },   { SV_LIT(".bz2") },
        { SV_LIT(".zst") }, { SV_LIT(".lzma") }, { SV_LIT(".lz4") },
    };

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        if (name.len > suffixes[i].len && sv_ends(name, suffixes[i]))
            return sv_head(name, name.len - suffixes[i].len);
    }
    return name;
}

static struct sv
last_part(struct sv *path)
{
    ptrdiff_t slash = sv_rfind_char(*path, '/');
    struct sv part = slash < 0 ? *path : sv_drop(*path, (size_t)slash + 1);

    *path = slash < 0 ? (struct sv){ NULL, 0 } : sv_head(*path, (size_t)slash);
    return part;
}

/* How many parts of the paths are the same, from the end. */
static size_t
likeness(const char *left, const char *right)
{
    struct sv a = stem_of(sv_of(left));
    struct sv b = stem_of(sv_of(right));
    size_t parts = 0;

    while (a.len && b.len && sv_eq(last_part(&a), last_part(&b)))
        parts++;
    return parts;
}

static void
match_by_name(struct verifying *verifying, size_t at, bool whole)
{
    const struct case_evidence *row = &verifying->old->evidence[at];
    struct match *match = &verifying->matches[at];
    size_t best = 0;

    for (size_t i = 0; i < verifying->given_count; i++) {
        const struct given_text *given = &verifying->given[i];
        size_t parts = likeness(row->path, given->path);

        if (given->claimed || given->is_container != is_archive(row))
            continue;
        if (whole)
            parts = same_name(row, given) ? 1 : 0;
        if (parts > best) {
            best = parts;
            match->kind = MATCH_NAME;
            match->given = i;
        }
    }
    if (best)
        verifying->given[match->given].claimed = true;
}

/* Nothing was ever read of such a row: nothing can be checked. */
static bool
is_unread(const struct case_evidence *row)
{
    return !row->sha256 && !row->text_sha256;
}

enum status
match_make(struct verifying *verifying)
{
    size_t count = verifying->old->evidence_count;

    verifying->matches = calloc(count + 1, sizeof(*verifying->matches));
    if (!verifying->matches)
        return STATUS_NOMEM;
    for (size_t i = 0; i < count; i++)
        match_by_text(verifying, i);
    for (int whole = 1; whole >= 0; whole--) {
        for (size_t i = 0; i < count; i++) {
            if (verifying->matches[i].kind == MATCH_NONE &&
                !is_unread(&verifying->old->evidence[i]))
                match_by_name(verifying, i, whole);
        }
    }
    return STATUS_OK;
}

/* ----------------------------------------------------------------- telling */

static bool
add_name(struct buf *text, const char *container, const char *path)
{
    return (!container || buf_printf(text, "%s: ", container)) &&
           buf_printf(text, "%s", path ? path : "?");
}

static bool
stands_in(const struct case_evidence *row, struct sv container)
{
    struct sv of = sv_of(row->container);

    return row->container && sv_skip_prefix(&of, container) &&
           (of.len == 0 || of.at[0] == '!');
}

/* Are all texts of this archive here, packed in whatever way? */
static bool
members_are_here(const struct verifying *verifying,
                 const struct case_evidence *archive)
{
    const struct casefile *old = verifying->old;
    struct buf name = { 0 };
    size_t members = 0;
    bool here = true;

    if (archive->container)
        buf_printf(&name, "%s!", archive->container);
    buf_printf(&name, "%s", archive->path);
    for (size_t i = 0; i < old->evidence_count; i++) {
        const struct case_evidence *row = &old->evidence[i];

        if (is_archive(row) || is_unread(row) || !stands_in(row, buf_sv(&name)))
            continue;
        members++;
        here &= verifying->matches[i].kind == MATCH_TEXT;
    }
    here = here && members && !name.failed;
    buf_clear(&name);
    return here;
}

static bool
tell_file(struct verifying *verifying, size_t at)
{
    const struct case_evidence *row = &verifying->old->evidence[at];
    const struct match *match = &verifying->matches[at];
    struct buf *text = &verifying->text;
    bool repacked = is_archive(row)
                        ? members_are_here(verifying, row)
                        : row->text_sha256 && match->kind == MATCH_TEXT;
    enum verify_verdict verdict = VERIFY_OK;

    if (!add_name(text, row->container, row->path))
        return false;
    if (match->stored)
        return verifying_tell(verifying, VERIFY_FILE, VERIFY_OK);
    if (repacked) {
        buf_printf(text, is_archive(row) ? ": its texts are here"
                                         : ": packed otherwise, as ");
        if (!is_archive(row))
            add_name(text, verifying->given[match->given].container,
                     verifying->given[match->given].path);
    } else if (match->kind == MATCH_NAME) {
        verdict = VERIFY_CHANGED;
        buf_printf(text, ": other bytes, sha256 %s instead of %s",
                   verifying->given[match->given].sha256
                       ? verifying->given[match->given].sha256
                       : "unknown",
                   row->sha256 ? row->sha256 : "unknown");
    } else {
        verdict = VERIFY_MISSING;
        buf_printf(text, ": not in what was given");
    }
    return verifying_tell(verifying, VERIFY_FILE, verdict);
}

static bool
tell_text(struct verifying *verifying, size_t at)
{
    const struct case_evidence *row = &verifying->old->evidence[at];
    const struct match *match = &verifying->matches[at];
    struct buf *text = &verifying->text;
    enum verify_verdict verdict = VERIFY_OK;

    if (!add_name(text, row->container, row->path))
        return false;
    if (match->kind == MATCH_NAME) {
        const char *now = verifying->given[match->given].text_sha256;

        verdict = VERIFY_CHANGED;
        buf_printf(text, ": other text, sha256 %s instead of %s",
                   now ? now : "unknown", row->text_sha256);
    } else if (match->kind == MATCH_NONE) {
        verdict = VERIFY_MISSING;
        buf_printf(text, ": not in what was given");
    }
    return verifying_tell(verifying, VERIFY_TEXT, verdict);
}

static const struct given_text *
given_of_fresh(const struct verifying *verifying,
               const struct case_evidence *row)
{
    for (size_t i = 0; i < verifying->given_count; i++) {
        if (!verifying->given[i].is_container &&
            same_name(row, &verifying->given[i]))
            return &verifying->given[i];
    }
    return NULL;
}

/* A log that the case knows nothing of: its lines count in what follows. */
static bool
is_extra(const struct verifying *verifying, const struct case_evidence *row)
{
    const struct given_text *given = given_of_fresh(verifying, row);

    if (!given || given->claimed || !sv_starts(sv_of(row->kind), SV("exim_")))
        return false;
    for (size_t i = 0; i < verifying->old->evidence_count; i++) {
        if (same(verifying->old->evidence[i].text_sha256, row->text_sha256))
            return false;
    }
    return true;
}

bool
match_tell(struct verifying *verifying)
{
    const struct casefile *old = verifying->old;
    const struct casefile *fresh = verifying->fresh;

    for (size_t i = 0; i < old->evidence_count; i++) {
        if (!is_unread(&old->evidence[i]) && !tell_file(verifying, i))
            return false;
    }
    for (size_t i = 0; i < fresh->evidence_count; i++) {
        const struct case_evidence *row = &fresh->evidence[i];

        if (is_extra(verifying, row) &&
            (!add_name(&verifying->text, row->container, row->path) ||
             !buf_printf(&verifying->text, ": given, and not of this case") ||
             !verifying_tell(verifying, VERIFY_FILE, VERIFY_CHANGED)))
            return false;
    }
    for (size_t i = 0; i < old->evidence_count; i++) {
        if (old->evidence[i].text_sha256 && !is_archive(&old->evidence[i]) &&
            !tell_text(verifying, i))
            return false;
    }
    return true;
}
