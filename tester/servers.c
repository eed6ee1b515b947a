// The servers of a cluster: each starts, crashes, is hurt, and is freed in the
// end.
//
// The test's threads call in; each incarnation of a server adds the threads
// of its Raft and one that receives what it applies (applied.c).
#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/go.h"
#include "tester/hurt.h"
#include "tester/internal.h"
#include "tester/verdict_internal.h"

#include <stdio.h>
#include <stdlib.h>

void server_name(char name[SERVER_NAME_SIZE], int i)
{
    snprintf(name, SERVER_NAME_SIZE, "server %d", i);
}

// ---- Starting ----

// Ends with names that were never used before: what a dead instance still
// sends over its own ends reaches nobody.
static struct labrpc_end **make_ends(struct config *cfg, int i,
                                     struct instance *owner)
{
    struct labrpc_end **ends = alloc((size_t)cfg->n * sizeof(*ends));
    for (int j = 0; j < cfg->n; j++) {
        pthread_mutex_lock(&cfg->mu);
        uint64_t unique = rng_next(&cfg->rng);
        pthread_mutex_unlock(&cfg->mu);
        char *name =
            alloc_format("%d to %d, %016llx", i, j, (unsigned long long)unique);
        char peer[SERVER_NAME_SIZE];
        server_name(peer, j);
        ends[j] = labrpc_make_end(cfg->net, name);
        labrpc_connect(ends[j], peer);
        labrpc_set_owner(ends[j], owner, j);
        free(name);
    }
    return ends;
}

static void make_raft(struct incarnation *inc)
{
    struct config *cfg = inc->cfg;
    // The threads that raft_make starts inherit this name, so a thread that
    // is left over can be told by it. (The system takes 15 characters.)
    char name[SERVER_NAME_SIZE], old[16];
    server_name(name, inc->server);
    pthread_getname_np(pthread_self(), old, sizeof old);
    pthread_setname_np(pthread_self(), name);

    struct watched_call call;
    watch_begin(cfg->watchdog, &call, "raft_make", inc->server, CALL_LIMIT_MS);
    inc->raft = raft_make(inc->ends, cfg->n, inc->server, inc->persister,
                          inc->apply_ch);
    watch_end(cfg->watchdog, &call);
    pthread_setname_np(pthread_self(), old);
    test_check(inc->raft != NULL, "raft_make on server %d returned NULL",
               inc->server);
}

static void serve(struct incarnation *inc)
{
    int n_methods;
    const struct labrpc_method *methods = raft_methods(&n_methods);
    struct labrpc_server *server = labrpc_make_server();
    labrpc_add_service(server, methods, n_methods, inc->raft);
    labrpc_set_server_owner(server, inc->checked);
    char name[SERVER_NAME_SIZE];
    server_name(name, inc->server);
    labrpc_add_server(inc->cfg->net, name, server);
}

void cfg_start1(struct config *cfg, int i)
{
    cfg_crash1(cfg, i);

    struct incarnation *inc = alloc(sizeof *inc);
    inc->cfg = cfg;
    inc->server = i;
    inc->checked = checker_start(cfg->checker, i);
    inc->ends = make_ends(cfg, i, inc->checked);
    inc->apply_ch = channel_make(sizeof(struct apply_msg), 0);

    struct server *server = &cfg->servers[i];
    pthread_mutex_lock(&cfg->mu);
    inc->persister = server->saved;
    server->saved = NULL;
    inc->next = cfg->incarnations;
    cfg->incarnations = inc;
    pthread_mutex_unlock(&cfg->mu);

    if (cfg->snapshots)
        restore_from_snapshot(cfg, i, inc->persister, &inc->last_applied);
    make_raft(inc);
    go_thread(&inc->applier, receive_applied, inc);
    serve(inc);

    pthread_mutex_lock(&cfg->mu);
    server->current = inc;
    renew_links_locked(cfg, i);
    pthread_mutex_unlock(&cfg->mu);
}

// ---- Crashing ----

static void kill_raft(struct incarnation *inc)
{
    struct watched_call call;
    watch_begin(inc->cfg->watchdog, &call, "raft_kill", inc->server,
                CALL_LIMIT_MS);
    raft_kill(inc->raft);
    watch_end(inc->cfg->watchdog, &call);
}

static struct incarnation *current_incarnation(struct config *cfg, int i)
{
    pthread_mutex_lock(&cfg->mu);
    struct incarnation *inc = cfg->servers[i].current;
    pthread_mutex_unlock(&cfg->mu);
    return inc;
}

// Nobody reaches server i any more, and what it has saved is kept. Returns the
// incarnation that ran, or NULL.
static struct incarnation *take_down(struct config *cfg, int i)
{
    struct incarnation *inc = current_incarnation(cfg, i);
    if (inc != NULL)
        checker_crash(inc->checked);
    cfg_disconnect(cfg, i);
    char name[SERVER_NAME_SIZE];
    server_name(name, i);
    labrpc_delete_server(cfg->net, name);

    struct server *server = &cfg->servers[i];
    pthread_mutex_lock(&cfg->mu);
    if (inc != NULL) {
        server->current = NULL;
        inc->crashed = true;
        // A copy: what the dead instance still writes, nobody will read.
        server->saved = persister_succeed(inc->persister);
    }
    pthread_mutex_unlock(&cfg->mu);
    return inc;
}

void cfg_crash1(struct config *cfg, int i)
{
    struct incarnation *inc = take_down(cfg, i);
    if (inc != NULL)
        kill_raft(inc);
}

void cfg_crash_hard(struct config *cfg, int i)
{
    struct incarnation *inc = current_incarnation(cfg, i);
    if (inc == NULL)
        return;
    inc->crashed_hard = true;
    // First it stops, then what it saved is copied: so nothing that depends on
    // what is not in the copy can be seen by anyone.
    hurt_crash(inc->raft);
    take_down(cfg, i);
}

// ---- What befalls a server ----

void cfg_pause(struct config *cfg, int i, int ms)
{
    struct incarnation *inc = current_incarnation(cfg, i);
    if (inc != NULL)
        hurt_pause(inc->raft, ms);
}

void cfg_set_clock_rate(struct config *cfg, int i, int percent)
{
    (void)cfg;
    hurt_set_clock_rate(i, percent);
}

void cfg_run_on(struct config *cfg, int points)
{
    (void)cfg;
    hurt_run_on(points);
}

bool cfg_is_running(struct config *cfg, int i)
{
    pthread_mutex_lock(&cfg->mu);
    bool running = cfg->servers[i].current != NULL;
    pthread_mutex_unlock(&cfg->mu);
    return running;
}

void cfg_flap(struct config *cfg, int i, int period_ms)
{
    if (!cfg_is_running(cfg, i))
        return;
    bool up = clock_now_ms() % period_ms < period_ms / 2;
    if (up && !cfg_is_connected(cfg, i))
        cfg_connect(cfg, i);
    else if (!up && cfg_is_connected(cfg, i))
        cfg_disconnect(cfg, i);
}

// ---- Ending ----

// A snapshot that the service began to make before the crash is finished first;
// it makes no other. (A raft_snapshot that hangs is the watchdog's affair.)
static void await_service(struct incarnation *inc)
{
    while (atomic_load(&inc->makes_snapshot))
        sleep_ms(1);
}

static void free_raft(struct incarnation *inc)
{
    await_service(inc);
    struct watched_call call;
    watch_begin(inc->cfg->watchdog, &call,
                "raft_free (which waits for the killed Raft's threads)",
                inc->server, END_LIMIT_MS);
    raft_free(inc->raft);
    watch_end(inc->cfg->watchdog, &call);
}

// Waits for the threads of a Raft that stopped dead to come back from what they
// had called outside it; the rest of it is left where it is.
static void abandon_raft(struct incarnation *inc)
{
    struct watched_call call;
    watch_begin(inc->cfg->watchdog, &call,
                "a call that the crashed Raft was making", inc->server,
                END_LIMIT_MS);
    while (hurt_threads_outside(inc->raft) > 0)
        sleep_ms(1);
    watch_end(inc->cfg->watchdog, &call);
    verdict_expect_leaks();
}

void free_incarnation(struct incarnation *inc)
{
    if (inc->crashed_hard)
        abandon_raft(inc);
    else
        free_raft(inc);
    channel_close(inc->apply_ch);
    pthread_join(inc->applier, NULL);
    channel_free(inc->apply_ch);
    persister_free(inc->persister);
    free(inc->ends);
    free(inc);
}
