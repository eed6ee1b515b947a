// Declarations that all files of this Raft share. One lock, rf->mu, guards
// everything but the constants.
#ifndef REPORTS_CORE_H
#define REPORTS_CORE_H

#include "ledger.h"

#include "raft/raft.h"
#include "rt/go.h"

#include <pthread.h>
#include <stdint.h>

enum { BEAT_MS = 100, LATE_MS = 120, INSTALL_LATE_MS = 1000 };
enum { FIRST_OUT_MS = 380, LAST_OUT_MS = 820 };

enum role { VOTER, STANDING, HEAD };

// The state of a peer, from its reports.
struct peer {
    int next_index;
    int match_index;
    int told_commit;
    int64_t sent_ms;  // When the newest request was sent; 0: answered.
    int64_t install_ms;
    int64_t beat_ms;  // When to send a heartbeat.
};

struct raft {
    struct labrpc_end **ends;
    int n;
    int me;
    struct channel *apply_ch;
    struct go_group *threads;

    pthread_mutex_t mu;
    pthread_cond_t wake_clock;
    pthread_cond_t wake_applier;
    bool dead;
    enum role role;
    struct ledger ledger;
    unsigned voters;  // One bit for each server that has granted its vote.
    int commit_index;
    int last_applied;
    int64_t out_ms;  // When the next election is due.
    struct peer *peers;
};

enum { VOTE, APPEND, INSTALL, N_METHODS };
extern const struct labrpc_method reports_methods[N_METHODS];

// ---- core.c ----

int64_t reports_now_ms(void);
void reports_wait_anew(struct raft *rf);
void reports_follow(struct raft *rf, int term);

// ---- send.c ----

// Starts an election.
void reports_stand(struct raft *rf);

// Sends each peer what is due. Called after every event.
void reports_pump(struct raft *rf);

// Commits what a majority has reported.
void reports_count(struct raft *rf);

// ---- answer.c ----

void reports_answer_vote(void *receiver, const void *args, void *reply);
void reports_answer_append(void *receiver, const void *args, void *reply);
void reports_answer_install(void *receiver, const void *args, void *reply);

#endif
