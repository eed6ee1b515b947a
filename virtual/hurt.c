// tester/hurt.h in the simulator, which knows every thread of a server.
#include "tester/hurt.h"

#include "rt/clock.h"
#include "sim/sim.h"
#include "virtual/crossing.h"

void hurt_crash(struct raft *rf)
{
    sim_server_crash(crossing_server_of(rf));
}

int hurt_threads_outside(struct raft *rf)
{
    return sim_server_outside(crossing_server_of(rf));
}

void hurt_pause(struct raft *rf, int ms)
{
    sim_server_pause(crossing_server_of(rf), ms * NS_PER_MS);
}

bool hurt_is_paused(struct raft *rf)
{
    return sim_server_is_paused(crossing_server_of(rf));
}

void hurt_set_clock_rate(int server, int percent)
{
    sim_set_clock_rate(server, 10 * percent);
}

void hurt_run_on(int points)
{
    sim_run_on((uint64_t)points);
}
