// The stream of events of the test that this process runs, and what is told in
// it of the whole test.
#ifndef TESTER_TELLING_H
#define TESTER_TELLING_H

#include "events/events.h"

// Made by the first call, before the test has other threads; never freed.
struct events *test_events(void);

// Has this reader hear all that is told, the debug log's lines, too. Before the
// test starts.
void test_listen(struct event_reader reader);

// Tells of the whole test, in words: a name, a text; either may be NULL.
// Returns the event's number. Any thread, any lock; nobody hears it if there is
// no stream.
//   cause  the number of the event that led to it, or 0
uint64_t test_tell(enum event_kind kind, uint64_t cause, const char *name,
                   const char *text);

// Something that the test waits for, and is in until it has come: told as it
// begins, with a name and a sentence that says what, and as it ends.
struct act {
    const char *name;
    uint64_t begun;
};
struct act test_begin_act(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void test_end_act(struct act act);

#endif
