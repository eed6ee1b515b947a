// A barrier that is used twice. A fast thread comes to the second use before a
// slow one has left the first, and changes the count that the slow one looks
// at, which then waits for ever. In the right program each use has a number.
#include "bench/search/program.h"

enum { N_THREADS = 3, N_USES = 2 };

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_came = PTHREAD_COND_INITIALIZER;
static int n_came;
static int use;

static void await_others(void)
{
    pthread_mutex_lock(&mu);
#ifdef FIXED
    int mine = use;
#endif
    if (++n_came == N_THREADS) {
        n_came = 0;
        use++;
        pthread_cond_broadcast(&all_came);
    }
#ifdef FIXED
    while (use == mine)
#else
    while (n_came != 0)
#endif
        pthread_cond_wait(&all_came, &mu);
    pthread_mutex_unlock(&mu);
}

static void *work(void *unused)
{
    for (int i = 0; i < N_USES; i++)
        await_others();
    return unused;
}

PROGRAM(barrier, BETWEEN_CALLS)
{
    run_alike(N_THREADS, work);
}
