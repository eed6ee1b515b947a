// Runs a test in real time: it calls its function.
#include "runner/world.h"

#include "tester/processor_waits.h"

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
    processor_waits_note_own();
    lab_test_run(test);
}
