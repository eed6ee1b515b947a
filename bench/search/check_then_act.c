// Atomicity violation: the balance may change between the look at it and the
// withdrawal.
#include "bench/search/program.h"

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int balance = 100;

static void *withdraw(void *unused)
{
    pthread_mutex_lock(&mu);
    bool is_enough = balance >= 100;
#ifndef FIXED
    pthread_mutex_unlock(&mu);
    pthread_mutex_lock(&mu);
#endif
    if (is_enough)
        balance -= 100;
    pthread_mutex_unlock(&mu);
    return unused;
}

PROGRAM(check_then_act, BETWEEN_CALLS)
{
    run_alike(2, withdraw);
    must(balance == 0);
}
