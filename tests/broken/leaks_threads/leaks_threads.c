// Wrong: raft_make starts threads until there are no more.
// Verdict: failed, with the number of threads, if the limit is above 10,000.
#include "tests/broken/base.h"

#include <unistd.h>

#define MOST 15000

static void *wait_for_ever(void *unused)
{
    for (;;)
        pause();
    return unused;
}

static void start_threads(struct raft *rf)
{
    (void)rf;
    for (int n = 0; n < MOST; n++) {
        pthread_t id;
        int error = pthread_create(&id, NULL, wait_for_ever, NULL);
        assert(error == 0);
    }
}

static const struct bug bug = { .in_make = start_threads };
