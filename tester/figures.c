// A test's figures (RPCs, bytes, the sizes of logs, the "... Passed" line),
// time and random numbers. Called on the test's threads.
#include "tester/internal.h"
#include "tester/telling.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "rt/draw.h"

#include <stdio.h>

// ---- Beginning and ending a test ----

static int max_index(struct config *cfg)
{
    pthread_mutex_lock(&cfg->mu);
    int index = cfg->max_index;
    pthread_mutex_unlock(&cfg->mu);
    return index;
}

void cfg_begin(struct config *cfg, const char *title)
{
    printf("%s ...\n", title);
    cfg->start_ns = clock_now_ns();
    cfg->start_rpcs = cfg_rpc_total(cfg);
    cfg->start_bytes = cfg_bytes_total(cfg);
    cfg->start_index = max_index(cfg);
}

void cfg_end(struct config *cfg)
{
    struct verdict *v = current_verdict;
    v->seconds =
        (double)(clock_now_ns() - cfg->start_ns) / (1000.0 * NS_PER_MS);
    v->servers = cfg->n;
    v->rpcs = cfg_rpc_total(cfg) - cfg->start_rpcs;
    v->bytes = cfg_bytes_total(cfg) - cfg->start_bytes;
    v->commands = max_index(cfg) - cfg->start_index;
    v->saves = checker_count_saves(cfg->checker);
    const char *warning = checker_get_warning(cfg->checker);
    if (warning != NULL)
        test_warn("%s", warning);
}

// ---- Counts ----

int cfg_rpc_count(struct config *cfg, int i)
{
    return labrpc_get_count(cfg->net, life_server_name(i).text);
}

int cfg_rpc_total(struct config *cfg)
{
    return labrpc_get_total_count(cfg->net);
}

long long cfg_bytes_total(struct config *cfg)
{
    return labrpc_get_total_bytes(cfg->net);
}

void cfg_count_appends(struct config *cfg, int i, int *commits_told,
                       int *refused)
{
    *commits_told = *refused = 0;
    pthread_mutex_lock(&cfg->mu);
    struct life *life = cfg->servers[i].current;
    if (life != NULL)
        checker_count_appends(cfg->checker, life->event_life, commits_told,
                              refused);
    pthread_mutex_unlock(&cfg->mu);
}

size_t cfg_log_size(struct config *cfg)
{
    size_t largest = 0;
    pthread_mutex_lock(&cfg->mu);
    for (int i = 0; i < cfg->n; i++) {
        struct server *server = &cfg->servers[i];
        size_t size = persister_raft_state_size(server->current != NULL
                                                    ? server->current->persister
                                                    : server->persister);
        if (size > largest)
            largest = size;
    }
    pthread_mutex_unlock(&cfg->mu);
    return largest;
}

// ---- Time and random numbers ----

void cfg_sleep_ms(struct config *cfg, int ms)
{
    (void)cfg;
    struct act act = test_begin_act("sleep", "%d ms pass", ms);
    sleep_ms(ms);
    test_end_act(act);
}

int cfg_random_near(struct config *cfg, int bound, int calm)
{
    pthread_mutex_lock(&cfg->mu);
    int number = draw_below(&cfg->rng, "choice", bound, calm);
    pthread_mutex_unlock(&cfg->mu);
    return number;
}

int cfg_random_below(struct config *cfg, int bound)
{
    return cfg_random_near(cfg, bound, 0);
}

bool cfg_chance(struct config *cfg, int percent)
{
    pthread_mutex_lock(&cfg->mu);
    bool happens = draw_chance(&cfg->rng, "fault", percent, 100);
    pthread_mutex_unlock(&cfg->mu);
    return happens;
}

bool cfg_round(struct config *cfg)
{
    (void)cfg;
    return draw_round();
}

static int unique_below(struct config *cfg, int bound)
{
    pthread_mutex_lock(&cfg->mu);
    int number = rng_below(&cfg->rng, bound);
    pthread_mutex_unlock(&cfg->mu);
    return number;
}

int cfg_random_number(struct config *cfg)
{
    return unique_below(cfg, 1 << 30);
}

struct bytes cfg_random_command(struct config *cfg, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789-_";
    struct bytes command = { alloc(n), n };
    for (size_t k = 0; k < n; k++)
        ((char *)command.data)[k] = letters[unique_below(cfg, 64)];
    return command;
}
