// What is saved, looked at again and again: a crash can come between any two
// steps. One thread a watch.
#include "tests/fig2/script.h"

#include "rt/alloc.h"
#include "rt/clock.h"
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
    // A slow server makes the test long; looking on must not take all of it.
    int64_t busy_until_ns = clock_now_ns() + SOON_MS * NS_PER_MS;
    while (!atomic_load(&watch->stop)) {
        struct saved now = script_saved(watch->script);
        if (now.is_valid) {
            watch->look(&before, &now);
            before = now;
        }
        if (clock_now_ns() < busy_until_ns)
            sched_yield();
        else
            sleep_ms(1);
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
