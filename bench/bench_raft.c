// How fast the reference Raft commits on a reliable network without delays:
//
//   - commands a second with 1, 16 and 256 clients, 3 and 5 servers; a client
//     offers a command, waits until the leader has applied it, offers the next
//   - how the cost of a command grows with the length of the log, up to
//     100,000 entries without a snapshot: every append is persisted
//
// Prints figures, judges nothing.
#include "persister/persister.h"
#include "raft/raft.h"
#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/go.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#define COMMAND_BYTES 16
#define RUN_MS        2000
#define LOG_LENGTH    100000
#define LOG_STEP      20000
#define WAITERS       1024  // More than clients: none wakes for another.

// ---- A cluster without a tester ----

struct server {
    struct cluster *cluster;
    struct labrpc_end **ends;
    struct persister *persister;
    struct channel *apply_ch;
    struct raft *rf;

    pthread_mutex_t mu;
    pthread_cond_t applied[WAITERS];  // A client waits at index % WAITERS.

    // Guarded by mu.
    int last_applied;
};

struct cluster {
    int n;
    struct labrpc_network *net;
    struct server *servers;
    struct go_group *services;
};

static void serve(void *arg)
{
    struct server *server = arg;
    struct apply_msg message;
    while (channel_receive(server->apply_ch, &message)) {
        bytes_free(&message.command);
        pthread_mutex_lock(&server->mu);
        server->last_applied = message.command_index;
        pthread_cond_broadcast(
            &server->applied[message.command_index % WAITERS]);
        pthread_mutex_unlock(&server->mu);
    }
}

static void start_server(struct cluster *cluster, int i)
{
    struct server *server = &cluster->servers[i];
    server->cluster = cluster;
    pthread_mutex_init(&server->mu, NULL);
    for (int k = 0; k < WAITERS; k++)
        pthread_cond_init(&server->applied[k], NULL);
    server->persister = persister_make();
    server->apply_ch = channel_make(sizeof(struct apply_msg), 0);
    server->ends = alloc((size_t)cluster->n * sizeof(struct labrpc_end *));
    for (int j = 0; j < cluster->n; j++) {
        char *name = alloc_format("%d to %d", i, j);
        char *peer = alloc_format("%d", j);
        server->ends[j] = labrpc_make_end(cluster->net, name);
        labrpc_connect(server->ends[j], peer);
        labrpc_enable(server->ends[j], true);
        free(name);
        free(peer);
    }
    go(cluster->services, "service", serve, server);
    server->rf = raft_make(server->ends, cluster->n, i, server->persister,
                           server->apply_ch);

    int n_methods;
    const struct labrpc_method *methods = raft_methods(&n_methods);
    struct labrpc_server *rpc = labrpc_make_server();
    labrpc_add_service(rpc, methods, n_methods, server->rf);
    char *name = alloc_format("%d", i);
    labrpc_add_server(cluster->net, name, rpc);
    free(name);
}

static struct cluster *cluster_make(int n)
{
    struct cluster *cluster = alloc(sizeof *cluster);
    cluster->n = n;
    cluster->net = labrpc_make_network();
    cluster->services = go_group_make();
    cluster->servers = alloc((size_t)n * sizeof *cluster->servers);
    for (int i = 0; i < n; i++)
        start_server(cluster, i);
    return cluster;
}

static void cluster_free(struct cluster *cluster)
{
    for (int i = 0; i < cluster->n; i++)
        raft_kill(cluster->servers[i].rf);
    labrpc_cleanup(cluster->net);
    labrpc_join_handlers(cluster->net);
    for (int i = 0; i < cluster->n; i++) {
        raft_free(cluster->servers[i].rf);
        channel_close(cluster->servers[i].apply_ch);
    }
    go_group_free(cluster->services);
    for (int i = 0; i < cluster->n; i++) {
        struct server *server = &cluster->servers[i];
        channel_free(server->apply_ch);
        persister_free(server->persister);
        for (int k = 0; k < WAITERS; k++)
            pthread_cond_destroy(&server->applied[k]);
        pthread_mutex_destroy(&server->mu);
        free(server->ends);
    }
    labrpc_free_network(cluster->net);
    free(cluster->servers);
    free(cluster);
}

static struct server *wait_for_leader(struct cluster *cluster)
{
    for (;;) {
        for (int i = 0; i < cluster->n; i++) {
            int term;
            bool is_leader;
            raft_get_state(cluster->servers[i].rf, &term, &is_leader);
            if (is_leader)
                return &cluster->servers[i];
        }
        sleep_ms(10);
    }
}

// ---- Clients ----

struct load {
    struct server *leader;
    atomic_int remaining;  // Commands to commit, over all clients.
    atomic_int committed;
    int64_t end_ns;
};

static void wait_applied(struct server *server, int index)
{
    pthread_mutex_lock(&server->mu);
    while (server->last_applied < index)
        pthread_cond_wait(&server->applied[index % WAITERS], &server->mu);
    pthread_mutex_unlock(&server->mu);
}

// Ends when there are enough commands, when time is up, or when the leader is
// no longer one (the figures then tell of a smaller number).
static void run_client(void *arg)
{
    struct load *load = arg;
    char command[COMMAND_BYTES] = "put key value";
    struct bytes bytes = { command, sizeof command };
    while (clock_now_ns() < load->end_ns &&
           atomic_fetch_sub(&load->remaining, 1) > 0) {
        int index, term;
        if (!raft_start(load->leader->rf, bytes, &index, &term))
            break;
        wait_applied(load->leader, index);
        atomic_fetch_add(&load->committed, 1);
    }
}

// Returns how long it took, in seconds.
static double run_load(struct load *load, int clients)
{
    struct go_group *group = go_group_make();
    int64_t start_ns = clock_now_ns();
    for (int i = 0; i < clients; i++)
        go(group, "client", run_client, load);
    go_group_free(group);
    return (double)(clock_now_ns() - start_ns) / (1000.0 * NS_PER_MS);
}

static void bench_clients(int servers, int clients)
{
    struct cluster *cluster = cluster_make(servers);
    struct load load = { .leader = wait_for_leader(cluster),
                         .remaining = 1 << 30,
                         .end_ns = clock_now_ns() + RUN_MS * NS_PER_MS };
    int rpcs = labrpc_get_total_count(cluster->net);
    double seconds = run_load(&load, clients);
    rpcs = labrpc_get_total_count(cluster->net) - rpcs;
    printf("%d servers, %3d clients  %8.0f commands/s  %6.2f RPCs/command\n",
           servers, clients, load.committed / seconds,
           (double)rpcs / load.committed);
    cluster_free(cluster);
}

static void bench_log_length(int clients)
{
    struct cluster *cluster = cluster_make(3);
    struct load load = { .leader = wait_for_leader(cluster),
                         .end_ns = INT64_MAX };
    for (int length = 0; length < LOG_LENGTH; length += LOG_STEP) {
        atomic_store(&load.remaining, LOG_STEP);
        atomic_store(&load.committed, 0);
        double seconds = run_load(&load, clients);
        printf("%3d clients, entries %6d to %6d  %7.2f us/command\n", clients,
               length + 1, length + load.committed,
               seconds * 1e6 / load.committed);
    }
    printf("%3d clients, saved state at the end %zu bytes\n", clients,
           persister_raft_state_size(load.leader->persister));
    cluster_free(cluster);
}

int main(void)
{
    static const int servers[] = { 3, 5 };
    static const int clients[] = { 1, 16, 256 };
    for (int s = 0; s < 2; s++) {
        for (int c = 0; c < 3; c++)
            bench_clients(servers[s], clients[c]);
    }
    bench_log_length(1);
    bench_log_length(256);
    return 0;
}
