// Atomicity violation: two threads add to a counter without a lock.
#include "bench/search/program.h"

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int count;

static void *add(void *unused)
{
#ifdef FIXED
    pthread_mutex_lock(&mu);
#endif
    count = count + 1;
#ifdef FIXED
    pthread_mutex_unlock(&mu);
#endif
    return unused;
}

PROGRAM(lost_update, BETWEEN_ACCESSES)
{
    run_alike(2, add);
    pthread_mutex_lock(&mu);
    must(count == 2);
    pthread_mutex_unlock(&mu);
}
