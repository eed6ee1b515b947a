// Two stages: a thread writes one value under one lock, and under another lock
// a second value that follows from it. In between the second is stale.
#include "bench/search/program.h"

static pthread_mutex_t first_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t second_mu = PTHREAD_MUTEX_INITIALIZER;
static int first;
static int second = 1;

static void *write_both(void *unused)
{
    pthread_mutex_lock(&first_mu);
    int value = ++first;
#ifndef FIXED
    pthread_mutex_unlock(&first_mu);
#endif
    pthread_mutex_lock(&second_mu);
    second = value + 1;
    pthread_mutex_unlock(&second_mu);
#ifdef FIXED
    pthread_mutex_unlock(&first_mu);
#endif
    return unused;
}

static void *read_both(void *unused)
{
    pthread_mutex_lock(&first_mu);
    int value = first;
    pthread_mutex_lock(&second_mu);
    must(second == value + 1);
    pthread_mutex_unlock(&second_mu);
    pthread_mutex_unlock(&first_mu);
    return unused;
}

PROGRAM(two_stage, BETWEEN_CALLS)
{
    run_threads(2, (void *(*const[])(void *)){ write_both, read_both });
}
