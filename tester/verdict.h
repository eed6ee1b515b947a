// How one test ends: its verdict, told once, by whichever thread knows it.
//
// A test has a process of its own. That process writes its verdict into a
// struct verdict; the runner, its parent, shares that memory and reads it when
// the process has ended, however it ended. Nothing that a Raft prints can
// change it.
#ifndef TESTER_VERDICT_H
#define TESTER_VERDICT_H

#include "rt/shortage.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum verdict_state {
    TEST_RUNNING = 0,  // Still so when the process has ended: it died.
    TEST_PASSED,
    TEST_FAILED,
};

// One run of one test. Zero is where a run starts.
struct verdict {
    enum verdict_state state;
    char message[2000];  // Why it failed; empty if it did not.
    char warning[200];   // The first test_warn's; empty if there was none.
    bool died;           // It crashed, or called exit().
    bool killed_itself;  // Sent SIGKILL to itself.
    struct shortage shortage;  // What it could not get, if anything.
    _Atomic int late_ms;       // How late a 10 ms sleep came back, at worst.
    int too_busy_ms;           // Later is too late; 0 stands for TOO_BUSY_MS.

    // What MIT's "... Passed" line tells. As far as it got, if it failed.
    double seconds;
    int servers;
    int rpcs;
    long long bytes;
    int commands;

    uint64_t hash;  // In the simulator: of all that happened.
};

// A sleep that comes back later than this means that the machine was too busy
// for a failure to prove anything: half of the lab's election timeout unit. It
// does not explain a crash.
#define TOO_BUSY_MS 500

// Was the machine too busy for what this test is about?
static inline bool verdict_was_late(const struct verdict *verdict)
{
    int limit_ms =
        verdict->too_busy_ms > 0 ? verdict->too_busy_ms : TOO_BUSY_MS;
    return verdict->late_ms > limit_ms;
}

// The verdict that this process writes.
extern struct verdict *current_verdict;

// Has this process write *verdict, which is empty. Before a test starts.
void verdict_attach(struct verdict *verdict);

// In the simulator: what has happened so far, for the verdict; else NULL.
extern uint64_t (*verdict_hash)(void);

// In the simulator: writes what may explain a failure, in a few lines, and
// returns true; else NULL.
extern bool (*verdict_explain)(char *text, size_t size);

// How long one test may take, in seconds. Set before a test starts; a story
// that only the simulator can run takes STORY_PATIENCE times as much, before it
// makes its cluster.
extern int test_limit_s;
#define STORY_PATIENCE 5

// Says on stderr, and in the verdict, what is no reason to fail a test but
// ought not to be: one line, whose end is added. For the test's main thread.
void test_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Keeps this sentence, which is added in brackets to the message with which the
// test fails, if it does: a fact that may explain it. The first call counts.
// For any thread.
void test_remark(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Ends the test, and the process, as failed with this message. Any thread may
// call it, under any lock; the first call counts. Never returns.
_Noreturn void test_fail(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

// Ends the test as failed if the condition is false.
#define test_check(condition, ...)                                             \
    do {                                                                       \
        if (!(condition))                                                      \
            test_fail(__VA_ARGS__);                                            \
    } while (0)

#endif
