// Server 0 calls the others again and again, and reads no reply. They are long.
// Those of one server may all be unfinished at once.
#include "wire/control.h"
#include "wire/internal.h"

#include "raft/raft.h"

#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALLS       60
#define REPLY_BYTES (8 << 20)

struct raft {
    int me;
    atomic_bool has_called;
};

static bool_t xdr_nothing(XDR *xdrs, void *message)
{
    (void)xdrs;
    (void)message;
    return TRUE;
}

static bool_t xdr_much(XDR *xdrs, void *message)
{
    static char zeros[REPLY_BYTES];
    (void)message;
    return xdrs->x_op != XDR_ENCODE || xdr_opaque(xdrs, zeros, REPLY_BYTES);
}

static void handle(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    (void)args;
    (void)reply;
}

const struct labrpc_method *raft_methods(int *n_methods)
{
    static const struct labrpc_method method = {
        .name = "Raft.Much",
        .xdr_args = (xdrproc_t)xdr_nothing,
        .args_size = 1,
        .xdr_reply = (xdrproc_t)xdr_much,
        .reply_size = 1,
        .handler = handle,
    };
    *n_methods = 1;
    return &method;
}

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    static struct raft rf;
    (void)peers;
    (void)n_peers;
    (void)persister;
    (void)apply_ch;
    rf.me = me;
    return &rf;
}

static void call_again_and_again(void)
{
    for (uint64_t k = 0; k < CALLS; k++) {
        struct packet_head head = { .kind = FRAME_CALL,
                                    .serial = (uint64_t)1 << 40 | k,
                                    .numbers = { 1 + k % 2, 0 } };
        ssize_t sent = send(CONTROL_FD, &head, sizeof head, MSG_NOSIGNAL);
        (void)sent;
    }
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    *term = 1;
    *is_leader = false;
    if (rf->me != 0)
        sleep(2);  // So the test waits until all replies have come.
    else if (!atomic_exchange(&rf->has_called, true))
        call_again_and_again();
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    (void)rf;
    (void)command;
    (void)index;
    (void)term;
    return false;
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    (void)rf;
    (void)index;
    (void)snapshot;
}

void raft_kill(struct raft *rf)
{
    (void)rf;
}

void raft_free(struct raft *rf)
{
    (void)rf;
}
