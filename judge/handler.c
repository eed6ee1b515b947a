// labrpc/handler.c for the judge: the handlers of a Raft's methods run in its
// peer.
#include "judge/internal.h"
#include "labrpc/internal.h"

#include <stdlib.h>

// The arguments and the reply of a handler whose process has been killed.
static void drop(const struct labrpc_method *method, void *args, void *reply)
{
    xdr_free(method->xdr_args, args);
    free(args);
    free(reply);
}

static bool ask_peer(const struct labrpc_method *method, struct raft *rf,
                     const void *args, void *reply)
{
    struct bytes encoded =
        labrpc_encode("arguments", method->name, method->xdr_args, args);
    struct frame question = { .kind = FRAME_HANDLE,
                              .numbers = { methods_number(method) },
                              .parts = { encoded } };
    struct frame answer = { 0 };
    bool answered = raft_ask(rf, &question, &answer);
    bytes_free(&encoded);
    if (answered)
        lie_check_decode(rf->peer, "reply", method->name, method->xdr_reply,
                         answer.parts[0], reply);
    else
        drop(method, (void *)args, reply);
    frame_free(&answer);
    return answered;
}

bool labrpc_run_handler(const struct labrpc_method *method, void *receiver,
                        const void *args, void *reply)
{
    if (method->handler == methods_forward)
        return ask_peer(method, receiver, args, reply);
    method->handler(receiver, args, reply);
    return true;
}
