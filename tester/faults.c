// Faults of the network that MIT's does not have. Cuts and delays belong to the
// link from one server to another, and outlive both; the network knows only the
// ends of the instances that run now.
//
// The test's threads call these. As in config.c, the network's lock is taken
// under cfg->mu.
#include "rt/clock.h"
#include "rt/mutex.h"
#include "tester/internal.h"

static struct link *get_link(struct config *cfg, int from, int to)
{
    return &cfg->links[from * cfg->n + to];
}

// What goes from one server to another goes over two ends: requests over the
// sender's own, replies over that of the server that has asked.
static void apply_locked(struct config *cfg, int from, int to)
{
    must_hold(&cfg->mu);
    const struct link *link = get_link(cfg, from, to);
    const struct incarnation *sender = cfg->servers[from].current;
    const struct incarnation *receiver = cfg->servers[to].current;
    if (sender != NULL) {
        labrpc_cut(sender->ends[to], LABRPC_REQUESTS, link->cut);
        labrpc_set_delay(sender->ends[to], LABRPC_REQUESTS, link->delay_ms);
    }
    if (receiver != NULL) {
        labrpc_cut(receiver->ends[from], LABRPC_REPLIES, link->cut);
        labrpc_set_delay(receiver->ends[from], LABRPC_REPLIES, link->delay_ms);
    }
}

static bool is_whole(const struct link *link)
{
    return !link->cut && link->delay_ms == 0;
}

// Nothing is done for links that are whole, not even a look at the lock, which
// would be a step of the simulator's: fresh ends are whole, too.
void renew_links_locked(struct config *cfg, int i)
{
    for (int j = 0; j < cfg->n; j++) {
        if (!is_whole(get_link(cfg, i, j)))
            apply_locked(cfg, i, j);
        if (!is_whole(get_link(cfg, j, i)))
            apply_locked(cfg, j, i);
    }
}

void cfg_cut_one_way(struct config *cfg, int from, int to, bool cut)
{
    pthread_mutex_lock(&cfg->mu);
    get_link(cfg, from, to)->cut = cut;
    apply_locked(cfg, from, to);
    pthread_mutex_unlock(&cfg->mu);
}

void cfg_set_slow_link(struct config *cfg, int from, int to, int ms)
{
    pthread_mutex_lock(&cfg->mu);
    get_link(cfg, from, to)->delay_ms = ms;
    apply_locked(cfg, from, to);
    pthread_mutex_unlock(&cfg->mu);
}

void cfg_set_request_reordering(struct config *cfg, bool on)
{
    labrpc_set_request_reordering(cfg->net, on);
}

void cfg_set_duplicates(struct config *cfg, int percent)
{
    labrpc_set_duplicates(cfg->net, percent);
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

void cfg_mend(struct config *cfg)
{
    cfg_set_unreliable(cfg, false);
    cfg_set_long_reordering(cfg, false);
    cfg_set_request_reordering(cfg, false);
    cfg_set_duplicates(cfg, 0);
    pthread_mutex_lock(&cfg->mu);
    for (int from = 0; from < cfg->n; from++) {
        for (int to = 0; to < cfg->n; to++) {
            if (is_whole(get_link(cfg, from, to)))
                continue;
            *get_link(cfg, from, to) = (struct link){ 0 };
            apply_locked(cfg, from, to);
        }
    }
    pthread_mutex_unlock(&cfg->mu);
}
