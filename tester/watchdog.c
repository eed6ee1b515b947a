// The watchdog's thread wakes up after short sleeps, measures how late that is,
// and checks the deadlines.
#include "tester/watchdog.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/go.h"
#include "tester/stacks.h"
#include "tester/verdict.h"
#include "tester/verdict_internal.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MIN_PERIOD_MS 10

struct watchdog {
    pthread_t thread;
    int64_t deadline_ns;  // Of the whole test.
    int period_ms;        // It sleeps so long.

    pthread_mutex_t mu;

    // Guarded by mu.
    struct watched_call *calls;
    bool stopping;
    pthread_cond_t stop;
};

// Copies a call that is past its deadline to *overdue. False if there is none.
// A copy, because the call itself may end at any moment.
static bool find_overdue_locked(struct watchdog *watchdog, int64_t now_ns,
                                struct watched_call *overdue)
{
    for (struct watched_call *call = watchdog->calls; call != NULL;
         call = call->next) {
        if (now_ns >= call->deadline_ns) {
            *overdue = *call;
            return true;
        }
    }
    return false;
}

// Prints all threads' stacks, before the test fails. That may take a second, in
// which the watchdog does not sleep: it must not count as lateness. Returns the
// cause as the end of a sentence: "; deadlock: ...", or "".
static const char *print_stacks(void)
{
    static char end[1000] = "; ";
    verdict_expect_wake(0);
    stacks_print_all(end + 2, sizeof end - 2);
    return end[2] == '\0' ? "" : end;
}

static void fail_overdue(const struct watched_call *call)
{
    const char *cause = print_stacks();
    double limit_s = call->limit_ms / 1000.0;
    if (call->server == NO_SERVER)
        test_fail("%s has not returned for %g s%s", call->what, limit_s, cause);
    test_fail("%s on server %d has not returned for %g s%s", call->what,
              call->server, limit_s, cause);
}

// Writes which calls into Rafts are under way: most often the test waits for
// one.
static void describe_calls(struct watchdog *watchdog, char *text, size_t size)
{
    int64_t now_ns = clock_now_ns();
    text[0] = '\0';
    pthread_mutex_lock(&watchdog->mu);
    for (struct watched_call *call = watchdog->calls; call != NULL;
         call = call->next) {
        int64_t begin_ns = call->deadline_ns - call->limit_ms * NS_PER_MS;
        if (call->server == NO_SERVER)
            continue;
        size_t len = strlen(text);
        snprintf(text + len, size - len,
                 "; %s on server %d has been running for %.1f s", call->what,
                 call->server, (double)(now_ns - begin_ns) / 1e9);
    }
    pthread_mutex_unlock(&watchdog->mu);
}

static void fail_at_limit(struct watchdog *watchdog)
{
    char calls[500];
    describe_calls(watchdog, calls, sizeof calls);
    test_fail("the test has not ended within its limit of %d s%s%s",
              test_limit_s, calls, print_stacks());
}

static void *watch(void *arg)
{
    struct watchdog *watchdog = arg;
    pthread_setname_np(pthread_self(), "watchdog");
    pthread_mutex_lock(&watchdog->mu);
    int64_t wake_ns = clock_now_ns();
    while (!watchdog->stopping) {
        wake_ns += watchdog->period_ms * NS_PER_MS;
        verdict_expect_wake(wake_ns);
        cond_wait_until(&watchdog->stop, &watchdog->mu, wake_ns);
        int64_t now_ns = clock_now_ns();
        verdict_note_late(now_ns);
        wake_ns = now_ns;

        struct watched_call overdue;
        bool is_overdue = find_overdue_locked(watchdog, now_ns, &overdue);
        pthread_mutex_unlock(&watchdog->mu);
        if (is_overdue)
            fail_overdue(&overdue);
        if (now_ns >= watchdog->deadline_ns)
            fail_at_limit(watchdog);
        pthread_mutex_lock(&watchdog->mu);
    }
    pthread_mutex_unlock(&watchdog->mu);
    return NULL;
}

// A tenth of the lateness that counts: the measured part of a standstill begins
// when the current sleep should end. A watchdog that woke up every 10 ms took
// an eighth of the processor time of 2A-2D. In virtual time a longer sleep
// would save nothing, and each seed would have another run.
static int period_ms(void)
{
    int period_ms = verdict_too_busy_ms(current_verdict) / 10;
    bool is_virtual = verdict_hash != NULL;
    return is_virtual || period_ms < MIN_PERIOD_MS ? MIN_PERIOD_MS : period_ms;
}

struct watchdog *watchdog_start(void)
{
    struct watchdog *watchdog = alloc(sizeof *watchdog);
    watchdog->deadline_ns =
        clock_now_ns() + INT64_C(1000) * test_limit_s * NS_PER_MS;
    watchdog->period_ms = period_ms();
    pthread_mutex_init(&watchdog->mu, NULL);
    cond_init(&watchdog->stop);
    go_thread(&watchdog->thread, watch, watchdog);
    return watchdog;
}

void watchdog_stop(struct watchdog *watchdog)
{
    pthread_mutex_lock(&watchdog->mu);
    watchdog->stopping = true;
    pthread_cond_signal(&watchdog->stop);
    pthread_mutex_unlock(&watchdog->mu);
    pthread_join(watchdog->thread, NULL);
    verdict_expect_wake(0);
    pthread_cond_destroy(&watchdog->stop);
    pthread_mutex_destroy(&watchdog->mu);
    free(watchdog);
}

void watchdog_begin_call(struct watchdog *watchdog, struct watched_call *call,
                         const char *what, int server, int limit_ms)
{
    *call = (struct watched_call){
        .what = what,
        .server = server,
        .limit_ms = limit_ms,
        .deadline_ns = clock_now_ns() + limit_ms * NS_PER_MS,
    };
    if (watchdog == NULL)
        return;
    pthread_mutex_lock(&watchdog->mu);
    call->next = watchdog->calls;
    watchdog->calls = call;
    pthread_mutex_unlock(&watchdog->mu);
}

void watchdog_end_call(struct watchdog *watchdog, struct watched_call *call)
{
    if (watchdog == NULL)
        return;
    pthread_mutex_lock(&watchdog->mu);
    struct watched_call **at = &watchdog->calls;
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    pthread_mutex_unlock(&watchdog->mu);
}
