#include "grade/account.h"

#include "grade/to_json.h"
#include "rt/alloc.h"

#include <stdlib.h>

// ---- Medians of a test's runs in a layer ----

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double rpcs_of(const struct run *run)
{
    return run->rpcs;
}

static double bytes_of(const struct run *run)
{
    return (double)run->bytes;
}

static double commands_of(const struct run *run)
{
    return run->commands;
}

static double saves_of(const struct run *run)
{
    return run->saves;
}

static double seconds_of(const struct run *run)
{
    return run->seconds;
}

// The lower one of the two in the middle.
static json_t *median(const struct runs *runs, int test, enum layer layer,
                      double (*figure)(const struct run *))
{
    double *figures = alloc((size_t)runs->n * sizeof *figures + 1);
    size_t n = 0;
    for (int k = 0; k < runs->n; k++)
        if (runs->runs[k].test == test && runs->runs[k].layer == layer)
            figures[n++] = figure(&runs->runs[k]);
    qsort(figures, n, sizeof *figures, compare);
    double middle = n == 0 ? 0 : figures[(n - 1) / 2];
    free(figures);
    return json_real(middle);
}

// ---- Layers ----

static void set_counts(json_t *json, const struct layer_score *layer)
{
    to_json_set(json, "runs", json_integer(layer->runs));
    to_json_set(json, "passed", json_integer(layer->passed));
    to_json_set(json, "failed", json_integer(layer->failed));
    to_json_set(json, "inconclusive", json_integer(layer->inconclusive));
}

static json_t *layer_json(const struct report *report, enum layer layer)
{
    struct layer_score sum = { 0 };
    for (int k = 0; k < report->runs->n; k++) {
        const struct run *run = &report->runs->runs[k];
        sum.runs += run->layer == layer;
        sum.passed += run->layer == layer && run->state == RUN_PASSED;
        sum.failed += run->layer == layer && run->state == RUN_FAILED;
        sum.inconclusive +=
            run->layer == layer && run->state == RUN_INCONCLUSIVE;
    }
    if (sum.runs == 0)
        return NULL;
    const struct layer_report *times = &report->layers[layer];
    json_t *json = json_object();
    to_json_set(json, "name", json_string(layer_word(layer)));
    set_counts(json, &sum);
    to_json_set(json, "repeats", json_integer(times->repeats));
    if (layer != LAYER_ISOLATED)
        to_json_set(json, "first_seed",
                    json_integer((json_int_t)times->first_seed));
    to_json_set(json, "seconds", json_real(times->seconds));
    to_json_set(json, "cpu_seconds", json_real(times->cpu_seconds));
    return json;
}

static json_t *layers_json(const struct report *report)
{
    json_t *layers = json_array();
    for (int k = 0; k < N_LAYERS; k++) {
        json_t *layer = layer_json(report, (enum layer)k);
        if (layer != NULL)
            json_array_append_new(layers, layer);
    }
    return layers;
}

// ---- Tests ----

static json_t *test_layers(const struct report *report,
                           const struct test_score *score)
{
    json_t *layers = json_object();
    for (int k = 0; k < N_LAYERS; k++) {
        enum layer layer = (enum layer)k;
        if (score->layers[k].runs == 0)
            continue;
        const struct runs *runs = report->runs;
        json_t *json = json_object();
        set_counts(json, &score->layers[k]);
        to_json_set(json, "rpcs", median(runs, score->test, layer, rpcs_of));
        to_json_set(json, "bytes", median(runs, score->test, layer, bytes_of));
        to_json_set(json, "commands",
                    median(runs, score->test, layer, commands_of));
        to_json_set(json, "saves", median(runs, score->test, layer, saves_of));
        to_json_set(json, "seconds",
                    median(runs, score->test, layer, seconds_of));
        to_json_set(layers, layer_word(layer), json);
    }
    return layers;
}

static json_t *tests_json(const struct report *report)
{
    json_t *tests = json_array();
    for (int k = 0; k < report->score->n; k++) {
        const struct weighed_score *score = &report->score->scores[k];
        double of = score->weighed->weight / score->weighed->n_tests;
        for (int i = 0; i < score->weighed->n_tests; i++) {
            const struct test_score *test = &score->tests[i];
            json_t *json = json_object();
            to_json_set(json, "suite",
                        json_string(known_tests[test->test].suite));
            to_json_set(json, "name",
                        json_string(known_tests[test->test].test));
            to_json_set(json, "points", json_real(of * test->credit));
            to_json_set(json, "of", json_real(of));
            if (test->is_open)
                to_json_set(json, "for_a_person", json_true());
            to_json_set(json, "layers", test_layers(report, test));
            json_array_append_new(tests, json);
        }
    }
    return tests;
}

static json_t *failures_json(const struct report *report)
{
    json_t *failures = json_array();
    for (int k = 0; k < report->n_failures && k < ACCOUNT_FAILURES; k++) {
        const struct failure *failure = &report->failures[k];
        const struct known *known = &known_tests[failure->test];
        json_t *json = json_object();
        to_json_set(json, "message", to_json_text(failure->message));
        to_json_set(json, "layer", json_string(layer_word(failure->layer)));
        to_json_set(json, "suite", json_string(known->suite));
        to_json_set(json, "test", json_string(known->test));
        to_json_set(json, "runs", json_integer(failure->runs));
        if (failure->rule != NULL)
            to_json_set(json, "rule", to_json_text(failure->rule));
        if (failure->summary != NULL)
            to_json_set(json, "summary", to_json_text(failure->summary));
        if (failure->page != NULL)
            to_json_set(json, "page", to_json_text(failure->page));
        json_array_append_new(failures, json);
    }
    return failures;
}

static json_t *mismatches_json(const struct score *score)
{
    json_t *mismatches = json_array();
    for (int k = 0; k < score->n_mismatches; k++)
        json_array_append_new(mismatches, json_string(score->mismatches[k]));
    return mismatches;
}

// ---- The whole ----

static json_t *parts_json(const char *const *parts)
{
    json_t *json = json_array();
    if (parts == NULL)
        for (int k = 0; k < KNOWN_PARTS; k++)
            json_array_append_new(json, json_string(known_parts[k]));
    for (int k = 0; parts != NULL && parts[k] != NULL; k++)
        json_array_append_new(json, to_json_text(parts[k]));
    return json;
}

static void set_origin(json_t *account, const struct report *report)
{
    to_json_set(account, "raftlab", to_json_text(report->raftlab));
    to_json_set(account, "compiler", to_json_text(report->compiler));
    to_json_set(account, "points", to_json_text(report->points_digest));
    to_json_set(account, "secret", to_json_text(report->secret));
    to_json_set(account, "parts", parts_json(report->parts));
    json_t *machine = json_object();
    to_json_set(machine, "cpus", json_integer(report->cpus));
    to_json_set(machine, "kernel", to_json_text(report->kernel));
    to_json_set(account, "machine", machine);
    to_json_set(account, "began", to_json_text(report->began));
    to_json_set(account, "seconds", json_real(report->seconds));
    to_json_set(account, "cpu_seconds", json_real(report->cpu_seconds));
    to_json_set(account, "confined", to_json_text(report->confined));
}

bool account_write(const struct report *report, const char *path)
{
    json_t *account = json_object();
    to_json_set(account, "name", to_json_text(report->name));
    if (report->given != NULL)
        to_json_set(account, "handed_in_as", to_json_text(report->given));
    to_json_set(account, "digest", to_json_text(report->digest));
    to_json_set(account, "state",
                json_string(report_state_word(report->state)));
    to_json_set(account, "reason", to_json_text(report->reason));
    if (report->ignored != NULL)
        to_json_set(account, "ignored", to_json_text(report->ignored));
    to_json_set(account, "score", json_real(report->score->total));
    to_json_set(account, "of", json_real(report->score->of));
    set_origin(account, report);
    to_json_set(account, "layers", layers_json(report));
    to_json_set(account, "tests", tests_json(report));
    to_json_set(account, "failures", failures_json(report));
    to_json_set(account, "mismatches", mismatches_json(report->score));
    return to_json_write(account, path);
}
