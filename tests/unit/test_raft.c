// The reference Raft from inside: its log, its saves, and its answers to single
// RPCs. The graded tests test whole clusters.
#include "raft/internal.h"
#include "tester/life.h"
#include "tests/unit/unit.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- A peer without a network ----

// Peer 0 of a cluster of n, with this saved state. Its RPCs reach no server.
static struct life *lonely_make(int n, struct persister *persister)
{
    struct life *peer = life_make(labrpc_make_network(), n, 0);
    peer->persister = persister;
    peer->apply_ch = channel_make(sizeof(struct apply_msg), 0);
    for (int i = 0; i < n; i++)
        life_make_end(peer, i, 0);
    life_start(peer, life_drop_applied);
    return peer;
}

static void lonely_free(struct life *peer)
{
    struct labrpc_network *net = peer->net;
    life_kill(peer);
    life_end_network(net, NULL);
    life_free(peer);
    labrpc_free_network(net);
}

static Entry make_entry(int index, int term)
{
    return (Entry){ .index = index, .term = term, .command = { 4, "cmd" } };
}

static void append(struct log *log, int index, int term)
{
    Entry entry = make_entry(index, term);
    log_append(log, &entry);
}

// ---- The log ----

UNIT_TEST(log, compaction_keeps_a_matching_suffix)
{
    struct log log;
    log_init(&log, 0, 0);
    for (int index = 1; index <= 9; index++)
        append(&log, index, 1 + index / 5);

    log_compact(&log, 6, 2);

    check(log_first(&log)->index == 6);
    check(log_first(&log)->term == 2);
    check(log_first(&log)->command.command_val == NULL);
    check(log_last(&log)->index == 9);
    check(log_matches(&log, 7, 2));
    check(!log_matches(&log, 5, 2));
    check(!log_matches(&log, 10, 2));
    log_free(&log);
}

// An entry with another term is a different entry: what follows it goes, too.
UNIT_TEST(log, compaction_drops_what_conflicts)
{
    struct log log;
    log_init(&log, 0, 0);
    for (int index = 1; index <= 9; index++)
        append(&log, index, 1);

    log_compact(&log, 6, 2);
    check(log_last(&log)->index == 6);
    check(log_last(&log)->term == 2);

    log_compact(&log, 20, 3);
    check(log_last(&log)->index == 20);
    log_free(&log);
}

// ---- What is saved ----

static PersistentState decode_state(struct persister *p)
{
    struct bytes saved = persister_read_raft_state(p);
    PersistentState state = { 0 };
    XDR xdrs;
    xdrmem_create(&xdrs, saved.data, (u_int)saved.len, XDR_DECODE);
    check(xdr_PersistentState(&xdrs, &state));
    check_that(xdr_getpos(&xdrs) == saved.len, "nothing stands behind it");
    bytes_free(&saved);
    return state;
}

// Checks that the persister holds exactly the peer's state.
static void assert_saved(struct life *peer)
{
    struct raft *rf = peer->raft;
    pthread_mutex_lock(&rf->mu);
    PersistentState state = decode_state(peer->persister);
    check(state.current_term == rf->current_term);
    check(state.voted_for == rf->voted_for);
    check((int)state.logs.logs_len == rf->logs.count);
    for (int k = 0; k < rf->logs.count; k++) {
        const Entry *saved = &state.logs.logs_val[k];
        const Entry *here = &rf->logs.entries[k];
        check(saved->index == here->index);
        check(saved->term == here->term);
        check(saved->command.command_len == here->command.command_len);
    }
    pthread_mutex_unlock(&rf->mu);
    xdr_free((xdrproc_t)xdr_PersistentState, &state);
}

static bool send_entries(struct life *peer, int term, int prev_index,
                         int prev_term, int count, int entry_term)
{
    Entry entries[20];
    for (int k = 0; k < count; k++)
        entries[k] = make_entry(prev_index + 1 + k, entry_term);
    AppendEntriesRequest request = { .term = term,
                                     .leader_id = 1,
                                     .prev_log_index = prev_index,
                                     .prev_log_term = prev_term,
                                     .entries = { (u_int)count, entries } };
    AppendEntriesResponse response = { 0 };
    append_entries(peer->raft, &request, &response);
    return response.success;
}

// After appending, truncating, compacting or voting, the saved state is the
// peer's state, though most saves write only the changes.
UNIT_TEST(persist, saves_exactly_the_state)
{
    struct life *peer = lonely_make(3, persister_make());

    check(send_entries(peer, 5, 0, 0, 10, 5));
    assert_saved(peer);
    check(send_entries(peer, 6, 4, 5, 3, 6));  // Truncates 8 to 10.
    assert_saved(peer);
    check(log_last(&peer->raft->logs)->index == 7);
    check(send_entries(peer, 6, 7, 6, 5, 6));
    assert_saved(peer);

    RequestVoteRequest vote = { 7, 2, 12, 6 };
    RequestVoteResponse answer = { 0 };
    request_vote(peer->raft, &vote, &answer);
    check(answer.vote_granted);
    assert_saved(peer);

    InstallSnapshotRequest snapshot = { 8, 1, 9, 6, { 4, "snap" } };
    InstallSnapshotResponse done = { 0 };
    install_snapshot(peer->raft, &snapshot, &done);
    assert_saved(peer);
    check_that(log_last(&peer->raft->logs)->index == 12, "the suffix stays");
    check(send_entries(peer, 8, 12, 6, 2, 8));
    check(send_entries(peer, 9, 10, 6, 1, 9));
    assert_saved(peer);
    lonely_free(peer);
}

// A restarted peer has the term, the vote and the log, and can save again.
UNIT_TEST(persist, survives_a_restart)
{
    struct life *before = lonely_make(3, persister_make());
    send_entries(before, 5, 0, 0, 10, 5);
    RequestVoteRequest vote = { 6, 2, 10, 5 };
    RequestVoteResponse answer = { 0 };
    request_vote(before->raft, &vote, &answer);
    struct persister *survives = persister_copy(before->persister);
    lonely_free(before);

    struct life *after = lonely_make(3, survives);
    // Another candidate of the same term gets no second vote (§5.2).
    vote.candidate_id = 1;
    request_vote(after->raft, &vote, &answer);
    check(!answer.vote_granted);
    check(answer.term >= 6);
    check(log_last(&after->raft->logs)->index == 10);
    check(send_entries(after, 20, 10, 5, 2, 20));
    assert_saved(after);
    lonely_free(after);
}

// A Raft must refuse to start with this state: a damaged one ends the program
// with one line and exit(2), whatever the damage.
static void expect_refused(const void *data, size_t len)
{
    pid_t child = unit_fork();
    if (child == 0) {
        struct persister *p = persister_make();
        persister_save_raft_state(p, (struct bytes){ (void *)data, len });
        lonely_make(3, p);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    check_that(WIFEXITED(status) && WEXITSTATUS(status) == 2, "wait status %#x",
               (unsigned)status);
}

UNIT_TEST(persist, short_state_is_refused)
{
    expect_refused("\0\0\0\5", 4);
}

UNIT_TEST(persist, garbage_is_refused)
{
    char garbage[300];
    memset(garbage, 0xa5, sizeof garbage);
    expect_refused(garbage, sizeof garbage);
}

UNIT_TEST(persist, huge_count_is_refused)
{
    expect_refused("\0\0\0\5\0\0\0\1\xff\xff\xff\xff\0\0\0\0", 16);
}

UNIT_TEST(persist, state_without_log_is_refused)
{
    expect_refused("\0\0\0\5\0\0\0\1\0\0\0\0", 12);
}

UNIT_TEST(persist, trailing_bytes_are_refused)
{
    expect_refused("\0\0\0\5\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0more", 28);
}

// ---- Single RPCs ----

// An old, shorter AppendEntries does not truncate what a longer one appended
// (Figure 2, AppendEntries, step 3: "if an existing entry conflicts").
UNIT_TEST(append_entries, overtaken_request_cuts_nothing)
{
    struct life *peer = lonely_make(3, persister_make());
    check(send_entries(peer, 5, 0, 0, 10, 5));

    check(send_entries(peer, 5, 0, 0, 3, 5));

    check(log_last(&peer->raft->logs)->index == 10);
    lonely_free(peer);
}

// A rejection says where to continue.
UNIT_TEST(append_entries, rejections_carry_hints)
{
    struct life *peer = lonely_make(3, persister_make());
    send_entries(peer, 5, 0, 0, 4, 3);
    send_entries(peer, 5, 4, 3, 4, 4);
    AppendEntriesRequest request = { .term = 6,
                                     .prev_log_index = 20,
                                     .prev_log_term = 5 };
    AppendEntriesResponse response = { 0 };

    append_entries(peer->raft, &request, &response);
    check(!response.success);
    check(response.conflict_term == NO_TERM);
    check_that(response.conflict_index == 9, "the index after the last");

    request.prev_log_index = 7;
    append_entries(peer->raft, &request, &response);
    check(!response.success);
    check(response.conflict_term == 4);
    check_that(response.conflict_index == 5, "the first index of term 4");
    lonely_free(peer);
}

// commit_index rises only as far as the request shows agreement (step 5).
UNIT_TEST(append_entries, commits_only_what_was_compared)
{
    struct life *peer = lonely_make(3, persister_make());
    send_entries(peer, 5, 0, 0, 10, 5);
    AppendEntriesRequest heartbeat = {
        .term = 5, .prev_log_index = 4, .prev_log_term = 5, .leader_commit = 8
    };
    AppendEntriesResponse response = { 0 };

    append_entries(peer->raft, &heartbeat, &response);

    check(response.success);
    pthread_mutex_lock(&peer->raft->mu);
    check(peer->raft->commit_index == 4);
    pthread_mutex_unlock(&peer->raft->mu);
    lonely_free(peer);
}

// ---- The leader's side ----

static void grant(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    const RequestVoteRequest *request = args;
    *(RequestVoteResponse *)reply =
        (RequestVoteResponse){ request->term, TRUE };
}

static void accept_entries(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    const AppendEntriesRequest *request = args;
    *(AppendEntriesResponse *)reply =
        (AppendEntriesResponse){ .term = request->term, .success = TRUE };
}

// A follower whose entry 2 has term 2, and that answers late.
static void reject_late(void *receiver, const void *args, void *reply)
{
    (void)receiver;
    const AppendEntriesRequest *request = args;
    sleep_ms(100);
    *(AppendEntriesResponse *)reply = (AppendEntriesResponse){
        .term = request->term, .conflict_term = 2, .conflict_index = 2
    };
}

static void take_snapshot(void *receiver, const void *args, void *reply)
{
    const InstallSnapshotRequest *request = args;
    ((InstallSnapshotResponse *)reply)->term = request->term;
    atomic_store((atomic_int *)receiver, request->last_included_index);
}

// Makes server i of the peer's network answer with these handlers.
static void play_server(struct life *peer, int i,
                        struct labrpc_method methods[N_RPCS], void *receiver)
{
    struct labrpc_server *server = labrpc_make_server();
    labrpc_add_service(server, methods, N_RPCS, receiver);
    labrpc_add_server(peer->net, life_server_name(i).text, server);
    labrpc_enable(peer->ends[i], true);
}

// A persister with entry 1 of term 1 and entry 2 of term 3.
static struct persister *two_entries(void)
{
    Entry entries[] = { { .index = 0, .term = 0 },
                        make_entry(1, 1),
                        make_entry(2, 3) };
    PersistentState state = { 3, NOBODY, { 3, entries } };
    char encoded[200];
    XDR xdrs;
    xdrmem_create(&xdrs, encoded, sizeof encoded, XDR_ENCODE);
    check(xdr_PersistentState(&xdrs, &state));
    struct persister *p = persister_make();
    persister_save_raft_state(p, (struct bytes){ encoded, xdr_getpos(&xdrs) });
    return p;
}

static void wait_until_applied(struct raft *rf, int index)
{
    int applied = 0;
    while (applied < index) {
        sleep_ms(1);
        pthread_mutex_lock(&rf->mu);
        applied = rf->last_applied;
        pthread_mutex_unlock(&rf->mu);
    }
}

// A rejection arrives when a snapshot has replaced the entry it is about: the
// follower gets the snapshot.
UNIT_TEST(replication, rejection_overtaken_by_a_snapshot)
{
    struct labrpc_method quick[N_RPCS], slow[N_RPCS];
    int n_rpcs;
    memcpy(quick, raft_methods(&n_rpcs), sizeof quick);
    quick[REQUEST_VOTE].handler = grant;
    quick[APPEND_ENTRIES].handler = accept_entries;
    quick[INSTALL_SNAPSHOT].handler = take_snapshot;
    memcpy(slow, quick, sizeof slow);
    slow[APPEND_ENTRIES].handler = reject_late;
    atomic_int unused = 0, seen = 0;
    struct life *peer = lonely_make(3, two_entries());
    play_server(peer, 1, quick, &unused);
    play_server(peer, 2, slow, &seen);

    int index, term;
    struct bytes command = { "x", 1 };
    while (!raft_start(peer->raft, command, &index, &term))
        sleep_ms(1);
    wait_until_applied(peer->raft, index);
    raft_snapshot(peer->raft, index, command);

    while (atomic_load(&seen) != index)
        sleep_ms(1);
    lonely_free(peer);
}

// A snapshot that covers less than what is committed changes nothing.
UNIT_TEST(install_snapshot, old_one_is_ignored)
{
    struct life *peer = lonely_make(3, persister_make());
    InstallSnapshotRequest newer = { 5, 1, 9, 4, { 4, "new" } };
    InstallSnapshotRequest older = { 5, 1, 6, 4, { 4, "old" } };
    InstallSnapshotResponse response = { 0 };
    install_snapshot(peer->raft, &newer, &response);

    install_snapshot(peer->raft, &older, &response);

    check(log_first(&peer->raft->logs)->index == 9);
    struct bytes snapshot = persister_read_snapshot(peer->persister);
    check(strcmp(snapshot.data, "new") == 0);
    bytes_free(&snapshot);
    lonely_free(peer);
}

// A cluster of one elects itself and commits alone.
UNIT_TEST(raft, cluster_of_one_commits)
{
    struct life *peer = lonely_make(1, persister_make());
    int index = 0, term = 0;
    struct bytes command = { "x", 1 };

    while (!raft_start(peer->raft, command, &index, &term))
        sleep_ms(10);

    check(index == 1);
    check(term >= 1);
    pthread_mutex_lock(&peer->raft->mu);
    check(peer->raft->commit_index == 1);
    pthread_mutex_unlock(&peer->raft->mu);
    lonely_free(peer);
}
