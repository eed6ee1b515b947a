#include "runner/test_names.h"

#include <string.h>

// The most tests of a suite that are named. If there are more, so many are.
#define MOST_NAMES 8
#define FEW_NAMES  4

// The names of the suite's tests that are in the set, or of those that are not.
// Only some, if there are more than MOST_NAMES.
static void put_names(FILE *to, const struct options *options,
                      const char *suite, const bool *has, bool in_set, int n)
{
    int named = n > MOST_NAMES ? FEW_NAMES : n;
    fputs(in_set ? "" : "all but ", to);
    int said = 0;
    for (int i = 0; i < options->n_tests && said < named; i++) {
        const struct lab_test *test = options->tests[i];
        if (has[i] == in_set && strcmp(test->suite, suite) == 0)
            fprintf(to, "%s%s", said++ > 0 ? ", " : "", test->name);
    }
    if (named < n)
        fprintf(to, " and %d more", n - named);
}

static void put_suite(FILE *to, const struct options *options, const bool *has,
                      bool by_name, int first)
{
    const char *suite = options->tests[first]->suite;
    int n = 0;
    int all = 0;
    for (int i = 0; i < options->n_tests; i++) {
        bool here = strcmp(options->tests[i]->suite, suite) == 0;
        all += here;
        n += here && has[i];
    }
    fprintf(to, "%s: ", suite_label(suite));
    bool nearly_all = all - n <= FEW_NAMES && n > MOST_NAMES;
    if (n == all && n > 1)
        fprintf(to, "all %d", n);
    else if (nearly_all)
        put_names(to, options, suite, has, false, all - n);
    else if (n > MOST_NAMES && !by_name)
        fprintf(to, "%d of %d", n, all);
    else
        put_names(to, options, suite, has, true, n);
}

// Is the test the first of its suite in the set?
static bool begins_suite(const struct options *options, const bool *has,
                         int test)
{
    const struct lab_test **tests = options->tests;
    for (int i = 0; i < test; i++)
        if (has[i] && strcmp(tests[i]->suite, tests[test]->suite) == 0)
            return false;
    return has[test];
}

void test_names_put(FILE *to, const struct options *options, const bool *has,
                    bool by_name)
{
    bool first = true;
    for (int i = 0; i < options->n_tests; i++) {
        if (!begins_suite(options, has, i))
            continue;
        fputs(first ? "" : "; ", to);
        put_suite(to, options, has, by_name, i);
        first = false;
    }
}
