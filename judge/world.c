// Runs a test in real time, on servers that are processes.
#include "runner/world.h"

#include "judge/internal.h"
#include "judge/messages.h"
#include "record/record.h"
#include "rt/bad_input.h"

#include <stddef.h>

const bool world_is_isolated = true;

void world_prepare(const struct options *options)
{
    char *wrong = messages_set(options->layout);
    if (wrong != NULL)
        bad_input("lab", "%s", wrong);
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
