// labrpc for the Raft under test: the judge has the network.
#include "labrpc/labrpc.h"

#include "labrpc/internal.h"
#include "peer/internal.h"
#include "rt/alloc.h"

#include <stdlib.h>
#include <string.h>

// An end is known to the judge by the server that it leads to.
struct peer_end {
    int to;
};

struct labrpc_end **peer_make_ends(int n)
{
    struct labrpc_end **ends = alloc((size_t)n * sizeof *ends);
    for (int to = 0; to < n; to++) {
        struct peer_end *end = alloc(sizeof *end);
        end->to = to;
        ends[to] = (struct labrpc_end *)end;
    }
    return ends;
}

bool labrpc_call(struct labrpc_end *end, const struct labrpc_method *method,
                 const void *args, void *reply)
{
    int number = object_find_method(method->name);
    if (number < 0)
        labrpc_fatal("raft_methods has no method %s", method->name);
    struct bytes encoded =
        labrpc_encode("arguments", method->name, method->xdr_args, args);
    struct frame question = { .kind = FRAME_CALL,
                              .numbers = { ((struct peer_end *)end)->to,
                                           number },
                              .parts = { encoded } };
    struct frame answer = { 0 };
    peer_ask(&question, &answer);
    bytes_free(&encoded);
    bool received = answer.numbers[0] != 0;
    if (received) {
        memset(reply, 0, method->reply_size);
        labrpc_decode("reply", method->name, method->xdr_reply, answer.parts[0],
                      reply);
    }
    frame_free(&answer);
    return received;
}
