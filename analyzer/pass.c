/* pass.c: all sources, once through the readers, by several threads. */
#include "analyzer/cut.h"
#include "analyzer/gathering.h"
#include "analyzer/pipe.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
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
    row = gathering_add_row(gathering);
    if (!row || !gathering_fill_row(gathering, row, custody))
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

enum status
gathering_read_all(struct gathering *gathering, struct fault *fault)
{
    struct pass pass = { .gathering = gathering };

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
    return STATUS_OK;
}
