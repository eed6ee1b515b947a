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

// "2C/figure_8 4.00, 2C/churn 2.00 and 5 more". The caller frees it.
static char *why_text(const struct graded *graded)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    bool *is_told = alloc((size_t)graded->n_tests * sizeof(*is_told) + 1);
    int left = 0;
    for (int i = 0; i < graded->n_tests; i++)
        left += lost(&graded->tests[i]) > 0.004;
    for (int k = 0; k < MAX_NAMED && left > 0; k++, left--) {
        int i = most_lost(graded, is_told);
        is_told[i] = true;
        fprintf(to, "%s%s/%s -%.2f", k == 0 ? "" : ", ", graded->tests[i].suite,
                graded->tests[i].name, lost(&graded->tests[i]));
    }
    if (left > 0)
        fprintf(to, " and %d more", left);
    fclose(to);
    free(is_told);
    return text;
}

static void print_row(const struct graded *graded)
{
    int columns = wrap_columns(graded->name, (int)strlen(graded->name));
    int shown = columns <= NAME_COLUMNS
                    ? (int)strlen(graded->name)
                    : wrap_fitting(graded->name, NAME_COLUMNS);
    int pad = NAME_COLUMNS - (columns <= NAME_COLUMNS ? columns : NAME_COLUMNS);
    printf("%.*s%*s  %*.2f  ", shown, graded->name, pad, "", SCORE_COLUMNS,
           graded->score);
    bool is_scored = strcmp(graded->state, "graded") == 0;
    char *why =
        is_scored ? why_text(graded)
                  : alloc_format("%s: %s", graded->state,
                                 graded->reason == NULL ? "" : graded->reason);
    wrap_print(why, WHY_COLUMN, WHY_COLUMN, stdout);
    free(why);
}

void scores_print(const char *out)
{
    struct graded_class class;
    if (!graded_read(&class, out))
        return;
    if (class.n > 0)
        printf("\n%-*s  %*s  lost most in\n", NAME_COLUMNS, "submission",
               SCORE_COLUMNS, "score");
    for (int i = 0; i < class.n; i++)
        print_row(&class.each[i]);
    putchar('\n');
    graded_free(&class);
}
