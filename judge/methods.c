// raft_methods for the tester, with the messages of the given raft.x. Messages
// of other RPCs are bytes. Compiled with the given raft.x.
#include "judge/internal.h"

#include "judge/raw.h"
#include "rt/alloc.h"
#include "tester/verdict.h"

#include "raft/raft_x.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define MAX_METHODS 64
#define MAX_NAME    100

// The messages of the given raft.x, as FRAME_METHODS numbers them.
#define RPC(name_)                                                             \
    {                                                                          \
        .xdr_args = (xdrproc_t)xdr_##name_##Request,                           \
        .args_size = sizeof(name_##Request),                                   \
        .xdr_reply = (xdrproc_t)xdr_##name_##Response,                         \
        .reply_size = sizeof(name_##Response)                                  \
    }
static const struct labrpc_method given[] = {
    [MESSAGES_OTHER] = { .xdr_args = (xdrproc_t)raw_xdr,
                         .args_size = sizeof(struct bytes),
                         .xdr_reply = (xdrproc_t)raw_xdr,
                         .reply_size = sizeof(struct bytes) },
    [MESSAGES_VOTE] = RPC(RequestVote),
    [MESSAGES_APPEND] = RPC(AppendEntries),
    [MESSAGES_INSTALL] = RPC(InstallSnapshot),
};

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

// Guarded by mu, until n_methods is set; then constant.
static struct labrpc_method methods[MAX_METHODS];
static atomic_int n_methods;

void methods_forward(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    (void)args;
    (void)reply;
    assert(false && "handler.c asks the peer");
}

// Reads one method from what is left of the answer.
static void read_method(const struct peer *peer, struct labrpc_method *method,
                        struct bytes *names, char messages)
{
    size_t len = strnlen(names->data, names->len);
    if (len == names->len || len == 0 || len > MAX_NAME)
        lie_fail(peer, "no names of its methods");
    if (messages < 0 || messages >= N_MESSAGES)
        lie_fail(peer, "a method with messages of no kind");
    *method = given[(int)messages];
    method->name = alloc_string(names->data);
    method->handler = methods_forward;
    names->data = (char *)names->data + len + 1;
    names->len -= len + 1;
}

static void learn_locked(void)
{
    struct raft *rf = raft_begin(NO_SERVER, &(struct raft){ 0 });
    struct frame question = { .kind = FRAME_METHODS }, answer = { 0 };
    raft_ask(rf, &question, &answer);
    struct bytes names = answer.parts[0], messages = answer.parts[1];
    if (messages.len > MAX_METHODS)
        lie_fail(rf->peer, "more than %d methods", MAX_METHODS);
    for (size_t k = 0; k < messages.len; k++)
        read_method(rf->peer, &methods[k], &names,
                    ((const char *)messages.data)[k]);
    n_methods = (int)messages.len;
    frame_free(&answer);
    raft_end(rf);
}

const struct labrpc_method *raft_methods(int *n)
{
    if (atomic_load(&n_methods) == 0) {
        pthread_mutex_lock(&mu);
        if (n_methods == 0)
            learn_locked();
        pthread_mutex_unlock(&mu);
    }
    *n = n_methods;
    return methods;
}

int methods_number(const struct labrpc_method *method)
{
    return (int)(method - methods);
}
