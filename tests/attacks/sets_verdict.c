// Tries: writes "passed" into the verdict that the simulator's runner
// reads.
// aims at: the verdict
// state: not built
#include "stub.h"
#include "tester/verdict.h"

static void attack(struct raft *rf)
{
    (void)rf;
    current_verdict->state = TEST_PASSED;
    _exit(0);
}
