#include "analyzer/cut.h"
#include "analyzer/pipe.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct task { /* a source, or a part of one; what a thread takes next */
    size_t source;
    struct cut_run *cut; /* NULL: read whole */
    unsigned part;       /* cut->cut.parts: the whole, for its hash alone */
};

struct cut_run { /* a source that several threads read */
    struct cut cut;
    size_t row;            /* of the text, SIZE_MAX before it is there */
    _Atomic unsigned left; /* tasks */
    _Atomic bool in_vain;  /* not what it was when it was cut */
};

struct pass { /* one run of the readers over all sources */
    struct gathering *gathering;
    struct task *tasks;
    size_t task_count;
    struct cut_run *cuts; /* by source */
    _Atomic int idle;     /* threads that may be had beside those at work */
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
    struct cut_run *cut;            /* NULL: read whole and once */
    bool for_hash;                  /* the lines are read by others */
    struct evidence_points *points; /* of the text that ends next */
    struct open_text *open;         /* begun and not ended */
};

struct open_text {
    struct source_run *run;
    struct feed *feed;
    struct pipe *pipe; /* NULL: fed by this thread */
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

/* Hands the feeding to a thread that has nothing else to do. */
static void
open_text_pipe(struct open_text *open)
{
    _Atomic int *idle = &open->run->pass->idle;

    if (atomic_load_explicit(idle, memory_order_relaxed) <= 0)
        return;
    if (atomic_fetch_sub(idle, 1) > 0)
        open->pipe = pipe_open(open->feed);
    if (!open->pipe)
        atomic_fetch_add(idle, 1);
}

static enum status
open_text_unpipe(struct open_text *open)
{
    enum status status;

    if (!open->pipe)
        return STATUS_OK;
    status = pipe_close(open->pipe);
    open->pipe = NULL;
    atomic_fetch_add(&open->run->pass->idle, 1);
    return status;
}

static void
open_text_free(struct open_text *open)
{
    if (!open)
        return;
    open_text_unpipe(open);
    feed_free(open->feed);
    ledger_free(open->ledger);
    free(open);
}

static bool
open_text_feed(struct open_text *open)
{
    open->ledger = ledger_new();
    if (!open->ledger ||
        ledger_open_text(open->ledger, 0, open->kind) != STATUS_OK)
        return false;
    open->feed = feed_new(open->ledger, 0, open->kind);
    return open->feed != NULL;
}

static bool
kind_is_log(enum log_kind kind)
{
    return kind == LOG_EXIM_MAIN || kind == LOG_EXIM_REJECT ||
           kind == LOG_EXIM_PANIC || kind == LOG_EXIM_REFUSALS;
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
    if (open->run->for_hash && open->kind != open->run->cut->cut.kind)
        atomic_store(&open->run->cut->in_vain, true);
    *ret_wanted = kind_is_log(open->kind) && !open->run->for_hash;
    if (*ret_wanted && !open_text_feed(open)) {
        open_text_free(open);
        return STATUS_NOMEM;
    }
    open->run->open = open;
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
    if (!open->pipe)
        open_text_pipe(open);
    return open->pipe ? pipe_block(open->pipe, block, offset_bytes, cut_bytes)
                      : feed_block(open->feed, block, offset_bytes, cut_bytes);
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

/* The feed's last lines; all of them are then in the ledger. */
static enum status
open_text_end(struct open_text *open)
{
    enum status status = open_text_unpipe(open);

    if (status == STATUS_OK && open->feed)
        status = feed_end(open->feed);
    if (open->feed)
        open->kind = feed_kind(open->feed);
    return status;
}

static enum status
end_row(struct source_run *run, struct open_text *open,
        const struct custody *custody)
{
    struct gathering *gathering = run->pass->gathering;
    struct gathered_text *row;

    if (run->cut && run->cut->row != SIZE_MAX) { /* read once more, whole */
        gathering->texts[run->cut->row].ledger = open ? open->ledger : NULL;
        return STATUS_OK;
    }
    row = add_row(gathering);
    if (!row || !fill_row(gathering, row, custody))
        return STATUS_NOMEM;
    if (run->cut)
        run->cut->row = (size_t)(row - gathering->texts);
    row->source = run->source;
    row->ordinal = run->ordinal++;
    row->kind = open ? open->kind : LOG_UNKNOWN;
    row->ledger = open ? open->ledger : NULL;
    row->points = run->points;
    run->points = NULL;
    return note_kind(gathering, row) ? STATUS_OK : STATUS_NOMEM;
}

static enum status
sink_end(void *user, void *text, const struct custody *custody)
{
    struct source_run *run = user;
    struct open_text *open = text;
    enum status status = open ? open_text_end(open) : STATUS_OK;

    if (open)
        run->open = NULL;
    if (status == STATUS_OK) {
        pthread_mutex_lock(&run->pass->lock);
        status = end_row(run, open, custody);
        pthread_mutex_unlock(&run->pass->lock);
    }
    if (status == STATUS_OK && open)
        open->ledger = NULL; /* the row's now */
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

static enum status
read_whole(struct pass *pass, const struct task *task, bool for_hash,
           struct fault *fault)
{
    const struct gathering *gathering = pass->gathering;
    struct source_run run = { .pass = pass,
                              .source = task->source,
                              .cut = task->cut,
                              .for_hash = for_hash };
    struct evidence_sink sink = { .user = &run,
                                  .begin = sink_begin,
                                  .block = sink_block,
                                  .end = sink_end,
                                  .ret_points = &run.points };
    enum status status = evidence_read(&gathering->list->sources[task->source],
                                       &gathering->limits, &sink, fault);

    open_text_free(run.open);         /* a failure came between */
    evidence_points_free(run.points); /* of a text that was not kept */
    return status;
}

static enum status
read_part(struct pass *pass, const struct task *task, struct fault *fault)
{
    const struct gathering *gathering = pass->gathering;
    struct cut *cut = &task->cut->cut;
    struct source_run run = { .pass = pass, .source = task->source };
    struct open_text *open = calloc(1, sizeof(*open));
    struct evidence_sink sink = { .user = &run, .block = sink_block };
    enum status status = STATUS_NOMEM;

    if (!open)
        return STATUS_NOMEM;
    open->run = &run;
    open->kind = cut->kind;
    if (open_text_feed(open))
        status =
            evidence_read_range(&gathering->list->sources[task->source],
                                &gathering->limits, cut_from(cut, task->part),
                                cut->ends[task->part], &sink, open, fault);
    if (status == STATUS_OK)
        status = open_text_end(open);
    if (status == STATUS_OK) {
        cut->ledgers[task->part] = open->ledger;
        open->ledger = NULL;
    } else if (status == STATUS_IO) { /* reading it whole says why */
        atomic_store(&task->cut->in_vain, true);
        status = STATUS_OK;
    }
    open_text_free(open);
    return status;
}

/* After the last task of a cut source. */
static enum status
join_parts(struct pass *pass, const struct task *task, struct fault *fault)
{
    struct cut_run *run = task->cut;
    struct ledger *ledger = NULL;
    enum status status = STATUS_DAMAGED;

    if (atomic_load(&run->in_vain))
        cut_clear(&run->cut);
    else
        status = cut_join(&run->cut, &ledger);
    if (status == STATUS_DAMAGED)
        return read_whole(pass, task, false, fault);
    if (status != STATUS_OK)
        return status;
    pthread_mutex_lock(&pass->lock);
    pass->gathering->texts[run->row].ledger = ledger;
    pthread_mutex_unlock(&pass->lock);
    return STATUS_OK;
}

static enum status
run_task(struct pass *pass, const struct task *task, struct fault *fault)
{
    enum status status;

    if (!task->cut)
        return read_whole(pass, task, false, fault);
    if (task->part == task->cut->cut.parts)
        status = read_whole(pass, task, true, fault);
    else
        status = read_part(pass, task, fault);
    if (status == STATUS_OK && atomic_fetch_sub(&task->cut->left, 1) == 1)
        status = join_parts(pass, task, fault);
    return status;
}

static void *
run_tasks(void *user)
{
    struct pass *pass = user;

    for (;;) {
        size_t next = atomic_fetch_add(&pass->next, 1);
        struct fault fault = { 0 };
        enum status status;

        if (next >= pass->task_count || atomic_load(&pass->stop))
            break;
        status = run_task(pass, &pass->tasks[next], &fault);
        if (status != STATUS_OK)
            pass_fail(pass, status, &fault);
    }
    atomic_fetch_add(&pass->idle, 1);
    return NULL;
}

static unsigned
jobs_of(const struct gathering *gathering)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    size_t jobs = gathering->options->jobs ? gathering->options->jobs
                  : cores > 0              ? (size_t)cores
                                           : 1;

    return jobs > 64 ? 64 : (unsigned)jobs;
}

static bool
add_task(struct pass *pass, size_t *capacity, struct task task)
{
    void *grown = pass->tasks;

    if (!array_reserve(&grown, capacity, pass->task_count + 1, sizeof(task)))
        return false;
    pass->tasks = grown;
    pass->tasks[pass->task_count++] = task;
    return true;
}

/*
 * One task a source; a large plain one becomes several, its parts first and
 * then the reading for its hash, which is the shortest.
 */
static bool
list_tasks(struct pass *pass, unsigned jobs)
{
    const struct evidence_list *list = pass->gathering->list;
    size_t capacity = 0;

    pass->cuts = calloc(list->source_count + 1, sizeof(*pass->cuts));
    if (!pass->cuts)
        return false;
    for (size_t i = 0; i < list->source_count; i++) {
        struct cut_run *run = &pass->cuts[i];
        struct task task = { .source = i };

        run->row = SIZE_MAX;
        if (cut_plan(&list->sources[i], &pass->gathering->limits, jobs,
                     &run->cut)) {
            task.cut = run;
            atomic_store(&run->left, run->cut.parts + 1);
        }
        do {
            if (!add_task(pass, &capacity, task))
                return false;
        } while (task.cut && task.part++ < run->cut.parts);
    }
    return true;
}

static void
pass_clear(struct pass *pass)
{
    for (size_t i = 0; pass->cuts && i < pass->gathering->list->source_count;
         i++)
        cut_clear(&pass->cuts[i].cut);
    free(pass->cuts);
    free(pass->tasks);
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

    atomic_store(&pass->idle, 0);
    if (jobs > pass->task_count) {
        atomic_store(&pass->idle, (int)(jobs - pass->task_count));
        jobs = (unsigned)pass->task_count;
    }

    /* With someone waiting, all gathering is done beside this thread. */
    while (started + (pass->gathering->options->progress.tell ? 0 : 1) < jobs &&
           pthread_create(&threads[started], NULL, run_tasks, pass) == 0)
        started++;
    if (!started || !pass->gathering->options->progress.tell)
        run_tasks(pass);
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
        else
            text->copy_of = order[first];
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
    if (!list_tasks(&pass, jobs_of(gathering)) ||
        pthread_mutex_init(&pass.lock, NULL) != 0) {
        pass_clear(&pass);
        return STATUS_NOMEM;
    }
    run_threads(&pass, jobs_of(gathering));
    pthread_mutex_destroy(&pass.lock);
    pass_clear(&pass);
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
        gathering_name_servers(gathering) != STATUS_OK ||
        gathering_settle_kinds(gathering) != STATUS_OK)
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
        .max_name_bytes = options->max_name_bytes,
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
        evidence_points_free(gathering->texts[i].points);
        ledger_free(gathering->texts[i].ledger);
    }
    free(gathering->texts);
    free(gathering->rows);
    evidence_list_free(gathering->list);
    arena_free(gathering->arena);
    free(gathering);
}
