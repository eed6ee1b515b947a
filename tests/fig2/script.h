// One real server in a play whose other parts a script speaks.
//
// Server 0 is the Raft under test. All its peers are played: what it sends
// them waits here until the test answers, and the test sends it what it likes.
// So a test can lead the server to any line of Figure 2 and look at what it
// does there. It looks at nothing but the Raft's interface: raft.h, the
// messages of raft.x, what the persister holds, and what comes out of the apply
// channel.
//
// The functions are called by the test's main thread. One that waits for
// something fails the test if it does not come in time; `rule` is how the
// message begins: which line of the paper is broken, and what it says.
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

// What must happen, does so within this time; more for what takes many RPCs.
#define SOON_MS 3000
#define LONG_MS 10000

// Longer than any election time-out.
#define LONGEST_MS 1500

// How long a test waits for what must not happen. With TOO_LATE_MS still below
// the shortest election time-out that it has to expect (250 ms).
#define QUIET_MS 60

// A server that has heard nothing for this much longer than a test means it to
// may stand for election, as it should: then a failure proves nothing.
#define TOO_LATE_MS 150

// Logs are short: indices are at most this.
#define MAX_INDEX 63

// Entries, by their terms; TERMS(1, 1, 2) are three.
struct terms {
    int count;
    int term[MAX_INDEX];
};
#define TERMS(...)                                                             \
    ((struct terms){ (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)),      \
                     { __VA_ARGS__ } })

struct script;

// Starts a test: prints its title, and starts the real server among n, at most
// eight.
struct script *script_begin(int n, const char *title);

// Ends it: takes the figures for the "... Passed" line, stops, joins and frees
// everything.
void script_end(struct script *s);

// ---- What the server holds ----

// What the persister holds, decoded.
struct saved {
    bool is_valid;  // False: nothing is saved, or it cannot be read:
    bool is_other;  // it is there, and no PersistentState of raft.x.
    int term;
    int voted_for;
    int first;  // Where the snapshot ends; 0 without one.
    int last;
    int term_at[MAX_INDEX + 1];    // From first to last.
    int number_at[MAX_INDEX + 1];  // The commands, from first + 1.
    int snapshot_index;            // Of the saved snapshot; 0 without one.
};
struct saved script_saved(struct script *s);

// Fails the test, which has to read what is saved, if it cannot.
void script_check_saved(const struct script *s, const struct saved *saved);

// Crashes the server, and starts it again with what is saved at this moment.
// At most three times a test.
void script_restart(struct script *s);

// Has this look at each state that the server saves from now on, beside the one
// before, which is not valid if there was none. Until the server crashes or the
// test ends; once a test.
typedef void script_look(const struct saved *before, const struct saved *now);
void script_watch(struct script *s, script_look *look);

// ---- The service above the server ----

// raft_start, with a number as the command, or with any bytes.
bool script_start(struct script *s, int number, int *index, int *term);
bool script_start_bytes(struct script *s, struct bytes command, int *index,
                        int *term);

// What raft_get_state says.
bool script_is_leader(struct script *s);
int script_term(struct script *s);

// Waits until the server is in this term or a newer one; false if it does not
// come.
bool script_reaches_term(struct script *s, int term);

// raft_snapshot, from the test's thread. The index is the data, too.
void script_snapshot(struct script *s, int index);

// Has the thread that receives what is applied make a snapshot at this index.
void script_snapshot_when_applied(struct script *s, int index);

// Whoever receives what is applied stops to do so, or goes on. A restart ends
// the hold.
void script_hold_applying(struct script *s, bool hold);

// The index up to which all has been applied, by commands or a snapshot.
int script_applied(struct script *s);

// The command that was applied at an index, and how many snapshots were.
int script_applied_number(struct script *s, int index);
int script_applied_snapshots(struct script *s);

// Waits until all up to index has been applied. Peers that script_follow has
// led up to index go on answering: a leader may leave a success unheeded, and
// ask again.
void script_await_applied(struct script *s, int index, const char *rule);

// Waits a little, then checks that nothing behind index has been applied.
void script_check_not_applied(struct script *s, int index, const char *rule);

// ---- Requests to the server ----

// The command of an entry that a played leader sends, and the data of the
// snapshot up to an index. Both are numbers.
int script_command(int index, int term);

// Asks again, as a candidate does, while the server disregards it: by §6 a
// server may, for as long as it has just heard from a leader, or leads.
RequestVoteResponse script_request_vote(struct script *s, int term,
                                        int candidate, int last_index,
                                        int last_term);

// Likewise, but does not ask again.
RequestVoteResponse script_ask_once(struct script *s, int term, int candidate,
                                    int last_index, int last_term);

// Did the server disregard the request of this term to the last? Then it has
// not taken over the term.
bool script_disregards(RequestVoteResponse response, int term);

struct append {
    int term;
    int leader;
    int prev_index;
    int prev_term;
    struct terms entries;  // None: a heartbeat.
    int commit;
};
AppendEntriesResponse script_append(struct script *s, struct append append);

// From peer 1.
int script_install(struct script *s, int term, int last_index, int last_term);

// A server that stands so often just before it is told of its term's leader
// does not stand seldom enough: fails the test.
#define OFTEN 10
_Noreturn void script_fail_standing_often(void);

// A heartbeat of peer 1 without an entry before it, so that it always matches.
AppendEntriesResponse script_heartbeat(struct script *s, int term);

// Has the server, as a follower of peer 1 in this term, hold this log; the
// first `commit` entries are committed.
void script_give_log(struct script *s, int term, struct terms log, int commit);

// A term in which nobody has spoken yet. No leader contradicts itself: when a
// played one says something else of an index than the one before it, it is
// another leader, and this is its term.
int script_new_term(struct script *s);

// Does the server's log hold this entry? Asks as a leader (peer 1) of a new
// term, in whose log it is. If the server's entry there is another one, it may
// drop that, and all behind it: give it its log again before the next question.
bool script_holds(struct script *s, int index, int entry_term);

// ---- Requests of the server ----

// A request of the server that waits for its answer. It is there until it is
// answered.
struct call {
    int peer;
    int64_t arrived_ns;
    struct saved saved;  // What was saved when it arrived.

    // One of them is not NULL.
    const RequestVoteRequest *vote;
    const AppendEntriesRequest *append;
    const InstallSnapshotRequest *install;

    // Of calls.c.
    void *reply;
    bool taken;
    bool done;
    pthread_cond_t answered;  // One each: thousands may wait.
    struct call *next;
};

// The oldest RequestVote to this peer with at least this term that has not been
// taken yet; waits for it.
struct call *script_await_vote(struct script *s, int peer, int min_term,
                               const char *rule);

// Likewise. For an AppendEntries the term is that of the leader.
struct call *script_await_append(struct script *s, int peer, int min_term,
                                 const char *rule);

// Is there a RequestVote to any peer with at least this term, taken or not,
// within so many milliseconds?
bool script_stands(struct script *s, int min_term, int within_ms);

// The answers. The reply's term is the peer's.
void script_answer_vote(struct script *s, struct call *call, int term,
                        bool granted);
void script_answer_append(struct script *s, struct call *call,
                          AppendEntriesResponse response);
void script_answer_install(struct script *s, struct call *call, int term);

// The request gets lost, and the server's call fails. Waits until it has, which
// takes LOSING_MS; what else the server sends this peer meanwhile waits for an
// answer as ever.
#define LOSING_MS 150
void script_lose(struct script *s, struct call *call);

// ---- Peers that play by the rules ----

// Has the server win an election, with the votes of the first peers that are
// enough. Returns its term.
int script_elect(struct script *s);

// What this peer's log holds from now on; at first nothing.
void script_set_log(struct script *s, int peer, struct terms log);

// Answers what comes for the peer as a follower should, until it has
// acknowledged all up to index.
void script_follow(struct script *s, int peer, int index, const char *rule);

// Likewise, but false if the server sends nothing for so long that it must be
// waiting for an answer that the test holds back.
bool script_try_follow(struct script *s, int peer, int index);

// Likewise, but stops at the request whose answer would acknowledge it, and
// returns that, unanswered.
struct call *script_follow_and_hold(struct script *s, int peer, int index,
                                    const char *rule);

// Answers this one as a follower should; false if it refuses.
bool script_follow_one(struct script *s, struct call *call);

// Answers so all that waits at this peer. A leader may give up its lead when no
// majority has answered for an election time-out: a test that keeps one peer
// silent for so long has another keep up.
void script_keep_up(struct script *s, int peer);

// The command that this peer's log has at an index.
int script_peer_number(struct script *s, int peer, int index);

// ---- Time ----

// Sleeps; returns the milliseconds that it took, which are more than asked for
// on a busy machine.
int script_sleep(struct script *s, int ms);

#endif
