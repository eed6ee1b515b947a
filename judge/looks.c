// Looks from outside at what the lives use, and how long they have to wait for
// a processor: ten times a second, on a thread of its own, and when the test
// fails.
//
// A Raft that is busy itself makes its threads wait, too, which is its own
// fault. So waits do not count while the test's processes use much processor
// time.
#include "judge/internal.h"

#include "rt/clock.h"
#include "tester/verdict.h"
#include "tester/verdict_internal.h"

#include <time.h>

#define LOOK_MS 100

#define MAX_EXCESS 200  // Characters of a message.

static pthread_t looker;

static pthread_mutex_t mu = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t stop;

// Guarded by mu.
static bool is_over;
static struct verdict_use last_look;

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

// ---- Waits ----

static void add_cpu(const struct peer *peer, void *ns)
{
    *(int64_t *)ns += waits_cpu_ns(peer);
}

// The processor time of all lives so far, and of the judge.
static int64_t cpu_ns(void)
{
    struct timespec own;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &own);
    int64_t ns =
        waits_ended_cpu_ns() + own.tv_sec * INT64_C(1000000000) + own.tv_nsec;
    zygote_for_each(add_cpu, &ns);
    return ns;
}

static void find_longest(const struct peer *peer, void *longest_ns)
{
    int64_t ns = waits_longest_ns(peer);
    if (ns > *(int64_t *)longest_ns)
        *(int64_t *)longest_ns = ns;
}

static void look_at_waits_locked(void)
{
    int64_t longest_ns = 0;
    zygote_for_each(find_longest, &longest_ns);
    if (!verdict_is_busy_itself(last_look))
        verdict_note_wait((int)(longest_ns / NS_PER_MS));
    last_look = verdict_use();
}

static void look_at_waits(void)
{
    pthread_mutex_lock(&mu);
    look_at_waits_locked();
    pthread_mutex_unlock(&mu);
}

// ---- The thread ----

static void *look(void *unused)
{
    pthread_mutex_lock(&mu);
    while (!is_over) {
        look_at_waits_locked();
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
    verdict_cpu_ns = cpu_ns;
    verdict_look = look_at_waits;
    last_look = verdict_use();
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
