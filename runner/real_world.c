// Runs a test in real time: it calls its function.
#include "runner/world.h"

const bool world_is_isolated = false;

void world_prepare(const struct options *options)
{
    (void)options;
}

void world_run(const struct lab_test *test, const struct options *options,
               int seed)
{
    (void)options;
    (void)seed;
    lab_test_run(test);
}
