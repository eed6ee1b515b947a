// For a program without Criterion, which would load eleven libraries at each
// start:
// --criterion executes lab-criterion instead.
#include "runner/criterion.h"

#include "rt/alloc.h"
#include "runner/options.h"
#include "tester/lab_test.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int criterion_main(int argc, char **argv)
{
    (void)argc;
    char self[PATH_MAX] = "";
    if (readlink("/proc/self/exe", self, sizeof self - 1) < 0)
        bad_input("lab", "--criterion: /proc/self/exe: %s", strerror(errno));
    char *program = alloc_format("%s-criterion", self);
    execv(program, argv);
    if (errno == ENOENT)
        bad_input("lab",
                  "--criterion wants the program %s: make lab builds "
                  "it (make simlab, for the simulator), without a "
                  "sanitizer",
                  program);
    bad_input("lab", "--criterion: %s does not start: %s", program,
              strerror(errno));
}

// LAB_TEST uses Criterion's macro Test, which refers to these. Only Criterion
// calls them, so they are never called here.

void criterion_internal_test_setup(void)
{
    abort();
}

void criterion_internal_test_main(void (*body)(void))
{
    (void)body;
    abort();
}

void criterion_internal_test_teardown(void)
{
    abort();
}

void lab_test_supervise(const struct lab_test *test)
{
    (void)test;
    abort();
}
