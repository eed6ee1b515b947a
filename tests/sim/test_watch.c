// The acts of servers' threads that the simulator tells: their waits, their
// turns and their locks.
#include "tests/sim/harness.h"

#include <string.h>
#include <unistd.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t flag_mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool flag;

// ---- Waits ----

static struct sim_act seen[1000];
static int n_seen;

static void see(const struct sim_act *act)
{
    check(n_seen < (int)(sizeof seen / sizeof *seen));
    seen[n_seen++] = *act;
}

// Holds mu until the flag is set.
static void *await_flag(void *unused)
{
    pthread_mutex_lock(&mu);
    pthread_mutex_lock(&flag_mu);
    while (!flag)
        pthread_cond_wait(&changed, &flag_mu);
    pthread_mutex_unlock(&flag_mu);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *lock_mu(void *unused)
{
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *sleep_5_ms(void *unused)
{
    usleep(5000);
    return unused;
}

static void set_flag(void)
{
    pthread_mutex_lock(&flag_mu);
    flag = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&flag_mu);
}

static const struct sim_act *wait_on(const void *object)
{
    int k = 0;
    while (k < n_seen && (seen[k].kind != SIM_WAITS || seen[k].at != object))
        k++;
    check(k < n_seen);
    return &seen[k];
}

static void three_wait(void)
{
    struct sim_life *life = sim_life_make(1);
    pthread_t holder = start_in(life, await_flag, NULL);
    usleep(1000);
    pthread_t locker = start_in(life, lock_mu, NULL);
    pthread_t sleeper = start_in(sim_life_make(2), sleep_5_ms, NULL);
    pthread_t outsider = start(sleep_5_ms, NULL);
    usleep(1000);
    sim_see_waits(see);

    check(n_seen == 3);
    const struct sim_act *signalled = wait_on(&changed);
    check(strcmp(signalled->object, "condition variable") == 0);
    check(signalled->server == 1 && signalled->holder == 0);
    check(!signalled->has_limit && signalled->n_calls > 0);
    check(signalled->since_ns < 1000000);
    check(signalled->runs == (const char *)(void *)await_flag + 1);
    const struct sim_act *locks = wait_on(&mu);
    check(strcmp(locks->text, "to lock a mutex") == 0);
    check(locks->holder == signalled->thread);
    const struct sim_act *sleeps = wait_on(NULL);
    check(sleeps->server == 2 && sleeps->has_limit && sleeps->object == NULL);

    set_flag();
    join(holder);
    join(locker);
    join(sleeper);
    join(outsider);
}

SIM_TEST(who_waits_is_told)
{
    check_body(three_wait);
}

// ---- All acts ----

static bool watched;

static void *lock_twice(void *unused)
{
    lock_mu(NULL);
    usleep(100);
    return lock_mu(unused);
}

static void two_servers(void)
{
    if (watched)
        sim_watch(see);
    pthread_t one = start_in(sim_life_make(1), lock_twice, NULL);
    pthread_t two = start_in(sim_life_make(2), lock_twice, NULL);
    pthread_t outsider = start(lock_twice, NULL);
    join(one);
    join(two);
    join(outsider);
    if (!watched)
        return;
    int count[SIM_UNLOCKS + 1] = { 0 };
    for (int k = 0; k < n_seen; k++) {
        count[seen[k].kind]++;
        check(seen[k].server > 0 || seen[k].kind <= SIM_WAITS);
        // Nobody acts but the one whose turn it is.
        if (seen[k].kind == SIM_LOCKS || seen[k].kind == SIM_UNLOCKS)
            check(k > 0 && seen[k].thread == seen[k - 1].thread);
    }
    check(count[SIM_LOCKS] == 4 && count[SIM_UNLOCKS] == 4);
    check(count[SIM_WAITS] >= 2 && count[SIM_TURN] >= 4);
}

SIM_TEST(who_watches_changes_nothing)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        watched = false;
        uint64_t hash = simulate_seed(two_servers, seed)->hash;
        watched = true;
        const struct outcome *outcome = simulate_seed(two_servers, seed);
        if (!outcome->returned)
            fail_at(__FILE__, __LINE__, outcome->message);
        check(outcome->hash == hash);
    }
}

static void *call_out(void *unused)
{
    struct sim_life *from = sim_life_go_out();
    usleep(1000);
    sim_life_come_back(from);
    return unused;
}

static void crash_while_it_calls(void)
{
    sim_watch(see);
    struct sim_life *life = sim_life_make(1);
    pthread_detach(start_in(life, call_out, NULL));
    usleep(500);
    sim_life_crash(life);
    usleep(1000);
    check(sim_life_outside(life) == 0);
    for (int k = 0; k < n_seen; k++)
        check(seen[k].kind != SIM_WAITS || seen[k].text != NULL);
}

SIM_TEST(a_thread_that_is_stopped_waits_for_nothing)
{
    check_body(crash_while_it_calls);
}
