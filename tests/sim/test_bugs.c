// Textbook bugs: each is found within 1,000 seeds, under both policies, and
// the same program without the bug runs through under all of them.
#include "tests/sim/harness.h"

#include <stdatomic.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static int count_finds(void (*body)(void), enum sim_policy policy)
{
    int finds = 0;
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        struct sim_options options = { .seed = seed,
                                       .policy = policy,
                                       .depth = 4,
                                       .steps = 20,
                                       .brief = true };
        finds += !simulate(body, &options)->returned;
    }
    return finds;
}

static void check_found(void (*bug)(void), void (*no_bug)(void))
{
    int uniform = count_finds(bug, SIM_UNIFORM);
    int pct = count_finds(bug, SIM_PCT);
    printf("    found in %d of 1,000 seeds (uniform), %d (PCT)\n", uniform,
           pct);
    check(uniform > 0);
    check(pct > 0);
    check(count_finds(no_bug, SIM_UNIFORM) == 0);
    check(count_finds(no_bug, SIM_PCT) == 0);
}

// ---- A lost wake-up: the flag is looked at without the lock ----

static atomic_bool ready;

static void *set_ready(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mu);
    ready = true;
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&mu);
    return NULL;
}

static void lose_wakeup(void)
{
    pthread_t thread = start(set_ready, NULL);
    if (!ready) {
        pthread_mutex_lock(&mu);
        pthread_cond_wait(&changed, &mu);
        pthread_mutex_unlock(&mu);
    }
    join(thread);
}

static void keep_wakeup(void)
{
    pthread_t thread = start(set_ready, NULL);
    pthread_mutex_lock(&mu);
    while (!ready)
        pthread_cond_wait(&changed, &mu);
    pthread_mutex_unlock(&mu);
    join(thread);
}

SIM_TEST(lost_wakeup_is_found)
{
    check_found(lose_wakeup, keep_wakeup);
}

// ---- Check, then act ----

static int balance;

static void *withdraw_in_two_steps(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mu);
    bool enough = balance >= 100;
    pthread_mutex_unlock(&mu);
    if (!enough)
        return NULL;
    pthread_mutex_lock(&mu);
    balance -= 100;
    pthread_mutex_unlock(&mu);
    return NULL;
}

static void *withdraw_in_one_step(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mu);
    if (balance >= 100)
        balance -= 100;
    pthread_mutex_unlock(&mu);
    return NULL;
}

static void withdraw_twice(void *(*withdraw)(void *))
{
    balance = 100;
    pthread_t a = start(withdraw, NULL);
    pthread_t b = start(withdraw, NULL);
    join(a);
    join(b);
    check(balance == 0);
}

static void check_then_act(void)
{
    withdraw_twice(withdraw_in_two_steps);
}

static void check_and_act(void)
{
    withdraw_twice(withdraw_in_one_step);
}

SIM_TEST(check_then_act_is_found)
{
    check_found(check_then_act, check_and_act);
}

// ---- A signal before the wait ----

static void *signal_only(void *unused)
{
    (void)unused;
    pthread_cond_signal(&changed);
    return NULL;
}

static void wait_for_signal(void)
{
    pthread_t thread = start(signal_only, NULL);
    pthread_mutex_lock(&mu);
    pthread_cond_wait(&changed, &mu);
    pthread_mutex_unlock(&mu);
    join(thread);
}

SIM_TEST(signal_before_wait_is_found)
{
    check_found(wait_for_signal, keep_wakeup);
}

// ---- A wait without a loop ----

static int items;

static void *take_if(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mu);
    if (items == 0)
        pthread_cond_wait(&changed, &mu);
    items--;
    check(items >= 0);
    pthread_mutex_unlock(&mu);
    return NULL;
}

static void *take_while(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mu);
    while (items == 0)
        pthread_cond_wait(&changed, &mu);
    items--;
    check(items >= 0);
    pthread_mutex_unlock(&mu);
    return NULL;
}

static void give_two(void *(*take)(void *))
{
    pthread_t a = start(take, NULL);
    pthread_t b = start(take, NULL);
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&mu);
        items++;
        pthread_cond_signal(&changed);
        pthread_mutex_unlock(&mu);
    }
    join(a);
    join(b);
}

static void wait_without_loop(void)
{
    give_two(take_if);
}

static void wait_with_loop(void)
{
    give_two(take_while);
}

SIM_TEST(wait_without_loop_is_found)
{
    check_found(wait_without_loop, wait_with_loop);
}

// ---- Lock order ----

static void *lock_in_order(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mu);
    pthread_mutex_lock(&other);
    pthread_mutex_unlock(&other);
    pthread_mutex_unlock(&mu);
    return NULL;
}

static void lock_against_order(void)
{
    pthread_t thread = start(lock_in_order, NULL);
    pthread_mutex_lock(&other);
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    pthread_mutex_unlock(&other);
    join(thread);
}

static void lock_with_order(void)
{
    pthread_t thread = start(lock_in_order, NULL);
    lock_in_order(NULL);
    join(thread);
}

SIM_TEST(lock_order_is_found)
{
    check_found(lock_against_order, lock_with_order);
}

// ---- Determinism ----

static void *work(void *arg)
{
    for (int i = 0; i < 20; i++) {
        pthread_mutex_lock(&mu);
        *(int *)arg += rand() % 10;
        pthread_mutex_unlock(&mu);
    }
    return NULL;
}

static void race_for_the_lock(void)
{
    int sum = 0;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = start(work, &sum);
    for (int i = 0; i < 4; i++)
        join(threads[i]);
}

SIM_TEST(same_seed_same_hash_other_seed_other_hash)
{
    for (int policy = SIM_UNIFORM; policy <= SIM_PCT; policy++) {
        uint64_t before = 0;
        for (uint64_t seed = 1; seed <= 100; seed++) {
            struct sim_options options = { .seed = seed,
                                           .policy = (enum sim_policy)policy };
            uint64_t hash = simulate(race_for_the_lock, &options)->hash;
            check(hash == simulate(race_for_the_lock, &options)->hash);
            options.back_end = SIM_OS_THREADS;
            check(hash == simulate(race_for_the_lock, &options)->hash);
            check(hash != before);
            before = hash;
        }
    }
}

// The seed 0, and the number of the only thread, which is 0, change nothing in
// a sum; the hash must tell them apart nevertheless.
static int n_locks;

static void lock_often(void)
{
    for (int i = 0; i < n_locks; i++) {
        pthread_mutex_lock(&mu);
        pthread_mutex_unlock(&mu);
    }
}

SIM_TEST(runs_of_thread_0_alone_have_a_hash)
{
    n_locks = 5;
    uint64_t few = simulate_seed(lock_often, 0)->hash;
    n_locks = 500;
    uint64_t many = simulate_seed(lock_often, 0)->hash;
    check(few != 0 && many != 0 && few != many);
}
