// A cluster under test: starts, crashes, disconnects and checks servers. This
// is MIT's config.go, with MIT's names.
//
// A failed check ends the test (see verdict.h). Any thread of the test may call
// any of this, unless a function says otherwise.
#ifndef TESTER_CONFIG_H
#define TESTER_CONFIG_H

#include "raft/raft.h"
#include "rt/bytes.h"
#include "rt/rng.h"
#include "tester/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct config;

// A cluster must elect a leader within this time (MIT's RaftElectionTimeout).
// The tests' comments call it T.
#define RAFT_ELECTION_TIMEOUT_MS 1000

// The largest persisted Raft state in the snapshot tests, in bytes.
#define MAX_LOG_SIZE 2000

enum network { RELIABLE, UNRELIABLE };
enum snapshots { NO_SNAPSHOTS, SNAPSHOTS };

// ---- The cluster ----

// Makes n servers, started and connected, each with a persister and a thread
// that receives what it applies. With SNAPSHOTS each server makes a snapshot at
// every tenth index (cfg_set_snapshot_interval). cfg_cleanup frees the cluster.
struct config *cfg_make(int n, enum network network, enum snapshots snapshots);

// Were they made with SNAPSHOTS?
bool cfg_has_snapshots(const struct config *cfg);

// Does this server make a snapshot at this index? At every tenth index, no two
// of up to ten servers do at the same, so their logs begin at different
// indices.
bool cfg_makes_snapshot(struct config *cfg, int server, int index);

// Has the server make its snapshots at every so many-th index.
void cfg_set_snapshot_interval(struct config *cfg, int server, int interval);

// Kills all servers, cleans the network up, joins and frees everything. Fails
// the test if a Raft's threads have not ended 5 s after it was killed.
void cfg_cleanup(struct config *cfg);

int cfg_n(const struct config *cfg);

// Prints the test's title, and starts its clock and counters.
void cfg_begin(struct config *cfg, const char *title);

// Stops the clock and computes the figures of the "... Passed" line: seconds,
// servers, RPCs, bytes, commands.
void cfg_end(struct config *cfg);

// Starts server i with what its persister holds; crashes it first if it runs.
// It stays disconnected.
void cfg_start1(struct config *cfg, int i);

// Crashes server i, by raft_kill. Only what it has saved survives.
void cfg_crash1(struct config *cfg, int i);

// Crashes server i as a failing machine does: each of its threads stops at the
// point that it has reached. This and the next three work in the simulator
// only.
void cfg_crash_hard(struct config *cfg, int i);

// Freezes server i for this time. Returns at once. When the server goes on, it
// handles all that has arrived meanwhile.
//   ms  at most 4,000, and less than the rest of the test takes
void cfg_pause(struct config *cfg, int i, int ms);

// Makes server i's clock run at so many percent of the true speed. It stays so
// until the next call, also when the server crashes and restarts.
void cfg_set_clock_rate(struct config *cfg, int i, int percent);

// Lets the cluster run for so many scheduling points: a thread locks, unlocks,
// waits, reads a clock and so on. With a random number of them a fault can come
// between any two steps.
void cfg_run_on(struct config *cfg, int points);

// Is server i started and not crashed since?
bool cfg_is_running(struct config *cfg, int i);

// Connects or disconnects server i and all the connected ones, both ways.
void cfg_connect(struct config *cfg, int i);
void cfg_disconnect(struct config *cfg, int i);
bool cfg_is_connected(struct config *cfg, int i);

void cfg_set_unreliable(struct config *cfg, bool unreliable);
void cfg_set_long_reordering(struct config *cfg, bool on);

// ---- Crueller faults of the network; all are off at first ----

// Holds requests back as long reordering does replies, so that they overtake
// each other.
void cfg_set_request_reordering(struct config *cfg, bool on);

// Delivers so many percent of the requests twice, the second time up to 2 s
// later.
void cfg_set_duplicates(struct config *cfg, int percent);

// Cuts the link from one server to another, or mends it. The requests that
// `from` sends to `to`, and its replies to `to`, are lost; the other direction
// is a link of its own. A cut or slow link stays so when servers crash and
// restart.
void cfg_cut_one_way(struct config *cfg, int from, int to, bool cut);

// Delays each message from one server to another by so many ms; 0 ends that.
void cfg_set_slow_link(struct config *cfg, int from, int to, int ms);

// Connects server i if the clock is in the first half of a period, else
// disconnects it. Called again and again, it makes the server's network flap.
// Does nothing if the server is crashed.
void cfg_flap(struct config *cfg, int i, int period_ms);

// Turns all faults of the network off, and mends all links. Servers that are
// disconnected or crashed stay so. Messages that are held back still arrive:
// within CFG_LATEST_MS, if no link was slower than 500 ms.
#define CFG_LATEST_MS 3000
void cfg_mend(struct config *cfg);

// Sleeps. The test's threads must wait with this alone.
void cfg_sleep_ms(struct config *cfg, int ms);

// ---- Random numbers: uniform, from the test's own generator ----

// The choices of a test, which are on the run's tape. 0 and "false" must be the
// calmest ones; with the second function `calm` is. So true is the fault.
int cfg_random_below(struct config *cfg, int bound);
int cfg_random_near(struct config *cfg, int bound, int calm);
bool cfg_chance(struct config *cfg, int percent);

// Called at the beginning of each round of a test's innermost loop. If it
// returns false, the round must be left out. It does so only in runs that
// repeat a tape.
bool cfg_round(struct config *cfg);

// On no tape.
int cfg_random_number(struct config *cfg);  // Below 2^30, for a command.

// ---- The servers' Rafts ----

// Call raft_start and raft_get_state on server i. Both return false if it is
// crashed or paused. A call that has not returned within 10 s fails the test.
bool cfg_start(struct config *cfg, int i, struct bytes command, int *index,
               int *term);
bool cfg_get_state(struct config *cfg, int i, int *term);

// ---- Checks ----

// Waits for a leader, for an agreement, and for servers that catch up fail the
// test after 5 or 10 s, as MIT's do. From now on they last so many times as
// long. A right Raft with slow timers may lose eight elections in a row where
// two servers are left of three, on an unreliable network.
void cfg_be_patient(struct config *cfg, int times);

// Waits until a connected server is leader in the newest term, and returns it.
// Fails the test after about 5 s without a leader; at once with two leaders in
// one term.
int cfg_check_one_leader(struct config *cfg);

// Checks that all connected servers are in one term; returns it.
int cfg_check_terms(struct config *cfg);

// Checks that no connected server believes it leads.
void cfg_check_no_leader(struct config *cfg);

// Returns how many servers have applied a command at this index. If any has and
// command is not NULL, sets *command to it; cfg owns it, until cfg_cleanup.
int cfg_n_committed(struct config *cfg, int index, struct bytes *command);

// Waits until at least n servers have applied this index, about 30 s at most,
// and returns true with the command as in cfg_n_committed. Returns false as
// soon as some server is in a later term than start_term, unless that is
// ANY_TERM.
#define ANY_TERM (-1)
bool cfg_wait(struct config *cfg, int index, int n, int start_term,
              struct bytes *command);

// Reaches agreement on a command: calls raft_start on the connected servers
// until one accepts the command as leader, and waits until at least `expected`
// servers have applied it. Returns the index. If they have not within 2 s, it
// starts the command again if `retry` is true, else it fails the test. It fails
// the test after 10 s in all.
int cfg_one(struct config *cfg, struct bytes command, int expected, bool retry);

// Waits, about 10 s at most, until there is a leader and all connected servers
// have applied what it has applied, since their last start. That needs no new
// command: a leader sends entries to followers that lack them, and its commit
// index. (It may have applied less than the leader before it: it commits an
// older term's entries only together with a new command, §5.4.2.)
void cfg_converge(struct config *cfg);

// ---- Counts ----

// The number of RPCs that have reached server i since it was last started.
int cfg_rpc_count(struct config *cfg, int i);

// The RPCs and bytes sent on the network since cfg_make.
int cfg_rpc_total(struct config *cfg);
long long cfg_bytes_total(struct config *cfg);

// Counts the AppendEntries of server i, since it was last started, that "RPC
// counts" allows beyond MIT's limit. Both are 0 if the server is crashed.
//   commits_told  the number of different leader_commits above 0 in its
//                 AppendEntries without entries
//   refused       its AppendEntries that a follower in the same term refused
void cfg_count_appends(struct config *cfg, int i, int *commits_told,
                       int *refused);

// The largest persisted Raft state of any server, in bytes.
size_t cfg_log_size(struct config *cfg);

// ---- Commands ----

// A number as a command. Its bytes live until the end of the caller's block.
#define COMMAND(number)                                                        \
    ((struct bytes){ .data = &(int){ number }, .len = sizeof(int) })

// Makes a command of n random printable characters (MIT's randstring). The
// caller frees it with bytes_free.
struct bytes cfg_random_command(struct config *cfg, size_t n);

#endif
