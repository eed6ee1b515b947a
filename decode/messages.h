// Reads Raft's messages and saved states, for readers of the stream of events.
// The .c file uses their C structs, and is compiled for each raft.x: a
// student's raft.x may have more fields than the given one.
#ifndef DECODE_MESSAGES_H
#define DECODE_MESSAGES_H

#include "labrpc/labrpc.h"
#include "rt/bytes.h"

#include <stdbool.h>
#include <stdint.h>

// OTHER: an RPC with another name, or with other messages.
enum message_kind { OTHER, VOTE, APPEND, SNAPSHOT };

struct request {
    enum message_kind kind;
    int term;

    // VOTE: the candidate's last entry. APPEND: the entry before the new ones.
    // SNAPSHOT: the last entry covered. The term of index 0 is 0.
    int index;
    int index_term;

    int sent_index_term;  // APPEND: as sent. Some Rafts send another for index
                          // 0.
    int leader_commit;    // APPEND.
    int n_entries;        // APPEND.
    const void *args;
};

// The name of the RPC of this kind, which is not OTHER: "Raft.RequestVote".
const char *rpc_name(enum message_kind kind);

// The kind of the RPC of this name. Its messages are not looked at.
enum message_kind rpc_named(const char *name);

// The kind of an RPC with this name and these messages.
enum message_kind rpc_kind(const struct labrpc_method *method);

// The kind and fields of a request. It points into args.
struct request request_read(const struct labrpc_method *method,
                            const void *args);

// Reads entry k of an AppendEntries request, from 0: its term, and its
// command's hash.
void request_entry(const struct request *request, int k, int *term,
                   uint64_t *hash);

struct reply {
    int term;
    bool yes;  // vote_granted, or success.
};

struct reply reply_read(enum message_kind kind, const void *reply);

// How this raft.x's PersistentState is encoded: as the given one's, as the
// given one's with more fields behind it, or in another way.
enum saved_form { PLAIN_FORM, PLAIN_FORM_AND_MORE, OTHER_FORM };
enum saved_form saved_state_form(void);

// Encodes again, in the form of the given raft.x, a state saved by this one.
// The caller frees it. Empty if the state does not decode.
struct bytes saved_state_make_plain(struct bytes state);

#endif
