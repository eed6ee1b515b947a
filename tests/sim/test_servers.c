// What can befall a server: pauses, sudden ends, clocks that go wrong.
#include "tests/sim/harness.h"

#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t shared = PTHREAD_MUTEX_INITIALIZER;
static atomic_int counts[3];

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// Counts once a millisecond, in its server's clock; the lock is everybody's.
static void *count(void *unused)
{
    for (;;) {
        pthread_mutex_lock(&shared);
        usleep(10);
        counts[sim_owner()]++;
        pthread_mutex_unlock(&shared);
        usleep(990);
    }
    return unused;
}

static void start_servers(void)
{
    for (int server = 1; server <= 2; server++) {
        sim_set_owner(server);
        for (int i = 0; i < 3; i++)
            pthread_detach(start(count, NULL));
    }
    sim_set_owner(SIM_NOBODY);
}

static void stop_one(void)
{
    start_servers();
    usleep(20000 + (unsigned)rand() % 1000);
    check(sim_thread_count() == 7);
    sim_stop(1);
    usleep(1000);  // One that held the lock has let go of it by now.
    check(sim_thread_count() == 4);
    int before = counts[1], other = counts[2];
    usleep(100000);
    check(counts[1] == before);
    check(counts[2] > other + 200);
    sim_stop(2);
    usleep(1000);
}

SIM_TEST(a_server_stops_dead_and_leaves_no_lock_of_others)
{
    check_body(stop_one);
}

static void *hold_for_ever(void *unused)
{
    static pthread_mutex_t *mine;
    mine = malloc(sizeof *mine);
    pthread_mutex_init(mine, NULL);
    pthread_mutex_lock(mine);
    counts[0]++;
    pthread_mutex_lock(&shared);
    usleep(1000);
    pthread_mutex_unlock(&shared);
    counts[0] = 100;
    return unused;
}

static void stop_in_lock(void)
{
    sim_set_owner(1);
    pthread_t thread = start(hold_for_ever, NULL);
    sim_set_owner(SIM_NOBODY);
    usleep(500);
    sim_stop(1);
    check(sim_thread_count() == 2);  // It holds the shared lock, still.
    pthread_mutex_lock(&shared);
    check(sim_thread_count() == 1);
    pthread_mutex_unlock(&shared);
    join(thread);
    check(counts[0] == 1);
}

SIM_TEST(a_stopped_thread_can_be_joined)
{
    check_body(stop_in_lock);
}

static void pause_one(void)
{
    start_servers();
    usleep(20000 + (unsigned)rand() % 1000);
    // Paused while it holds the lock, it would hold up the other one, too.
    pthread_mutex_lock(&shared);
    sim_pause(1);
    pthread_mutex_unlock(&shared);
    int before = counts[1], other = counts[2];
    usleep(100000);
    check(counts[1] == before);
    check(counts[2] > other + 200);
    sim_resume(1);
    usleep(100000);
    check(counts[1] > before + 200);
    sim_stop(1);
    sim_stop(2);
    usleep(1000);
}

SIM_TEST(a_server_is_paused_and_goes_on)
{
    check_body(pause_one);
}

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
    sim_set_owner(1);
    pthread_t thread = start(sleep_a_second, &took_ms);
    sim_set_owner(SIM_NOBODY);
    join(thread);
    check(took_ms == 1000);
    check(now_ms() - start_ms >= 768 && now_ms() - start_ms <= 770);
}

SIM_TEST(a_clock_goes_fast)
{
    check_body(go_fast);
}
