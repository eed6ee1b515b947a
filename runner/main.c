// The program `lab`: runs graded tests and tells how they ended.
#include "runner/criterion.h"
#include "runner/options.h"
#include "runner/output.h"
#include "runner/report.h"
#include "runner/rows.h"
#include "runner/schedule.h"
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

// Runs the tests; returns the exit status. Does not return if a signal asked
// us to stop: whoever started us sees that it was so.
static int run_tests(const struct options *options)
{
    struct report *report = report_make(options);
    int stopped_by = schedule_run(options, report);
    int status = report_end(report);
    report_free(report);
    if (stopped_by != 0) {
        signal(stopped_by, SIG_DFL);
        raise(stopped_by);
    }
    return status;
}

// So that no file of ours gets the number of one that is closed, and with it
// what is printed.
static void fill_standard_fds(void)
{
    int fd;
    do
        fd = open("/dev/null", O_RDONLY);
    while (fd >= 0 && fd <= STDERR_FILENO);
    close(fd);
}

int main(int argc, char **argv)
{
    fill_standard_fds();
    if (argc > 1 && strcmp(argv[1], "--criterion") == 0)
        return criterion_main(argc, argv);

    // Line by line even into a file, so that a test that crashes has printed
    // its title before.
    setvbuf(stdout, NULL, _IOLBF, 0);

    struct options options = options_read(argc, argv);
    int status = EXIT_SUCCESS;
    if (options.list) {
        list_tests(&options);
    } else if (!options_is_live(&options) &&
               !output_make_folder(options.logs)) {
        fprintf(stderr,
                "lab: --logs wants a folder to write to, not \"%s\": %s\n",
                options.logs, strerror(errno));
        status = EXIT_BAD_INPUT;
    } else {
        rows_check(&options);
        test_limit_s = options.limit_s;
        status = run_tests(&options);
    }
    options_free(&options);
    return output_end(status);
}
