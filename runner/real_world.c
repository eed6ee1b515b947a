// Runs a test in real time: it calls its function.
#include "runner/world.h"

const bool world_is_simulated = false;
const bool world_is_isolated = false;

bool world_knows_policy(const char *name)
{
    (void)name;
    return false;
}

bool world_has_access_points(void)
{
    return false;
}

void world_run(const struct lab_test *test, const struct options *options,
               int seed)
{
    (void)options;
    (void)seed;
    lab_test_run(test);
}
