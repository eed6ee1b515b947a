// A Raft whose leader assumes that everything arrives, and whose follower
// truncates early.
//
// How it differs from the reference: next_index moves past the entries when
// they are sent, without a limit and whatever happens to them. A success counts
// only if it covers everything that has been sent. If more has been sent since,
// the leader ignores it, and checks with the next heartbeat, which is empty and
// begins at that end. The leader notices a loss in the same way: the heartbeat
// is refused. A follower whose previous entry conflicts truncates its log there
// when it refuses. It uses C11's threads, one for each RPC.
//
// Why it is right: a success that counts means that the follower holds the
// leader's log up to the end of the request. Ignoring one costs only time.
// Entries that differ from the log of the current term's leader are not
// committed, so a follower may truncate them at any time. It never truncates an
// entry that it knows to be committed.
#include "store.h"

#include "raft/raft.h"
#include "rt/alloc.h"
#include "rt/debug_log.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

#define BEAT_MS     100
#define PATIENCE_MS 350  // And up to as much again.

enum role { FOLLOWS, STANDS, LEADS };

// A leader's assumptions about a peer.
struct belief {
    int next_index;
    int match_index;
    // Increases with each refusal. Requests of an older era are refused, too,
    // and say nothing new.
    int era;
};

struct raft {
    struct labrpc_end **peers;
    int n_peers;
    int me;
    struct channel *apply_ch;
    thrd_t clockwork;
    thrd_t applier;

    mtx_t mu;  // Guards everything below.
    cnd_t clock_changed;
    cnd_t applicable;
    cnd_t letters_back;
    struct store store;
    bool dead;
    enum role role;
    int n_votes;
    int commit_index;
    int last_applied;
    int64_t alarm_ms;  // The next election, or the leader's next heartbeat.
    int n_letters;     // RPCs under way.
    struct belief *beliefs;
};

enum { ASK_VOTE, APPEND, INSTALL, N_KINDS };
static const struct labrpc_method kinds[N_KINDS];

// An RPC under way.
struct letter {
    struct raft *rf;
    int to;
    int kind;
    int term;
    int era;
    union {
        RequestVoteRequest ask;
        AppendEntriesRequest append;
        InstallSnapshotRequest install;
    } text;
};

// ---- Time ----

static int64_t now_ms(void)
{
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void set_alarm(struct raft *rf, int64_t in_ms)
{
    rf->alarm_ms = now_ms() + in_ms;
    cnd_signal(&rf->clock_changed);
}

static void be_patient(struct raft *rf)
{
    set_alarm(rf, PATIENCE_MS + rand() % PATIENCE_MS);
}

// ---- Terms ----

static void give_way(struct raft *rf, int term)
{
    if (rf->role == LEADS)
        be_patient(rf);
    rf->role = FOLLOWS;
    if (term > rf->store.term) {
        rf->store.term = term;
        rf->store.vote = NOBODY;
        store_save(&rf->store, NULL);
    }
}

// ---- Letters ----

static struct letter *write_letter(struct raft *rf, int to, int kind)
{
    struct letter *letter = alloc(sizeof *letter);
    letter->rf = rf;
    letter->to = to;
    letter->kind = kind;
    letter->term = rf->store.term;
    letter->era = rf->beliefs[to].era;
    return letter;
}

static void burn(struct letter *letter)
{
    xdr_free(kinds[letter->kind].xdr_args, &letter->text);
    free(letter);
}

static void read_answer(struct letter *letter, const void *answer);

static int deliver(void *arg)
{
    struct letter *letter = arg;
    struct raft *rf = letter->rf;
    union {
        RequestVoteResponse ask;
        AppendEntriesResponse append;
        InstallSnapshotResponse install;
    } answer = { 0 };
    bool answered = labrpc_call(rf->peers[letter->to], &kinds[letter->kind],
                                &letter->text, &answer);
    mtx_lock(&rf->mu);
    if (answered && !rf->dead)
        read_answer(letter, &answer);
    burn(letter);
    if (--rf->n_letters == 0)
        cnd_signal(&rf->letters_back);
    mtx_unlock(&rf->mu);
    return 0;
}

static void post(struct letter *letter)
{
    thrd_t carrier;
    if (thrd_create(&carrier, deliver, letter) != thrd_success) {
        burn(letter);
        return;
    }
    thrd_detach(carrier);
    letter->rf->n_letters++;
}

// ---- The leader ----

static void send_snapshot(struct raft *rf, int to)
{
    struct bytes snapshot = persister_read_snapshot(rf->store.persister);
    struct letter *letter = write_letter(rf, to, INSTALL);
    letter->text.install = (InstallSnapshotRequest){
        .term = rf->store.term,
        .leader_id = rf->me,
        .last_included_index = rf->store.base,
        .last_included_term = store_term_at(&rf->store, rf->store.base),
        .data = { (u_int)snapshot.len, snapshot.data },
    };
    rf->beliefs[to].next_index = rf->store.base + 1;
    post(letter);
}

// All entries that have not been sent yet; perhaps none.
static void send_news(struct raft *rf, int to)
{
    struct belief *belief = &rf->beliefs[to];
    if (belief->next_index <= rf->store.base) {
        send_snapshot(rf, to);
        return;
    }
    int prev = belief->next_index - 1;
    int count = store_last(&rf->store) - prev;
    Entry *entries = alloc(((size_t)count + 1) * sizeof *entries);
    for (int k = 0; k < count; k++)
        entries[k] = store_copy(store_at(&rf->store, prev + 1 + k));
    struct letter *letter = write_letter(rf, to, APPEND);
    letter->text.append = (AppendEntriesRequest){
        .term = rf->store.term,
        .leader_id = rf->me,
        .prev_log_index = prev,
        .prev_log_term = store_term_at(&rf->store, prev),
        .leader_commit = rf->commit_index,
        .entries = { (u_int)count, entries },
    };
    belief->next_index += count;
    post(letter);
}

static void send_all(struct raft *rf)
{
    for (int to = 0; to < rf->n_peers; to++) {
        if (to != rf->me)
            send_news(rf, to);
    }
}

static void raise_commit(struct raft *rf)
{
    int index = store_last(&rf->store);
    for (; index > rf->commit_index; index--) {
        int n = 1;
        for (int k = 0; k < rf->n_peers; k++)
            n += k != rf->me && rf->beliefs[k].match_index >= index;
        if (n > rf->n_peers / 2)
            break;
    }
    if (index > rf->commit_index &&
        store_term_at(&rf->store, index) == rf->store.term) {
        rf->commit_index = index;
        debug_log("CMIT", rf->me, rf->store.term, "commits up to %d", index);
        cnd_signal(&rf->applicable);
    }
}

// The peer holds the log up to `end`, if that is the end of what was sent.
static void believe(struct raft *rf, int to, int end)
{
    struct belief *belief = &rf->beliefs[to];
    if (end + 1 != belief->next_index || end <= belief->match_index)
        return;
    belief->match_index = end;
    raise_commit(rf);
}

// Returns where the logs may match (end of §5.3): after the leader's last entry
// of the conflicting term, or at the follower's first entry of it.
static int where_to_begin(const struct raft *rf, int prev,
                          const AppendEntriesResponse *answer)
{
    int begin = answer->conflict_index;
    int index = prev - 1;
    while (index > rf->store.base &&
           store_term_at(&rf->store, index) > answer->conflict_term)
        index--;
    if (answer->conflict_term != NO_TERM &&
        store_has(&rf->store, index, answer->conflict_term))
        begin = index + 1;
    return begin < prev ? begin : prev;
}

static void be_refused(struct raft *rf, const struct letter *letter,
                       const AppendEntriesResponse *answer)
{
    struct belief *belief = &rf->beliefs[letter->to];
    int prev = letter->text.append.prev_log_index;
    if (letter->era != belief->era || prev <= belief->match_index)
        return;
    int begin = where_to_begin(rf, prev, answer);
    if (begin <= belief->match_index)
        begin = belief->match_index + 1;
    belief->era++;
    belief->next_index = begin;
    send_news(rf, letter->to);
}

// ---- Elections ----

static void count_vote(struct raft *rf)
{
    if (++rf->n_votes <= rf->n_peers / 2)
        return;
    debug_log("ROLE", rf->me, rf->store.term, "leads");
    rf->role = LEADS;
    for (int k = 0; k < rf->n_peers; k++) {
        rf->beliefs[k].next_index = store_last(&rf->store) + 1;
        rf->beliefs[k].match_index = 0;
        rf->beliefs[k].era = 0;
    }
    send_all(rf);
    set_alarm(rf, BEAT_MS);
}

static void stand(struct raft *rf)
{
    rf->role = STANDS;
    rf->n_votes = 0;
    rf->store.term++;
    rf->store.vote = rf->me;
    store_save(&rf->store, NULL);
    be_patient(rf);
    int last = store_last(&rf->store);
    for (int to = 0; to < rf->n_peers; to++) {
        if (to == rf->me)
            continue;
        struct letter *letter = write_letter(rf, to, ASK_VOTE);
        letter->text.ask = (RequestVoteRequest){
            .term = rf->store.term,
            .candidate_id = rf->me,
            .last_log_index = last,
            .last_log_term = store_term_at(&rf->store, last),
        };
        post(letter);
    }
    count_vote(rf);
}

// A reply counts only in the term of its request. All replies begin with a
// term.
static void read_answer(struct letter *letter, const void *answer)
{
    struct raft *rf = letter->rf;
    int its_term = *(const int *)answer;
    if (its_term > rf->store.term)
        give_way(rf, its_term);
    if (its_term != letter->term || rf->store.term != letter->term ||
        rf->role != (letter->kind == ASK_VOTE ? STANDS : LEADS))
        return;
    const AppendEntriesRequest *sent = &letter->text.append;
    const RequestVoteResponse *vote = answer;
    const AppendEntriesResponse *appended = answer;
    if (letter->kind == INSTALL)
        believe(rf, letter->to, letter->text.install.last_included_index);
    else if (letter->kind == APPEND && appended->success)
        believe(rf, letter->to,
                sent->prev_log_index + (int)sent->entries.entries_len);
    else if (letter->kind == APPEND)
        be_refused(rf, letter, appended);
    else if (vote->vote_granted)
        count_vote(rf);
}

// ---- The follower ----

static void answer_vote(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const RequestVoteRequest *ask = args;
    RequestVoteResponse *answer = reply;
    mtx_lock(&rf->mu);
    if (ask->term > rf->store.term)
        give_way(rf, ask->term);
    int last = store_last(&rf->store);
    int last_term = store_term_at(&rf->store, last);
    bool knows_enough =
        ask->last_log_term > last_term ||
        (ask->last_log_term == last_term && ask->last_log_index >= last);
    bool is_free =
        rf->store.vote == NOBODY || rf->store.vote == ask->candidate_id;
    answer->vote_granted =
        ask->term == rf->store.term && is_free && knows_enough;
    if (answer->vote_granted) {
        rf->store.vote = ask->candidate_id;
        store_save(&rf->store, NULL);
        be_patient(rf);
    }
    answer->term = rf->store.term;
    mtx_unlock(&rf->mu);
}

// Refuses, reports where the conflicting term begins, and truncates the
// conflicting entries.
static void refuse(struct raft *rf, int prev, AppendEntriesResponse *answer)
{
    if (prev > store_last(&rf->store)) {
        answer->conflict_term = NO_TERM;
        answer->conflict_index = store_last(&rf->store) + 1;
        return;
    }
    int index = prev;
    answer->conflict_term = store_term_at(&rf->store, prev);
    while (index - 1 > rf->store.base &&
           store_term_at(&rf->store, index - 1) == answer->conflict_term)
        index--;
    answer->conflict_index = index;
    assert(prev > rf->commit_index);
    store_pop_from(&rf->store, prev);
    store_save(&rf->store, NULL);
}

static void keep(struct raft *rf, const AppendEntriesRequest *news)
{
    bool is_new = false;
    for (u_int k = 0; k < news->entries.entries_len; k++) {
        const Entry *entry = &news->entries.entries_val[k];
        if (entry->index <= rf->store.base ||
            store_has(&rf->store, entry->index, entry->term))
            continue;
        if (entry->index <= store_last(&rf->store)) {
            assert(entry->index > rf->commit_index);
            store_pop_from(&rf->store, entry->index);
        }
        store_push(&rf->store, entry);
        is_new = true;
    }
    if (is_new)
        store_save(&rf->store, NULL);
}

static void take_news(struct raft *rf, const AppendEntriesRequest *news,
                      AppendEntriesResponse *answer)
{
    int prev = news->prev_log_index;
    if (prev >= rf->store.base &&
        !store_has(&rf->store, prev, news->prev_log_term)) {
        refuse(rf, prev, answer);
        return;
    }
    answer->success = true;
    keep(rf, news);
    int end = prev + (int)news->entries.entries_len;
    int commit = news->leader_commit < end ? news->leader_commit : end;
    if (commit > rf->commit_index) {
        rf->commit_index = commit;
        cnd_signal(&rf->applicable);
    }
}

static void answer_append(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const AppendEntriesRequest *news = args;
    AppendEntriesResponse *answer = reply;
    mtx_lock(&rf->mu);
    if (news->term >= rf->store.term) {
        give_way(rf, news->term);
        be_patient(rf);
        take_news(rf, news, answer);
    }
    answer->term = rf->store.term;
    mtx_unlock(&rf->mu);
}

static void answer_install(void *receiver, const void *args, void *reply)
{
    struct raft *rf = receiver;
    const InstallSnapshotRequest *install = args;
    InstallSnapshotResponse *answer = reply;
    mtx_lock(&rf->mu);
    if (install->term >= rf->store.term) {
        give_way(rf, install->term);
        be_patient(rf);
        if (install->last_included_index > rf->commit_index) {
            struct bytes snapshot = { install->data.data_val,
                                      install->data.data_len };
            store_rebase(&rf->store, install->last_included_index,
                         install->last_included_term);
            store_save(&rf->store, &snapshot);
            rf->commit_index = rf->store.base;
            cnd_signal(&rf->applicable);
        }
    }
    answer->term = rf->store.term;
    mtx_unlock(&rf->mu);
}

#define KIND(message, function)                                                \
    {                                                                          \
        "Raft." #message, (xdrproc_t)xdr_##message##Request,                   \
            sizeof(message##Request), (xdrproc_t)xdr_##message##Response,      \
            sizeof(message##Response), function                                \
    }
static const struct labrpc_method kinds[N_KINDS] = {
    [ASK_VOTE] = KIND(RequestVote, answer_vote),
    [APPEND] = KIND(AppendEntries, answer_append),
    [INSTALL] = KIND(InstallSnapshot, answer_install),
};

const struct labrpc_method *raft_methods(int *n_methods)
{
    *n_methods = N_KINDS;
    return kinds;
}

// ---- Two threads ----

static int run_clockwork(void *arg)
{
    struct raft *rf = arg;
    mtx_lock(&rf->mu);
    while (!rf->dead) {
        if (now_ms() < rf->alarm_ms) {
            struct timespec until = { rf->alarm_ms / 1000,
                                      rf->alarm_ms % 1000 * 1000000 };
            cnd_timedwait(&rf->clock_changed, &rf->mu, &until);
        } else if (rf->role == LEADS) {
            send_all(rf);
            set_alarm(rf, BEAT_MS);
        } else {
            stand(rf);
        }
    }
    mtx_unlock(&rf->mu);
    return 0;
}

static struct apply_msg next_message(struct raft *rf)
{
    if (rf->last_applied < rf->store.base) {
        rf->last_applied = rf->store.base;
        return (struct apply_msg){
            .snapshot_valid = true,
            .snapshot = persister_read_snapshot(rf->store.persister),
            .snapshot_index = rf->store.base,
            .snapshot_term = store_term_at(&rf->store, rf->store.base),
        };
    }
    Entry entry = store_copy(store_at(&rf->store, ++rf->last_applied));
    return (struct apply_msg){
        .command_valid = true,
        .command_index = entry.index,
        .command = { entry.command.command_val, entry.command.command_len },
    };
}

static int run_applier(void *arg)
{
    struct raft *rf = arg;
    mtx_lock(&rf->mu);
    while (!rf->dead) {
        if (rf->last_applied >= rf->commit_index) {
            cnd_wait(&rf->applicable, &rf->mu);
            continue;
        }
        struct apply_msg message = next_message(rf);
        mtx_unlock(&rf->mu);
        channel_send(rf->apply_ch, &message);
        mtx_lock(&rf->mu);
    }
    mtx_unlock(&rf->mu);
    return 0;
}

// ---- The service's calls ----

struct raft *raft_make(struct labrpc_end **peers, int n_peers, int me,
                       struct persister *persister, struct channel *apply_ch)
{
    struct raft *rf = alloc(sizeof *rf);
    rf->peers = peers;
    rf->n_peers = n_peers;
    rf->me = me;
    rf->apply_ch = apply_ch;
    rf->beliefs = alloc((size_t)n_peers * sizeof *rf->beliefs);
    mtx_init(&rf->mu, mtx_plain);
    cnd_init(&rf->clock_changed);
    cnd_init(&rf->applicable);
    cnd_init(&rf->letters_back);
    store_open(&rf->store, persister, me);
    rf->commit_index = rf->last_applied = rf->store.base;
    be_patient(rf);
    if (thrd_create(&rf->clockwork, run_clockwork, rf) != thrd_success ||
        thrd_create(&rf->applier, run_applier, rf) != thrd_success) {
        fprintf(stderr, "optimist: server %d cannot have its threads\n", me);
        exit(2);
    }
    return rf;
}

bool raft_start(struct raft *rf, struct bytes command, int *index, int *term)
{
    mtx_lock(&rf->mu);
    bool leads = rf->role == LEADS && !rf->dead;
    if (leads) {
        *index = store_last(&rf->store) + 1;
        *term = rf->store.term;
        store_push(
            &rf->store,
            &(Entry){ *index, *term, { (u_int)command.len, command.data } });
        store_save(&rf->store, NULL);
        raise_commit(rf);  // If the server is alone.
        send_all(rf);
    }
    mtx_unlock(&rf->mu);
    return leads;
}

void raft_get_state(struct raft *rf, int *term, bool *is_leader)
{
    mtx_lock(&rf->mu);
    *term = rf->store.term;
    *is_leader = rf->role == LEADS;
    mtx_unlock(&rf->mu);
}

void raft_snapshot(struct raft *rf, int index, struct bytes snapshot)
{
    mtx_lock(&rf->mu);
    if (index > rf->store.base) {
        store_rebase(&rf->store, index, store_term_at(&rf->store, index));
        store_save(&rf->store, &snapshot);
    }
    mtx_unlock(&rf->mu);
}

void raft_kill(struct raft *rf)
{
    mtx_lock(&rf->mu);
    rf->dead = true;
    cnd_signal(&rf->clock_changed);
    cnd_signal(&rf->applicable);
    mtx_unlock(&rf->mu);
}

void raft_free(struct raft *rf)
{
    thrd_join(rf->clockwork, NULL);
    thrd_join(rf->applier, NULL);
    mtx_lock(&rf->mu);
    while (rf->n_letters > 0)
        cnd_wait(&rf->letters_back, &rf->mu);
    mtx_unlock(&rf->mu);
    store_close(&rf->store);
    mtx_destroy(&rf->mu);
    cnd_destroy(&rf->clock_changed);
    cnd_destroy(&rf->applicable);
    cnd_destroy(&rf->letters_back);
    free(rf->beliefs);
    free(rf);
}
