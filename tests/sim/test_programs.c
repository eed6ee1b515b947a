// The small programs of bench/search/. Some policy finds each bug that shows
// between two calls, within a few thousand seeds. Without the bugs no policy
// finds anything.
#include "bench/search/program.h"
#include "tests/sim/harness.h"

static bool is_found(const struct program *program, const char *policy,
                     uint64_t n_seeds)
{
    struct sim_options options = { .policy = policy, .limit_s = 60 };
    return first_failure(program->run, options, n_seeds) != 0;
}

// Each policy gets seeds in turn, because they are good at different bugs.
static bool is_found_by_some(const struct program *program, uint64_t n_seeds)
{
    for (uint64_t most = 100; most <= n_seeds; most *= 2) {
        for (int i = 0; policies[i] != NULL; i++) {
            if (is_found(program, policies[i], most))
                return true;
        }
    }
    return false;
}

SIM_TEST(bugs_of_small_programs_are_found)
{
    for (struct program *p = programs; p != NULL; p = p->next) {
        if (p->is_fixed || p->between != BETWEEN_CALLS)
            continue;
        printf("    %s\n", p->name);
        check(is_found_by_some(p, 3200));
    }
}

SIM_TEST(small_programs_without_bugs_pass)
{
    int n = 0;
    for (struct program *p = programs; p != NULL; p = p->next) {
        if (!p->is_fixed)
            continue;
        n++;
        for (int i = 0; policies[i] != NULL; i++)
            check(!is_found(p, policies[i], 50));
    }
    check(n > 10);
}
