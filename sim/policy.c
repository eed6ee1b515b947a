// The door to the policy, by which the next of several threads is chosen.
#include "sim/policy.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 100

static const struct sim_policy *const policies[] = { &sim_policy_uniform,
                                                     &sim_policy_pct,
                                                     &sim_policy_pos };
#define N_POLICIES (sizeof policies / sizeof policies[0])

// Reads a depth, all of the text; 0 if it is none.
static int read_depth(const char *text)
{
    char *end;
    if (*text < '1' || *text > '9')
        return 0;
    long depth = strtol(text, &end, 10);
    return *end == '\0' && depth <= MAX_DEPTH ? (int)depth : 0;
}

// Finds the policy of this name, and its depth. NULL if there is none.
static const struct sim_policy *find(const char *name, int *depth)
{
    size_t len = strcspn(name, ":");
    for (size_t i = 0; i < N_POLICIES; i++) {
        const struct sim_policy *policy = policies[i];
        if (strlen(policy->name) != len ||
            strncmp(policy->name, name, len) != 0)
            continue;
        *depth = policy->depth;
        if (name[len] == '\0')
            return policy;
        *depth = policy->depth > 0 ? read_depth(name + len + 1) : 0;
        return *depth > 0 ? policy : NULL;
    }
    return NULL;
}

bool sim_policy_is_known(const char *name)
{
    int depth;
    return find(name, &depth) != NULL;
}

void sim_policy_add(struct sim_thread *thread)
{
    // Drawn under all policies, so that a seed's later random numbers are the
    // same.
    uint64_t number = sim_rng_next(&sim.chance);
    if (sim.policy->add != NULL)
        sim.policy->add(thread, number);
}

void sim_policy_prepare(struct sim_thread *thread)
{
    if (sim.policy->prepare != NULL)
        sim.policy->prepare(thread);
}

void sim_policy_put_last(struct sim_thread *thread)
{
    if (sim.policy->put_last != NULL)
        sim.policy->put_last(thread);
}

struct sim_thread *sim_policy_choose(const struct sim_queue *queue)
{
    return sim.policy->choose(queue);
}

void sim_policy_start(const struct sim_options *options)
{
    int depth;
    const char *name = options->policy != NULL ? options->policy : "uniform";
    sim.policy = find(name, &depth);
    if (sim.policy == NULL)
        sim_fail("there is no such policy");
    if (sim.policy->start != NULL)
        sim.policy->start(depth);
}
