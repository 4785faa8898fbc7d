#define PCRE2_CODE_UNIT_WIDTH 8

#include "analyzer/trace/match.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

/* Bounds of one match on one line. */
#define MATCH_STEPS 1000000
#define MATCH_DEPTH 100000
#define MATCH_HEAP_KIB (32 * 1024)
#define JIT_STACK_MIN (32 * 1024)
#define JIT_STACK_MAX (1024 * 1024)
#define RUN_MIN 2 /* shorter ones are everywhere */

struct matcher {
    pcre2_code *line; /* decides on a line */
    pcre2_code *scan; /* a text without which no line matches; or NULL */
    pcre2_match_data *data;
    pcre2_match_context *bounds;
    pcre2_jit_stack *stack;
    bool line_jit;
    bool scan_jit;
};

/* -------------------------------------------------- what must be in a line */

struct run { /* a stretch of the pattern that stands for itself */
    struct buf bytes;
    struct buf longest;
};

static bool
run_end(struct run *run)
{
    if (run->bytes.len > run->longest.len) {
        run->longest.len = 0;
        if (!buf_add(&run->longest, buf_sv(&run->bytes)))
            return false;
    }
    run->bytes.len = 0;
    return true;
}

/* What a sign of the pattern does to the stretch of plain bytes before it. */
enum run_step {
    RUN_KEEP = 0, /* the byte stands for itself */
    RUN_BREAK,    /* ends the stretch */
    RUN_UNSURE,   /* the byte before may be missing */
    RUN_GIVE_UP,
};

static const enum run_step run_steps[256] = {
    ['.'] = RUN_BREAK,   ['^'] = RUN_BREAK,    ['$'] = RUN_BREAK,
    ['+'] = RUN_BREAK,   ['*'] = RUN_UNSURE,   ['?'] = RUN_UNSURE,
    ['{'] = RUN_GIVE_UP, ['}'] = RUN_GIVE_UP,  ['('] = RUN_GIVE_UP,
    [')'] = RUN_GIVE_UP, ['['] = RUN_GIVE_UP,  [']'] = RUN_GIVE_UP,
    ['|'] = RUN_GIVE_UP, ['\n'] = RUN_GIVE_UP, ['\0'] = RUN_GIVE_UP,
};

static bool
byte_is_word(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= 'a' && byte <= 'z') || byte >= 0x80;
}

/* A backslash and what follows: the byte itself, or a class without length
 * bounds that we know; all else is left to PCRE2. */
static enum run_step
run_escape(unsigned char byte)
{
    if (!byte_is_word(byte))
        return byte == '\n' || !byte ? RUN_GIVE_UP : RUN_KEEP;
    return strchr("dDsSwWbB", byte) ? RUN_BREAK : RUN_GIVE_UP;
}

/*
 * The longest text that every match holds, read from the plain parts of the
 * pattern; empty when the pattern is beyond that. False: out of memory.
 */
static bool
required_text(struct sv pattern, struct buf *out)
{
    struct run run = { 0 };
    bool ok = true;
    bool known = true;

    for (size_t i = 0; ok && known && i < pattern.len; i++) {
        unsigned char byte = (unsigned char)pattern.at[i];
        enum run_step step = run_steps[byte];

        if (byte == '\\' && ++i < pattern.len) {
            byte = (unsigned char)pattern.at[i];
            step = run_escape(byte);
        }
        if (step == RUN_UNSURE && run.bytes.len)
            run.bytes.len--;
        if (step == RUN_KEEP)
            ok = buf_add_char(&run.bytes, (char)byte);
        else
            ok = run_end(&run);
        known = step != RUN_GIVE_UP;
    }
    ok = ok && run_end(&run);
    if (ok && known && run.longest.len >= RUN_MIN)
        ok = buf_add(out, buf_sv(&run.longest));
    buf_clear(&run.bytes);
    buf_clear(&run.longest);
    return ok;
}

/* --------------------------------------------------------------- compiling */

static enum status
code_compile(struct sv pattern, uint32_t flags, pcre2_code **ret_code,
             bool *ret_jit, struct fault *fault)
{
    int error = 0;
    size_t at = 0;
    unsigned char text[256] = "";
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_code *code;

    if (!context)
        return STATUS_NOMEM;
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    code = pcre2_compile((PCRE2_SPTR)(pattern.at ? pattern.at : ""),
                         pattern.len, flags, &error, &at, context);
    pcre2_compile_context_free(context);
    if (!code && error == PCRE2_ERROR_HEAP_FAILED)
        return STATUS_NOMEM;
    if (!code) {
        pcre2_get_error_message(error, text, sizeof(text));
        return fault_set(fault, STATUS_USAGE,
                         "the pattern is not valid: %s at its byte %zu",
                         (const char *)text, at + 1);
    }
    *ret_jit = pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
    *ret_code = code;
    return STATUS_OK;
}

static bool
matcher_prepare(struct matcher *matcher)
{
    matcher->data = pcre2_match_data_create(1, NULL);
    matcher->bounds = pcre2_match_context_create(NULL);
    if (!matcher->data || !matcher->bounds)
        return false;
    pcre2_set_match_limit(matcher->bounds, MATCH_STEPS);
    pcre2_set_depth_limit(matcher->bounds, MATCH_DEPTH);
    pcre2_set_heap_limit(matcher->bounds, MATCH_HEAP_KIB);
    if (!matcher->line_jit)
        return true;
    matcher->stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL);
    if (!matcher->stack)
        return false;
    pcre2_jit_stack_assign(matcher->bounds, NULL, matcher->stack);
    return true;
}

enum status
matcher_new(struct sv pattern, bool literal, bool case_sensitive,
            struct matcher **ret_matcher, struct fault *fault)
{
    enum status status = STATUS_NOMEM;
    uint32_t caseless = case_sensitive ? 0 : PCRE2_CASELESS;
    struct buf required = { 0 };
    struct matcher *matcher = calloc(1, sizeof(*matcher));

    if (!matcher)
        goto out;
    status = code_compile(
        pattern,
        caseless | (literal ? PCRE2_LITERAL
                            : PCRE2_NEVER_UTF | PCRE2_NEVER_BACKSLASH_C),
        &matcher->line, &matcher->line_jit, fault);
    if (status)
        goto out;
    status = STATUS_NOMEM;
    if (!matcher_prepare(matcher))
        goto out;
    if (!(literal ? buf_add(&required, pattern)
                  : required_text(pattern, &required)))
        goto out;
    if (required.len) {
        status = code_compile(buf_sv(&required), caseless | PCRE2_LITERAL,
                              &matcher->scan, &matcher->scan_jit, fault);
        if (status)
            goto out;
    }

    *ret_matcher = matcher;
    matcher = NULL;
    status = STATUS_OK;
out:
    if (status == STATUS_NOMEM)
        fault_set(fault, STATUS_NOMEM, "out of memory");
    buf_clear(&required);
    matcher_free(matcher);
    return status;
}

void
matcher_free(struct matcher *matcher)
{
    if (!matcher)
        return;
    pcre2_code_free(matcher->line);
    pcre2_code_free(matcher->scan);
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->bounds);
    pcre2_jit_stack_free(matcher->stack);
    free(matcher);
}

/* ---------------------------------------------------------------- matching */

static int
code_match(struct matcher *matcher, const pcre2_code *code, bool jit,
           struct sv text, size_t from)
{
    PCRE2_SPTR at = (PCRE2_SPTR)(text.at ? text.at : "");
    int found = PCRE2_ERROR_JIT_STACKLIMIT;

    if (jit)
        found = pcre2_jit_match(code, at, text.len, from, 0, matcher->data,
                                matcher->bounds);
    if (found == PCRE2_ERROR_JIT_STACKLIMIT)
        found = pcre2_match(code, at, text.len, from, PCRE2_NO_JIT,
                            matcher->data, matcher->bounds);
    return found;
}

size_t
matcher_next(struct matcher *matcher, struct sv block, size_t from)
{
    int found;

    if (!matcher->scan)
        return from;
    found = code_match(matcher, matcher->scan, matcher->scan_jit, block, from);
    if (found == PCRE2_ERROR_NOMATCH)
        return block.len;
    if (found < 0)
        return from; /* a scan that gives up leaves it to the line's match */
    return pcre2_get_ovector_pointer(matcher->data)[0];
}

bool
matcher_skips(const struct matcher *matcher)
{
    return matcher->scan != NULL;
}

enum status
matcher_line(struct matcher *matcher, struct sv line, bool *ret_hit,
             struct fault *fault)
{
    int found = code_match(matcher, matcher->line, matcher->line_jit, line, 0);

    switch (found) {
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
        return fault_set(fault, STATUS_LIMIT,
                         "the pattern needs too many steps on one line; a "
                         "simpler one will do, or -l for a literal text");
    case PCRE2_ERROR_NOMEMORY:
        return fault_set(fault, STATUS_NOMEM, "out of memory");
    default:
        if (found < 0 && found != PCRE2_ERROR_NOMATCH)
            return fault_set(fault, STATUS_INTERNAL, "PCRE2 error %d", found);
        *ret_hit = found >= 0;
        return STATUS_OK;
    }
}
