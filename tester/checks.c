// MIT's checks, which the graded tests consist of: is there one leader, do the
// terms agree, what is committed, does the cluster reach agreement.
#include "rt/clock.h"
#include "tester/faults.h"
#include "tester/internal.h"
#include "tester/telling.h"

// ---- Calls into the servers' Rafts ----

// The life of server i; NULL if it is crashed or paused.
static struct life *running(struct config *cfg, int i)
{
    pthread_mutex_lock(&cfg->mu);
    struct life *life = cfg->servers[i].current;
    pthread_mutex_unlock(&cfg->mu);
    // A life stays valid after its crash, until cfg_cleanup.
    return life == NULL || fault_is_paused(life->raft) ? NULL : life;
}

static void tell_leads(struct life *life, int term)
{
    tell(life, &(struct event){ .kind = EVENT_LEADS, .term = term });
}

static void tell_offered(struct life *life, struct bytes command, int index,
                         int term)
{
    tell(life,
         &(struct event){
             .kind = EVENT_OFFERED,
             .offer = { .command = command, .index = index, .term = term } });
    tell_leads(life, term);
}

static void tell_refused(struct life *life, struct bytes command)
{
    tell(life, &(struct event){ .kind = EVENT_OFFER_REFUSED,
                                .offer.command = command });
}

bool cfg_start(struct config *cfg, int i, struct bytes command, int *index,
               int *term)
{
    struct life *life = running(cfg, i);
    if (life == NULL)
        return false;
    remember_offered(cfg, command);
    struct watched_call call;
    watchdog_begin_call(cfg->watchdog, &call, "raft_start", i, CALL_LIMIT_MS);
    bool is_leader = raft_start(life->raft, command, index, term);
    watchdog_end_call(cfg->watchdog, &call);
    test_check(!is_leader || *index >= 1,
               "raft_start on server %d took %s at index %d; the first is 1", i,
               command_text(command).text, *index);
    if (is_leader)
        tell_offered(life, command, *index, *term);
    else
        tell_refused(life, command);
    return is_leader;
}

bool cfg_get_state(struct config *cfg, int i, int *term)
{
    struct life *life = running(cfg, i);
    if (life == NULL)
        return false;
    bool is_leader = false;
    struct watched_call call;
    watchdog_begin_call(cfg->watchdog, &call, "raft_get_state", i,
                        CALL_LIMIT_MS);
    raft_get_state(life->raft, term, &is_leader);
    watchdog_end_call(cfg->watchdog, &call);
    if (is_leader)
        tell_leads(life, *term);
    return is_leader;
}

// ---- Leaders and terms ----

void cfg_be_patient(struct config *cfg, int times)
{
    cfg->patience = times;
}

// The leader of the newest term among the connected servers, or NO_SERVER.
// (That no two lead in one term is for the checker to find.)
static int find_leader(struct config *cfg)
{
    int newest_term = -1;
    int newest = NO_SERVER;
    for (int i = 0; i < cfg->n; i++) {
        int term;
        if (cfg_is_connected(cfg, i) && cfg_get_state(cfg, i, &term) &&
            term > newest_term) {
            newest_term = term;
            newest = i;
        }
    }
    return newest;
}

int cfg_check_one_leader(struct config *cfg)
{
    struct act act = test_begin_act(
        "check_one_leader", "find one leader among the connected servers");
    for (int try = 0; try < 10 * cfg->patience; try++) {
        sleep_ms(450 + cfg_random_below(cfg, 100));
        int leader = find_leader(cfg);
        if (leader != NO_SERVER) {
            test_end_act(act);
            return leader;
        }
    }
    test_fail("expected one leader among the connected servers, found none "
              "for %d s",
              5 * cfg->patience);
}

int cfg_check_terms(struct config *cfg)
{
    int agreed = ANY_TERM;
    int first = NO_SERVER;
    for (int i = 0; i < cfg->n; i++) {
        if (!cfg_is_connected(cfg, i))
            continue;
        int term = ANY_TERM;
        cfg_get_state(cfg, i, &term);
        test_check(agreed == ANY_TERM || term == agreed,
                   "servers disagree on the term: server %d is in %d, server "
                   "%d in %d",
                   first, agreed, i, term);
        agreed = term;
        first = i;
    }
    return agreed;
}

void cfg_check_no_leader(struct config *cfg)
{
    for (int i = 0; i < cfg->n; i++) {
        int term;
        test_check(!cfg_is_connected(cfg, i) || !cfg_get_state(cfg, i, &term),
                   "expected no leader, but server %d says it leads, without "
                   "a majority",
                   i);
    }
}

// ---- Agreement ----

int cfg_n_committed(struct config *cfg, int index, struct bytes *command)
{
    int count = 0;
    pthread_mutex_lock(&cfg->mu);
    for (int i = 0; i < cfg->n; i++) {
        // All have applied the same command: that was checked when they did.
        struct applied *applied = &cfg->servers[i].applied;
        if (index < 1 || index > applied->length)
            continue;
        count++;
        if (command != NULL)
            *command = applied->commands[index];
    }
    pthread_mutex_unlock(&cfg->mu);
    return count;
}

static bool has_moved_on(struct config *cfg, int start_term)
{
    for (int i = 0; i < cfg->n; i++) {
        int term = -1;
        cfg_get_state(cfg, i, &term);
        if (term > start_term)
            return true;
    }
    return false;
}

// The command is one that the tester has.
static void tell_agreed(struct config *cfg, int index, struct bytes command,
                        int n_servers)
{
    events_tell(cfg->events,
                &(struct event){ .kind = EVENT_AGREED,
                                 .life = EVENT_OF_ALL,
                                 .offer = { .command = command,
                                            .index = index,
                                            .n_servers = n_servers } });
}

static bool wait_until_applied(struct config *cfg, int index, int n,
                               int start_term, struct bytes *command)
{
    int pause_ms = 10;
    for (int round = 0; round < 30; round++) {
        if (cfg_n_committed(cfg, index, NULL) >= n)
            break;
        sleep_ms(pause_ms);
        pause_ms = pause_ms * 2 > 1000 ? 1000 : pause_ms * 2;
        if (start_term != ANY_TERM && has_moved_on(cfg, start_term))
            return false;
    }
    int count = cfg_n_committed(cfg, index, command);
    test_check(count >= n, "only %d of %d servers applied index %d", count, n,
               index);
    if (command != NULL)
        tell_agreed(cfg, index, *command, count);
    return true;
}

bool cfg_wait(struct config *cfg, int index, int n, int start_term,
              struct bytes *command)
{
    struct act act =
        test_begin_act("wait", "index %d applied by %d servers", index, n);
    bool applied = wait_until_applied(cfg, index, n, start_term, command);
    test_end_act(act);
    return applied;
}

// The last index that server i has applied since it was last started; -1 if it
// is crashed.
static int last_applied(struct config *cfg, int i)
{
    pthread_mutex_lock(&cfg->mu);
    const struct life *life = cfg->servers[i].current;
    int index = life != NULL ? life->last_applied : -1;
    pthread_mutex_unlock(&cfg->mu);
    return index;
}

// A connected server that has not applied this index, or NO_SERVER.
static int find_behind(struct config *cfg, int index)
{
    for (int i = 0; i < cfg->n; i++) {
        if (cfg_is_connected(cfg, i) && last_applied(cfg, i) < index)
            return i;
    }
    return NO_SERVER;
}

void cfg_converge(struct config *cfg)
{
    struct act act = test_begin_act(
        "converge", "all connected servers have applied what the leader has");
    int limit_s = 10 * cfg->patience;
    int64_t deadline_ms = clock_now_ms() + 1000L * limit_s;
    int leader = NO_SERVER, index = 0, behind = NO_SERVER;
    while (clock_now_ms() < deadline_ms) {
        leader = find_leader(cfg);
        index = leader != NO_SERVER ? last_applied(cfg, leader) : 0;
        behind = find_behind(cfg, index);
        if (leader != NO_SERVER && behind == NO_SERVER) {
            test_end_act(act);
            return;
        }
        sleep_ms(20);
    }
    test_check(leader != NO_SERVER,
               "expected a leader among the connected servers, found none for "
               "%d s",
               limit_s);
    test_fail("server %d, the leader, has applied all up to index %d, and "
              "server %d only up to %d, %d s after the last fault: a leader "
              "sends missing entries, and its commit index, without a new "
              "command (Figure 2, Leaders)",
              leader, index, behind, last_applied(cfg, behind), limit_s);
}

// Calls raft_start on the connected servers in turn, from the one after *last
// on. Returns the index that the first leader gives the command; 0 without a
// leader.
static int start_on_leader(struct config *cfg, struct bytes command, int *last)
{
    for (int k = 0; k < cfg->n; k++) {
        *last = (*last + 1) % cfg->n;
        int index, term;
        if (cfg_is_connected(cfg, *last) &&
            cfg_start(cfg, *last, command, &index, &term))
            return index;
    }
    return 0;
}

// Do at least `expected` servers apply this command at this index within 2 s?
static bool is_applied_soon(struct config *cfg, struct bytes command, int index,
                            int expected)
{
    int64_t deadline_ms = clock_now_ms() + 2000;
    while (clock_now_ms() < deadline_ms) {
        struct bytes applied = { NULL, 0 };
        if (cfg_n_committed(cfg, index, &applied) >= expected &&
            bytes_equal(applied, command))
            return true;
        sleep_ms(20);
    }
    return false;
}

static int agree(struct config *cfg, struct bytes command, int expected,
                 bool retry)
{
    int limit_s = 10 * cfg->patience;
    int64_t deadline_ms = clock_now_ms() + 1000L * limit_s;
    int last = 0;
    bool accepted = false;
    while (clock_now_ms() < deadline_ms) {
        int index = start_on_leader(cfg, command, &last);
        accepted = accepted || index != 0;
        if (index == 0)
            sleep_ms(50);
        else if (is_applied_soon(cfg, command, index, expected))
            return index;
        else if (!retry)
            break;
    }
    test_check(accepted,
               "no connected server accepted command %s as leader for %d s",
               command_text(command).text, limit_s);
    test_fail("%d servers did not agree on command %s within %d s", expected,
              command_text(command).text, retry ? limit_s : 2);
}

int cfg_one(struct config *cfg, struct bytes command, int expected, bool retry)
{
    struct act act = test_begin_act(
        "one", "agree on %s by %d servers within %d s",
        command_text(command).text, expected, retry ? 10 * cfg->patience : 2);
    int index = agree(cfg, command, expected, retry);
    tell_agreed(cfg, index, command, expected);
    test_end_act(act);
    return index;
}
