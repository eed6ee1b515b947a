// Tries: makes the machine late: forty threads that compute, and never
// leave a result but INCONCLUSIVE.
// aims at: busy-ness
// long: waits for a limit of time
#include "stub.h"
#include <pthread.h>

static void *compute(void *nothing)
{
    for (volatile long k = 0; nothing == NULL && k < 2000000000; k++)
        ;
    return NULL;
}

static void attack(struct raft *rf)
{
    (void)rf;
    pthread_t thread;
    for (int k = 0; k < 40; k++)
        pthread_create(&thread, NULL, compute, NULL);
}
