// Which of the simulator's servers a Raft is.
#ifndef VIRTUAL_CROSSING_H
#define VIRTUAL_CROSSING_H

#include "raft/raft.h"
#include "sim/sim.h"

// NULL before raft_make has returned, and once raft_free has been called.
struct sim_server *crossing_server_of(const struct raft *rf);

#endif
