#include "runner/lanes.h"

#include "rt/alloc.h"
#include "runner/mix.h"

#include <stdlib.h>

// The cost that is expected of a test's first run.
#define UNKNOWN_COST_US 1000

static struct lane *lane_of(const struct lanes *lanes, int test, int policy)
{
    return &lanes->all[test * MIX_N + policy];
}

static int64_t cost_of_test(const struct lanes *lanes, int test)
{
    int64_t cost_us = 0;
    for (int policy = 0; policy < MIX_N; policy++)
        cost_us += lane_of(lanes, test, policy)->cost_us;
    return cost_us;
}

// The chosen test that has had the least processor time.
static int choose_test(const struct lanes *lanes)
{
    int best = -1;
    int64_t least_us = 0;
    for (int test = 0; test < lanes->findings->n_tests; test++) {
        if (!lanes->chosen[test])
            continue;
        int64_t cost_us = cost_of_test(lanes, test);
        if (best == -1 || cost_us < least_us) {
            best = test;
            least_us = cost_us;
        }
    }
    return best;
}

// The policy that has had the least of its part of the test's time.
static int choose_policy(const struct lanes *lanes, int test)
{
    int best = 0;
    for (int policy = 1; policy < MIX_N; policy++) {
        int64_t cost_us = lane_of(lanes, test, policy)->cost_us;
        int64_t least_us = lane_of(lanes, test, best)->cost_us;
        if (cost_us * mix[best].parts < least_us * mix[policy].parts)
            best = policy;
    }
    return best;
}

struct hunted lanes_choose(const struct lanes *lanes, int64_t *expected_us)
{
    int test = choose_test(lanes);
    int policy = choose_policy(lanes, test);
    const struct lane *lane = lane_of(lanes, test, policy);
    *expected_us =
        lane->n_runs > 0 ? lane->cost_us / lane->n_runs : UNKNOWN_COST_US;
    return (struct hunted){
        .test = test,
        .policy = policy,
        .seed = ranges_free_seed(findings_done(lanes->findings, test, policy),
                                 lane->next),
    };
}

struct lane *lanes_of(const struct lanes *lanes, const struct hunted *run)
{
    return lane_of(lanes, run->test, run->policy);
}

long long lanes_count(const struct lanes *lanes)
{
    long long n = 0;
    for (int i = 0; i < lanes->findings->n_tests * MIX_N; i++)
        n += lanes->chosen[i / MIX_N] ? lanes->all[i].n_runs : 0;
    return n;
}

void lanes_make(struct lanes *lanes, const struct findings *findings,
                bool *chosen, int first_seed)
{
    int n = findings->n_tests * MIX_N;
    *lanes = (struct lanes){ findings, chosen,
                             alloc((size_t)n * sizeof(*lanes->all)) };
    for (int i = 0; i < n; i++) {
        const struct ranges *done = &findings->done[i];
        lanes->all[i] =
            (struct lane){ first_seed, ranges_cost(done), ranges_count(done) };
    }
}

void lanes_free(struct lanes *lanes)
{
    free(lanes->chosen);
    free(lanes->all);
}
