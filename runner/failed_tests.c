#include "runner/failed_tests.h"

#include "rt/alloc.h"
#include "rt/wrap.h"
#include "runner/test_names.h"
#include "runner/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST_SEEDS    6
#define WIDEST_CAUSES 24

struct context {
    const struct options *options;
    const struct result *results;
    const struct groups *groups;
};

static const struct result *result_of(const struct context *context, int test,
                                      int run)
{
    return &context->results[result_place(context->options->runs, test, run)];
}

// A row: the tests that failed alike, so often and for these causes.
struct row {
    int *counts;  // Of each group, how many runs of each of these tests.
    bool passed;  // All runs of each of them.
    bool *has;    // Of each test.
    int n;        // Number of tests.
};

struct table {
    struct row *rows;  // At most one of each test.
    int n;
};

static int failures_in(const struct row *row, int n_groups)
{
    int sum = 0;
    for (int i = 0; i < n_groups; i++)
        sum += row->counts[i];
    return sum;
}

// The row of a single test.
static struct row row_of(const struct context *context, int test)
{
    const struct groups *groups = context->groups;
    struct row row = {
        .counts = alloc((size_t)groups->n * sizeof(*row.counts)),
        .has = alloc((size_t)groups->n_tests * sizeof(*row.has)),
        .passed = true,
        .n = 1,
    };
    row.has[test] = true;
    for (int run = 1; run <= groups->runs; run++) {
        int group = groups_of(groups, test, run);
        if (group != -1)
            row.counts[group]++;
        row.passed &= result_of(context, test, run)->outcome == PASSED;
    }
    return row;
}

static void free_row(struct row *row)
{
    free(row->counts);
    free(row->has);
}

// Adds the test to the row of those like it, or as a new row. Tests that
// neither failed nor ran in full are in none.
static void add_test(struct table *table, const struct context *context,
                     int test)
{
    size_t n_groups = (size_t)context->groups->n;
    struct row row = row_of(context, test);
    bool failed = failures_in(&row, context->groups->n) > 0;
    for (int i = 0; i < table->n; i++) {
        struct row *like = &table->rows[i];
        if (like->passed != row.passed ||
            memcmp(like->counts, row.counts, n_groups * sizeof(int)) != 0)
            continue;
        like->has[test] = true;
        like->n++;
        failed = false;
        row.passed = false;
        break;
    }
    if (failed || row.passed)
        table->rows[table->n++] = row;
    else
        free_row(&row);
}

// "A", or "A 3, C 1" if it failed for several causes.
static char *causes_text(const struct row *row, int n_groups)
{
    char *text = alloc_string("");
    int all = failures_in(row, n_groups);
    for (int i = 0; i < n_groups; i++) {
        if (row->counts[i] == 0)
            continue;
        char *letter = groups_letter(i);
        char *longer =
            row->counts[i] == all
                ? alloc_string(letter)
                : alloc_format("%s%s%s %d", text, *text == 0 ? "" : ", ",
                               letter, row->counts[i]);
        free(letter);
        free(text);
        text = longer;
    }
    return text;
}

// The width of the column; few texts are wider.
static int width_of_causes(const struct table *table, int n_groups)
{
    int most = 2;
    for (int i = 0; i < table->n; i++) {
        char *text = causes_text(&table->rows[i], n_groups);
        int width = (int)strlen(text);
        most = width > most ? width : most;
        free(text);
    }
    return most < WIDEST_CAUSES ? most : WIDEST_CAUSES;
}

// " (seeds 2 5 7)"
static void put_seeds(FILE *to, const struct context *context,
                      const struct row *row, int test)
{
    int failed = failures_in(row, context->groups->n);
    if (failed == 0 || failed == context->options->runs)
        return;
    const char *seed = world_is_simulated ? "seed" : "run";
    fprintf(to, " (%s%s", seed, failed > 1 ? "s" : "");
    int said = 0;
    for (int run = 1; run <= context->options->runs; run++)
        if (groups_of(context->groups, test, run) != -1 && said++ < MOST_SEEDS)
            fprintf(to, " %d", options_seed(context->options, run));
    fputs(failed > MOST_SEEDS ? " ...)" : ")", to);
}

// The only test of the row.
static int test_of(const struct row *row)
{
    int test = 0;
    while (!row->has[test])
        test++;
    return test;
}

static char *tests_text(const struct context *context, const struct row *row)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    test_names_put(to, context->options, row->has, !row->passed);
    if (row->n == 1)
        put_seeds(to, context, row, test_of(row));
    fclose(to);
    return text;
}

static void print_row(const struct context *context, const struct row *row,
                      int by_width)
{
    char *by = causes_text(row, context->groups->n);
    char *tests = tests_text(context, row);
    int begun = printf("%6d  %-*s  ", failures_in(row, context->groups->n),
                       by_width, by);
    wrap_print(tests, begun, 10 + by_width, stdout);
    free(tests);
    free(by);
}

// Is a run among those of the table that proves nothing?
static bool has_inconclusive(const struct context *context)
{
    for (int i = 0; i < context->groups->n; i++) {
        const struct group *group = &context->groups->each[i];
        if (result_of(context, group->test, group->run)->outcome ==
            INCONCLUSIVE)
            return true;
    }
    return false;
}

static void print_heading(const struct context *context, int by_width)
{
    int runs = context->options->runs;
    bool inconclusive = has_inconclusive(context);
    printf("\nFailed%s, of %d %s each:\n%6s  %-*s  tests\n",
           inconclusive ? " or inconclusive" : "", runs,
           runs == 1 ? "run" : "runs", inconclusive ? "runs" : "failed",
           by_width, "by");
}

void failed_tests_print(const struct options *options,
                        const struct result *results,
                        const struct groups *groups)
{
    struct context the_context = { options, results, groups };
    const struct context *context = &the_context;
    struct table table = {
        .rows = alloc((size_t)groups->n_tests * sizeof(*table.rows)),
    };
    for (int test = 0; test < groups->n_tests; test++)
        add_test(&table, context, test);
    int by_width = width_of_causes(&table, groups->n);
    print_heading(context, by_width);
    for (int passed = 0; passed <= 1; passed++)
        for (int i = 0; i < table.n; i++)
            if (table.rows[i].passed == passed)
                print_row(context, &table.rows[i], by_width);
    putchar('\n');
    for (int i = 0; i < table.n; i++)
        free_row(&table.rows[i]);
    free(table.rows);
}
