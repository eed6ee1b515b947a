// Faults of a server: it crashes, it pauses, its clock is wrong. The rest of
// the program continues, and gets its locks.
#include "tests/sim/harness.h"

#include <time.h>
#include <unistd.h>

static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;
static int counts[3];

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// A function that servers call. It takes a shared lock.
static void add_one(int *count)
{
    struct sim_life *from = sim_life_go_out();
    pthread_mutex_lock(&shared);
    usleep(10);
    ++*count;
    pthread_mutex_unlock(&shared);
    sim_life_come_back(from);
}

static void *add_for_ever(void *count)
{
    for (;;) {
        add_one(count);
        usleep(990);
    }
    return NULL;
}

static struct sim_life *start_server(int number)
{
    struct sim_life *life = sim_life_make(number);
    for (int i = 0; i < 3; i++)
        pthread_detach(start_in(life, add_for_ever, &counts[number]));
    return life;
}

// ---- Crashes ----

static void crash_one_of_two(void)
{
    struct sim_life *one = start_server(1), *two = start_server(2);
    usleep(20000 + (unsigned)rand() % 1000);
    check(sim_thread_count() == 7);
    sim_life_crash(one);
    usleep(1000);  // The server that held the lock has released it by now.
    check(sim_thread_count() == 4);
    int before = counts[1], other = counts[2];
    usleep(100000);
    check(counts[1] == before);
    check(counts[2] > other + 200);
    sim_life_crash(two);
    usleep(1000);
}

SIM_TEST(a_server_crashes_and_holds_no_lock_of_others)
{
    check_body(crash_one_of_two);
}

static void *lock_own_then_call(void *steps)
{
    static pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&own);
    ++*(int *)steps;
    struct sim_life *from = sim_life_go_out();
    usleep(1000);
    ++*(int *)steps;
    sim_life_come_back(from);
    ++*(int *)steps;
    return NULL;
}

static void crash_while_it_calls(void)
{
    int steps = 0;
    struct sim_life *life = sim_life_make(1);
    start_in(life, lock_own_then_call, &steps);
    usleep(500);
    sim_life_crash(life);
    check(sim_life_outside(life) == 1);
    usleep(1000);
    check(sim_life_outside(life) == 0);
    check(sim_thread_count() == 1);
    check(steps == 2);
}

SIM_TEST(what_a_crashed_server_has_called_ends)
{
    check_body(crash_while_it_calls);
}

static void *read_heap(void *heap)
{
    check(*(const int *)heap == 7);
    return NULL;
}

// Nothing but the crash orders a detached thread before its memory's end.
// ThreadSanitizer must not report a race.
static void free_after_crash(void)
{
    int *heap = malloc(sizeof *heap);
    *heap = 7;
    struct sim_life *life = sim_life_make(1);
    pthread_detach(start_in(life, read_heap, heap));
    usleep(1000);
    check(sim_thread_count() == 1);
    sim_life_crash(life);
    check(sim_life_outside(life) == 0);
    free(heap);
}

SIM_TEST(a_thread_that_ended_is_before_its_servers_crash)
{
    check_body(free_after_crash);
}

struct call {
    struct sim_life *life;
    bool returned;
};

static void sleep_long(void *unused)
{
    (void)unused;
    usleep(10000);
}

static void *call_in(void *arg)
{
    struct call *call = arg;
    call->returned = sim_life_run(call->life, sleep_long, NULL);
    return NULL;
}

static void crash_while_it_is_called(void)
{
    struct call call = { sim_life_make(1), true };
    int64_t start_ms = now_ms();
    pthread_t caller = start(call_in, &call);
    usleep(1000);
    sim_life_crash(call.life);
    join(caller);
    check(!call.returned);
    check(now_ms() - start_ms <= 2);
    check(!sim_life_run(call.life, sleep_long, NULL));
}

SIM_TEST(who_has_called_a_server_that_crashes_comes_back_at_once)
{
    check_body(crash_while_it_is_called);
}

// ---- Pauses ----

static void note_time(void *at_ms)
{
    *(int64_t *)at_ms = now_ms();
}

static void pause_one_of_two(void)
{
    int64_t resumed_ms = 0;
    struct sim_life *one = start_server(1), *two = start_server(2);
    usleep(20000 + (unsigned)rand() % 1000);
    int64_t paused_ms = now_ms();
    sim_life_pause(one, 100000000, note_time, &resumed_ms);
    check(sim_life_is_paused(one) && !sim_life_is_paused(two));
    usleep(1000);
    int before = counts[1], other = counts[2];
    usleep(98000);
    check(counts[1] == before);
    check(counts[2] > other + 200);
    check(resumed_ms == 0);
    usleep(101000);
    check(resumed_ms == paused_ms + 100);
    check(!sim_life_is_paused(one));
    check(counts[1] > before + 200);
    sim_life_crash(one);
    sim_life_crash(two);
    usleep(1000);
}

SIM_TEST(a_server_is_paused_and_goes_on)
{
    check_body(pause_one_of_two);
}

// ---- Clocks ----

static void *sleep_a_second(void *took_ms)
{
    int64_t start_ms = now_ms();
    usleep(1000000);
    *(int *)took_ms = (int)(now_ms() - start_ms);
    return NULL;
}

static void go_fast(void)
{
    int took_ms;
    sim_set_clock_rate(1, 1300);
    int64_t start_ms = now_ms();
    join(start_in(sim_life_make(1), sleep_a_second, &took_ms));
    check(took_ms == 1000);
    check(now_ms() - start_ms >= 768 && now_ms() - start_ms <= 770);
}

SIM_TEST(a_clock_goes_fast)
{
    check_body(go_fast);
}
