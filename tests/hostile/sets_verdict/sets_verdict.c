// Writes the verdict, and ends the test.
#include "tests/hostile/hostile.h"

#include "tester/verdict.h"

static void attack(struct raft *rf)
{
    (void)rf;
    current_verdict->state = TEST_PASSED;
    _exit(0);
}
