#include "timing/page.h"

#include "rt/alloc.h"
#include "rt/bad_input.h"
#include "rt/html.h"
#include "timing/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIGNIFICANT 0.05

// ---- Files ----

// Moves the written file `new` into its place.
static void finish(FILE *file, const char *new, const char *path)
{
    bool written = !ferror(file);
    written = fclose(file) == 0 && written;
    if (!written || rename(new, path) != 0)
        bad_input("timing", "%s could not be written: %s", path,
                  strerror(errno));
}

static FILE *begin_file(const char *path, char **new)
{
    *new = alloc_format("%s.%d", path, (int)getpid());
    FILE *file = fopen(*new, "we");
    if (file == NULL)
        bad_input("timing", "%s cannot be written: %s", path, strerror(errno));
    return file;
}

// Writes a picture, which is in memory, to a file of this name and into the
// page.
static void put_picture(const char *svg, const char *folder, const char *name,
                        FILE *page)
{
    char *path = alloc_format("%s/%s.svg", folder, name), *new;
    FILE *file = begin_file(path, &new);
    fputs(svg, file);
    finish(file, new, path);
    fprintf(page,
            "<figure>%s<button data-name='%s.svg'>save as SVG</button>"
            "</figure>\n",
            svg, name);
    free(new);
    free(path);
}

// ---- Comparisons ----

// Must these groups be compared? They must if they are of two Rafts in one kind
// of time, or of one Raft in both.
static bool is_pair(const struct data *data, int a, int b)
{
    const struct group *x = &data->groups[a], *y = &data->groups[b];
    return (strcmp(x->raft, y->raft) == 0) != (strcmp(x->time, y->time) == 0);
}

struct comparison {
    const struct test *test;
    enum figure figure;
    struct difference difference;
};

// Compares all tests and figures of which both groups have runs, and corrects p
// over all of them. Returns their number.
static int compare_groups(const struct data *data, int a, int b,
                          struct comparison *all)
{
    static double *p[MAX_TESTS * N_FIGURES];
    int n = 0, tested = 0;
    for (int t = 0; t < data->n_tests; t++) {
        for (int f = 0; f < N_FIGURES; f++) {
            const struct test *test = &data->tests[t];
            if (test->n_passed[a] == 0 || test->n_passed[b] == 0)
                continue;
            all[n] =
                (struct comparison){ test, (enum figure)f,
                                     samples_compare(&test->figures[a][f],
                                                     &test->figures[b][f]) };
            if (all[n].difference.is_tested)
                p[tested++] = &all[n].difference.p;
            n++;
        }
    }
    samples_correct(p, tested);
    return n;
}

static void put_median(const struct samples *s, FILE *to)
{
    double median = samples_quantile(s, 0.5);
    fprintf(to, median >= 1000 ? "<td>%.0f</td>" : "<td>%.4g</td>", median);
}

static void put_p(double p, FILE *to)
{
    if (p < 0.001)
        fputs("<td>&lt; 0.001</td>", to);
    else
        fprintf(to, "<td>%.3f</td>", p);
}

static void put_group_name(const struct group *group, FILE *to)
{
    html_put(group->raft, to);
    fprintf(to, ", %s time", group->time);
}

static void put_comparison(const struct comparison *c, int a, int b, FILE *to)
{
    fprintf(to, "<tr><td>%s %s</td><td>%s</td>", c->test->suite, c->test->name,
            figure_names[c->figure]);
    put_median(&c->test->figures[a][c->figure], to);
    put_median(&c->test->figures[b][c->figure], to);
    fprintf(to, "<td>%.2f</td>", c->difference.superior);
    put_p(c->difference.p, to);
    fputs("</tr>\n", to);
}

static void put_pair(const struct data *data, int a, int b, FILE *to)
{
    static struct comparison all[MAX_TESTS * N_FIGURES];
    int n = compare_groups(data, a, b, all), tested = 0, differ = 0;
    for (int k = 0; k < n; k++) {
        tested += all[k].difference.is_tested;
        differ +=
            all[k].difference.is_tested && all[k].difference.p < SIGNIFICANT;
    }
    fputs("<h3>", to);
    put_group_name(&data->groups[a], to);
    fputs(" &mdash; ", to);
    put_group_name(&data->groups[b], to);
    fprintf(to,
            "</h3>\n<p>%d of %d comparisons differ (p &lt; %g after Holm's "
            "correction over these %d).",
            differ, tested, SIGNIFICANT, tested);
    if (tested < n)
        fprintf(to,
                " %d more have fewer than %d runs on a side, too few to "
                "tell.",
                n - tested, SAMPLES_FOR_TEST);
    fputs("</p>\n", to);
    if (differ == 0)
        return;
    fputs("<table><tr><th>test</th><th>figure</th><th>median, first</th>"
          "<th>median, second</th><th>first is greater</th><th>p</th></tr>\n",
          to);
    for (int k = 0; k < n; k++) {
        if (all[k].difference.is_tested && all[k].difference.p < SIGNIFICANT)
            put_comparison(&all[k], a, b, to);
    }
    fputs("</table>\n", to);
}

static void put_pairs(const struct data *data, FILE *to)
{
    bool is_any = false;
    for (int a = 0; a < data->n_groups; a++) {
        for (int b = a + 1; b < data->n_groups; b++) {
            if (!is_pair(data, a, b))
                continue;
            if (!is_any)
                fputs(
                    "<h2>What differs</h2>\n"
                    "<p>Whether two sets of runs differ is told by the "
                    "Mann-Whitney U test (two-sided; normal approximation, "
                    "corrected for ties and continuity). It takes for granted "
                    "that runs are independent of each other, and compares "
                    "ranks: it needs no normal distribution. It tells that one "
                    "side tends to be greater, not by how much: see the "
                    "medians. &ldquo;First is greater&rdquo; is the share of "
                    "pairs, one run of each, in which the first is the greater "
                    "(0.50: no tendency). Only runs that passed count.</p>\n",
                    to);
            is_any = true;
            put_pair(data, a, b, to);
        }
    }
}

// ---- Elections and commits ----

static void put_quantiles(const struct data *data, enum measure measure,
                          FILE *to)
{
    static const double shares[] = { 0, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1 };
    fputs("<table><tr><th>ms</th><th>samples</th><th>min</th><th>5%</th>"
          "<th>25%</th><th>median</th><th>75%</th><th>95%</th><th>99%</th>"
          "<th>max</th></tr>\n",
          to);
    for (int g = 0; g < data->n_groups; g++) {
        const struct samples *s = &data->groups[g].measured[measure];
        if (s->n == 0)
            continue;
        fputs("<tr><td>", to);
        put_group_name(&data->groups[g], to);
        fprintf(to, "</td><td>%d</td>", s->n);
        for (size_t k = 0; k < sizeof shares / sizeof *shares; k++) {
            fputs("<td>", to);
            picture_put_number(samples_quantile(s, shares[k]), to);
            fputs("</td>", to);
        }
        fputs("</tr>\n", to);
    }
    fputs("</table>\n", to);
}

static bool has_measure(const struct data *data, enum measure measure)
{
    bool found = false;
    for (int g = 0; g < data->n_groups; g++)
        found = found || data->groups[g].measured[measure].n > 0;
    return found;
}

static void put_measure(const struct data *data, enum measure measure,
                        const char *folder, FILE *to)
{
    static const char *const files[] = { "first_leader", "leader_after_loss",
                                         "commit_reliable",
                                         "commit_unreliable" };
    if (!has_measure(data, measure))
        return;
    char *svg;
    size_t size;
    FILE *memory = alloc_stream(&svg, &size);
    picture_of_measure(data, measure, memory);
    fclose(memory);
    put_picture(svg, folder, files[measure], to);
    free(svg);
    put_quantiles(data, measure, to);
}

static void put_measures(const struct data *data, const char *folder, FILE *to)
{
    int n_records = 0;
    for (int g = 0; g < data->n_groups; g++)
        n_records += data->groups[g].n_records;
    if (n_records == 0)
        return;
    fprintf(to,
            "<h2>Elections and commits</h2>\n"
            "<p>From the records of %d runs. An election lasts from when the "
            "leader crashes or is cut off (or, if later, from when a majority "
            "is connected) to the first AppendEntries of a connected server in "
            "a newer term. A commit lasts from when raft_start takes a command "
            "to when a majority of the servers has applied it; commands that "
            "never are do not count.</p>\n",
            n_records);
    for (int m = 0; m < N_MEASURES; m++)
        put_measure(data, (enum measure)m, folder, to);
}

// ---- The whole ----

static void put_style(FILE *to)
{
    fputs(
        "<style>\n"
        ":root{color-scheme:light dark}\n"
        "body{font:14px/1.45 system-ui,sans-serif;max-width:960px;margin:16px "
        "auto;padding:0 12px;color:#222;background:#fff}\n"
        "figure{margin:10px 0;position:relative;overflow-x:auto}\n"
        "figure button{position:absolute;right:0;top:0;font:11px "
        "system-ui;color:inherit;background:none;border:1px solid #bbb;"
        "border-radius:3px;opacity:.35}\n"
        "figure:hover button,figure button:focus{opacity:1}\n"
        "table{border-collapse:collapse;font-size:12px;margin:6px 0 14px;"
        "font-variant-numeric:tabular-nums}\n"
        "th,td{padding:2px 8px;text-align:right;border-bottom:1px solid "
        "#ddd}\n"
        "th:first-child,td:first-child{text-align:left}\n"
        "h1{font-size:22px}h2{font-size:17px;margin-top:28px}"
        "h3{font-size:14px;margin:18px 0 2px;overflow-wrap:anywhere}\n"
        "@media print{figure button{display:none}"
        "figure,tr{break-inside:avoid}}\n"
        "@media (prefers-color-scheme:dark){\n"
        "body{color:#ddd;background:#16181c}th,td{border-color:#3a3d44}\n"
        "body svg text{fill:#ddd}body svg .faint{fill:#9aa0a8}"
        "body svg .axis{stroke:#3a3d44}body svg .mit{stroke:#ddd}\n",
        to);
    for (int g = 0; g < MAX_GROUPS; g++)
        fprintf(to, "body svg .g%d{fill:%s;stroke:%s}", g, picture_dark[g],
                picture_dark[g]);
    fputs("body svg .dot{stroke:none}\n}\n</style>\n", to);
}

// Writes the script that saves a picture. The saved one has the light style.
static void put_script(FILE *to)
{
    fputs("<script>\n"
          "document.addEventListener('click', function (event) {\n"
          "  var name = event.target.dataset && event.target.dataset.name;\n"
          "  if (!name) return;\n"
          "  var svg = event.target.parentNode.querySelector('svg');\n"
          "  var link = document.createElement('a');\n"
          "  link.href = URL.createObjectURL(new Blob(\n"
          "    [new XMLSerializer().serializeToString(svg)],\n"
          "    { type: 'image/svg+xml' }));\n"
          "  link.download = name;\n"
          "  link.click();\n"
          "});\n"
          "</script>\n",
          to);
}

static void put_head(const struct data *data, FILE *to)
{
    fputs("<!DOCTYPE html>\n<html lang='en'>\n<meta charset='utf-8'>\n"
          "<meta name='viewport' content='width=device-width'>\n"
          "<title>raftlab: timing</title>\n",
          to);
    put_style(to);
    fputs("<h1>Timing</h1>\n<table><tr><th>Raft</th><th>runs</th>"
          "<th>recorded runs</th></tr>\n",
          to);
    for (int g = 0; g < data->n_groups; g++) {
        fputs("<tr><td>", to);
        put_group_name(&data->groups[g], to);
        fprintf(to, "</td><td>%d</td><td>%d</td></tr>\n",
                data->groups[g].n_runs, data->groups[g].n_records);
    }
    fputs("</table>\n", to);
}

static void put_tests(const struct data *data, const char *folder, FILE *to)
{
    fputs(
        "<h2>The tests</h2>\n<p>A dot is a run that passed. The box goes from "
        "the first quartile to the third, the thick line is the median, the "
        "thin one goes from 5% to 95%. The dashed line is what MIT's lab page "
        "prints for its own solution.</p>\n",
        to);
    for (int t = 0; t < data->n_tests; t++) {
        const struct test *test = &data->tests[t];
        char *svg, *name = alloc_format("%s-%s", test->suite, test->name);
        size_t size;
        FILE *memory = alloc_stream(&svg, &size);
        picture_of_test(data, test, memory);
        fclose(memory);
        fprintf(to, "<h3>%s %s</h3>\n", test->suite, test->name);
        put_picture(svg, folder, name, to);
        free(svg);
        free(name);
    }
}

void timing_page_write(const struct data *data, const char *folder)
{
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        bad_input("timing", "%s: wants a folder to write to: %s", folder,
                  strerror(errno));
    char *path = alloc_format("%s/timing.html", folder), *new;
    FILE *page = begin_file(path, &new);
    put_head(data, page);
    put_pairs(data, page);
    put_measures(data, folder, page);
    put_tests(data, folder, page);
    put_script(page);
    fputs("</html>\n", page);
    finish(page, new, path);
    printf("%s\n", path);
    free(new);
    free(path);
}
