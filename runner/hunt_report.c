#include "runner/hunt_report.h"

#include "rt/alloc.h"
#include "rt/wrap.h"
#include "runner/failures.h"
#include "runner/groups.h"
#include "runner/hunt_groups.h"
#include "runner/hunt_page.h"
#include "runner/hunt_show.h"
#include "runner/output.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- In the terminal ----

//    17  B   2C: churn, figure_8
//            first with seed 3; uniform 9, pct 8
static void print_row(const struct hunt_report *report,
                      const struct hunt_group *group, const char *letter)
{
    int begun = printf("%6lld  %-2s  ", group->n_failed, letter);
    char *tests = hunt_groups_tests(report->of, group);
    wrap_print(tests, begun, begun, stdout);
    free(tests);
    printf("%*sfirst with seed %d; ", begun, "", group->first.seed);
    hunt_groups_put_policies(group, stdout);
    putchar('\n');
}

// "  was: 333 RPCs, ..." and "  is:  41 RPCs, ...", as `shrink` says it.
static void print_shrunk(const struct hunt_group *group)
{
    FILE *file = group->shrunk != NULL ? fopen(group->shrunk, "re") : NULL;
    char line[200];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "  was:", 6) == 0 || strncmp(line, "  is:", 5) == 0)
            fputs(line, stdout);
    }
    if (file != NULL)
        fclose(file);
}

static void print_groups(const struct hunt_report *report,
                         const struct hunt_groups *groups)
{
    for (int i = 0; i < groups->n && i < GROUPS_TOLD; i++) {
        const struct hunt_group *group = &groups->each[i];
        char *letter = groups_letter(i);
        failures_print_one(&group->options, &group->result,
                           group->least.run.test, group->run, letter, true);
        print_shrunk(group);
        free(letter);
    }
    printf("\n%6s  %-2s  tests\n", "failed", "by");
    for (int i = 0; i < groups->n; i++) {
        char *letter = groups_letter(i);
        print_row(report, &groups->each[i], letter);
        free(letter);
    }
    putchar('\n');
}

// The number of runs of that chosen test which has run least often.
static long long fewest_runs(const struct hunt_report *report)
{
    long long fewest = report->n_runs;
    for (int test = 0; test < report->findings->n_tests; test++) {
        long long n = 0;
        for (int policy = 0; policy < MIX_N; policy++)
            n += ranges_count(findings_done(report->findings, test, policy));
        if (report->chosen[test] && n < fewest)
            fewest = n;
    }
    return fewest;
}

// ", at least 5 of each test"; nothing of a single test. The caller frees it.
static char *fewest_text(const struct hunt_report *report)
{
    return report->options->n_tests == 1
               ? alloc_string("")
               : alloc_format(", at least %lld of each test",
                              fewest_runs(report));
}

// "1967 runs, at least 5 of each test; 72 failed, in 13 ways; stopped". The
// caller frees it.
static char *verdict_text(const struct hunt_report *report, int n_groups)
{
    char *fewest = fewest_text(report);
    char *failed = n_groups == 0
                       ? alloc_string("none failed")
                       : alloc_format("%lld failed, in %d %s", report->n_failed,
                                      n_groups, n_groups == 1 ? "way" : "ways");
    char *inconclusive =
        report->n_inconclusive == 0
            ? alloc_string("")
            : alloc_format("; %lld inconclusive", report->n_inconclusive);
    char *text =
        alloc_format("%lld %s%s; %s%s%s", report->n_runs,
                     report->n_runs == 1 ? "run" : "runs", fewest, failed,
                     inconclusive, report->is_stopped ? "; stopped" : "");
    free(fewest);
    free(failed);
    free(inconclusive);
    return text;
}

// Writes the page, and prints where it is.
static void write_page(const struct hunt_report *report,
                       const struct hunt_groups *groups, const char *verdict)
{
    char *path = alloc_format("%s/hunt.html", report->folder);
    struct hunt_page page = { report->of, groups, verdict };
    if (hunt_page_write(&page, path))
        printf("page: %s\n", path);
    else
        fprintf(stderr, "lab: %s could not be written: %s\n", path,
                strerror(errno));
    free(path);
}

void hunt_report(const struct hunt_report *report)
{
    struct hunt_groups groups =
        hunt_groups_make(report->findings, report->chosen);
    hunt_show(report, &groups, GROUPS_TOLD);
    if (groups.n > 0)
        print_groups(report, &groups);
    if (report->n_inconclusive > 0) {
        fputs("INCONCLUSIVE: ", stdout);
        result_print_summary(report->inconclusive, 160, stdout);
        putchar('\n');
    }
    char *verdict = verdict_text(report, groups.n);
    printf("hunt: %s\n", verdict);
    if (report->has_pages)
        write_page(report, &groups, verdict);
    free(verdict);
    hunt_groups_free(&groups);
}
