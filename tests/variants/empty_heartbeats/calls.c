// Messages on their way. Each has a joinable thread, because a call may take
// seconds and nobody should wait for it. When the call has returned, it adds
// itself to a list. The timekeeper joins the threads on the list, and raft_free
// the rest.
#include "monitor.h"

#include "rt/alloc.h"

#include <stdio.h>
#include <stdlib.h>

struct call *new_call(struct peer *peer, enum method method)
{
    INSIDE(peer->rf);
    struct call *call = alloc(sizeof *call);
    call->rf = peer->rf;
    call->peer = peer;
    call->method = method;
    call->term = peer->rf->saved.current_term;
    return call;
}

static void take_reply(struct call *call, bool answered)
{
    INSIDE(call->rf);
    switch (call->method) {
    case REQUEST_VOTE:
        if (answered)
            vote_replied(call);
        break;
    case APPEND_ENTRIES:
        append_replied(call, answered);
        break;
    default:
        install_replied(call, answered);
        break;
    }
}

static void *run(void *arg)
{
    struct call *call = arg;
    struct raft *rf = call->rf;
    const struct labrpc_method *method = &methods[call->method];
    bool answered = labrpc_call(rf->ends[call->peer->id], method,
                                &call->request, &call->reply);
    pthread_mutex_lock(&rf->mu);
    if (!rf->dead)
        take_reply(call, answered);
    rf->n_running--;
    call->next = rf->returned;
    rf->returned = call;
    pthread_cond_broadcast(&rf->changed);
    pthread_mutex_unlock(&rf->mu);
    return NULL;
}

void send_off(struct call *call)
{
    struct raft *rf = call->rf;
    INSIDE(rf);
    rf->n_running++;
    int error = pthread_create(&call->thread, NULL, run, call);
    if (error != 0) {
        fprintf(stderr, "raft: cannot start a thread: error %d\n", error);
        abort();
    }
}

void join_returned(struct raft *rf)
{
    pthread_mutex_lock(&rf->mu);
    struct call *call = rf->returned;
    rf->returned = NULL;
    pthread_mutex_unlock(&rf->mu);
    while (call != NULL) {
        struct call *next = call->next;
        pthread_join(call->thread, NULL);
        xdr_free(methods[call->method].xdr_args, &call->request);
        free(call);
        call = next;
    }
}
