// Part 2D, log compaction: servers discard the log that a snapshot covers, and
// send the snapshot to servers that lack it (§7).
//
// The tester makes a snapshot at every tenth index, at different indexes for
// each server. "Agree" means cfg_one with a random command: a leader accepts
// it, and a number of servers apply it.
#include "tester/config.h"
#include "tester/lab_test.h"

#include <stddef.h>

// ---- Steps that several tests share ----

static int agree(struct config *cfg, int expected)
{
    return cfg_one(cfg, COMMAND(cfg_random_number(cfg)), expected, true);
}

static void restart(struct config *cfg, int i)
{
    cfg_start1(cfg, i);
    cfg_connect(cfg, i);
}

// Crashes all servers before any restarts: only what they saved is left.
static void crash_and_restart_all(struct config *cfg)
{
    for (int i = 0; i < 3; i++)
        cfg_crash1(cfg, i);
    for (int i = 0; i < 3; i++)
        restart(cfg, i);
}

// Returns a number of commands, 5 to 14: half of a snapshot's interval, or more
// than one.
static int about_a_snapshot(struct config *cfg)
{
    return 5 + cfg_random_below(cfg, 10);
}

// ---- 30 rounds of commands and faults ----

// The fault of a victim in each round, and its repair. Both are NULL for no
// fault.
struct faults {
    void (*strike)(struct config *cfg, int victim);
    void (*heal)(struct config *cfg, int victim);
};

static const struct faults no_faults = { NULL, NULL };
static const struct faults disconnects = { cfg_disconnect, cfg_connect };
static const struct faults crashes = { cfg_crash1, restart };

// Gives a server commands without waiting for them. It accepts none if it does
// not lead.
static void give_commands(struct config *cfg, int sender)
{
    int n = about_a_snapshot(cfg);
    for (int k = 0; k < n; k++) {
        int index, term;
        cfg_start(cfg, sender, COMMAND(cfg_random_number(cfg)), &index, &term);
    }
}

static void check_log_size(struct config *cfg)
{
    size_t size = cfg_log_size(cfg);
    test_check(size < MAX_LOG_SIZE,
               "log size too large: %zu bytes of Raft state are saved, "
               "expected fewer than %d",
               size, MAX_LOG_SIZE);
}

// One round: the victim misses commands, about one snapshot's interval, and
// then catches up. Returns the leader at the end of the round.
static int snapshots_round(struct config *cfg, const struct faults *faults,
                           int round, int leader)
{
    // In every third round the victim is the leader.
    int follower = (leader + 1) % 3;
    int victim = round % 3 == 1 ? leader : follower;
    int sender = round % 3 == 1 ? follower : leader;
    bool struck = faults->strike != NULL;

    if (struck) {
        faults->strike(cfg, victim);
        agree(cfg, 2);
    }

    // Without faults, all servers catch up in each round, and no server needs a
    // leader's snapshot. So the basic test passes without InstallSnapshot.
    give_commands(cfg, sender);
    agree(cfg, struck ? 2 : 3);
    check_log_size(cfg);

    if (!struck)
        return leader;
    faults->heal(cfg, victim);
    agree(cfg, 3);
    return cfg_check_one_leader(cfg);
}

static void run_snapshots(const char *title, enum network network,
                          const struct faults *faults)
{
    struct config *cfg = cfg_make(3, network, SNAPSHOTS);
    cfg_begin(cfg, title);
    agree(cfg, 3);
    int leader = cfg_check_one_leader(cfg);

    for (int round = 0; round < 30; round++) {
        if (cfg_round(cfg))
            leader = snapshots_round(cfg, faults, round, leader);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Servers discard what their snapshots cover, so that the log stays small, and
// continue to agree (§7).
LAB_TEST(raft_2D, snapshots_basic)
{
    run_snapshots("Test (2D): snapshots basic", RELIABLE, &no_faults);
}

// A server that was disconnected gets a snapshot for entries that the others
// have discarded (§7, InstallSnapshot).
LAB_TEST(raft_2D, install_snapshots_disconnect)
{
    run_snapshots("Test (2D): install snapshots (disconnect)", RELIABLE,
                  &disconnects);
}

// The same when messages are lost and delayed (§7).
LAB_TEST(raft_2D, install_snapshots_disconnect_unreliable)
{
    run_snapshots("Test (2D): install snapshots (disconnect+unreliable)",
                  UNRELIABLE, &disconnects);
}

// A server that crashed restarts from its own snapshot, and gets a newer one if
// it needs it (§7).
LAB_TEST(raft_2D, install_snapshots_crash)
{
    run_snapshots("Test (2D): install snapshots (crash)", RELIABLE, &crashes);
}

// The same when messages are lost and delayed (§7).
LAB_TEST(raft_2D, install_snapshots_unreliable_crash)
{
    run_snapshots("Test (2D): install snapshots (unreliable+crash)", UNRELIABLE,
                  &crashes);
}

// ---- All servers restart ----

// When all servers crash, their snapshots and saved logs hold everything that
// was committed: the next command gets a new index (§7).
LAB_TEST(raft_2D, crash_and_restart_all_servers)
{
    struct config *cfg = cfg_make(3, RELIABLE, SNAPSHOTS);
    cfg_begin(cfg, "Test (2D): crash and restart all servers");
    agree(cfg, 3);

    for (int round = 0; round < 5; round++) {
        int n = about_a_snapshot(cfg);
        for (int k = 0; k < n; k++)
            agree(cfg, 3);
        int before = agree(cfg, 3);

        crash_and_restart_all(cfg);

        int after = agree(cfg, 3);
        test_check(after > before,
                   "index decreased: the command before the crash got index "
                   "%d, the one after it %d",
                   before, after);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// After a restart, a server keeps its snapshot whenever it saves, so that it
// can restart once more (§7).
LAB_TEST(raft_2D, snapshot_initialization_after_crash)
{
    struct config *cfg = cfg_make(3, RELIABLE, SNAPSHOTS);
    cfg_begin(cfg, "Test (2D): snapshot initialization after crash");
    agree(cfg, 3);
    for (int k = 0; k < 11; k++)  // Enough for a snapshot on each server.
        agree(cfg, 3);

    crash_and_restart_all(cfg);
    agree(cfg, 3);  // Every server saves something.

    crash_and_restart_all(cfg);
    agree(cfg, 3);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}
