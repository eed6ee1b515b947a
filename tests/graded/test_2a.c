// Part 2A, leader election: there is one leader in a term (§5.2).
#include "tester/config.h"
#include "tester/lab_test.h"

// A fresh cluster elects one leader. While nothing fails, it keeps the leader
// and the term (§5.2).
LAB_TEST(raft_2A, initial_election)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2A): initial election");
    cfg_check_one_leader(cfg);

    cfg_sleep_ms(cfg, 50);  // Followers may not know of the election yet.
    int term = cfg_check_terms(cfg);
    test_check(term >= 1, "the servers are in term %d: expected at least 1",
               term);

    cfg_sleep_ms(cfg, 2 * RAFT_ELECTION_TIMEOUT_MS);
    int later_term = cfg_check_terms(cfg);
    if (later_term != term)
        test_warn("the term went from %d to %d although nothing failed", term,
                  later_term);
    cfg_check_one_leader(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// A majority that has lost its leader elects a new one; a minority elects none;
// a server that comes back joins the cluster (§5.2).
LAB_TEST(raft_2A, election_after_network_failure)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2A): election after network failure");
    int first_leader = cfg_check_one_leader(cfg);

    // Without their leader, the other two elect a new one.
    cfg_disconnect(cfg, first_leader);
    cfg_check_one_leader(cfg);

    // The old leader comes back and does not disturb the new one.
    cfg_connect(cfg, first_leader);
    int leader = cfg_check_one_leader(cfg);

    // One server of three is no majority, however long it tries.
    int follower = (leader + 1) % 3;
    cfg_disconnect(cfg, leader);
    cfg_disconnect(cfg, follower);
    cfg_sleep_ms(cfg, 2 * RAFT_ELECTION_TIMEOUT_MS);
    cfg_check_no_leader(cfg);

    // Two are a majority, and so are three.
    cfg_connect(cfg, follower);
    cfg_check_one_leader(cfg);
    cfg_connect(cfg, leader);
    cfg_check_one_leader(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Whichever three of seven servers are disconnected, the others have one
// leader, old or new (§5.2).
LAB_TEST(raft_2A, multiple_elections)
{
    struct config *cfg = cfg_make(7, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2A): multiple elections");
    cfg_check_one_leader(cfg);

    for (int round = 1; round <= 9; round++) {
        if (!cfg_round(cfg))
            continue;
        int cut_off[3];  // One server may be drawn more than once.
        for (int k = 0; k < 3; k++) {
            cut_off[k] = cfg_random_below(cfg, 7);
            cfg_disconnect(cfg, cut_off[k]);
        }

        cfg_check_one_leader(cfg);

        for (int k = 0; k < 3; k++)
            cfg_connect(cfg, cut_off[k]);
    }
    cfg_check_one_leader(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}
