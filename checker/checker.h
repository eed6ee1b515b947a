// Raft's safety properties (Figure 3, §5), checked while a cluster runs. A
// checker only listens: to what the servers say to each other, what they save
// and what they apply. It decides nothing and changes nothing in the run, and a
// run that breaks a rule ends at once, with a message that names the rule.
//
// What a server *saved* is what counts, because only that survives. So a Raft
// that saves nothing yet is held to the rules of elections alone; the others
// wait for the first save. A saved state that is not a PersistentState
// (raft/raft.x) ends them, for all servers and the rest of the run.
//
// Any thread may call any of this, under any lock: a checker takes only its
// own, for a moment.
#ifndef CHECKER_CHECKER_H
#define CHECKER_CHECKER_H

#include "events/events.h"
#include "rt/bytes.h"

struct checker;

struct checker_options {
    int n_servers;

    // Told of the first broken rule; does not return.
    void (*fail)(const char *message);

    // Told what may be why, if the test fails for whatever reason.
    void (*remark)(const char *sentence);

    // The last index that a snapshot of the service covers; 0 for none.
    int (*snapshot_index)(struct bytes snapshot);
};

// A checker of a cluster that has not started; checker_free frees it, when
// nobody that it listens to is left.
struct checker *checker_make(const struct checker_options *options);
void checker_free(struct checker *checker);

// To listen to a stream, from the first life on.
struct event_reader checker_reader(struct checker *checker);

// What the checker could not look at in this run, and why: a line, which
// belongs to the checker. NULL if there was nothing.
const char *checker_get_warning(struct checker *checker);

// What this leader's AppendEntries had to do besides bringing entries.
//   commits_told  how many different leader_commits above 0 those without
//                 entries told of
//   refused       those that a follower in the same term refused
void checker_count_appends(struct checker *checker, struct event_life leader,
                           int *commits_told, int *refused);

#endif
