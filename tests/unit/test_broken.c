// Every broken Raft of tests/broken fails for its own reason, in time, and
// without harm to the tests after it.
//
// Each has its own program `lab` (make RAFT=tests/broken/NAME ...), of a plain
// build: sanitizers report a crash in their own words. RAFTLAB_BUILD names the
// folder of the build. Run this from the root of the project.

#include "rt/alloc.h"
#include "rt/clock.h"
#include "tests/unit/programs.h"
#include "tests/unit/unit.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// A program that has not ended by then hangs. The tester gives up a call after
// 10 s, so none should need that long.
#define HANGS_S 40

// ---- Running a program ----

// outcome_free frees the result.
__attribute__((format(printf, 1, 2))) static struct outcome run(
    const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *program;
    check(vasprintf(&program, format, args) >= 0);
    va_end(args);

    struct outcome outcome = run_program(HANGS_S, program);
    free(program);
    return outcome;
}

// The folder of a broken Raft's program. The caller frees it.
static char *folder_of(const char *raft)
{
    const char *build = getenv("RAFTLAB_BUILD");
    char *folder = alloc_format("%s/raft-tests_broken_%s",
                                build != NULL ? build : "build/plain", raft);
    char *program = alloc_format("%s/lab", folder);
    check_that(access(program, X_OK) == 0,
               "there is no program %s: make it with make RAFT=tests/broken/%s "
               "%s, and run this from the root of the project",
               program, raft, program);
    free(program);
    return folder;
}

// ---- Judging the result ----

// The results of two graded tests with a broken Raft. If tests run one at a
// time, they print to the terminal. If they run in parallel, each prints to a
// file, which is shown when the test has ended.
struct expected {
    const char *raft;
    const char *tests[2];        // In the order of the lab.
    const char *message;         // The beginning of the first one's message,
    const char *second_message;  // and of the second one's, if that differs.
    bool says_where;    // The message names the broken Raft's file, and a line.
    const char *also;   // The output contains this, if not NULL.
    bool side_by_side;  // For tests that take seconds to fail.
    int limit_s;        // Of each test; 20 if 0.
    double seconds;     // Both take less; 5 if 0.
};

static void expect_failure(const struct outcome *outcome, const char *message)
{
    char *line = alloc_format("  ... FAILED -- %s", message);
    outcome_expect(outcome, line);
    free(line);
}

// Whatever the Raft prints, the verdict comes last, before the time.
static void expect_verdict(const struct outcome *outcome, const char *verdict)
{
    char *last_lines = alloc_format("%s\nwall ", verdict);
    outcome_expect(outcome, last_lines);
    const char *at = strstr(outcome->text, last_lines);
    if (at != NULL) {
        const char *wall = at + strlen(last_lines);
        check_that(strcspn(wall, "\n") + 1 == strlen(wall),
                   "expected the verdict at the end, not before:\n%s", wall);
    }
    free(last_lines);
}

static void expect_place(const struct outcome *outcome, const char *raft)
{
    char *place = alloc_format(" (tests/broken/%s/%s.c:", raft, raft);
    outcome_expect(outcome, place);
    free(place);
}

// "initial_election" of "raft_2A/initial_election".
static const char *name_of(const char *test)
{
    return strchr(test, '/') + 1;
}

// The file with the record of a test's run, in the folder of the logs. The
// caller frees it.
static char *record_of(const char *folder, const char *test)
{
    int suite = (int)strcspn(test, "/");
    return alloc_format("%s/logs/%.*s-%s-run001.jsonl", folder, suite, test,
                        name_of(test));
}

// The record reaches from the beginning to the verdict, however the Raft ends.
static void expect_record(const char *folder, const char *test)
{
    char *file = record_of(folder, test);
    struct outcome record = run("cat %s", file);
    const char *last = strstr(record.text, "\"event\":\"verdict\"");
    check_that(strncmp(record.text, "{\"format\":\"raftlab record\"", 26) == 0,
               "%s is no record", file);
    outcome_expect(&record, "\"event\":\"test_begins\"");
    outcome_expect(&record, "\"event\":\"started\"");
    check_that(last != NULL && strstr(last, "\"result\":\"failed\"") != NULL,
               "%s has no verdict", file);
    check_that(strstr(record.text, "\"event\":\"damaged\"") == NULL, "%s",
               file);
    outcome_free(&record);
    free(file);
}

static struct outcome run_lab(const struct expected *expected)
{
    char *folder = folder_of(expected->raft);
    for (int k = 0; k < 2; k++) {
        char *record = record_of(folder, expected->tests[k]);
        unlink(record);
        free(record);
    }
    struct outcome outcome =
        run("%s/lab --test %s --test %s --limit %d --jobs %d --logs %s/logs",
            folder, name_of(expected->tests[0]), name_of(expected->tests[1]),
            expected->limit_s > 0 ? expected->limit_s : 20,
            expected->side_by_side ? 2 : 1, folder);
    for (int k = 0; k < 2; k++)
        expect_record(folder, expected->tests[k]);
    free(folder);
    return outcome;
}

static void expect_broken(struct expected expected)
{
    int64_t start_ms = clock_now_ms();
    struct outcome outcome = run_lab(&expected);
    double taken = (double)(clock_now_ms() - start_ms) / 1000;

    check_that(outcome.status == 1, "expected exit status 1, not %d",
               outcome.status);
    expect_failure(&outcome, expected.message);
    expect_failure(&outcome, expected.second_message != NULL
                                 ? expected.second_message
                                 : expected.message);
    char *in_summary = alloc_format("\nFAILED %s", expected.tests[0]);
    outcome_expect(&outcome, in_summary);
    free(in_summary);
    if (expected.says_where)
        expect_place(&outcome, expected.raft);
    if (expected.also != NULL)
        outcome_expect(&outcome, expected.also);
    expect_verdict(&outcome, " 0 of 2 tests passed; 2 failed");
    double seconds = expected.seconds > 0 ? expected.seconds : 5;
    check_that(taken < seconds, "took %.1f s: expected less than %g s", taken,
               seconds);
    outcome_free(&outcome);
}

#define INITIAL "raft_2A/initial_election"
#define NETWORK "raft_2A/election_after_network_failure"
#define BASIC   "raft_2B/basic_agreement"
#define BYTES   "raft_2B/rpc_byte_count"
#define PERSIST "raft_2C/basic_persistence"
#define RESTART "raft_2D/crash_and_restart_all_servers"

// ---- The control ----

UNIT_TEST(broken, no_bug)
{
    char *folder = folder_of("no_bug");
    struct outcome outcome =
        run("%s/lab --test initial_election --test basic_agreement", folder);
    check_that(outcome.status == 0, "expected exit status 0, not %d",
               outcome.status);
    expect_verdict(&outcome, "raftlab: 2 of 2 tests passed.");
    outcome_free(&outcome);
    free(folder);
}

// ---- The Raft crashes, or ends the program ----

UNIT_TEST(broken, null_in_handler)
{
    expect_broken((struct expected){
        .raft = "null_in_handler",
        .tests = { INITIAL, BASIC },
        .message =
            "the program crashed: Segmentation fault at address (nil) in ",
        .says_where = true,
        .also = "), from handle_append (tests/broken/base.h:",
    });
}

// The last event is the request whose handler crashed.
UNIT_TEST(broken, a_crash_loses_no_event)
{
    char *folder = folder_of("null_in_handler");
    struct outcome outcome =
        run("%s/lab --test initial_election --record %s/records; grep '"
            "\"request_arrived\".*\"Raft.AppendEntries\"' "
            "%s/records/raft_2A-initial_election-run001.jsonl",
            folder, folder, folder);
    check_that(outcome.status == 0, "%s", outcome.text);
    outcome_free(&outcome);
    free(folder);
}

UNIT_TEST(broken, aborts)
{
    expect_broken((struct expected){
        .raft = "aborts",
        .tests = { INITIAL, BASIC },
        .message = "the program aborted (see its last words) in ",
        .says_where = true,
        .also = "Assertion `rf->last_index > 0' failed",
    });
}

UNIT_TEST(broken, overflows_stack)
{
    expect_broken((struct expected){
        .raft = "overflows_stack",
        .tests = { INITIAL, BASIC },
        .message = "killed by signal 11 (Segmentation fault) in the middle of "
                   "the test",
    });
}

UNIT_TEST(broken, exits)
{
    expect_broken((struct expected){
        .raft = "exits",
        .tests = { INITIAL, BASIC },
        .message = "the program called exit(0) in the middle of the test, in ",
        .says_where = true,
    });
}

UNIT_TEST(broken, exits_quietly)
{
    expect_broken((struct expected){
        .raft = "exits_quietly",
        .tests = { INITIAL, BASIC },
        .message = "the process exited with status 0 in the middle of the test",
    });
}

// Criterion alone would count the test as passed.
UNIT_TEST(broken, criterion_is_not_fooled)
{
    char *folder = folder_of("exits_quietly");
    struct outcome outcome =
        run("%s/lab --criterion --filter 'raft_2A/initial_election'", folder);
    check_that(outcome.status == 1, "expected exit status 1, not %d",
               outcome.status);
    outcome_expect(&outcome, "exited with status 0 in the middle of the test");
    free(folder);
    outcome_free(&outcome);
}

UNIT_TEST(broken, damages_state)
{
    expect_broken((struct expected){
        .raft = "damages_state",
        .tests = { PERSIST, RESTART },
        .message = "the program called exit(2) in the middle of the test, in ",
        .says_where = true,
        .also = "raft: server 0: its saved state (7 bytes) is damaged\n",
    });
}

// ---- The Raft does not return ----

UNIT_TEST(broken, deadlock_in_start)
{
    expect_broken((struct expected){
        .raft = "deadlock_in_start",
        .tests = { BASIC, BYTES },
        .message = "raft_start on server 0 has not returned for 10 s; "
                   "deadlock: \"test\" waits for a mutex that it holds itself: "
                   "taken in raft_start (tests/broken/base.h:",
        .says_where = true,
        .side_by_side = true,
        .seconds = 15,
    });
}

UNIT_TEST(broken, keeps_lock)
{
    expect_broken((struct expected){
        .raft = "keeps_lock",
        .tests = { INITIAL, BASIC },
        .message = "raft_get_state on server 1 has not returned for 10 s; "
                   "\"test\" waits for the mutex that \"handler\" took in "
                   "keep_lock (",
        .second_message = "raft_kill on server 1 has not returned for 10 s; "
                          "\"test\" waits for the mutex that \"handler\" took "
                          "in keep_lock (",
        .says_where = true,
        .also = "; its function has returned without giving it back",
        .side_by_side = true,
        .seconds = 15,
    });
}

UNIT_TEST(broken, make_never_returns)
{
    expect_broken((struct expected){
        .raft = "make_never_returns",
        .tests = { INITIAL, BASIC },
        .message = "raft_make on server 1 has not returned for 10 s",
        .says_where = true,
        .side_by_side = true,
        .seconds = 15,
    });
}

// The tests run one after the other, so that at most one thread spins.
UNIT_TEST(broken, spins_with_lock)
{
    expect_broken((struct expected){
        .raft = "spins_with_lock",
        .tests = { INITIAL, NETWORK },
        .message = "the test has not ended within its limit of 2 s",
        .says_where = true,
        .also = "cfg_get_state (tester/",
        .limit_s = 2,
        .seconds = 8,
    });
}

// ---- The Raft leaves something behind ----

UNIT_TEST(broken, thread_after_kill)
{
    expect_broken((struct expected){
        .raft = "thread_after_kill",
        .tests = { BASIC, BYTES },
        .message = "1 thread of killed Rafts still runs 5 s after the end",
        .says_where = true,
        .also = "\"server 1\"\n",
        .side_by_side = true,
        .seconds = 10,
    });
}

UNIT_TEST(broken, free_never_returns)
{
    expect_broken((struct expected){
        .raft = "free_never_returns",
        .tests = { BASIC, BYTES },
        .message = "raft_free (which waits for the killed Raft's threads) on "
                   "server 1 has not returned for 5 s",
        .says_where = true,
        .side_by_side = true,
        .seconds = 10,
    });
}

// The leader waits for a reply, so it does not send the command.
UNIT_TEST(broken, leaks_handler)
{
    expect_broken((struct expected){
        .raft = "leaks_handler",
        .tests = { INITIAL, BASIC },
        .message = "an RPC handler has not returned for 5 s",
        .second_message = "3 servers did not agree on command 100 within 2 s",
        .says_where = true,
        .side_by_side = true,
        .seconds = 14,
    });
}

// ---- The Raft breaks a promise ----

UNIT_TEST(broken, two_leaders)
{
    expect_broken((struct expected){
        .raft = "two_leaders",
        .tests = { INITIAL, NETWORK },
        .message = "Election Safety (§5.2, Figure 3) is broken: at ",
        .also = "as leader of term 1, but at ",
    });
}

UNIT_TEST(broken, renames_rpcs)
{
    expect_broken((struct expected){
        .raft = "renames_rpcs",
        .tests = { BASIC, BYTES },
        .message = "The Three RPCs Keep Their Names (raft.x) is broken: at ",
        .also = ", only \"Raft.Vote\", ",
    });
}

UNIT_TEST(broken, applies_garbage)
{
    expect_broken((struct expected){
        .raft = "applies_garbage",
        .tests = { BASIC, BYTES },
        .message =
            "server 1 applied at index 1 a command that nobody offered: 12345",
    });
}

// The commands of the second test are random letters.
UNIT_TEST(broken, applies_out_of_order)
{
    expect_broken((struct expected){
        .raft = "applies_out_of_order",
        .tests = { BASIC, BYTES },
        .message = "server 1 applied index 3 (200) after index 1: ",
        .second_message = "server 1 applied index 3 ('",
    });
}

UNIT_TEST(broken, applies_twice)
{
    expect_broken((struct expected){
        .raft = "applies_twice",
        .tests = { BASIC, BYTES },
        .message = "server 1 applied index 2 (200) ",
        .second_message = "server 1 applied index 2 ('",
    });
}

UNIT_TEST(broken, wrong_apply)
{
    // The message names the server whose thread comes first.
    expect_broken((struct expected){
        .raft = "wrong_apply",
        .tests = { BASIC, BYTES },
        .message = "server ",
        .also = " applied 99 ",
    });
}

// ---- The Raft interferes with the output ----

UNIT_TEST(broken, prints_passed)
{
    expect_broken((struct expected){
        .raft = "prints_passed",
        .tests = { INITIAL, NETWORK },
        .message = "expected one leader among the connected servers, found "
                   "none for 5 s",
        .also = "2A: 2 of 2 tests passed.\n",
        .side_by_side = true,
        .seconds = 10,
    });
}

UNIT_TEST(broken, closes_stdio)
{
    expect_broken((struct expected){
        .raft = "closes_stdio",
        .tests = { INITIAL, BASIC },
        .message = "the program aborted ",
        .says_where = true,
        .also = " more bytes]\n",
        .side_by_side = true,
    });
}

// ---- Bad input ----

// Expects a message that says what is wrong and what would be right, and exit
// status 2.
static void expect_bad_input(const char *command, const char *text)
{
    struct outcome outcome = run("%s", command);
    check_that(outcome.status == 2, "%s: expected exit status 2, not %d",
               command, outcome.status);
    outcome_expect(&outcome, text);
    outcome_free(&outcome);
}

static void expect_bad_option(const char *option, const char *text)
{
    char *folder = folder_of("no_bug");
    char *command = alloc_format("%s/lab %s", folder, option);
    expect_bad_input(command, text);
    free(command);
    free(folder);
}

UNIT_TEST(broken, options)
{
    expect_bad_option("--suite 9Z", "lab: there is no suite \"9Z\"; the suites "
                                    "are 2A 2B 2C 2D fig2\n");
    expect_bad_option("--test nosuchtest",
                      "lab: no test's name contains \"nosuchtest\"; \"");
    expect_bad_option("--test nosuchtest", "lab --list\" lists them\n");
    expect_bad_option("--jobs x", "lab: --jobs (make's JOBS=) wants a number "
                                  "from 1 to 500, not \"x\"\n");
    expect_bad_option(
        "--runs 0", "lab: --runs (make's SEEDS=, N=) wants a number from 1 to "
                    "1000000, not \"0\"\n");
}

// The make that runs this test must not pass its flags to the one under test.
UNIT_TEST(broken, folders)
{
    expect_bad_input(
        "env -u MAKEFLAGS -u MAKELEVEL make RAFT=no/such/folder 2A",
        "RAFT=no/such/folder: no folder with .c files there; name "
        "the folder that holds your Raft, such as RAFT=starter");
    expect_bad_input("env -u MAKEFLAGS -u MAKELEVEL make RAFT=docs 2A",
                     "RAFT=docs: no folder with .c files there; ");
}
