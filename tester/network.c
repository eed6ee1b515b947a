// Connects servers, and sets the network's faults, MIT's and others. A cut or a
// delay belongs to the link from one server to another, and stays when they
// restart; labrpc knows only the ends of the present lives.
//
// Called on the test's threads. The network's lock is taken under cfg->mu.
#include "rt/mutex.h"
#include "tester/internal.h"
#include "tester/telling.h"

// Tells of server i, whether it runs or not.
static void tell_of_locked(struct config *cfg, int i, struct event *event)
{
    must_hold(&cfg->mu);
    const struct life *life = cfg->servers[i].current;
    event->life = life != NULL ? life->event_life : (struct event_life){ i, 0 };
    events_tell(cfg->events, event);
}

// ---- Connecting ----

static void set_end_locked(struct config *cfg, int from, int to, bool enabled)
{
    struct life *life = cfg->servers[from].current;
    if (life != NULL)
        labrpc_enable(life->ends[to], enabled);
}

static void set_connected(struct config *cfg, int i, bool connected)
{
    pthread_mutex_lock(&cfg->mu);
    bool changes = cfg->servers[i].connected != connected;
    if (changes)
        tell_of_locked(cfg, i,
                       &(struct event){ .kind = connected ? EVENT_CONNECTED
                                                          : EVENT_CUT_OFF });
    cfg->servers[i].connected = connected;
    for (int j = 0; j < cfg->n; j++) {
        if (cfg->servers[j].connected || j == i) {
            set_end_locked(cfg, i, j, connected);
            set_end_locked(cfg, j, i, connected);
        }
    }
    pthread_mutex_unlock(&cfg->mu);
}

void cfg_connect(struct config *cfg, int i)
{
    set_connected(cfg, i, true);
}

void cfg_disconnect(struct config *cfg, int i)
{
    set_connected(cfg, i, false);
}

bool cfg_is_connected(struct config *cfg, int i)
{
    pthread_mutex_lock(&cfg->mu);
    bool connected = cfg->servers[i].connected;
    pthread_mutex_unlock(&cfg->mu);
    return connected;
}

static void tell_network(const char *text)
{
    test_tell(EVENT_NETWORK, 0, NULL, text);
}

void cfg_set_unreliable(struct config *cfg, bool unreliable)
{
    labrpc_set_reliable(cfg->net, !unreliable);
    tell_network(unreliable ? "unreliable: messages get lost"
                            : "reliable: no message gets lost");
}

void cfg_set_long_reordering(struct config *cfg, bool on)
{
    labrpc_set_long_reordering(cfg->net, on);
    tell_network(on ? "replies are held back" : "replies are not held back");
}

// ---- Crueller faults ----

static struct link *get_link(struct config *cfg, int from, int to)
{
    return &cfg->links[from * cfg->n + to];
}

// Applies a link's cut and delay. Messages from one server to another use two
// ends: requests the sender's own end, replies the end of the server that has
// asked.
static void set_link_locked(struct config *cfg, int from, int to)
{
    must_hold(&cfg->mu);
    const struct link *link = get_link(cfg, from, to);
    tell_of_locked(
        cfg, from,
        &(struct event){ .kind = EVENT_LINK,
                         .link = { to, link->cut, link->delay_ms } });
    const struct life *sender = cfg->servers[from].current;
    const struct life *receiver = cfg->servers[to].current;
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

// Skips links without a fault, because new ends have none. Taking the network's
// lock for them would be a scheduling point.
void set_links_locked(struct config *cfg, int i)
{
    for (int j = 0; j < cfg->n; j++) {
        if (!is_whole(get_link(cfg, i, j)))
            set_link_locked(cfg, i, j);
        if (!is_whole(get_link(cfg, j, i)))
            set_link_locked(cfg, j, i);
    }
}

void cfg_cut_one_way(struct config *cfg, int from, int to, bool cut)
{
    pthread_mutex_lock(&cfg->mu);
    get_link(cfg, from, to)->cut = cut;
    set_link_locked(cfg, from, to);
    pthread_mutex_unlock(&cfg->mu);
}

void cfg_set_slow_link(struct config *cfg, int from, int to, int ms)
{
    pthread_mutex_lock(&cfg->mu);
    get_link(cfg, from, to)->delay_ms = ms;
    set_link_locked(cfg, from, to);
    pthread_mutex_unlock(&cfg->mu);
}

void cfg_set_request_reordering(struct config *cfg, bool on)
{
    labrpc_set_request_reordering(cfg->net, on);
    tell_network(on ? "requests are held back" : "requests are not held back");
}

void cfg_set_duplicates(struct config *cfg, int percent)
{
    labrpc_set_duplicates(cfg->net, percent);
    tell_network(percent > 0 ? "requests come twice, some of them"
                             : "no request comes twice");
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
            set_link_locked(cfg, from, to);
        }
    }
    pthread_mutex_unlock(&cfg->mu);
}
