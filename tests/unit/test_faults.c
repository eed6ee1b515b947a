// The tester's functions for network faults affect the link that they name, in
// its direction, also after servers have restarted.
#include "rt/clock.h"
#include "tester/config.h"
#include "tests/unit/unit.h"

// Long enough for two elections.
enum { WHILE_MS = 1500 };

// Returns how many RPCs reach server i in this time.
static int n_reach(struct config *cfg, int i)
{
    int before = cfg_rpc_count(cfg, i);
    cfg_sleep_ms(cfg, WHILE_MS);
    return cfg_rpc_count(cfg, i) - before;
}

static void restart(struct config *cfg, int i)
{
    cfg_start1(cfg, i);
    cfg_connect(cfg, i);
}

// Server 0 cannot reach server 1, but receives from it, also after either has
// restarted. No server leads until the link is repaired.
UNIT_TEST(faults, a_one_way_cut_outlives_restarts)
{
    struct config *cfg = cfg_make(2, RELIABLE, NO_SNAPSHOTS);
    cfg_cut_one_way(cfg, 0, 1, true);

    for (int round = 0; round < 3; round++) {
        if (round > 0)
            restart(cfg, round - 1);
        check_that(n_reach(cfg, 1) == 0, "round %d", round);
        check_that(n_reach(cfg, 0) > 0, "round %d", round);
        cfg_check_no_leader(cfg);
    }
    cfg_cut_one_way(cfg, 0, 1, false);
    cfg_one(cfg, COMMAND(1), 2, true);

    cfg_cleanup(cfg);
}

// Returns how long the two need to agree: the best of five.
static int64_t agreement_ms(struct config *cfg)
{
    int64_t best_ms = 10000;
    for (int k = 0; k < 5; k++) {
        int64_t start_ms = clock_now_ms();
        cfg_one(cfg, COMMAND(cfg_random_number(cfg)), 2, true);
        int64_t took_ms = clock_now_ms() - start_ms;
        if (took_ms < best_ms)
            best_ms = took_ms;
    }
    return best_ms;
}

// A slow link in either direction delays agreement, whichever server leads. It
// stays slow when both have restarted, until it is made fast again.
UNIT_TEST(faults, a_slow_link_outlives_restarts)
{
    enum { SLOW_MS = 200 };
    struct config *cfg = cfg_make(2, RELIABLE, NO_SNAPSHOTS);
    cfg_set_slow_link(cfg, 0, 1, SLOW_MS);

    check(agreement_ms(cfg) >= SLOW_MS);
    restart(cfg, 0);
    restart(cfg, 1);
    check(agreement_ms(cfg) >= SLOW_MS);
    cfg_set_slow_link(cfg, 0, 1, 0);
    check(agreement_ms(cfg) < SLOW_MS);

    cfg_cleanup(cfg);
}

// A flapping server is connected about half of the time. A crashed one stays
// disconnected.
UNIT_TEST(faults, flapping)
{
    struct config *cfg = cfg_make(2, RELIABLE, NO_SNAPSHOTS);
    int n_up = 0;
    for (int step = 0; step < 60; step++) {
        cfg_flap(cfg, 0, 200);
        n_up += cfg_is_connected(cfg, 0);
        cfg_sleep_ms(cfg, 10);
    }
    check_that(10 <= n_up && n_up <= 50, "%d of 60", n_up);

    cfg_crash1(cfg, 0);
    for (int step = 0; step < 30; step++) {
        cfg_flap(cfg, 0, 200);
        check(!cfg_is_connected(cfg, 0));
        cfg_sleep_ms(cfg, 10);
    }

    cfg_cleanup(cfg);
}

// Repairing the network ends all faults: agreement takes its usual time, and no
// request arrives twice.
UNIT_TEST(faults, mending)
{
    struct config *cfg = cfg_make(2, UNRELIABLE, NO_SNAPSHOTS);
    cfg_set_long_reordering(cfg, true);
    cfg_set_request_reordering(cfg, true);
    cfg_set_duplicates(cfg, 100);
    cfg_cut_one_way(cfg, 0, 1, true);
    cfg_set_slow_link(cfg, 1, 0, 400);
    cfg_sleep_ms(cfg, WHILE_MS);

    cfg_mend(cfg);
    cfg_sleep_ms(cfg, CFG_LATEST_MS);
    int n_sent = cfg_rpc_total(cfg);
    int n_arrived = cfg_rpc_count(cfg, 0) + cfg_rpc_count(cfg, 1);
    for (int k = 0; k < 10; k++)
        check(agreement_ms(cfg) < 200);
    n_arrived = cfg_rpc_count(cfg, 0) + cfg_rpc_count(cfg, 1) - n_arrived;
    n_sent = cfg_rpc_total(cfg) - n_sent;
    check(n_arrived <= n_sent);
    check(n_arrived >= n_sent - 2);  // Some are on their way.

    cfg_cleanup(cfg);
}
