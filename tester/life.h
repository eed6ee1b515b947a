// One life of a server, from its start to its crash: a Raft, and what it is
// given. Whoever runs a Raft under test does it with this: the tester, the
// script of tests/fig2, the benchmarks, the unit tests of the reference Raft.
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
// A life brings the threads of its Raft, and one that receives what the Raft
// applies: the service. All the functions are for the owner's thread.
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
    int server;  // Its number among them.

    // Set by the owner before life_start; then constant. life_free frees the
    // first two. The others may be NULL.
    struct persister *persister;
    struct channel *apply_ch;
    struct watchdog *watchdog;  // Watches the calls into the Raft.
    struct event_life
        event_life;  // In its events; set before the ends are made.
    void *owner;

    // Constant after life_start.
    struct labrpc_end **ends;  // One to each server.
    pthread_t service;
    struct raft *raft;  // NULL while raft_make runs.

    atomic_bool makes_snapshot;  // The service does, or is about to.
    bool crashed_hard;           // So raft, and its threads, stay as they are.

    // The owner's, guarded by the owner's lock.
    bool crashed;
    int last_applied;
    struct life *next;
};

// The name at which a server stands on the network.
struct server_name {
    char text[24];
};
struct server_name life_server_name(int server);

// A life that has not started. life_free frees it.
struct life *life_make(struct labrpc_network *net, int n_servers, int server);

// Makes the end to a server, disabled. No two ends between the same two servers
// have the same number `unique`: what a dead life still sends over its own ends
// reaches nobody.
void life_make_end(struct life *life, int to, uint64_t unique);

// Makes the Raft, starts the service's thread, and puts the server at its name
// on the network.
//   service  receives from the life's apply_ch until that is closed
void life_start(struct life *life, void *(*service)(void *life));

// A service that drops what it receives.
void *life_drop_applied(void *life);

// Has the Raft stop, soon. Nobody has to reach it any more.
void life_kill(struct life *life);

// Stops each thread of the Raft dead at whatever point it has reached; in the
// simulator only. It is not killed after that.
void life_crash_hard(struct life *life);

// Ends the network of lives that have been killed, and waits for their RPC
// handlers.
//   watchdog  NULL: nobody watches that
void life_end_network(struct labrpc_network *net, struct watchdog *watchdog);

// Waits for the threads of a killed life, and frees it. After
// life_end_network.
void life_free(struct life *life);

#endif
