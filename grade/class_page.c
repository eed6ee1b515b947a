// Students chose many of the texts here. Each goes through html_put. The page
// compares submissions for staff, and judges nobody.
#include "grade/class_page.h"

#include "grade/alike.h"
#include "grade/causes.h"
#include "grade/class_head.h"
#include "grade/class_list.h"
#include "grade/class_name.h"
#include "grade/class_table.h"
#include "grade/distribution.h"
#include "grade/failing.h"
#include "grade/fingerprints.h"
#include "grade/graded.h"
#include "grade/oddities.h"
#include "grade/store.h"
#include "rt/alloc.h"
#include "rt/html.h"
#include "timing/samples.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The folder of the code that students begin with.
#define STARTER "starter"

// ---- The class as a whole ----

static void put_fact(const char *what, const char *value, FILE *to)
{
    fprintf(to, "<div><b>%s</b>%s</div>\n", value, what);
}

static void put_scores(const struct graded_class *class, FILE *to)
{
    struct samples scores = { 0 };
    for (int k = 0; k < class->n; k++)
        samples_add(&scores, class->each[k].score);
    samples_sort(&scores);
    double low = samples_quantile(&scores, 0.25);
    double high = samples_quantile(&scores, 0.75);
    char *median = alloc_format("%.1f", samples_quantile(&scores, 0.5));
    char *half = alloc_format("%.1f&ndash;%.1f", low, high);
    char *of = alloc_format("median score of %.4g", class->each[0].of);
    put_fact(of, median, to);
    put_fact("the middle half", half, to);
    free(median);
    free(half);
    free(of);
    samples_free(&scores);
}

static bool is_listed(const struct graded *graded)
{
    return graded_is_for_a_person(graded) ||
           strcmp(graded->state, "graded") != 0;
}

static int count_for_a_person(const struct graded_class *class)
{
    int n = class->n_gaps;
    for (int k = 0; k < class->n; k++)
        n += is_listed(&class->each[k]);
    return n;
}

static void put_facts(const struct graded_class *class, FILE *to)
{
    int n = class->n + class->n_gaps;
    char *all = alloc_format("%d", n);
    char *person = alloc_format("%d", count_for_a_person(class));
    fputs("<h1>Grading</h1>\n<div class='facts'>\n", to);
    put_fact(n == 1 ? "submission" : "submissions", all, to);
    if (class->n > 0)
        put_scores(class, to);
    put_fact("for a person to settle", person, to);
    fputs("</div>\n", to);
    free(all);
    free(person);
}

// ---- Were all graded alike? ----

// The texts that decide about a score, besides the submission.
static const char *basis(const struct graded *graded, int k)
{
    const char *const all[] = { graded->version, graded->points, graded->secret,
                                graded->parts };
    return all[k];
}

static void put_basis(const struct graded *graded, FILE *to)
{
    fputs("<p class='faint'>Graded by raftlab ", to);
    html_put(graded->version, to);
    if (*graded->parts != '\0') {
        fputs(", parts ", to);
        html_put(graded->parts, to);
    }
    fputs(".</p>\n", to);
}

// Names what is not the same for all.
static void put_whether_alike(const struct graded_class *class, FILE *to)
{
    static const char *const names[] = { "version of raftlab", "file of points",
                                         "secret", "list of parts" };
    int differing = 0;
    for (int b = 0; b < 4; b++) {
        int k = 1;
        while (k < class->n && strcmp(basis(&class->each[0], b),
                                      basis(&class->each[k], b)) == 0)
            k++;
        if (k >= class->n)
            continue;
        fprintf(to, "%s%s",
                differing++ > 0 ? ", nor by one "
                                : "<p><b>These scores can't be compared yet: "
                                  "not all were graded by one ",
                names[b]);
    }
    if (differing > 0)
        fputs(".</b> make grade with the same submissions grades the older "
              "ones again.</p>\n",
              to);
    else
        put_basis(&class->each[0], to);
}

// ---- For a person ----

static void put_reasons(const struct graded *graded, FILE *to)
{
    fputs("<tr>", to);
    class_name_put(graded->name, graded->given, to);
    fputs("<td>", to);
    html_put(graded->state, to);
    fputs("</td><td class='text'>", to);
    if (graded->reason != NULL)
        html_put(graded->reason, to);
    for (int k = 0; k < graded->n_mismatches; k++) {
        fputs("<div>", to);
        html_put(graded->mismatches[k], to);
        fputs("</div>", to);
    }
    fputs("</td></tr>\n", to);
}

static void put_gap(const struct graded_gap *gap, FILE *to)
{
    fputs("<tr>", to);
    class_name_put(gap->name, gap->given, to);
    fprintf(to, "<td>%s</td><td class='text'>", gap->state);
    html_put(gap->why, to);
    fputs("</td></tr>\n", to);
}

static void put_for_a_person(const struct graded_class *class, FILE *to)
{
    if (count_for_a_person(class) == 0)
        return;
    fputs("<h2>To be settled by a person</h2>\n"
          "<p>Submissions that could not be graded as they are, and those "
          "whose runs do not fit together or were INCONCLUSIVE to the "
          "end.</p>\n"
          "<div class='wide'><table><thead><tr><th>name</th><th>state</th>"
          "<th>why</th></tr></thead><tbody>\n",
          to);
    for (int k = 0; k < class->n; k++) {
        if (is_listed(&class->each[k]))
            put_reasons(&class->each[k], to);
    }
    for (int k = 0; k < class->n_gaps; k++)
        put_gap(&class->gaps[k], to);
    fputs("</tbody></table></div>\n", to);
}

// ---- Sources with much in common ----

static void put_pair(const void *list, int k, FILE *to)
{
    const struct alike_pair *pair = (const struct alike_pair *)list + k;
    fputs("<tr>", to);
    class_name_put(pair->a->name, pair->a->given, to);
    class_name_put(pair->b->name, pair->b->given, to);
    fprintf(to, "<td class='n'>%.0f%%</td><td class='n'>%d of %d</td></tr>\n",
            100 * alike_share(pair), pair->shared, pair->of);
}

static void put_alike(const struct graded_class *class, const char *out,
                      FILE *to)
{
    struct alike alike = alike_find(class, out, STARTER);
    fprintf(to, "<h2>Sources with much in common</h2>\n<p>");
    if (alike.n_compared < 2)
        fprintf(to, "No two sources were there to compare.");
    else if (alike.n == 0)
        fprintf(to,
                "Of %d sources that were compared, no two have %.0f%% or more "
                "in common.",
                alike.n_compared, 100 * ALIKE_SHARE);
    else
        fprintf(to,
                "Of %d sources that were compared, these pairs have %.0f%% or "
                "more in common. There are many reasons for that: work that "
                "was allowed together, code that the course gave, the same "
                "book. Read both sources, and ask, before you conclude "
                "anything.",
                alike.n_compared, 100 * ALIKE_SHARE);
    fprintf(to,
            "</p>\n<p class='faint'>The share: sources are compared as tokens, "
            "without comments and layout, each name, number or text as any "
            "other. Fingerprints are drawn from all sequences of %d tokens, so "
            "that %d tokens in common (about six lines) give at least one. "
            "60%% says: of the fingerprints of the one that has fewer, 60%% "
            "are in the other, too. What the starter has does not count, nor "
            "what more than half of the class and more than %d have. ",
            FINGERPRINTS_K, FINGERPRINTS_K + FINGERPRINTS_W - 1,
            ALIKE_COMMON_LEAST);
    if (alike.n_compared >= 2)
        fprintf(to, "Half of all pairs here have at most %.0f%% in common. ",
                100 * alike.median);
    fputs("Ten Rafts that were written for raftlab one by one have 1% to 17%."
          "</p>\n",
          to);
    if (alike.n > 0)
        class_list_put("<th>one</th><th>other</th><th class='n'>share</th>"
                       "<th class='n'>fingerprints</th>",
                       put_pair, alike.pairs, alike.n, to);
    alike_free(&alike);
}

// ---- Figures unlike the others' ----

static void put_oddity(const void *list, int k, FILE *to)
{
    const struct oddity *oddity = (const struct oddity *)list + k;
    fputs("<tr>", to);
    class_name_put(oddity->of->name, oddity->of->given, to);
    fputs("<td class='test'>", to);
    html_put(oddity->test->suite, to);
    fputc(' ', to);
    html_put_name(oddity->test->name, to);
    fputs(", ", to);
    html_put(oddity->layer->name, to);
    fprintf(to, "</td><td>%s</td><td class='n'>%.4g</td>", oddity->figure,
            oddity->value);
    if (oddity->median > 0)
        fprintf(to, "<td class='n'>%.4g</td>", oddity->median);
    else
        fputs("<td class='n'></td>", to);
    fprintf(to, "<td class='n part'>%d</td></tr>\n", oddity->more);
}

static void put_oddities(const struct graded_class *class, FILE *to)
{
    struct oddities oddities = oddities_find(class);
    fprintf(to,
            "<h2>Figures unlike the others&rsquo;</h2>\n"
            "<p>%s Listed are tests that a submission passed without a single "
            "RPC or save, and of each submission the figure that is farthest "
            "from the class&rsquo;s median. There may be a good reason: "
            "another design, or a busy machine at the time.</p>\n"
            "<p class='faint'>Far: at least %g times more or less than the "
            "median of at least %d submissions that passed the test, and at "
            "least %g robust standard deviations (1.48 times the median "
            "deviation of the logarithms) from it.</p>\n",
            oddities.n == 0 ? "There is none." : "For a person to look at.",
            ODDITIES_TIMES, ODDITIES_LEAST, ODDITIES_DEVIATIONS);
    if (oddities.n > 0)
        class_list_put("<th>name</th><th>test</th><th>figure</th>"
                       "<th class='n'>its own</th><th class='n'>median</th>"
                       "<th class='n part'>more such figures</th>",
                       put_oddity, oddities.each, oddities.n, to);
    free(oddities.each);
}

// ---- The whole ----

static void put_page(const struct graded_class *class, const char *out,
                     FILE *to)
{
    class_head_put(to);
    put_facts(class, to);
    if (class->n > 0)
        put_whether_alike(class, to);
    put_for_a_person(class, to);
    fputs("<h2>Scores, in percent</h2>\n", to);
    distribution_put(class, to);
    fputs("<h2>Tests that fail most</h2>\n", to);
    failing_put(class, to);
    causes_put(class, to);
    fputs("<h2>Submissions</h2>\n", to);
    class_table_put(class, to);
    put_alike(class, out, to);
    put_oddities(class, to);
    class_head_put_script(to);
}

bool class_page_write(const char *out)
{
    return graded_write(out, GRADED_PAGE, put_page);
}
