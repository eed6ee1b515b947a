#include "runner/bound_report.h"

#include "rt/alloc.h"
#include "rt/clean.h"
#include "rt/wrap.h"
#include "runner/failures.h"
#include "runner/groups.h"
#include "runner/output.h"
#include "runner/taping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OF_LARGE "least, the middle and the greatest"

void bound_report_make(struct bound_report *report,
                       const struct options *options)
{
    *report = (struct bound_report){ .options = options };
    report->tests = alloc((size_t)options->n_tests * sizeof(*report->tests));
    for (int i = 0; i < options->n_tests; i++)
        report->tests[i].test = options->tests[i];
}

void bound_report_free(struct bound_report *report)
{
    for (int i = 0; i < report->signatures.n; i++)
        free(report->groups[i].message);
    free(report->groups);
    signatures_free(&report->signatures);
    free(report->inconclusive);
    free(report->kinds);
    free(report->tests);
}

// ---- Runs ----

static struct bound_kind *kind_of(struct bound_report *report, const char *name)
{
    for (int i = 0; i < report->n_kinds; i++) {
        if (strcmp(report->kinds[i].name, name) == 0)
            return &report->kinds[i];
    }
    report->kinds = alloc_resize(report->kinds, (size_t)report->n_kinds + 1,
                                 sizeof(*report->kinds));
    struct bound_kind *kind = &report->kinds[report->n_kinds++];
    *kind = (struct bound_kind){ 0 };
    snprintf(kind->name, sizeof kind->name, "%s", name);
    return kind;
}

static void count_deviation(struct bound_report *report,
                            struct bound_test *test,
                            const struct deviations *run)
{
    if (run->n == 0)
        return;
    const struct deviation *last = &run->each[run->n - 1];
    struct bound_kind *kind = kind_of(report, last->stream.kind);
    kind->n++;
    kind->is_reduced |= last->is_reduced;
    test->is_reduced |= last->is_reduced;
}

// Which of the runs of one test is the first does not depend on when they end.
static void add_failure(struct bound_report *report,
                        const struct bound_test *test,
                        const struct deviations *run,
                        const struct result *result)
{
    int n = report->signatures.n;
    int number =
        signatures_number(&report->signatures, result_signature(result));
    if (number == n) {
        report->groups = alloc_resize(report->groups, (size_t)n + 1,
                                      sizeof(*report->groups));
        report->groups[n] = (struct bound_group){ .test = test, .first = *run };
        report->groups[n].message = alloc_string(result->message);
    }
    struct bound_group *group = &report->groups[number];
    group->n_runs++;
    if (group->test != test || deviations_compare(run, &group->first) >= 0)
        return;
    group->first = *run;
    free(group->message);
    group->message = alloc_string(result->message);
}

void bound_report_run(struct bound_report *report, struct bound_test *test,
                      const struct deviations *run, const struct result *result)
{
    test->n_runs++;
    test->cpu_s += result->cpu_s;
    count_deviation(report, test, run);
    if (result->outcome == FAILED) {
        test->n_failed++;
        add_failure(report, test, run, result);
    } else if (result->outcome == INCONCLUSIVE) {
        test->n_inconclusive++;
        if (report->inconclusive == NULL)
            report->inconclusive = alloc_line(result->message);
    }
}

// ---- A test ----

static const char *bound_in_words(const struct bound_report *report)
{
    return report->options->bound == 1 ? "one deviation" : "two deviations";
}

static bool only_calm(const struct bound_test *test, uint64_t n_of_it)
{
    return test->n_runs == 1 && n_of_it == 1;
}

// "all 1533 runs of 2B_figure_8 with at most one deviation pass"
static void put_claim(const struct bound_report *report,
                      const struct bound_test *test, bool stopped, FILE *to)
{
    const char *name = test->test->name;
    const char *bound = bound_in_words(report);
    unsigned long long n = test->n_runs;
    unsigned long long failed = test->n_failed;
    unsigned long long inconclusive = test->n_inconclusive;
    if (only_calm(test, failed))
        fprintf(to, "the calm run of %s fails, so no other is made", name);
    else if (only_calm(test, inconclusive))
        fprintf(to, "the calm run of %s is inconclusive, so no other is made",
                name);
    else if (stopped && test->n_expected > 0)
        fprintf(to, "stopped after %llu of %llu runs of %s; %llu failed", n,
                (unsigned long long)test->n_expected, name, failed);
    else if (stopped)
        fprintf(to, "stopped after %llu runs of %s; %llu failed", n, name,
                failed);
    else if (failed > 0)
        fprintf(to, "%llu of %llu runs of %s with at most %s fail", failed, n,
                name, bound);
    else if (inconclusive > 0)
        fprintf(to, "%llu of %llu runs of %s with at most %s are inconclusive",
                inconclusive, n, name, bound);
    else
        fprintf(to, "all %llu runs of %s with at most %s pass", n, name, bound);
    if (test->is_reduced && !stopped && failed + inconclusive == 0)
        fprintf(to,
                " (of draws with more than %d values three: the " OF_LARGE ")",
                DEVIATIONS_SMALL);
}

void bound_report_test(struct bound_report *report,
                       const struct bound_test *test, bool stopped)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    put_claim(report, test, stopped, to);
    if (report->options->n_tests > 1)
        fprintf(to, "; %.1f s, CPU %.1f s", test->wall_s, test->cpu_s);
    fclose(to);
    wrap_print(text, 0, 4, stdout);
    free(text);
    report->is_stopped |= stopped;
}

// ---- Failures ----

static int first_test_first(const void *a, const void *b)
{
    const struct bound_group *x = a, *y = b;
    if (x->test != y->test)
        return x->test < y->test ? -1 : 1;
    int order = deviations_compare(&x->first, &y->first);
    return order != 0 ? order : strcmp(x->message, y->message);
}

// "  deviates: turn 812 of "S1 ticker" is 2"
static void print_deviations(const struct deviations *run)
{
    if (run->n == 0)
        puts("  deviates: nowhere, it is the calm run");
    for (int i = 0; i < run->n; i++) {
        const struct deviation *deviation = &run->each[i];
        char *text = alloc_format("%s %u of thread \"%s\" is %llu",
                                  deviation->stream.kind, deviation->draw.index,
                                  deviation->stream.thread,
                                  (unsigned long long)deviation->draw.value);
        clean_text(text, strlen(text));
        printf("%s%s\n", i == 0 ? "  deviates: " : "            ", text);
        free(text);
    }
}

// The first run of a group, which runs again.
struct again {
    const struct lab_test *test;
    struct options options;
    struct short_tape tape;
    char *folder;  // For its tape, record and page.
    char *path;    // Of the tape.
};

static void again_make(struct again *again, const struct bound_report *report,
                       const struct bound_group *group, const char *letter)
{
    again->test = group->test->test;
    again->folder = alloc_format("%s/%s-%s-bound-%s", report->options->logs,
                                 again->test->suite, again->test->name, letter);
    again->path = alloc_format("%s/run.tape", again->folder);
    deviations_put(&group->first, &again->tape);
    again->options = *report->options;
    again->options.tests = &again->test;
    again->options.n_tests = 1;
    again->options.runs = MAX_SEED;
    again->options.records = again->folder;
    again->options.repeated = &again->tape.tape;
    again->options.tape = again->path;
    again->options.save_tape = again->path;
    output_make_folder(again->folder);  // Else the tape cannot be written.
    taping_write(&again->options, &again->tape.tape, "a bound");
}

static void again_free(struct again *again)
{
    free(again->path);
    free(again->folder);
}

// Returns the signal that asked the program to stop meanwhile, or 0.
static int tell(const struct bound_report *report, struct pool *pool,
                const struct bound_group *group, const char *letter,
                bool is_explained)
{
    struct again again;
    again_make(&again, report, group, letter);
    struct result result = { 0 };
    int stopped_by = pool_run_alone(pool, 0, 1, &again.options, &result);
    result_keep_failure(&result, group->test->test->name, group->message);
    failures_print_one(&again.options, &result, 0, 1, letter, true);
    print_deviations(&group->first);
    if (!is_explained || !failures_print_why(&again.options, &result))
        putchar('\n');
    result_free(&result);
    again_free(&again);
    return stopped_by;
}

static void print_group(const struct bound_group *group, const char *letter)
{
    printf("%6llu  %-2s  %s\n", (unsigned long long)group->n_runs, letter,
           group->test->test->name);
}

static void tell_failures(struct bound_report *report, struct pool *pool,
                          int *stopped_by)
{
    int n = report->signatures.n;
    if (n == 0)
        return;
    qsort(report->groups, (size_t)n, sizeof *report->groups, first_test_first);
    int signal = 0;
    for (int i = 0; i < n && i < GROUPS_TOLD && signal == 0; i++) {
        char *letter = groups_letter(i);
        signal = tell(report, pool, &report->groups[i], letter,
                      i < GROUPS_EXPLAINED);
        free(letter);
    }
    if (signal != 0)
        *stopped_by = signal;
    printf("%6s  %-2s  first in\n", "failed", "by");
    for (int i = 0; i < n; i++) {
        char *letter = groups_letter(i);
        print_group(&report->groups[i], letter);
        free(letter);
    }
}

// ---- The end ----

static int more_first(const void *a, const void *b)
{
    const struct bound_kind *x = a, *y = b;
    if (x->n != y->n)
        return x->n > y->n ? -1 : 1;
    return strcmp(x->name, y->name);
}

static const char *values_of(const struct bound_kind *kind)
{
    if (strcmp(kind->name, "turn") == 0)
        return "each other thread that can run";
    if (strcmp(kind->name, "wake") == 0)
        return "each other thread that can be woken";
    return kind->is_reduced ? "the " OF_LARGE " value" : "each other value";
}

static void print_kinds(const struct bound_report *report)
{
    if (report->n_kinds == 0)
        return;
    qsort(report->kinds, (size_t)report->n_kinds, sizeof(*report->kinds),
          more_first);
    printf("\n%10s  %-10s  %s\n", "deviations", "kind", "tried");
    for (int i = 0; i < report->n_kinds; i++) {
        struct bound_kind *kind = &report->kinds[i];
        clean_text(kind->name, strlen(kind->name));
        printf("%10llu  %-10s  %s\n", (unsigned long long)kind->n, kind->name,
               values_of(kind));
    }
}

static struct bound_test sum_of(const struct bound_report *report)
{
    struct bound_test sum = { 0 };
    for (int i = 0; i < report->options->n_tests; i++) {
        const struct bound_test *test = &report->tests[i];
        sum.n_runs += test->n_runs;
        sum.n_failed += test->n_failed;
        sum.n_inconclusive += test->n_inconclusive;
        sum.cpu_s += test->cpu_s;
        sum.wall_s += test->wall_s;
    }
    return sum;
}

static void print_verdict(const struct bound_report *report,
                          const struct bound_test *sum)
{
    printf(
        "\nraftlab: %llu of %llu runs passed",
        (unsigned long long)(sum->n_runs - sum->n_failed - sum->n_inconclusive),
        (unsigned long long)sum->n_runs);
    if (sum->n_failed > 0)
        printf("; %llu failed", (unsigned long long)sum->n_failed);
    if (sum->n_inconclusive > 0)
        printf("; %llu inconclusive", (unsigned long long)sum->n_inconclusive);
    puts(report->is_stopped ? "; stopped before all were made" : ".");
    printf("wall %.1f s, CPU %.1f s\n", sum->wall_s, sum->cpu_s);
}

int bound_report_end(struct bound_report *report, struct pool *pool,
                     int *stopped_by)
{
    tell_failures(report, pool, stopped_by);
    print_kinds(report);
    struct bound_test sum = sum_of(report);
    if (report->inconclusive != NULL) {
        fputs("INCONCLUSIVE: ", stdout);
        wrap_print(report->inconclusive, (int)strlen("INCONCLUSIVE: "), 4,
                   stdout);
    }
    print_verdict(report, &sum);
    if (sum.n_failed > 0)
        return EXIT_FAILURE;
    return sum.n_inconclusive > 0 ? EXIT_INCONCLUSIVE : EXIT_SUCCESS;
}
