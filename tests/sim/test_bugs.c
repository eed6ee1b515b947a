// Bugs that show only if the simulator does all that it may. Each is found
// within 1,000 seeds under all policies. The same program without the bug
// passes with 340 of each. (Textbook bugs: test_programs.c.)
#include "tests/sim/harness.h"

#include <stdatomic.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

#define SEEDS_OF_BUG 1000  // At most.
#define SEEDS_OF_FIX 340

static void check_found(void (*bug)(void), void (*no_bug)(void))
{
    for (const char *const *policy = policies; *policy != NULL; policy++) {
        struct sim_options options = { .policy = *policy };
        uint64_t seed = first_failure(bug, options, SEEDS_OF_BUG);
        printf("    found by seed %d (%s)\n", (int)seed, *policy);
        check(seed != 0);
        check(first_failure(no_bug, options, SEEDS_OF_FIX) == 0);
    }
}

// ---- A signal before the wait ----

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

static void keep_wakeup(void)
{
    pthread_t thread = start(set_ready, NULL);
    pthread_mutex_lock(&mu);
    while (!ready)
        pthread_cond_wait(&changed, &mu);
    pthread_mutex_unlock(&mu);
    join(thread);
}

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

// ---- A wait without a loop, and no other waiter: only a spurious wake-up ----

static void *wait_if(void *unused)
{
    pthread_mutex_lock(&mu);
    if (!ready)
        pthread_cond_wait(&changed, &mu);
    check(ready);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *wait_while(void *unused)
{
    pthread_mutex_lock(&mu);
    while (!ready)
        pthread_cond_wait(&changed, &mu);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void set_ready_for(void *(*wait)(void *))
{
    pthread_t thread = start(wait, NULL);
    set_ready(NULL);
    join(thread);
}

static void believe_a_wakeup(void)
{
    set_ready_for(wait_if);
}

static void doubt_a_wakeup(void)
{
    set_ready_for(wait_while);
}

SIM_TEST(spurious_wakeup_is_found)
{
    check_found(believe_a_wakeup, doubt_a_wakeup);
}

static int64_t virtual_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

static int wait_10_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_nsec += 10000000;
    return pthread_cond_timedwait(&changed, &mu, &time);
}

static void take_the_return_for_the_end(void)
{
    int64_t start_ms = virtual_ms();
    pthread_mutex_lock(&mu);
    wait_10_ms();
    pthread_mutex_unlock(&mu);
    check(virtual_ms() - start_ms >= 10);
}

static void look_at_the_clock(void)
{
    int64_t start_ms = virtual_ms();
    pthread_mutex_lock(&mu);
    while (virtual_ms() - start_ms < 10)
        wait_10_ms();
    pthread_mutex_unlock(&mu);
}

SIM_TEST(spurious_wakeup_of_a_timed_wait_is_found)
{
    check_found(take_the_return_for_the_end, look_at_the_clock);
}

static mtx_t c11_mutex;
static cnd_t c11_changed;

static int c11_wait_if(void *unused)
{
    (void)unused;
    mtx_lock(&c11_mutex);
    if (!ready)
        cnd_wait(&c11_changed, &c11_mutex);
    check(ready);
    mtx_unlock(&c11_mutex);
    return 0;
}

static int c11_wait_while(void *unused)
{
    (void)unused;
    mtx_lock(&c11_mutex);
    while (!ready)
        cnd_wait(&c11_changed, &c11_mutex);
    mtx_unlock(&c11_mutex);
    return 0;
}

static void c11_set_ready_for(int (*wait)(void *))
{
    thrd_t thread;
    mtx_init(&c11_mutex, mtx_plain);
    cnd_init(&c11_changed);
    thrd_create(&thread, wait, NULL);
    mtx_lock(&c11_mutex);
    ready = true;
    cnd_signal(&c11_changed);
    mtx_unlock(&c11_mutex);
    thrd_join(thread, NULL);
}

static void c11_believe(void)
{
    c11_set_ready_for(c11_wait_if);
}

static void c11_doubt(void)
{
    c11_set_ready_for(c11_wait_while);
}

SIM_TEST(spurious_wakeup_of_c11_is_found)
{
    check_found(c11_believe, c11_doubt);
}

// ---- A lost wake-up: the flag is set without the lock ----

static void set_without_lock(void)
{
    pthread_t thread = start(wait_while, NULL);
    ready = true;
    pthread_cond_signal(&changed);
    join(thread);
}

SIM_TEST(flag_without_lock_is_found)
{
    check_found(set_without_lock, doubt_a_wakeup);
}

// ---- A timed wait that ends at once still releases the mutex ----

static bool counted;

static void *count_under_lock(void *unused)
{
    pthread_mutex_lock(&mu);
    counted = true;
    pthread_mutex_unlock(&mu);
    return unused;
}

static void wait_for_what_is_past(void)
{
    struct timespec past = { 0 };
    pthread_cond_timedwait(&changed, &mu, &past);
}

static void keep_what_was_seen(void)
{
    counted = false;
    pthread_t thread = start(count_under_lock, NULL);
    pthread_mutex_lock(&mu);
    bool seen = counted;
    wait_for_what_is_past();
    check(counted == seen);
    pthread_mutex_unlock(&mu);
    join(thread);
}

static void look_again(void)
{
    counted = false;
    pthread_t thread = start(count_under_lock, NULL);
    pthread_mutex_lock(&mu);
    wait_for_what_is_past();
    bool seen = counted;
    check(counted == seen);
    pthread_mutex_unlock(&mu);
    join(thread);
}

SIM_TEST(change_during_a_wait_that_is_late_is_found)
{
    check_found(keep_what_was_seen, look_again);
}

// ---- Events that happen only while another thread holds a lock ----

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;

static void *hold_all(void *unused)
{
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_spin_lock(&spin);
    pthread_spin_unlock(&spin);
    return unused;
}

static void beside_one_who_holds_all(void (*body)(void))
{
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_t thread = start(hold_all, NULL);
    body();
    join(thread);
}

static void hold_all_once(void)
{
    hold_all(NULL);
}

static void get_mutex_at_once(void)
{
    check(pthread_mutex_trylock(&mu) == 0);
    pthread_mutex_unlock(&mu);
}

static void get_rwlock_at_once(void)
{
    check(pthread_rwlock_trywrlock(&rwlock) == 0);
    pthread_rwlock_unlock(&rwlock);
}

static void get_spin_at_once(void)
{
    check(pthread_spin_trylock(&spin) == 0);
    pthread_spin_unlock(&spin);
}

static void try_mutex(void)
{
    beside_one_who_holds_all(get_mutex_at_once);
}

static void try_rwlock(void)
{
    beside_one_who_holds_all(get_rwlock_at_once);
}

static void try_spin(void)
{
    beside_one_who_holds_all(get_spin_at_once);
}

static void wait_for_all(void)
{
    beside_one_who_holds_all(hold_all_once);
}

SIM_TEST(a_trylock_that_fails_is_found)
{
    check_found(try_mutex, wait_for_all);
    check_found(try_rwlock, wait_for_all);
    check_found(try_spin, wait_for_all);
}

// ---- A change under a lock becomes visible before the lock is released ----

static void *set_and_let_go(void *unused)
{
    pthread_mutex_lock(&mu);
    ready = true;
    pthread_mutex_unlock(&mu);
    return unused;
}

static void believe_it_let_go(void)
{
    pthread_t thread = start(set_and_let_go, NULL);
    if (ready)
        get_mutex_at_once();
    join(thread);
}

static void wait_until_it_lets_go(void)
{
    pthread_t thread = start(set_and_let_go, NULL);
    if (ready)
        set_and_let_go(NULL);
    join(thread);
}

SIM_TEST(a_lock_held_after_the_change_is_found)
{
    check_found(believe_it_let_go, wait_until_it_lets_go);
}

// However a lock is taken: other threads sometimes see that it is held and the
// change is not made yet, and sometimes that the change is made.

static int lock_mutex(void)
{
    return pthread_mutex_lock(&mu);
}

static int try_lock_mutex(void)
{
    return pthread_mutex_trylock(&mu);
}

static void unlock_mutex(void)
{
    pthread_mutex_unlock(&mu);
}

static int lock_to_read(void)
{
    return pthread_rwlock_rdlock(&rwlock);
}

static int try_to_read(void)
{
    return pthread_rwlock_tryrdlock(&rwlock);
}

static int lock_to_write(void)
{
    return pthread_rwlock_wrlock(&rwlock);
}

static int try_to_write(void)
{
    return pthread_rwlock_trywrlock(&rwlock);
}

static void unlock_rwlock(void)
{
    pthread_rwlock_unlock(&rwlock);
}

static int lock_spin(void)
{
    return pthread_spin_lock(&spin);
}

static int try_spin_lock(void)
{
    return pthread_spin_trylock(&spin);
}

static void unlock_spin(void)
{
    pthread_spin_unlock(&spin);
}

static const struct way {
    int (*take)(void);
    int (*try_to_take)(void);  // Fails while another thread holds it.
    void (*let_go)(void);
} ways[] = {
    { lock_mutex, try_lock_mutex, unlock_mutex },
    { try_lock_mutex, try_lock_mutex, unlock_mutex },
    { lock_to_read, try_to_write, unlock_rwlock },
    { try_to_read, try_to_write, unlock_rwlock },
    { lock_to_write, try_to_write, unlock_rwlock },
    { try_to_write, try_to_write, unlock_rwlock },
    { lock_spin, try_spin_lock, unlock_spin },
    { try_spin_lock, try_spin_lock, unlock_spin },
};

static const struct way *way;
static bool looked_for;  // The value of `ready` while the lock is held.

static void *set_ready_this_way(void *unused)
{
    if (way->take() == 0) {
        ready = true;
        way->let_go();
    }
    return unused;
}

static void look_at_the_change(void)
{
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_t thread = start(set_ready_this_way, NULL);
    if (way->try_to_take() == 0)
        way->let_go();
    else
        check(ready != looked_for);
    join(thread);
}

SIM_TEST(a_lock_held_around_the_change_is_found)
{
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        way = &ways[i];
        for (int made = 0; made <= 1; made++) {
            looked_for = made;
            for (const char *const *policy = policies; *policy != NULL;
                 policy++) {
                struct sim_options options = { .policy = *policy };
                check(first_failure(look_at_the_change, options,
                                    SEEDS_OF_BUG) != 0);
            }
        }
    }
}

// A thread that has made its last visible step has not ended yet.

static void *say_last_word(void *unused)
{
    ready = true;
    return unused;
}

static void believe_it_ended(void)
{
    pthread_t thread = start(say_last_word, NULL);
    if (!ready || pthread_tryjoin_np(thread, NULL) == 0)
        _exit(0);
    fail_at(__FILE__, __LINE__, "it has ended");
}

SIM_TEST(a_thread_that_has_not_ended_yet_is_found)
{
    uint64_t seed = 1;
    while (seed <= SEEDS_OF_BUG &&
           simulate_seed(believe_it_ended, seed)->message[0] == '\0')
        seed++;
    check(seed <= SEEDS_OF_BUG);
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
    for (const char *const *policy = policies; *policy != NULL; policy++) {
        uint64_t before = 0;
        for (uint64_t seed = 1; seed <= 100; seed++) {
            struct sim_options options = { .seed = seed, .policy = *policy };
            uint64_t hash = simulate(race_for_the_lock, &options)->hash;
            check(hash == simulate(race_for_the_lock, &options)->hash);
            options.back_end = SIM_OS_THREADS;
            check(hash == simulate(race_for_the_lock, &options)->hash);
            check(hash != before);
            before = hash;
        }
    }
}

// The seed is 0, and so is the number of the only thread. In a sum they would
// change nothing. The hash must still tell them apart.
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
