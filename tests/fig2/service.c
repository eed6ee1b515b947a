// The service above the server: its calls into the Raft, and the thread that
// receives what is applied.
#include "tests/fig2/internal.h"

#include "rt/clock.h"
#include "rt/debug_log.h"
#include "tester/process.h"

#include <stdlib.h>
#include <string.h>

#define IN_ORDER                                                               \
    "Rules for Servers, All Servers (Figure 2, §5.3): if commit_index > "     \
    "last_applied, increment last_applied and apply that entry"

// ---- What is told of the server ----

static void tell_of(const struct life *life, enum event_kind kind, int index,
                    struct bytes bytes)
{
    struct script *s = life->owner;
    events_tell(s->events, &(struct event){ .kind = kind,
                                            .life = life->event_life,
                                            .applied = { index, bytes } });
}

static void tell_applied(const struct life *life, const struct apply_msg *m)
{
    if (m->snapshot_valid)
        tell_of(life, EVENT_APPLIED_SNAPSHOT, m->snapshot_index, m->snapshot);
    else
        tell_of(life, EVENT_APPLIED, m->command_index, m->command);
}

// ---- Asking ----

static struct raft *raft_of(const struct script *s)
{
    return script_last_life(s)->raft;
}

long long script_memory(struct script *s)
{
    return process_memory(raft_of(s));
}

#define IN_CALL                                                                \
    " (does somebody hold the lock while an RPC or the apply channel waits?)"

bool script_start_bytes(struct script *s, struct bytes command, int *index,
                        int *term)
{
    struct watched_call call;
    watchdog_begin_call(s->watchdog, &call, "raft_start" IN_CALL, ME,
                        CALL_LIMIT_MS);
    bool taken = raft_start(raft_of(s), command, index, term);
    watchdog_end_call(s->watchdog, &call);
    struct event event = { .kind = EVENT_OFFER_REFUSED,
                           .life = script_last_life(s)->event_life,
                           .offer.command = command };
    if (taken) {
        event.kind = EVENT_OFFERED;
        event.offer.index = *index;
        event.offer.term = *term;
    }
    events_tell(s->events, &event);
    return taken;
}

bool script_start(struct script *s, int number, int *index, int *term)
{
    return script_start_bytes(s, (struct bytes){ &number, sizeof number },
                              index, term);
}

static bool get_state(struct script *s, int *term)
{
    bool is_leader = false;
    struct watched_call call;
    watchdog_begin_call(s->watchdog, &call, "raft_get_state" IN_CALL, ME,
                        CALL_LIMIT_MS);
    raft_get_state(raft_of(s), term, &is_leader);
    watchdog_end_call(s->watchdog, &call);
    return is_leader;
}

bool script_is_leader(struct script *s)
{
    int term = 0;
    return get_state(s, &term);
}

int script_term(struct script *s)
{
    int term = 0;
    get_state(s, &term);
    return term;
}

bool script_reaches_term(struct script *s, int term)
{
    int64_t deadline_ns = clock_now_ns() + SOON_MS * NS_PER_MS;
    while (script_term(s) < term && clock_now_ns() < deadline_ns)
        script_sleep(s, 1);
    return script_term(s) >= term;
}

int script_snapshot_data(int index)
{
    return index;
}

static void make_snapshot(struct script *s, struct life *life, int index)
{
    int data = script_snapshot_data(index);
    struct bytes snapshot = { &data, sizeof data };
    tell_of(life, EVENT_SNAPSHOT_MADE, index, snapshot);
    struct watched_call call;
    watchdog_begin_call(s->watchdog, &call, "raft_snapshot" IN_CALL, ME,
                        CALL_LIMIT_MS);
    raft_snapshot(life->raft, index, snapshot);
    watchdog_end_call(s->watchdog, &call);
}

void script_snapshot(struct script *s, int index)
{
    make_snapshot(s, script_last_life(s), index);
}

// ---- Receiving ----

static int number_in(struct bytes bytes)
{
    int number = -1;
    if (bytes.len == sizeof number)
        memcpy(&number, bytes.data, sizeof number);
    return number;
}

static void take_command_locked(struct script *s, const struct apply_msg *m,
                                const struct saved *saved)
{
    test_check(m->command_index > s->applied,
               "State (Figure 2): commit_index and last_applied increase "
               "monotonically. Server 0 applied index %d again, after index %d",
               m->command_index, s->applied);
    test_check(m->command_index == s->applied + 1,
               IN_ORDER ". Server 0 applied index %d after index %d",
               m->command_index, s->applied);
    test_check(m->command_index <= MAX_INDEX, "index %d is in no script",
               m->command_index);
    s->applied = m->command_index;
    s->number_at[s->applied] = number_in(m->command);
    script_check_applied(saved, s->applied, s->number_at[s->applied]);
    debug_log_print("TEST", ME, 0, "applied %d", s->applied);
}

static void take_snapshot_locked(struct script *s, const struct apply_msg *m)
{
    test_check(m->snapshot_index <= MAX_INDEX, "index %d is in no script",
               m->snapshot_index);
    test_check(m->snapshot_index > s->applied,
               "InstallSnapshot (Figure 13, §7): the state machine goes on, "
               "never back and never over the same again. Server 0, which had "
               "applied all up to index %d, delivered a snapshot up to index "
               "%d",
               s->applied, m->snapshot_index);
    test_check(number_in(m->snapshot) ==
                   script_snapshot_data(m->snapshot_index),
               "InstallSnapshot step 8 (Figure 13): reset the state machine "
               "using the snapshot's contents. Server 0 delivered a snapshot "
               "up to index %d whose data are another one's",
               m->snapshot_index);
    test_check(m->snapshot_term == s->installed_term[m->snapshot_index],
               "InstallSnapshot step 8 (Figure 13, raft.h): snapshot_term and "
               "snapshot_index are of the last entry that the snapshot covers. "
               "Server 0 delivered the snapshot up to %d of term %d as one of "
               "term %d",
               m->snapshot_index, s->installed_term[m->snapshot_index],
               m->snapshot_term);
    s->applied = m->snapshot_index;
    s->n_snapshots++;
    debug_log_print("TEST", ME, 0, "applied a snapshot up to %d", s->applied);
}

// Returns true if the service is to make a snapshot now.
static bool take(struct life *life, const struct apply_msg *m)
{
    struct script *s = life->owner;
    struct saved saved = script_decode(life->persister);
    pthread_mutex_lock(&s->mu);
    bool is_due = false;
    if (s->life == life) {
        tell_applied(life, m);
        if (m->snapshot_valid)
            take_snapshot_locked(s, m);
        else
            take_command_locked(s, m, &saved);
        is_due = m->command_valid && s->applied == s->snapshot_when;
        atomic_store(&life->makes_snapshot, is_due);
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->mu);
    return is_due;
}

static void wait_while_holding(struct script *s)
{
    pthread_mutex_lock(&s->mu);
    while (s->holding)
        pthread_cond_wait(&s->changed, &s->mu);
    pthread_mutex_unlock(&s->mu);
}

void *script_receive(void *arg)
{
    struct life *life = arg;
    struct script *s = life->owner;
    struct apply_msg message;
    wait_while_holding(s);
    while (channel_receive(life->apply_ch, &message)) {
        if (take(life, &message))
            make_snapshot(s, life, message.command_index);
        atomic_store(&life->makes_snapshot, false);
        bytes_free(&message.command);
        bytes_free(&message.snapshot);
        wait_while_holding(s);
    }
    return NULL;
}

void script_snapshot_when_applied(struct script *s, int index)
{
    pthread_mutex_lock(&s->mu);
    s->snapshot_when = index;
    pthread_mutex_unlock(&s->mu);
}

void script_hold_applying(struct script *s, bool hold)
{
    pthread_mutex_lock(&s->mu);
    s->holding = hold;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mu);
}

// ---- What was applied ----

int script_applied(struct script *s)
{
    pthread_mutex_lock(&s->mu);
    int applied = s->applied;
    pthread_mutex_unlock(&s->mu);
    return applied;
}

int script_applied_number(struct script *s, int index)
{
    pthread_mutex_lock(&s->mu);
    int number = s->number_at[index];
    pthread_mutex_unlock(&s->mu);
    return number;
}

int script_applied_snapshots(struct script *s)
{
    pthread_mutex_lock(&s->mu);
    int n = s->n_snapshots;
    pthread_mutex_unlock(&s->mu);
    return n;
}

void script_await_applied(struct script *s, int index, const char *rule)
{
    int64_t deadline_ns = clock_now_ns() + SOON_MS * NS_PER_MS;
    while (script_applied(s) < index && clock_now_ns() < deadline_ns) {
        script_answer_acknowledged_peers(s, index);
        script_sleep(s, 1);
    }
    int applied = script_applied(s);
    test_check(applied >= index,
               "%s. Server 0 has applied up to index %d; index %d has not come "
               "within %d s",
               rule, applied, index, SOON_MS / 1000);
}

void script_check_not_applied(struct script *s, int index, const char *rule)
{
    script_sleep(s, QUIET_MS);
    int applied = script_applied(s);
    test_check(applied <= index, "%s. Server 0 applied up to index %d", rule,
               applied);
}
