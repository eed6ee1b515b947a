// Criterion's own runner over the graded tests, for its filters, TAP, JUnit XML
// and JSON. A test that Criterion runs forks once more, so that the verdict is
// judged from outside, as ever: Criterion itself counts a test whose process
// ends with exit status 0 as passed, wherever it was.
#include "runner/criterion.h"

#include "rt/clean.h"
#include "rt/shortage.h"
#include "runner/criterion_args.h"
#include "runner/job.h"
#include "runner/options.h"
#include "runner/output.h"
#include "runner/relay.h"
#include "runner/result.h"
#include "runner/world.h"
#include "tester/lab_test.h"
#include "tester/verdict.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <criterion/internal/ordered-set.h>
#include <criterion/stats.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

// How often to check whether a test has ended.
#define POLL_MS 10

// Counted here, because Criterion's own number of skipped tests includes those
// that a filter leaves out.
static size_t n_inconclusive;

ReportHook(POST_TEST)(struct criterion_test_stats *stats)
{
    if (stats->test_status == CR_STATUS_SKIPPED)
        n_inconclusive++;
}

// Exit statuses of the rehearsal. Criterion's own are small numbers.
#define EXIT_NO_TEST 100
#define EXIT_SHORT   101

static bool rehearsing;

static bool any_is_chosen(struct criterion_test_set *tests)
{
    FOREACH_SET(struct criterion_suite_set * suite, tests->suites)
    {
        FOREACH_SET(struct criterion_test * test, suite->tests)
        {
            if (!test->data->disabled)
                return true;
        }
    }
    return false;
}

// Called when Criterion has chosen the tests, before the first one.
ReportHook(PRE_ALL)(struct criterion_test_set *tests)
{
    if (rehearsing)
        _exit(any_is_chosen(tests) ? EXIT_SUCCESS : EXIT_NO_TEST);
}

static int end_of(pid_t pid)
{
    int wait_status = 0;
    while (waitpid(pid, &wait_status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status) : EXIT_FAILURE;
}

// Criterion ends the program, with a status of its own, if it does not
// understand a value. So a child process runs Criterion up to the first test.
// Its output is kept.
static void rehearse(const struct criterion_args *options,
                     struct criterion_test_set *tests)
{
    char said[200] = "";
    int fd = memfd_create("rehearsal", MFD_CLOEXEC);
    if (fd < 0)
        shortage_exit(SHORTAGE_OF_FILES, errno, 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0)
        shortage_exit(SHORTAGE_OF_PROCESSES, errno, 0);
    if (pid == 0) {
        rehearsing = true;
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        if (criterion_handle_args(options->argc, options->argv, true))
            criterion_run_all_tests(tests);
        _exit(EXIT_SUCCESS);
    }
    int status = end_of(pid);
    if (status == EXIT_NO_TEST)
        bad_input("lab", "no test matches --filter, which wants 'SUITE/TEST', "
                         "each perhaps with *; --list lists them");
    if (status != EXIT_SUCCESS && status != EXIT_SHORT) {
        ssize_t size = pread(fd, said, sizeof said - 1, 0);
        clean_text(said, size > 0 ? (size_t)size : 0);
        bad_input("lab", "--criterion: %.*s; see --criterion --help",
                  (int)strcspn(said, "\n"), said);
    }
    close(fd);
}

// The handler of SIGABRT. Criterion aborts if it is refused a thread or a
// process. If this returns, the process aborts.
static void tell_shortage(int number)
{
    (void)number;
    const char *text = shortage_text();
    if (text == NULL)
        return;
    fprintf(stderr, "raftlab: %s\n", text);
    _exit(rehearsing ? EXIT_SHORT : EXIT_INCONCLUSIVE);
}

// Runs the tests. Returns the exit status.
static int run(struct criterion_test_set *tests)
{
    if (!criterion_run_all_tests(tests))
        return EXIT_FAILURE;
    return n_inconclusive > 0 ? EXIT_INCONCLUSIVE : EXIT_SUCCESS;
}

int criterion_main(int argc, char **argv)
{
    sigaction(SIGABRT, &(struct sigaction){ .sa_handler = tell_shortage },
              NULL);
    argv[1] = argv[0];
    struct criterion_args options = criterion_args_read(argc - 1, argv + 1);
    struct criterion_test_set *tests = criterion_initialize();
    rehearse(&options, tests);
    int status = EXIT_SUCCESS;
    if (criterion_handle_args(options.argc, options.argv, true))
        status = run(tests);
    criterion_finalize(tests);
    if (!criterion_args_end(&options))
        status = EXIT_BAD_INPUT;
    return output_end(status);
}

// Passes on what the process prints, until it ends. Returns its wait status,
// and in *memory_kb the most memory that it held.
static int await(pid_t pid, struct relay *relay, long *memory_kb)
{
    int wait_status = 0;
    struct rusage usage = { 0 };
    while (wait4(pid, &wait_status, WNOHANG, &usage) == 0) {
        struct pollfd fds[RELAY_STREAMS];
        relay_poll(relay, fds);
        poll(fds, RELAY_STREAMS, POLL_MS);
        relay_pass(relay);
    }
    *memory_kb = usage.ru_maxrss;
    return wait_status;
}

// Makes a message safe for XML's CDATA and for a JSON string: one line, without
// their special characters. Criterion does not escape messages in its reports.
static char *for_report(char *message)
{
    const char bad[] = "\n\t\"\\]";
    const char good[] = "| '/)";
    for (char *c = message; *c != '\0'; c++) {
        const char *found = strchr(bad, *c);
        if (found != NULL && (*c != ']' || strncmp(c, "]]>", 3) == 0))
            *c = good[found - bad];
    }
    return message;
}

// Ends an inconclusive test as skipped. Does not return.
static void skip(struct result result)
{
    result_print(&result, stdout);
    cr_skip_test("INCONCLUSIVE: %s", for_report(result.message));
}

static struct result run_once(const struct lab_test *test,
                              struct verdict *verdict)
{
    *verdict = (struct verdict){ 0 };
    struct relay relay;
    if (!relay_open(&relay))
        return result_not_started(errno);
    fflush(NULL);
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        job_begin_process(parent);
        relay_begin_run(&relay);
        verdict_attach(verdict);
        struct options options = { .runs = 1 };
        world_run(test, &options, 1);
        fflush(NULL);
        _exit(EXIT_SUCCESS);
    }
    int error = errno;
    if (pid > 0)
        relay_begin(&relay);
    struct ending ending = { .limit_s = test_limit_s,
                             .simulated = world_is_simulated };
    if (pid > 0)
        ending.wait_status = await(pid, &relay, &ending.memory_kb);
    relay_end(&relay);
    return pid > 0 ? result_judge(verdict, ending) : result_not_started(error);
}

// Called in the process that Criterion has made for the test. Each of these
// processes locks the program's file. So an inconclusive test can wait for its
// second run until no other test runs.
void lab_test_supervise(const struct lab_test *test)
{
    struct verdict *verdict =
        mmap(NULL, sizeof *verdict, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (verdict == MAP_FAILED)
        skip(result_not_started(errno));
    int program = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    flock(program, LOCK_SH);
    struct result result = run_once(test, verdict);
    if (result.outcome == INCONCLUSIVE) {
        result_print(&result, stdout);
        result_free(&result);
        flock(program, LOCK_UN);
        flock(program, LOCK_EX);
        result = run_once(test, verdict);
    }
    flock(program,
          LOCK_UN);  // A process that the test forked may keep it open.
    if (result.outcome == INCONCLUSIVE)
        skip(result);
    cr_assert(result.outcome == PASSED, "%s",
              result.message != NULL ? for_report(result.message) : "");
}
