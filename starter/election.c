// Elections (§5.2, §5.4.1): standing for one, voting in one, winning one.
//
// The ticker is a thread of its own; so is every request_vote that arrives,
// and so should be every send_request_vote.
#include "internal.h"

// How often the ticker looks at the time. (It could as well sleep until
// something is due, and be woken when that moment comes nearer.)
#define TICK_MS 10

// Your code here (2A): the time-outs, as named constants in milliseconds.

void ticker(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        // Your code here (2A): start an election, or send heartbeats, if that
        // is due.

        // Lets the lock go while it waits, and has it again afterwards.
        cond_wait_until(&rf->ticker_cond, &rf->mu,
                        clock_now_ns() + TICK_MS * NS_PER_MS);
    }
    pthread_mutex_unlock(&rf->mu);
}

bool send_request_vote(struct raft *rf, int peer,
                       const RequestVoteRequest *request,
                       RequestVoteResponse *response)
{
    return labrpc_call(rf->peers[peer], &rf->rpcs[REQUEST_VOTE], request,
                       response);
}

// Your code here (2A): standing for election. An election wants one thread a
// peer, so that a peer that does not answer keeps nobody waiting:
//
//     go(rf->threads, "RequestVote", ask_for_vote, call);
//
// where `call` is a struct of yours, with all that the thread has to know (rf,
// the peer, the request), made with alloc() for it and freed by it.

// Answers a RequestVote RPC (Figure 2, "Receiver implementation").
void request_vote(struct raft *rf, const RequestVoteRequest *request,
                  RequestVoteResponse *response)
{
    pthread_mutex_lock(&rf->mu);
    // Your code here (2A, 2B).
    (void)request;
    (void)response;
    pthread_mutex_unlock(&rf->mu);
}
