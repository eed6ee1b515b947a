// How fast the simulator is, in real time on one core:
//
//   - scheduling points a second: threads that do nothing but yield, and
//     threads that pass a turn by mutex and condition variable
//   - simulated RPCs a second: one caller, and sixteen
//   - a cluster of 99 servers that elects a leader and commits 1,000 commands
//
// Each in a process of its own. Prints figures, judges nothing.
#include "bench/cluster.h"
#include "rt/alloc.h"
#include "rt/clock.h"
#include "sim/sim.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The system's own: clock_gettime tells virtual time here.
int __real_clock_gettime(clockid_t clock, struct timespec *time);

static double real_seconds(void)
{
    struct timespec now;
    __real_clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Runs one benchmark, from the first moment of a simulation, in a process of
// its own.
static void run(void (*bench)(void))
{
    fflush(stdout);
    if (fork() == 0) {
        sim_start(&(struct sim_options){ .seed = 1 });
        bench();
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
}

// ---- Scheduling points ----

#define YIELDERS 10
#define N_YIELDS 1000000
#define N_TURNS  1000000

static void yield_often(void *unused)
{
    (void)unused;
    for (int i = 0; i < N_YIELDS; i++)
        sched_yield();
}

static void bench_yield(void)
{
    struct go_group *group = go_group_make();
    double start = real_seconds();
    for (int i = 0; i < YIELDERS; i++)
        go(group, "yield", yield_often, NULL);
    go_group_free(group);
    printf("%-48s %12.0f a second\n",
           "scheduling points, 10 threads that yield",
           (double)sim_points() / (real_seconds() - start));
}

struct turns {
    pthread_mutex_t mu;
    pthread_cond_t changed[2];
    int turn;
};

struct player {
    struct turns *turns;
    int number;
};

static void take_turns(void *arg)
{
    struct player *self = arg;
    struct turns *t = self->turns;
    pthread_mutex_lock(&t->mu);
    for (int i = 0; i < N_TURNS; i++) {
        while (t->turn != self->number)
            pthread_cond_wait(&t->changed[self->number], &t->mu);
        t->turn = 1 - self->number;
        pthread_cond_signal(&t->changed[t->turn]);
    }
    pthread_mutex_unlock(&t->mu);
}

static void bench_turns(void)
{
    struct turns turns = { PTHREAD_MUTEX_INITIALIZER,
                           { PTHREAD_COND_INITIALIZER,
                             PTHREAD_COND_INITIALIZER },
                           0 };
    struct player players[] = { { &turns, 0 }, { &turns, 1 } };
    struct go_group *group = go_group_make();
    double start = real_seconds();
    go(group, "player 0", take_turns, &players[0]);
    go(group, "player 1", take_turns, &players[1]);
    go_group_free(group);
    double seconds = real_seconds() - start;
    printf("%-48s %12.0f a second\n", "turns passed by mutex and condition",
           2.0 * N_TURNS / seconds);
    printf("%-48s %12.0f a second\n", "  scheduling points on the way",
           (double)sim_points() / seconds);
}

// ---- RPCs ----

#define N_CALLS 1000000

static void answer(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    *(int *)reply = *(const int *)args + 1;
}

static const struct labrpc_method method = {
    .name = "Bench.Answer",
    .xdr_args = (xdrproc_t)xdr_int,
    .args_size = sizeof(int),
    .xdr_reply = (xdrproc_t)xdr_int,
    .reply_size = sizeof(int),
    .handler = answer,
};

struct caller {
    struct labrpc_end *end;
    int n_calls;
};

static void call_often(void *arg)
{
    struct caller *caller = arg;
    for (int i = 0; i < caller->n_calls; i++) {
        int reply;
        labrpc_call(caller->end, &method, &i, &reply);
    }
}

static void bench_rpcs(int n_callers)
{
    struct labrpc_network *net = labrpc_make_network();
    struct labrpc_server *server = labrpc_make_server();
    labrpc_add_service(server, &method, 1, NULL);
    labrpc_add_server(net, "server", server);
    struct labrpc_end *end = labrpc_make_end(net, "end");
    labrpc_connect(end, "server");
    labrpc_enable(end, true);

    struct caller caller = { end, N_CALLS / n_callers };
    struct go_group *group = go_group_make();
    double start = real_seconds();
    for (int i = 0; i < n_callers; i++)
        go(group, "caller", call_often, &caller);
    go_group_free(group);
    double seconds = real_seconds() - start;
    printf("RPCs, %2d callers %31s %12.0f a second\n", n_callers, "",
           labrpc_get_total_count(net) / seconds);
    labrpc_cleanup(net);
    labrpc_free_network(net);
}

static void bench_rpcs_1(void)
{
    bench_rpcs(1);
}

static void bench_rpcs_16(void)
{
    bench_rpcs(16);
}

// ---- A large cluster ----

#define N_SERVERS  99
#define N_COMMANDS 1000

static void bench_99_servers(void)
{
    double start = real_seconds();
    struct cluster *cluster = cluster_make(N_SERVERS);
    int leader = cluster_wait_for_leader(cluster, -1);
    printf("%d servers, leader elected after %.3f virtual s, %.2f real s\n",
           N_SERVERS, (double)sim_now_ns() / 1e9, real_seconds() - start);
    struct server *server = &cluster->servers[leader];
    int index = 0;
    for (int i = 0; i < N_COMMANDS; i++) {
        int term;
        struct bytes command = { &i, sizeof i };
        if (raft_start(server->rf, command, &index, &term))
            server_wait_applied(server, index);
    }
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%d servers, %d commands committed, one after the other: "
           "%.2f virtual s, %.2f real s, %ld MB\n",
           N_SERVERS, index, (double)sim_now_ns() / 1e9, real_seconds() - start,
           usage.ru_maxrss / 1024);
}

int main(void)
{
    run(bench_yield);
    run(bench_turns);
    run(bench_rpcs_1);
    run(bench_rpcs_16);
    run(bench_99_servers);
    return 0;
}
