// The life of a verdict, for those who run a test.
#ifndef TESTER_VERDICT_INTERNAL_H
#define TESTER_VERDICT_INTERNAL_H

// A test starts in this process: the verdict is open, and a crash or an exit()
// from now on is a failed test with a message.
void verdict_start(void);

// The test has come to its end: it has passed, if nothing leaked.
void verdict_finish(void);

// From now on memory that nothing points to is no failure: a server that
// stopped dead has left it.
void verdict_expect_leaks(void);

#endif
