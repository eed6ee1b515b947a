// Faults that only the simulator can cause: a server crashes between any two
// steps of its threads, pauses, or has a fast or slow clock. Committed
// entries stay, and in the end all servers agree.
//
// As in every test, the tester compares each entry that a server applies with
// those that the others applied at that index, and with its own before a crash.
#include "rt/clock.h"
#include "tester/config.h"
#include "tester/lab_test.h"
#include "tests/cruel/steps.h"

#include <stddef.h>

// ---- Fast and slow clocks ----

static void draw_clock_rates(struct config *cfg)
{
    for (int i = 0; i < cfg_n(cfg); i++)
        cfg_set_clock_rate(
            cfg, i,
            SLOW_PERCENT + cfg_random_near(cfg, FAST_PERCENT - SLOW_PERCENT + 1,
                                           100 - SLOW_PERCENT));
}

// Elections end with one leader although the servers' timers differ (§5.6:
// safety does not depend on timing, and the timing requirement leaves room).
LAB_TEST(sim_2A, elections_with_clocks_apart)
{
    struct config *cfg =
        step_begin("Test (sim 2A): elections with clocks apart", 5, RELIABLE,
                   NO_SNAPSHOTS);

    for (int round = 0; round < 6; round++) {
        if (!cfg_round(cfg))
            continue;
        draw_clock_rates(cfg);
        int leader = cfg_check_one_leader(cfg);
        cfg_disconnect(cfg, leader);
        cfg_check_one_leader(cfg);
        cfg_connect(cfg, leader);
        cfg_check_one_leader(cfg);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Gives the leader one clock rate and the others another, and makes them agree;
// then again with the next leader.
static void agree_at_rates(struct config *cfg, int leader_percent,
                           int other_percent)
{
    int leader = cfg_check_one_leader(cfg);
    for (int i = 0; i < cfg_n(cfg); i++)
        cfg_set_clock_rate(cfg, i,
                           i == leader ? leader_percent : other_percent);
    for (int k = 0; k < 10; k++)
        step_agree(cfg, cfg_n(cfg));

    cfg_disconnect(cfg, leader);
    step_agree(cfg, cfg_n(cfg) - 1);
    cfg_connect(cfg, leader);
    step_agree(cfg, cfg_n(cfg));
}

LAB_TEST(sim_2B, agreement_with_clocks_apart)
{
    struct config *cfg =
        step_begin("Test (sim 2B): agreement with clocks apart", 5, RELIABLE,
                   NO_SNAPSHOTS);

    agree_at_rates(cfg, FAST_PERCENT, SLOW_PERCENT);
    agree_at_rates(cfg, SLOW_PERCENT, FAST_PERCENT);
    agree_at_rates(cfg, SLOW_PERCENT, SLOW_PERCENT);
    agree_at_rates(cfg, FAST_PERCENT, FAST_PERCENT);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- A leader that pauses ----

// A leader pauses while it sends, longer than the others need to elect another
// leader. When it resumes, it still leads in its own view and sends the rest.
// Then it must learn of the new term and agree (§5.1).
static void run_pauses(const char *title, enum network network)
{
    struct config *cfg = step_begin(title, 5, network, NO_SNAPSHOTS);
    swarm_draw(cfg, 0, DUPLICATES);
    step_add_to_network(cfg);

    for (int round = 0; round < 5; round++) {
        if (!cfg_round(cfg))
            continue;
        step_agree(cfg, 5);
        int leader = cfg_check_one_leader(cfg);
        int index, term;
        for (int k = 0; k < 3; k++)
            cfg_start(cfg, leader, COMMAND(cfg_random_number(cfg)), &index,
                      &term);
        cfg_run_on(cfg, cfg_random_below(cfg, 400) + 1);
        int pause_ms = 3000 + cfg_random_below(cfg, RAFT_ELECTION_TIMEOUT_MS);
        int64_t over_ns = clock_now_ns() + pause_ms * NS_PER_MS;
        cfg_pause(cfg, leader, pause_ms);

        step_agree(cfg, 4);
        // It may win another election after its pause.
        test_check(cfg_check_one_leader(cfg) != leader ||
                       clock_now_ns() >= over_ns,
                   "server %d leads, although it is paused", leader);
        step_agree(cfg, 4);
        cfg_sleep_ms(cfg, 3000);
    }
    step_heal_and_agree(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

LAB_TEST(sim_2B, leader_pauses)
{
    run_pauses("Test (sim 2B): leader pauses in the middle of a round",
               RELIABLE);
}

LAB_TEST(sim_2B, leader_pauses_unreliable)
{
    run_pauses("Test (sim 2B): leader pauses in the middle of a round "
               "(unreliable)",
               UNRELIABLE);
}

// ---- An idle cluster ----

// Makes all but one server agree until the leader's snapshot covers the whole
// log.
static void agree_up_to_a_snapshot(struct config *cfg, int leader)
{
    int n = cfg_n(cfg);
    while (!cfg_makes_snapshot(cfg, leader, step_agree(cfg, n - 1)))
        continue;
}

// A follower misses commands, because it has crashed or is disconnected. When
// it is back, no new command comes. It must still get the entries, and learn
// that they are committed, from what leaders send on their own (Figure 2,
// Leaders; §5.3).
static void run_idle(const char *title, int n, enum snapshots snapshots)
{
    struct config *cfg = step_begin(title, n, RELIABLE, snapshots);
    swarm_draw(cfg, 0, DUPLICATES);
    step_add_to_network(cfg);

    for (int round = 0; round < 10; round++) {
        if (!cfg_round(cfg))
            continue;
        step_agree(cfg, n);
        int leader = cfg_check_one_leader(cfg);
        int victim = (leader + 1 + cfg_random_below(cfg, n - 1)) % n;
        if (cfg_chance(cfg, 70))
            cfg_crash_hard(cfg, victim);
        else
            cfg_disconnect(cfg, victim);

        for (int count = cfg_random_below(cfg, 25); count > 0; count--)
            step_agree(cfg, n - 1);
        if (snapshots == SNAPSHOTS)
            agree_up_to_a_snapshot(cfg, leader);

        step_bring_back(cfg);
        cfg_converge(cfg);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

LAB_TEST(sim_2C, idle_cluster_converges)
{
    run_idle("Test (sim 2C): an idle cluster converges", 5, NO_SNAPSHOTS);
}

// The same with a leader whose snapshot covers its whole log (§7).
LAB_TEST(sim_2D, idle_cluster_converges_snapshots)
{
    run_idle("Test (sim 2D): an idle cluster converges (snapshots)", 3,
             SNAPSHOTS);
}

// ---- Crashes between any two steps ----

// 30 rounds: one server crashes while all are at work. The others go on, or
// not, before it restarts.
static void run_crashes(const char *title, enum network network,
                        enum snapshots snapshots)
{
    struct config *cfg = step_begin(title, 3, network, snapshots);
    swarm_draw(cfg, 0, DUPLICATES | PAUSES);
    step_add_to_network(cfg);
    step_agree(cfg, 3);

    for (int round = 0; round < 30; round++) {
        if (!cfg_round(cfg))
            continue;
        int leader = step_offer_to_each(cfg);
        step_run_on(cfg);
        int victim = step_choose_victim(cfg, leader);
        step_add_faults(cfg, victim);
        cfg_crash_hard(cfg, victim);
        if (cfg_chance(cfg, 30))
            step_agree(cfg, 2);
        else
            step_run_on(cfg);
        step_restart(cfg, victim);
        if (cfg_chance(cfg, 30))
            step_agree(cfg, 3);
    }
    step_heal_and_agree(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// A server saves its votes and entries before it answers: a crash at any moment
// loses neither (Figure 2: "Updated on stable storage before responding to
// RPCs").
LAB_TEST(sim_2C, crash_at_any_point)
{
    run_crashes("Test (sim 2C): crash at any point", RELIABLE, NO_SNAPSHOTS);
}

// The same when messages are lost and late.
LAB_TEST(sim_2C, crash_at_any_point_unreliable)
{
    run_crashes("Test (sim 2C): crash at any point (unreliable)", UNRELIABLE,
                NO_SNAPSHOTS);
}

// All servers crash at the same moment, and restart: they still have what they
// committed (§5.3, §5.4).
LAB_TEST(sim_2C, all_crash_at_any_point)
{
    struct config *cfg = step_begin("Test (sim 2C): all crash at any point", 5,
                                    RELIABLE, NO_SNAPSHOTS);
    swarm_draw(cfg, 0, DUPLICATES);
    step_add_to_network(cfg);
    step_agree(cfg, 5);

    for (int round = 0; round < 15; round++) {
        if (!cfg_round(cfg))
            continue;
        step_offer_to_each(cfg);
        step_run_on(cfg);
        for (int i = 0; i < 5; i++)
            cfg_crash_hard(cfg, i);
        for (int i = 0; i < 5; i++)
            step_restart(cfg, i);
        if (cfg_chance(cfg, 50))
            step_agree(cfg, 5);
        else
            cfg_sleep_ms(cfg, cfg_random_below(cfg, RAFT_ELECTION_TIMEOUT_MS));
    }
    step_heal_and_agree(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Election after election, for 10 to 20 s. Voters crash and restart at once. A
// server that has voted votes for no other server in that term (§5.2, §5.4.1).
// Commands would reveal a second leader.
static void crash_voters(struct config *cfg)
{
    for (int step = 0; step < 40; step++) {
        if (!cfg_round(cfg))
            continue;
        step_run_on(cfg);
        step_crash_and_restart(cfg, cfg_random_below(cfg, cfg_n(cfg)));
        step_offer_to_each(cfg);
    }
}

LAB_TEST(sim_2C, voters_crash_in_elections)
{
    struct config *cfg = step_begin("Test (sim 2C): voters crash in elections",
                                    3, UNRELIABLE, NO_SNAPSHOTS);
    swarm_draw(cfg, 0, DUPLICATES);
    step_add_to_network(cfg);
    step_agree(cfg, 3);

    for (int round = 0; round < 5; round++) {
        cfg_crash_hard(cfg, cfg_check_one_leader(cfg));
        crash_voters(cfg);
        step_heal_and_agree(cfg);
        cfg_set_unreliable(cfg, true);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- All faults ----

// Six phases of faults; after each, all servers are brought back, and agree.
static void run_hurt_churn(const char *title, enum snapshots snapshots)
{
    struct config *cfg = step_begin(title, 5, UNRELIABLE, snapshots);
    swarm_draw(cfg, LOSSES | CRASHES | PAUSES | CLOCKS | CUT_OFFS,
               LATE_REPLIES | LATE_REQUESTS | DUPLICATES | SLOW_LINKS |
                   ONE_WAY_CUTS);

    for (int phase = 0; phase < 6; phase++) {
        cfg_set_unreliable(cfg, swarm_chance(cfg, LOSSES, 100));
        step_add_to_network(cfg);
        for (int step = 0; step < 30; step++) {
            if (!cfg_round(cfg))
                continue;
            step_offer_to_each(cfg);
            if (cfg_chance(cfg, 10))
                cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS / 2);
            step_run_on(cfg);
            step_cause_fault(cfg, cfg_random_below(cfg, 5));
            step_add_faults(cfg, cfg_random_below(cfg, 5));
        }
        step_mend_and_agree(cfg);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

LAB_TEST(sim_2C, hurt_churn)
{
    run_hurt_churn("Test (sim 2C): crashes, pauses and clocks at once",
                   NO_SNAPSHOTS);
}

// ---- The same with snapshots ----

// State and snapshot belong together at every moment (§7).
LAB_TEST(sim_2D, crash_at_any_point_snapshots)
{
    run_crashes("Test (sim 2D): crash at any point (snapshots)", RELIABLE,
                SNAPSHOTS);
}

LAB_TEST(sim_2D, crash_at_any_point_snapshots_unreliable)
{
    run_crashes("Test (sim 2D): crash at any point (snapshots+unreliable)",
                UNRELIABLE, SNAPSHOTS);
}

LAB_TEST(sim_2D, hurt_churn_snapshots)
{
    run_hurt_churn("Test (sim 2D): crashes, pauses and clocks at once "
                   "(snapshots)",
                   SNAPSHOTS);
}
