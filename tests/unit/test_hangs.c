// The report of a hang in real time says why the program hangs: each program of
// tests/unit/hangs.c. RAFTLAB_DUMMY_LAB names the program that has them.

#include "rt/alloc.h"
#include "tests/unit/programs.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GIVES_UP_S 60
#define WIDTH      80
#define MOST_LINES 40

// Checks that the report is short and its lines are narrow. The lines of the
// verdict, which follow, have another width.
static void expect_short(const char *report)
{
    int lines = 0;
    for (const char *at = report; *at != '\0'; lines++) {
        size_t length = strcspn(at, "\n");
        if (strncmp(at, "  ... FAILED", 12) != 0 &&
            strncmp(at, "FAILED", 6) != 0)
            check_that(length <= WIDTH, "a line of %zu columns: %.*s", length,
                       (int)length, at);
        at += length + (at[length] != '\0');
    }
    check_that(lines <= MOST_LINES, "%d lines:\n%s", lines, report);
}

// The places of line breaks do not matter.
static void join_lines(char *text)
{
    char *to = text;
    for (char *at = text; *at != '\0'; at++) {
        if (*at == '\n')
            *at = ' ';
        if (*at != ' ' || to == text || to[-1] != ' ')
            *to++ = *at;
    }
    *to = '\0';
}

// Replaces "(tests/unit/hangs.c:123)" by "()".
static void drop_places(char *text)
{
    static const char file[] = "(tests/unit/hangs.c:";
    char *at;
    while ((at = strstr(text, file)) != NULL) {
        char *end = at + strlen(file);
        end += strspn(end, "0123456789");
        memmove(at + 1, end, strlen(end) + 1);
    }
}

// Returns the output of the test with this name in the suite `hang`, on one
// line, with "()" for a place in hangs.c. The caller frees it.
//   prefix  shell commands that set limits; may be ""
static char *report_under(const char *prefix, const char *test)
{
    const char *program = getenv("RAFTLAB_DUMMY_LAB");
    check_that(program != NULL, "set RAFTLAB_DUMMY_LAB");
    char *command =
        alloc_format("sh -c \"%s exec '%s' --suite hang --test %s\" 2>&1",
                     prefix, program, test);
    struct outcome outcome = run_program(GIVES_UP_S, command);
    check_that(outcome.status == 1, "expected exit status 1, not %d",
               outcome.status);
    expect_short(outcome.text);
    char *text = alloc_string(outcome.text);
    join_lines(text);
    drop_places(text);
    free(command);
    outcome_free(&outcome);
    return text;
}

static char *report_of(const char *test)
{
    return report_under("", test);
}

static void expect_in(const char *text, const char *wanted)
{
    check_that(strstr(text, wanted) != NULL, "expected \"%s\" in:\n%s", wanted,
               text);
}

// The cause comes first, and is in the test's message. The report also says
// this, if not NULL.
static void expect_cause(const char *test, const char *cause, const char *also)
{
    char *text = report_of(test);
    check_that(strncmp(text, cause, strlen(cause)) == 0,
               "%s: expected \"%s\" first in:\n%s", test, cause, text);
    char *message = alloc_format(
        "FAILED -- raft_start on server 1 has not returned for 0.3 s; %s",
        cause);
    expect_in(text, message);
    if (also != NULL)
        expect_in(text, also);
    free(message);
    free(text);
}

// For a cause with numbers in it, or no cause.
static void expect_report(const char *test, const char *one, const char *other)
{
    char *text = report_of(test);
    expect_in(text, one);
    expect_in(text, other);
    free(text);
}

#define DEADLOCK_OF_TICKER                                                     \
    "deadlock: \"S1 ticker\" waits for a mutex that it holds itself: taken "   \
    "in "

UNIT_TEST(hangs, a_thread_that_locks_twice)
{
    expect_cause("itself",
                 DEADLOCK_OF_TICKER "lock_first (), wanted again in "
                                    "lock_again ()",
                 " \"S1 ticker\" pthread_mutex_lock lock_again () ...");
    expect_cause("itself_by_c11",
                 DEADLOCK_OF_TICKER "lock_c11_twice (), wanted again in "
                                    "lock_c11_twice ()",
                 " \"S1 ticker\" mtx_lock lock_c11_twice () ...");
}

UNIT_TEST(hangs, a_circle)
{
    static const char detail[] =
        " \"S0 ticker\" waits in lock_next () for the mutex that \"S1 "
        "applier\" took in lock_own ()";
    expect_cause("circle_of_two",
                 "deadlock: \"S0 ticker\" waits for \"S1 applier\", \"S1 "
                 "applier\" for \"S0 ticker\"",
                 detail);
    expect_cause("circle_of_three",
                 "deadlock: \"S0 ticker\" waits for \"S1 applier\", \"S1 "
                 "applier\" for \"S2 vote\", \"S2 vote\" for \"S0 ticker\"",
                 detail);
}

UNIT_TEST(hangs, a_circle_by_condition_and_by_join)
{
    expect_cause("circle_by_condition",
                 "deadlock: \"S0 waiter\" waits for \"S0 signaller\", \"S0 "
                 "signaller\" for \"S0 waiter\"",
                 "\"S0 waiter\" waits in wait_with_two () for the mutex that "
                 "\"S0 signaller\" took in lock_own ()");
    static const char join[] =
        "\"S0 killer\" waits in join_holder () for \"S0 worker\" to end";
    expect_report("circle_by_join", "deadlock: \"S0 ", join);
    expect_report("circle_after_many_threads", "deadlock: \"S0 ", join);
}

// The report lacks memory then, which does not excuse the Raft.
UNIT_TEST(hangs, little_memory_for_the_report)
{
    char *text = report_under("ulimit -v 500000;", "itself");
    expect_in(text, DEADLOCK_OF_TICKER);
    free(text);
}

#define THE_HOLDERS "the mutex that \"S0 holder\" took in lock_own (); "

UNIT_TEST(hangs, a_holder_that_does_something_else)
{
    expect_cause("holder_sleeps",
                 "3 threads wait for " THE_HOLDERS
                 "it is in sleep_ms, called by sleep_with_lock ()",
                 NULL);
    expect_cause(
        "holder_spins",
        "2 threads wait for " THE_HOLDERS "it runs in spin_with_lock ()", NULL);
    expect_cause("holder_waits_on_condition",
                 "\"S0 vote\" waits for " THE_HOLDERS
                 "it waits on a condition variable in wait_with_lock ()",
                 NULL);
    expect_cause("holder_sends",
                 "\"S0 vote\" waits for " THE_HOLDERS
                 "it is in channel_send, called by send_with_lock ()",
                 NULL);
    expect_cause("reader_sleeps",
                 "\"S0 writer\" waits for the read-write lock that \"S0 "
                 "reader\" took in read_for_ever (); it is in sleep_ms, called "
                 "by read_for_ever ()",
                 NULL);
}

UNIT_TEST(hangs, a_holder_that_is_gone)
{
    expect_report("holder_has_ended", "\"S0 vote\" waits for the mutex that ",
                  " took in lock_own (); it has ended without giving it back");
    expect_cause("holder_has_ended_unnoticed",
                 "a mutex taken in lock_own () was never given back: the "
                 "thread has ended",
                 NULL);
    expect_cause("holder_has_returned",
                 "\"S0 vote\" waits for the mutex that \"S0 handler\" took in "
                 "lock_own (); its function has returned without giving it "
                 "back",
                 NULL);
}

UNIT_TEST(hangs, equal_stacks_are_told_once)
{
    expect_cause("six_hundred_threads",
                 "600 threads wait for " THE_HOLDERS
                 "it is in sleep_ms, called by sleep_with_lock ()",
                 " 600 threads: 300 \"S0 vote\", 300 \"S0 append\" "
                 "pthread_mutex_lock lock_own () thread ");
    expect_report("on_one_line", " 2 threads: ",
                  "\" pthread_mutex_lock lock_on_one_line () thread ");
}

UNIT_TEST(hangs, a_spin)
{
    expect_report("spin", "\"S0 ticker\" has used the processor for ",
                  " s; it runs in spin_alone () Where");
}

// The report leaves out what is not known.
UNIT_TEST(hangs, no_cause)
{
    expect_report("semaphore",
                  "FAILED -- raft_start on server 1 has not returned for 0.3 s "
                  "FAILED",
                  "\"S0 waiter\" sem_wait want_semaphore ()");
}

UNIT_TEST(hangs, damaged_memory)
{
    static const char cause[] =
        DEADLOCK_OF_TICKER "lock_first (), wanted again in lock_again ()";
    expect_cause("with_damaged_heap", cause, NULL);
    expect_cause("with_damaged_stack", cause, NULL);
    expect_cause("with_damaged_mutex",
                 "\"S1 ticker\" waits for the mutex that thread -1 holds; "
                 "there is no such thread: it has ended, or the mutex has been "
                 "overwritten",
                 NULL);
}
