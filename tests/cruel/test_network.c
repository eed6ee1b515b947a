// A network that is crueller than MIT's. Requests come late, twice and out of
// order; links are slow, or cut in one direction; servers connect and
// disconnect. Meanwhile servers crash, pause and restart. None of this may lose
// a committed entry (§5.4.3: "Raft's safety must not depend on timing").
// Afterwards all servers agree again.
//
// While links are cut in one direction, no test asks for progress: plain Raft
// may hold elections for ever. The checker watches as always.
#include "rt/draw.h"
#include "rt/rng.h"
#include "tester/config.h"
#include "tester/lab_test.h"
#include "tests/cruel/steps.h"

#include <stddef.h>

// ---- The structure of a test ----

// Several phases of faults. After each phase the network is repaired, all
// servers are back, and all must agree.
struct scenario {
    const char *title;
    enum snapshots snapshots;
    int n_servers;  // 0: a random number from 3 to 7.
    int n_phases;
    int n_steps;  // In each phase.
    int step_ms;  // The upper bound of a step's time.

    // The usual ones (swarm_draw). All others may be added.
    unsigned faults;

    // Called at the beginning of a phase (or NULL), and in each step. The
    // leader is the last server that accepted a command, or NOBODY.
    void (*begin)(struct config *cfg);
    void (*happen)(struct config *cfg, int leader);
};

// A fault can come just after a command was offered, or much later.
static void let_time_pass(struct config *cfg, int below_ms)
{
    if (cfg_chance(cfg, 30))
        step_run_on(cfg);
    else
        cfg_sleep_ms(cfg, cfg_random_below(cfg, below_ms));
}

static void run_scenario(const struct scenario *scenario)
{
    int n = scenario->n_servers;
    if (n == 0) {
        struct rng rng = rng_make();
        n = 3 + draw_below(&rng, "choice", MAX_SERVERS - 2, 0);
    }
    struct config *cfg =
        step_begin(scenario->title, n, RELIABLE, scenario->snapshots);
    swarm_draw(cfg, scenario->faults, ALL_FAULTS);

    for (int phase = 0; phase < scenario->n_phases; phase++) {
        if (scenario->begin != NULL)
            scenario->begin(cfg);
        step_add_to_network(cfg);
        for (int step = 0; step < scenario->n_steps; step++) {
            if (!cfg_round(cfg))
                continue;
            int leader = step_offer_to_each(cfg);
            let_time_pass(cfg, scenario->step_ms);
            scenario->happen(cfg, leader);
            step_add_faults(cfg, step_choose_victim(cfg, leader));
        }
        step_mend_and_agree(cfg);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Requests come twice. In some phases requests or replies come late. If they
// were late in all phases, hardly any leader would last long enough to commit.
static void make_late_and_double(struct config *cfg)
{
    cfg_set_duplicates(cfg, swarm_percent(DUPLICATES, 50));
    cfg_set_request_reordering(cfg, swarm_chance(cfg, LATE_REQUESTS, 30));
    cfg_set_long_reordering(cfg, swarm_chance(cfg, LATE_REPLIES, 50));
}

// ---- Late and double messages ----

static void cut_off_or_connect(struct config *cfg, int leader)
{
    if (!swarm_chance(cfg, CUT_OFFS, 8))
        return;
    int i = step_choose_victim(cfg, leader);
    if (cfg_is_connected(cfg, i))
        cfg_disconnect(cfg, i);
    else
        cfg_connect(cfg, i);
}

// An AppendEntries that comes again, or after newer ones, changes nothing that
// these have appended (§5.3: only conflicting entries go; §5.5: "Raft RPCs are
// idempotent"). An old reply tells a leader nothing.
LAB_TEST(sim_cruel, late_and_double_messages)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): messages come late, and twice",
        .n_phases = 4,
        .n_steps = 80,
        .step_ms = 80,
        .faults = LATE_REPLIES | LATE_REQUESTS | DUPLICATES | CUT_OFFS,
        .begin = make_late_and_double,
        .happen = cut_off_or_connect,
    });
}

// The same for InstallSnapshot: an old one is not installed (Figure 13).
LAB_TEST(sim_cruel, late_and_double_messages_snapshots)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): messages come late, and twice (snapshots)",
        .snapshots = SNAPSHOTS,
        .n_phases = 4,
        .n_steps = 80,
        .step_ms = 80,
        .faults = LATE_REPLIES | LATE_REQUESTS | DUPLICATES | CUT_OFFS,
        .begin = make_late_and_double,
        .happen = cut_off_or_connect,
    });
}

// ---- Late votes ----

static void make_all_late_and_double(struct config *cfg)
{
    cfg_set_duplicates(cfg, swarm_percent(DUPLICATES, 50));
    cfg_set_request_reordering(cfg, swarm_chance(cfg, LATE_REQUESTS, 100));
    cfg_set_long_reordering(cfg, swarm_chance(cfg, LATE_REPLIES, 100));
}

static void lose_leaders_and_voters(struct config *cfg, int leader)
{
    if (leader != NOBODY && swarm_chance(cfg, CRASHES, 70))
        step_crash_and_restart(cfg, leader);
    else if (swarm_chance(cfg, CRASHES, 50))
        step_crash_and_restart(cfg, cfg_random_below(cfg, cfg_n(cfg)));
}

// Votes and vote requests arrive one election late, also from servers that have
// crashed since. A vote counts only in its own term, and is given once,
// whatever happened to its candidate and its voter (§5.2, Figure 2).
LAB_TEST(sim_cruel, late_votes)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): votes come late",
        .n_servers = 5,
        .n_phases = 3,
        .n_steps = 60,
        .step_ms = 300,
        .faults = LATE_REPLIES | LATE_REQUESTS | DUPLICATES | CRASHES,
        .begin = make_all_late_and_double,
        .happen = lose_leaders_and_voters,
    });
}

// ---- Links cut in one direction ----

static void mend_links(struct config *cfg)
{
    for (int i = 0; i < cfg_n(cfg); i++) {
        for (int j = 0; j < cfg_n(cfg); j++)
            cfg_cut_one_way(cfg, i, j, false);
    }
}

static void cut_in_one_direction(struct config *cfg, int leader)
{
    if (cfg_chance(cfg, 15))
        mend_links(cfg);
    if (swarm_chance(cfg, ONE_WAY_CUTS, 20))
        step_cut_around(cfg, step_choose_victim(cfg, leader));
    if (swarm_chance(cfg, CRASHES, 10))
        step_crash_and_restart(cfg, step_choose_victim(cfg, leader));
}

// A leader that receives nothing, or whose messages do not arrive, commits
// nothing that the others do not hold: acknowledgements are lost, and votes are
// not counted (§5.3, §5.4).
LAB_TEST(sim_cruel, one_way_cuts)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): leaders that are deaf or mute",
        .n_phases = 4,
        .n_steps = 60,
        .step_ms = 300,
        .faults = ONE_WAY_CUTS | CRASHES,
        .happen = cut_in_one_direction,
    });
}

// ---- Slow links ----

static void slow_links_down(struct config *cfg)
{
    if (swarm_chance(cfg, SLOW_LINKS, 100))
        step_slow_links_down(cfg);
}

static void crash_or_pause(struct config *cfg, int leader)
{
    int i = step_choose_victim(cfg, leader);
    if (swarm_chance(cfg, CRASHES, 10))
        step_crash_and_restart(cfg, i);
    else if (swarm_chance(cfg, PAUSES, 10))
        cfg_pause(cfg, i, cfg_random_below(cfg, RAFT_ELECTION_TIMEOUT_MS));
    else if (swarm_chance(cfg, CLOCKS, 10))
        cfg_set_clock_rate(cfg, i,
                           SLOW_PERCENT +
                               cfg_random_near(cfg, FAST_PERCENT - SLOW_PERCENT,
                                               100 - SLOW_PERCENT));
}

// Every link has its own delay, some longer than a timeout. Messages to a
// server that has crashed reach the restarted server (§5.6).
LAB_TEST(sim_cruel, slow_links)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): slow links",
        .n_phases = 4,
        .n_steps = 60,
        .step_ms = 200,
        .faults = SLOW_LINKS | CRASHES | PAUSES | CLOCKS,
        .begin = slow_links_down,
        .happen = crash_or_pause,
    });
}

// Puts all servers but the leader and one follower behind links with this
// delay.
static void slow_majority_down(struct config *cfg, int leader, int ms)
{
    int n = cfg_n(cfg);
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            bool is_near = (i == leader || i == (leader + 1) % n) &&
                           (j == leader || j == (leader + 1) % n);
            cfg_set_slow_link(cfg, i, j, is_near ? 0 : ms);
        }
    }
}

// One follower answers the leader at once, the majority answers late. The
// leader commits as long as it leads. When both are lost, entries that only the
// two hold are lost, too: the majority, to which the last entries are still on
// their way, continues without them (§5.3, §5.4).
LAB_TEST(sim_cruel, majority_behind_slow_links)
{
    struct config *cfg =
        step_begin("Test (cruel): a majority behind slow links", 5, RELIABLE,
                   NO_SNAPSHOTS);
    swarm_draw(cfg, 0, DUPLICATES);

    for (int round = 0; round < 12; round++) {
        if (!cfg_round(cfg))
            continue;
        step_add_to_network(cfg);
        step_agree(cfg, 5);
        int leader = cfg_check_one_leader(cfg);
        slow_majority_down(cfg, leader, 10 + cfg_random_below(cfg, 40));
        step_agree(cfg, 5);

        slow_majority_down(cfg, leader, 100 + cfg_random_below(cfg, 300));
        for (int k = 0; k < 5; k++) {
            step_offer_to_each(cfg);
            let_time_pass(cfg, 60);
        }
        cfg_crash_hard(cfg, leader);
        cfg_crash_hard(cfg, (leader + 1) % 5);
        cfg_mend(cfg);
        step_agree(cfg, 3);
        step_mend_and_agree(cfg);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- Servers that connect and disconnect ----

static void flap(struct config *cfg, int leader)
{
    if (swarm_chance(cfg, FLAPPING, 100))
        cfg_flap(cfg, 0, 250);
    if (swarm_chance(cfg, FLAPPING, 100))
        cfg_flap(cfg, 1, 1100);
    if (swarm_chance(cfg, CRASHES, 5))
        step_crash_and_restart(cfg, step_choose_victim(cfg, leader));
    if (swarm_chance(cfg, DUPLICATES, 10))
        cfg_set_duplicates(cfg, cfg_random_below(cfg, 100));
}

// Servers that connect and disconnect miss messages, start elections, and
// depose leaders. Their terms grow, and nothing is lost (§5.1).
LAB_TEST(sim_cruel, flapping_servers)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): flapping servers",
        .n_phases = 3,
        .n_steps = 100,
        .step_ms = 120,
        .faults = FLAPPING | CRASHES | DUPLICATES,
        .happen = flap,
    });
}

// ---- Figure 8 ----

static int n_running(struct config *cfg)
{
    int count = 0;
    for (int i = 0; i < cfg_n(cfg); i++)
        count += cfg_is_running(cfg, i);
    return count;
}

static void crash_leaders(struct config *cfg, int leader)
{
    if (leader != NOBODY && swarm_chance(cfg, CRASHES, 50))
        cfg_crash_hard(cfg, leader);
    if (n_running(cfg) <= cfg_n(cfg) / 2) {
        int i = cfg_random_below(cfg, cfg_n(cfg));
        if (!cfg_is_running(cfg, i))
            step_restart(cfg, i);
    }
}

// Leaders crash while they send. Their messages arrive later, at the servers
// that run then. Logs differ as in Figure 8. A majority of replicas does not
// commit an entry of an older term (§5.4.2).
LAB_TEST(sim_cruel, figure_8_cruel)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): Figure 8",
        .n_servers = 5,
        .n_phases = 2,
        .n_steps = 150,
        .step_ms = 250,
        .faults = LATE_REPLIES | LATE_REQUESTS | DUPLICATES | CRASHES,
        .begin = make_late_and_double,
        .happen = crash_leaders,
    });
}

// ---- Restart storms ----

static void restart_most(struct config *cfg, int leader)
{
    (void)leader;
    if (!swarm_chance(cfg, CRASHES, 30))
        return;
    for (int i = 0; i < cfg_n(cfg); i++) {
        if (cfg_chance(cfg, 30))
            step_restart(cfg, i);
        else if (cfg_chance(cfg, 60))
            step_crash_and_restart(cfg, i);
    }
}

// Most servers restart at once, again and again. Messages of their former lives
// still arrive. Votes and entries count as if there had been no crash (Figure
// 2: persistent state).
LAB_TEST(sim_cruel, restart_storms)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): restart storms",
        .n_phases = 3,
        .n_steps = 60,
        .step_ms = 200,
        .faults = LATE_REPLIES | LATE_REQUESTS | DUPLICATES | CRASHES,
        .begin = make_late_and_double,
        .happen = restart_most,
    });
}

// ---- A newer term that comes only in replies ----

// Cuts the links between two servers, in both directions.
static void cut_both_ways(struct config *cfg, int i, int j)
{
    cfg_cut_one_way(cfg, i, j, true);
    cfg_cut_one_way(cfg, j, i, true);
}

// The server that answers the leader has long been in this term.
static void check_gave_way(struct config *cfg, int leader, int newer)
{
    int term = 0;
    bool leads = cfg_get_state(cfg, leader, &term);
    test_check(!leads || term >= newer,
               "Rules for Servers, All Servers (Figure 2, §5.1): who sees a "
               "newer term in an answer becomes a follower. Server %d leads "
               "term %d, and is answered by one that has been in term %d for "
               "more than %d ms",
               leader, term, newer, 2 * RAFT_ELECTION_TIMEOUT_MS);
}

// Three servers in a row: the leader and another server do not reach each
// other, the third reaches both. When the other server is elected, the leader
// learns of it only from the third one's replies, and must step down (§5.1;
// Figure 2, All Servers). The test asks for no more, because the two may depose
// each other for ever.
LAB_TEST(sim_cruel, newer_terms_in_answers)
{
    struct config *cfg = step_begin("Test (cruel): newer terms in answers", 3,
                                    RELIABLE, NO_SNAPSHOTS);
    swarm_draw(cfg, 0, DUPLICATES);

    for (int round = 0; round < 5; round++) {
        if (!cfg_round(cfg))
            continue;
        step_add_to_network(cfg);
        step_agree(cfg, 3);
        int leader = cfg_check_one_leader(cfg);
        int middle = (leader + 1 + cfg_random_below(cfg, 2)) % 3;
        cut_both_ways(cfg, leader, 3 - leader - middle);
        for (int k = 0; k < 4; k++) {
            int newer = 0;
            cfg_get_state(cfg, middle, &newer);
            cfg_sleep_ms(cfg, 2 * RAFT_ELECTION_TIMEOUT_MS +
                                  cfg_random_below(cfg, 500));
            check_gave_way(cfg, leader, newer);
        }
        step_mend_and_agree(cfg);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- A server that leads twice ----

static bool offer(struct config *cfg, int i)
{
    int index, term;
    return cfg_start(cfg, i, COMMAND(cfg_random_number(cfg)), &index, &term);
}

// The last entries of a leader reach only one follower, whose answer takes
// seconds.
static void reach_one(struct config *cfg, int leader, int slow)
{
    for (int i = 0; i < cfg_n(cfg); i++) {
        if (i != leader && i != slow) {
            cut_both_ways(cfg, i, leader);
            cut_both_ways(cfg, i, slow);
        }
    }
    cfg_set_slow_link(cfg, slow, leader, 2000 + cfg_random_below(cfg, 2500));
    for (int count = 1 + cfg_random_below(cfg, 4); count > 0; count--)
        offer(cfg, leader);
    cfg_sleep_ms(cfg, 20 + cfg_random_below(cfg, 200));
}

// Waits until another server leads and replaces the entries that the two hold.
// Returns it, or NOBODY if that takes too long. Then all links are repaired.
static int have_others_lead(struct config *cfg, int first, int slow)
{
    int second = NOBODY;
    for (int k = 0; k < 60 && second == NOBODY; k++) {
        for (int i = 0; i < cfg_n(cfg); i++) {
            if (i != first && i != slow && offer(cfg, i))
                second = i;
        }
        cfg_sleep_ms(cfg, 50);
    }
    cfg_set_slow_link(cfg, slow, first, 0);
    cfg_sleep_ms(cfg, 100 + cfg_random_below(cfg, 400));
    mend_links(cfg);
    cfg_sleep_ms(cfg, 400 + cfg_random_below(cfg, 600));
    return second;
}

// The first leader starts an election soon, because the others' clocks are
// slow. When it leads, it can send to only one of them, which is not the slow
// one: the others are paused.
static void have_first_lead_again(struct config *cfg, int first, int slow,
                                  int second)
{
    int n = cfg_n(cfg);
    for (int i = 0; i < n; i++)
        cfg_set_clock_rate(cfg, i, i == first ? FAST_PERCENT : SLOW_PERCENT);
    if (second != NOBODY)
        cfg_disconnect(cfg, second);
    for (int k = 0; k < 40 && !offer(cfg, first); k++)
        cfg_sleep_ms(cfg, 50);
    int near = (first + 1) % n;
    while (near == slow || near == second)
        near = (near + 1) % n;
    for (int i = 0; i < n; i++) {
        if (i != first && i != near)
            cfg_pause(cfg, i, 3500);
    }
    for (int k = 0; k < 30; k++) {
        offer(cfg, first);
        cfg_sleep_ms(cfg, 100);
    }
    for (int i = 0; i < n; i++)
        cfg_set_clock_rate(cfg, i, 100);
}

// A leader's entries reach one follower, whose answer takes long. Meanwhile
// another server leads and replaces the entries. Then the first one leads
// again, and its new entries do not reach that follower. The late answer
// belongs to the older term and must not count (§5.3).
LAB_TEST(sim_cruel, old_answers_to_who_leads_again)
{
    struct config *cfg =
        step_begin("Test (cruel): old answers to who leads again", 5, RELIABLE,
                   NO_SNAPSHOTS);
    swarm_draw(cfg, 0, DUPLICATES);

    for (int round = 0; round < 6; round++) {
        if (!cfg_round(cfg))
            continue;
        step_add_to_network(cfg);
        step_agree(cfg, 5);
        int first = cfg_check_one_leader(cfg);
        int slow = (first + 1 + cfg_random_below(cfg, 4)) % 5;
        reach_one(cfg, first, slow);
        int second = have_others_lead(cfg, first, slow);
        have_first_lead_again(cfg, first, slow, second);
        step_mend_and_agree(cfg);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- A follower that resumes and receives entries and snapshots at once ----

// Two followers pause while the others agree and make snapshots. When they
// resume, entries and snapshots have arrived for them, all at once: they apply
// them in order (§7).
LAB_TEST(sim_cruel, followers_wake_among_snapshots)
{
    struct config *cfg = step_begin(
        "Test (cruel): followers wake among snapshots", 5, RELIABLE, SNAPSHOTS);
    swarm_draw(cfg, 0, DUPLICATES);
    step_add_to_network(cfg);

    for (int round = 0; round < 20; round++) {
        if (!cfg_round(cfg))
            continue;
        step_agree(cfg, 5);
        int leader = cfg_check_one_leader(cfg);
        cfg_pause(cfg, (leader + 1) % 5, 300 + cfg_random_below(cfg, 1500));
        cfg_pause(cfg, (leader + 2) % 5, 300 + cfg_random_below(cfg, 1500));
        int count = 5 + cfg_random_below(cfg, 30);
        for (int k = 0; k < count; k++) {
            offer(cfg, leader);
            cfg_sleep_ms(cfg, cfg_random_below(cfg, 60));
        }
        cfg_sleep_ms(cfg, 1000);
    }
    step_heal_and_agree(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- All faults ----

// Draws some of the mixture's faults, anew for each phase.
static void draw_faults(struct config *cfg)
{
    cfg_set_unreliable(cfg, swarm_chance(cfg, LOSSES, 50));
    cfg_set_long_reordering(cfg, swarm_chance(cfg, LATE_REPLIES, 30));
    cfg_set_request_reordering(cfg, swarm_chance(cfg, LATE_REQUESTS, 30));
    cfg_set_duplicates(cfg, swarm_chance(cfg, DUPLICATES, 50) ? 30 : 0);
    if (swarm_chance(cfg, SLOW_LINKS, 30))
        step_slow_links_down(cfg);
}

static void everything_happens(struct config *cfg, int leader)
{
    int i = step_choose_victim(cfg, leader);
    if (cfg_chance(cfg, 25))
        step_cause_fault(cfg, i);
    else if (cfg_chance(cfg, 15))
        step_bring_back(cfg);
    if (cfg_chance(cfg, 10))
        mend_links(cfg);
    if (swarm_chance(cfg, ONE_WAY_CUTS, 3))
        step_cut_around(cfg, i);
    if (swarm_chance(cfg, FLAPPING, 50))
        cfg_flap(cfg, 0, 900);
}

// All faults at once, in all mixtures.
LAB_TEST(sim_cruel, everything)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): everything at once",
        .n_phases = 4,
        .n_steps = 80,
        .step_ms = 120,
        .faults = ALL_FAULTS,
        .begin = draw_faults,
        .happen = everything_happens,
    });
}

// The same with snapshots. They come late and twice, and to servers that have
// installed newer ones (§7).
LAB_TEST(sim_cruel, everything_snapshots)
{
    run_scenario(&(struct scenario){
        .title = "Test (cruel): everything at once (snapshots)",
        .snapshots = SNAPSHOTS,
        .n_phases = 4,
        .n_steps = 80,
        .step_ms = 120,
        .faults = ALL_FAULTS,
        .begin = draw_faults,
        .happen = everything_happens,
    });
}
