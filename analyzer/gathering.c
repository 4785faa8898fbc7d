#include "analyzer/gathering.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct pass { /* one run of the readers over all sources */
    struct gathering *gathering;
    pthread_mutex_t lock; /* guards the rows and arena */
    _Atomic size_t next;
    _Atomic uint64_t done_bytes;
    _Atomic bool stop;
    enum status status; /* of the first failure, under the lock */
    struct fault fault;
};

struct source_run { /* one source on its way through one thread */
    struct pass *pass;
    size_t source;
    size_t ordinal;
};

struct open_text {
    struct source_run *run;
    struct feed *feed;
    struct ledger *ledger;
    enum log_kind kind;
};

/* -------------------------------------------------------------------- rows */

static const char *
keep(struct gathering *gathering, const char *text)
{
    return text ? arena_strdup(gathering->arena, sv_of(text)) : NULL;
}

bool
gathering_warn(struct gathering *gathering, struct gathered_text *text,
               enum warning_topic topic, int64_t line, const char *sentence)
{
    void *grown = text->warnings;

    if (!array_reserve(&grown, &text->warning_capacity, text->warning_count + 1,
                       sizeof(*text->warnings)))
        return false;
    text->warnings = grown;
    text->warnings[text->warning_count] = (struct case_warning){
        .topic = warning_topic_name(topic),
        .line = line,
        .text = keep(gathering, sentence),
    };
    text->lossy |= warning_topic_is_loss(topic);
    return text->warnings[text->warning_count++].text != NULL;
}

bool
gathering_note(struct gathering *gathering, struct gathered_text *text,
               const char *sentence)
{
    bool lossy = text->lossy;
    bool noted =
        gathering_warn(gathering, text, WARN_SKIPPED, COUNT_UNKNOWN, sentence);

    text->lossy = lossy;
    return noted;
}

static bool
fill_row(struct gathering *gathering, struct gathered_text *row,
         const struct custody *custody)
{
    row->path = keep(gathering, custody->path);
    row->container = keep(gathering, custody->container);
    row->compression = keep(gathering, custody->compression);
    row->sha256 = custody->sha256[0] ? keep(gathering, custody->sha256) : NULL;
    row->text_sha256 =
        custody->text_sha256[0] ? keep(gathering, custody->text_sha256) : NULL;
    row->stored_bytes = custody->stored_bytes;
    row->text_bytes = custody->is_container ? 0 : custody->text_bytes;
    row->damaged_bytes = custody->damaged_bytes;
    row->is_container = custody->is_container;
    for (size_t i = 0; i < custody->warning_count; i++) {
        const struct custody_warning *warning = &custody->warnings[i];

        if (!gathering_warn(gathering, row, warning->topic,
                            warning->line ? (int64_t)warning->line
                                          : COUNT_UNKNOWN,
                            warning->text))
            return false;
    }
    return row->path != NULL;
}

static struct gathered_text *
add_row(struct gathering *gathering)
{
    void *grown = gathering->texts;
    struct gathered_text *row;

    if (gathering->text_count >= UINT32_MAX - 1 ||
        !array_reserve(&grown, &gathering->text_capacity,
                       gathering->text_count + 1, sizeof(*row)))
        return NULL;
    gathering->texts = grown;
    row = &gathering->texts[gathering->text_count++];
    *row = (struct gathered_text){ 0 };
    return row;
}

/* -------------------------------------------------------------------- sink */

static void
open_text_free(struct open_text *open)
{
    if (!open)
        return;
    feed_free(open->feed);
    ledger_free(open->ledger);
    free(open);
}

static bool
kind_is_log(enum log_kind kind)
{
    return kind == LOG_EXIM_MAIN || kind == LOG_EXIM_REJECT ||
           kind == LOG_EXIM_PANIC;
}

static enum status
sink_begin(void *user, const struct custody *so_far, struct sv head,
           void **ret_text, bool *ret_wanted)
{
    struct open_text *open = calloc(1, sizeof(*open));

    (void)so_far;
    if (!open)
        return STATUS_NOMEM;
    open->run = user;
    open->kind = head.len ? reader_sniff(head) : LOG_EMPTY;
    *ret_wanted = kind_is_log(open->kind);
    if (*ret_wanted) {
        open->ledger = ledger_new();
        if (open->ledger)
            open->feed = feed_new(open->ledger, 0, open->kind);
        if (!open->feed ||
            ledger_open_text(open->ledger, 0, open->kind) != STATUS_OK) {
            open_text_free(open);
            return STATUS_NOMEM;
        }
    }
    *ret_text = open;
    return STATUS_OK;
}

static enum status
sink_block(void *text, struct sv block, uint64_t offset_bytes,
           uint64_t cut_bytes)
{
    struct open_text *open = text;
    struct pass *pass = open->run->pass;

    if (atomic_load_explicit(&pass->stop, memory_order_relaxed))
        return STATUS_END;
    atomic_fetch_add_explicit(&pass->done_bytes, block.len,
                              memory_order_relaxed);
    return feed_block(open->feed, block, offset_bytes, cut_bytes);
}

/* A text that is no log is said so; it is not an error. */
static bool
note_kind(struct gathering *gathering, struct gathered_text *row)
{
    static const char *const sentences[LOG_KIND_COUNT] = {
        [LOG_UNKNOWN] = "not an Exim log: left aside",
        [LOG_EMPTY] = "empty",
        [LOG_BINARY] = "not a text: left aside",
    };

    if (row->is_container || !sentences[row->kind] || row->source == SIZE_MAX)
        return true;
    return gathering_note(gathering, row, sentences[row->kind]);
}

static enum status
sink_end(void *user, void *text, const struct custody *custody)
{
    struct source_run *run = user;
    struct open_text *open = text;
    struct gathering *gathering = run->pass->gathering;
    enum status status = STATUS_NOMEM;
    struct gathered_text *row;

    if (open && open->feed && feed_end(open->feed) != STATUS_OK) {
        open_text_free(open);
        return STATUS_NOMEM;
    }
    pthread_mutex_lock(&run->pass->lock);
    row = add_row(gathering);
    if (row && fill_row(gathering, row, custody)) {
        row->source = run->source;
        row->ordinal = run->ordinal++;
        row->kind = open ? open->kind : LOG_UNKNOWN;
        if (open) {
            row->ledger = open->ledger;
            open->ledger = NULL;
        }
        status = note_kind(gathering, row) ? STATUS_OK : STATUS_NOMEM;
    }
    pthread_mutex_unlock(&run->pass->lock);
    open_text_free(open);
    return status;
}

/* ----------------------------------------------------------------- threads */

static void
pass_fail(struct pass *pass, enum status status, const struct fault *fault)
{
    pthread_mutex_lock(&pass->lock);
    if (pass->status == STATUS_OK) {
        pass->status = status;
        pass->fault = *fault;
    }
    pthread_mutex_unlock(&pass->lock);
    atomic_store(&pass->stop, true);
}

static void *
read_sources(void *user)
{
    struct pass *pass = user;
    const struct gathering *gathering = pass->gathering;

    for (;;) {
        struct source_run run = { .pass = pass,
                                  .source = atomic_fetch_add(&pass->next, 1) };
        struct evidence_sink sink = { .user = &run,
                                      .begin = sink_begin,
                                      .block = sink_block,
                                      .end = sink_end };
        struct fault fault = { 0 };
        enum status status;

        if (run.source >= gathering->list->source_count ||
            atomic_load(&pass->stop))
            return NULL;
        status = evidence_read(&gathering->list->sources[run.source],
                               &gathering->limits, &sink, &fault);
        if (status != STATUS_OK)
            pass_fail(pass, status, &fault);
    }
}

static unsigned
jobs_of(const struct gathering *gathering)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = gathering->options->jobs ? gathering->options->jobs
                  : cores > 0              ? (size_t)cores
                                           : 1;

    if (jobs > gathering->list->source_count)
        jobs = gathering->list->source_count;
    return jobs > 64 ? 64 : (unsigned)jobs;
}

static uint64_t
all_bytes_of(const struct gathering *gathering)
{
    uint64_t bytes = 0;

    for (size_t i = 0; i < gathering->list->source_count; i++)
        bytes += gathering->list->sources[i].size_bytes;
    return bytes;
}

/* The caller's thread tells how far it is, so that only one ever does. */
static void
tell(struct pass *pass, uint64_t all_bytes)
{
    const struct analyze_progress *progress =
        &pass->gathering->options->progress;

    if (progress->tell)
        progress->tell(progress->user, atomic_load(&pass->done_bytes),
                       all_bytes, 0);
}

static void
run_threads(struct pass *pass, unsigned jobs)
{
    pthread_t threads[64];
    unsigned started = 0;
    uint64_t all_bytes = all_bytes_of(pass->gathering);

    /* With someone waiting, all gathering is done beside this thread. */
    while (started + (pass->gathering->options->progress.tell ? 0 : 1) < jobs &&
           pthread_create(&threads[started], NULL, read_sources, pass) == 0)
        started++;
    if (!started || !pass->gathering->options->progress.tell)
        read_sources(pass);
    for (unsigned i = 0; i < started; i++) {
        struct timespec until;
        int waited;

        do {
            tell(pass, all_bytes);
            clock_gettime(CLOCK_REALTIME, &until);
            until.tv_nsec += 200000000;
            if (until.tv_nsec >= 1000000000) {
                until.tv_nsec -= 1000000000;
                until.tv_sec++;
            }
            waited = pthread_timedjoin_np(threads[i], NULL, &until);
        } while (waited == ETIMEDOUT);
    }
    tell(pass, all_bytes);
}

/* ------------------------------------------------------------------- stdin */

/* What comes by a pipe is kept in memory, as its lines may be cited. */
static enum status
hold_stdin(struct fault *fault)
{
    char block[65536];
    ssize_t got;
    int file;

    if (lseek(STDIN_FILENO, 0, SEEK_CUR) >= 0)
        return STATUS_OK;
    file = memfd_create("stdin", MFD_CLOEXEC);
    if (file < 0)
        return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
    while ((got = read(STDIN_FILENO, block, sizeof(block))) > 0) {
        for (ssize_t at = 0; at < got;) {
            ssize_t put = write(file, block + at, (size_t)(got - at));

            if (put < 0) {
                close(file);
                return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
            }
            at += put;
        }
    }
    if (got < 0 || lseek(file, 0, SEEK_SET) < 0 ||
        dup2(file, STDIN_FILENO) < 0) {
        close(file);
        return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
    }
    close(file);
    return STATUS_OK;
}

static enum status
rewind_stdin(const struct gathering *gathering, struct fault *fault)
{
    for (size_t i = 0; i < gathering->list->source_count; i++) {
        if (gathering->list->sources[i].is_stdin &&
            lseek(STDIN_FILENO, 0, SEEK_SET) < 0)
            return fault_set(fault, STATUS_IO, "-: %s", strerror(errno));
    }
    return STATUS_OK;
}

/* -------------------------------------------------------------------- make */

static enum status
list_sources(struct gathering *gathering, struct fault *fault)
{
    enum status status = evidence_list_make(gathering->options->paths,
                                            gathering->options->path_count,
                                            &gathering->list, fault);

    if (status != STATUS_OK)
        return status;
    for (size_t i = 0; i < gathering->list->refused_count; i++) {
        struct gathered_text *row = add_row(gathering);

        if (!row || !fill_row(gathering, row, &gathering->list->refused[i]))
            return STATUS_NOMEM;
        row->source = SIZE_MAX;
    }
    for (size_t i = 0; i < gathering->list->source_count; i++) {
        if (gathering->list->sources[i].is_stdin &&
            (status = hold_stdin(fault)) != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static int
text_name_order(const struct gathered_text *a, const struct gathered_text *b)
{
    int order = sv_cmp(sv_of(a->container), sv_of(b->container));

    if (!order)
        order = sv_cmp(sv_of(a->path), sv_of(b->path));
    if (!order)
        order = sv_cmp(sv_of(a->sha256), sv_of(b->sha256));
    if (!order && a->ordinal != b->ordinal)
        order = a->ordinal < b->ordinal ? -1 : 1;
    return order;
}

static int
row_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;

    return text_name_order(&gathering->texts[*(const uint32_t *)left],
                           &gathering->texts[*(const uint32_t *)right]);
}

/*
 * Texts are numbered in the order of their times, equal ones by what is in
 * them: all that has to choose between places chooses by that.
 */
static int
text_order(const void *left, const void *right)
{
    const struct gathered_text *a = left;
    const struct gathered_text *b = right;
    const struct ledger_text *ta, *tb;

    if (!a->ledger || !b->ledger)
        return a->ledger ? -1 : b->ledger ? 1 : text_name_order(a, b);
    ta = &a->ledger->texts[0];
    tb = &b->ledger->texts[0];
    if (ta->first_ms != tb->first_ms)
        return ta->first_ms < tb->first_ms ? -1 : 1;
    if (ta->last_ms != tb->last_ms)
        return ta->last_ms < tb->last_ms ? -1 : 1;
    if (!sv_eq(sv_of(a->text_sha256), sv_of(b->text_sha256)))
        return sv_cmp(sv_of(a->text_sha256), sv_of(b->text_sha256));
    return text_name_order(a, b);
}

static enum status
sort_rows(struct gathering *gathering)
{
    gathering->rows =
        calloc(gathering->text_count + 1, sizeof(*gathering->rows));
    if (!gathering->rows)
        return STATUS_NOMEM;
    if (gathering->text_count)
        qsort(gathering->texts, gathering->text_count,
              sizeof(*gathering->texts), text_order);
    for (size_t i = 0; i < gathering->text_count; i++)
        gathering->rows[i] = (uint32_t)i;
    qsort_r(gathering->rows, gathering->text_count, sizeof(*gathering->rows),
            row_order, gathering);
    for (size_t i = 0; i < gathering->text_count; i++)
        gathering->texts[gathering->rows[i]].row = i;
    return STATUS_OK;
}

static int
same_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;
    const struct gathered_text *a = &gathering->texts[*(const uint32_t *)left];
    const struct gathered_text *b = &gathering->texts[*(const uint32_t *)right];
    int order = sv_cmp(sv_of(a->text_sha256), sv_of(b->text_sha256));

    return order ? order : a->row < b->row ? -1 : a->row > b->row;
}

static bool
say_duplicate(struct gathering *gathering, struct gathered_text *text,
              const struct gathered_text *first)
{
    struct buf sentence = { 0 };
    bool said = buf_printf(&sentence, "the same text as %s: counted once",
                           first->path) &&
                gathering_warn(gathering, text, WARN_DUPLICATE, COUNT_UNKNOWN,
                               sentence.at);

    buf_clear(&sentence);
    text->duplicate = true;
    return said;
}

/* Of texts with the same bytes the first in the table counts. */
static enum status
drop_duplicates(struct gathering *gathering)
{
    uint32_t *order = calloc(gathering->text_count + 1, sizeof(*order));
    enum status status = STATUS_OK;
    size_t count = 0;

    if (!order)
        return STATUS_NOMEM;
    for (size_t i = 0; i < gathering->text_count; i++) {
        if (gathering->texts[i].ledger && gathering->texts[i].text_sha256)
            order[count++] = (uint32_t)i;
    }
    qsort_r(order, count, sizeof(*order), same_order, gathering);
    for (size_t i = 1, first = 0; i < count && status == STATUS_OK; i++) {
        struct gathered_text *text = &gathering->texts[order[i]];
        const struct gathered_text *before = &gathering->texts[order[first]];

        if (!sv_eq(sv_of(before->text_sha256), sv_of(text->text_sha256)))
            first = i;
        else if (!say_duplicate(gathering, text, before))
            status = STATUS_NOMEM;
    }
    free(order);
    return status;
}

static bool
anything_read(const struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->text_count; i++) {
        if (gathering->texts[i].ledger)
            return true;
    }
    return false;
}

static enum status
say_nothing_read(const struct gathering *gathering, struct fault *fault)
{
    if (!gathering->text_count)
        return fault_set(fault, STATUS_IO,
                         "no file was found in what was given; name the "
                         "folder or the files that hold Exim's logs");
    for (size_t i = 0; i < gathering->text_count; i++) {
        const struct gathered_text *row = &gathering->texts[gathering->rows[i]];

        if (row->warning_count)
            return fault_set(fault, STATUS_IO,
                             "no Exim log could be read; %s: %s", row->path,
                             row->warnings[0].text);
    }
    return fault_set(fault, STATUS_IO, "no Exim log could be read");
}

static enum status
gathering_run(struct gathering *gathering, struct fault *fault)
{
    struct pass pass = { .gathering = gathering };
    enum status status = list_sources(gathering, fault);

    if (status != STATUS_OK)
        return status;
    status = rewind_stdin(gathering, fault);
    if (status != STATUS_OK)
        return status;
    if (pthread_mutex_init(&pass.lock, NULL) != 0)
        return STATUS_NOMEM;
    run_threads(&pass, jobs_of(gathering));
    pthread_mutex_destroy(&pass.lock);
    if (pass.status != STATUS_OK) {
        if (fault)
            *fault = pass.fault;
        return pass.status;
    }
    if (sort_rows(gathering) != STATUS_OK)
        return STATUS_NOMEM;
    if (!anything_read(gathering))
        return say_nothing_read(gathering, fault);
    if (drop_duplicates(gathering) != STATUS_OK ||
        gathering_name_servers(gathering) != STATUS_OK)
        return STATUS_NOMEM;
    return gathering_drop_overlaps(gathering, fault);
}

enum status
gathering_make(const struct analyze_options *options,
               struct gathering **ret_gathering, struct fault *fault)
{
    struct gathering *gathering = calloc(1, sizeof(*gathering));
    enum status status = STATUS_NOMEM;

    if (!gathering)
        return STATUS_NOMEM;
    gathering->options = options;
    gathering->limits = (struct evidence_limits){
        .max_ratio = options->max_ratio,
        .max_text_bytes = options->max_text_bytes,
        .max_line_bytes = options->max_line_bytes,
        .max_depth = options->max_depth,
        .max_members = options->max_members,
    };
    gathering->arena = arena_new();
    if (gathering->arena)
        status = gathering_run(gathering, fault);
    if (status != STATUS_OK) {
        gathering_free(gathering);
        return status;
    }
    *ret_gathering = gathering;
    return STATUS_OK;
}

void
gathering_free(struct gathering *gathering)
{
    if (!gathering)
        return;
    for (size_t i = 0; i < gathering->text_count; i++) {
        free(gathering->texts[i].warnings);
        ledger_free(gathering->texts[i].ledger);
    }
    free(gathering->texts);
    free(gathering->rows);
    evidence_list_free(gathering->list);
    arena_free(gathering->arena);
    free(gathering);
}
