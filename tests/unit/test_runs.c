// Rows of runs, as an honest simlab writes them, and as a hostile one could.
#include "grade/runs.h"
#include "rt/alloc.h"
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROW(test, run, seed, result, more)                                     \
    "{\"raft\":\"raft\",\"time\":\"virtual\",\"suite\":\"2A\",\"test\":"       \
    "\"" test "\",\"run\":" run ",\"seed\":" seed                              \
    ",\"policy\":\"uniform\",\"result\":\"" result                             \
    "\",\"seconds\":3.5,\"servers\":3,\"rpcs\":44,\"bytes\":1728,"             \
    "\"commands\":0,\"saves\":2,\"cpu_seconds\":0.0007,\"memory_kb\":"         \
    "2312" more "}"

#define FIRST(run, seed, result, more)                                         \
    ROW("initial_election", run, seed, result, more)
#define GOOD FIRST("1", "7", "passed", "")

// Two tests, two runs each, seeds 7 and 8.
static int tests[2];

static struct asked ask(enum layer layer)
{
    tests[0] = known_find("2A", "initial_election");
    tests[1] = known_find("2A", "multiple_elections");
    check(tests[0] != -1 && tests[1] != -1);
    return (struct asked){ layer, tests, 2, 2, 7 };
}

// Reads these bytes as the file of a layer. The caller frees the mistake.
static char *read_bytes(const char *text, size_t size, enum layer layer,
                        struct runs *runs)
{
    char path[] = "/tmp/raftlab-rows-XXXXXX";
    int fd = mkstemp(path);
    check(fd >= 0 && write(fd, text, size) == (ssize_t)size);
    close(fd);
    struct asked asked = ask(layer);
    char *why = runs_read(runs, path, &asked);
    unlink(path);
    return why;
}

static char *read_text(const char *text, struct runs *runs)
{
    return read_bytes(text, strlen(text), LAYER_VIRTUAL, runs);
}

// All that was asked for has failed, and says why.
static void expect_all_failed(const struct runs *runs, const char *why)
{
    check(runs->n == 4);
    for (int k = 0; k < 4; k++) {
        check(runs->runs[k].state == RUN_FAILED);
        check(strcmp(runs->runs[k].message, why) == 0);
    }
}

static void expect_refused(const char *text, const char *mistake)
{
    struct runs runs = { 0 };
    char *why = read_text(text, &runs);
    check_that(why != NULL, "believed: %s", text);
    check_that(strstr(why, mistake) != NULL, "expected \"%s\", not \"%s\"",
               mistake, why);
    expect_all_failed(&runs, why);
    free(why);
    runs_free(&runs);
}

static void expect_row_refused(const char *row, const char *mistake)
{
    char *text = alloc_format("[\n%s\n]\n", row);
    expect_refused(text, mistake);
    free(text);
}

UNIT_TEST(runs, an_honest_file)
{
    struct runs runs = { 0 };
    char *why = read_text(
        "[\n" FIRST(
            "2", "8", "failed",
            ",\"message\":\"no leader\",\"log\":\"x\",\"record\":"
            "\"logs/2A-initial_election-run002.jsonl\"") ",\n" GOOD
                                                         ",\n" ROW(
                                                             "multiple_"
                                                             "elections",
                                                             "1", "7",
                                                             "inconclusive",
                                                             ",\"message\":"
                                                             "\"too busy\"") "\n]\n",
        &runs);
    check_that(why == NULL, "%s", why);
    check(runs.n == 4);
    struct run *run = runs.runs;
    check(run[0].state == RUN_PASSED && run[0].seed == 7 && run[0].rpcs == 44);
    check(run[0].message == NULL && run[0].bytes == 1728);
    check(run[1].state == RUN_FAILED && run[1].seed == 8);
    check(strcmp(run[1].message, "no leader") == 0);
    check(strcmp(run[1].record, "2A-initial_election-run002.jsonl") == 0);
    check(run[2].state == RUN_INCONCLUSIVE && run[2].test == tests[1]);
    // This one is missing.
    check(run[3].state == RUN_FAILED && run[3].seed == 8);
    check(strcmp(run[3].message, "it has no result") == 0);
    runs_free(&runs);
}

UNIT_TEST(runs, of_no_row_all_have_failed)
{
    struct runs runs = { 0 };
    check(read_text("[]\n", &runs) == NULL);
    expect_all_failed(&runs, "it has no result");
    runs_free(&runs);
}

UNIT_TEST(runs, isolated_ones_have_no_seed)
{
    const char *row =
        "[\n{\"time\":\"real\",\"suite\":\"2A\",\"test\":\"initial_election\","
        "\"run\":1,\"result\":\"passed\",\"seconds\":3,\"rpcs\":4,\"bytes\":1,"
        "\"commands\":0,\"saves\":2,\"cpu_seconds\":0.1}\n]\n";
    struct runs runs = { 0 };
    check(read_bytes(row, strlen(row), LAYER_ISOLATED, &runs) == NULL);
    check(runs.runs[0].state == RUN_PASSED && runs.runs[0].seed == 0);
    runs_free(&runs);
    // In virtual time the same row is a lie.
    char *why = read_text(row, &runs);
    check(strstr(why, "another kind of time") != NULL);
    free(why);
    runs_free(&runs);
}

UNIT_TEST(runs, rows_that_were_not_asked_for)
{
    expect_row_refused(
        ROW("election_after_network_failure", "1", "7", "passed", ""),
        "2A/election_after_network_failure, which was not asked "
        "for");
    expect_row_refused(ROW("no_such", "1", "7", "passed", ""),
                       "2A/no_such, which was not asked for");
    expect_row_refused(FIRST("1", "8", "passed", ""), "a seed that was not");
    expect_row_refused(FIRST("3", "9", "passed", ""), "a row's run is no");
    expect_row_refused(FIRST("0", "6", "passed", ""), "a row's run is not");
    expect_row_refused(GOOD ",\n" GOOD, "a run has two rows");
}

UNIT_TEST(runs, fields_of_a_wrong_kind)
{
    expect_row_refused(FIRST("1.0", "7", "passed", ""), "a row's run is no");
    expect_row_refused(FIRST("-1", "7", "passed", ""), "a row's run is no");
    expect_row_refused(FIRST("1", "\"7\"", "passed", ""), "a row's seed is no");
    expect_row_refused(FIRST("1", "7", "PASSED", ""),
                       "a row's result is \"PASSED\"");
    expect_row_refused(FIRST("1", "7", "failed", ",\"message\":[]"),
                       "a row's message is no text");
    expect_row_refused("{}", "a row's suite is no text");
    expect_row_refused("[]", "a row is no object");
    expect_row_refused("{\"time\":\"virtual\",\"suite\":\"2A\",\"test\":"
                       "\"initial_election\",\"run\":1,\"seed\":7,\"result\":"
                       "\"passed\",\"seconds\":-1,\"rpcs\":4,\"bytes\":1,"
                       "\"commands\":0,\"saves\":2,\"cpu_seconds\":0.1}",
                       "a row's seconds is no number from 0");
    expect_row_refused(
        "{\"time\":\"virtual\",\"suite\":\"2A\",\"test\":"
        "\"initial_election\",\"run\":1,\"seed\":7,\"result\":"
        "\"passed\",\"seconds\":1,\"rpcs\":3000000000,"
        "\"bytes\":1,\"commands\":0,\"saves\":2,\"cpu_seconds\":0.1}",
        "a row's rpcs is no whole number from 0");
    // The second of two fields of one name must not win.
    expect_row_refused(FIRST("1", "7", "failed", ",\"result\":\"passed\""),
                       "a row is no JSON");
}

UNIT_TEST(runs, records_are_names_without_a_folder)
{
    expect_row_refused(FIRST("1", "7", "failed", ",\"record\":\"logs/..\""),
                       "no name of a record");
    expect_row_refused(FIRST("1", "7", "failed", ",\"record\":\"logs/\""),
                       "no name of a record");
    expect_row_refused(FIRST("1", "7", "failed", ",\"record\":\"a b;c\""),
                       "no name of a record");
    struct runs runs = { 0 };
    check(read_text("[\n" FIRST("1", "7", "failed",
                                ",\"record\":\"../../etc/passwd\"") "\n]\n",
                    &runs) == NULL);
    check(strcmp(runs.runs[0].record, "passwd") == 0);
    runs_free(&runs);
}

UNIT_TEST(runs, files_of_another_form)
{
    expect_refused("", "no list of rows");
    expect_refused("[\n", "no list of rows");
    expect_refused("[\n" GOOD "\n", "no list of rows");
    expect_refused("[\n" GOOD "\n]\n]\n", "no list of rows");
    expect_refused("[\n" GOOD "\n" GOOD "\n]\n", "no list of rows");
    expect_refused("[\n" GOOD "\n]\nmore", "no list of rows");
    expect_refused("[" GOOD "]\n", "no list of rows");
    expect_refused("[\nnothing\n]\n", "a row is no JSON");
    expect_refused("[]\n\n", "no list of rows");
    struct runs runs = { 0 };
    char *why = read_bytes("[]\n\0", 4, LAYER_VIRTUAL, &runs);
    check(why != NULL);
    free(why);
    runs_free(&runs);
}

UNIT_TEST(runs, files_that_are_too_large)
{
    char *nest = alloc((64 << 10) + 10);
    memset(nest, '[', (64 << 10) + 9);
    expect_row_refused(nest, "larger than");
    nest[60 << 10] = '\0';
    expect_row_refused(nest, "a row is no JSON");
    free(nest);
    struct runs runs = { 0 };
    struct asked asked = ask(LAYER_VIRTUAL);
    char *why = runs_read(&runs, "/dev/zero", &asked);
    check(why != NULL);
    expect_all_failed(&runs, why);
    free(why);
    runs_free(&runs);
}

UNIT_TEST(runs, messages_are_safe_and_bounded)
{
    char *long_text = alloc(60000);
    memset(long_text, 'x', 59999);
    char *text = alloc_format(
        "[\n" FIRST("1", "7", "failed", ",\"message\":\"%s\"") ",\n" FIRST(
            "2", "8", "failed",
            ",\"message\":\"a\\u001b[2J\\u202eb\\u0007\"") "\n]\n",
        long_text);
    struct runs runs = { 0 };
    char *why = read_text(text, &runs);
    check_that(why == NULL, "%s", why);
    check(strlen(runs.runs[0].message) == 2000);
    check(strcmp(runs.runs[1].message, "a?[2J???b?") == 0);
    runs_free(&runs);
    free(long_text);
    free(text);
    // A failure without a message says so; a pass has none.
    check(read_text("[\n" FIRST("1", "7", "failed", "") ",\n" FIRST(
                        "2", "8", "passed", ",\"message\":\"x\"") "\n]\n",
                    &runs) == NULL);
    check(strcmp(runs.runs[0].message, "it says nothing") == 0);
    check(runs.runs[1].message == NULL);
    runs_free(&runs);
}

UNIT_TEST(runs, repeats_take_the_places_of_inconclusive_runs)
{
    struct runs runs = { 0 };
    struct runs again = { 0 };
    struct asked asked = ask(LAYER_ISOLATED);
    runs_add_all(&runs, &asked, RUN_INCONCLUSIVE, "too busy");
    runs.runs[0].state = RUN_FAILED;
    asked.n_tests = 1;
    asked.runs = 3;
    runs_add_all(&again, &asked, RUN_PASSED, "");
    again.runs[0].state = RUN_INCONCLUSIVE;
    // Only one place is free for two runs.
    check(runs_repeat(&runs, &again) == 1);
    check(runs.n == 4 && runs.runs[0].state == RUN_FAILED);
    check(runs.runs[1].state == RUN_PASSED && runs.runs[1].number == 2);
    check(runs.runs[2].state == RUN_INCONCLUSIVE);
    runs_free(&again);
    runs_free(&runs);
}

// In virtual time a seed can only be repeated by itself.
UNIT_TEST(runs, repeats_are_of_the_same_seed)
{
    struct runs runs = { 0 };
    struct runs again = { 0 };
    struct asked asked = ask(LAYER_VIRTUAL);
    runs_add_all(&runs, &asked, RUN_INCONCLUSIVE, "too busy");
    asked.first_seed = 8;
    runs_add_all(&again, &asked, RUN_PASSED, "");
    check(runs_repeat(&runs, &again) == 2);
    check(runs.runs[0].state == RUN_INCONCLUSIVE);
    check(runs.runs[1].state == RUN_PASSED && runs.runs[1].seed == 8);
    runs_free(&again);
    runs_free(&runs);
}
