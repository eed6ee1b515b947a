// The stream of the events of a test. The network, the persisters, the tester
// and its tests tell them. Readers are the checker and the record. A reader
// changes nothing in the run.
//
// The readers are called one after the other on the thread that tells the
// event, before it goes on. Several threads may call them at once, under any
// lock, also the persister's and the network's.
#ifndef EVENTS_EVENTS_H
#define EVENTS_EVENTS_H

#include "rt/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct events;
struct labrpc_method;

// One life of a server, from a start to the next crash.
struct event_life {
    int server;
    int number;  // Counts the lives of all servers, from 1; 0 if unknown.
};

// Stands for no server, where a server's number is expected. raft.x calls it
// NOBODY.
#define NO_SERVER (-1)

// The life of an event that concerns the whole test.
#define EVENT_OF_ALL ((struct event_life){ NO_SERVER, 0 })

enum event_kind {
    // The test's.
    EVENT_TEST_BEGINS,
    EVENT_ACT_BEGINS,  // In words: a wait's name, and what the test waits for.
    EVENT_ACT_ENDS,    // The wait has ended. Its cause: EVENT_ACT_BEGINS.
    EVENT_NETWORK,     // In words: the network gets better or worse for all.
    EVENT_ASKED,       // In words: what a script asks a server,
    EVENT_ANSWERED,    // and what it has answered.
    EVENT_RULE_BROKEN,
    EVENT_VERDICT,  // In words: "passed" or "failed", and why.

    // A server's, told by the tester.
    EVENT_STARTED,
    EVENT_CRASHED,    // It is about to crash.
    EVENT_CUT_OFF,    // From all servers.
    EVENT_CONNECTED,  // To all servers.
    EVENT_LINK,       // Its link to a peer is cut, slow, or mended.
    EVENT_PAUSED,     // Its threads are frozen for some time.
    EVENT_RESUMED,    // They go on.
    EVENT_CLOCK,      // Its clock runs at another rate.
    EVENT_OFFERED,    // It has accepted a command as leader.
    EVENT_OFFER_REFUSED,
    EVENT_AGREED,   // A command was applied by as many servers as expected.
    EVENT_LEADS,    // By raft_start or raft_get_state.
    EVENT_APPLIED,  // A command,
    EVENT_APPLIED_SNAPSHOT,  // or a snapshot.
    EVENT_SNAPSHOT_MADE,     // Its service is about to hand it one.
    EVENT_LOG,               // A line of its debug log (rt/debug_log.h).

    // The network's. Each message has an event when it is sent, and one when it
    // arrives or is lost, unless the test ends before.
    EVENT_REQUEST_SENT,     // It is about to be sent.
    EVENT_REQUEST_DOUBLED,  // It is sent a second time.
    EVENT_REQUEST_LOST,
    EVENT_REQUEST_ARRIVED,  // Its handler is about to be called.
    EVENT_REPLY_SENT,  // The handler has returned; the reply is about to be
                       // sent.
    EVENT_REPLY_LOST,
    EVENT_REPLY_ARRIVED,  // The caller has not seen it yet.

    // The persister's.
    EVENT_SAVED,

    // The simulator's: what a thread does that belongs to a server, or is
    // inside of its code. They come last: see kept.is_of_thread.
    EVENT_TURN,  // It runs from now on, and the thread before does not.
    EVENT_WAITS,
    EVENT_LOCKS,
    EVENT_UNLOCKS,

    N_EVENT_KINDS
};

struct event {
    enum event_kind kind;
    struct event_life life;  // The life that it happens to; or EVENT_OF_ALL.

    // Set by events_tell.
    uint64_t number;  // From 1.
    int64_t time_ns;  // Of clock_peek_ns.
    int thread;       // The system's id of the thread that tells it.

    uint64_t cause;  // Number of the event that led to it: an arrival's
                     // sending, a reply's request; 0 if unknown.

    // The kind's data. The teller owns what it points to, until all have read
    // it.
    union {
        struct {  // The kinds in words.
            const char *name;
            const char *text;  // Either may be NULL.
        } words;

        struct {  // EVENT_RULE_BROKEN
            const char *name;
            const char *text;
            uint64_t events[2];  // Numbers of the events that contradict each
                                 // other; the second one broke the rule. The
                                 // first is 0 if there is none.
        } rule;

        struct {  // EVENT_TEST_BEGINS
            int n_servers;
            bool has_script;      // A script plays all servers but 0.
            const char *network;  // "reliable", "unreliable"; or NULL.
            const char *title;    // Or NULL.
        } begins;

        int term;     // EVENT_LEADS
        int ms;       // EVENT_PAUSED
        int percent;  // EVENT_CLOCK: of the true speed.
        bool hard;    // EVENT_CRASHED: by cfg_crash_hard.

        struct {  // EVENT_LINK
            int peer;
            bool cut;
            int delay_ms;
        } link;

        struct {  // EVENT_OFFERED, EVENT_OFFER_REFUSED, EVENT_AGREED
            struct bytes command;
            int index;
            int term;       // EVENT_OFFERED
            int n_servers;  // EVENT_AGREED: at least so many have applied it.
        } offer;

        // EVENT_APPLIED, EVENT_APPLIED_SNAPSHOT, EVENT_SNAPSHOT_MADE
        struct {
            int index;
            struct bytes command;  // Or the snapshot.
        } applied;

        struct {  // EVENT_LOG
            const char *topic;
            int term;
            const char *text;
            const char *file;
            int line;
        } log;

        struct {                     // The network's.
            struct event_life peer;  // At the other end.
            const struct labrpc_method *method;
            size_t size;  // Of the message, encoded; 0 if there is none.
            const void *args;
            const void *reply;  // args and reply are NULL before they exist,
                                // and for a lost or doubled message.
            const char *why;    // For a lost message.
        } message;

        struct {  // EVENT_TURN, EVENT_WAITS, EVENT_LOCKS, EVENT_UNLOCKS
            const char *name;      // The thread's.
            const char *on;        // What it locks or waits for: "mutex 1";
                                   // NULL: time.
            const char *text;      // For what it waits, in words; or NULL.
            const char *function;  // Where, in the Raft's code; or NULL.
            const char *file;
            int line;
            int holder;        // The thread that must act first, or 0.
            bool has_limit;    // The wait ends at some time.
            int64_t since_ns;  // Of EVENT_WAITS.
            bool has_applied;  // It has delivered what its server applied
                               // last.
        } act;

        struct {  // EVENT_SAVED
            struct bytes raft_state;
            struct bytes_range
                untouched;  // The same bytes as before, at the same place.
            struct bytes snapshot;
        } saved;
    };
};

struct event_reader {
    void (*read)(void *self, const struct event *event);
    void *self;
};

// Makes a stream without readers; events_free frees it. Readers are added and
// removed while no thread tells events.
struct events *events_make(void);
void events_add_reader(struct events *events, struct event_reader reader);
void events_remove_reader(struct events *events, struct event_reader reader);
void events_free(struct events *events);

// Sets the event's number, time and thread, and calls the readers. Returns the
// number; 0 if `events` is NULL. Any thread may call it, under any lock.
uint64_t events_tell(struct events *events, struct event *event);

// The same for what another thread does: the caller has set event->thread.
uint64_t events_tell_of(struct events *events, struct event *event);

// Tells EVENT_STARTED of a new life of the server. Returns the life.
struct event_life events_start_life(struct events *events, int server);

#endif
