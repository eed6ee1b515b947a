// What the files of the tester share: struct config and its parts.
//
// Two locks, never held together and never across a call into a Raft:
// cfg->mu guards the cluster and what it applied, watchdog.mu the watchdog.
#ifndef TESTER_INTERNAL_H
#define TESTER_INTERNAL_H

#include "checker/checker.h"
#include "labrpc/labrpc.h"
#include "tester/config.h"
#include "tester/watchdog.h"

#include <pthread.h>
#include <stdatomic.h>

// A call into a Raft must return at once; this long is never.
#define CALL_LIMIT_MS 10000

// A started Raft with what is its own. A crashed one lives on, cut off, until
// cfg_cleanup joins its threads.
struct incarnation {
    struct config *cfg;
    int server;
    struct raft *raft;  // NULL while raft_make runs.
    struct labrpc_end **ends;
    struct persister *persister;
    struct channel *apply_ch;
    pthread_t applier;
    atomic_bool makes_snapshot;  // The applier does, or is about to.
    struct instance *checked;
    struct incarnation *next;
    bool crashed_hard;  // So raft, and its threads, are left as they are.

    // Guarded by cfg->mu.
    bool crashed;
    int last_applied;
};

// The log as a server has applied it: commands[index], from 1 to length.
// Guarded by cfg->mu. It outlives crashes: what was applied once stays.
struct applied {
    struct bytes *commands;
    int length;
};

struct server {
    // Guarded by cfg->mu.
    struct incarnation *current;  // NULL while crashed, or not yet started.
    struct persister *saved;      // While there is no current: what survived.
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
    struct checker *checker;
    int threads_before;  // Before the first Raft was made.

    pthread_mutex_t mu;

    // Guarded by mu.
    struct server *servers;
    struct link *links;                // From i to j: links[i * n + j].
    struct incarnation *incarnations;  // All there ever were.
    struct rng rng;
    void *offered;  // tsearch(3) tree of all commands that were offered.
    int max_index;  // The highest that any server has applied.

    // Of the test's main thread.
    int64_t start_ns;
    int start_rpcs;
    long long start_bytes;
    int start_index;
};

// How long a killed Raft's threads, and the RPC handlers, may take to end.
#define END_LIMIT_MS 5000

// ---- servers.c ----

// The name at which server i stands on the network.
#define SERVER_NAME_SIZE 24
void server_name(char name[SERVER_NAME_SIZE], int i);

// Waits for what is left of a crashed incarnation, and frees it. Once the
// network has ended.
void free_incarnation(struct incarnation *inc);

// ---- network.c ----

// Makes the ends of a server that starts as its links are.
void renew_links_locked(struct config *cfg, int i);

// ---- applied.c: what the servers apply ----

// The thread that receives from an incarnation's apply channel; arg is the
// struct incarnation.
void *receive_applied(void *arg);

// Takes over the snapshot that a server starts with.
void restore_from_snapshot(struct config *cfg, int server,
                           struct persister *persister, int *last_applied);

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
