// The boundary between the harness and the servers (boundary.c).
#ifndef VIRTUAL_BOUNDARY_H
#define VIRTUAL_BOUNDARY_H

#include "raft/raft.h"
#include "sim/sim.h"

// The simulator's life of this Raft. NULL before raft_make has returned, and
// once raft_free has been called.
struct sim_life *boundary_life_of(const struct raft *rf);

// Has the thread (what gettid() returns to it) delivered what its server
// applied last?
bool boundary_has_applied(int thread);

#endif
