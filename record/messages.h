// Writes Raft's messages and the entries of logs as JSON, with the names of
// raft.x.
#ifndef RECORD_MESSAGES_H
#define RECORD_MESSAGES_H

#include "labrpc/labrpc.h"
#include "record/json.h"

// If there are more than MAX_ENTRIES_SHOWN, only the first and last
// ENTRIES_AT_ENDS are written.
enum { MAX_ENTRIES_SHOWN = 64, ENTRIES_AT_ENDS = 8 };

static inline bool is_entry_shown(int k, int count)
{
    return count <= MAX_ENTRIES_SHOWN || k < ENTRIES_AT_ENDS ||
           k >= count - ENTRIES_AT_ENDS;
}

void json_entry(struct json *j, int index, int term, struct bytes command);

// The sender that the request names; NO_SERVER if it is none of the three.
int message_sender(const struct labrpc_method *method, const void *args);

// Write the field "args" or "reply" of this RPC. Do nothing if it is none of
// the three.
void json_args(struct json *j, const struct labrpc_method *method,
               const void *args);
void json_reply(struct json *j, const struct labrpc_method *method,
                const void *reply);

#endif
