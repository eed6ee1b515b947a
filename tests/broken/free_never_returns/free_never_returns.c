// Wrong: a thread of server 1 does not check whether it was killed, and
// raft_free waits for it.
// Verdict: failed when raft_free has not returned for 5 s, with the server.
// stderr shows the thread's place.
#include "tests/broken/base.h"

#include "rt/clock.h"

static void tick_for_ever(void *arg)
{
    (void)arg;
    for (;;)
        sleep_ms(100);
}

static void start_ticking(struct raft *rf)
{
    if (rf->me == 1)
        go(rf->threads, "ticker", tick_for_ever, rf);
}

static const struct bug bug = { .in_make = start_ticking };
