// The program `lab`: runs tests and reports their results.
#include "runner/bound.h"
#include "runner/criterion.h"
#include "runner/hunt.h"
#include "runner/options.h"
#include "runner/output.h"
#include "runner/report.h"
#include "runner/rows.h"
#include "runner/schedule.h"
#include "runner/taping.h"
#include "runner/world.h"
#include "tester/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void list_tests(const struct options *options)
{
    for (int i = 0; i < options->n_tests; i++)
        printf("%s/%s\n", options->tests[i]->suite, options->tests[i]->name);
}

// Runs the tests. Returns the exit status. If a signal asked the runner to
// stop, it dies of that signal, so that its parent sees it, and does not
// return.
static int run_tests(const struct options *options)
{
    int stopped_by = 0;
    int status;
    if (options->bound > 0) {
        status = bound_run(options, &stopped_by);
    } else {
        struct report *report = report_make(options);
        stopped_by = schedule_run(options, report);
        status = report_end(report);
        report_free(report);
    }
    if (stopped_by != 0) {
        signal(stopped_by, SIG_DFL);
        raise(stopped_by);
    }
    return status;
}

// Opens those of the standard streams that are closed. Else a file of ours
// could get the number of one, and with it what is printed.
static void fill_standard_fds(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    close(fd);
}

// Refuses folders that cannot be written to. A run alone is shown as it goes,
// and needs none for its output.
static void check_folders(const struct options *options)
{
    bool needs_logs = !options_is_live(options) || options->bound > 0;
    if (needs_logs && !output_make_folder(options->logs))
        bad_input("lab", "--logs wants a folder to write to, not \"%s\": %s",
                  options->logs, strerror(errno));
    if (options->records != NULL && !output_make_folder(options->records))
        bad_input("lab", "--record wants a folder to write to, not \"%s\": %s",
                  options->records, strerror(errno));
}

int main(int argc, char **argv)
{
    fill_standard_fds();
    if (argc > 1 && strcmp(argv[1], "--criterion") == 0)
        return criterion_main(argc, argv);

    // Each line is written at once, also into a file: a test that crashes has
    // printed its title then.
    setvbuf(stdout, NULL, _IOLBF, 0);

    struct options options = options_read(argc, argv);
    int status = EXIT_SUCCESS;
    if (options.list) {
        list_tests(&options);
    } else {
        world_prepare(&options);
        check_folders(&options);
        rows_check(&options);
        test_limit_s = options.limit_s;
        status = options.hunt != NULL
                     ? hunt_run(&options)
                     : taping_end(&options, run_tests(&options));
    }
    options_free(&options);
    return output_end(status);
}
