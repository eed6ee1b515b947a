// Starts, crashes and pauses the servers of a cluster. Called on the test's
// threads.
#include "rt/clock.h"
#include "tester/faults.h"
#include "tester/internal.h"
#include "tester/telling.h"

// ---- Starting ----

static uint64_t draw_unique(struct config *cfg)
{
    pthread_mutex_lock(&cfg->mu);
    uint64_t unique = rng_next(&cfg->rng);
    pthread_mutex_unlock(&cfg->mu);
    return unique;
}

void cfg_start1(struct config *cfg, int i)
{
    cfg_crash1(cfg, i);

    struct life *life = life_make(cfg->net, cfg->n, i);
    life->watchdog = cfg->watchdog;
    life->event_life = events_start_life(cfg->events, i);
    life->owner = cfg;
    for (int to = 0; to < cfg->n; to++)
        life_make_end(life, to, draw_unique(cfg));
    life->apply_ch = channel_make(sizeof(struct apply_msg), 0);

    struct server *server = &cfg->servers[i];
    pthread_mutex_lock(&cfg->mu);
    life->persister = server->persister;
    server->persister = NULL;
    life->next = cfg->lives;
    cfg->lives = life;
    pthread_mutex_unlock(&cfg->mu);

    persister_set_events(life->persister, cfg->events, life->event_life);
    if (cfg->snapshots)
        restore_from_snapshot(life);
    life_start(life, receive_applied);

    pthread_mutex_lock(&cfg->mu);
    server->current = life;
    set_links_locked(cfg, i);
    pthread_mutex_unlock(&cfg->mu);
}

// ---- Crashing ----

static struct life *current_life(struct config *cfg, int i)
{
    pthread_mutex_lock(&cfg->mu);
    struct life *life = cfg->servers[i].current;
    pthread_mutex_unlock(&cfg->mu);
    return life;
}

// Ends server i's life: disconnects it, and keeps what it has saved for the
// next. Returns the ended life; NULL if there was none.
static struct life *end_life(struct config *cfg, int i)
{
    struct life *life = current_life(cfg, i);
    if (life != NULL)
        tell(life, &(struct event){ .kind = EVENT_CRASHED,
                                    .hard = life->crashed_hard });
    cfg_disconnect(cfg, i);
    labrpc_delete_server(cfg->net, life_server_name(i).text);

    struct server *server = &cfg->servers[i];
    pthread_mutex_lock(&cfg->mu);
    if (life != NULL) {
        server->current = NULL;
        life->crashed = true;
        // The next life gets a copy: the ended one may still save to its own.
        server->persister = persister_hand_over(life->persister);
    }
    pthread_mutex_unlock(&cfg->mu);
    return life;
}

void cfg_crash1(struct config *cfg, int i)
{
    struct life *life = end_life(cfg, i);
    if (life != NULL)
        life_crash(life);
}

void end_server(struct config *cfg, int i)
{
    struct life *life = end_life(cfg, i);
    if (life != NULL)
        life_kill(life);
}

void cfg_crash_hard(struct config *cfg, int i)
{
    struct life *life = current_life(cfg, i);
    if (life == NULL)
        return;
    // It stops first. So everything that it saved, and others may have seen, is
    // in the copy.
    life_crash_hard(life);
    end_life(cfg, i);
}

// ---- Faults of a server ----

static void tell_resumed(void *life)
{
    tell(life, &(struct event){ .kind = EVENT_RESUMED });
}

void cfg_pause(struct config *cfg, int i, int ms)
{
    struct life *life = current_life(cfg, i);
    if (life == NULL)
        return;
    tell(life, &(struct event){ .kind = EVENT_PAUSED, .ms = ms });
    fault_pause(life->raft, ms, tell_resumed, life);
}

void cfg_set_clock_rate(struct config *cfg, int i, int percent)
{
    events_tell(cfg->events, &(struct event){ .kind = EVENT_CLOCK,
                                              .life.server = i,
                                              .percent = percent });
    fault_set_clock_rate(i, percent);
}

void cfg_run_on(struct config *cfg, int points)
{
    (void)cfg;
    struct act act = test_begin_act("run_on", "%d scheduling points", points);
    fault_run_on(points);
    test_end_act(act);
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
