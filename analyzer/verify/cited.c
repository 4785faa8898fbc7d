/* The cited lines, each looked for where the case says that it stands. */
#include "analyzer/verify/verifying.h"

#include "analyzer/evidence/hash.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_KEEP 16384 /* of a line that a case shows */

/* -------------------------------------------------------------- collecting */

static bool
add_line(struct verifying *verifying, const struct case_citation *citation,
         const char *what, size_t claim)
{
    void *grown = verifying->lines;

    if (!array_reserve(&grown, &verifying->line_capacity,
                       verifying->line_count + 1, sizeof(*verifying->lines)))
        return false;
    verifying->lines = grown;
    verifying->lines[verifying->line_count++] = (struct cited_line){
        .citation = citation,
        .verdict = VERIFY_MISSING,
        .why = "its text is not in what was given",
        .what = what,
        .claim = claim,
    };
    return true;
}

/* "F1 claim 2 (many_networks)": lives as long as the verification. */
static const char *
label(struct verifying *verifying, const char *id, const char *part,
      size_t number, const char *name)
{
    struct buf text = { 0 };
    const char *kept = NULL;

    if (buf_printf(&text, "%s%s%s", id, *id ? " " : "", part) &&
        (!number || buf_printf(&text, " %zu", number)) &&
        (!name || buf_printf(&text, " (%s)", name)))
        kept = arena_strdup(verifying->arena, buf_sv(&text));
    buf_clear(&text);
    return kept;
}

static bool
add_lines(struct verifying *verifying, const struct case_citation *citations,
          size_t count, const char *what, size_t claim)
{
    for (size_t i = 0; what && i < count; i++) {
        if (!add_line(verifying, &citations[i], what, claim))
            return false;
    }
    return what != NULL;
}

static bool
add_finding(struct verifying *verifying, const struct case_finding *finding)
{
    const char *id = finding->id ? finding->id : "";
    bool added = true;

    for (size_t i = 0; added && i < finding->claim_count; i++)
        added = add_lines(
            verifying, finding->claims[i].citations,
            finding->claims[i].citation_count,
            label(verifying, id, "claim", i + 1, finding->claims[i].rule),
            verifying->claim_count++);
    for (size_t i = 0; added && i < finding->timeline_count; i++)
        added = add_lines(
            verifying, finding->timeline[i].citations,
            finding->timeline[i].citation_count,
            label(verifying, id, "timeline", i + 1, finding->timeline[i].what),
            SIZE_MAX);
    for (size_t i = 0; added && i < finding->sample_count; i++)
        added = add_lines(verifying, finding->samples[i].lines,
                          finding->samples[i].line_count,
                          label(verifying, id, "sample", i + 1,
                                finding->samples[i].message_id),
                          SIZE_MAX);
    return added;
}

enum status
cited_collect(struct verifying *verifying)
{
    const struct casefile *old = verifying->old;

    for (size_t i = 0; i < old->finding_count; i++) {
        if (!add_finding(verifying, &old->findings[i]))
            return STATUS_NOMEM;
    }
    for (size_t i = 0; i < old->shape_count; i++) {
        if (!add_lines(verifying, &old->shapes[i].sample, 1,
                       label(verifying, "", "shape", i + 1, NULL), SIZE_MAX))
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}

/* ----------------------------------------------------------------- reading */

struct wanted { /* a line, and where it should be */
    size_t source;
    size_t ordinal;
    int64_t offset;
    struct cited_line *line;
};

struct citing {            /* one source on its way */
    struct wanted *wanted; /* of this source, in order */
    size_t count;
    size_t at;
    size_t ordinal; /* of the text that is open */
    int64_t lines;  /* that ended before this block */
    struct buf shown;
};

static int
wanted_order(const void *left, const void *right)
{
    const struct wanted *a = left;
    const struct wanted *b = right;

    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    if (a->ordinal != b->ordinal)
        return a->ordinal < b->ordinal ? -1 : 1;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

static void
judge(struct cited_line *line, enum verify_verdict verdict, const char *why)
{
    line->verdict = verdict;
    line->why = why;
}

static bool
hash_hex(struct sv bytes, char hex[65])
{
    struct hash *hash = hash_new();
    bool hashed = hash && hash_add(hash, bytes) && hash_finish(hash, hex);

    hash_free(hash);
    return hashed;
}

/* Is this the line that the case shows? */
static bool
judge_line(struct citing *citing, struct cited_line *line, struct sv bytes)
{
    const struct case_citation *citation = line->citation;
    char hex[65];

    if (bytes.len && bytes.at[bytes.len - 1] == '\r')
        bytes.len--;
    citing->shown.len = 0;
    if (!hash_hex(bytes, hex) ||
        !sv_printable(sv_head(bytes, LINE_KEEP), &citing->shown))
        return false;
    if (citation->sha256 && strcmp(citation->sha256, hex) != 0)
        judge(line, VERIFY_CHANGED, "another line stands there");
    else if (!sv_eq(buf_sv(&citing->shown), sv_of(citation->text)))
        judge(line, VERIFY_CHANGED, "the case words it otherwise");
    else
        judge(line, VERIFY_OK, NULL);
    return true;
}

static int64_t
newlines_in(struct sv text)
{
    int64_t count = 0;

    while (text.len) {
        ptrdiff_t at = sv_find_char(text, '\n');

        if (at < 0)
            break;
        count++;
        text = sv_drop(text, (size_t)at + 1);
    }
    return count;
}

static enum status
citing_begin(void *user, const struct custody *so_far, struct sv head,
             void **ret_text, bool *ret_wanted)
{
    struct citing *citing = user;

    (void)so_far;
    (void)head;
    citing->lines = 0;
    *ret_wanted = citing->at < citing->count &&
                  citing->wanted[citing->at].ordinal == citing->ordinal;
    *ret_text = *ret_wanted ? citing : NULL;
    return STATUS_OK;
}

static enum status
citing_block(void *text, struct sv block, uint64_t offset, uint64_t cut_bytes)
{
    struct citing *citing = text;
    size_t counted = 0; /* of the block, into `lines` */

    (void)cut_bytes;
    for (; citing->at < citing->count; citing->at++) {
        const struct wanted *wanted = &citing->wanted[citing->at];
        uint64_t in_block = (uint64_t)wanted->offset - offset;
        struct sv rest;

        if (wanted->ordinal != citing->ordinal ||
            (uint64_t)wanted->offset >= offset + block.len)
            break;
        if ((uint64_t)wanted->offset < offset ||
            (in_block && block.at[in_block - 1] != '\n')) {
            judge(wanted->line, VERIFY_CHANGED, "no line begins there");
            continue;
        }
        citing->lines +=
            newlines_in(sv_drop(sv_head(block, (size_t)in_block), counted));
        counted = (size_t)in_block;
        rest = sv_drop(block, (size_t)in_block);
        if (wanted->line->citation->line != citing->lines + 1)
            judge(wanted->line, VERIFY_CHANGED, "its line has another number");
        else if (!judge_line(citing, wanted->line, sv_cut(&rest, '\n')))
            return STATUS_NOMEM;
    }
    citing->lines += newlines_in(sv_drop(block, counted));
    return STATUS_OK;
}

static enum status
citing_end(void *user, void *text, const struct custody *custody)
{
    struct citing *citing = user;

    (void)text;
    (void)custody;
    while (citing->at < citing->count &&
           citing->wanted[citing->at].ordinal == citing->ordinal)
        judge(citing->wanted[citing->at++].line, VERIFY_MISSING,
              "the text ends before it");
    citing->ordinal++;
    return STATUS_OK;
}

static enum status
read_source(struct verifying *verifying, struct wanted *wanted, size_t count,
            struct fault *fault)
{
    const struct evidence_source *source =
        &verifying->list->sources[wanted->source];
    struct citing citing = { .wanted = wanted, .count = count };
    struct evidence_sink sink = { .user = &citing,
                                  .begin = citing_begin,
                                  .block = citing_block,
                                  .end = citing_end };
    enum status status;

    if (source->is_stdin && lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
        return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
    status = evidence_read(source, &verifying->limits, &sink, fault);
    buf_clear(&citing.shown);
    return status;
}

/* A case may come from anyone: its numbers are looked at first. */
static size_t
place_lines(struct verifying *verifying, struct wanted *wanted)
{
    size_t count = 0;

    for (size_t i = 0; i < verifying->line_count; i++) {
        struct cited_line *line = &verifying->lines[i];
        int64_t row = line->citation->evidence;
        const struct match *match = NULL;

        if (row < 0 || (uint64_t)row >= verifying->old->evidence_count ||
            line->citation->offset < 0) {
            judge(line, VERIFY_MISSING, "the case names no such text");
            continue;
        }
        match = &verifying->matches[row];
        if (match->kind == MATCH_NONE)
            continue;
        wanted[count++] = (struct wanted){
            .source = verifying->given[match->given].source,
            .ordinal = verifying->given[match->given].ordinal,
            .offset = line->citation->offset,
            .line = line,
        };
    }
    return count;
}

enum status
cited_read(struct verifying *verifying, struct fault *fault)
{
    struct wanted *wanted = calloc(verifying->line_count + 1, sizeof(*wanted));
    enum status status = STATUS_OK;
    size_t count;

    if (!wanted)
        return STATUS_NOMEM;
    count = place_lines(verifying, wanted);
    qsort(wanted, count, sizeof(*wanted), wanted_order);
    for (size_t from = 0; status == STATUS_OK && from < count;) {
        size_t to = from;

        while (to < count && wanted[to].source == wanted[from].source)
            to++;
        status = read_source(verifying, wanted + from, to - from, fault);
        from = to;
    }
    free(wanted);
    return status;
}

/* ----------------------------------------------------------------- telling */

static bool
tell_line(struct verifying *verifying, const struct cited_line *line)
{
    const struct casefile *old = verifying->old;
    int64_t row = line->citation->evidence;
    const char *path = row >= 0 && (uint64_t)row < old->evidence_count
                           ? old->evidence[row].path
                           : NULL;

    buf_printf(&verifying->text, "%s: %s line %lld%s%s", line->what,
               path ? path : "?", (long long)line->citation->line,
               line->why ? ": " : "", line->why ? line->why : "");
    return verifying_tell(verifying, VERIFY_CITATION, line->verdict);
}

/* Lines of one claim stand together; it fails with the worst of them. */
static bool
tell_claim(struct verifying *verifying, size_t from, size_t to)
{
    enum verify_verdict worst = VERIFY_OK;
    size_t good = 0;

    for (size_t i = from; i < to; i++) {
        if (verifying->lines[i].verdict > worst)
            worst = verifying->lines[i].verdict;
        good += verifying->lines[i].verdict == VERIFY_OK;
    }
    buf_printf(&verifying->text, "%s: %zu of %zu lines",
               verifying->lines[from].what, good, to - from);
    return verifying_tell(verifying, VERIFY_CLAIM, worst);
}

bool
cited_tell(struct verifying *verifying)
{
    for (size_t i = 0; i < verifying->line_count; i++) {
        if (!tell_line(verifying, &verifying->lines[i]))
            return false;
    }
    for (size_t from = 0, to; from < verifying->line_count; from = to) {
        size_t claim = verifying->lines[from].claim;

        to = from + 1;
        while (to < verifying->line_count &&
               verifying->lines[to].claim == claim)
            to++;
        if (claim != SIZE_MAX && !tell_claim(verifying, from, to))
            return false;
    }
    return true;
}
