// Wrong: its RPCs have names of their own.
// Verdict: failed, with the names: the checker could not read what they say.
#define RPC_NAME "Raft.Append"
#include "tests/broken/base.h"

static const struct bug bug = { 0 };
