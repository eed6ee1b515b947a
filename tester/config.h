// A cluster under test: it starts, crashes, cuts off and checks servers. This
// is MIT's config.go; the functions keep MIT's words.
//
// A failed check ends the test (see verdict.h). Unless a function says
// otherwise, any thread of the test may call it.
#ifndef TESTER_CONFIG_H
#define TESTER_CONFIG_H

#include "raft/raft.h"
#include "rt/bytes.h"
#include "rt/rng.h"
#include "tester/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct config;

// T: the unit in which the scenarios count, "at most this long until a leader
// is elected" (MIT's RaftElectionTimeout).
#define RAFT_ELECTION_TIMEOUT_MS 1000

// The largest persisted Raft state in the snapshot tests, in bytes.
#define MAX_LOG_SIZE 2000

enum network { RELIABLE, UNRELIABLE };
enum snapshots { NO_SNAPSHOTS, SNAPSHOTS };

// ---- The cluster ----

// n servers, started and connected, each with a persister and a thread that
// takes its applied entries. With SNAPSHOTS each server makes a snapshot at
// every tenth index (cfg_makes_snapshot). cfg_cleanup frees it.
struct config *cfg_make(int n, enum network network, enum snapshots snapshots);

// Does this server make a snapshot at this index? No two of up to ten do at the
// same one: their logs begin at different places.
bool cfg_makes_snapshot(int server, int index);

// Kills all servers, cleans the network up, joins and frees everything, and
// fails the test if a Raft's threads outlive it by 5 s.
void cfg_cleanup(struct config *cfg);

int cfg_n(const struct config *cfg);

// Prints the test's title, and starts its clock and counters.
void cfg_begin(struct config *cfg, const char *title);

// Stops the clock, and takes the figures that the "... Passed" line tells:
// seconds, servers, RPCs, bytes, commands.
void cfg_end(struct config *cfg);

// Starts server i, or crashes and restarts it, with what its persister holds.
// It is left disconnected.
void cfg_start1(struct config *cfg, int i);

// Crashes server i: only what it persisted survives.
void cfg_crash1(struct config *cfg, int i);

// Crashes server i as a failing machine does: each of its threads stops dead at
// whatever point it has reached, whatever it was in the middle of. Only in the
// simulator, as the three that follow.
void cfg_crash_hard(struct config *cfg, int i);

// Freezes server i for this time; returns at once. What comes for it meanwhile,
// it takes when it goes on. At most 4,000 ms, and less than the test lasts.
void cfg_pause(struct config *cfg, int i, int ms);

// Has server i's clock go at so many percent of the true speed, from now on
// until this is called again, also when the server crashes and restarts.
void cfg_set_clock_rate(struct config *cfg, int i, int percent);

// Lets the cluster run until so many scheduling points have passed: so many
// times a thread locked, unlocked, waited, looked at a clock and so on. A
// fault after a drawn number of them strikes between any two steps.
void cfg_run_on(struct config *cfg, int points);

// Is server i started and not crashed since?
bool cfg_is_running(struct config *cfg, int i);

// Connects or disconnects server i and all the connected ones, both ways.
void cfg_connect(struct config *cfg, int i);
void cfg_disconnect(struct config *cfg, int i);
bool cfg_is_connected(struct config *cfg, int i);

void cfg_set_unreliable(struct config *cfg, bool unreliable);
void cfg_set_long_reordering(struct config *cfg, bool on);

// ---- A crueller network: all of it is off at first ----

// Holds requests back as long reordering does replies, so that they overtake
// each other.
void cfg_set_request_reordering(struct config *cfg, bool on);

// Has so many percent of the requests arrive twice, the second up to 2 s later.
void cfg_set_duplicates(struct config *cfg, int percent);

// Cuts the way from one server to another, or mends it: requests that `from`
// sends and its replies to `to` are lost; the way back is another. It stays as
// it is when servers crash and restart, and so does a slow link.
void cfg_cut_one_way(struct config *cfg, int from, int to, bool cut);

// Makes each message from one server to another take so many ms more, or, with
// 0, no more.
void cfg_set_slow_link(struct config *cfg, int from, int to, int ms);

// Connects server i if the clock is in the first half of a period, else
// disconnects it: called again and again, it has the server's network go up and
// down. A crashed one is left alone.
void cfg_flap(struct config *cfg, int i, int period_ms);

// Makes the network reliable and prompt in all respects, and mends all links.
// Servers that are disconnected or crashed remain so, and messages that are
// held back still come: within CFG_LATEST_MS they have, if no link was slower
// than 500 ms.
#define CFG_LATEST_MS 3000
void cfg_mend(struct config *cfg);

// Sleeps; the test's threads wait with this and nothing else.
void cfg_sleep_ms(struct config *cfg, int ms);

// ---- Randomness: uniform, from the test's own generator ----

int cfg_random_below(struct config *cfg, int bound);
int cfg_random_number(struct config *cfg);  // Below 2^30: as a command.
bool cfg_chance(struct config *cfg, int percent);

// ---- The servers' Rafts ----

// raft_start and raft_get_state on server i. On a server that is crashed, or
// paused, both return false. A call that does not come back within 10 s fails
// the test.
bool cfg_start(struct config *cfg, int i, struct bytes command, int *index,
               int *term);
bool cfg_get_state(struct config *cfg, int i, int *term);

// ---- Checks ----

// Waits until exactly one connected server leads in the newest term, for about
// 5 s at most; returns it. Two leaders in one term fail the test at once.
int cfg_check_one_leader(struct config *cfg);

// Checks that all connected servers are in one term; returns it.
int cfg_check_terms(struct config *cfg);

// Checks that no connected server believes it leads.
void cfg_check_no_leader(struct config *cfg);

// How many servers have applied something at this index. If any has and
// command is not NULL, *command is what they applied; it belongs to cfg and
// stays until cfg_cleanup.
int cfg_n_committed(struct config *cfg, int index, struct bytes *command);

// Waits until at least n servers have applied this index, about 30 s at most,
// and returns true with the command as in cfg_n_committed. Returns false as
// soon as some server is in a later term than start_term, unless that is
// ANY_TERM.
#define ANY_TERM (-1)
bool cfg_wait(struct config *cfg, int index, int n, int start_term,
              struct bytes *command);

// Has the cluster agree on a command: offers it to the connected servers until
// one accepts it as leader, and waits until at least `expected` servers have
// applied it. With retry, offers it again if that takes more than 2 s; fails
// the test after 10 s in all, or without retry after the 2 s. Returns the
// index.
int cfg_one(struct config *cfg, struct bytes command, int expected, bool retry);

// Waits, about 10 s at most, until there is a leader and all connected servers
// have applied what it has, in their present lives. No command is needed for
// that: a leader sends to who lacks entries until he has them, and tells what
// is committed. (It may have applied less than a leader before it: it commits
// an older term's entries with the next command only, §5.4.2.)
void cfg_converge(struct config *cfg);

// ---- Counts ----

// RPCs that reached server i since it was last started.
int cfg_rpc_count(struct config *cfg, int i);

// RPCs sent in the whole network, and bytes, since cfg_make.
int cfg_rpc_total(struct config *cfg);
long long cfg_bytes_total(struct config *cfg);

// What the AppendEntries of server i had to do besides bringing entries, since
// it was last started; 0 if it is crashed.
//   commits_told  how many different leader_commits above 0 those without
//                 entries told of
//   refused       those that a follower in the same term refused
void cfg_count_appends(struct config *cfg, int i, int *commits_told,
                       int *refused);

// The largest persisted Raft state of any server, in bytes.
size_t cfg_log_size(struct config *cfg);

// ---- Commands ----

// A number as a command. It lives in the caller's block.
#define COMMAND(number)                                                        \
    ((struct bytes){ .data = &(int){ number }, .len = sizeof(int) })

// A command of MIT's randstring: n random printable characters. The caller
// frees it with bytes_free.
struct bytes cfg_random_command(struct config *cfg, size_t n);

#endif
