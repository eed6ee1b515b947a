// Elections (§5.2, §5.4.1): starting one, voting in one, winning one.
//
// The ticker runs on its own thread. So does every request_vote that arrives,
// and so should every send_request_vote.
#include "internal.h"

// How often the ticker checks the time. (It could also sleep until something is
// due, and be woken when that moment comes nearer.)
#define TICK_MS 10

// Your code here (2A): the timeouts, as named constants in milliseconds.

void ticker(void *arg)
{
    struct raft *rf = arg;
    pthread_mutex_lock(&rf->mu);
    while (!rf->dead) {
        // Your code here (2A): start an election, or send heartbeats, if that
        // is due.

        // Releases the lock while it waits, and holds it again afterwards.
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

// Your code here (2A): starting an election. Use one thread per peer, so that a
// peer that does not answer delays no other:
//
//     go(rf->threads, "RequestVote", ask_for_vote, call);
//
// Here `call` is a struct of yours with everything that the thread needs (rf,
// the peer, the request). Make it with alloc(); the thread frees it.

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
