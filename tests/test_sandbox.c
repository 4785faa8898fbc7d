/* What a process in the sandbox can no longer do, each in a child of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/sandbox.h"

#define CHILD_UNCONFINED 255 /* the kernel does not offer what is tried */

static int
opened(const char *path, int flags)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static int
reads_evidence(void)
{
    return opened("evidence", O_RDONLY);
}

static int
reads_secret(void)
{
    return opened("secret", O_RDONLY);
}

static int
changes_evidence(void)
{
    return opened("evidence", O_WRONLY);
}

static int
writes_output(void)
{
    int failed = opened("output/new.tmp", O_WRONLY | O_CREAT);

    if (failed)
        return failed;
    return rename("output/new.tmp", "output/new") == 0 ? 0 : errno;
}

static int
writes_elsewhere(void)
{
    return opened("elsewhere", O_WRONLY | O_CREAT);
}

static int
removes_secret(void)
{
    return unlink("secret") == 0 ? 0 : errno;
}

static int
removes_output(void)
{
    return rmdir("output") == 0 ? 0 : errno;
}

static int
runs_program(void)
{
    char *arguments[] = { (char[]){ "true" }, NULL };

    execv("/bin/true", arguments);
    return errno;
}

static int
opens_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0)
        return errno;
    close(fd);
    return 0;
}

static const struct row {
    const char *name;
    int (*try)(void);
    bool by_seccomp; /* else by Landlock */
    int expected;
} rows[] = {
    { "reads_evidence", reads_evidence, false, 0 },
    { "reads_no_other_file", reads_secret, false, EACCES },
    { "never_changes_evidence", changes_evidence, false, EACCES },
    { "writes_output", writes_output, false, 0 },
    { "writes_nothing_else", writes_elsewhere, false, EACCES },
    { "removes_nothing_else", removes_secret, false, EACCES },
    { "removes_empty_output", removes_output, false, 0 },
    { "runs_no_program", runs_program, true, EPERM },
    { "opens_no_socket", opens_socket, true, EPERM },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static int
confined(const struct row *row)
{
    const char *readable[] = { "evidence" };
    struct sandbox sandbox = { .readable = { readable, 1, 1 },
                               .writable = "output",
                               .rmdir_in = "." };
    const char *description = NULL;

    sandbox_enter(&sandbox, &description);
    if (strncmp(description, "none", 4) == 0 ||
        !strstr(description, row->by_seccomp ? "seccomp" : "Landlock"))
        return CHILD_UNCONFINED;
    return row->try();
}

static void
touch(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    close(fd);
}

/* A folder of its own for each row, left again afterwards. */
static int
set_up(void **state)
{
    char folder[] = "/tmp/exinquest-sandbox.XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    touch("evidence");
    touch("secret");
    assert_int_equal(mkdir("output", 0700), 0);
    return 0;
}

static int
tear_down(void **state)
{
    static const char *const left[] = { "evidence", "secret", "elsewhere",
                                        "output/new" };
    char folder[4096];

    (void)state;
    for (size_t i = 0; i < sizeof(left) / sizeof(left[0]); i++)
        unlink(left[i]);
    rmdir("output");
    assert_non_null(getcwd(folder, sizeof(folder)));
    assert_int_equal(chdir("/"), 0);
    return rmdir(folder);
}

static void
holds(void **state)
{
    const struct row *row = *state;
    int status = 0;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0)
        _exit(confined(row));
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CHILD_UNCONFINED)
        skip();
    assert_int_equal(WEXITSTATUS(status), row->expected);
}

int
main(void)
{
    struct CMUnitTest tests[ROW_COUNT];

    for (size_t i = 0; i < ROW_COUNT; i++)
        tests[i] = (struct CMUnitTest){ .name = rows[i].name,
                                        .test_func = holds,
                                        .setup_func = set_up,
                                        .teardown_func = tear_down,
                                        .initial_state = (void *)&rows[i] };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
