// Stable storage: a Raft's saved state and its snapshot survive a crash. Each
// save is atomic. This is MIT's Persister, in C.
//
// Any thread may call any of this, with any lock held: a persister takes only
// its own lock, and does not block. All bytes are copied, in and out.
#ifndef PERSISTER_PERSISTER_H
#define PERSISTER_PERSISTER_H

#include "rt/bytes.h"

// Declared here, because raft.h includes this file and must not bring the names
// in events/events.h into a Raft's code.
struct event_life;
struct events;

struct persister;

// Makes an empty persister; persister_free frees it.
struct persister *persister_make(void);

// Makes a new persister with the same content.
struct persister *persister_copy(struct persister *p);

// Makes a copy for the server's next life, and stops p's events in the same
// step. So the copy has every save that was told, and no other.
struct persister *persister_hand_over(struct persister *p);

void persister_free(struct persister *p);

// Has p tell each save to this stream, as this life's EVENT_SAVED. p's lock is
// held then, so a reader must not call p. To be called before p is shared.
void persister_set_events(struct persister *p, struct events *events,
                          struct event_life life);

// Replaces the Raft state; the snapshot stays.
void persister_save_raft_state(struct persister *p, struct bytes raft_state);

// Replaces both in one atomic step.
void persister_save(struct persister *p, struct bytes raft_state,
                    struct bytes snapshot);

// Replaces parts of the Raft state, in one atomic step: `head` replaces the
// first head.len bytes, the bytes from head.len to `keep` stay, and `tail`
// replaces all bytes from `keep` on. A Raft with a long log can so save new
// entries without writing its whole log.
//   keep  at least head.len, at most the state's size
void persister_save_tail(struct persister *p, struct bytes head, size_t keep,
                         struct bytes tail);

// Return copies, empty if nothing was saved. The caller frees them with
// bytes_free.
struct bytes persister_read_raft_state(struct persister *p);
struct bytes persister_read_snapshot(struct persister *p);

// The sizes in bytes.
size_t persister_raft_state_size(struct persister *p);
size_t persister_snapshot_size(struct persister *p);

#endif
