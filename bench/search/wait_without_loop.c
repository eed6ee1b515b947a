// A wait without a loop: another thread may take the item after the signal and
// before the waiter has the lock again.
#include "bench/search/program.h"

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int items;

static void *take(void *unused)
{
    pthread_mutex_lock(&mu);
#ifdef FIXED
    while (items == 0)
#else
    if (items == 0)
#endif
        pthread_cond_wait(&changed, &mu);
    must(items > 0);
    items--;
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *give_two(void *unused)
{
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&mu);
        items++;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&mu);
    }
    return unused;
}

PROGRAM(wait_without_loop, BETWEEN_CALLS)
{
    run_threads(3, (void *(*const[])(void *)){ take, take, give_two });
}
