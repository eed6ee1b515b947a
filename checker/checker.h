// Checks Raft's safety properties (Figure 3, §5) while a cluster runs. A
// checker reads the stream of events: what the servers send, save and apply. It
// changes nothing in the run. The first broken rule ends the test, with a
// message that names the rule.
//
// The rules of logs and commits are checked on what servers have *saved*,
// because only that survives a crash. They are off until some server saves.
// They are off for the rest of the run once a server saves a state that is not
// a PersistentState (raft/raft.x).
//
// Any thread may call any of this, under any lock: a checker takes only its own
// lock, and does not block.
#ifndef CHECKER_CHECKER_H
#define CHECKER_CHECKER_H

#include "events/events.h"
#include "rt/bytes.h"

struct checker;

struct checker_options {
    int n_servers;

    // Called with the name of the first broken rule and the message about it.
    // Must not return.
    //   rule    NULL if the message names none
    //   events  numbers of the two events that contradict each other: the one
    //           that broke the rule is the second. The first is 0 if there is
    //           none, as where a server has never saved.
    void (*fail)(const char *rule, const char *message,
                 const uint64_t events[2]);

    // Called with a fact that may explain a failure, if the test fails later.
    void (*remark)(const char *sentence);

    // Returns the last index that a snapshot of the service covers; 0 if the
    // service did not make it.
    int (*snapshot_index)(struct bytes snapshot);
};

// Makes the checker of a cluster that has not started. checker_free frees it;
// no event may be told to it after that.
struct checker *checker_make(const struct checker_options *options);
void checker_free(struct checker *checker);

// The checker as a reader of a stream. It must read from the first life on.
struct event_reader checker_reader(struct checker *checker);

// One line that says which rules the checker could not check in this run, and
// why; NULL if it checked all. The line belongs to the checker.
const char *checker_get_warning(struct checker *checker);

// Counts this leader's AppendEntries that "RPC counts" allows beyond MIT's
// limit.
//   commits_told  the number of different leader_commits above 0 in its
//                 AppendEntries without entries
//   refused       its AppendEntries that a follower in the same term refused
void checker_count_appends(struct checker *checker, struct event_life leader,
                           int *commits_told, int *refused);

// The number of saves of all servers.
int checker_count_saves(struct checker *checker);

#endif
