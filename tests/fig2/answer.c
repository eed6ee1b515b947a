// Replies are kept encoded: a student's own fields can be pointers.
#include "tests/fig2/answer.h"

#include "labrpc/internal.h"

bool answer_recall(const struct answer *answer, struct bytes to,
                   const struct labrpc_method *method, void *reply)
{
    if (answer->to.len == 0 || !bytes_equal(answer->to, to))
        return false;
    labrpc_decode("reply", method->name, method->xdr_reply, answer->reply,
                  reply);
    return true;
}

void answer_keep(struct answer *answer, struct bytes to,
                 const struct labrpc_method *method, const void *reply)
{
    answer_free(answer);
    answer->to = to;
    answer->reply =
        labrpc_encode("reply", method->name, method->xdr_reply, reply);
}

void answer_free(struct answer *answer)
{
    bytes_free(&answer->to);
    bytes_free(&answer->reply);
}
