// Wrong: a thread of server 1 waits for the network in a loop without a sleep,
// while it holds the lock.
// Verdict: failed at the test's limit, or after 10 s in one call. stderr shows
// the places of the loop and of the threads that wait for the lock.
#include "tests/broken/base.h"

static volatile bool heard_from_leader;

static void wait_for_leader(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!heard_from_leader)
        ;
    pthread_mutex_unlock(&rf->mu);
}

static void start_waiting(struct raft *rf)
{
    if (rf->me == 1)
        go(rf->threads, "waiter", wait_for_leader, rf);
}

static const struct bug bug = { .in_make = start_waiting };
