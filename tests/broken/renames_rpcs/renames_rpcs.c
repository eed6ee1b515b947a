// Wrong: its RPCs have other names than those of the lab.
// Verdict: failed, with the names: the checker could not read the messages.
#define RPC_NAME  "Raft.Append"
#define VOTE_NAME "Raft.Vote"
#include "tests/broken/base.h"

static const struct bug bug = { 0 };
