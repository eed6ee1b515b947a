// Criterion's own runner over the graded tests, for its filters, TAP, JUnit XML
// and JSON. A test that Criterion runs forks once more, so that the verdict is
// judged from outside, as ever: Criterion itself counts a test whose process
// ends with exit status 0 as passed, wherever it was.
#include "runner/criterion.h"

#include "runner/criterion_args.h"
#include "runner/options.h"
#include "runner/output.h"
#include "runner/relay.h"
#include "runner/result.h"
#include "runner/world.h"
#include "tester/lab_test.h"
#include "tester/verdict.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <criterion/stats.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

// How often to look whether a test has ended.
#define LOOK_EVERY_MS 10

// Only there if the program is linked with ThreadSanitizer.
extern void __tsan_init(void) __attribute__((weak));

static size_t n_run;  // Tests that Criterion has not left out.

ReportHook(POST_ALL)(struct criterion_global_stats *stats)
{
    n_run = stats->nb_tests - stats->tests_skipped;
}

// Returns the exit status.
static int run(struct criterion_test_set *tests)
{
    int all_passed = criterion_run_all_tests(tests);
    if (n_run == 0) {
        fputs("lab: no test matches --filter, which wants 'SUITE/TEST', each "
              "perhaps with *; --list lists them\n",
              stderr);
        return EXIT_BAD_INPUT;
    }
    return all_passed ? EXIT_SUCCESS : EXIT_FAILURE;
}

int criterion_main(int argc, char **argv)
{
    if (__tsan_init != NULL) {
        // It wants memory at addresses that the sanitizer keeps for itself.
        fputs("lab: Criterion cannot start tests in a program built with "
              "ThreadSanitizer; leave --criterion out\n",
              stderr);
        return EXIT_BAD_INPUT;
    }
    argv[1] = argv[0];
    struct criterion_args options = criterion_args_read(argc - 1, argv + 1);
    struct criterion_test_set *tests = criterion_initialize();
    int status = EXIT_SUCCESS;
    if (criterion_handle_args(options.argc, options.argv, true))
        status = run(tests);
    criterion_finalize(tests);
    if (!criterion_args_end(&options))
        status = EXIT_BAD_INPUT;
    return output_end(status);
}

// Passes on what the process prints until it ends. Returns its wait status.
static int await(pid_t pid, struct relay *relay)
{
    int wait_status = 0;
    while (waitpid(pid, &wait_status, WNOHANG) == 0) {
        struct pollfd fds[RELAY_STREAMS];
        relay_poll(relay, fds);
        poll(fds, RELAY_STREAMS, LOOK_EVERY_MS);
        relay_pass(relay);
    }
    return wait_status;
}

// Criterion puts a message into its reports as it is. So it gets one that means
// nothing in XML's CDATA and in a string of JSON: on one line, and without
// these.
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

// Called in the process that Criterion has made for the test.
void lab_test_supervise(const struct lab_test *test)
{
    current_verdict =
        mmap(NULL, sizeof *current_verdict, PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    cr_assert(current_verdict != MAP_FAILED);
    struct relay relay;
    cr_assert(relay_open(&relay));
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        relay_begin_run(&relay);
        struct options options = { .runs = 1 };
        world_run(test, &options, 1);
        fflush(NULL);
        _exit(EXIT_SUCCESS);
    }
    cr_assert(pid > 0);
    relay_begin(&relay);
    struct ending ending = { .limit_s = test_limit_s,
                             .wait_status = await(pid, &relay) };
    relay_end(&relay);
    struct result result = result_judge(current_verdict, ending);
    cr_assert(result.outcome == PASSED, "%s",
              result.message != NULL ? for_report(result.message) : "");
}
