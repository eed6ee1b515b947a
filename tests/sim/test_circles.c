// Circles of waiting threads. Every reader of an rwlock counts, however many
// there are. A circle is reported when it closes, and nothing else is reported
// as one.
#include "tests/sim/harness.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000000)

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_rwlock_t for_writers =
    PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;
static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

static void sleep_ms(int ms)
{
    usleep((useconds_t)ms * 1000);
}

static struct timespec in_ms(int ms)
{
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    int64_t ns = time.tv_nsec + ms * MS;
    time.tv_sec += ns / (1000 * MS);
    time.tv_nsec = ns % (1000 * MS);
    return time;
}

// The simulation continues for a while, whatever the other threads wait for.
static void tick_for_a_second(void)
{
    for (int i = 0; i < 1000; i++)
        sleep_ms(1);
}

static void *tick(void *unused)
{
    tick_for_a_second();
    return unused;
}

// Checks that the body's deadlock is reported with every seed, and before this
// time.
static const struct outcome *check_told(void (*body)(void), int before_ms)
{
    const struct outcome *o = NULL;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        o = simulate_seed(body, seed);
        check(!o->returned);
        check(strstr(o->message, "deadlock: ") != NULL);
        check(o->now_ns < before_ms * MS);
    }
    return o;
}

// ---- Readers that have released the lock do not count ----

static void *read_for(void *ms)
{
    pthread_rwlock_rdlock(&rwlock);
    sleep_ms((int)(intptr_t)ms);
    pthread_rwlock_unlock(&rwlock);
    return NULL;
}

static void write_after_reading(void)
{
    pthread_t reader = start(read_for, (void *)10);
    sleep_ms(1);
    read_for((void *)0);
    pthread_rwlock_wrlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    join(reader);
}

SIM_TEST(the_last_to_read_may_write_when_others_have_read)
{
    check_body(write_after_reading);
}

static void *read_then_lock(void *unused)
{
    sleep_ms(1);
    read_for((void *)0);
    sleep_ms(10);
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *lock_then_write(void *unused)
{
    sleep_ms(5);
    pthread_mutex_lock(&mu);
    pthread_rwlock_wrlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void wait_for_a_writer(void)
{
    pthread_t slow = start(read_for, (void *)30);
    pthread_t last = start(read_then_lock, NULL);
    pthread_t writer = start(lock_then_write, NULL);
    join(slow);
    join(last);
    join(writer);
}

SIM_TEST(a_reader_that_has_let_go_closes_no_circle)
{
    check_body(wait_for_a_writer);
}

// ---- Any number of read locks ----

#define N_LOCKS 90

static pthread_rwlock_t many[N_LOCKS];

static void read_many(void)
{
    for (int i = 0; i < N_LOCKS; i++)
        pthread_rwlock_init(&many[i], NULL);
    for (int i = 0; i < N_LOCKS; i++)
        check(pthread_rwlock_rdlock(&many[i]) == 0);
    for (int i = 0; i < N_LOCKS; i++)
        check(pthread_rwlock_unlock(&many[i]) == 0);
    for (int i = 0; i < N_LOCKS; i++) {
        check(pthread_rwlock_wrlock(&many[i]) == 0);
        check(pthread_rwlock_unlock(&many[i]) == 0);
    }
}

SIM_TEST(ninety_read_locks_are_let_go_in_any_order)
{
    check_body(read_many);
}

static void unlock_one_too_many(void)
{
    for (int i = 0; i < N_LOCKS; i++) {
        pthread_rwlock_init(&many[i], NULL);
        pthread_rwlock_rdlock(&many[i]);
    }
    start(read_for, (void *)10);
    sleep_ms(1);
    check(pthread_rwlock_unlock(&rwlock) == 0);
}

SIM_TEST(with_ninety_read_locks_another_is_not_believed)
{
    check_message(simulate_seed(unlock_one_too_many, 1),
                  "unlocks an rwlock that it does not hold, in "
                  "unlock_one_too_many (tests/sim/test_circles.c:",
                  NULL);
}

static bool has_written;

static void *write_once(void *unused)
{
    pthread_rwlock_wrlock(&rwlock);
    has_written = true;
    pthread_rwlock_unlock(&rwlock);
    return unused;
}

static void read_twice(void)
{
    check(pthread_rwlock_rdlock(&rwlock) == 0);
    check(pthread_rwlock_rdlock(&rwlock) == 0);
    pthread_t writer = start(write_once, NULL);
    sleep_ms(1);
    check(pthread_rwlock_unlock(&rwlock) == 0);
    sleep_ms(1);
    check(!has_written);
    check(pthread_rwlock_unlock(&rwlock) == 0);
    join(writer);
    check(has_written);
}

SIM_TEST(who_reads_twice_lets_go_twice)
{
    check_body(read_twice);
}

static void write_while_reading(void)
{
    start(read_for, (void *)10);
    pthread_rwlock_rdlock(&rwlock);
    start(read_for, (void *)10);
    sleep_ms(1);
    check(pthread_rwlock_wrlock(&rwlock) == 0);
}

SIM_TEST(who_reads_and_wants_to_write_waits_for_itself)
{
    check_message(check_told(write_while_reading, 2),
                  "thread 0 \"main\" locks an rwlock for writing in "
                  "write_while_reading",
                  "since write_while_reading (tests/sim/test_circles.c:", NULL);
}

// ---- Circles through any reader ----

static void *read_then_lock_mu(void *unused)
{
    pthread_rwlock_rdlock(&rwlock);
    sleep_ms(20);
    pthread_mutex_lock(&mu);
    return unused;
}

static void *lock_mu_then_write(void *unused)
{
    pthread_mutex_lock(&mu);
    sleep_ms(10);
    pthread_rwlock_wrlock(&rwlock);
    return unused;
}

static void circle_through_the_first_reader(void)
{
    start(read_then_lock_mu, NULL);
    start(lock_mu_then_write, NULL);
    sleep_ms(1);
    for (int i = 0; i < 100; i++)
        start(read_for, (void *)(intptr_t)(i % 2 == 0 ? 1 : 100));
    tick_for_a_second();
}

SIM_TEST(a_circle_through_one_of_many_readers_is_told)
{
    check_message(
        check_told(circle_through_the_first_reader, 25),
        "2 threads wait for each other",
        "waits to lock an rwlock for writing, held by thread 1 "
        "\"read_then_lock_mu\" since read_then_lock_mu "
        "(tests/sim/test_circles.c:",
        "(and by 50 more)",
        "waits to lock a mutex, held by thread 2 \"lock_mu_then_write\" since "
        "lock_mu_then_write",
        NULL);
}

static void *write_for_writers(void *unused)
{
    pthread_rwlock_wrlock(&for_writers);
    return unused;
}

// The writer waits for the reader, and the reader must not overtake the writer.
static void read_again_behind_a_writer(void)
{
    pthread_rwlock_rdlock(&for_writers);
    start(write_for_writers, NULL);
    start(tick, NULL);
    sleep_ms(1);
    pthread_rwlock_rdlock(&for_writers);
}

SIM_TEST(who_reads_again_behind_a_writer_waits_for_itself)
{
    check_message(check_told(read_again_behind_a_writer, 2),
                  "2 threads wait for each other",
                  "waits to lock an rwlock for reading: thread 1", NULL);
}

static void *end_while_reading(void *unused)
{
    pthread_rwlock_rdlock(&rwlock);
    return unused;
}

static void write_after_an_end(void)
{
    join(start(end_while_reading, NULL));
    check(pthread_rwlock_wrlock(&rwlock) == 0);
}

SIM_TEST(who_has_ended_while_reading_reads_for_ever)
{
    check_message(check_told(write_after_an_end, 1), "every thread waits",
                  "held by thread 1 (ended) since end_while_reading", NULL);
}

static void *read_for_ever(void *unused)
{
    pthread_rwlock_rdlock(&rwlock);
    for (;;)
        sleep_ms(1);
    return unused;
}

static void write_after_a_crash(void)
{
    struct sim_life *life = sim_life_make(1);
    start_in(life, read_for_ever, NULL);
    sleep_ms(1);
    sim_life_crash(life);
    check(pthread_rwlock_wrlock(&rwlock) == 0);
}

SIM_TEST(who_crashed_while_reading_reads_for_ever)
{
    check_message(
        check_told(write_after_a_crash, 3),
        "held by thread 1 \"read_for_ever\" (server 1, crashed) since "
        "read_for_ever",
        NULL);
}

// ---- A thread that has been woken will continue ----

static void *hold_mu_then_other(void *unused)
{
    pthread_mutex_lock(&mu);
    usleep(100);
    // Wakes the waiting thread; this thread may be faster.
    pthread_mutex_unlock(&mu);
    pthread_mutex_lock(&mu);
    pthread_mutex_lock(&other);
    pthread_mutex_unlock(&other);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *hold_other_and_try_mu(void *unused)
{
    usleep(10);
    pthread_mutex_lock(&other);
    struct timespec time = in_ms(5);
    int error = pthread_mutex_timedlock(&mu, &time);
    check(error == 0 || error == ETIMEDOUT);
    if (error == 0)
        pthread_mutex_unlock(&mu);
    pthread_mutex_unlock(&other);
    return unused;
}

static void be_patient(void)
{
    pthread_t a = start(hold_mu_then_other, NULL);
    pthread_t b = start(hold_other_and_try_mu, NULL);
    join(a);
    join(b);
}

SIM_TEST(who_was_woken_and_waits_for_a_time_closes_no_circle)
{
    for (uint64_t seed = 1; seed <= 1000; seed++)
        check(simulate_seed(be_patient, seed)->returned);
}

// ---- After a wait on a condition variable, a thread waits for the mutex ----

static bool signalled;

static void *wait_holding_other(void *unused)
{
    pthread_mutex_lock(&other);
    pthread_mutex_lock(&mu);
    while (!signalled)
        pthread_cond_wait(&changed, &mu);
    return unused;
}

static void *lock_other_holding_mu(void *unused)
{
    sleep_ms(1);
    pthread_mutex_lock(&mu);
    pthread_mutex_lock(&other);
    return unused;
}

static void signal_into_a_circle(void)
{
    start(wait_holding_other, NULL);
    start(lock_other_holding_mu, NULL);
    sleep_ms(10);
    signalled = true;
    pthread_cond_signal(&changed);
    tick_for_a_second();
}

SIM_TEST(a_signal_that_closes_a_circle_is_told)
{
    check_message(check_told(signal_into_a_circle, 11),
                  "2 threads wait for each other",
                  "waits to lock its mutex again after waiting on a condition "
                  "variable, held by thread 2",
                  NULL);
}

// ---- A thread that has left a server which crashed in a pause can be stuck
// ----

static void yield_for_ever(void *unused)
{
    (void)unused;
    for (;;)
        sched_yield();
}

static void *visit_then_lock_both(void *life)
{
    check(!sim_life_run(life, yield_for_ever, NULL));
    pthread_mutex_lock(&mu);
    sleep_ms(2);
    pthread_mutex_lock(&other);
    return NULL;
}

static void *lock_both_against_the_visitor(void *unused)
{
    pthread_mutex_lock(&other);
    sleep_ms(9);
    pthread_mutex_lock(&mu);
    return unused;
}

static void crash_in_a_pause(void)
{
    struct sim_life *life = sim_life_make(1);
    start(visit_then_lock_both, life);
    start(lock_both_against_the_visitor, NULL);
    sleep_ms(1);
    sim_life_pause(life, 100 * MS, NULL, NULL);
    sleep_ms(1);
    sim_life_crash(life);
    tick_for_a_second();
}

SIM_TEST(who_left_a_server_that_crashed_in_its_pause_can_close_a_circle)
{
    check_message(check_told(crash_in_a_pause, 11),
                  "2 threads wait for each other", NULL);
}
