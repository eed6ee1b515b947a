// Measures how fast the reference Raft commits on a reliable network without
// delays:
//
//   - commands a second with 1, 16 and 256 clients, and 3 and 5 servers; a
//   client
//     starts a command, waits until the leader has applied it, and starts the
//     next
//   - the growth of a command's cost with the length of the log, up to 100,000
//     entries without a snapshot: every append is saved
//
// Prints figures only.
#include "bench/cluster.h"
#include "rt/clock.h"
#include "rt/go.h"

#include <stdatomic.h>
#include <stdio.h>

#define COMMAND_BYTES 16
#define RUN_MS        2000
#define LOG_LENGTH    100000
#define LOG_STEP      20000

static struct server *leader_of(struct cluster *cluster)
{
    return &cluster->servers[cluster_wait_for_leader(cluster, NO_SERVER)];
}

// ---- Clients ----

struct load {
    struct server *leader;
    atomic_int remaining;  // Commands to commit, over all clients.
    atomic_int committed;
    int64_t end_ns;
};

// A client. It ends when there are enough commands, when the time is up, or
// when the leader has lost its lead (the figures are then of fewer commands).
static void run_client(void *arg)
{
    struct load *load = arg;
    char command[COMMAND_BYTES] = "put key value";
    struct bytes bytes = { command, sizeof command };
    while (clock_now_ns() < load->end_ns &&
           atomic_fetch_sub(&load->remaining, 1) > 0) {
        int index, term;
        if (!raft_start(load->leader->life->raft, bytes, &index, &term))
            break;
        server_wait_applied(load->leader, index);
        atomic_fetch_add(&load->committed, 1);
    }
}

// Runs so many clients. Returns the time that they took, in seconds.
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
    struct load load = { .leader = leader_of(cluster),
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
    struct load load = { .leader = leader_of(cluster), .end_ns = INT64_MAX };
    for (int length = 0; length < LOG_LENGTH; length += LOG_STEP) {
        atomic_store(&load.remaining, LOG_STEP);
        atomic_store(&load.committed, 0);
        double seconds = run_load(&load, clients);
        printf("%3d clients, entries %6d to %6d  %7.2f us/command\n", clients,
               length + 1, length + load.committed,
               seconds * 1e6 / load.committed);
    }
    printf("%3d clients, saved state at the end %zu bytes\n", clients,
           persister_raft_state_size(load.leader->life->persister));
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
