// One stream of what happens in a test. The network, the persisters, the tester
// and its tests tell it; readers listen: the checker, the record. A reader
// decides nothing and changes nothing in the run.
//
// Readers are called on the thread on which the event happens, each in its
// turn, before the teller goes on. They may be called on many threads at once,
// and under any lock, the persister's and the network's among them.
#ifndef EVENTS_EVENTS_H
#define EVENTS_EVENTS_H

#include "rt/bytes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct events;
struct labrpc_method;

// A server from one start to its crash.
struct event_life {
    int server;
    int number;  // Among the lives of all servers, from 1; 0 if not known.
};

// Stands for no server, where a server's number is expected. raft.x calls it
// NOBODY.
#define NO_SERVER (-1)

// The life of an event that concerns the whole test.
#define EVENT_OF_ALL ((struct event_life){ NO_SERVER, 0 })

enum event_kind {
    // The test's.
    EVENT_TEST_BEGINS,
    EVENT_ACT_BEGINS,   // In words: what it waits for now, as a name, and as a
    EVENT_ACT_ENDS,     // sentence. The end's cause is the beginning.
    EVENT_NETWORK,      // In words: the network gets better or worse for all.
    EVENT_ASKED,        // In words: what a script asks a server,
    EVENT_ANSWERED,     // and what it has answered.
    EVENT_RULE_BROKEN,  // In words: the rule's name, and how.
    EVENT_VERDICT,      // In words: "passed" or "failed", and why.

    // A server's, as the tester treats and sees it.
    EVENT_STARTED,
    EVENT_CRASHED,    // Is about to: what it says may reach nobody.
    EVENT_CUT_OFF,    // From all,
    EVENT_CONNECTED,  // or to all.
    EVENT_LINK,       // The way to a peer is cut, slow, or whole again.
    EVENT_PAUSED,     // Its threads are frozen for some time.
    EVENT_CLOCK,      // Its clock goes at another rate.
    EVENT_OFFERED,    // It has taken a command as leader,
    EVENT_OFFER_REFUSED,
    EVENT_AGREED,   // A command is applied where the test expects it: of all.
    EVENT_LEADS,    // It has said so (raft_start, raft_get_state).
    EVENT_APPLIED,  // A command,
    EVENT_APPLIED_SNAPSHOT,  // or a snapshot.
    EVENT_SNAPSHOT_MADE,     // Its service is about to hand it one.
    EVENT_LOG,               // A line of its debug log (rt/debug_log.h).

    // The network's. The end of each message is told of, unless the test ends
    // before; its beginning, too.
    EVENT_REQUEST_SENT,     // It is about to leave.
    EVENT_REQUEST_DOUBLED,  // It goes a second time.
    EVENT_REQUEST_LOST,
    EVENT_REQUEST_ARRIVED,  // Its handler is about to be called.
    EVENT_REPLY_SENT,       // That has returned; nobody has seen its reply yet.
    EVENT_REPLY_LOST,
    EVENT_REPLY_ARRIVED,  // The caller has not seen it yet.

    // The persister's.
    EVENT_SAVED,

    N_EVENT_KINDS
};

struct event {
    enum event_kind kind;
    struct event_life life;  // The life that it happens to; or EVENT_OF_ALL.

    // By events_tell.
    uint64_t number;  // From 1.
    int64_t time_ns;  // Of clock_peek_ns.
    int thread;       // The system's number of the thread that tells it.

    uint64_t cause;  // The number of the event that led to it: an arrival's
                     // departure, a reply's request; 0 if not known.

    // The kind's data. The teller owns what it points to, until all have read
    // it.
    union {
        struct {  // Those in words.
            const char *name;
            const char *text;  // Either may be NULL.
        } words;

        struct {  // EVENT_TEST_BEGINS
            int n_servers;
            bool has_script;      // Which plays all servers but 0.
            const char *network;  // "reliable", "unreliable"; or NULL.
            const char *title;    // Or NULL.
        } begins;

        int term;     // EVENT_LEADS
        int ms;       // EVENT_PAUSED
        int percent;  // EVENT_CLOCK: of the true speed.
        bool hard;    // EVENT_CRASHED: its threads stop where they are.

        struct {  // EVENT_LINK
            int peer;
            bool cut;
            int delay_ms;
        } link;

        struct {  // EVENT_OFFERED, EVENT_OFFER_REFUSED, EVENT_AGREED
            struct bytes command;
            int index;
            int term;       // EVENT_OFFERED
            int n_servers;  // EVENT_AGREED: so many, or more, applied it.
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
            const void *reply;  // These two are NULL as long as nobody has
                                // them, and of what is lost or doubled.
            const char *why;    // Of what is lost.
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

// A stream without readers, and one reader more or less, while nobody tells
// anything. events_free frees it.
struct events *events_make(void);
void events_add_reader(struct events *events, struct event_reader reader);
void events_remove_reader(struct events *events, struct event_reader reader);
void events_free(struct events *events);

// Numbers the event and has all read it. Returns its number. Any thread, any
// lock; a NULL stream hears nothing, and the number is 0.
uint64_t events_tell(struct events *events, struct event *event);

// Tells that a server starts, and returns its new life.
struct event_life events_start_life(struct events *events, int server);

#endif
