#include "runner/hunt_report.h"

#include "rt/alloc.h"
#include "rt/wrap.h"
#include "runner/failures.h"
#include "runner/groups.h"
#include "runner/hunt_groups.h"
#include "runner/hunt_page.h"
#include "runner/output.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Groups that are told in full, and have a page.
#define MOST_TOLD 10

// ---- The shortest run once more ----

// Waits for the run in job 0.
static void await_run(struct pool *pool, const struct options *options,
                      struct result *result)
{
    while (!pool_poll(pool, &pool->jobs[0], options, result)) {
        int stopped_by = pool_await(pool);
        if (stopped_by == 0)
            continue;
        pool_kill(pool);
        sigprocmask(SIG_SETMASK, &pool->old_mask, NULL);
        raise(stopped_by);
    }
}

// Gives the page, and the record, the name of the group.
static void rename_files(struct result *result, const char *folder,
                         const char *letter)
{
    char **paths[] = { &result->page, &result->record };
    const char *const ends[] = { "html", "jsonl" };
    for (int i = 0; i < 2; i++) {
        if (*paths[i] == NULL)
            continue;
        char *path = alloc_format("%s/%s.%s", folder, letter, ends[i]);
        if (rename(*paths[i], path) == 0) {
            free(*paths[i]);
            *paths[i] = path;
        } else {
            free(path);
        }
    }
}

// Runs the group's shortest run again, with its record and its page.
static void show(const struct hunt_report *report, struct hunt_group *group,
                 const char *letter)
{
    const struct hunted *run = &group->least.run;
    struct options options = report->of[run->policy];
    options.records = report->folder;
    struct job *job = &report->pool->jobs[0];
    job->test = run->test;
    job->run = run->seed;
    if (pool_start(report->pool, job, &options))
        await_run(report->pool, &options, &group->result);
    else
        group->result = result_not_started(errno);
    output_read_words(&job->output, &group->result);
    output_discard(&job->output);
    rename_files(&group->result, report->folder, letter);
}

// Without pages, and if it has not failed again: the message of the journal.
static void take_old_message(const struct hunt_report *report,
                             struct hunt_group *group)
{
    struct result *result = &group->result;
    if (result->outcome == FAILED)
        return;
    if (result->outcome != NOT_RUN)
        fprintf(stderr,
                "lab: %s seed %d has failed, and has not when it ran again\n",
                report->findings->tests[group->least.run.test]->name,
                group->least.run.seed);
    free(result->message);
    result->outcome = FAILED;
    result->message = alloc_string(report->findings->messages[group->number]);
}

static void show_all(const struct hunt_report *report,
                     struct hunt_groups *groups)
{
    for (int i = 0; i < groups->n; i++) {
        char *letter = groups_letter(i);
        if (report->has_pages && i < MOST_TOLD)
            show(report, &groups->each[i], letter);
        take_old_message(report, &groups->each[i]);
        free(letter);
    }
}

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

static void print_groups(const struct hunt_report *report,
                         const struct hunt_groups *groups)
{
    for (int i = 0; i < groups->n && i < MOST_TOLD; i++) {
        const struct hunt_group *group = &groups->each[i];
        const struct hunted *run = &group->least.run;
        char *letter = groups_letter(i);
        failures_print_one(&report->of[run->policy], &group->result, run->test,
                           run->seed, letter, true);
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

// "1967 runs, at least 5 of each test; 72 failed, in 13 ways". The caller frees
// it.
static char *verdict_text(const struct hunt_report *report, int n_groups)
{
    char *failed = n_groups == 0
                       ? alloc_string("none failed")
                       : alloc_format("%lld failed, in %d %s", report->n_failed,
                                      n_groups, n_groups == 1 ? "way" : "ways");
    char *inconclusive =
        report->n_inconclusive == 0
            ? alloc_string("")
            : alloc_format("; %lld inconclusive", report->n_inconclusive);
    char *text =
        alloc_format("%lld runs, at least %lld of each test; %s%s",
                     report->n_runs, fewest_runs(report), failed, inconclusive);
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
    show_all(report, &groups);
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
