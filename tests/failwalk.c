/*
 * failwalk: the whole program with every allocation and every system call for
 * an output or an input made to fail in turn. Linked with --wrap, so that all
 * of our own calls (and libxml2's, which go through xmlmem.c) come here.
 *
 * Each run is a forked child that ends as the program does. After it: one of
 * the contract's exit statuses, no signal, no leak (with sanitizers), and in
 * the output folder the very bytes of an undisturbed run or nothing.
 *
 *   failwalk           so many points of each run as POINTS says
 *   failwalk all       every point
 *   failwalk CASE N    one point, with the program's words
 */
#include "analyzer/base.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { POINTS = 100, SECONDS_MAX = 60, ARGUMENTS = 16, SANITIZER_EXIT = 99 };

enum kind { FAIL_ALLOC, FAIL_CALL, KIND_COUNT };
static const char *const kind_names[] = { "allocation", "call" };

static struct plan {                 /* shared with the child */
    atomic_ulong counts[KIND_COUNT]; /* calls so far */
    unsigned long fail_at;           /* this one fails; 0: none */
    enum kind kind;
    int error;
    const char *name;  /* of what failed; the same text in the child */
    atomic_bool armed; /* only while the program runs */
} * plan;

/* ------------------------------------------------------------- the wraps */

static bool
fails(enum kind kind, const char *name)
{
    unsigned long number;

    if (!plan || !atomic_load(&plan->armed))
        return false;
    number = atomic_fetch_add(&plan->counts[kind], 1) + 1;
    if (kind != plan->kind || number != plan->fail_at)
        return false;
    plan->name = name;
    errno = kind == FAIL_ALLOC ? ENOMEM : plan->error;
    return true;
}

/* A wrapped function: its prototypes, and the failure before the real one. */
#define WRAP(type, name, failed, kind, parameters, arguments)                  \
    type __real_##name parameters;                                             \
    type __wrap_##name parameters;                                             \
    type __wrap_##name parameters                                              \
    {                                                                          \
        return fails(kind, #name) ? (failed) : __real_##name arguments;        \
    }

WRAP(void *, malloc, NULL, FAIL_ALLOC, (size_t size), (size))
WRAP(void *, calloc, NULL, FAIL_ALLOC, (size_t count, size_t size),
     (count, size))
WRAP(void *, realloc, NULL, FAIL_ALLOC, (void *old, size_t size), (old, size))
WRAP(char *, strdup, NULL, FAIL_ALLOC, (const char *text), (text))
WRAP(char *, strndup, NULL, FAIL_ALLOC, (const char *text, size_t size),
     (text, size))
WRAP(ssize_t, write, -1, FAIL_CALL, (int fd, const void *at, size_t size),
     (fd, at, size))
WRAP(ssize_t, read, -1, FAIL_CALL, (int fd, void *at, size_t size),
     (fd, at, size))
WRAP(int, fsync, -1, FAIL_CALL, (int fd), (fd))
WRAP(int, rename, -1, FAIL_CALL, (const char *from, const char *to), (from, to))
WRAP(int, renameat2, -1, FAIL_CALL,
     (int from_fd, const char *from, int to_fd, const char *to, unsigned flags),
     (from_fd, from, to_fd, to, flags))
WRAP(int, link, -1, FAIL_CALL, (const char *from, const char *to), (from, to))
WRAP(int, mkdir, -1, FAIL_CALL, (const char *path, mode_t mode), (path, mode))
WRAP(FILE *, fopen, NULL, FAIL_CALL, (const char *path, const char *mode),
     (path, mode))
WRAP(DIR *, opendir, NULL, FAIL_CALL, (const char *path), (path))

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int
__wrap_open(const char *path, int flags, ...)
{
    mode_t mode = 0;

    if (flags & O_CREAT) {
        va_list more;

        va_start(more, flags);
        mode = va_arg(more, mode_t);
        va_end(more);
    }
    return fails(FAIL_CALL, "open") ? -1 : __real_open(path, flags, mode);
}

/* The descriptor is gone all the same, as the kernel has it. */
int __real_close(int fd);
int __wrap_close(int fd);
int
__wrap_close(int fd)
{
    int done = __real_close(fd);

    return fails(FAIL_CALL, "close") ? -1 : done;
}

/* Its own exit status, and none of the allocator's own ends. */
const char *__asan_default_options(void);
const char *
__asan_default_options(void)
{
    return "exitcode=99:allocator_may_return_null=1";
}

/* ------------------------------------------------------------------ cases */

static const struct walk_case {
    const char *name;
    const char *arguments[ARGUMENTS]; /* %f: FIXTURES, %r: the first report */
} cases[] = {
    { "report",
      { "report", "-f", "html,text,json,xml", "--for", "investigator,ticket",
        "-o", "out", "%f/fuzz/analyze/seed-script",
        "%f/fuzz/evidence/seed-tar-gz" } },
    { "customer",
      { "report", "-f", "html,text,json", "--for", "customer,ticket",
        "--each-account", "-o", "out", "%f/fuzz/analyze/seed-spray" } },
    { "analyze",
      { "analyze", "-f", "json,xml", "-o", "out", "%f/fuzz/analyze" } },
    { "trace", { "trace", "-M", "example", "%f/fuzz/analyze/seed-mailbox" } },
    { "trace_json",
      { "trace", "--json", "[0-9]+", "%f/fuzz/analyze/seed-hostile" } },
    { "render",
      { "render", "-f", "html,text,json", "-o", "out", "--brand",
        "%f/../docs/examples/brand", "%r/case.xml" } },
    { "recheck",
      { "recheck", "-o", "out", "-f", "html,text", "--since", "2020-01-01",
        "%r/case.xml", "%f/fuzz/analyze/seed-script" } },
    { "verify",
      { "verify", "%r/case.xml", "%f/fuzz/analyze/seed-script",
        "%f/fuzz/evidence/seed-tar-gz" } },
    { "preserve", { "preserve", "%r/case.xml" } },
};
enum { CASES = sizeof(cases) / sizeof(cases[0]) };

struct walker {
    const char *fixtures;
    char first[64]; /* the report that later cases start from */
    const char *arguments[ARGUMENTS + 4];
    char *owned[ARGUMENTS];
    int argument_count;
    bool loud;
    bool all;
};

int __real_main(int argc, char **argv);
int __wrap_main(int argc, char **argv);

static _Noreturn void
give_up(const char *what)
{
    perror(what);
    exit(2);
}

static char *
argument_fill(const struct walker *walker, const char *pattern)
{
    const char *head = pattern[0] == '%' && pattern[1] == 'f' ? walker->fixtures
                       : pattern[0] == '%'                    ? walker->first
                                                              : "";
    char *text = NULL;

    if (asprintf(&text, "%s%s", head,
                 pattern[0] == '%' ? pattern + 2 : pattern) < 0)
        give_up("asprintf");
    return text;
}

static void
arguments_fill(struct walker *walker, const struct walk_case *row)
{
    int count = 0;

    walker->arguments[count++] = "exinquest";
    for (int i = 0; i < ARGUMENTS && row->arguments[i]; i++) {
        free(walker->owned[i]);
        walker->owned[i] = argument_fill(walker, row->arguments[i]);
        walker->arguments[count++] = walker->owned[i];
        if (i == 0) { /* a sandbox would keep the leak check from its work */
            walker->arguments[count++] = "--no-sandbox";
            if (strcmp(row->arguments[0], "report") == 0 ||
                strcmp(row->arguments[0], "analyze") == 0)
                walker->arguments[count++] = "-j1";
        }
    }
    walker->arguments[count] = NULL;
    walker->argument_count = count;
}

/* ------------------------------------------------------------------- runs */

static void
stdio_redirect(bool loud)
{
    int out = __real_open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600);
    int null = __real_open(loud ? "/dev/stderr" : "said",
                           O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (out < 0 || null < 0 || dup2(out, 1) < 0 || (!loud && dup2(null, 2) < 0))
        _exit(98);
    __real_close(out);
    __real_close(null);
}

/* The wait status of one run in which the point `fail_at` fails. */
static int
run_once(struct walker *walker, enum kind kind, unsigned long fail_at)
{
    int how = 0;
    pid_t child;

    for (int i = 0; i < KIND_COUNT; i++)
        atomic_store(&plan->counts[i], 0);
    plan->kind = kind;
    plan->fail_at = fail_at;
    plan->name = NULL;
    plan->error = fail_at % 2 ? ENOSPC : EIO;
    fflush(stdout);
    child = fork();
    if (child < 0)
        give_up("fork");
    if (child == 0) {
        stdio_redirect(walker->loud);
        alarm(SECONDS_MAX);
        atomic_store(&plan->armed, true);
        how = __real_main(walker->argument_count,
                          (char **)(uintptr_t)walker->arguments);
        atomic_store(&plan->armed, false);
        exit(how);
    }
    if (waitpid(child, &how, 0) != child)
        give_up("waitpid");
    atomic_store(&plan->armed, false);
    return how;
}

/* --------------------------------------------------------- what was left */

static bool
same_file(const char *left, const char *right)
{
    char a[4096];
    char b[4096];
    FILE *files[2] = { __real_fopen(left, "rb"), __real_fopen(right, "rb") };
    bool same = files[0] && files[1];
    size_t got = 1;

    while (same && got > 0) {
        got = fread(a, 1, sizeof(a), files[0]);
        same =
            fread(b, 1, sizeof(b), files[1]) == got && memcmp(a, b, got) == 0;
    }
    for (int i = 0; i < 2; i++) {
        if (files[i])
            fclose(files[i]);
    }
    return same;
}

static int
is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/*
 * Counts the files below `dir`; those that are not the same below `model` are
 * bad. Removes them all when `removes`. No folder: nothing in it.
 */
static void
folder_look(const char *dir, const char *model, bool removes, size_t *ret_count,
            size_t *ret_bad)
{
    struct dirent **entries = NULL;
    int count = scandir(dir, &entries, is_entry, alphasort);

    for (int i = 0; i < count; i++) {
        char path[512];
        char twin[512];
        struct stat about;

        snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
        snprintf(twin, sizeof(twin), "%s/%s", model, entries[i]->d_name);
        free(entries[i]);
        if (lstat(path, &about) == 0 && S_ISDIR(about.st_mode)) {
            folder_look(path, twin, removes, ret_count, ret_bad);
            continue;
        }
        ++*ret_count;
        *ret_bad += !same_file(path, twin);
        if (removes)
            unlink(path);
    }
    free(entries);
    if (removes)
        rmdir(dir);
}

/* Why the run is wrong; NULL when it is right. */
static const char *
judge(int how, enum kind kind, size_t files, int good_status)
{
    size_t left = 0;
    size_t bad = 0;
    int status = WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    struct stat about;
    bool folder = stat("out", &about) == 0;

    folder_look("out", "good", true, &left, &bad);
    if (status < 0)
        return "ended by a signal";
    if (status == SANITIZER_EXIT)
        return "the sanitizer complained";
    if (status > 6)
        return "not an exit status of the contract";
    /* What could not be read changes what is said, and the status says so. */
    if (kind == FAIL_CALL && (status == 1 || status == 5))
        return NULL;
    if (bad)
        return "a file is not what it should be";
    if (status != good_status && status < 2)
        return "the status belittles what happened";
    if (status == good_status) {
        if (left != files)
            return "done, and files are missing";
        return same_file("stdout", "good-stdout") ? NULL
                                                  : "done, and the output "
                                                    "is another";
    }
    return folder ? "failed, and something was left" : NULL;
}

/* ------------------------------------------------------------------ walks */

/* The undisturbed run: its files become `good`. False when it fails. */
static bool
walk_begin(struct walker *walker, const struct walk_case *row,
           size_t *ret_files, int *ret_status)
{
    size_t bad = 0;
    int how;

    arguments_fill(walker, row);
    folder_look("good", "good", true, &(size_t){ 0 }, &bad);
    how = run_once(walker, FAIL_ALLOC, 0);
    rename("out", "good");
    rename("stdout", "good-stdout");
    *ret_files = 0;
    bad = 0;
    folder_look("good", "good", false, ret_files, &bad);
    *ret_status = WIFEXITED(how) ? WEXITSTATUS(how) : -1;
    return *ret_status == 0 || *ret_status == 1;
}

static bool
walk(struct walker *walker, const struct walk_case *row, enum kind kind,
     unsigned long calls, size_t files, int good_status)
{
    unsigned long step =
        walker->all || calls <= POINTS ? 1 : (calls + POINTS - 1) / POINTS;
    unsigned long wrong = 0;
    unsigned long done = 0;

    for (unsigned long at = 1; at <= calls; at += step, done++) {
        const char *why =
            judge(run_once(walker, kind, at), kind, files, good_status);

        if (why && ++wrong <= 5)
            printf("     %s, %s %lu, %s: %s\n", row->name, kind_names[kind], at,
                   plan->name ? plan->name : "none", why);
    }
    printf("%s %s_%s: %lu of %lu points, %lu wrong\n", wrong ? "not ok" : "ok",
           row->name, kind_names[kind], done, calls, wrong);
    return !wrong;
}

static bool
walk_case(struct walker *walker, const struct walk_case *row)
{
    unsigned long calls[KIND_COUNT];
    size_t files = 0;
    int status = 0;
    bool ok = true;

    if (!walk_begin(walker, row, &files, &status)) {
        printf("not ok %s: status %d undisturbed\n", row->name, status);
        return false;
    }
    for (int i = 0; i < KIND_COUNT; i++)
        calls[i] = atomic_load(&plan->counts[i]);
    for (int i = 0; i < KIND_COUNT; i++) {
        ok = walk(walker, row, (enum kind)i, calls[i], files, status) && ok;
        fflush(stdout);
    }
    return ok;
}

/* One point of one walk, named "report_call" and its number. */
static int
point_show(struct walker *walker, const char *name, const char *number)
{
    for (size_t i = 0; i < CASES; i++) {
        for (int kind = 0; kind < KIND_COUNT; kind++) {
            char full[64];
            size_t files = 0;
            int status = 0;
            const char *why;

            snprintf(full, sizeof(full), "%s_%s", cases[i].name,
                     kind_names[kind]);
            if (strcmp(full, name) != 0)
                continue;
            walk_begin(walker, &cases[i], &files, &status);
            walker->loud = true;
            why = judge(
                run_once(walker, (enum kind)kind, strtoul(number, NULL, 10)),
                (enum kind)kind, files, status);
            printf("%s: %s\n", plan->name ? plan->name : "none",
                   why ? why : "right");
            return why != NULL;
        }
    }
    return 2;
}

/* The report that render, recheck, verify and preserve start from. */
static void
first_make(struct walker *walker)
{
    size_t files = 0;
    int status = 0;

    if (!walk_begin(walker, &cases[0], &files, &status) ||
        rename("good", walker->first) != 0)
        give_up("the first report");
}

int
__wrap_main(int argc, char **argv)
{
    struct walker walker = { .fixtures = getenv("FIXTURES"),
                             .all = argc == 2 && !strcmp(argv[1], "all") };
    const char *folder = getenv("TMPDIR");
    char scratch[256];
    size_t ignored = 0;
    bool ok = true;

    snprintf(scratch, sizeof(scratch), "%s/failwalk.XXXXXX",
             folder ? folder : "/tmp");
    plan = mmap(NULL, sizeof(*plan), PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!walker.fixtures || plan == MAP_FAILED || !mkdtemp(scratch) ||
        chdir(scratch) != 0)
        give_up(scratch);
    snprintf(walker.first, sizeof(walker.first), "first");
    first_make(&walker);
    if (argc == 3)
        ok = point_show(&walker, argv[1], argv[2]) == 0;
    for (size_t i = 0; argc != 3 && i < CASES; i++)
        ok = walk_case(&walker, &cases[i]) && ok;
    for (int i = 0; i < ARGUMENTS; i++)
        free(walker.owned[i]);
    folder_look(scratch, scratch, true, &ignored, &ignored);
    return ok ? 0 : 1;
}
