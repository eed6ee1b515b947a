// The verdict of one test. Any thread of the test can end it with a verdict;
// the first one counts.
//
// Each test has a process of its own, which writes its struct verdict. The
// runner, its parent, shares that memory, and reads it when the process has
// ended, in whatever way. A Raft's output cannot change it.
#ifndef TESTER_VERDICT_H
#define TESTER_VERDICT_H

#include "rt/shortage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict_state {
    TEST_RUNNING = 0,  // If still so after the process has ended: it crashed.
    TEST_PASSED,
    TEST_FAILED,
};

// One run of one test. All zero at its start.
struct verdict {
    enum verdict_state state;
    char message[2000];  // Why it failed; empty if it did not.
    char warning[200];   // Of the first test_warn; empty if there was none.
    bool died;           // It crashed, or called exit().
    bool is_certain;     // The machine's lateness cannot be why it failed.
    bool killed_itself;  // It sent itself a signal that ends programs.
    struct shortage shortage;  // The first refusal by the system, if any.
    _Atomic int late_ms;       // The greatest lateness of a short sleep.
    _Atomic int wait_ms;       // How long a server had to wait for a processor.
    int too_busy_ms;  // The limit of late_ms; 0 stands for TOO_BUSY_MS.

    // The figures of MIT's "... Passed" line; incomplete if the test failed.
    double seconds;
    int servers;
    int rpcs;
    long long bytes;
    int commands;
    int saves;  // Not in that line.

    // In the simulator.
    uint64_t hash;    // Of the run.
    uint64_t points;  // Scheduling points up to the failure.
};

// A sleep that ends this late means that the machine was too busy: then a
// failure proves nothing. It does not explain a crash. A standstill of half of
// RAFT_ELECTION_TIMEOUT_MS counts, though a tenth of the limit may not be
// measured (tester/watchdog.c).
#define TOO_BUSY_MS 450

// The limit of this test's lateness.
static inline int verdict_too_busy_ms(const struct verdict *verdict)
{
    return verdict->too_busy_ms > 0 ? verdict->too_busy_ms : TOO_BUSY_MS;
}

// The limit of wait_ms is so much smaller than that of late_ms: an RPC needs
// three turns, its sender's, its receiver's and again its sender's; if servers
// are processes, those of its sender, the judge and its receiver.
#define TURNS_OF_AN_RPC 3

// Did servers wait too long for a processor?
static inline bool verdict_has_waited(const struct verdict *verdict)
{
    return verdict->wait_ms > verdict_too_busy_ms(verdict) / TURNS_OF_AN_RPC;
}

// Was the machine too busy for this test?
static inline bool verdict_was_late(const struct verdict *verdict)
{
    return verdict->late_ms > verdict_too_busy_ms(verdict) ||
           verdict_has_waited(verdict);
}

// The verdict of this process's test.
extern struct verdict *current_verdict;

// Makes *verdict, all zero, this process's verdict. To be called before a test
// starts.
void verdict_attach(struct verdict *verdict);

// If servers are processes: do they and this process use so much processor time
// that they are busy themselves? Else NULL.
extern bool (*verdict_is_busy_itself)(void);

// In real time: notes how long servers have had to wait for a processor. Called
// when the test fails. Else NULL.
extern void (*verdict_look)(void);

// In the simulator: return the hash of the run so far, and the number of its
// scheduling points. Else NULL.
extern uint64_t (*verdict_hash)(void);
extern uint64_t (*verdict_points)(void);

// In the simulator: writes a few lines that may explain a failure, and returns
// true if there are any. Else NULL.
extern bool (*verdict_explain)(char *text, size_t size);

// The time limit of one test, in seconds. Set before a test starts. A long
// scenario of the simulator multiplies it by LONG_TEST_FACTOR before it makes
// its cluster.
extern int test_limit_s;
#define LONG_TEST_FACTOR 5

// Prints one line to stderr and notes it in the verdict: something that is
// wrong, but does not fail the test. A newline is added. For the test's main
// thread.
void test_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Notes a fact that may explain a later failure. If the test fails, the
// sentence is added to the message, in brackets. The first call counts. Any
// thread may call it.
void test_remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Ends the test and the process, as failed, with this message. The first call
// counts. Any thread may call it, under any lock. Never returns.
_Noreturn void test_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// The same, for a failure that the machine's lateness cannot explain.
_Noreturn void test_fail_for_certain(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// Ends the test as failed if the condition is false.
#define test_check(condition, ...)                                             \
    do {                                                                       \
        if (!(condition))                                                      \
            test_fail(__VA_ARGS__);                                            \
    } while (0)

#endif
