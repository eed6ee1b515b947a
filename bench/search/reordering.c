// Re-ordering of n threads: all but the last set a, then b. The last one must
// not see a without b. The more threads there are, the sooner one of them has
// set b. The right program sets both under one lock, and looks at both so.
#include "bench/search/program.h"

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static bool a;
static bool b;

static void let_others_in(void)
{
#ifndef FIXED
    pthread_mutex_unlock(&mu);
    pthread_mutex_lock(&mu);
#endif
}

static void *set_both(void *unused)
{
    pthread_mutex_lock(&mu);
    a = true;
    let_others_in();
    b = true;
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *look(void *unused)
{
    pthread_mutex_lock(&mu);
    bool has_a = a;
    let_others_in();
    must(b || !has_a);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void run_setters(int n)
{
    void *(*run[16])(void *);
    for (int i = 0; i < n; i++)
        run[i] = i < n - 1 ? set_both : look;
    run_threads(n, run);
}

PROGRAM(reordering_3, BETWEEN_CALLS)
{
    run_setters(3);
}

PROGRAM(reordering_5, BETWEEN_CALLS)
{
    run_setters(5);
}

PROGRAM(reordering_10, BETWEEN_CALLS)
{
    run_setters(10);
}
