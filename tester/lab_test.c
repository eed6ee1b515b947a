// The list of graded tests, and running one.
#include "tester/lab_test.h"

#include "rt/debug_log.h"
#include "tester/verdict.h"
#include "tester/verdict_internal.h"

#include <stdio.h>

// Built before main, by the constructors of LAB_TEST; constant afterwards.
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
    // Lines come out as they are printed, even if the test then dies.
    setvbuf(stdout, NULL, _IOLBF, 0);
    debug_log_restart();
    verdict_start();
    test->body();
    verdict_finish();
    const struct verdict *v = current_verdict;
    printf("  ... Passed --  %4.1f  %d %4d %7lld %4d\n", v->seconds, v->servers,
           v->rpcs, v->bytes, v->commands);
}
