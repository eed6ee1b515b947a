// Steps that several simulated tests share. They run on the test's main thread.
#include "tests/cruel/steps.h"

#include "rt/go.h"
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

static bool leads(struct config *cfg, int i)
{
    int term;
    return cfg_get_state(cfg, i, &term);
}

// Returns whether the server has accepted one of so many commands.
static bool offer_some(struct config *cfg, int i, int count)
{
    bool accepted = false;
    for (int k = 0; k < count; k++) {
        int index, term;
        accepted |=
            cfg_start(cfg, i, COMMAND(cfg_random_number(cfg)), &index, &term);
    }
    return accepted;
}

// ---- Clients: a thread for each server ----

static struct client {
    struct config *cfg;
    int server;
    int count;
} clients[MAX_SERVERS];
static struct go_group *threads;

static void run_client(void *arg)
{
    const struct client *client = arg;
    offer_some(client->cfg, client->server, client->count);
}

static void await_clients(void)
{
    if (threads != NULL)
        go_group_free(threads);
    threads = NULL;
}

static void start_clients(struct config *cfg, int count)
{
    await_clients();
    threads = go_group_make();
    for (int i = 0; i < cfg_n(cfg); i++) {
        clients[i] = (struct client){ cfg, i, count };
        go(threads, "client", run_client, &clients[i]);
    }
}

int step_offer_to_each(struct config *cfg)
{
    int leader = NOBODY;
    int count = swarm_commands(cfg);
    bool directly = count > 0 && !swarm_has_clients();
    for (int i = 0; i < cfg_n(cfg); i++) {
        if (directly ? offer_some(cfg, i, count) : leads(cfg, i))
            leader = i;
    }
    if (swarm_has_clients())
        start_clients(cfg, count);
    return leader;
}

// ---- Faults ----

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

static void pause_a_while(struct config *cfg, int i)
{
    cfg_pause(cfg, i, cfg_random_below(cfg, RAFT_ELECTION_TIMEOUT_MS));
}

static void set_clock_apart(struct config *cfg, int i)
{
    cfg_set_clock_rate(cfg, i,
                       cfg_chance(cfg, 50) ? SLOW_PERCENT : FAST_PERCENT);
}

void step_cause_fault(struct config *cfg, int i)
{
    switch (cfg_random_near(cfg, 6, 5)) {
    case 0:
        if (!cfg_is_running(cfg, i))
            cfg_start1(cfg, i);
        cfg_connect(cfg, i);
        break;
    case 1:
        if (swarm_chance(cfg, CRASHES, 100))
            step_crash_and_restart(cfg, i);
        break;
    case 2:
        if (swarm_chance(cfg, CRASHES, 100))
            cfg_crash_hard(cfg, i);
        break;
    case 3:
        if (swarm_chance(cfg, PAUSES, 100))
            pause_a_while(cfg, i);
        break;
    case 4:
        if (swarm_chance(cfg, CLOCKS, 100))
            set_clock_apart(cfg, i);
        break;
    default:
        if (swarm_chance(cfg, CUT_OFFS, 100))
            cfg_disconnect(cfg, i);
        break;
    }
}

void step_cut_around(struct config *cfg, int i)
{
    bool mute = cfg_chance(cfg, 50);
    int percent = cfg_chance(cfg, 50) ? 100 : 50;
    for (int j = 0; j < cfg_n(cfg); j++) {
        if (j != i && cfg_chance(cfg, percent))
            cfg_cut_one_way(cfg, mute ? i : j, mute ? j : i, true);
    }
}

void step_slow_links_down(struct config *cfg)
{
    int n = cfg_n(cfg);
    int only = cfg_random_below(cfg, n * n);
    for (int link = 0; link < n * n; link++) {
        if (link == only || !swarm_is_light(SLOW_LINKS))
            cfg_set_slow_link(cfg, link / n, link % n,
                              cfg_random_below(cfg, 300));
    }
}

// ---- Faults that the mixture adds to a story's own ----

static bool adds(struct config *cfg, enum fault fault, int percent)
{
    return swarm_adds(fault) && swarm_chance(cfg, fault, percent);
}

void step_add_to_network(struct config *cfg)
{
    if (adds(cfg, LOSSES, 50))
        cfg_set_unreliable(cfg, true);
    if (adds(cfg, LATE_REPLIES, 50))
        cfg_set_long_reordering(cfg, true);
    if (adds(cfg, LATE_REQUESTS, 50))
        cfg_set_request_reordering(cfg, true);
    if (adds(cfg, DUPLICATES, 50))
        cfg_set_duplicates(cfg, swarm_percent(DUPLICATES, 50));
    if (adds(cfg, SLOW_LINKS, 50))
        step_slow_links_down(cfg);
}

void step_add_faults(struct config *cfg, int i)
{
    if (adds(cfg, CRASHES, 5))
        step_crash_and_restart(cfg, i);
    if (adds(cfg, PAUSES, 5))
        pause_a_while(cfg, i);
    if (adds(cfg, CLOCKS, 5))
        set_clock_apart(cfg, i);
    if (adds(cfg, CUT_OFFS, 5))
        cfg_disconnect(cfg, i);
    else if (adds(cfg, CUT_OFFS, 10))
        cfg_connect(cfg, i);
    if (adds(cfg, ONE_WAY_CUTS, 3))
        step_cut_around(cfg, i);
    if (adds(cfg, FLAPPING, 50))
        cfg_flap(cfg, 0, 900);
}

// ---- The end of faults ----

void step_bring_back(struct config *cfg)
{
    await_clients();
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

void step_mend_and_agree(struct config *cfg)
{
    cfg_mend(cfg);
    step_bring_back(cfg);
    cfg_sleep_ms(cfg, CFG_LATEST_MS);
    step_heal_and_agree(cfg);
}
