// Watches a test from a thread of its own, which takes no lock of a Raft. It
// watches the test's time limit, calls into a Raft that do not return, and how
// late a sleeping thread wakes up.
#ifndef TESTER_WATCHDOG_H
#define TESTER_WATCHDOG_H

#include "events/events.h"

#include <stdint.h>

struct watchdog;

// Starts the watchdog. The test's limit (test_limit_s) counts from now. If no
// thread can be made, the test ends with a shortage (rt/shortage.h).
struct watchdog *watchdog_start(void);

// Stops the watchdog and frees it.
void watchdog_stop(struct watchdog *watchdog);

// A call into code that may not return. It lives on the caller's stack, from
// watchdog_begin_call to watchdog_end_call.
struct watched_call {
    const char *what;  // "raft_start"
    int server;        // Or NO_SERVER.
    int limit_ms;
    int64_t deadline_ns;
    struct watched_call *next;
};

// A call into a Raft must return at once. After this time it counts as hung.
#define CALL_LIMIT_MS 10000

// The time in which a killed Raft's threads, and RPC handlers, must end.
#define END_LIMIT_MS 5000

// Watch one call. If watchdog_end_call is not called within limit_ms, the test
// fails with a message that names the call and the server, and all threads'
// stacks go to stderr. Do nothing if watchdog is NULL.
void watchdog_begin_call(struct watchdog *watchdog, struct watched_call *call,
                         const char *what, int server, int limit_ms);
void watchdog_end_call(struct watchdog *watchdog, struct watched_call *call);

#endif
