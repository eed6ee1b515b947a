#include "grade/failing.h"

#include "grade/class_list.h"
#include "grade/columns.h"
#include "rt/alloc.h"
#include "rt/html.h"

#include <stdlib.h>
#include <string.h>

struct failing {
    const struct column *test;
    int submissions, failed;
    double points, of;  // Sums.
};

static struct failing count(const struct graded_class *class,
                            const struct column *test)
{
    struct failing failing = { .test = test };
    for (int k = 0; k < class->n; k++) {
        const struct graded *graded = &class->each[k];
        const struct graded_test *of =
            graded_test_of(graded, test->suite, test->name);
        // Of a submission that did not build, this says nothing about the test.
        if (of == NULL || of->n_layers == 0)
            continue;
        failing.submissions++;
        failing.failed += graded_test_failed(of);
        failing.points += of->points;
        failing.of += of->of;
    }
    return failing;
}

static int by_failed(const void *a, const void *b)
{
    const struct failing *x = a, *y = b;
    if (x->failed != y->failed)
        return y->failed - x->failed;
    return x->test < y->test ? -1 : x->test > y->test;
}

static void put_row(const void *list, int k, FILE *to)
{
    const struct failing *failing = (const struct failing *)list + k;
    fputs("<tr><td class='test'>", to);
    html_put(failing->test->suite, to);
    fputc(' ', to);
    html_put_name(failing->test->name, to);
    fprintf(to,
            "</td><td class='n'>%d of %d</td>"
            "<td class='n'>%.3g of %.3g</td></tr>\n",
            failing->failed, failing->submissions,
            failing->points / failing->submissions,
            failing->of / failing->submissions);
}

void failing_put(const struct graded_class *class, FILE *to)
{
    struct columns columns = columns_of(class);
    struct failing *all = alloc((size_t)columns.n * sizeof *all);
    int failed = 0;
    for (int k = 0; k < columns.n; k++) {
        all[k] = count(class, &columns.each[k]);
        failed += all[k].failed > 0;
    }
    if (columns.n > 0)
        qsort(all, (size_t)columns.n, sizeof *all, by_failed);
    fprintf(to, "<p>Of %d tests, %d failed in a run of some submission.</p>\n",
            columns.n, failed);
    if (failed > 0)
        class_list_put("<th>test</th><th class='n'>fail it</th>"
                       "<th class='n'>mean points</th>",
                       put_row, all, failed, to);
    free(all);
    free(columns.each);
}
