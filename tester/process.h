// The process that runs a Raft. In most programs that is the process of the
// test; isolab has one for each life of a server (judge/raft.c).
#ifndef TESTER_PROCESS_H
#define TESTER_PROCESS_H

#include "raft/raft.h"

#include <stdbool.h>

// Kills the process that runs this Raft. False if that is the process of the
// test. Then raft_kill must do.
bool process_kill(struct raft *rf);

// The bytes that this process has allocated. 0 with a sanitizer's own
// allocator.
long long process_memory(struct raft *rf);

#endif
