// One stream of what happens in a cluster. The network, the persisters and the
// tester tell it; readers listen, today the checker. A reader decides nothing
// and changes nothing in the run.
//
// Readers are called on the thread on which the event happens, each in its
// turn, before the teller goes on. They may be called on many threads at once,
// and under any lock, the persister's among them.
#ifndef EVENTS_EVENTS_H
#define EVENTS_EVENTS_H

#include "rt/bytes.h"

#include <stdint.h>

struct events;
struct labrpc_method;

// A server from one start to its crash.
struct event_life {
    int server;
    int number;  // Among the lives of all servers, from 1; 0 if not known.
};

enum event_kind {
    // The tester's.
    EVENT_STARTED,
    EVENT_CRASHED,           // Is about to: what it says may reach nobody.
    EVENT_LEADS,             // It has said so (raft_start, raft_get_state).
    EVENT_APPLIED,           // A command,
    EVENT_APPLIED_SNAPSHOT,  // or a snapshot.

    // The network's.
    EVENT_SENT,      // A request is about to leave; it may get lost.
    EVENT_ARRIVED,   // Its handler is about to be called.
    EVENT_ANSWERED,  // That has returned; nobody has seen its reply yet.
    EVENT_RECEIVED,  // The reply has come back; the caller has not seen it yet.

    // The persister's.
    EVENT_SAVED,
};

struct event {
    enum event_kind kind;
    struct event_life life;  // Whose event it is.

    uint64_t number;  // From 1, by events_tell; so is the time.
    int64_t time_ns;
    uint64_t cause;  // The number of the event that led to it: an arrival's
                     // departure, a reply's request; 0 if not known.

    // What it tells belongs to the teller, and stays until all have read it.
    union {
        int term;  // EVENT_LEADS

        struct {  // EVENT_APPLIED, EVENT_APPLIED_SNAPSHOT
            int index;
            struct bytes command;
        } applied;

        struct {                     // The network's.
            struct event_life peer;  // Whoever is at the other end.
            const struct labrpc_method *method;
            const void *args;
            const void *reply;  // NULL before EVENT_ANSWERED.
        } message;

        struct {  // EVENT_SAVED
            struct bytes raft_state;
            struct bytes_range untouched;  // Stands where and as it stood.
            struct bytes snapshot;
        } saved;
    };
};

struct event_reader {
    void (*read)(void *self, const struct event *event);
    void *self;
};

// A stream without readers, and one reader more, before anything is told.
// events_free frees it.
struct events *events_make(void);
void events_add_reader(struct events *events, struct event_reader reader);
void events_free(struct events *events);

// Numbers the event and has all read it. Returns its number. Any thread, any
// lock; a NULL stream hears nothing, and the number is 0.
uint64_t events_tell(struct events *events, struct event *event);

// Tells that a server starts, and returns its new life.
struct event_life events_start_life(struct events *events, int server);

#endif
