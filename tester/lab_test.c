// The list of graded tests; runs one of them.
#include "tester/lab_test.h"

#include "rt/debug_log.h"
#include "tester/verdict.h"
#include "tester/verdict_internal.h"

#include <stdio.h>

// The list is built before main, by the constructors of LAB_TEST. Constant
// after.
static struct lab_test *first;
static struct lab_test **end = &first;

void lab_test_add(struct lab_test *test)
{
    *end = test;
    end = &test->next;
}

struct lab_test *lab_test_first(void)
{
    return first;
}

void lab_test_run(const struct lab_test *test)
{
    // Each line is written at once, so it is not lost if the test crashes.
    setvbuf(stdout, NULL, _IOLBF, 0);
    debug_log_restart();
    verdict_start();
    test->body();
    verdict_finish();
    const struct verdict *v = current_verdict;
    printf("  ... Passed --  %4.1f  %d %4d %7lld %4d\n", v->seconds, v->servers,
           v->rpcs, v->bytes, v->commands);
}
