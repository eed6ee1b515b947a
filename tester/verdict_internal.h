// Functions of the verdict for the code that runs and watches a test.
#ifndef TESTER_VERDICT_INTERNAL_H
#define TESTER_VERDICT_INTERNAL_H

#include <stdint.h>

// Called when the test starts. From now on a crash or an exit() is a failed
// test with a message.
void verdict_start(void);

// Called at the end of the test. It has passed, if no memory leaked.
void verdict_finish(void);

// Leaked memory does not fail the test any more: a hard-crashed server has
// leaked it.
void verdict_expect_leaks(void);

// Called before the watchdog sleeps until this time; with 0 when it stops
// sleeping.
void verdict_expect_wake(int64_t ns);

// Notes in the verdict how late the watchdog is, if it should have woken up by
// now. Any thread may call it, under any lock.
void verdict_note_late(int64_t now_ns);

// Notes in the verdict that a server had to wait so long for a processor. Any
// thread may call it.
void verdict_note_wait(int ms);

#endif
