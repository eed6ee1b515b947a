// Computes the vector clocks of a run. The hosts are the servers and the
// tester. A server that starts again is the same host.
#include "views/shiviz.h"

#include "views/title.h"

#include <stdbool.h>
#include <stdlib.h>

// Threads are numbered as they appear, so no true record has as many.
#define MAX_THREADS 1000000

#define LATEST_MS 1e9

static const char regexp[] =
    "(?<ms>\\d+\\.\\d+) (?<event>.*)\\n(?<host>\\S+) (?<clock>\\{.*\\})";

struct clocks {
    const struct run *run;
    int n_hosts;
    int n_threads;
    int *of_events;    // n_hosts numbers for each event.
    int *last_of;      // The last event of each host; -1: none.
    int *last_on;      // The last event on each thread; -1: none.
    bool *is_testers;  // Is the thread one of the tester's?
};

static void *array_of(int n, size_t size)
{
    void *array = calloc((size_t)n + 1, size);
    if (array == NULL)
        abort();
    return array;
}

static int *places(int n)
{
    int *places = array_of(n, sizeof *places);
    for (int i = 0; i < n; i++)
        places[i] = -1;
    return places;
}

// The tester is the last host.
static int host_of(const struct clocks *clocks, const struct event *event)
{
    return event->server == -1 ? clocks->n_hosts - 1 : event->server;
}

static bool has_thread(const struct event *event)
{
    return event->thread > 0 && event->thread < MAX_THREADS;
}

// An event without a server is the tester's, and so is its thread. (Other
// threads serve several servers, one after the other.)
static void find_testers_threads(struct clocks *clocks)
{
    const struct run *run = clocks->run;
    for (int i = 0; i < run->n_events; i++)
        if (has_thread(&run->events[i]) &&
            run->events[i].thread >= clocks->n_threads)
            clocks->n_threads = run->events[i].thread + 1;
    clocks->last_on = places(clocks->n_threads);
    clocks->is_testers = array_of(clocks->n_threads, sizeof(bool));
    for (int i = 0; i < run->n_events; i++)
        if (run->events[i].server == -1 && has_thread(&run->events[i]))
            clocks->is_testers[run->events[i].thread] = true;
}

static int *clock_of(const struct clocks *clocks, int i)
{
    return clocks->of_events + (size_t)i * (size_t)clocks->n_hosts;
}

static void merge(const struct clocks *clocks, int *clock, int earlier)
{
    if (earlier == -1)
        return;
    const int *other = clock_of(clocks, earlier);
    for (int h = 0; h < clocks->n_hosts; h++)
        if (other[h] > clock[h])
            clock[h] = other[h];
}

// Before an event are its host's last one, its cause, and on a thread of the
// tester's the last one there.
static void tick(struct clocks *clocks, int i)
{
    const struct event *event = &clocks->run->events[i];
    int host = host_of(clocks, event);
    int *clock = clock_of(clocks, i);
    merge(clocks, clock, clocks->last_of[host]);
    merge(clocks, clock, event->cause);
    if (has_thread(event) && clocks->is_testers[event->thread]) {
        merge(clocks, clock, clocks->last_on[event->thread]);
        clocks->last_on[event->thread] = i;
    }
    clock[host]++;
    clocks->last_of[host] = i;
}

static void print_host(const struct clocks *clocks, int host, FILE *to)
{
    if (host == clocks->n_hosts - 1)
        fprintf(to, "tester");
    else
        fprintf(to, "S%d", host);
}

static void print_event(const struct clocks *clocks, int i, FILE *to)
{
    const struct event *event = &clocks->run->events[i];
    const int *clock = clock_of(clocks, i);
    double ms = event->ms > 0 ? event->ms : 0;
    char *title = title_make(clocks->run, event);
    fprintf(to, "%.6f %s\n", ms < LATEST_MS ? ms : LATEST_MS, title);
    free(title);
    print_host(clocks, host_of(clocks, event), to);
    const char *before = " {\"";
    for (int h = 0; h < clocks->n_hosts; h++) {
        if (clock[h] == 0)
            continue;
        fputs(before, to);
        print_host(clocks, h, to);
        fprintf(to, "\":%d", clock[h]);
        before = ",\"";
    }
    fputs("}\n", to);
}

void shiviz_print(const struct run *run, FILE *to)
{
    struct clocks clocks = { .run = run, .n_hosts = run->n_servers + 1 };
    clocks.of_events =
        array_of(run->n_events, (size_t)clocks.n_hosts * sizeof(int));
    clocks.last_of = places(clocks.n_hosts);
    find_testers_threads(&clocks);
    fprintf(to, "%s\n\n", regexp);
    for (int i = 0; i < run->n_events; i++) {
        tick(&clocks, i);
        print_event(&clocks, i, to);
    }
    free(clocks.of_events);
    free(clocks.last_of);
    free(clocks.last_on);
    free(clocks.is_testers);
}
