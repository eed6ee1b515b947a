// Measures how long a cluster takes to elect a leader, and how often it elects
// one without need, on a reliable network without delays. Prints figures only.
#include "bench/cluster.h"
#include "rt/clock.h"

#include <stdio.h>
#include <stdlib.h>

#define TRIALS   50
#define QUIET_MS 20000

static int compare_ms(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

// Cuts the leader off, and waits until another one leads.
static int measure_failover_ms(struct cluster *cluster, int *leader)
{
    int old = *leader;
    int64_t start_ms = clock_now_ms();
    cluster_connect(cluster, old, false);
    *leader = cluster_wait_for_leader(cluster, old);
    int taken_ms = (int)(clock_now_ms() - start_ms);
    cluster_connect(cluster, old, true);
    sleep_ms(1000);  // Until the old leader is a follower.
    return taken_ms;
}

static void bench_failover(int servers)
{
    struct cluster *cluster = cluster_make(servers);
    int leader = cluster_wait_for_leader(cluster, NO_SERVER);
    int ms[TRIALS];
    for (int k = 0; k < TRIALS; k++) {
        ms[k] = measure_failover_ms(cluster, &leader);
        leader = cluster_wait_for_leader(cluster, NO_SERVER);
    }
    qsort(ms, TRIALS, sizeof ms[0], compare_ms);
    printf("%d servers, leader cut off, until the next one leads  "
           "min %d  median %d  max %d ms  (%d trials)\n",
           servers, ms[0], ms[TRIALS / 2], ms[TRIALS - 1], TRIALS);
    cluster_free(cluster);
}

static void bench_quiet(int servers)
{
    struct cluster *cluster = cluster_make(servers);
    int leader = cluster_wait_for_leader(cluster, NO_SERVER);
    int before, after;
    bool is_leader;
    raft_get_state(cluster->servers[leader].life->raft, &before, &is_leader);
    sleep_ms(QUIET_MS);
    raft_get_state(cluster->servers[leader].life->raft, &after, &is_leader);
    printf("%d servers, left alone for %d s  %d elections\n", servers,
           QUIET_MS / 1000, after - before);
    cluster_free(cluster);
}

int main(void)
{
    bench_quiet(3);
    bench_quiet(5);
    bench_failover(3);
    bench_failover(5);
    return 0;
}
