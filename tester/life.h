// One life of a server, from its start to its crash: a Raft with its network
// ends, its persister and its service. Used by all that run a Raft under test:
// the tester, the script of tests/fig2, the benchmarks, the unit tests of the
// reference Raft.
//
//     life = life_make(net, n_servers, server);
//     life->persister = persister_make();
//     life->apply_ch = channel_make(sizeof(struct apply_msg), 0);
//     life_make_end(life, to, unique);     for each server
//     life_start(life, service);
//     ...
//     life_kill(life);
//     life_end_network(net, watchdog);     when all lives have been killed
//     life_free(life);
//
// A life has the threads of its Raft, and one thread that receives what the
// Raft applies: the service. Only the owner's thread may call these functions.
#ifndef TESTER_LIFE_H
#define TESTER_LIFE_H

#include "events/events.h"
#include "raft/raft.h"
#include "tester/watchdog.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct life {
    // Constant after life_make.
    struct labrpc_network *net;
    int n_servers;
    int server;  // Its number, from 0.

    // Set by the owner before life_start; then constant. life_free frees the
    // first two. The others may be NULL.
    struct persister *persister;
    struct channel *apply_ch;
    struct watchdog *watchdog;  // Watches the calls into the Raft.
    struct event_life
        event_life;  // In its events; set before the ends are made.
    void *owner;

    // Constant after life_start.
    struct labrpc_end **ends;  // To each server, by its number.
    pthread_t service;
    struct raft *raft;  // NULL while raft_make runs.

    atomic_bool
        makes_snapshot;  // The service calls raft_snapshot, or is about to.
    bool crashed_hard;   // The Raft and its threads must not be freed.

    // Of the owner, guarded by the owner's lock.
    bool crashed;
    int last_applied;
    struct life *next;
};

// The server's name on the network.
struct server_name {
    char text[24];
};
struct server_name life_server_name(int server);

// Makes a life that has not started. life_free frees it.
struct life *life_make(struct labrpc_network *net, int n_servers, int server);

// Makes the end to a server, disabled.
//   unique  a number that no other end between these two servers has or had: an
//           ended life still sends on its own ends, which stay disabled
void life_make_end(struct life *life, int to, uint64_t unique);

// Makes the Raft, starts the service's thread, and adds the server to the
// network.
//   service  receives from the life's apply_ch until it is closed
void life_start(struct life *life, void *(*service)(void *life));

// A service that throws away what it receives.
void *life_drop_applied(void *life);

// Calls raft_kill. The owner must have disconnected the server before.
void life_kill(struct life *life);

// Ends the life as a crash does: kills its process, or, if it has none of its
// own, calls raft_kill. The owner must have disconnected the server before.
void life_crash(struct life *life);

// Stops each thread of the Raft at the point that it has reached; in the
// simulator only. Must not be followed by life_kill.
void life_crash_hard(struct life *life);

// Cleans the network up, after all its lives have been killed, and waits for
// their RPC handlers.
//   watchdog  fails the test if that takes too long; may be NULL
void life_end_network(struct labrpc_network *net, struct watchdog *watchdog);

// Waits for the threads of a killed life, and frees it. To be called after
// life_end_network.
void life_free(struct life *life);

#endif
