// What survives a crash: a Raft's saved state and its snapshot, replaced
// atomically. MIT's Persister, in C.
//
// Any thread may call any of this, with any lock held: a persister takes only
// its own lock, for a moment. All bytes are copied, on the way in and out.
#ifndef PERSISTER_PERSISTER_H
#define PERSISTER_PERSISTER_H

#include "rt/bytes.h"

// In events/events.h. A Raft does not include that: it may use such names.
struct event_life;
struct events;

struct persister;

// An empty one; persister_free frees it.
struct persister *persister_make(void);

// A new persister with the same content.
struct persister *persister_copy(struct persister *p);

// The same, and p tells no stream of its saves any more: those that were told
// are all that the new one has.
struct persister *persister_succeed(struct persister *p);

void persister_free(struct persister *p);

// Has p tell this stream of each save (EVENT_SAVED), as this life's; its lock
// is held then, so no reader may call it. Before anybody else uses p.
void persister_tell(struct persister *p, struct events *events,
                    struct event_life life);

// Replaces the Raft state; the snapshot stays.
void persister_save_raft_state(struct persister *p, struct bytes raft_state);

// Replaces both at once: no crash comes between the two.
void persister_save(struct persister *p, struct bytes raft_state,
                    struct bytes snapshot);

// Replaces parts of the Raft state, at once: the first head.len bytes become
// `head`, the bytes from head.len to `keep` stay, and `tail` takes the place
// of everything behind. A Raft that appends to a long log saves the new
// entries this way, instead of its whole log each time.
//   keep  at least head.len, at most the state's size
void persister_save_tail(struct persister *p, struct bytes head, size_t keep,
                         struct bytes tail);

// Copies that the caller frees with bytes_free; empty if nothing was saved.
struct bytes persister_read_raft_state(struct persister *p);
struct bytes persister_read_snapshot(struct persister *p);

// In bytes.
size_t persister_raft_state_size(struct persister *p);
size_t persister_snapshot_size(struct persister *p);

#endif
