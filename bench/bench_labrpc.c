// Measures the cost of a call, and prints figures only. A call is two hand-offs
// between threads. So the last figure is the floor: two hand-offs by a mutex
// and a condition variable alone.
//
// As in MIT's Benchmark, the argument is a number and the reply a string, on a
// reliable network.
#include "labrpc/labrpc.h"
#include "rt/clock.h"
#include "rt/go.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define CALLS        100000
#define REPEATS      5
#define CALLERS      16
#define CALLS_EACH   5000
#define ROUNDS       1000  // Of callers that sleep between their calls.
#define WAITING      1000
#define HAND_OFFS    20000
#define FIGURE_WIDTH 46

// A gate at which the handlers wait until the figure has been measured.
struct gate {
    pthread_mutex_t mu;
    pthread_cond_t changed;

    // Guarded by mu.
    bool open;
    int n_waiting;
};

struct bench {
    struct labrpc_network *net;
    struct labrpc_end *end;
    struct gate gate;
};

static void figure(const char *what, const char *value)
{
    printf("%-*s %s\n", FIGURE_WIDTH, what, value);
}

// ---- The server ----

static void number_to_string(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    if (asprintf((char **)reply, "handler2-%d", *(const int *)args) < 0)
        abort();
}

static void wait_at_gate(void *receiver, const void *args, void *reply)
{
    struct gate *gate = receiver;
    pthread_mutex_lock(&gate->mu);
    gate->n_waiting++;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open)
        pthread_cond_wait(&gate->changed, &gate->mu);
    pthread_mutex_unlock(&gate->mu);
    *(int *)reply = *(const int *)args;
}

enum { HANDLER2, WAIT };

static const struct labrpc_method methods[] = {
    [HANDLER2] = { "Junk.Handler2", (xdrproc_t)xdr_int, sizeof(int),
                   (xdrproc_t)xdr_wrapstring, sizeof(char *),
                   number_to_string },
    [WAIT] = { "Junk.Wait", (xdrproc_t)xdr_int, sizeof(int), (xdrproc_t)xdr_int,
               sizeof(int), wait_at_gate },
};

static void bench_init(struct bench *b)
{
    memset(b, 0, sizeof *b);
    pthread_mutex_init(&b->gate.mu, NULL);
    pthread_cond_init(&b->gate.changed, NULL);
    b->net = labrpc_make_network();
    b->end = labrpc_make_end(b->net, "end");
    struct labrpc_server *server = labrpc_make_server();
    labrpc_add_service(server, methods, 2, &b->gate);
    labrpc_add_server(b->net, "server", server);
    labrpc_connect(b->end, "server");
    labrpc_enable(b->end, true);
}

static void bench_end(struct bench *b)
{
    labrpc_cleanup(b->net);
    labrpc_free_network(b->net);
    pthread_cond_destroy(&b->gate.changed);
    pthread_mutex_destroy(&b->gate.mu);
}

// ---- Time of a call ----

static void call_often(struct bench *b, int calls)
{
    for (int i = 0; i < calls; i++) {
        char *reply = NULL;
        if (!labrpc_call(b->end, &methods[HANDLER2], &i, &reply)) {
            fputs("bench: a call on a reliable network failed\n", stderr);
            exit(1);
        }
        free(reply);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure_sequential(void)
{
    struct bench b;
    bench_init(&b);
    double us[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
        int64_t start_ns = clock_now_ns();
        call_often(&b, CALLS);
        us[i] = (double)(clock_now_ns() - start_ns) / 1e3 / CALLS;
    }
    qsort(us, REPEATS, sizeof us[0], by_value);
    char text[100];
    snprintf(text, sizeof text, "%.2f us  (min %.2f, max %.2f, %d x %d calls)",
             us[REPEATS / 2], us[0], us[REPEATS - 1], REPEATS, CALLS);
    figure("one caller: a call, median", text);
    bench_end(&b);
}

static void call_each(void *b)
{
    call_often(b, CALLS_EACH);
}

static void measure_concurrent(void)
{
    struct bench b;
    bench_init(&b);
    int64_t start_ns = clock_now_ns();
    struct go_group *callers = go_group_make();
    for (int i = 0; i < CALLERS; i++)
        go(callers, "caller", call_each, &b);
    go_group_free(callers);
    double seconds = (double)(clock_now_ns() - start_ns) / 1e9;
    char text[100];
    snprintf(text, sizeof text, "%.0f calls/s", CALLERS * CALLS_EACH / seconds);
    figure("16 callers", text);
    bench_end(&b);
}

// ---- Calls as in a test ----

static void call_now_and_then(void *b)
{
    for (int i = 0; i < ROUNDS; i++) {
        call_often(b, 1);
        sleep_ms(1);
    }
}

static double cpu_us(const struct rusage *usage)
{
    return 1e6 * (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) +
           (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

// In the graded tests milliseconds pass between calls. Then a call costs what
// it takes to put threads to sleep and to wake them.
static void measure_rare(void)
{
    struct bench b;
    bench_init(&b);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    struct go_group *callers = go_group_make();
    for (int i = 0; i < CALLERS; i++)
        go(callers, "caller", call_now_and_then, &b);
    go_group_free(callers);
    getrusage(RUSAGE_SELF, &after);
    double calls = (double)CALLERS * ROUNDS;
    long switches =
        after.ru_nvcsw + after.ru_nivcsw - before.ru_nvcsw - before.ru_nivcsw;
    char text[100];
    snprintf(text, sizeof text, "%.1f us of CPU, %.1f switches of threads",
             (cpu_us(&after) - cpu_us(&before)) / calls,
             (double)switches / calls);
    figure("16 callers that sleep: a call and a sleep", text);
    bench_end(&b);
}

// ---- Memory of a call ----

static long resident_kib(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[200];
    long kib = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmRSS: %ld", &kib) == 1)
            break;
    }
    if (status != NULL)
        fclose(status);
    return kib;
}

static void call_wait(void *arg)
{
    struct bench *b = arg;
    int number = 1;
    int reply;
    labrpc_call(b->end, &methods[WAIT], &number, &reply);
}

static void measure_memory(void)
{
    struct bench b;
    bench_init(&b);
    long before_kib = resident_kib();
    struct go_group *callers = go_group_make();
    for (int i = 0; i < WAITING; i++)
        go(callers, "caller", call_wait, &b);

    pthread_mutex_lock(&b.gate.mu);
    while (b.gate.n_waiting < WAITING)
        pthread_cond_wait(&b.gate.changed, &b.gate.mu);
    pthread_mutex_unlock(&b.gate.mu);
    sleep_ms(200);  // Until the callers sleep, too.
    long grown_kib = resident_kib() - before_kib;

    pthread_mutex_lock(&b.gate.mu);
    b.gate.open = true;
    pthread_cond_broadcast(&b.gate.changed);
    pthread_mutex_unlock(&b.gate.mu);
    go_group_free(callers);
    char text[100];
    snprintf(text, sizeof text, "%.1f KiB a call, with its caller's thread",
             (double)grown_kib / WAITING);
    figure("1000 calls that wait in handlers", text);
    bench_end(&b);
}

// ---- The floor ----

struct ping_pong {
    pthread_mutex_t mu;
    pthread_cond_t changed;
    int turn;  // Guarded by mu. 0: the caller's; 1: the other thread's.
};

static void pass_turns(struct ping_pong *p, int me)
{
    for (int i = 0; i < HAND_OFFS; i++) {
        pthread_mutex_lock(&p->mu);
        while (p->turn != me)
            pthread_cond_wait(&p->changed, &p->mu);
        p->turn = !me;
        pthread_cond_signal(&p->changed);
        pthread_mutex_unlock(&p->mu);
    }
}

static void *pass_turns_back(void *arg)
{
    pass_turns(arg, 1);
    return NULL;
}

// Measures the floor. A new thread inherits the cores of the thread that
// creates it.
static void measure_floor(const char *what)
{
    struct ping_pong p = { .turn = 0 };
    pthread_mutex_init(&p.mu, NULL);
    pthread_cond_init(&p.changed, NULL);
    pthread_t other;
    int64_t start_ns = clock_now_ns();
    if (pthread_create(&other, NULL, pass_turns_back, &p) != 0)
        abort();
    pass_turns(&p, 0);
    pthread_join(other, NULL);
    double us = (double)(clock_now_ns() - start_ns) / 1e3 / HAND_OFFS;
    char text[100];
    snprintf(text, sizeof text, "%.2f us", us);
    figure(what, text);
    pthread_cond_destroy(&p.changed);
    pthread_mutex_destroy(&p.mu);
}

int main(void)
{
    measure_sequential();
    measure_concurrent();
    measure_rare();
    measure_memory();
    measure_floor("floor: there and back, any cores");
    cpu_set_t one_core;
    CPU_ZERO(&one_core);
    CPU_SET(0, &one_core);
    if (sched_setaffinity(0, sizeof one_core, &one_core) == 0)
        measure_floor("floor: there and back, on one core");
    return 0;
}
