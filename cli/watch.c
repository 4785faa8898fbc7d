#include "cli/watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct watch {
    sigset_t signals;
    sigset_t before; /* the mask that was found */
    pthread_t thread;
    bool started;
    pthread_mutex_t writing; /* held while files are written */
    const struct folder *folder;
};

static void
end_by(const struct watch *watch, int number)
{
    sigset_t only;

    folder_abandon(watch->folder);
    signal(number, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    raise(number);
}

/* Ends the process by the signal, when the files stand or at the second. */
static void *
watch_run(void *user)
{
    static const struct timespec pause = { 0, 50 * 1000 * 1000 };
    struct watch *watch = user;
    int number = 0;

    while (sigwait(&watch->signals, &number) != 0)
        continue;
    if (pthread_mutex_trylock(&watch->writing) != 0) {
        say("finishing the files; once more stops at once");
        while (pthread_mutex_trylock(&watch->writing) != 0) {
            if (sigtimedwait(&watch->signals, NULL, &pause) > 0)
                break;
        }
    }
    end_by(watch, number);
    return NULL;
}

struct watch *
watch_new(void)
{
    static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
    struct watch *watch = calloc(1, sizeof(*watch));

    if (!watch)
        return NULL;
    sigemptyset(&watch->signals);
    for (size_t i = 0; i < sizeof(ending) / sizeof(ending[0]); i++) {
        struct sigaction found;

        /* Under nohup SIGHUP is ignored, and has to stay so. */
        if (sigaction(ending[i], NULL, &found) == 0 &&
            found.sa_handler != SIG_IGN)
            sigaddset(&watch->signals, ending[i]);
    }
    pthread_mutex_init(&watch->writing, NULL);
    pthread_sigmask(SIG_BLOCK, &watch->signals, &watch->before);
    return watch;
}

bool
watch_start(struct watch *watch, const struct folder *folder)
{
    watch->folder = folder;
    watch->started =
        pthread_create(&watch->thread, NULL, watch_run, watch) == 0;
    return watch->started;
}

void
watch_hold(struct watch *watch)
{
    pthread_mutex_lock(&watch->writing);
}

void
watch_release(struct watch *watch)
{
    pthread_mutex_unlock(&watch->writing);
}

void
watch_free(struct watch *watch)
{
    if (!watch)
        return;
    if (watch->started) {
        pthread_cancel(watch->thread);
        pthread_join(watch->thread, NULL);
    }
    pthread_mutex_destroy(&watch->writing);
    pthread_sigmask(SIG_SETMASK, &watch->before, NULL);
    free(watch);
}
