/*
 * Runs every target over its inputs in FIXTURES/fuzz/TARGET/, with any
 * compiler. `replay TARGET FILE...` runs one target over files.
 */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECE_BYTES = 65536 };

static bool
file_read(const char *path, struct buf *out)
{
    static const struct sv nothing = { SV_LIT("") };
    char piece[PIECE_BYTES];
    FILE *file = fopen(path, "rb");
    size_t got;
    bool ok = file && buf_add(out, nothing);

    while (ok && (got = fread(piece, 1, sizeof(piece), file)) > 0)
        ok = buf_add(out, (struct sv){ piece, got });
    ok = ok && !ferror(file);
    if (file)
        fclose(file);
    return ok;
}

static bool
file_run(const struct fuzz_tools *tools, const struct fuzz_target *target,
         const char *path)
{
    struct buf bytes = { 0 };
    bool ok = file_read(path, &bytes);

    if (ok)
        target->run(tools, buf_sv(&bytes));
    else
        fprintf(stderr, "%s cannot be read\n", path);
    buf_clear(&bytes);
    return ok;
}

static int
is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* The number of inputs; 0 when there are none or one cannot be read. */
static size_t
folder_run(const struct fuzz_tools *tools, const struct fuzz_target *target,
           const char *fixtures)
{
    struct buf path = { 0 };
    struct dirent **entries = NULL;
    size_t done = 0;
    int count;

    MUST(buf_printf(&path, "%s/fuzz/%s", fixtures, target->name));
    count = scandir(path.at, &entries, is_input, alphasort);
    for (int i = 0; i < count; i++) {
        buf_clear(&path);
        MUST(buf_printf(&path, "%s/fuzz/%s/%s", fixtures, target->name,
                        entries[i]->d_name));
        /* A crash then says by which input. */
        printf("     %s/%s\n", target->name, entries[i]->d_name);
        fflush(stdout);
        done += file_run(tools, target, path.at);
        free(entries[i]);
    }
    free(entries);
    buf_clear(&path);
    return count > 0 && done == (size_t)count ? done : 0;
}

int
main(int argc, char **argv)
{
    const char *fixtures = getenv("FIXTURES");
    struct fuzz_tools tools;
    int status = 0;

    fuzz_tools_open(&tools);
    if (argc > 2) {
        const struct fuzz_target *target = fuzz_target_find(argv[1]);

        for (int i = 2; target && i < argc; i++)
            status |= !file_run(&tools, target, argv[i]);
        status |= !target;
        goto out;
    }
    for (const struct fuzz_target *target = fuzz_targets; target->name;
         target++) {
        bool ok = folder_run(&tools, target, fixtures ? fixtures : "fixtures");

        printf("%s replays_%s\n", ok ? "ok" : "not ok", target->name);
        status |= !ok;
    }
out:
    fuzz_tools_close(&tools);
    return status;
}
