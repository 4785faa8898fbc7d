/* Files appear whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report/output.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[PATH_MAX];

static int
make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "/tmp/exinquest-output-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static void
remove_all(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char inner[PATH_MAX];

        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name) <
            (int)sizeof(inner))
            remove_all(inner);
    }
    if (dir)
        closedir(dir);
    remove(path);
}

static int
remove_root(void **state)
{
    (void)state;
    remove_all(root);
    return 0;
}

static const char *
below(const char *name)
{
    static char paths[4][PATH_MAX + 64];
    static size_t next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof(paths[0]), "%s/%s", root, name);
    return path;
}

static int
entries(const char *path)
{
    DIR *dir = opendir(path);
    int count = 0;

    while (dir && readdir(dir))
        count++;
    if (dir)
        closedir(dir);
    return count - 2; /* itself and its parent */
}

static void
file_holds(const char *path, const char *text)
{
    char got[64] = { 0 };
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_int_equal(fread(got, 1, sizeof(got) - 1, file), strlen(text));
    assert_string_equal(got, text);
    fclose(file);
}

static void
put_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fputs(text, file) >= 0, 1);
    fclose(file);
}

static void
note_written(void *user, const char *path)
{
    char *names = user;
    size_t len = strlen(names);

    snprintf(names + len, 64 - len, "%s", strrchr(path, '/'));
}

static void
writes_all_together(void **state)
{
    struct output *output = output_new(false);
    char names[64] = "";

    (void)state;
    assert_non_null(output);
    assert_int_equal(output_add(output, below("a/b/c"), "one", SV("1\n"), NULL),
                     STATUS_OK);
    assert_int_equal(output_add(output, below("a"), "two", SV(""), NULL),
                     STATUS_OK);
    assert_int_equal(access(below("a/b/c/one"), F_OK), -1);
    assert_int_equal(output_commit(output, note_written, names, NULL),
                     STATUS_OK);
    assert_string_equal(names, "/one/two");
    output_free(output);
    file_holds(below("a/b/c/one"), "1\n");
    file_holds(below("a/two"), "");
    assert_int_equal(entries(below("a/b/c")), 1);
    assert_int_equal(entries(below("a")), 2);
}

static void
leaves_nothing_uncommitted(void **state)
{
    struct output *output = output_new(false);

    (void)state;
    assert_int_equal(output_add(output, below("a/b"), "one", SV("1"), NULL),
                     STATUS_OK);
    assert_int_equal(entries(below("a/b")), 1);
    output_free(output);
    assert_int_equal(entries(root), 0);
}

static void
abandons_in_a_handler(void **state)
{
    struct output *output = output_new(false);

    (void)state;
    put_file(below("mine"), "mine");
    assert_int_equal(output_add(output, below("a/b"), "one", SV("1"), NULL),
                     STATUS_OK);
    assert_int_equal(output_add(output, root, "two", SV("2"), NULL), STATUS_OK);
    output_abandon(output);
    assert_int_equal(entries(root), 1);
    output_free(output);
    file_holds(below("mine"), "mine");
}

static void
replaces_only_with_force(void **state)
{
    struct fault fault = { 0 };
    struct output *output = output_new(false);

    (void)state;
    put_file(below("one"), "old");
    assert_int_equal(output_add(output, root, "one", SV("new"), &fault),
                     STATUS_IO);
    assert_non_null(strstr(fault.text, "--force"));
    output_free(output);
    file_holds(below("one"), "old");
    output = output_new(true);
    assert_int_equal(output_add(output, root, "one", SV("new"), NULL),
                     STATUS_OK);
    file_holds(below("one"), "old");
    assert_int_equal(output_commit(output, NULL, NULL, NULL), STATUS_OK);
    output_free(output);
    file_holds(below("one"), "new");
    assert_int_equal(entries(root), 1);
}

/* It came up between the look and the rename. */
static void
never_replaces_a_latecomer(void **state)
{
    struct output *output = output_new(false);

    (void)state;
    assert_int_equal(output_add(output, root, "one", SV("1"), NULL), STATUS_OK);
    assert_int_equal(output_add(output, root, "two", SV("2"), NULL), STATUS_OK);
    put_file(below("two"), "theirs");
    assert_int_equal(output_commit(output, NULL, NULL, NULL), STATUS_IO);
    output_free(output);
    file_holds(below("two"), "theirs");
    assert_int_equal(entries(root), 1);
}

static void
survives_a_full_disk(void **state)
{
    static char bytes[100000];
    struct output *output = output_new(false);
    struct fault fault = { 0 };
    struct rlimit before;
    struct rlimit small;
    enum status status;

    (void)state;
    assert_int_equal(output_add(output, below("a"), "one", SV("1"), NULL),
                     STATUS_OK);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 50000;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    status = output_add(output, below("a"), "two",
                        (struct sv){ bytes, sizeof(bytes) }, &fault);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(status, STATUS_IO);
    assert_non_null(strstr(fault.text, "a/two"));
    assert_int_equal(entries(below("a")), 1);
    output_free(output);
    assert_int_equal(entries(root), 0);
}

static void
says_what_cannot_be_made(void **state)
{
    struct output *output = output_new(true);
    struct fault fault = { 0 };

    (void)state;
    put_file(below("file"), "x");
    assert_int_equal(
        output_add(output, below("file/inner"), "one", SV("1"), &fault),
        STATUS_IO);
    assert_non_null(strstr(fault.text, "file"));
    assert_int_equal(output_add(output, "", "one", SV("1"), &fault), STATUS_IO);
    output_free(output);
    assert_int_equal(entries(root), 1);
}

/* What is in the way of a name is a folder: nothing is lost of it. */
static void
fails_on_a_folder_in_the_way(void **state)
{
    struct output *output = output_new(true);

    (void)state;
    assert_int_equal(mkdir(below("one"), 0700), 0);
    assert_int_equal(output_add(output, root, "one", SV("1"), NULL), STATUS_OK);
    assert_int_equal(output_commit(output, NULL, NULL, NULL), STATUS_IO);
    output_free(output);
    assert_int_equal(entries(root), 1);
}

static void
keeps_files_private(void **state)
{
    struct output *output = output_new(false);
    struct stat about;

    (void)state;
    assert_int_equal(output_add(output, below("a"), "one", SV("1"), NULL),
                     STATUS_OK);
    assert_int_equal(output_commit(output, NULL, NULL, NULL), STATUS_OK);
    output_free(output);
    assert_int_equal(stat(below("a/one"), &about), 0);
    assert_int_equal(about.st_mode & 0077, 0);
    assert_int_equal(stat(below("a"), &about), 0);
    assert_int_equal(about.st_mode & 0077, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(writes_all_together),        TEST(leaves_nothing_uncommitted),
        TEST(abandons_in_a_handler),      TEST(replaces_only_with_force),
        TEST(never_replaces_a_latecomer), TEST(survives_a_full_disk),
        TEST(says_what_cannot_be_made),   TEST(fails_on_a_folder_in_the_way),
        TEST(keeps_files_private),
    };

    return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
