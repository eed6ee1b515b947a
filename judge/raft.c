// raft.h for the tester: each function asks the peer. After the process has
// been killed it returns what a server returns that is not leader.
#include "judge/internal.h"

#include "rt/debug_log.h"
#include "tester/process.h"

static bool ask(struct raft *rf, struct frame question, struct frame *answer)
{
    return raft_ask(rf, &question, answer);
}

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    int n_methods;
    const struct labrpc_method *methods = raft_methods(&n_methods);
    struct raft *rf = raft_begin(me, &(struct raft){ .ends = peers,
                                                     .n_servers = n_peers,
                                                     .persister = persister,
                                                     .methods = methods,
                                                     .n_methods = n_methods,
                                                     .apply_ch = apply_ch });
    struct frame answer = { 0 };
    ask(rf,
        (struct frame){ .kind = FRAME_MAKE,
                        .numbers = { n_peers, me, debug_log_enabled } },
        &answer);
    bool is_made = lie_check_bool(rf->peer, answer.numbers[0]);
    frame_free(&answer);
    return is_made ? rf : NULL;
}

bool process_kill(struct raft *rf)
{
    zygote_kill(rf->peer);
    return true;
}

long long process_memory(struct raft *rf)
{
    struct frame answer = { 0 };
    ask(rf, (struct frame){ .kind = FRAME_MEMORY }, &answer);
    frame_free(&answer);
    return answer.numbers[0];
}

void raft_kill(struct raft *rf)
{
    ask(rf, (struct frame){ .kind = FRAME_KILL }, NULL);
}

void raft_free(struct raft *rf)
{
    bool runs = !zygote_has_killed(rf->peer) &&
                ask(rf, (struct frame){ .kind = FRAME_FREE }, NULL);
    if (runs) {
        requests_return_lent(rf);
        threads_await_end(rf);
    } else {
        raft_end(rf);
    }
}

// ---- The calls of the service ----

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    struct frame answer = { 0 };
    ask(rf, (struct frame){ .kind = FRAME_START, .parts = { command } },
        &answer);
    bool is_leader = lie_check_bool(rf->peer, answer.numbers[0]);
    if (is_leader) {
        *index = lie_check_int(rf->peer, answer.numbers[1]);
        *term = lie_check_int(rf->peer, answer.numbers[2]);
    }
    frame_free(&answer);
    return is_leader;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    struct frame answer = { 0 };
    ask(rf, (struct frame){ .kind = FRAME_STATE }, &answer);
    *term = lie_check_int(rf->peer, answer.numbers[0]);
    *is_leader = lie_check_bool(rf->peer, answer.numbers[1]);
    frame_free(&answer);
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    ask(rf,
        (struct frame){ .kind = FRAME_SNAPSHOT,
                        .numbers = { index },
                        .parts = { snapshot } },
        NULL);
}
