// Bounded buffer: producers and consumers wait on one condition variable, and a
// signal may wake one who cannot go on. Then all wait for ever.
#include "bench/search/program.h"

enum { CAPACITY = 1, N_ITEMS = 2 };

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int items;

static void tell_change(void)
{
#ifdef FIXED
    pthread_cond_broadcast(&changed);
#else
    pthread_cond_signal(&changed);
#endif
}

static void *produce(void *unused)
{
    for (int i = 0; i < N_ITEMS; i++) {
        pthread_mutex_lock(&mu);
        while (items == CAPACITY)
            pthread_cond_wait(&changed, &mu);
        items++;
        tell_change();
        pthread_mutex_unlock(&mu);
    }
    return unused;
}

static void *consume(void *unused)
{
    for (int i = 0; i < N_ITEMS; i++) {
        pthread_mutex_lock(&mu);
        while (items == 0)
            pthread_cond_wait(&changed, &mu);
        items--;
        tell_change();
        pthread_mutex_unlock(&mu);
    }
    return unused;
}

PROGRAM(bounded_buffer, BETWEEN_CALLS)
{
    run_threads(
        4, (void *(*const[])(void *)){ produce, consume, produce, consume });
}
