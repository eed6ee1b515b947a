// What is saved, looked at again and again: a crash can come between any two
// steps. One thread a watch.
#include "tests/fig2/script.h"

#include "rt/alloc.h"
#include "rt/go.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

struct watch {
    struct script *script;
    void (*look)(const struct saved *before, const struct saved *now);
    pthread_t thread;
    atomic_bool stop;
};

static void *watch_saved(void *arg)
{
    struct watch *watch = arg;
    struct saved before = { 0 };
    while (!atomic_load(&watch->stop)) {
        struct saved now = script_saved(watch->script);
        if (now.is_valid) {
            watch->look(&before, &now);
            before = now;
        }
        sched_yield();
    }
    return NULL;
}

struct watch *script_watch(struct script *s,
                           void (*look)(const struct saved *before,
                                        const struct saved *now))
{
    struct watch *watch = alloc(sizeof *watch);
    watch->script = s;
    watch->look = look;
    atomic_init(&watch->stop, false);
    go_thread(&watch->thread, watch_saved, watch);
    return watch;
}

void script_end_watch(struct watch *watch)
{
    atomic_store(&watch->stop, true);
    pthread_join(watch->thread, NULL);
    free(watch);
}
