// Two calls at the same time: a thread for one of them.
#include "tests/fig2/at_once.h"

#include "rt/go.h"

#include <pthread.h>

struct side {
    struct script *script;
    void (*call)(struct script *s, void *what);
    void *what;
};

static void *run_side(void *arg)
{
    struct side *side = arg;
    side->call(side->script, side->what);
    return NULL;
}

void script_at_once(struct script *s, void (*one)(struct script *s, void *what),
                    void *one_what, void (*other)(struct script *s, void *what),
                    void *other_what)
{
    struct side side = { s, other, other_what };
    pthread_t thread;
    go_thread(&thread, run_side, &side);
    one(s, one_what);
    pthread_join(thread, NULL);
}

void script_call_vote(struct script *s, void *what)
{
    struct vote_call *call = what;
    call->granted = script_request_vote(s, call->term, call->candidate,
                                        call->last_index, call->last_term)
                        .vote_granted;
}

void script_call_append(struct script *s, void *what)
{
    struct append_call *call = what;
    call->success = script_append(s, call->append).success;
}

void script_call_install(struct script *s, void *what)
{
    const struct install_call *call = what;
    script_install(s, call->term, call->last_index, call->last_term);
}

void script_call_start(struct script *s, void *what)
{
    struct start_calls *calls = what;
    int term = 0;
    while (calls->count < MAX_STARTS &&
           script_start(s, calls->number + calls->count,
                        &calls->index[calls->count], &term))
        calls->count++;
}

void script_call_snapshot(struct script *s, void *what)
{
    const struct snapshot_calls *calls = what;
    for (int index = calls->first; index <= calls->last; index++)
        script_snapshot(s, index);
}
