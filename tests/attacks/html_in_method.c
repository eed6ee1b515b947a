// Tries: the name of its RPC is HTML, an escape and no UTF-8.
// aims at: the report
#define METHOD "Raft.<script>alert(6)</script>\x1b[2J\xff\"],\""
#include "stub.h"

static void attack(struct raft *rf)
{
    if (rf->me != 0)
        return;
    RequestVoteRequest request = { .term = 1 };
    RequestVoteResponse response;
    labrpc_call(rf->peers[1], &stub_rpcs[0], &request, &response);
    abort();
}
