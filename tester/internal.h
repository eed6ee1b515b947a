// Shared by the files of the tester: struct config and its parts.
//
// There are two locks: cfg->mu guards the cluster, what it has applied, and the
// owner's fields of struct life; watchdog.mu guards the watchdog. They are
// never held together, and never across a call into a Raft.
#ifndef TESTER_INTERNAL_H
#define TESTER_INTERNAL_H

#include "checker/checker.h"
#include "labrpc/labrpc.h"
#include "tester/config.h"
#include "tester/life.h"
#include "tester/watchdog.h"

#include <pthread.h>

// The commands that a server has applied: commands[index], from 1 to length.
// Guarded by cfg->mu. They are kept when the server crashes.
struct applied {
    struct bytes *commands;
    int length;
};

struct server {
    // Guarded by cfg->mu.
    struct life *current;         // NULL while crashed, or not yet started.
    struct persister *persister;  // While current is NULL: for the next life.
    bool connected;
    int snapshot_interval;
    struct applied applied;
};

// The link from one server to another. The other direction is a link of its
// own.
struct link {
    bool cut;
    int delay_ms;
};

struct config {
    // Constant after cfg_make.
    int n;
    bool snapshots;
    struct labrpc_network *net;
    struct watchdog *watchdog;
    struct events *events;
    struct checker *checker;  // A reader of the events.
    int threads_before;       // The process's threads before the first Raft's.
    int patience;             // See cfg_be_patient.

    pthread_mutex_t mu;

    // Guarded by mu.
    struct server *servers;
    struct link *links;  // From i to j: links[i * n + j].
    struct life *lives;  // All of the run, ended ones included.
    struct rng rng;
    void *offered;  // tsearch(3) tree of all commands given to raft_start.
    int max_index;  // The highest index that any server has applied.

    // Of the test's main thread.
    int64_t start_ns;
    int start_rpcs;
    long long start_bytes;
    int start_index;
};

// Tells an event of this life.
static inline void tell(struct life *life, struct event *event)
{
    struct config *cfg = life->owner;
    event->life = life->event_life;
    events_tell(cfg->events, event);
}

// ---- network.c ----

// Applies the cuts and delays of server i's links to its new ends.
void set_links_locked(struct config *cfg, int i);

// ---- servers.c ----

// Ends server i at the end of the test: by raft_kill, so that its threads can
// be seen to end.
void end_server(struct config *cfg, int i);

// ---- applied.c: what the servers apply ----

// The service of a life whose owner is a struct config; arg is the life.
void *receive_applied(void *arg);

// Restores the service from the snapshot with which a life starts.
void restore_from_snapshot(struct life *life);

// Remembers that this command was given to some Raft's raft_start.
void remember_offered(struct config *cfg, struct bytes command);

// The text of a command for a message: a number, or its first characters.
struct command_text {
    char text[40];
};
struct command_text command_text(struct bytes command);

void free_applied(struct config *cfg);

// The last index that a snapshot covers; 0 if the service did not make it.
int snapshot_last_index(struct bytes snapshot);

#endif
