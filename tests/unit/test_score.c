// The score of runs, by the points of staff.
#include "grade/score.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

// Points for two tests and a group, which is a test's only in virtual time.
static struct weighed weighed[3];
static int places[3][200];

static void weigh(int k, char *name, const char *suite, const char *test,
                  double weight)
{
    weighed[k] = (struct weighed){ .name = name,
                                   .weight = weight,
                                   .visibility = "visible",
                                   .tests = places[k] };
    for (int i = 0; i < known_count; i++)
        if (test == NULL ? known_is_in_group(i, suite)
                         : i == known_find(suite, test))
            places[k][weighed[k].n_tests++] = i;
    check(weighed[k].n_tests > 0);
}

static struct points make_points(void)
{
    weigh(0, "2A/initial_election", "2A", "initial_election", 30);
    weigh(1, "fig2_2A", "fig2_2A", NULL, 50);
    weigh(2, "sim_2A", "sim_2A", NULL, 20);
    return (struct points){ .weighed = weighed,
                            .n = 3,
                            .of = 100,
                            .counts = { true, true, true, true },
                            .formula = FORMULA_SHARE };
}

static void add(struct runs *runs, enum layer layer, int test,
                enum run_state state, int n)
{
    if (!known_is_in(test, layer) || n == 0)
        return;
    struct asked asked = { layer, &test, 1, n, 1 };
    runs_add_all(runs, &asked, state, "it failed");
}

// All tests pass all runs in both layers, but for this one.
static struct runs all_pass_but(int test)
{
    struct runs runs = { 0 };
    for (int k = 0; k < known_count; k++) {
        if (k == test)
            continue;
        add(&runs, LAYER_ISOLATED, k, RUN_PASSED, 2);
        add(&runs, LAYER_VIRTUAL, k, RUN_PASSED, 4);
    }
    return runs;
}

static void expect_points(const struct runs *runs, double first, double fig2,
                          double sim)
{
    struct points points = make_points();
    struct score score = score_of(&points, runs);
    check_that(score.scores[0].points == first &&
                   score.scores[1].points == fig2 &&
                   score.scores[2].points == sim,
               "%g %g %g", score.scores[0].points, score.scores[1].points,
               score.scores[2].points);
    check(score.of == 100);
    double sum = first + fig2 + sim;
    check(score.total - sum < 1e-9 && sum - score.total < 1e-9);
    score_free(&score);
}

UNIT_TEST(score, of_what_passes_everything_is_all)
{
    struct runs runs = all_pass_but(-1);
    expect_points(&runs, 30, 50, 20);
    runs_free(&runs);
}

UNIT_TEST(score, of_what_was_not_run_is_nothing)
{
    struct runs runs = { 0 };
    expect_points(&runs, 0, 0, 0);
}

UNIT_TEST(score, is_of_the_least_layer)
{
    int test = known_find("2A", "initial_election");
    struct runs runs = all_pass_but(test);
    add(&runs, LAYER_ISOLATED, test, RUN_PASSED, 3);
    add(&runs, LAYER_ISOLATED, test, RUN_FAILED, 1);
    add(&runs, LAYER_VIRTUAL, test, RUN_PASSED, 1);
    add(&runs, LAYER_VIRTUAL, test, RUN_FAILED, 1);
    // The only test of sim_2A has at most the mean of 0.75, 1 and 1.
    expect_points(&runs, 15, 50, 18.33);
    // A sanitizer takes all.
    add(&runs, LAYER_TSAN, test, RUN_FAILED, 1);
    expect_points(&runs, 0, 50, 18.33);
    runs_free(&runs);
}

UNIT_TEST(score, needs_runs_in_real_and_virtual_time)
{
    int test = known_find("2A", "initial_election");
    struct runs runs = all_pass_but(test);
    add(&runs, LAYER_VIRTUAL, test, RUN_PASSED, 4);
    expect_points(&runs, 0, 50, 20);
    runs_free(&runs);
    runs = all_pass_but(test);
    add(&runs, LAYER_ISOLATED, test, RUN_PASSED, 4);
    expect_points(&runs, 0, 50, 20);
    runs_free(&runs);
}

// A forged verdict in virtual time gives no points.
UNIT_TEST(score, of_virtual_time_alone_is_nothing)
{
    struct runs runs = { 0 };
    for (int k = 0; k < known_count; k++) {
        add(&runs, LAYER_ISOLATED, k, RUN_FAILED, 2);
        add(&runs, LAYER_VIRTUAL, k, RUN_PASSED, 4);
        add(&runs, LAYER_TSAN, k, RUN_PASSED, 1);
    }
    expect_points(&runs, 0, 0, 0);
    runs_free(&runs);
}

// Tests without a weight are not run, and say nothing about the others.
UNIT_TEST(score, of_virtual_time_needs_only_tests_that_have_a_weight)
{
    struct runs runs = { 0 };
    for (int k = 0; k < known_count; k++) {
        if (!known_is_graded(k) || k == known_find("2A", "initial_election"))
            add(&runs, LAYER_ISOLATED, k, RUN_PASSED, 2);
        add(&runs, LAYER_VIRTUAL, k, RUN_PASSED, 4);
    }
    expect_points(&runs, 30, 50, 20);
    runs_free(&runs);
}

UNIT_TEST(score, tests_of_a_group_weigh_alike)
{
    struct points points = make_points();
    int n = points.weighed[1].n_tests;
    int test = points.weighed[1].tests[3];
    struct runs runs = all_pass_but(test);
    add(&runs, LAYER_ISOLATED, test, RUN_FAILED, 2);
    add(&runs, LAYER_VIRTUAL, test, RUN_FAILED, 2);
    struct score score = score_of(&points, &runs);
    double lost = 50 - score.scores[1].points;
    check(lost > 50.0 / n - 0.01 && lost < 50.0 / n + 0.01);
    score_free(&score);
    runs_free(&runs);
}

UNIT_TEST(score, inconclusive_runs_cost_nothing)
{
    int test = known_find("2A", "initial_election");
    struct runs runs = all_pass_but(test);
    add(&runs, LAYER_ISOLATED, test, RUN_PASSED, 2);
    add(&runs, LAYER_ISOLATED, test, RUN_INCONCLUSIVE, 2);
    add(&runs, LAYER_VIRTUAL, test, RUN_PASSED, 4);
    expect_points(&runs, 30, 50, 20);
    struct points points = make_points();
    struct score score = score_of(&points, &runs);
    check(score.n_open == 0);
    score_free(&score);

    // More than the others: a person looks. It still costs nothing.
    add(&runs, LAYER_ISOLATED, test, RUN_INCONCLUSIVE, 1);
    expect_points(&runs, 30, 50, 20);
    score = score_of(&points, &runs);
    check(score.n_open == 1 && score.scores[0].n_open == 1);
    check(score.scores[0].tests[0].is_open);
    score_free(&score);
    runs_free(&runs);
}

// So many points has the first line, and so many tests are for a person.
static void expect_open(const struct runs *runs, double first, int n_open)
{
    struct points points = make_points();
    struct score score = score_of(&points, runs);
    check(score.scores[0].points == first && score.n_open == n_open);
    score_free(&score);
}

// Without an isolated run that says something there is no credit yet. A layer
// of which no run says something is left out otherwise.
UNIT_TEST(score, a_layer_without_conclusive_runs_is_for_a_person)
{
    int test = known_find("2A", "initial_election");
    struct runs runs = all_pass_but(test);
    add(&runs, LAYER_ISOLATED, test, RUN_PASSED, 2);
    add(&runs, LAYER_VIRTUAL, test, RUN_INCONCLUSIVE, 4);
    expect_points(&runs, 30, 50, 20);
    expect_open(&runs, 30, 1);
    runs_free(&runs);

    runs = all_pass_but(test);
    add(&runs, LAYER_ISOLATED, test, RUN_INCONCLUSIVE, 2);
    add(&runs, LAYER_VIRTUAL, test, RUN_PASSED, 4);
    expect_open(&runs, 0, 1);
    runs_free(&runs);
}

// A Raft can make its own simulated runs inconclusive. A test that fails
// isolated has failed all the same, and so have the tests that virtual time
// alone has.
UNIT_TEST(score, what_fails_in_one_layer_is_not_for_a_person)
{
    int test = known_find("2A", "initial_election");
    struct runs runs = all_pass_but(test);
    add(&runs, LAYER_ISOLATED, test, RUN_FAILED, 2);
    add(&runs, LAYER_VIRTUAL, test, RUN_INCONCLUSIVE, 4);
    expect_open(&runs, 0, 0);
    runs_free(&runs);

    for (int k = 0; k < known_count; k++) {
        add(&runs, LAYER_ISOLATED, k, RUN_FAILED, 2);
        add(&runs, LAYER_VIRTUAL, k, RUN_INCONCLUSIVE, 4);
    }
    expect_open(&runs, 0, 0);
    runs_free(&runs);

    // A layer that is open itself settles nothing.
    runs = all_pass_but(test);
    add(&runs, LAYER_ISOLATED, test, RUN_FAILED, 1);
    add(&runs, LAYER_ISOLATED, test, RUN_INCONCLUSIVE, 2);
    add(&runs, LAYER_VIRTUAL, test, RUN_PASSED, 4);
    expect_open(&runs, 0, 1);
    runs_free(&runs);
}

UNIT_TEST(score, layers_that_do_not_count)
{
    struct points points = make_points();
    int test = known_find("2A", "initial_election");
    struct runs runs = all_pass_but(-1);
    add(&runs, LAYER_TSAN, test, RUN_FAILED, 1);
    add(&runs, LAYER_ASAN, test, RUN_INCONCLUSIVE, 1);
    points.counts[LAYER_TSAN] = points.counts[LAYER_ASAN] = false;
    struct score score = score_of(&points, &runs);
    check(score.total == 100 && score.n_open == 0);
    check(score.scores[0].tests[0].layers[LAYER_TSAN].failed == 1);
    score_free(&score);
    runs_free(&runs);
}

static void expect_mismatch(enum layer passing, int passed, int failed,
                            const char *mismatch)
{
    enum layer failing =
        passing == LAYER_VIRTUAL ? LAYER_ISOLATED : LAYER_VIRTUAL;
    int test = known_find("2A", "initial_election");
    struct points points = make_points();
    struct runs runs = all_pass_but(test);
    add(&runs, passing, test, RUN_PASSED, 3);
    add(&runs, failing, test, RUN_PASSED, passed);
    add(&runs, failing, test, RUN_FAILED, failed);
    struct score score = score_of(&points, &runs);
    check(score.n_mismatches == (mismatch != NULL));
    if (mismatch != NULL)
        check_that(strcmp(score.mismatches[0], mismatch) == 0, "%s",
                   score.mismatches[0]);
    score_free(&score);
    runs_free(&runs);
}

UNIT_TEST(score, mismatches_are_listed)
{
    expect_mismatch(LAYER_VIRTUAL, 1, 2,
                    "2A/initial_election passes in virtual time and fails "
                    "isolated");
    expect_mismatch(LAYER_ISOLATED, 0, 1,
                    "2A/initial_election passes isolated and fails in virtual "
                    "time");
    // A run that fails now and then is a rare bug, no mismatch.
    expect_mismatch(LAYER_VIRTUAL, 2, 1, NULL);
    expect_mismatch(LAYER_ISOLATED, 3, 0, NULL);
}
