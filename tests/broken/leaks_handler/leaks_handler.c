// Wrong: server 1's RPC handler never returns.
// Verdict: failed when the handler has not returned 5 s after the end. stderr
// shows its place.
#include "tests/broken/base.h"

#include "rt/clock.h"

static void wait_for_ever(struct raft *rf)
{
    while (rf->me == 1)
        sleep_ms(100);
}

static const struct bug bug = { .in_handler = wait_for_ever };
