// Order violation: the new thread uses what its maker sets after it has made
// the thread.
#include "bench/search/program.h"

static int *buffer;
static int storage;

static void *use(void *unused)
{
    must(buffer != NULL);
    *buffer = 1;
    return unused;
}

PROGRAM(order_violation, BETWEEN_CALLS)
{
    pthread_t user;
#ifdef FIXED
    buffer = &storage;
#endif
    pthread_create(&user, NULL, use, NULL);
#ifndef FIXED
    buffer = &storage;
#endif
    pthread_join(user, NULL);
}
