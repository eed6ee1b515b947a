// What Raft's messages say, for those who read the stream of events. The .c
// file knows their C structs: it is compiled for each raft.x, because a
// student's may have more in them than the given ones.
#ifndef DECODE_MESSAGES_H
#define DECODE_MESSAGES_H

#include "labrpc/labrpc.h"
#include "rt/bytes.h"

#include <stdbool.h>
#include <stdint.h>

// A message of another name or type is none of ours: a Raft may have more.
enum message_kind { OTHER, VOTE, APPEND, SNAPSHOT };

struct request {
    enum message_kind kind;
    int term;

    // VOTE: of the candidate's last entry. APPEND: of the entry before the new
    // ones. SNAPSHOT: of the last one covered. Index 0 has term 0.
    int index;
    int index_term;

    int told_term;      // APPEND: as sent. Some call that of index 0 otherwise.
    int leader_commit;  // APPEND.
    int n_entries;      // APPEND.
    const void *args;
};

// The name of the RPC of this kind: "Raft.RequestVote". None is of kind OTHER.
const char *rpc_name(enum message_kind kind);

// The kind of the RPC that has this name, whatever its messages are.
enum message_kind rpc_named(const char *name);

// The kind of an RPC with this name and these messages.
enum message_kind rpc_kind(const struct labrpc_method *method);

// The kind and fields of a request. It points into args.
struct request request_read(const struct labrpc_method *method,
                            const void *args);

// An entry of an AppendEntries request, from 0.
void request_entry(const struct request *request, int k, int *term,
                   uint64_t *hash);

struct reply {
    int term;
    bool yes;  // The vote is granted; the entries are there.
};

struct reply reply_read(enum message_kind kind, const void *reply);

// How this raft.x's PersistentState is encoded: as the given one's is, as that
// with something behind it, or otherwise.
enum saved_form { PLAIN_FORM, PLAIN_FORM_AND_MORE, OTHER_FORM };
enum saved_form saved_state_form(void);

// A state saved by this raft.x, in the given one's form; the caller frees it.
// Empty if it does not decode.
struct bytes saved_state_make_plain(struct bytes state);

#endif
