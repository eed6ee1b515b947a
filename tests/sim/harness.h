// Runs small programs under the simulator, each in a child process, and reports
// how they ended. The program has the simulator and what that needs, no more:
// no tester, no runner.
#ifndef TESTS_SIM_HARNESS_H
#define TESTS_SIM_HARNESS_H

#include "sim/sim.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// How a child ended.
struct outcome {
    bool returned;        // The body returned.
    char message[16384];  // From the simulator, or from a check that failed.
    uint64_t hash;
    uint64_t points;
    int64_t now_ns;
    int threads_left;
    int wait_status;
};

// Runs body() as thread 0 of a simulation. The next call overwrites the
// outcome.
const struct outcome *simulate(void (*body)(void),
                               const struct sim_options *options);

// The same with this seed, and the uniform policy.
const struct outcome *simulate_seed(void (*body)(void), uint64_t seed);

// The first of so many seeds with which the body fails; 0: none.
uint64_t first_failure(void (*body)(void), struct sim_options options,
                       uint64_t seeds);

// Ends the child, or the test, as failed.
_Noreturn void fail_at(const char *file, int line, const char *what);

// For bodies and for tests.
#define check(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_at(__FILE__, __LINE__, #condition);                           \
    } while (0)

// Runs the body with a few seeds, under all policies and on both back ends,
// and from the tapes of these runs. In each run the body must return, and no
// thread may be left.
void check_body(void (*body)(void));

// Checks that the message of the run contains all these texts, up to a NULL.
void check_message(const struct outcome *outcome, ...);

// A shorter name for creating a thread.
pthread_t start(void *(*run)(void *), void *arg);
void join(pthread_t thread);

// The same for a thread of a server.
pthread_t start_in(struct sim_life *life, void *(*run)(void *), void *arg);

// The policies, up to a NULL.
extern const char *const policies[];

struct sim_test {
    const char *name;
    void (*run)(void);
    struct sim_test *next;
};
void sim_test_add(struct sim_test *test);

#define SIM_TEST(name_)                                                        \
    static void name_(void);                                                   \
    __attribute__((constructor)) static void add_##name_(void)                 \
    {                                                                          \
        static struct sim_test test = { #name_, name_, NULL };                 \
        sim_test_add(&test);                                                   \
    }                                                                          \
    static void name_(void)

#endif
