// The state that survives a crash (Figure 2, "Persistent state on all
// servers"). It is saved as an encoded PersistentState (raft/raft.x), and
// restored in raft_make.
//
// There is no thread here: every function that changes that state calls
// persist_locked.
#include "internal.h"

// How to encode a message, for example a PersistentState `state` whose fields
// you have set (it may point into your log while you hold the lock):
//
//     size_t size = xdr_sizeof((xdrproc_t)xdr_PersistentState, &state);
//     struct bytes encoded = { alloc(size), size };
//     XDR xdrs;
//     xdrmem_create(&xdrs, encoded.data, (u_int)size, XDR_ENCODE);
//     bool ok = xdr_PersistentState(&xdrs, &state);
//
// To decode bytes, start with a zeroed message and use XDR_DECODE. The message
// then owns what it points to, until xdr_free() or until you keep its pointers.

void persist_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    // Your code here (2C).
}

void restore_locked(struct raft *rf)
{
    must_hold(&rf->mu);
    struct bytes saved = persister_read_raft_state(rf->persister);
    if (saved.len > 0) {
        // Your code here (2C). If it does not decode, it is damaged: print one
        // line that says so to stderr, and exit(2).
    }
    bytes_free(&saved);
}
