// Part 2C, persistence: servers crash and restart with what they saved, on
// networks that lose, delay and reorder messages. A committed entry is never
// lost.
//
// "Agree" means cfg_one: a leader accepts a command, and a number of servers
// apply it.
#include "rt/alloc.h"
#include "rt/go.h"
#include "rt/rng.h"
#include "tester/config.h"
#include "tester/lab_test.h"

#include <stdatomic.h>
#include <stdlib.h>

// ---- Steps that several tests share ----

// Agrees on a random command. Returns its index.
static int agree(struct config *cfg, int expected)
{
    return cfg_one(cfg, COMMAND(cfg_random_number(cfg)), expected, true);
}

// Restarts server i with what it saved. Crashes it first if it runs.
static void restart(struct config *cfg, int i)
{
    cfg_start1(cfg, i);
    cfg_connect(cfg, i);
}

// ---- Restarts ----

// A server that restarts resumes from its saved term, vote and log. First all
// restart together, then the leader, then a server that missed a command, then
// a follower (Figure 2, "Persistent state"; §5.5).
LAB_TEST(raft_2C, basic_persistence)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2C): basic persistence");
    cfg_one(cfg, COMMAND(11), 3, true);

    // All restart before any is connected: only their saved logs are left.
    for (int i = 0; i < 3; i++)
        cfg_start1(cfg, i);
    for (int i = 0; i < 3; i++)
        cfg_connect(cfg, i);
    cfg_one(cfg, COMMAND(12), 3, true);

    restart(cfg, cfg_check_one_leader(cfg));
    cfg_one(cfg, COMMAND(13), 3, true);

    // A leader that missed a command restarts and gets it.
    int leader = cfg_check_one_leader(cfg);
    cfg_disconnect(cfg, leader);
    cfg_one(cfg, COMMAND(14), 2, true);
    restart(cfg, leader);
    cfg_wait(cfg, 4, 3, ANY_TERM, NULL);

    // The same for a follower.
    int follower = (cfg_check_one_leader(cfg) + 1) % 3;
    cfg_disconnect(cfg, follower);
    cfg_one(cfg, COMMAND(15), 2, true);
    restart(cfg, follower);
    cfg_one(cfg, COMMAND(16), 3, true);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Moves the majority from three servers to three others, of which only one has
// the last command. Gives three commands, from `number` on.
static void pass_the_majority_on(struct config *cfg, int number)
{
    cfg_one(cfg, COMMAND(number), 5, true);
    int leader = cfg_check_one_leader(cfg);
    int behind[] = { (leader + 1) % 5, (leader + 2) % 5 };
    int ahead[] = { (leader + 3) % 5, (leader + 4) % 5, leader };

    // Three servers agree without the other two, and are then disconnected.
    cfg_disconnect(cfg, behind[0]);
    cfg_disconnect(cfg, behind[1]);
    cfg_one(cfg, COMMAND(number + 1), 3, true);
    for (int k = 0; k < 3; k++)
        cfg_disconnect(cfg, ahead[k]);

    // The two restart and cannot elect a leader.
    cfg_start1(cfg, behind[0]);
    cfg_start1(cfg, behind[1]);
    cfg_connect(cfg, behind[0]);
    cfg_connect(cfg, behind[1]);
    cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS);

    // With one server that has the last command, they are a majority.
    restart(cfg, ahead[0]);
    cfg_one(cfg, COMMAND(number + 2), 3, true);

    cfg_connect(cfg, ahead[1]);
    cfg_connect(cfg, ahead[2]);
}

// A committed command survives as long as one server of each majority has saved
// it (§5.4.1, §5.5).
LAB_TEST(raft_2C, more_persistence)
{
    struct config *cfg = cfg_make(5, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2C): more persistence");

    for (int round = 0; round < 5; round++)
        pass_the_majority_on(cfg, 11 + 3 * round);
    cfg_one(cfg, COMMAND(1000), 5, true);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// A follower that was disconnected, and so lacks entries, agrees with a leader
// that crashed and restarts (§5.4.1, §5.5).
LAB_TEST(raft_2C, partitioned_leader_and_one_follower_crash)
{
    struct config *cfg = cfg_make(3, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2C): partitioned leader and one follower crash, "
                   "leader restarts");
    cfg_one(cfg, COMMAND(101), 3, true);

    int leader = cfg_check_one_leader(cfg);
    int crashing = (leader + 1) % 3;
    int behind = (leader + 2) % 3;
    cfg_disconnect(cfg, behind);
    cfg_one(cfg, COMMAND(102), 2, true);

    cfg_crash1(cfg, leader);
    cfg_crash1(cfg, crashing);
    cfg_connect(cfg, behind);
    restart(cfg, leader);
    cfg_one(cfg, COMMAND(103), 2, true);

    restart(cfg, crashing);
    cfg_one(cfg, COMMAND(104), 3, true);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- Figure 8 ----

enum { NOBODY = -1, NEVER = -1 };

// How a Figure 8 test stops leaders and brings servers back.
struct figure_8 {
    bool (*is_up)(struct config *cfg, int i);
    void (*take_down)(struct config *cfg, int i);
    void (*bring_up)(struct config *cfg, int i);
    int down_percent;          // The probability that a leader is stopped.
    int long_reordering_from;  // The round, or NEVER.
};

// Offers each server a command of its own. Returns the last server that
// accepted one, or NOBODY.
static int offer_to_each(struct config *cfg, const struct figure_8 *kind)
{
    int leader = NOBODY;
    for (int i = 0; i < 5; i++) {
        int index, term;
        if (cfg_start(cfg, i, COMMAND(cfg_random_number(cfg)), &index, &term) &&
            kind->is_up(cfg, i))
            leader = i;
    }
    return leader;
}

// In most cases too short for a leader to commit its command.
static void sleep_a_little(struct config *cfg)
{
    int bound = cfg_chance(cfg, 10) ? RAFT_ELECTION_TIMEOUT_MS / 2 : 13;
    cfg_sleep_ms(cfg, cfg_random_below(cfg, bound));
}

// 1,000 rounds: leaders stop at random moments, so that logs differ as in
// Figure 8, and at least two servers run. At the end all agree.
static void run_figure_8(struct config *cfg, const struct figure_8 *kind)
{
    cfg_one(cfg, COMMAND(cfg_random_number(cfg)), 1, true);

    int n_up = 5;
    for (int round = 0; round < 1000; round++) {
        if (round == kind->long_reordering_from)
            cfg_set_long_reordering(cfg, true);
        if (!cfg_round(cfg))
            continue;
        int leader = offer_to_each(cfg, kind);
        sleep_a_little(cfg);
        if (leader != NOBODY && cfg_chance(cfg, kind->down_percent)) {
            kind->take_down(cfg, leader);
            n_up--;
        }
        if (n_up < 3) {
            int i = cfg_random_below(cfg, 5);
            if (!kind->is_up(cfg, i)) {
                kind->bring_up(cfg, i);
                n_up++;
            }
        }
    }

    for (int i = 0; i < 5; i++) {
        if (!kind->is_up(cfg, i))
            kind->bring_up(cfg, i);
    }
    agree(cfg, 5);
}

// Leaders crash at random moments. A majority of replicas does not commit an
// entry of an older term, because a later leader could replace it (§5.4.2,
// Figure 8).
LAB_TEST(raft_2C, figure_8)
{
    struct config *cfg = cfg_make(5, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2C): Figure 8");

    run_figure_8(cfg, &(struct figure_8){ .is_up = cfg_is_running,
                                          .take_down = cfg_crash1,
                                          .bring_up = restart,
                                          .down_percent = 100,
                                          .long_reordering_from = NEVER });

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- Unreliable networks ----

enum { N_ROUNDS = 49, N_HELPERS = 4 };

// A command on which one thread makes the cluster agree.
struct proposal {
    struct config *cfg;
    int number;
};

static void propose(void *arg)
{
    const struct proposal *proposal = arg;
    cfg_one(proposal->cfg, COMMAND(proposal->number), 1, true);
}

// The servers agree although the network delays and loses messages, also for
// many clients at once (§5.3: a leader retries until it succeeds).
LAB_TEST(raft_2C, unreliable_agreement)
{
    struct config *cfg = cfg_make(5, UNRELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2C): unreliable agreement");

    // The next round begins before the helpers of this one have ended.
    struct proposal proposals[N_ROUNDS][N_HELPERS];
    struct go_group *helpers = go_group_make();
    for (int round = 1; round <= N_ROUNDS; round++) {
        if (!cfg_round(cfg))
            continue;
        for (int j = 0; j < N_HELPERS; j++) {
            struct proposal *proposal = &proposals[round - 1][j];
            *proposal = (struct proposal){ cfg, 100 * round + j };
            go(helpers, "helper", propose, proposal);
        }
        cfg_one(cfg, COMMAND(round), 1, true);
    }

    cfg_set_unreliable(cfg, false);
    go_group_free(helpers);
    agree(cfg, 5);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// Figure 8 on a network that loses and delays messages. Later it delays replies
// so long that they belong to an older term. Leaders are disconnected, and come
// back with their logs and terms (§5.3, §5.4.2).
LAB_TEST(raft_2C, figure_8_unreliable)
{
    struct config *cfg = cfg_make(5, UNRELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2C): Figure 8 (unreliable)");

    run_figure_8(cfg, &(struct figure_8){ .is_up = cfg_is_connected,
                                          .take_down = cfg_disconnect,
                                          .bring_up = cfg_connect,
                                          .down_percent = 50,
                                          .long_reordering_from = 200 });

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// ---- Churn ----

enum { N_CLIENTS = 3, NOWHERE = 0 };

// A command that a client saw committed, and its index.
struct note {
    int index;
    int number;
};

// A thread that offers commands until it has to stop.
struct client {
    struct config *cfg;
    int me;
    const atomic_bool *stop;
    struct rng rng;
    struct note *notes;
    int n_notes;
    int capacity;
};

static void client_note(struct client *client, int index, int number)
{
    if (client->n_notes == client->capacity) {
        client->capacity = 2 * client->capacity + 64;
        client->notes = alloc_resize(client->notes, (size_t)client->capacity,
                                     sizeof(client->notes[0]));
    }
    client->notes[client->n_notes++] = (struct note){ index, number };
}

// Offers every server the same command. Returns the index at the last one that
// accepted it, or NOWHERE.
static int client_offer(struct client *client, int number)
{
    int index = NOWHERE;
    for (int i = 0; i < 5; i++) {
        int its_index, term;
        if (cfg_start(client->cfg, i, COMMAND(number), &its_index, &term))
            index = its_index;
    }
    return index;
}

// Waits a while until a command is committed at its index, and notes it. If
// another command is committed there, this one is lost. MIT's client looks
// before it waits. So it floods a disconnected leader, whose indexes are long
// committed, as fast as that leader accepts commands. In virtual time, where
// accepting one costs nothing, that would never end.
static void client_watch(struct client *client, int index, int number)
{
    static const int patience_ms[] = { 10, 20, 50, 100, 200 };
    for (int k = 0; k < 5; k++) {
        cfg_sleep_ms(client->cfg, patience_ms[k]);
        struct bytes command;
        if (cfg_n_committed(client->cfg, index, &command) > 0) {
            if (bytes_equal(command, COMMAND(number)))
                client_note(client, index, number);
            return;
        }
    }
}

static void client_run(void *arg)
{
    struct client *client = arg;
    while (!atomic_load(client->stop)) {
        int number = rng_below(&client->rng, 1 << 30);
        int index = client_offer(client, number);
        if (index == NOWHERE)
            cfg_sleep_ms(client->cfg, 79 + client->me * 17);
        else
            client_watch(client, index, number);
    }
}

// Disconnects, connects and crashes servers at random for 20 rounds. Then
// brings all of them back.
static void churn_servers(struct config *cfg)
{
    for (int round = 0; round < 20; round++) {
        if (!cfg_round(cfg))
            continue;
        if (cfg_chance(cfg, 20))
            cfg_disconnect(cfg, cfg_random_below(cfg, 5));
        if (cfg_chance(cfg, 50)) {
            int i = cfg_random_below(cfg, 5);
            if (!cfg_is_running(cfg, i))
                cfg_start1(cfg, i);
            cfg_connect(cfg, i);
        }
        if (cfg_chance(cfg, 20)) {
            int i = cfg_random_below(cfg, 5);
            if (cfg_is_running(cfg, i))
                cfg_crash1(cfg, i);
        }
        // Long enough for an election, too short for a stable leader.
        cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS * 7 / 10);
    }

    cfg_set_unreliable(cfg, false);
    for (int i = 0; i < 5; i++) {
        if (!cfg_is_running(cfg, i))
            cfg_start1(cfg, i);
        cfg_connect(cfg, i);
    }
}

// Checks that every server still has each command that a client saw committed.
static void check_notes(struct config *cfg, const struct client *client,
                        int last_index)
{
    for (int k = 0; k < client->n_notes; k++) {
        struct note note = client->notes[k];
        test_check(note.index < last_index,
                   "a new command got index %d although index %d had been "
                   "committed before",
                   last_index, note.index);

        struct bytes command;
        cfg_wait(cfg, note.index, 5, ANY_TERM, &command);
        test_check(bytes_equal(command, COMMAND(note.number)),
                   "command %d was seen committed at index %d, but is not "
                   "there any more",
                   note.number, note.index);
    }
}

static void run_churn(struct config *cfg)
{
    atomic_bool stop = false;
    struct client clients[N_CLIENTS];
    struct go_group *group = go_group_make();
    for (int k = 0; k < N_CLIENTS; k++) {
        clients[k] = (struct client){
            .cfg = cfg, .me = k, .stop = &stop, .rng = rng_make()
        };
        go(group, "client", client_run, &clients[k]);
    }

    churn_servers(cfg);

    atomic_store(&stop, true);
    go_group_free(group);
    cfg_sleep_ms(cfg, RAFT_ELECTION_TIMEOUT_MS);
    int last_index = agree(cfg, 5);
    for (int k = 0; k < N_CLIENTS; k++) {
        check_notes(cfg, &clients[k], last_index);
        free(clients[k].notes);
    }
}

// Commands that clients saw committed stay in the log, although servers crash
// and are disconnected (§5.4.3).
LAB_TEST(raft_2C, churn)
{
    struct config *cfg = cfg_make(5, RELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2C): churn");

    run_churn(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}

// The same on a network that delays and loses messages (§5.4.3).
LAB_TEST(raft_2C, unreliable_churn)
{
    struct config *cfg = cfg_make(5, UNRELIABLE, NO_SNAPSHOTS);
    cfg_begin(cfg, "Test (2C): unreliable churn");

    run_churn(cfg);

    cfg_end(cfg);
    cfg_cleanup(cfg);
}
