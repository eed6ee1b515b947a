// Makes and frees the benchmarks' clusters.
#include "bench/cluster.h"

#include "rt/alloc.h"
#include "rt/clock.h"

#include <stdlib.h>

static void *serve(void *arg)
{
    struct life *life = arg;
    struct server *server = life->owner;
    struct apply_msg message;
    while (channel_receive(life->apply_ch, &message)) {
        bytes_free(&message.command);
        pthread_mutex_lock(&server->mu);
        server->last_applied = message.command_index;
        pthread_cond_broadcast(
            &server->applied[message.command_index % WAITERS]);
        pthread_mutex_unlock(&server->mu);
    }
    return NULL;
}

static void start_server(struct cluster *cluster, int i)
{
    struct server *server = &cluster->servers[i];
    pthread_mutex_init(&server->mu, NULL);
    for (int k = 0; k < WAITERS; k++)
        pthread_cond_init(&server->applied[k], NULL);
    server->life = life_make(cluster->net, cluster->n, i);
    server->life->persister = persister_make();
    server->life->apply_ch = channel_make(sizeof(struct apply_msg), 0);
    server->life->owner = server;
    if (cluster->events != NULL) {
        server->life->event_life = events_start_life(cluster->events, i);
        persister_set_events(server->life->persister, cluster->events,
                             server->life->event_life);
    }
    for (int to = 0; to < cluster->n; to++) {
        life_make_end(server->life, to, 0);
        labrpc_enable(server->life->ends[to], true);
    }
    life_start(server->life, serve);
}

struct cluster *cluster_make(int n)
{
    return cluster_make_told(n, NULL);
}

struct cluster *cluster_make_told(int n, struct events *events)
{
    struct cluster *cluster = alloc(sizeof *cluster);
    cluster->n = n;
    cluster->events = events;
    cluster->net = labrpc_make_network();
    labrpc_set_events(cluster->net, events);
    cluster->servers = alloc((size_t)n * sizeof *cluster->servers);
    for (int i = 0; i < n; i++)
        start_server(cluster, i);
    return cluster;
}

static void free_server(struct server *server)
{
    life_free(server->life);
    for (int k = 0; k < WAITERS; k++)
        pthread_cond_destroy(&server->applied[k]);
    pthread_mutex_destroy(&server->mu);
}

void cluster_free(struct cluster *cluster)
{
    for (int i = 0; i < cluster->n; i++)
        life_kill(cluster->servers[i].life);
    life_end_network(cluster->net, NULL);
    for (int i = 0; i < cluster->n; i++)
        free_server(&cluster->servers[i]);
    labrpc_free_network(cluster->net);
    free(cluster->servers);
    free(cluster);
}

int cluster_wait_for_leader(struct cluster *cluster, int except)
{
    for (;;) {
        for (int i = 0; i < cluster->n; i++) {
            int term;
            bool is_leader;
            raft_get_state(cluster->servers[i].life->raft, &term, &is_leader);
            if (is_leader && i != except)
                return i;
        }
        sleep_ms(1);
    }
}

void cluster_connect(struct cluster *cluster, int i, bool connected)
{
    for (int j = 0; j < cluster->n; j++) {
        labrpc_enable(cluster->servers[i].life->ends[j], connected);
        labrpc_enable(cluster->servers[j].life->ends[i], connected);
    }
}

void server_wait_applied(struct server *server, int index)
{
    pthread_mutex_lock(&server->mu);
    while (server->last_applied < index)
        pthread_cond_wait(&server->applied[index % WAITERS], &server->mu);
    pthread_mutex_unlock(&server->mu);
}
