// Lost wake-up: the flag is read without the lock. The signal may come between
// that and the wait.
#include "bench/search/program.h"

#include <stdatomic.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static atomic_bool ready;

static void *set(void *unused)
{
    pthread_mutex_lock(&mu);
    ready = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *await(void *unused)
{
#ifdef FIXED
    pthread_mutex_lock(&mu);
    while (!ready)
        pthread_cond_wait(&changed, &mu);
    pthread_mutex_unlock(&mu);
#else
    if (!ready) {
        pthread_mutex_lock(&mu);
        pthread_cond_wait(&changed, &mu);
        pthread_mutex_unlock(&mu);
    }
#endif
    return unused;
}

PROGRAM(lost_wakeup, BETWEEN_CALLS)
{
    run_threads(2, (void *(*const[])(void *)){ set, await });
}
