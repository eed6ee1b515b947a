// Runs a test in real time, on servers that are processes.
#include "runner/world.h"

#include "judge/internal.h"
#include "record/record.h"

const bool world_is_isolated = true;

void world_prepare(const struct options *options)
{
    record_set_raft(options->raft, options->digest);
}

void world_run(const struct lab_test *test, const struct options *options,
               int seed)
{
    (void)seed;
    judge_start(options->peer, options->object);
    looks_start();
    lab_test_run(test);
    looks_stop();
    judge_stop();
}
