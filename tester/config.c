// Makes the cluster and frees it, both on the test's main thread.
#include "tester/config.h"

#include "rt/alloc.h"
#include "rt/clock.h"
#include "tester/internal.h"
#include "tester/stacks.h"
#include "tester/telling.h"

#include <stdio.h>
#include <stdlib.h>

// The service makes a snapshot after so many commands.
#define SNAPSHOT_INTERVAL 10

static void fail(const char *rule, const char *message,
                 const uint64_t events[2])
{
    struct event event = {
        .kind = EVENT_RULE_BROKEN,
        .life = EVENT_OF_ALL,
        .rule = { .name = rule,
                  .text = message,
                  .events = { events[0], events[1] } },
    };
    if (rule != NULL)
        events_tell(test_events(), &event);
    test_fail("%s", message);
}

static void remark(const char *sentence)
{
    test_remark("%s", sentence);
}

struct config *cfg_make(int n, enum network network, enum snapshots snapshots)
{
    struct config *cfg = alloc(sizeof *cfg);
    cfg->n = n;
    cfg->patience = 1;
    cfg->snapshots = snapshots == SNAPSHOTS;
    cfg->net = labrpc_make_network();
    cfg->watchdog = watchdog_start();
    cfg->checker = checker_make(&(struct checker_options){
        .n_servers = n,
        .fail = fail,
        .remark = remark,
        .snapshot_index = snapshot_last_index,
    });
    cfg->events = test_events();
    events_add_reader(cfg->events, checker_reader(cfg->checker));
    events_tell(cfg->events,
                &(struct event){ .kind = EVENT_TEST_BEGINS,
                                 .life = EVENT_OF_ALL,
                                 .begins = { .n_servers = n,
                                             .network = network == RELIABLE
                                                            ? "reliable"
                                                            : "unreliable" } });
    labrpc_set_events(cfg->net, cfg->events);
    cfg->threads_before = stacks_count_threads();
    cfg->rng = rng_make();
    cfg->servers = alloc((size_t)n * sizeof *cfg->servers);
    cfg->links = alloc((size_t)n * (size_t)n * sizeof *cfg->links);
    pthread_mutex_init(&cfg->mu, NULL);

    labrpc_set_long_delays(cfg->net, true);
    labrpc_set_reliable(cfg->net, network == RELIABLE);
    for (int i = 0; i < n; i++) {
        cfg->servers[i].persister = persister_make();
        cfg->servers[i].snapshot_interval = SNAPSHOT_INTERVAL;
        cfg_start1(cfg, i);
    }
    for (int i = 0; i < n; i++)
        cfg_connect(cfg, i);
    return cfg;
}

int cfg_n(const struct config *cfg)
{
    return cfg->n;
}

bool cfg_has_snapshots(const struct config *cfg)
{
    return cfg->snapshots;
}

// Fails the test if there are more threads than before the first Raft.
static void check_threads(struct config *cfg)
{
    int64_t deadline_ns = clock_now_ns() + END_LIMIT_MS * NS_PER_MS;
    int left = stacks_count_threads() - cfg->threads_before;
    while (left > 0 && clock_now_ns() < deadline_ns) {
        sleep_ms(1);
        left = stacks_count_threads() - cfg->threads_before;
    }
    if (left > 0) {
        char thread[500], cause[500];
        if (!stacks_describe_thread("server ", thread, sizeof thread))
            snprintf(thread, sizeof thread, "see the stacks above");
        stacks_print_all(cause, sizeof cause);
        test_fail("%d thread%s of killed Rafts still run%s %d s after the end: "
                  "%s%s%s",
                  left, left == 1 ? "" : "s", left == 1 ? "s" : "",
                  END_LIMIT_MS / 1000, thread, *cause == 0 ? "" : "; ", cause);
    }
}

void cfg_cleanup(struct config *cfg)
{
    struct act act =
        test_begin_act("cleanup", "all servers and their threads end");
    for (int i = 0; i < cfg->n; i++)
        end_server(cfg, i);
    life_end_network(cfg->net, cfg->watchdog);
    while (cfg->lives != NULL) {
        struct life *life = cfg->lives;
        cfg->lives = life->next;
        life_free(life);
    }
    check_threads(cfg);  // Then no thread uses the network any more.
    test_end_act(act);
    labrpc_free_network(cfg->net);
    watchdog_stop(cfg->watchdog);
    events_remove_reader(cfg->events, checker_reader(cfg->checker));
    checker_free(cfg->checker);

    for (int i = 0; i < cfg->n; i++)
        persister_free(cfg->servers[i].persister);
    free_applied(cfg);
    free(cfg->links);
    free(cfg->servers);
    pthread_mutex_destroy(&cfg->mu);
    free(cfg);
}
