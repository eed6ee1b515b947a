// Runs a test in virtual time: it is the first thread of a simulation.
#include "runner/world.h"

#include "rt/debug_log.h"
#include "sim/sim.h"
#include "tester/freed.h"
#include "tester/telling.h"
#include "tester/verdict.h"
#include "virtual/watch.h"

const bool world_is_simulated = true;
const bool world_is_isolated = false;

static void fail(const char *message)
{
    test_fail("%s", message);
}

// The threads' waits may explain a failure, too.
static bool explain(char *text, size_t size)
{
    if (test_is_listened())
        watch_tell_waits();
    return sim_describe_wait_with_lock(text, size);
}

bool world_knows_policy(const char *name)
{
    return sim_policy_is_known(name);
}

bool world_has_access_points(void)
{
    return sim_makes_access_points != NULL && sim_makes_access_points();
}

void world_prepare(const struct options *options)
{
    (void)options;
}

void world_run(const struct lab_test *test, const struct options *options,
               int seed)
{
    sim_set_fail(fail);
    verdict_hash = sim_hash;
    verdict_points = sim_points;
    verdict_explain = explain;
    debug_log_evaluates = sim_hide_accesses;
    sim_start(&(struct sim_options){
        .seed = (uint64_t)seed,
        .policy = options->policy,
        .repeated = options->repeated,
        .written = options->written,
        .asked = options->asked,
        .calm_percent = options->calm_percent,
        .calm_draws_percent = options->calm_draws_percent,
        .calm_from = options->calm_from,
        .calm_to = options->calm_to,
        .limit_points = options->limit_points,
        .back_end = options->os_threads ? SIM_OS_THREADS : SIM_FIBERS,
        .access_points = true,
        .hidden = "virtual/",
    });
    if (options->threads && test_is_listened())
        watch_start();
    if (!options->os_threads)
        freed_keep();
    lab_test_run(test);
    current_verdict->hash = sim_hash();
    sim_finish(NULL, 0);  // The rest happens in real time.
}
