// Not hostile: names a thread that it has started. libc opens a file for that,
// and can do without.
#include "tests/hostile/hostile.h"

static void *end_soon(void *unused)
{
    usleep(100000);
    return unused;
}

static void attack(struct raft *rf)
{
    (void)rf;
    pthread_t thread;
    pthread_create(&thread, NULL, end_soon, NULL);
    pthread_setname_np(thread, "ticker");
    pthread_join(thread, NULL);
}
