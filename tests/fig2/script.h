// Tests one real server; a script plays the others.
//
// Server 0 is the Raft under test. The script plays all its peers. The server's
// requests to them wait here until the test answers, and the test sends
// requests of its own. So a test can lead the server to any line of Figure 2
// and check what it does. A test sees only the Raft's interface: raft.h, the
// messages of raft.x, what the persister holds, and what comes out of the apply
// channel.
//
// The test's main thread calls these functions. A function that waits fails the
// test if nothing comes in time. The message begins with `rule`: the line of
// the paper that is broken, and what it says.
#ifndef TESTS_FIG2_SCRIPT_H
#define TESTS_FIG2_SCRIPT_H

#include "raft/raft.h"
#include "tester/lab_test.h"
#include "tester/verdict.h"

#include "raft/raft_x.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

// The real server; its peers are 1 to n - 1.
#define ME 0

// How long a test waits for something that must happen. LONG_MS is for many
// RPCs.
#define SOON_MS 3000
#define LONG_MS 10000

// Longer than any election timeout.
#define LONGEST_MS 1500

// How long a test waits for something that must not happen. QUIET_MS +
// TOO_LATE_MS is below the shortest election timeout that a test expects (250
// ms).
#define QUIET_MS 60

// If the server has heard nothing for this much longer than the test intended,
// it may start an election, and rightly so. A failure then proves nothing.
#define TOO_LATE_MS 150

// The highest index. Logs are short.
#define MAX_INDEX 63

// Entries, by their terms: TERMS(1, 1, 2) are three entries.
struct terms {
    int count;
    int term[MAX_INDEX];
};
#define TERMS(...)                                                             \
    ((struct terms){ (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)),      \
                     { __VA_ARGS__ } })

struct script;

// Begins a test: prints its title, and starts the real server in a cluster of
// n, at most eight.
struct script *script_begin(int n, const char *title);

// Ends the test: records the figures of the "... Passed" line, and stops, joins
// and frees everything.
void script_end(struct script *s);

// ---- What the server holds ----

// The persister's state, decoded.
struct saved {
    bool is_valid;  // False: nothing is saved, or it does not decode.
    bool is_other;  // Saved, but not a PersistentState of raft.x.
    int term;
    int voted_for;
    int first;  // The index at which the snapshot ends; 0 without a snapshot.
    int last;
    int term_at[MAX_INDEX + 1];    // The entries' terms, from first to last.
    int number_at[MAX_INDEX + 1];  // The entries' commands, from first + 1.
    int snapshot_index;  // Of the saved snapshot; 0 without a snapshot.
};
struct saved script_saved(struct script *s);

// Fails the test if the saved state does not decode.
void script_check_saved(const struct script *s, const struct saved *saved);

// Crashes the server, and restarts it with what is saved at this moment. At
// most three times in a test.
void script_restart(struct script *s);

// Calls `observer` with each state that the server saves from now on, and the
// state before it (invalid if there was none). Ends when the server crashes or
// the test ends. Once in a test.
typedef void script_save_observer(const struct saved *before,
                                  const struct saved *now);
void script_observe_saves(struct script *s, script_save_observer *observer);

// ---- The service above the server ----

// raft_start. The command is a number, or any bytes.
bool script_start(struct script *s, int number, int *index, int *term);
bool script_start_bytes(struct script *s, struct bytes command, int *index,
                        int *term);

// The bytes that the process of the server has allocated.
long long script_memory(struct script *s);

// raft_get_state.
bool script_is_leader(struct script *s);
int script_term(struct script *s);

// Waits until the server is in this term or a newer one. Returns false if that
// takes too long.
bool script_reaches_term(struct script *s, int term);

// raft_snapshot, on the test's thread. The snapshot's data is the index.
void script_snapshot(struct script *s, int index);

// The service makes a snapshot when it has applied this index.
void script_snapshot_when_applied(struct script *s, int index);

// Stops the service from receiving, or lets it continue. A restart ends the
// hold.
void script_hold_applying(struct script *s, bool hold);

// Returns the last index that is applied, by a command or by a snapshot.
int script_applied(struct script *s);

// Return the command applied at an index, and the number of snapshots applied.
int script_applied_number(struct script *s, int index);
int script_applied_snapshots(struct script *s);

// Waits until everything up to index is applied. Peers that script_acknowledge
// has led up to index continue to answer, because a leader may ignore a success
// and send again.
void script_await_applied(struct script *s, int index, const char *rule);

// Waits QUIET_MS, then checks that nothing after index has been applied.
void script_check_not_applied(struct script *s, int index, const char *rule);

// ---- Requests to the server ----

// The command of an entry that a played leader sends, and the data of the
// snapshot up to an index. Both are numbers.
int script_command(int index, int term);

// Sends a RequestVote. Repeats it while the server ignores it: by §6 a leader,
// and a server that has just heard from a leader, may do so.
RequestVoteResponse script_request_vote(struct script *s, int term,
                                        int candidate, int last_index,
                                        int last_term);

// The same, without repetition.
RequestVoteResponse script_request_vote_once(struct script *s, int term,
                                             int candidate, int last_index,
                                             int last_term);

// Returns true if the server ignored the request of this term: it has not
// adopted the term.
bool script_ignores(RequestVoteResponse response, int term);

struct append {
    int term;
    int leader;
    int prev_index;
    int prev_term;
    struct terms entries;  // None: a heartbeat.
    int commit;
};
AppendEntriesResponse script_append(struct script *s, struct append append);

// Sends a snapshot from peer 1.
int script_install(struct script *s, int term, int last_index, int last_term);

// If a server has started this many elections, each just before the leader of
// its term reached it, its timeouts are too short: fails the test.
#define MAX_EARLY_ELECTIONS 10
_Noreturn void script_fail_short_timeouts(void);

// Sends a heartbeat from peer 1. It begins at index 0, so it always matches.
AppendEntriesResponse script_heartbeat(struct script *s, int term);

// Makes the server hold this log, as a follower of peer 1 in this term. The
// first `commit` entries are committed.
void script_give_log(struct script *s, int term, struct terms log, int commit);

// Returns a term in which nobody has sent anything yet. No leader contradicts
// itself. So when a played leader says something else about an index than the
// one before it, it must be another leader, with this term.
int script_new_term(struct script *s);

// Returns true if the server's log holds this entry. Asks as a leader (peer 1)
// that has the entry, in a new term. If the server's entry at the index
// differs, it may truncate its log there: give it its log again before the next
// question.
bool script_holds(struct script *s, int index, int entry_term);

// ---- Requests of the server ----

// A request of the server that waits for its answer. It is valid until it is
// answered.
struct call {
    int peer;
    int64_t arrived_ns;
    struct saved saved;  // The state saved when it arrived.

    // Exactly one of these is not NULL.
    const RequestVoteRequest *vote;
    const AppendEntriesRequest *append;
    const InstallSnapshotRequest *install;

    // Private to calls.c.
    void *reply;
    bool taken;
    bool done;
    pthread_cond_t answered;  // One for each call: thousands may wait.
    struct call *next;
};

// Returns the oldest RequestVote to this peer with this term or a newer one
// that the test has not taken yet. Waits for it.
struct call *script_await_vote(struct script *s, int peer, int min_term,
                               const char *rule);

// The same for an AppendEntries; the term is the leader's.
struct call *script_await_append(struct script *s, int peer, int min_term,
                                 const char *rule);

// Returns true if the server sends any peer a RequestVote with this term or a
// newer one within this time. Earlier requests count, taken or not.
bool script_starts_election(struct script *s, int min_term, int within_ms);

// Answers. The reply carries the peer's term.
void script_answer_vote(struct script *s, struct call *call, int term,
                        bool granted);
void script_answer_append(struct script *s, struct call *call,
                          AppendEntriesResponse response);
void script_answer_install(struct script *s, struct call *call, int term);

// Loses the request, so that the server's call fails. Waits LOSING_MS, until it
// has. Other requests to this peer wait for an answer as usual.
#define LOSING_MS 150
void script_lose_request(struct script *s, struct call *call);

// ---- Peers that follow Figure 2 ----

// Makes the server win an election, with votes from a bare majority. Returns
// its term.
int script_elect(struct script *s);

// Sets the log of this peer. It is empty at first.
void script_set_log(struct script *s, int peer, struct terms log);

// Answers for this peer as a follower, until the peer has acknowledged
// everything up to index.
void script_acknowledge(struct script *s, int peer, int index,
                        const char *rule);

// The same, but returns false if the server sends nothing for so long that it
// must be waiting for an answer that the test holds back.
bool script_try_acknowledge(struct script *s, int peer, int index);

// The same, but stops before the answer that would acknowledge index. Returns
// that request, unanswered.
struct call *script_acknowledge_before(struct script *s, int peer, int index,
                                       const char *rule);

// Answers this request as a follower. Returns false if the answer is a refusal.
bool script_answer_as_follower(struct script *s, struct call *call);

// Answers all requests that wait at this peer, as a follower. A leader may step
// down when no majority has answered for an election timeout. A test that keeps
// one peer silent for so long must let another one answer.
void script_answer_waiting(struct script *s, int peer);

// Returns the command that this peer's log has at an index.
int script_peer_number(struct script *s, int peer, int index);

// ---- Time ----

// Sleeps. Returns the milliseconds that it took: more than `ms` on a busy
// machine.
int script_sleep(struct script *s, int ms);

#endif
