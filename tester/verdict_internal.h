// The life of a verdict, for those who run a test, or watch it.
#ifndef TESTER_VERDICT_INTERNAL_H
#define TESTER_VERDICT_INTERNAL_H

#include <stdint.h>

// A test starts in this process: the verdict is open, and a crash or an exit()
// from now on is a failed test with a message.
void verdict_start(void);

// The test has come to its end: it has passed, if nothing leaked.
void verdict_finish(void);

// From now on memory that nothing points to is no failure: a server that
// stopped dead has left it.
void verdict_expect_leaks(void);

// The watchdog sleeps until this time; 0: it does not sleep.
void verdict_expect_wake(int64_t ns);

// The verdict tells how late the watchdog's waking is, if it is awaited. Any
// thread may call it, under any lock.
void verdict_note_late(int64_t now_ns);

#endif
