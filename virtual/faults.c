// The faults of tester/faults.h, by the simulator's functions for servers.
#include "tester/faults.h"

#include "rt/clock.h"
#include "sim/sim.h"
#include "virtual/boundary.h"

void fault_crash(struct raft *rf)
{
    sim_life_crash(boundary_life_of(rf));
}

int fault_threads_outside(struct raft *rf)
{
    return sim_life_outside(boundary_life_of(rf));
}

void fault_pause(struct raft *rf, int ms, void (*resumed)(void *), void *arg)
{
    sim_life_pause(boundary_life_of(rf), ms * NS_PER_MS, resumed, arg);
}

bool fault_is_paused(struct raft *rf)
{
    return sim_life_is_paused(boundary_life_of(rf));
}

void fault_set_clock_rate(int server, int percent)
{
    sim_set_clock_rate(server, 10 * percent);
}

void fault_run_on(int points)
{
    sim_run_on((uint64_t)points);
}
