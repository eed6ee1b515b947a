// Part 2B, log replication: a command is committed if and only if a majority
// has agreed on it, and that takes no more RPCs, bytes or time than necessary.
//
// "Agree" means cfg_one: a leader accepts a command, and a number of servers
// apply it.
#include "rt/go.h"
#include "tester/config.h"
#include "tester/lab_test.h"

// ---- Steps that several tests share ----

// Gives a command to a leader. Returns its index.
static int give(struct config *cfg, int leader, struct bytes command)
{
    int index = 0;
    int term;
    bool taken = cfg_start(cfg, leader, command, &index, &term);
    test_check(taken, "server %d leads, but refused a command", leader);
    return index;
}

static void check_index(int index, int expected)
{
    test_check(index == expected,
               "a command got index %d: expected index %d, the next one", index,
               expected);
}

static void check_not_committed(struct config *cfg, int index)
{
    int n = cfg_n_committed(cfg, index, NULL);
    test_check(n == 0,
               "%d servers committed index %d although no majority was "
               "connected",
               n, index);
}

// Disconnects the servers leader + from .. leader + to, modulo their number.
static void cut_off(struct config *cfg, int leader, int from, int to)
{
    for (int k = from; k <= to; k++)
        cfg_disconnect(cfg, (leader + k) % cfg_n(cfg));
}

static void bring_back(struct config *cfg, int leader, int from, int to)
{
    for (int k = from; k <= to; k++)
        cfg_connect(cfg, (leader + k) % cfg_n(cfg));
}

static bool all_are_in_term(struct config *cfg, int term)
{
    for (int i = 0; i < cfg_n(cfg); i++) {
        int its_term = 0;
        cfg_get_state(cfg, i, &its_term);
        if (its_term != term)
            return false;
    }
    return true;
}

// Tries something that needs a stable leader. `attempt` returns false if the
// term changed meanwhile, as it may with a correct Raft now and then.
static void try_5_times(struct config *cfg, bool (*attempt)(struct config *))
{
    for (int i = 0; i < 5; i++) {
        if (i > 0)
            cfg_sleep_ms(cfg, 3000);  // The new leader needs time to settle.
        if (attempt(cfg))
            return;
    }
    test_fail("term changed too often: expected one of 5 tries to see a "
              "leader that lasts");
}

// ---- Basics ----

// While nothing fails, commands are committed at indexes 1, 2, 3, and not
// before they are given (§5.3).
LAB_TEST(raft_2B, basic_agreement)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): basic agreement");

    for (int expected = 1; expected <= 3; expected++) {
        int n = cfg_n_committed(cfg, expected, NULL);
        test_check(n == 0,
                   "%d servers committed index %d before any command was "
                   "given for it",
                   n, expected);

        int index = cfg_one(cfg, COMMAND(expected * 100), 3, false);
        check_index(index, expected);
    }

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Each command travels to each follower about once: a leader sends the entries
// that a follower lacks, not the whole log (§5.3).
LAB_TEST(raft_2B, rpc_byte_count)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): RPC byte count");
    cfg_one(cfg, COMMAND(99), 3, false);
    long long before = cfg_bytes_total(cfg);

    long long given = 0;
    for (int expected = 2; expected <= 11; expected++) {
        struct bytes command = cfg_random_command(cfg, 5000);
        int index = cfg_one(cfg, command, 3, false);
        check_index(index, expected);
        given += (long long)command.len;
        bytes_free(&command);
    }

    long long used = cfg_bytes_total(cfg) - before;
    long long limit = 3 * given + 50000;
    test_check(used <= limit,
               "too many bytes: %lld in RPCs for %lld of commands, expected "
               "at most %lld",
               used, given, limit);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- Servers that are disconnected and come back ----

// Two servers of three agree; a leader alone commits nothing (§5.3).
LAB_TEST(raft_2B, progressive_failure_of_followers)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): progressive failure of followers");
    cfg_one(cfg, COMMAND(101), 3, false);

    // Without one follower, the other two agree, now and later.
    int leader = cfg_check_one_leader(cfg);
    cut_off(cfg, leader, 1, 1);
    cfg_one(cfg, COMMAND(102), 2, false);
    cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS);
    cfg_one(cfg, COMMAND(103), 2, false);

    // Without the other follower, the leader accepts a command but cannot
    // commit it.
    leader = cfg_check_one_leader(cfg);
    cut_off(cfg, leader, 1, 2);
    int index = give(cfg, leader, COMMAND(104));
    check_index(index, 4);
    cfg_sleep_ms(cfg, 2 * RAFT_ELECTION_TIMEOUT_MS);
    check_not_committed(cfg, index);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Two servers that lost their leader elect another and agree. When that one is
// lost too, nothing is committed (§5.2, §5.3).
LAB_TEST(raft_2B, failure_of_leaders)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): failure of leaders");
    cfg_one(cfg, COMMAND(101), 3, false);

    // Without the first leader, the other two agree, now and later.
    cfg_disconnect(cfg, cfg_check_one_leader(cfg));
    cfg_one(cfg, COMMAND(102), 2, false);
    cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS);
    cfg_one(cfg, COMMAND(103), 2, false);

    // Without the second, a server that accepts a command cannot commit it.
    cfg_disconnect(cfg, cfg_check_one_leader(cfg));
    for (int i = 0; i < 3; i++) {
        int index, term;
        cfg_start(cfg, i, COMMAND(104), &index, &term);
    }
    cfg_sleep_ms(cfg, 2 * RAFT_ELECTION_TIMEOUT_MS);
    check_not_committed(cfg, 4);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// A follower that was disconnected gets the entries that it missed, and
// replicates new ones (§5.3).
LAB_TEST(raft_2B, agreement_after_follower_reconnects)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): agreement after follower reconnects");
    cfg_one(cfg, COMMAND(101), 3, false);

    // It misses four commands. Alone, it starts elections and cannot win.
    int follower = (cfg_check_one_leader(cfg) + 1) % 3;
    cfg_disconnect(cfg, follower);
    cfg_one(cfg, COMMAND(102), 2, false);
    cfg_one(cfg, COMMAND(103), 2, false);
    cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS);
    cfg_one(cfg, COMMAND(104), 2, false);
    cfg_one(cfg, COMMAND(105), 2, false);

    // Connected again, it agrees with the others.
    cfg_connect(cfg, follower);
    cfg_one(cfg, COMMAND(106), 3, true);
    cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS);
    cfg_one(cfg, COMMAND(107), 3, true);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Two servers of five commit nothing. When the others are back, the entries of
// the two are kept or replaced, and do not block new ones (§5.3).
LAB_TEST(raft_2B, no_agreement_if_too_many_followers_disconnect)
{
    struct config *cfg = cfg_make(5, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): no agreement if too many followers disconnect");
    cfg_one(cfg, COMMAND(10), 5, false);

    // With one follower left, the leader accepts a command but cannot commit
    // it.
    int leader = cfg_check_one_leader(cfg);
    cut_off(cfg, leader, 1, 3);
    int index = give(cfg, leader, COMMAND(20));
    check_index(index, 2);
    cfg_sleep_ms(cfg, 2 * RAFT_ELECTION_TIMEOUT_MS);
    check_not_committed(cfg, index);

    // The three may have elected one of themselves, whose log ends at index 1,
    // or follow a server whose log has the command at index 2.
    bring_back(cfg, leader, 1, 3);
    int next_leader = cfg_check_one_leader(cfg);
    int next_index = give(cfg, next_leader, COMMAND(30));
    test_check(next_index == 2 || next_index == 3,
               "server %d put a command at index %d: expected 2 or 3",
               next_leader, next_index);
    cfg_one(cfg, COMMAND(1000), 5, true);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- Concurrent Start()s ----

enum { N_OFFERS = 5, FIRST_OFFER = 100 };

// A command that one thread offers to the leader, and the answer.
struct offer {
    struct config *cfg;
    int leader;
    int number;
    bool taken;
    int index;
    int term;
};

static void make_offer(void *arg)
{
    struct offer *offer = arg;
    offer->taken = cfg_start(offer->cfg, offer->leader, COMMAND(offer->number),
                             &offer->index, &offer->term);
}

static void make_offers_at_once(struct config *cfg, int leader,
                                struct offer offers[N_OFFERS])
{
    struct go_group *group = go_group_make();
    for (int i = 0; i < N_OFFERS; i++) {
        offers[i] = (struct offer){ .cfg = cfg,
                                    .leader = leader,
                                    .number = FIRST_OFFER + i };
        go(group, "offer", make_offer, &offers[i]);
    }
    go_group_free(group);
}

// Waits until a command is committed at the index that the leader returned.
// Returns false if the term changed: then the entry may have been replaced.
static bool await_offer(const struct offer *offer, int term)
{
    test_check(offer->taken && offer->term == term,
               "server %d refused command %d although it led term %d "
               "throughout",
               offer->leader, offer->number, term);

    struct bytes command;
    if (!cfg_wait(offer->cfg, offer->index, 3, term, &command))
        return false;
    if (bytes_equal(command, COMMAND(offer->number)))
        return true;

    test_check(!all_are_in_term(offer->cfg, term),
               "command %d is missing: server %d took it at index %d in term "
               "%d, but another was committed there",
               offer->number, offer->leader, offer->index, term);
    return false;
}

static bool attempt_concurrent_starts(struct config *cfg)
{
    int leader = cfg_check_one_leader(cfg);
    int index, term;
    if (!cfg_start(cfg, leader, COMMAND(1), &index, &term))
        return false;

    struct offer offers[N_OFFERS];
    make_offers_at_once(cfg, leader, offers);
    if (!all_are_in_term(cfg, term))
        return false;

    for (int i = 0; i < N_OFFERS; i++) {
        if (!await_offer(&offers[i], term))
            return false;
    }
    return true;
}

// All commands that a leader gets at the same time are committed, each at the
// index that raft_start returned (§5.3).
LAB_TEST(raft_2B, concurrent_starts)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): concurrent Start()s");

    try_5_times(cfg, attempt_concurrent_starts);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- Logs that differ ----

// Entries that a partitioned leader accepted and never committed are replaced
// by those that the majority committed meanwhile (§5.3).
LAB_TEST(raft_2B, rejoin_of_partitioned_leader)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): rejoin of partitioned leader");
    cfg_one(cfg, COMMAND(101), 3, true);

    // The old leader, alone, accepts three commands; the others agree on one.
    int old_leader = cfg_check_one_leader(cfg);
    cfg_disconnect(cfg, old_leader);
    for (int number = 102; number <= 104; number++) {
        int index, term;
        cfg_start(cfg, old_leader, COMMAND(number), &index, &term);
    }
    cfg_one(cfg, COMMAND(103), 2, true);

    // The new leader is disconnected, and the old leader comes back.
    int new_leader = cfg_check_one_leader(cfg);
    cfg_disconnect(cfg, new_leader);
    cfg_connect(cfg, old_leader);
    cfg_one(cfg, COMMAND(104), 2, true);

    cfg_connect(cfg, new_leader);
    cfg_one(cfg, COMMAND(105), 3, true);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Gives a leader 50 commands without waiting for any, and then half an election
// timeout to send them.
static void fill_log(struct config *cfg, int leader)
{
    for (int i = 0; i < 50; i++) {
        if (!cfg_round(cfg))
            continue;
        int index, term;
        cfg_start(cfg, leader, COMMAND(cfg_random_number(cfg)), &index, &term);
    }
    cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS / 2);
}

static void agree_on_50(struct config *cfg, int expected)
{
    for (int i = 0; i < 50; i++) {
        if (cfg_round(cfg))
            cfg_one(cfg, COMMAND(cfg_random_number(cfg)), expected, true);
    }
}

// A leader finds the place where a follower's log differs in few steps, not in
// one RPC per entry. So all this ends within the time limit (§5.3).
LAB_TEST(raft_2B, leader_backs_up_quickly_over_incorrect_follower_logs)
{
    struct config *cfg = cfg_make(5, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): leader backs up quickly over incorrect "
                   "follower logs");
    cfg_one(cfg, COMMAND(cfg_random_number(cfg)), 5, true);

    // The leader and one follower are a minority and cannot commit its 50
    // commands.
    int leader = cfg_check_one_leader(cfg);
    cut_off(cfg, leader, 2, 4);
    fill_log(cfg, leader);

    // The other three commit 50 commands of their own.
    cut_off(cfg, leader, 0, 1);
    bring_back(cfg, leader, 2, 4);
    agree_on_50(cfg, 3);

    // One of them is disconnected; their leader cannot commit 50 more.
    int next_leader = cfg_check_one_leader(cfg);
    int other = (leader + 2) % 5;
    if (other == next_leader)
        other = (leader + 3) % 5;
    cfg_disconnect(cfg, other);
    fill_log(cfg, next_leader);

    // That one comes back with the first two, whose logs are wrong, and
    // corrects them.
    cut_off(cfg, leader, 0, 4);
    bring_back(cfg, leader, 0, 1);
    cfg_connect(cfg, other);
    agree_on_50(cfg, 3);

    bring_back(cfg, leader, 0, 4);
    cfg_one(cfg, COMMAND(cfg_random_number(cfg)), 5, true);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- RPC counts ----

enum { N_COUNTED = 10 };

static int rpcs_received(struct config *cfg)
{
    int sum = 0;
    for (int i = 0; i < cfg_n(cfg); i++)
        sum += cfg_rpc_count(cfg, i);
    return sum;
}

// Gives the leader one command and N_COUNTED + 1 more. Sets *first to the index
// of the first one. Returns false if the term changed.
static bool give_counted(struct config *cfg, int leader, int *first, int *term,
                         int numbers[N_COUNTED + 1])
{
    if (!cfg_start(cfg, leader, COMMAND(1), first, term))
        return false;
    for (int i = 0; i <= N_COUNTED; i++) {
        numbers[i] = cfg_random_number(cfg);
        int index, its_term;
        if (!cfg_start(cfg, leader, COMMAND(numbers[i]), &index, &its_term) ||
            its_term != *term)
            return false;
        check_index(index, *first + 1 + i);
    }
    return true;
}

// MIT's limit is three RPCs per command, and six more: two to send it to the
// followers, and one to tell them of commits. It assumes that commands given
// together are committed together, and that messages keep their order. The
// scheduler may do otherwise. Then two followers need one message for each
// commit; and a leader that sends without waiting for answers may be overtaken,
// refused, and send again.
static int agreement_limit(int commits_told, int refused)
{
    int n_commands = N_COUNTED + 2;
    int more_to_tell = 2 * commits_told - n_commands;
    return 3 * n_commands + 6 + (more_to_tell > 0 ? more_to_tell : 0) + refused;
}

static bool attempt_agreement_in_few_rpcs(struct config *cfg)
{
    int leader = cfg_check_one_leader(cfg);
    int before = rpcs_received(cfg);
    int told_before, refused_before;
    cfg_count_appends(cfg, leader, &told_before, &refused_before);
    int first, term;
    int numbers[N_COUNTED + 1];
    if (!give_counted(cfg, leader, &first, &term, numbers))
        return false;

    bool as_given = true;
    for (int i = 0; i < N_COUNTED; i++) {
        struct bytes command;
        if (!cfg_wait(cfg, first + 1 + i, 3, term, &command))
            return false;
        as_given = as_given && bytes_equal(command, COMMAND(numbers[i]));
    }
    int used = rpcs_received(cfg) - before;
    int told, refused;
    cfg_count_appends(cfg, leader, &told, &refused);
    if (!all_are_in_term(cfg, term))
        return false;

    test_check(as_given,
               "wrong commands committed at indexes %d..%d: expected those "
               "that server %d took there in term %d",
               first + 1, first + N_COUNTED, leader, term);
    int limit = agreement_limit(told - told_before, refused - refused_before);
    test_check(used <= limit,
               "too many RPCs: %d for %d entries, expected at most %d", used,
               N_COUNTED, limit);
    return true;
}

// An election, an agreement on commands given together, and an idle cluster
// take few RPCs each (§5.2, §5.3).
LAB_TEST(raft_2B, rpc_counts_are_not_too_high)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2B): RPC counts aren't too high");
    cfg_check_one_leader(cfg);

    int electing = rpcs_received(cfg);
    test_check(electing >= 1 && electing <= 30,
               "%d RPCs to elect the first leader: expected 1 to 30", electing);

    try_5_times(cfg, attempt_agreement_in_few_rpcs);

    int before = rpcs_received(cfg);
    cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS);
    int idle = rpcs_received(cfg) - before;
    test_check(idle <= 3 * 20,
               "too many RPCs: %d for 1 second of idleness, expected at most "
               "%d",
               idle, 3 * 20);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}
