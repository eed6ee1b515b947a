// What survives a crash (Figure 2, "Persistent state on all servers"): saved
// as an encoded PersistentState (raft/raft.x), read again in raft_make.
//
// No thread of its own: whoever changes that state calls persist_locked.
#include "internal.h"

// How a message becomes bytes, for example a PersistentState `state` whose
// fields you have set (it may point into your log while you hold the lock):
//
//     size_t size = xdr_sizeof((xdrproc_t)xdr_PersistentState, &state);
//     struct bytes encoded = { alloc(size), size };
//     XDR xdrs;
//     xdrmem_create(&xdrs, encoded.data, (u_int)size, XDR_ENCODE);
//     bool ok = xdr_PersistentState(&xdrs, &state);
//
// and bytes become a message again: start from a zeroed one, and use
// XDR_DECODE. The decoded message owns what it points to, until xdr_free() or
// until you take it over.

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
        // Your code here (2C). If it does not decode, somebody has damaged it:
        // say so in one line on stderr, and exit(2).
    }
    bytes_free(&saved);
}
