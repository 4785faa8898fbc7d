#include "cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* How often a line is told: quick on a terminal, rarely in a file. */
#define TERMINAL_PAUSE_S 0.1
#define FILE_PAUSE_S 5.0
/* Who waits less than this need not be told anything. */
#define FIRST_PAUSE_S 0.4

static double
seconds_since(const struct timespec *then)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) +
           (double)(now.tv_nsec - then->tv_nsec) / 1e9;
}

void
progress_init(struct progress *progress, const char *when, bool quiet)
{
    const char *term = getenv("TERM");
    bool terminal = isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;

    *progress = (struct progress){
        .shown = strcmp(when, "always") == 0 ||
                 (strcmp(when, "auto") == 0 && terminal && !quiet),
        .terminal = terminal,
    };
    clock_gettime(CLOCK_MONOTONIC, &progress->began);
    progress->told = progress->began;
}

static void
wipe(struct progress *progress)
{
    if (progress->dirty)
        fprintf(stderr, "\r%*s\r", (int)progress->width, "");
    progress->dirty = false;
}

static void
show(struct progress *progress, const char *line)
{
    if (!progress->terminal) {
        fprintf(stderr, "%s\n", line);
        return;
    }
    wipe(progress);
    progress->width = strlen(line);
    progress->dirty = true;
    fputs(line, stderr);
    fflush(stderr);
}

/* No colour and no cursor codes, so that NO_COLOR has nothing to forbid. */
void
progress_tell(void *user, uint64_t done_bytes, uint64_t all_bytes,
              uint64_t messages)
{
    struct progress *progress = user;
    double ran = seconds_since(&progress->began);
    double mib = (double)done_bytes / (1024.0 * 1024.0);
    double rate = ran > 0 ? mib / ran : 0;
    char line[80];
    int used = 0;

    if (!progress->shown || ran < FIRST_PAUSE_S ||
        seconds_since(&progress->told) <
            (progress->terminal ? TERMINAL_PAUSE_S : FILE_PAUSE_S))
        return;
    clock_gettime(CLOCK_MONOTONIC, &progress->told);
    used = snprintf(line, sizeof(line), "%.0f", mib);
    if (all_bytes)
        used += snprintf(line + used, sizeof(line) - (size_t)used, " of %.0f",
                         (double)all_bytes / (1024.0 * 1024.0));
    used += snprintf(line + used, sizeof(line) - (size_t)used,
                     " MiB, %.0f MiB/s, %" PRIu64 " messages", rate, messages);
    if (all_bytes > done_bytes && rate > 0)
        snprintf(line + used, sizeof(line) - (size_t)used, ", %.0f s left",
                 (double)(all_bytes - done_bytes) / (1024.0 * 1024.0) / rate);
    show(progress, line);
}

void
progress_end(struct progress *progress)
{
    wipe(progress);
}
