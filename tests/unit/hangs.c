// Programs that hang. The report of each must say why. Like those of dummies.c
// they have no cluster. The tests know functions by name, not by line.
#include "tester/lab_test.h"
#include "tester/watchdog.h"

#include "rt/channel.h"
#include "rt/clock.h"
#include "rt/go.h"

#include <malloc.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutexes[3] = { PTHREAD_MUTEX_INITIALIZER,
                                      PTHREAD_MUTEX_INITIALIZER,
                                      PTHREAD_MUTEX_INITIALIZER };
static pthread_barrier_t all_hold;

// Makes the watchdog give up a call soon, and waits for that.
static void hang(void)
{
    struct watched_call call;
    watchdog_begin_call(watchdog_start(), &call, "raft_start", 1, 300);
    for (;;)
        pause();
}

static pthread_t start(void *(*fn)(void *), void *arg, const char *name)
{
    pthread_t thread;
    pthread_create(&thread, NULL, fn, arg);
    pthread_setname_np(thread, name);
    return thread;
}

// ---- Deadlocks ----

static void lock_first(void)
{
    pthread_mutex_lock(&mutexes[0]);
}

static void lock_again(void)
{
    pthread_mutex_lock(&mutexes[0]);
}

static void *lock_twice(void *unused)
{
    lock_first();
    lock_again();
    return unused;
}

LAB_TEST(hang, itself)
{
    start(lock_twice, NULL, "S1 ticker");
    hang();
}

static int n_in_circle;

static void lock_own(int k)
{
    pthread_mutex_lock(&mutexes[k]);
}

static void lock_next(int k)
{
    pthread_mutex_lock(&mutexes[(k + 1) % n_in_circle]);
}

static void *lock_two(void *number)
{
    int k = (int)(size_t)number;
    lock_own(k);
    pthread_barrier_wait(&all_hold);
    lock_next(k);
    return NULL;
}

static void hang_in_circle(int n)
{
    static const char *const names[] = { "S0 ticker", "S1 applier", "S2 vote" };
    n_in_circle = n;
    pthread_barrier_init(&all_hold, NULL, (unsigned)n);
    for (int k = 0; k < n; k++)
        start(lock_two, (void *)(size_t)k, names[k]);
    hang();
}

LAB_TEST(hang, circle_of_two)
{
    hang_in_circle(2);
}

LAB_TEST(hang, circle_of_three)
{
    hang_in_circle(3);
}

// A signalled thread needs the mutex again.
static pthread_cond_t signalled = PTHREAD_COND_INITIALIZER;

static void *wait_with_two(void *unused)
{
    lock_own(1);
    pthread_mutex_lock(&mutexes[0]);
    pthread_barrier_wait(&all_hold);
    pthread_cond_wait(&signalled, &mutexes[0]);
    return unused;
}

static void *signal_and_lock(void *unused)
{
    pthread_barrier_wait(&all_hold);
    lock_own(0);
    pthread_cond_signal(&signalled);
    pthread_mutex_lock(&mutexes[1]);
    return unused;
}

LAB_TEST(hang, circle_by_condition)
{
    pthread_barrier_init(&all_hold, NULL, 2);
    start(wait_with_two, NULL, "S0 waiter");
    start(signal_and_lock, NULL, "S0 signaller");
    hang();
}

static void *join_holder(void *joined)
{
    lock_own(0);
    pthread_barrier_wait(&all_hold);
    pthread_join(*(pthread_t *)joined, NULL);
    return NULL;
}

static void *lock_of_joiner(void *unused)
{
    pthread_barrier_wait(&all_hold);
    lock_own(0);
    return unused;
}

static void hang_by_join(void)
{
    static pthread_t joined;
    pthread_barrier_init(&all_hold, NULL, 2);
    joined = start(lock_of_joiner, NULL, "S0 worker");
    start(join_holder, &joined, "S0 killer");
    hang();
}

LAB_TEST(hang, circle_by_join)
{
    hang_by_join();
}

static void *lock_once(void *unused)
{
    lock_own(2);
    pthread_mutex_unlock(&mutexes[2]);
    return unused;
}

// So many that their notes fill all the room there is.
LAB_TEST(hang, circle_after_many_threads)
{
    for (int k = 0; k < 4100; k++)
        pthread_join(start(lock_once, NULL, "S0 vote"), NULL);
    hang_by_join();
}

// ---- A holder that does something else ----

static void *lock_for_ever(void *unused)
{
    usleep(50000);
    lock_own(0);
    return unused;
}

static void hang_behind(void *(*holder)(void *), int n_waiters)
{
    start(holder, NULL, "S0 holder");
    for (int k = 0; k < n_waiters; k++)
        start(lock_for_ever, NULL, k % 2 == 0 ? "S0 vote" : "S0 append");
    hang();
}

static void *sleep_with_lock(void *unused)
{
    lock_own(0);
    sleep_ms(1000000);
    return unused;
}

LAB_TEST(hang, holder_sleeps)
{
    hang_behind(sleep_with_lock, 3);
}

LAB_TEST(hang, six_hundred_threads)
{
    hang_behind(sleep_with_lock, 600);
}

static void *end_with_lock(void *unused)
{
    lock_own(0);
    return unused;
}

LAB_TEST(hang, holder_has_ended)
{
    hang_behind(end_with_lock, 1);
}

LAB_TEST(hang, holder_has_ended_unnoticed)
{
    hang_behind(end_with_lock, 0);
}

static void return_with_lock(void *unused)
{
    (void)unused;
    lock_own(0);
}

LAB_TEST(hang, holder_has_returned)
{
    struct go_group *group = go_group_make();
    go(group, "S0 handler", return_with_lock, NULL);
    start(lock_for_ever, NULL, "S0 vote");
    hang();
}

static void *spin_with_lock(void *unused)
{
    lock_own(0);
    for (volatile int k = 0;; k++)
        ;
    return unused;
}

LAB_TEST(hang, holder_spins)
{
    hang_behind(spin_with_lock, 2);
}

static void *wait_with_lock(void *unused)
{
    lock_own(0);
    lock_own(1);
    pthread_cond_wait(&signalled, &mutexes[1]);
    return unused;
}

LAB_TEST(hang, holder_waits_on_condition)
{
    hang_behind(wait_with_lock, 1);
}

static void *send_with_lock(void *unused)
{
    lock_own(0);
    int value = 0;
    channel_send(channel_make(sizeof value, 0), &value);
    return unused;
}

LAB_TEST(hang, holder_sends)
{
    hang_behind(send_with_lock, 1);
}

// Two calls, of which both stand on the line that calls this.
#define LOCK_HERE_OR_THERE(here)                                               \
    if (here) {                                                                \
        pthread_mutex_lock(&mutexes[0]);                                       \
        __asm__ volatile("nop");                                               \
    } else {                                                                   \
        pthread_mutex_lock(&mutexes[0]);                                       \
    }

static void *lock_on_one_line(void *here)
{
    usleep(50000);
    LOCK_HERE_OR_THERE(here != NULL)
    return NULL;
}

LAB_TEST(hang, on_one_line)
{
    start(lock_on_one_line, NULL, "S0 here");
    start(lock_on_one_line, mutexes, "S0 there");
    hang_behind(sleep_with_lock, 0);
}

// ---- Other locks ----

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void *read_for_ever(void *unused)
{
    pthread_rwlock_rdlock(&rwlock);
    sleep_ms(1000000);
    return unused;
}

static void *want_to_write(void *unused)
{
    usleep(50000);
    pthread_rwlock_wrlock(&rwlock);
    return unused;
}

LAB_TEST(hang, reader_sleeps)
{
    start(read_for_ever, NULL, "S0 reader");
    start(want_to_write, NULL, "S0 writer");
    hang();
}

static mtx_t c11_mutex;

static void *lock_c11_twice(void *unused)
{
    mtx_lock(&c11_mutex);
    mtx_lock(&c11_mutex);
    return unused;
}

LAB_TEST(hang, itself_by_c11)
{
    mtx_init(&c11_mutex, mtx_plain);
    start(lock_c11_twice, NULL, "S1 ticker");
    hang();
}

static void *want_semaphore(void *unused)
{
    static sem_t semaphore;
    sem_init(&semaphore, 0, 0);
    sem_wait(&semaphore);
    return unused;
}

// It is unknown which thread should post it.
LAB_TEST(hang, semaphore)
{
    start(want_semaphore, NULL, "S0 waiter");
    hang();
}

// ---- No lock, or damaged memory ----

static void *spin_alone(void *unused)
{
    for (volatile int k = 0;; k++)
        ;
    return unused;
}

LAB_TEST(hang, spin)
{
    clockid_t clock;
    struct timespec used = { 0, 0 };
    pthread_getcpuclockid(start(spin_alone, NULL, "S0 ticker"), &clock);
    while (used.tv_sec < 1) {
        usleep(10000);
        clock_gettime(clock, &used);
    }
    hang();
}

// Damages the size at the beginning of malloc's unused memory, behind the last
// block. All threads allocate from there once the freed blocks are used up.
static void damage_heap(void)
{
    volatile char *last = NULL;
    for (size_t size = 16; size < 4096; size += 16) {
        for (int k = 0; k < 50; k++)
            last = malloc(size);
    }
    volatile size_t size = 100000;  // The compiler would refuse what follows.
    last = malloc(size);
    for (size_t k = 0; k < 64; k++)
        last[size + k] = 0x41;
}

LAB_TEST(hang, with_damaged_heap)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 1 << 20);
    start(lock_twice, NULL, "S1 ticker");
    struct watched_call call;
    watchdog_begin_call(watchdog_start(), &call, "raft_start", 1, 300);
    usleep(100000);
    damage_heap();
    for (;;)
        pause();
}

// It seems to have been called from hang(), in a frame at address 24.
static void *damage_stack(void *unused)
{
    void *volatile *frame = __builtin_frame_address(0);
    frame[0] = (void *)24;
    frame[1] = (char *)hang + 40;
    for (volatile int k = 0;; k++)
        ;
    return unused;
}

LAB_TEST(hang, with_damaged_stack)
{
    start(damage_stack, NULL, "S0 damaged");
    start(lock_twice, NULL, "S1 ticker");
    hang();
}

static void *damage_mutex(void *unused)
{
    usleep(100000);
    memset(&mutexes[0], 0xff, sizeof mutexes[0]);
    pause();
    return unused;
}

LAB_TEST(hang, with_damaged_mutex)
{
    start(lock_twice, NULL, "S1 ticker");
    start(damage_mutex, NULL, "S0 damages");
    hang();
}
