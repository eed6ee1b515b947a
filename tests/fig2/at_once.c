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

void script_ask(struct script *s, void *what)
{
    struct asked *asked = what;
    asked->granted = script_request_vote(s, asked->term, asked->candidate,
                                         asked->last_index, asked->last_term)
                         .vote_granted;
}

void script_send(struct script *s, void *what)
{
    struct sent *sent = what;
    sent->success = script_append(s, sent->append).success;
}

void script_send_snapshot(struct script *s, void *what)
{
    const struct installed *installed = what;
    script_install(s, installed->term, installed->last_index,
                   installed->last_term);
}

void script_start_some(struct script *s, void *what)
{
    struct started *started = what;
    int term = 0;
    while (started->count < MOST_STARTED &&
           script_start(s, started->number + started->count,
                        &started->index[started->count], &term))
        started->count++;
}

void script_make_snapshots(struct script *s, void *what)
{
    const struct made *made = what;
    for (int index = made->first; index <= made->last; index++)
        script_snapshot(s, index);
}
