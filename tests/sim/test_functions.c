// Each family of simulated functions, including POSIX's errors.
#include "tests/sim/harness.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/times.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000000)

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;

static int64_t now_ns(void)
{
    struct timespec now;
    check(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static struct timespec in_ms(clockid_t clock, int64_t ms)
{
    struct timespec time;
    check(clock_gettime(clock, &time) == 0);
    int64_t ns = time.tv_nsec + ms * MS;
    time.tv_sec += ns / (1000 * MS);
    time.tv_nsec = ns % (1000 * MS);
    return time;
}

// Returns whether this much virtual time has passed, within a hundredth of a
// millisecond.
static bool took_ms(int64_t start_ns, int64_t ms)
{
    int64_t ns = now_ns() - start_ns;
    return ns >= ms * MS && ns < ms * MS + MS / 100;
}

// ---- Threads ----

static void *double_it(void *arg)
{
    return (void *)((intptr_t)arg * 2);
}

static void *exit_with_7(void *unused)
{
    (void)unused;
    pthread_exit((void *)7);
}

static void *sleep_10_ms(void *arg)
{
    usleep(10000);
    return arg;
}

static void threads(void)
{
    void *value;
    check(pthread_join(start(double_it, (void *)21), &value) == 0);
    check(value == (void *)42);
    check(pthread_join(start(exit_with_7, NULL), &value) == 0);
    check(value == (void *)7);
    check(pthread_equal(pthread_self(), pthread_self()));

    pthread_t slow = start(sleep_10_ms, NULL);
    check(!pthread_equal(slow, pthread_self()));
    check(pthread_tryjoin_np(slow, NULL) == EBUSY);
    struct timespec time = in_ms(CLOCK_REALTIME, 5);
    check(pthread_timedjoin_np(slow, NULL, &time) == ETIMEDOUT);
    time = in_ms(CLOCK_MONOTONIC, 100);
    check(pthread_clockjoin_np(slow, NULL, CLOCK_MONOTONIC, &time) == 0);

    slow = start(sleep_10_ms, NULL);
    check(pthread_detach(slow) == 0);
    usleep(20000);
}

SIM_TEST(threads_are_made_joined_and_detached)
{
    check_body(threads);
}

static char inherited[16];

static void *read_name(void *unused)
{
    check(pthread_getname_np(pthread_self(), inherited, 16) == 0);
    return unused;
}

static void names(void)
{
    char name[16];
    check(pthread_setname_np(pthread_self(), "fifteen letters") == 0);
    check(pthread_setname_np(pthread_self(), "sixteen letters!") == ERANGE);
    check(pthread_getname_np(pthread_self(), name, 15) == ERANGE);
    check(pthread_getname_np(pthread_self(), name, 16) == 0);
    check(strcmp(name, "fifteen letters") == 0);
    join(start(read_name, NULL));
    check(strcmp(inherited, "fifteen letters") == 0);
}

SIM_TEST(threads_have_names)
{
    check_body(names);
}

static void *use_stack(void *arg)
{
    size_t size = (size_t)(uintptr_t)arg;
    volatile char room[size / 2];
    room[0] = 1;
    room[size / 2 - 1] = room[0];

    pthread_attr_t attributes;
    void *stack;
    size_t real_size;
    check(pthread_getattr_np(pthread_self(), &attributes) == 0);
    check(pthread_attr_getstack(&attributes, &stack, &real_size) == 0);
    check(real_size >= size);
    check((char *)&size > (char *)stack &&
          (char *)&size < (char *)stack + real_size);
    pthread_attr_destroy(&attributes);
    return NULL;
}

static void attributes(void)
{
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    size_t sizes[] = { 64 << 10, 1 << 20, 32 << 20 };
    for (int i = 0; i < 3; i++) {
        pthread_attr_setstacksize(&attributes, sizes[i]);
        check(pthread_create(&thread, &attributes, use_stack,
                             (void *)sizes[i]) == 0);
        join(thread);
    }
    static char own[1 << 20] __attribute__((aligned(64)));
    pthread_attr_setstack(&attributes, own, sizeof own);
    check(pthread_create(&thread, &attributes, use_stack, (void *)sizeof own) ==
          0);
    join(thread);

    pthread_attr_destroy(&attributes);
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    check(pthread_create(&thread, &attributes, sleep_10_ms, NULL) == 0);
    usleep(20000);
    pthread_attr_destroy(&attributes);
}

SIM_TEST(threads_have_attributes)
{
    check_body(attributes);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int n_routines;

static void routine(void)
{
    usleep(1000);
    n_routines++;
}

static void *call_it_once(void *unused)
{
    check(pthread_once(&once, routine) == 0);
    check(n_routines == 1);
    return unused;
}

static void call_all_once(void)
{
    pthread_t thread = start(call_it_once, NULL);
    call_it_once(NULL);
    join(thread);
}

SIM_TEST(once_is_once)
{
    check_body(call_all_once);
}

static pthread_key_t key;
static int n_destroyed;

static void destroy(void *value)
{
    check(pthread_getspecific(key) == NULL);
    if (++n_destroyed == 1)
        pthread_setspecific(key, value);  // So it is called once more.
}

static void *set_value(void *value)
{
    check(pthread_getspecific(key) == NULL);
    check(pthread_setspecific(key, value) == 0);
    sched_yield();
    check(pthread_getspecific(key) == value);
    return NULL;
}

static void keys(void)
{
    check(pthread_key_create(&key, destroy) == 0);
    int mine;
    pthread_setspecific(key, &mine);
    join(start(set_value, &n_destroyed));
    check(n_destroyed == 2);
    check(pthread_getspecific(key) == &mine);
    check(pthread_key_delete(key) == 0);
}

SIM_TEST(keys_have_destructors)
{
    check_body(keys);
}

static int cleaned[4], n_cleaned;

static void clean(void *what)
{
    cleaned[n_cleaned++] = (int)(intptr_t)what;
}

static void *push_and_exit(void *unused)
{
    (void)unused;
    pthread_cleanup_push(clean, (void *)1);
    pthread_cleanup_push(clean, (void *)2);
    pthread_cleanup_push(clean, (void *)3);
    usleep(10);
    pthread_cleanup_pop(1);
    pthread_exit((void *)9);
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
}

static void cleanup(void)
{
    void *value;
    pthread_t thread = start(push_and_exit, NULL);
    pthread_cleanup_push(clean, (void *)4);
    usleep(20);
    pthread_cleanup_pop(0);
    check(pthread_join(thread, &value) == 0);
    check(value == (void *)9);
    check(n_cleaned == 3);
    check(cleaned[0] == 3 && cleaned[1] == 2 && cleaned[2] == 1);
}

extern void *__tsan_create_fiber(unsigned flags) __attribute__((weak));

SIM_TEST(cleanup_handlers_run)
{
    // ThreadSanitizer does not know the system's setjmp of these.
    if (__tsan_create_fiber == NULL)
        check_body(cleanup);
}

// ---- Mutexes ----

static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checked = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;

static void *try_all(void *unused)
{
    int64_t start_ns = now_ns();
    struct timespec time = in_ms(CLOCK_REALTIME, 5);
    check(pthread_mutex_trylock(&mu) == EBUSY);
    check(pthread_mutex_timedlock(&mu, &time) == ETIMEDOUT);
    check(took_ms(start_ns, 5));
    time = in_ms(CLOCK_MONOTONIC, 5);
    check(pthread_mutex_clocklock(&mu, CLOCK_MONOTONIC, &time) == ETIMEDOUT);
    check(pthread_mutex_trylock(&recursive) == EBUSY);
    check(pthread_mutex_unlock(&checked) == EPERM);
    return unused;
}

static void mutexes(void)
{
    check(pthread_mutex_lock(&mu) == 0);
    check(pthread_mutex_trylock(&mu) == EBUSY);
    struct timespec time = in_ms(CLOCK_REALTIME, 3);
    check(pthread_mutex_timedlock(&mu, &time) == ETIMEDOUT);
    check(pthread_mutex_lock(&recursive) == 0);
    check(pthread_mutex_lock(&recursive) == 0);
    check(pthread_mutex_trylock(&recursive) == 0);
    check(pthread_mutex_lock(&checked) == 0);
    check(pthread_mutex_lock(&checked) == EDEADLK);
    check(pthread_mutex_trylock(&checked) == EBUSY);
    join(start(try_all, NULL));

    check(pthread_mutex_unlock(&mu) == 0);
    for (int i = 0; i < 3; i++)
        check(pthread_mutex_unlock(&recursive) == 0);
    check(pthread_mutex_unlock(&checked) == 0);
    check(pthread_mutex_unlock(&checked) == EPERM);
    check(pthread_mutex_destroy(&mu) == 0);
    check(pthread_mutex_init(&mu, NULL) == 0);
    check(pthread_mutex_lock(&mu) == 0);
    check(pthread_mutex_unlock(&mu) == 0);

    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ERRORCHECK);
    pthread_mutex_t made;
    check(pthread_mutex_init(&made, &attr) == 0);
    check(pthread_mutex_lock(&made) == 0);
    check(pthread_mutex_lock(&made) == EDEADLK);
    check(pthread_mutex_unlock(&made) == 0);
    check(pthread_mutex_destroy(&made) == 0);
    pthread_mutexattr_destroy(&attr);
}

SIM_TEST(mutexes_of_every_type)
{
    check_body(mutexes);
}

static int counter;

static void *count_up(void *unused)
{
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&mu);
        int before = counter;
        sched_yield();
        counter = before + 1;
        pthread_mutex_unlock(&mu);
    }
    return unused;
}

static void exclude(void)
{
    pthread_t threads[5];
    for (int i = 0; i < 5; i++)
        threads[i] = start(count_up, NULL);
    for (int i = 0; i < 5; i++)
        join(threads[i]);
    check(counter == 500);
}

SIM_TEST(a_mutex_excludes)
{
    check_body(exclude);
}

// ---- Condition variables ----

static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int n_waiting, n_to_wake, n_woken;

static void *wait_once(void *unused)
{
    pthread_mutex_lock(&mu);
    n_waiting++;
    while (n_to_wake == 0)
        check(pthread_cond_wait(&changed, &mu) == 0);
    n_to_wake--;
    n_woken++;
    pthread_mutex_unlock(&mu);
    return unused;
}

// Waits until the time has passed.
static void wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex,
                       const struct timespec *time)
{
    int error;
    while ((error = pthread_cond_timedwait(cond, mutex, time)) == 0)
        ;
    check(error == ETIMEDOUT);
}

static void conds(void)
{
    pthread_t threads[3];
    for (int i = 0; i < 3; i++)
        threads[i] = start(wait_once, NULL);
    usleep(1000);
    check(n_waiting == 3 && n_woken == 0);
    n_to_wake = 1;
    check(pthread_cond_signal(&changed) == 0);
    usleep(1000);
    check(n_woken == 1);
    n_to_wake = 2;
    check(pthread_cond_broadcast(&changed) == 0);
    for (int i = 0; i < 3; i++)
        join(threads[i]);
    check(n_woken == 3);
    check(pthread_cond_signal(&changed) == 0);
    check(pthread_cond_destroy(&changed) == 0);

    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_t monotonic;
    check(pthread_cond_init(&monotonic, &attr) == 0);
    check(pthread_cond_init(&changed, NULL) == 0);
    pthread_mutex_lock(&recursive);
    pthread_mutex_lock(&recursive);
    int64_t start_ns = now_ns();
    struct timespec time = in_ms(CLOCK_MONOTONIC, 50);
    wait_until(&monotonic, &recursive, &time);
    check(took_ms(start_ns, 50));
    time = in_ms(CLOCK_REALTIME, 50);
    wait_until(&changed, &recursive, &time);
    check(took_ms(start_ns, 100));
    time = in_ms(CLOCK_MONOTONIC, 50);
    int error;
    while ((error = pthread_cond_clockwait(&changed, &recursive,
                                           CLOCK_MONOTONIC, &time)) == 0)
        ;
    check(error == ETIMEDOUT);
    check(took_ms(start_ns, 150));
    check(pthread_cond_timedwait(&changed, &recursive, &time) == ETIMEDOUT);
    check(pthread_mutex_unlock(&recursive) == 0);
    check(pthread_mutex_unlock(&recursive) == 0);
    pthread_cond_destroy(&monotonic);
    pthread_condattr_destroy(&attr);
}

SIM_TEST(condition_variables_with_both_clocks)
{
    check_body(conds);
}

// ---- Read-write locks ----

static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;

static void *try_rwlock(void *is_read)
{
    struct timespec time = in_ms(CLOCK_REALTIME, 5);
    check(pthread_rwlock_trywrlock(&rwlock) == EBUSY);
    check(pthread_rwlock_timedwrlock(&rwlock, &time) == ETIMEDOUT);
    if (is_read != NULL) {
        check(pthread_rwlock_tryrdlock(&rwlock) == 0);
        check(pthread_rwlock_unlock(&rwlock) == 0);
        check(pthread_rwlock_rdlock(&rwlock) == 0);
        check(pthread_rwlock_unlock(&rwlock) == 0);
    } else {
        check(pthread_rwlock_tryrdlock(&rwlock) == EBUSY);
        time = in_ms(CLOCK_MONOTONIC, 5);
        check(pthread_rwlock_clockrdlock(&rwlock, CLOCK_MONOTONIC, &time) ==
              ETIMEDOUT);
    }
    return NULL;
}

static int value_written;

static void *write_value(void *unused)
{
    pthread_rwlock_wrlock(&rwlock);
    value_written++;
    usleep(1000);
    value_written++;
    pthread_rwlock_unlock(&rwlock);
    return unused;
}

static void rwlocks(void)
{
    check(pthread_rwlock_rdlock(&rwlock) == 0);
    join(start(try_rwlock, &rwlock));
    check(pthread_rwlock_unlock(&rwlock) == 0);
    check(pthread_rwlock_wrlock(&rwlock) == 0);
    join(start(try_rwlock, NULL));
    check(pthread_rwlock_unlock(&rwlock) == 0);

    pthread_t a = start(write_value, NULL);
    pthread_t b = start(write_value, NULL);
    for (int i = 0; i < 10; i++) {
        check(pthread_rwlock_rdlock(&rwlock) == 0);
        check(value_written % 2 == 0);
        check(pthread_rwlock_unlock(&rwlock) == 0);
    }
    join(a);
    join(b);
    check(pthread_rwlock_destroy(&rwlock) == 0);
}

SIM_TEST(read_write_locks)
{
    check_body(rwlocks);
}

// ---- Semaphores, barriers, spin locks ----

static sem_t sem;

static void *post_later(void *unused)
{
    usleep(10000);
    check(sem_post(&sem) == 0);
    return unused;
}

static void semaphores(void)
{
    int value;
    check(sem_init(&sem, 0, 1) == 0);
    check(sem_wait(&sem) == 0);
    check(sem_trywait(&sem) == -1 && errno == EAGAIN);
    struct timespec time = in_ms(CLOCK_REALTIME, 5);
    check(sem_timedwait(&sem, &time) == -1 && errno == ETIMEDOUT);
    pthread_t thread = start(post_later, NULL);
    int64_t start_ns = now_ns();
    check(sem_wait(&sem) == 0);
    check(now_ns() - start_ns < 11 * MS);
    join(thread);
    check(sem_post(&sem) == 0);
    check(sem_post(&sem) == 0);
    check(sem_getvalue(&sem, &value) == 0 && value == 2);
    check(sem_destroy(&sem) == 0);
}

SIM_TEST(semaphores_count)
{
    check_body(semaphores);
}

static pthread_barrier_t barrier;
static atomic_int n_arrived, n_serial;

static void *arrive_twice(void *unused)
{
    for (int round = 1; round <= 2; round++) {
        n_arrived++;
        int result = pthread_barrier_wait(&barrier);
        check(n_arrived >= 3 * round);
        n_serial += result == PTHREAD_BARRIER_SERIAL_THREAD;
        check(result == 0 || result == PTHREAD_BARRIER_SERIAL_THREAD);
        pthread_barrier_wait(&barrier);
    }
    return unused;
}

static void barriers(void)
{
    check(pthread_barrier_init(&barrier, NULL, 3) == 0);
    pthread_t a = start(arrive_twice, NULL), b = start(arrive_twice, NULL);
    arrive_twice(NULL);
    join(a);
    join(b);
    check(n_serial == 2);
    check(pthread_barrier_destroy(&barrier) == 0);
}

SIM_TEST(barriers_hold_back)
{
    check_body(barriers);
}

static pthread_spinlock_t spin;

static void *count_spinning(void *unused)
{
    for (int i = 0; i < 50; i++) {
        while (i % 2 == 0 && pthread_spin_trylock(&spin) == EBUSY)
            ;
        if (i % 2 == 1)
            pthread_spin_lock(&spin);
        int before = counter;
        sched_yield();
        counter = before + 1;
        pthread_spin_unlock(&spin);
    }
    return unused;
}

static void spin_locks(void)
{
    check(pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE) == 0);
    pthread_t a = start(count_spinning, NULL), b = start(count_spinning, NULL);
    count_spinning(NULL);
    join(a);
    join(b);
    check(counter == 150);
    check(pthread_spin_destroy(&spin) == 0);
}

SIM_TEST(spin_locks_exclude)
{
    check_body(spin_locks);
}

// ---- Objects that were initialised before the simulation ----

static struct {
    pthread_cond_t realtime, monotonic;
    pthread_mutex_t recursive;
    pthread_barrier_t barrier;
    pthread_spinlock_t spin;
    pthread_once_t once;
    sem_t sem;
    int n_runs;
} early = { .once = PTHREAD_ONCE_INIT };

static void count_run(void)
{
    early.n_runs++;
}

// Waits on a condition variable with this clock, which leaves traces in it.
static void make_and_use_cond(pthread_cond_t *cond, clockid_t clock)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, clock);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    struct timespec time = in_ms(clock, 1);
    pthread_mutex_lock(&mutex);
    wait_until(cond, &mutex, &time);
    pthread_mutex_unlock(&mutex);
}

__attribute__((constructor)) static void make_early(void)
{
    make_and_use_cond(&early.realtime, CLOCK_REALTIME);
    make_and_use_cond(&early.monotonic, CLOCK_MONOTONIC);
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&early.recursive, &attr);
    pthread_mutexattr_destroy(&attr);
    pthread_barrier_init(&early.barrier, NULL, 2);
    pthread_spin_init(&early.spin, PTHREAD_PROCESS_PRIVATE);
    pthread_once(&early.once, count_run);
    sem_init(&early.sem, 1, 2);
}

static void check_cond(pthread_cond_t *cond, clockid_t clock)
{
    int64_t start_ns = now_ns();
    struct timespec time = in_ms(clock, 20);
    pthread_mutex_lock(&mu);
    wait_until(cond, &mu, &time);
    pthread_mutex_unlock(&mu);
    check(took_ms(start_ns, 20));
}

static void *come_to_barrier(void *unused)
{
    pthread_barrier_wait(&early.barrier);
    return unused;
}

static void use_early(void)
{
    check_cond(&early.realtime, CLOCK_REALTIME);
    check_cond(&early.monotonic, CLOCK_MONOTONIC);
    check(pthread_mutex_lock(&early.recursive) == 0);
    check(pthread_mutex_lock(&early.recursive) == 0);
    pthread_t thread = start(come_to_barrier, NULL);
    come_to_barrier(NULL);
    join(thread);
    check(pthread_spin_lock(&early.spin) == 0);
    check(pthread_spin_unlock(&early.spin) == 0);
    pthread_once(&early.once, count_run);
    check(early.n_runs == 1);
    int value;
    check(sem_getvalue(&early.sem, &value) == 0 && value == 2);
    check(sem_wait(&early.sem) == 0 && sem_wait(&early.sem) == 0);
    check(sem_trywait(&early.sem) == -1 && errno == EAGAIN);
}

SIM_TEST(objects_made_before_the_simulation_keep_what_they_are)
{
    check_body(use_early);
}

// ---- Ids ----

static pid_t id_of_thread;

static void *note_id(void *unused)
{
    id_of_thread = gettid();
    return unused;
}

// Drawn numbers are part of the hash.
static void draw_from(pid_t id)
{
    srand((unsigned)id);
    rand();
}

static void ids(void)
{
    draw_from(getpid());
    draw_from(getppid());
    check(gettid() == getpid());
    pthread_t thread = start(note_id, NULL);
    join(thread);
    check(id_of_thread != getpid());
    draw_from(id_of_thread);
}

SIM_TEST(ids_are_the_same_in_every_process)
{
    check_body(ids);
    uint64_t hash = simulate_seed(ids, 1)->hash;
    check(simulate_seed(ids, 1)->hash == hash);
}

// ---- C11 ----

static mtx_t mtx;
static cnd_t cnd;
static tss_t tss;
static bool flag;

static int set_flag(void *arg)
{
    check(mtx_lock(&mtx) == thrd_success);
    flag = true;
    check((arg == NULL ? cnd_signal(&cnd) : cnd_broadcast(&cnd)) ==
          thrd_success);
    check(mtx_unlock(&mtx) == thrd_success);
    check(tss_set(tss, arg) == thrd_success);
    if (arg != NULL)
        thrd_exit(-5);
    return -5;
}

static void c11(void)
{
    thrd_t thread;
    int value;
    check(mtx_init(&mtx, mtx_timed) == thrd_success);
    check(cnd_init(&cnd) == thrd_success);
    check(tss_create(&tss, NULL) == thrd_success);
    for (int i = 0; i < 2; i++) {
        flag = false;
        check(thrd_create(&thread, set_flag, i == 0 ? NULL : &mtx) ==
              thrd_success);
        mtx_lock(&mtx);
        while (!flag)
            check(cnd_wait(&cnd, &mtx) == thrd_success);
        check(mtx_trylock(&mtx) == thrd_busy);
        struct timespec time;
        check(timespec_get(&time, TIME_UTC) == TIME_UTC);
        check(cnd_timedwait(&cnd, &mtx, &time) == thrd_timedout);
        check(mtx_timedlock(&mtx, &time) == thrd_timedout);
        mtx_unlock(&mtx);
        check(thrd_join(thread, &value) == thrd_success);
        check(value == -5);
    }
    check(tss_get(tss) == NULL);
    tss_delete(tss);
    int64_t start_ns = now_ns();
    struct timespec nap = { .tv_nsec = 1000000 };
    check(thrd_sleep(&nap, NULL) == 0);
    check(took_ms(start_ns, 1));
    thrd_yield();
    check(thrd_equal(thrd_current(), thrd_current()));
    static once_flag first = ONCE_FLAG_INIT;
    call_once(&first, routine);
    call_once(&first, routine);
    check(n_routines == 1);
    cnd_destroy(&cnd);
    mtx_destroy(&mtx);
}

SIM_TEST(c11_threads)
{
    check_body(c11);
}

// ---- Clocks and sleeping ----

static void clocks(void)
{
    struct timespec now;
    struct timeval day;
    check(clock_gettime(CLOCK_REALTIME, &now) == 0);
    check(now.tv_sec == 1767225600);
    check(gettimeofday(&day, NULL) == 0 && day.tv_sec == now.tv_sec);
    check(timespec_get(&now, TIME_UTC) == TIME_UTC);
    check(now.tv_sec == day.tv_sec);
    sleep(100);
    check(time(NULL) == day.tv_sec + 100);
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now) == 0);
    check(now.tv_sec == 0);
    check(clock() < CLOCKS_PER_SEC);
    struct tms used;
    clock_t ticks = times(&used);
    usleep(500000);
    check(times(&used) - ticks == 50);

    int64_t start_ns = now_ns();
    // A loop that reads the clock makes progress.
    while (now_ns() - start_ns < MS)
        ;
}

SIM_TEST(clocks_show_virtual_time)
{
    check_body(clocks);
}

static void sleeps(void)
{
    int64_t start_ns = now_ns();
    struct timespec time = { .tv_sec = 2, .tv_nsec = 500000000 };
    check(nanosleep(&time, NULL) == 0);
    check(took_ms(start_ns, 2500));
    check(clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL) == 0);
    check(took_ms(start_ns, 5000));
    time = in_ms(CLOCK_REALTIME, 1000);
    check(clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &time, NULL) == 0);
    check(took_ms(start_ns, 6000));
    check(usleep(1000) == 0);
    check(sleep(1) == 0);
    check(took_ms(start_ns, 7001));
    check(poll(NULL, 0, 9) == 0);
    struct timespec nap = { .tv_nsec = 10 * MS };
    check(ppoll(NULL, 0, &nap, NULL) == 0);
    struct timeval short_nap = { .tv_usec = 10000 };
    check(select(0, NULL, NULL, NULL, &short_nap) == 0);
    check(pselect(0, NULL, NULL, NULL, &nap, NULL) == 0);
    check(took_ms(start_ns, 7040));
}

SIM_TEST(sleeps_take_virtual_time)
{
    check_body(sleeps);
}

static void year(void)
{
    for (int day = 0; day < 365; day++)
        sleep(86400);
}

SIM_TEST(a_year_takes_no_time)
{
    check(simulate_seed(year, 1)->now_ns > INT64_C(31536000000000000));
}

// ---- Random numbers ----

static void randoms(void)
{
    srand(5);
    int a = rand(), b = rand();
    srand(5);
    check(rand() == a && rand() == b && a != b);
    srandom(5);
    check(random() == a);
    check(a >= 0 && a <= RAND_MAX);

    // The values that POSIX defines.
    srand48(1);
    check(lrand48() == 89400484);
    unsigned short seed[3] = { 0x330e, 1, 0 };
    seed48(seed);
    check(lrand48() == 89400484);
    for (int i = 0; i < 100; i++) {
        double x = drand48();
        check(x >= 0 && x < 1);
        mrand48();
    }

    unsigned char bytes[300];
    check(getrandom(bytes, 13, 0) == 13);
    check(getentropy(bytes, 256) == 0);
    arc4random_buf(bytes, sizeof bytes);
    for (int i = 0; i < 100; i++)
        check(arc4random_uniform(7) < 7);
    check(arc4random() != arc4random());
}

// A simulated thread has one processor, and only the usual priority.
static void priorities(void)
{
    pthread_t self = pthread_self();
    struct sched_param param = { 0 };
    int policy = -1;
    check(pthread_getschedparam(self, &policy, &param) == 0);
    check(policy == SCHED_OTHER && param.sched_priority == 0);
    check(pthread_setschedparam(self, SCHED_OTHER, &param) == 0);
    param.sched_priority = 1;
    check(pthread_setschedparam(self, SCHED_FIFO, &param) == EPERM);

    cpu_set_t set;
    check(pthread_getaffinity_np(self, 1, &set) == EINVAL);
    check(pthread_getaffinity_np(self, sizeof set, &set) == 0);
    check(CPU_COUNT(&set) == 1 && CPU_ISSET(0, &set));
    check(pthread_setaffinity_np(self, sizeof set, &set) == 0);
    pthread_testcancel();
}

SIM_TEST(priorities_are_the_usual_ones)
{
    check_body(priorities);
}

SIM_TEST(random_numbers_come_from_the_seed)
{
    check_body(randoms);
    uint64_t hash = simulate_seed(randoms, 1)->hash;
    check(hash == simulate_seed(randoms, 1)->hash);
    check(hash != simulate_seed(randoms, 2)->hash);
}
