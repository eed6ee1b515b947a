// In real time there are no such faults: a thread of the system cannot be
// stopped while it may hold locks that others need.
#include "tester/faults.h"

#include "tester/verdict.h"

void fault_crash(struct raft *rf)
{
    (void)rf;
    test_fail("cfg_crash_hard works only in the simulator");
}

int fault_threads_outside(struct raft *rf)
{
    (void)rf;
    return 0;
}

void fault_pause(struct raft *rf, int ms, void (*resumed)(void *), void *arg)
{
    (void)rf;
    (void)ms;
    (void)resumed;
    (void)arg;
    test_fail("cfg_pause works only in the simulator");
}

bool fault_is_paused(struct raft *rf)
{
    (void)rf;
    return false;
}

void fault_set_clock_rate(int server, int percent)
{
    (void)server;
    (void)percent;
    test_fail("cfg_set_clock_rate works only in the simulator");
}

void fault_run_on(int points)
{
    (void)points;
    test_fail("cfg_run_on works only in the simulator");
}
