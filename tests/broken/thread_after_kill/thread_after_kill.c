// Wrong: a thread of server 1 does not check whether it was killed. It is
// detached, so raft_free does not wait for it.
// Verdict: failed 5 s after the end, with the number of threads. stderr shows
// the server and the place of each.
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
