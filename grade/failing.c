#include "grade/failing.h"

#include "grade/class_list.h"
#include "grade/columns.h"
#include "rt/alloc.h"
#include "rt/html.h"

#include <stdlib.h>
#include <string.h>

#define MOST_WAYS 3

// A way to fail: a rule that was broken, or a message in which each number is
// an N, so that the messages of many submissions are one.
struct way {
    char *text;
    bool is_rule;
    int submissions;
    const struct graded *last;  // That it was counted for.
};

struct failing {
    const struct column *test;
    int submissions, failed;
    double points, of;  // Sums.
    struct way *ways;
    int n_ways;
};

// ---- Ways ----

// The message's first line without its numbers. The caller frees it.
static char *way_of_message(const char *message)
{
    char *way = alloc_line(message), *to = way;
    for (const char *from = way; *from != '\0';) {
        size_t digits = strspn(from, "0123456789");
        if (digits > 0)
            *to++ = 'N';
        else
            *to++ = *from++;
        from += digits;
    }
    *to = '\0';
    return way;
}

static struct way *way_to(struct failing *failing, char *text, bool is_rule)
{
    for (int k = 0; k < failing->n_ways; k++) {
        if (strcmp(failing->ways[k].text, text) == 0) {
            free(text);
            return &failing->ways[k];
        }
    }
    failing->ways = alloc_resize(failing->ways, (size_t)failing->n_ways + 1,
                                 sizeof *failing->ways);
    failing->ways[failing->n_ways] =
        (struct way){ .text = text, .is_rule = is_rule };
    return &failing->ways[failing->n_ways++];
}

static void count_ways(struct failing *failing, const struct graded *graded)
{
    for (int k = 0; k < graded->n_failures; k++) {
        const struct graded_failure *failure = &graded->failures[k];
        if (strcmp(failure->suite, failing->test->suite) != 0 ||
            strcmp(failure->test, failing->test->name) != 0)
            continue;
        bool is_rule = failure->rule != NULL;
        struct way *way = way_to(failing,
                                 is_rule ? alloc_string(failure->rule)
                                         : way_of_message(failure->message),
                                 is_rule);
        way->submissions += way->last != graded;
        way->last = graded;
    }
}

static int by_submissions(const void *a, const void *b)
{
    const struct way *x = a, *y = b;
    return x->submissions != y->submissions ? y->submissions - x->submissions
                                            : strcmp(x->text, y->text);
}

// ---- Tests ----

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
        count_ways(&failing, graded);
    }
    if (failing.n_ways > 0)
        qsort(failing.ways, (size_t)failing.n_ways, sizeof *failing.ways,
              by_submissions);
    return failing;
}

static int by_failed(const void *a, const void *b)
{
    const struct failing *x = a, *y = b;
    if (x->failed != y->failed)
        return y->failed - x->failed;
    return x->test < y->test ? -1 : x->test > y->test;
}

static void put_ways(const struct failing *failing, FILE *to)
{
    fputs("<td class='text'>", to);
    for (int k = 0; k < failing->n_ways && k < MOST_WAYS; k++) {
        const struct way *way = &failing->ways[k];
        fprintf(to, "<div>%d&times; %s", way->submissions,
                way->is_rule ? "<b>rule</b> " : "");
        html_put(way->text, to);
        fputs("</div>", to);
    }
    if (failing->n_ways > MOST_WAYS)
        fprintf(to, "<div class='faint'>%d more</div>",
                failing->n_ways - MOST_WAYS);
    fputs("</td>", to);
}

static void put_row(const void *list, int k, FILE *to)
{
    const struct failing *failing = (const struct failing *)list + k;
    fputs("<tr><td class='test'>", to);
    html_put(failing->test->suite, to);
    fputc(' ', to);
    html_put(failing->test->name, to);
    fprintf(to,
            "</td><td class='n'>%d of %d</td>"
            "<td class='n part'>%.3g of %.3g</td>",
            failing->failed, failing->submissions,
            failing->points / failing->submissions,
            failing->of / failing->submissions);
    put_ways(failing, to);
    fputs("</tr>\n", to);
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
    fprintf(to,
            "<p>Of %d tests, %d failed in some submission: in one run or more. "
            "A failure counts once for a submission; N stands for any "
            "number.</p>\n",
            columns.n, failed);
    if (failed > 0)
        class_list_put("<th>test</th><th class='n'>fail it</th>"
                       "<th class='n part'>mean points</th>"
                       "<th>commonest failures, and in how many</th>",
                       put_row, all, failed, to);
    for (int k = 0; k < columns.n; k++) {
        for (int w = 0; w < all[k].n_ways; w++)
            free(all[k].ways[w].text);
        free(all[k].ways);
    }
    free(all);
    free(columns.each);
}
