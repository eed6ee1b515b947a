// Declarations that all files of this Raft share.
//
// A readers-writer lock guards the server. Nearly all functions need the
// exclusive side. Only raft_get_state, and raft_start on a follower, take the
// shared side. Functions that end in _locked need the exclusive side.
// Semaphores wake threads, because they remember a wake-up that comes before
// the wait.
#ifndef PIPELINED_CORE_H
#define PIPELINED_CORE_H

#include "raft/raft.h"
#include "rt/debug_log.h"
#include "rt/go.h"
#include "rt/rng.h"

#include "raft/raft_x.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define MAX_IN_FLIGHT    4    // Messages to one follower,
#define MAX_ENTRIES_EACH 32   // and entries in each.
#define LOST_MS          160  // No answer for so long: start again.
#define HEARTBEAT_MS     120
#define ELECTION_MIN_MS  300
#define ELECTION_MAX_MS  600

enum role { FOLLOWER, CANDIDATE, LEADER };

// A command's bytes, shared by the log and the messages that carry it.
struct command {
    atomic_int n_users;
    u_int len;
    char bytes[];
};

struct slot {
    int term;
    struct command *command;  // NULL in slot 0.
};

// slots[k] is the entry at base + k; slots[0] is the last one that the snapshot
// covers.
struct journal {
    struct slot *slots;
    int count;
    int capacity;
    int base;
    int n_saved;         // Slots that are saved as they are here,
    size_t saved_bytes;  // and their size there.
};

// The pipe to one follower.
//
// 0 <= match_index < sure_next <= next_index <= last index + 1. The follower
// holds the entries before sure_next, or the probe for them has not been
// answered. The messages in flight carry sure_next and later.
struct pipe {
    int match_index;
    int sure_next;
    int next_index;
    int told_commit;

    int epoch;  // Changes when everything in flight is abandoned.
    int n_in_flight;
    bool carries_snapshot;
    // The last answer, or if later, the first send in flight.
    int64_t heard_ms;
};

struct raft {
    // Constant.
    struct labrpc_end **peers;
    int n_peers;
    int me;
    struct persister *persister;
    struct channel *apply_ch;
    struct go_group *threads;

    sem_t alarm_changed;  // A timeout has moved nearer, or dead is set.
    sem_t to_apply;       // There is something to apply, or dead is set.

    pthread_rwlock_t lock;

    // Guarded by lock.
    bool dead;
    enum role role;
    struct rng rng;
    int64_t alarm_ms;  // A leader's next heartbeat; else the next election.

    int current_term;
    int voted_for;
    struct journal log;

    int commit_index;
    int last_applied;
    struct apply_msg snapshot_to_apply;

    int n_votes;
    struct pipe *pipes;
};

int64_t now_ms(void);

static inline void lock(struct raft *rf)
{
    pthread_rwlock_wrlock(&rf->lock);
}

static inline void unlock(struct raft *rf)
{
    pthread_rwlock_unlock(&rf->lock);
}

// ---- journal.c ----

struct command *command_make(const char *bytes, u_int len);
struct command *command_use(struct command *command);
void command_drop(struct command *command);

int last_index_of(const struct journal *log);
int term_of(const struct journal *log, int index);
struct command *command_of(const struct journal *log, int index);
bool holds(const struct journal *log, int index, int term);

// The log takes over the caller's reference to the command.
void journal_append(struct journal *log, int term, struct command *command);
void journal_cut(struct journal *log, int from);
void journal_compact(struct journal *log, int index, int term);
void journal_free(struct journal *log);

// ---- disk.c ----

void save_locked(struct raft *rf);
void save_with_snapshot_locked(struct raft *rf, struct bytes snapshot);
void load_locked(struct raft *rf);

// ---- election.c ----

// Sets the alarm for an election.
void await_leader_locked(struct raft *rf);
void step_down_locked(struct raft *rf, int term);
void run_for_leader_locked(struct raft *rf);
void on_request_vote(void *receiver, const void *args, void *reply);

// ---- pipeline.c: the leader ----

void take_lead_locked(struct raft *rf);
void beat_locked(struct raft *rf);
void fill_pipes_locked(struct raft *rf);

// ---- inbox.c: the follower ----

void on_append_entries(void *receiver, const void *args, void *reply);
void on_install_snapshot(void *receiver, const void *args, void *reply);

// ---- raft.c ----

enum rpc { REQUEST_VOTE, APPEND_ENTRIES, INSTALL_SNAPSHOT, N_RPCS };
extern const struct labrpc_method rpc_table[N_RPCS];

#define note(topic, ...) debug_log(topic, rf->me, rf->current_term, __VA_ARGS__)

#endif
