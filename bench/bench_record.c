// Measures the record's cost for a run in real time:
//
//   - the time to keep one event, by its kind
//   - the processor time of a command that three servers agree on, with and
//   without
//     the record; the two alternate, because a machine's speed varies
//
// Prints figures only.
#include "bench/cluster.h"
#include "record/record.h"
#include "rt/alloc.h"
#include "rt/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define EVENTS   200000
#define COMMANDS 4000
#define TURNS    9
#define MEMORY   ((size_t)8 << 20)  // The same as in a run.

static double seconds_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

// ---- One event ----

static double ns_per_event(struct events *events, struct event event)
{
    double start = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    for (int k = 0; k < EVENTS; k++)
        events_tell(events, &event);
    double taken = seconds_of(CLOCK_THREAD_CPUTIME_ID) - start;
    return taken * 1e9 / EVENTS;
}

static void bench_event(const char *what, struct event event)
{
    struct record *record = record_make(MEMORY);
    struct events *events = events_make();
    double floor = ns_per_event(events, event);
    events_add_reader(events, record_reader(record));
    double whole = ns_per_event(events, event);
    printf("%-12s %5.0f ns more than the %.0f ns without a reader\n", what,
           whole - floor, floor);
    events_free(events);
    record_free(record);
}

static void bench_events(void)
{
    int number = 4711;
    struct bytes command = { &number, sizeof number };
    bench_event("leads",
                (struct event){ .kind = EVENT_LEADS, .life = { 1, 2 } });
    bench_event("applied", (struct event){ .kind = EVENT_APPLIED,
                                           .life = { 1, 2 },
                                           .applied = { 1000, command } });
    bench_event("log", (struct event){ .kind = EVENT_LOG,
                                       .life = { 1, 2 },
                                       .log = { "SEND", 3,
                                                "sends S1 entries 1000..1007",
                                                "raft/replication.c", 102 } });
}

// ---- Commands ----

// Processor time of a command, in microseconds.
static double us_per_command(struct events *events)
{
    struct cluster *cluster = cluster_make_told(3, events);
    struct server *leader =
        &cluster->servers[cluster_wait_for_leader(cluster, NO_SERVER)];
    double start = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    char text[16] = "put key value";
    int n_committed = 0;
    for (int k = 0; k < COMMANDS; k++) {
        int index, term;
        struct bytes command = { text, sizeof text };
        if (!raft_start(leader->life->raft, command, &index, &term))
            break;
        server_wait_applied(leader, index);
        n_committed++;
    }
    double taken = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start;
    cluster_free(cluster);
    return taken * 1e6 / n_committed;
}

// The memory is used again, as the runner does.
static double us_recorded(struct record *record)
{
    record_clear(record);
    struct events *events = events_make();
    events_add_reader(events, record_reader(record));
    double us = us_per_command(events);
    events_free(events);
    return us;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void bench_commands(void)
{
    double with[TURNS], without[TURNS];
    struct record *record = record_make(MEMORY);
    for (int k = 0; k < TURNS; k++) {
        struct events *events = events_make();
        without[k] = us_per_command(events);
        events_free(events);
        with[k] = us_recorded(record);
    }
    record_free(record);
    qsort(with, TURNS, sizeof *with, by_size);
    qsort(without, TURNS, sizeof *without, by_size);
    double a = without[TURNS / 2], b = with[TURNS / 2];
    printf("a command, median of %d turns: %.1f us of CPU, with its record "
           "%.1f us: %+.1f%%\n",
           TURNS, a, b, 100 * (b - a) / a);
}

int main(void)
{
    bench_events();
    bench_commands();
    return 0;
}
