// Writes Raft's messages and the entries of logs, in the names of raft.x.
#ifndef RECORD_MESSAGES_H
#define RECORD_MESSAGES_H

#include "labrpc/labrpc.h"
#include "record/json.h"

// Of more entries than MAX_ENTRIES_SHOWN only so many at either end.
enum { MAX_ENTRIES_SHOWN = 64, ENTRIES_AT_ENDS = 8 };

static inline bool is_entry_shown(int k, int count)
{
    return count <= MAX_ENTRIES_SHOWN || k < ENTRIES_AT_ENDS ||
           k >= count - ENTRIES_AT_ENDS;
}

void json_entry(struct json *j, int index, int term, struct bytes command);

// The sender that the request names; NO_SERVER if it is none of the three.
int message_sender(const struct labrpc_method *method, const void *args);

// "args", or "reply", of this RPC; nothing if it is none of the three.
void json_args(struct json *j, const struct labrpc_method *method,
               const void *args);
void json_reply(struct json *j, const struct labrpc_method *method,
                const void *reply);

#endif
