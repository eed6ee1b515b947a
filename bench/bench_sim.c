// Measures the simulator's speed, in real time on one core:
//
//   - scheduling points a second: threads that do nothing but yield, and
//     threads that pass a turn by mutex and condition variable
//   - the growth of the cost of a scheduling point, and of a broadcast, with
//   the
//     number of threads, under all policies
//   - simulated RPCs a second: one caller, and sixteen
//   - clusters of 9 and of 99 servers that elect a leader and commit 1,000
//     commands
//
// Each figure has a process of its own. Prints figures only.
#include "bench/cluster.h"
#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/go.h"
#include "sim/sim.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// The system's clock_gettime. Without __real_ it shows virtual time here.
int __real_clock_gettime(clockid_t clock, struct timespec *time);

static double real_seconds(void)
{
    struct timespec now;
    __real_clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double processor_seconds(void)
{
    struct timespec now;
    __real_clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// Runs one benchmark with n, from the first moment of a simulation, in a
// process of its own.
static void run_under(const char *policy, void (*bench)(int n), int n)
{
    fflush(stdout);
    if (fork() == 0) {
        sim_start(&(struct sim_options){ .seed = 1, .policy = policy });
        bench(n);
        fflush(stdout);
        _exit(0);
    }
    wait(NULL);
}

static void run(void (*bench)(int n), int n)
{
    run_under("uniform", bench, n);
}

// ---- Scheduling points ----

#define N_YIELDS 1000000
#define N_TURNS  1000000

static void yield_often(void *unused)
{
    (void)unused;
    for (int i = 0; i < N_YIELDS; i++)
        sched_yield();
}

static void bench_yield(int n_threads)
{
    struct go_group *group = go_group_make();
    double start = real_seconds();
    for (int i = 0; i < n_threads; i++)
        go(group, "yield", yield_often, NULL);
    go_group_free(group);
    printf("scheduling points, %2d threads that yield %19.0f a second\n",
           n_threads, (double)sim_points() / (real_seconds() - start));
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

static void bench_turns(int unused)
{
    (void)unused;
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

// ---- Many threads ----

#define N_POINTS 200000
#define N_ROUNDS 5

struct yielders {
    pthread_barrier_t begin;
    pthread_barrier_t end;
    int n_yields;
};

static void yield_between_barriers(void *arg)
{
    struct yielders *y = arg;
    pthread_barrier_wait(&y->begin);
    for (int i = 0; i < y->n_yields; i++)
        sched_yield();
    pthread_barrier_wait(&y->end);
}

static void bench_points(int n_threads)
{
    struct yielders y = { .n_yields = N_POINTS / n_threads };
    pthread_barrier_init(&y.begin, NULL, (unsigned)n_threads + 1);
    pthread_barrier_init(&y.end, NULL, (unsigned)n_threads + 1);
    struct go_group *group = go_group_make();
    for (int i = 0; i < n_threads; i++)
        go(group, "yield", yield_between_barriers, &y);
    pthread_barrier_wait(&y.begin);
    double start = real_seconds();
    uint64_t points = sim_points();
    pthread_barrier_wait(&y.end);
    double seconds = real_seconds() - start;
    printf("  a point with %5d threads that can run %24.0f ns\n", n_threads,
           seconds * 1e9 / (double)(sim_points() - points));
    go_group_free(group);
}

struct audience {
    pthread_mutex_t mu;
    pthread_cond_t next_round;
    pthread_cond_t all_came;
    int n_threads;
    int n_came;
    int round;
};

static void await_rounds(void *arg)
{
    struct audience *a = arg;
    pthread_mutex_lock(&a->mu);
    for (int round = 0; round <= N_ROUNDS; round++) {
        if (++a->n_came == a->n_threads)
            pthread_cond_signal(&a->all_came);
        while (a->round == round)
            pthread_cond_wait(&a->next_round, &a->mu);
    }
    pthread_mutex_unlock(&a->mu);
}

// Measures the time from the broadcast until every waiter has had the mutex.
static double one_round(struct audience *a)
{
    while (a->n_came < a->n_threads)
        pthread_cond_wait(&a->all_came, &a->mu);
    a->n_came = 0;
    a->round++;
    double start = real_seconds();
    pthread_cond_broadcast(&a->next_round);
    while (a->round <= N_ROUNDS && a->n_came < a->n_threads)
        pthread_cond_wait(&a->all_came, &a->mu);
    return real_seconds() - start;
}

static int by_size(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

static void bench_broadcast(int n_threads)
{
    struct audience a = { .n_threads = n_threads };
    pthread_mutex_init(&a.mu, NULL);
    pthread_cond_init(&a.next_round, NULL);
    pthread_cond_init(&a.all_came, NULL);
    struct go_group *group = go_group_make();
    for (int i = 0; i < n_threads; i++)
        go(group, "waiter", await_rounds, &a);
    double seconds[N_ROUNDS];
    pthread_mutex_lock(&a.mu);
    for (int i = 0; i < N_ROUNDS; i++)
        seconds[i] = one_round(&a);
    one_round(&a);  // The threads end.
    pthread_mutex_unlock(&a.mu);
    go_group_free(group);
    qsort(seconds, N_ROUNDS, sizeof seconds[0], by_size);
    printf("  a broadcast to %5d threads until all have run %17.3f ms\n",
           n_threads, seconds[N_ROUNDS / 2] * 1e3);
}

static void run_growth(const char *policy)
{
    printf("%s:\n", policy);
    for (int n = 10; n <= 10000; n *= 10)
        run_under(policy, bench_points, n);
    for (int n = 10; n <= 10000; n *= 10)
        run_under(policy, bench_broadcast, n);
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

// ---- A large cluster ----

#define N_COMMANDS 1000

static void bench_cluster(int n_servers)
{
    double start = real_seconds();
    struct cluster *cluster = cluster_make(n_servers);
    int leader = cluster_wait_for_leader(cluster, NO_SERVER);
    printf("%2d servers, leader elected after %.3f virtual s, %.2f real s\n",
           n_servers, (double)sim_now_ns() / 1e9, real_seconds() - start);
    double before = processor_seconds();
    struct server *server = &cluster->servers[leader];
    int index = 0;
    for (int i = 0; i < N_COMMANDS; i++) {
        int term;
        struct bytes command = { &i, sizeof i };
        if (raft_start(server->life->raft, command, &index, &term))
            server_wait_applied(server, index);
    }
    double seconds = processor_seconds() - before;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%2d servers, %d commands committed, one after the other: "
           "%.2f virtual s, %.2f s of CPU, %.1f us a command and server, "
           "%ld MB\n",
           n_servers, index, (double)sim_now_ns() / 1e9, seconds,
           seconds * 1e6 / index / n_servers, usage.ru_maxrss / 1024);
}

int main(void)
{
    run(bench_yield, 10);
    run(bench_turns, 0);
    run_growth("uniform");
    run_growth("pct");
    run_growth("pos");
    run(bench_rpcs, 1);
    run(bench_rpcs, 16);
    run(bench_cluster, 9);
    run(bench_cluster, 99);
    return 0;
}
