// Has two leaders, and makes its threads wait for a processor: they want it all
// the time. It would have the machine blamed for that.
#include "tests/broken/base.h"

#include <sched.h>

#define N_THREADS 50

static void *spin(void *yields)
{
    for (;;) {
        if (yields != NULL)
            sched_yield();
    }
    return NULL;
}

static void start_threads(struct raft *rf)
{
    for (int k = 0; k < N_THREADS; k++) {
        pthread_t id;
        int error = pthread_create(&id, NULL, spin, k % 2 == 0 ? NULL : rf);
        assert(error == 0);
    }
}

static bool lead_all(const struct raft *rf)
{
    (void)rf;
    return true;
}

static const struct bug bug = { .in_make = start_threads, .leads = lead_all };
