// Each server goes on after raft_free: it calls and saves by what the tester
// has freed by then.
#include "tests/hostile/hostile.h"

#include "raft/raft_x.h"

static void call(struct raft *rf)
{
    int n_methods;
    const struct labrpc_method *methods = raft_methods(&n_methods);
    RequestVoteRequest request = { .term = 1, .candidate_id = rf->me };
    RequestVoteResponse response = { 0 };
    labrpc_call(rf->peers[rf->me], &methods[0], &request, &response);
}

static bool is_dead(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    bool dead = rf->dead;
    pthread_mutex_unlock(&rf->mu);
    return dead;
}

static void *go_on(void *arg)
{
    struct raft copy = *(struct raft *)arg;  // raft_free frees it.
    while (!is_dead(arg))
        usleep(1000);
    usleep(300000);  // By now it has returned.
    for (;;) {
        call(&copy);
        persister_save_raft_state(copy.persister, (struct bytes){ "save", 4 });
        persister_raft_state_size(copy.persister);
    }
    return NULL;
}

static void attack(struct raft *rf)
{
    for (int k = 0; k < 4; k++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, go_on, rf) == 0)
            pthread_detach(thread);
    }
}
