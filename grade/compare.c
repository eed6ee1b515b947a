// A line for each submission whose score changed, and below it the tests whose
// points changed most; at the end the tests over all submissions.
#include "grade/compare.h"

#include "grade/columns.h"
#include "grade/graded.h"
#include "rt/alloc.h"
#include "rt/bad_input.h"
#include "rt/wrap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS    80
#define NAME_WIDTH 28
#define TEST_WIDTH 46
#define MOST_TESTS 6  // Of one submission; the others are counted.

// Points are printed with three digits; a smaller difference is none.
#define LEAST_DIFFERENCE 0.0005

struct comparison {
    const struct graded_class *old, *new;
    struct columns columns;
    int n_both, n_changed;
};

static bool differs(double a, double b)
{
    return fabs(a - b) >= LEAST_DIFFERENCE;
}

// ---- Lines of at most 80 columns ----

// The place in a line that is being printed.
struct line {
    int column;
    const char *indent;
};

// Prints a word, in a new line if it does not fit in this one.
static void put_word(struct line *line, const char *word)
{
    int width = wrap_columns(word, (int)strlen(word));
    if (line->column > 0 && line->column + 2 + width >= COLUMNS) {
        printf(",\n");
        line->column = 0;
    }
    const char *before = line->column > 0 ? ", " : line->indent;
    printf("%s%s", before, word);
    line->column += (int)strlen(before) + width;
}

// ---- Why ----

// Prints, in a line, all else that differs between the two accounts.
static void put_reasons(const struct graded *old, const struct graded *new)
{
    const struct {
        const char *word, *old, *new;
    } all[] = {
        { "submission", old->digest, new->digest },
        { "points", old->points, new->points },
        { "version", old->version, new->version },
        { "parts", old->parts, new->parts },
        { "secret", old->secret, new->secret },
    };
    int n = 0;
    for (size_t k = 0; k < sizeof all / sizeof *all; k++) {
        if (strcmp(all[k].old, all[k].new) != 0)
            printf("%s%s", n++ > 0 ? ", " : "", all[k].word);
    }
    if (n == 0)
        printf("only run again");
}

// ---- Submissions ----

static double points_of(const struct graded *graded, const struct column *test)
{
    const struct graded_test *found =
        graded_test_of(graded, test->suite, test->name);
    return found != NULL ? found->points : 0;
}

struct change {
    const struct column *test;
    double points;
};

static int by_size(const void *a, const void *b)
{
    double x = fabs(((const struct change *)a)->points);
    double y = fabs(((const struct change *)b)->points);
    return (x < y) - (x > y);
}

// The changes of a submission's tests, the largest first. free() frees them.
static struct change *changes_of(const struct comparison *c,
                                 const struct graded *old,
                                 const struct graded *new, int *n)
{
    struct change *all = alloc((size_t)c->columns.n * sizeof *all);
    *n = 0;
    for (int k = 0; k < c->columns.n; k++) {
        const struct column *test = &c->columns.each[k];
        double was = points_of(old, test), is = points_of(new, test);
        if (differs(was, is))
            all[(*n)++] = (struct change){ test, is - was };
    }
    if (*n > 0)
        qsort(all, (size_t)*n, sizeof *all, by_size);
    return all;
}

static void put_tests(const struct change *all, int n)
{
    struct line line = { .indent = "  " };
    for (int k = 0; k < n && k < MOST_TESTS; k++) {
        char *word = alloc_format("%s %s %+.3f", all[k].test->suite,
                                  all[k].test->name, all[k].points);
        put_word(&line, word);
        free(word);
    }
    if (n > MOST_TESTS) {
        char *word = alloc_format("and %d more", n - MOST_TESTS);
        put_word(&line, word);
        free(word);
    }
    if (n > 0)
        printf("\n");
}

static void put_submission(struct comparison *c, const struct graded *old,
                           const struct graded *new)
{
    int n;
    struct change *tests = changes_of(c, old, new, &n);
    bool same_state = strcmp(old->state, new->state) == 0;
    if (same_state && !differs(old->score, new->score) && n == 0) {
        free(tests);
        return;
    }
    if (c->n_changed++ == 0)
        printf("\n%-*s%8s%8s%8s  %s\n", NAME_WIDTH, "submission", "old", "new",
               "change", "what else changed");
    char *label = graded_label(new->name, new->given);
    wrap_cell(label, NAME_WIDTH);
    free(label);
    printf("%8.2f%8.2f%+8.2f  ", old->score, new->score,
           new->score - old->score);
    put_reasons(old, new);
    printf("\n");
    if (differs(old->of, new->of))
        printf("  was of %.4g, is of %.4g\n", old->of, new->of);
    if (!same_state)
        printf("  was %s, is %s\n", old->state, new->state);
    put_tests(tests, n);
    free(tests);
}

// Those that only `class` has, in lines below a heading. Returns their number.
static int put_only(const char *heading, const struct graded_class *class,
                    const struct graded_class *other)
{
    struct line line = { .indent = "  " };
    int n = 0;
    for (int k = 0; k < class->n; k++) {
        const char *name = class->each[k].name;
        if (graded_find(other, name) != NULL ||
            graded_find_gap(other, name) != NULL)
            continue;
        if (n++ == 0)
            printf("\n%s:\n", heading);
        char *label = graded_label(class->each[k].name, class->each[k].given);
        put_word(&line, label);
        free(label);
    }
    if (n > 0)
        printf("\n");
    return n;
}

// Those that have no score in `class`. Returns their number.
static int put_gaps(const char *heading, const struct graded_class *class)
{
    struct line line = { .indent = "  " };
    if (class->n_gaps > 0)
        printf("\n%s:\n", heading);
    for (int k = 0; k < class->n_gaps; k++) {
        char *label = graded_label(class->gaps[k].name, class->gaps[k].given);
        put_word(&line, label);
        free(label);
    }
    if (class->n_gaps > 0)
        printf("\n");
    return class->n_gaps;
}

// ---- Tests ----

static void put_test(const struct comparison *c, const struct column *test,
                     bool *any)
{
    int more = 0, less = 0;
    double sum = 0;
    for (int k = 0; k < c->new->n; k++) {
        const struct graded *new = &c->new->each[k];
        const struct graded *old = graded_find(c->old, new->name);
        double change =
            old != NULL ? points_of(new, test) - points_of(old, test) : 0;
        more += change >= LEAST_DIFFERENCE;
        less += change <= -LEAST_DIFFERENCE;
        sum += change;
    }
    if (more == 0 && less == 0)
        return;
    if (!*any)
        printf("\n%-*s%8s%8s%10s\n", TEST_WIDTH, "test", "more", "less",
               "mean");
    *any = true;
    char *name = alloc_format("%s %s", test->suite, test->name);
    wrap_cell(name, TEST_WIDTH);
    printf("%8d%8d%+10.3f\n", more, less, sum / c->n_both);
    free(name);
}

// ---- The whole ----

static void count_both(struct comparison *c)
{
    for (int k = 0; k < c->new->n; k++)
        c->n_both += graded_find(c->old, c->new->each[k].name) != NULL;
}

// Returns whether anything differs.
static bool put_all(struct comparison *c)
{
    for (int k = 0; k < c->new->n; k++) {
        const struct graded *new = &c->new->each[k];
        const struct graded *old = graded_find(c->old, new->name);
        if (old != NULL)
            put_submission(c, old, new);
    }
    bool any_test = false;
    for (int k = 0; k < c->columns.n; k++)
        put_test(c, &c->columns.each[k], &any_test);
    int only = put_only("Graded only in the old one", c->old, c->new) +
               put_only("Graded only in the new one", c->new, c->old) +
               put_gaps("Without a score in the old one", c->old) +
               put_gaps("Without a score in the new one", c->new);
    printf("%s%d of %d submissions changed\n",
           c->n_changed + only > 0 ? "\n" : "", c->n_changed, c->n_both);
    return c->n_changed + only > 0;
}

int compare_print(const char *old_out, const char *new_out)
{
    struct graded_class old, new;
    if (!graded_read(&old, old_out))
        return EXIT_BAD_INPUT;
    if (!graded_read(&new, new_out)) {
        graded_free(&old);
        return EXIT_BAD_INPUT;
    }
    struct comparison c = { .old = &old,
                            .new = &new,
                            .columns = columns_of_both(&old, &new) };
    count_both(&c);
    bool any = put_all(&c);
    free(c.columns.each);
    graded_free(&old);
    graded_free(&new);
    return any;
}
