#include "grade/class_table.h"

#include "grade/class_name.h"
#include "grade/columns.h"
#include "rt/alloc.h"
#include "rt/html.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MOST_FAILURES 8

// ---- Points of suites ----

// A column is of a suite, or of all whose names begin alike: sim_2A, sim_2B.
struct group {
    const char *name;
    int length;
};

static struct group group_of(const char *suite)
{
    return (struct group){ suite, (int)strcspn(suite, "_") };
}

static bool is_in(const char *suite, struct group group)
{
    struct group own = group_of(suite);
    return own.length == group.length &&
           strncmp(suite, group.name, (size_t)group.length) == 0;
}

// Those of the class, in their order. free() frees them.
static struct group *groups_of(const struct columns *columns, int *n)
{
    struct group *groups = alloc((size_t)columns->n * sizeof *groups);
    *n = 0;
    for (int k = 0; k < columns->n; k++) {
        int known = 0;
        while (known < *n && !is_in(columns->each[k].suite, groups[known]))
            known++;
        if (known == *n)
            groups[(*n)++] = group_of(columns->each[k].suite);
    }
    return groups;
}

// Sums what the submission has of the group. Returns what there is of it.
static double sum_group(const struct graded *graded, struct group group,
                        double *points)
{
    double of = 0;
    *points = 0;
    for (int k = 0; k < graded->n_tests; k++) {
        if (!is_in(graded->tests[k].suite, group))
            continue;
        *points += graded->tests[k].points;
        of += graded->tests[k].of;
    }
    return of;
}

static void put_group(const struct graded *graded, struct group group, FILE *to)
{
    double points, of = sum_group(graded, group, &points);
    if (of > 0)
        fprintf(to, "<td class='n part' data-v='%.4f'>%.2f</td>", points,
                points);
    else
        fputs("<td class='n part' data-v='-1'></td>", to);
}

// With what most can have, which is the same for all that were graded alike.
static void put_group_head(const struct graded_class *class, struct group group,
                           FILE *to)
{
    double points, most = 0;
    for (int k = 0; k < class->n; k++) {
        double of = sum_group(&class->each[k], group, &points);
        most = of > most ? of : most;
    }
    fputs("<th class='n part'><button>", to);
    char *name = alloc_format("%.*s", group.length, group.name);
    html_put(name, to);
    free(name);
    fprintf(to, "</button><div class='faint'>of %.4g</div></th>", most);
}

// ---- A submission ----

// The start of a link to a file of the submission. html_put makes its name
// safe in the attribute, and its characters are those of a file of the
// grading; "./" keeps a colon in it from being read as a scheme.
static void put_link(const struct graded *graded, const char *path, FILE *to)
{
    fputs("<a href=\"./", to);
    html_put(graded->name, to);
    fputc('/', to);
    html_put(path, to);
    fputs("\">", to);
}

static void put_failures(const struct graded *graded, FILE *to)
{
    fprintf(to, "<td data-v='%d'>", graded->n_failures);
    for (int k = 0; k < graded->n_failures && k < MOST_FAILURES; k++) {
        const struct graded_failure *failure = &graded->failures[k];
        const char *path =
            failure->page != NULL ? failure->page : failure->summary;
        if (path == NULL)
            continue;
        put_link(graded, path, to);
        fprintf(to, "%d</a> ", k + 1);
    }
    if (graded->n_failures > MOST_FAILURES)
        fprintf(to, "<span class='faint'>of %d</span>", graded->n_failures);
    fputs("</td>", to);
}

static void put_files(const struct graded *graded, FILE *to)
{
    static const char *const files[][2] = { { "results.json", "results" },
                                            { "junit.xml", "JUnit" },
                                            { "account.json", "account" } };
    fputs("<td class='files'>", to);
    for (size_t k = 0; k < sizeof files / sizeof *files; k++) {
        put_link(graded, files[k][0], to);
        fprintf(to, "%s</a> ", files[k][1]);
    }
    fputs("</td>", to);
}

static void put_score(const struct graded *graded, FILE *to)
{
    fprintf(to,
            "<td class='n' data-v='%.4f'>%.2f</td>"
            "<td class='part'><meter min='0' max='%g' value='%g'></meter></td>",
            graded->score, graded->score, graded->of, graded->score);
}

static void put_row(const struct graded *graded, const struct group *groups,
                    int n, FILE *to)
{
    fputs("<tr>", to);
    class_name_put(graded->name, graded->given, to);
    put_score(graded, to);
    fputs("<td>", to);
    html_put(graded->state, to);
    fputs("</td>", to);
    for (int k = 0; k < n; k++)
        put_group(graded, groups[k], to);
    put_failures(graded, to);
    put_files(graded, to);
    fputs("</tr>\n", to);
}

static void put_gap(const struct graded_gap *gap, int n, FILE *to)
{
    fputs("<tr>", to);
    class_name_put(gap->name, gap->given, to);
    fprintf(to,
            "<td class='n' data-v='-1'></td><td class='part'></td><td>%s</td>",
            gap->state);
    for (int k = 0; k < n; k++)
        fputs("<td class='n part' data-v='-1'></td>", to);
    fputs("<td data-v='0'></td><td></td></tr>\n", to);
}

// ---- The table ----

static void put_head(const struct graded_class *class,
                     const struct group *groups, int n, FILE *to)
{
    fputs("<thead><tr><th aria-sort='ascending'><button>name</button></th>"
          "<th class='n'><button>score</button></th><th class='part'></th>"
          "<th><button>state</button></th>",
          to);
    for (int k = 0; k < n; k++)
        put_group_head(class, groups[k], to);
    fputs("<th class='n'><button>failures</button></th><th>files</th>"
          "</tr></thead>\n",
          to);
}

void class_table_put(const struct graded_class *class, FILE *to)
{
    int n;
    struct columns columns = columns_of(class);
    struct group *groups = groups_of(&columns, &n);
    fputs("<div class='wide'><table id='submissions'>", to);
    put_head(class, groups, n, to);
    fputs("<tbody>\n", to);
    for (int k = 0; k < class->n; k++)
        put_row(&class->each[k], groups, n, to);
    for (int k = 0; k < class->n_gaps; k++)
        put_gap(&class->gaps[k], n, to);
    fputs("</tbody></table></div>\n", to);
    free(groups);
    free(columns.each);
}
