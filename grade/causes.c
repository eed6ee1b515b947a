#include "grade/causes.h"

#include "grade/class_list.h"
#include "rt/alloc.h"
#include "rt/html.h"
#include "runner/cause.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// A rule, or messages that differ in their numbers only.
struct cause {
    char *key;
    const struct graded_failure *first;
    const struct graded *last;  // The submission that it was counted for last.
    int submissions, runs;
};

struct causes {
    struct cause *each;
    int n;
};

// ---- Counting ----

static char *key_of(const struct graded_failure *failure)
{
    return failure->rule != NULL
               ? alloc_string(failure->rule)
               : cause_signature(true, failure->message, NULL);
}

static struct cause *cause_of(struct causes *causes,
                              const struct graded_failure *failure)
{
    char *key = key_of(failure);
    for (int k = 0; k < causes->n; k++) {
        if (strcmp(causes->each[k].key, key) == 0) {
            free(key);
            return &causes->each[k];
        }
    }
    causes->each =
        alloc_resize(causes->each, (size_t)causes->n + 1, sizeof *causes->each);
    causes->each[causes->n] = (struct cause){ .key = key, .first = failure };
    return &causes->each[causes->n++];
}

static void count(struct causes *causes, const struct graded *graded)
{
    for (int k = 0; k < graded->n_failures; k++) {
        const struct graded_failure *failure = &graded->failures[k];
        struct cause *cause = cause_of(causes, failure);
        cause->submissions += cause->last != graded;
        cause->last = graded;
        cause->runs += failure->runs;
    }
}

static int by_submissions(const void *a, const void *b)
{
    const struct cause *x = a, *y = b;
    if (x->submissions != y->submissions)
        return y->submissions - x->submissions;
    return x->runs != y->runs ? y->runs - x->runs : strcmp(x->key, y->key);
}

// ---- The table ----

static void put_row(const void *list, int k, FILE *to)
{
    const struct cause *cause = (const struct cause *)list + k;
    const struct graded_failure *first = cause->first;
    char *line = alloc_line(first->rule != NULL ? first->rule : first->message);
    fprintf(to, "<tr><td class='text'>%s",
            first->rule != NULL ? "<b>rule</b> " : "");
    html_put(line, to);
    fprintf(to,
            "</td><td class='n'>%d</td><td class='n'>%d</td>"
            "<td class='test part'>",
            cause->submissions, cause->runs);
    html_put(first->suite, to);
    fputc(' ', to);
    html_put_name(first->test, to);
    fputs("</td></tr>\n", to);
    free(line);
}

void causes_put(const struct graded_class *class, FILE *to)
{
    struct causes causes = { 0 };
    for (int k = 0; k < class->n; k++)
        count(&causes, &class->each[k]);
    if (causes.n > 0) {
        qsort(causes.each, (size_t)causes.n, sizeof *causes.each,
              by_submissions);
        fputs("<h2>Rules and messages</h2>\n"
              "<p>Messages that differ in their numbers only are one: the "
              "first stands for all.</p>\n",
              to);
        class_list_put("<th>rule or message</th>"
                       "<th class='n'>submissions</th><th class='n'>runs</th>"
                       "<th class='part'>such as in</th>",
                       put_row, causes.each, causes.n, to);
    }
    for (int k = 0; k < causes.n; k++)
        free(causes.each[k].key);
    free(causes.each);
}
