// Wrong: a thread of server 1 does not look whether it was killed; being
// detached, it is not waited for by raft_free either.
// Verdict: failed 5 s after the end, with the number of threads, and on stderr
// the server and the place where each stands.
#include "tests/broken/base.h"

#include "rt/clock.h"

static void *tick_for_ever(void *arg)
{
    for (;;)
        sleep_ms(100);
    return arg;
}

static void start_ticking(struct raft *rf)
{
    pthread_t ticker;
    if (rf->me == 1 && pthread_create(&ticker, NULL, tick_for_ever, rf) == 0)
        pthread_detach(ticker);
}

static const struct bug bug = { .in_make = start_ticking };
