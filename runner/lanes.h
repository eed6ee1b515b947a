// The choice of a hunt's next run: each test gets equal processor time, and in
// it each policy its part.
#ifndef RUNNER_LANES_H
#define RUNNER_LANES_H

#include "runner/findings.h"

#include <stdbool.h>
#include <stdint.h>

// The runs of one test under one policy.
struct lane {
    int next;         // No seed from here on has been started by this hunt.
    int64_t cost_us;  // Of its runs; of those that go on, as expected.
    long long n_runs;
};

struct lanes {
    const struct findings *findings;
    bool *chosen;  // Of the findings' tests: it is hunted.
    struct lane *all;
};

// Its runs so far are those of the findings. The caller keeps the findings, and
// says in chosen, which is taken over, which of their tests are hunted. New
// seeds begin at first_seed.
void lanes_make(struct lanes *lanes, const struct findings *findings,
                bool *chosen, int first_seed);
void lanes_free(struct lanes *lanes);

// The lane that this run belongs to.
struct lane *lanes_of(const struct lanes *lanes, const struct hunted *run);

// The runs so far of the chosen tests.
long long lanes_count(const struct lanes *lanes);

// The next run, and the processor time that is expected of it. At least one
// test is chosen.
struct hunted lanes_choose(const struct lanes *lanes, int64_t *expected_us);

#endif
