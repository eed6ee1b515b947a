// A set of seeds, kept as ranges, and what their runs have cost.
#ifndef RUNNER_RANGES_H
#define RUNNER_RANGES_H

#include <stdint.h>

struct range {
    int first;
    int last;
    int64_t cost;  // Of the runs of all these seeds.
};

// Sorted; no two touch.
struct ranges {
    struct range *each;
    int n;
    int room;  // For so many.
};

// Adds the seeds first..last. Of those that are in the set already, their share
// of the cost is not added.
void ranges_add(struct ranges *ranges, int first, int last, int64_t cost);

// The least seed, at least `from`, that is not in the set.
int ranges_free_seed(const struct ranges *ranges, int from);

// The number of seeds; the cost of all.
long long ranges_count(const struct ranges *ranges);
int64_t ranges_cost(const struct ranges *ranges);

void ranges_free(struct ranges *ranges);

#endif
