// Measures how soon each policy of the simulator finds the bugs of the programs
// in bench/search/: seeds, and seconds of CPU, until one fails. The fixed
// programs must not fail.
//
// usage: search [TEXT...]   only the programs whose names contain a text
#include "bench/search/program.h"
#include "sim/sim.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

// Each search has seeds of its own. One that has found nothing ends after
// MOST_RUNS. If the first IN_VAIN searches end so, the others are left out.
enum { N_SEARCHES = 20, IN_VAIN = 2, MOST_RUNS = 10000, FIXED_RUNS = 500 };

// A run that waits longer hangs.
enum { LIMIT_S = 60 };

static const char *const policies[] = { "uniform", "pct", "pos" };
enum { N_POLICIES = sizeof policies / sizeof policies[0] };

// How threads are scheduled: by which policy, and whether also at accesses of
// memory.
struct way {
    const char *policy;
    bool at_accesses;
};

struct search {
    int n_runs;
    bool found;
    double ms;
};

// ---- One search ----

static _Noreturn void fail(const char *message)
{
    (void)message;
    _exit(1);
}

static void run_child(const struct program *program, const struct way *way,
                      uint64_t seed)
{
    sim_set_fail(fail);
    sim_start(&(struct sim_options){ .seed = seed,
                                     .policy = way->policy,
                                     .access_points = way->at_accesses,
                                     .limit_s = LIMIT_S,
                                     .brief = true });
    program->run();
    _exit(0);
}

// Does the program fail with this seed?
static bool fails(const struct program *program, const struct way *way,
                  uint64_t seed)
{
    pid_t pid = fork();
    if (pid == 0)
        run_child(program, way, seed);
    if (pid < 0) {
        perror("search: fork");
        exit(2);
    }
    int status;
    waitpid(pid, &status, 0);
    return status != 0;
}

static double cpu_ms(void)
{
    double ms = 0;
    int who[] = { RUSAGE_SELF, RUSAGE_CHILDREN };
    for (int i = 0; i < 2; i++) {
        struct rusage usage;
        getrusage(who[i], &usage);
        ms += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
              (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
    }
    return ms;
}

static struct search search(const struct program *program,
                            const struct way *way, int number, int most)
{
    struct search s = { 0 };
    double start_ms = cpu_ms();
    while (!s.found && s.n_runs < most) {
        s.n_runs++;
        s.found = fails(program, way,
                        (uint64_t)number * MOST_RUNS + (uint64_t)s.n_runs);
    }
    s.ms = cpu_ms() - start_ms;
    return s;
}

// ---- The table ----

static int by_runs(const void *a, const void *b)
{
    const struct search *left = a, *right = b;
    if (left->found != right->found)
        return left->found ? -1 : 1;
    return (left->n_runs > right->n_runs) - (left->n_runs < right->n_runs);
}

// Of n searches in order, the one of this quantile.
static void print_runs(const struct search *searches, int n, int percent)
{
    const struct search *s = &searches[(n - 1) * percent / 100];
    if (s->found)
        printf(" %7d", s->n_runs);
    else
        printf(" %7s", "-");
}

static void print_searches(struct search *searches, int n)
{
    int n_found = 0;
    for (int i = 0; i < n; i++)
        n_found += searches[i].found;
    qsort(searches, (size_t)n, sizeof *searches, by_runs);
    printf(" %3d/%-3d", n_found, n);
    print_runs(searches, n, 25);
    print_runs(searches, n, 50);
    print_runs(searches, n, 75);
    print_runs(searches, n, 100);
    if (searches[(n - 1) / 2].found)
        printf(" %9.1f\n", searches[(n - 1) / 2].ms);
    else
        printf(" %9s\n", "-");
}

static void measure(const struct program *program, const struct way *way)
{
    struct search searches[N_SEARCHES];
    int n = 0, n_found = 0;
    while (n < N_SEARCHES && (n < IN_VAIN || n_found > 0)) {
        searches[n] = search(program, way, n, MOST_RUNS);
        n_found += searches[n++].found;
    }
    printf("%-24s %-8s", program->name, way->policy);
    print_searches(searches, n);
    fflush(stdout);
}

// Ends the benchmark if a right program fails.
static void check_fixed(const struct program *program, const struct way *way)
{
    struct search s = search(program, way, 0, FIXED_RUNS);
    if (s.found) {
        printf("%s without its bug fails with seed %d of %s\n", program->name,
               s.n_runs, way->policy);
        exit(1);
    }
}

static bool is_chosen(const struct program *program, char **texts)
{
    for (char **text = texts; *text != NULL; text++) {
        if (strstr(program->name, *text) != NULL)
            return true;
    }
    return *texts == NULL;
}

static void run_all(bool at_accesses, char **texts)
{
    printf("%-24s %-8s %7s %7s %7s %7s %7s %9s\n",
           at_accesses ? "points: calls, accesses" : "points: calls", "policy",
           "found", "25%", "median", "75%", "most", "ms");
    fflush(stdout);
    for (struct program *p = programs; p != NULL; p = p->next) {
        if (!is_chosen(p, texts) ||
            (p->between == BETWEEN_ACCESSES && !at_accesses))
            continue;
        for (int i = 0; i < N_POLICIES; i++)
            (p->is_fixed ? check_fixed : measure)(
                p, &(struct way){ policies[i], at_accesses });
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    run_all(false, argv + 1);
    printf("\n");
    run_all(true, argv + 1);
    return 0;
}
