// The bugs that each policy must find, in programs of several lengths. A thread
// that polls must not keep the others from running.
#include "tests/sim/harness.h"

#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static int length;  // Of what the threads do besides.

static void work(int n)
{
    pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    for (int i = 0; i < n; i++) {
        pthread_mutex_lock(&own);
        pthread_mutex_unlock(&own);
    }
}

static int read_locked(const int *from)
{
    pthread_mutex_lock(&mu);
    int value = *from;
    pthread_mutex_unlock(&mu);
    return value;
}

static void write_locked(int *to, int value)
{
    pthread_mutex_lock(&mu);
    *to = value;
    pthread_mutex_unlock(&mu);
}

static void check_found(void (*body)(void), const char *policy)
{
    struct sim_options options = { .policy = policy };
    uint64_t seed = first_failure(body, options, 1000);
    printf("    found by seed %d (%s)\n", (int)seed, policy);
    if (seed == 0)
        fail_at(__FILE__, __LINE__, policy);
}

static void check_found_by_all(void (*body)(void))
{
    for (const char *const *policy = policies; *policy != NULL; policy++)
        check_found(body, *policy);
}

// ---- Depth 1: a value is used before it is set ----

static int x;

static void *use_x(void *unused)
{
    work(length);
    check(read_locked(&x) != 0);
    return unused;
}

static void set_late(void)
{
    pthread_t thread = start(use_x, NULL);
    work(length);
    write_locked(&x, 1);
    join(thread);
}

SIM_TEST(a_use_before_the_value_is_found)
{
    for (length = 1; length <= 100; length *= 10)
        check_found_by_all(set_late);
}

// ---- Depth 2: a value changes between a check and its use ----

static void *clear_x(void *unused)
{
    work(length);
    write_locked(&x, 0);
    return unused;
}

static void check_then_use(void)
{
    x = 1;
    pthread_t thread = start(clear_x, NULL);
    work(length);
    if (read_locked(&x) != 0)
        check(read_locked(&x) != 0);
    join(thread);
}

SIM_TEST(a_change_after_the_check_is_found)
{
    for (length = 1; length <= 10; length *= 10)
        check_found_by_all(check_then_use);
}

// The checking thread stays behind for the whole work of the other. Uniform
// drawing does that once in 2^40 runs.
static void stay_behind(void)
{
    x = 1;
    pthread_t thread = start(clear_x, NULL);
    work(length / 4);
    if (read_locked(&x) != 0)
        check(read_locked(&x) != 0);
    join(thread);
}

SIM_TEST(a_thread_that_stays_behind_is_found)
{
    length = 20;
    check_found(stay_behind, "pct:3");
    check_found(stay_behind, "pos");
}

// ---- Depth 3: a deadlock of three ----

static pthread_mutex_t locks[3] = { PTHREAD_MUTEX_INITIALIZER,
                                    PTHREAD_MUTEX_INITIALIZER,
                                    PTHREAD_MUTEX_INITIALIZER };

static void *lock_two(void *arg)
{
    pthread_mutex_t *first = arg;
    pthread_mutex_t *second = first == &locks[2] ? &locks[0] : first + 1;
    pthread_mutex_lock(first);
    pthread_mutex_lock(second);
    pthread_mutex_unlock(second);
    pthread_mutex_unlock(first);
    return NULL;
}

static void lock_in_a_circle(void)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        threads[i] = start(lock_two, &locks[i]);
    for (int i = 0; i < 3; i++)
        join(threads[i]);
}

SIM_TEST(a_deadlock_of_three_is_found)
{
    check_found_by_all(lock_in_a_circle);
}

// ---- Threads that poll ----

static atomic_bool is_set;

static void *set_after_work(void *unused)
{
    work(10);
    is_set = true;
    return unused;
}

static void poll_by_yield(void)
{
    sched_yield();
}

static void poll_by_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
}

static void poll_by_lock(void)
{
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
}

static void (*poll_once)(void);

static void *poll_until_set(void *unused)
{
    while (!is_set)
        poll_once();
    return unused;
}

static void poll(void)
{
    pthread_t pollers[3];
    for (int i = 0; i < 3; i++)
        pollers[i] = start(poll_until_set, NULL);
    pthread_t setter = start(set_after_work, NULL);
    join(setter);
    for (int i = 0; i < 3; i++)
        join(pollers[i]);
}

static void check_no_thread_starves(void (*once)(void))
{
    poll_once = once;
    for (const char *const *policy = policies; *policy != NULL; policy++) {
        for (uint64_t seed = 1; seed <= 20; seed++) {
            struct sim_options options = { .seed = seed,
                                           .policy = *policy,
                                           .limit_s = 1 };
            const struct outcome *outcome = simulate(poll, &options);
            check(outcome->returned);
            check(outcome->points < 100000);
        }
    }
}

SIM_TEST(no_thread_starves_beside_those_that_poll)
{
    check_no_thread_starves(poll_by_yield);
    check_no_thread_starves(poll_by_clock);
    check_no_thread_starves(poll_by_lock);
}

// ---- The changes of priority of PCT ----

// Rounds of PCT end at these points. Each has depth - 1 changes.
#define FIRST_END 248
#define LAST_END  (FIRST_END + N_ROUNDS * 256)
#define N_ROUNDS  10

static pthread_t running;
static int n_switches;
static int changes_of_round;

static void note_switch(void)
{
    if (pthread_equal(pthread_self(), running))
        return;
    running = pthread_self();
    n_switches += sim_points() > FIRST_END && sim_points() < LAST_END;
}

static void *run_to_last_end(void *unused)
{
    while (sim_points() < LAST_END) {
        poll_by_clock();  // One point.
        note_switch();
    }
    return unused;
}

// Of two threads, each change makes the other run.
static void count_switches(void)
{
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        threads[i] = start(run_to_last_end, NULL);
    for (int i = 0; i < 2; i++)
        join(threads[i]);
    check(n_switches == N_ROUNDS * changes_of_round);
}

static void check_no_change_is_lost(const char *policy, int depth)
{
    changes_of_round = depth - 1;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct sim_options options = { .seed = seed, .policy = policy };
        check(simulate(count_switches, &options)->returned);
    }
}

SIM_TEST(pct_changes_priorities_as_often_as_its_depth_says)
{
    check_no_change_is_lost("pct:2", 2);
    check_no_change_is_lost("pct:3", 3);
    check_no_change_is_lost("pct:100", 100);
}

// ---- Names ----

SIM_TEST(names_of_policies)
{
    static const char *const right[] = { "uniform", "pct", "pct:1", "pct:100",
                                         "pos" };
    static const char *const wrong[] = {
        "",       "p",      "pct:",  "pct:0",    "pct:101", "pct:3x",
        "pct:-3", "pct: 3", "pos:3", "uniform:", "PCT",     "pct:3:3"
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++)
        check(sim_policy_is_known(right[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        check(!sim_policy_is_known(wrong[i]));
}

static void call_work(void)
{
    work(10);
}

SIM_TEST(pct_has_depth_3_if_it_is_not_given)
{
    struct sim_options plain = { .seed = 1, .policy = "pct" };
    struct sim_options deep = { .seed = 1, .policy = "pct:3" };
    uint64_t hash = simulate(call_work, &plain)->hash;
    check(hash == simulate(call_work, &deep)->hash);
}
