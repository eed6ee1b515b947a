// The simulator's self-check (sim/self_check.c) finds inconsistent state: each
// test damages one thing, as a bug of the simulator would.
#include "sim/internal.h"
#include "tests/sim/harness.h"

#include <pthread.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t other = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static pthread_spinlock_t spin;
static pthread_barrier_t barrier;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t sem;

// ---- Threads in all states ----

static void *yield_on(void *unused)
{
    for (;;)
        sched_yield();
    return unused;
}

static void *sleep_long(void *unused)
{
    sleep(1000);
    return unused;
}

static void *lock_and_unlock(void *unused)
{
    pthread_mutex_lock(&mu);
    pthread_mutex_unlock(&mu);
    return unused;
}

static void *wait_for_change(void *unused)
{
    pthread_mutex_lock(&other);
    for (;;)
        pthread_cond_wait(&changed, &other);
    return unused;
}

static void *read_it(void *unused)
{
    pthread_rwlock_rdlock(&rwlock);
    return sleep_long(unused);
}

static void *write_it(void *unused)
{
    pthread_rwlock_wrlock(&rwlock);
    return unused;
}

static void *spin_on_it(void *unused)
{
    pthread_spin_lock(&spin);
    return unused;
}

static void *pass_it(void *unused)
{
    sem_wait(&sem);
    return unused;
}

static void *come_to_it(void *unused)
{
    pthread_barrier_wait(&barrier);
    return unused;
}

static void run_long(void)
{
    sleep(1000);
}

static void *run_it_once(void *unused)
{
    pthread_once(&once, run_long);
    return unused;
}

static pthread_t yielding[3], sleeping[3], waiting[2], locking, reading,
    writing, spinning, running;

// The main thread holds mu and the spin lock.
static void start_all(void)
{
    pthread_mutex_lock(&mu);
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_lock(&spin);
    sem_init(&sem, 0, 0);
    pthread_barrier_init(&barrier, NULL, 2);
    for (int i = 0; i < 3; i++)
        sleeping[i] = start(sleep_long, NULL);
    for (int i = 0; i < 2; i++)
        waiting[i] = start(wait_for_change, NULL);
    locking = start(lock_and_unlock, NULL);
    reading = start(read_it, NULL);
    usleep(1000);
    writing = start(write_it, NULL);
    spinning = start(spin_on_it, NULL);
    start(pass_it, NULL);
    start(come_to_it, NULL);
    running = start(run_it_once, NULL);
    start(run_it_once, NULL);
    usleep(1000);
    for (int i = 0; i < 3; i++)
        yielding[i] = start(yield_on, NULL);
    usleep(1000);
}

static struct sim_thread *thread_of(pthread_t id)
{
    return sim_table_find(id);
}

// ---- Damage ----

static void nothing(void)
{
}

// As after a removal that does not record the new place of the last one.
static void position(void)
{
    thread_of(yielding[1])->entry.position =
        thread_of(yielding[0])->entry.position;
}

static void queue_says_more(void)
{
    thread_of(yielding[1])->entry.queue = NULL;
}

static void heap_not_sifted(void)
{
    sim.runnable.entries[0]->rank = INT64_MAX;
}

static void timers_not_sifted(void)
{
    sim.timers.entries[0]->rank = INT64_MAX - 1;
    sim.next_due_ns = INT64_MAX - 1;
}

static void next_timer(void)
{
    sim.next_due_ns += 1000;
}

static void next_point(void)
{
    struct sim_thread *thread = thread_of(sleeping[0]);
    sim_timers_remove(thread);
    thread->due_point = 10;
    sim_queue_add(&sim.counting, &thread->entry);
}

static void count_of_threads(void)
{
    sim.n_alive++;
}

static void ended_in_a_queue(void)
{
    thread_of(yielding[1])->ended = true;
}

static void frozen_and_runs(void)
{
    thread_of(yielding[1])->frozen = true;
}

static void kept_and_not_frozen(void)
{
    thread_of(sleeping[1])->is_ready = true;
}

static void runs_with_a_timer(void)
{
    sim_timers_add(thread_of(yielding[1]), INT64_MAX - 1);
}

static void no_reason(void)
{
    thread_of(sleeping[1])->reason = NULL;
}

static void other_object(void)
{
    thread_of(waiting[1])->object = &mu;
}

static void other_mutex(void)
{
    thread_of(waiting[1])->relock.mutex = &mu;
}

static void mutex_kept_while_waiting(void)
{
    *(uint32_t *)&other = sim_mark(thread_of(waiting[1]));
}

static void mutex_holder_not_taken_out(void)
{
    sim_hold_remove(&mu);
}

static void mutex_holder_not_put_in(void)
{
    *(uint32_t *)&mu = sim_mark(thread_of(sleeping[0]));
    thread_of(sleeping[0])->holds = sim.self->holds;
}

static void reader_not_taken_out(void)
{
    thread_of(reading)->holds = NULL;
}

static void spinner_not_taken_out(void)
{
    sim_hold_remove((const void *)&spin);
}

// The unlock of a lock that does not wake a waiting thread.
static void mutex_waiter_forgotten(void)
{
    *(uint32_t *)&mu = 0;
    sim_hold_remove(&mu);
}

static void spinner_forgotten(void)
{
    pthread_spinlock_t fresh;
    pthread_spin_init(&fresh, PTHREAD_PROCESS_PRIVATE);
    spin = fresh;
    sim_hold_remove((const void *)&spin);
}

static void poster_forgotten(void)
{
    *(uint32_t *)&sem = 1;
}

static void barrier_forgotten(void)
{
    *(uint32_t *)&barrier = 0;
}

static void once_forgotten(void)
{
    once = 2;
}

static void mapped_below_a_stack(void)
{
    char *stack = thread_of(reading)->fiber.stack;
    long page = sysconf(_SC_PAGESIZE);
    check(mmap(stack - page, (size_t)page, PROT_READ,
               MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == stack - page);
}

static void mapped_too_far(void)
{
    thread_of(reading)->fiber.mapped -= (size_t)9 << 20;
}

static const struct damage {
    void (*damage)(void);
    const char *found;
} damages[] = {
    { position, "position" },
    { queue_says_more, "and does not say so" },
    { heap_not_sifted, "goes before thread" },
    { timers_not_sifted, "goes before thread" },
    { next_timer, "the next timer is due at" },
    { next_point, "is due at point 10, before the first that is" },
    { count_of_threads, "alive are " },
    { ended_in_a_queue, "has ended, but is in a queue" },
    { frozen_and_runs, "is frozen, but can run" },
    { kept_and_not_frozen, "is kept from running, but not frozen" },
    { runs_with_a_timer, "can run, but still waits" },
    { no_reason, "waits for no reason" },
    { other_object, "waits for another object than thread" },
    { other_mutex, "will lock another mutex than thread" },
    { mutex_kept_while_waiting,
      "waits on a condition variable with its mutex locked" },
    { mutex_holder_not_taken_out, "to lock a mutex, which thread 0 is said to "
                                  "hold, but does not" },
    { mutex_holder_not_put_in, "to lock a mutex, which thread 0 holds, but is "
                               "not said to" },
    { reader_not_taken_out, "to lock an rwlock for writing, which thread" },
    { spinner_not_taken_out, "to lock a spin lock, which thread 0 is said to" },
    { mutex_waiter_forgotten, "waits to lock a mutex without need" },
    { spinner_forgotten, "waits to lock a spin lock without need" },
    { poster_forgotten, "waits to pass a semaphore without need" },
    { barrier_forgotten, "to come to a barrier without need" },
    { once_forgotten, "a function that is called once without need" },
    { mapped_below_a_stack, "could overflow its stack" },
    { mapped_too_far, "has a stack that is mapped beside itself" },
};

static void (*damage)(void);

static void damage_and_check(void)
{
    start_all();
    sim_self_check();
    damage();
    for (int i = 0; i < sim.n_slots; i++)  // Each one checks below one stack.
        sim_self_check();
    _exit(0);
}

SIM_TEST(the_self_check_finds_what_disagrees)
{
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        for (uint64_t seed = 1; seed <= 5; seed++) {
            struct sim_options options = { .seed = seed, .policy = "pct" };
            damage = damages[i].damage;
            check_message(simulate(damage_and_check, &options),
                          "the simulator disagrees with itself: thread",
                          damages[i].found, NULL);
        }
    }
}

SIM_TEST(the_self_check_finds_nothing_where_all_agrees)
{
    damage = nothing;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        for (const char *const *policy = policies; *policy != NULL; policy++) {
            struct sim_options options = { .seed = seed, .policy = *policy };
            const struct outcome *o = simulate(damage_and_check, &options);
            check(o->wait_status == 0 && o->message[0] == '\0');
        }
    }
}
