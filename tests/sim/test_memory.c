// The memory of a simulation: stacks that grow, and address space.
#include "tests/sim/harness.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define KB ((size_t)1 << 10)
#define MB ((size_t)1 << 20)

// ---- Stacks ----

static int descend(size_t left)
{
    volatile char room[64 * KB];
    room[0] = (char)(left % 2);
    return left < sizeof room ? room[0] : descend(left - sizeof room) + room[0];
}

static void *use_most_of_it(void *unused)
{
    check(descend(7 * MB) >= 0);
    return unused;
}

static void *use_its_lowest_part(void *unused)
{
    volatile char room[7 * MB];
    room[0] = 1;
    room[5 * MB] = 2;
    usleep(1000);  // Other threads run meanwhile.
    check(room[0] == 1 && room[5 * MB] == 2);
    return unused;
}

static void *fill(void *room)
{
    memset(room, 7, 500 * KB);
    return NULL;
}

static void *let_another_fill(void *unused)
{
    char room[500 * KB];
    join(start(fill, room));
    check(room[0] == 7 && room[500 * KB - 1] == 7);
    return unused;
}

static void deep_stacks(void)
{
    void *(*users[])(void *) = { use_most_of_it, use_its_lowest_part,
                                 let_another_fill, use_most_of_it };
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = start(users[i], NULL);
    for (int i = 0; i < 4; i++)
        join(threads[i]);
}

// As large as on the system, whichever thread writes there first.
SIM_TEST(stacks_grow_to_8_mb)
{
    check_body(deep_stacks);
}

// ---- Address space ----

#define MAX_THREADS 3000

// Present if the program is linked with a sanitizer. A sanitizer maps
// terabytes, and ThreadSanitizer uses 0.8 MB per thread.
extern void __asan_init(void) __attribute__((weak));
extern void *__tsan_create_fiber(unsigned flags) __attribute__((weak));

static bool has_sanitizer(void)
{
    return __asan_init != NULL || __tsan_create_fiber != NULL;
}

// For the beginning of a test that measures mapped memory.
#define LEAVE_OUT_WITH_SANITIZER()                                             \
    do {                                                                       \
        if (has_sanitizer()) {                                                 \
            puts("  left out: the sanitizer maps memory of its own");          \
            return;                                                            \
        }                                                                      \
    } while (0)

static size_t mapped_bytes(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    check(file != NULL);
    char line[100];
    check(fgets(line, sizeof line, file) != NULL);
    fclose(file);
    return strtoul(line, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

static void *sleep_10_ms(void *unused)
{
    usleep(10000);
    return unused;
}

static void many_threads(void)
{
    static pthread_t threads[MAX_THREADS];
    int n_threads = has_sanitizer() ? MAX_THREADS / 10 : MAX_THREADS;
    size_t before = mapped_bytes();
    for (int i = 0; i < n_threads; i++)
        threads[i] = start(sleep_10_ms, NULL);
    check(sim_thread_count() == n_threads + 1);
    check(has_sanitizer() || mapped_bytes() - before < 1024 * MB);
    for (int i = 0; i < n_threads; i++)
        join(threads[i]);
    check(sim_thread_count() == 1);
}

// The tables grow, and the threads in them keep their addresses.
SIM_TEST(many_threads_need_little_address_space)
{
    for (uint64_t seed = 1; seed <= 2; seed++) {
        const struct outcome *o = simulate_seed(many_threads, seed);
        check(o->returned && o->threads_left == 0);
    }
}

static void few_threads(void)
{
    join(start(sleep_10_ms, NULL));
    check(mapped_bytes() < 128 * MB);
}

SIM_TEST(few_threads_need_least_address_space)
{
    LEAVE_OUT_WITH_SANITIZER();
    check(simulate_seed(few_threads, 1)->returned);
}

static void threads_without_memory(void)
{
    rlim_t bytes = mapped_bytes() + 64 * MB;
    struct rlimit limit = { bytes, bytes };
    check(setrlimit(RLIMIT_AS, &limit) == 0);
    for (int i = 0; i < MAX_THREADS; i++)
        start(sleep_10_ms, NULL);
}

SIM_TEST(no_memory_for_a_stack)
{
    LEAVE_OUT_WITH_SANITIZER();
    check_message(simulate_seed(threads_without_memory, 1),
                  "out of memory: the system maps no more stacks, with ",
                  " threads there; its limits: vm.max_map_count ",
                  "address space (ulimit -v) ", NULL);
}
