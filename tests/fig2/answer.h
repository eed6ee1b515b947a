// The last answer of a stand-in, for a peer that is asked the same again.
#ifndef TESTS_FIG2_ANSWER_H
#define TESTS_FIG2_ANSWER_H

#include "labrpc/labrpc.h"
#include "rt/bytes.h"

#include <stdbool.h>

// All zero before the first answer.
struct answer {
    struct bytes to;  // The question, in whatever bytes stand for it.
    struct bytes reply;
};

// If the last answer was to the same, writes it into *reply, which is zeroed,
// and returns true. The caller frees what the reply then points to, as the
// network does.
bool answer_recall(const struct answer *answer, struct bytes to,
                   const struct labrpc_method *method, void *reply);

// Keeps this reply as the last answer. Takes over `to`.
void answer_keep(struct answer *answer, struct bytes to,
                 const struct labrpc_method *method, const void *reply);

void answer_free(struct answer *answer);

#endif
