// The runner reports every way in which a test can end. RAFTLAB_DUMMY_LAB names
// the program to run: `lab`, linked with tests/unit/dummies.c in place of the
// graded tests. RAFTLAB_DUMMY_SIMLAB is the same in virtual time.

#include "rt/alloc.h"
#include "tests/unit/programs.h"
#include "tests/unit/unit.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define WIDEST_LINE 110

#define HANGS_S 60

// So begins what --criterion says in a build with a sanitizer.
#define NO_CRITERION "--criterion wants the program"

// Calls the runner with these arguments. outcome_free frees the result.
__attribute__((format(printf, 1, 2))) static struct outcome lab(
    const char *format, ...)
{
    const char *program = getenv("RAFTLAB_DUMMY_LAB");
    check_that(program != NULL,
               "set RAFTLAB_DUMMY_LAB to the runner built with "
               "tests/unit/dummies.c");
    va_list args;
    va_start(args, format);
    char *arguments;
    check(vasprintf(&arguments, format, args) >= 0);
    va_end(args);

    char *command = alloc_format("'%s' %s", program, arguments);
    struct outcome outcome = run_program(HANGS_S, command);
    free(command);
    free(arguments);
    return outcome;
}

static void expect_no_text(const struct outcome *outcome, const char *unwanted)
{
    check_that(strstr(outcome->text, unwanted) == NULL,
               "did not expect \"%s\" in:\n%s", unwanted, outcome->text);
}

// Expects this status and this output from a call.
static void expect_lab(const char *arguments, int status, const char *text)
{
    struct outcome outcome = lab("%s", arguments);
    check_that(outcome.status == status,
               "lab %s: expected exit status %d, not %d:\n%s", arguments,
               status, outcome.status, outcome.text);
    outcome_expect(&outcome, text);
    outcome_free(&outcome);
}

// Expects one line and nothing else, which says what is wrong.
static void expect_refused(const char *arguments, const char *text)
{
    struct outcome outcome = lab("%s", arguments);
    const char *end = strchr(outcome.text, '\n');
    check_that(outcome.status == 2 && end != NULL && end[1] == '\0',
               "lab %s: expected a line and exit status 2, not %d:\n%s",
               arguments, outcome.status, outcome.text);
    outcome_expect(&outcome, text);
    outcome_free(&outcome);
}

// Returns a new and empty folder for logs. remove_folder frees and removes it.
static char *make_folder(void)
{
    char *folder = alloc_string("/tmp/raftlab-test-XXXXXX");
    check(mkdtemp(folder) != NULL);
    return folder;
}

static void remove_folder(char *folder)
{
    char *command = alloc_format("rm -r '%s'", folder);
    check(system(command) == 0);
    free(command);
    free(folder);
}

UNIT_TEST(runner, passing_tests_make_exit_status_0)
{
    expect_lab("--suite 2A", 0, "2A: 1 of 1 tests passed.\n");
    expect_lab("--suite raft_2A", 0,
               "  ... Passed --   3.5  3   58   16840    0\n");
    expect_lab("--suite dummy_pass", 0, "dummy_pass: 5 of 5 tests passed.\n");
    expect_lab("--suite 2A --suite dummy_pass", 0,
               "raftlab: 6 of 6 tests passed.\n");
    expect_lab("--suite 2A", 0, "\nwall ");
}

UNIT_TEST(runner, the_first_remark_is_added_to_a_failure)
{
    expect_lab("--suite dummy_remark", 1,
               "FAILED -- no leader (server 2 stood at once)\n");
    expect_lab("--suite dummy_remark", 1,
               "dummy_remark: 1 of 2 tests passed; 1 failed");
}

// A soak keeps no output of runs that passed.
UNIT_TEST(runner, warnings_are_counted)
{
    expect_lab("--test two_warnings --runs 3", 0,
               "WARNING dummy_pass/with_two_warnings run 1, and 2 more: the "
               "term went from 1 to 2\ndummy_pass: 3 of 3 runs passed");
    expect_lab("--test two_warnings", 0, "warning: it did it again\n");
    expect_lab("--test two_warnings", 0,
               "WARNING dummy_pass/with_two_warnings: the term went from 1");
}

UNIT_TEST(runner, a_failure_on_any_thread_is_told_with_its_message)
{
    expect_lab("--test from_a_thread", 1,
               "  ... FAILED -- two leaders in term 3:\n      S0 and S2\n");
    expect_lab("--test from_a_thread", 1,
               "dummy_fail: 0 of 1 tests passed; 1 failed\n");
}

UNIT_TEST(runner, a_check_tells_its_place)
{
    expect_lab("--suite dummy_check", 1, "FAILED -- tests/unit/dummies.c:");
    expect_lab("--suite dummy_check", 1, ": not so: getpid() == 0\n");
}

// The runner does not read the verdict from a test's output.
UNIT_TEST(runner, output_is_no_verdict)
{
    expect_lab("--test while_it_prints", 1, "  ... FAILED -- no leader\n");
    expect_lab("--test while_it_prints", 1, "dummy_fail: 0 of 1 tests passed;");
}

UNIT_TEST(runner, a_process_that_ends_early_has_failed)
{
    // A whole name selects that test alone, though another name begins with it.
    expect_lab("--test by_exit", 1, "dummy_die: 0 of 1 tests passed;");
    expect_lab("--test by_exi", 1, "dummy_die: 0 of 2 tests passed;");
    expect_lab("--test by__exit", 1,
               "the process exited with status 0 in the middle of the test");
    expect_lab("--test by_kill", 1,
               "its title ...\n  ... FAILED -- killed by signal 9 (Killed) in "
               "the middle of the test\n");
    expect_lab("--test by_killing_its_group", 1, "killed by signal 9 (Killed)");
    expect_lab("--test by_segm", 1, "killed by signal 11 (Segmentation fault)");
}

// The runner goes on: only a user can stop it.
UNIT_TEST(runner, a_test_that_signals_the_runner_has_failed)
{
    expect_lab("--test of_a_signal_to_the_runner --test quick", 1,
               "FAILED dummy_die/of_a_signal_to_the_runner (A): sent signal 15 "
               "(Terminated) to\n    the runner: killed\n");
    expect_lab("--test of_a_signal_by_a_child --jobs 2 --logs /tmp", 1,
               "sent signal 2 (Interrupt) to the runner: killed");
    expect_lab("--test of_a_signal --test quick", 1,
               "1 of 3 tests passed; 2 failed\n");
}

UNIT_TEST(runner, a_process_that_ends_badly_after_passing_has_failed)
{
    expect_lab("--test by_kill_after", 1,
               "killed by signal 15 (Terminated) after the test had passed");
    expect_lab("--test by_thread_sanitizer", 1, "ThreadSanitizer reported");
    expect_lab("--test by_address_sanitizer", 1, "AddressSanitizer");
}

UNIT_TEST(runner, a_busy_machine_makes_a_failure_inconclusive)
{
    const char *busy = "--suite dummy_fail --test on_a_busy";
    expect_lab(busy, 3, "INCONCLUSIVE dummy_fail/on_a_busy");
    expect_lab(busy, 3, "a short sleep came back 812 ms late");
    expect_lab("--test of_a_third", 3, "had to wait 151 ms for a processor");
    expect_lab("--test of_less", 1, "no leader");
    expect_lab("--test but_certain", 1, "no leader");
    expect_lab(busy, 3, "0 of 1 tests passed; 1 inconclusive\n");
    expect_lab("--test haste", 3, "INCONCLUSIVE dummy_fail/in_haste");
    expect_lab("--suite dummy_fail --jobs 4 --logs /tmp", 1,
               "5 tests passed; 3 failed; 2 inconclusive\n");
}

// Whenever it begins: the watchdog measures a standstill from the end of its
// current sleep.
UNIT_TEST(runner, half_an_election_timeout_makes_a_failure_inconclusive)
{
    expect_lab("--suite dummy_stall --runs 4 --jobs 4 --logs /tmp", 3,
               "0 of 4 runs passed; 4 inconclusive\n");
}

// In virtual time, these arguments fail with this text.
static void expect_simlab_fails(const char *arguments, const char *text)
{
    const char *program = getenv("RAFTLAB_DUMMY_SIMLAB");
    check_that(program != NULL, "set RAFTLAB_DUMMY_SIMLAB");
    char *command = alloc_format("'%s' %s", program, arguments);
    struct outcome outcome = run_program(HANGS_S, command);
    check(outcome.status == 1);
    outcome_expect(&outcome, text);
    outcome_free(&outcome);
    free(command);
}

// In virtual time a machine cannot be late.
UNIT_TEST(runner, lateness_is_no_excuse_in_virtual_time)
{
    expect_simlab_fails("--suite dummy_fail --test on_a_busy --test in_haste",
                        "0 of 2 tests passed; 2 failed\n");
}

// All runs within a bound, of tests whose draws are known. With any number of
// jobs they are the same.
static void expect_within(int bound, const char *test, int status,
                          const char *text)
{
    for (int jobs = 1; jobs <= 3; jobs++) {
        char *logs = make_folder();
        char *command = alloc_format("'%s' --suite dummy_draws --test %s "
                                     "--bound %d --jobs %d --logs '%s'",
                                     getenv("RAFTLAB_DUMMY_SIMLAB"), test,
                                     bound, jobs, logs);
        struct outcome outcome = run_program(HANGS_S, command);
        outcome_expect(&outcome, text);
        check(outcome.status == status);
        outcome_free(&outcome);
        free(command);
        remove_folder(logs);
    }
}

UNIT_TEST(runner, makes_each_run_within_a_bound_once)
{
    expect_within(1, "three", 0,
                  "all 8 runs of three with at most one deviation pass (of "
                  "draws with more than 8\n"
                  "    values three: the least, the middle and the greatest)\n"
                  "\n"
                  "deviations  kind        tried\n"
                  "         3  choice      each other value\n"
                  "         3  delay       the least, the middle and the "
                  "greatest value\n"
                  "         1  fault       each other value\n"
                  "\n"
                  "raftlab: 8 of 8 runs passed.\n");
    expect_within(1, "two_more", 0,
                  "all 2 runs of two_more with at most one deviation pass\n");
    expect_within(2, "two_more", 0,
                  "all 4 runs of two_more with at most two deviations pass\n");
}

// 8 runs as above; 1 * 3 + 1 * 3 + 3 * 3 others deviate at two of the draws.
UNIT_TEST(runner, tells_the_one_run_within_a_bound_that_fails)
{
    expect_within(2, "three", 1,
                  "1 of 23 runs of three with at most two deviations fail\n"
                  "FAILED dummy_draws/three seed 1 (A): server 2 failed\n"
                  "  replay it: make replay TAPE=/tmp/raftlab-test-");
    expect_within(2, "three", 1,
                  "  deviates: fault 0 of thread \"main\" is 1\n"
                  "            choice 0 of thread \"main\" is 2\n"
                  "\n"
                  "failed  by  first in\n"
                  "     1  A   three\n");
}

// An exit of the calm run is no reason to make others.
UNIT_TEST(runner, makes_the_calm_run_within_a_bound_first)
{
    char *logs = make_folder();
    char *command = alloc_format("'%s' --suite dummy_die --test by_exit_with "
                                 "--bound 2 --logs '%s'",
                                 getenv("RAFTLAB_DUMMY_SIMLAB"), logs);
    struct outcome outcome = run_program(HANGS_S, command);
    outcome_expect(&outcome, "the calm run of by_exit_with_status_3 fails, so "
                             "no other is made\n");
    outcome_expect(&outcome, "deviates: nowhere, it is the calm run\n");
    outcome_expect(&outcome, "raftlab: 0 of 1 runs passed; 1 failed.\n");
    check(outcome.status == 1);
    outcome_free(&outcome);
    free(command);
    remove_folder(logs);
}

// There freed memory is not left to libc.
UNIT_TEST(runner, freeing_twice_aborts_in_virtual_time)
{
    expect_simlab_fails("--test by_freeing_twice",
                        "free(): double free detected\n");
    expect_simlab_fails("--test by_freeing_twice",
                        "the program aborted (see its last words)");
}

// A shortage explains the failure better than the test's own message.
UNIT_TEST(runner, a_shortage_makes_a_failure_inconclusive)
{
    expect_lab("--test of_files", 3,
               "INCONCLUSIVE -- no more open files: the limit of one process "
               "(ulimit -n) is ");
    expect_lab("--test to_count_threads", 3,
               "INCONCLUSIVE -- no more open files: the limit of one process "
               "(ulimit -n) is ");
    expect_lab("--test of_address_space", 3,
               "INCONCLUSIVE -- no more memory: the limit of address space in "
               "kB (ulimit -v) is 1048576; raise it\n");
    expect_lab("--test of_threads", 3,
               "INCONCLUSIVE -- no more threads: the limit of address space in "
               "kB (ulimit -v) is 1048576; raise it\n");
    expect_lab("--test with_large_stacks", 3,
               "INCONCLUSIVE -- no more threads: the limit of address space in "
               "kB (ulimit -v) is 1048576; raise it\n");
    expect_lab("--test memory_on_all_threads --runs 5", 3,
               "0 of 5 runs passed; 5 inconclusive");
    expect_lab("--test of_memory", 3,
               "INCONCLUSIVE -- killed from outside (SIGKILL)");
    expect_lab("--test of_time_for_its_job", 3,
               "INCONCLUSIVE -- killed from outside (SIGTERM)\n");
    expect_lab("--test by_itself_on_a_busy", 1,
               "FAILED -- no leader\n      the process asked for "
               "1152921504606846976 bytes");
    expect_lab("--test size_below_zero", 1,
               "\n      the process asked for 18446744073709551608 bytes");
}

// The test runs again alone, and that result counts.
UNIT_TEST(runner, what_is_inconclusive_runs_again_once)
{
    const char *busy = "--suite dummy_again --test busy";
    expect_lab(busy, 0,
               "INCONCLUSIVE dummy_again/on_a_busy_machine: runs again "
               "by itself at the end: no leader\n");
    expect_lab(busy, 0, "dummy_again: 1 of 1 tests passed.\n");
    expect_lab("--test and_fails", 1,
               "FAILED dummy_again/and_fails: no leader");
    expect_lab("--test and_fails", 1, "0 of 1 tests passed; 1 failed\n");
}

UNIT_TEST(runner, a_test_that_hangs_is_ended)
{
    expect_lab("--test in_a_call --limit 1", 1, "limit of 1 s");
    expect_lab("--test among_deaf_threads", 1,
               "FAILED -- raft_start on server 1 has not returned for 0.1 s");
    expect_lab("--test among_deaf_threads", 1, "0 of 1 tests passed; 1 failed");
}

UNIT_TEST(runner, a_process_that_cannot_end_itself_is_killed)
{
    expect_lab("--test all_its_threads --limit 1", 1,
               "exceeded its limit of 1 s by 15 s: killed");
}

UNIT_TEST(runner, nothing_a_test_forked_lives_on)
{
    struct outcome outcome = lab("--test with_a_process_left");
    const char *text = strstr(outcome.text, "left process ");
    check(text != NULL);
    int pid = atoi(text + strlen("left process "));
    check(pid > 1);
    check_that(kill(pid, 0) != 0, "process %d is still there", pid);
    outcome_free(&outcome);
}

UNIT_TEST(runner, only_failing_runs_leave_a_log)
{
    char *logs = make_folder();
    struct outcome outcome = lab("--suite dummy_pass --suite dummy_fail "
                                 "--jobs 4 --logs %s/new/folder",
                                 logs);
    check(outcome.status == 1);
    char *fails =
        alloc_format("%s/new/folder/dummy_fail-from_a_thread-run001.log", logs);
    char *passes =
        alloc_format("%s/new/folder/dummy_pass-quick-run001.log", logs);

    check(access(passes, F_OK) != 0);
    char *show = alloc_format("cat %s", fails);
    struct outcome log = run_program(HANGS_S, show);
    outcome_expect(&log, "  ... FAILED -- two leaders in term 3:");

    outcome_free(&log);
    free(show);
    free(fails);
    free(passes);
    outcome_free(&outcome);
    remove_folder(logs);
}

UNIT_TEST(runner, a_failing_run_has_a_page)
{
    char *logs = make_folder();
    char *page = alloc_format("%s/dummy_fail-from_a_thread-run001.html", logs);
    struct outcome outcome =
        lab("--test from_a_thread --logs %s --page page/write", logs);
    char *said = alloc_format("  its page: %s\n", page);
    outcome_expect(&outcome, said);

    char *show = alloc_format("cat %s", page);
    struct outcome shown = run_program(HANGS_S, show);
    outcome_expect(&shown, "<canvas");
    outcome_expect(&shown, "\"event\":\"verdict\"");

    outcome_free(&shown);
    free(show);
    free(said);
    free(page);
    outcome_free(&outcome);
    remove_folder(logs);
}

UNIT_TEST(runner, a_page_that_cannot_be_made_is_told)
{
    char *logs = make_folder();
    struct outcome outcome =
        lab("--test from_a_thread --logs %s --page no/such/program", logs);
    check(outcome.status == 1);
    outcome_expect(&outcome,
                   "lab: no/such/program cannot be run: No such file");
    outcome_expect(&outcome, "  its record: ");
    expect_no_text(&outcome, "its page");
    outcome_free(&outcome);
    remove_folder(logs);
}

UNIT_TEST(runner, a_view_that_fails_is_said)
{
    char *logs = make_folder();
    struct outcome outcome =
        lab("--test from_a_thread --logs %s --view /bin/false", logs);
    check(outcome.status == 1);
    outcome_expect(&outcome,
                   "lab: /bin/false failed: it exited with status 1\n");
    outcome_free(&outcome);
    remove_folder(logs);
}

// ---- Records ----

// Reads the file. outcome_free frees the result.
static struct outcome read_file(const char *folder, const char *name)
{
    char *command = alloc_format("cat '%s/%s'", folder, name);
    struct outcome file = run_program(HANGS_S, command);
    free(command);
    return file;
}

static void expect_n_files(const char *folder, const char *n)
{
    char *command = alloc_format("ls '%s' | grep -c jsonl", folder);
    struct outcome count = run_program(HANGS_S, command);
    check_that(strcmp(count.text, n) == 0, "expected %s records, not %s", n,
               count.text);
    outcome_free(&count);
    free(command);
}

// The record of a run that was killed: in real time, and in virtual time, where
// the run is repeated for it.
static void expect_record(const char *program, const char *file,
                          const char *time)
{
    char *logs = make_folder();
    char *command = alloc_format("'%s' --suite dummy_record --runs 3 "
                                 "--logs '%s'",
                                 program, logs);
    struct outcome outcome = run_program(HANGS_S, command);
    char *line = alloc_format("\n  its record: %s/%s\n", logs, file);
    check(outcome.status == 1);
    outcome_expect(&outcome, line);
    expect_n_files(logs, "1\n");  // One of the three that failed.

    struct outcome record = read_file(logs, file);
    outcome_expect(&record, time);
    outcome_expect(&record, "{\"n\":1,");
    outcome_expect(&record, "{\"n\":20,");
    outcome_expect(&record,
                   "\"event\":\"network\",\"text\":\"worse\"}\n{\"n\":21,"
                   "\"ms\":");
    outcome_expect(&record,
                   ",\"event\":\"verdict\",\"result\":\"failed\","
                   "\"text\":\"killed by signal 9 (Killed) in the middle "
                   "of the test\"}\n");
    outcome_free(&record);
    free(line);
    outcome_free(&outcome);
    free(command);
    remove_folder(logs);
}

UNIT_TEST(runner, a_run_that_is_killed_has_its_record)
{
    expect_record(getenv("RAFTLAB_DUMMY_LAB"),
                  "dummy_record-killed_as_it_floods-run001.jsonl",
                  "\"time\":\"real\"");
    expect_record(getenv("RAFTLAB_DUMMY_SIMLAB"),
                  "dummy_record-killed_as_it_floods-seed1.jsonl",
                  "\"time\":\"virtual\",\"seed\":1,");
}

UNIT_TEST(runner, the_record_of_another_run_is_not_kept)
{
    char *logs = make_folder();
    char *command = alloc_format("'%s' --suite dummy_differs --logs '%s'",
                                 getenv("RAFTLAB_DUMMY_SIMLAB"), logs);
    struct outcome outcome = run_program(HANGS_S, command);
    outcome_expect(&outcome, "lab: the recorded run of from_run_to_run is not "
                             "the run that failed: it is not kept\n");
    expect_no_text(&outcome, "its record");
    expect_n_files(logs, "0\n");
    outcome_free(&outcome);
    free(command);
    remove_folder(logs);
}

UNIT_TEST(runner, a_record_may_be_asked_for)
{
    char *folder = make_folder();
    struct outcome outcome = lab(
        "--suite dummy_record --test passes --runs 2 --record %s/new", folder);
    check(outcome.status == 0);
    struct outcome record =
        read_file(folder, "new/dummy_record-passes-run002.jsonl");
    outcome_expect(&record, "\"text\":\"better\"}\n");
    outcome_expect(&record, "\"event\":\"verdict\",\"result\":\"passed\"}\n");
    outcome_free(&record);
    outcome_free(&outcome);
    remove_folder(folder);
}

// All output of a Raft or a test is free of control characters.
static void expect_fit_for_a_terminal(const struct outcome *outcome)
{
    outcome_expect(outcome,
                   "Test (\303\251\342\202\254) ...\t?]0;owned??[2J?[H?hidden"
                   "?? ?? ? ?? ??? ?????? ??");
    outcome_expect(outcome, "?[8mlog\n");
    for (const char *c = outcome->text; *c != '\0'; c++)
        check_that((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t',
                   "byte %d in:\n%s", *c, outcome->text);
}

UNIT_TEST(runner, a_summary_cuts_no_character)
{
    char *logs = make_folder();
    struct outcome outcome =
        lab("--suite dummy_long --until failure --logs %s", logs);
    outcome_expect(&outcome, "FAILED dummy_long/in_umlauts:\n    x\303\244");
    outcome_expect(&outcome, "\303\244\n    \303\244");
    outcome_expect(&outcome, "\303\244...\n");
    outcome_free(&outcome);
    remove_folder(logs);
}

UNIT_TEST(runner, no_control_characters_reach_the_terminal)
{
    char *logs = make_folder();
    const char *ways[] = { "--jobs 1", "--jobs 2", "--criterion --ascii" };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        bool criterion = strncmp(ways[i], "--criterion", 11) == 0;
        struct outcome outcome =
            criterion ? lab("%s --filter 'dummy_escape/*'", ways[i])
                      : lab("%s --suite dummy_escape --logs %s", ways[i], logs);
        if (strstr(outcome.text, NO_CRITERION) == NULL)
            expect_fit_for_a_terminal(&outcome);
        outcome_free(&outcome);
    }
    char *command = alloc_format("cat %s/*", logs);
    struct outcome log = run_program(HANGS_S, command);
    expect_fit_for_a_terminal(&log);
    outcome_free(&log);
    free(command);
    remove_folder(logs);
}

// The test opens the terminal itself, too. script(1) makes a terminal, and
// shows what arrives there.
UNIT_TEST(runner, no_control_characters_reach_it_past_the_runner)
{
    char *logs = make_folder();
    const char *ways[] = {
        "--suite dummy_escape --jobs 1 --logs",
        "--suite dummy_escape --jobs 2 --logs",
        "--criterion --filter dummy_escape/* --short-filename"
    };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        bool criterion = strncmp(ways[i], "--criterion", 11) == 0;
        char *command = alloc_format(
            "script -qec '%s %s %s' /dev/null < /dev/null",
            getenv("RAFTLAB_DUMMY_LAB"), ways[i], criterion ? "" : logs);
        struct outcome outcome = run_program(HANGS_S, command);
        expect_no_text(&outcome, "\033[2J");
        if (strstr(outcome.text, NO_CRITERION) == NULL)
            outcome_expect(&outcome, "?[2J");
        outcome_free(&outcome);
        free(command);
    }
    remove_folder(logs);
}

// The output of a single run appears at once, not when it has ended.
UNIT_TEST(runner, output_of_one_run_is_live)
{
    struct outcome outcome = lab(
        "--suite dummy_slow | { read -r line; date +%%s%%N; cat > /dev/null; "
        "date +%%s%%N; } #");
    long long title_ns = 0, end_ns = 0;
    check(sscanf(outcome.text, "%lld %lld", &title_ns, &end_ns) == 2);
    check_that(end_ns - title_ns > 500000000, "%s", outcome.text);
    outcome_free(&outcome);
}

// In parallel, a test's lines stay together, and a flood is cut.
UNIT_TEST(runner, output_is_shown_in_one_piece_and_cut)
{
    char *logs = make_folder();
    struct outcome outcome =
        lab("--suite dummy_flood --suite 2A --jobs 2 --logs %s", logs);
    check(outcome.status == 0);
    outcome_expect(&outcome, "Test (2A): initial election ...\n"
                             "  ... Passed --   3.5  3   58   16840    0\n");
    outcome_expect(&outcome, " more bytes]\n");
    check(strlen(outcome.text) < 1100000);
    outcome_free(&outcome);
    remove_folder(logs);
}

// ---- The figures as files ----

#define COLUMNS                                                                \
    "raft,time,suite,test,run,seed,policy,result,seconds,servers,rpcs,bytes,"  \
    "commands,saves,cpu_seconds,memory_kb,late_ms,message,warning,log,"        \
    "record\n"

// Runs tests with --csv and --json; then both files have these texts.
static void expect_rows(const char *arguments, int status, const char *csv,
                        const char *json)
{
    char *folder = make_folder();
    struct outcome outcome =
        lab("%s --logs %s/logs --csv %s/rows.csv --json %s/rows.json; "
            "echo status $?; cat %s/rows.csv %s/rows.json; ls %s",
            arguments, folder, folder, folder, folder, folder, folder);
    char *wanted = alloc_format("status %d\n" COLUMNS, status);
    outcome_expect(&outcome, wanted);
    outcome_expect(&outcome, csv);
    outcome_expect(&outcome, json);
    // Nothing else is left in the folder.
    outcome_expect(&outcome, "\n]\n");
    outcome_expect(&outcome, "rows.csv\nrows.json\n");
    outcome_free(&outcome);
    free(wanted);
    remove_folder(folder);
}

UNIT_TEST(runner, the_figures_of_each_run_are_rows)
{
    expect_rows(
        "--suite 2A --runs 2", 0,
        "\nraft,real,2A,initial_election,1,,,passed,3.500000,3,58,16840,"
        "0,0,0.",
        "},\n{\"raft\":\"raft\",\"time\":\"real\",\"suite\":\"2A\","
        "\"test\":\"initial_election\",\"run\":2,\"result\":\"passed\","
        "\"seconds\":3.500000,\"servers\":3,\"rpcs\":58,\"bytes\":16840,"
        "\"commands\":0,\"saves\":0,\"cpu_seconds\":0.");
    expect_rows(
        "--test with_absurd", 0,
        "\nraft,real,dummy_pass,with_absurd_figures,1,,,passed,0.000000,"
        "0,0,0,0,",
        "[\n{\"raft\":");
    expect_rows("--suite dummy_die --test kill_after --jobs 2", 1,
                ",by_kill_after_passing,1,,,failed,", "\"result\":\"failed\"");
}

// A Raft chooses bytes of a message.
UNIT_TEST(runner, rows_are_escaped)
{
    expect_rows("--test from_the_terminal", 1,
                ",\"a </failure> & \"\"]]>?[2J?\n<\\ & \"\"]]> ?\",,",
                "\"message\":\"a </failure> & \\\"]]>?[2J?\\u000a<\\\\ & "
                "\\\"]]> ?\"");
}

UNIT_TEST(runner, rows_are_written_whole_or_not_at_all)
{
    expect_refused("--suite 2A --csv /nowhere/rows.csv",
                   "--csv (make's CSV=) wants a file to write to, not "
                   "\"/nowhere/rows.csv\": No such file or directory");
    expect_refused("--suite 2A --csv /tmp", "not \"/tmp\": Is a directory");
    expect_refused("--suite 2A --json /dev/null",
                   "--json (make's JSON=) wants a file to write to, not "
                   "\"/dev/null\": File exists");
    expect_refused("--csv", "--csv wants a value");

    // If the file cannot be written whole, the old one stays as it was.
    char *folder = make_folder();
    char *command = alloc_format(
        "sh -c 'cd %s; echo old > rows.csv; trap \"\" XFSZ; ulimit -f 0; "
        "\"$OLDPWD/%s\" --suite 2A --csv rows.csv; echo status $?; "
        "cat rows.csv; ls'",
        folder, getenv("RAFTLAB_DUMMY_LAB"));
    struct outcome outcome = run_program(HANGS_S, command);
    outcome_expect(&outcome,
                   "lab: rows.csv could not be written: File too large");
    outcome_expect(&outcome, "status 2\nold\nrows.csv\n");
    outcome_free(&outcome);
    free(command);
    remove_folder(folder);
}

UNIT_TEST(runner, a_soak_counts)
{
    char *logs = make_folder();
    struct outcome outcome =
        lab("--suite 2A --test _ --runs 20 --jobs 4 --logs %s", logs);
    check(outcome.status == 0);
    outcome_expect(&outcome,
                   "2A initial_election                   20      0 ");
    outcome_expect(&outcome, "2A: 20 of 20 runs passed.\n");
    expect_no_text(&outcome, "Test (2A)");
    outcome_free(&outcome);

    outcome = lab("--suite dummy_fail --runs 2 --jobs 4 --logs %s", logs);
    check(outcome.status == 1);
    outcome_expect(&outcome,
                   "FAILED dummy_fail/from_a_thread run 1 (A): two leaders");
    outcome_expect(&outcome, "\nFailed or inconclusive, of 2 runs each:\n"
                             "  runs  by  tests\n");
    expect_no_text(&outcome, "from_a_thread run 2");
    outcome_expect(&outcome, "0 of 10 runs passed; 6 failed; 4 inconclusive\n");
    outcome_free(&outcome);
    remove_folder(logs);
}

// Failures of several tests for one cause are told once, and the table says
// which tests they are, and which passed.
UNIT_TEST(runner, failures_of_one_cause_are_told_once)
{
    char *logs = make_folder();
    struct outcome outcome =
        lab("--suite dummy_fail --suite dummy_pass --runs 3 --jobs 4 --logs %s",
            logs);
    outcome_expect(&outcome,
                   "\nINCONCLUSIVE dummy_fail/on_a_busy_machine run 1 "
                   "(C): no leader\n");
    expect_no_text(&outcome, "INCONCLUSIVE dummy_fail/in_haste run 1 (");
    outcome_expect(&outcome, "\nFailed or inconclusive, of 3 runs each:\n"
                             "  runs  by  tests\n"
                             "     3  A   dummy_fail: from_a_thread\n");
    outcome_expect(&outcome,
                   "     3  C   dummy_fail: on_a_busy_machine, in_haste\n"
                   "     3  D   dummy_fail: with_an_endless_message\n"
                   "     0      dummy_pass: all 5\n");
    outcome_free(&outcome);
    remove_folder(logs);
}

UNIT_TEST(runner, the_last_words_of_a_crash_are_told)
{
    char *logs = make_folder();
    struct outcome outcome =
        lab("--test by_kill --test as_if_by_address --runs 2 --logs %s", logs);
    outcome_expect(&outcome, "\n  its last words: its title ...\n");
    outcome_expect(
        &outcome,
        "\n  its last words: ==7==ERROR: AddressSanitizer: "
        "heap-use-after-free\n"
        "    READ of size 4 at 0x60 thread T0 count_vote raft/election.c:33\n"
        "    freed by thread T0 here: start_election raft/election.c:67\n  "
        "its ");
    outcome_free(&outcome);
    remove_folder(logs);
}

// A test that dies has failed, but its tester has found nothing.
UNIT_TEST(runner, a_soak_ends_at_the_first_failure)
{
    char *logs = make_folder();
    struct outcome outcome =
        lab("--test quick --test by_kill --runs 20 --until failure --logs %s",
            logs);
    check(outcome.status == 1);
    outcome_expect(&outcome, "ended by dummy_die/by_kill run 1 after 0.");
    outcome_expect(&outcome, " s, 0 died: killed by signal 9 (Killed) in");
    outcome_free(&outcome);

    outcome = lab("--test by_kill --test from_a_thread --runs 20 "
                  "--until finding --logs %s",
                  logs);
    check(outcome.status == 1);
    outcome_expect(&outcome,
                   "ended by dummy_fail/from_a_thread run 1 after 0.");
    outcome_expect(&outcome, " died: two leaders in term 3:\n");
    outcome_free(&outcome);

    outcome = lab("--test by_kill --runs 3 --until finding --logs %s", logs);
    outcome_expect(&outcome, "ended by no failure after 0.");
    outcome_expect(&outcome, " s, 3 died\n");
    outcome_free(&outcome);

    outcome = lab("--test as_if_by --runs 3 --until finding --logs %s", logs);
    outcome_expect(&outcome, " s, 0 died: ");
    outcome_free(&outcome);
    remove_folder(logs);
}

UNIT_TEST(runner, tables_show_mits_figures_and_fit)
{
    struct outcome outcome = lab("--suite 2A --suite dummy_pass --table");
    outcome_expect(&outcome,
                   "passed   3.5   3     58     16,840     0 |   3.5     58  "
                   "   16,840     0\n");
    outcome_expect(&outcome, "|     -      -          -     -\n");
    const char *line = strstr(outcome.text, "\ntest ");
    check(line != NULL);
    while (*line == '\n') {
        size_t len = strcspn(line + 1, "\n");
        check(len <= WIDEST_LINE);
        line += 1 + len;
    }
    outcome_free(&outcome);
}

UNIT_TEST(runner, tests_are_listed)
{
    struct outcome outcome = lab("--list");
    check(outcome.status == 0);
    outcome_expect(&outcome, "raft_2A/initial_election\ndummy_pass/quick\n");
    outcome_free(&outcome);

    outcome = lab("--list --suite dummy_pass --test quick");
    check(strcmp(outcome.text, "dummy_pass/quick\n") == 0);
    outcome_free(&outcome);
}

UNIT_TEST(runner, output_that_cannot_be_written_is_told)
{
    const char *message = "not all of the output could be written";
    const char *ways[] = { "--list", "--help", "--suite 2A",
                           "--suite 2A --jobs 2 --logs /tmp" };
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char *arguments = alloc_format("%s 2>&1 >/dev/full #", ways[i]);
        expect_lab(arguments, 2, message);
        free(arguments);
    }
    expect_lab("--suite 2A >&- #", 2, "");
}

UNIT_TEST(runner, bad_input_is_one_line_and_exit_status_2)
{
    expect_refused("--suite ''", "wants a name, not \"\"");
    expect_refused("--test ''", "wants a name, not \"\"");
    expect_refused("--suite 9Z", "no suite \"9Z\"; the suites are 2A ");
    expect_refused("--test zzz", "lab: no test's name contains \"zzz\"; \"");
    expect_refused("--suite 2A --test by_kill",
                   "\"by_kill\" in the suite 2A; ");
    expect_refused(
        "--runs 0",
        "--runs (make's SEEDS=, N=) wants a number from 1 to 1000000, "
        "not \"0\"\n");
    expect_refused("--jobs 2x",
                   "--jobs (make's JOBS=) wants a number from 1 to 500, not");
    expect_refused("--limit", "--limit wants a value");
    expect_refused("--until dawn",
                   "--until wants \"failure\" or \"finding\", not \"dawn\"\n");
    expect_refused("--colour", "unknown option \"--colour\"");
    expect_refused("2A", "unexpected \"2A\"; choose tests with --suite");
    expect_refused("--jobs 2 --logs /dev/null/x", "--logs wants a folder");
    expect_refused("--record /dev/null/x", "--record wants a folder");
}

static bool can_run_criterion(void)
{
    struct outcome outcome = lab("--criterion --list");
    bool can = strstr(outcome.text, NO_CRITERION) == NULL;
    check(can || outcome.status == 2);
    outcome_free(&outcome);
    return can;
}

UNIT_TEST(runner, criterion_can_run_them)
{
    if (!can_run_criterion())
        return;
    expect_lab("--criterion --filter dummy_pass/quick", 0, "Tested: 1");
    expect_lab("--criterion -j2 --ascii --filter=dummy_pass/qui*", 0,
               "Tested: 1");
    expect_lab("--criterion --filter dummy_fail/from_a_thread", 1,
               "two leaders in term 3");
}

// The lock is on the program's file. The test copies it, so that no other run
// has the lock.
UNIT_TEST(runner, what_a_test_forked_keeps_no_lock_under_criterion)
{
    if (!can_run_criterion())
        return;
    char *folder = make_folder();
    char *command = alloc_format(
        "bash -c 'cp \"%s-criterion\" %s/lab && %s/lab --criterion --filter "
        "dummy_pass/with_a_process_left; flock -n -x %s/lab echo no lock'",
        getenv("RAFTLAB_DUMMY_LAB"), folder, folder, folder);
    struct outcome outcome = run_program(HANGS_S, command);
    outcome_expect(&outcome, "Passing: 1");
    outcome_expect(&outcome, "no lock\n");
    const char *text = strstr(outcome.text, "left process ");
    check(text != NULL);
    int pid = atoi(text + strlen("left process "));
    check(pid > 1 && kill(pid, SIGKILL) == 0);

    outcome_free(&outcome);
    free(command);
    remove_folder(folder);
}

UNIT_TEST(runner, criterion_runs_what_is_inconclusive_again)
{
    if (!can_run_criterion())
        return;
    expect_lab("--criterion --filter dummy_again/on*", 0, "Passing: 1");
    expect_lab("--criterion --filter dummy_again/and*", 1, "no leader");
    expect_lab("--criterion --filter dummy_fail/on*", 3,
               "INCONCLUSIVE -- no leader");
    expect_lab("--criterion --filter dummy_fail/on* --xml=/dev/stdout", 3,
               "<skipped");
    expect_lab("--criterion --filter dummy_fail/on* --tap=/dev/stdout", 3,
               "# SKIP INCONCLUSIVE: no leader");
    expect_lab("--criterion --filter dummy_short/of_memory", 3, "SIGKILL");
}

UNIT_TEST(runner, criterion_refuses_bad_input)
{
    if (!can_run_criterion())
        return;
    expect_refused("--criterion --bogus", "unknown option \"--bogus\"");
    expect_refused("--criterion -z", "unknown option \"-z\"");
    expect_refused("--criterion --filter", "--filter wants a value");
    expect_refused("--criterion 2A", "unexpected \"2A\"; choose tests with");
    expect_refused("--criterion -j x", "--jobs wants a number from 1 to 500");
    expect_refused("--criterion -j1e9", "500, not \"1e9\"");
    expect_refused("--criterion --timeout -1", "--timeout wants a number of");
    expect_refused("--criterion --verbose=x", "--verbose wants a number");
    expect_refused("--criterion --filter 'zzz/*'", "no test matches --filter");
    expect_refused("--criterion --filter '@(('", "lab: --criterion: pattern ");
    expect_refused("--criterion --color=blue", "Unknown color mode 'blue'.");
    expect_refused("--criterion --debug=x", "Invalid argument for --debug: x");
    expect_refused("--criterion --debug-transport=x", "wants tcp:PORT, not");
    expect_lab("--criterion --list 2>&1 >/dev/full #", 2, "not all of the out");
}

UNIT_TEST(runner, criterion_refuses_reports_that_cannot_be_written)
{
    if (!can_run_criterion())
        return;
    expect_refused("--criterion --output=pdf:x", "--output wants xml:FILE");
    expect_refused("--criterion --xml=/no/such/x", "--xml wants a file");
    expect_lab("--criterion --filter dummy_pass/quick --tap=/dev/full", 2,
               "the report /dev/full could not be written: No space left");

    char *folder = make_folder();
    char *fifo = alloc_format("%s/fifo", folder);
    check(mkfifo(fifo, 0600) == 0);
    char *to_fifo = alloc_format("--criterion --xml=%s", fifo);
    expect_refused(to_fifo, "fifo\": nobody reads it");
    char *twice =
        alloc_format("--criterion --xml=%s/r --tap=%s/r", folder, folder);
    expect_refused(twice, "another report goes there");
    free(twice);
    free(to_fifo);
    free(fifo);
    remove_folder(folder);
}

// Criterion takes options from the environment, too.
UNIT_TEST(runner, criterions_environment_is_read)
{
    if (!can_run_criterion())
        return;
    setenv("CRITERION_OUTPUTS", "pdf:x", 1);
    expect_refused("--criterion", "CRITERION_OUTPUTS wants xml:FILE, ");
    setenv("CRITERION_OUTPUTS", "", 1);
    expect_refused("--criterion", "CRITERION_OUTPUTS wants xml:FILE, ");
    setenv("CRITERION_OUTPUTS", "xml:/no/such/x", 1);
    expect_refused("--criterion", "--xml wants a file");
    setenv("CRITERION_OUTPUTS", "tap:/dev/full,json:/dev/null", 1);
    expect_lab("--criterion --filter dummy_pass/quick", 2,
               "the report /dev/full could not be written: No space left");
    unsetenv("CRITERION_OUTPUTS");
    setenv("CRITERION_JOBS", "x", 1);
    expect_refused("--criterion", "CRITERION_JOBS wants a number from 1 to");
    setenv("CRITERION_JOBS", "2", 1);
    setenv("CRITERION_TEST_PATTERN", "@((", 1);
    expect_refused("--criterion", "lab: --criterion: pattern ");
    setenv("CRITERION_TEST_PATTERN", "dummy_pass/quick", 1);
    setenv("CRITERION_ENABLE_TAP", "1", 1);
    expect_lab("--criterion", 0, "ok - dummy_pass::quick");
}

// The message has characters that mean something in XML and JSON.
UNIT_TEST(runner, criterions_reports_hold_any_message)
{
    if (!can_run_criterion())
        return;
    char *folder = make_folder();
    struct outcome outcome =
        lab("--criterion --filter 'dummy_escape/*' --xml=%s/xml "
            "-Ojson:%s/json --tap=%s/tap",
            folder, folder, folder);
    check(outcome.status == 1);
    outcome_free(&outcome);

    char *command = alloc_format("cat %s/*", folder);
    outcome = run_program(HANGS_S, command);
    const char *message = ": a </failure> & ')]>?[2J?|</ & ')]> ?";
    char *in_xml = alloc_format("%s]]>&#10;", message);
    char *in_json = alloc_format("%s\"\n", message);
    outcome_expect(&outcome, in_xml);
    outcome_expect(&outcome, in_json);
    free(in_json);
    free(in_xml);
    free(command);
    outcome_free(&outcome);
    remove_folder(folder);
}
