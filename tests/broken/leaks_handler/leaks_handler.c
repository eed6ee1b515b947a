// Wrong: server 1's RPC handler never returns.
// Verdict: failed when, 5 s after the end, the handler has not returned; on
// stderr the place where it stands.
#include "tests/broken/base.h"

#include "rt/clock.h"

static void wait_for_ever(struct raft *rf)
{
    while (rf->me == 1)
        sleep_ms(100);
}

static const struct bug bug = { .in_handler = wait_for_ever };
