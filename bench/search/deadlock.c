// Deadlock: each of n threads holds a lock and wants its neighbour's. In the
// right program the last one takes its two locks in the other order.
#include "bench/search/program.h"

enum { MOST = 7 };

static pthread_mutex_t locks[MOST];
static int n;

static void *take_both(void *arg)
{
    int mine = *(int *)arg;
    int other = (mine + 1) % n;
#ifdef FIXED
    if (other < mine) {
        other = mine;
        mine = 0;
    }
#endif
    pthread_mutex_lock(&locks[mine]);
    pthread_mutex_lock(&locks[other]);
    pthread_mutex_unlock(&locks[other]);
    pthread_mutex_unlock(&locks[mine]);
    return NULL;
}

static void run_circle(int length)
{
    n = length;
    for (int i = 0; i < n; i++)
        pthread_mutex_init(&locks[i], NULL);
    run_alike(n, take_both);
}

PROGRAM(deadlock_2, BETWEEN_CALLS)
{
    run_circle(2);
}

PROGRAM(deadlock_3, BETWEEN_CALLS)
{
    run_circle(3);
}

PROGRAM(deadlock_7, BETWEEN_CALLS)
{
    run_circle(MOST);
}
