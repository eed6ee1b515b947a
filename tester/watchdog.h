// Watches a test from a thread that needs none of the Rafts' locks: the time
// limit, calls into a Raft that do not come back, and how late the machine
// lets a sleeping thread wake up.
#ifndef TESTER_WATCHDOG_H
#define TESTER_WATCHDOG_H

#include "events/events.h"

#include <stdint.h>

struct watchdog;

// Starts watching; the test's limit (test_limit_s) counts from now. Without a
// thread for it the test ends, as a shortage (rt/shortage.h).
struct watchdog *watchdog_start(void);

// Stops and frees it.
void watchdog_stop(struct watchdog *watchdog);

// A call under way into code that may never return. It lives on the caller's
// stack from watchdog_begin_call to watchdog_end_call.
struct watched_call {
    const char *what;  // "raft_start"
    int server;        // Or NO_SERVER.
    int limit_ms;
    int64_t deadline_ns;
    struct watched_call *next;
};

// A call into a Raft must return at once; this long is never.
#define CALL_LIMIT_MS 10000

// How long a killed Raft's threads, and the RPC handlers, may take to end.
#define END_LIMIT_MS 5000

// If watchdog_end_call does not come within limit_ms, the test fails, with a
// message that names the call and the server, and with all threads' stacks on
// stderr. Without a watchdog (NULL) nobody looks.
void watchdog_begin_call(struct watchdog *watchdog, struct watched_call *call,
                         const char *what, int server, int limit_ms);
void watchdog_end_call(struct watchdog *watchdog, struct watched_call *call);

#endif
