// The tables have at most 110 columns. Longer names of tests are cut.
#include "runner/table.h"

#include "rt/alloc.h"
#include "runner/mit.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_WIDTH 32

struct text {
    char chars[40];
};

// 16840 as "16,840".
static struct text commas(long long number)
{
    struct text digits, text = { 0 };
    int n = snprintf(digits.chars, sizeof(digits.chars), "%lld", number);
    size_t at = 0;
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            text.chars[at++] = ',';
        text.chars[at++] = digits.chars[i];
    }
    return text;
}

// "2A initial_election", cut to the width of its column.
static struct text row_name(const struct lab_test *test)
{
    struct text text;
    int len = snprintf(text.chars, NAME_WIDTH + 1, "%s %s",
                       suite_label(test->suite), test->name);
    if (len > NAME_WIDTH)
        text.chars[NAME_WIDTH - 1] = '~';
    return text;
}

static const char *outcome_name(enum outcome outcome)
{
    switch (outcome) {
    case PASSED:
        return "passed";
    case FAILED:
        return "FAILED";
    case INCONCLUSIVE:
        return "busy";
    case NOT_RUN:
        break;
    }
    return "-";
}

static void print_row(const struct lab_test *test, const struct result *result)
{
    printf("%-*s %-6s %5.1f %3d %6s %10s %5s |", NAME_WIDTH,
           row_name(test).chars, outcome_name(result->outcome), result->seconds,
           result->servers, commas(result->rpcs).chars,
           commas(result->bytes).chars, commas(result->commands).chars);
    const struct mit_figures *mit = mit_figures(test);
    if (mit == NULL)
        printf(" %5s %6s %10s %5s\n", "-", "-", "-", "-");
    else
        printf(" %5.1f %6s %10s %5s\n", mit->seconds, commas(mit->rpcs).chars,
               commas(mit->bytes).chars, commas(mit->commands).chars);
}

void table_print(const struct options *options, const struct result *results)
{
    printf("\n%-*s %-6s %5s %3s %6s %10s %5s | %5s %6s %10s %5s\n", NAME_WIDTH,
           "test", "result", "secs", "srv", "RPCs", "bytes", "cmds", "MIT's",
           "RPCs", "bytes", "cmds");
    double seconds = 0;
    double mit_seconds = 0;
    for (int i = 0; i < options->n_tests; i++) {
        print_row(options->tests[i], &results[i]);
        const struct mit_figures *mit = mit_figures(options->tests[i]);
        seconds += results[i].seconds;
        mit_seconds += mit != NULL ? mit->seconds : 0;
    }
    printf("%-*s %-6s %5.1f %3s %6s %10s %5s | %5.1f\n\n", NAME_WIDTH,
           "seconds in all", "", seconds, "", "", "", "", mit_seconds);
}

// The minimum, median, maximum and 99th percentile of some numbers.
struct spread {
    double min, median, p99, max;
};

enum figure { SECONDS, RPCS, BYTES };

static double figure_of(const struct result *result, enum figure figure)
{
    switch (figure) {
    case SECONDS:
        return result->seconds;
    case RPCS:
        return result->rpcs;
    case BYTES:
        return (double)result->bytes;
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    const double *x = a;
    const double *y = b;
    return (*x > *y) - (*x < *y);
}

// The spread of a figure of one test's passed runs. At least one must have
// passed.
static struct spread spread_of(const struct result *results, int runs,
                               enum figure figure)
{
    double *values = alloc((size_t)runs * sizeof(*values));
    size_t n = 0;
    for (int i = 0; i < runs; i++) {
        if (results[i].outcome == PASSED)
            values[n++] = figure_of(&results[i], figure);
    }
    qsort(values, n, sizeof(*values), compare);
    struct spread spread = {
        .min = values[0],
        .median = (values[(n - 1) / 2] + values[n / 2]) / 2,
        .p99 = values[(n * 99 + 99) / 100 - 1],
        .max = values[n - 1],
    };
    free(values);
    return spread;
}

static int count(const struct result *results, long long runs,
                 enum outcome outcome)
{
    int n = 0;
    for (long long i = 0; i < runs; i++)
        n += results[i].outcome == outcome;
    return n;
}

// Prints how the runs of each test ended, and their seconds.
static void print_outcomes(const struct options *options,
                           const struct result *results)
{
    printf("\n%-*s %7s %6s %6s | %7s %7s %7s %7s %6s\n", NAME_WIDTH, "test",
           "passed", "failed", "busy", "min s", "median", "p99", "max", "MIT");
    int runs = options->runs;
    for (int i = 0; i < options->n_tests; i++) {
        const struct result *of_test = results + (size_t)i * (size_t)runs;
        const struct mit_figures *mit = mit_figures(options->tests[i]);
        int passed = count(of_test, runs, PASSED);
        printf("%-*s %7d %6d %6d |", NAME_WIDTH,
               row_name(options->tests[i]).chars, passed,
               count(of_test, runs, FAILED),
               count(of_test, runs, INCONCLUSIVE));
        if (passed > 0) {
            struct spread s = spread_of(of_test, runs, SECONDS);
            printf(" %7.1f %7.1f %7.1f %7.1f", s.min, s.median, s.p99, s.max);
        } else {
            printf(" %7s %7s %7s %7s", "-", "-", "-", "-");
        }
        if (mit != NULL)
            printf(" %6.1f\n", mit->seconds);
        else
            printf(" %6s\n", "-");
    }
}

// Prints one row for each test that has passed at least once: the spread of
// this figure.
static void print_figure(const struct options *options,
                         const struct result *results, enum figure figure,
                         const char *title)
{
    printf("\n%-*s %11s %11s %11s %11s | %11s\n", NAME_WIDTH, title, "min",
           "median", "p99", "max", "MIT");
    int runs = options->runs;
    for (int i = 0; i < options->n_tests; i++) {
        const struct result *of_test = results + (size_t)i * (size_t)runs;
        if (count(of_test, runs, PASSED) == 0)
            continue;
        struct spread s = spread_of(of_test, runs, figure);
        const struct mit_figures *mit = mit_figures(options->tests[i]);
        const char *mit_text = "-";
        struct text text;
        if (mit != NULL) {
            text = commas(figure == RPCS ? mit->rpcs : mit->bytes);
            mit_text = text.chars;
        }
        printf(
            "%-*s %11s %11s %11s %11s | %11s\n", NAME_WIDTH,
            row_name(options->tests[i]).chars, commas((long long)s.min).chars,
            commas((long long)s.median).chars, commas((long long)s.p99).chars,
            commas((long long)s.max).chars, mit_text);
    }
}

void table_print_soak(const struct options *options,
                      const struct result *results)
{
    print_outcomes(options, results);
    if (count(results, (long long)options->n_tests * options->runs, PASSED) >
        0) {
        print_figure(options, results, RPCS, "RPCs");
        print_figure(options, results, BYTES, "bytes");
    }
    putchar('\n');
}
