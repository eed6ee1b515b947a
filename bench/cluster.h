// A cluster without a tester, for benchmarks. The network is reliable and has
// no delays. Applied entries are only counted.
#ifndef BENCH_CLUSTER_H
#define BENCH_CLUSTER_H

#include "tester/life.h"

#include <pthread.h>

#define WAITERS 1024  // More than there are clients: each has its own.

struct server {
    struct life *life;

    pthread_mutex_t mu;
    pthread_cond_t applied[WAITERS];  // A client waits at index % WAITERS.

    // Guarded by mu.
    int last_applied;
};

struct cluster {
    int n;
    struct labrpc_network *net;
    struct server *servers;
    struct events *events;  // NULL: nothing is told.
};

// n servers, started and connected. cluster_free stops and frees them.
struct cluster *cluster_make(int n);

// The same, and all that it does is told in this stream, which lasts longer.
struct cluster *cluster_make_told(int n, struct events *events);

void cluster_free(struct cluster *cluster);

// Waits until a server other than `except` believes it leads; returns its
// number. Asks every millisecond.
//   except  a server's number, or NO_SERVER
int cluster_wait_for_leader(struct cluster *cluster, int except);

// Connects or cuts off server i, both ways.
void cluster_connect(struct cluster *cluster, int i, bool connected);

// Waits until the server has applied an entry.
void server_wait_applied(struct server *server, int index);

#endif
