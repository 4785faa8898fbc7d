/* Evidence, as a stranger sends it: what is packed, and what it says. */
#include "tests/fuzz/fuzz.h"

#include "analyzer/evidence/evidence.h"
#include "analyzer/trace.h"
#include "report/model.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TEXT_MAX = 4 << 20, /* so that one input does not take all the time */
    LINE_MAX_BYTES = 4096,
    DEPTH_MAX = 6,
    MEMBERS_MAX = 200
};

/* ---------------------------------------------------------------- evidence */

struct text {
    uint64_t next_bytes; /* where the next block has to begin */
    bool open_end;       /* the last block had no newline at its end */
};

static enum status
text_begin(void *user, const struct custody *so_far, struct sv head,
           void **ret_text, bool *ret_wanted)
{
    size_t *open_texts = user;
    struct text *text = calloc(1, sizeof(*text));

    MUST(text && so_far->path && head.len <= 65536);
    ++*open_texts;
    *ret_text = text;
    *ret_wanted = true;
    return STATUS_OK;
}

static enum status
text_block(void *user, struct sv block, uint64_t offset_bytes,
           uint64_t cut_bytes)
{
    struct text *text = user;

    MUST(block.len > 0);
    MUST(offset_bytes == text->next_bytes && !text->open_end);
    text->next_bytes += block.len + cut_bytes;
    text->open_end = block.at[block.len - 1] != '\n';
    return STATUS_OK;
}

static enum status
text_end(void *user, void *ended, const struct custody *custody)
{
    size_t *open_texts = user;
    struct text *text = ended;
    size_t digits = strlen(custody->sha256);
    size_t text_digits = strlen(custody->text_sha256);

    MUST(digits == 0 || digits == 64);
    MUST(text_digits == 0 || text_digits == 64);
    MUST(custody->damaged_bytes <= custody->text_bytes);
    for (size_t i = 0; i < custody->warning_count; i++) {
        MUST(warning_topic_name(custody->warnings[i].topic));
        MUST(strlen(custody->warnings[i].text) > 0);
    }
    if (text) {
        MUST(text->next_bytes == custody->text_bytes);
        --*open_texts;
        free(text);
    }
    return STATUS_OK;
}

void
fuzz_evidence(const struct fuzz_tools *tools, struct sv input)
{
    static const struct evidence_limits limits = {
        .max_text_bytes = TEXT_MAX,
        .max_line_bytes = LINE_MAX_BYTES,
        .max_depth = DEPTH_MAX,
        .max_members = MEMBERS_MAX,
    };
    char path[FUZZ_PATH_BYTES];
    const char *paths[1] = { path };
    size_t open_texts = 0;
    const struct evidence_sink sink = { &open_texts, text_begin, text_block,
                                        text_end, NULL };
    struct evidence_list *list = NULL;
    int fd = fuzz_file(input, path);

    (void)tools;
    MUST(evidence_list_make(paths, 1, &list, NULL) == STATUS_OK);
    MUST(list->source_count + list->refused_count == 1);
    if (list->source_count)
        MUST(evidence_read(&list->sources[0], &limits, &sink, NULL) ==
             STATUS_OK);
    MUST(open_texts == 0);
    evidence_list_free(list);
    close(fd);
}

/* --------------------------------------------------------------- the whole */

static void
options_fill(struct analyze_options *options, const char *const *paths)
{
    *options = (struct analyze_options){
        .paths = paths,
        .path_count = 1,
        .jobs = 2,
        .as_of = TIME_UNKNOWN,
        .max_text_bytes = TEXT_MAX,
        .max_line_bytes = LINE_MAX_BYTES,
        .max_depth = DEPTH_MAX,
        .max_members = MEMBERS_MAX,
    };
}

static void
custody_check(const struct casefile *casefile)
{
    for (size_t i = 0; i < casefile->evidence_count; i++) {
        const struct case_evidence *file = &casefile->evidence[i];

        MUST(file->lines_parsed + file->lines_recognised +
                 file->lines_unparsed ==
             file->lines);
        MUST(file->bytes_parsed + file->bytes_recognised +
                 file->bytes_unparsed + file->bytes_damaged ==
             file->text_bytes);
    }
}

void
fuzz_analyze(const struct fuzz_tools *tools, struct sv input)
{
    char path[FUZZ_PATH_BYTES];
    const char *paths[1] = { path };
    struct analyze_options options;
    struct casefile *casefile = NULL;
    struct fault fault = { .status = STATUS_OK };
    struct buf xml = { 0 };
    xmlDoc *doc = NULL;
    int fd = fuzz_file(input, path);

    options_fill(&options, paths);
    if (analyze(&options, &casefile, &fault) == STATUS_OK) {
        custody_check(casefile);
        MUST(model_from_case(casefile, &doc, &fault) == STATUS_OK);
        MUST(model_to_xml(doc, &xml, &fault) == STATUS_OK);
        MUST(fuzz_case_round(tools, buf_sv(&xml)));
    } else {
        MUST(fault.text[0] != '\0');
    }
    xmlFreeDoc(doc);
    buf_clear(&xml);
    casefile_free(casefile);
    close(fd);
}

/* ------------------------------------------------------------------- trace */

static bool
trace_take(void *user, struct sv bytes)
{
    volatile char *seen = user;

    for (size_t i = 0; i < bytes.len; i++)
        *seen = bytes.at[i];
    return true;
}

/* The first byte is the options, the rest of its line the pattern. */
void
fuzz_trace(const struct fuzz_tools *tools, struct sv input)
{
    unsigned choice = input.len ? (unsigned char)input.at[0] : 0;
    struct sv text = sv_drop(input, 1);
    struct sv pattern = sv_cut(&text, '\n');
    char path[FUZZ_PATH_BYTES];
    const char *paths[1] = { path };
    volatile char seen = 0;
    struct trace_result result = { 0 };
    struct fault fault = { .status = STATUS_OK };
    struct buf words = { 0 };
    struct trace_options options = {
        .literal = choice & 1,
        .case_sensitive = choice & 2,
        .invert = choice & 4,
        .related = choice & 8,
        .json = choice & 16,
        .queue_seconds = choice & 32 ? 10 : -1,
    };
    int fd = fuzz_file(text, path);

    (void)tools;
    MUST(buf_add(&words, pattern) && buf_add_char(&words, '\0'));
    options_fill(&options.evidence, paths);
    options.pattern = words.at;
    if (trace(&options, trace_take, (void *)(uintptr_t)&seen, &result,
              &fault) != STATUS_OK)
        MUST(fault.text[0] != '\0');
    trace_result_clear(&result);
    buf_clear(&words);
    close(fd);
}
