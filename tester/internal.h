// What the files of the tester share: struct config and its parts.
//
// Two locks, never held together and never across a call into a Raft:
// cfg->mu guards the cluster, what it applied, and what struct life leaves to
// its owner; watchdog.mu the watchdog.
#ifndef TESTER_INTERNAL_H
#define TESTER_INTERNAL_H

#include "checker/checker.h"
#include "labrpc/labrpc.h"
#include "tester/config.h"
#include "tester/life.h"
#include "tester/watchdog.h"

#include <pthread.h>

// The log as a server has applied it: commands[index], from 1 to length.
// Guarded by cfg->mu. It outlives crashes: what was applied once stays.
struct applied {
    struct bytes *commands;
    int length;
};

struct server {
    // Guarded by cfg->mu.
    struct life *current;     // NULL while crashed, or not yet started.
    struct persister *saved;  // While there is no current: what survived.
    bool connected;
    struct applied applied;
};

// The way from one server to another.
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
    struct checker *checker;  // Reads them.
    int threads_before;       // Before the first Raft was made.

    pthread_mutex_t mu;

    // Guarded by mu.
    struct server *servers;
    struct link *links;  // From i to j: links[i * n + j].
    struct life *lives;  // All there ever were.
    struct rng rng;
    void *offered;  // tsearch(3) tree of all commands that were offered.
    int max_index;  // The highest that any server has applied.

    // Of the test's main thread.
    int64_t start_ns;
    int start_rpcs;
    long long start_bytes;
    int start_index;
};

// Tells the stream what this life does.
static inline void tell(struct life *life, struct event *event)
{
    struct config *cfg = life->owner;
    event->life = life->event_life;
    events_tell(cfg->events, event);
}

// ---- network.c ----

// Makes the ends of a server that starts as its links are.
void renew_links_locked(struct config *cfg, int i);

// ---- applied.c: what the servers apply ----

// The service of a life, which belongs to a struct config; arg is the life.
void *receive_applied(void *arg);

// Takes over the snapshot that a life starts with.
void restore_from_snapshot(struct life *life);

// Remembers that this command was offered to some Raft.
void remember_offered(struct config *cfg, struct bytes command);

// The text of a command for a message: a number, or its first characters.
struct command_text {
    char text[40];
};
struct command_text command_text(struct bytes command);

void free_applied(struct config *cfg);

// The last index that a snapshot covers; 0 if it is none that the service made.
int snapshot_last_index(struct bytes snapshot);

#endif
