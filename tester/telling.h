// The stream of events of this process's test, and the events of the whole
// test.
#ifndef TESTER_TELLING_H
#define TESTER_TELLING_H

#include "events/events.h"

// Made by the first call, before the test has other threads; never freed.
struct events *test_events(void);

// Adds a reader of all events, those of the debug log's lines included. To be
// called before the test starts.
void test_listen(struct event_reader reader);

// Has test_listen been called?
bool test_is_listened(void);

// Tells an event of the whole test. Its name or its text may be NULL. Returns
// the event's number. Any thread may call it, under any lock. Does nothing if
// there is no stream.
//   cause  the number of the event that led to it, or 0
uint64_t test_tell(enum event_kind kind, uint64_t cause, const char *name,
                   const char *text);

// One wait of the test. An event tells its beginning, with a name and a
// sentence that says what the test waits for. Another event tells its end.
struct act {
    const char *name;
    uint64_t begun;
};
struct act test_begin_act(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void test_end_act(struct act act);

#endif
