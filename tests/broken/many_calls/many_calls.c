// Wrong: nothing. The leader has thousands of RPCs under way at once, a thread
// for each, as a right one that is cut off can have.
// Verdict: passed, in one process and in several.
#include "tests/broken/base.h"

#include <unistd.h>

// 1,000 requests a second to one server would be a flood.
#define AT_ONCE   600
#define WAVES     2
#define WAVE_US   1050000
#define ANSWER_US 2000000

static void send_heartbeat(void *peer)
{
    AppendEntriesRequest request = { .term = TERM, .leader_id = 0 };
    AppendEntriesResponse response;
    labrpc_call(peer, &rpcs[1], &request, &response);
}

static void send_waves(void *arg)
{
    struct raft *rf = arg;
    for (int wave = 0; wave < WAVES; wave++) {
        for (int n = 0; n < AT_ONCE; n++) {
            go(rf->threads, "heartbeat", send_heartbeat, rf->peers[1]);
            go(rf->threads, "heartbeat", send_heartbeat, rf->peers[2]);
        }
        usleep(WAVE_US);
    }
}

// Begins when the leader is asked for its state after its election.
static bool leads(const struct raft *rf)
{
    static bool has_begun;
    if (rf->me != 0)
        return false;
    if (rf->elected && !has_begun)
        go(rf->threads, "waves", send_waves, (void *)rf);
    has_begun = rf->elected;
    return true;
}

static void answer_late(struct raft *rf)
{
    (void)rf;
    usleep(ANSWER_US);
}

static const struct bug bug = { .leads = leads, .in_handler = answer_late };
