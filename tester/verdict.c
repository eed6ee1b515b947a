// Writes the verdict of this process's test: from any thread, from the handler
// of a crash, or from an exit() that the test did not call.
#include "tester/verdict.h"

#include "rt/clock.h"
#include "rt/sanitizer.h"
#include "tester/frames.h"
#include "tester/interposed.h"
#include "tester/stacks.h"
#include "tester/telling.h"
#include "tester/verdict_internal.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct verdict own_verdict;
struct verdict *current_verdict = &own_verdict;
int test_limit_s = 120;
uint64_t (*verdict_hash)(void);
uint64_t (*verdict_points)(void);
bool (*verdict_explain)(char *text, size_t size);
bool (*verdict_is_busy_itself)(void);
void (*verdict_look)(void);

// Set by the first thread that ends the test.
static atomic_flag decided = ATOMIC_FLAG_INIT;
static _Thread_local bool decides;  // That thread.

static bool expects_leaks;  // Of the main thread.

// Written once, by the first test_remark.
static char remark[300];
static atomic_flag is_remarked = ATOMIC_FLAG_INIT;
static atomic_bool has_remark;

// The time at which the watchdog should wake up; 0 if it does not sleep.
static _Atomic int64_t wake_ns;

// ---- Lateness ----

static void note_greatest(_Atomic int *noted, int ms)
{
    int greatest_ms = *noted;
    while (ms > greatest_ms &&
           !atomic_compare_exchange_weak(noted, &greatest_ms, ms))
        ;
}

void verdict_note_wait(int ms)
{
    note_greatest(&current_verdict->wait_ms, ms);
}

void verdict_expect_wake(int64_t ns)
{
    wake_ns = ns;
}

void verdict_note_late(int64_t now_ns)
{
    int64_t due_ns = wake_ns;
    int late_ms = due_ns > 0 ? (int)((now_ns - due_ns) / NS_PER_MS) : 0;
    if (late_ms > current_verdict->late_ms &&
        (verdict_is_busy_itself == NULL || !verdict_is_busy_itself()))
        note_greatest(&current_verdict->late_ms, late_ms);
}

// ---- The end ----

_Noreturn static void wait_for_the_end(void)
{
    for (;;)
        sleep_ms(1000);
}

// Makes this the thread that ends the test, unless another one does.
static void decide(void)
{
    if (atomic_flag_test_and_set(&decided))
        wait_for_the_end();
    decides = true;
}

// Ends the process. If the whole process stood still, this thread may run
// before the watchdog does, so it notes the lateness itself. In virtual time
// nothing is late.
_Noreturn static void end_as_failed(void)
{
    if (verdict_hash == NULL)
        verdict_note_late(clock_now_ns());
    if (verdict_look != NULL && !current_verdict->died)
        verdict_look();
    current_verdict->state = TEST_FAILED;
    test_tell(EVENT_VERDICT, 0, "failed", current_verdict->message);
    if (verdict_hash != NULL)
        current_verdict->hash = verdict_hash();
    if (verdict_points != NULL)
        current_verdict->points = verdict_points();
    _exit(1);
}

// Adds the lines that may explain the failure.
static void add_explanation(char *message, size_t size)
{
    size_t len = strlen(message);
    if (verdict_explain == NULL || len + 2 > size)
        return;
    if (verdict_explain(message + len + 1, size - len - 1))
        message[len] = '\n';
}

_Noreturn static void fail(const char *format, va_list args)
{
    char *message = current_verdict->message;
    size_t size = sizeof current_verdict->message;
    vsnprintf(message, size, format, args);
    size_t len = strlen(message);
    if (atomic_load(&has_remark))
        snprintf(message + len, size - len, " (%s)", remark);
    add_explanation(message, size);
    end_as_failed();
}

void test_fail(const char *format, ...)
{
    decide();
    shortage_end_notes();
    va_list args;
    va_start(args, format);
    fail(format, args);
}

void test_fail_for_certain(const char *format, ...)
{
    decide();
    shortage_end_notes();
    current_verdict->is_certain = true;
    va_list args;
    va_start(args, format);
    fail(format, args);
}

void test_remark(const char *format, ...)
{
    if (atomic_flag_test_and_set(&is_remarked))
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(remark, sizeof remark, format, args);
    va_end(args);
    atomic_store(&has_remark, true);
}

void test_warn(const char *format, ...)
{
    char warning[sizeof current_verdict->warning];
    va_list args;
    va_start(args, format);
    vsnprintf(warning, sizeof warning, format, args);
    va_end(args);
    fprintf(stderr, "warning: %s\n", warning);
    if (current_verdict->warning[0] == '\0')
        snprintf(current_verdict->warning, sizeof warning, "%s", warning);
}

// Finding the source line of a crash hangs if the crash was inside malloc. So
// the message is written without the line first, and an alarm ends the process
// if it hangs.
#define SYMBOLS_LIMIT_S 5

static void crashed(int signal_number, siginfo_t *info, void *context)
{
    (void)context;
    stacks_leave_walk();
    // The message is there already. The search for more has crashed, in damaged
    // memory.
    if (decides)
        end_as_failed();
    decide();
    shortage_end_notes();
    char *message = current_verdict->message;
    size_t size = sizeof current_verdict->message;
    char what[100];
    if (signal_number == SIGABRT)
        snprintf(what, sizeof what, "aborted (see its last words)");
    else
        snprintf(what, sizeof what, "crashed: %s at address %p",
                 strsignal(signal_number), info->si_addr);
    snprintf(message, size,
             "the program %s; where cannot be told: perhaps its memory is "
             "damaged, and `make asan` may show by what",
             what);
    current_verdict->died = true;
    current_verdict->state = TEST_FAILED;
    alarm(SYMBOLS_LIMIT_S);

    char place[500];
    frames_describe_here(place, sizeof place);
    snprintf(message, size, "the program %s in %s", what, place);
    end_as_failed();
}

static void exited(int status, void *unused)
{
    (void)unused;
    if (current_verdict->state != TEST_RUNNING)
        return;
    char place[500];
    frames_describe_here(place, sizeof place);
    current_verdict->died = true;
    test_fail("the program called exit(%d) in the middle of the test, in %s",
              status, place);
}

static void catch_crashes(void)
{
    struct sigaction action = { .sa_sigaction = crashed,
                                .sa_flags = SA_SIGINFO };
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
    for (size_t k = 0; k < sizeof signals / sizeof *signals; k++)
        sigaction(signals[k], &action, NULL);
}

void verdict_attach(struct verdict *verdict)
{
    current_verdict = verdict;
    shortage_note_at(&verdict->shortage);
    interposed_note_kill_at(&verdict->killed_itself);
}

void verdict_start(void)
{
    stacks_init();
    on_exit(exited, NULL);
    if (!HAS_SANITIZER)  // Else the crash is the sanitizer's to explain.
        catch_crashes();
}

// Has memory leaked? Defined only in a build with a leak checker.
__attribute__((weak)) int __lsan_do_recoverable_leak_check(void);

void verdict_expect_leaks(void)
{
    expects_leaks = true;
}

void verdict_finish(void)
{
    if (!expects_leaks && __lsan_do_recoverable_leak_check != NULL &&
        __lsan_do_recoverable_leak_check() != 0)
        test_fail("memory leaked; the report is in the test's output");
    decide();
    current_verdict->state = TEST_PASSED;
    test_tell(EVENT_VERDICT, 0, "passed", NULL);
}
