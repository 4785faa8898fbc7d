#include "report/output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DIRS 4096 /* that one run may have to make */
#define TEMP_TRIES 1000

/* A handler that interrupts any line here finds in `temps` and `made` only
 * whole paths: they are set before the file is and cleared after. */
struct output {
    bool force;
    size_t count; /* files added */
    char *finals[OUTPUT_MAX_FILES];
    char *temp_texts[OUTPUT_MAX_FILES]; /* owns what `temps` shows */
    _Atomic(char *) temps[OUTPUT_MAX_FILES];
    char *made_texts[MAX_DIRS]; /* owns what `made` shows */
    _Atomic(char *) made[MAX_DIRS];
    size_t made_count;
    unsigned serial; /* of temporary names */
};

static enum status
nomem(struct fault *fault, const char *path)
{
    return fault_set(fault, STATUS_NOMEM, "%s: out of memory", path);
}

static enum status
io_failed(struct fault *fault, const char *path)
{
    return fault_set(fault, STATUS_IO, "%s: cannot be written: %s", path,
                     strerror(errno));
}

struct output *
output_new(bool force)
{
    struct output *output = calloc(1, sizeof(*output));

    if (output)
        output->force = force;
    return output;
}

/* ----------------------------------------------------------------- folders */

/* One folder whose parents stand. */
static enum status
dir_make(struct output *output, const char *path, struct fault *fault)
{
    struct stat about;
    char *copy;

    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return STATUS_OK;
    if (output->made_count == MAX_DIRS)
        return fault_set(fault, STATUS_LIMIT, "%s: too many folders", path);
    copy = strdup(path);
    if (!copy)
        return nomem(fault, path);
    if (mkdir(path, 0700) != 0) {
        free(copy);
        return io_failed(fault, path);
    }
    output->made_texts[output->made_count] = copy;
    atomic_store(&output->made[output->made_count], copy);
    output->made_count++;
    return STATUS_OK;
}

enum status
output_make_dir(struct output *output, const char *dir, struct fault *fault)
{
    char path[PATH_MAX];
    size_t len = strlen(dir);

    if (len == 0 || len >= sizeof(path))
        return fault_set(fault, STATUS_IO, "%s: not a folder's name", dir);
    memcpy(path, dir, len + 1);
    for (size_t i = 1; i < len; i++) {
        enum status status;

        if (path[i] != '/')
            continue;
        path[i] = '\0';
        status = dir_make(output, path, fault);
        path[i] = '/';
        if (status != STATUS_OK)
            return status;
    }
    return dir_make(output, path, fault);
}

/* A name lasts only when its folder was written as well. */
static enum status
dir_sync(const char *file_path, struct fault *fault)
{
    char dir[PATH_MAX];
    const char *slash = strrchr(file_path, '/');
    size_t len = (size_t)(slash - file_path);
    int failed;
    int fd;

    memcpy(dir, file_path, len);
    dir[len] = '\0';
    fd = open(len ? dir : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return io_failed(fault, dir);
    failed = fsync(fd) != 0 && errno != EINVAL; /* not every system can */
    if (failed)
        io_failed(fault, dir);
    close(fd);
    return failed ? STATUS_IO : STATUS_OK;
}

/* --------------------------------------------------------- temporary files */

static char *
path_join(const char *dir, const char *name)
{
    size_t dir_len = strlen(dir);
    size_t name_len = strlen(name);
    char *path = malloc(dir_len + name_len + 2);

    if (!path)
        return NULL;
    memcpy(path, dir, dir_len);
    path[dir_len] = '/';
    memcpy(path + dir_len + 1, name, name_len + 1);
    return path;
}

static bool
write_all(int fd, struct sv bytes)
{
    while (bytes.len) {
        ssize_t done = write(fd, bytes.at, bytes.len);

        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes = sv_drop(bytes, (size_t)done);
    }
    return true;
}

static void
temp_forget(struct output *output, size_t i)
{
    atomic_store(&output->temps[i], NULL);
    free(output->temp_texts[i]);
    output->temp_texts[i] = NULL;
}

/* Opens a name in `dir` that nothing has yet; the slot `i` holds it. */
static enum status
temp_open(struct output *output, size_t i, const char *dir, int *ret_fd,
          struct fault *fault)
{
    for (int tries = 0; tries < TEMP_TRIES; tries++) {
        char name[64];
        int fd;

        snprintf(name, sizeof(name), ".exinquest-%ld-%u.tmp", (long)getpid(),
                 output->serial++);
        output->temp_texts[i] = path_join(dir, name);
        if (!output->temp_texts[i])
            return nomem(fault, dir);
        atomic_store(&output->temps[i], output->temp_texts[i]);
        fd = open(output->temp_texts[i],
                  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd >= 0) {
            *ret_fd = fd;
            return STATUS_OK;
        }
        temp_forget(output, i);
        if (errno != EEXIST)
            break;
    }
    return io_failed(fault, dir);
}

/* What was written is whole, or it is gone. */
static enum status
temp_close(struct output *output, size_t i, int fd, bool written,
           struct fault *fault)
{
    enum status status = STATUS_OK;
    bool whole = written && fsync(fd) == 0;

    if (!whole)
        status = io_failed(fault, output->finals[i]);
    if (close(fd) != 0 && whole)
        status = io_failed(fault, output->finals[i]);
    if (status != STATUS_OK) {
        unlink(output->temp_texts[i]);
        temp_forget(output, i);
        free(output->finals[i]);
        output->finals[i] = NULL;
    }
    return status;
}

enum status
output_begin(struct output *output, const char *dir, const char *name,
             int *ret_fd, const char **ret_temp, struct fault *fault)
{
    size_t i = output->count;
    struct stat about;
    enum status status;

    assert(!strchr(name, '/'));
    if (i == OUTPUT_MAX_FILES)
        return fault_set(fault, STATUS_LIMIT, "%s: too many files", name);
    status = output_make_dir(output, dir, fault);
    if (status != STATUS_OK)
        return status;
    output->finals[i] = path_join(dir, name);
    if (!output->finals[i] || strlen(output->finals[i]) >= PATH_MAX) {
        status = nomem(fault, name);
        goto out;
    }
    if (!output->force && lstat(output->finals[i], &about) == 0) {
        status = fault_set(fault, STATUS_IO,
                           "%s: exists already (--force replaces it)",
                           output->finals[i]);
        goto out;
    }
    status = temp_open(output, i, dir, ret_fd, fault);
    if (status != STATUS_OK)
        goto out;

    *ret_temp = output->temp_texts[i];
out:
    if (status != STATUS_OK) {
        free(output->finals[i]);
        output->finals[i] = NULL;
    }
    return status;
}

enum status
output_finish(struct output *output, int fd, struct fault *fault)
{
    enum status status = temp_close(output, output->count, fd, true, fault);

    output->count += status == STATUS_OK;
    return status;
}

enum status
output_add(struct output *output, const char *dir, const char *name,
           struct sv bytes, struct fault *fault)
{
    const char *temp = NULL;
    int fd = -1;
    enum status status = output_begin(output, dir, name, &fd, &temp, fault);

    if (status != STATUS_OK)
        return status;
    status = temp_close(output, output->count, fd, write_all(fd, bytes), fault);
    output->count += status == STATUS_OK;
    return status;
}

/* ------------------------------------------------------------------- names */

/* Fails rather than replace, also when the file came up meanwhile. */
static int
rename_new(const char *temp, const char *final)
{
    if (renameat2(AT_FDCWD, temp, AT_FDCWD, final, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (link(temp, final) != 0) /* the file system has no such rename */
        return -1;
    return unlink(temp);
}

static enum status
file_commit(struct output *output, size_t i, struct fault *fault)
{
    const char *temp = output->temp_texts[i];
    const char *final = output->finals[i];
    int failed = output->force ? rename(temp, final) : rename_new(temp, final);

    if (failed)
        return io_failed(fault, final);
    temp_forget(output, i);
    return STATUS_OK;
}

enum status
output_commit(struct output *output, output_written *written, void *user,
              struct fault *fault)
{
    enum status status = STATUS_OK;
    size_t named = 0;

    while (named < output->count && status == STATUS_OK) {
        status = file_commit(output, named, fault);
        named += status == STATUS_OK;
    }
    for (size_t i = 0; i < named && status == STATUS_OK; i++)
        status = dir_sync(output->finals[i], fault);
    if (status != STATUS_OK) {
        for (size_t i = 0; i < named && !output->force; i++)
            unlink(output->finals[i]);
        return status;
    }
    for (size_t i = 0; i < output->made_count; i++)
        atomic_store(&output->made[i], NULL); /* they stay */
    for (size_t i = 0; i < named && written; i++)
        written(user, output->finals[i]);
    return STATUS_OK;
}

void
output_abandon(struct output *output)
{
    for (size_t i = 0; i < OUTPUT_MAX_FILES; i++) {
        const char *temp = atomic_load(&output->temps[i]);

        if (temp)
            unlink(temp);
    }
    for (size_t i = MAX_DIRS; i-- > 0;) {
        const char *dir = atomic_load(&output->made[i]);

        if (dir)
            rmdir(dir); /* fails where something is in it: right so */
    }
}

void
output_free(struct output *output)
{
    if (!output)
        return;
    output_abandon(output);
    for (size_t i = 0; i < OUTPUT_MAX_FILES; i++) {
        free(output->finals[i]);
        free(output->temp_texts[i]);
    }
    for (size_t i = 0; i < output->made_count; i++)
        free(output->made_texts[i]);
    free(output);
}
