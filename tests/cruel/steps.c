// Steps that several simulated tests share. They run on the test's main thread.
#include "tests/cruel/steps.h"

#include "tester/verdict.h"

struct config *step_begin(const char *title, int n, enum network network,
                          enum snapshots snapshots)
{
    test_limit_s *= LONG_TEST_FACTOR;
    struct config *cfg = cfg_make(n, network, snapshots);
    cfg_be_patient(cfg, PATIENCE);
    cfg_begin(cfg, title);
    return cfg;
}

int step_agree(struct config *cfg, int expected)
{
    return cfg_one(cfg, COMMAND(cfg_random_number(cfg)), expected, true);
}

void step_restart(struct config *cfg, int i)
{
    cfg_start1(cfg, i);
    cfg_connect(cfg, i);
}

void step_crash_and_restart(struct config *cfg, int i)
{
    cfg_crash_hard(cfg, i);
    step_restart(cfg, i);
}

int step_offer_to_each(struct config *cfg)
{
    int leader = NOBODY;
    for (int i = 0; i < cfg_n(cfg); i++) {
        int index, term;
        if (cfg_start(cfg, i, COMMAND(cfg_random_number(cfg)), &index, &term))
            leader = i;
    }
    return leader;
}

void step_run_on(struct config *cfg)
{
    int bound = 1 << cfg_random_below(cfg, 13);
    cfg_run_on(cfg, cfg_random_below(cfg, bound) + 1);
}

int step_choose_victim(struct config *cfg, int leader)
{
    if (leader != NOBODY && cfg_chance(cfg, 50))
        return leader;
    return cfg_random_below(cfg, cfg_n(cfg));
}

void step_cause_fault(struct config *cfg, int i)
{
    switch (cfg_random_below(cfg, 6)) {
    case 0:
        cfg_crash_hard(cfg, i);
        break;
    case 1:
        step_crash_and_restart(cfg, i);
        break;
    case 2:
        cfg_pause(cfg, i, cfg_random_below(cfg, RAFT_ELECTION_TIMEOUT_MS));
        break;
    case 3:
        cfg_set_clock_rate(cfg, i,
                           cfg_chance(cfg, 50) ? SLOW_PERCENT : FAST_PERCENT);
        break;
    case 4:
        cfg_disconnect(cfg, i);
        break;
    default:
        if (!cfg_is_running(cfg, i))
            cfg_start1(cfg, i);
        cfg_connect(cfg, i);
        break;
    }
}

void step_bring_back(struct config *cfg)
{
    for (int i = 0; i < cfg_n(cfg); i++) {
        if (!cfg_is_running(cfg, i))
            cfg_start1(cfg, i);
        cfg_connect(cfg, i);
    }
}

void step_heal_and_agree(struct config *cfg)
{
    cfg_set_unreliable(cfg, false);
    step_bring_back(cfg);
    cfg_converge(cfg);
    step_agree(cfg, cfg_n(cfg));
}
