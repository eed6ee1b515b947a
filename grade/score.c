#include "grade/score.h"

#include "rt/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NOTHING_KNOWN (-1.0)

double score_share(const struct layer_score *layer)
{
    int conclusive = layer->passed + layer->failed;
    return conclusive == 0 ? NOTHING_KNOWN
                           : (double)layer->passed / (double)conclusive;
}

static struct test_score count(const struct runs *runs, int test)
{
    struct test_score score = { .test = test };
    for (int k = 0; k < runs->n; k++) {
        const struct run *run = &runs->runs[k];
        if (run->test != test)
            continue;
        struct layer_score *layer = &score.layers[run->layer];
        layer->runs++;
        layer->passed += run->state == RUN_PASSED;
        layer->failed += run->state == RUN_FAILED;
        layer->inconclusive += run->state == RUN_INCONCLUSIVE;
    }
    return score;
}

// Is there a part to which both tests belong?
static bool are_of_one_part(int test, int other)
{
    for (int k = 0; k < KNOWN_PARTS; k++)
        if (known_is_of_part(test, known_parts[k]) &&
            known_is_of_part(other, known_parts[k]))
            return true;
    return false;
}

// The mean share of isolated runs that the graded tests pass of those parts to
// which this test belongs; of the tests that have a weight, since only they
// were run. A test without conclusive runs counts as failed.
static double trusted_share(const struct runs *runs, int test)
{
    double sum = 0;
    int n = 0;
    for (int k = 0; k < known_count; k++) {
        if (!known_is_graded(k) || !are_of_one_part(test, k))
            continue;
        struct test_score score = count(runs, k);
        const struct layer_score *isolated = &score.layers[LAYER_ISOLATED];
        sum += fmax(score_share(isolated), 0);
        n += isolated->runs > 0;
    }
    return n == 0 ? 0 : sum / n;
}

// The sanitizers need not run every test; the other layers must have run it.
static bool must_have_run(int test, enum layer layer)
{
    return (layer == LAYER_ISOLATED || layer == LAYER_VIRTUAL) &&
           known_is_in(test, layer);
}

// Too few of the layer's runs say something, so a person has to look.
static bool is_open(const struct layer_score *layer)
{
    return layer->inconclusive > layer->passed + layer->failed;
}

static void settle(const struct points *points, const struct runs *runs,
                   struct test_score *score)
{
    double settled = 1;  // The share, as far as no open layer decides it.
    score->share = 1;
    for (int k = 0; k < N_LAYERS; k++) {
        struct layer_score *layer = &score->layers[k];
        if (!points->counts[k])
            continue;
        if (layer->runs == 0 && must_have_run(score->test, (enum layer)k))
            score->share = 0;
        score->is_open |= is_open(layer);
        double share = score_share(layer);
        if (share != NOTHING_KNOWN)
            score->share = fmin(score->share, share);
        if (layer->runs > 0 && !is_open(layer))
            settled = fmin(settled, share);
    }
    if (!known_is_in(score->test, LAYER_ISOLATED)) {
        settled = fmin(settled, trusted_share(runs, score->test));
        score->share = fmin(score->share, settled);
    } else if (score_share(&score->layers[LAYER_ISOLATED]) == NOTHING_KNOWN)
        score->share = 0;
    // A test that fails in one layer has no more points, whatever the others
    // say.
    score->is_open &= settled > 0;
    score->credit = points_credit(points, score->share);
}

// ---- Isolated and virtual runs that do not fit together ----

static bool passes(const struct layer_score *layer)
{
    return layer->passed > 0 && layer->failed == 0;
}

static bool fails(const struct layer_score *layer)
{
    return layer->failed > layer->passed;
}

static void compare(struct score *score, const struct test_score *test,
                    enum layer passing, enum layer failing)
{
    if (!passes(&test->layers[passing]) || !fails(&test->layers[failing]))
        return;
    const struct known *known = &known_tests[test->test];
    score->mismatches =
        alloc_resize(score->mismatches, (size_t)score->n_mismatches + 1,
                     sizeof *score->mismatches);
    score->mismatches[score->n_mismatches++] =
        alloc_format("%s/%s passes %s and fails %s", known->suite, known->test,
                     layer_text(passing), layer_text(failing));
}

// ---- The whole score ----

static double to_two_places(double points)
{
    return round(points * 100) / 100;
}

static struct weighed_score score_weighed(const struct points *points,
                                          const struct weighed *weighed,
                                          const struct runs *runs)
{
    struct weighed_score score = { .weighed = weighed };
    score.tests = alloc((size_t)weighed->n_tests * sizeof *score.tests);
    double credit = 0;
    for (int k = 0; k < weighed->n_tests; k++) {
        struct test_score *test = &score.tests[k];
        *test = count(runs, weighed->tests[k]);
        settle(points, runs, test);
        credit += test->credit;
        score.n_open += test->is_open;
    }
    score.points = to_two_places(weighed->weight * credit / weighed->n_tests);
    return score;
}

struct score score_of(const struct points *points, const struct runs *runs)
{
    struct score score = { .n = points->n, .of = points->of };
    score.scores = alloc((size_t)points->n * sizeof *score.scores + 1);
    for (int k = 0; k < points->n; k++) {
        struct weighed_score *weighed = &score.scores[k];
        *weighed = score_weighed(points, &points->weighed[k], runs);
        score.total = to_two_places(score.total + weighed->points);
        score.n_open += weighed->n_open;
        for (int i = 0; i < weighed->weighed->n_tests; i++) {
            compare(&score, &weighed->tests[i], LAYER_VIRTUAL, LAYER_ISOLATED);
            compare(&score, &weighed->tests[i], LAYER_ISOLATED, LAYER_VIRTUAL);
        }
    }
    return score;
}

void score_free(struct score *score)
{
    for (int k = 0; k < score->n; k++)
        free(score->scores[k].tests);
    free(score->scores);
    for (int k = 0; k < score->n_mismatches; k++)
        free(score->mismatches[k]);
    free(score->mismatches);
    *score = (struct score){ 0 };
}
