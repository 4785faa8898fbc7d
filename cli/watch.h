/*
 * watch.h: SIGINT, SIGTERM and SIGHUP while a report is made: nothing half
 * done stays behind. A thread waits for them, so that no handler and no
 * global is needed.
 */
#ifndef CLI_WATCH_H
#define CLI_WATCH_H

#include "cli/cli.h"

struct watch;

/*
 * Holds the signals back from now on. Call before anything is made.
 * Owner: the caller, watch_free(). NULL when out of memory.
 */
struct watch *watch_new(void);
/* Starts answering them; `folder` is abandoned when one comes. */
bool watch_start(struct watch *watch, const struct folder *folder);
/* Between these two a first signal waits until the files stand complete. */
void watch_hold(struct watch *watch);
void watch_release(struct watch *watch);
void watch_free(struct watch *watch);

#endif
