// Looks from outside at what the lives use, on a thread of its own, and when
// the test fails at how long they have had to wait for a processor.
//
// A Raft that is busy itself makes its threads wait, which is its own fault. So
// waits do not count while the test's processes use much processor time.
// They are read after such a time, to forget them, and when the test fails:
// more often would cost much.
#include "judge/internal.h"

#include "rt/clock.h"
#include "tester/verdict.h"
#include "tester/verdict_internal.h"

#include <time.h>

// Between two looks at memory and threads; every fifth is at processors, too.
#define LOOK_MS          100
#define PROCESSORS_EVERY 5

#define MAX_EXCESS 200  // Characters of a message.

static pthread_t looker;

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t stop;

// Guarded by mu.
static bool is_over;
static int64_t last_ns, last_cpu_ns;  // Of the last look at processors.
static bool used_much;                // Between the last two of them.

// ---- Burdens ----

static void find_excess(const struct peer *peer, void *text)
{
    if (*(char *)text == '\0')
        burdens_describe(peer, text, MAX_EXCESS);
}

static void check_burdens(void)
{
    char text[MAX_EXCESS] = "";
    zygote_for_each(find_excess, text);
    if (text[0] != '\0')
        test_fail_for_certain("%s", text);
}

// ---- Processors ----

static void add_cpu(const struct peer *peer, void *ns)
{
    *(int64_t *)ns += processor_waits_cpu_ns(peer->waits, peer->pid);
}

// The processor time of all lives so far, and of the judge.
static int64_t cpu_ns(void)
{
    struct timespec own;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    int64_t ns = processor_waits_ended_cpu_ns() +
                 own.tv_sec * INT64_C(1000000000) + own.tv_nsec;
    zygote_for_each(add_cpu, &ns);
    return ns;
}

static void find_longest(const struct peer *peer, void *longest_ns)
{
    int64_t ns = processor_waits_longest_ns(peer->waits, peer->pid);
    if (ns > *(int64_t *)longest_ns)
        *(int64_t *)longest_ns = ns;
}

// The longest wait since the last call.
static int64_t longest_wait_ns_locked(void)
{
    int64_t ns = 0;
    zygote_for_each(find_longest, &ns);
    return ns;
}

// Forgets the waits of a time in which much was used.
static void look_at_use_locked(void)
{
    int64_t now_ns = clock_now_ns(), now_cpu_ns = cpu_ns();
    // A very short time tells nothing.
    if (now_ns - last_ns < LOOK_MS * NS_PER_MS)
        return;
    used_much =
        processor_waits_are_its_own(now_cpu_ns - last_cpu_ns, now_ns - last_ns);
    last_ns = now_ns;
    last_cpu_ns = now_cpu_ns;
    if (used_much)
        longest_wait_ns_locked();
}

// Did the test's processes use much processor time, before the last look or
// since then?
static bool is_busy_itself_locked(void)
{
    bool used_much_before = used_much;
    look_at_use_locked();
    return used_much || used_much_before;
}

static bool is_busy_itself(void)
{
    pthread_mutex_lock(&mu);
    bool is_busy = is_busy_itself_locked();
    pthread_mutex_unlock(&mu);
    return is_busy;
}

static void look_at_waits(void)
{
    pthread_mutex_lock(&mu);
    if (!is_busy_itself_locked())
        verdict_note_wait((int)(longest_wait_ns_locked() / NS_PER_MS));
    pthread_mutex_unlock(&mu);
}

// ---- The thread ----

static void *look(void *unused)
{
    pthread_mutex_lock(&mu);
    for (int k = 0; !is_over; k++) {
        if (k % PROCESSORS_EVERY == 0)
            look_at_use_locked();
        pthread_mutex_unlock(&mu);
        check_burdens();
        pthread_mutex_lock(&mu);
        cond_wait_until(&stop, &mu, clock_now_ns() + LOOK_MS * NS_PER_MS);
    }
    pthread_mutex_unlock(&mu);
    return unused;
}

void looks_start(void)
{
    cond_init(&stop);
    verdict_is_busy_itself = is_busy_itself;
    verdict_look = look_at_waits;
    last_ns = clock_now_ns();
    last_cpu_ns = cpu_ns();
    go_thread(&looker, look, NULL);
}

void looks_stop(void)
{
    pthread_mutex_lock(&mu);
    is_over = true;
    pthread_cond_signal(&stop);
    pthread_mutex_unlock(&mu);
    pthread_join(looker, NULL);
}
