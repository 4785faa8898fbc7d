/* What is to be read: walks folders and looks at what it finds there. */
#include "analyzer/evidence/evidence.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/evidence/record.h"
#include "analyzer/evidence/sniff.h"

struct refusal {
    const char *path; /* raw, to sort by; the listing's */
    struct record record;
};

struct listing {
    struct evidence_list list; /* first: what the caller holds */
    struct arena *arena;       /* paths */
    const char **folders;      /* still to be walked */
    size_t folder_count;
    size_t folder_capacity;
    size_t source_capacity;
    struct refusal *refusals;
    size_t refusal_count;
    size_t refusal_capacity;
};

static enum status
listing_refuse(struct listing *listing, const char *path, const char *why)
{
    void *refusals = listing->refusals;
    struct refusal *refusal;
    enum status status;

    if (!array_reserve(&refusals, &listing->refusal_capacity,
                       listing->refusal_count + 1, sizeof(*refusal)))
        return STATUS_NOMEM;
    listing->refusals = refusals;
    refusal = &listing->refusals[listing->refusal_count++];
    refusal->path = path;
    status = record_init(&refusal->record, sv_of(path), NULL, SIZE_MAX);
    if (status)
        return status;
    record_warn(&refusal->record, WARN_SKIPPED, 0, "%s", why);
    return record_finish(&refusal->record);
}

static enum status
listing_add(struct listing *listing, const struct evidence_source *source)
{
    struct evidence_list *list = &listing->list;
    void *sources = list->sources;

    if (!array_reserve(&sources, &listing->source_capacity,
                       list->source_count + 1, sizeof(*source)))
        return STATUS_NOMEM;
    list->sources = sources;
    list->sources[list->source_count++] = *source;
    return STATUS_OK;
}

/* Opens the file: who cannot be read is known before any work is done. */
static enum status
listing_add_file(struct listing *listing, const char *path, bool follow)
{
    struct evidence_source source = { .path = path };
    char head[SNIFF_BYTES];
    struct stat info;
    enum status status;
    ssize_t len;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
                            (follow ? 0 : O_NOFOLLOW));

    if (fd < 0 || fstat(fd, &info)) {
        status = listing_refuse(listing, path, strerror(errno));
        goto out;
    }
    if (!S_ISREG(info.st_mode)) {
        status = listing_refuse(listing, path, "not a file; not read");
        goto out;
    }
    do
        len = pread(fd, head, sizeof(head), 0);
    while (len < 0 && errno == EINTR);
    if (len < 0) {
        status = listing_refuse(listing, path, strerror(errno));
        goto out;
    }
    source.size_bytes = (uint64_t)info.st_size;
    source.is_plain = sniff((struct sv){ head, (size_t)len }) == CONTENT_TEXT;
    status = listing_add(listing, &source);
out:
    if (fd >= 0)
        close(fd);
    return status;
}

static enum status
listing_push_folder(struct listing *listing, const char *path)
{
    void *folders = listing->folders;

    if (!array_reserve(&folders, &listing->folder_capacity,
                       listing->folder_count + 1, sizeof(*listing->folders)))
        return STATUS_NOMEM;
    listing->folders = folders;
    listing->folders[listing->folder_count++] = path;
    return STATUS_OK;
}

/* A path, given (then a link counts as what it leads to) or found. */
static enum status
listing_add_path(struct listing *listing, const char *path, bool given)
{
    struct stat info;

    if (fstatat(AT_FDCWD, path, &info, given ? 0 : AT_SYMLINK_NOFOLLOW))
        return listing_refuse(listing, path, strerror(errno));
    if (S_ISDIR(info.st_mode))
        return listing_push_folder(listing, path);
    if (S_ISLNK(info.st_mode))
        return listing_refuse(listing, path, "a symbolic link; not followed");
    if (!S_ISREG(info.st_mode))
        return listing_refuse(listing, path,
                              "a device, pipe or socket; not read");
    return listing_add_file(listing, path, given);
}

/* `folder` and `name` with one slash between. NULL when out of memory. */
static const char *
listing_join(struct listing *listing, const char *folder, const char *name)
{
    struct sv head = sv_of(folder);
    struct buf path = { 0 };
    char *kept = NULL;

    while (head.len > 1 && head.at[head.len - 1] == '/')
        head.len--;
    buf_add(&path, head);
    if (!sv_eq(head, SV("/")))
        buf_add_char(&path, '/');
    if (buf_add(&path, sv_of(name)))
        kept = arena_strdup(listing->arena, buf_sv(&path));
    buf_clear(&path);
    return kept;
}

static enum status
listing_walk_folder(struct listing *listing, const char *folder)
{
    enum status status = STATUS_OK;
    struct dirent *entry;
    DIR *dir = opendir(folder);

    if (!dir)
        return listing_refuse(listing, folder, strerror(errno));
    while (!status && (errno = 0, entry = readdir(dir))) {
        const char *path;

        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        path = listing_join(listing, folder, entry->d_name);
        status = path ? listing_add_path(listing, path, false) : STATUS_NOMEM;
    }
    if (!status && errno)
        status = listing_refuse(listing, folder, strerror(errno));
    closedir(dir);
    return status;
}

static enum status
listing_add_given(struct listing *listing, const char *path)
{
    const struct evidence_source input = { .path = "-", .is_stdin = true };
    const char *kept;

    if (!strcmp(path, "-"))
        return listing_add(listing, &input);
    kept = arena_strdup(listing->arena, sv_of(path));
    return kept ? listing_add_path(listing, kept, true) : STATUS_NOMEM;
}

/* ----------------------------------------------------------------- sorting */

static int
source_compare(const void *a, const void *b)
{
    const struct evidence_source *left = a;
    const struct evidence_source *right = b;

    return strcmp(left->path, right->path);
}

static int
refusal_compare(const void *a, const void *b)
{
    const struct refusal *left = a;
    const struct refusal *right = b;

    return strcmp(left->path, right->path);
}

static void
listing_sort_sources(struct evidence_list *list)
{
    size_t kept = 0;

    if (!list->source_count)
        return;
    qsort(list->sources, list->source_count, sizeof(*list->sources),
          source_compare);
    for (size_t i = 0; i < list->source_count; i++) {
        if (kept &&
            !strcmp(list->sources[kept - 1].path, list->sources[i].path))
            continue;
        list->sources[kept++] = list->sources[i];
    }
    list->source_count = kept;
}

static enum status
listing_sort_refusals(struct listing *listing)
{
    struct evidence_list *list = &listing->list;

    if (!listing->refusal_count)
        return STATUS_OK;
    qsort(listing->refusals, listing->refusal_count, sizeof(*listing->refusals),
          refusal_compare);
    list->refused = calloc(listing->refusal_count, sizeof(*list->refused));
    if (!list->refused)
        return STATUS_NOMEM;
    for (size_t i = 0; i < listing->refusal_count; i++) {
        const struct refusal *refusal = &listing->refusals[i];

        if (i && !strcmp(listing->refusals[i - 1].path, refusal->path))
            continue;
        list->refused[list->refused_count++] = refusal->record.custody;
    }
    return STATUS_OK;
}

/* -------------------------------------------------------------------- door */

enum status
evidence_list_make(const char *const *paths, size_t path_count,
                   struct evidence_list **ret_list, struct fault *fault)
{
    struct listing *listing = calloc(1, sizeof(*listing));
    enum status status = STATUS_NOMEM;

    if (!listing)
        goto out;
    listing->arena = arena_new();
    if (!listing->arena)
        goto out;
    for (size_t i = 0; i < path_count; i++) {
        status = listing_add_given(listing, paths[i]);
        if (status)
            goto out;
    }
    while (listing->folder_count) {
        const char *folder = listing->folders[--listing->folder_count];

        status = listing_walk_folder(listing, folder);
        if (status)
            goto out;
    }
    listing_sort_sources(&listing->list);
    status = listing_sort_refusals(listing);
    if (status)
        goto out;
    *ret_list = &listing->list;
    listing = NULL; /* the caller owns it now */
out:
    evidence_list_free(listing ? &listing->list : NULL);
    if (status)
        fault_set(fault, status, "out of memory while looking for evidence");
    return status;
}

void
evidence_list_free(struct evidence_list *list)
{
    struct listing *listing = (struct listing *)list;

    if (!listing)
        return;
    for (size_t i = 0; i < listing->refusal_count; i++)
        record_clear(&listing->refusals[i].record);
    free(listing->refusals);
    free(listing->folders);
    free(list->sources);
    free(list->refused);
    arena_free(listing->arena);
    free(listing);
}
