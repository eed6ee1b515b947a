// Figure 2, line by line: what part 2C saves of terms and votes belongs
// together at every moment (§5.2): a crash can come between any two steps.
#include "tests/fig2/script.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

#define NOBODY_YET -1

struct watch {
    struct script *script;
    atomic_bool stop;
};

// Looks at what is saved, again and again.
static void *watch_saved(void *arg)
{
    struct watch *watch = arg;
    struct saved before = { 0 };
    while (!atomic_load(&watch->stop)) {
        struct saved now = script_saved(watch->script);
        bool same_term =
            before.is_valid && now.is_valid && now.term == before.term;
        test_check(!same_term || before.voted_for == NOBODY_YET ||
                       now.voted_for == before.voted_for,
                   "State (Figure 2, §5.2): voted_for is the vote in the "
                   "current term, and both are saved in one step, or a crash "
                   "between the two leaves a vote to give again. Saved was "
                   "server %d as voted_for in term %d, and a moment later "
                   "%d in the same term",
                   before.voted_for, before.term, now.voted_for);
        if (now.is_valid)
            before = now;
        sched_yield();
    }
    return NULL;
}

LAB_TEST(raft_fig2, 2C_term_and_vote_together)
{
    struct script *s =
        script_begin(3, "Test (fig2 2C): term and vote are saved together");
    struct watch watch = { .script = s };
    pthread_t thread;
    pthread_create(&thread, NULL, watch_saved, &watch);

    for (int term = 1; term <= 50; term++)
        script_request_vote(s, term, 1 + term % 2, 0, 0);
    atomic_store(&watch.stop, true);
    pthread_join(thread, NULL);

    test_check(script_term(s) >= 50,
               "Rules for Servers, All Servers (Figure 2, §5.1): if an RPC "
               "request contains a newer term, set current_term. Server 0 was "
               "asked for its vote in term 50, and is in term %d",
               script_term(s));
    script_end(s);
}
