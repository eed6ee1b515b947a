// The figures that MIT publishes. Three tests are newer than MIT's page and
// have none.
#include "runner/mit.h"

#include <string.h>

static const struct mit_figures figures[] = {
    { "raft_2A", "initial_election", 3.5, 58, 16840, 0 },
    { "raft_2A", "election_after_network_failure", 5.4, 118, 25269, 0 },
    { "raft_2A", "multiple_elections", 7.3, 624, 138014, 0 },

    { "raft_2B", "basic_agreement", 0.9, 16, 4572, 3 },
    { "raft_2B", "rpc_byte_count", 1.7, 48, 114536, 11 },
    { "raft_2B", "agreement_after_follower_reconnects", 3.6, 78, 22131, 7 },
    { "raft_2B", "no_agreement_if_too_many_followers_disconnect", 3.8, 172,
      40935, 3 },
    { "raft_2B", "concurrent_starts", 1.1, 24, 7379, 6 },
    { "raft_2B", "rejoin_of_partitioned_leader", 5.1, 152, 37021, 4 },
    { "raft_2B", "leader_backs_up_quickly_over_incorrect_follower_logs", 17.2,
      2080, 1587388, 102 },
    { "raft_2B", "rpc_counts_are_not_too_high", 2.2, 60, 20119, 12 },

    { "raft_2C", "basic_persistence", 5.0, 86, 22849, 6 },
    { "raft_2C", "more_persistence", 17.6, 952, 218854, 16 },
    { "raft_2C", "partitioned_leader_and_one_follower_crash", 2.0, 34, 8937,
      4 },
    { "raft_2C", "figure_8", 31.2, 580, 130675, 32 },
    { "raft_2C", "unreliable_agreement", 1.7, 1044, 366392, 246 },
    { "raft_2C", "figure_8_unreliable", 33.6, 10700, 33695245, 308 },
    { "raft_2C", "churn", 16.1, 8864, 44771259, 1544 },
    { "raft_2C", "unreliable_churn", 16.5, 4220, 6414632, 906 },

    { "raft_2D", "snapshots_basic", 11.6, 176, 61716, 192 },
    { "raft_2D", "install_snapshots_disconnect", 64.2, 878, 320610, 336 },
    { "raft_2D", "install_snapshots_disconnect_unreliable", 81.1, 1059, 375850,
      341 },
    { "raft_2D", "install_snapshots_crash", 53.5, 601, 256638, 339 },
    { "raft_2D", "install_snapshots_unreliable_crash", 63.5, 687, 288294, 336 },
    { "raft_2D", "crash_and_restart_all_servers", 19.5, 268, 81352, 58 },
};

#define N_FIGURES         (sizeof figures / sizeof figures[0])
#define WEIGHT_OF_UNKNOWN 10.0

const struct mit_figures *mit_figures(const struct lab_test *test)
{
    for (size_t i = 0; i < N_FIGURES; i++) {
        if (strcmp(figures[i].suite, test->suite) == 0 &&
            strcmp(figures[i].name, test->name) == 0)
            return &figures[i];
    }
    return NULL;
}

double mit_weight(const struct lab_test *test)
{
    const struct mit_figures *mit = mit_figures(test);
    return mit != NULL ? mit->seconds : WEIGHT_OF_UNKNOWN;
}
