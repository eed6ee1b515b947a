// Runs graded tests in virtual time: each test and seed in a child. Not for
// people; it shows that the simulator carries the whole lab.
//
//   lab_main [first seed [number of seeds [part of a test's name [pct]]]]
#include "sim/sim.h"
#include "tester/lab_test.h"
#include "tester/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct outcome {
    uint64_t hash;
    uint64_t points;
    int64_t now_ns;
    int threads_left;
    struct verdict verdict;
};

static struct outcome *outcome;

static void fail(const char *message)
{
    fprintf(stderr, "sim: %s\n", message);
    test_fail("%s", message);
}

static void run(const struct lab_test *test, const struct sim_options *options)
{
    if (getenv("VERBOSE") == NULL && freopen("/dev/null", "w", stdout) == NULL)
        _exit(2);
    current_verdict = &outcome->verdict;
    sim_set_fail(fail);
    sim_start(options);
    lab_test_run(test);
    outcome->hash = sim_hash();
    outcome->points = sim_points();
    outcome->now_ns = sim_now_ns();
    static char text[10000];
    outcome->threads_left = sim_finish(text, sizeof text);
    if (outcome->threads_left > 0)
        fprintf(stderr, "left over: %s\n", text);
    fflush(NULL);
    _exit(0);
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
    const char *part = argc > 3 ? argv[3] : "";
    bool pct = argc > 4 && strcmp(argv[4], "pct") == 0;
    outcome = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int failures = 0;
    uint64_t points = 0, rpcs = 0;
    double seconds = 0;
    for (uint64_t seed = first; seed < first + count; seed++) {
        for (struct lab_test *test = lab_test_first(); test != NULL;
             test = test->next) {
            if (strstr(test->name, part) == NULL)
                continue;
            memset(outcome, 0, sizeof *outcome);
            fflush(NULL);
            struct sim_options options = {
                .seed = seed,
                .policy = pct ? SIM_PCT : SIM_UNIFORM,
                .back_end = getenv("OS_THREADS") ? SIM_OS_THREADS : SIM_FIBERS,
            };
            pid_t pid = fork();
            if (pid == 0)
                run(test, &options);
            int status;
            waitpid(pid, &status, 0);
            bool passed = status == 0 && outcome->verdict.state == TEST_PASSED;
            failures += !passed;
            points += outcome->points;
            seconds += (double)outcome->now_ns / 1e9;
            rpcs += (uint64_t)outcome->verdict.rpcs;
            if (!passed || count == 1)
                printf(
                    "%-32s seed %llu %s %016llx %7.2f s %8llu points %6d "
                    "RPCs %d left %s\n",
                    test->name, (unsigned long long)seed,
                    passed ? "pass" : "FAIL", (unsigned long long)outcome->hash,
                    (double)outcome->now_ns / 1e9,
                    (unsigned long long)outcome->points, outcome->verdict.rpcs,
                    outcome->threads_left, outcome->verdict.message);
        }
    }
    printf("%d failures, %.1f virtual seconds, %llu points, %llu RPCs\n",
           failures, seconds, (unsigned long long)points,
           (unsigned long long)rpcs);
    return failures > 0;
}
