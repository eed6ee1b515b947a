#include "grade/scores.h"

#include "grade/graded.h"
#include "rt/alloc.h"
#include "rt/wrap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME_COLUMNS  20
#define SCORE_COLUMNS 6
#define WHY_COLUMN    (NAME_COLUMNS + 2 + SCORE_COLUMNS + 2)

#define MAX_NAMED 3

static double lost(const struct graded_test *test)
{
    return test->of - test->points;
}

// The test that lost most, but for those that `is_told`; NULL if there is none.
static int most_lost(const struct graded *graded, const bool *is_told)
{
    int most = -1;
    for (int i = 0; i < graded->n_tests; i++) {
        double here = lost(&graded->tests[i]);
        if (!is_told[i] && here > 0.004 &&
            (most < 0 || here > lost(&graded->tests[most])))
            most = i;
    }
    return most;
}

// The place of the next word, in a row whose lines have so many columns.
struct row {
    int columns;
    int at;  // So many are printed in this line.
};

// Prints a word that is not to be cut. One that the column is too narrow for
// begins further left.
static void put_word(struct row *row, const char *word, int len)
{
    int wide = wrap_columns(word, len);
    int space = row->at > WHY_COLUMN ? 1 : 0;
    if (row->at + space + wide > row->columns) {
        int indent = row->columns - wide;
        indent = indent > WHY_COLUMN ? WHY_COLUMN : indent > 0 ? indent : 0;
        printf("\n%*s", indent, "");
        row->at = indent;
        space = 0;
    }
    printf("%*s%.*s", space, "", len, word);
    row->at += space + wide;
}

// Prints a test and what it lost, in one line if there is room.
static void put_test(struct row *row, const char *text)
{
    int len = (int)strlen(text);
    int of_name = (int)strcspn(text, " ");
    if (wrap_columns(text, len) <= row->columns) {
        put_word(row, text, len);
    } else {
        put_word(row, text, of_name);
        put_word(row, text + of_name + 1, len - of_name - 1);
    }
}

// "2C/figure_8 -4.00, 2C/churn -2.00 and 5 more".
static void put_why(struct row *row, const struct graded *graded)
{
    bool *is_told = alloc((size_t)graded->n_tests * sizeof(*is_told) + 1);
    int left = 0;
    for (int i = 0; i < graded->n_tests; i++)
        left += lost(&graded->tests[i]) > 0.004;
    for (int k = 0; k < MAX_NAMED && left > 0; k++, left--) {
        int i = most_lost(graded, is_told);
        const struct graded_test *test = &graded->tests[i];
        is_told[i] = true;
        char *text =
            alloc_format("%s/%s -%.2f%s", test->suite, test->name, lost(test),
                         left > 1 && k + 1 < MAX_NAMED ? "," : "");
        put_test(row, text);
        free(text);
    }
    if (left > 0) {
        char *more = alloc_format("and %d more", left);
        put_word(row, more, (int)strlen(more));
        free(more);
    }
    free(is_told);
}

static void put_name(const char *name, const char *given)
{
    char *label = graded_label(name, given);
    wrap_cell(label, NAME_COLUMNS);
    free(label);
}

static void print_row(const struct graded *graded, int columns)
{
    put_name(graded->name, graded->given);
    printf("  %*.2f  ", SCORE_COLUMNS, graded->score);
    if (strcmp(graded->state, "graded") == 0) {
        struct row row = { .columns = columns, .at = WHY_COLUMN };
        put_why(&row, graded);
        putchar('\n');
        return;
    }
    char *why = alloc_format("%s: %s", graded->state,
                             graded->reason == NULL ? "" : graded->reason);
    wrap_print_in(columns, why, WHY_COLUMN, WHY_COLUMN, stdout);
    free(why);
}

static void print_gap(const struct graded_gap *gap, int columns)
{
    put_name(gap->name, gap->given);
    printf("  %*s  ", SCORE_COLUMNS, "");
    wrap_print_in(columns, gap->state, WHY_COLUMN, WHY_COLUMN, stdout);
}

// With PART= a score is out of less than 100.
static void print_head(const struct graded_class *class)
{
    char *of = alloc_format("of %.4g", class->each[0].of);
    printf("\n%-*s  %*s\n%-*s  %*s  lost most in\n", NAME_COLUMNS, "",
           SCORE_COLUMNS, "score", NAME_COLUMNS, "submission", SCORE_COLUMNS,
           of);
    free(of);
}

void scores_print(const char *out)
{
    struct graded_class class;
    if (!graded_read(&class, out))
        return;
    int columns = wrap_terminal();
    if (class.n > 0)
        print_head(&class);
    for (int i = 0; i < class.n; i++)
        print_row(&class.each[i], columns);
    for (int i = 0; i < class.n_gaps; i++)
        print_gap(&class.gaps[i], columns);
    putchar('\n');
    graded_free(&class);
}
