/*
 * bench_tool: what tests/bench.sh cannot do by itself.
 *   run COUNT COMMAND...   processor seconds, wall seconds (medians) and the
 *                          highest peak of memory in KiB, of COUNT runs
 *   newlines FILE          a bare scan for newlines: the bound of reading
 *   inflate FILE...        zlib's inflate alone: the bound of unpacking
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { BLOCK_BYTES = 256 * 1024, RUNS_MAX = 99 };

struct cost {
    double cpu;
    double wall;
    long peak_kib;
};

static double
seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double
seconds_of(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static bool
run_once(char **command, struct cost *ret_cost)
{
    double before = seconds_now();
    struct rusage usage;
    int how = 0;
    pid_t child = fork();

    if (child < 0)
        return false;
    if (!child) {
        int nothing = open("/dev/zero", O_WRONLY); /* grep knows /dev/null */

        if (nothing >= 0)
            dup2(nothing, STDOUT_FILENO);
        if (nothing >= 0)
            dup2(nothing, STDERR_FILENO);
        execvp(command[0], command);
        _exit(127);
    }
    while (wait4(child, &how, 0, &usage) < 0) {
        if (errno != EINTR)
            return false;
    }
    *ret_cost = (struct cost){ .cpu = seconds_of(usage.ru_utime) +
                                      seconds_of(usage.ru_stime),
                               .wall = seconds_now() - before,
                               .peak_kib = usage.ru_maxrss };
    return WIFEXITED(how) && WEXITSTATUS(how) <= 1;
}

static int
number_order(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return a < b ? -1 : a > b;
}

static int
run(int count, char **command)
{
    double cpu[RUNS_MAX], wall[RUNS_MAX];
    long peak = 0;

    if (count < 1 || count > RUNS_MAX)
        return 2;
    for (int i = 0; i < count; i++) {
        struct cost cost;

        if (!run_once(command, &cost))
            return 1;
        cpu[i] = cost.cpu;
        wall[i] = cost.wall;
        if (cost.peak_kib > peak)
            peak = cost.peak_kib;
    }
    qsort(cpu, (size_t)count, sizeof(cpu[0]), number_order);
    qsort(wall, (size_t)count, sizeof(wall[0]), number_order);
    printf("%.3f %.3f %ld\n", cpu[count / 2], wall[count / 2], peak);
    return 0;
}

static int
newlines(const char *path)
{
    static char block[BLOCK_BYTES];
    int fd = open(path, O_RDONLY);
    uint64_t lines = 0;
    ssize_t got;

    if (fd < 0)
        return 1;
    while ((got = read(fd, block, sizeof(block))) > 0) {
        const char *at = block, *end = block + got;

        while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
            at++;
            lines++;
        }
    }
    close(fd);
    printf("%llu\n", (unsigned long long)lines);
    return got < 0;
}

static int
unpack(const char *path)
{
    static unsigned char in[BLOCK_BYTES], out[BLOCK_BYTES];
    z_stream stream = { 0 };
    uint64_t bytes = 0;
    ssize_t got;
    int fd = open(path, O_RDONLY);

    if (fd < 0 || inflateInit2(&stream, 15 + 16) != Z_OK)
        return 1;
    while ((got = read(fd, in, sizeof(in))) > 0) {
        stream.next_in = in;
        stream.avail_in = (uInt)got;
        while (stream.avail_in) {
            int code;

            stream.next_out = out;
            stream.avail_out = sizeof(out);
            code = inflate(&stream, Z_NO_FLUSH);
            bytes += sizeof(out) - stream.avail_out;
            if (code == Z_STREAM_END)
                code = inflateReset(&stream);
            if (code != Z_OK)
                break;
        }
    }
    inflateEnd(&stream);
    close(fd);
    printf("%llu\n", (unsigned long long)bytes);
    return got < 0;
}

int
main(int argc, char **argv)
{
    if (argc > 3 && strcmp(argv[1], "run") == 0)
        return run((int)strtol(argv[2], NULL, 10), argv + 3);
    if (argc == 3 && strcmp(argv[1], "newlines") == 0)
        return newlines(argv[2]);
    if (argc > 2 && strcmp(argv[1], "inflate") == 0) {
        int failed = 0;

        for (int i = 2; i < argc; i++)
            failed |= unpack(argv[i]);
        return failed;
    }
    fputs("usage: bench_tool run COUNT COMMAND... | newlines FILE | "
          "inflate FILE...\n",
          stderr);
    return 2;
}
