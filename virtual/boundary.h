// Which of the simulator's servers a Raft is.
#ifndef VIRTUAL_BOUNDARY_H
#define VIRTUAL_BOUNDARY_H

#include "raft/raft.h"
#include "sim/sim.h"

// NULL before raft_make has returned, and once raft_free has been called.
struct sim_server *boundary_server_of(const struct raft *rf);

#endif
