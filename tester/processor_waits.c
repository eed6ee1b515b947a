#include "tester/processor_waits.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/processors.h"
#include "rt/sanitizer.h"
#include "tester/tasks.h"
#include "tester/verdict.h"
#include "tester/verdict_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

// So many waits in a row can make one message late. A thread that always wants
// to run has more of them, but not longer ones.
#define WAITS_IN_A_ROW 8

// A thread, as the system tells of it.
struct waited {
    int thread;
    long long ns;
    long long times;
};

struct processor_waits {
    // At the last look, in the system's order.
    struct waited *known;
    int n_known;

    int64_t cpu_ns;  // The processor time that the process has used.
};

static _Atomic int64_t ended_cpu_ns;  // Of those whose waits are freed.

struct processor_waits *processor_waits_make(void)
{
    return alloc(sizeof(struct processor_waits));
}

void processor_waits_free(struct processor_waits *waits)
{
    ended_cpu_ns += waits->cpu_ns;
    free(waits->known);
    free(waits);
}

// ---- Processor time ----

// 0 if there is no such clock any more.
static int64_t read_clock(clockid_t clock)
{
    struct timespec time;
    if (clock_gettime(clock, &time) != 0)
        return 0;
    return INT64_C(1000000000) * time.tv_sec + time.tv_nsec;
}

int64_t processor_waits_cpu_ns(struct processor_waits *waits, pid_t pid)
{
    clockid_t clock;
    int64_t ns = 0;
    if (clock_getcpuclockid(pid, &clock) == 0)
        ns = read_clock(clock);
    if (ns > waits->cpu_ns)
        waits->cpu_ns = ns;
    return waits->cpu_ns;
}

int64_t processor_waits_ended_cpu_ns(void)
{
    return ended_cpu_ns;
}

// ---- Threads ----

static bool read_waited(int folder, int thread, struct waited *waited)
{
    char text[100];
    tasks_read(folder, thread, "schedstat", text, sizeof text);
    waited->thread = thread;
    return sscanf(text, "%*d %lld %lld", &waited->ns, &waited->times) == 2;
}

// A look at the threads of one process.
struct look {
    const struct processor_waits *before;
    int at;  // In before->known: those before have been met.
    struct waited *now;
    int n_now;
    int64_t longest_ns;
};

// Returns what was known of this thread; all zero if it is new.
static struct waited find_before(struct look *look, int thread)
{
    const struct processor_waits *before = look->before;
    for (int k = look->at; k < before->n_known; k++) {
        if (before->known[k].thread == thread) {
            look->at = k + 1;
            return before->known[k];
        }
    }
    return (struct waited){ 0 };
}

// How long a few waits in a row have been, between two looks.
static long long in_a_row_ns(struct waited now, struct waited before)
{
    long long ns = now.ns - before.ns, times = now.times - before.times;
    return times > WAITS_IN_A_ROW ? ns / times * WAITS_IN_A_ROW : ns;
}

static void look_at_thread(int folder, int thread, void *arg)
{
    struct look *look = arg;
    struct waited now;
    if (!read_waited(folder, thread, &now))
        return;
    long long ns = in_a_row_ns(now, find_before(look, thread));
    if (ns > look->longest_ns)
        look->longest_ns = ns;
    look->now = alloc_resize(look->now, (size_t)look->n_now + 1, sizeof now);
    look->now[look->n_now++] = now;
}

int64_t processor_waits_longest_ns(struct processor_waits *waits, pid_t pid)
{
    struct look look = { .before = waits };
    tasks_for_each(pid, look_at_thread, &look);
    free(waits->known);
    waits->known = look.now;
    waits->n_known = look.n_now;
    return look.longest_ns;
}

// ---- Whose fault they are ----

// A test that has to wait for others gets a smaller part of the processors. One
// that gets more is busy itself, and on a slow machine even a right Raft may
// use more than a tenth of that.
#define BUSY_PART 0.5

bool processor_waits_are_its_own(int64_t cpu_ns, int64_t elapsed_ns)
{
    if (HAS_SANITIZER)  // It makes any Raft busy.
        return false;
    static double usable;  // It is the same for all of a test.
    if (usable == 0)
        usable = processors_usable();
    return (double)cpu_ns > BUSY_PART * usable * (double)elapsed_ns;
}

// ---- Of this process ----

static int64_t start_ns, start_cpu_ns;

static void find_longest(int folder, int thread, void *longest_ns)
{
    struct waited now;
    if (!read_waited(folder, thread, &now))
        return;
    long long ns = in_a_row_ns(now, (struct waited){ 0 });
    if (ns > *(long long *)longest_ns)
        *(long long *)longest_ns = ns;
}

// Allocates nothing: the Raft may have damaged the heap.
static void note_own(void)
{
    int64_t cpu_ns = read_clock(CLOCK_PROCESS_CPUTIME_ID) - start_cpu_ns;
    if (processor_waits_are_its_own(cpu_ns, clock_now_ns() - start_ns))
        return;
    long long longest_ns = 0;
    tasks_for_each(getpid(), find_longest, &longest_ns);
    verdict_note_wait((int)(longest_ns / NS_PER_MS));
}

void processor_waits_note_own(void)
{
    start_ns = clock_now_ns();
    start_cpu_ns = read_clock(CLOCK_PROCESS_CPUTIME_ID);
    processor_waits_are_its_own(0, 0);  // It reads files here, and not later.
    verdict_look = note_own;
}
