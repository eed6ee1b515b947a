#include "grade/feedback.h"

#include "rt/alloc.h"
#include "runner/cause.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES 1000
#define REASON_BYTES  8000
#define MOST_TESTS    20  // Of a group, that are told.

char *feedback_of_layer(const struct layer_score *layer)
{
    int conclusive = layer->passed + layer->failed;
    char *passed = alloc_format("%d of %d run%s passed", layer->passed,
                                conclusive, conclusive == 1 ? "" : "s");
    if (layer->inconclusive == 0)
        return passed;
    char *text = alloc_format("%s; %d more said nothing, since the machine was "
                              "too busy",
                              passed, layer->inconclusive);
    free(passed);
    return text;
}

static const struct run *find_run(const struct report *report, int test,
                                  enum layer layer, enum run_state state)
{
    const struct runs *runs = report->runs;
    for (int k = 0; k < runs->n; k++)
        if (runs->runs[k].test == test && runs->runs[k].layer == layer &&
            runs->runs[k].state == state)
            return &runs->runs[k];
    return NULL;
}

char *feedback_of_failure(const struct report *report, int test,
                          enum layer layer)
{
    const struct run *run = find_run(report, test, layer, RUN_FAILED);
    if (run == NULL)
        run = find_run(report, test, layer, RUN_INCONCLUSIVE);
    return run == NULL ? NULL : report_text(run->message, MESSAGE_BYTES);
}

// ---- One test ----

// Each line of the text, four columns to the right.
static void put_indented(FILE *to, const char *text)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");
        fprintf(to, "    %.*s\n", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

static bool have_one_cause(const char *message, const char *other)
{
    char *cause = cause_signature(true, message, NULL);
    char *other_cause = cause_signature(true, other, NULL);
    bool is_one = strcmp(cause, other_cause) == 0;
    free(cause);
    free(other_cause);
    return is_one;
}

// Has a layer before this one failed for the same cause?
static bool is_told(const struct report *report, const struct run *run)
{
    for (int k = 0; k < (int)run->layer; k++) {
        const struct run *other =
            find_run(report, run->test, (enum layer)k, RUN_FAILED);
        if (other != NULL && have_one_cause(run->message, other->message))
            return true;
    }
    return false;
}

// Other tests or layers may have failed alike: there is one page for all.
static void put_page(FILE *to, const struct report *report,
                     const struct run *run)
{
    const struct failure *failure = report->failures;
    const struct failure *end = failure + report->n_failures;
    while (failure < end && !have_one_cause(run->message, failure->message))
        failure++;
    if (failure == end)
        return;
    if (failure->summary != NULL)
        fprintf(to, "    why, in 30 lines: %s\n", failure->summary);
    if (failure->page != NULL)
        fprintf(to, "    its page, for a browser: %s\n", failure->page);
}

static void put_failure(FILE *to, const struct report *report, int test,
                        enum layer layer)
{
    const struct run *run = find_run(report, test, layer, RUN_FAILED);
    if (run != NULL && is_told(report, run)) {
        fputs("    as above\n", to);
        return;
    }
    char *message = feedback_of_failure(report, test, layer);
    if (message != NULL)
        put_indented(to, message);
    free(message);
    if (run != NULL)
        put_page(to, report, run);
}

static void put_test(FILE *to, const struct report *report,
                     const struct test_score *score)
{
    for (int k = 0; k < N_LAYERS; k++) {
        const struct layer_score *layer = &score->layers[k];
        if (layer->runs == 0)
            continue;
        char *text = feedback_of_layer(layer);
        fprintf(to, "%s: %s%s\n", layer_text((enum layer)k), text,
                report->points->counts[k] ? "" : " (it does not count)");
        free(text);
        if (layer->passed < layer->runs)
            put_failure(to, report, score->test, (enum layer)k);
    }
    if (score->is_open)
        fputs("Too few of its runs say something: a person will look at it.\n",
              to);
}

// ---- A group ----

static bool has_full_credit(const struct test_score *score)
{
    return score->credit >= 1 && !score->is_open;
}

bool feedback_is_full(const struct weighed_score *score)
{
    for (int k = 0; k < score->weighed->n_tests; k++)
        if (!has_full_credit(&score->tests[k]))
            return false;
    return true;
}

static void put_group(FILE *to, const struct report *report,
                      const struct weighed_score *score)
{
    int n = score->weighed->n_tests;
    int full = 0;
    for (int k = 0; k < n; k++)
        full += has_full_credit(&score->tests[k]);
    fprintf(to, "%d of its %d tests have all their points.\n", full, n);
    int told = 0;
    for (int k = 0; k < n && told < MOST_TESTS; k++) {
        if (has_full_credit(&score->tests[k]))
            continue;
        const struct known *known = &known_tests[score->tests[k].test];
        fprintf(to, "\n%s/%s\n", known->suite, known->test);
        put_test(to, report, &score->tests[k]);
        told++;
    }
    if (n - full > told)
        fprintf(to, "\nand %d more\n", n - full - told);
}

// In virtual time all may pass, and yet the credit is little.
static void put_distrust(FILE *to, const struct weighed_score *score)
{
    for (int k = 0; k < score->weighed->n_tests; k++) {
        const struct test_score *test = &score->tests[k];
        double share = score_share(&test->layers[LAYER_VIRTUAL]);
        if (known_is_in(test->test, LAYER_ISOLATED) || share <= test->share)
            continue;
        fputs("\nThese tests exist only in virtual time. They count as far as "
              "the graded tests\nof the same part pass isolated.\n",
              to);
        return;
    }
}

static void put_reason(FILE *to, const struct report *report)
{
    if (report->reason == NULL)
        return;
    char *reason = report_text(report->reason, REASON_BYTES);
    fprintf(to, "%s\n", reason);
    free(reason);
}

static bool was_run(const struct report *report)
{
    return report->state == REPORT_GRADED ||
           report->state == REPORT_FOR_A_PERSON;
}

char *feedback_of(const struct report *report,
                  const struct weighed_score *score)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    if (!was_run(report))
        put_reason(to, report);
    else if (score->weighed->n_tests == 1)
        put_test(to, report, &score->tests[0]);
    else
        put_group(to, report, score);
    if (was_run(report))
        put_distrust(to, score);
    fclose(to);
    return text;
}

// ---- The submission ----

char *feedback_of_all(const struct report *report)
{
    char *text;
    size_t size;
    FILE *to = alloc_stream(&text, &size);
    const struct score *score = report->score;
    if (report->state == REPORT_REFUSED)
        fputs("The submission was refused.\n", to);
    else if (report->state == REPORT_NOT_BUILT)
        fputs("The submission could not be built.\n", to);
    else
        fprintf(to, "%g of %g points.\n", score->total, score->of);
    put_reason(to, report);
    for (int k = 0; k < score->n_mismatches; k++)
        fprintf(to, "%s%s.\n",
                k == 0 ? "\nA test has what the worse of the two says:\n" : "",
                score->mismatches[k]);
    if (score->n_open > 0)
        fprintf(to,
                "\nA person will look at %d test%s: too few of their runs say "
                "something.\nThat costs no points.\n",
                score->n_open, score->n_open == 1 ? "" : "s");
    fclose(to);
    return text;
}
