// The runtime: go groups, channels, timers, random numbers, bytes.
#include "rt/alloc.h"
#include "rt/bytes.h"
#include "rt/channel_try.h"
#include "rt/clock.h"
#include "rt/go.h"
#include "rt/processors.h"
#include "rt/rng.h"
#include "rt/shortage.h"
#include "rt/timer.h"
#include "tests/unit/unit.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- go ----

static void count_up(void *arg)
{
    atomic_fetch_add((atomic_int *)arg, 1);
}

// Every function runs once before go_group_free returns.
UNIT_TEST(go, runs_each_function_once)
{
    atomic_int count = 0;
    struct go_group *group = go_group_make();

    for (int i = 0; i < 1000; i++)
        go(group, "count", count_up, &count);

    go_group_free(group);
    check(count == 1000);
}

struct meeting {
    pthread_mutex_t mu;
    pthread_cond_t changed;
    int arrived;
    int expected;
};

static void meet(void *arg)
{
    struct meeting *m = arg;
    pthread_mutex_lock(&m->mu);
    m->arrived++;
    pthread_cond_broadcast(&m->changed);
    while (m->arrived < m->expected)
        pthread_cond_wait(&m->changed, &m->mu);
    pthread_mutex_unlock(&m->mu);
}

// No function waits for another one's thread: a hundred functions that wait for
// each other all meet.
UNIT_TEST(go, functions_do_not_wait_for_threads)
{
    struct meeting m = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0,
                         100 };
    struct go_group *group = go_group_make();

    for (int i = 0; i < m.expected; i++)
        go(group, "meet", meet, &m);

    go_group_free(group);
    check(m.arrived == m.expected);
}

static int n_threads(void)
{
    int n = 0;
    DIR *tasks = opendir("/proc/self/task");
    check(tasks != NULL);
    struct dirent *task;
    while ((task = readdir(tasks)) != NULL)
        n += task->d_name[0] != '.';
    closedir(tasks);
    return n;
}

// A thread whose function has returned runs the next one. A function that does
// not return keeps only its own thread. Freeing the group ends all threads.
UNIT_TEST(go, threads_are_used_again)
{
    struct meeting m = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0,
                         2 };
    atomic_int count = 0;
    int before = n_threads();
    struct go_group *group = go_group_make();
    go(group, "meet", meet, &m);

    for (int i = 0; i < 100; i++) {
        go(group, "count", count_up, &count);
        while (atomic_load(&count) <= i)
            sleep_ms(1);
    }

    // A new one is needed only if the last has not come to rest.
    check(n_threads() <= before + 10);
    meet(&m);
    go_group_free(group);
    while (n_threads() > before)
        sleep_ms(1);
}

struct spawner {
    struct go_group *group;
    atomic_int *count;
};

static void spawn_ten(void *arg)
{
    struct spawner *spawner = arg;
    for (int i = 0; i < 10; i++)
        go(spawner->group, "count", count_up, spawner->count);
    free(spawner);
}

// Functions may start functions of their own group, while it is open.
UNIT_TEST(go, functions_start_functions)
{
    atomic_int count = 0;
    struct go_group *group = go_group_make();

    for (int i = 0; i < 10; i++) {
        struct spawner *spawner = alloc(sizeof *spawner);
        *spawner = (struct spawner){ group, &count };
        go(group, "spawn", spawn_ten, spawner);
    }
    while (atomic_load(&count) < 100)
        sleep_ms(1);

    go_group_free(group);
    check(count == 100);
}

// A closed group lets its functions end, and ends its idle threads.
UNIT_TEST(go, closed_group_can_be_freed)
{
    atomic_int count = 0;
    struct go_group *group = go_group_make();
    go(group, "count", count_up, &count);

    go_group_close(group);

    go_group_free(group);
    check(count == 1);
}

static size_t mapped_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    check(file != NULL);
    size_t pages = 0;
    check(fscanf(file, "%zu", &pages) == 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

// Threads of a closed group free their stacks when they end, not only when the
// group is freed. (The C library keeps a few for new threads.)
UNIT_TEST(go, ended_threads_keep_no_stacks)
{
    struct meeting m = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0,
                         200 };
    struct go_group *group = go_group_make();
    size_t before = mapped_bytes();
    for (int i = 0; i < m.expected - 1; i++)
        go(group, "meet", meet, &m);
    size_t stacks = mapped_bytes() - before;

    go_group_close(group);
    meet(&m);

    while (mapped_bytes() > before + stacks / 2)
        sleep_ms(1);
    go_group_free(group);
}

// ---- channel ----

static void send_numbers(void *arg)
{
    for (int i = 0; i < 1000; i++)
        channel_send(arg, &i);
}

// Items of one sender arrive in order and none is lost, with a buffer or
// without.
UNIT_TEST(channel, keeps_order)
{
    for (int capacity = 0; capacity <= 3; capacity++) {
        struct channel *ch = channel_make(sizeof(int), capacity);
        struct go_group *group = go_group_make();
        go(group, "send", send_numbers, ch);

        for (int i = 0; i < 1000; i++) {
            int item = -1;
            check(channel_receive(ch, &item));
            check(item == i);
        }

        go_group_free(group);
        channel_free(ch);
    }
}

struct sender {
    struct channel *ch;
    atomic_bool sent;
};

static void send_one(void *arg)
{
    struct sender *sender = arg;
    int item = 7;
    channel_send(sender->ch, &item);
    atomic_store(&sender->sent, true);
}

// A send on an unbuffered channel returns when the item was received, not
// before.
UNIT_TEST(channel, unbuffered_send_waits_for_the_receiver)
{
    struct sender sender = { channel_make(sizeof(int), 0), false };
    struct go_group *group = go_group_make();
    go(group, "send", send_one, &sender);

    sleep_ms(50);
    check(!atomic_load(&sender.sent));
    int item;
    check(channel_receive(sender.ch, &item));

    go_group_free(group);
    check(atomic_load(&sender.sent));
    channel_free(sender.ch);
}

// After close, a receiver gets the items that were sent, then false.
static void *receive_one(void *ch)
{
    static int item;
    check(channel_receive(ch, &item));
    return &item;
}

// Nobody waits: nothing is sent. Somebody waits: he gets it, and no other item
// is sent to him.
UNIT_TEST(channel, tries_to_send)
{
    struct channel *ch = channel_make(sizeof(int), 0);
    int item = 7;
    check(!channel_try_send(ch, &item));
    pthread_t receiver;
    check(pthread_create(&receiver, NULL, receive_one, ch) == 0);
    while (!channel_try_send(ch, &item))
        sleep_ms(1);
    item = 8;
    check(!channel_try_send(ch, &item));
    void *received;
    pthread_join(receiver, &received);
    check(*(int *)received == 7);
    channel_free(ch);

    ch = channel_make(sizeof(int), 1);
    check(channel_try_send(ch, &item) && !channel_try_send(ch, &item));
    check(channel_receive(ch, &item) && item == 8);
    channel_free(ch);
}

UNIT_TEST(channel, closed_channel_drains)
{
    struct channel *ch = channel_make(sizeof(int), 2);
    int sent[] = { 1, 2 };
    channel_send(ch, &sent[0]);
    channel_send(ch, &sent[1]);

    channel_close(ch);

    int item = 0;
    check(channel_receive(ch, &item));
    check(item == 1);
    check(channel_receive(ch, &item));
    check(item == 2);
    check(!channel_receive(ch, &item));
    check_that(item == 2, "the item is untouched");
    channel_free(ch);
}

// ---- time ----

// A sleep lasts at least as long as it says.
UNIT_TEST(clock, sleeps_long_enough)
{
    int64_t start_ns = clock_now_ns();
    sleep_ms(20);
    check(clock_now_ns() - start_ns >= 20 * NS_PER_MS);
}

// A wait without a signal ends at its deadline.
UNIT_TEST(clock, wait_ends_at_the_deadline)
{
    pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond;
    cond_init(&cond);
    int64_t deadline_ns = clock_now_ns() + 20 * NS_PER_MS;

    pthread_mutex_lock(&mu);
    while (clock_now_ns() < deadline_ns)
        cond_wait_until(&cond, &mu, deadline_ns);
    pthread_mutex_unlock(&mu);

    check(clock_now_ns() >= deadline_ns);
    pthread_cond_destroy(&cond);
}

// A timer is due from its moment on, and never when stopped.
UNIT_TEST(timer, is_due_from_its_moment_on)
{
    struct timer timer;
    timer_reset(&timer, 10);
    check(!timer_is_due(&timer, timer.due_ns - 1));
    check(timer_is_due(&timer, timer.due_ns));

    timer_stop(&timer);
    check(!timer_is_due(&timer, clock_now_ns() + 1000 * NS_PER_MS));
}

// ---- random numbers ----

// Every value of the range occurs, none outside, each about equally often.
UNIT_TEST(rng, is_uniform_in_its_range)
{
    struct rng rng = rng_make();
    int count[10] = { 0 };
    for (int i = 0; i < 100000; i++) {
        int number = rng_between(&rng, 5, 14);
        check(number >= 5 && number <= 14);
        count[number - 5]++;
    }
    for (int k = 0; k < 10; k++)  // 10,000 are expected; 5 sigma are 474.
        check_that(count[k] > 9500 && count[k] < 10500, "%d of %d", count[k],
                   k + 5);
}

// Two generators draw different numbers.
UNIT_TEST(rng, generators_differ)
{
    struct rng a = rng_make(), b = rng_make();
    check(rng_next(&a) != rng_next(&b));
}

// ---- bytes ----

// A copy is equal and independent.
UNIT_TEST(bytes, copies_are_independent)
{
    char text[] = "abc";
    struct bytes original = { text, 3 };
    struct bytes copy = bytes_copy(original);
    check(bytes_equal(copy, original));

    text[0] = 'x';
    check(!bytes_equal(copy, original));
    bytes_free(&copy);

    struct bytes empty = bytes_copy((struct bytes){ NULL, 0 });
    check(bytes_equal(empty, (struct bytes){ NULL, 0 }));
    check(!bytes_equal(empty, original));
}

// ---- processors ----

UNIT_TEST(processors, are_those_that_the_process_may_use)
{
    cpu_set_t all, one;
    check(sched_getaffinity(0, sizeof all, &all) == 0);
    check(processors_count() == CPU_COUNT(&all));
    check(processors_usable() <= processors_count());

    size_t first = 0;
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    check(sched_setaffinity(0, sizeof one, &one) == 0);
    check(processors_count() == 1);
    check(processors_usable() > 0 && processors_usable() <= 1);
    sched_setaffinity(0, sizeof all, &all);
}

// ---- Shortages ----

// A process ends with a line that says why, though its test has failed already
// and takes no more notes.
UNIT_TEST(shortage, line_is_there_after_the_notes)
{
    int ends[2];
    check(pipe(ends) == 0);
    pid_t child = unit_fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        shortage_end_notes();
        shortage_exit(SHORTAGE_OF_FILES, ENFILE, 0);
    }
    close(ends[1]);
    char line[1000] = "";
    check(read(ends[0], line, sizeof line - 1) > 0);
    close(ends[0]);
    int status = 0;
    waitpid(child, &status, 0);

    const char *wanted = "raftlab: no more open files: the system's limit";
    check_that(strncmp(line, wanted, strlen(wanted)) == 0, "%s", line);
    check(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SHORTAGE);
}
