// The simulator's reports. Each names the threads and the places. (No call is a
// function's last statement, because the compiler would make it a jump.)
#include "tests/sim/harness.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

// Runs the body with seeds until the simulator reports something.
static const struct outcome *find(void (*body)(void))
{
    for (uint64_t seed = 1; seed <= 1000; seed++) {
        const struct outcome *o = simulate_seed(body, seed);
        if (!o->returned)
            return o;
    }
    fail_at(__FILE__, __LINE__, "one seed of 1,000 was reported");
}

// ---- Deadlocks ----

static void *take_mu_then_other(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "one");
    pthread_mutex_lock(&mu);
    pthread_mutex_lock(&other);
    pthread_mutex_unlock(&other);
    pthread_mutex_unlock(&mu);
    return NULL;
}

static void *take_other_then_mu(void *unused)
{
    (void)unused;
    pthread_setname_np(pthread_self(), "two");
    pthread_mutex_lock(&other);
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    pthread_mutex_unlock(&other);
    return NULL;
}

static void deadlock(void)
{
    pthread_t one = start_in(sim_life_make(1), take_mu_then_other, NULL);
    pthread_t two = start_in(sim_life_make(2), take_other_then_mu, NULL);
    join(one);
    join(two);
}

SIM_TEST(deadlock_names_the_circle)
{
    const struct outcome *o = find(deadlock);
    if (strstr(o->message, "2 threads wait for each other") == NULL)
        return;  // One thread ended with a lock held: that is the next test.
    check_message(o,
                  "\"one\" (server 1) waits to lock a mutex, held by thread ",
                  "\"two\" (server 2) since take_other_then_mu "
                  "(tests/sim/test_reports.c:",
                  "in take_mu_then_other (tests/sim/test_reports.c:", NULL);
}

static void *sleep_long(void *unused)
{
    sleep(3600);
    return unused;
}

static void deadlock_beside_a_timer(void)
{
    start(sleep_long, NULL);
    deadlock();
}

// The circle is reported when it closes, though other threads continue.
SIM_TEST(deadlock_is_told_at_once)
{
    const struct outcome *o = find(deadlock_beside_a_timer);
    check_message(o, "deadlock: 2 threads wait for each other", "\"one\"",
                  "\"two\"", NULL);
    check(o->now_ns < INT64_C(1000000000));
}

static void *end_with_lock(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mu);
    return NULL;
}

static void lock_after_end(void)
{
    join(start(end_with_lock, NULL));
    check(pthread_mutex_lock(&mu) == 0);
}

SIM_TEST(deadlock_without_circle_lists_who_waits)
{
    check_message(simulate_seed(lock_after_end, 1), "deadlock: every thread",
                  "thread 0 \"main\" waits to lock a mutex, held by thread 1 "
                  "(ended) since end_with_lock (tests/sim/test_reports.c:",
                  "in lock_after_end (tests/sim/test_reports.c:", NULL);
}

static void lock_twice(void)
{
    check(pthread_mutex_lock(&mu) == 0);
    check(pthread_mutex_lock(&mu) == 0);
}

SIM_TEST(self_deadlock)
{
    check_message(simulate_seed(lock_twice, 1), "deadlock: thread 0 \"main\"",
                  "holds it already, since lock_twice", NULL);
}

// ---- Mutexes ----

static void *unlock_mu(void *unused)
{
    (void)unused;
    check(pthread_mutex_unlock(&mu) == 0);
    return NULL;
}

static void unlock_by_other(void)
{
    pthread_mutex_lock(&mu);
    join(start(unlock_mu, NULL));
}

static void unlock_free(void)
{
    check(pthread_mutex_unlock(&mu) == 0);
}

static void destroy_locked(void)
{
    check(pthread_mutex_lock(&mu) == 0);
    check(pthread_mutex_destroy(&mu) == 0);
}

static void lock_destroyed(void)
{
    check(pthread_mutex_destroy(&mu) == 0);
    check(pthread_mutex_lock(&mu) == 0);
}

SIM_TEST(misuse_of_a_mutex)
{
    check_message(
        simulate_seed(unlock_by_other, 1),
        "thread 1 \"unlock_mu\" unlocks a mutex that thread 0 \"main\" "
        "holds, in unlock_mu (tests/sim/test_reports.c:",
        NULL);
    check_message(simulate_seed(unlock_free, 1),
                  "unlocks a mutex that nobody holds, in unlock_free", NULL);
    check_message(simulate_seed(destroy_locked, 1),
                  "destroys a mutex that thread 0", "in destroy_locked", NULL);
    check_message(simulate_seed(lock_destroyed, 1),
                  "uses a mutex that has been destroyed, in lock_destroyed",
                  NULL);
}

// ---- Files ----

static void read_random_numbers(void)
{
    int fd = open("/dev/urandom", O_RDONLY);
    uint64_t number;
    check(read(fd, &number, sizeof number) == sizeof number);
}

static void read_random_stream(void)
{
    check(fopen("/dev/random", "r") != NULL);
}

static void write_a_file(void)
{
    int fd = open("/tmp", O_TMPFILE | O_RDWR, 0600);
    check(fd >= 0 && write(fd, "1", 1) == 1 && close(fd) == 0);
    FILE *file = fopen("/dev/null", "w");
    check(file != NULL && fputs("text", file) >= 0 && fclose(file) == 0);
}

SIM_TEST(files_that_no_seed_gives_again)
{
    check_message(simulate_seed(read_random_numbers, 1),
                  "opens /dev/urandom, which is not simulated: use getrandom",
                  "in read_random_numbers", NULL);
    check_message(simulate_seed(read_random_stream, 1), "opens /dev/random",
                  "in read_random_stream", NULL);
    check_body(write_a_file);
}

// ---- Condition variables ----

static void wait_without_lock(void)
{
    check(pthread_cond_wait(&changed, &mu) == 0);
}

static void *wait_for_ever(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&mu);
    for (;;)
        pthread_cond_wait(&changed, &mu);
    return NULL;
}

static void destroy_with_waiter(void)
{
    start(wait_for_ever, NULL);
    usleep(1);
    pthread_cond_destroy(&changed);
}

static void *wait_with_other(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&other);
    for (;;)
        pthread_cond_wait(&changed, &other);
    return NULL;
}

static void wait_with_two_mutexes(void)
{
    start(wait_for_ever, NULL);
    usleep(1);
    start(wait_with_other, NULL);
    usleep(1);
}

SIM_TEST(misuse_of_a_condition_variable)
{
    check_message(simulate_seed(wait_without_lock, 1),
                  "waits on a condition variable without holding the mutex, in "
                  "wait_without_lock",
                  NULL);
    check_message(simulate_seed(destroy_with_waiter, 1),
                  "destroys a condition variable that thread 1", NULL);
    check_message(simulate_seed(wait_with_two_mutexes, 1), "with another mutex",
                  NULL);
}

// ---- Threads ----

static void leave_one(void)
{
    pthread_setname_np(start(wait_for_ever, NULL), "left over");
    usleep(1);
}

SIM_TEST(threads_that_are_left)
{
    const struct outcome *o = simulate_seed(leave_one, 1);
    check(o->returned);
    check(o->threads_left == 1);
    check_message(o, "thread 1 \"left over\" waits to be signalled",
                  "in wait_for_ever (tests/sim/test_reports.c:", NULL);
}

static void *do_nothing(void *unused)
{
    return unused;
}

static void join_twice(void)
{
    pthread_t thread = start(do_nothing, NULL);
    join(thread);
    join(thread);
}

static void cancel(void)
{
    pthread_cancel(start(wait_for_ever, NULL));
}

SIM_TEST(misuse_of_a_thread)
{
    check_message(simulate_seed(join_twice, 1), "joins a thread that has been",
                  NULL);
    check_message(simulate_seed(cancel, 1), "pthread_cancel, which is not",
                  NULL);
}

static volatile int never;

static void spin(void)
{
    while (never == 0)
        ;
}

SIM_TEST(loop_without_a_scheduling_point)
{
    check_message(simulate_seed(spin, 1), "without a scheduling point",
                  "in spin (tests/sim/test_reports.c:", NULL);
}

// ---- Stacks ----

static int descend(int depth)
{
    volatile char room[1000];
    room[depth % 1000] = (char)depth;
    return depth < 0 ? 0 : descend(depth + 1) + room[0];
}

static void *overflow(void *unused)
{
    (void)unused;
    never = descend(0);
    return NULL;
}

static void overflow_on_a_thread(void)
{
    join(start(overflow, NULL));
}

SIM_TEST(stack_overflow)
{
    check_message(
        simulate_seed(overflow_on_a_thread, 1),
        "thread 1 \"overflow\" has overflown its stack of 8192 kB, in "
        "descend (tests/sim/test_reports.c:",
        NULL);
}

// ---- A lock that is initialised again while a thread waits for it ----

static pthread_cond_t renewed = PTHREAD_COND_INITIALIZER;

static void *wait_for_renewed(void *unused)
{
    struct timespec in_a_year = { .tv_sec = 365 * 86400 };
    pthread_mutex_lock(&mu);
    while (pthread_cond_clockwait(&renewed, &mu, CLOCK_MONOTONIC, &in_a_year) ==
           0)
        continue;
    return unused;
}

static void init_while_another_waits(void)
{
    pthread_t waiter = start(wait_for_renewed, NULL);
    sleep(1);
    pthread_cond_init(&renewed, NULL);
    join(waiter);
}

SIM_TEST(init_of_a_waited_for_cond)
{
    check_message(
        simulate_seed(init_while_another_waits, 1),
        "thread 1 \"wait_for_renewed\" waits to be signalled on a condition "
        "variable, which was initialised again, or overwritten, "
        "meanwhile",
        NULL);
}

static void init_while_two_wait(void)
{
    pthread_t waiter = start(wait_for_renewed, NULL);
    sleep(1);
    pthread_cond_init(&renewed, NULL);
    start(wait_for_renewed, NULL);
    join(waiter);
}

// A thread that waits for the new object is not one that waited for the old
// one.
SIM_TEST(init_of_a_cond_that_is_waited_for_again)
{
    check_message(simulate_seed(init_while_two_wait, 1),
                  "thread 1 \"wait_for_renewed\" waits to be signalled", NULL);
}

// ---- What threads are called ----

// A name given to a thread comes first. A thread without one has in the system
// that of the thread that made it, and in reports that of its function.
static void *unlock_under_a_name(void *name)
{
    if (name != NULL)
        check(pthread_setname_np(pthread_self(), name) == 0);
    char read[16];
    check(pthread_getname_np(pthread_self(), read, sizeof read) == 0);
    check(strcmp(read, name != NULL ? (char *)name : "maker") == 0);
    return unlock_mu(NULL);
}

static void unlock_named(void)
{
    pthread_mutex_lock(&mu);
    check(pthread_setname_np(pthread_self(), "maker") == 0);
    join(start(unlock_under_a_name, "worker"));
}

static void unlock_unnamed(void)
{
    pthread_mutex_lock(&mu);
    check(pthread_setname_np(pthread_self(), "maker") == 0);
    join(start(unlock_under_a_name, NULL));
}

static int unlock_in_c11(void *unused)
{
    unlock_mu(unused);
    return 0;
}

static void unlock_by_c11(void)
{
    thrd_t thread;
    pthread_mutex_lock(&mu);
    check(thrd_create(&thread, unlock_in_c11, NULL) == thrd_success);
    thrd_join(thread, NULL);
}

SIM_TEST(a_thread_is_called_by_its_name_or_function)
{
    check_message(simulate_seed(unlock_named, 1),
                  "thread 1 \"worker\" unlocks a mutex that thread 0 \"maker\"",
                  NULL);
    check_message(simulate_seed(unlock_unnamed, 1),
                  "thread 1 \"unlock_under_a_name\" unlocks a mutex", NULL);
    check_message(simulate_seed(unlock_by_c11, 1),
                  "thread 1 \"unlock_in_c11\" unlocks a mutex", NULL);
    struct sim_options brief = { .seed = 1, .brief = true };
    check_message(simulate(unlock_unnamed, &brief),
                  "thread 1 \"maker\" unlocks a mutex", NULL);
}

// ---- A program that never ends ----

static void wait_in_vain(void)
{
    while (never == 0)
        usleep(1000);
}

static void yield_in_vain(void)
{
    while (never == 0)
        sched_yield();
}

SIM_TEST(a_program_ends_at_its_limit)
{
    struct sim_options options = { .seed = 1, .limit_s = 2 };
    check_message(simulate(wait_in_vain, &options),
                  "the program has not ended within its limit of 2 virtual "
                  "seconds",
                  "thread 0 \"main\"", "in wait_in_vain", NULL);
    const struct outcome *o = simulate(yield_in_vain, &options);
    check_message(o, "within its limit of 2 virtual seconds", NULL);
    check(o->now_ns >= INT64_C(2000000000) && o->now_ns < INT64_C(2000001000));
}
